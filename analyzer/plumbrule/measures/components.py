"""Components: the parts of a system that people speak of, and how they depend on each other.

Hides where they come from: the policy's globs, or, without a policy, the folders themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from plumbrule.measures import Measure, Situation
from plumbrule.measures._structure import MemberRows, StructuredRows, members_of, moved_links, regrouped, structure_of
from plumbrule.tables import Row, Table, columns

TESTS = "tests"
ROOT = "root"
_MOST = 0.75  # a folder with this share of the code is what the repository is about; beside it lie scripts and samples
# Beside the product at a repository's root: they show how it is used, and are often many small folders.
_SHOWING = frozenset(
    {"benchmark", "benchmarks", "demo", "demos", "doc", "docs", "example", "examples", "sample", "samples"}
)
_ENTRIES = frozenset({"__init__", "__main__", "index", "mod", "lib", "main"})  # modules that stand for their folder


def learned_level(paths: Iterable[str]) -> tuple[str, dict[str, str]]:
    """The folder whose children are the components ("" = the root), and the component of every path.

    Descends through folders that hold (nearly) all the code to the first level with at least three children; the
    paths given are without tests, and samples and documents at the root have no say unless there is nothing else. A
    child is a folder; where most files lie on the level itself, as in a flat package, each module is one too. Files
    outside the level are named by their path below what both share.
    """
    parts = {path: path.split("/") for path in paths}
    product = {path: segments for path, segments in parts.items() if len(segments) < 2 or segments[0] not in _SHOWING}
    level, inside = _descend(product or parts)
    if not level:
        inside = list(parts)
    named = _named_inside(parts, level, inside)
    taken = set(named.values())
    for path, segments in parts.items():
        if path not in named:
            outside = _named_outside(segments, level)
            named[path] = f"/{outside}" if outside in taken else outside
    return "/".join(level), named


_Parts = Mapping[str, list[str]]  # a path's segments


def _descend(parts: _Parts) -> tuple[list[str], list[str]]:
    """The level, and the paths inside it."""
    level: list[str] = []
    depth, inside = 0, list(parts)
    while below := Counter(parts[path][depth] for path in inside if len(parts[path]) > depth + 1):
        name, size = min(below.items(), key=lambda item: (-item[1], item[0]))
        modules = sum(len(parts[path]) == depth + 1 and _stem(path) not in _ENTRIES for path in inside)
        if not _holds_all(size / len(inside), len(below), modules, depth):
            break
        level.append(name)
        depth += 1
        inside = [path for path in inside if len(parts[path]) > depth and parts[path][depth - 1] == name]
    return level, inside


def _named_inside(parts: _Parts, level: list[str], inside: list[str]) -> dict[str, str]:
    """By the folder below the level; what lies on it is a module of its own in a flat package, else the level's."""
    depth = len(level)
    direct = [path for path in inside if len(parts[path]) == depth + 1]
    by_module = 2 * len(direct) > len(inside) and len(inside) > 2
    own = level[-1] if level else ROOT
    named = {path: parts[path][depth] for path in inside}
    for path in direct:
        stem = _stem(path)
        named[path] = stem if by_module and stem not in _ENTRIES else own
    return named


def _named_outside(segments: list[str], level: list[str]) -> str:
    """By the first folder that the path does not share with the level, else by what it does share."""
    folders = segments[:-1]
    shared = 0
    while shared < min(len(folders), len(level)) and folders[shared] == level[shared]:
        shared += 1
    return "/".join(folders[: shared + 1]) or ROOT


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.partition(".")[0] or name


def _holds_all(share: float, folders: int, modules: int, depth: int) -> bool:
    """Whether to descend into the largest folder, which holds `share` of the files here."""
    if folders + modules < 3:
        return share >= _MOST or (folders == 1 and share > 0.5)
    # Beside the product a repository's root holds samples and scripts; below it, children are parts.
    return share >= (_MOST if depth == 0 else 0.95)


def _by_globs(paths: Iterable[str], components: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    """First match wins; a path that no glob matches belongs to no component and has no row."""
    from plumbrule.globs import matcher

    matchers = [(name, matcher(globs)) for name, globs in components]
    found = {}
    for path in paths:
        for name, matches in matchers:
            if matches(path):
                found[path] = name
                break
    return found


def _file_components(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("file_component")
    appeared = [path for path in s.changed if path in s.now and path not in s.before]
    gone = {path for path in s.changed if path in s.before and path not in s.now}
    if earlier and not appeared and not gone:
        return earlier
    known = {path: component for _, path, component in earlier or ()}
    if not s.intent.components:
        named = _by_folders(s, known)
    elif known:
        named = {path: component for path, component in known.items() if path not in gone}
        named.update(_by_globs(appeared, s.intent.components))
        # A move alone frees no code of its contracts: where no component claims the new place, it stays where it was.
        strays = {path: s.renamed[path] for path in appeared if path not in named and path in s.renamed}
        named.update((path, known[old]) for path, old in strays.items() if old in known)
    else:
        named = _by_globs(s.now.paths(), s.intent.components)
    rows = [(s.now.repo, path, named[path]) for path in sorted(named)]
    return earlier if earlier and list(earlier) == rows else MemberRows(rows, named)


def _by_folders(s: Situation, known: Mapping[str, str]) -> dict[str, str]:
    """Learned from the folders; all tests are one component. `known` are the components before."""
    code: list[str] = []
    tests: list[str] = []
    for path in s.now.paths():
        is_test = s.now.rows(path).file.is_test if path not in known or path in s.changed else known[path] == TESTS
        (tests if is_test else code).append(path)
    _, named = learned_level(code)
    for path, component in named.items():
        if component == TESTS:
            named[path] = f"/{TESTS}"
    named.update(dict.fromkeys(tests, TESTS))
    return named


def _components(s: Situation) -> Collection[Row]:
    if s.rows["file_component"] is s.earlier.get("file_component") and "component" in s.earlier:
        return s.earlier["component"]
    counts = Counter(component for _, _, component in s.rows["file_component"])
    return [(s.now.repo, component, counts[component]) for component in sorted(counts)]


def _dependencies(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("component_dependency")
    members = members_of(s.rows["file_component"])
    before = s.earlier.get("file_component")
    if earlier is not None and before is not None and not moved_links(s) and not regrouped(members_of(before), members):
        return earlier
    structure = structure_of(s, members)
    may = s.intent.allowed
    rows = [
        (s.now.repo, src, dst, len(files), True if may is None else may(src, dst))
        for (src, dst), files in sorted(structure.between.items())
    ]
    if isinstance(earlier, StructuredRows) and earlier.structure == structure and earlier == rows:
        return earlier
    return StructuredRows(rows, structure)


MEASURES = (
    Measure(
        Table(
            "file_component",
            "The component that a file belongs to; a file that the policy leaves out has no row.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                component VARCHAR declared in the policy, or learned from the folders"""
            ),
        ),
        _file_components,
    ),
    Measure(
        Table(
            "component",
            "A part of the system: declared in the policy, or learned from the folders.",
            columns(
                """repo VARCHAR repository, by its name in the store
                component VARCHAR name
                files INTEGER files that belong to it"""
            ),
        ),
        _components,
        after=("file_component",),
    ),
    Measure(
        Table(
            "component_dependency",
            "One component depends on another by hard imports of its files.",
            columns(
                """repo VARCHAR repository, by its name in the store
                src VARCHAR the depending component
                dst VARCHAR the component depended on
                dependencies INTEGER pairs of files behind it
                allowed BOOLEAN the policy allows it, or says nothing"""
            ),
        ),
        _dependencies,
        after=("file_component",),
    ),
)
