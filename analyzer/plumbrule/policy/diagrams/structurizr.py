"""Structurizr DSL: the elements and relationships of its model; views and deployments are not read.

A small reader of our own: the parser of the DSL is a Java library. Nothing is included and no script runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from plumbrule.data import dataclass
from plumbrule.policy.diagrams import Drawing, Sketch

FILES = ("*.dsl",)
FENCE = ("structurizr", "dsl")

_ELEMENTS = {"person", "softwaresystem", "container", "component", "element", "customelement"}
_SKIPPED = {
    "views", "deploymentenvironment", "styles", "configuration", "themes", "properties", "perspectives", "!script",
    "!plugin", "!docs", "!adrs", "!elements", "!relationships", "branding", "terminology", "users", "healthcheck",
    "theme",
}  # fmt: skip
_SILENT = {
    "description", "tags", "tag", "technology", "url", "name", "metadata", "!impliedrelationships", "!decisions",
    "instances", "this", "enterprise", "author", "scope", "visibility",
}  # fmt: skip
_TOKEN = re.compile(r'"""(?:.|\n)*?"""|"(?:[^"\\\n]|\\.)*+"?|[{}=]|--?[\w-]*>|[^\s{}="]+')
_OUTSIDE = re.compile(r"external|outside|third.?party|data ?(?:base|store)|queue|message ?bus", re.IGNORECASE)


def read(text: str) -> Drawing:
    """What the model in this text says."""
    return _Reading(text).drawing()


def _statements(text: str) -> Iterator[tuple[int, list[str]]]:
    """The words of each line, with its number; a line that ends in a backslash goes on in the next."""
    text = re.sub(r"/\*.*?\*/", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)
    words: list[str] = []
    begun = 0
    for number, row in enumerate(text.split("\n"), 1):
        line = re.sub(r"(^|\s)(//|#).*", "", row) if '"' not in row.partition("//")[0] else row
        line = "" if re.match(r"\s*(//|#)", line) else line
        going_on = line.rstrip().endswith("\\")
        words += _TOKEN.findall(line.rstrip().removesuffix("\\") if going_on else line)
        begun = begun or number
        if words and not going_on:
            yield begun, words
        if not going_on:
            words, begun = [], 0


@dataclass(frozen=True, slots=True)
class _Statement:
    name: str  # what it is assigned to, `name = ...`; "" = nothing
    given: Sequence[str]  # its words, one at least
    opens: bool  # what it holds follows
    line: int

    @property
    def key(self) -> str:
        return self.given[0].lower()

    @property
    def first(self) -> str:
        """The word after the key; "" = there is none."""
        return self.given[1] if len(self.given) > 1 else ""

    @property
    def relation(self) -> tuple[str, str] | None:
        """The two ends of `source -> target`, or of `-> target` inside the source."""
        arrow = next((at for at, word in enumerate(self.given) if re.fullmatch(r"--?[\w-]*>", word)), -1)
        if arrow < 0 or arrow + 1 == len(self.given):
            return None
        return self.given[0] if arrow else "this", self.given[arrow + 1]


def _statement(words: Sequence[str], line: int) -> _Statement:
    opens = words[-1] == "{"
    given = words[:-1] if opens else words
    if len(given) > 2 and given[1] == "=":
        return _Statement(given[0], given[2:], opens, line)
    return _Statement("", given, opens, line)


class _Reading:
    def __init__(self, text: str) -> None:
        self.sketch = Sketch()
        self.hierarchical = False
        self.kinds = {kind: kind for kind in (*_ELEMENTS, "group")}
        self.constants: dict[str, str] = {}
        self.open: list[str] = []  # the scopes that are open: an element's id, or "" for what is no element
        self.skipping = 0
        self.relations: list[tuple[str, str, str, int]] = []  # scope, source, target, line
        self.ids: dict[str, str] = {}  # identifiers as they are written, in lower case -> node
        for number, words in _statements(text):
            self._statement([self._filled(word) for word in words], number)

    def _filled(self, word: str) -> str:
        return re.sub(r"\$\{([\w.-]{1,100})\}", lambda found: self.constants.get(found[1], found[0]), word)[:2000]

    @property
    def scope(self) -> str:
        return next((box for box in reversed(self.open) if box), "")

    def _statement(self, words: list[str], number: int) -> None:
        if self.skipping:
            self.skipping = max(0, self.skipping + words.count("{") - words.count("}"))
            return
        while words and words[0] == "}":
            if self.open:
                self.open.pop()
            words = words[1:]
        if words == ["{"]:
            self.open.append("")
        elif words:
            self._said(_statement(words, number))

    def _said(self, said: _Statement) -> None:
        if said.key in _SKIPPED:
            self.skipping = int(said.opens)
            if said.key in ("!script", "!plugin"):
                self.sketch.remark(said.line, f"{said.given[0]} is not carried out")
        elif "archetypes" in self.open:
            # Kinds of elements under other names; what else is said of them is no matter here.
            if said.name and said.key in self.kinds:
                self.kinds[said.name.lower()] = self.kinds[said.key]
            self.skipping = int(said.opens)
        elif said.key == "archetypes":
            self.open += ["archetypes"] * said.opens
        elif (relation := said.relation) is not None:
            self.relations.append((self.scope, *relation, said.line))
            self.open += [""] * said.opens
        else:
            self._modelled(said)

    def _modelled(self, said: _Statement) -> None:
        if self.kinds.get(said.key) == "group":
            title = _text(said.first)
            box = self.sketch.node(f"group {title}", said.line, title, within=self.scope)
            self.open += [box] * said.opens
        elif said.key in self.kinds:
            self._element(said)
        elif said.key in ("!element", "!ref", "!extend", "!component", "!container"):
            self.open += [self._found(self.scope, said.first)] * said.opens
        else:
            self._other(said)

    def _other(self, said: _Statement) -> None:
        key, given = said.key, said.given
        if key in ("!const", "!constant", "!var") and len(given) > 2:
            self.constants[_text(given[1])] = _text(given[2])
        elif key == "!identifiers":
            self.hierarchical = given[-1].lower() == "hierarchical"
        elif key == "!include":
            self.sketch.remark(said.line, f"{' '.join(given)[:60]!r} is not followed: only this file is read")
        elif key == "workspace" and "extends" in (word.lower() for word in given):
            self.sketch.remark(said.line, "the workspace that this one extends is not read")
        elif key not in _SILENT and key not in ("workspace", "model"):
            self.sketch.remark(said.line, f"{' '.join(given)[:60]!r} is not understood")
        if said.opens and key in _SILENT and key != "enterprise":
            self.skipping = 1
        else:
            self.open += [""] * said.opens

    def _element(self, said: _Statement) -> None:
        kind, name = said.key, said.name
        label = _text(said.first)
        if not label:
            self.sketch.remark(said.line, f"a {kind} without a name")
        parent = self.scope
        prefix = parent if self.hierarchical and parent.lower() in self.ids else ""
        path = f"{prefix}.{name}" if prefix and name else name
        box = path or (f"{parent}/{label}" if parent else label) or f"line {said.line}"
        of = self.kinds[kind]
        tags = " ".join([kind, *map(_text, said.given[3 if of in ("person", "softwaresystem") else 4 :])])
        outside = of == "person" or bool(_OUTSIDE.search(tags))
        if path:
            self.ids[path.lower()] = box
        # What it is called is no identifier by which others speak of it, but it is by what a policy may.
        self.sketch.node(box, said.line, name, label, within=parent, outside=outside)
        self.open += [box] * said.opens

    def _found(self, scope: str, identifier: str) -> str:
        """The node of an identifier, as seen from a scope: the innermost one that knows it; "" if none does."""
        if identifier.lower() == "this":
            return scope
        within = scope
        while within and self.hierarchical:
            if (known := self.ids.get(f"{within}.{identifier}".lower())) is not None:
                return known
            within = within.rpartition(".")[0]
        return self.ids.get(identifier.lower(), "")

    def drawing(self) -> Drawing:
        for scope, source, target, number in self.relations:
            ends = [self._found(scope, end) for end in (source, target)]
            lost = [end for end, box in zip((source, target), ends, strict=True) if not box]
            if lost:
                self.sketch.remark(
                    number, f"{_text(lost[0])!r} is no element of this file; the relationship is left out"
                )
            else:
                self.sketch.edge(ends[0], ends[1], number)
        return self.sketch.drawing()


def _text(word: str) -> str:
    return word.strip('"').replace('\\"', '"')
