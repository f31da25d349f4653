"""Tree-sitter queries that a policy states, tried on files in processes that may die.

Hides grammars, predicates and workers. What a query cannot be tried on is a reason, never an exception: a query may be
slow on one file, or crash the parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

from plumbrule.extract.pool import Died, Limits, Value, Work, run
from plumbrule.languages import languages, spoken, written_in

if TYPE_CHECKING:
    import tree_sitter

LONGEST = 10_000  # characters of a query
_FOUND = "found"  # the capture that is the place; without one it is the outermost that is captured
_PREDICATES = frozenset(
    f"{sign}{name}?" for sign in ("", "not-", "any-", "any-not-") for name in ("eq", "match")
) | {"any-of?", "not-any-of?", "set!"}  # fmt: skip
_SAID = re.compile(r"\"(?:[^\"\\]|\\.)*\"|;[^\n]*|#([\w.-]+[?!]?)")
_PLACE = re.compile(r"(.*?) at row (\d+)(?:, column (\d+))?:? ?(.*)", re.DOTALL)
_IN_PROGRESS = 1 << 16  # matches that are followed at once; what goes beyond is dropped by the parser
_PLACES = 5_000  # of one query in one file
_SHOWN = 80  # characters of the first line of a place
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Try(NamedTuple):
    """A query to be tried on one file."""

    dialect: str  # as the file's name says
    data: bytes
    query: str


class Place(NamedTuple):
    """Where a query matches."""

    line: int
    text: str  # the first line of it, with single blanks


def fault(language: str, query: str) -> str:
    """What is wrong with a query for a language; "" = nothing."""
    if language not in {one.name for one in languages().values()}:
        from difflib import get_close_matches  # only a policy with a mistake needs it

        names = sorted({one.name for one in languages().values()})
        near = get_close_matches(language, names, 1, 0.5)
        return f"unknown language {language!r}; " + (
            f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
        )
    if len(query) > LONGEST:
        return f"`query` is longer than {LONGEST:,} characters; state several patterns"
    for match in _SAID.finditer(query):
        if match[1] is not None and match[1] not in _PREDICATES:
            line = query.count("\n", 0, match.start()) + 1
            return f"`query`, line {line}: #{match[1]} is not known; predicates are {', '.join(sorted(_PREDICATES))}"
    return _compiled(tuple(sorted(one.dialect for one in spoken(language))), query)


@cache
def _compiled(dialects: tuple[str, ...], query: str) -> str:
    """Why the query does not compile for the grammar of one of these dialects; "" if it does. Tried in a process of its
    own, as a query on a file is."""

    def work() -> Work:
        import tree_sitter

        def perform(job: int) -> Value:
            grammar = tree_sitter.Language(languages()[dialects[job]].grammar())
            try:
                found = tree_sitter.Query(grammar, query)
            except (tree_sitter.QueryError, ValueError) as error:
                return (f"`query`, {_placed(str(error))}",)
            if not found.capture_count:
                return (f"`query` captures nothing; mark what is found, as in `(call) @{_FOUND}`",)
            return ("",)

        return perform

    for _, value in sorted(run(len(dialects), work, processes=1, limits=Limits()), key=lambda one: one[0]):
        said = f"`query` cannot be compiled: {value.reason}" if isinstance(value, Died) else str(value[0])
        if said:
            return said
    return ""


def _placed(error: str) -> str:
    """The binding's words with places as people count them."""
    match = _PLACE.fullmatch(error)
    if match is None:
        return error
    what, row, column, about = match.groups()
    at = f"line {int(row) + 1}" + (f", column {int(column) + 1}" if column else "")
    return f"{at}: {what[:1].lower()}{what[1:]}" + (f" {about}" if about else "")


def tried(jobs: Sequence[Try], limits: Limits, processes: int) -> Iterator[tuple[int, Sequence[Place] | str]]:
    """By number of the job, in any order: the places, in the order in which they stand, or why they are not known."""

    def work() -> Work:
        tools: dict[tuple[str, str], tuple[tree_sitter.Parser, tree_sitter.Query]] = {}
        return lambda job: _tried(jobs[job], tools)

    for number, value in run(len(jobs), work, processes=processes, limits=limits):
        if isinstance(value, Died):
            yield number, value.reason.replace("the parser", "the query", 1)
        elif value and isinstance(value[0], str):
            yield number, value[0]
        else:
            yield number, [Place(line, text) for line, text in cast(tuple[tuple[int, str], ...], value)]


def _tried(one: Try, tools: dict[tuple[str, str], tuple[tree_sitter.Parser, tree_sitter.Query]]) -> Value:
    """In a worker process: (line, text) of each place, or a one-tuple of the reason."""
    import tree_sitter

    data = one.data.removeprefix(_BYTE_ORDER_MARK)
    language = written_in(one.dialect, data)
    key = language.dialect, one.query
    if key not in tools:
        grammar = tree_sitter.Language(language.grammar())
        tools[key] = tree_sitter.Parser(grammar), tree_sitter.Query(grammar, one.query)
    parser, query = tools[key]
    cursor = tree_sitter.QueryCursor(query, match_limit=_IN_PROGRESS)
    places: dict[tuple[int, int], tuple[int, str]] = {}
    for _, captures in cursor.matches(parser.parse(language.code_in(data)).root_node):
        for node in _found(captures):
            end = min(node.end_byte, node.start_byte + 4 * _SHOWN)
            first = data[node.start_byte : end].decode("utf-8", "replace").split("\n", 1)[0]
            shown = " ".join("".join(c if c.isprintable() else " " for c in first).split())
            places[node.start_byte, -node.end_byte] = node.start_point[0] + 1, shown[:_SHOWN]
        if len(places) > _PLACES:
            return (f"the query matches at more than {_PLACES:,} places",)
    if cursor.did_exceed_match_limit:
        return ("the query has too many matches in progress; make it more exact",)
    return tuple(place for _, place in sorted(places.items()))


def _found(captures: Mapping[str, Sequence[tree_sitter.Node]]) -> Sequence[tree_sitter.Node]:
    """The nodes of one match that are places."""
    if _FOUND in captures:
        return captures[_FOUND]
    named = [node for name, nodes in captures.items() if not name.startswith("_") for node in nodes]
    every = named or [node for nodes in captures.values() for node in nodes]
    return sorted(every, key=lambda node: (node.start_byte, -node.end_byte))[:1]
