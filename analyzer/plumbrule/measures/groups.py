"""The files that contracts of the policy speak of, and ways between them that lead through other files.

Hides how a contract's element becomes files: a component's, those of a glob, or each folder that a glob means. Only
files that came or went are tried anew. A way is found by breadth first from its end, so that the one shown is a
shortest one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from plumbrule.globs import matcher
from plumbrule.measures import Group, Measure, Situation
from plumbrule.measures._structure import Links, links_now, members_of, moved_links
from plumbrule.tables import Row, Table, columns

_Members = Callable[[str], str]  # path -> the member of a group that it belongs to; "" = none
_Part = tuple[str, str]  # (element, member)


def _file_groups(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("file_group")
    components = s.rows["file_component"]
    if not s.intent.groups:
        return earlier if earlier is not None and not earlier else []
    if earlier is None:
        return sorted(_grouped(s, s.now.paths()))
    was, now = members_of(s.earlier.get("file_component", ())), members_of(components)
    other = {path for path in s.changed if was.get(path) != now.get(path) or (path in s.before) != (path in s.now)}
    if was is not now:  # what a file belongs to may have changed with another file
        other |= {path for path, component in now.items() if was.get(path) != component}
    if not other:
        return earlier
    kept = [row for row in earlier if row[1] not in other]
    return sorted([*kept, *_grouped(s, (path for path in other if path in s.now))])


def _grouped(s: Situation, paths: Iterable[str]) -> Iterator[Row]:
    component = members_of(s.rows["file_component"])
    globs = [(group, _member(group)) for group in s.intent.groups if group.globs]
    named = {group.element for group in s.intent.groups if not group.globs}
    for path in paths:
        if (own := component.get(path, "")) in named and own:
            yield s.now.repo, path, own, own
        for group, member in globs:
            if found := member(path):
                yield s.now.repo, path, group.element, found


def _member(group: Group) -> _Members:
    means = matcher(group.globs)
    if not group.each:
        return lambda path: group.element if means(path) else ""

    is_member = matcher([group.globs[0].rstrip("/")])

    # A glob that means a folder means every file below it: the outermost such folder is the member. What the glob means
    # as a file of its own, beside those folders, is a member by its own path.
    def outermost(path: str) -> str:
        if not means(path):
            return ""
        parts = path.split("/")
        return next((head for at in range(1, len(parts)) if is_member(head := "/".join(parts[:at]))), path)

    return outermost


def _ways(s: Situation) -> Collection[Row]:
    """One row for each first step out of a part towards another that it may not reach."""
    earlier = s.earlier.get("group_way")
    if not s.intent.barred:
        return earlier if earlier is not None and not earlier else []
    still = s.rows["file_group"] is s.earlier.get("file_group")
    if earlier is not None and still and not moved_links(s):
        return earlier
    parts: dict[str, dict[_Part, set[str]]] = {}
    for _, path, element, member in s.rows["file_group"]:
        parts.setdefault(element, {}).setdefault((element, member), set()).add(path)
    links = links_now(s)
    into = _turned(links)
    rows: list[Row] = []
    for barred in s.intent.barred:
        inside = {part: paths for element in barred.elements for part, paths in parts.get(element, {}).items()}
        rows += [
            (s.now.repo, barred.kind, barred.name, *way) for way in sorted(_between(inside, barred.pairs, links, into))
        ]
    return rows


def _between(
    inside: Mapping[_Part, set[str]], pairs: Collection[tuple[str, str]], links: Links, into: Mapping[str, list[str]]
) -> Iterator[tuple[str, str, str, str, int, str]]:
    """(source, target, src, dst, line, way) of each first step that leads by files of no part at all."""
    of = _parts_by_file(inside)
    shown = 0 if len({element for element, _ in inside}) == len(inside) else 1  # a part's element, or its member
    for target, paths in inside.items():
        # What belongs to another part as well is reached without leaving that one.
        end = [path for path in paths if of[path] == [target]]
        onwards = _towards(end, into, of)
        for source, src, first in _first_steps(sorted(onwards.keys() - paths), into, of):
            if _is_barred(source, target, pairs):
                line = next(link.line for link in links[src] if link.dst == first)
                way = " -> ".join((src, *_followed(first, onwards)))
                yield source[shown], target[shown], src, first, line, way


def _parts_by_file(inside: Mapping[_Part, set[str]]) -> Mapping[str, list[_Part]]:
    of: dict[str, list[_Part]] = {}
    for part, paths in inside.items():
        for path in paths:
            of.setdefault(path, []).append(part)
    return of


def _first_steps(
    outside: Iterable[str], into: Mapping[str, list[str]], of: Mapping[str, list[_Part]]
) -> Iterator[tuple[_Part, str, str]]:
    """(part, its file, the file outside) of each import by a part's file of one of these."""
    for first in outside:
        for src in into.get(first, ()):
            for source in of.get(src, ()):
                yield source, src, first


def _is_barred(source: _Part, target: _Part, pairs: Collection[tuple[str, str]]) -> bool:
    """Whether the one may not reach the other: by pairs of elements, or without any, every other member."""
    barred = (source[0], target[0]) in pairs if pairs else source[1] != target[1]
    return source != target and barred


def _turned(links: Links) -> Mapping[str, list[str]]:
    into: dict[str, list[str]] = {}
    for src in sorted(links):
        for link in links[src]:
            into.setdefault(link.dst, []).append(src)
    return into


def _towards(end: Collection[str], into: Mapping[str, list[str]], parts: Collection[str]) -> dict[str, str]:
    """Every file from which the end can be reached without a step into any part, with its next step; of the end itself,
    that is ""."""
    onwards = dict.fromkeys(sorted(end), "")
    waiting = deque(onwards)
    while waiting:
        at = waiting.popleft()
        for src in into.get(at, ()):
            if src not in onwards and src not in parts:
                onwards[src] = at
                waiting.append(src)
    return onwards


def _followed(path: str, onwards: Mapping[str, str]) -> Iterator[str]:
    while path:
        yield path
        path = onwards[path]


MEASURES = (
    Measure(
        Table(
            "file_group",
            "A file that a contract of the policy speaks of.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                element VARCHAR what the contract names: a component, or a glob
                member VARCHAR the same; where each folder that a glob means counts by itself, that folder"""
            ),
        ),
        _file_groups,
        after=("file_component",),
    ),
    Measure(
        Table(
            "group_way",
            "The first step of a way by hard imports out of a part to another that it must not reach by way of others.",
            columns(
                """repo VARCHAR repository, by its name in the store
                kind VARCHAR the table that states the contract, as forbid or layers
                contract VARCHAR its name; of forbid, both ends with an arrow
                source VARCHAR the element that the way leaves, or the member of it where several are parts
                target VARCHAR the one that it leads to
                src VARCHAR the last file inside the first part
                dst VARCHAR the first file outside of it, which belongs to none
                line INTEGER where src imports dst
                way VARCHAR the files of a shortest way from src to its end, with arrows"""
            ),
        ),
        _ways,
        after=("file_group",),
    ),
)
