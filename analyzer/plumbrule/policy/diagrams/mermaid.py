"""Mermaid: `flowchart` and `graph`, and the C4 diagrams.

A small reader of our own, because there is no library for it in Python: all of them draw. It follows what Mermaid's own
documentation says of boxes, groups and arrows, and leaves out what only changes the looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from plumbrule.policy.diagrams import Drawing, Sketch
from plumbrule.policy.diagrams._c4 import Boundaries, macro

FILES = ("*.mmd", "*.mermaid")
FENCE = ("mermaid", "mmd")

_LOOKS = re.compile(
    r"(?:classDef|class|style|linkStyle|click|direction|accTitle|accDescr|title|href)(?:\s*:|\s+[^-=.<~&\[({\s])"
)
_HEADER = re.compile(r"(flowchart(?:-elk)?|graph)\b[ \t]*(TB|TD|BT|RL|LR|[<>^v])?[ \t]*;?[ \t]*", re.ASCII)
_OTHER = re.compile(
    r"(sequenceDiagram|classDiagram|stateDiagram|erDiagram|gantt|pie|journey|gitGraph|mindmap|timeline|quadrantChart"
    r"|requirementDiagram|sankey|xychart|block|packet|kanban|architecture|zenuml|radar|treemap)\b"
)
# A dash belongs to a name unless an arrow begins with it.
_ID = re.compile(r"(?:[\w./\\*$+%!?'#]|-(?![-.>])|:(?!::))+")
_WHOLE = re.compile(r"([<ox]?)(?:-{2,}+[>ox]|-{3,}+|={2,}+[>ox]|={3,}+|-\.++-[>ox]?|~{3,}+)")
_BEGUN = re.compile(r"([<ox]?)(--|==|-\.)(?=[^-=.>])")
_ENDED = {"--": re.compile(r"-{2,}+[>ox]?"), "==": re.compile(r"={2,}+[>ox]?"), "-.": re.compile(r"\.++-[>ox]?")}
_SHAPES = (
    ("(((", ")))"), ("((", "))"), ("([", "])"), ("[[", "]]"), ("[(", ")]"), ("{{", "}}"), ("[/", "]"), ("[\\", "]"),
    ("[", "]"), ("(", ")"), ("{", "}"), (">", "]"),
)  # fmt: skip
_STORE = re.compile(r"shape\s*:\s*(cyl|cylinder|database|db|datastore|disk|lin-cyl|lined-cylinder|person)\b")


def read(text: str) -> Drawing:
    """The boxes and arrows of all Mermaid flowcharts and C4 diagrams in this text."""
    reading = _Reading()
    for number, line in _rows(text):
        reading.row(line, number)
    return reading.sketch.drawing()


def _rows(text: str) -> Iterator[tuple[int, str]]:
    """What is said, with the line in which it begins; without comments and empty lines."""
    lines = _without_front_matter(text.split("\n"))
    number = 0
    while number < len(lines):
        begin = number + 1
        line = lines[number]
        number += 1
        # A label in quotes may go on in the next lines.
        while line.count('"') % 2 and number < len(lines) and number - begin < 20:
            line += " " + lines[number]
            number += 1
        if line.strip() and not line.lstrip().startswith("%%"):
            yield begin, line.strip()


def _without_front_matter(lines: list[str]) -> list[str]:
    """With empty lines in place of the settings before the diagram."""
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if lines[first].strip() != "---":
        return lines
    end = next((at for at in range(first + 1, len(lines)) if lines[at].strip() == "---"), first)
    return ["" if at <= end else line for at, line in enumerate(lines)]


class _Reading:
    def __init__(self) -> None:
        self.sketch = Sketch()
        self.kind = ""  # of the diagram that is read; "" = none has begun
        self.groups: list[str] = []
        self.boundaries = Boundaries()
        self.described = False  # inside `accDescr { ... }`

    def row(self, line: str, number: int) -> None:
        """The header of a diagram, or what stands below it."""
        if header := _HEADER.match(line):
            self.kind = "flowchart"
            if line := line[header.end() :]:
                self.flow(line, number)
        elif re.match(r"C4(Context|Container|Component|Dynamic|Deployment)\b", line):
            self.kind = "c4"
        elif self.kind == "flowchart":
            self.flow(line, number)
        elif other := _OTHER.match(line):
            self.kind = "other"
            self.sketch.remark(number, f"a {other[1]} says nothing of components; not read")
        elif not self.kind:
            self.kind = "other"
            self.sketch.remark(number, f"{line.split()[0]!r} opens no diagram that is known")
        elif self.kind == "c4":
            self.c4(line, number)

    def c4(self, line: str, number: int) -> None:
        if line.startswith("}"):
            if self.boundaries.open:
                self.boundaries.open.pop()
        elif not macro(line, number, self.sketch, self.boundaries) and not _LOOKS.match(line):
            self.sketch.remark(number, f"{line[:60]!r} is not understood")

    def flow(self, line: str, number: int) -> None:
        if self.described or re.match(r"accDescr\s*\{", line):
            self.described = "}" not in line
            return
        if _LOOKS.match(line):
            return
        if group := re.match(r"subgraph\b\s*(.*)", line):
            self._group(group[1].rstrip("; "), number)
            return
        at = 0
        while at < len(line):
            if re.match(r"end\b\s*(;|$)", line[at:]):
                if self.groups:
                    self.groups.pop()
                at += 3
            else:
                reached = self._statement(line, at, number)
                if reached <= at:
                    self.sketch.remark(number, f"{line[at : at + 60]!r} is not understood")
                    return
                at = reached
            at = _past(line, at, "; \t")

    def _group(self, text: str, number: int) -> None:
        titled = re.match(r"([^\s\[\"]+)\s*\[(.*)\]$", text)
        if titled:
            box, title = titled[1], titled[2].strip().strip('"')
        else:
            box = title = text.strip('"') or f"group in line {number}"
        self.groups.append(self.sketch.node(box, number, title, within=self.groups[-1] if self.groups else ""))

    def _statement(self, line: str, at: int, number: int) -> int:
        """Boxes and the arrows between them, `A & B --> C -- text --> D`; how far they reach."""
        sources, at = self._boxes(line, at, number)
        while sources:
            arrow = self._arrow(line, at)
            if arrow is None:
                break
            left, right, at = arrow
            targets, reached = self._boxes(line, at, number)
            if not targets:
                self.sketch.remark(number, f"an arrow of {sources[0]!r} leads nowhere")
                return len(line)
            at = reached
            for source in sources:
                for target in targets:
                    self._link(source, target, left, right, number)
            sources = targets
        return at

    def _link(self, source: str, target: str, left: str, right: str, number: int) -> None:
        if left == right == "~":
            return  # it only places boxes
        if right or not left:
            self.sketch.edge(source, target, number, directed=bool(right))
        if left:
            self.sketch.edge(target, source, number)

    def _arrow(self, line: str, at: int) -> tuple[str, str, int] | None:
        """The heads of an arrow on both sides, and where it ends."""
        at = _past(line, at, " \t")
        if named := re.compile(r"[\w-]+@(?=[<ox]?[-=~])").match(line, at):
            at = named.end()
        if whole := _WHOLE.match(line, at):
            last = whole[0][-1]
            left, right = whole[1], last if last in ">ox" else ""
            if last == "~":
                left = right = "~"
            at = whole.end()
        elif begun := _BEGUN.match(line, at):
            ended = _ENDED[begun[2]].search(line, begun.end())
            if ended is None:
                return None
            left, right = begun[1], ended[0][-1] if ended[0][-1] in ">ox" else ""
            at = ended.end()
        else:
            return None
        at = _past(line, at, " \t")
        if line[at : at + 1] == "|" and (close := line.find("|", at + 1)) > 0:
            at = close + 1
        return left, right, at

    def _boxes(self, line: str, at: int, number: int) -> tuple[list[str], int]:
        found: list[str] = []
        while True:
            at = _past(line, at, " \t")
            box = _ID.match(line, at)
            if box is None:
                return found, at
            label, outside, at = _shape(line, box.end())
            first = re.split(r"<br\s*/?>|\\n", label)[0] if label else ""
            within = self.groups[-1] if self.groups else ""
            found.append(self.sketch.node(box[0], number, label, first, within=within, outside=outside))
            if styled := re.compile(r":::[\w-]+").match(line, at):
                at = styled.end()
            after = _past(line, at, " \t")
            if line[after : after + 1] != "&":
                return found, at
            at = after + 1


def _shape(line: str, at: int) -> tuple[str, bool, int]:
    """The label of a box, whether its shape is one of a data store, and where it ends."""
    if line.startswith("@{", at):
        end = line.find("}", at)
        end = len(line) if end < 0 else end
        inside = line[at + 2 : end]
        said = re.search(r"label\s*:\s*(?:\"([^\"]*)\"|([^,}]*))", inside)
        return str(said[1] or said[2] or "") if said else "", bool(_STORE.search(inside)), end + 1
    for opening, closing in _SHAPES:
        if not line.startswith(opening, at):
            continue
        begin = at + len(opening)
        text = _past(line, begin, " \t")
        if line[text : text + 1] == '"' and (quote := line.find('"', text + 1)) > 0:
            end = line.find(closing, quote)
            label = line[text + 1 : quote]
        else:
            end = line.find(closing, begin)
            label = line[begin:end].strip("/\\ ")
        if end >= 0:
            return label, opening == "[(", end + len(closing)
    return "", False, at


def _past(line: str, at: int, chars: str) -> int:
    while at < len(line) and line[at] in chars:
        at += 1
    return at
