"""One repository, walked from tree to tree: the state between two snapshots and the step from one to the next.

Hides in which order facts, resolution and measures are asked, and what of them must be asked again. Scan, gate, work
tree and the examples of rules all move a `Walk`; none of them knows which files had to be bound again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from plumbrule.data import dataclass
from plumbrule.errors import PlumbruleError
from plumbrule.extract import OTHER_KIND, FactBook, Wanted
from plumbrule.extract.stages import Stages
from plumbrule.git import Entry as Tracked
from plumbrule.git import Repository
from plumbrule.graph import FileRows, Graph, MemoryGraph, RevisedGraph
from plumbrule.languages import Located, Resolver, is_test, language_of, says_needs
from plumbrule.measures import Intent, Measure, Shared, Situation, measures
from plumbrule.measures.components import Level
from plumbrule.measures.drift import levels
from plumbrule.measures.unusual import features
from plumbrule.resolve import EXCLUDED, Entry, Memory, Resolution
from plumbrule.tables import Row

if TYPE_CHECKING:
    from plumbrule.measures.past import Past

SYMLINK, SUBMODULE = "120000", "160000"
OWN_FOLDER = ".plumbrule"
_MOVES = 40_000  # pairs of files that are compared to see what moved in a work tree
_ELSEWHERE = "a submodule: name its repository in the policy to have it scanned"
_LINKED = "a symbolic link: its target is read where it lies"


class TreeFile(NamedTuple):
    """A file as a tree, an index or the disk holds it."""

    mode: str  # "100644", "100755", "120000" or "160000"
    blob: str
    disk: bytes = b""  # where the same bytes may lie on disk
    data: bytes | None = None  # the bytes themselves, when they are in no object store
    reason: str = ""  # why it cannot be read at all: a skipped file


class Read(Protocol):
    """Gives bytes by path and object id, or the reason why there are none."""

    def __call__(self, path: str, blob: str, limit: int = ...) -> bytes | str: ...


Changes = Mapping[str, TreeFile | None]
Derived = Mapping[str, Collection[Row]]


class Claim(NamedTuple):
    """A file that was written by hand and would not count as that any more."""

    path: str
    label: str  # "generated" or "vendored"
    of_itself: bool  # the file itself changed or moved; else something beside it says so


class Habits(NamedTuple):
    """Figures of earlier units of work, oldest first, and of those that a change is made of, by commit."""

    history: tuple[Mapping[str, float], ...]
    units: Mapping[str, Mapping[str, float]]
    pooled: Callable[[], Sequence[Mapping[str, float]]] = tuple  # the newest units of all repositories of a store


@dataclass(frozen=True, slots=True)
class Step:
    """What one move changed."""

    delta: Mapping[str, FileRows | None]  # bundles that differ now; None = the file is gone
    before: Graph
    now: Graph
    derived_before: Derived
    derived: Derived
    shared: Shared = field(default_factory=Shared)  # what was found of this very step on the way


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a tree is known."""

    files: int
    parsed: int
    skipped: int
    other: int
    imports: int
    resolved: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A tree that a walk stood on, beside its graph: what each path is, and who must be bound again when one moves."""

    paths: Sequence[str]  # all of them, sorted; excluded and other ones too
    entries: Mapping[str, Entry]  # of those that are not excluded
    folders: Mapping[str, int]
    other: Collection[str]
    memory: Memory


@dataclass(slots=True)
class Walk:
    """`move` takes it to another tree; the graph and the measures of the tree it stands on are attributes."""

    repo: str
    book: FactBook
    read: Read  # without a limit those of a manifest
    intent: Intent
    excludes: Callable[[str], bool]
    stages: Stages = field(default_factory=Stages)
    graph: Graph = field(init=False)
    derived: Derived = field(init=False, default_factory=dict)
    skipped: dict[str, str] = field(init=False, default_factory=dict)
    other: set[str] = field(init=False, default_factory=set)
    tree: set[str] = field(init=False, default_factory=set)  # every path, excluded and other ones too
    claimed: tuple[Claim, ...] = field(init=False, default=())
    # Measures that failed, by table, and why: for who can say of what hangs on them that it was not measured. None =
    # the fault is raised, so that nothing is kept.
    failed: dict[str, str] | None = field(init=False, default=None)
    # Of the measures that a verdict does not wait for, the tables to fill all the same; None = every one.
    asked: Collection[str] | None = field(init=False, default=None)
    _resolution: Resolution = field(init=False)
    _sums: Counter[str] = field(init=False, default_factory=Counter)
    _touched: set[str] = field(init=False, default_factory=set)  # paths that moves set or removed since `measured`
    _unread: dict[str, str] = field(init=False, default_factory=dict)  # manifests of this move, and why
    # Of those that changed the blobs, first and last; None where there is none, "" of a file on disk without a name.
    _manifests: dict[str, tuple[str | None, str | None]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.graph = MemoryGraph(self.repo)
        self._resolution = Resolution(self.book, self._manifest, self.book.at_once, self.book.processes)

    def settle(self, before: Iterable[str], changes: Changes | None = None, stored: Level | None = None) -> None:
        """From here on the components are those learned from the tree of these paths, unless the policy declares them.

        Of a change it is the tree before it that says where they are: the change has a word only where that one has
        no parts, and where a name it brings must be told from one that is there. `stored` is what was learned from
        `before` already.
        """
        if self.intent.components:
            return
        there, changes = set(before), changes or {}
        came = self._product(path for path, file in changes.items() if file is not None and path not in there)
        level = stored
        if level is None or not level.tells or came:
            code = self._product(there)
            level = Level.learned(sorted(code))
            if came and not level.tells:
                level = Level.learned(sorted((code | came) - {path for path, file in changes.items() if file is None}))
            level = level.told_apart(sorted(code | came))
        self.intent = replace(self.intent, level=level)

    def _product(self, paths: Iterable[str]) -> set[str]:
        """The code among these paths, tests apart; by their names alone, so that it hangs on nothing that is read."""
        return {
            path for path in paths if language_of(path) is not None and not is_test(path) and not self.leaves_out(path)
        }

    def wanted(self, changes: Changes) -> Iterable[Wanted]:
        """The facts that `move` will need for these files; have the book ensure them first, many moves at once."""
        for path, file in changes.items():
            if (
                file is not None
                and not file.reason
                and file.mode not in (SYMLINK, SUBMODULE)
                and not self.leaves_out(path)
            ):
                language = language_of(path)
                if language is not None:
                    yield Wanted(language.dialect, file.blob, file.disk, file.data)

    def move(
        self,
        changes: Changes,
        renamed: Mapping[str, str] | None = None,
        *,
        measured: bool = True,
        taken_at_its_word: bool = True,
    ) -> Step:
        """To the tree with these files set, or removed where None. Without `measured` the derived rows stay behind.

        A file that is not `taken_at_its_word` counts as written by hand if it did before the move: it is told in
        `claimed`, and the graph is that of a judgement, not of the tree.
        """
        entries: dict[str, Entry | None] = {}
        skipped = dict(self.skipped)
        begun = bool(self.tree)
        self._touched.update(changes)
        for path, file in changes.items():
            skipped.pop(path, None)
            self.other.discard(path)
            if begun and says_needs(path):
                first = self._manifests.get(path, (self._resolution.blob(path) or None, None))[0]
                self._manifests[path] = first, file.blob if file is not None else None
            if file is None:
                self.tree.discard(path)
            else:
                self.tree.add(path)
            entries[path] = self._entry(path, file, skipped)
        before, derived_before = self.graph, self.derived
        self._unread = {}
        with self.stages("resolve"):
            found = self._resolution.update(entries)
        self.claimed = ()
        if not taken_at_its_word:
            self.claimed, found = _by_hand(found, before, renamed or {}, changes)
        skipped.update((path, reason) for path, reason in self._unread.items() if path in self.tree)
        before.prefetch(found)
        earlier = {path: before.rows(path) if path in before else None for path in found}
        delta = {path: rows for path, rows in found.items() if earlier[path] != rows}
        for path, rows in delta.items():
            self._sum(earlier[path], -1)
            self._sum(rows, 1)
        self.skipped = self.skipped if skipped == self.skipped else skipped
        if isinstance(before, MemoryGraph):
            self.graph = before.revised(delta, self.skipped)
        else:
            self.graph = RevisedGraph(before, delta, self.skipped)
        step = Step(delta, before, self.graph, derived_before, self.derived, Shared())
        return self.measured(step, renamed or {}) if measured else step

    @contextmanager
    def visiting(self, changes: Changes, back: Changes) -> Iterator[Step]:
        """Another tree for as long as it is asked about; afterwards the walk stands where it stood. `back` are the
        changed files as they are there."""
        parts = ("skipped", "other", "tree", "claimed", "_sums", "_touched", "_unread", "_manifests")
        kept = {name: copy(getattr(self, name)) for name in parts} | {"graph": self.graph, "derived": self.derived}
        try:
            yield self.move(changes, measured=False)
        finally:
            self._resolution.update({path: self._entry(path, file, {}) for path, file in back.items()})
            for name, value in kept.items():
                setattr(self, name, value)

    def between(self, table: str, step: Step, renamed: Mapping[str, str]) -> Collection[Row]:
        """The rows of one measure about a step, by itself."""
        measure = next(one for one in measures() if one.table.name == table)
        delta, shared = step.delta, step.shared
        derived = step.derived_before
        return measure.compute(
            Situation(
                step.now, step.before, delta, self.book, self.intent, derived, derived, renamed,
                shared=shared, declared=self._declared, contents=self,
            )
        )  # fmt: skip

    def measured(self, step: Step, renamed: Mapping[str, str]) -> Step:
        """The step with the derived rows brought on, where `move` left them behind."""
        with self.stages("measure"):
            self.derived = self.rows(
                self.graph, step.before, step.derived_before, step.delta, renamed, shared=step.shared
            )
        self._touched.clear()
        return replace(step, derived=self.derived)

    def rows(
        self,
        now: Graph,
        before: Graph,
        derived_before: Derived,
        changed: Collection[str],
        renamed: Mapping[str, str],
        *,
        about_change: Derived | None = None,
        habits: Habits | None = None,
        shared: Shared | None = None,
    ) -> Derived:
        """Every measure's rows for `now`; with `about_change` (the rows of `now`) those about the change are added.

        With `habits` the measures that a verdict does not wait for are added too. `shared` is what was found already
        where these very sides were compared before.
        """
        rows: dict[str, Collection[Row]] = dict(about_change or {})
        scope = "snapshot" if about_change is None else "change"
        shared, known = shared or Shared(), habits or Habits((), {})
        for measure in measures():
            if measure.scope == scope and (measure.gate or self._is_asked(measure, habits)):
                situation = Situation(
                    now,
                    before,
                    changed,
                    self.book,
                    self.intent,
                    rows,
                    derived_before,
                    renamed,
                    known.history,
                    known.units,
                    shared,
                    self._declared,
                    self,
                    pooled=known.pooled,
                )
                self._fill(rows, measure, situation)
        return rows

    def _is_asked(self, measure: Measure, habits: Habits | None) -> bool:
        """Whether to fill the table of a measure that a verdict does not wait for."""
        if measure.scope == "change":
            return habits is not None
        return self.asked is None or measure.table.name in self.asked

    def _fill(self, rows: dict[str, Collection[Row]], measure: Measure, situation: Situation) -> None:
        """The measure's rows; none at all where it failed, on whichever side, or what it builds upon did."""
        if self.failed is None:
            rows[measure.table.name] = _measured(measure, situation)
            return
        if cause := next((table for table in measure.after if table in self.failed), ""):
            self.failed[measure.table.name] = f"it builds upon {cause}, which was not measured"
        if measure.table.name in self.failed:
            return
        try:
            rows[measure.table.name] = _measured(measure, situation)
        except PlumbruleError:
            raise
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            self.failed[measure.table.name] = f"Plumbrule's own measure failed: {why}; please report it"

    def figures(self, step: Step, renamed: Mapping[str, str]) -> dict[str, float]:
        """What one step did, as the figures that `unusual` compares; empty if it touched no product code."""
        return features(
            Situation(
                step.now,
                step.before,
                step.delta,
                self.book,
                self.intent,
                step.derived,
                step.derived_before,
                renamed,
                shared=step.shared,
            )
        )

    def levels(self, step: Step, earlier: Mapping[str, float]) -> dict[str, float]:
        """Where the series that are watched for drift stand after one step; `earlier` is what this gave before it."""
        return levels(
            Situation(
                step.now,
                step.before,
                step.delta,
                self.book,
                self.intent,
                step.derived,
                step.derived_before,
                {},
                shared=step.shared,
            ),
            earlier,
        )

    @property
    def whole(self) -> MemoryGraph:
        """The graph where every bundle is at hand: always, unless the walk was recalled."""
        assert isinstance(self.graph, MemoryGraph)
        return self.graph

    def told_by(self, past: Past, earlier: Derived) -> Derived:
        """The rows of every measure of the main line's history up to the tree that it stands on; `earlier` are those
        of the place where it was asked for them last."""
        rows: dict[str, Collection[Row]] = dict(self.derived)
        history = [measure for measure in measures() if measure.scope == "history"]
        with self.stages("history"):
            for measure in history:
                rows[measure.table.name] = measure.compute(
                    Situation(
                        self.graph, self.graph, (), self.book, self.intent, rows, earlier, {}, contents=self, past=past
                    )
                )
        return {measure.table.name: rows[measure.table.name] for measure in history}

    def still(self) -> Derived:
        """The measures' rows where nothing changed: those about a change or the past are there, and empty."""
        return {**self.derived, **{m.table.name: () for m in measures() if m.scope != "snapshot"}}

    def provide(self, module: str, name: str, rest: str = "") -> list[tuple[str, str, str]]:
        """(language, file, symbol) that answer when another repository imports `name` of `module` from this one, and
        asks that for `rest`; see `links.Provide`."""
        found = []
        for language in self._resolution.languages():
            resolver = self._resolution.resolver(language)
            answer = resolver.provide(module, name) if resolver is not None else None
            if resolver is None or (isinstance(answer, str) and answer not in self.graph):
                continue
            if not isinstance(answer, str):
                led = self._by_name(resolver, module, name, rest)
                found += [(language, *led)] if led is not None else []
                continue
            around = resolver.provide(module, "")
            package = around if isinstance(around, str) and around in self.graph else ""
            is_submodule = name not in ("", "*") and answer != around
            target = Located(answer, is_submodule=is_submodule, package=package if is_submodule else "")
            found.append((language, *self._resolution.provided(target, name, rest)))
        return found

    def _by_name(self, resolver: Resolver, module: str, name: str, rest: str) -> tuple[str, str] | None:
        """`provide` of a module that is several files: what has as much of the dotted name as any of them has."""
        asked = [part for part in (*([] if name in ("", "*") else [name]), *rest.split(".")) if part]
        for length in range(len(asked), 0, -1):
            target = resolver.provide(module, ".".join(asked[:length]))
            if isinstance(target, Located) and target.path in self.graph:
                return self._resolution.provided(Located(target.path), target.called, ".".join(asked[length:]))
        whole = resolver.provide(module, name) if not asked else None
        return (whole.path, "") if isinstance(whole, Located) and whole.path in self.graph else None

    def offers(self, path: str, name: str) -> bool:
        """Whether others find a definition under this name when they ask that file for it."""
        found = self._resolution.definition(path, name.partition(".")[0])
        return found is not None and (
            "." not in name
            or found.path not in self.graph
            or any(symbol.symbol == name for symbol in self.graph.rows(found.path).symbols)
        )

    def packages(self) -> frozenset[str]:
        """Top-level names under which other repositories import this one."""
        names: frozenset[str] = frozenset()
        for language in self._resolution.languages():
            resolver = self._resolution.resolver(language)
            if resolver is not None:
                names |= resolver.packages()
        return names

    def coverage(self) -> Coverage:
        return Coverage(
            files=self._sums["files"] + len(self.skipped),
            parsed=self._sums["files"],
            skipped=len(self.skipped),
            other=len(self.other),
            imports=self._sums["imports"],
            resolved=self._sums["resolved"],
        )

    def standing(self) -> Standing:
        """What `recall` needs to go on from this tree; not to be used after another move."""
        tree = self._resolution.tree
        return Standing(tuple(sorted(self.tree)), tree.entries, tree.folders(), self.other, self._resolution.memory())

    def recall(self, standing: Standing, graph: Graph, derived: Derived, imports: int, resolved: int) -> None:
        """Stands on a tree whose graph, measures and standing an earlier process stored; nothing is bound again.

        `imports` and `resolved` are the graph's sums. KeyError later on if the facts of its files were not kept.
        """
        entries = dict(standing.entries)
        self.tree, self.other, self.skipped = set(standing.paths), set(standing.other), dict(graph.skipped)
        self.graph, self.derived = graph, derived
        self._sums.update(
            files=sum(1 for entry in entries.values() if entry.dialect), imports=imports, resolved=resolved
        )
        excluded = {path for path in standing.paths if path not in entries and self._is_excluded_code(path)}
        self._resolution.recall(entries, excluded, dict(standing.folders), standing.memory)

    @property
    def aside(self) -> int:
        """How many skipped files are symbolic links, submodules, and no code whatever their endings say."""
        reasons = self.skipped.values()
        return sum(1 for reason in reasons if reason in (_ELSEWHERE, _LINKED) or reason.startswith(OTHER_KIND))

    def _declared(self, package: str) -> bool:
        """Whether manifests that changed speak of this package more often than they did when the walk began."""
        spoken = [0, 0]
        word = re.sub(r"[-_.]+", "-", package).lower().encode()
        for path, blobs in self._manifests.items():
            for side, blob in enumerate(blobs):
                written = self.read(path, blob) if blob is not None else b""
                if isinstance(written, bytes):
                    spoken[side] += re.sub(rb"[-_.]+", b"-", written).lower().count(word)
        return spoken[1] > spoken[0]

    def _manifest(self, path: str, blob: str) -> bytes:
        """Its bytes; what cannot be read says nothing, and is a skipped file: names may hang on it."""
        found = self.read(path, blob)
        if isinstance(found, bytes):
            return found
        self._unread[path] = found
        return b""

    def _sum(self, rows: FileRows | None, sign: int) -> None:
        if rows is not None:
            self._sums["files"] += sign
            self._sums["imports"] += sign * rows.imports
            self._sums["resolved"] += sign * rows.resolved

    def _judge(self, path: str, file: TreeFile) -> tuple[str, str]:
        """(reason to skip it, dialect); both empty for a file of no known language."""
        if file.mode == SUBMODULE:
            return _ELSEWHERE, ""
        language = language_of(path)
        if language is None:
            return "", ""
        if file.mode == SYMLINK:
            return _LINKED, ""
        if file.reason:
            return file.reason, ""
        reason = self.book.reason(language.dialect, file.blob)
        return (reason, "") if reason is not None else ("", language.dialect)

    def _entry(self, path: str, file: TreeFile | None, skipped: dict[str, str]) -> Entry | None:
        """A file as the tree holds it; `skipped` and `other` are added to."""
        if file is None or self.leaves_out(path):
            return EXCLUDED if file is not None and self._is_excluded_code(path) else None
        reason, dialect = self._judge(path, file)
        if reason:
            skipped[path] = reason
        elif not dialect:
            self.other.add(path)
        return Entry(file.blob, dialect)

    def named(self, means: Callable[[str], bool]) -> dict[str, str]:
        """Object ids by path, of files of the tree that are not excluded and whose path is meant."""
        return {path: self._resolution.blob(path) for path in self.tree if means(path) and not self.leaves_out(path)}

    def moved(self, path: str) -> bool:
        """Whether a file was set since rows were last derived."""
        return path in self._touched

    def leaves_out(self, path: str) -> bool:
        """Whether this path is not analysed at all."""
        return is_ours(path) or self.excludes(path)

    def _is_excluded_code(self, path: str) -> bool:
        """Of a file that is out: whether it is code that other code may name."""
        return language_of(path) is not None and not is_ours(path)


