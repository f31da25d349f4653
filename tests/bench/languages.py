"""The bench of each language on the pinned projects of tests/accuracy: ratios, A and B in turn; seconds prove nothing.

    make bench ONLY=go,java|all     or: python tests/bench/languages.py [--only go] [--pairs 3]

Two ratios a project. A cold scan beside the bare parse of the same files, both on two processes, wall time. And
binding beside parsing: what one process needs to bind the facts of all files to a graph, beside what it needs to read
and parse them, CPU time. Prints a Markdown table, and keeps the figures in tests/golden/bench for docs/languages.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ACCURACY = HERE.parent / "accuracy"
GOLDEN = HERE.parent / "golden" / "bench"
sys.path[:0] = [str(HERE), str(ACCURACY)]

from bare import head_files, parse  # noqa: E402 - beside this file
from changing import cold  # noqa: E402
from fetching import NotFetched, languages_pinned, projects  # noqa: E402 - beside accuracy.py
from measuring import CommandFailed, Took, pairs, run  # noqa: E402
from table import Limits, ratio  # noqa: E402

COLD, BINDING = 4.0, 0.5  # what is demanded


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", default="all", help="languages, separated by commas")
    options.add_argument("--pairs", type=int, default=3)
    chosen = options.parse_args()
    wanted = languages_pinned() if chosen.only == "all" else chosen.only.split(",")
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; {chosen.pairs} pairs\n")
    print(f"Limits: cold scan {COLD:g}, binding {BINDING:g}.\n")
    print("| language | project | files | cold scan / bare parse | binding / parsing |")
    print("|---|---|--:|--:|--:|")
    for project in (one for language in wanted for one in projects(language)):
        tree, title = project.tree, project.title
        if isinstance(tree, NotFetched):
            print(f"| {project.language} | {title} | not to be had here: {tree} | | |".replace("\n", " "), flush=True)
            continue
        try:
            cold_pairs = _cold(tree, chosen.pairs)
        except CommandFailed as error:
            print(f"| {project.language} | {title} | failed: {error} | | |".replace("\n", " "), flush=True)
            continue
        figures: dict[str, Any] = {
            "project": title,
            "files": len(head_files(str(tree))),
            "cold": _ratio(cold_pairs),
            "binding": _ratio(_binding(tree, chosen.pairs)),
        }
        told = " | ".join(
            "{median:.2f} ({low:.2f} to {high:.2f})".format_map(figures[what]) for what in ("cold", "binding")
        )
        print(f"| {project.language} | {title} | {figures['files']} | {told} |", flush=True)
        GOLDEN.mkdir(parents=True, exist_ok=True)
        kept = GOLDEN / f"{project.language}-{project.name.replace('/', '-')}.json"
        kept.write_text(json.dumps(figures, indent=1) + "\n")


def _ratio(taken: Sequence[tuple[Took, Took]]) -> Mapping[str, float]:
    of = ratio("", "", Limits(), taken)
    assert of.median is not None
    assert of.low is not None
    assert of.high is not None
    return {"median": round(of.median, 2), "low": round(of.low, 2), "high": round(of.high, 2)}


def _cold(tree: Path, count: int) -> list[tuple[Took, Took]]:
    bare: list[str | Path] = [sys.executable, HERE / "bare.py", "head", tree]
    with tempfile.TemporaryDirectory() as scratch:
        return pairs(count, lambda: cold(tree, Path(scratch, "store")), lambda: run(bare))


def _binding(tree: Path, count: int) -> list[tuple[Took, Took]]:
    from plumbrule.resolve import Resolution
    from plumbrule.snapshot import FilesWalk

    listed = subprocess.run(
        ["git", "-C", str(tree), "ls-tree", "-r", "-z", "--name-only", "HEAD"], check=True, capture_output=True
    ).stdout.split(b"\0")
    paths = [os.fsdecode(name) for name in listed if name]
    contents = {path: Path(tree, path).read_bytes() for path in paths if Path(tree, path).is_file()}
    walk = FilesWalk()
    entries = dict(walk.to(contents).standing().entries)
    code = [(entry.dialect, str(Path(tree, path))) for path, entry in entries.items() if entry.dialect]

    def bind() -> None:
        Resolution(walk.book, lambda path, _: contents[path]).update(entries)

    return pairs(count, lambda: _busy(bind), lambda: _busy(lambda: parse(str(tree), code)))


def _busy(work: Callable[[], object]) -> Took:
    """CPU time for wall time, without the collector of cycles, as the commands run."""
    gc.collect()
    gc.disable()
    begin = time.process_time()
    work()
    taken = time.process_time() - begin
    gc.enable()
    return Took(taken, taken)


if __name__ == "__main__":
    main()
