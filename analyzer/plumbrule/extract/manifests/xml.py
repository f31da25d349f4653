"""XML as elements with their lines. Hides the parser, and that a document may be made to burst it.

`xml.etree` gives no lines and expands entities; expat itself tells of a declaration before anything grows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from plumbrule.extract.manifests.reading import Unreadable

_DEPTH = 100
_ELEMENTS = 500_000
_TEXT = 10_000  # characters of one element; a little more may be kept


@dataclass(slots=True)
class Element:
    """`tag` has no namespace, `text` is what stands directly inside."""

    tag: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def at(self, *tags: str) -> Iterator[Element]:
        """Those that lie so below it."""
        for child in self.children:
            if child.tag == tags[0]:
                if len(tags) == 1:
                    yield child
                else:
                    yield from child.at(*tags[1:])

    def says(self, *tags: str) -> str:
        """The text of the first that lies so below it; "" if there is none."""
        return next((child.text.strip() for child in self.at(*tags)), "")

    def each(self) -> Iterator[Element]:
        """Itself and all below, as they stand."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))


class _Tree:
    """Elements as the parser comes to them."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.root: Element | None = None
        self._parser = parser
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = Element(name.rpartition(":")[2], self._parser.CurrentLineNumber, attributes)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._count += 1
        if len(self._open) > _DEPTH:
            raise Unreadable(f"nested deeper than {_DEPTH}")
        if self._count > _ELEMENTS:
            raise Unreadable(f"more than {_ELEMENTS:,} elements")

    def end(self, name: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        if self._open and len(self._open[-1].text) < _TEXT:  # to add to a long text copies it
            self._open[-1].text += data

    def entity(self, *declaration: object) -> None:
        raise Unreadable("declares entities")


def root_of(document: str) -> Element:
    """`Unreadable` if it is no XML, or none that anyone would write."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    tree = _Tree(parser)
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.EntityDeclHandler = tree.entity
    try:
        parser.Parse(document.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise Unreadable(f"not XML: {expat.ErrorString(error.code)}") from None
    assert tree.root is not None  # a document without an element is an error
    return tree.root
