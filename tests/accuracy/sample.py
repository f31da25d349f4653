"""Checks the graph of the pinned Ruby projects against edges that were drawn by a seed and judged without the resolver.

    python tests/accuracy/sample.py                  the list as it is, beside the graph as it is today
    python tests/accuracy/sample.py --draw FOLDER    draws anew; FOLDER has what `loaded/loaded.rb` printed, *.json

Half of the list are edges of ours: whether each is true gives precision. The other half are edges that drawn files
need, as Ruby itself finds them with the project loaded: whether each is ours gives recall. The list is
tests/golden/accuracy/ruby-sample.tsv. Drawing keeps the verdicts that end with `(read)`, takes those that the loaded
program proves, and leaves `?` where someone has to read. It also prints how all that was loaded compares. Exit 1 if the
list misses a floor.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from fetching import NotFetched, projects  # noqa: E402

from accuracy import GOLDEN, graph_of  # noqa: E402 - beside this file

LIST = GOLDEN / "ruby-sample.tsv"
SEED = 20261122
FLOORS = {"recall": 0.95, "precision": 0.97}
EACH = 50  # of each project, ours and needed
ENDINGS = (".rb", ".rake")
Edge = tuple[str, str]


class Judged(NamedTuple):
    project: str
    drawn: str  # ours, or needed
    src: str
    dst: str
    verdict: str  # true, false or ?
    proof: str  # the line of src that says so, and who found where it leads

    @property
    def key(self) -> tuple[str, str, Edge]:
        return self.project, self.drawn, (self.src, self.dst)


def listed() -> list[Judged]:
    with LIST.open(newline="", encoding="utf-8") as file:
        rows = csv.reader((line for line in file if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Judged(*row) for row in rows]


def edges_of(tree: Path) -> frozenset[Edge]:
    with tempfile.TemporaryDirectory() as scratch:
        graph = graph_of(tree, Path(scratch))
        found = graph.edges("import", "call", "inherit", "type", "uses")
    return frozenset(edge for edge in found if edge[0].endswith(ENDINGS))


class Needed(NamedTuple):
    """What a loaded project says; edges with their proofs."""

    files: list[str]  # that were loaded
    sure: dict[Edge, str]  # what they name
    called: dict[Edge, str]  # whose methods they call
    possible: set[Edge]  # what opens again what they name: that does not prove that it is meant


def needed(folder: Path, project: str) -> Needed:
    files, sure, called, possible = set[str](), dict[Edge, str](), dict[Edge, str](), set[Edge]()
    for file in sorted(folder.glob(f"{project}*.json")):
        said = json.loads(file.read_text("utf-8"))
        files.update(said["loaded"])
        for src, dst, how, line, name in said["edges"]:
            proof = f"{line}: {'require ' if how == 'require' else ''}{name} (Ruby, loaded)"
            if how == "possible":
                possible.add((src, dst))
            else:
                (called if how == "call" else sure).setdefault((src, dst), proof)
    return Needed(sorted(files), sure, called, possible)


def drawn(
    project: str, ours: Iterable[Edge], folder: Path, known: Mapping[tuple[str, str, Edge], Judged]
) -> list[Judged]:
    choice = random.Random(f"{SEED} {project}")
    files, sure, called, _ = needed(folder, project)
    rows = []
    for edge in choice.sample(sorted(ours), EACH):
        proof = sure.get(edge) or called.get(edge)
        found = Judged(project, "ours", *edge, "true" if proof else "?", proof or "")
        rows.append(known.get(found.key, found))
    choice.shuffle(files)
    wanted = [edge for file in files for edge in sorted(sure) if edge[0] == file][:EACH]
    for edge in wanted:
        found = Judged(project, "needed", *edge, "true", sure[edge])
        rows.append(known.get(found.key, found))
    return rows


def whole(project: str, ours: frozenset[Edge], folder: Path) -> str:
    """All edges from the files that were loaded, nothing judged."""
    files, sure, called, possible = needed(folder, project)
    mine = {edge for edge in ours if edge[0] in set(files)}
    held = mine & {*sure, *called, *possible}
    return (
        f"{project}, whole: {len(mine & sure.keys())} of {len(sure)} edges that Ruby holds are ours"
        f" ({len(mine & sure.keys()) / len(sure):.2%}); it holds {len(held)} of {len(mine)} of ours possible"
        f" ({len(held) / len(mine):.2%}); {len(files)} files"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--draw", type=Path, help="folder with what the loaded projects say")
    chosen = options.parse_args()
    graphs = {}
    for project in projects("ruby"):
        if isinstance(project.tree, NotFetched):
            print(f"{project.title} is not to be had here: {project.tree}".replace("\n", " "))
            return
        graphs[project.name] = edges_of(project.tree)
    if chosen.draw:
        known = {row.key: row for row in listed() if row.proof.endswith("(read)")} if LIST.is_file() else {}
        rows = [row for name, ours in sorted(graphs.items()) for row in drawn(name, ours, chosen.draw, known)]
        head = (
            f"# Drawn with seed {SEED}: project, drawn from, src, dst, whether it is true, the line that proves it.\n"
        )
        LIST.write_text(head + "".join("\t".join(row) + "\n" for row in rows), "utf-8")
        print(*(whole(name, ours, chosen.draw) for name, ours in sorted(graphs.items())), "", sep="\n")
    print(f"seed {SEED}")
    print("| project | edges | judged | right | share | wrong |\n|---|---|---:|---:|---:|---|")
    unmet = False
    for name in [*sorted(graphs), "all of them"]:
        rows = [row for row in listed() if name in (row.project, "all of them") and row.verdict != "?"]
        ours = [row for row in rows if row.drawn == "ours" and row.key[2] in graphs[row.project]]
        needs = [row for row in rows if row.drawn == "needed" and row.verdict == "true"]
        right = [row for row in ours if row.verdict == "true"]
        found = [row for row in needs if row.key[2] in graphs[row.project]]
        for what, all_of, good in (("precision", ours, right), ("recall", needs, found)):
            wrong = (
                ""
                if name == "all of them"
                else ", ".join(f"{row.src} -> {row.dst}" for row in all_of if row not in good)
            )
            share = len(good) / len(all_of) if all_of else 1.0
            print(f"| {name} | {what} | {len(all_of)} | {len(good)} | {share:.1%} | {wrong} |")
            unmet |= share < FLOORS[what]
    sys.exit(1 if unmet else 0)


if __name__ == "__main__":
    main()
