"""A walk over a repository, begun from nothing or from where the last scan left it.

Hides what a scan leaves behind as text, and by which prints whoever goes on from it knows that it is still true.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import orjson

from plumbrule import __version__
from plumbrule.data import dataclass
from plumbrule.extract import FactBook
from plumbrule.git import Blobs, Repository, Skipped, blob_id
from plumbrule.git import Entry as GitEntry
from plumbrule.languages import extractor_version, language_of, languages
from plumbrule.measures import measures
from plumbrule.measures.components import Level
from plumbrule.policy import Policy
from plumbrule.resolve import Entry, Memory
from plumbrule.store import Store, engine
from plumbrule.store.near import FOUND, Laying, Near
from plumbrule.store.shape import FINDING
from plumbrule.walk import Standing, TreeFile, Walk

if TYPE_CHECKING:
    from plumbrule.graph import Graph
    from plumbrule.judge import Found, Rule
    from plumbrule.store.reader import Reader
    from plumbrule.tables import Row

_MANIFEST_BYTES = 2_000_000


class Progress(Protocol):
    """Where a long command tells how far it is."""

    def stage(self, text: str, total: int) -> None: ...
    def done(self, count: int) -> None: ...
    def note(self, text: str) -> None:
        """Something the person must know now, e.g. that another scan is waited for."""
        ...


class GitObjects:
    """Reads blobs for the workers (see `extract.Objects`)."""

    def __init__(self, repository: Repository) -> None:
        self._blobs: Blobs = repository.blobs()
        self._format = repository.object_format

    def read(self, blob: str, limit: int) -> bytes | str:
        found = self._blobs.read(blob, limit)
        return found.reason if isinstance(found, Skipped) else found

    def name(self, data: bytes) -> str:
        return blob_id(data, self._format)


def walk_of(
    name: str, repository: Repository, book: FactBook, policy: Policy, contents: Mapping[str, bytes] | None = None
) -> Walk:
    """A walk that stands on no tree yet. `contents` are bytes by blob id of a work tree, which need lie in no object
    store."""
    held = contents or {}
    own = policy.within(name)

    def read(path: str, blob: str, limit: int = _MANIFEST_BYTES) -> bytes | str:
        if blob in held:
            return held[blob]
        # Of a work tree only code is read at once, and named; a manifest may be any file that another one speaks of.
        found = repository.read_blob(blob, limit) if blob else repository.read_disk(path, limit)
        return found.reason if isinstance(found, Skipped) else found

    return Walk(name, book, read, own.intent(), own.excludes)


def tree_changes(tree: Mapping[str, GitEntry], disk: Mapping[str, bytes]) -> dict[str, TreeFile | None]:
    """A whole tree as the changes from nothing; `disk` says where the bytes of a blob may lie."""
    return {path: TreeFile(entry.mode, entry.blob, disk.get(entry.blob, b"")) for path, entry in tree.items()}


def on_disk(repository: Repository, tree: Mapping[str, GitEntry]) -> dict[str, bytes]:
    """Blob id to the file where the same bytes probably lie; quicker to read than the object store."""
    return {
        tree[path].blob: repository.disk_path(path)
        for path in repository.clean_paths(tree)
        if language_of(path) is not None
    }


def instrument() -> str:
    """Names what measures; changes whenever the same bytes could give other rows, so no series mixes two of them."""
    digest = hashlib.sha256()
    for dialect in sorted(languages()):
        digest.update(extractor_version(dialect).encode())
    for folder in ("resolve", "measures", "languages", "extract/manifests/licences"):
        for source in sorted(_sources(f"{Path(__file__).parent}/{folder}", (".py", ".json"))):
            with open(source, "rb") as file:  # noqa: PTH123 - a Path for each took longer than reading it
                digest.update(file.read())
    return digest.hexdigest()[:16]


def instrument_by(reader: Reader | Near) -> str:
    """`instrument`, as the scan found it out where no file of the program was touched since: reading them all takes an
    eighth of a gate."""
    told = reader.told(_untouched()) if isinstance(reader, Near) else None
    return told or instrument()


def _untouched() -> str:
    """Changes whenever a file that measures was written, moved or restored, or something was installed."""
    digest = hashlib.sha256(__version__.encode())
    for place in sys.path:
        with suppress(OSError):
            digest.update(f"{place} {os.stat(place or '.').st_mtime_ns}\0".encode("utf-8", "surrogateescape"))  # noqa: PTH116 - as for `instrument`
    here = str(Path(__file__).parent)
    found = [source for folder in _MEASURING for source in _sources(f"{here}/{folder}", _MEASURING_FILES)]
    for source in sorted([*found, f"{here}/facts.py"]):
        it = os.stat(source)  # noqa: PTH116 - as for `instrument`
        said = f"{source} {it.st_size} {it.st_mtime_ns} {it.st_ctime_ns} {it.st_ino}\0"
        digest.update(said.encode("utf-8", "surrogateescape"))
    return f"instrument {digest.hexdigest()}"


_MEASURING = ("resolve", "measures", "languages", "extract")
_MEASURING_FILES = (".py", ".scm", ".c", ".h", ".json")


def _sources(folder: str, endings: tuple[str, ...] = (".py",)) -> Iterator[str]:
    """The program's own files below a folder."""
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_dir():
                if entry.name != "fixtures":
                    yield from _sources(entry.path, endings)
            elif entry.name.endswith(endings):
                yield entry.path


