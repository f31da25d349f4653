"""Which definitions of a module or a class still stand when all of its statements have run.

Hides that only statements which run whatever happens settle that, and that what is decorated may go by what was there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tree_sitter import Node

_Key = tuple[int, bytes]  # the symbol around a name (-1 = the module), and the name


class Standing:
    """Fed with what binds a name, in order, by the indices of symbols; `marks` says what became of them."""

    def __init__(self) -> None:
        self._defined: dict[_Key, list[tuple[int, bool]]] = {}  # functions and classes, and whether decorated
        self._variables: dict[_Key, int] = {}
        self._replaced: set[int] = set()
        self._values: set[int] = set()
        self._for_checkers: list[int] = []

    def define(self, key: _Key, index: int, node: Node, *, decorated: bool, checking: bool) -> None:
        """A function or class; `checking` where only type checkers come."""
        known = self._defined.setdefault(key, [])
        if known and not decorated and _is_certain(node):
            self._replace(key)
        known.append((index, decorated))
        if checking:
            self._for_checkers.append(index)

    def has_variable(self, key: _Key) -> bool:
        """Whether an assignment has bound the name; asked by the next one, so that what it was is no longer certain."""
        if key not in self._variables:
            return False
        self._values.discard(self._variables[key])
        return True

    def assign(self, key: _Key, index: int, node: Node, *, plain: bool) -> None:
        """A variable, bound to a plain value or to another."""
        self._variables[key] = index
        if plain and key in self._defined and _is_certain(node):
            self._replace(key)
            self._values.add(index)

    def delete(self, name: bytes, node: Node) -> None:
        """A name of the module."""
        if _is_certain(node):
            key = -1, name
            self._replaced.update(index for index, _ in self._defined.pop(key, ()))
            if (variable := self._variables.pop(key, -1)) >= 0:
                self._replaced.add(variable)

    def marks(self, *, is_open: bool) -> Iterator[tuple[int, str]]:
        """(symbol, modifier); an open module may bind its names in ways that nobody sees."""
        yield from ((index, "replaced") for index in self._replaced)
        if not is_open:
            yield from ((index, "value") for index in self._values)
            yield from ((index, "checking") for index in self._for_checkers)

    def _replace(self, key: _Key) -> None:
        known: Collection[tuple[int, bool]] = self._defined.get(key, ())
        self._replaced.update(index for index, decorated in known if not decorated)


def _is_certain(statement: Node) -> bool:
    """Whether a statement of a module or a class runs whatever happens."""
    block = statement.parent
    if block is None or block.type == "module":
        return block is not None
    return block.type == "block" and block.parent is not None and block.parent.type == "class_definition"
