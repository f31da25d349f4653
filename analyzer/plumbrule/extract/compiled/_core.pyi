"""The compiled core; `texts.PlainText` and `shapes.Tokens` say what each function gives."""

from collections.abc import Callable
from typing import TypeVar

from plumbrule.extract.hiding import Span

_Asker = TypeVar("_Asker")

SOURCES: str  # digest of the sources it was built from

def lines(source: bytes, /) -> list[int]: ...
def words(keywords: list[bytes], constants: list[bytes], /) -> object: ...
def mask(
    source: bytes, hidden: list[tuple[int, int, int]], /
) -> tuple[object, bytes, list[tuple[int, bytes]], list[bytes]]: ...
def measure(text: object, symbols: int, /) -> tuple[int, int]: ...
def function(
    text: object,
    words: object,
    symbol: int,
    start: int,
    body: int,
    end: int,
    line: int,
    end_line: int,
    cyclomatic: int,
    cognitive: int,
    layout: int,
    is_inner: bool,
    inside: list[tuple[int, int, int]],
    ask: Callable[[_Asker], list[bytes]],
    asker: _Asker,
    /,
) -> tuple[int, int, int, int, int]: ...
def leaves(text: object, words: object, cuts: list[Span], /) -> int: ...
