"""Names against the repository's own habits: how they are cased, and which verb stands for one concept.

Hides what a habit is: one spelling of nearly all names of a kind, or one verb of most functions of a folder. Names that
somebody else chose are left out: overrides, what a base outside the repository may promise, what a decorator is told.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from plumbrule.details import words_of
from plumbrule.graph import FileRows, Graph, SymbolRow
from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import product, revised
from plumbrule.measures._classes import Reader, promised_by
from plumbrule.tables import Row, Table, columns

_HABIT = 0.95  # share of the names of a kind that makes a spelling the rule (research: measures D16)
_ENOUGH = 20  # names of a kind without which there is no habit
_STYLES = (
    ("snake_case", re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")),
    ("camelCase", re.compile(r"[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+")),
    ("UPPER_CASE", re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")),
    ("PascalCase", re.compile(r"(?:[A-Z]+[a-z0-9]+)+[A-Z]*|[A-Z][a-z0-9]+")),
    ("kebab-case", re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")),
)
_KINDS = {"function": "function", "method": "method", "class": "type", "interface": "type", "enum": "type"}
_KEYS = ("repo", "language", "kind", "style")

_GROUPS = tuple(
    frozenset(words.split())
    for words in ("get fetch load retrieve", "create make build new", "delete remove drop", "check validate verify")
)
_VERBS: Mapping[str, int] = {verb: at for at, group in enumerate(_GROUPS) for verb in group}
_USUAL = 0.7  # share of one verb among those of its group in a folder that makes it the habit
_FEWEST = 5
_PREPOSITIONS = frozenset("by for from in of with on at to as via using between where if when per into and or".split())  # noqa: SIM905


class _Name(NamedTuple):
    kind: str  # function, method, type or file
    name: str
    style: str


@lru_cache(1 << 15)
def _style(name: str) -> str:
    """How a name is cased; "" where one word says nothing of it, or it mixes several."""
    bare = name.strip("_$")
    return next((style for style, pattern in _STYLES if pattern.fullmatch(bare)), "")


def _names(path: str, rows: FileRows) -> Iterator[tuple[_Name, SymbolRow | None]]:
    if not rows.file.is_written_here or rows.file.is_test:
        return
    stem = path.rpartition("/")[2].partition(".")[0]
    if (style := _style(stem)) and stem != path.rpartition("/")[0].rpartition("/")[2]:  # that is the folder's name
        yield _Name("file", stem, style), None
    for symbol in rows.symbols:
        kind, name = _KINDS.get(symbol.kind), symbol.symbol.rpartition(".")[2]
        # What others may see may be cased otherwise: that is another habit.
        if kind is not None and (style := _style(name)):
            yield _Name(f"{symbol.visibility} {kind}", name, style), symbol


def _tallied(graph: Graph, paths: Iterable[str]) -> Counter[tuple[str, str, str]]:
    """Names by (language, kind, style)."""
    found: Counter[tuple[str, str, str]] = Counter()
    for path in paths:
        if path in graph:
            rows = graph.rows(path)
            found.update((rows.file.language, name.kind, name.style) for name, _ in _names(path, rows))
    return found


def _casing(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("casing")
    if earlier is None:
        found = _tallied(s.now, s.now.paths())
    else:
        found = Counter({(row[1], row[2], row[3]): row[4] for row in earlier})
        found.update(_tallied(s.now, s.changed))
        found.subtract(_tallied(s.before, s.changed))
    rows = sorted((s.now.repo, *key, names) for key, names in found.items() if names > 0)
    return earlier if earlier is not None and list(earlier) == rows else rows


def _habits(rows: Iterable[Row]) -> dict[tuple[str, str], str]:
    """The style of nearly all names by (language, kind)."""
    by_kind: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for _, language, kind, style, names in rows:
        by_kind[language, kind][style] = names
    habits = {}
    for key, styles in by_kind.items():
        style = max(styles, key=lambda one: (styles[one], one))
        if sum(styles.values()) >= _ENOUGH and styles[style] >= _HABIT * sum(styles.values()):
            habits[key] = style
    return habits


def _miscased(s: Situation) -> Collection[Row]:
    habits, was = _habits(s.rows["casing"]), _habits(s.earlier.get("casing", ()))

    def rows_of(paths: Collection[str]) -> Iterator[Row]:
        for path in paths:
            yield from _unlike(s, path, habits)

    if was != habits:
        return sorted(rows_of(sorted(s.now.paths())))
    return revised(s, "miscased_name", rows_of, resting=True)


def _unlike(s: Situation, path: str, habits: Mapping[tuple[str, str], str]) -> Iterator[Row]:
    """The names of a file that are cased otherwise than their kind is."""
    rows = s.now.rows(path)
    for name, symbol in _names(path, rows):
        habit = habits.get((rows.file.language, name.kind), name.style)
        if habit == name.style:
            continue
        reader = Reader(s.now, path)
        given = _is_custom(s.now, path, name.style) if symbol is None else _is_given(reader, path, symbol)
        if not given:
            yield (
                s.now.repo, path, symbol.symbol if symbol is not None else "",
                symbol.line if symbol is not None else 1, name.kind, name.name, name.style, habit,
                _spelt(name.name, habit), reader.rests_on,
            )  # fmt: skip


def _is_custom(graph: Graph, path: str, style: str) -> bool:
    """Whether most files of the outermost folder around this one are spelt as it is: that folder has its own habit."""
    top, slash, _ = path.partition("/")
    styles = Counter(
        found for other in graph.paths() if other.startswith(top + slash)
        if (found := _style(other.rpartition("/")[2].partition(".")[0]))
    )  # fmt: skip
    return bool(slash) and styles[style] * 2 > sum(styles.values())


def _is_given(reader: Reader, path: str, symbol: SymbolRow) -> bool:
    """Whether another place may have chosen the name."""
    if symbol.decorators or not {"override", "wrapped"}.isdisjoint(symbol.modifiers.split()):
        return True
    owner, _, name = symbol.symbol.rpartition(".")
    return bool(owner and promised_by(reader, path, owner, name))


def _spelt(name: str, style: str) -> str:
    """The name in another style."""
    words = words_of(name)
    lead = name[: len(name) - len(name.lstrip("_$"))]
    spelt = {
        "snake_case": "_".join(words),
        "kebab-case": "-".join(words),
        "UPPER_CASE": "_".join(words).upper(),
        "camelCase": words[0] + "".join(word.title() for word in words[1:]) if words else "",
        "PascalCase": "".join(word.title() for word in words),
    }
    return lead + spelt[style]


# -- one concept, several verbs -----------------------------------------------------------------------------------


class _Verb(NamedTuple):
    """A function whose name begins with a verb that others mean the same by."""

    path: str
    symbol: SymbolRow
    verb: str
    noun: tuple[str, ...]
    gives: str  # the type that it says it gives, "" if it says none

    @property
    def scope(self) -> tuple[str, str]:
        return self.path, self.symbol.symbol.rpartition(".")[0]


def _verbs(s: Situation, paths: Iterable[str]) -> Iterator[_Verb]:
    for path, rows in product(s, paths).items():
        given: Mapping[tuple[str, int], str] | None = None
        for symbol in rows.symbols:
            words = words_of(symbol.symbol.rpartition(".")[2]) if symbol.kind in ("function", "method") else ()
            if len(words) < 2 or words[0] not in _VERBS:
                continue
            noun = _noun(words)
            if noun:
                if given is None:
                    interface = s.facts.interface(rows.file.dialect, rows.file.blob)
                    given = {(one.name, one.line): one.returns for one in interface.symbols}
                yield _Verb(path, symbol, words[0], noun, given.get((symbol.symbol, symbol.line), ""))


def _noun(words: Sequence[str]) -> tuple[str, ...]:
    """What a verb is about: the words behind it, the noun among them for one thing."""
    found = list(words[1:])
    end = next((at for at, word in enumerate(found) if word in _PREPOSITIONS), len(found)) - 1
    if end >= 0 and len(found[end]) > 3 and found[end].endswith("s") and not found[end].endswith("ss"):
        found[end] = found[end][:-1]
    return tuple(found) if end >= 0 else ()


def _synonyms(s: Situation) -> Collection[Row]:
    folders: dict[str, list[str]] = defaultdict(list)
    for path in s.now.paths():
        folders[path.rpartition("/")[0]].append(path)
    earlier = s.earlier.get("concept_synonym")
    touched = {path.rpartition("/")[0] for path in s.changed} if earlier is not None else set(folders)
    kept = [row for row in earlier or () if row[1].rpartition("/")[0] not in touched]
    made = [row for folder in touched for row in _in_folder(s, list(_verbs(s, sorted(folders.get(folder, ())))))]
    rows = sorted([*kept, *made])
    return earlier if earlier is not None and list(earlier) == rows else rows


def _in_folder(s: Situation, found: Sequence[_Verb]) -> Iterator[Row]:
    groups: dict[int, list[_Verb]] = defaultdict(list)
    for one in found:
        groups[_VERBS[one.verb]].append(one)
    for members in groups.values():
        used = Counter(one.verb for one in members)
        habit = max(used, key=lambda verb: (used[verb], verb))
        if len(members) < _FEWEST or used[habit] < _USUAL * len(members) or len(used) == 1:
            continue
        usual: dict[tuple[tuple[str, ...], str], list[_Verb]] = defaultdict(list)
        for one in members:
            if one.verb == habit:
                usual[one.noun, one.gives].append(one)
        for one in members:
            others = [other for other in usual.get((one.noun, one.gives), ()) if other.scope != one.scope]
            if (
                one.verb != habit
                and others
                and not _is_another_layer(s, one, others)
                and not _is_given(Reader(s.now, one.path), one.path, one.symbol)
            ):
                twin = min(others, key=lambda other: (other.path, other.symbol.line))
                yield (
                    s.now.repo, one.path, one.symbol.symbol, one.symbol.line, one.verb, habit, " ".join(one.noun),
                    f"{twin.path}::{twin.symbol.symbol}", used[habit], len(members),
                )  # fmt: skip


def _is_another_layer(s: Situation, one: _Verb, others: Sequence[_Verb]) -> bool:
    """Whether one of them calls the other, or a scope has both verbs for this: then they mean two things."""
    names = {other.symbol.symbol.rpartition(".")[2] for other in others}
    own = one.symbol.symbol.rpartition(".")[2]
    return any(_calls(s, other.path, other.symbol, {own}) for other in others) or _calls(s, one.path, one.symbol, names)


def _calls(s: Situation, path: str, symbol: SymbolRow, names: Collection[str]) -> bool:
    rows = s.now.rows(path)
    if any(use.user == symbol.symbol and use.symbol.rpartition(".")[2] in names for use in rows.uses):
        return True
    interface = s.facts.interface(rows.file.dialect, rows.file.blob)
    at = next(
        (n for n, known in enumerate(interface.symbols) if (known.name, known.line) == (symbol.symbol, symbol.line)), -1
    )
    references = s.facts.body(rows.file.dialect, rows.file.blob).references
    return any(one.symbol == at and re.split(r"[.:]", one.text)[-1] in names for one in references)


_OWNER = "repo VARCHAR repository, by its name in the store\npath VARCHAR repository-relative file\n"

MEASURES = (
    Measure(
        Table(
            "casing",
            "How many names of a kind are cased in one way; names of one word that say nothing of it left out.",
            columns(
                """repo VARCHAR repository, by its name in the store
                language VARCHAR of the files
                kind VARCHAR file, or what it names with its visibility: "public function", "private type"
                style VARCHAR snake_case, camelCase, PascalCase, UPPER_CASE or kebab-case
                names INTEGER that are cased so"""
            ),
        ),
        _casing,
        gate=False,
    ),
    Measure(
        Table(
            "miscased_name",
            "A name cased otherwise than nearly all of its kind in this repository.",
            columns(
                _OWNER
                + """symbol VARCHAR dotted path inside the file; empty for the file itself
                line INTEGER first line
                kind VARCHAR file, or what it names with its visibility
                name VARCHAR as written
                style VARCHAR how it is cased
                habit VARCHAR how nearly all others are
                instead VARCHAR the same name in that style
                rests_on VARCHAR other files that decided this, as JSON"""
            ),
        ),
        _miscased,
        after=("casing",),
        gate=False,
    ),
    Measure(
        Table(
            "concept_synonym",
            "A function whose verb is another one than that of its folder, for a thing that has that one, too.",
            columns(
                _OWNER
                + """symbol VARCHAR dotted path inside the file
                line INTEGER first line
                verb VARCHAR its own
                habit VARCHAR the one that most functions of the folder use for this
                noun VARCHAR what both are about
                twin VARCHAR a function that uses the habitual verb for it, as FILE::SYMBOL
                usual INTEGER functions of the folder that use the habitual verb
                functions INTEGER of the folder that use a verb of this meaning"""
            ),
        ),
        _synonyms,
        gate=False,
    ),
)
