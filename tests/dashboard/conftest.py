"""A store as a scan would leave it, written through the store's own door: thirty batches, bad names."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from plumbrule.facts import Body, Interface
from plumbrule.graph import Dependency, FileRow, FileRows, MemoryGraph, Unresolved
from plumbrule.measures import Intent, Situation, measures
from plumbrule.store import BatchRow, FindingRow, SnapshotRecord, Store, TrendRow
from plumbrule.store.writer import Writer
from plumbrule.tables import Row

DAY = 86_400
START = int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp())
AGENTS = ("codex", "claude", "", "copilot", "codex")
PARTS = {"web": 14, "api": 11, "orders": 16, "billing": 12, "catalog": 18, "search": 7, "accounts": 9, "shared": 21}
ALLOWED_ORDER = ("web", "api", "orders", "billing", "search", "catalog", "accounts", "shared")
HOSTILE_PATH = "web/<script>alert(1)</script>\n'\"; DROP TABLE finding;--\u202egnp.py"
HOSTILE_AGENT = "<img src=x onerror=alert(2)>"
HOSTILE_BATCH = "b\n](javascript:alert(3)) ![x](http://192.0.2.1/x.png) $x$ :smile:"
HOSTILE_REPO = "<b>bad</b> `repo`\n*x*"
_STRUCTURE = {"file_component", "component", "component_dependency", "cycle", "cycle_edge"}


class _NoFacts:
    def interface(self, dialect: str, blob: str) -> Interface:
        raise KeyError(blob)

    def body(self, dialect: str, blob: str) -> Body:
        raise KeyError(blob)


@dataclass
class System:
    """A repository as imports between files, and what a scan would say of it at each step."""

    name: str
    imports: dict[str, set[str]] = field(default_factory=dict)
    unresolved: int = 0

    def rows(self, path: str) -> FileRows:
        needs = sorted(self.imports[path])
        lost = [Unresolved(99, "lost.module", "no file of this name")] * (self.unresolved if path == "web/m0.py" else 0)
        return FileRows(
            FileRow(
                "python", "python", hashlib.sha1(path.encode("utf-8", "replace")).hexdigest(), 40, 30, False, False
            ),
            (),
            (),
            tuple(Dependency(dst, "import", False, False, 3 + n, "thing", 1.0) for n, dst in enumerate(needs)),
            (),
            (),
            tuple(lost),
            len(needs) + len(lost),
            len(needs),
        )

    def graph(self) -> MemoryGraph:
        return MemoryGraph(self.name, {path: self.rows(path) for path in sorted(self.imports)})

    def needs(self, src: str, dst: str) -> None:
        self.imports.setdefault(dst, set())
        self.imports.setdefault(src, set()).add(dst)


def may_depend(src: str, dst: str) -> bool:
    if src not in ALLOWED_ORDER or dst not in ALLOWED_ORDER:
        return True
    return ALLOWED_ORDER.index(src) <= ALLOWED_ORDER.index(dst)


def derived(graph: MemoryGraph, parts: Collection[str]) -> dict[str, Collection[Row]]:
    intent = Intent(tuple((part, (f"{part}/**",)) for part in parts), may_depend)
    rows: dict[str, Collection[Row]] = {}
    for measure in measures():
        if measure.table.name in _STRUCTURE:
            situation = Situation(graph, MemoryGraph(graph.repo), [], _NoFacts(), intent, rows, {}, {})
            rows[measure.table.name] = measure.compute(situation)
    return rows


def finding(repo: str, rule: str, subject: str, batch: str, agent: str, at: int, **more: object) -> FindingRow:
    identity = hashlib.sha256(f"{rule}{repo}{subject}".encode()).hexdigest()[:12]
    src, _, dst = subject.partition(" -> ")
    severity = {"dependency-cycle": "error", "layer-breach": "error", "oversized-file": "warning"}.get(rule, "info")
    values: dict[str, object] = {
        "finding": identity, "rule": rule, "severity": severity, "state": "new", "subject": subject, "path": src,
        "line": 3,
        "message": f"{src} needs {dst}, which may not be" if dst else f"{src} holds 4,120 lines",
        "evidence": (f"{src}:3 imports {dst}", f"{dst}:7 imports {src}") if dst else (f"{src}: 4,120 lines",),
        "first_commit": commit_id(repo, at), "first_batch": batch, "first_agent": agent, "first_at": at,
        "remedy": "Move the name to where its knowledge belongs.",
    }  # fmt: skip
    return FindingRow(**{**values, **more})  # type: ignore[arg-type]  # a row of plain values, spelled by name


def commit_id(repo: str, at: int) -> str:
    return hashlib.sha1(f"{repo}{at}".encode()).hexdigest()


@dataclass
class Filling:
    """Writes one repository step by step; each step is a commit and a batch of its own."""

    writer: Writer
    system: System
    parts: Collection[str]
    findings: dict[str, FindingRow] = field(default_factory=dict)
    stood: dict[str, FindingRow] = field(default_factory=dict)  # at the step before
    position: int = -1
    at: int = START
    kept: MemoryGraph | None = None
    left_out: Collection[str] = ()  # measures that find nothing

    def step(self, batch: str, agent: str, *, hours: float = 44, breaks: int = 0) -> None:
        self.position += 1
        self.at += int(hours * 3600)
        repo, writer = self.system.name, self.writer
        graph = self.system.graph()
        old = self.kept.files if self.kept is not None else {}
        delta: dict[str, FileRows | None] = {p: rows for p, rows in graph.files.items() if old.get(p) != rows}
        delta |= dict.fromkeys(old.keys() - graph.files.keys())
        rows = {name: () if name in self.left_out else of for name, of in derived(graph, self.parts).items()}
        commit = commit_id(repo, self.at)
        record = SnapshotRecord(
            f"{repo}@{commit[:12]}", repo, self.position, commit, "", self.at, batch, agent, len(graph.files),
            len(graph.files), 0, sum(r.imports for r in graph.files.values()),
            sum(r.resolved for r in graph.files.values()), f"do what {batch} asks", "Ada Lovelace",
        )  # fmt: skip
        writer.append(repo, record, delta, {}, rows)
        channel = "trailer" if agent else ""
        writer.batches(repo, [BatchRow(batch, agent, channel, 0.9 if agent else 0.0, commit, commit, self.at, self.at)])
        now = {one.finding: one for one in self.findings.values() if not one.of_change}
        fixed = [one._replace(state="fixed") for name, one in self.stood.items() if name not in now]
        new = now.keys() - self.stood.keys() if self.position else set()
        writer.findings(repo, record.snapshot, [*self.findings.values(), *fixed])
        writer.trend(repo, record.snapshot, self._trend(graph, rows, breaks, len(new), len(fixed)))
        self.kept, self.stood = graph, now

    def _trend(
        self, graph: MemoryGraph, rows: Mapping[str, Collection[Row]], breaks: int, new: int, fixed: int
    ) -> list[TrendRow]:
        by_rule: dict[str, int] = dict.fromkeys(("dependency-cycle", "layer-breach", "oversized-file"), 0)
        by_severity = dict.fromkeys(("error", "warning", "info"), 0)
        for one in self.findings.values():
            if not one.of_change:
                by_rule[one.rule] = by_rule.get(one.rule, 0) + 1
                by_severity[one.severity] += 1
        edges = [row for row in rows["component_dependency"] if row[1] != row[2]]
        cyclic = {name for row in rows["cycle_edge"] if row[1] == "file" for name in (row[4], row[5])}
        counts: dict[str, float] = {
            "files": len(graph.files),
            "dependencies": sum(len(r.dependencies) for r in graph.files.values()),
            "cycles.file": sum(row[1] == "file" for row in rows["cycle"]),
            "cycles.component": sum(row[1] == "component" for row in rows["cycle"]),
            "files_in_cycles": len(cyclic),
            "component_edges": len(edges),
            "component_edges.not_allowed": sum(not row[4] for row in edges),
            "unresolved": self.system.unresolved,
            "findings": sum(by_severity.values()),
            "new": new,
            "fixed": fixed,
            "of_change": len(self.findings) - sum(by_severity.values()),
            "contract_breaks": breaks,
            **{f"findings.{name}": number for name, number in {**by_rule, **by_severity}.items()},
        }
        return [TrendRow(name, value) for name, value in counts.items()]


def a_shop() -> System:
    """Eight components whose imports run down, but for one cycle."""
    shop = System("shop")
    for part, size in PARTS.items():
        for n in range(size):
            shop.imports[f"{part}/m{n}.py"] = set()
    for place, part in enumerate(ALLOWED_ORDER):
        for step, lower in enumerate(ALLOWED_ORDER[place + 1 :], 1):
            for n in range(max(0, (PARTS[part] * PARTS[lower]) // (45 * step))):
                shop.needs(f"{part}/m{n % PARTS[part]}.py", f"{lower}/m{(n * 3 + step) % PARTS[lower]}.py")
    return shop


def fill_shop(writer: Writer, steps: int = 30) -> None:
    shop = a_shop()
    writer.repository("shop", "/srv/shop", "", "refs/heads/main")
    writer.remember("policy:shop", json.dumps({"path": "plumbrule.toml", "commit": "4d1f" * 10, "hash": "77aa"}))
    filling = Filling(writer, shop, tuple(PARTS))
    breaches = (("shared", "orders"), ("catalog", "orders"), ("billing", "web"), ("accounts", "catalog"))
    filling.step("batch-1", "codex")
    for number in range(2, steps + 1):
        agent, batch = AGENTS[number % len(AGENTS)], f"batch-{number}"
        if number % 4 == 0:
            src, dst = breaches[number // 4 % len(breaches)]
            one, two = f"{src}/m{number % PARTS[src]}.py", f"{dst}/m{(number * 2) % PARTS[dst]}.py"
            shop.needs(one, two)
            shop.needs(two, one)
            for rule in ("layer-breach", "dependency-cycle"):
                made = finding("shop", rule, f"{one} -> {two}", batch, agent, filling.at + 158_400)
                filling.findings[made.finding] = made
        if number % 7 == 0:
            made = finding("shop", "oversized-file", f"catalog/m{number % 18}.py", batch, agent, filling.at + 158_400)
            filling.findings[made.finding] = made
        if number % 9 == 0 and filling.findings:
            filling.findings.pop(sorted(filling.findings)[0])
        if number == steps - 2:
            shop.needs(HOSTILE_PATH, "shared/m1.py")
            made = finding(
                "shop", "layer-breach", f"{HOSTILE_PATH} -> shared/m1.py", batch, HOSTILE_AGENT, filling.at + 158_400
            )
            filling.findings[made.finding] = made
        shop.unresolved = number % 5
        filling.step(batch, agent, breaks=(number % 8 == 3 and number % 5) or 0)


def fill_bad(writer: Writer) -> None:
    """A repository whose own name, batches and agents are hostile; its history lies on the shop's."""
    bad = System(HOSTILE_REPO)
    bad.needs("one/<i>.py", "two/a.py")
    writer.repository(bad.name, "/srv/bad", "", "main")
    writer.remember(f"policy:{bad.name}", json.dumps({"path": "", "commit": "", "hash": ""}))
    filling = Filling(writer, bad, ("one", "two"))
    filling.step("first", "")
    made = finding(
        bad.name, "layer-breach", "one/<i>.py -> two/a.py", HOSTILE_BATCH, HOSTILE_AGENT, filling.at + 300 * 3600
    )
    filling.findings[made.finding] = made
    filling.step(HOSTILE_BATCH, HOSTILE_AGENT, hours=300)


