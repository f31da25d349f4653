"""Tach: the modules of a `tach.toml`, and of the `tach.domain.toml` files below it, with what each may depend on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from plumbrule.data import dataclass
from plumbrule.errors import SettingsError
from plumbrule.globs import matcher
from plumbrule.languages import globs_of_tests, is_test
from plumbrule.policy.drafts import Draft, Notes, Origin, Part, Table
from plumbrule.policy.drafts._modules import MODULE, Modules

PLACES = ("tach.toml", "tach.domain.toml")

_TESTS = "tests"
_ELSE = "all other code"
_READ = {
    "modules", "interfaces", "layers", "exclude", "source_roots", "forbid_circular_dependencies", "exact", "rules",
    "root", "root_module", "disable_logging", "ignore_type_checking_imports", "respect_gitignore",
    "layers_explicit_depends_on", "cache", "external", "map", "plugins", "include_string_imports",
    "use_regex_matching",
}  # fmt: skip

_Section = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Module:
    path: str
    depends_on: tuple[str, ...] | None  # None = anything
    cannot: tuple[str, ...]
    visible: tuple[str, ...] | None
    utility: bool
    unchecked: bool
    layer: str
    glob: str = ""


def read(origin: Origin) -> Draft:
    top = _toml(origin.text, origin.file)
    domain = origin.name == "tach.domain.toml"
    roots = [f"{origin.folder}{root}" for root in _texts(top.get("source_roots"))] or [origin.folder]
    notes = Notes()
    for key in sorted(set(top) - _READ):
        notes.add(f"`{key}`", "it is not known here")
    modules = list(_modules(top, _domain_of(origin.folder, ["src", "."]) if domain else "", notes))
    interfaces = list(_interfaces(top, ""))
    if not domain:
        for path, text in _domains(origin):
            section = _toml(text, path)
            module = _domain_of(path.rpartition("/")[0] + "/", roots)
            modules += _modules(section, module, notes)
            interfaces += _interfaces(section, module)
    return _Reading(Modules(origin.paths, roots), notes, origin).draft(top, modules, interfaces)


def _toml(text: str, file: str) -> _Section:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: this is not TOML: {error}") from None


def _domains(origin: Origin) -> Iterator[tuple[str, str]]:
    """The files of domains below; they lie in folders of code, and nowhere else."""
    folders = {path.rpartition("/")[0] for path in origin.paths if path.startswith(origin.folder)}
    around = {"/".join(folder.split("/")[:depth]) for folder in folders for depth in range(1, folder.count("/") + 2)}
    for folder in sorted(around - {""}):
        text = origin.read(f"{folder}/tach.domain.toml")
        if text is not None:
            yield f"{folder}/tach.domain.toml", text


def _domain_of(folder: str, roots: Sequence[str]) -> str:
    """The module that a folder is."""
    bare = folder.rstrip("/")
    for root in sorted(roots, key=len, reverse=True):
        at = root.removeprefix("./").strip("/").removesuffix(".").rstrip("/")
        if not at or bare == at or bare.startswith(f"{at}/"):
            return bare.removeprefix(at).strip("/").replace("/", ".")
    return bare.replace("/", ".")


def _modules(top: _Section, domain: str, notes: Notes) -> Iterator[_Module]:
    listed = top.get("modules", [])
    listed = list(listed) if isinstance(listed, list) else []
    root = top.get("root")
    if domain and isinstance(root, dict):
        listed.append({**root, "path": "<domain_root>"})
    for one in listed:
        if not isinstance(one, dict):
            continue
        names = _texts(one.get("paths")) or _texts([one.get("path", "")])
        for name in names:
            full = _in_domain(name, domain)
            if full == "<root>":
                notes.add(
                    "the module <root>", "it is all code that no other module holds; the rule undeclared-code tells it"
                )
                continue
            yield _Module(
                path=full,
                depends_on=_dependencies(one.get("depends_on"), domain),
                cannot=_dependencies(one.get("cannot_depend_on"), domain) or (),
                visible=_dependencies(one.get("visibility"), domain),
                utility=one.get("utility") is True,
                unchecked=one.get("unchecked") is True,
                layer=str(one.get("layer", "")),
            )
            if one.get("depends_on_external") is not None or one.get("cannot_depend_on_external") is not None:
                notes.add(
                    f"{full}: external packages", "forbid or allow those by their names with a contract on packages"
                )


def _in_domain(name: str, domain: str) -> str:
    if name == "<domain_root>" or (domain and name in ("", ".")):
        return domain
    if name.startswith("//"):
        return name[2:].strip("/").replace("/", ".")
    return f"{domain}.{name}" if domain and name != "<root>" else name


def _dependencies(value: object, domain: str) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    names = [one.get("path", "") if isinstance(one, dict) else one for one in value]
    return tuple(_in_domain(str(name), domain) for name in names)


def _interfaces(top: _Section, domain: str) -> Iterator[str]:
    listed = top.get("interfaces", [])
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict):
            yield ", ".join(_in_domain(name, domain) for name in _texts(one.get("from"))) or domain or "every module"


def _texts(value: object) -> list[str]:
    return [str(one) for one in value if one] if isinstance(value, list) else []


class _Reading:
    def __init__(self, modules: Modules, notes: Notes, origin: Origin) -> None:
        self.modules = modules
        self.notes = notes
        self.origin = origin
        self.needs_else = False
        self.tests = [path for path in origin.paths if is_test(path)]
        self.code = sorted({*origin.paths} - {*self.tests})

    def draft(self, top: _Section, given: Sequence[_Module], interfaces: Sequence[str]) -> Draft:
        found: dict[str, _Module] = {}
        for one in given:
            glob = self.modules.glob(one.path)
            if glob and one.path not in found:
                found[one.path] = replace(one, glob=glob)
            elif not glob:
                self.notes.add(f"the module {one.path}", "no file of it is here")
        for name in interfaces:
            self.notes.add(
                f"the interface of {name}", "it exposes names, and [[public]] speaks of files; name its files there"
            )
        layers = _layer_names(top)
        tables = [*self._layers(layers, found)]
        for one in found.values():
            tables += self._module(one, found, layers)
        excluded = self._excluded(top)
        parts = self._parts(found)
        known = {part.name for part in parts}
        if top.get("root_module") not in (None, "ignore", "allow"):
            self.notes.add(f"root_module = {top['root_module']!r}", 'code of no module is free here, as with "allow"')
        rules = {"dependency-cycle": {"severity": "error"}} if top.get("forbid_circular_dependencies") is True else {}
        if rules:
            self.notes.add(
                "forbid_circular_dependencies among modules", "here no two files may need each other in a circle"
            )
        if _ELSE not in known:
            for one_table in tables:
                to = one_table.keys.get("to")
                if isinstance(to, list) and _ELSE in to:
                    to.remove(_ELSE)
        return Draft(
            parts=parts,
            tables=tuple(one for one in tables if known),
            exclude=excluded,
            remarks=self.notes.all(),
        )

    def _parts(self, found: Mapping[str, _Module]) -> tuple[Part, ...]:
        """Deepest first: a module holds what no module below it does."""
        order = sorted(found.values(), key=lambda one: (-one.path.count("."), "*" in one.path, one.path))
        taken: set[str] = set()
        parts = []
        if self.tests:
            globs = tuple(globs_of_tests(self.tests))
            parts.append(Part(_TESTS, globs))
            taken |= set(filter(matcher(globs), self.origin.paths))
        for one in order:
            mine = set(filter(matcher((one.glob,)), self.origin.paths)) - taken
            if mine:
                parts.append(Part(one.path, (one.glob,)))
                taken |= mine
            else:
                self.notes.add(f"the module {one.path}", "modules below it, or tests, hold all its files")
        if self.needs_else and set(self.origin.paths) - taken:
            parts.append(Part(_ELSE, ("**",)))
        return tuple(parts)

    def _layers(self, layers: Sequence[str], found: Mapping[str, _Module]) -> Iterator[Table]:
        order: list[object] = []
        for layer in layers:
            members = [one.path for one in found.values() if one.layer == layer and self._has_files(one, found)]
            order += [members if len(members) > 1 else members[0]] if members else []
        if len(order) > 1:
            yield Table("layers", {"name": "layers", "order": order})
        elif layers:
            self.notes.add("the layers", "fewer than two of them have modules here")

    def _module(self, one: _Module, found: Mapping[str, _Module], layers: Sequence[str]) -> Iterator[Table]:
        if one.unchecked or not self._has_files(one, found):
            if one.unchecked:
                self.notes.add(f"the module {one.path}", "it is unchecked there, so nothing binds it here either")
            return
        free = [other.path for other in found.values() if other.utility]
        if one.depends_on is not None:
            # What lies in a lower layer may be depended on without being named.
            below = [
                o.path
                for o in found.values()
                if one.layer in layers and o.layer in layers[layers.index(one.layer) + 1 :]
            ]
            allowed = self._present([*one.depends_on, *free, *below], one, found)
            self.needs_else = True
            yield Table("allow", {"name": one.path, "from": [one.path], "to": [*allowed, *self._always()]})
        if forbidden := self._present(one.cannot, one, found):
            yield Table("forbid", {"name": f"{one.path} cannot", "from": [one.path], "to": forbidden})
        if one.visible is not None and one.visible != ("*",):
            seen = self._present(one.visible, one, found)
            yield Table("visible", {"name": one.path, "what": [one.path], "to": [*seen, *self._always()]})

    def _always(self) -> list[str]:
        held: list[str] = [_TESTS] if self.tests else []
        return [*held, _ELSE] if self.needs_else else held

    def _present(self, names: Sequence[str], one: _Module, found: Mapping[str, _Module]) -> list[str]:
        """The modules of these names that are here; a pattern stands for all that it means."""
        present: dict[str, None] = {}
        for name in names:
            if "*" in name and MODULE.fullmatch(name):
                pattern = matcher((f"/{name.replace('.', '/')}",))
                meant = [path for path in found if pattern(path.replace(".", "/"))]
            else:
                meant = [name] if name in found else []
            for path in meant:
                if path != one.path and self._has_files(found[path], found):
                    present.setdefault(path)
            if not meant:
                self.notes.add(f"{one.path}: {name}", "there is no module of that name here")
        return list(present)

    def _has_files(self, one: _Module, found: Mapping[str, _Module]) -> bool:
        below = [o.glob for o in found.values() if o.path != one.path and o.path.startswith(f"{one.path}.")]
        is_mine, is_below = matcher((one.glob,)), matcher(tuple(below))
        return any(is_mine(path) and not is_below(path) for path in self.code)

    def _excluded(self, top: _Section) -> tuple[str, ...]:
        if top.get("use_regex_matching") is True:
            if _texts(top.get("exclude")):
                self.notes.add("`exclude`", "these are regular expressions; write globs")
            return ()
        kept = []
        for glob in _texts(top.get("exclude")):
            try:
                meant = [path for path in self.origin.paths if matcher((glob,))(path)]
            except SettingsError:
                meant = []
            if meant and not all(map(is_test, meant)):
                kept.append(glob)
            elif meant:
                self.notes.add(f"exclude {glob}", "tests are read, but nothing of this binds them")
        return tuple(kept)


def _layer_names(top: _Section) -> list[str]:
    listed = top.get("layers", [])
    given = listed if isinstance(listed, list) else []
    return [str(one.get("name", "")) if isinstance(one, dict) else str(one) for one in given]
