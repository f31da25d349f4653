"""For Graphviz: what is new as a picture of the dependencies it is about (`dot -Tsvg`), folders as frames.

Hides the quoting. New ones are thick and coloured by severity, known ones grey, waived ones dotted, fixed ones dashed,
and each says in words what it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from plumbrule.report import wording
from plumbrule.report.escapes import fitted, visible
from plumbrule.report.model import Report
from plumbrule.report.picture import Mark, Node, picture

_ROOM = 48


def render(report: Report) -> str:
    """One digraph; the verdict is its title, and what is not drawn stands below it."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    drawn = picture(report)
    title = "\\n".join(_text(line) for line in (f"Plumbrule: {wording.headline(report)}", *drawn.notes))
    yield "digraph plumbrule {"
    # Without a new rank the program gives up on some cycles that run through several frames.
    yield f'  graph [label="{title}", labelloc="t", rankdir="LR", newrank="true", charset="UTF-8",'
    yield '         fontname="sans-serif"]'
    yield '  node [shape="box", fontname="sans-serif", fontsize="11", color="#5f6c79", margin="0.12,0.06"]'
    yield '  edge [fontname="sans-serif", fontsize="10"]'
    for number, (folder, nodes) in enumerate(drawn.by_folder()):
        if folder:
            yield f"  subgraph cluster_{number} {{"
            yield f'    graph [label="{_text(folder, _ROOM)}", tooltip="{_text(folder)}", color="#dbe1e8",'
            yield '           labelloc="t", fontsize="11", fontcolor="#5f6c79"]'
        yield from (f"  {'  ' if folder else ''}{_node(node)}" for node in nodes)
        if folder:
            yield "  }"
    for arrow in drawn.arrows:
        yield f'  {arrow.src} -> {arrow.dst} [label="{_text(arrow.mark.words, _ROOM)}", {_look(arrow.mark)}]'
    yield "}"


def _node(node: Node) -> str:
    label = _text(node.label, _ROOM)
    if not node.mark.state:
        return f'{node.id} [label="{label}", tooltip="{_text(node.name)}"]'
    label += f"\\n{_text(node.mark.words, _ROOM)}"
    return f'{node.id} [label="{label}", tooltip="{_text(node.name)}", {_look(node.mark)}]'


def _look(mark: Mark) -> str:
    return f'color="{mark.colour}", penwidth="{mark.width}", style="{mark.dash or "solid"}"'


def _text(text: str, room: int = 0) -> str:
    shown = fitted(text, room) if room else visible(text)
    # Entities of HTML are read in every label.
    return shown.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
