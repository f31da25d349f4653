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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from plumbrule import __version__
from plumbrule.errors import PlumbruleError, SettingsError

if TYPE_CHECKING:
    from plumbrule.extract import Limits
    from plumbrule.git import Repository
    from plumbrule.governing import Governing, Put
    from plumbrule.report import Report
    from plumbrule.store import Store
    from plumbrule.terms import Order

COULD_NOT_JUDGE = 2
_INTERRUPTED = 130

Run = Callable[[argparse.Namespace], int]


class _Help(argparse.HelpFormatter):
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


class _Parser(argparse.ArgumentParser):
    def __init__(self, *given: Any, **named: Any) -> None:  # Any: as the library has them
        super().__init__(*given, **{"formatter_class": _Help, **named})

    def error(self, message: str) -> NoReturn:
        self.exit(COULD_NOT_JUDGE, f"{self.format_usage()}{self.prog}: {message}\n")


_Command = Callable[..., argparse.ArgumentParser]  # takes name, what runs it, a summary, and maybe a detail


class _Version(argparse.Action):
    """Tells the version, and which core reads files: a slow scan is asked for that first."""

    def __call__(self, parser: argparse.ArgumentParser, *given: object) -> NoReturn:
        from plumbrule.extract.compiled import told

        sys.stdout.write(f"plumbrule {__version__}, core: {told()}\n")
        parser.exit()


def parser(only: str = "") -> argparse.ArgumentParser:
    """The whole command line; also the source of the generated page docs/commands.md. With the name of a command, what
    is given to that one: to take the arguments of all costs a gate 10 ms."""
    top = _Parser(
        prog="plumbrule",
        description="Keeps one queryable graph of a system that many agents change, and says where it drifts.",
        epilog="Exit codes: 0 judged, nothing new; 1 judged, new findings at or over --fail-on; 2 could not judge.",
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    top.add_argument(
        "--profile", type=Path, default=None, metavar="FILE", help="write a profile of the command for Python's pstats"
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)

    def command(name: str, run: Run, summary: str, *, detail: str = "") -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}. {detail}".strip()
        )
        sub.set_defaults(run=run)
        return sub

    for name, add in _COMMANDS.items():
        if only not in _COMMANDS or name == only:
            add(command)
    return top


def _scan_command(command: _Command) -> None:
    scan = command("scan", _scan, "read repositories and their history into the store")
    scan.add_argument(
        "repositories", metavar="REPO", nargs="*", help="default: the policy's fleet, else the repository here"
    )
    scan.add_argument("--ref", default="", help="a branch, tag or commit, kept beside the main line")
    scan.add_argument(
        "--worktree", action="store_true", help="the files as they lie there, uncommitted and untracked ones included"
    )
    scan.add_argument(
        "--history", default="", metavar="N|all", help="commits of the main line to read (default 200 at first)"
    )
    scan.add_argument("--batch", default="", metavar="ID", help="the piece of work whose commits are new in this scan")
    scan.add_argument("--agent", default="", metavar="NAME", help="who made that batch")
    scan.add_argument("--format", choices=("text", "json"), default="text")
    _store(scan)
    _policy(scan)
    _clock(scan)
    _memory(scan)
    _quiet(scan)


def _watch_command(command: _Command) -> None:
    watch = command("watch", _watch, "follow the refs of the fleet and scan what moved")
    watch.add_argument(
        "repositories", metavar="REPO", nargs="*", help="default: the policy's fleet, else the repository here"
    )
    watch.add_argument(
        "--every", type=_seconds, default=30.0, metavar="SECONDS", help="how often refs are looked at (default 30)"
    )
    watch.add_argument(
        "--rounds", type=_count, default=0, metavar="N", help="stop after looking N times (default: never)"
    )
    _store(watch)
    _policy(watch)
    _clock(watch)
    _memory(watch)
    _quiet(watch)


