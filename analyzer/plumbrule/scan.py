"""Reads repositories into the store: main line with history, a branch beside it, or the work tree.

Hides what is new since the last scan: where the line goes on, and when all of it must be computed anew.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from plumbrule.aside import Aside
from plumbrule.batches import Agent, configured_agents, origin_in
from plumbrule.errors import NotARevision, PlumbruleError, StoreError
from plumbrule.extract import FactBook
from plumbrule.extract.manifests import formats
from plumbrule.extract.manifests.declarations import Declarations
from plumbrule.extract.manifests.tables import DECLARED, PACKAGE
from plumbrule.git import Commit, Entry, History, LineCommit, Repository, Skipped, still
from plumbrule.governing import alone, own_name
from plumbrule.graph import FileRows, MemoryGraph
from plumbrule.judge import Moment, Sides, judge
from plumbrule.languages import language_of
from plumbrule.links import (
    Member,
    Outside,
    Provide,
    Provided,
    facts_by_path,
    known_as,
    links,
    packages_of,
    packages_text,
)
from plumbrule.measures import measures
from plumbrule.measures.components import Level
from plumbrule.measures.near_duplicates import TABLE as NEAR
from plumbrule.report.escapes import visible
from plumbrule.report.summary import ScanSummary
from plumbrule.resume import (
    GitObjects,
    State,
    instrument,
    laying_near,
    on_disk,
    policy_print,
    standing_of,
    tree_changes,
    walk_of,
)
from plumbrule.store import LinkRow, Resumed, SnapshotRecord, Store
from plumbrule.store.reader import Reader
from plumbrule.store.writer import Writer
from plumbrule.tables import Row, Table
from plumbrule.tally import counted, summary
from plumbrule.terms import Order, Terms
from plumbrule.timeline import Site, Timeline, finding_row, manifests_in, record_of, signed
from plumbrule.twins import fleet_duplicates, side_of
from plumbrule.walk import Changes, Derived, TreeFile, Walk


def main_line(store: Store, name: str, repository: Repository) -> str:
    """The ref whose first parents are the main line of a repository: that of the first scan, or what that is called
    since it was renamed."""
    known = State.told(store, name).main_line
    if not known or repository.has_ref(known):
        return known or repository.main_line()
    if known.startswith("refs/remotes/"):
        try:
            return repository.told_default()
        except NotARevision as error:
            raise NotARevision(f"{known}, which was the main line so far, is gone.\n{error}") from error
    branch = repository.head_ref
    with store.reader() as reader:
        newest = reader.newest(name)
    try:
        renamed = newest is not None and repository.is_ancestor(newest.commit, repository.resolve(branch))
    except NotARevision:
        renamed = False
    return branch if renamed else known  # of which one is told that it is not there


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan did: what to tell of each repository, and the generation that holds it."""

    summaries: list[ScanSummary]
    generation: int
    left_out: dict[str, NotARevision]  # by repository, why it could not be read


_Said = Mapping[str, Collection[Row]]  # rows by table


def scan(store: Store, orders: Sequence[Order], terms: Terms) -> Scanned:
    """Scans these repositories into the store. One that cannot be read must not cost the others their scan.

    NotARevision if none of them can be read.
    """
    left_out: dict[str, NotARevision] = {}
    while True:
        try:
            summaries, generation = _scan_all(store, orders, left_out, terms)
            return Scanned(summaries, generation, left_out)
        except _Unreadable as error:
            # Begun anew without it, from the facts that are kept: nothing half read of it is in what is published.
            left_out[error.name] = error.why
        if len(left_out) == len(orders):
            if store.published:
                with suppress(StoreError), store.writer(terms.progress.note) as writer:  # why they failed matters more
                    _remember_fleet(store, writer, orders, left_out, terms)
                    writer.publish()
            if len(orders) == 1:
                raise left_out[orders[0].name]
            raise NotARevision("\n".join(f"{name}: {why}" for name, why in left_out.items()))


class _Unreadable(Exception):
    def __init__(self, name: str, why: NotARevision) -> None:
        super().__init__(name)
        self.name = name
        self.why = why


