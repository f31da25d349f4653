"""A component diagram: its boxes become components, where code of that name is found, and the diagram a contract."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping

from plumbrule.policy.diagrams import Node, formats, is_diagram, read_drawing
from plumbrule.policy.drafts import Draft, Notes, Origin, Part, Table
from plumbrule.policy.writing import literal

PLACES = (*(glob for module in formats().values() for glob in module.FILES), "*.md")


def claims(origin: Origin) -> bool:
    return is_diagram(origin.name)


def read(origin: Origin) -> Draft:
    drawing = read_drawing(origin.text, origin.file)
    notes = Notes()
    folders = _folders(origin.paths)
    learned = {_fold(name): paths for name, paths in sorted(origin.learned().items())}
    inner = {node.within for node in drawing.nodes}
    parts: list[Part] = []
    renamed: dict[str, str] = {}
    for node in drawing.nodes:
        label = node.names[-1] if node.names else node.id
        if node.outside:
            continue
        place = _place(node, folders, learned, origin.paths)
        if place:
            name = node.names[0].rpartition(":")[2] if node.names else node.id
            if name in {part.name for part in parts} or any(place == part.globs for part in parts):
                continue
            parts.append(Part(name, place))
        elif node.id not in inner:
            notes.add(
                f"the box {label!r} (line {node.line})",
                "no folder or file is called so; give it a component, or say in [diagram.map] which",
            )
            renamed[label] = ""
    for remark in drawing.remarks:
        notes.add(f"line {remark.line}", remark.words)
    tables: tuple[Table, ...] = ()
    if len(parts) > 1:
        keys: dict[str, object] = {"file": origin.file, "name": origin.name}
        tables = (Table("diagram", keys),)
    # What lies deeper comes first: the first match is the component.
    parts.sort(key=lambda part: -part.globs[0].count("/"))
    return Draft(tuple(parts), tables, remarks=notes.all())


def _place(
    node: Node,
    folders: Mapping[str, list[str]],
    learned: Mapping[str, Collection[str]],
    paths: Collection[str],
) -> tuple[str, ...]:
    """The globs of the code that a box is called like: the one folder nearest to the root, else the one file."""
    for name in node.names:
        found = folders.get(_fold(name), [])
        if not found:
            continue
        nearest = min(folder.count("/") for folder in found)
        best = [folder for folder in found if folder.count("/") == nearest]
        if len(best) > 1 and (known := learned.get(_fold(name))):
            held = Counter(folder for folder in best for path in known if path.startswith(folder))
            best = [held.most_common(1)[0][0]] if held else best
        if len(best) == 1:
            return (literal(best[0]) if best[0] in paths else f"{literal(best[0])}/**",)
    return ()


def _folders(paths: Collection[str]) -> Mapping[str, list[str]]:
    """Folders and files by their names in one spelling; of a file, without its ending."""
    found: dict[str, dict[str, None]] = {}
    for path in sorted(paths):
        parts = path.split("/")
        for depth, part in enumerate(parts[:-1], 1):
            found.setdefault(_fold(part), {}).setdefault("/".join(parts[:depth]))
    for path in sorted(paths):
        found.setdefault(_fold(path.rpartition("/")[2].partition(".")[0]), {}).setdefault(path)
    return {name: _folders_first(list(places), paths) for name, places in found.items()}


def _folders_first(places: list[str], paths: Collection[str]) -> list[str]:
    folders = [place for place in places if place not in paths]
    return folders or places


def _fold(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.rpartition(":")[2].casefold())
