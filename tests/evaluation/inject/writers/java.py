"""Java. What is written parses; whether the compiler takes it is not asked."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inject import Offered, Tree

    from plumbrule.graph import SymbolRow

LANGUAGES = ("java",)
STYLES = ("plain", "alias")
HANDLERS = ("plain", "logged", "wrapped", "result")


def is_odd(path: str, text: str) -> bool:
    return posixpath.basename(path) in ("package-info.java", "module-info.java") or "@interface" in text


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]


def is_offered(path: str, row: SymbolRow) -> bool:
    """The type that the file is named after, and its static methods that others may call."""
    if row.kind in ("class", "interface", "enum"):
        return row.symbol == _stem(path) and row.visibility == "public"
    own = row.symbol.rpartition(".")[0] == _stem(path)
    return row.kind == "method" and own and row.visibility == "public" and "static" in row.modifiers.split()


def name(*words: str) -> str:
    return words[0] + "".join(word.capitalize() for word in words[1:])


def comment(words: str) -> str:
    return f"// {words}"


def beside(path: str, *words: str) -> str:
    return posixpath.join(posixpath.dirname(path), "".join(word.capitalize() for word in words) + ".java")


def _package(text: str) -> str:
    found = re.search(r"^package ([\w.]+);", text, re.M)
    return found[1] if found else ""


def file(tree: Tree, path: str, like: str, functions: Sequence[str]) -> str:
    inside = "\n\n".join("\n".join(f"    {line}" if line else line for line in one.split("\n")) for one in functions)
    return f"package {_package(like)};\n\npublic final class {_stem(path)} {{\n\n{inside}\n}}\n"


def append(text: str, functions: Sequence[str]) -> str:
    end = text.rstrip().rindex("}")
    inside = "".join(
        "\n" + "\n".join(f"    {line}" if line else line for line in one.split("\n")) + "\n" for one in functions
    )
    return f"{text[:end].rstrip()}\n{inside}}}\n"


def link(tree: Tree, text: str, src: str, dst: str, name: str, style: str = "plain") -> tuple[str, str] | None:
    package, type_ = _package(tree.read(dst)), _stem(dst)
    if not package or style not in STYLES:
        return None
    member = name.partition(".")[2]
    if style == "alias":  # by the full name, without a statement
        return text, f"{package}.{type_}.{member or 'class'}" if member else f"{package}.{type_}.class"
    if package != _package(text) and f"import {package}.{type_};" not in text:
        if re.search(rf"^import [\w.]+\.{type_};", text, re.M):
            return None
        head = re.search(r"^package [\w.]+;\n", text, re.M)
        if head is None:
            return None
        text = f"{text[: head.end()]}\nimport {package}.{type_};\n{text[head.end() :]}"
    return text, f"{type_}.{member}" if member else f"{type_}.class"


def user(like: str, name: str, expressions: Sequence[str]) -> str:
    shown = [one if one.endswith(".class") else f"{one.rpartition('.')[0]}.class" for one in expressions]
    return f"static Object[] {name}(Object value) {{\n    return new Object[] {{value, {', '.join(shown)}}};\n}}"


def function(like: str, name: str, parameters: Sequence[str], body: Sequence[str], doc: str = "") -> str:
    head = f"/** {doc} */\n" if doc else ""
    taken = ", ".join(f"int {one}" for one in parameters)
    lines = "\n".join(f"    {line}" for line in body)
    return f"{head}public static Object {name}({taken}) {{\n{lines}\n}}"


def let(name: str, value: str) -> str:
    return f"var {name} = {value};"


def give(value: str) -> str:
    return f"return {value};"


def opening(lines: Sequence[str], row: SymbolRow) -> tuple[int, str] | None:
    """Where a statement can be put first in the function that these lines are: index and indentation."""
    for at, line in enumerate(lines[:-1]):
        if line.rstrip().endswith("{") and (")" in line or "throws" in line):
            indent = lines[at + 1][: len(lines[at + 1]) - len(lines[at + 1].lstrip())]
            return (at + 1, indent) if indent else None
        if line.rstrip().endswith(";"):
            return None
    return None


def forward(like: str, one: Offered, called: str, disguise: str) -> str | None:
    from inject import parameters as split

    taken = split(one.signature)
    if not taken or one.signature.startswith("<"):
        return None
    rest = one.signature[one.signature.rindex(taken[-1]) + len(taken[-1]) + 1 :].strip()
    names = [re.sub(r"\[\]$", "", each.split()[-1]) for each in taken]
    given = [f"given{each.capitalize()}" if disguise == "renamed" else each for each in names]
    head = ", ".join(
        re.sub(rf"\b{old}\b(?=\W*$)", new, each) for old, new, each in zip(names, given, taken, strict=True)
    )
    values = list(given)
    if disguise == "converted":
        values[0] = f"String.valueOf({values[0]})"
    call = f"{'' if rest in ('', 'void') else 'return '}{called}({', '.join(values)});"
    body = {
        "logged": ['System.getLogger("app").log(null, "called");', call],
        "retried": ["try {", f"    {call}", "} catch (RuntimeException error) {", "    throw error;", "}"],
    }.get(disguise, [call])
    lines = "\n".join(f"    {line}" for line in body)
    return f"public static {rest or 'void'} {one.name.rpartition('.')[2]}({head}) {{\n{lines}\n}}"


def wrapped(lines: Sequence[str], row: SymbolRow, how: str) -> list[str] | None:
    place = opening(lines, row)
    if place is None or lines[-1].strip() != "}" or any('"""' in line for line in lines):
        return None
    at, indent = place
    if "super(" in lines[at] or "this(" in lines[at]:
        return None
    inside = {
        "plain": ["catch (IllegalStateException error) {", "    return null;", "}"],
        "logged": ["catch (Exception error) {", "    System.err.println(error);", "    return null;", "}"],
        "wrapped": ["catch (Exception error) {", "    throw new IllegalStateException(error);", "}"],
        "result": ["catch (Exception error) {", "    return Result.failed(error);", "}"],
    }[how]
    body = [f"    {line}" if line.strip() else line for line in lines[at:-1]]
    return [
        *lines[:at],
        f"{indent}try {{",
        *body,
        f"{indent}}} {inside[0]}",
        *(indent + x for x in inside[1:]),
        lines[-1],
    ]


