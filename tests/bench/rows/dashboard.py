"""The dashboard's overview in Chromium beside an empty page of Streamlit, to one viewer and to ten at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from changing import clone
from corpus import Place, generated
from generating import Shape
from measuring import PLUMBRULE, run
from row import Bench
from table import Figure, Limits, ratio
from viewing import EMPTY, free_port, looks, served

PLACE = 13
WHAT = "dashboard overview in Chromium / an empty page of Streamlit"
_LIMITS = Limits(1.5, 1.2)
_REPOSITORIES = 50
_COMMITS = 5  # times those of the other rows, in all repositories together
_VIEWERS = (1, 10)


def measure(bench: Bench) -> Iterator[Figure]:
    store, told = _store(bench.scratch, bench.commits * _COMMITS)
    empty = bench.scratch / "empty.py"
    empty.write_text(EMPTY, "utf-8")
    ours, theirs = free_port(), free_port()
    dashboard = [*PLUMBRULE, "dashboard", "--store", str(store), "--port", str(ours)]
    plain = [
        sys.executable, "-m", "streamlit", "run", str(empty), "--server.headless", "true", "--server.address",
        "127.0.0.1", "--server.port", str(theirs), "--server.fileWatcherType", "none", "--browser.gatherUsageStats",
        "false", "--client.toolbarMode", "minimal",
    ]  # fmt: skip
    with (
        served(dashboard, ours, bench.scratch / "ours.log") as one,
        served(plain, theirs, bench.scratch / "theirs.log") as other,
    ):
        for viewers in _VIEWERS:
            who = "one viewer" if viewers == 1 else f"{viewers} viewers at once, the last of them"
            firsts, wholes = looks(one, other, bench.pairs, viewers)
            yield ratio(f"{WHAT}, first paint of the page's own content, {who}", told, _LIMITS, firsts)
            yield ratio(f"{WHAT}, whole page, {who}", told, _LIMITS, wholes)


def _store(scratch: Path, commits: int) -> tuple[Path, str]:
    """Many repositories in one store; the first has most of the commits, as fleets are."""
    shares = [1 / (number + 1) for number in range(_REPOSITORIES)]
    counts = [max(2, round(commits * share / sum(shares))) for share in shares]
    trees = [
        clone(_small(number, count), scratch / "fleet" / f"{_NAMES[number % len(_NAMES)]}{number}")
        for number, count in enumerate(counts)
    ]
    store = scratch / "store"
    run([*PLUMBRULE, "scan", *trees, "--history", "all", "--store", store, "--quiet"])
    return store, f"{len(counts)} generated repositories with {sum(counts)} commits"


def _small(number: int, commits: int) -> Place:
    return generated(Shape("python", 60, commits, seed=100 + number))


_NAMES = ("orders", "billing", "catalog", "search", "accounts")
