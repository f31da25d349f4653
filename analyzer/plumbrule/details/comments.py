"""Comments and how much of them the code behind them says again. A language's query captures `@comment`.

Kept are counts of words, not the words. Left out are what stands behind code on its line, documentation of a function
(see `functions`), code that is commented out, orders to tools, headings and legal text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.details import Kind, Source
from plumbrule.details._places import around
from plumbrule.details._words import content, said

if TYPE_CHECKING:
    from tree_sitter import Node

_FOLLOWING = 3  # lines of code that a comment may speak of (research: measures D19)
_LONGEST = 30  # lines
_LONG = 400  # characters, margin included: such a comment says more than any three lines, which is not asked
_MARKS = re.compile(r"^\s*(?:///?!?|/\*+!?|\*+/|\*|#+|--|<!--)\s?|\*+/\s*$|-->\s*$", re.MULTILINE)
_ORDERS = re.compile(
    r"^\W*(?:noqa|type:|pylint|mypy|pragma|fmt:|isort|ruff|nosec|eslint|tslint|jshint|jslint|istanbul|c8|prettier|@ts-|"
    r"@formatter|webpack|biome|v8|go:|\+build|nolint|lint|rubocop|frozen_string|encoding|coding|-\*-|vim:|region|endregion|"
    r"sourcery|cspell|spell|phpcs|phpstan|psalm|@psalm|checkstyle|noinspection|nosonar|suppress|swiftlint|swift-tools|"
    r"ktlint|detekt|scalastyle|scalafmt|clang|cppcheck|codecov|coverage|skipcq|deno-lint|sonar|MARK:|expect:|@vue|#|[a-z_-]+:\s)",
    re.IGNORECASE,
)
_LEGAL = re.compile(r"copyright|licen[cs]e|\(c\)|spdx|all rights reserved", re.IGNORECASE)
_PENDING = re.compile(
    r"\b(?:TODO|FIXME|XXX|HACK|NOTE|BUG|WARNING|SAFETY|IMPORTANT)\b|https?://|\b[A-Z]+-\d+\b|(?<!\w)#\d+"
)
_RULE = re.compile(r"[-=*#_~]{4,}")
_CODE = re.compile(
    r"[;{}]\s*$|^\s*(?:return|import|from|if|for|def|var|let|const)\b.*[(=:;]|\w\(.*\)\s*;?\s*$|^\s*@\w|\w\s*[:+*/-]?=\s*\S"
)
_REASON = re.compile(
    r"\b(?:because|since|otherwise|unless|avoid|so that|in order|in case|ensure|prevent|workaround|instead|until|due|"
    r"cannot|can't|don't|doesn't|must|should|only|never|always|not|why|e\.g|i\.e|example|see)\b",
    re.IGNORECASE,
)


class Remark(NamedTuple):
    symbol: int  # index of the symbol around it, -1 at module level
    line: int
    words: int  # that say something
    repeated: int  # of them those that the next lines of code say, too
    at_once: int  # of them those that the first of these lines says


def read(source: Source) -> Iterator[Remark]:
    symbols_at = around(source.interface)
    nodes = sorted((match["comment"][0] for match in source.matches), key=lambda node: node.start_byte)
    lines = source.data.split(b"\n")
    starts = {one.line for one in source.interface.symbols}
    for first, last, text in _blocks(nodes, lines):
        following = "" if last + 1 in starts else _following(lines, last)
        if not following or _is_head(following):
            continue
        if len(text) > _LONG:
            yield Remark(symbols_at(first), first, len(text.split()), 0, 0)
            continue
        words = _words(text, first)
        if not words:
            continue
        code = said(following, words)
        nearest = said(following.partition("\n")[0], code) if code else code
        yield Remark(
            symbols_at(first), first, len(words), sum(word in code for word in words),
            sum(word in nearest for word in words),
        )  # fmt: skip


def _blocks(nodes: Sequence[Node], lines: Sequence[bytes]) -> Iterator[tuple[int, int, str]]:
    """Comments that stand alone, those on lines after each other as one: first line, last line, text."""
    first = last = 0
    parts: list[str] = []
    for node in nodes:
        row, end = node.start_point.row + 1, node.end_point.row + 1
        if node.end_point.column == 0 and end > row:
            end -= 1  # a grammar may count the line's end to the comment
        if row > len(lines) or lines[row - 1][: node.start_point.column].strip():
            continue
        text = b"\n".join(lines[row - 1 : min(end, row + _LONGEST)]).decode("utf-8", "replace")
        if parts and row == last + 1:
            parts.append(text)
        else:
            if parts:
                yield first, last, "\n".join(parts)
            first, parts = row, [text]
        last = end
    if parts:
        yield first, last, "\n".join(parts)


def _words(text: str, line: int) -> list[str]:
    """The words of a comment that is meant for readers of the code below; none of another one."""
    bare = _MARKS.sub("", text).strip()
    if not bare or bare.count("\n") > _LONGEST or line == 1 or _ORDERS.match(bare) or _LEGAL.search(bare):
        return []
    if _PENDING.search(bare) or _RULE.search(bare) or any(_CODE.search(one) for one in bare.splitlines()):
        return []
    return [] if _REASON.search(bare) else content(bare)


def _following(lines: Sequence[bytes], last: int) -> str:
    """The lines of code right behind a line."""
    if last >= len(lines) or not lines[last].strip():
        return ""
    taken: list[bytes] = []
    for line in lines[last : last + _FOLLOWING]:
        if not line.strip():
            break
        taken.append(line[:400])
    return b"\n".join(taken).decode("utf-8", "replace")


def _is_head(code: str) -> bool:
    """Whether a comment stands above a definition or a list's item: it names what follows, and heads it."""
    first = code.lstrip()
    return first.startswith(
        (
            "@",
            "#[",
            "(",
            "[",
            "{",
            "<",
            "case ",
            "default:",
            "else",
            "}",
            "]",
            ")",
            '"',
            "'",
            "import ",
            "from ",
            "use ",
        )
    )


KIND = Kind("comments", Remark, read)
