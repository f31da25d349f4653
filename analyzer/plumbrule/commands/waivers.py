"""`plumbrule waivers`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from plumbrule.commands import Adder
from plumbrule.errors import SettingsError
from plumbrule.options import add_clock, add_policy, add_quiet, add_store, governing_of, opened, root_here, today

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbrule.judge import JudgedRow, Rule
    from plumbrule.policy import Policy, Waiver

PLACE = 7


def add(command: Adder) -> None:
    waivers = command(
        "waivers",
        _waivers,
        "list what is waived, in the order in which it runs out",
        detail="Who approved a waiver is told where a signed commit of the change that landed it proves it.",
    )
    waivers.add_argument("--repo", default=".", metavar="DIR")
    waivers.add_argument("--format", choices=("text", "json"), default="text")
    add_store(waivers)
    add_policy(waivers)
    add_clock(waivers)
    add_quiet(waivers)


def _waivers(options: argparse.Namespace) -> int:
    from plumbrule.accept import standing
    from plumbrule.approving import approvers
    from plumbrule.governing import fleet
    from plumbrule.report.progress import TerminalProgress
    from plumbrule.report.renewals import Renewal, as_json, as_text

    root = root_here(options.repo)
    day = today(options)
    governing = governing_of(options, root)
    policy = governing.policy
    in_fleet = bool(policy.repositories)
    rows: list[JudgedRow] = []
    with TerminalProgress(quiet=options.quiet) as progress:
        for name, path in fleet(governing, root, [] if in_fleet else [str(root)]) if policy.waivers else ():
            judgement, _ = standing(path, name, governing, opened(options, root), progress, day)
            for why in judgement.errors:
                raise SettingsError(f"{name} could not be judged, so it is not known what is waived there: {why}")
            rows += judgement.rows
    approved = approvers(governing)
    found = []
    for waiver in sorted(policy.waivers, key=lambda one: (one.until, one.rule, one.subject, one.repository)):
        covers = _covered(waiver, rows, governing.rules)
        found.append(
            Renewal(
                rule=waiver.rule,
                subject=waiver.subject,
                repository=waiver.repository,
                reason=waiver.reason,
                owner=waiver.owner,
                approver=approved.get((waiver.rule, waiver.subject, waiver.repository), ""),
                until=waiver.until.isoformat(),
                named=waiver.expires.isoformat(),
                days_left=(waiver.until - day).days,
                covers=covers,
                note=_note(waiver, covers, policy, governing.rules, options),
                source=governing.path,
                line=waiver.line,
            )
        )
    sys.stdout.write(as_json(found, day.isoformat()) if options.format == "json" else as_text(found))
    return 0


def _covered(waiver: Waiver, rows: Sequence[JudgedRow], rules: Sequence[Rule]) -> tuple[str, ...]:
    meant = {rule.id for rule in rules if waiver.rule in rule.names}
    return tuple(
        f"{row.repo}: {row.subject}"
        for row in rows
        if row.state == "waived"
        and row.rule in meant
        and row.subject == waiver.subject
        and waiver.repository in ("", row.repo)
    )


def _note(
    waiver: Waiver, covers: Sequence[str], policy: Policy, rules: Sequence[Rule], options: argparse.Namespace
) -> str:
    rule = next((one for one in rules if waiver.rule in one.names), None)
    if rule is None:
        return f"there is no rule {waiver.rule!r}"
    if not policy.waivable(rule.id, rule.waivable):
        return "findings of this rule may not be waived"
    if waiver.expired(today(options)):
        return "it counts no longer"
    if not waiver.counts(today(options)):
        return f"it counts from {waiver.since}"
    return "" if covers else "it matches no finding"
