"""For D2: what is new as a diagram of the dependencies it is about (`d2 findings.d2`), folders as frames.

Hides the quoting. The looks are those of the other drawn formats.
"""

from __future__ import annotations

from collections.abc import Iterator

from plumbrule.report import wording
from plumbrule.report.escapes import fitted
from plumbrule.report.model import Report
from plumbrule.report.picture import Mark, picture

_DASHES = {"": "", "dotted": "; style.stroke-dash: 2", "dashed": "; style.stroke-dash: 5"}
_ROOM = 48


def render(report: Report) -> str:
    """One diagram; the verdict is its title."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    drawn = picture(report)
    yield "direction: right"
    title = "\\n".join(_text(line, 200) for line in (f"Plumbrule: {wording.headline(report)}", *drawn.notes))
    yield f'title: "{title}" {{ shape: text; near: top-center; style.font-size: 20 }}'
    ids = {}
    for number, (folder, nodes) in enumerate(drawn.by_folder()):
        if folder:
            yield f'f{number}: "{_text(folder)}" {{ style.fill: transparent; style.stroke: "#dbe1e8" }}'
        for node in nodes:
            ids[node.id] = f"f{number}.{node.id}" if folder else node.id
            words = f"\\n{_text(node.mark.words)}" if node.mark.state else ""
            look = f" {{ {_look(node.mark)} }}" if node.mark.state else ""
            yield f'{ids[node.id]}: "{_text(node.label)}{words}"{look}'
    for arrow in drawn.arrows:
        yield f'{ids[arrow.src]} -> {ids[arrow.dst]}: "{_text(arrow.mark.words)}" {{ {_look(arrow.mark)} }}'


def _look(mark: Mark) -> str:
    return f'style.stroke: "{mark.colour}"; style.stroke-width: {mark.width}{_DASHES[mark.dash]}'


def _text(text: str, room: int = _ROOM) -> str:
    # "$" would begin a variable.
    return fitted(text, room).replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
