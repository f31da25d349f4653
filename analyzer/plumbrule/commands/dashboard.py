"""`plumbrule dashboard`."""

from __future__ import annotations

import argparse

from plumbrule.commands import Adder
from plumbrule.options import add_policy, add_store, count, root_here, store_folder

PLACE = 9


def add(command: Adder) -> None:
    dashboard = command("dashboard", _dashboard, "open the review dashboard in the browser")
    dashboard.add_argument("--port", type=count, default=8501, help="default 8501")
    add_store(dashboard)
    add_policy(dashboard)


def _dashboard(options: argparse.Namespace) -> int:
    from plumbrule.report.dashboard import run

    here = root_here(".")
    return run(store_folder(options, here), options.port)
