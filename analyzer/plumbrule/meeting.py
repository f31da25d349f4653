"""What a change asks for in vain once it meets the base's tip: what others took away after it was begun.

Hides how much of the merge has to be made to know: nothing where they left alone what the change asks for; else their
files are laid beside the change's own, and a file that both touched is merged line by line, as git does it. A file that
cannot be merged so stays as the change has it, and is named: whoever resolves the conflict decides what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from plumbrule.facts import Interface
from plumbrule.git import Repository, blob_id
from plumbrule.graph import Graph
from plumbrule.languages import language_of
from plumbrule.tables import Row
from plumbrule.walk import SUBMODULE, SYMLINK, Changes, TreeFile, Walk

_SHOWN = 12  # signs of a commit's id


class Meeting(NamedTuple):
    """What came of it."""

    missing: tuple[Row, ...] = ()  # of `missing_name`
    apart: tuple[str, ...] = ()  # files that conflict and that this hangs on, sorted


class Change(NamedTuple):
    """A change, and the tip that it would be merged with."""

    repository: Repository
    start: str  # the merge base
    tip: str
    ours: Changes  # from the start to the change
    renamed: Mapping[str, str]  # by the change: new path -> old path
    read: Callable[[TreeFile], bytes | None]  # of the change's own files


def meeting(change: Change, walk: Walk, before: Graph) -> Meeting:
    """What the change asks for and the merge would not have, if the start had it. The walk stands on the change."""
    if change.tip == change.start:
        return Meeting()
    theirs = {one.path: one.new for one in change.repository.changes(change.start, change.tip)}
    touched = theirs.keys() | {new for new, old in change.renamed.items() if old in theirs}
    asking = _asking(walk, change.ours, touched)
    if not asking:
        return Meeting()
    moved = change.repository.renames(change.start, change.tip) if None in theirs.values() else {}
    laid = {path: None if new is None else TreeFile(new.mode, new.blob) for path, new in theirs.items()}
    changes, apart = _merged(change, laid, moved)
    changes = {path: file for path, file in changes.items() if path not in apart}
    wanted = list(walk.wanted(changes))
    walk.book.ensure(wanted, lambda done, of: None)
    stood = change.repository.tree(change.start)
    back: dict[str, TreeFile | None] = {}
    for path in changes:
        old = stood.get(path)
        back[path] = TreeFile(old.mode, old.blob) if old is not None else None
        if path in change.ours:
            back[path] = change.ours[path]
    with walk.visiting(changes, back) as step:
        lost = walk.between("lost_import", step, moved)
    told = tuple(_told(lost, change, walk, before, moved))
    return Meeting(tuple(sorted(told)), tuple(sorted(apart & asking)))


def _asking(walk: Walk, ours: Changes, theirs: Collection[str]) -> set[str]:
    """Files of the change that ask, by themselves or by way of who hands on, for something in files that others
    changed; and these. Empty if there are none."""
    found: set[str] = set()
    for path, file in ours.items():
        if file is not None and path in walk.graph:
            asked = {one.dst for one in walk.graph.rows(path).dependencies}
            hit = _handed_on(walk, asked).intersection(theirs)
            found |= {path, *hit} if hit else set()
    return found


def _handed_on(walk: Walk, files: set[str]) -> set[str]:
    """These files and all from which they hand something on."""
    reached, rest = set(files), [*files]
    while rest:
        path = rest.pop()
        if path not in walk.graph:
            continue
        rows = walk.graph.rows(path)
        interface = walk.book.interface(rows.file.dialect, rows.file.blob)
        lines = _lines_that_hand_on(interface)
        new = {one.dst for one in rows.dependencies if one.kind == "import" and one.line in lines} - reached
        reached |= new
        rest += new
    return reached


def _lines_that_hand_on(interface: Interface) -> set[int]:
    """The lines of imports whose names others may take from the file: any at its top, as the most that can be."""
    return {one.line for one in interface.imports if one.symbol < 0}


def _merged(
    change: Change, theirs: Mapping[str, TreeFile | None], moved: Mapping[str, str]
) -> tuple[dict[str, TreeFile | None], set[str]]:
    """What differs between the change and its merge with what others did, and files that both changed and that cannot
    be merged without a person."""
    found: dict[str, TreeFile | None] = {}
    apart: set[str] = set()
    for path, their in theirs.items():
        if path not in change.ours:
            found.update(_theirs_alone(change, path, their, moved, apart))
        elif (here := _place_of_both(change, path, their)) and their is not None:
            mine = change.ours[here]
            both = _both(change, path, mine, their) if mine is not None else None
            if both is None:
                apart.add(here)
            else:
                found[here] = both
        elif _is_torn(change.ours[path], their) and path not in moved.values():
            apart.add(path)
    return found, {path for path in apart if language_of(path) is not None}


def _theirs_alone(
    change: Change, path: str, their: TreeFile | None, moved: Mapping[str, str], apart: set[str]
) -> dict[str, TreeFile | None]:
    """A file that the change left alone: as others have it, with what the change did to it where they moved it."""
    was = moved.get(path, "")
    mine = change.ours.get(was)
    if mine is None or their is None:
        return {path: their}
    both = _both(change, was, mine, their)
    if both is None:
        apart.add(path)
    return {path: both or their, was: None}


def _place_of_both(change: Change, path: str, their: TreeFile | None) -> str:
    """Where a file that both edited lies in the change; "" if not both did, or alike."""
    mine = change.ours[path]
    if their is None or (mine is not None and mine.blob == their.blob):
        return ""
    return path if mine is not None else next((new for new, old in change.renamed.items() if old == path), "")


def _is_torn(mine: TreeFile | None, their: TreeFile | None) -> bool:
    """Whether one edited what the other deleted."""
    return (mine is None) != (their is None)


def _both(change: Change, was: str, mine: TreeFile, their: TreeFile) -> TreeFile | None:
    """A file that both changed, merged; None if they touched the same lines."""
    start = change.repository.entry(change.start, was)
    if language_of(was) is None or any(one.mode in (SYMLINK, SUBMODULE) for one in (mine, their)):
        return None
    old = change.repository.read_blob(start.blob) if start is not None and start.is_file else b""
    ours, theirs = change.read(mine), change.repository.read_blob(their.blob)
    if not isinstance(old, bytes) or not isinstance(theirs, bytes) or ours is None:
        return None
    data = change.repository.merged(old, ours, theirs)
    if data is None:
        return None
    return TreeFile(mine.mode, blob_id(data, "sha256" if len(their.blob) > 40 else "sha1"), data=data)


def _told(lost: Collection[Row], change: Change, walk: Walk, before: Graph, moved: Mapping[str, str]) -> Iterator[Row]:
    """Rows of `missing_name`: what the change asks for anew. What a file asked for before is missed at the tip already,
    and is none of its doing."""
    for row in lost:
        repo, path, name, _, _, src, line, certain = row
        path, name, src = str(path), str(name), str(src)
        if not certain or change.ours.get(src) is None:
            continue
        was, old = moved.get(path, path), change.renamed.get(src, src)
        if old in before and _asks(before, old, change.renamed.get(was, was), name):
            continue
        here = [
            one.line for one in walk.graph.rows(src).dependencies
            if one.dst in (path, was) and (not name or name in one.names.split(", "))
        ]  # fmt: skip
        yield repo, src, min(here, default=line), path, name, name or path, change.tip[:_SHOWN]


def _asks(graph: Graph, src: str, path: str, name: str) -> bool:
    """Whether a file asks another one for a name; of none, for the file."""
    rows = graph.rows(src)
    return any(one.dst == path and (not name or name in one.names.split(", ")) for one in rows.dependencies) or any(
        use.dst == path and (not name or use.symbol == name) for use in rows.uses
    )