@dataclass(frozen=True, slots=True)
class State:
    """What one scan leaves for the next, beside the snapshots themselves."""

    used: tuple[str, str] = ("", "")  # (instrument, policy and rules) of every snapshot on the line
    main_line: str = ""
    snapshots: int = 0
    batch_after: str = ""  # the commit before the newest batch, which the next commits may continue; "" = none is older
    counts: Mapping[str, int] = field(default_factory=dict)
    said: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # commit to (batch, agent), by an orchestrator
    standing: Standing | None = None  # of the newest snapshot
    lost: str = ""  # a blob of the line whose bytes this clone lacked
    judged: str = ""  # the commit that findings are stored of
    answered: Mapping[str, str] = field(default_factory=dict)  # rules that gave an answer there; see `answer_prints`
    level: Level | None = None  # by which the components of every snapshot on the line were learned
    readers: str = ""  # version of what read the manifests of every snapshot on the line

    @classmethod
    def told(cls, store: Store, repo: str) -> State:
        """All but the standing, which names every file with all that it is bound to."""
        if not store.published:
            return cls()
        with store.reader() as reader:
            return cls.read(reader, repo)

    @classmethod
    def recalled(cls, store: Store, repo: str) -> State:
        if not store.published:
            return cls()
        with store.reader() as reader:
            return replace(cls.read(reader, repo), standing=standing_of(reader, repo, lazily=False))

    @classmethod
    def read(cls, reader: Reader | Near, repo: str) -> State:
        """All but the standing."""
        text = reader.recall(f"scan:{repo}")
        if text is None:
            return cls()
        kept = json.loads(text)
        said = {commit: (batch, agent) for commit, (batch, agent) in kept["said"].items()}
        used = kept["used"][0], kept["used"][1]
        return cls(
            used, kept["main_line"], kept["snapshots"], kept["batch_after"], kept["counts"], said,
            lost=kept.get("lost", ""), judged=kept.get("judged", ""), answered=kept.get("answered", {}),
            level=_level_of(kept.get("level")), readers=kept.get("readers", ""),
        )  # fmt: skip

    def text(self) -> str:
        return json.dumps(
            {
                "used": self.used,
                "main_line": self.main_line,
                "snapshots": self.snapshots,
                "batch_after": self.batch_after,
                "counts": dict(self.counts),
                "said": dict(self.said),
                "lost": self.lost,
                "judged": self.judged,
                "answered": dict(self.answered),
                "level": self.level
                and (self.level.folder, self.level.modules, sorted(self.level.apart), self.level.parts),
                "readers": self.readers,
            },
            sort_keys=True,
        )


def _level_of(kept: tuple[str, bool, list[str], int] | None) -> Level | None:
    return None if kept is None else Level(kept[0], kept[1], frozenset(kept[2]), kept[3])


