"""What a changed policy allows that the policy before it did not. Hides which changes of the text matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plumbrule.policy.model import Policy, RuleSetting, Setting

_RANK = {"off": 0, "info": 1, "warning": 2, "error": 3}

Defaults = Mapping[str, tuple[str, Mapping[str, Setting]]]  # rule -> (severity, parameters), as its file says


class Loosening(NamedTuple):
    """One thing loosened; the columns of the table `policy_loosening`."""

    kind: str  # waiver | severity | parameter | exclude | component | dependency | rule | limit | repository | policy
    subject: str  # stays the same while the loosening does
    words: str  # one sentence
    source: str  # the policy file


def loosened(
    base: Policy, head: Policy | None, defaults: Defaults | None = None, why: str = ""
) -> tuple[Loosening, ...]:
    """What `head` loosens against `base`, sorted. None = the file is gone or cannot be read, and `why` says so.

    A first policy loosens nothing. The effect of new globs on the files there are is not looked at here.
    """
    if not base.source:
        return ()
    if head is None:
        return (Loosening("policy", base.source, f"The policy {why or 'is deleted'}.", base.source),)
    found = [
        *_rules(base, head, defaults or {}),
        *_selections(base, head),
        *_dependencies(base, head),
        *_waivers(base, head),
        *_limits(base, head),
    ]
    return tuple(sorted({Loosening(kind, subject, words, base.source) for kind, subject, words in found}))


_Told = Iterator[tuple[str, str, str]]


def _rules(base: Policy, head: Policy, defaults: Defaults) -> _Told:
    for folder in sorted(set(base.rule_folders) - set(head.rule_folders)):
        yield "rule", folder, f"The rules in {folder} are no longer used."
    for rule in sorted({*base.rules, *head.rules}):
        severity, parameters = defaults.get(rule, ("", {}))
        old, new = base.rules.get(rule, RuleSetting()), head.rules.get(rule, RuleSetting())
        was, now = old.severity or severity, new.severity or severity
        if _RANK.get(now, 3) < _RANK.get(was, 3):
            yield "severity", rule, f"{rule} is {now} and was {was or 'as it ships'}."
        for name in sorted({*old.parameters, *new.parameters}):
            before, after = (setting.get(name, parameters.get(name)) for setting in (old.parameters, new.parameters))
            if _raised(before, after):
                yield "parameter", f"{rule} {name}", f"{name} of {rule} is {_said(after)} and was {_said(before)}."


def _raised(before: Setting | None, after: Setting | None) -> bool:
    """Whether more may pass: a number went up, or anything else changed (which way is not known)."""
    if before is None or after is None or before == after:
        return before != after
    if isinstance(before, int | float) and isinstance(after, int | float) and not isinstance(before, bool):
        return after > before
    return True


def _said(value: Setting | None) -> str:
    return "the default" if value is None else ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _selections(base: Policy, head: Policy) -> _Told:
    for glob in head.exclude:
        if glob not in base.exclude and not glob.startswith("!"):
            yield "exclude", glob, f"{glob} is no longer analysed."
    for glob in base.exclude:
        if glob not in head.exclude and glob.startswith("!"):
            yield "exclude", glob, f"{glob} no longer takes files back from the exclusions."
    later = {part.name: part.globs for part in head.components}
    for part in base.components:
        if part.name not in later:
            yield "component", part.name, f"The component {part.name} is no longer declared."
            continue
        for glob in part.globs:
            if glob not in later[part.name]:
                yield "component", f"{part.name}: {glob}", f"{glob} no longer belongs to the component {part.name}."
    for member in base.repositories:
        if member.name not in {other.name for other in head.repositories}:
            yield "repository", member.name, f"The repository {member.name} is no longer part of the fleet."


def _dependencies(base: Policy, head: Policy) -> _Told:
    names = sorted({part.name for part in base.components})
    kept = {part.name for part in head.components}
    for source in names:
        for target in names:
            if {source, target} <= kept and not base.may_depend(source, target) and head.may_depend(source, target):
                yield "dependency", f"{source} -> {target}", f"{source} may depend on {target}, and could not before."


def _waivers(base: Policy, head: Policy) -> _Told:
    until = {(waiver.rule, waiver.subject, waiver.repository): waiver.expires for waiver in base.waivers}
    for waiver in head.waivers:
        earlier = until.get((waiver.rule, waiver.subject, waiver.repository))
        subject = f"{waiver.rule}: {waiver.subject}"
        if earlier is None:
            yield "waiver", subject, f"{waiver.rule} of {waiver.subject} is waived until {waiver.expires}."
        elif waiver.expires > earlier:
            words = f"{waiver.rule} of {waiver.subject} is waived until {waiver.expires}, and was until {earlier}."
            yield "waiver", subject, words


def _limits(base: Policy, head: Policy) -> _Told:
    for name, before, after in (
        ("parsed", -base.limits.parsed, -head.limits.parsed),
        ("resolved", -base.limits.resolved, -head.limits.resolved),
        ("worse_by", base.limits.worse_by, head.limits.worse_by),
    ):
        if after > before:
            yield "limit", name, f"The limit {name} is {abs(after):g} and was {abs(before):g}."
