"""PlantUML: component diagrams, packages around them, and the macros of C4-PlantUML.

A small reader of our own: the only complete one is PlantUML itself, in Java. Nothing is included and no preprocessor
runs; where a diagram needs either, a remark says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from plumbrule.data import dataclass
from plumbrule.policy.diagrams import Drawing, Sketch
from plumbrule.policy.diagrams._c4 import Boundaries, macro

FILES = ("*.puml", "*.plantuml", "*.pu", "*.iuml", "*.wsd")
FENCE = ("plantuml", "puml")

_BOXES = (
    "component", "package", "node", "folder", "frame", "rectangle", "card", "hexagon", "artifact", "agent", "boundary",
    "control", "entity", "file", "label", "process", "stack", "circle", "usecase", "namespace", "class", "abstract",
    "enum", "annotation", "struct", "exception", "protocol", "metaclass", "object", "portin", "portout", "port",
)  # fmt: skip
_WITH_BODY = ("class", "abstract", "enum", "annotation", "interface", "object", "struct", "protocol")
_OUTSIDE = ("actor", "person", "database", "storage", "queue", "cloud", "collections")
_KEYWORD = re.compile(rf"(?:abstract\s+class|({'|'.join((*_BOXES, *_OUTSIDE))}|interface))(?![\w.])\s*/?\s*")
_SILENT = re.compile(
    r"(skinparam|title|header|footer|caption|hide|show|scale|left\s+to\s+right|top\s+to\s+bottom|allowmixing|allow_mixing"
    r"|sprite|autonumber|newpage|remove|restore|set\s|center|mainframe|page|dpi|@|SHOW_|HIDE_|LAYOUT_|url\b|scale)"
)
_MESSAGES = re.compile(
    r"(participant|activate|deactivate|alt|loop|opt|autonumber|start|stop|state)\b(?!\s*[-<.(])|==.+==$|\|\|\|"
)
_BOX = re.compile(
    rf"(^|\s)\[[^\[\]]+\]|\(\)|^({'|'.join(_BOXES)}|interface)\b|^(database|cloud|storage)\b.*\{{$|^\w+\s*\(.*,"
)
_LIBRARY = re.compile(r"C4[_/-]|/C4|C4\b|<(C4|awslib|office|tupadr3|logos|material|cloudinsight|k8s|azure|gcp)")

_END = (
    r'\[[^\[\]\n]+\]|"[^"\n]*"|:[^:\n]+:|\(\)\s*(?:"[^"\n]*"|[\w$.]+)|\([^()\n]*\)'
    r"|[\w$@]+(?:(?:::|[./-](?=\w))[\w$@]+)*"
)
_WAY = r"(?:up|down|left|right|u|d|l|r|le|ri|do|hidden)"
_ARROW = re.compile(
    rf"(?P<a>{_END})(?:\s*<<[^<>\n]*>>)?\s*(?:\"[^\"\n]*\"\s*)?"
    rf"(?P<left><\|{{0,2}}|<<|[*o#x+^}}](?=[-.=])|\)|\(?0?\)?|@)?"
    rf"(?P<line>[-.=~]++(?:\[[^\]\n]*\])?(?:{_WAY}?(?:\[[^\]\n]*\])?[-.=~]++)?)"
    rf"(?P<right>\|{{0,2}}>|>>|>|[*o#x+^{{](?=[\s\[\"(:])|\(0?\)?|0\)?|@)?"
    rf"\s*(?:\"[^\"\n]*\"\s*)?(?P<b>{_END})(?:\s*<<[^<>\n]*>>)?\s*(?P<rest>(?:\[\[.*)?(?::.*)?(?:#\S*)?)$"
)


def read(text: str) -> Drawing:
    """The boxes and arrows of all diagrams in this text."""
    reading = _Reading()
    block: list[tuple[int, str]] = []
    for number, line in [*_lines(text, reading.sketch), (0, "")]:
        if line:
            block.append((number, line))
        elif block:
            reading.block(block)
            block = []
    return reading.drawing()


def _lines(text: str, sketch: Sketch) -> Iterator[tuple[int, str]]:
    """The statements, without comments and without what only changes the looks or is written to be read; after each
    block an empty one."""
    rows = text.split("\n")
    # Where blocks are marked, nothing outside them counts.
    inside = not any(re.match(r"\s*@start\w+", row) for row in rows)
    until = ""  # what ends the aside that is open
    for number, raw in enumerate(rows, 1):
        row = raw.strip()
        if until:
            until = "" if re.search(until, row) else until
        elif started := re.match(r"@start(\w+)", row):
            inside = started[1] in ("uml", "c4")
            if not inside:
                sketch.remark(number, f"@start{started[1]} is no component diagram; not read")
        elif re.match(r"@end\w+", row):
            inside = False
            yield number, ""
        elif not inside or not row or row.startswith("'"):
            continue
        elif (end := _aside(row)) is not None:
            until = end
        elif row.startswith("!"):
            _preprocessed(row, number, sketch)
        else:
            yield number, row


def _aside(row: str) -> str | None:
    """What ends the comment, the settings of looks or the text to be read that begins here, as a pattern; "" = it ends
    in this row; None = none begins here."""
    if row.startswith("/'"):
        return "" if "'/" in row[2:] else "'/"
    if re.match(r"(skinparam\b.*|<style>|sprite\b.*)\{$", row):
        return r"^\}"
    if row == "<style>":
        return "</style>"
    if re.match(r"(legend|title|header|footer)\b", row) and len(row.split()) <= 2 and "legend" in row:
        return r"^end\s*legend\b"
    if row in ("title", "header", "footer"):
        return rf"^end\s*{row}\b"
    if re.match(r"(floating\s+)?[hr]?note\b", row):
        one_line = re.search(r"(?<!:):(?!:)", row) or re.match(r'(floating\s+)?note\s+"', row)
        return "" if one_line else r"^end\s*[hr]?note\b|^\}"
    return None


def _preprocessed(row: str, number: int, sketch: Sketch) -> None:
    """A remark on what only PlantUML itself carries out, unless it draws no boxes."""
    included = re.match(r"!(include|import)", row)
    if (included and _LIBRARY.search(row)) or re.match(r"!(theme|pragma|log|assert)", row):
        return
    word = re.match(r"!\w*", row)
    what = "is not followed" if included else "is not carried out"
    sketch.remark(number, f"{row[:60]!r} {what}: {word[0] if word else row} is for PlantUML itself")


@dataclass(frozen=True, slots=True)
class _Declaration:
    word: str  # the keyword; "" = there is none, as in `[box]`
    called: str  # its name and its label, as they are written
    door: bool  # an interface
    opens: bool  # what it holds follows

    @property
    def outside(self) -> bool:
        actor = not self.word and self.called.startswith((":", "("))
        return self.door or actor or self.word in _OUTSIDE


def _declaration(line: str) -> _Declaration | None:
    keyword = _KEYWORD.match(line)
    word = (keyword[1] or "class") if keyword else ""
    rest = line[keyword.end() :] if keyword else line
    if keyword is None and not rest.startswith(("[", "()", ":", "(")):
        return None
    opens = bool(re.search(r"\{\s*$", rest))
    rest = re.sub(r"\{\s*$", "", rest)
    rest = re.sub(r"<<[^<>]*>>|\[\[.*?\]\]|\$\w+|#[\w\\|/;:.\-]+\s*$", " ", rest).strip()
    door = word == "interface" or rest.startswith("()")
    rest = rest.removeprefix("()").strip()
    rest = re.sub(r"\s+(?:extends|implements)\s.*", "", rest) if word in ("class", "abstract") else rest
    return _Declaration(word, rest, door, opens)


class _Reading:
    def __init__(self) -> None:
        self.sketch = Sketch()
        self.groups = Boundaries()
        self.named: dict[str, str] = {}  # a label that stands for a declared alias -> its id
        self.boxes: set[str] = set()  # what is declared, or written in brackets
        self.doors: set[str] = set()  # interfaces: how a box is reached, no box themselves
        self.body = 0  # open braces of a class body, which is not read
        self.label = ""  # the box whose label goes on over lines, `component x [`

    def block(self, lines: list[tuple[int, str]]) -> None:
        """One diagram, unless it tells a sequence of messages: those have no boxes but participants."""
        if any(_MESSAGES.match(line) for _, line in lines) or not any(_BOX.search(line) for _, line in lines):
            self.sketch.remark(
                lines[0][0], "this is a sequence or another kind of diagram without components; not read"
            )
            return
        self.groups.open.clear()
        self.body, self.label = 0, ""
        for number, line in lines:
            self.line(line, number)

    def line(self, line: str, number: int) -> None:
        if self.body:
            self.body += line.count("{") - line.count("}")
        elif self.label:
            if line.rstrip().endswith("]"):
                self.label = ""
        elif line.startswith("}"):
            if self.groups.open:
                self.groups.open.pop()
        elif line in ("{", "==", "--") or _SILENT.match(line):
            if line == "{":
                self.groups.open.append("")
        elif re.match(r"together\b.*\{$", line):
            self.groups.open.append("")
        elif (
            not self._arrow(line, number)
            and not self._declared(line, number)
            and not macro(line, number, self.sketch, self.groups)
        ):
            self.sketch.remark(number, f"{line[:60]!r} is not understood")

    def _declared(self, line: str, number: int) -> bool:
        said = _declaration(line)
        if said is None:
            return False
        found = re.match(rf"(?P<a>{_END})\s*(?:as\s+(?P<b>{_END}))?\s*(?P<more>.*)$", said.called)
        if found is None and said.opens:  # a group without a name, to draw a frame around
            self.groups.open.append(self.sketch.node(f"group in line {number}", number, within=self.groups.inner))
            return True
        if found is None or (found["more"] and not found["more"].startswith(("[", "order", "as "))):
            return False
        box, shown = _named(found["a"], found["b"] or "")
        if found["more"].startswith("["):
            self.label = "" if found["more"].rstrip().endswith("]") else box
            shown = shown or _bare(found["more"].strip().strip("[]"))
        self.sketch.node(box, number, shown, within=self.groups.inner, outside=said.outside)
        if shown:
            self.named.setdefault(shown, box)
        (self.doors if said.door else self.boxes).add(box)
        if said.opens and said.word in _WITH_BODY:
            self.body = 1
        elif said.opens:
            self.groups.open.append(box)
        return True

    def _arrow(self, line: str, number: int) -> bool:
        if len(line) > 2000:
            return False
        found = _ARROW.match(line)
        if found is None:
            return False
        if "hidden" in found["line"]:
            return True
        ends = [self._end(found[name], number) for name in "ab"]
        left, right = found["left"] or "", found["right"] or ""
        if right.startswith(("0", "()")) and ends[1] not in self.sketch.nodes:
            self.doors.add(ends[1])
        backwards = left.startswith("<")
        forwards = right.endswith(">") or right.startswith(("(", "|"))
        # `whole *-- part` and `whole o-- part`: the whole knows its parts.
        forwards = forwards or (left in ("*", "o", "+") and not backwards)
        backwards = backwards or (right in ("*", "o", "+") and not forwards) or left.startswith(")")
        if forwards or not backwards:
            self.sketch.edge(ends[0], ends[1], number, directed=forwards)
        if backwards:
            self.sketch.edge(ends[1], ends[0], number)
        return True

    def _end(self, text: str, number: int) -> str:
        door = text.startswith("()")
        name = _bare(text.removeprefix("()"))
        box = self.named.get(name, name)
        if door:
            self.doors.add(box)
        elif text.startswith("["):
            self.boxes.add(box)
        known = box in self.sketch.nodes
        outside = text.startswith(":") or door or (text.startswith("(") and not known)
        return self.sketch.node(box, number, within="" if known else self.groups.inner, outside=outside)

    def drawing(self) -> Drawing:
        """With arrows to an interface led on to what provides it: the one box that a line without a head ties to it."""
        drawn = self.sketch.drawing()
        offering: dict[str, set[str]] = {}
        for edge in drawn.edges:
            for door, box in ((edge.source, edge.target), (edge.target, edge.source)):
                # A bare word that nothing declares is drawn as an interface, too.
                is_door = door in self.doors or (door not in self.boxes and box in self.boxes)
                if is_door and not edge.directed:
                    offering.setdefault(door, set()).add(box)
        provider = {door: min(boxes) for door, boxes in offering.items() if len(boxes) == 1}
        if not provider:
            return drawn
        kept = [edge for edge in drawn.edges if edge.directed or not {edge.source, edge.target} & set(provider)]
        led = [replace(edge, target=provider.get(edge.target, edge.target)) for edge in kept]
        return Drawing(drawn.nodes, tuple(led), drawn.remarks)


def _named(first: str, second: str) -> tuple[str, str]:
    """The id and the label of `first as second`: the alias may stand on either side."""
    if second and re.fullmatch(r"[\w$@.:/-]+", second):
        return _bare(second), _bare(first)
    return _bare(first), _bare(second)


def _bare(text: str) -> str:
    text = text.strip()
    for opening, closing in (("[", "]"), ('"', '"'), (":", ":"), ("(", ")")):
        if len(text) > 1 and text.startswith(opening) and text.endswith(closing):
            text = text[1:-1].strip()
    return " ".join(text.replace("\\n", " ").split())
