"""import-linter: its contracts over Python modules, in `.importlinter`, `setup.cfg` or `pyproject.toml`."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Mapping, Sequence

from plumbrule.errors import SettingsError
from plumbrule.policy.drafts import Draft, Notes, Origin, Part, Table
from plumbrule.policy.drafts._modules import Modules

PLACES = (".importlinter", "setup.cfg", "pyproject.toml", "*.importlinter", "importlinter.ini", ".import_linter_config")

_Section = Mapping[str, object]


def claims(origin: Origin) -> bool:
    return bool(re.search(r"^\s*\[+\s*(tool\.)?importlinter\b", origin.text, re.MULTILINE))


def read(origin: Origin) -> Draft:
    top, contracts = _toml(origin) if origin.name.endswith(".toml") else _ini(origin)
    packages = _texts(top.get("root_packages")) or _texts(top.get("root_package"))
    if not packages:
        raise SettingsError(f"{origin.file}: it names no root_package, so no module can be found; add one there")
    return _Reading(Modules(origin.paths, ()).found(packages), packages).draft(top, contracts)


def _toml(origin: Origin) -> tuple[_Section, Sequence[_Section]]:
    try:
        tool = tomllib.loads(origin.text).get("tool", {})
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{origin.file}: this is not TOML: {error}") from None
    top = tool.get("importlinter", {}) if isinstance(tool, dict) else {}
    contracts = top.get("contracts", []) if isinstance(top, dict) else []
    return top, [one for one in contracts if isinstance(one, dict)] if isinstance(contracts, list) else []


def _ini(origin: Origin) -> tuple[_Section, Sequence[_Section]]:
    parser = configparser.RawConfigParser(strict=False, inline_comment_prefixes=None)
    try:
        parser.read_string(origin.text)
    except configparser.Error as error:
        raise SettingsError(f"{origin.file}: it cannot be read: {str(error).splitlines()[0]}") from None
    sections = {name: dict(parser.items(name)) for name in parser.sections()}
    found = [
        {"id": name.partition(":contract:")[2], **said}
        for name, said in sections.items()
        if name.startswith("importlinter:contract:")
    ]
    return sections.get("importlinter", {}), found


def _texts(value: object) -> list[str]:
    """One a line, or a list; comments left out."""
    lines = value.splitlines() if isinstance(value, str) else value if isinstance(value, list) else []
    bare = [re.sub(r"(^|\s)#.*", "", str(line)).strip() for line in lines]
    return [line for line in bare if line]


class _Reading:
    def __init__(self, modules: Modules, packages: Sequence[str]) -> None:
        self.modules = modules
        self.packages = packages
        self.notes = Notes()
        self.tables: list[Table] = []
        self.accepted: list[tuple[str, str]] = []
        self.wanted: dict[str, str] = {}  # module -> its glob

    def draft(self, top: _Section, contracts: Sequence[_Section]) -> Draft:
        for number, one in enumerate(contracts, 1):
            name = str(one.get("name") or one.get("id") or f"contract {number}")
            self._contract(name, str(one.get("type", "")), one)
        if str(top.get("exclude_type_checking_imports", "")).lower() != "true" and self.tables:
            why = "Plumbrule counts only imports that run when a file is loaded"
            self.notes.add("imports under `if TYPE_CHECKING:`, which import-linter counts here", why)
        parts, named = self._parts()
        tables = [
            Table(one.kind, {k: _renamed(v, named) for k, v in one.keys.items()}, one.unsure) for one in self.tables
        ]
        return Draft(parts, tuple(tables), accepted=tuple(dict.fromkeys(self.accepted)), remarks=self.notes.all())

    def _parts(self) -> tuple[tuple[Part, ...], Mapping[str, str]]:
        """A component for each module that no other one lies in; where one holds another, contracts name its glob,
        because a file has one component and a module holds all modules below it."""
        globs = {glob for module, glob in self.wanted.items() if "*" not in module}
        apart = {one for one in globs if not any(_holds(one, other) or _holds(other, one) for other in globs - {one})}
        named = {glob: module for module, glob in sorted(self.wanted.items()) if glob in apart}
        return tuple(Part(named[glob], (glob,)) for glob in sorted(named, key=lambda g: named[g])), named

    def _globs(self, modules: Sequence[str], contract: str) -> list[str]:
        found: dict[str, None] = {}
        for module in modules:
            if glob := self.modules.glob(module):
                self.wanted[module] = glob
                found.setdefault(glob)
            elif module.partition(".")[0] in self.packages or "*" in module:
                self.notes.add(f"{contract}: {module}", "no file of that module is here")
            else:
                why = "it is a package from outside; forbid those by their names with a contract on packages"
                self.notes.add(f"{contract}: {module}", why)
        return list(found)

    def _contract(self, name: str, kind: str, one: _Section) -> None:
        write = getattr(self, f"_{kind}", None) if kind in _KINDS else None
        if write is None:
            self.notes.add(
                f"the contract {name!r}",
                f"its type is {kind!r}, which only that project knows" if kind else "it has no type",
            )
            return
        write(name, one)
        for line in _texts(one.get("ignore_imports")):
            source, _, target = (part.strip() for part in line.partition("->"))
            files = self.modules.file(source), self.modules.file(target)
            if all(files):
                self.accepted.append(files)
            else:
                self.notes.add(
                    f"{name}: ignore_imports {line}", "it names no two files that are here; waive what is found"
                )

    def _layers(self, name: str, one: _Section) -> None:
        containers = _texts(one.get("containers")) or [""]
        for container in containers:
            title = name if len(containers) == 1 else f"{name}: {container}"
            layers = [self._layer(row, container, title) for row in _texts(one.get("layers"))]
            order = [globs if len(globs) > 1 else globs[0] for globs in layers if globs]
            if len(order) > 1:
                self._table("layers", title, order=order, lazy=True)
            else:
                self.notes.add(f"the contract {title!r}", "fewer than two of its layers are here")
        if str(one.get("exhaustive", "")).lower() == "true":
            self.notes.add(f"{name}: exhaustive", "a module that no layer names is told by the rule undeclared-code")
        self._directly(name)

    def _layer(self, row: str, container: str, contract: str) -> list[str]:
        """The globs of one layer; its members may be bound to know nothing of each other, with `|` between them."""
        sign = "|" if "|" in row else ":"
        members = [part.strip().strip("()").strip() for part in row.split(sign)]
        full = [f"{container}.{member}" if container else member for member in members]
        here = [module for module in full if self.modules.glob(module) or not row.strip().startswith("(")]
        globs = self._globs(here, contract)
        if len(globs) > 1 and sign == "|":
            self._table("independent", contract, members=globs)
        return globs

    def _forbidden(self, name: str, one: _Section) -> None:
        source = self._globs(_texts(one.get("source_modules")), name)
        target = self._globs(_texts(one.get("forbidden_modules")), name)
        indirect = str(one.get("allow_indirect_imports", "false")).lower() not in ("true", "1")
        pairs = [(a, b) for a in source for b in target if a != b]
        if not pairs:
            self.notes.add(f"the contract {name!r}", "no two modules of it are here")
        elif {*source} & {*target}:
            for a, b in pairs:
                self._table(
                    "forbid", f"{name}: {a} -> {b}", **{"from": a, "to": b}, **_flag("transitive", indirect), lazy=True
                )
        else:
            self._table("forbid", name, **{"from": source, "to": target}, **_flag("transitive", indirect), lazy=True)

    def _independence(self, name: str, one: _Section) -> None:
        members = self._globs(_texts(one.get("modules")), name)
        if len(members) > 1 or any("*" in glob.removesuffix("/**") for glob in members):
            self._table("independent", name, members=members)
            self._directly(name)
        else:
            self.notes.add(f"the contract {name!r}", "fewer than two of its modules are here")

    def _protected(self, name: str, one: _Section) -> None:
        what = self._globs(_texts(one.get("protected_modules")), name)
        allowed = self._globs(_texts(one.get("allowed_importers")), name)
        if what:
            self._table("visible", name, what=what, to=allowed)
        else:
            self.notes.add(f"the contract {name!r}", "none of the modules that it protects is here")

    def _acyclic_siblings(self, name: str, one: _Section) -> None:
        for module in _texts(one.get("ancestors")) or list(self.packages):
            glob = self.modules.glob(module)
            if glob.endswith("/**"):
                self._table("acyclic", f"{name}: {module}", siblings=[f"{glob[:-3]}/*"])
        for key in ("depth", "skip_descendants"):
            if one.get(key):
                self.notes.add(f"{name}: {key}", "[[acyclic]] speaks of the folders of one level")

    def _table(self, kind: str, name: str, **keys: object) -> None:
        self.tables.append(Table(kind, {"name": name, **keys}))

    def _directly(self, name: str) -> None:
        self.notes.add(f"{name}: imports by way of modules that it does not name", "here direct imports are judged")


_KINDS = ("layers", "forbidden", "independence", "protected", "acyclic_siblings")


def _flag(key: str, said: bool) -> Mapping[str, object]:
    return {key: True} if said else {}


def _holds(outer: str, inner: str) -> bool:
    return outer.endswith("/**") and inner.startswith(outer[:-2])


def _renamed(said: object, names: Mapping[str, str]) -> object:
    if isinstance(said, list):
        return [_renamed(one, names) for one in said]
    return names.get(said, said) if isinstance(said, str) else said