def policy_print(policy: Policy, rules: Sequence[Rule]) -> str:
    """Changes with every setting of the policy and with every rule, so that no series mixes two of them."""
    digest = hashlib.sha256(policy.settings().encode("utf-8", "surrogatepass"))
    for rule in rules:
        digest.update(f"{rule.id}\0{rule.sql}\0{rule.severity}\0{rule.parameters}\0".encode())
    return digest.hexdigest()[:16]


def answer_prints(rules: Iterable[Rule]) -> dict[str, str]:
    """By rule, a print of all that its findings hang on beside the graph and `policy_print`: its words, the code that
    judges, and the engine. Findings of another print are not told as if they had been found now."""
    judging = _judging()
    return {
        rule.id: hashlib.sha256(
            f"{judging}\0{rule.message}\0{rule.remedy}\0{rule.needs}\0{rule.alternatives}\0{rule.owner}".encode(
                "utf-8", "surrogatepass"
            )
        ).hexdigest()[:16]
        for rule in rules
    }


def stood_at(reader: Reader | Near, repo: str, state: State, rules: Iterable[Rule], commit: str) -> Stood:
    """By rule, what the scan found when it judged the newest snapshot, if that is this commit; only of rules that would
    answer the same now."""
    prints = answer_prints(rules) if state.judged == commit else {}
    return Stood(reader, repo, [rule for rule, text in prints.items() if state.answered.get(rule) == text])


