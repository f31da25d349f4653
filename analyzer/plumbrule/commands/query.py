"""`plumbrule query`."""

from __future__ import annotations

import argparse
import sys

from plumbrule.commands import Adder
from plumbrule.errors import SettingsError
from plumbrule.options import add_policy, add_store, opened, root_here

PLACE = 4


def add(command: Adder) -> None:
    query = command("query", _query, "ask the public views one SELECT")
    query.add_argument("sql", metavar="SQL", help="one SELECT; `-` reads it from standard input")
    query.add_argument("--format", choices=("table", "csv", "json", "parquet"), default="table")
    add_store(query)
    add_policy(query)


def _query(options: argparse.Namespace) -> int:
    from plumbrule.store.query import query

    here = root_here(".")
    sql = sys.stdin.read() if options.sql == "-" else options.sql
    on_terminal = sys.stdout.isatty()
    if on_terminal and options.format == "parquet":
        raise SettingsError("parquet is no text, and this is a terminal.\nWrite it to a file: `... > answer.parquet`.")
    sys.stdout.buffer.write(query(opened(options, here), sql, options.format, on_terminal=on_terminal))
    return 0