def is_ours(path: str) -> bool:
    """Whether a file is Plumbrule's own, such as a store."""
    return path.startswith(OWN_FOLDER + "/") or f"/{OWN_FOLDER}/" in path


def _by_hand(
    found: dict[str, FileRows | None], before: Graph, renamed: Mapping[str, str], changes: Changes
) -> tuple[tuple[Claim, ...], dict[str, FileRows | None]]:
    """The files that are labelled as not written here and were not, under the name that they had, in the graph before;
    and all bundles, these as those of code written by hand."""
    claims = []
    judged = dict(found)
    for path, rows in found.items():
        old = renamed.get(path, path)
        if rows is None or rows.file.is_written_here or old not in before or not before.rows(old).file.is_written_here:
            continue
        said = {"generated": rows.file.is_generated, "vendored": rows.file.is_vendored}
        claims += [Claim(path, label, path in changes) for label, so in said.items() if so]
        judged[path] = replace(rows, file=rows.file._replace(is_generated=False, is_vendored=False))
    return tuple(sorted(claims)), judged


def _measured(measure: Measure, situation: Situation) -> Collection[Row]:
    earlier = situation.earlier.get(measure.table.name)
    reusable = earlier is not None and measure.reads_edges and measure.scope != "change"
    if earlier is not None and reusable and not any(_edges_differ(situation, path) for path in situation.changed):
        return earlier
    return measure.compute(situation)


