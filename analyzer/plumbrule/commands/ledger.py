"""`plumbrule ledger`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from plumbrule.commands import COULD_NOT_JUDGE, Adder, Parser
from plumbrule.errors import SettingsError
from plumbrule.options import add_policy, add_store, checked, root_here, store_folder

PLACE = 8
_SHORTEST = 8  # characters of a print that tell lines apart


def add(command: Adder) -> None:
    ledger = command(
        "ledger",
        _ledger,
        "what landed, with which verdict: show it, and check that nobody changed it",
        detail="Each line holds the print of the line before it. A file that was written anew as a whole, or whose end"
        " was cut off together with the note beside it, has a sound chain: keep what `ledger head` prints elsewhere,"
        " and give it to `ledger verify --head`.",
    )
    actions = ledger.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    verify = actions.add_parser("verify", help="check the chain; exit 2 names its first broken link")
    verify.add_argument("--head", default=None, metavar="PRINT", help="the print of a line that must be there")
    show = actions.add_parser("show", help="the entries, oldest first")
    show.add_argument("--format", choices=("text", "json"), default="text")
    head = actions.add_parser("head", help="number and print of the last line, to be kept elsewhere")
    for action in (verify, show, head):
        action.add_argument("--repo", default=".", metavar="DIR")
        action.add_argument("--file", default="", metavar="FILE", help="default: ledger.jsonl in the store")
        add_store(action)
        add_policy(action)
        action.set_defaults(run=_ledger)


def _ledger(options: argparse.Namespace) -> int:
    from plumbrule.report.ledger import as_json, as_text, checked_text
    from plumbrule.store.ledger import NAME, Ledger

    file = Path(options.file) if options.file else checked(store_folder(options, root_here(options.repo))) / NAME
    ledger = Ledger(file)
    if options.action == "show":
        entries = [line.entry for line in ledger.lines()]
        sys.stdout.write(as_json(entries) if options.format == "json" else as_text(entries))
        return 0
    verified = ledger.verify(_print_given(options) if options.action == "verify" else "")
    if options.action == "head" and not verified.fault:
        sys.stdout.write(f"{verified.lines} {verified.head}\n")
        return 0
    sys.stdout.write(checked_text(str(file), verified.lines, verified.head, verified.fault, verified.notes))
    return COULD_NOT_JUDGE if verified.fault else 0


def _print_given(options: argparse.Namespace) -> str:
    """The print that must be there; "" if none is asked for. An empty one would check nothing."""
    if options.head is None:
        return ""
    given = str(options.head).strip()
    if len(given) < _SHORTEST or not given.isalnum():
        raise SettingsError(
            f"--head {given!r} is no print of a line.\n"
            f"Give at least {_SHORTEST} characters of what `plumbrule ledger head` printed."
        )
    return given