def parameter_added(line: str, name: str) -> str | None:
    """The first line of a definition with one more parameter that must be given, in front."""
    found = re.match(r"(\s*(?:public|protected)\b[^=;]*?\b\w+\()(.*)$", line)
    if found is None:
        return None
    comma = "" if found[2].startswith(")") else ", "
    return f"{found[1]}int {name}{comma}{found[2]}"


def moved(tree: Tree, path: str, new: str) -> dict[str, str] | None:
    """The texts by path after a file moved: its own, and those that name it; None if that cannot be written."""
    text, type_ = tree.read(path), _stem(path)
    package = _package(text)
    if not package:
        return None
    inside = posixpath.relpath(posixpath.dirname(new), posixpath.dirname(path)).replace("/", ".")
    other = f"{package}.{inside}"
    texts = {new: re.sub(r"^package [\w.]+;\n", f"package {other};\n\nimport {package}.*;\n", text, flags=re.M)}
    for user in tree.graph.paths():
        if user == path or not user.endswith(".java"):
            continue
        if not any(one.dst == path for one in tree.graph.rows(user).dependencies):
            continue
        used = tree.read(user)
        if f"import {package}.{type_};" in used:
            texts[user] = used.replace(f"import {package}.{type_};", f"import {other}.{type_};")
        else:
            texts[user] = re.sub(r"^(package [\w.]+;\n)", rf"\1\nimport {other}.{type_};\n", used, flags=re.M)
    return texts