def _edges_differ(situation: Situation, path: str) -> bool:
    if (path in situation.now) != (path in situation.before):
        return True
    return path in situation.now and (
        [d for d in situation.now.rows(path).dependencies if d.kind == "import"]
        != [d for d in situation.before.rows(path).dependencies if d.kind == "import"]
    )


def moved_on_disk(repository: Repository, old_tree: Mapping[str, Tracked], changes: Changes) -> dict[str, str]:
    """New path to old path of files that moved into the work tree, which git compares with no commit for us.

    As git has it: first those with the same bytes, then those that share most of their lines.
    """
    gone = {path: old_tree[path].blob for path, file in sorted(changes.items()) if file is None and path in old_tree}
    came = {path: file for path, file in sorted(changes.items()) if file is not None and path not in old_tree}
    found: dict[str, str] = {}
    for new, file in came.items():
        same = [old for old, blob in gone.items() if blob == file.blob]
        if same:
            found[new] = same[0]
            del gone[same[0]]
    came = {new: file for new, file in came.items() if new not in found and language_of(new) is not None}
    gone = {old: blob for old, blob in gone.items() if language_of(old) is not None}
    if len(came) * len(gone) > _MOVES:
        return found

    def lines(blob: str, data: bytes | None) -> Counter[bytes]:
        read = repository.read_blob(blob) if data is None and blob else data
        return Counter(read.splitlines(keepends=True) if isinstance(read, bytes) else ())

    before = {old: lines(blob, None) for old, blob in gone.items()}
    now = {new: lines(file.blob, file.data) for new, file in came.items()}
    likeness = sorted((-_alike(now[new], before[old]), new, old) for new in now for old in before)
    for negative, new, old in likeness:
        if -negative >= 0.5 and new not in found and old not in found.values():
            found[new] = old
    return found


def _alike(one: Counter[bytes], other: Counter[bytes]) -> float:
    """Share of the larger side's bytes that stand in lines of both, 0 to 1."""
    larger = max(sum(len(line) * many for line, many in side.items()) for side in (one, other))
    return sum(len(line) * many for line, many in (one & other).items()) / larger if larger else 0.0
