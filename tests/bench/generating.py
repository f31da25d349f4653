"""Repositories that nobody wrote: equal shapes give equal bytes, history included.

Components of packages of files, which import mostly their neighbours and what lies below, now and then what lies above;
some files are imported by very many. What functions do is drawn at random, so few are alike. History rewrites
functions of a few files a commit, the same files again and again, adds files, and drops some that nobody imports.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path, PurePosixPath
from random import Random

from spelling import SPELLINGS, Import, Spelling, Unit, camel  # beside this file

_FIRST = 1_700_000_000  # seconds since 1970 of the first commit
_PACKAGE = 12  # files of a package
_PEOPLE = ("Ada", "Barbara", "Edsger", "Grace", "Ken", "Margaret", "codex-agent", "claude-agent")
_VERBS = (
    "apply", "build", "check", "collect", "compare", "convert", "count", "derive", "draft", "enrich", "fetch", "find",
    "fold", "group", "hold", "index", "join", "load", "match", "merge", "move", "order", "parse", "plan", "price",
    "rank", "release", "render", "reserve", "resolve", "route", "settle", "split", "store", "sum", "trace", "verify",
)  # fmt: skip
_NOUNS = (
    "account", "address", "basket", "batch", "bill", "booking", "carrier", "catalog", "claim", "contract", "credit",
    "customer", "delivery", "discount", "entry", "event", "fee", "fund", "invoice", "item", "ledger", "limit", "market",
    "offer", "order", "parcel", "partner", "payment", "period", "plan", "policy", "price", "product", "quota", "rate",
    "receipt", "refund", "region", "report", "route", "rule", "segment", "session", "shipment", "slot", "stock",
    "supplier", "tariff", "tax", "ticket", "token", "transfer", "voucher", "wallet", "warehouse", "zone",
)  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """What a generated repository is like."""

    language: str  # of SPELLINGS
    files: int  # of code, but for those that only mark a package
    commits: int = 1
    seed: int = 1
    touched: int = 3  # files a commit changes, about

    def name(self) -> str:
        return f"generated-{self.language}-{self.files}x{self.commits}-{self.seed}-{self.touched}"


@dataclass(frozen=True)
class Module:
    """One file: where it lies, and what is in it."""

    path: str
    component: int
    is_test: bool
    units: tuple[Unit, ...]


@dataclass
class Project:
    """A tree of such files, which can be written, and walked on by commits."""

    shape: Shape
    modules: dict[int, Module] = field(default_factory=dict)
    used: dict[int, int] = field(default_factory=dict)  # by module, how many imports lead there; never too few

    def __post_init__(self) -> None:
        self._chance = Random(f"{self.shape.language} {self.shape.files} {self.shape.seed}")
        self._spelling: Spelling = SPELLINGS[self.shape.language]
        self._numbers = count()
        self._components = max(3, round(self.shape.files**0.4))
        for number in range(self.shape.files):
            self._add(number * self._components // self.shape.files)
        # What is below must be there before it can be imported.
        for number, module in list(self.modules.items()):
            self.modules[number] = replace(module, units=tuple(self._bound(number, unit) for unit in module.units))

    def tree(self) -> dict[str, str]:
        """Every file by its path."""
        files = {module.path: self._text(module) for module in self.modules.values()}
        return files | self._spelling.beside(sorted(files))

    def commit(self) -> dict[str, str | None]:
        """Walks on by one commit; the files that it sets, or deletes (None)."""
        chance = self._chance
        touched = min(len(self.modules), 1 + round(chance.expovariate(1 / max(0.01, self.shape.touched - 1))))
        numbers = sorted(self.modules)
        # Few files get most of the changes.
        chosen = {numbers[int(len(numbers) * chance.random() ** 2.5)] for _ in range(touched)}
        changed: dict[str, str | None] = {}
        for number in sorted(chosen):
            self.modules[number] = self._edited(number)
            changed[self.modules[number].path] = self._text(self.modules[number])
        if chance.random() < 0.12:
            number = self._add(self.modules[min(chosen)].component)
            self.modules[number] = replace(
                self.modules[number],
                units=tuple(self._bound(number, unit) for unit in self.modules[number].units),
            )
            changed[self.modules[number].path] = self._text(self.modules[number])
        if chance.random() < 0.05:
            lonely = [number for number in numbers if not self.used.get(number) and number not in chosen]
            if lonely:
                changed[self.modules.pop(chance.choice(lonely)).path] = None
        beside = self._spelling.beside(sorted(path for path, text in changed.items() if text is not None))
        return {**{path: text for path, text in beside.items() if "/" in path}, **changed}

    def _add(self, component: int) -> int:
        chance, number = self._chance, next(self._numbers)
        home = f"{_NOUNS[component % len(_NOUNS)]}{component // len(_NOUNS) or ''}"
        package = f"{_NOUNS[(number // _PACKAGE * 7) % len(_NOUNS)]}_{number // _PACKAGE}"
        name = f"{chance.choice(_NOUNS)}_{chance.choice(_NOUNS)}_{number}"
        size = 1 + min(24, int(self._spelling.units * chance.lognormvariate(1.1, 0.8)))
        units = tuple(self._unit(position) for position in range(size))
        is_test = chance.random() < 0.15
        path = self._spelling.path(home, package, name, is_test=is_test)
        self.modules[number] = Module(path, component, is_test, units)
        return number

    def _unit(self, position: int) -> Unit:
        chance = self._chance
        kind = chance.choices(("function", "class", "constant"), (6, 2, 1))[0]
        name = f"{chance.choice(_VERBS)}_{chance.choice(_NOUNS)}_{chance.choice(_NOUNS)}_{position}"
        spelled = {"function": name, "class": camel(name), "constant": name.upper()}[kind]
        return Unit(kind, spelled, position, chance.getrandbits(48))

    def _bound(self, number: int, unit: Unit) -> Unit:
        """With what it uses of other files."""
        chance = self._chance
        if unit.kind == "constant":
            return unit
        wanted = self._spelling.uses * chance.choices(range(5), (3, 4, 3, 1, 1))[0]
        uses = [self._use(number) for _ in range(round(wanted))]
        for one in uses:
            self.used[one.module] = self.used.get(one.module, 0) + 1
        return unit._replace(uses=tuple(one for one in uses if one.module != number))

    def _use(self, number: int) -> Import:
        chance, total = self._chance, max(self.modules)
        draw = chance.random()
        package = number // _PACKAGE * _PACKAGE
        if draw < 0.48:  # a neighbour below
            other = package + int((number - package) * chance.random())
        elif draw < 0.5:  # any neighbour: now and then that closes a cycle
            other = package + chance.randrange(_PACKAGE)
        elif draw < 0.998:  # below; some there are everybody's
            other = int(number * chance.random() ** 3)
        else:  # it breaks the layers, and may close a big cycle
            other = chance.randrange(total + 1)
        if other not in self.modules or self.modules[other].is_test:
            other = number
        module = self.modules[other]
        return Import(other, module.path, chance.choice(module.units).name)

    def _edited(self, number: int) -> Module:
        chance, module = self._chance, self.modules[number]
        units = list(module.units)
        draw = chance.random()
        if draw < 0.2:
            units.append(self._bound(number, self._unit(1 + max(one.position for one in units))))
        else:
            place = chance.randrange(len(units))
            changed = units[place]._replace(seed=chance.getrandbits(48))
            units[place] = self._bound(number, changed) if draw < 0.45 else changed
        return replace(module, units=tuple(units))

    def _text(self, module: Module) -> str:
        return self._spelling.text(module.path, module.units)


def generate(shape: Shape, folder: Path) -> None:
    """Writes the repository there: a git repository on branch `main` with its work tree."""
    folder.mkdir(parents=True)
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    with subprocess.Popen([*git, "fast-import", "--quiet", "--date-format=raw"], stdin=subprocess.PIPE) as importing:
        assert importing.stdin is not None
        for part in stream(shape):
            importing.stdin.write(part)
    if importing.returncode:
        raise OSError(f"git fast-import left with {importing.returncode}")
    subprocess.run([*git, "reset", "-q", "--hard", "main"], check=True)


def stream(shape: Shape) -> Iterator[bytes]:
    """The repository as `git fast-import` reads it."""
    project = Project(shape)
    chance = Random(f"commits {shape.seed}")
    at, person = _FIRST, _PEOPLE[0]
    for number in range(shape.commits):
        files: dict[str, str | None] = {**project.tree()} if number == 0 else project.commit()
        # A piece of work is several commits of one person, close together.
        if chance.random() < 0.3:
            person, at = chance.choice(_PEOPLE), at + 3600 * chance.randint(3, 40)
        else:
            at += 60 * chance.randint(2, 25)
        who = f"{person} <{person.lower()}@example.org> {at} +0000"
        names = [PurePosixPath(path).stem for path in sorted(files) if not path.endswith("__init__.py")]
        said = "begin" if number == 0 else f"change {', '.join(names)}"
        yield f"commit refs/heads/main\nauthor {who}\ncommitter {who}\n".encode()
        yield _data(said)
        for path, text in sorted(files.items()):
            if text is None:
                yield f"D {path}\n".encode()
            else:
                yield f"M 100644 inline {path}\n".encode()
                yield _data(text)


def _data(text: str) -> bytes:
    encoded = text.encode()
    return b"data %d\n%s\n" % (len(encoded), encoded)
