"""`plumbrule report`."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime

from plumbrule.commands import Adder, Parser
from plumbrule.errors import SettingsError
from plumbrule.options import (
    add_clock,
    add_policy,
    add_store,
    day,
    governing_of,
    opened,
    root_here,
    store_folder,
    told,
)

PLACE = 10


def add(command: Adder) -> None:
    report = command("report", _report, "send or preview a report")
    kinds = report.add_subparsers(dest="kind", metavar="KIND", required=True, parser_class=Parser)
    weekly = kinds.add_parser("weekly", help="what drifted since the last mail to each recipient")
    way = weekly.add_mutually_exclusive_group(required=True)
    way.add_argument(
        "--preview",
        metavar="FILE",
        default="",
        help="write the mail there (.html, .txt or .eml); nothing is sent or remembered",
    )
    way.add_argument(
        "--send", action="store_true", help="by SMTP as [mail] in the policy says; secrets from the environment"
    )
    weekly.add_argument("--always", action="store_true", help="send even if nothing moved")
    weekly.add_argument(
        "--since",
        type=day,
        default=None,
        metavar="DATE",
        help="with --preview: as if the last mail had been sent at the beginning of that day",
    )
    weekly.set_defaults(run=_report)
    controls = kinds.add_parser("controls", help="which rules gave evidence for which control, and when")
    controls.add_argument(
        "controls", metavar="CONTROL", nargs="*", help="a control or a standard: ISO27001:A.8.27, SOC2 (default: all)"
    )
    controls.add_argument("--format", choices=("text", "csv", "json"), default="text")
    controls.set_defaults(run=_controls)
    add_store(controls)
    add_policy(controls)
    add_store(weekly)
    add_policy(weekly)
    add_clock(weekly)


def _controls(options: argparse.Namespace) -> int:
    from plumbrule.report.controls import chosen, controls, evidence, rendered

    here = root_here(".")
    governing = governing_of(options, here)
    spoken_of = chosen(controls(governing.rules, governing.policy), options.controls)
    sys.stdout.write(rendered(spoken_of, evidence(opened(options, here), spoken_of), options.format))
    return 0


def _report(options: argparse.Namespace) -> int:
    from plumbrule.report.mail import Errand, preview, send

    if options.since and options.send:
        raise SettingsError("--since goes with --preview only: what was sent is remembered, not guessed.")
    if options.always and options.preview:
        raise SettingsError("--always goes with --send only: a preview is always written.")
    here = root_here(".")
    governing = governing_of(options, here)
    errand = Errand(
        store=store_folder(options, here),
        table=governing.policy.mail,
        source=governing.policy.source,
        folder=governing.folder,
        rules=governing.rules,
        now=datetime.combine(options.today, datetime.min.time(), UTC) if options.today else datetime.now(UTC),
        note=told,
    )
    if options.preview:
        print(preview(errand, options.preview, options.since))
    else:
        send(errand, os.environ, lambda text: print(text, flush=True), always=options.always)
    return 0