def _gate_command(command: _Command) -> None:
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
    gate.add_argument("--head", default="HEAD", metavar="REF|worktree", help="the change (default HEAD)")
    gate.add_argument("--format", default="text", choices=_formats(), help="default text")
    gate.add_argument(
        "--output", default="", metavar="FILE", help="write the report there instead of to standard output"
    )
    gate.add_argument(
        "--fail-on", default="error", choices=("error", "warning", "info"), help="severity that fails (default error)"
    )
    gate.add_argument("--strict", action="store_true", help="known findings missing from an existing baseline fail too")
    gate.add_argument(
        "--policy-from", default="base", choices=("base", "head"), help="head: preview the change's own policy"
    )
    _store(gate)
    _policy(gate)
    _clock(gate)
    _memory(gate)
    _quiet(gate)


def _query_command(command: _Command) -> None:
    query = command("query", _query, "ask the public views one SELECT")
    query.add_argument("sql", metavar="SQL", help="one SELECT; `-` reads it from standard input")
    query.add_argument("--format", choices=("table", "csv", "json", "parquet"), default="table")
    _store(query)
    _policy(query)


def _rules_command(command: _Command) -> None:
    rules = command("rules", _rules, "list, show and test rules")
    actions = rules.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    listing = actions.add_parser("list", help="every rule with its severity")
    show = actions.add_parser("show", help="one rule's file")
    show.add_argument("id", metavar="ID")
    test = actions.add_parser("test", help="run the examples of rules: bad must fire, good must stay silent")
    test.add_argument(
        "path", metavar="PATH", nargs="?", default="", help="a rule file or folder (default: all rules in use)"
    )
    for action in (listing, show, test):
        _policy(action)
        _clock(action)
        action.set_defaults(run=_rules)


def _init_command(command: _Command) -> None:
    init = command("init", _init, "write a commented first policy from what is found")
    init.add_argument("--repo", default=".", metavar="DIR")
    init.add_argument("--force", action="store_true", help="replace an existing plumbrule.toml")
    _store(init)
    _clock(init)


def _baseline_command(command: _Command) -> None:
    baseline = command("baseline", _baseline, "accept the findings of the newest commit, one per line")
    baseline.add_argument("--repo", default=".", metavar="DIR")
    _store(baseline)
    _policy(baseline)
    _clock(baseline)
    _quiet(baseline)


def _explain_command(command: _Command) -> None:
    explain = command("explain", _explain, "say why a finding is one: evidence, paths, first commit")
    explain.add_argument(
        "finding", metavar="FINDING", help="its id, or the beginning of it, as a report or the view shows it"
    )
    _store(explain)
    _policy(explain)


def _dashboard_command(command: _Command) -> None:
    dashboard = command("dashboard", _dashboard, "open the review dashboard in the browser")
    dashboard.add_argument("--port", type=_count, default=8501, help="default 8501")
    _store(dashboard)
    _policy(dashboard)


def _report_command(command: _Command) -> None:
    report = command("report", _report, "send or preview a report")
    kinds = report.add_subparsers(dest="kind", metavar="KIND", required=True, parser_class=_Parser)
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
        type=_day,
        default=None,
        metavar="DATE",
        help="with --preview: as if the last mail had been sent at the beginning of that day",
    )
    weekly.set_defaults(run=_report)
    _store(weekly)
    _policy(weekly)
    _clock(weekly)


_COMMANDS: Mapping[str, Callable[[_Command], None]] = {
    "scan": _scan_command,
    "watch": _watch_command,
    "gate": _gate_command,
    "query": _query_command,
    "rules": _rules_command,
    "init": _init_command,
    "baseline": _baseline_command,
    "explain": _explain_command,
    "dashboard": _dashboard_command,
    "report": _report_command,
}


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
        _told(str(error))
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
    _told(f"`python -m pstats {options.profile}` shows where the time went")
    return code


def _interrupted() -> int:
    print("plumbrule: interrupted; what was published before stays as it was", file=sys.stderr)
    return _INTERRUPTED


