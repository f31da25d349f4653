"""Reads source with the real grammars, and holds what came out against what a fixture's comments say must."""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
import tree_sitter

from plumbrule import facts
from plumbrule.facts import Facts, Import, Parameter
from plumbrule.languages import External, Language, Located, Resolver, Space, language_of, languages, written_in
from plumbrule.resolve import Entry, Tree

FLAGS = (
    "type_only",
    "lazy",
    "dynamic",
    "reexport",
    "optional",
    "conditional",
    "required",
    "implicit",
    "part",
    "relative",
)
_EXPECT = re.compile(r"expect:\s*(no\s+)?(\w+) ?(.*?)(?=\s*expect:|\s*\*/|\s*-->|$)")
_COMMENT_ONLY = re.compile(r"\s*(?:#(?!\s*(?:define|include|if|el|endif|pragma))|//|/\*|\{/\*|<!--).*expect:")


@cache
def _grammar(dialect: str) -> tuple[tree_sitter.Language, tree_sitter.Query]:
    language = languages()[dialect]
    grammar = tree_sitter.Language(language.grammar())
    return grammar, tree_sitter.Query(grammar, language.query)


def read(source: bytes, dialect: str) -> Facts:
    language = written_in(dialect, source)
    grammar, query = _grammar(language.dialect)
    return language.extract(source, tree_sitter.Parser(grammar).parse(language.code_in(source)), query)


def grow(files: Mapping[str, bytes]) -> Tree:
    """A tree that holds these files."""
    tree = Tree(lambda path, blob: files[path])
    for path in sorted(files):
        language = language_of(path)
        for _ in tree.put(path, Entry(path, language.dialect if language else "")):
            pass
        if language is not None and language.declares is not None:
            declared = frozenset(language.declares(path, read(files[path], language.dialect).interface))
            for _ in tree.define(path, frozenset(), declared):
                pass
    return tree


@pytest.fixture
def facts_of() -> Callable[..., Facts]:
    def facts_of(source: str | bytes, dialect: str = "python") -> Facts:
        return read(source.encode() if isinstance(source, str) else source, dialect)

    return facts_of


