"""`plumbrule policy`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from plumbrule.commands import Adder, Parser
from plumbrule.errors import SettingsError
from plumbrule.options import add_clock, add_policy, add_store, governing_of, opened, root_here, today

if TYPE_CHECKING:
    from pathlib import Path

    from plumbrule.supposed import Part

PLACE = 5


def add(command: Adder) -> None:
    policy = command("policy", _explain, "ask the policy, and check it")
    actions = policy.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    explain = actions.add_parser(
        "explain",
        help="whether one part may depend on another, and by which line",
        description="Asked before the edit. Exit codes: 0 it may; 1 it may not; 2 it could not be said.",
    )
    explain.add_argument("source", metavar="A", help="a component, a folder or a file, which need not be there yet")
    explain.add_argument("target", metavar="B", help="what it would depend on, likewise")
    explain.set_defaults(run=_explain)
    lint = actions.add_parser(
        "lint",
        help="dead selectors, contracts that contradict or repeat each other, settings that do nothing",
        description="Compares the policy with the newest commit. Exit codes: 0 nothing is odd; 1 something is; 2 not"
        " readable.",
    )
    lint.set_defaults(run=_lint)
    diff = actions.add_parser(
        "diff",
        help="the edits between two commits' policies: tightening, neutral or loosening",
        description="What BASE has and HEAD changes, as `plumbrule gate` judges it. Exit codes: 0 nothing is loosened;"
        " 1 something is; 2 it could not be judged.",
    )
    diff.add_argument("base", metavar="BASE", help="a revision whose policy governs")
    diff.add_argument("head", metavar="HEAD", nargs="?", default="HEAD", help="a revision, or worktree (default: HEAD)")
    diff.set_defaults(run=_diff)
    for action in (explain, lint, diff):
        action.add_argument("--repo", default=".", metavar="DIR")
        action.add_argument("--format", choices=("text", "json"), default="text")
        add_policy(action)
        add_clock(action)
        add_store(action)


def _explain(options: argparse.Namespace) -> int:
    from plumbrule.report.policies import explained, explained_in_numbers
    from plumbrule.supposed import MAY, MAY_NOT, asked, part_of

    root = root_here(options.repo)
    governing = governing_of(options, root)
    policy = governing.policy
    if not governing.path:
        raise SettingsError(
            "there is no policy here, so nothing says what may depend on what.\n`plumbrule init` drafts one."
        )
    paths = _code(root)
    source, target = (part_of(_path(root, given, paths), policy, paths) for given in (options.source, options.target))
    answer = asked(policy, governing.rules, source, target, today=today(options))
    there = _there(options, root, source, target)
    told = explained if options.format == "text" else explained_in_numbers
    sys.stdout.write(told(governing.path, source, target, answer, there))
    if answer.answer == MAY and answer.refused:
        return 2
    return {MAY: 0, MAY_NOT: 1}.get(answer.answer, 2)


def _lint(options: argparse.Namespace) -> int:
    from plumbrule.accept import standing
    from plumbrule.governing import own_name
    from plumbrule.linting import agreed, oddities, of_findings
    from plumbrule.report.policies import linted, linted_in_numbers
    from plumbrule.report.progress import TerminalProgress

    root = root_here(options.repo)
    governing = governing_of(options, root)
    if not governing.path:
        raise SettingsError("there is no policy here.\n`plumbrule init` drafts one.")
    name = next(
        (m.name for m in governing.policy.repositories if _is_at(governing.folder, m.path, root)), own_name(root)
    )
    day = today(options)
    with TerminalProgress(quiet=False) as progress:
        judgement, walk = standing(root, name, governing, opened(options, root), progress, day)
    found = oddities(governing.policy.within(name), governing.rules, walk.graph, walk.tree, today=day)
    found = tuple(sorted({*found, *of_findings(judgement.rows)}, key=lambda one: (one.line, one.kind, one.words)))
    told = linted if options.format == "text" else linted_in_numbers
    pairs = {(row[1], row[2]) for row in walk.derived["component_dependency"]}
    sys.stdout.write(told(governing.path, found, agreed(governing.policy, pairs)))
    return 1 if found else 0


def _diff(options: argparse.Namespace) -> int:
    from plumbrule.governing import Question, put
    from plumbrule.options import checked, repository_of, store_folder, store_in
    from plumbrule.report.policies import compared, compared_in_numbers

    repository = repository_of(options.repo)
    root = root_here(options.repo)
    question = Question(root, options.base, options.head, today(options), policy=options.policy)
    with put(question, repository) as asked:
        if asked.is_change:
            from plumbrule.gate import gate
            from plumbrule.report.progress import TerminalProgress

            with TerminalProgress(quiet=False) as progress:
                report = gate(asked, store_in(checked(store_folder(options, root))), progress)
        else:
            report = asked.no_change()
    if report.verdict == "not-judged":
        raise SettingsError(f"the edits could not be judged: {'; '.join(report.reasons)}")
    told = compared if options.format == "text" else compared_in_numbers
    sys.stdout.write(told(report))
    return 1 if report.policy.loosened else 0


def _is_at(folder: Path | None, path: str, root: Path) -> bool:
    return folder is not None and (folder / path).resolve() == root


def _path(root: Path, given: str, paths: frozenset[str]) -> str:
    """A path as the repository has it, where it is given from the folder that one stands in."""
    from plumbrule.governing import path_inside

    inside = path_inside(root, given)
    if inside and inside != given and (inside in paths or any(path.startswith(f"{inside}/") for path in paths)):
        return inside
    steps = given.split("/")
    if inside and (steps[0] in ("", ".") or ".." in steps):
        return inside  # another way to write it, whether or not it is there
    return given


def _code(root: Path) -> frozenset[str]:
    """The files of code in the newest commit; none where there is none yet."""
    from plumbrule.errors import NotARevision
    from plumbrule.git import Repository
    from plumbrule.languages import language_of

    try:
        with Repository.find(root) as repository:
            tree = repository.tree(repository.resolve("HEAD"))
    except NotARevision:
        return frozenset()
    return frozenset(path for path, entry in tree.items() if entry.is_file and language_of(path) is not None)


def _there(options: argparse.Namespace, root: Path, source: Part, target: Part) -> tuple[int, str] | None:
    """How many imports go from the one to the other in the newest snapshot, and one of them; None = there is no
    snapshot to ask."""
    from plumbrule.errors import PlumbruleError

    try:
        with opened(options, root).reader() as reader:
            rows = reader.select(
                "SELECT src, dst, min(line) FROM dependency WHERE kind = 'import' AND NOT type_only"
                " AND list_contains(?, src) AND list_contains(?, dst) GROUP BY ALL ORDER BY ALL",
                list(source.files),
                list(target.files),
            )
    except PlumbruleError:
        return None
    found = [(src, dst, line) for src, dst, line in rows if src != dst]
    return len(found), f"{found[0][0]}:{found[0][2]} imports {found[0][1]}" if found else ""
