"""Since when each waiver stands in the policy, so that none lasts longer than the policy allows.

Hides the search through history for those that do not say it themselves with `since`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from plumbrule.errors import PlumbruleError
from plumbrule.git import Repository, Skipped
from plumbrule.policy import Policy, Waiver

_LIMIT = 4_000_000  # bytes of a policy

_Key = tuple[str, str, str, str]  # rule, subject, repository, last day


def dated(policy: Policy, repository: Repository, commit: str, path: str, today: date) -> Policy:
    """The policy as this commit has it at this path, with its waivers cut to what one may last. One without `since`
    counts from the day on which the main line took it over with its last day; a renewal is a waiver of its own.

    Where history ends before that, or cannot be read, from the oldest day that can be seen.
    """
    wanted = {_key(waiver): waiver for waiver in policy.waivers if waiver.since is None and waiver.expires >= today}
    if not wanted:
        return policy
    begun: dict[_Key, date] = {}
    bound = today  # dates are whatever a clock said: no commit is younger than what was built upon it
    missing = set(wanted)
    try:
        for made, before, after in repository.versions(commit, path):
            bound = min(bound, made.committed_at.date())
            begun.update((key, bound) for key in missing & _held(repository, after))
            missing &= _held(repository, before)
            if not missing:
                break
    except PlumbruleError:
        pass
    days = policy.governance.waiver_days
    waivers = (
        one if _key(one) not in wanted else one.begun(begun.get(_key(one), today), days) for one in policy.waivers
    )
    return replace(policy, waivers=tuple(waivers))


def _held(repository: Repository, blob: str) -> frozenset[_Key]:
    """The waivers in one version of a policy; none in one that cannot be read, which waived nothing either."""
    data = repository.read_blob(blob, _LIMIT) if blob else b""
    if isinstance(data, Skipped):
        return frozenset()
    try:
        tables = tomllib.loads(data.decode("utf-8-sig")).get("waiver", [])
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return frozenset()
    return frozenset(_told(table) for table in tables if isinstance(table, dict)) if isinstance(tables, list) else _NONE


_NONE: frozenset[_Key] = frozenset()


def _told(table: Mapping[str, object]) -> _Key:
    rule, subject, repository, expires = (
        str(table.get(name, "")) for name in ("rule", "subject", "repository", "expires")
    )
    return rule, subject, repository, expires


def _key(waiver: Waiver) -> _Key:
    return waiver.rule, waiver.subject, waiver.repository, waiver.expires.isoformat()