def fill_about_one_change(writer: Writer) -> None:
    """A repository whose first batch broke a contract, which the judgement of the second does not repeat."""
    lib = System("lib")
    lib.needs("lib/b.py", "lib/a.py")
    writer.repository("lib", "/srv/lib", "", "main")
    filling = Filling(writer, lib, ("lib",))
    broken = finding(
        "lib", "contract-break", "lib/a.py::price", "first", "codex", filling.at, finding="c0ffee000000",
        of_change=True, remedy="Keep `price`, or change `[[layers]]`. See <b>.",
    )  # fmt: skip
    filling.findings[broken.finding] = broken
    filling.step("first", "codex")
    filling.findings.clear()
    filling.step("second", "codex")


def make_store(folder: Path, *fill: Callable[[Writer], None]) -> Path:
    with Store.open(folder).writer(lambda _: None) as writer:
        for one in fill:
            one(writer)
        writer.publish()
    return folder


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("template") / "store", fill_shop, fill_bad)


@pytest.fixture
def store(_template: Path, tmp_path: Path) -> Path:
    """Two repositories: `shop` with thirty batches, and one with a hostile name."""
    folder = tmp_path / "store"
    shutil.copytree(_template, folder)
    return folder


@pytest.fixture
def write_store() -> Callable[..., Path]:
    """`write_store(folder, fill, ...)` publishes what these write as one generation; more calls make more."""
    return make_store


