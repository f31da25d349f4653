"""The command line: arguments, clock, environment and exit codes; everything else is asked of the rooms.

`argparse` and not a richer library: the gate stands before every merge and starts in 10 ms with it, in 90 with typer
(docs/decisions/001-argparse.md). Nothing heavy is imported before its command runs.
"""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from plumbrule import __version__
from plumbrule.commands import COULD_NOT_JUDGE, Parser, Run, adding
from plumbrule.errors import PlumbruleError
from plumbrule.options import told

_INTERRUPTED = 130


class _Version(argparse.Action):
    """Tells the version, and which core reads files: a slow scan is asked for that first."""

    def __call__(self, parser: argparse.ArgumentParser, *given: object) -> NoReturn:
        from plumbrule.extract import compiled

        sys.stdout.write(f"plumbrule {__version__}, core: {compiled.told()}\n")
        parser.exit()


def parser(only: str = "") -> argparse.ArgumentParser:
    """The whole command line; also the source of the generated page docs/commands.md. With the name of a command, what
    is given to that one: to take the arguments of all costs a gate 10 ms."""
    top = Parser(
        prog="plumbrule",
        description="Keeps one queryable graph of a system that many agents change, and says where it drifts.",
        epilog="Exit codes: 0 judged, nothing new; 1 judged, new findings at or over --fail-on; 2 could not judge.",
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    top.add_argument(
        "--profile", type=Path, default=None, metavar="FILE", help="write a profile of the command for Python's pstats"
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)

    def command(name: str, run: Run, summary: str, *, detail: str = "") -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}. {detail}".strip()
        )
        sub.set_defaults(run=run)
        return sub

    for add in adding(only):
        add(command)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; every fault of ours becomes a sentence on standard error."""
    _speak_utf8()
    begun = time.monotonic() - (time.process_time() if arguments is None else 0.0)  # with the start of Python
    given = sys.argv[1:] if arguments is None else arguments
    options = parser(*given[:1]).parse_args(given)
    options.begun = begun
    run: Run = options.run if options.profile is None else _profiled
    # A command makes millions of small values, hardly any in circles: looking for those took a fifth of a scan.
    gc.disable()
    try:
        return run(options)
    except PlumbruleError as error:
        told(str(error))
        return COULD_NOT_JUDGE
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        # The reader of our output went away (`| head`): no fault, but nothing more can be said either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(
            f"plumbrule: the operating system refused: {error}\n"
            "Is the disk full, a folder not writable, or a program missing? Mend that and run it again.",
            file=sys.stderr,
        )
        return COULD_NOT_JUDGE
    except Exception as error:
        if isinstance(error, RuntimeError) and str(error) == "Query interrupted":
            return _interrupted()  # the database engine was at work, and took the key press for itself
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":  # the database engine's
            told("there is not enough memory.\nGive it more, or `--memory SIZE` to do it in parts.")
            return COULD_NOT_JUDGE
        # Python would end with 1, which says "judged, and failed".
        import traceback

        traceback.print_exc()
        print(
            "plumbrule: this is a fault of Plumbrule itself, not of what it looked at; please report it",
            file=sys.stderr,
        )
        return COULD_NOT_JUDGE
    finally:
        gc.enable()


def _profiled(options: argparse.Namespace) -> int:
    from plumbrule.extract.profiling import profiled

    run: Run = options.run
    with profiled(options.profile):
        code = run(options)
    told(f"`python -m pstats {options.profile}` shows where the time went")
    return code


def _interrupted() -> int:
    print("plumbrule: interrupted; what was published before stays as it was", file=sys.stderr)
    return _INTERRUPTED


def _speak_utf8() -> None:
    """The same bytes in a file or pipe whatever the locale is; a terminal gets what it can show."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        encoding = sys.stdout.encoding if sys.stdout.isatty() else "utf-8"
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