@contextmanager
def _about(name: str) -> Iterator[None]:
    try:
        yield
    except NotARevision as error:
        raise _Unreadable(name, error) from error


def _there(order: Order, terms: Terms) -> None:
    if not order.path.is_dir() and order.name in {member.name for member in terms.policy.repositories}:
        raise NotARevision(
            f"{order.path}: there is no such folder.\n"
            f"Clone {order.name} there, or mend `path` in its [[repository]] table of {terms.policy.source}."
        )


def _remember_fleet(
    store: Store, writer: Writer, orders: Sequence[Order], left_out: Mapping[str, NotARevision], terms: Terms
) -> None:
    """Keeps which repositories the policy names, and of those and the stored ones why the last scan of their main
    line left them out: what is shown later must not pass for all of them as they are now."""
    members = sorted(member.name for member in terms.policy.repositories)
    known, stored, last = set(members), "", {}
    if store.published:
        with store.reader() as reader:
            known.update(reader.repositories())
            stored = reader.recall("fleet") or ""
            last = json.loads(stored or "{}").get("left_out", {})
    asked = {order.name for order in orders if not order.ref and not order.worktree}
    failed = {name: str(why).splitlines()[0] for name, why in left_out.items() if name in asked}
    kept = {**{name: why for name, why in last.items() if name not in asked}, **failed}
    kept = {name: why for name, why in kept.items() if name in known}
    if members or kept or stored:
        writer.remember("fleet", json.dumps({"members": members, "left_out": kept}, sort_keys=True))


def _scan_all(
    store: Store, orders: Sequence[Order], left_out: Mapping[str, NotARevision], terms: Terms
) -> tuple[list[ScanSummary], int]:
    """All of these but those that were left out already."""
    scans: list[_Scan] = []
    with store.writer(terms.progress.note) as writer:
        try:
            for order in orders:
                if order.name in left_out:
                    continue
                with _about(order.name):
                    _there(order, terms)
                    scans.append(_Scan(store, writer, order, terms))
            summaries = []
            for one in scans:
                with _about(one.name):
                    summaries.append(one.run())
            moved = {one.name: (one.standing, one.said) for one in scans if one.standing is not None}
            if moved or not store.published:
                with terms.stages("links"):
                    _link(store, writer, moved, terms)
                with terms.stages("duplicates"):
                    _share(store, writer, moved, terms)
            _remember_fleet(store, writer, orders, left_out, terms)
            with terms.stages("store"), laying_near(store, {name: walk.whole for name, (walk, _) in moved.items()}):
                generation = writer.publish(last=True)
            store.let_go()
            _note_policies(store, [one.repository for one in scans])
        finally:
            for one in scans:
                one.close()
        return summaries, generation


def _note_policies(store: Store, repositories: Iterable[Repository]) -> None:
    """Notes which policies a gate need not read again to say that nothing changed; nothing where none can be read."""
    read = {}
    for repository in repositories:
        name = own_name(repository.root)
        with suppress(PlumbruleError):
            found = alone(repository, repository.resolve("HEAD")) if still.is_noted(name) else None
            if found is not None:
                read[name] = found
    with suppress(OSError):
        still.note(store.folder, read)


def _link(store: Store, writer: Writer, moved: Mapping[str, tuple[Walk, _Said]], terms: Terms) -> None:
    """Renews the dependencies across repositories; `moved` stand at their newest snapshot already."""
    members = [_member(name, walk, walk.whole.files, said) for name, (walk, said) in moved.items()]
    kept: list[LinkRow] = []
    others: list[str] = []
    with ExitStack() as open_:
        if store.published:
            # What others stand on is looked up in the store until the links are there.
            reader = open_.enter_context(store.reader())
            others = [name for name in reader.repositories() if name not in moved]
            packages = {name: packages_of(reader.recall(f"packages:{name}")) for name in others}
            offered = frozenset().union(*(m.packages for m in members), *packages.values())
            for name in others:
                newest = reader.newest(name)
                if newest is None:
                    continue
                outside = _outside(reader, name, offered)
                wanted = {row.package for member in members for row in member.outside} | _wanted(reader, others)
                if not outside and not packages[name] & wanted:
                    continue
                walk, repository = _recalled(store, reader, name, newest, terms)
                if repository is not None:
                    open_.callback(repository.close)
                if walk is None:
                    # It is no longer where it was scanned: what is known of it and its users stays known.
                    kept += _known_links(reader, name, others)
                    continue
                files = {row.src: walk.graph.rows(row.src) for row in outside}
                said = {table: reader.rows(table, name) for table in (DECLARED.name, PACKAGE.name)}
                members.append(_joining(name, walk, files, outside, packages[name], said))
        if len(members) + len(others) > 1:
            writer.links(sorted({*links(members), *kept}))


