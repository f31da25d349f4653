"""Go. What is written parses; whether the compiler takes it is not asked: it would refuse a cycle of packages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inject import Offered, Tree

    from plumbrule.graph import SymbolRow

LANGUAGES = ("go",)
STYLES = ("plain", "alias")
HANDLERS = ()


def is_odd(path: str, text: str) -> bool:
    return posixpath.basename(path) in ("doc.go",) or path.endswith("_test.go")


def is_offered(path: str, row: SymbolRow) -> bool:
    return row.kind == "function" and row.symbol[:1].isupper() and "." not in row.symbol


def name(*words: str) -> str:
    return "".join(word.capitalize() for word in words)


def comment(words: str) -> str:
    return f"// {words}"


def beside(path: str, *words: str) -> str:
    return posixpath.join(posixpath.dirname(path), "_".join(words) + ".go")


def _package(text: str) -> str:
    found = re.search(r"^package (\w+)", text, re.M)
    return found[1] if found else "main"


def file(tree: Tree, path: str, like: str, functions: Sequence[str]) -> str:
    return f"package {_package(like)}\n\n" + "\n\n".join(functions) + "\n"


def append(text: str, functions: Sequence[str]) -> str:
    return text.rstrip("\n") + "\n" + "".join(f"\n{one}\n" for one in functions)


def link(tree: Tree, text: str, src: str, dst: str, name: str, style: str = "plain") -> tuple[str, str] | None:
    folder = posixpath.dirname(dst)
    if posixpath.dirname(src) == folder:
        return text, name
    top = folder
    while not tree.has(posixpath.join(top, "go.mod")):
        if not top:
            return None
        top = posixpath.dirname(top)
    stated = re.search(r"^module\s+\"?([^\s\"]+)", tree.read(posixpath.join(top, "go.mod")), re.M)
    package = _package(tree.read(dst))
    if stated is None or package == "main":
        return None
    where = posixpath.join(stated[1], posixpath.relpath(folder, top or ".")) if folder != top else stated[1]
    known = re.search(rf'^\s*(?:import )?(\w+ )?"{re.escape(where)}"', text, re.M)
    if known and (known[1] or "").strip() not in ("_", "."):
        return text, f"{(known[1] or package).strip()}.{name}"
    called = f"other{package}" if style == "alias" or re.search(rf"\b{package}\b", text) else package
    spelled = f'"{where}"' if called == package else f'{called} "{where}"'
    block = re.search(r"^import \(\n", text, re.M)
    if block:
        return f"{text[: block.end()]}\t{spelled}\n{text[block.end() :]}", f"{called}.{name}"
    head = re.search(r"^package \w+.*\n", text, re.M)
    if head is None:
        return None
    return f"{text[: head.end()]}\nimport {spelled}\n{text[head.end() :]}", f"{called}.{name}"


def user(like: str, name: str, expressions: Sequence[str]) -> str:
    return f"func {name}(value any) []any {{\n\treturn []any{{value, {', '.join(expressions)}}}\n}}"


def function(like: str, name: str, parameters: Sequence[str], body: Sequence[str], doc: str = "") -> str:
    head = f"// {name} {doc}\n" if doc else ""
    taken = ", ".join(f"{one} int" for one in parameters)
    lines = "\n".join(f"\t{line}" for line in body)
    return f"{head}func {name}({taken}) any {{\n{lines}\n}}"


def let(name: str, value: str) -> str:
    return f"{name} := {value}"


def give(value: str) -> str:
    return f"return {value}"


def opening(lines: Sequence[str], row: SymbolRow) -> tuple[int, str] | None:
    """Where a statement can be put first in the function that these lines are: index and indentation."""
    for at, line in enumerate(lines[:-1]):
        if line.rstrip().endswith("{"):
            indent = lines[at + 1][: len(lines[at + 1]) - len(lines[at + 1].lstrip())]
            return (at + 1, indent) if indent and line.lstrip().startswith((")", "func")) else None
    return None


def forward(like: str, one: Offered, called: str, disguise: str) -> str | None:
    from inject import parameters as split

    taken = split(one.signature)
    if not taken or one.signature.startswith("["):
        return None
    names = [each.split()[0] for each in taken]
    if not all(each.isidentifier() for each in names) or len(set(names)) != len(names):
        return None
    rest = one.signature[one.signature.rindex(taken[-1]) + len(taken[-1]) + 1 :].strip()
    given = [f"given{each.capitalize()}" if disguise == "renamed" else each for each in names]
    head = ", ".join(f"{new} {' '.join(each.split()[1:])}".strip() for new, each in zip(given, taken, strict=True))
    values = [f"{new}..." if "..." in each else new for new, each in zip(given, taken, strict=True)]
    if disguise == "converted":
        values[0] = f"fmt.Sprint({values[0]})"
    call = f"{'return ' if rest else ''}{called}({', '.join(values)})"
    body = {"logged": ['log.Print("called")', call]}.get(disguise, [call])
    lines = "\n".join(f"\t{line}" for line in body)
    return f"func {one.name}({head}) {rest}{' ' if rest else ''}{{\n{lines}\n}}"


def wrapped(lines: Sequence[str], row: SymbolRow, how: str) -> list[str] | None:
    return None


def parameter_added(line: str, name: str) -> str | None:
    """The first line of a definition with one more parameter that must be given, in front."""
    found = re.match(r"(func (?:\([^)]*\) )?\w+\()(.*)$", line)
    if found is None:
        return None
    comma = "" if found[2].startswith(")") else ", "
    return f"{found[1]}{name} int{comma}{found[2]}"


def moved(tree: Tree, path: str, new: str) -> dict[str, str] | None:
    """The texts by path after a file moved: its own; None if that cannot be written. A file of another folder would be
    of another package, so it only gets another name."""
    return {posixpath.join(posixpath.dirname(path), posixpath.basename(new)): tree.read(path)}
