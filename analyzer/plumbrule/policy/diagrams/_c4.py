"""The C4 macros that Mermaid and PlantUML share: `Component(alias, "label", ...)`, `Rel(from, to, ...)`, boundaries."""

from __future__ import annotations

import re

from plumbrule.policy.diagrams import Sketch

_MACRO = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*\((.*)$", re.DOTALL)
_ELEMENT = re.compile(r"(Person|System|Container|Component|Node|Deployment_Node)(Db|Queue)?(_Ext|_L|_R)?$")
_BOUNDARY = re.compile(r"(?:[A-Za-z]+_)?Boundary$")
_SILENT = re.compile(r"(Update|Add|Set|SHOW_|HIDE_|LAYOUT_|Lay_|Increment|setIndex|WithoutPropertyHeader|increment)")
_RELATION = re.compile(r"(Bi)?Rel(_?[A-Za-z]+)?$")


class Boundaries:
    """The groups that are open, the innermost last; an empty one is no group, but a brace all the same."""

    def __init__(self) -> None:
        self.open: list[str] = []

    @property
    def inner(self) -> str:
        return next((box for box in reversed(self.open) if box), "")


def macro(line: str, number: int, sketch: Sketch, groups: Boundaries) -> bool:
    """Takes one line with a C4 macro into the sketch; False if it is none."""
    found = _MACRO.match(line)
    if found is None:
        return False
    name, rest = found[1], found[2]
    given, after = arguments(rest)
    if relation := _RELATION.match(name):
        if relation[2] in ("Index", "_Index") or name.startswith("RelIndex"):
            given = given[1:]
        if len(given) < 2:
            sketch.remark(number, f"{name} names no two ends")
            return True
        source, target = (sketch.node(end, number) for end in given[:2])
        if relation[1]:
            sketch.edge(source, target, number)
            sketch.edge(target, source, number)
        elif relation[2] and relation[2].startswith("_Back"):
            sketch.edge(target, source, number)
        else:
            sketch.edge(source, target, number)
        return True
    if _BOUNDARY.match(name) or (_ELEMENT.match(name) and after.lstrip().startswith("{")):
        if not given:
            return False
        groups.open.append(sketch.node(given[0], number, *given[1:2], within=groups.inner))
        return True
    if element := _ELEMENT.match(name):
        if not given:
            sketch.remark(number, f"{name} has no alias")
            return True
        outside = element[1] == "Person" or bool(element[2]) or element[3] == "_Ext"
        sketch.node(given[0], number, *given[1:2], within=groups.inner, outside=outside)
        return True
    return bool(_SILENT.match(name))


def arguments(text: str) -> tuple[list[str], str]:
    """What stands between the parentheses, by position (named ones, as `$tags=...`, left out), and what follows."""
    given: list[str] = []
    at, depth, quoted = 0, 0, False
    word = ""
    while at < len(text):
        char = text[at]
        at += 1
        if quoted:
            quoted = char != '"'
            word += char
        elif char == '"':
            quoted = True
            word += char
        elif char == ")" and not depth:
            break
        elif char == "," and not depth:
            given.append(word)
            word = ""
        else:
            depth += (char in "([{") - (char in ")]}")
            word += char
    given.append(word)
    bare = [one.strip() for one in given]
    return [one.strip('"') for one in bare if one and not re.match(r"\$\w+\s*=", one)], text[at:]
