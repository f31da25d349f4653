"""What several commands share: their arguments, and where the repository, the policy and the store lie."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.errors import SettingsError

if TYPE_CHECKING:
    from plumbrule.extract import Limits
    from plumbrule.git import Repository
    from plumbrule.governing import Governing
    from plumbrule.resume import Progress
    from plumbrule.scan import Scanned
    from plumbrule.store import Store
    from plumbrule.terms import Order


def add_store(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--store",
        default="",
        metavar="DIR",
        help="default: $PLUMBRULE_STORE, else .plumbrule/ beside the policy or at the root",
    )


def add_policy(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--policy",
        default="",
        metavar="PATH",
        help="default: the nearest plumbrule.toml from the repository root upwards",
    )


def add_clock(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--today",
        type=day,
        default=None,
        metavar="DATE",
        help="judge expiry dates as of this day (default: today, UTC)",
    )


def add_memory(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--memory",
        default="",
        metavar="SIZE",
        help="what all processes together may take, as 500MB; what does not fit is done in parts (default: no limit)",
    )


def add_quiet(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--quiet", action="store_true", help="no progress on standard error")


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2027-03-31") from None


def count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)


def seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds


def today(options: argparse.Namespace) -> date:
    return options.today or datetime.now(UTC).date()


def root_here(repo: str) -> Path:
    """The root of the repository here; the folder itself where there is none (an error only if a command needs one)."""
    found = repository_of(repo)
    return found.root if found is not None else Path(repo).resolve()


def repository_of(repo: str) -> Repository | None:
    from plumbrule.errors import NotARevision
    from plumbrule.git import Repository

    try:
        return Repository.find(Path(repo))
    except NotARevision:
        return None


def governing_of(options: argparse.Namespace, start: Path) -> Governing:
    from plumbrule.governing import committed_dates, on_disk, policy_file

    found = on_disk(policy_file(start, options.policy), start)
    return committed_dates(found, today(options)) if "today" in options else found


def store_folder(options: argparse.Namespace, root: Path) -> Path:
    from plumbrule.governing import policy_file

    if options.store:
        return Path(options.store).resolve()
    if os.environ.get("PLUMBRULE_STORE"):
        return Path(os.environ["PLUMBRULE_STORE"]).resolve()
    file = policy_file(root, getattr(options, "policy", ""))
    return (file.parent if file is not None else root) / ".plumbrule"


def checked(folder: Path) -> Path:
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        raise SettingsError(
            f"{folder}: the store cannot lie there, because this path is no UTF-8.\nGive --store another folder."
        ) from None
    return folder


def opened(options: argparse.Namespace, root: Path) -> Store:
    return store_in(checked(store_folder(options, root)))


def store_in(folder: Path) -> Store:
    from plumbrule.store import Store

    return Store.open(folder, note=told, now=int(time.time()))


@contextmanager
def under(ceiling: str) -> Iterator[Limits]:
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


def _history(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise SettingsError(f"--history {text}: is neither a number above 0 nor `all`.\nWrite --history 200, say.")
    return int(text)


def orders_of(options: argparse.Namespace, governing: Governing, here: Path) -> list[Order]:
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


def enter_landings(
    options: argparse.Namespace,
    store: Store,
    orders: Iterable[Order],
    done: Scanned,
    governing: Governing,
    progress: Progress,
) -> None:
    """Tells the store's ledger what a scan saw land on main lines. A ledger that cannot be written costs no scan."""
    from plumbrule.errors import PlumbruleError
    from plumbrule.landings import Asked, enter

    lines = {one.name: one.path for one in orders if not one.ref and not one.worktree and one.name not in done.left_out}
    try:
        enter(store, lines, progress, Asked(today(options), options.policy, governing))
    except PlumbruleError as error:
        told(str(error))


def told(text: str) -> None:
    """On standard error, which CI runners read too; an error says in a second line what mends it."""
    from plumbrule.report.escapes import log_lines

    print(log_lines(f"plumbrule: {text}"), file=sys.stderr, flush=True)
