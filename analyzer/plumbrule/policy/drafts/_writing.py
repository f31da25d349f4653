"""From the parts of a policy to the text of one. Hides how it is made sure that what is written can be read back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from plumbrule.errors import SettingsError
from plumbrule.policy import read_policy
from plumbrule.policy.drafts import Draft, Part, Table
from plumbrule.policy.model import DEFAULT_NAME
from plumbrule.policy.writing import key, listed, shown, table, text

_ROLES = ("from", "to", "order", "members", "of", "entry", "internal", "friends", "what", "in")


def policy_text(draft: Draft, origin: str) -> str:
    draft = _named(draft)
    try:
        return _checked(draft, origin)
    except SettingsError:
        return _checked(_sifted(draft, origin), origin)


def _checked(draft: Draft, origin: str) -> str:
    policy = _text(draft, origin)
    read_policy(policy, DEFAULT_NAME)
    return policy


def _sifted(draft: Draft, origin: str) -> Draft:
    """Without the parts, tables and rules that a policy may not hold; each is asked for by itself."""
    kept = Draft(remarks=draft.remarks)
    for part in draft.parts:
        kept = _tried(kept, replace(kept, parts=(*kept.parts, part)), f"the component {part.name!r}", origin)
    for glob in draft.exclude:
        kept = _tried(kept, replace(kept, exclude=(*kept.exclude, glob)), f"the exclusion {glob!r}", origin)
    for rule, said in draft.rules.items():
        kept = _tried(kept, replace(kept, rules={**kept.rules, rule: said}), f"the setting of {rule}", origin)
    for one in draft.tables:
        what = f"[[{one.kind}]] {one.keys.get('name', '')!r}"
        kept = _tried(kept, replace(kept, tables=(*kept.tables, one)), what, origin)
    return kept


def _tried(before: Draft, after: Draft, what: str, origin: str) -> Draft:
    try:
        _checked(after, origin)
    except SettingsError as error:
        why = re.sub(rf"^{re.escape(DEFAULT_NAME)}(:\d+)?: ", "", str(error))
        return replace(before, remarks=(*before.remarks, (what, why)))
    return after


def _named(draft: Draft) -> Draft:
    """With names that a policy may hold, in components and where contracts speak of them; each contract apart."""
    names = shown(part.name for part in draft.parts)
    parts = tuple(Part(names[part.name], part.globs) for part in draft.parts if part.globs)
    tables = []
    taken: set[tuple[str, str]] = set()
    for one in draft.tables:
        keys = {at: _renamed(said, names) if at in _ROLES else said for at, said in one.keys.items()}
        if "name" in keys:
            plain = name = " ".join(str(keys["name"]).split()) or one.kind
            number = 2
            while (one.kind, name) in taken:
                name = f"{plain} {number}"
                number += 1
            taken.add((one.kind, name))
            keys["name"] = name
        tables.append(Table(one.kind, keys, one.unsure))
    return replace(draft, parts=parts, tables=tuple(tables))


def _renamed(said: object, names: Mapping[str, str]) -> object:
    if isinstance(said, list | tuple):
        return [_renamed(one, names) for one in said]
    return names.get(said, said) if isinstance(said, str) else said


def _text(draft: Draft, origin: str) -> str:
    lines = [
        f"# Written by `plumbrule init` from {_comment(origin)}: read it, correct it, commit it.",
        *_remarks(draft.remarks),
        "",
    ]
    if draft.exclude:
        lines += ["# Files that are not analysed at all.", f"exclude = [{', '.join(map(text, draft.exclude))}]", ""]
    if draft.parts:
        lines += [
            "# The parts that people speak of: name = path globs, as .gitignore writes them. The first match wins.",
            "[components]",
            *(f"{key(part.name)} = {listed(part.globs)}" for part in draft.parts),
            "",
        ]
    for one in draft.tables:
        rows = table(one.kind, one.keys)
        lines += [f"# {_comment(one.unsure)}", *(f"# {row}" for row in rows), ""] if one.unsure else [*rows, ""]
    for rule, said in draft.rules.items():
        lines += [f"[rules.{key(rule)}]", *table("", said)[1:], ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _remarks(remarks: Sequence[tuple[str, str]]) -> Iterable[str]:
    """What is not carried over, by the reason."""
    if remarks:
        yield "#"
        yield "# Not carried over:"
    by_reason: dict[str, list[str]] = {}
    for what, why in remarks:
        by_reason.setdefault(why, []).append(what)
    for why, told in by_reason.items():
        if len(told) == 1:
            yield f"# - {_comment(told[0])}: {_comment(why)}"
        else:
            yield f"# - because {_comment(why)}:"
            yield from (f"#     {_comment(what)}" for what in told)


def _comment(words: str) -> str:
    """On one line, with nothing hidden in it."""
    return " ".join("".join(char if char.isprintable() else " " for char in words).split())[:500]