def _speak_utf8() -> None:
    """The same bytes in a file or pipe whatever the locale is; a terminal gets what it can show."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        encoding = sys.stdout.encoding if sys.stdout.isatty() else "utf-8"
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")


# -- arguments that several commands share -----------------------------------------------------------------------


def _store(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--store",
        default="",
        metavar="DIR",
        help="default: $PLUMBRULE_STORE, else .plumbrule/ beside the policy or at the root",
    )


def _policy(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--policy",
        default="",
        metavar="PATH",
        help="default: the nearest plumbrule.toml from the repository root upwards",
    )


def _clock(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--today",
        type=_day,
        default=None,
        metavar="DATE",
        help="judge expiry dates as of this day (default: today, UTC)",
    )


def _memory(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--memory",
        default="",
        metavar="SIZE",
        help="what all processes together may take, as 500MB; what does not fit is done in parts (default: no limit)",
    )


def _quiet(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--quiet", action="store_true", help="no progress on standard error")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2027-03-31") from None


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds


def _formats() -> tuple[str, ...]:
    from plumbrule.report import format_names

    return format_names()


def _today(options: argparse.Namespace) -> date:
    return options.today or datetime.now(UTC).date()


# -- where things are --------------------------------------------------------------------------------------------


def _here(repo: str) -> Path:
    """The root of the repository here; the folder itself where there is none (an error only if a command needs one)."""
    found = _repository(repo)
    return found.root if found is not None else Path(repo).resolve()


def _repository(repo: str) -> Repository | None:
    from plumbrule.errors import NotARevision
    from plumbrule.git import Repository

    try:
        return Repository.find(Path(repo))
    except NotARevision:
        return None


def _governing(options: argparse.Namespace, start: Path) -> Governing:
    from plumbrule.governing import on_disk, policy_file

    return on_disk(policy_file(start, options.policy), start)


def _store_folder(options: argparse.Namespace, root: Path) -> Path:
    from plumbrule.governing import policy_file

    if options.store:
        return Path(options.store).resolve()
    if os.environ.get("PLUMBRULE_STORE"):
        return Path(os.environ["PLUMBRULE_STORE"]).resolve()
    file = policy_file(root, getattr(options, "policy", ""))
    return (file.parent if file is not None else root) / ".plumbrule"


def _checked(folder: Path) -> Path:
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        raise SettingsError(
            f"{folder}: the store cannot lie there, because this path is no UTF-8.\nGive --store another folder."
        ) from None
    return folder


def _opened(options: argparse.Namespace, root: Path) -> Store:
    return _store_in(_checked(_store_folder(options, root)))


def _store_in(folder: Path) -> Store:
    from plumbrule.store import Store

    return Store.open(folder, note=_told, now=int(time.time()))


# -- commands ----------------------------------------------------------------------------------------------------


def _history(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise SettingsError(f"--history {text}: is neither a number above 0 nor `all`.\nWrite --history 200, say.")
    return int(text)


def _orders(options: argparse.Namespace, governing: Governing, here: Path) -> list[Order]:
    from plumbrule.governing import fleet
    from plumbrule.terms import Order

    return [
        Order(
            path=path,
            name=name,
            history=_history(getattr(options, "history", "") or "200"),
            longer=bool(getattr(options, "history", "")),
            ref=getattr(options, "ref", ""),
            worktree=getattr(options, "worktree", False),
            batch=getattr(options, "batch", ""),
            agent=getattr(options, "agent", ""),
        )
        for name, path in fleet(governing, here, options.repositories)
    ]


def _scan(options: argparse.Namespace) -> int:
    from plumbrule.extract.compiled import told
    from plumbrule.extract.stages import Stages
    from plumbrule.report.progress import TerminalProgress
    from plumbrule.report.summary import as_json, as_text
    from plumbrule.scan import scan
    from plumbrule.terms import Terms

    if options.ref and options.worktree:
        raise SettingsError("--ref and --worktree name two different things to scan.\nGive one of them.")
    here = _here(options.repositories[0] if len(options.repositories) == 1 else ".")
    governing = _governing(options, here)
    store = _opened(options, here)
    with TerminalProgress(quiet=options.quiet) as progress:
        stages = Stages(begun=options.begun)
        with _under(options.memory) as limits:
            terms = Terms(
                governing.policy, governing.rules, _today(options), progress, governing.baseline, limits, stages=stages
            )
            done = scan(store, _orders(options, governing, here), terms)
    left_out = {name: str(why) for name, why in done.left_out.items()}
    generation = f"{done.generation:06d}"
    if options.format == "json":
        sys.stdout.write(as_json(done.summaries, generation, left_out, {**stages.told(), "core": told()}))
    else:
        sys.stdout.write(as_text(done.summaries, generation, left_out))
    for name, why in left_out.items():
        _told(f"{name}: {why}")
    return COULD_NOT_JUDGE if left_out else 0


@contextmanager
def _under(ceiling: str) -> Iterator[Limits]:
    """The limits of parsing under a ceiling of memory, which the database keeps, too."""
    from plumbrule.extract import Limits
    from plumbrule.extract.ceiling import Ceiling

    if not ceiling:
        yield Limits()
        return
    import tempfile

    from plumbrule.store import engine

    try:
        allowed = Ceiling.read(ceiling)
    except ValueError as error:
        raise SettingsError(f"--memory: {error}.") from None
    with tempfile.TemporaryDirectory(prefix="plumbrule-") as spill, engine.holding(allowed.database, Path(spill)):
        yield allowed.limits(Limits())


def _watch(options: argparse.Namespace) -> int:
    from plumbrule.report.progress import TerminalProgress
    from plumbrule.report.summary import as_text
    from plumbrule.scan import main_line, scan
    from plumbrule.terms import Terms
    from plumbrule.watch import Heads, heads, watch

    here = _here(".")
    governing = _governing(options, here)
    store = _opened(options, here)
    orders = _orders(options, governing, here)

    def scanned(moved: Sequence[Order]) -> Mapping[str, PlumbruleError]:
        # Read anew each time: a policy that changed meanwhile binds the next scan, as it would without watch.
        current = _governing(options, here)
        with TerminalProgress(quiet=options.quiet) as progress:
            terms = Terms(current.policy, current.rules, _today(options), progress, current.baseline, limits)
            done = scan(store, moved, terms)
        sys.stdout.write(as_text(done.summaries, f"{done.generation:06d}"))
        sys.stdout.flush()
        gc.collect()  # nobody else does, and this command runs for weeks
        return done.left_out

    def look() -> Heads:
        return heads(orders, partial(main_line, store))

    with _under(options.memory) as limits:
        worked = watch(orders, look, scanned, _told, every=options.every, rounds=options.rounds)
    return 0 if worked else COULD_NOT_JUDGE


def _query(options: argparse.Namespace) -> int:
    from plumbrule.store.query import query

    here = _here(".")
    sql = sys.stdin.read() if options.sql == "-" else options.sql
    on_terminal = sys.stdout.isatty()
    if on_terminal and options.format == "parquet":
        raise SettingsError("parquet is no text, and this is a terminal.\nWrite it to a file: `... > answer.parquet`.")
    sys.stdout.buffer.write(query(_opened(options, here), sql, options.format, on_terminal=on_terminal))
    return 0


def _rules(options: argparse.Namespace) -> int:
    from plumbrule.report.rules import rule_list, rule_page

    governing = _governing(options, _here("."))
    if options.action == "list":
        sys.stdout.write(rule_list(governing.rules, governing.policy))
        return 0
    if options.action == "show":
        sys.stdout.write(rule_page(governing.rules, options.id))
        return 0
    return _test_rules(options, governing)


def _gate(options: argparse.Namespace) -> int:
    from plumbrule.report import on_terminal, render

    # Without a ceiling nothing is imported that knows of one: most gates need no parser.
    with _under(options.memory) if options.memory else nullcontext() as limits:
        report = _answer(options, limits)
    on_screen = not options.output and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    text = (on_terminal if on_screen else render)(report, options.format)
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
    from plumbrule.governing import Question, not_judged, put

    question = Question(
        repo=Path(options.repo),
        base=options.base,
        head=options.head,
        today=_today(options),
        fail_on=options.fail_on,
        strict=options.strict,
        policy=options.policy,
        policy_from_head=options.policy_from == "head",
        limits=limits,
    )
    try:
        repository = _repository(options.repo)
        root = repository.root if repository is not None else Path(options.repo).resolve()
        folder = _checked(_store_folder(options, root))
        with put(question, repository) as asked:
            return _verdict(options, asked, folder) if asked.is_change else asked.no_change()
    except PlumbruleError as error:
        if options.output or options.format != "text":  # a person reads it in the report itself otherwise
            _told(str(error))
        return not_judged(question, error)


def _verdict(options: argparse.Namespace, asked: Put, folder: Path) -> Report:
    from plumbrule.gate import gate
    from plumbrule.report import in_numbers
    from plumbrule.report.progress import TerminalProgress

    with TerminalProgress(quiet=options.quiet) as progress:
        return gate(asked, _store_in(folder), progress, in_numbers=in_numbers(options.format))


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
    found = list(exercise(rules, today=_today(options)))
    sys.stdout.write(outcomes(found))
    return 1 if any(outcome.problem for outcome in found) else 0


def _init(options: argparse.Namespace) -> int:
    from plumbrule.accept import standing
    from plumbrule.governing import on_disk
    from plumbrule.policy import DEFAULT_NAME
    from plumbrule.policy.draft import draft
    from plumbrule.report.progress import TerminalProgress

    root = _here(options.repo)
    file = root / DEFAULT_NAME
    if file.exists() and not options.force:
        raise SettingsError(f"{file}: exists already.\nGive --force to replace it.")
    with TerminalProgress(quiet=False) as progress:
        judgement, walk = standing(root, root.name, on_disk(None), _opened(options, root), progress, _today(options))
    components: dict[str, list[str]] = {}
    for _, path, component in walk.derived["file_component"]:
        components.setdefault(component, []).append(path)
    between = {(row[1], row[2]): row[3] for row in walk.derived["component_dependency"]}
    breaches = [(row.rule, row.subject) for row in judgement.rows if row.severity == "error"]
    expires = _today(options) + timedelta(days=90)
    file.write_text(draft(components, between, breaches, expires), "utf-8")
    sys.stdout.write(f"Wrote {file}. Read it, keep what you mean, and commit it.\n")
    return 0


def _baseline(options: argparse.Namespace) -> int:
    from plumbrule.accept import standing
    from plumbrule.governing import fleet
    from plumbrule.policy import BASELINE_NAME, Baseline
    from plumbrule.report.progress import TerminalProgress

    root = _here(options.repo)
    governing = _governing(options, root)
    in_fleet = bool(governing.policy.repositories)
    entries: set[tuple[str, str, str]] = set()
    with TerminalProgress(quiet=options.quiet) as progress:
        for name, path in fleet(governing, root, [] if in_fleet else [str(root)]):
            judgement, _ = standing(path, name, governing, _opened(options, root), progress, _today(options))
            for why in judgement.errors:
                raise SettingsError(f"{name} could not be judged, so no baseline was written: {why}")
            entries.update((r.rule, name if in_fleet else "", r.subject) for r in judgement.rows if r.state != "waived")
    file = (governing.folder or root) / BASELINE_NAME
    file.write_text(Baseline(frozenset(entries)).text(), "utf-8")
    sys.stdout.write(f"Wrote {file}: {len(entries)} accepted findings. Review and commit it.\n")
    return 0


def _explain(options: argparse.Namespace) -> int:
    from plumbrule.report.explain import explanation

    here = _here(".")
    sys.stdout.write(explanation(_opened(options, here), options.finding, _governing(options, here).rules))
    return 0


def _dashboard(options: argparse.Namespace) -> int:
    from plumbrule.report.dashboard import run

    here = _here(".")
    return run(_store_folder(options, here), options.port)


def _report(options: argparse.Namespace) -> int:
    from plumbrule.report.mail import Errand, preview, send

    if options.since and options.send:
        raise SettingsError("--since goes with --preview only: what was sent is remembered, not guessed.")
    if options.always and options.preview:
        raise SettingsError("--always goes with --send only: a preview is always written.")
    here = _here(".")
    governing = _governing(options, here)
    errand = Errand(
        store=_store_folder(options, here),
        table=governing.policy.mail,
        source=governing.policy.source,
        folder=governing.folder,
        rules=governing.rules,
        now=datetime.combine(options.today, datetime.min.time(), UTC) if options.today else datetime.now(UTC),
        note=_told,
    )
    if options.preview:
        print(preview(errand, options.preview, options.since))
    else:
        send(errand, os.environ, lambda text: print(text, flush=True), always=options.always)
    return 0


def _told(text: str) -> None:
    """On standard error, which CI runners read too; an error says in a second line what mends it."""
    from plumbrule.report.escapes import log_lines

    print(log_lines(f"plumbrule: {text}"), file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
