"""Details of a file that only measures read which run after the verdict. One kind of detail, one file; discovered.

A module here holds `KIND`. What a language has of it is told by a query in the language's folder, `details/<kind>.scm`
(and `details/<dialect>.<kind>.scm` for what a dialect's grammar has beyond that); without one its files have no such
details. Like facts they are a pure function of the file's bytes, kept by content; each kind has a version of its own,
so that mending one makes no other anew, and none of them costs a gate anything (docs/decisions/020-details.md).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import orjson

from plumbrule.data import dataclass
from plumbrule.facts import Interface
from plumbrule.languages import Language, extractor_version, languages

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_Row = TypeVar("_Row", bound=tuple[Any, ...])  # each kind has named rows of its own


class Source(NamedTuple):
    """One file as a kind of detail sees it, in a worker process."""

    data: bytes  # the whole text
    tree: Tree
    matches: Sequence[
        Mapping[str, Sequence[Node]]
    ]  # of the kind's query in this language, in pre-order: nodes by capture
    interface: Interface  # its facts; an index among `symbols` is how a row says where it belongs
    language: Language


@dataclass(frozen=True, slots=True)
class Kind(Generic[_Row]):
    """One kind of detail."""

    name: str  # that of its file
    row: type[_Row]  # a NamedTuple of what JSON can hold; one row is one thing found in the file
    read: Callable[[Source], Iterable[_Row]]  # pure; runs in worker processes only


@cache
def kinds() -> Mapping[str, Kind[Any]]:
    """Every kind by its name."""
    found = [import_module(f"{__name__}.{file.stem}").KIND for file in sorted(Path(__file__).parent.glob("[a-z]*.py"))]
    return {kind.name: kind for kind in found}


@cache
def query_of(kind: str, dialect: str) -> str:
    """The query of a kind for a dialect; "" if the language has no such details.

    A language whose facts come by the queries of another has that one's details, too.
    """
    language = languages()[dialect]
    folder = language.queries[0].parent if language.queries else language.folder
    parts = [folder / "details" / name for name in (f"{kind}.scm", f"{dialect}.{kind}.scm")]
    return "\n".join(part.read_text("utf-8") for part in parts if part.is_file())


def kept_as(kind: str, dialect: str) -> str:
    """The name under which the details of such files are kept; see `version`."""
    return f"{kind}:{dialect}"


@cache
def version(name: str) -> str:
    """What details kept under this name, or facts under that of a dialect, depend on beside the bytes."""
    kind, _, dialect = name.rpartition(":")
    if not kind:
        return extractor_version(dialect)
    digest = hashlib.sha256(f"{extractor_version(dialect)} {query_of(kind, dialect)}".encode())
    for file in [*sorted(Path(__file__).parent.glob("_*.py")), Path(__file__).parent / f"{kind}.py"]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def pack(rows: Iterable[tuple[Any, ...]]) -> bytes:
    return zlib.compress(orjson.dumps(list(zip(*rows, strict=True))), 1)


def unpack(kind: Kind[_Row], packed: bytes) -> list[_Row]:
    """Raises ValueError or zlib.error when the bytes are not what `pack` made."""
    columns: list[list[Any]] = orjson.loads(zlib.decompress(packed))
    return [tuple.__new__(kind.row, row) for row in zip(*columns, strict=True)]


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: `parseHTTPHeader_now` is parse, http, header, now."""
    from plumbrule.details._words import pieces  # only measures ask that run after the verdict

    return pieces(name)
