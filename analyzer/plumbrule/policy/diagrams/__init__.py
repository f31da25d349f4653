"""Component diagrams as plain values, and which format a file is in. Hides how each notation is written.

A format is one file with `FILES`, the globs of the file names it claims, maybe `FENCE`, the words that open a block of
it in Markdown, and `read(text) -> Drawing`. Nothing is registered in a list: the files are the formats. A reader is
tolerant, and never silent: what it does not understand is a remark with its line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from types import ModuleType

from plumbrule.data import dataclass
from plumbrule.errors import SettingsError

MOST = 20_000  # nodes and edges that one drawing may have; nobody draws more, and everything after it is linear


@dataclass(frozen=True, slots=True)
class Node:
    """Something drawn: a box, or a group of boxes."""

    id: str  # unique in its drawing
    names: tuple[str, ...]  # what it may be known by, the id as people wrote it first
    line: int
    within: str = ""  # the id of the group around it
    outside: bool = False  # a person, a data store, a system of others: no code of this system by its own notation


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow: the source depends on the target. Without a head it says nothing of a direction."""

    source: str
    target: str
    line: int
    directed: bool = True


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reader did not understand, or left out, and why."""

    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a diagram says, in the order in which it says it."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    remarks: tuple[Remark, ...] = ()


class Sketch:
    """A drawing while it is read: a node that is named twice is one."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        self.remarks: list[Remark] = []

    def node(self, box: str, line: int, *names: str, within: str = "", outside: bool = False) -> str:
        """The id again; what is known of the node already is kept, what is new is added."""
        told = tuple(dict.fromkeys(name for name in (box, *map(plain, names)) if name))
        before = self.nodes.get(box)
        if before is not None:
            told = tuple(dict.fromkeys((*before.names, *told)))
            line, within, outside = before.line, before.within or within, before.outside or outside
        self.nodes[box] = Node(box, told, line, within if within != box else "", outside)
        self._bound(line)
        return box

    def edge(self, source: str, target: str, line: int, *, directed: bool = True) -> None:
        self.edges.append(Edge(source, target, line, directed))
        self._bound(line)

    def remark(self, line: int, words: str) -> None:
        self.remarks.append(Remark(line, words))

    def drawing(self) -> Drawing:
        return Drawing(tuple(self.nodes.values()), tuple(self.edges), tuple(self.remarks))

    def _bound(self, line: int) -> None:
        if len(self.nodes) + len(self.edges) > MOST:
            raise SettingsError(f"line {line}: more than {MOST:,} boxes and arrows; name a smaller diagram")


def plain(label: str) -> str:
    """A label as one line of text, without markup."""
    text = re.sub(r"<[^<>]{0,200}>|\\n", " ", label.strip().strip("`"))
    return " ".join(text.replace("**", "").split())


def read_drawing(text: str, file: str) -> Drawing:
    """What the diagram in this text says; `file` names it, and tells the format.

    SettingsError for a file of no known format, one in which nothing is drawn, or one that cannot be read at all.
    """
    if fnmatchcase(file.rpartition("/")[2].lower(), "*.m*d*") and not file.endswith((".mmd", ".mermaid")):
        drawing = _fenced(text, file)
    else:
        drawing = _read(_format_of(file), text, file)
    if not drawing.nodes:
        why = "".join(f"\n  line {remark.line}: {remark.words}" for remark in drawing.remarks[:5])
        raise SettingsError(f"{file}: nothing is drawn in it that could be read; name a diagram with components{why}")
    return drawing


def is_diagram(file: str) -> bool:
    """Whether a file is one of a known format, by its name; any Markdown may hold one."""
    name = file.rpartition("/")[2].lower()
    return name.endswith((".md", ".markdown")) or any(_claims(module, name) for module in formats().values())


@cache
def formats() -> Mapping[str, ModuleType]:
    """Every format there is, by its name."""
    names = os.listdir(os.path.dirname(__file__))  # noqa: PTH120, PTH208 - as for commands
    found = sorted(name[:-3] for name in names if name[:1].islower() and name.endswith(".py"))
    return {name: import_module(f"{__name__}.{name}") for name in found}


def _claims(module: ModuleType, name: str) -> bool:
    return any(fnmatchcase(name, glob) for glob in module.FILES)


def _format_of(file: str) -> ModuleType:
    name = file.rpartition("/")[2].lower()
    for module in formats().values():
        if _claims(module, name):
            return module
    known = ", ".join(glob for module in formats().values() for glob in module.FILES)
    raise SettingsError(f"{file}: no format of diagrams is known by that name; known are {known} and Markdown (*.md)")


def _read(module: ModuleType, text: str, file: str) -> Drawing:
    try:
        drawing: Drawing = module.read(text.replace("\r\n", "\n").replace("\r", "\n"))
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from None
    except RecursionError:
        raise SettingsError(f"{file}: it is nested deeper than can be read; name a simpler diagram") from None
    return drawing


def _fenced(text: str, file: str) -> Drawing:
    """All diagrams in a Markdown file as one; their boxes are apart, and are joined by what they stand for."""
    fences = {word: module for module in formats().values() for word in getattr(module, "FENCE", ())}
    nodes: list[Node] = []
    edges: list[Edge] = []
    remarks: list[Remark] = []
    for number, (word, line, block) in enumerate(_blocks(text.replace("\r\n", "\n")), 1):
        if word not in fences:
            continue
        # Empty lines before it keep the numbers of the lines.
        drawing = _read(fences[word], "\n" * line + block, file)
        apart = f"{number}:"
        nodes += [
            Node(apart + n.id, n.names, n.line, apart + n.within if n.within else "", n.outside) for n in drawing.nodes
        ]
        edges += [Edge(apart + e.source, apart + e.target, e.line, e.directed) for e in drawing.edges]
        remarks += drawing.remarks
    return Drawing(tuple(nodes), tuple(edges), tuple(remarks))


def _blocks(text: str) -> Iterator[tuple[str, int, str]]:
    """The first word after each opening fence, its line, and what stands in the block."""
    opened = ""
    word, line = "", 0
    inside: list[str] = []
    for number, row in enumerate(text.split("\n"), 1):
        fence = re.match(r"[ \t>]*(`{3,}|~{3,})\s*\{?\.?([\w-]*)", row)
        if not opened and fence:
            opened, word, line, inside = fence[1], fence[2].lower(), number, []
        elif opened and fence and fence[1].startswith(opened) and not fence[2]:
            yield word, line, "\n".join(inside)
            opened = ""
        elif opened:
            inside.append(row)
    if opened:
        yield word, line, "\n".join(inside)
