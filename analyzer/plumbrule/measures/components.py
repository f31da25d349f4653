"""Components: the parts of a system that people speak of, and how they depend on each other.

Hides where they come from: the policy's globs, or, without a policy, the folders themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

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


@dataclass(frozen=True, slots=True)
class Level:
    """Where the components are, learned from the folders: by it every path has one, whatever lies beside it.

    Both sides of a judgement and all snapshots of a series go by one of these, so that a folder that comes or goes
    moves no other file to another component.
    """

    folder: str  # its children are the components; "" = the root
    modules: bool  # each file on the level is a component too, as in a flat package
    apart: frozenset[str] = frozenset()  # folders outside that are named like a component, and so get a `/` before it
    parts: int = field(default=0, compare=False)  # components below it when it was learned

    @classmethod
    def learned(cls, paths: Iterable[str]) -> Level:
        """Descends through folders that hold (nearly) all the code to the first level with at least three children.

        The paths are without tests, and samples and documents at the root have no say unless there is nothing else. A
        child is a folder; where most files lie on the level itself, as in a flat package, each module is one too.
        """
        parts = {path: path.split("/") for path in paths}
        product = {path: names for path, names in parts.items() if len(names) < 2 or names[0] not in _SHOWING}
        folders, inside = _descend(product or parts)
        if not folders:
            inside = list(parts)
        direct = sum(len(parts[path]) == len(folders) + 1 for path in inside)
        found = cls("/".join(folders), 2 * direct > len(inside) and len(inside) > 2)
        within, beside = found._named(parts)
        below = {*within.values()} - {found._own} - (frozenset() if folders else _SHOWING)
        return replace(found, apart=frozenset(within.values()) & frozenset(beside.values()), parts=len(below))

    @property
    def tells(self) -> bool:
        """Whether the code that it was learned from has parts at all, so that one can be known from another."""
        return self.parts > 1

    def told_apart(self, paths: Iterable[str]) -> Level:
        """The same for a tree of these paths too, where others may be named alike."""
        within, beside = self._named({path: path.split("/") for path in paths})
        alike = frozenset(within.values()) & frozenset(beside.values())
        return self if alike <= self.apart else replace(self, apart=self.apart | alike)

    def components(self, paths: Iterable[str]) -> dict[str, str]:
        """The component of every path. Files outside the level are named by their path below what both share.

        Where nothing lies inside the level, as before the code was moved there, another one is learned from the paths.
        """
        parts = {path: path.split("/") for path in paths}
        within, beside = self._named(parts)
        if not within and beside:
            return Level.learned(parts).components(parts)
        taken = self.apart | {*within.values()}
        named = {path: f"/{name}" if name in taken else name for path, name in beside.items()}
        return {**within, **named}

    def holds(self, path: str) -> bool:
        return not self.folder or path.startswith(self.folder + "/")

    @property
    def _own(self) -> str:
        """The component of files on the level that are none of their own."""
        return self.folder.rpartition("/")[2] or ROOT

    def _named(self, parts: _Parts) -> tuple[dict[str, str], dict[str, str]]:
        """Of the paths inside the level and of those beside it, before any is told apart."""
        level = self.folder.split("/") if self.folder else []
        depth, own = len(level), self._own
        within: dict[str, str] = {}
        beside: dict[str, str] = {}
        for path, names in parts.items():
            if len(names) <= depth or names[:depth] != level:
                beside[path] = _named_outside(names, level)
            elif len(names) > depth + 1:
                within[path] = names[depth]
            else:
                stem = _stem(path)
                within[path] = stem if self.modules and stem not in _ENTRIES else own
        return within, beside


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


def renamed_components(before: Iterable[Row], now: Iterable[Row], moved: Mapping[str, str]) -> dict[str, str]:
    """Components that are called otherwise because their files moved: name of now to that of before.

    Both are rows of `file_component`; `moved` gives for files of now what they were called before. A component goes by
    another name if the one before is gone and more than half of its files are of that.
    """
    was, names = {row[1]: row[2] for row in before if moved}, {row[1]: row[2] for row in now if moved}
    gone = set(was.values()) - set(names.values())
    votes = Counter((name, was.get(moved.get(path, path), "")) for path, name in names.items())
    sizes = Counter(names.values())
    found: dict[str, str] = {}
    for (name, old), files in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        if old in gone and 2 * files > sizes[name] and old not in found.values():
            found[name] = old
    return found


def _file_components(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("file_component")
    appeared = [path for path in s.changed if path in s.now and path not in s.before]
    gone = {path for path in s.changed if path in s.before and path not in s.now}
    if earlier and not appeared and not gone:
        return earlier
    known = {path: component for _, path, component in earlier or ()}
    if not s.intent.components:
        named = _by_folders(s, known, appeared)
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


def _by_folders(s: Situation, known: Mapping[str, str], appeared: Collection[str]) -> dict[str, str]:
    """Learned from the folders; all tests are one component. `known` are the components before."""
    code: list[str] = []
    tests: list[str] = []
    for path in s.now.paths():
        is_test = s.now.rows(path).file.is_test if path not in known or path in s.changed else known[path] == TESTS
        (tests if is_test else code).append(path)
    level = s.intent.level or Level.learned(code)
    named = level.components(code)
    for path, component in named.items():
        if component == TESTS:
            named[path] = f"/{TESTS}"
    if s.renamed and any(level.holds(path) for path in code):
        # As for declared ones: who moves to a new place beside all components stays where it was.
        there = {*known.values()}
        strays = (path for path in appeared if path in named and path in s.renamed and not level.holds(path))
        held = {path: known.get(s.renamed[path], TESTS) for path in strays if named[path] not in there}
        named.update((path, component) for path, component in held.items() if component != TESTS)
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
