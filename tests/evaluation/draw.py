"""Draws findings of the newest snapshot by a seed, each with all that a reader needs to say whether it is true.

    python tests/evaluation/draw.py STORE|REPO [--seed N] [--count 20] [--context 12]

Every rule that fired gets one draw, the rest go to findings at random. REPO stands for its store `REPO/.plumbrule`.
The source lines come from git as the snapshot has them, not from the disk. The seed is printed: the same store and
seed give the same draw.
"""

from __future__ import annotations

import argparse
import random
import re
import secrets
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from plumbrule.errors import PlumbruleError
from plumbrule.git import Repository
from plumbrule.store import Store
from plumbrule.store.reader import Reader

_PLACE = re.compile(r"([^\s:,]+\.[A-Za-z]+)(?:::([\w.$]+)|:(\d+))")  # PATH::SYMBOL or PATH:LINE in a finding's words
_MOST_PLACES = 4  # shown for one finding
_WIDEST = 160  # characters of a source line


class Drawn(NamedTuple):
    """One finding as the public view gives it."""

    rule: str
    severity: str
    repo: str
    subject: str
    path: str
    line: int
    message: str
    remedy: str
    evidence: Sequence[str]


def findings(reader: Reader) -> list[Drawn]:
    """All that stand at the newest snapshot of each repository, fixed ones left out."""
    sql = (
        "SELECT rule, severity, repo, subject, path, line, message, remedy, evidence FROM finding"
        " WHERE state <> 'fixed' ORDER BY rule, repo, subject"
    )
    return [Drawn(*row) for row in reader.select(sql)]


def stratified(found: Sequence[Drawn], count: int, seed: int) -> list[Drawn]:
    """One of each rule that fired, then any; in order of rule and subject."""
    draws = random.Random(seed)
    by_rule: dict[str, list[Drawn]] = {}
    for one in found:
        by_rule.setdefault(one.rule, []).append(one)
    picked = [draws.choice(by_rule[rule]) for rule in sorted(by_rule)][:count]
    rest = [one for one in found if one not in picked]
    picked += draws.sample(rest, min(count - len(picked), len(rest)))
    return sorted(picked, key=lambda one: (one.rule, one.repo, one.subject))


class Source:
    """The files of one commit, and where their symbols are."""

    def __init__(self, reader: Reader, repo: str, repository: Repository) -> None:
        record = reader.newest(repo)
        if record is None:
            raise SystemExit(f"{repo}: the store holds no snapshot of its main line; run `plumbrule scan`")
        self.commit = record.commit
        self._repository = repository
        self._tree = repository.tree(record.commit)
        rows = reader.select("SELECT path, symbol, line FROM symbol WHERE repo = ?", repo)
        self._lines: dict[tuple[str, str], int] = {(path, symbol): line for path, symbol, line in rows}

    def around(self, path: str, line: int, context: int) -> list[str]:
        """Numbered lines from a little before `line` on; what cannot be read says so."""
        if path not in self._tree:
            return [f"({path} is not in this commit)"]
        data = self._repository.read_blob(self._tree[path].blob)
        if not isinstance(data, bytes):
            return [f"({data.reason})"]
        lines = data.decode("utf-8", "replace").splitlines()
        first = max(1, line - 3)
        last = min(len(lines), first + context - 1)
        return [f"{at:>5} {lines[at - 1][:_WIDEST]}" for at in range(first, last + 1)]

    def line_of(self, path: str, symbol: str) -> int:
        return self._lines.get((path, symbol), 1)


def places(one: Drawn, source: Source) -> list[tuple[str, int]]:
    """Where to look: the finding's own place, then those that its words name."""
    found = [(one.path, one.line or 1)] if one.path else []
    for text in (one.subject, one.message, *one.evidence):
        for path, symbol, line in _PLACE.findall(text):
            found.append((path, int(line) if line else source.line_of(path, symbol)))
    return list(dict.fromkeys(found))[:_MOST_PLACES]


def show(number: int, one: Drawn, source: Source, context: int) -> None:
    print(f"\n## {number}. {one.rule} ({one.severity})\n")
    print(f"subject   {one.subject}\nat        {one.path}:{one.line}\nmessage   {one.message}\nremedy    {one.remedy}")
    for item in one.evidence:
        print(f"evidence  {item}")
    for path, line in places(one, source):
        print(f"\n--- {path}:{line}")
        print("\n".join(source.around(path, line, context)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path, metavar="STORE|REPO")
    parser.add_argument("--seed", type=int, default=None, help="default: one by chance, which is printed")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--rule", default="", help="draw findings of this rule only")
    parser.add_argument("--context", type=int, default=14, help="source lines shown for each place")
    asked = parser.parse_args()
    seed = secrets.randbelow(100_000) if asked.seed is None else asked.seed
    folder = asked.store / ".plumbrule" if (asked.store / ".plumbrule").is_dir() else asked.store
    try:
        with Store.open(folder).reader() as reader:
            found = [one for one in findings(reader) if asked.rule in ("", one.rule)]
            drawn = stratified(found, asked.count, seed)
            sources = {
                repo: Source(reader, repo, Repository.find(Path(reader.root(repo))))
                for repo in sorted({one.repo for one in drawn})
            }
            print(f"# {len(drawn)} of {len(found)} findings, seed {seed}\n")
            for repo, source in sources.items():
                print(f"{repo} at {source.commit}")
            counts = Counter((one.severity, one.rule) for one in found)
            print("\n| rule | severity | findings | drawn |\n|---|---|--:|--:|")
            for (severity, rule), number in sorted(counts.items()):
                print(f"| {rule} | {severity} | {number} | {sum(one.rule == rule for one in drawn)} |")
            for number, one in enumerate(drawn, start=1):
                show(number, one, sources[one.repo], asked.context)
    except PlumbruleError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
