"""The bench: ratios measured in one run, A and B in turn, five pairs; absolute seconds of one machine prove nothing.

    make bench REPO=path            or: python tests/bench/measure.py REPO [--pairs 5] [--history 1000] [--json FILE]

Prints a Markdown table: the ratio's median and range, what was demanded, and the two medians in seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
PLUMBRULE = [sys.executable, "-m", "plumbrule"]


def timed(command: list[str], *, codes: tuple[int, ...] = (0,), cwd: str | None = None, path: str = "") -> float:
    """Wall seconds of one run; any other exit code ends the bench with what the command said."""
    # As people run it: the warm-up run leaves compiled modules behind, for either side.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if path:
        environment["PYTHONPATH"] = path
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, cwd=cwd, env=environment)
    seconds = time.perf_counter() - start
    if done.returncode not in codes:
        sys.exit(f"{' '.join(command)}\nexit {done.returncode}\n{done.stdout.decode()}\n{done.stderr.decode()}")
    return seconds


def tree_memory(root: int) -> int:
    """Bytes of proportional set size of a process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    total, todo = 0, [root]
    while todo:
        pid = todo.pop()
        todo += children.get(pid, [])
        try:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        except OSError:
            continue
    return total


def peak_memory(command: list[str]) -> int:
    """Highest sum of proportional set sizes over all processes of one run, looked at every 30 ms."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    ended = threading.Event()

    def look() -> None:
        nonlocal peak
        while not ended.wait(0.03):
            peak = max(peak, tree_memory(process.pid))

    watcher = threading.Thread(target=look)
    watcher.start()
    process.wait()
    ended.set()
    watcher.join()
    return peak


def package_of(repository: str) -> str:
    """The top-level Python package with most modules, for lint-imports; "" if there is none."""
    names = subprocess.run(["git", "-C", repository, "ls-files", "*.py"], check=True, capture_output=True, text=True)
    counts = Counter(name.split("/")[0] for name in names.stdout.split("\n") if "/" in name)
    for name, _ in counts.most_common():
        if Path(repository, name, "__init__.py").is_file():
            return name
    return ""


def pairs(count: int, a: object, b: object) -> tuple[list[float], list[float]]:
    """Alternating runs after one warm-up of each."""
    a(), b()
    first, second = [], []
    for _ in range(count):
        first.append(a())
        second.append(b())
    return first, second


class Table:
    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []

    def ratio(self, name: str, demanded: float | None, a: list[float], b: list[float]) -> None:
        ratios = [x / y for x, y in zip(a, b, strict=True)]
        self.rows.append(
            {
                "what": name,
                "demanded": demanded,
                "median": statistics.median(ratios),
                "low": min(ratios),
                "high": max(ratios),
                "a": statistics.median(a),
                "b": statistics.median(b),
            }
        )
        self.show(self.rows[-1])

    def value(self, name: str, demanded: float | None, value: float, unit: str) -> None:
        self.rows.append({"what": name, "demanded": demanded, "median": value, "unit": unit})
        self.show(self.rows[-1])

    @staticmethod
    def show(row: dict[str, object]) -> None:
        limit = "" if row["demanded"] is None else f"{row['demanded']:g}"
        if "a" in row:
            spread = f"{row['median']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
            text = f"{spread} | {limit} | {row['a']:.2f} s / {row['b']:.2f} s"
        else:
            text = f"{row['median']:.2f} {row['unit']} | {limit} | "
        print(f"| {row['what']} | {text} |", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("repository")
    options.add_argument("--pairs", type=int, default=5)
    options.add_argument("--history", default="1000")
    options.add_argument("--json", default="")
    options.add_argument("--only", default="", help="cold, gate, history, size: comma-separated")
    chosen = options.parse_args()
    repository = str(Path(chosen.repository).resolve())
    only = set(chosen.only.split(",")) if chosen.only else {"cold", "gate", "history", "size"}
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("duckdb", "tree-sitter", "import-linter"))
    head = subprocess.run(["git", "-C", repository, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {versions}"
    print(f"{Path(repository).name} at {head.stdout[:12]}; {machine}\n")
    print("| what | ratio A/B, median (range) | demanded | A / B |\n|---|---|---|---|")
    table = Table()
    with tempfile.TemporaryDirectory() as scratch:
        bare = [sys.executable, str(HERE / "bare.py")]

        def cold() -> float:
            store = Path(scratch, "cold")
            shutil.rmtree(store, ignore_errors=True)
            return timed([*PLUMBRULE, "scan", repository, "--history", "1", "--store", str(store), "--quiet"])

        if "cold" in only:
            a, b = pairs(chosen.pairs, cold, lambda: timed([*bare, "head", repository]))
            table.ratio("cold scan of the head / bare parse of the same files, two processes", 4.0, a, b)
        if "gate" in only:
            _gate(table, repository, Path(scratch), chosen.pairs)
        if "history" in only:

            def history() -> float:
                store = Path(scratch, "history")
                shutil.rmtree(store, ignore_errors=True)
                return timed(
                    [*PLUMBRULE, "scan", repository, "--history", chosen.history, "--store", str(store), "--quiet"]
                )

            a, b = pairs(max(1, chosen.pairs), history, lambda: timed([*bare, "history", repository, chosen.history]))
            table.ratio(f"history of {chosen.history} commits / bare parse of its distinct blobs", 4.0, a, b)
        if "size" in only:
            _size(table, repository, Path(scratch), chosen.history)
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(table.rows, indent=1) + "\n")


def _gate(table: Table, repository: str, scratch: Path, count: int) -> None:
    package = package_of(repository)
    if not package:
        print("| warm gate / lint-imports | not measured: no top-level Python package | | |")
        return
    clone = scratch / "clone"
    subprocess.run(["git", "clone", "-q", "--shared", repository, str(clone)], check=True)
    git = ["git", "-C", str(clone), "-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    subprocess.run([*git, "branch", "-q", "base"], check=True)
    changed = max(
        (p for p in Path(clone, package).rglob("*.py") if p.stat().st_size < 20_000), key=lambda p: p.stat().st_size
    )
    changed.write_text(
        changed.read_text() + f"\n\ndef bench_probe() -> None:\n    import {package}\n\n    print({package})\n"
    )
    subprocess.run([*git, "commit", "-qam", "one changed file"], check=True)
    subprocess.run([*git, "update-index", "-q", "--refresh"], check=True)
    store = str(scratch / "warm")
    timed([*PLUMBRULE, "scan", str(clone), "--history", "1", "--store", store, "--quiet"])
    (clone / ".importlinter").write_text(
        f"[importlinter]\nroot_package = {package}\n\n[importlinter:contract:1]\nname = one\ntype = layers\n"
        f"containers = {package}\nlayers =\n    (plumbrule_upper)\n    (plumbrule_lower)\n"
    )
    lint = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or "lint-imports"
    gate = [*PLUMBRULE, "gate", "--repo", str(clone), "--base", "base", "--store", store, "--quiet"]
    a, b = pairs(
        count, lambda: timed(gate, codes=(0, 1)), lambda: timed([lint], codes=(0, 1), cwd=str(clone), path=str(clone))
    )
    table.ratio("warm gate, one changed file / lint-imports warm, one layers contract", 1.0, a, b)


def _size(table: Table, repository: str, scratch: Path, commits: str) -> None:
    from bare import head_files  # beside this file

    source = 0
    for _, place in head_files(repository):
        source += Path(place).stat().st_size if os.sep in place else 0
    if not source:
        listed = subprocess.run(
            ["git", "-C", repository, "ls-tree", "-r", "-l", "HEAD"], check=True, capture_output=True, text=True
        )
        blobs = {place for _, place in head_files(repository)}
        source = sum(int(line.split()[3]) for line in listed.stdout.splitlines() if line.split()[2] in blobs)
    store = scratch / "size"
    scan = [*PLUMBRULE, "scan", repository, "--history", commits, "--store", str(store), "--quiet"]
    table.value(f"peak memory over all processes, history of {commits}", None, peak_memory(scan) / 1e6, "MB")
    generation = max((store / "generations").glob("*.duckdb"))
    table.value(
        f"newest generation with {commits} commits / source bytes of the head",
        None,
        generation.stat().st_size / source,
        "",
    )
    cache = sum(f.stat().st_size for f in store.glob("facts*") if f.is_file())
    table.value("fact cache / source bytes of the head", None, cache / source, "")
    shutil.rmtree(store)
    scan[scan.index("--history") + 1] = "1"
    table.value("peak memory over all processes, head only", None, peak_memory(scan) / 1e6, "MB")


if __name__ == "__main__":
    main()
