"""For pages that draw Mermaid (GitHub, GitLab, wikis): what is new as a flow chart of the dependencies it is about.

Hides the quoting, and how much Mermaid draws: it refuses long texts, so the rest is counted in the chart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from plumbrule.report import wording
from plumbrule.report.escapes import fitted
from plumbrule.report.model import Report
from plumbrule.report.picture import DRAWN, Mark, Node, Picture, picture

_DASHES = {"": "", "dotted": ",stroke-dasharray:2 3", "dashed": ",stroke-dasharray:6 4"}
_ROOM = 40
_SPACE = 45_000  # characters; Mermaid refuses charts over 50,000
# Every other sign is given by its number: quotes, brackets, backticks and the like begin something in a label.
_SIGN = re.compile(r"[^\w ./,:-]")


def render(report: Report) -> str:
    """One flow chart, never longer than Mermaid reads; the verdict is its title."""
    for most in (DRAWN, DRAWN // 3):
        chart = "".join(f"{line}\n" for line in _lines(report, picture(report, most=most)))
        if len(chart) <= _SPACE:
            break
    return chart


def _lines(report: Report, drawn: Picture) -> Iterator[str]:
    yield "---"
    yield f'title: "Plumbrule: {wording.headline(report)}"'
    yield "---"
    yield "flowchart LR"
    for number, (folder, nodes) in enumerate(drawn.by_folder()):
        if folder:
            yield f'  subgraph f{number}["{_text(folder)}"]'
        yield from (f"  {'  ' if folder else ''}{_node(node)}" for node in nodes)
        if folder:
            yield "  end"
    for arrow in drawn.arrows:
        yield f'  {arrow.src} -->|"{_text(arrow.mark.words)}"| {arrow.dst}'
    notes = drawn.notes if drawn.nodes else (wording.headline(report), *drawn.notes)
    for number, note in enumerate(notes):
        yield f'  note{number}["{_text(note, 200)}"]'
        yield f"  style note{number} fill:none,stroke:none"
    for number, arrow in enumerate(drawn.arrows):
        yield f"  linkStyle {number} {_look(arrow.mark)}"
    yield from (f"  style {node.id} {_look(node.mark)}" for node in drawn.nodes if node.mark.state)


def _node(node: Node) -> str:
    words = f"<br>{_text(node.mark.words)}" if node.mark.state else ""
    return f'{node.id}["{_text(node.label)}{words}"]'


def _look(mark: Mark) -> str:
    return f"stroke:{mark.colour},stroke-width:{mark.width}px{_DASHES[mark.dash]}"


def _text(text: str, room: int = _ROOM) -> str:
    return _SIGN.sub(lambda match: f"#{ord(match[0])};", fitted(text, room))
