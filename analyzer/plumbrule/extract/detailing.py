"""Details of files, read in a worker process by every kind that their language offers, in one parse of each file.

Hides grammars and queries. A fault of ours in one file is no details of it, and is tried again by the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import tree_sitter

from plumbrule.details import Source, kinds, pack, query_of
from plumbrule.extract.pool import Value, Work
from plumbrule.facts import unpack_interface
from plumbrule.languages import languages

_DEEPEST_NODE = 65_000  # as for facts: the cursor counts depth in 16 bits
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def offered(dialect: str) -> tuple[str, ...]:
    """The kinds of detail that files of a dialect have, in the order of what `detailed` gives."""
    return tuple(kind for kind in kinds() if query_of(kind, dialect))


def detailed(files: Sequence[tuple[str, bytes]], bytes_of: Callable[[int], bytes | Value]) -> Work:
    """The function from the number of a file to its packed details, one for each kind offered, or to nothing.

    `files` are (dialect, packed interface); the dialect is that of the file's name.
    """
    tools: dict[str, tuple[tree_sitter.Parser, dict[str, tree_sitter.Query]]] = {}

    def perform(job: int) -> Value:
        dialect, packed = files[job]
        data = bytes_of(job)
        if isinstance(data, tuple):
            return ()
        data = data.removeprefix(_BYTE_ORDER_MARK)
        interface = unpack_interface(packed)
        language = languages()[interface.dialect or dialect]
        if language.dialect not in tools:
            grammar = tree_sitter.Language(language.grammar())
            queries = {kind: tree_sitter.Query(grammar, query_of(kind, language.dialect)) for kind in offered(dialect)}
            tools[language.dialect] = tree_sitter.Parser(grammar), queries
        parser, queries = tools[language.dialect]
        tree = parser.parse(language.code_in(data))
        try:
            return tuple(
                pack(kinds()[kind].read(Source(data, tree, list(_matches(query, tree)), interface, language)))
                for kind, query in queries.items()
            )
        except MemoryError:
            raise
        except Exception:  # a fault of ours in one file must not take the others' details
            return ()

    return perform


def _matches(query: tree_sitter.Query, tree: tree_sitter.Tree) -> Iterator[Mapping[str, list[tree_sitter.Node]]]:
    cursor = tree_sitter.QueryCursor(query)
    cursor.set_max_start_depth(_DEEPEST_NODE)
    for _, captures in cursor.matches(tree.root_node):
        yield captures
