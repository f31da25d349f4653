"""`plumbrule init`."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from plumbrule.commands import Adder
from plumbrule.errors import SettingsError
from plumbrule.options import add_clock, add_store, opened, root_here, today

PLACE = 6


def add(command: Adder) -> None:
    init = command("init", _init, "write a commented first policy from what is found")
    init.add_argument("--repo", default=".", metavar="DIR")
    init.add_argument("--force", action="store_true", help="replace an existing plumbrule.toml")
    add_store(init)
    add_clock(init)


def _init(options: argparse.Namespace) -> int:
    from plumbrule.accept import standing
    from plumbrule.governing import on_disk
    from plumbrule.policy import DEFAULT_NAME
    from plumbrule.policy.draft import draft
    from plumbrule.report.progress import TerminalProgress

    root = root_here(options.repo)
    file = root / DEFAULT_NAME
    if file.exists() and not options.force:
        raise SettingsError(f"{file}: exists already.\nGive --force to replace it.")
    with TerminalProgress(quiet=False) as progress:
        judgement, walk = standing(root, root.name, on_disk(None), opened(options, root), progress, today(options))
    components: dict[str, list[str]] = {}
    for _, path, component in walk.derived["file_component"]:
        components.setdefault(component, []).append(path)
    between = {(row[1], row[2]): row[3] for row in walk.derived["component_dependency"]}
    breaches = [(row.rule, row.subject) for row in judgement.rows if row.severity == "error"]
    expires = today(options) + timedelta(days=90)
    file.write_text(draft(components, between, breaches, expires), "utf-8")
    sys.stdout.write(f"Wrote {file}. Read it, keep what you mean, and commit it.\n")
    return 0
