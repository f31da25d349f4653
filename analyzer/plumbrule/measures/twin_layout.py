"""Twin layouts: two records in different folders that list the same fields, though neither file knows the other.

Each record is told beside the one before it by path that is most like it, so that k twins are k - 1 rows.

Hides what a record is and how similar ones are found without comparing all with all: two sets of fields whose Jaccard
similarity is at least t share one of their (n - ceil(t * n) + 1) rarest fields (prefix filtering, Chaudhuri, Ganti
and Kaushik 2006). Names are compared without case and underscores, so that `netTotal` of a client meets `net_total`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from math import ceil
from typing import NamedTuple

from plumbrule.graph import FileRows
from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import product
from plumbrule.measures._kept import KeptRows, said_by_file
from plumbrule.tables import Row, Table, columns

_ALIKE = 0.7  # Jaccard (research: measures 2.4)
_FEWEST = 4  # fields (research: measures 2.4)
_MOST_ALIKE = 40  # records with one rare field in common that are compared with each other
_MOST_TWINS = 4  # a layout that more records have is a form that this system gives to all things of a kind
_RECORDS = ("class", "interface", "type")
_FIELDS = ("property", "variable")
_SHOWN = 6
_WORDLESS = re.compile(r"[\W_]")


class _Record(NamedTuple):
    symbol: str
    line: int
    fields: tuple[str, ...]  # as compared, sorted
    written: tuple[str, ...]  # as written, in their order


class _Layout(NamedTuple):
    path: str
    record: _Record


def _records(rows: FileRows) -> tuple[_Record, ...]:
    """The records of one file: types that hold at least as many fields as they do things."""
    fields: dict[str, list[str]] = {}
    methods: Counter[str] = Counter()
    for symbol in rows.symbols:
        owner, _, name = symbol.symbol.rpartition(".")
        is_constant = symbol.kind == "variable" and name.isupper()
        if symbol.kind in _FIELDS and not is_constant and "static" not in symbol.modifiers.split():
            fields.setdefault(owner, []).append(name)
        elif symbol.kind in ("method", "function"):
            methods[owner] += 1
    found = []
    for symbol in rows.symbols:
        written = tuple(dict.fromkeys(fields.get(symbol.symbol, ())))
        compared = tuple(sorted({_WORDLESS.sub("", name).lower() for name in written} - {""}))
        if symbol.kind in _RECORDS and len(compared) >= max(_FEWEST, methods[symbol.symbol]):
            found.append(_Record(symbol.symbol, symbol.line, compared, written))
    return tuple(found)


def _twins(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("twin_layout")
    records, moved = said_by_file(s, "twin_layout", lambda paths: _read(s, paths))
    if not moved and isinstance(earlier, KeptRows) and not any(path in records for path in s.changed):
        return earlier
    layouts = [_Layout(path, record) for path in sorted(records) for record in records[path]]
    twins: dict[_Layout, list[tuple[float, _Layout]]] = {}
    for one, other, likeness in _alike(layouts):
        twins.setdefault(one, []).append((likeness, other))
        twins.setdefault(other, []).append((likeness, one))
    rows = []
    for other, found in twins.items():
        before = [(-likeness, one) for likeness, one in found if one < other and _is_told(s, one, other)]
        if before and all(len(twins[one]) <= _MOST_TWINS for one in (other, *(one for _, one in found))):
            likeness, one = min(before)
            first, second = one.record, other.record
            both = [name for name in first.written if _WORDLESS.sub("", name).lower() in second.fields]
            rows.append(
                (
                    s.now.repo, one.path, first.symbol, first.line, other.path, second.symbol, second.line,
                    len(both), round(-likeness, 2), _shown(both), _only(first, second), _only(second, first),
                )
            )  # fmt: skip
    return KeptRows(sorted(rows), records)


def _read(s: Situation, paths: Sequence[str]) -> Mapping[str, tuple[_Record, ...]]:
    return {path: _records(rows) for path, rows in product(s, paths).items()}


def _alike(layouts: Sequence[_Layout]) -> Iterable[tuple[_Layout, _Layout, float]]:
    """Pairs of different folders that are alike, each once."""
    known = Counter(name for layout in layouts for name in layout.record.fields)
    by_field: dict[str, list[int]] = {}
    for number, layout in enumerate(layouts):
        names = sorted(layout.record.fields, key=lambda name: (known[name], name))
        for name in names[: len(names) - ceil(_ALIKE * len(names)) + 1]:
            by_field.setdefault(name, []).append(number)
    met = {
        pair
        for numbers in by_field.values()
        for pair in combinations(numbers[:_MOST_ALIKE], 2)
        if _folder(layouts[pair[0]].path) != _folder(layouts[pair[1]].path)
    }
    for one, other in sorted(met):
        first, second = set(layouts[one].record.fields), set(layouts[other].record.fields)
        alike = len(first & second) / len(first | second)
        if alike >= _ALIKE and len(first & second) >= _FEWEST:
            yield layouts[one], layouts[other], alike


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _is_told(s: Situation, one: _Layout, other: _Layout) -> bool:
    """Whether neither file depends on the other, nor both inherit the fields' meaning from one type."""
    first, second = (s.now.rows(layout.path) for layout in (one, other))
    if any(d.dst == other.path for d in first.dependencies) or any(d.dst == one.path for d in second.dependencies):
        return False
    return not (_bases(first, one.record.symbol) & _bases(second, other.record.symbol))


def _bases(rows: FileRows, symbol: str) -> set[tuple[str, str]]:
    """What of this repository the type inherits from."""
    return {(use.dst, use.symbol) for use in rows.uses if use.kind == "inherit" and use.user == symbol and use.dst}


def _only(one: _Record, other: _Record) -> str:
    return _shown([name for name in one.written if _WORDLESS.sub("", name).lower() not in other.fields])


def _shown(names: Sequence[str]) -> str:
    text = ", ".join(names[:_SHOWN])
    return text if len(names) <= _SHOWN else f"{text} and {len(names) - _SHOWN} more"


MEASURES = (
    Measure(
        Table(
            "twin_layout",
            "Two records of different folders with nearly the same fields, and neither file depends on the other.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file of the first by path
                symbol VARCHAR the record there
                line INTEGER of it
                other VARCHAR file of the second
                other_symbol VARCHAR the record there
                other_line INTEGER of it
                shared INTEGER fields that both have
                alike DOUBLE these / all fields of either (Jaccard)
                fields VARCHAR some that both have
                only_here VARCHAR some that only the first has
                only_there VARCHAR some that only the second has"""
            ),
        ),
        _twins,
        gate=False,
    ),
)
