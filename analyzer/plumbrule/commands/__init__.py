"""The commands, one file each: what a command takes, and what it does with it by asking the rooms.

A file has `add(command)`, which calls `command(name, run, summary)` once and gives the parser its arguments, and
`PLACE`, where it stands in the help. Nothing is registered in a list: the files are the commands, and only the one that
is asked for is imported.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, NoReturn

COULD_NOT_JUDGE = 2

Run = Callable[[argparse.Namespace], int]
Adder = Callable[..., argparse.ArgumentParser]  # takes name, what runs it, a summary, and maybe a detail


@cache
def command_names() -> tuple[str, ...]:
    """Every command there is, without importing one of them."""
    names = os.listdir(os.path.dirname(__file__))  # noqa: PTH120, PTH208 - as for formats
    return tuple(sorted(name[:-3] for name in names if name[:1].islower() and name.endswith(".py")))


def adding(only: str) -> list[Callable[[Adder], None]]:
    """What adds the command of this name; all of them, as the help lists them, if there is none."""
    if only in command_names():
        return [import_module(f"{__name__}.{only}").add]
    found = [import_module(f"{__name__}.{name}") for name in command_names()]
    return [module.add for module in sorted(found, key=lambda module: module.PLACE)]


class Help(argparse.HelpFormatter):
    """As wide as the terminal. The library makes a formatter for every argument, and asks for the width by way of a
    module that imports every compression there is."""

    def __init__(self, prog: str) -> None:
        columns = os.environ.get("COLUMNS", "")
        if not columns.isdigit() or int(columns) < 1:
            try:
                columns = str(os.get_terminal_size(sys.stdout.fileno()).columns or 80)
            except (OSError, ValueError, AttributeError):  # no terminal, or none that has a size
                columns = "80"
        super().__init__(prog, width=int(columns) - 2)


class Parser(argparse.ArgumentParser):
    """Ends with 2 for bad usage, as everything that could not be judged."""

    def __init__(self, *given: Any, **named: Any) -> None:  # Any: as the library has them
        super().__init__(*given, **{"formatter_class": Help, **named})

    def error(self, message: str) -> NoReturn:
        self.exit(COULD_NOT_JUDGE, f"{self.format_usage()}{self.prog}: {message}\n")