@pytest.fixture
def one_snapshot() -> Callable[[Writer], None]:
    """A shop that was scanned once, without history."""
    return lambda writer: fill_shop(writer, 1)


@pytest.fixture
def shop_after() -> Callable[[int], Callable[[Writer], None]]:
    """`shop_after(27)`: the shop as it stood after its 27th batch."""
    return lambda steps: lambda writer: fill_shop(writer, steps)


@pytest.fixture
def reached_through() -> Callable[[Writer], None]:
    """A repository one file of which reaches into the insides of another component."""

    def fill(writer: Writer) -> None:
        ports = System("ports")
        ports.needs("sea/dock.py", "land/_crane.py")
        writer.repository("ports", "/srv/ports", "", "main")
        filling = Filling(writer, ports, ("sea", "land"))
        filling.step("first", "")
        made = finding(
            "ports", "reach-through", "sea/dock.py -> land/_crane.py", "second", "codex", filling.at + 158_400
        )
        filling.findings[made.finding] = made
        filling.step("second", "codex")

    return fill


@pytest.fixture
def two_cycles() -> Callable[[Writer], None]:
    """A repository with two cycles, whose edges alternate in the alphabet."""

    def fill(writer: Writer) -> None:
        knots = System("knots")
        writer.repository("knots", "/srv/knots", "", "main")
        filling = Filling(writer, knots, ("one",))
        for src, dst, cycle in (("a", "c", "one/a.py"), ("b", "d", "one/b.py"), ("c", "a", "one/a.py")):
            knots.needs(f"one/{src}.py", f"one/{dst}.py")
            subject = f"one/{src}.py -> one/{dst}.py"
            made = finding("knots", "dependency-cycle", subject, "first", "", filling.at, grouped_by=cycle)
            filling.findings[made.finding] = made
        filling.step("first", "")

    return fill


