"""Which lines of code are young, and how many were changed again, moved or copied, week by week.

Hides how a line is known from commit to commit. Only lines of the last fourteen days are kept, by their number in the
file as it is now; each commit shifts those of the files it touched. Lines move or are copied in blocks of three and
more: single lines that look alike, such as `return False`, prove nothing. The words are GitClear's (2025): churn is
code changed again within two weeks, a copy is put in at two places by one commit, a move is taken out where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from plumbrule.data import dataclass
from plumbrule.git.hunks import Hunk

DAY = 86_400
YOUNG = 14 * DAY
_BLOCK = 3  # lines that follow each other
_BULK = 50_000  # lines of one commit: no person reads what it did, and neither is it counted
_WEEKS = 60
_TELLING = 3  # characters, without which a line is a bracket


class Week(NamedTuple):
    """What the commits of one week did to lines of code; blank ones do not count."""

    commits: int = 0
    added: int = 0
    removed: int = 0
    reworked: int = 0  # of those removed or replaced, lines younger than fourteen days
    moved: int = 0  # of those added, lines that were taken out elsewhere by the same commit
    copied: int = 0  # of those added, lines that the same commit put in elsewhere too
    bulk: int = 0  # commits too large to be counted in any other way

    def and_(self, other: Week) -> Week:
        return Week(*(one + more for one, more in zip(self, other, strict=True)))


@dataclass(slots=True)
class LineLog:
    """Young lines by file, and the sums of each week."""

    tip: str = ""
    newest: int = 0  # seconds since 1970
    weeks: dict[str, Week] = field(default_factory=dict)  # by their Monday
    young: dict[str, dict[int, int]] = field(default_factory=dict)  # file -> line -> when it was written

    def add(
        self, commit: str, at: int, hunks: Sequence[Hunk], counts: Callable[[str], bool], *, told: bool = True
    ) -> None:
        """What the next commit did to the files that count; without `told` it is no part of any week."""
        self.tip = commit
        at = self.newest = max(self.newest, at)
        wanted = [hunk for hunk in hunks if counts(hunk.path)]
        is_bulk = sum(len(hunk.removed) + len(hunk.added) for hunk in wanted) > _BULK
        if is_bulk:
            for hunk in wanted:
                self.young.pop(hunk.path, None)
            done = Week(commits=1, bulk=1)
        else:
            done = self._applied(at, wanted)
        if told and wanted:
            monday = _monday(at)
            self.weeks[monday] = self.weeks.get(monday, Week()).and_(done)
            while len(self.weeks) > _WEEKS:
                del self.weeks[min(self.weeks)]

    def _applied(self, at: int, hunks: Sequence[Hunk]) -> Week:
        ages = [[self._age(hunk.path, hunk.old + n) for n in range(len(hunk.removed))] for hunk in hunks]
        moves = _blocks_moved(hunks)
        gone = set(moves.values())
        reworked = sum(
            age is not None and at - age <= YOUNG and bool(line) and (index, n) not in gone
            for index, (hunk, of_hunk) in enumerate(zip(hunks, ages, strict=True))
            for n, (line, age) in enumerate(zip(hunk.removed, of_hunk, strict=True))
        )
        written: dict[tuple[int, int], int] = {}
        for index, hunk in enumerate(hunks):
            for n in range(len(hunk.added)):
                source = moves.get((index, n))
                # A line that moved is as old as it was; one that was old before is not young now.
                age = ages[source[0]][source[1]] if source is not None else at
                if age is not None:
                    written[index, n] = age
        for path, of_path in groupby(sorted(range(len(hunks)), key=lambda i: (hunks[i].path, hunks[i].old)),
                                     key=lambda i: hunks[i].path):  # fmt: skip
            self._shift(path, list(of_path), hunks, written, at)
        copied = _blocks_copied(hunks, moves)
        return Week(
            commits=1,
            added=sum(bool(line) for hunk in hunks for line in hunk.added),
            removed=sum(bool(line) for hunk in hunks for line in hunk.removed),
            reworked=reworked,
            moved=sum(bool(hunks[index].added[n]) for index, n in moves),
            copied=len(copied),
        )

    def _age(self, path: str, line: int) -> int | None:
        return self.young.get(path, {}).get(line)

    def _shift(
        self, path: str, of_path: Sequence[int], hunks: Sequence[Hunk], written: Mapping[tuple[int, int], int], at: int
    ) -> None:
        """Young lines of one file, by their numbers after these hunks of it."""
        found: dict[int, int] = {}
        for index in of_path:
            hunk = hunks[index]
            found.update((hunk.new + n, written[index, n]) for n in range(len(hunk.added)) if (index, n) in written)
        edits = [(hunks[i].old if hunks[i].removed else hunks[i].old + 1, len(hunks[i].removed), len(hunks[i].added))
                 for i in of_path]  # fmt: skip
        place, by = 0, 0
        for line, age in sorted(self.young.get(path, {}).items()):
            while place < len(edits) and edits[place][0] + edits[place][1] <= line:
                by += edits[place][2] - edits[place][1]
                place += 1
            if (place == len(edits) or line < edits[place][0]) and at - age <= YOUNG:
                found[line + by] = age
        if found:
            self.young[path] = found
        else:
            self.young.pop(path, None)

    # -- to and from plain values -----------------------------------------------------------------------------------

    def kept(self) -> dict[str, object]:
        young = {}
        for path, lines in sorted(self.young.items()):
            runs: list[list[int]] = []
            for line, age in sorted(lines.items()):
                if self.newest - age > YOUNG:
                    continue
                if runs and runs[-1][0] + runs[-1][1] == line and runs[-1][2] == age:
                    runs[-1][1] += 1
                else:
                    runs.append([line, 1, age])
            if runs:
                young[path] = runs
        return {"tip": self.tip, "newest": self.newest, "weeks": {w: [*of] for w, of in self.weeks.items()},
                "young": young}  # fmt: skip

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> LineLog:  # Any: plain values, as `kept` gave them
        """The inverse of `kept`."""
        young = {
            path: {begin + n: age for begin, count, age in runs for n in range(count)}
            for path, runs in kept["young"].items()
        }
        return cls(kept["tip"], kept["newest"], {week: Week(*of) for week, of in kept["weeks"].items()}, young)


def _monday(at: int) -> str:
    day: date = datetime.fromtimestamp(at, UTC).date()
    return (day - timedelta(days=day.weekday())).isoformat()


_Place = tuple[int, int]  # hunk, line of it
_Block = tuple[bytes, ...]


def _blocks(lines: Sequence[bytes], hunk: int) -> Iterable[tuple[_Block, tuple[_Place, ...]]]:
    """Every three telling lines that follow each other, brackets and blank lines between them left out."""
    telling = [(n, line) for n, line in enumerate(lines) if len(line) >= _TELLING]
    for begin in range(len(telling) - _BLOCK + 1):
        block = telling[begin : begin + _BLOCK]
        yield tuple(line for _, line in block), tuple((hunk, n) for n, _ in block)


def _blocks_moved(hunks: Sequence[Hunk]) -> dict[_Place, _Place]:
    """Where each line that one commit moved came from; every line left one place at most."""
    gone: dict[_Block, list[tuple[_Place, ...]]] = {}
    for index, hunk in enumerate(hunks):
        for block, places in _blocks(hunk.removed, index):
            gone.setdefault(block, []).append(places)
    moves: dict[_Place, _Place] = {}
    left: dict[_Place, _Place] = {}
    for index, hunk in enumerate(hunks if gone else ()):
        for block, places in _blocks(hunk.added, index):
            for sources in gone.get(block, ()):
                pairs = list(zip(places, sources, strict=True))
                if sources[0][0] != index and all(
                    left.get(source, place) == place and moves.get(place, source) == source for place, source in pairs
                ):
                    moves.update(pairs)
                    left.update((source, place) for place, source in pairs)
                    break
    return moves


def _blocks_copied(hunks: Sequence[Hunk], moves: Mapping[_Place, _Place]) -> set[_Place]:
    """Lines that stand elsewhere among those that the same commit put in, the first place of each left out."""
    first: dict[_Block, _Place] = {}
    copied: set[_Place] = set()
    for index, hunk in enumerate(hunks):
        for block, places in _blocks(hunk.added, index):
            at = first.setdefault(block, places[0])
            if at != places[0] and abs(at[1] - places[0][1]) * (at[0] == index) not in (1, 2):
                copied.update(place for place in places if place not in moves)
    return copied
