"""Ways through folders, as manifests and import statements write them."""

from __future__ import annotations

from collections.abc import Iterable


def climbed(folder: str, way: str) -> str | None:
    """Where `way` leads from `folder`, without dots; "" is the root, None when it leaves the repository."""
    parts = folder.split("/") if folder else []
    for part in way.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def joined(folder: str, rest: str) -> str:
    """A path below a folder; either may be the root, ""."""
    return f"{folder}/{rest}" if folder and rest else folder or rest


def shared(one: str, other: str) -> int:
    """How many leading parts two paths have in common."""
    count = 0
    for mine, its in zip(one.split("/"), other.split("/"), strict=False):
        if mine != its:
            break
        count += 1
    return count


def nearest(folder: str, files: Iterable[str]) -> list[str]:
    """Of files those that lie nearest to a folder: who has most of its way in common, then who lies least deep."""
    far = {file: (-shared(folder, file.rpartition("/")[0]), file.count("/")) for file in files}
    least = min(far.values(), default=None)
    return sorted(file for file, way in far.items() if way == least)
