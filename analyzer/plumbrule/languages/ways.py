"""Ways through folders, as manifests and import statements write them."""

from __future__ import annotations


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
