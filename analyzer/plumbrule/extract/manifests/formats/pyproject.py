"""pyproject.toml: PEP 518, 621 and 735, and the tables of Poetry, PDM, uv and Hatch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plumbrule.extract.manifests.ecosystems import pypi
from plumbrule.extract.manifests.reading import (
    BUILD,
    DEVELOPMENT,
    OPTIONAL,
    RUNTIME,
    Declared,
    Format,
    Published,
    Reading,
)
from plumbrule.extract.manifests.requirement import requirement, scope_of
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import Table, table, text, texts, toml_of


def _read(document: str, path: str) -> Reading:
    root = toml_of(document)
    lines = Lines(document)
    project, poetry = table(root, "project"), table(root, "tool", "poetry")
    sources = {pypi(name): source for name, source in table(root, "tool", "uv", "sources").items()}
    own = {name for name, source in sources.items() if _is_inside(source)}
    found = [*_standard(root, lines, own), *_of_tools(root, lines, own), *_poetry(poetry, lines)]
    made = [
        Published(text(of.get("name")), text(of.get("version")), _is_private(of))
        for of in (project, poetry)
        if of.get("name")
    ]
    return Reading(tuple(made[:1]), tuple(found))


def _is_private(project: Table) -> bool:
    return "Private :: Do Not Upload" in texts(project.get("classifiers"))


def _is_inside(source: object) -> bool:
    return any(table(one).get(key) for one in (source, *_list(source)) for key in ("workspace", "path"))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _requirements(
    given: object, scope: str, lines: Lines, own: Iterable[str] = (), within: str = ""
) -> Iterator[Declared]:
    if within:
        lines.to(within)
    for said in texts(given):
        one = requirement(said)
        if one is not None:
            inside = pypi(one.name) in own
            yield Declared(one.name, one.wanted, "", scope, lines.of(f'"{said}"', f"'{said}'", said), inside)


def _standard(root: Table, lines: Lines, own: set[str]) -> Iterator[Declared]:
    build = table(root, "build-system")
    yield from _requirements(build.get("requires"), BUILD, lines, within="[build-system]")
    project = table(root, "project")
    yield from _requirements(project.get("dependencies"), RUNTIME, lines, own, within="[project]")
    lines.to("[project.optional-dependencies]")
    for given in table(project, "optional-dependencies").values():
        yield from _requirements(given, OPTIONAL, lines, own)
    lines.to("[dependency-groups]")
    for group, given in table(root, "dependency-groups").items():
        yield from _requirements(given, scope_of(group, DEVELOPMENT), lines, own)


def _of_tools(root: Table, lines: Lines, own: set[str]) -> Iterator[Declared]:
    lines.to("[tool.uv]")
    yield from _requirements(table(root, "tool", "uv").get("dev-dependencies"), DEVELOPMENT, lines, own)
    lines.to("[tool.pdm.dev-dependencies]")
    for group, given in table(root, "tool", "pdm", "dev-dependencies").items():
        yield from _requirements(given, scope_of(group, DEVELOPMENT), lines)
    for name, environment in table(root, "tool", "hatch", "envs").items():
        lines.to(f"[tool.hatch.envs.{name}]")
        for key in ("dependencies", "extra-dependencies"):
            yield from _requirements(table(environment).get(key), scope_of(name, DEVELOPMENT), lines)


def _poetry(poetry: Table, lines: Lines) -> Iterator[Declared]:
    groups = {
        "[tool.poetry.dependencies]": (poetry.get("dependencies"), RUNTIME),
        "[tool.poetry.dev-dependencies]": (poetry.get("dev-dependencies"), DEVELOPMENT),
    }
    for name, group in table(poetry, "group").items():
        place = f"[tool.poetry.group.{name}.dependencies]"
        groups[place] = (table(group).get("dependencies"), scope_of(name, DEVELOPMENT))
    for place, (given, scope) in groups.items():
        lines.to(place)
        for name, wanted in table(given).items():
            if name.lower() != "python":
                line = lines.of(f"\n{name} =", f'\n"{name}"', f"\n{name}", name)
                yield from _asked(name, wanted, scope, line)


def _asked(name: str, wanted: object, scope: str, line: int) -> Iterator[Declared]:
    """One entry of Poetry: a constraint, a table, or several of either."""
    for one in _list(wanted) or [wanted]:
        where = table(one)
        said = text(one) or next((text(where[key]) for key in ("version", "path", "git", "url") if key in where), "")
        yield Declared(name, said, "", OPTIONAL if where.get("optional") is True else scope, line, "path" in where)


FORMAT = Format("pypi", ("pyproject.toml",), _read)
