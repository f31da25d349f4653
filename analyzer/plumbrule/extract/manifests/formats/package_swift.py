"""Package.swift, as it is written; nothing of it is run."""

from __future__ import annotations

from collections.abc import Sequence

from plumbrule.extract.manifests.program import MARK, STRING, Token, after, tokens
from plumbrule.extract.manifests.reading import RUNTIME, Declared, Format, Published, Reading

_RULES = frozenset({"upToNextMajor", "upToNextMinor", "exact", "branch", "revision", "from"})


def _read(text: str, path: str) -> Reading:
    all_ = tokens(text, comments="//")
    made: list[Published] = []
    seen = False
    found = []
    done = 0
    for at in range(1, len(all_) - 1):
        if not all_[at + 1].says("(") or at < done:
            continue
        if all_[at].says("Package") and not seen:
            seen = True
            name = _labelled(all_[at + 2 : after(all_, at + 1) - 1]).get("name")
            made += [Published(name)] if name else []
        elif all_[at].says("package") and all_[at - 1].says("."):
            done = after(all_, at + 1)
            row = _asked(all_[at + 2 : done - 1], all_[at].line)
            if row is not None:
                found.append(row)
    return Reading(tuple(made), tuple(found))


def _labelled(inner: Sequence[Token]) -> dict[str, str]:
    """Strings by their labels, the first of each."""
    found: dict[str, str] = {}
    for key, colon, value in zip(inner, inner[1:], inner[2:], strict=False):
        if colon.says(":") and value.kind == STRING:
            found.setdefault(key.text, value.text)
    return found


def _asked(inner: Sequence[Token], line: int) -> Declared | None:
    """What stands in the brackets of `.package(...)`."""
    labelled = _labelled(inner)
    if "path" in labelled:
        return Declared(labelled["path"], labelled["path"], "", RUNTIME, line, True)
    if "url" not in labelled:
        return None
    place = labelled["url"], labelled.get("name")
    words = [one.text for one in inner if one.text in _RULES or (one.kind == STRING and one.text not in place)]
    dots = "".join(one.text for one in inner if one.kind == MARK and one.text in ".<")
    between = "..<" if "..<" in dots else "..." if "..." in dots else " "
    return Declared(labelled["url"], between.join(words), "", RUNTIME, line)


FORMAT = Format("swift", ("Package.swift", "Package@swift-*.swift"), _read)
