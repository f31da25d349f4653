"""ArchUnit: the store of a frozen architecture, `stored.rules` and a file of accepted violations for each rule."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from plumbrule.policy.drafts import Draft, Notes, Origin, Table

PLACES = ("archunit_store/stored.rules", "*/archunit_store/stored.rules", "stored.rules")

_PACKAGES = r"(?:in|outside of) (?:any package|a package|the package|package)s? (?:\[)?('[^']+'(?:, ?'[^']+')*)\]?"
_NO = re.compile(
    rf"no classes that reside {_PACKAGES} should (?:\w+ )*?(?:depend on|access) classes that reside {_PACKAGES}"
)
_NOT = re.compile(rf"classes that reside {_PACKAGES} should not (?:depend on|access) classes that reside {_PACKAGES}")
_ONLY = re.compile(rf"classes that reside {_PACKAGES} should only (?:depend on|access) classes that reside {_PACKAGES}")
_ONLY_BY = re.compile(
    rf"classes that reside {_PACKAGES} should only (?:be accessed by|have dependent) classes that reside {_PACKAGES}"
)
_CYCLES = re.compile(r"slices matching '([^']+)' should be free of cycles")
_CLASS = re.compile(r"<([\w.$]+?)(?:\.<?[\w$]+>?\([^)]*\)|\.[\w$]+)?>")


def read(origin: Origin) -> Draft:
    notes = Notes()
    tables: list[Table] = []
    rules: dict[str, dict[str, object]] = {}
    accepted: dict[tuple[str, str], None] = {}
    classes = _classes(origin.paths)
    for description, file in _stored(origin.text):
        name = description[:120]
        table, is_cycle = _table(description, origin.paths, notes)
        if is_cycle:
            rules["dependency-cycle"] = {"severity": "error"}
        elif table is not None:
            tables.append(table)
        text = origin.read(f"{origin.folder}{file}")
        if text is None:
            notes.add(f"violations of {name!r}", f"{file} cannot be read")
            continue
        for line in filter(None, map(str.strip, text.splitlines())):
            files = [classes.get(one.partition("$")[0], "") for one in _CLASS.findall(line)[:2]]
            if len(files) == 2 and all(files) and files[0] != files[1]:
                if table is not None or is_cycle:
                    accepted.setdefault((files[0], files[1]))
            else:
                notes.add(f"the violation {line[:160]!r}", "it names no two files that are here")
    return Draft((), tuple(tables), rules, accepted=tuple(accepted), remarks=notes.all())


def _stored(text: str) -> Iterator[tuple[str, str]]:
    """Rule and file of each line, as Java writes properties."""
    for line in re.sub(r"\\\r?\n\s*", "", text).splitlines():
        if not line.strip() or line.lstrip().startswith(("#", "!")):
            continue
        found = re.match(r"((?:\\.|[^=:\\])+?)\s*[=:]\s*(.*)$", line)
        if found:
            plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda one: chr(int(one[1], 16)), found[1])
            yield re.sub(r"\\(.)", lambda one: " " if one[1] == "n" else one[1], plain), found[2].strip()


def _table(description: str, paths: Collection[str], notes: Notes) -> tuple[Table | None, bool]:
    name = description[:120]
    words, _, reason = description.partition(", because ")
    more = {"reason": reason} if reason else {}
    if _CYCLES.fullmatch(words):
        notes.add(f"which slices: {name!r}", "dependency-cycle tells every circle of files")
        return None, True
    for pattern, kind, keys in (
        (_NO, "forbid", ("from", "to")), (_NOT, "forbid", ("from", "to")),
        (_ONLY, "allow", ("from", "to")), (_ONLY_BY, "visible", ("what", "to")),
    ):  # fmt: skip
        found = pattern.fullmatch(words)
        if found and "outside of" not in words:
            sides = [
                [glob for one in re.findall(r"'([^']+)'", side) for glob in _globs(one, paths)]
                for side in found.groups()
            ]
            if all(sides):
                return Table(kind, {"name": name, **dict(zip(keys, sides, strict=True)), **more}), False
            notes.add(f"the rule {name!r}", "no code of these packages is here")
            return None, False
    notes.add(f"the rule {name!r}", "it asks for more than where classes reside and what they depend on")
    return None, False


def _globs(package: str, paths: Collection[str]) -> list[str]:
    """The folders of a package pattern, as `..service..`; below each of the folders that sources begin in."""
    inner = package.strip(".").replace("..", "/**/").replace(".", "/")
    if not inner or not re.fullmatch(r"[\w*/$]+", inner):
        return []
    deep = package.endswith("..")
    glob = f"**/{inner}/{'**' if deep else '*'}"
    from plumbrule.globs import matcher

    return [glob] if any(map(matcher((glob,)), paths)) else []


def _classes(paths: Collection[str]) -> Mapping[str, str]:
    """Files by the full names of the classes that lie in them, by how Java and its kin lay out folders."""
    found: dict[str, str] = {}
    for path in sorted(paths):
        bare, dot, ending = path.rpartition(".")
        if not dot or ending not in ("java", "kt", "scala", "groovy"):
            continue
        parts = bare.split("/")
        for at in range(len(parts)):
            found.setdefault(".".join(parts[at:]), path)
    return found
