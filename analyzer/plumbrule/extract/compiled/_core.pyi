"""The compiled core. Its twins say what each function gives: `texts`, `shapes`, `sweep`, `uses`, `looks`, `calls`."""

from collections.abc import Callable
from typing import TypeVar

from plumbrule.extract.hiding import Span

_Asker = TypeVar("_Asker")

SOURCES: str  # digest of the sources it was built from

def lines(source: bytes, /) -> list[int]: ...
def words(first: list[bytes], second: list[bytes], /) -> object: ...
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
def settle(
    source: bytes,
    met: list[tuple[int, str, int, int]],
    words: object,
    has_star: bool,
    functions: dict[int, bytes],
    recursion: Callable[[int, bytes], None],
    references: dict[tuple[int, str, bytes], int],
    calls: dict[tuple[int, bytes], list[int]],
    callees: dict[int, list[bytes]],
    ends_of: dict[int, int],
    /,
) -> None: ...
def uses(
    masked: bytes,
    names: list[bytes],
    words: object,
    imports: list[Span],
    met: list[tuple[int, str, int, int]],
    asks_local: bool,
    /,
) -> list[tuple[int, int, int, bytes]]: ...
def looked_at(masked: bytes, start: int, end: int, keywords: object, asking: object, /) -> bool: ...
def ways(masked: bytes, length: int, ends: list[int], odd: list[bytes], /) -> str | None: ...