@pytest.fixture
def loose_both_ways() -> Callable[[Writer], None]:
    """Two components that import each other, though the measure counts no cycle: it leaves loose files out."""

    def fill(writer: Writer) -> None:
        loose = System("loose")
        writer.repository("loose", "/srv/loose", "", "main")
        filling = Filling(writer, loose, ("one", "top"), left_out=("cycle", "cycle_edge"))
        loose.needs("top/a.py", "one/a.py")
        loose.needs("one/a.py", "top/b.py")
        filling.step("first", "")

    return fill


@pytest.fixture
def about_one_change() -> Callable[[Writer], None]:
    """A repository whose first batch broke a contract, as finding c0ffee000000; the second did not."""
    return fill_about_one_change


@pytest.fixture
def bad_names() -> Callable[[Writer], None]:
    """A repository whose own name, batches and agents are hostile."""
    return fill_bad


@pytest.fixture
def hostile() -> SimpleNamespace:
    """The hostile names that the store holds."""
    return SimpleNamespace(path=HOSTILE_PATH, agent=HOSTILE_AGENT, batch=HOSTILE_BATCH, repo=HOSTILE_REPO)


@pytest.fixture
def told_by_its_past() -> Callable[[Writer], None]:
    """A repository of which the measures of history told something, under names that mean harm."""

    def fill(writer: Writer) -> None:
        past = System("past")
        past.needs(HOSTILE_PATH, "two/a.py")
        writer.repository("past", "/srv/past", "", "main")
        Filling(writer, past, ("two",)).step("first", "")
        writer.append(
            "past",
            SnapshotRecord("past@1", "past", 1, "b" * 40, "", START + 9, "first", "", 2, 2, 0, 1, 1),
            {},
            {},
            {
                "co_change": [("past", HOSTILE_PATH, "two/b.py", 7, 8, 9, 0.82, 0.4, 0.001, "")],
                "knowledge": [("past", "two", 12, 3, 1, HOSTILE_AGENT, 0.75, 0.25)],
                "hotspot": [("past", HOSTILE_PATH, 9, 40, 300, 2)],
                "rework": [("past", "2026-01-05", 4, 90, 60, 15, 6, 3, 0)],
                "drift": [
                    ("past", "nccd", "how much", 2.5, 8.0, 4.0, 0.1, 0.6, "c" * 40, 160, 2.0, True, ""),
                    ("past", "erosion", "share", 0.3, 1.0, 4.0, 0.1, 0.1, "c" * 40, 160, 0.3, False, ""),
                ],
            },
        )

    return fill
