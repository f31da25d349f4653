"""How generated files are spelled in Python, TypeScript and Java. Hides everything a language says its own way.

What a function does is drawn once, as nested statements; each language only prints them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from random import Random
from typing import NamedTuple

_FIELDS = ("amount", "at", "code", "currency", "kind", "limit", "name", "number", "owner", "status", "total", "weight")
_LOCALS = ("best", "count", "current", "found", "known", "last", "left", "next_one", "part", "rest", "share", "whole")
_WORDS = (
    "the", "a", "of", "for", "before", "after", "amount", "customer", "order", "keeps", "drops", "counts", "only",
    "once", "unless", "period", "ends", "late", "open", "settled", "entries", "are", "never", "twice", "rounded", "to",
)  # fmt: skip


class Import(NamedTuple):
    """A name of another file, and which file that is."""

    module: int
    path: str
    name: str


class Unit(NamedTuple):
    """A function, class or constant of a file; its seed decides what is in it."""

    kind: str
    name: str
    position: int  # no two of one file have the same, nor so the same name
    seed: int
    uses: tuple[Import, ...] = ()


class Simple(NamedTuple):
    """A statement of one line: `target = text`, or only the text."""

    target: str
    text: str


class Block(NamedTuple):
    """A statement with others in it: an `if` (perhaps with an `else`), a `for` or a guarded part."""

    kind: str
    head: str
    body: tuple[Statement, ...]
    other: tuple[Statement, ...] = ()


Statement = Simple | Block


@dataclass(frozen=True)
class Spelling:
    """One language."""

    path: Callable[..., str]
    text: Callable[[str, Sequence[Unit]], str]
    beside: Callable[[Sequence[str]], dict[str, str]]  # what a tree of these paths needs beside them
    # How much a file holds, and how much of others a part of it uses: about as in well-known projects.
    units: float
    uses: float


# -- what functions do -----------------------------------------------------------------------------------------------


def _sentence(chance: Random) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randint(5, 14))).capitalize() + "."


def _statements(chance: Random, calls: list[str], depth: int = 0) -> tuple[Statement, ...]:
    made: list[Statement] = []
    for _ in range(chance.randint(2, 10) if depth == 0 else chance.randint(1, 3)):
        draw = chance.random()
        if draw < 0.72 or depth == 3:
            made.append(Simple(chance.choice(_LOCALS), _value(chance, calls)))
        elif draw < 0.85:
            other = _statements(chance, calls, depth + 1) if chance.random() < 0.35 else ()
            made.append(Block("if", _condition(chance), _statements(chance, calls, depth + 1), other))
        elif draw < 0.93:
            made.append(
                Block("for", chance.choice(("items", "entries", "rest")), _statements(chance, calls, depth + 1))
            )
        elif draw < 0.955:
            made.append(Block("try", "", _statements(chance, calls, depth + 1)))
        else:
            made.append(Simple("", f"note({_value(chance, calls)})"))
    return tuple(made)


def _value(chance: Random, calls: list[str]) -> str:
    draw = chance.random()
    if calls and draw < 0.3:
        return f"{calls.pop()}({_atom(chance)}, {_atom(chance)})"
    if draw < 0.75:
        return f"{_atom(chance)} {chance.choice('+-*')} {_atom(chance)}"
    return f"({_atom(chance)} + {_atom(chance)}) * {_atom(chance)}"


def _atom(chance: Random) -> str:
    draw = chance.random()
    if draw < 0.45:
        return chance.choice(_LOCALS)
    return f"item.{chance.choice(_FIELDS)}" if draw < 0.8 else str(chance.randint(0, 9999))


def _condition(chance: Random) -> str:
    one = f"{_atom(chance)} {chance.choice(('<', '>', '<=', '>=', '!='))} {_atom(chance)}"
    if chance.random() < 0.7:
        return one
    return f"{one} {chance.choice(('and', 'or'))} {_atom(chance)} > {_atom(chance)}"


def _calls(unit: Unit, spell: Callable[[Import], str]) -> list[str]:
    return [spell(use) for use in unit.uses]


def _rest(calls: list[str]) -> tuple[Statement, ...]:
    """What is left to be called: nothing that is imported stays unused."""
    return tuple(Simple("whole", f"{call}(whole, 1)") for call in calls)


# -- Python ----------------------------------------------------------------------------------------------------------


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _python_path(home: str, package: str, name: str, *, is_test: bool) -> str:
    return f"tests/{home}/{package}/test_{name}.py" if is_test else f"shop/{home}/{package}/{name}.py"


def _python_module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _python(path: str, units: Sequence[Unit]) -> str:
    lines = [f'"""{_sentence(Random(path))}"""', "", "from __future__ import annotations", ""]
    wanted = sorted({(use.path, use.name) for unit in units for use in unit.uses})
    for src in sorted({src for src, _ in wanted}):
        names = ", ".join(name for one, name in wanted if one == src)
        lines.append(f"from {_python_module(src)} import {names}")
    for unit in units:
        lines += ["", "", *_python_unit(unit)]
    return "\n".join(lines) + "\n"


def _python_unit(unit: Unit) -> Iterator[str]:
    chance = Random(unit.seed)
    if unit.kind == "constant":
        yield f"{unit.name} = {chance.randint(1, 10**6)}"
        return
    calls = _calls(unit, lambda use: use.name)
    if unit.kind == "function":
        yield f"def {unit.name}(item, entries, whole: int = {chance.randint(0, 99)}) -> int:"
        yield from _python_body(chance, calls, "    ")
        return
    base = f"({calls.pop()})" if calls and chance.random() < 0.4 else ""
    yield f"class {unit.name}{base}:"
    yield f'    """{_sentence(chance)}"""'
    methods = chance.randint(1, 4)
    for number in range(methods):
        mine = calls[number::methods]
        yield ""
        yield f"    def {chance.choice(_LOCALS)}_{number}(self, item, entries, whole: int) -> int:"
        yield from _python_body(chance, mine, "        ")


def _python_body(chance: Random, calls: list[str], margin: str) -> Iterator[str]:
    yield f'{margin}"""{_sentence(chance)}"""'
    yield from _python_lines(_statements(chance, calls), margin)
    yield from _python_lines(_rest(calls), margin)
    yield f"{margin}return whole"


def _python_lines(statements: Sequence[Statement], margin: str) -> Iterator[str]:
    for one in statements:
        if isinstance(one, Simple):
            yield f"{margin}{one.target} = {one.text}" if one.target else f"{margin}{one.text}"
            continue
        head = {"if": f"if {one.head}", "for": f"for item in {one.head}", "try": "try"}[one.kind]
        yield f"{margin}{head}:"
        yield from _python_lines(one.body, margin + "    ")
        if one.other:
            yield f"{margin}else:"
            yield from _python_lines(one.other, margin + "    ")
        if one.kind == "try":
            yield f"{margin}except (KeyError, ValueError) as error:"
            yield f"{margin}    raise RuntimeError(item.name) from error"


def _python_beside(paths: Sequence[str]) -> dict[str, str]:
    parents = {parent for path in paths for parent in PurePosixPath(path).parents if parent.parts}
    files = {f"{parent}/__init__.py": "" for parent in sorted(parents)}
    return files | {"pyproject.toml": '[project]\nname = "shop"\nversion = "1.0"\n'}


# -- languages with braces -------------------------------------------------------------------------------------------


def _braced(statements: Sequence[Statement], margin: str, each: str, caught: str) -> Iterator[str]:
    for one in statements:
        if isinstance(one, Simple):
            yield f"{margin}{one.target} = {one.text};" if one.target else f"{margin}{one.text};"
            continue
        condition = one.head.replace(" and ", " && ").replace(" or ", " || ")
        head = {"if": f"if ({condition})", "for": each.format(one.head), "try": "try"}[one.kind]
        yield f"{margin}{head} {{"
        yield from _braced(one.body, margin + "  ", each, caught)
        if one.other:
            yield f"{margin}}} else {{"
            yield from _braced(one.other, margin + "  ", each, caught)
        if one.kind == "try":
            yield f"{margin}}} catch ({caught}) {{"
            yield f"{margin}  throw new Error(item.name, error);"
        yield f"{margin}}}"


def _locals(declare: str, first: str = "1") -> str:
    return f"{declare} {', '.join(f'{name} = {first}' for name in _LOCALS if name != 'whole')};"


def _typescript_path(home: str, package: str, name: str, *, is_test: bool) -> str:
    return f"test/{home}/{package}/{name}.test.ts" if is_test else f"src/{home}/{package}/{name}.ts"


def _typescript(path: str, units: Sequence[Unit]) -> str:
    lines = [f"/** {_sentence(Random(path))} */"]
    wanted = sorted({(use.path, use.name) for unit in units for use in unit.uses})
    here = str(PurePosixPath(path).parent)
    for src in sorted({src for src, _ in wanted}):
        names = ", ".join(name for one, name in wanted if one == src)
        where = os.path.relpath(src, here).removesuffix(".ts")
        lines.append(f'import {{ {names} }} from "{where if where.startswith(".") else "./" + where}";')
    for unit in units:
        lines += ["", *_typescript_unit(unit)]
    return "\n".join(lines) + "\n"


_ITEM = f"{{ {'; '.join(f'{name}: any' for name in _FIELDS)} }}"


def _typescript_unit(unit: Unit) -> Iterator[str]:
    chance = Random(unit.seed)
    if unit.kind == "constant":
        yield f"export const {unit.name} = (item: number, rest: number) => item * {chance.randint(1, 10**6)} + rest;"
        return
    calls = _calls(unit, lambda use: use.name)
    if unit.kind == "function":
        yield f"/** {_sentence(chance)} */"
        yield f"export function {unit.name}(item: any, entries: any, whole = {chance.randint(0, 99)}): any {{"
        yield from _typescript_body(chance, calls, "  ")
        yield "}"
        return
    yield f"/** {_sentence(chance)} */"
    yield f"export class {unit.name} {{"
    methods = chance.randint(1, 4)
    for number in range(methods):
        yield f"  {chance.choice(_LOCALS)}{number}(item: any, entries: any, whole: number): any {{"
        yield from _typescript_body(chance, calls[number::methods], "    ")
        yield "  }"
    yield "}"


def _typescript_body(chance: Random, calls: list[str], margin: str) -> Iterator[str]:
    yield margin + _locals("let", "1 as any")
    for part in (_statements(chance, calls), _rest(calls)):
        yield from _braced(part, margin, "for (item of {0})", "error")
    yield f"{margin}return whole;"


def _typescript_beside(paths: Sequence[str]) -> dict[str, str]:
    return {
        "package.json": '{"name": "shop", "version": "1.0.0", "type": "module"}\n',
        "tsconfig.json": '{"compilerOptions": {"module": "esnext", "moduleResolution": "bundler"}}\n',
    }


# -- Java ------------------------------------------------------------------------------------------------------------


def _java_path(home: str, package: str, name: str, *, is_test: bool) -> str:
    return f"src/{'test' if is_test else 'main'}/java/org/shop/{home}/{package}/{camel(name)}{'Test' * is_test}.java"


def _java_package(path: str) -> str:
    return ".".join(PurePosixPath(path).parts[3:-1])


def _java(path: str, units: Sequence[Unit]) -> str:
    name = PurePosixPath(path).stem
    sources = sorted({use.path for unit in units for use in unit.uses})
    lines = [f"package {_java_package(path)};", "", "import java.util.List;"]
    lines += [
        f"import {_java_package(src)}.{PurePosixPath(src).stem};"
        for src in sources
        if _java_package(src) != _java_package(path)
    ]
    lines += ["", f"/** {_sentence(Random(path))} */", f"public class {name} {{"]
    for unit in units:
        lines += ["", *_java_unit(unit)]
    return "\n".join([*lines, "}"]) + "\n"


def _java_unit(unit: Unit) -> Iterator[str]:
    chance = Random(unit.seed)
    if unit.kind == "constant":
        yield f"  public static long {unit.name}(long item, long rest) {{ return item * {chance.randint(1, 10**6)}L; }}"
        return
    calls = _calls(unit, lambda use: f"{PurePosixPath(use.path).stem}.{use.name}")
    yield f"  /** {_sentence(chance)} */"
    if unit.kind == "function":
        yield f"  public static long {unit.name}(long first, long whole) {{"
        yield from _java_body(chance, calls, "    ")
        yield "  }"
        return
    inner = camel(f"{unit.name}_inner")
    yield f"  public static long {unit.name}(long first, long whole) {{"
    yield f"    return new {inner}().a0(first, whole);"
    yield "  }"
    yield ""
    yield f"  static final class {inner} {{"
    methods = chance.randint(1, 4)
    for number in range(methods):
        yield f"    long a{number}(long first, long whole) {{"
        yield from _java_body(chance, calls[number::methods], "      ")
        yield "    }"
    yield "  }"


def _java_body(chance: Random, calls: list[str], margin: str) -> Iterator[str]:
    yield f"{margin}Entry item = new Entry();"
    yield f"{margin}List<Entry> entries = item.entries, rest = item.entries, items = item.entries;"
    yield margin + _locals("long")
    for part in (_statements(chance, calls), _rest(calls)):
        yield from _braced(part, margin, "for (Entry one : {0})", "IllegalStateException error")
    yield f"{margin}return whole;"


def _java_beside(paths: Sequence[str]) -> dict[str, str]:
    pom = "<project><groupId>org.shop</groupId><artifactId>shop</artifactId><version>1</version></project>\n"
    return {"pom.xml": pom}


SPELLINGS = {
    "python": Spelling(_python_path, _python, _python_beside, 1.3, 1.0),
    "typescript": Spelling(_typescript_path, _typescript, _typescript_beside, 0.5, 1.5),
    "java": Spelling(_java_path, _java, _java_beside, 0.5, 1.7),
}
