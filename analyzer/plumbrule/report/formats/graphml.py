"""For programs that read graphs (networkx, Gephi, yEd, igraph): every file and dependency that a finding is about.

Nothing is left out that has ends: states, severities and rules are attributes, and the graph itself has the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator

from plumbrule.report import wording
from plumbrule.report.escapes import in_xml
from plumbrule.report.model import Report
from plumbrule.report.picture import Mark, picture

_OF = {
    "graph": ("verdict", "headline", "repo", "head", "base", "notes"),
    "node": ("name", "folder", "state", "severity", "rules"),
    "edge": ("state", "severity", "rules"),
}


def render(report: Report) -> str:
    """One directed graph in GraphML; state and severity are the worst of what is found about a thing."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    drawn = picture(report, most=None)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"'
    yield '    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
    yield '    "http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">'
    for kind, names in _OF.items():
        for name in names:
            yield f'<key id="{kind}-{name}" for="{kind}" attr.name="{name}" attr.type="string"/>'
    yield '<graph id="findings" edgedefault="directed">'
    of_graph = (report.verdict, wording.headline(report), report.repo, report.head, report.base)
    yield _data("graph", *of_graph, "; ".join(drawn.notes))
    for node in drawn.nodes:
        yield f'<node id="{node.id}">{_data("node", node.name, node.folder, *_values(node.mark))}</node>'
    for number, arrow in enumerate(drawn.arrows):
        data = _data("edge", *_values(arrow.mark))
        yield f'<edge id="e{number}" source="{arrow.src}" target="{arrow.dst}">{data}</edge>'
    yield "</graph>"
    yield "</graphml>"


def _values(mark: Mark) -> tuple[str, ...]:
    return mark.state, mark.severity, ", ".join(mark.rules)


def _data(kind: str, *values: str) -> str:
    return "".join(
        f'<data key="{kind}-{name}">{in_xml(value)}</data>' for name, value in zip(_OF[kind], values, strict=True)
    )
