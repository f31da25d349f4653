"""Writes drift into the source of real histories and keeps what the detectors say of it, and of what is none.

    python tests/evaluation/injection.py --histories FOLDER [--only NAME,...] [--parents 30] [--work FOLDER] [--seed N]
    python tests/evaluation/injection.py --work FOLDER --score

The histories are those of injection.toml, each a clone `FOLDER/owner+name`, bare or not. Of each the newest commits of
the main line are walked; from the first 60 % of them only habits are learned. Of the rest every commit is judged, as
benign, and at some of them, drawn by the seed, each kind of drift is written beside what the commit itself did: in
three doses, its disguises taken by turns. What each was told is kept, one line a case, in the work folder; a history
that is whole there is not walked again. `--score` makes tests/golden/evaluation/injection.json of it (scoring.py), and
of that docs/evaluation.md is made.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from inject import DOSES, Injection, Tree, every_control, every_kind  # noqa: E402 - beside this file
from replay import Judged, Replay  # noqa: E402
from scoring import scored  # noqa: E402

from plumbrule.errors import PlumbruleError  # noqa: E402
from plumbrule.git import LineCommit, Repository  # noqa: E402

MANIFEST = HERE / "injection.toml"
GOLDEN = HERE.parent / "golden" / "evaluation" / "injection.json"
LEARNED = 0.6  # share of the walked commits from which only habits are learned


class History(NamedTuple):
    """One entry of the manifest."""

    name: str
    commit: str
    family: str
    half: str  # "fit" or "report"
    commits: int  # how many of the newest are walked


def manifest(path: Path) -> list[History]:
    said = tomllib.loads(path.read_text("utf-8"))
    commits = said["commits"]
    return [
        History(one["name"], one["commit"], one["family"], one["half"], one.get("commits", commits))
        for one in said["history"]
    ]


# -- one history ---------------------------------------------------------------------------------------------------


def cases(
    history: History, folder: Path, facts: Path, parents: int, seed: int, only: Sequence[str] = ()
) -> Iterator[dict[str, Any]]:
    """Every case of one history: benign commits, injections, controls."""
    with Repository.find(folder) as repository:
        line = repository.first_parent_log(history.commit, history.commits).commits
        replay = Replay(repository, facts, history.name)
        learned = int(LEARNED * len(line))
        chance = random.Random(f"{seed} {history.name}")
        try:
            replay.begin(line[0].commit.id)
            for made in line[1:learned]:
                replay.advance(made, judging=False)
                if replay.figures:
                    yield {"kind": "learned", "figures": _moved(replay.figures)}
            rest = line[learned:]
            # Those that touch code of the product are known only when they are reached: more are drawn than needed.
            order = {made.commit.id: at for at, made in enumerate(chance.sample(rest, len(rest)))}
            wanted = _product_commits(rest, history)
            drawn = set(sorted(wanted, key=order.__getitem__)[:parents])
            for at, made in enumerate(rest):
                judged = replay.advance(made, judging=True)
                assert judged is not None
                yield told(made.commit.id, judged) | {"kind": "benign", "size": len(replay.history)}
                if made.commit.id in drawn and replay.figures:
                    yield from _written(replay, made, rest[at + 1 : at + 9], history, chance, sorted(drawn), only)
        finally:
            replay.close()


def _product_commits(rest: Sequence[LineCommit], history: History) -> list[str]:
    """Commits that change a file that looks like code of the family."""
    endings = {
        "python": (".py",),
        "javascript": (".ts", ".tsx", ".js", ".mjs", ".cjs"),
        "go": (".go",),
        "java": (".java",),
    }[history.family]
    return [
        made.commit.id
        for made in rest
        if any(one.path.endswith(endings) and "test" not in one.path.lower() for one in made.changes)
    ]


def _written(
    replay: Replay,
    made: LineCommit,
    after: Sequence[LineCommit],
    history: History,
    chance: random.Random,
    drawn: Sequence[str],
    only: Sequence[str],
) -> Iterator[dict[str, Any]]:
    """Every kind and dose written into this commit, and every control after it."""
    tree = Tree(history.family, replay.whole, frozenset(replay.walk.tree), replay.read)
    turn = drawn.index(made.commit.id)
    found: list[tuple[dict[str, Any], Injection]] = []
    for name, kind in every_kind().items():
        if history.family not in kind.LANGUAGES or (only and name not in only):
            continue
        for at, dose in enumerate(DOSES):
            # Plain every other time, the disguises by turns between.
            hidden = kind.DISGUISES[1:]
            turns = turn + at
            disguise = hidden[turns // 2 % len(hidden)] if hidden and turns % 2 else kind.DISGUISES[0]
            tree.edits.clear()
            injected = kind.inject(tree, dose, disguise, chance)
            case = {"kind": name, "dose": dose, "disguise": disguise, "commit": made.commit.id}
            case["harmless"] = disguise in kind.HARMLESS
            if injected is None:
                yield case | {"none": "no place for it"}
            else:
                found.append((case, injected))
    alone: list[tuple[dict[str, Any], Injection]] = []
    for name, control in every_control().items():
        if only and name not in only:
            continue
        tree.edits.clear()
        case = {"kind": "control", "control": name, "commit": made.commit.id, "dose": "", "disguise": ""}
        changed = control.change(tree, chance) if control.COMMITS == 0 else _real(replay, made, after, control.COMMITS)
        if changed is None:
            yield case | {"none": "no place for it"}
        else:
            alone.append((case, changed))
    replay.ensure([one.edits for _, one in (*found, *alone)])
    for case, one in found:
        judged = replay.judged(one.edits, one.renamed)
        yield told("", judged) | case | {"places": one.places, "what": one.what}
    for case, one in alone:
        judged = replay.judged(one.edits, one.renamed, alone=True)
        yield told("", judged) | case | {"places": one.places, "what": one.what}
    # The sides stand beside the commit now; the next step must not take that for what was.
    replay.return_to_commit()


def _real(replay: Replay, made: LineCommit, after: Sequence[LineCommit], commits: int) -> Injection | None:
    """This commit taken back, or so many of the next ones at once."""
    edits: dict[str, bytes | None] = {}
    blobs = replay.repository.read_blob
    for change in made.changes if commits < 0 else (one for commit in after[:commits] for one in commit.changes):
        entry = change.old if commits < 0 else change.new
        if entry is not None and not entry.is_file:
            continue
        data = blobs(entry.blob) if entry is not None else None
        edits[change.path] = data if isinstance(data, bytes) else None
    what = "taken back" if commits < 0 else f"{len(after[:commits])} commits at once"
    return Injection(edits, tuple(edits), what) if edits else None


def told(commit: str, judged: Judged) -> dict[str, Any]:
    """What is kept of a case; what a model says of it is made anew of the figures (scoring.py)."""
    return {
        "commit": commit,
        "figures": _moved(judged.figures),
        "unit": bool(judged.figures),
        "causes": {name: files[:3] for name, files in judged.causes.items() if name in judged.figures},
        "findings": [[row.rule, row.severity, row.path, row.subject] for row in judged.findings],
        "unread": judged.unread[:3],
    }


def _moved(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in figures.items() if value}


# -- all of them ---------------------------------------------------------------------------------------------------


def run(histories: Sequence[History], folder: Path, work: Path, parents: int, seed: int, only: Sequence[str]) -> None:
    work.mkdir(parents=True, exist_ok=True)
    for at, history in enumerate(histories, 1):
        place = work / f"{history.name.replace('/', '+')}.jsonl"
        if place.is_file():
            print(f"{at}/{len(histories)} {history.name}: kept from an earlier run", file=sys.stderr)
            continue
        source = folder / history.name.replace("/", "+")
        if not source.exists():
            print(f"{at}/{len(histories)} {history.name}: {source} is not there; clone it", file=sys.stderr)
            continue
        begun, count = time.monotonic(), 0
        half = place.with_suffix(".part")
        try:
            with half.open("w", encoding="utf-8") as lines:
                head = {"history": history._asdict(), "parents": parents, "seed": seed}
                lines.write(json.dumps(head) + "\n")
                for case in cases(history, source, work / "facts", parents, seed, only):
                    lines.write(json.dumps(case) + "\n")
                    lines.flush()
                    count += 1
                    if count % 50 and not sys.stderr.isatty():
                        continue
                    shown = f"{at}/{len(histories)} {history.name}: {count} cases, {time.monotonic() - begun:.0f} s"
                    print(shown, end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
        except PlumbruleError as error:
            print(f"\n{history.name}: {error}", file=sys.stderr)
            continue
        half.rename(place)
        print(file=sys.stderr)


def read(work: Path) -> list[tuple[History, Mapping[str, Any], list[dict[str, Any]]]]:
    found = []
    for place in sorted(work.glob("*.jsonl")):
        head, *rest = (json.loads(line) for line in place.read_text("utf-8").splitlines())
        found.append((History(**head["history"]), head, rest))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, default=MANIFEST)
    parser.add_argument("--histories", type=Path, default=None, help="where the clones are; default: only score")
    parser.add_argument("--only", default="", help="names of histories, separated by commas")
    parser.add_argument("--kinds", default="", help="kinds and controls to write; default: all")
    parser.add_argument("--parents", type=int, default=30, help="commits of each history that drift is written into")
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "plumbrule-injection")
    parser.add_argument("--score", action="store_true", help="make the figures anew of what the work folder holds")
    parser.add_argument("--output", type=Path, default=GOLDEN, help="where the figures are kept")
    asked = parser.parse_args()
    listed = manifest(asked.manifest)
    names = set(filter(None, asked.only.split(",")))
    if unknown := names - {one.name for one in listed}:
        sys.exit(f"{', '.join(sorted(unknown))}: no such history in {asked.manifest}; it names its histories in full")
    if asked.histories is not None:
        chosen = [one for one in listed if not names or one.name in names]
        run(chosen, asked.histories, asked.work, asked.parents, asked.seed, list(filter(None, asked.kinds.split(","))))
    if asked.score or asked.histories is not None:
        found = read(asked.work)
        if not found:
            sys.exit(f"{asked.work} holds no results; run with --histories first")
        asked.output.parent.mkdir(parents=True, exist_ok=True)
        result = scored([(one.name, one.family, one.half, head, rows) for one, head, rows in found])
        asked.output.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