def _share(store: Store, writer: Writer, moved: Mapping[str, tuple[Walk, _Said]], terms: Terms) -> None:
    """Renews which functions several repositories have; one that is no longer where it was scanned shares none."""
    with ExitStack() as open_:
        sides = {
            name: side_of(name, walk.whole, walk.book, walk.derived.get(NEAR)) for name, (walk, _) in moved.items()
        }
        if store.published:
            reader = open_.enter_context(store.reader())
            for name in reader.repositories():
                newest = reader.newest(name)
                if name in moved or newest is None:
                    continue
                walk, repository = _recalled(store, reader, name, newest, terms)
                if repository is not None:
                    open_.callback(repository.close)
                if walk is not None:
                    sides[name] = side_of(name, walk.graph, walk.book)
        if len(sides) > 1:
            writer.fleet_duplicates(fleet_duplicates(sides))


def _outside(reader: Reader, name: str, offered: Collection[str]) -> list[Outside]:
    """What a stored repository asks of these packages."""
    rows = reader.rows("external_dependency", name)
    return [Outside(row[1], row[2], row[3], row[4], row[5]) for row in rows if row[2] in offered]


def _known_links(reader: Reader, name: str, users: Sequence[str]) -> list[LinkRow]:
    """The stored links from and to a repository."""
    known = (LinkRow(*row) for user in users for row in reader.rows("link", user))
    return [row for row in known if name in (row.repo, row.dst_repo)]


def _wanted(reader: Reader, names: Sequence[str]) -> set[str]:
    return {row[2] for name in names for row in reader.rows("external_dependency", name)}


def _recalled(
    store: Store, reader: Reader, name: str, newest: SnapshotRecord, terms: Terms
) -> tuple[Walk | None, Repository | None]:
    """A walk on a stored repository's newest snapshot; None if the repository is gone or its facts were not kept."""
    root, standing = reader.root(name), standing_of(reader, name)
    if not root or standing is None:
        return None, None
    try:
        repository = Repository.find(Path(root))
        repository.tree(newest.commit)
    except NotARevision:
        return None, None
    book = FactBook(store.facts, lambda: GitObjects(repository), terms.limits)
    walk = walk_of(name, repository, book, terms.policy)
    walk.recall(standing, reader.graph(name), {}, newest.imports, newest.resolved)
    return walk, repository


def _member(name: str, walk: Walk, files: Mapping[str, FileRows], said: _Said) -> Member:
    outside = [
        Outside(path, row.package, row.module, row.name, row.line)
        for path, rows in files.items()
        for row in rows.externals
    ]
    return _joining(name, walk, files, outside, walk.packages(), said)


def _joining(
    name: str,
    walk: Walk,
    files: Mapping[str, FileRows],
    outside: Sequence[Outside],
    packages: frozenset[str],
    said: _Said,
) -> Member:
    where = {path: (rows.file.dialect, rows.file.blob) for path, rows in files.items()}

    def own(path: str) -> set[str]:
        return {part for use in files[path].uses for part in use.symbol.split(".")} if path in files else set()

    def named(table: Table) -> frozenset[tuple[str, str]]:
        told = (dict(zip(table.names, row, strict=True)) for row in said.get(table.name, ()))
        return frozenset((one["ecosystem"], known_as(one["package"])) for one in told if not one.get("inside"))

    facts = facts_by_path(walk.book, where)
    return Member(name, packages, outside, _provider(walk), facts, own, named(DECLARED), named(PACKAGE))


