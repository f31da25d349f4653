"""`plumbrule gate`."""

from __future__ import annotations

import argparse
import functools
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.commands import Adder
from plumbrule.errors import PlumbruleError, SettingsError
from plumbrule.options import (
    add_clock,
    add_memory,
    add_policy,
    add_quiet,
    add_store,
    checked,
    repository_of,
    store_folder,
    store_in,
    today,
    told,
    under,
)

if TYPE_CHECKING:
    from plumbrule.extract import Limits
    from plumbrule.governing import Put
    from plumbrule.policy.reviews import Reviews
    from plumbrule.report import Report

PLACE = 3


def add(command: Adder) -> None:
    gate = command(
        "gate",
        _gate,
        "judge a change against its base",
        detail="Writes nothing but facts, and nothing to a read-only store.",
    )
    gate.add_argument("--repo", default=".", metavar="DIR", help="the repository (default: the one here)")
    gate.add_argument(
        "--base", default="", metavar="REF", help="what the change goes into (default: the upstream's default branch)"
    )
    change = gate.add_mutually_exclusive_group()
    change.add_argument("--head", default="HEAD", metavar="REF|worktree", help="the change (default HEAD)")
    change.add_argument(
        "--staged", action="store_true", help="the change is what is staged, and --base is HEAD where it is not given"
    )
    gate.add_argument("--format", default="text", choices=_formats(), help="default text")
    gate.add_argument(
        "--output", default="", metavar="FILE", help="write the report there instead of to standard output"
    )
    gate.add_argument(
        "--fail-on", default="error", choices=("error", "warning", "info"), help="severity that fails (default error)"
    )
    gate.add_argument(
        "--strict",
        action="store_true",
        help="known findings missing from an existing baseline fail too, and lines of it that match nothing",
    )
    gate.add_argument(
        "--policy-from", default="base", choices=("base", "head"), help="head: preview the change's own policy"
    )
    gate.add_argument(
        "--approvals",
        default="",
        metavar="FILE",
        help="reviews of this change, as a protected step fetched them; must lie outside the repository",
    )
    gate.add_argument("--ledger", default="", metavar="FILE", help="add the verdict to this ledger, too")
    gate.add_argument(
        "--explain",
        action="store_true",
        help="with --format text: what stands behind each new finding, both sides of the change, who and when",
    )
    gate.add_argument(
        "--controls",
        action="store_true",
        help="tell the controls of each finding in every format; json and sarif always do",
    )
    add_store(gate)
    add_policy(gate)
    add_clock(gate)
    add_memory(gate)
    add_quiet(gate)


def _formats() -> tuple[str, ...]:
    from plumbrule.report import format_names

    return format_names()


def _gate(options: argparse.Namespace) -> int:
    from plumbrule.report import on_terminal, render

    if options.explain and options.format != "text":
        raise SettingsError(f"--explain goes with --format text, not {options.format}.\nLeave one of them out.")
    # Without a ceiling nothing is imported that knows of one: most gates need no parser.
    with under(options.memory) if options.memory else nullcontext() as limits:
        report = _answer(options, limits)
    if not options.output and sys.stdout is None:
        raise SettingsError("standard output is closed, so there is nowhere to answer.\nGive --output a file.")
    if options.ledger:
        from plumbrule.landings import entry_of
        from plumbrule.store.ledger import Ledger

        Ledger(Path(options.ledger)).append([entry_of(report, today(options))])
    on_screen = not options.output and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    text = (on_terminal if on_screen else render)(report, options.format) + getattr(options, "behind", "")
    if options.output:
        try:
            Path(options.output).write_text(text, "utf-8")
        except OSError as error:
            raise SettingsError(f"{options.output}: cannot be written: {error.strerror}.") from None
    else:
        sys.stdout.write(text)
    return report.exit_code


def _answer(options: argparse.Namespace, limits: Limits | None) -> Report:
    """The report on a change, also where it could not be judged."""
    from plumbrule.git import STAGED
    from plumbrule.governing import Question, not_judged, put

    question = Question(
        repo=Path(options.repo),
        base=options.base,
        head=STAGED if options.staged else options.head,
        today=today(options),
        fail_on=options.fail_on,
        strict=options.strict,
        policy=options.policy,
        policy_from_head=options.policy_from == "head",
        limits=limits,
    )
    try:
        repository = repository_of(options.repo)
        root = repository.root if repository is not None else Path(options.repo).resolve()
        folder = checked(store_folder(options, root))
        with put(question, repository) as asked:
            report = _verdict(options, asked, folder) if asked.is_change else asked.no_change()
            if options.explain and report.findings:
                from plumbrule.report.explain import explained

                options.behind = explained(report, asked, question.today)
            return report
    except PlumbruleError as error:
        if options.output or options.format != "text":  # a person reads it in the report itself otherwise
            told(str(error))
        return not_judged(question, error)


def _verdict(options: argparse.Namespace, asked: Put, folder: Path) -> Report:
    from plumbrule.gate import gate
    from plumbrule.report import in_numbers, tells_controls, with_source
    from plumbrule.report.progress import TerminalProgress

    with TerminalProgress(quiet=options.quiet) as progress:
        counted, shown = in_numbers(options.format), with_source(options.format)
        judge = functools.partial(
            gate, asked, progress=progress, in_numbers=counted, with_source=shown, reviews=_reviews(options, asked)
        )
        if not asked.brings(folder):
            report = judge(store=store_in(folder))
        else:
            import tempfile

            progress.note(f"{folder}: this store is part of the change itself, so nothing in it is believed.")
            with tempfile.TemporaryDirectory() as empty:
                report = judge(store=store_in(Path(empty)))
    if not options.controls and not tells_controls(options.format):
        return report
    from plumbrule.report.controls import with_controls

    return with_controls(report, asked.used.rules, asked.used.policy)


def _reviews(options: argparse.Namespace, asked: Put) -> Reviews | None:
    if not options.approvals:
        return None
    from plumbrule.policy.reviews import read_reviews

    repository = asked.repository
    return read_reviews(options.approvals, (repository.root, repository.git_dir))
