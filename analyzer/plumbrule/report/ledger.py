"""The ledger in words, an entry a line or two; hides how the kinds of entries are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from plumbrule.report.escapes import json_text, log_line

SCHEMA = "plumbrule/ledger/1"

Entry = Mapping[str, object]


def as_json(entries: Sequence[Entry]) -> str:
    return json_text({"schema": SCHEMA, "entries": list(entries)})


def as_text(entries: Sequence[Entry]) -> str:
    if not entries:
        return "Nothing was entered yet; `plumbrule scan` does that.\n"
    return "".join(f"{log_line(line)}\n" for entry in entries for line in _lines(entry))


def checked_text(file: str, lines: int, head: str, fault: str, notes: Sequence[str]) -> str:
    """What checking a ledger came to."""
    said = [f"{file}: {fault}" if fault else f"{file}: {lines} lines, each as it was written; the last is {head[:16]}"]
    if fault:
        said.append("what to do: compare with a copy that was kept elsewhere; what follows that line proves nothing")
    return "".join(f"{log_line(line)}\n" for line in (*said, *notes))


def _lines(entry: Entry) -> Iterator[str]:
    place = f"{_text(entry, 'at')} {_text(entry, 'repo')}".strip()
    commit = _text(entry, "commit")[:12]
    match entry.get("kind"):
        case "landed":
            over = ", over a red gate" if entry.get("over_red") is True else ""
            yield f"{place}: {commit} landed{over}: {_text(entry, 'verdict')}"
        case "gate":
            yield f"{place}: gate of {_text(entry, 'head')[:12]}: {_text(entry, 'verdict')}"
        case "begun":
            yield f"{place}: the ledger begins at {commit}"
        case "rewritten":
            was = _text(entry, "was")[:12]
            yield f"{place}: the main line was rewritten: {was} is no longer on it, it ends at {commit}"
        case "untold":
            yield f"{place}: {entry.get('landings')} landings up to {commit} are not told one by one"
        case "mended":
            yield "the line before was cut short while it was written"
        case other:
            yield f"{place}: {other!r:.40}"
    if _text(entry, "verdict") not in ("", "passed"):
        for reason in _list(entry, "reasons"):
            yield f"  because {reason}"
    for one in _list(entry, "loosened"):
        if isinstance(one, dict):
            yield f"  {'approved' if one.get('approved') is True else 'not approved'}: {_text(one, 'words')}"


def _text(entry: Entry, name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _list(entry: Entry, name: str) -> list[object]:
    value = entry.get(name)
    return value if isinstance(value, list) else []
