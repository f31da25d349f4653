"""Owners whom a CODEOWNERS file names for the policy, where the policy leaves it to that file.

Hides where platforms look for such a file, and which of its lines counts: the last that matches. Only e-mail addresses
are owners here, as the allowed signers have them: whether somebody is `@name` on a platform, no commit can prove.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from plumbrule.errors import SettingsError
from plumbrule.globs import matcher
from plumbrule.policy.model import CODEOWNERS, Policy

_ADDRESS = re.compile(r"[A-Za-z0-9][\w.+%-]*@[A-Za-z0-9][\w.-]*", re.ASCII)


def with_owners(policy: Policy, path: str, read: Callable[[str], str | None]) -> Policy:
    """The policy with the owners that CODEOWNERS names for it, where it asks for them. `path` is its own, `read` gives
    a file of its repository, None if there is none, SettingsError if that is no plain text."""
    if CODEOWNERS not in policy.governance.owners:
        return policy
    named, remark, place = _named(path, read)
    owners = (one for one in policy.governance.owners if one != CODEOWNERS)
    kept = tuple(dict.fromkeys((*owners, *named)))
    return replace(policy, governance=replace(policy.governance, owners=kept, codeowners=place, remark=remark))


def _named(path: str, read: Callable[[str], str | None]) -> tuple[list[str], str, str]:
    """The addresses, what is to be said of them, and the file."""
    from plumbrule.policy.drafts.codeowners import PLACES

    for place in PLACES:
        try:
            text = read(place)
        except SettingsError as error:
            return [], str(error).splitlines()[0], place
        if text is not None:
            break
    else:
        return [], f"there is no CODEOWNERS at the base: none of {', '.join(PLACES)}", ""
    try:
        words = _last_line(text, path)
    except SettingsError as error:
        return [], f"{place}: {str(error).splitlines()[0]}", place
    named = [word for word in words if _ADDRESS.fullmatch(word)]
    others = [word for word in words if word not in named]
    if not words:
        return [], f"{place} names nobody for {path}", place
    if not others:
        return named, "", place
    many = ", ".join(others[:3]) + (" and more" if len(others) > 3 else "")
    return named, f"{place} names {many} for {path}: of those it lists only e-mail addresses count here", place


def _last_line(text: str, path: str) -> list[str]:
    """Whom the last line that matches names; SettingsError where that cannot be told."""
    from plumbrule.policy.drafts.codeowners import globs_of

    found: list[str] = []
    for raw in text.splitlines():
        words = re.findall(r"(?:\\.|\S)+", re.sub(r"(^|\s)#.*", "", raw))
        if not words:
            continue
        if words[0].startswith(("[", "^[", "!")):
            raise SettingsError("it has sections or exceptions, in which several owners count at once; name them here")
        if matcher(globs_of(words[0]))(path):
            found = words[1:]
    return found
