"""Details of files, read in a worker process by every kind that their language offers, in one parse of each file.

Hides grammars and queries. A fault of ours in one file is no details of it, and is tried again by the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

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
    # By the dialect of the name, which says what is offered, and that of the content, whose grammar reads it.
    tools: dict[tuple[str, str], tuple[tree_sitter.Parser, _Queries]] = {}

    def perform(job: int) -> Value:
        dialect, packed = files[job]
        data = bytes_of(job)
        if isinstance(data, tuple):
            return ()
        data = data.removeprefix(_BYTE_ORDER_MARK)
        interface = unpack_interface(packed)
        language = languages()[interface.dialect or dialect]
        spoken = dialect, language.dialect
        if spoken not in tools:
            grammar = tree_sitter.Language(language.grammar())
            queries = _Queries(grammar, {kind: query_of(kind, language.dialect) for kind in offered(dialect)})
            tools[spoken] = tree_sitter.Parser(grammar), queries
        parser, queries = tools[spoken]
        tree = parser.parse(language.code_in(data))
        try:
            return tuple(
                pack(kinds()[kind].read(Source(data, tree, matches, interface, language)))
                for kind, matches in queries.matches(tree).items()
            )
        except MemoryError:
            raise
        except Exception:  # a fault of ours in one file must not take the others' details
            return ()

    return perform


class _Queries:
    """The queries of all kinds asked as one: to walk the tree is most of what a query costs, and is done once."""

    def __init__(self, grammar: tree_sitter.Language, queries: Mapping[str, str]) -> None:
        self._kinds = list(queries)
        self._of_pattern: list[int] = []
        for at, text in enumerate(queries.values()):
            self._of_pattern += [at] * tree_sitter.Query(grammar, text).pattern_count
        self._query = tree_sitter.Query(grammar, "\n".join(queries.values()))

    def matches(self, tree: tree_sitter.Tree) -> dict[str, list[Mapping[str, list[tree_sitter.Node]]]]:
        """The captures of each match by the kind whose query it is of, in the order of the tree."""
        found: list[list[Mapping[str, list[tree_sitter.Node]]]] = [[] for _ in self._kinds]
        cursor = tree_sitter.QueryCursor(self._query)
        cursor.set_max_start_depth(_DEEPEST_NODE)
        for pattern, captures in cursor.matches(tree.root_node):
            found[self._of_pattern[pattern]].append(captures)
        return dict(zip(self._kinds, found, strict=True))
