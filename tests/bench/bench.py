"""The bench: one table of ratios, measured in turn on one machine; absolute seconds of one machine prove nothing.

    make bench [ROWS=cold,gate] [PAIRS=5] [REPOS="path path"] [CORPUS="Django redis"] [COMMITS=1000]

Prints each row as it is measured, and keeps the figures in tests/golden/bench.json, in place of those that the rows
had before; docs/performance.md is made from it. A row is a file in rows/; what cannot be measured here stands in the
table with the reason.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module, metadata
from pathlib import Path
from typing import cast

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden" / "bench.json"
sys.path.insert(0, str(HERE))

from corpus import CORPUS, Corpus  # noqa: E402 - beside this file
from measuring import PLUMBRULE  # noqa: E402
from row import FAULTS, Bench, Row, told  # noqa: E402
from table import Figure, keep, reached  # noqa: E402


def rows() -> Mapping[str, Row]:
    """Every row by its name, in the order of the table."""
    names = sorted(file.stem for file in (HERE / "rows").glob("[a-z]*.py"))
    found = {name.replace("_", "-"): cast(Row, import_module(f"rows.{name}")) for name in names}  # a module is one
    return dict(sorted(found.items(), key=lambda one: one[1].PLACE))


def figures(name: str, row: Row, bench: Bench) -> Iterator[Figure]:
    """What the row yields; what ends it is a figure of its own."""
    try:
        yield from row.measure(bench)
    except FAULTS as error:
        yield Figure(row.WHAT, "", not_measured=told(error))


def machine() -> dict[str, object]:
    """What the figures depend on."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    versions = {name: metadata.version(name) for name in ("duckdb", "tree-sitter", "streamlit")}
    commit = subprocess.run(["git", "-C", str(HERE), "describe", "--always", "--dirty"], capture_output=True, text=True)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "machine": f"{os.cpu_count()} cores of {model}, {memory:.0f} GiB",
        "versions": {"Python": platform.python_version(), **versions},
        "commit": commit.stdout.strip(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def main() -> None:
    known = rows()
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", default="", help=f"of {', '.join(known)}; default: all")
    options.add_argument("--pairs", type=int, default=5)
    options.add_argument("--repos", default="", help="paths of repositories with history, separated by spaces")
    options.add_argument("--corpus", default=" ".join(CORPUS), help="names of pinned projects, separated by spaces")
    options.add_argument("--commits", type=int, default=1000, help="of history")
    options.add_argument("--keep", type=Path, default=GOLDEN, help="where the figures are kept")
    chosen = options.parse_args()
    wanted = chosen.rows.replace(",", " ").split() or list(known)
    if unknown := set(wanted) - known.keys():
        options.error(f"no row {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    repositories = tuple(Path(one).resolve() for one in chosen.repos.split())
    if absent := [str(one) for one in repositories if not (one / ".git").exists()]:
        options.error(f"no repository: {', '.join(absent)}")
    corpus = Corpus(repositories, tuple(chosen.corpus.split()))
    subprocess.run([*PLUMBRULE, "--version"], check=True, capture_output=True)  # it runs here at all
    about = machine()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # or what runs now would go on without us
    print(f"{about['machine']}; {about['versions']}; {about['commit']}; {chosen.pairs} pairs\n")
    print("| row | A / B | on | median (range) | ship | aim | reached | CPU |\n|---|---|---|--:|--:|--:|---|--:|")
    for name in wanted:
        begin = time.monotonic()
        measured = []
        with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
            bench = Bench(chosen.pairs, Path(scratch).resolve(), corpus, chosen.commits)
            for figure in figures(name, known[name], bench):
                measured.append(figure)
                print(line(name, figure), flush=True)
        took = round(time.monotonic() - begin)
        print(f"{name} took {took} s", file=sys.stderr, flush=True)
        keep(chosen.keep, name, {**about, "seconds": took, "pairs": chosen.pairs}, measured, list(known))


def line(name: str, figure: Figure) -> str:
    """One figure as a row of Markdown."""
    if figure.not_measured:
        return f"| {name} | {figure.what} | {figure.on} | not measured: {figure.not_measured} | | | | |"
    shown = f"{figure.median:.3g} ({figure.low:.3g} to {figure.high:.3g}) {figure.unit}".strip()
    cells = ("" if one is None else f"{one:g}" for one in (figure.ship, figure.aim))
    cpu = "" if figure.cpu is None else f"{figure.cpu:.3g}"
    return f"| {' | '.join((name, figure.what, figure.on, shown, *cells, reached(figure), cpu))} |"


if __name__ == "__main__":
    main()
