"""Shared knowledge: two files in different folders that spell out the same things and do not know each other.

Hides which strings say something. What two files both know, a format, a key, a name of a column, changes in both or
breaks one (Parnas 1972; Ousterhout 2018: information leakage). The weight of a pair is the sum of ln(n / df) over the
strings that both hold, n being the files and df those that hold the string: `research: measures 2.4`. Strings that
standards or the language give, such as media types and header names, are nobody's secret; see `_is_common`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from math import log

from plumbrule.graph import FileRows
from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import product
from plumbrule.measures._kept import KeptRows, said_by_file
from plumbrule.tables import Row, Table, columns

_MOST_HOLDERS = 4  # a string in more files is a word of this system (research: measures 2.4)
_FEWEST = 3  # strings in common (research: measures 2.4)
_SHOWN = 6

_Texts = Mapping[str, int]  # the strings of one file, each with the line of the first

# What a file does not choose itself: the form that others gave it.
_COMMON = re.compile(
    r"""(?x)
    (?: application|audio|font|image|message|model|multipart|text|video )/[\w.+*-]+(?:;.*)?   # media types (RFC 6838)
    | (?: [A-Z][A-Za-z0-9]*|x|content|accept|cache|user|www )(?: -[A-Za-z0-9]+ )+             # header fields (RFC 9110)
    | (?i: utf|iso|us|windows|cp|latin|ascii )[-_]?[\d-]*(?:ascii)?                            # character sets
    | [a-z]{2,3}[-_][A-Z]{2}                                                                    # locales (RFC 5646)
    | [%\s\w.:/,-]*%[YmdHMSjyBbAapfzZ](?:[\s\W_%YmdHMSjyBbAapfzZT]*)                            # times (strftime)
    | [yMdHhmsSaEzXTZG'\s.:/,-]{4,}                                                             # times (CLDR)
    | v?\d+(?:\.\d+)+[\w.-]*                                                                    # versions, addresses
    | [\W\d_]+                                                                                  # no word at all
    | (?:https?|ftp|file|ws)://.*                                                               # addresses of others
    | \.{0,2}/?[\w@-]+\.[a-z]{1,5}                                                              # files
    | (?:node|java|javax|jakarta|org|com|net|io)[.:][\w.$:-]*                                   # names of packages
    | [%{}<>$\s\w]?%[-+#\d.]*[a-z]\W*                                                           # a place alone
    | (?:\w+[.:/])+[A-Z]\w+                                                                     # names of types
    | --?[a-z][\w-]*                                                                            # flags of commands
    """
)
# Folders and files that show or set up what the product does, and copies of what once was.
_ASIDE = re.compile(
    r"(?i)(^|/)((.*[-_])?(benchmarks?|demos?|docs?|examples?|fixtures?|samples?|testdata|testing|tests?|tutorials?)([-_].*)?"
    r"|migrations|alembic|migrate)/|\.(config|conf)\.\w+$"
)
_TAG = re.compile(r'\w+:"([^",]*)(?:,[^"]*)?"')  # a field's tag in Go
_TELLING = re.compile(r"[\w)][_\-./:%][\w(]|[a-z][A-Z]")
_WORD = re.compile(r"[^\W\d_]{3}")
_PROSE = re.compile(r"\w[\w']*(?:,|:|;)? +[a-z']+(?:[,.:;!?]?) +\w")  # three words in a row


def _is_common(text: str) -> bool:
    """Whether a string tells nothing that the file keeps: a standard's words, a path in the tree, or a sentence."""
    if tag := _TAG.fullmatch(text):
        return _TELLING.search(tag[1]) is None
    if text.startswith(("./", "../", "@", "#")) or not _WORD.search(re.sub(r"%[-+#\d.]*[a-zA-Z]|\\[a-z]", " ", text)):
        return True
    return _COMMON.fullmatch(text) is not None or _is_prose(text)


def _is_prose(text: str) -> bool:
    """A sentence for people, SQL apart: two files that say the same to a reader know no format together."""
    return _PROSE.search(text) is not None and not re.match(
        r"(?i)\s*(select|insert|update|delete|create|alter)\b", text
    )


def _texts(s: Situation, paths: Sequence[str]) -> Mapping[str, _Texts]:
    found = {}
    for path, rows in product(s, (path for path in paths if not _ASIDE.search(path))).items():
        # What a file calls its own things by is no string that it knows of others: `T_user = TypeVar("T_user")`.
        own = {symbol.symbol.rpartition(".")[2] for symbol in rows.symbols}
        literals = s.facts.body(rows.file.dialect, rows.file.blob).literals
        found[path] = {one.text: one.line for one in literals if one.text not in own and not _is_common(one.text)}
    return found


def _pairs(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("shared_knowledge")
    texts, moved = said_by_file(s, "shared_knowledge", lambda paths: _texts(s, paths))
    if not moved and isinstance(earlier, KeptRows) and not any(_is_known_otherwise(s, path) for path in s.changed):
        return earlier
    holders: dict[str, list[str]] = {}
    for path in sorted(texts):
        for text in texts[path]:
            holders.setdefault(text, []).append(path)
    rows = []
    for (one, other), shared in sorted(_shared(holders).items()):
        if len(shared) >= _FEWEST and not _know_each_other(s, one, other):
            given = _declared(s, _needed(s, one) & _needed(s, other))
            both = [text for text in shared if text not in given]
            if len(both) >= _FEWEST:
                rows.append(_row(s, one, other, both, texts, holders))
    return KeptRows(rows, texts)


def _shared(holders: Mapping[str, Sequence[str]]) -> Mapping[tuple[str, str], list[str]]:
    """The strings that two files of different folders hold, where few others do."""
    shared: dict[tuple[str, str], list[str]] = {}
    for text, paths in holders.items():
        if 2 <= len(paths) <= _MOST_HOLDERS:
            for one, other in combinations(paths, 2):
                if _folder(one) != _folder(other):
                    shared.setdefault((one, other), []).append(text)
    return shared


def _row(
    s: Situation,
    one: str,
    other: str,
    both: Sequence[str],
    texts: Mapping[str, _Texts],
    holders: Mapping[str, Sequence[str]],
) -> Row:
    weights = {text: log(len(texts) / len(holders[text])) for text in both}
    told = sorted(both, key=lambda text: (-weights[text], texts[one][text], text))
    places = "; ".join(f"{text} (lines {texts[one][text]} and {texts[other][text]})" for text in told[:_SHOWN])
    group = min(path for text in both for path in holders[text])
    return s.now.repo, one, other, len(both), round(sum(weights.values())), texts[one][told[0]], places, group


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _needed(s: Situation, path: str) -> set[str]:
    return _needed_by(s.now.rows(path))


def _needed_by(rows: FileRows) -> set[str]:
    return {dependency.dst for dependency in rows.dependencies}


def _know_each_other(s: Situation, one: str, other: str) -> bool:
    """Whether one depends on the other in any way."""
    return other in _needed(s, one) or one in _needed(s, other)


def _declared(s: Situation, paths: Collection[str]) -> set[str]:
    """Names that these files give to things: a string that repeats one has an owner."""
    return {symbol.symbol.rpartition(".")[2] for path in paths if path in s.now for symbol in s.now.rows(path).symbols}


def _is_known_otherwise(s: Situation, path: str) -> bool:
    """Whether the file depends on others than it did, or declares other names."""
    was, now = (
        (_needed_by(graph.rows(path)), [symbol.symbol for symbol in graph.rows(path).symbols])
        if path in graph
        else (set[str](), [])
        for graph in (s.before, s.now)
    )
    return was != now


MEASURES = (
    Measure(
        Table(
            "shared_knowledge",
            "Two files of different folders that hold the same telling strings, and neither depends on the other.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file, the first of the two by path
                other VARCHAR the second one
                shared INTEGER strings that both hold and at most two more files
                weight INTEGER sum of ln(files / files that hold it) over these strings, rounded
                line INTEGER of the first of them told
                literals VARCHAR some of them, each with its lines in both files
                first VARCHAR the first by path of all files that hold one of them"""
            ),
        ),
        _pairs,
        gate=False,
    ),
)