@pytest.fixture
def read_twice(done_apart: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Of each (text, dialect): "" if it gives the same facts whenever it is read, "refused" if for a reason, "gave up",
    or what went wrong. They are read as a scan does it, in a process that can be killed: nothing bounds what a grammar
    does with noise."""

    def read_twice(
        texts: Sequence[tuple[str | bytes, str]], *, reader: Callable[[bytes, str], Facts] = read, seconds: float = 4.0
    ) -> list[str]:
        def answer(job: int) -> str:
            text, dialect = texts[job]
            try:
                source = text if isinstance(text, bytes) else text.encode()
                first, second = (facts.pack(reader(source, dialect)) for _ in range(2))
            except ValueError:
                return "refused"
            return "" if first == second else "other facts when read again"

        return done_apart(len(texts), answer, seconds)

    return read_twice


@pytest.fixture
def read_in_bounds(done_apart: Callable[..., list[str]]) -> Callable[..., str]:
    """What became of a source in which a line stands `lines` times, its `%d` numbered: "" if it was read, or refused
    for a reason, within bounds that nothing keeps that looks at all it has seen again for every line. The slowest
    needs a second for as many lines."""

    def read_in_bounds(dialect: str, line: str, *, head: str = "", tail: str = "", lines: int = 20_000) -> str:
        source = head + "".join(line.replace("%d", str(number)) for number in range(lines)) + tail

        def answer(_: int) -> str:
            with contextlib.suppress(ValueError):
                read(source.encode(), dialect)
            return ""

        return done_apart(1, answer, 12.0)[0]

    return read_in_bounds


@pytest.fixture
def tree_of() -> Callable[[Mapping[str, str]], Tree]:
    def tree_of(files: Mapping[str, str]) -> Tree:
        return grow({path: content.encode() for path, content in files.items()})

    return tree_of


@pytest.fixture
def where_leads(tree_of: Callable[[Mapping[str, str]], Tree]) -> Callable[..., str]:
    """Where the only import of `statement`, written in file `path`, leads in a tree of `files` (paths, or contents)."""

    def where_leads(files: Mapping[str, str] | Iterable[str], path: str, statement: str) -> str:
        tree = tree_of(files if isinstance(files, Mapping) else dict.fromkeys(files, ""))
        language = language_of(path)
        assert language is not None
        rows = read(statement.encode(), language.dialect).interface.imports
        return shown_target(language.resolver(tree), path, rows[0])

    return where_leads


def shown_import(row: Import) -> str:
    shown = "." * row.level + row.module + (f":{row.name}" if row.name else "")
    if not row.alias or row.alias != (row.name or row.module.partition(".")[0]):
        shown += f" as {row.alias or '-'}"
    for position, name in enumerate(FLAGS):
        shown += f" {name}" if row.flags & (1 << position) else ""
    return shown


def shown_target(resolver: Resolver, path: str, row: Import) -> str:
    target = resolver.locate(path, row)
    if isinstance(target, Located):
        return target.path + (f" ~{target.confidence}" if target.confidence < 1 else "")
    if isinstance(target, Space):
        return target.entry or "several files"
    return f"external {target.package}" if isinstance(target, External) else "unresolved"


def shown_parameter(row: Parameter) -> str:
    shown = f"{row.name or '-'} {row.kind} {'optional' if row.optional else 'required'}"
    return shown + (f" {row.type}" if row.type else "") + (f" = {row.default}" if row.default else "")


def spoken(found: Facts) -> dict[str, dict[int, set[str]]]:
    """Every fact as the fixtures spell it: kind -> line -> texts."""
    interface, body = found.interface, found.body
    said: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in interface.imports:
        said["import"][row.line].add(shown_import(row))
    for symbol in interface.symbols:
        hidden = "" if symbol.exported else " hidden"
        said["symbol"][symbol.line].add(f"{symbol.name} {symbol.kind} {symbol.visibility}{hidden}")
        if symbol.signature:
            said["signature"][symbol.line].add(symbol.signature)
        if symbol.modifiers:
            said["modifiers"][symbol.line].add(symbol.modifiers)
        said["decorator"][symbol.line].update(symbol.decorators)
    for one in interface.parameters:
        said["parameter"][interface.symbols[one.symbol].line].add(shown_parameter(one))
    for number, overload in enumerate(interface.overloads):
        inside = [shown_parameter(one) for one in interface.overload_parameters if one.symbol == number]
        shown = ", ".join(inside) + (f" -> {overload.returns}" if overload.returns else "")
        said["overload"][interface.symbols[overload.symbol].line].add(shown or "-")
    for index, name, how in interface.supers:
        said["super"][interface.symbols[index].line].add(name + ("", " self", " value", " given")[how])
    for export in interface.exports:
        said["export"][export.line].add(f"{export.name} {export.local}")
    for reference in body.references:
        said[reference.kind][reference.line].add(reference.text)
    for _, name, line in body.raised:
        said["raised"][line].add(name)
    for literal in body.literals:
        said["literal"][literal.line].add(literal.text)
    for handler in body.handlers:
        words = [handler.caught or "*"] + ["broad"] * handler.broad + ["silent"] * handler.silent
        said["handler"][handler.line].add(" ".join(words))
    return said


def expectations(source: str) -> dict[int, list[tuple[bool, str, str]]]:
    """Line -> (whether denied, kind, text)."""
    wanted: dict[int, list[tuple[bool, str, str]]] = defaultdict(list)
    waiting: list[tuple[bool, str, str]] = []
    for number, line in enumerate(source.split("\n"), 1):
        found = [(bool(m[1]), m[2], m[3].strip()) for m in _EXPECT.finditer(line)]
        if _COMMENT_ONLY.match(line):
            waiting += found
            continue
        if line.strip() or found:
            wanted[number] += waiting + found
            waiting = []
    assert not waiting, f"expectations at the end speak of no line: {waiting}"
    return wanted


def _figures(found: Facts) -> dict[int, list[dict[str, object]]]:
    figures: dict[int, list[dict[str, object]]] = defaultdict(list)
    for function in found.body.functions:
        figures[found.interface.symbols[function.symbol].line].append(function._asdict())
    return figures


def _figure_fault(text: str, candidates: list[dict[str, object]]) -> str:
    wanted = dict(word.split("=", 1) for word in text.split())
    for candidate in candidates:
        if all(str(candidate[name]) == value for name, value in wanted.items()):
            return ""
    return f"{text}, not {[{name: row[name] for name in wanted} for row in candidates]}"


def faults_of(source: bytes, found: Facts, target: Callable[[Import], str] | None) -> list[str]:
    """Where the facts differ from what the comments of the source say."""
    said, figures = spoken(found), _figures(found)
    whole: dict[str, object] = {
        **found.interface._asdict(),
        "module_code": found.body.module_code,
        "branches": found.body.branches,
        "errors": len(found.interface.errors),
    }
    faults = []
    count = 0
    for line, wishes in expectations(source.decode()).items():
        wanted: dict[str, set[str]] = defaultdict(set)
        for denied, kind, text in wishes:
            count += 1
            if kind in ("function", "file"):
                fault = _figure_fault(text, [whole] if kind == "file" else figures[line])
                faults += [f"line {line}: {kind} should have {fault}"] if fault else []
                continue
            plain, _, leads = text.partition(" -> ") if kind == "import" else (text, "", "")
            if denied:
                wanted[kind] |= set()
            else:
                wanted[kind].add(plain)
            if leads and target is not None:
                rows = [row for row in found.interface.imports if row.line == line and shown_import(row) == plain]
                for row in rows:
                    if target(row) != leads:
                        faults.append(f"line {line}: {plain} should lead to {leads}, not {target(row)}")
        for kind, texts in wanted.items():
            if said[kind][line] != texts:
                faults.append(f"line {line}: {kind} should be {sorted(texts)}, not {sorted(said[kind][line])}")
    assert count, "a fixture without expectations tests nothing"
    return faults


def _language_files(fixture: Path) -> list[tuple[str, Path, Language]]:
    files = sorted(fixture.rglob("*")) if fixture.is_dir() else [fixture]
    found = []
    for file in files:
        language = language_of(file.name)
        if file.is_file() and language is not None:
            found.append((file.relative_to(fixture).as_posix() if fixture.is_dir() else file.name, file, language))
    return found


@pytest.fixture
def fixture_faults() -> Callable[[Path], list[str]]:
    """All faults of one fixture: a file, or a folder that is a repository."""

    def fixture_faults(fixture: Path) -> list[str]:
        inside = sorted(file for file in fixture.rglob("*") if file.is_file()) if fixture.is_dir() else []
        tree = grow({file.relative_to(fixture).as_posix(): file.read_bytes() for file in inside})
        faults = []
        for path, file, language in _language_files(fixture):
            source = file.read_bytes()
            if b"expect:" not in source and fixture.is_dir():
                continue
            resolver = language.resolver(tree) if fixture.is_dir() else None

            def target(row: Import, resolver: Resolver | None = resolver, path: str = path) -> str:
                assert resolver is not None
                return shown_target(resolver, path, row)

            found = read(source, language.dialect)
            assert facts.unpack_interface(facts.pack(found)[0]) == found.interface
            faults += [f"{path} {fault}" for fault in faults_of(source, found, target if resolver else None)]
        return faults

    return fixture_faults


@pytest.fixture
def torn_folders() -> Callable[[Path], list[str]]:
    """Where the same statement leads to different places from two files of one folder of this repository, in which
    every file has copies beside it and in a folder of tests: answers are shared between the files of a folder."""

    def torn_folders(fixture: Path) -> list[str]:
        files = {file.relative_to(fixture).as_posix(): file for file in sorted(fixture.rglob("*")) if file.is_file()}
        twice = dict(files)
        for path, file in files.items():
            folder, _, name = path.rpartition("/")
            twice[f"{folder}/aa{name}".lstrip("/")] = twice[f"{folder}/AA/tests/{name}".lstrip("/")] = file
        tree = grow({path: file.read_bytes() for path, file in twice.items()})
        torn = []
        for path, file, language in _language_files(fixture):
            if language.nested:
                continue
            resolver = language.resolver(tree)
            folder, _, name = path.rpartition("/")
            ending = name.partition(".")[2]
            others = [
                f"{folder}/{other}.{ending}".lstrip("/")
                for other in ("Zz", "ZzTest", "zz_test", "test_zz", f"aa{name.partition('.')[0]}")
            ]
            for row in read(file.read_bytes(), language.dialect).interface.imports:
                said = {shown_target(resolver, one, row) for one in (path, *others)}
                torn += [f"{path}:{row.line} {shown_import(row)}: {sorted(said)}"] if len(said) > 1 else []
        return torn

    return torn_folders