def _provider(walk: Walk) -> Provide:
    def provide(module: str, name: str, rest: str = "") -> list[Provided]:
        return [Provided(path, symbol) for _, path, symbol in walk.provide(module, name, rest)]

    return provide


def declarations_of(
    name: str, repository: Repository, store: Store, contents: Mapping[str, bytes] | None = None
) -> Declarations:
    """What the manifests of a tree say, standing on no tree yet; `contents` as of `walk_of`."""
    held = contents or {}

    def bytes_of(path: str, blob: str) -> bytes | str:
        if blob in held:
            return held[blob]
        found = repository.read_blob(blob, formats.BYTES) if blob else repository.read_disk(path, formats.BYTES)
        return found.reason if isinstance(found, Skipped) else found

    return Declarations(name, bytes_of, store.figures(lambda form: formats.version()))


class _Scan:
    """One repository's scan."""

    def __init__(self, store: Store, writer: Writer, order: Order, terms: Terms) -> None:
        repository = Repository.find(order.path)
        book = FactBook(store.facts, lambda: GitObjects(repository), terms.limits)
        self._site = Site(order, terms, terms.policy.within(order.name), repository, book, store, writer)
        names = (name for rule in terms.rules for name in rule.names)
        self._notes: list[str] = [*terms.baseline.unknown_rules(names, order.name)] if terms.baseline else []
        self.name = order.name
        self.standing: Walk | None = None  # on the newest snapshot of the main line, if it moved
        self.said: _Said = {}  # by its manifests there
        self._aside: Aside | None = None
        self._configured: tuple[Agent, ...] = ()

    @property
    def repository(self) -> Repository:
        return self._site.repository

    def run(self) -> ScanSummary:
        if self._site.order.worktree:
            return self._worktree()
        return self._branch() if self._site.order.ref else self._main_line()

    def _set_aside(self, walk: Walk, tree: Mapping[str, Entry]) -> None:
        """Begins with what this tree's files look like to other programs; goes on until the judgement stands."""
        wanted = {(one.dialect, one.blob) for one in walk.wanted(tree_changes(tree, {}))}
        self._aside = Aside(wanted, self._bytes, self._site.store.figures, self._site.terms.limits)

    def _tell_configuration(self, tree: Mapping[str, Entry]) -> None:
        """Stores which agents the repository is prepared for."""
        ignored = tree.get(".gitignore")
        gitignore = self._bytes(ignored.blob).decode("utf-8", "replace") if ignored is not None else ""
        self._configured = configured_agents(tree, gitignore)
        found = [(agent.name, agent.channel, agent.confidence) for agent in self._configured]
        self._site.writer.configured(self.name, found)

    def _put_aside(self, walk: Walk, snapshot: str | None) -> None:
        """Stores what other programs found out meanwhile."""
        if self._aside is not None and snapshot is not None:
            files = {path: (rows.file.dialect, rows.file.blob) for path, rows in walk.whole.files.items()}
            rows, left = self._aside.rows(files, self._site.terms.clock)
            if rows or left:
                self._site.writer.extra_measures(self.name, snapshot, rows, tool=self._aside.tool, complete=not left)
            if left:
                self._notes.append(f"{self._aside.tool} has {left:,} files to go; each further scan goes on with them")

    def _tell_unread(self, declared: Declarations) -> None:
        count = len(declared.unread)
        if count:
            what = "1 manifest" if count == 1 else f"{count:,} manifests"
            self._notes.append(f"{what} could not be read in full; the view manifest says which, and why")

    def _bytes(self, blob: str) -> bytes:
        found = self._site.repository.read_blob(blob, self._site.terms.limits.file_bytes)
        return b"" if isinstance(found, Skipped) else found

    def close(self) -> None:
        if self._aside is not None:
            self._aside.end()
        self._site.repository.close()

    # -- the main line ------------------------------------------------------------------------------------------

    def _main_line(self) -> ScanSummary:
        site, repository, writer = self._site, self._site.repository, self._site.writer
        state = State.recalled(site.store, self.name)
        ref = main_line(site.store, self.name, repository)
        head = repository.resolve(ref)
        if state.main_line not in ("", ref):
            self._notes.append(f"{state.main_line} is gone, so the main line goes on with {ref}")
        self._tell_ahead(ref, head)
        writer.repository(self.name, _root(repository), head, ref)
        used = instrument(), policy_print(site.policy, site.terms.rules)
        line = repository.first_parents(head)
        walk = walk_of(self.name, repository, site.book, site.terms.policy)
        walk.stages = site.terms.stages
        walk.settle(repository.tree(head))
        resumed, state, limit = self._begin(line, state, used, walk.intent.level)
        commits, earlier = self._fresh(line, resumed, state, limit)
        declared = declarations_of(self.name, repository, site.store)
        timeline = Timeline(site, walk, declared, used, ref, state)
        if resumed is not None:
            stood = resumed.record.commit
            declared.recall(
                resumed.derived, lambda: {path: entry.blob for path, entry in repository.tree(stood).items()}
            )
            self._stand(walk, resumed, state, still=not commits)
            timeline.resume(resumed.record)
        if commits:
            tree = repository.tree(commits[-1].commit.id)
            self._tell_configuration(tree)
            self._set_aside(walk, tree)
            known = self._stored_line() if resumed is None and site.store.published else {}
            timeline.run(commits, earlier, tree, known)
            self.standing, self.said = walk, declared.tables
            writer.remember(f"packages:{self.name}", packages_text(walk.packages()))
        elif resumed is not None:
            timeline.weigh_anew()
            if site.order.batch or site.order.agent:
                asked = site.order.batch or site.order.agent
                self._notes.append(f"no commit is new since the last scan, so none was put down to {asked}")
        else:
            raise NotARevision(f"{repository.root}: {ref} has no commits to read.\nCommit something first.")
        self._put_aside(walk, timeline.snapshot)
        self._tell_unread(declared)
        if timeline.lost:
            self._notes.append(f"bytes of some files are missing in this clone. {repository.mend}")
        return replace(timeline.summary(self._notes), prepared=tuple(agent.name for agent in self._configured))

    def _tell_ahead(self, ref: str, head: str) -> None:
        """Notes that what is checked out goes on from the main line, where somebody may expect it to be read."""
        site, repository = self._site, self._site.repository
        branch = repository.head_ref
        mine = branch.rpartition("/")[2] == ref.rpartition("/")[2] or site.order.batch or site.order.agent
        if branch == ref or not mine or not repository.has_worktree:
            return
        try:
            here = repository.resolve("HEAD")
            ahead = here != head and repository.is_ancestor(head, here)
        except NotARevision:
            return  # nothing is checked out yet
        if ahead:
            name = branch.removeprefix("refs/heads/")
            self._notes.append(
                f"{name} goes on from {ref}, which is the line that is read: its own commits are not in it. Push them"
                f" first, or read them beside the line with `plumbrule scan --ref {name}`"
            )

    def _begin(
        self, line: Sequence[str], state: State, used: tuple[str, str], level: Level | None
    ) -> tuple[Resumed | None, State, int | None]:
        """Where the line goes on (None: all of it is computed anew), what is remembered of that place, and how many
        commits are wanted at most."""
        writer, limit = self._site.writer, self._site.order.history
        resumed = writer.resume(self.name)
        if resumed is None:
            return None, state, limit
        found_again = state.lost and not self._site.repository.missing([state.lost])
        readers = formats.version()
        if state.used != used or found_again or state.level != level or state.readers != readers:
            what = "the instrument changed" if state.used[0] != used[0] else "the policy changed"
            if found_again:
                what = "objects that were missing are here now"
            elif state.used == used and state.readers != readers:
                what = "what reads the manifests changed"
            elif state.used == used:
                what = _moved(state.level, level)
            self._notes.append(f"{what}, so the history was computed anew from the facts that are kept")
            writer.begin_line(self.name, None)
            return None, state, None if limit is None else max(limit, state.snapshots)
        if self._counted_short(line, resumed.record):
            self._notes.append(
                "the clone reaches further back than when it was scanned first, so positions were counted anew from"
                " where it begins now, and the history was computed anew"
            )
            writer.begin_line(self.name, None)
            return None, state, None if limit is None else max(limit, state.snapshots)
        if resumed.record.commit not in line:
            self._notes.append("the main line was rewritten; the old one stays queryable")
            writer.begin_line(self.name, self._fork(line))
            # What the last scan remembered is about the old line's end.
            return writer.resume(self.name), replace(state, standing=None, counts={}), limit
        if self._site.order.longer and self._reaches_back(line, limit):
            self._notes.append("the history reaches further back now, so it was computed anew")
            writer.begin_line(self.name, None)
            return None, state, limit
        return resumed, state, limit

    def _fresh(
        self, line: Sequence[str], resumed: Resumed | None, state: State, limit: int | None
    ) -> tuple[list[LineCommit], list[LineCommit]]:
        """The commits to append, and the stored ones of the batch that they may continue; oldest first."""
        after = resumed.record.commit if resumed is not None else ""
        log = self._site.repository.first_parent_log
        # The newest piece of work may have begun with the very first commit, which none stands before.
        goes_on = not state.batch_after or state.batch_after in line
        history = log(line[0], None if after else limit, after=state.batch_after if after and goes_on else after)
        if resumed is not None:
            begun = self._begun_before(history, line, after)
            if begun:
                history = log(line[0], after=begun[0])
        if history.partial:
            self._notes.append(history.partial)
        if resumed is None:
            return list(history.commits), []
        # A clone that is shallower now counts from another root: what is stored keeps its numbers, which are truer.
        position = resumed.record.position
        shift = position - (len(line) - 1 - line.index(after))
        numbered = [replace(commit, position=commit.position + shift) for commit in history.commits]
        commits = [commit for commit in numbered if commit.position > position]
        return commits, [commit for commit in numbered if commit.position <= position]

    def _begun_before(self, history: History, line: Sequence[str], after: str) -> tuple[str, ...]:
        """The commit before the oldest stored one of the pieces of work that an orchestrator goes on with ("" = none
        is older), if `history` does not reach back to that; else nothing."""
        read = {commit.commit.id for commit in history.commits}
        fresh = line[: line.index(after)]
        notes = {commit.commit.id: origin_in(commit.note).batch for commit in history.commits}
        wanted = {self._site.order.batch, *(notes[commit] for commit in fresh)} - {""}
        if not fresh or not wanted:
            return ()
        with self._site.store.reader() as reader:
            sql = "SELECT commit, batch FROM log.snapshot WHERE repo = ? AND kind = 'main'"
            stored = {row[0] for row in reader.select(sql, self._site.order.name) if row[1] in wanted}
        oldest = next((at for at in range(len(line) - 1, -1, -1) if line[at] in stored), None)
        if oldest is None or line[oldest] in read:
            return ()
        return ("".join(line[oldest + 1 : oldest + 2]),)

    def _stand(self, walk: Walk, resumed: Resumed, state: State, *, still: bool) -> None:
        """Moves the walk to where the last scan ended; `still` if it ends there again."""
        tree = self._site.repository.tree(resumed.record.commit)
        if still:
            self._tell_configuration(tree)
            self._set_aside(walk, tree)
        changes = tree_changes(tree, on_disk(self._site.repository, tree))
        self._ensure(walk, changes, "reading where the last scan ended")
        if state.standing is not None:
            record = resumed.record
            walk.recall(state.standing, resumed.graph, resumed.derived, record.imports, record.resolved)
        else:
            walk.move(changes, measured=False)
            walk.derived = resumed.derived

    def _fork(self, line: Sequence[str]) -> int | None:
        """The newest stored position whose commit is still on the line; None if nothing is shared."""
        stored = self._stored_line()
        return next((stored[commit] for commit in line if commit in stored), None)

    def _counted_short(self, line: Sequence[str], newest: SnapshotRecord) -> bool:
        """Whether the stored positions count from a commit that is no longer the oldest of this clone: it was shallow
        when they were given, and was deepened since."""
        stored = {newest.commit: newest.position} if newest.commit in line else self._stored_line()
        shared = next(((at, stored[commit]) for at, commit in enumerate(line) if commit in stored), None)
        return shared is not None and len(line) - 1 - shared[0] > shared[1]

    def _reaches_back(self, line: Sequence[str], limit: int | None) -> bool:
        """Whether the line, as far as `limit`, holds commits before the oldest that is stored."""
        stored = self._stored_line()
        if limit is not None and limit <= len(stored):
            return False
        return line[-1] not in stored

    def _stored_line(self) -> dict[str, int]:
        """The commits of the main line as it is stored, with their positions; former lines and branches left out."""
        with self._site.store.reader() as reader:
            sql = "SELECT commit, base_position FROM log.snapshot WHERE repo = ? AND kind = 'main'"
            return {row[0]: row[1] for row in reader.select(sql, self._site.order.name)}

    def _ensure(self, walk: Walk, changes: Changes, text: str) -> None:
        wanted = list(walk.wanted(changes))
        self._site.terms.progress.stage(f"{self._site.order.name}: {text}", len(wanted))
        with self._site.terms.stages("parse"):
            self._site.book.ensure(wanted, lambda done, all_: self._site.terms.progress.done(done))

    # -- beside the main line -----------------------------------------------------------------------------------

    def _branch(self) -> ScanSummary:
        repository, ref = self._site.repository, self._site.order.ref
        head = repository.resolve(ref)
        tree = repository.tree(head)
        made = repository.commits([head])[head]
        changes = tree_changes(tree, on_disk(repository, tree))
        return self._beside("branch", f"branch {ref}", changes, made, {})

    def _worktree(self) -> ScanSummary:
        repository = self._site.repository
        state = repository.worktree(lambda path: language_of(path) is not None, self._site.terms.limits.file_bytes)
        changes: dict[str, TreeFile | None] = {
            path: TreeFile(entry.mode, entry.blob, data=state.contents.get(entry.blob))
            for path, entry in state.entries.items()
        }
        for path, reason in state.skipped.items():
            changes[path] = TreeFile("100644", "", reason=reason)
        made = repository.commits([state.head])[state.head] if state.head else None
        return self._beside("worktree", "work tree", changes, made, state.contents)

    def _beside(
        self,
        kind: str,
        what: str,
        changes: Changes,
        made: Commit | None,
        contents: Mapping[str, bytes],
    ) -> ScanSummary:
        """A snapshot that is never the newest: a branch or the work tree, kept as its difference from the main line."""
        name, writer = self._site.order.name, self._site.writer
        state = State.told(self._site.store, name)
        if not state.main_line:
            writer.repository(name, _root(self._site.repository), "", "")
        commit = made.id if made is not None else ""
        base = self._base(commit)
        walk = walk_of(name, self._site.repository, self._site.book, self._site.terms.policy, contents)
        # What is compared goes by one level: that of the line, where there is a line to compare it with.
        if base.position is None or state.level is None or walk.intent.components:
            walk.settle(changes)
        else:
            walk.intent = replace(walk.intent, level=state.level)
        walk.stages = self._site.terms.stages
        self._ensure(walk, changes, f"reading the {what}")
        walk.move(changes)
        declared = declarations_of(name, self._site.repository, self._site.store, contents)
        declared.move(manifests_in(changes, walk))
        declared.keep()
        delta: dict[str, FileRows | None] = {
            path: rows for path, rows in walk.whole.files.items() if base.graph.files.get(path) != rows
        }
        delta.update(dict.fromkeys(base.graph.files.keys() - walk.whole.files.keys()))
        parent = commit if kind == "worktree" else (made.parents[0] if made is not None and made.parents else "")
        at = int(made.committed_at.timestamp()) if made is not None else 0
        label = kind if kind == "worktree" else commit[:12]
        record = record_of(name, label, commit, parent, at, (self._site.order.batch, self._site.order.agent), walk)
        record = signed(record, made) if made is not None and kind == "branch" else record
        now = compared = Moment(walk.graph, walk.still(), frozenset(walk.tree))
        if base.position is not None:
            compared = Moment(base.graph, base.derived)
            # What the line's history says is said of the line, wherever this one parted from it.
            past = {m.table.name: base.derived.get(m.table.name, ()) for m in measures() if m.scope == "history"}
            rows = walk.rows(walk.graph, base.graph, base.derived, delta, {}, about_change={**walk.derived, **past})
            now = Moment(walk.graph, rows, now.tree)
        with self._site.terms.stages("judge"):
            judgement = judge(
                Sides(now, compared, policy=self._site.policy),
                self._site.terms.rules,
                self._site.policy,
                today=self._site.terms.today,
                baseline=self._site.terms.baseline,
            )
        self._site.terms.stages.judged()
        told = kind == "branch" and base.commit == commit  # by the main line itself
        if told:
            self._notes.append(f"this commit is on the main line, as snapshot {record.snapshot}: none was added")
        if not told or self._stands_apart(kind):
            said = {**walk.derived, **declared.tables}
            writer.side(name, record, kind, base.position, delta, walk.skipped, said, ref=self._site.order.ref)
        if not told:
            writer.findings(name, record.snapshot, [finding_row(row, {}) for row in judgement.rows])
        self._notes += [*judgement.errors, *judgement.not_measured]
        counts = counted(walk.whole)
        accepting = self._site.terms.baseline is not None
        return summary(
            name, what, commit, walk, counts, judgement, (), state.snapshots, 1 - told, self._notes, accepting
        )

    def _base(self, commit: str) -> _Base:
        """Where the stored main line and a commit part: the newest commit of the line that the commit contains."""
        name, repository = self._site.order.name, self._site.repository
        stored = self._stored_line() if self._site.store.published else {}
        fork = commit if commit in stored else ""
        if stored and commit and not fork:
            line = sorted(stored, key=stored.__getitem__)
            lost = set(repository.missing(line))
            line = [made for made in line if made not in lost]
            contained = bisect_left(line, True, key=lambda made: not repository.is_ancestor(made, commit))
            fork = line[contained - 1] if contained else ""
        if not fork:
            if stored:
                self._notes.append(
                    "it does not part from the main line as far as that was read, so it is compared with nothing;"
                    " `plumbrule scan --history all` reads all of it"
                )
            return _Base("", None, MemoryGraph(name), {})
        with self._site.store.reader() as reader:
            newest = reader.newest(name)
            snapshot = "" if newest is not None and newest.commit == fork else f"{name}@{fork[:12]}"
            derived = {table: tuple(rows) for table, rows in reader.derived(name, snapshot).items()}
            return _Base(fork, stored[fork], reader.graph(name, snapshot).in_memory(), derived)

    def _stands_apart(self, kind: str) -> bool:
        """Whether an earlier scan of this ref left a snapshot beside the main line."""
        if not self._site.store.published:
            return False
        with self._site.store.reader() as reader:
            sql = "SELECT 1 FROM log.snapshot WHERE repo = ? AND kind = ? AND ref = ?"
            return bool(reader.select(sql, self._site.order.name, kind, self._site.order.ref))


@dataclass(frozen=True, slots=True)
class _Base:
    """What a snapshot beside the main line is a change of."""

    commit: str  # "" = nothing that is stored
    position: int | None
    graph: MemoryGraph
    derived: Derived


def _moved(before: Level | None, now: Level | None) -> str:
    """That the folders show the components elsewhere; no code is to blame that findings came or went with it."""
    was, here = (visible(level.folder) or "the top folder" if level else "the policy's word" for level in (before, now))
    if was == here:
        return f"the components at {here}, as the folders show them, are told apart in another way now"
    return f"the folders show the components at {here} now, and no longer at {was}"


def _root(repository: Repository) -> str:
    """Where it lies, as text that a database can hold."""
    return os.fsencode(repository.root).decode("utf-8", "backslashreplace")
