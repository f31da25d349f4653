"""dependency-cruiser: what it forbids and requires, in JSON or in a script that is written like JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from plumbrule.errors import SettingsError
from plumbrule.globs import matcher
from plumbrule.policy.drafts import Draft, Notes, Origin, Table
from plumbrule.policy.drafts._regexes import NotAGlob, globs_of, tidied
from plumbrule.policy.drafts._script import NoData, exported, has_unknown

PLACES = (
    *(f".dependency-cruiser.{ending}" for ending in ("json", "js", "cjs", "mjs")),
    *(f"*{name}*.{ending}" for name in ("dependency-cruiser", "depcruise") for ending in ("json", "js", "cjs", "mjs")),
)

_KNOWN = {"path", "pathNot"}
_TYPES = {"type-only", "type-import", "pre-compilation-only", "jsdoc"}
_SEVERITIES = {"error": "error", "warn": "warning", "info": "info", "ignore": "off"}
_Section = Mapping[str, object]


def read(origin: Origin) -> Draft:
    notes = Notes()
    try:
        top = json.loads(origin.text)
    except ValueError:
        try:
            top = exported(origin.text, lambda line, words: notes.add(f"line {line}", words))
        except NoData as why:
            raise SettingsError(f"{origin.file}: {why}; write the rules out, or as JSON") from None
    if not isinstance(top, dict):
        raise SettingsError(f"{origin.file}: it holds no rules; name a file with `forbidden`")
    return _Reading(origin, notes).draft(top)


def _map(value: object) -> _Section:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def _unknown(source: _Section, target: _Section) -> list[str]:
    """What a rule asks for and no contract does."""
    # Imports for types alone bind nothing here in any case.
    unread = {"dependencyTypesNot"} if set(map(str, _list(target.get("dependencyTypesNot")))) <= _TYPES else set()
    return sorted((set(source) | set(target)) - _KNOWN - {"reachable"} - unread)


def _less(globs: Sequence[str]) -> list[str]:
    return [f"!{glob}" for glob in globs]


class _Reading:
    def __init__(self, origin: Origin, notes: Notes) -> None:
        self.origin = origin
        self.notes = notes
        self.tables: list[Table] = []
        self.rules: dict[str, dict[str, object]] = {}
        self.exclude: list[str] = []

    def draft(self, top: _Section) -> Draft:
        for key, write in (("forbidden", self._forbidden), ("required", self._required)):
            for number, one in enumerate(_list(top.get(key)), 1):
                name = _map(one).get("name")
                name = name if isinstance(name, str) and name else f"{key} {number}"
                if has_unknown(one):
                    self.notes.add(f"the rule {name!r}", "some of it is code, which is not carried out")
                elif isinstance(one, dict):
                    write(name, one)
        if top.get("allowed"):
            self.notes.add("`allowed`", "it is one list for all code; write an [[allow]] for each part that is bound")
        if top.get("extends"):
            shown = "" if has_unknown(top["extends"]) else f" {top['extends']!r}"
            self.notes.add(f"extends{shown}", "only this file is read")
        self._options(_map(top.get("options")))
        accepted = tuple(self._known_violations())
        return Draft((), tuple(self.tables), self.rules, tuple(self.exclude), accepted, self.notes.all())

    def _forbidden(self, name: str, one: _Section) -> None:
        source, target = _map(one.get("from")), _map(one.get("to"))
        if one.get("severity") == "ignore":
            self.notes.add(f"the rule {name!r}", "it is ignored there")
        elif target.get("circular") is True:
            self._circles(name, one)
        elif unknown := _unknown(source, target):
            self.notes.add(f"the rule {name!r}", f"no contract asks for {', '.join(unknown)}")
        else:
            sides = [self._side(said, f"the rule {name!r}") for said in (source, target)]
            if sides[0] is not None and sides[1] is not None:
                self._between(name, one, sides[0], sides[1])

    def _circles(self, name: str, one: _Section) -> None:
        if set(_map(one.get("from"))) | (set(_map(one.get("to"))) - {"circular", "viaOnly", "via"}):
            self.notes.add(f"{name}: which circles", "dependency-cycle tells every circle")
        severity = _SEVERITIES.get(str(one.get("severity", "warn")), "warning")
        self.rules["dependency-cycle"] = {"severity": severity}

    def _between(
        self, name: str, one: _Section, source: tuple[list[str], list[str]], target: tuple[list[str], list[str]]
    ) -> None:
        """The contract that says the same of the globs of both sides, and of those that they take away."""
        (on, but), (to, except_to) = source, target
        reachable = _map(one.get("to")).get("reachable") is True
        if reachable and not (on and to):
            self.notes.add(f"the rule {name!r}", "reachability is told of two parts, and it names one")
        elif on and to and (but or except_to):
            side, means = ("from", [*on, *_less(but)]) if but else ("to", [*to, *_less(except_to)])
            why = f"a contract selects by single globs; declare a component with {means} for its `{side}`"
            self.notes.add(f"the rule {name!r}", why)
        elif on and to:
            more = {"transitive": True} if reachable else {}
            self._table("forbid", name, one, **{"from": on, "to": to}, **more)
        elif on and except_to and not but:
            self._table("allow", name, one, **{"from": on, "to": except_to})
        elif to and not on and not except_to:
            self._table("visible", name, one, what=to, to=[glob for glob in but if glob not in to])
        else:
            self.notes.add(f"the rule {name!r}", "it binds all code to all code")

    def _required(self, name: str, one: _Section) -> None:
        module, target = _map(one.get("module")), _map(one.get("to"))
        unknown = sorted((set(module) | set(target)) - _KNOWN)
        sides = [self._side(said, f"the rule {name!r}") for said in (module, target)]
        if unknown or sides[0] is None or sides[1] is None:
            self.notes.add(f"the rule {name!r}", f"no contract asks for {', '.join(unknown) or 'that'}")
        elif sides[0][1] or sides[1][1]:
            self.notes.add(f"the rule {name!r}", "a contract selects by globs alone, and it takes some away")
        else:
            self._table("require", name, one, **{"from": sides[0][0], "to": sides[1][0]})

    def _side(self, said: _Section, what: str) -> tuple[list[str], list[str]] | None:
        """The globs that a side means, and those that it takes away; None = it cannot be said, and is told."""
        found: list[list[str]] = []
        for key in ("path", "pathNot"):
            globs: list[str] = []
            value = said.get(key)
            for expression in value if isinstance(value, list) else [value] if value else []:
                try:
                    globs += tidied(globs_of(str(expression)), self.origin.paths)
                except NotAGlob as why:
                    self.notes.add(what, f"{str(expression)!r} is no list of globs: {why}")
                    return None
            found.append(list(dict.fromkeys(globs)))
        return found[0], found[1]

    def _table(self, kind: str, name: str, one: _Section, **keys: object) -> None:
        dead = [
            glob
            for side in keys.values()
            if isinstance(side, list)
            for glob in side
            if not any(map(matcher((glob,)), self.origin.paths))
        ]
        if dead:
            self.notes.add(f"{name}: {', '.join(dead)}", "no code here lies there")
            keys = {
                key: [g for g in side if g not in dead] if isinstance(side, list) else side
                for key, side in keys.items()
            }
            if not all(keys.get(role, True) for role in ("from", "what")) or (
                kind != "visible" and not keys["to"] and kind != "allow"
            ):
                self.notes.add(f"the rule {name!r}", "without that it binds nothing")
                return
        severity = str(one.get("severity", "warn"))
        unsure = "" if severity == "error" else f"It is told as {severity!r} there, and would be an error here:"
        reason = {"reason": str(one["comment"])} if isinstance(one.get("comment"), str) else {}
        self.tables.append(Table(kind, {"name": name, **keys, **reason}, unsure))

    def _options(self, options: _Section) -> None:
        said = _map(options.get("exclude")).get("path", options.get("exclude"))
        for expression in said if isinstance(said, list) else [said] if isinstance(said, str) else []:
            for glob in (self._side({"path": expression}, "options.exclude") or ([], []))[0]:
                if any(map(matcher((glob,)), self.origin.paths)):
                    self.exclude.append(glob)
        for key in ("includeOnly", "focus"):
            if options.get(key):
                self.notes.add(f"options.{key}", "all code is read here; write `exclude` for what is not to be")
        if options.get("tsPreCompilationDeps"):
            self.notes.add("options.tsPreCompilationDeps", "imports for types alone bind nothing here")

    def _known_violations(self) -> list[tuple[str, str]]:
        text = self.origin.read(f"{self.origin.folder}.dependency-cruiser-known-violations.json")
        try:
            known = json.loads(text) if text is not None else []
        except ValueError:
            self.notes.add(".dependency-cruiser-known-violations.json", "it is no JSON")
            return []
        pairs = [(str(_map(one).get("from", "")), str(_map(one).get("to", ""))) for one in _list(known)]
        return sorted({pair for pair in pairs if all(end in self.origin.paths for end in pair)})
