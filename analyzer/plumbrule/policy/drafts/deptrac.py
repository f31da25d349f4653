"""Deptrac: layers of PHP code by folders and class names, and a ruleset of what each may depend on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from plumbrule.errors import SettingsError
from plumbrule.globs import matcher
from plumbrule.policy.drafts import Draft, Notes, Origin, Part, Table
from plumbrule.policy.drafts._regexes import NotAGlob, globs_of, tidied
from plumbrule.policy.drafts._yaml import read_yaml

PLACES = ("deptrac.yaml", "deptrac.yml", "depfile.yaml", "depfile.yml", "deptrac*.yaml", "deptrac*.yml", "depfile*.yml")

_ELSE = "all other code"
_NAMES = ("classname", "classlike", "class", "interface", "trait", "classnameregex", "functionname")
_SILENT = {"paths", "layers", "ruleset", "analyser", "formatters", "cache_file", "ignore_uncovered_internal_classes"}


def read(origin: Origin) -> Draft:
    top = read_yaml(origin.text, origin.file)
    sections = [top.get(key) for key in ("deptrac", "parameters")] if isinstance(top, dict) else []
    found = next((one for one in (*sections, top) if isinstance(one, dict) and "layers" in one), None)
    if found is None:
        raise SettingsError(f"{origin.file}: it declares no layers; name the file that does")
    reading = _Reading(origin)
    for path in _list(top.get("imports")):
        name = path.get("resource", "") if isinstance(path, dict) else str(path)
        text = origin.read(f"{origin.folder}{name}")
        other = read_yaml(text, name) if text is not None else None
        section = other.get("deptrac") or other.get("parameters") if isinstance(other, dict) else None
        if isinstance(section, dict) and isinstance(section.get("skip_violations"), dict):
            found = {**found, "skip_violations": {**_map(found.get("skip_violations")), **section["skip_violations"]}}
        else:
            reading.notes.add(f"imports: {name}", "only what it skips is read, and it skips nothing that can be read")
    return reading.draft(found)


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _map(value: object) -> Mapping[str, object]:
    return {str(key): said for key, said in value.items()} if isinstance(value, dict) else {}


class _Reading:
    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.notes = Notes()
        self.paths = [path for path in origin.paths if path.endswith(".php")]
        self.spaces = dict(_namespaces(origin))

    def draft(self, top: Mapping[str, object]) -> Draft:
        layers: dict[str, tuple[str, ...]] = {}
        for one in _list(top.get("layers")):
            said = _map(one)
            if name := str(said.get("name") or ""):
                layers[name] = tuple(dict.fromkeys(self._layer(name, _list(said.get("collectors")))))
        parts, bound = self._parts(layers)
        tables = [] if len(parts) < 2 else list(self._ruleset(_map(top.get("ruleset")), layers, bound))
        if any(_ELSE in _list(one.keys["to"]) for one in tables):
            parts = (*parts, Part(_ELSE, ("**",)))  # what no layer holds is free, as it is there
        excluded = []
        for expression in map(str, _list(top.get("exclude_files"))):
            excluded += [
                g for g in self._globs(expression, "exclude_files") if any(map(matcher((g,)), self.origin.paths))
            ]
        for key in sorted(set(top) - _SILENT - {"exclude_files", "skip_violations"}):
            self.notes.add(f"`{key}`", "it is not known here")
        accepted = tuple(dict.fromkeys(self._skipped(_map(top.get("skip_violations")))))
        return Draft(parts, tuple(tables), exclude=tuple(excluded), accepted=accepted, remarks=self.notes.all())

    def _layer(self, name: str, collectors: Sequence[object]) -> Iterator[str]:
        for one in collectors:
            said = _map(one)
            kind = str(said.get("type", "")).lower()
            value = str(said.get("value") or said.get("regex") or said.get("directory") or "")
            what = f"the layer {name}: {kind} {value}"
            if kind in ("directory", "glob"):
                yield from self._globs(value, what) if kind == "directory" else [value]
            elif kind in _NAMES:
                yield from self._classes(value, what)
            elif kind == "bool" and not said.get("must_not"):
                must = _list(said.get("must"))
                if len(must) == 1:
                    yield from self._layer(name, must)
                else:
                    self.notes.add(what, "a glob cannot say that several things must be so at once")
            elif kind == "bool":
                yield from self._layer(name, _list(said.get("must")))
                for glob in self._layer(name, _list(said.get("must_not"))):
                    yield f"!{glob}"
            else:
                self.notes.add(what, "code is selected by its place, not by this")

    def _globs(self, expression: str, what: str) -> Sequence[str]:
        bare = expression
        if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "#/~@%" and not bare[1:].startswith(("/", "*")):
            bare = bare[1:-1]
        bare = bare.removeprefix("./").replace("%depfileDirectory%/", "").replace("%projectDirectory%/", "")
        try:
            return tidied(globs_of(bare), self.paths)
        except NotAGlob as why:
            self.notes.add(what, f"{expression!r} is no list of globs: {why}")
            return ()

    def _classes(self, expression: str, what: str) -> Sequence[str]:
        """The folder of a namespace, as composer.json says where it lies."""
        plain = re.sub(r"\\\\", r"\\", expression.strip("#/").removeprefix("^")).removesuffix("$")
        plain = re.sub(r"(\.\*|\.\+|\*|\\)+$", "", plain)
        if not re.fullmatch(r"[\w\\]+", plain):
            self.notes.add(what, f"{expression!r} is more than the beginning of a namespace")
            return ()
        for space, folder in sorted(self.spaces.items(), key=lambda pair: -len(pair[0])):
            if f"{plain}\\".startswith(space):
                inner = f"{plain}\\"[len(space) :].replace("\\", "/")
                place = f"{folder}{inner}".strip("/")
                if any(path.startswith(f"{place}/") for path in self.paths):
                    return (f"{place}/**",)
                if any(path == f"{place}.php" for path in self.paths):
                    return (f"{place}.php",)
        self.notes.add(what, "no code of that namespace is here; forbid packages from outside by their names")
        return ()

    def _parts(self, layers: Mapping[str, tuple[str, ...]]) -> tuple[tuple[Part, ...], set[str]]:
        parts = []
        taken: set[str] = set()
        for name, given in layers.items():
            globs = tuple(glob for glob in given if glob.startswith("!") or self._means(glob, name))
            if not any(not glob.startswith("!") for glob in globs):
                continue
            try:
                mine = set(filter(matcher(globs), self.paths))
            except SettingsError as error:
                self.notes.add(f"the layer {name}", str(error))
                continue
            if mine - taken:
                parts.append(Part(name, globs))
                if both := mine & taken:
                    self.notes.add(
                        f"the layer {name}: {min(both)}", "another layer holds it, too, and a file has one component"
                    )
                taken |= mine
            else:
                self.notes.add(f"the layer {name}", "no file of it is here")
        return tuple(parts), {part.name for part in parts}

    def _means(self, glob: str, name: str) -> bool:
        try:
            return any(map(matcher((glob,)), self.paths)) or self.notes.add(
                f"{name}: {glob}", "no code here lies there"
            )
        except SettingsError as error:
            return self.notes.add(f"{name}: {glob}", str(error))

    def _ruleset(
        self, ruleset: Mapping[str, object], layers: Mapping[str, tuple[str, ...]], bound: set[str]
    ) -> Iterator[Table]:
        for name in ruleset:
            if name not in layers:
                self.notes.add(f"the ruleset of {name}", "there is no layer of that name")
        for name in layers:
            if name not in bound:
                continue
            allowed = [one for one in _with_inherited(name, ruleset) if one in bound and one != name]
            yield Table("allow", {"name": name, "from": [name], "to": [*allowed, _ELSE]})

    def _skipped(self, skipped: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        for source, targets in skipped.items():
            for target in map(str, _list(targets)):
                files = self._file(source), self._file(target)
                if all(files):
                    yield files
                else:
                    self.notes.add(f"skip_violations: {source} -> {target}", "no files of these classes are here")

    def _file(self, name: str) -> str:
        if name.strip("/") in self.origin.paths:
            return name.strip("/")
        for space, folder in sorted(self.spaces.items(), key=lambda pair: -len(pair[0])):
            if name.startswith(space):
                path = f"{folder}{name[len(space) :]}".replace("\\", "/") + ".php"
                if path in self.origin.paths:
                    return path
        return ""


def _with_inherited(name: str, ruleset: Mapping[str, object]) -> list[str]:
    """What a layer may depend on; with `+other` also on what that one may."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    todo = [name]
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        for one in map(str, _list(ruleset.get(at))):
            found.setdefault(one.removeprefix("+"))
            if one.startswith("+"):
                todo.append(one[1:])
    return list(found)


def _namespaces(origin: Origin) -> Iterator[tuple[str, str]]:
    try:
        composer = json.loads(origin.read(f"{origin.folder}composer.json") or "{}")
    except (ValueError, RecursionError):
        return
    for key in ("autoload-dev", "autoload"):
        for space, folders in _map(_map(_map(composer).get(key)).get("psr-4")).items():
            for folder in folders if isinstance(folders, list) else [folders]:
                bare = f"{origin.folder}{folder}".replace("./", "").strip("/")
                yield space, f"{bare}/" if bare else ""
