"""`plumbrule rules`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.commands import Adder, Parser
from plumbrule.errors import SettingsError
from plumbrule.options import add_clock, add_policy, governing_of, root_here, today

if TYPE_CHECKING:
    from plumbrule.governing import Governing

PLACE = 5


def add(command: Adder) -> None:
    rules = command("rules", _rules, "list, show and test rules")
    actions = rules.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    listing = actions.add_parser("list", help="every rule with its severity")
    show = actions.add_parser("show", help="one rule's file; preset:NAME shows a preset")
    show.add_argument("id", metavar="ID")
    test = actions.add_parser("test", help="run the examples of rules: bad must fire, good must stay silent")
    test.add_argument(
        "path", metavar="PATH", nargs="?", default="", help="a rule file or folder (default: all rules in use)"
    )
    fetch = actions.add_parser(
        "fetch",
        help="copy the pinned commits that the policy extends into the tree; the one action that uses the network",
    )
    fetch.add_argument("--check", action="store_true", help="only see whether every copy is there and as it was copied")
    for action in (listing, show, test):
        add_policy(action)
        add_clock(action)
        action.set_defaults(run=_rules)
    add_policy(fetch)
    fetch.set_defaults(run=_fetch)


def _fetch(options: argparse.Namespace) -> int:
    from plumbrule.git.fetching import fetched
    from plumbrule.governing import on_disk, policy_file
    from plumbrule.outside import checked, copied
    from plumbrule.report.rules import copies

    file = policy_file(root_here("."), options.policy)
    if file is None:
        raise SettingsError(
            "there is no policy here, so nothing names rules from outside.\nRun `plumbrule init` first."
        )
    found = checked(file) if options.check else copied(file, fetched)
    on_disk(file)  # with its rules: a fault in one shows now, not at the next gate
    sys.stdout.write(copies(found))
    return 0


def _rules(options: argparse.Namespace) -> int:
    from plumbrule.report.rules import rule_list, rule_page

    governing = governing_of(options, root_here("."))
    if options.action == "list":
        sys.stdout.write(rule_list(governing.rules, governing.policy))
        return 0
    if options.action == "show" and options.id.startswith("preset:"):
        from plumbrule.beside import preset_text

        sys.stdout.write(preset_text(options.id.removeprefix("preset:")))
        return 0
    if options.action == "show":
        sys.stdout.write(rule_page(governing.rules, options.id))
        return 0
    return _test_rules(options, governing)


def _test_rules(options: argparse.Namespace, governing: Governing) -> int:
    from plumbrule.governing import rules_at
    from plumbrule.judge.exercise import exercise
    from plumbrule.report.rules import outcomes

    rules = governing.rules
    if options.path:
        path = Path(options.path)
        if not path.exists():
            raise SettingsError(f"{path}: there is no such rule file or folder.")
        rules = rules_at(path)
        if not rules:
            raise SettingsError(f"{path}: holds no rule file (*.md).")
    found = list(exercise(rules, today=today(options)))
    sys.stdout.write(outcomes(found))
    return 1 if any(outcome.problem for outcome in found) else 0
