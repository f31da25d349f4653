"""build.sbt, and project/*.sbt. What `%%` adds to a name, the version of Scala, is left out on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plumbrule.extract.manifests.program import NAME, STRING, Token, constants, tokens
from plumbrule.extract.manifests.reading import BUILD, RUNTIME, TEST, Declared, Format, Published, Reading


def _read(text: str, path: str) -> Reading:
    all_ = tokens(text, comments="//")
    known = constants(all_)
    told: dict[str, str] = {}
    found = []
    plugin_line = 0
    for at, token in enumerate(all_):
        if token.says("addSbtPlugin"):
            plugin_line = token.line
        if token.kind == NAME and [one.text for one in all_[at + 1 : at + 3]] == [":", "="] and at + 3 < len(all_):
            value = all_[at + 3]
            if token.text in ("organization", "name", "version"):
                told.setdefault(token.text, value.text if value.kind == STRING else known.get(value.text, ""))
        if token.kind == STRING:
            row = _module(all_, at, known)
            if row is not None:
                found.append(row._replace(scope=BUILD) if row.line == plugin_line else row)
    group, name = told.get("organization", ""), told.get("name", "")
    made = (Published(f"{group}:{name}", told.get("version", "")),) if group and name else ()
    return Reading(made, tuple(found))


def _module(all_: Sequence[Token], at: int, known: Mapping[str, str]) -> Declared | None:
    """`"group" %% "name" % version % Scope`, beginning here; a group that is a name is not known."""
    parts: list[Token] = [all_[at]]
    if at and all_[at - 1].says("%"):
        return None
    at += 1
    while at + 1 < len(all_) and all_[at].says("%") and len(parts) < 4:
        while at < len(all_) and all_[at].says("%"):
            at += 1
        if at >= len(all_) or all_[at].kind not in (STRING, NAME):
            break
        parts.append(all_[at])
        at += 1
        while at + 1 < len(all_) and all_[at].says(".") and parts[-1].kind == NAME:
            parts[-1] = all_[at + 1]  # of V.akka the last name
            at += 2
    if len(parts) < 3 or parts[1].kind != STRING:
        return None
    version = parts[2].text if parts[2].kind == STRING else known.get(parts[2].text, "")
    said = parts[3].text.lower() if len(parts) > 3 else ""
    scope = TEST if "test" in said else said.partition("-")[0].partition(";")[0]
    scope = RUNTIME if scope in ("", "compile", "runtime") else scope
    return Declared(f"{parts[0].text}:{parts[1].text}", version, "", scope, parts[0].line)


FORMAT = Format("maven", ("build.sbt", "*.sbt"), _read)