class Stood(Mapping[str, "tuple[Found, ...]"]):
    """What rules found when the scan judged the newest snapshot; the words of a rule are read when they are asked for.

    `named` is the same without words, where that can be had for less.
    """

    def __init__(self, reader: Reader | Near, repo: str, rules: Collection[str]) -> None:
        self._reader = reader
        self._repo = repo
        found = reader.found(repo) if isinstance(reader, Near) else {}
        self.named = {rule: found.get(rule, frozenset()) for rule in rules} if isinstance(reader, Near) else {}
        self._rules = frozenset(rules)

    def __getitem__(self, rule: str) -> tuple[Found, ...]:
        if rule not in self._rules:
            raise KeyError(rule)
        from plumbrule.judge.findings import Found

        rows = self._reader.worded(self._repo, rule) if isinstance(self._reader, Near) else self._of_all.get(rule, ())
        said = [
            Found(repo, subject, path, line, message, remedy, tuple(evidence or ()), group, *about)
            for repo, subject, path, line, message, remedy, evidence, group, *about in rows
        ]
        return tuple(sorted(said, key=lambda one: one.subject))

    def __contains__(self, rule: object) -> bool:
        return rule in self._rules

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    @cached_property
    def _of_all(self) -> Mapping[str, Collection[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self._reader.rows(FINDING.name, self._repo):
            of = dict(zip(FINDING.names, row, strict=True))
            if of["state"] != "fixed":
                found.setdefault(of["rule"], []).append(tuple([of[name] for name in FOUND]))
        return found


@cache
def _judging() -> str:
    digest = hashlib.sha256(engine.VERSION.encode())
    for source in sorted(_sources(f"{Path(__file__).parent}/judge", (".py", ".sql"))):
        with open(source, "rb") as file:  # noqa: PTH123 - as for `instrument`
            digest.update(file.read())
    return digest.hexdigest()


_TREE, _READERS, _ASKED, _DEFINED = "tree", "readers", "asked", "defined"  # parts of a standing


def standing_rows(standing: Standing) -> list[tuple[str, str, str]]:
    """A standing as a store keeps it; a file is named by its place among all paths."""
    number = {path: index for index, path in enumerate(standing.paths)}
    names = sorted({entry.dialect for entry in standing.entries.values()})
    dialects = {name: index for index, name in enumerate(names)}
    of = [standing.entries.get(path) for path in standing.paths]
    tree = {
        "paths": standing.paths,
        "blobs": [entry.blob if entry is not None else "" for entry in of],
        "names": names,
        "dialects": [dialects[entry.dialect] if entry is not None else -1 for entry in of],
        "folders": dict(sorted(standing.folders.items())),
        "other": sorted(standing.other),
    }

    def numbers(files: Collection[str]) -> list[int]:
        # One that is gone is nobody's user any more.
        return sorted([at for at in map(number.get, files) if at is not None])

    rows = [(_TREE, "", orjson.dumps(tree).decode())]
    for path, names_of in sorted(standing.memory.readers.items()):
        users_of = {name: numbers(users) for name, users in sorted(names_of.items())}
        rows.append((_READERS, path, orjson.dumps(users_of).decode()))
    for part, known in ((_ASKED, standing.memory.asked), (_DEFINED, standing.memory.defined)):
        for what, of_it in sorted(known.items()):
            rows.append((part, what, orjson.dumps(numbers(of_it)).decode()))
    return rows


def standing_of(reader: Reader | Near, repo: str, *, lazily: bool = True) -> Standing | None:
    """The inverse of `standing_rows`; None if none is kept. If `lazily`, it is of use as long as the reader is open."""
    text = reader.standing(repo, _TREE).get("")
    if text is None:
        return None
    tree = orjson.loads(text)
    paths: list[str] = tree["paths"]
    names: list[str] = tree["names"]

    def files(numbers: list[int]) -> list[str]:
        return [paths[number] for number in numbers]

    def readers(text: str) -> Mapping[str, Collection[str]]:
        return {name: files(numbers) for name, numbers in orjson.loads(text).items()}

    def asked(text: str) -> Collection[str]:
        return files(orjson.loads(text))

    def kept(part: str) -> Callable[[Collection[str] | None], Mapping[str, str]]:
        if lazily:
            return lambda keys: reader.standing(repo, part, keys)
        texts = reader.standing(repo, part)
        return lambda keys: texts

    return Standing(
        paths=paths,
        entries={
            path: Entry(blob, names[dialect])
            for path, blob, dialect in zip(paths, tree["blobs"], tree["dialects"], strict=True)
            if dialect >= 0
        },
        folders=tree["folders"],
        other=tree["other"],
        memory=Memory(
            _Kept(kept(_READERS), readers),
            _Kept(kept(_ASKED), asked, singly=_SINGLY),
            _Kept(kept(_DEFINED), asked, singly=_SINGLY),
        ),
    )


_Value = TypeVar("_Value")
_SINGLY = 8  # folders and files that came or went and are asked for one by one; after that all are fetched


class _Kept(Mapping[str, _Value]):
    """Values as texts that are fetched when they are asked for, and read each time: few are asked for twice."""

    def __init__(
        self,
        fetch: Callable[[Collection[str] | None], Mapping[str, str]],
        value: Callable[[str], _Value],
        *,
        singly: int = 0,
    ) -> None:
        self._fetch = fetch
        self._value = value
        self._all: Mapping[str, str] | None = None
        self._singly = singly  # texts that are fetched one by one before all are

    def __getitem__(self, key: str) -> _Value:
        if self._all is None and self._singly > 0:
            self._singly -= 1
            return self._value(self._fetch([key])[key])
        return self._value(self._texts()[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts())

    def __len__(self) -> int:
        return len(self._texts())

    def _texts(self) -> Mapping[str, str]:
        if self._all is None:
            self._all = self._fetch(None)
        return self._all


@contextmanager
def laying_near(store: Store, graphs: Mapping[str, Graph]) -> Iterator[None]:
    """Inside, these newest snapshots are to be published; afterwards what a gate reads of them is at hand."""
    if not graphs:
        yield
        return
    laying = Laying(graphs)
    try:
        yield
        store.lay(
            laying,
            tables=[measure.table.name for measure in measures() if measure.scope == "snapshot"],
            keys=("compiled", "scan", "units"),
            told={_untouched(): instrument()},
        )
    finally:
        laying.end()


def units_of(text: str | None) -> list[Mapping[str, float]]:
    """Figures of earlier commits as a scan remembered them."""
    return units_told(text)[1]


def units_told(text: str | None) -> tuple[int, list[Mapping[str, float]]]:
    """How many units there were before those that are remembered, and their figures."""
    if text is None:
        return 0, []
    said = orjson.loads(text)
    return (0, said) if isinstance(said, list) else (said["before"], said["units"])  # a list: by an older program


def units_text(before: int, units: Sequence[Mapping[str, float]]) -> str:
    """The inverse."""
    return orjson.dumps({"before": before, "units": units}).decode()
