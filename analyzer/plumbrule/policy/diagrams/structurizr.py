"""Structurizr DSL: the elements and relationships of its model; views and deployments are not read.

A small reader of our own: the parser of the DSL is a Java library. Nothing is included and no script runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
            self.skipping += words.count("{") - words.count("}")
            if self.skipping > 0:
                return
            self.skipping = 0
            return
        while words and words[0] == "}":
            if self.open:
                self.open.pop()
            words = words[1:]
        if not words:
            return
        opens = words[-1] == "{"
        given = words[:-1] if opens else words
        if not given:
            self.open.append("")
            return
        name = ""
        if len(given) > 2 and given[1] == "=":
            name, given = given[0], given[2:]
        key = given[0].lower()
        if key in _SKIPPED:
            self.skipping = int(opens)
            if key in ("!script", "!plugin"):
                self.sketch.remark(number, f"{given[0]} is not carried out")
            return
        if "archetypes" in self.open:
            # Kinds of elements under other names; what else is said of them is no matter here.
            if name and key in self.kinds:
                self.kinds[name.lower()] = self.kinds[key]
            self.skipping = int(opens)
            return
        if key == "archetypes":
            self.open += ["archetypes"] * opens
            return
        arrow = next((at for at, word in enumerate(given) if re.fullmatch(r"--?[\w-]*>", word)), -1)
        if arrow >= 0 and arrow + 1 < len(given):
            self.relations.append((self.scope, given[0] if arrow else "this", given[arrow + 1], number))
            self.open += [""] * opens
        elif self.kinds.get(key) == "group":
            title = _text(given[1]) if len(given) > 1 else ""
            box = self.sketch.node(f"group {title}", number, title, within=self.scope)
            self.open += [box] * opens
        elif key in self.kinds:
            self._element(key, name, given[1:], number, opens=opens)
        elif key in ("!element", "!ref", "!extend", "!component", "!container"):
            self.open += [self._found(self.scope, given[1] if len(given) > 1 else "")] * opens
        else:
            self._other(key, given, number, opens=opens)

    def _other(self, key: str, given: Sequence[str], number: int, *, opens: bool) -> None:
        if key in ("!const", "!constant", "!var") and len(given) > 2:
            self.constants[_text(given[1])] = _text(given[2])
        elif key == "!identifiers":
            self.hierarchical = given[-1].lower() == "hierarchical"
        elif key == "!include":
            self.sketch.remark(number, f"{' '.join(given)[:60]!r} is not followed: only this file is read")
        elif key == "workspace" and "extends" in (word.lower() for word in given):
            self.sketch.remark(number, "the workspace that this one extends is not read")
        elif key not in _SILENT and key not in ("workspace", "model"):
            self.sketch.remark(number, f"{' '.join(given)[:60]!r} is not understood")
        if opens and key in _SILENT and key != "enterprise":
            self.skipping = 1
        else:
            self.open += [""] * opens

    def _element(self, kind: str, name: str, texts: Sequence[str], number: int, *, opens: bool) -> None:
        label = _text(texts[0]) if texts else ""
        if not label:
            self.sketch.remark(number, f"a {kind} without a name")
        parent = self.scope
        prefix = parent if self.hierarchical and parent.lower() in self.ids else ""
        path = f"{prefix}.{name}" if prefix and name else name
        box = path or (f"{parent}/{label}" if parent else label) or f"line {number}"
        of = self.kinds[kind]
        tags = " ".join([kind, *map(_text, texts[2 if of in ("person", "softwaresystem") else 3 :])])
        outside = of == "person" or bool(_OUTSIDE.search(tags))
        if path:
            self.ids[path.lower()] = box
        # What it is called is no identifier by which others speak of it, but it is by what a policy may.
        self.sketch.node(box, number, name, label, within=parent, outside=outside)
        self.open += [box] * opens

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
