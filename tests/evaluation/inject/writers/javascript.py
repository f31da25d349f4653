"""TypeScript and JavaScript: modules of the standard, and those of `require`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inject import Offered, Tree

    from plumbrule.graph import SymbolRow

LANGUAGES = ("typescript", "javascript")
STYLES = ("plain", "alias", "type-only", "dynamic", "lazy")
HANDLERS = ("plain", "logged", "wrapped", "result")
_ENDINGS = (".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".cjs")


def is_odd(path: str, text: str) -> bool:
    base = posixpath.basename(path)
    return bool(re.match(r"index\.\w+$|.*\.config\.\w+$|.*\.d\.ts$|\..*", base)) or not path.endswith(_ENDINGS)


def is_offered(path: str, row: SymbolRow) -> bool:
    return (
        row.kind in ("function", "class", "interface", "type")
        and row.exported
        and "." not in row.symbol
        and row.symbol.isidentifier()
        and "default" not in row.exported_as
    )


def name(*words: str) -> str:
    return words[0] + "".join(word.capitalize() for word in words[1:])


def comment(words: str) -> str:
    return f"// {words}"


def beside(path: str, *words: str) -> str:
    stem, ending = posixpath.splitext(posixpath.basename(path))
    camel = "-" not in stem and stem != stem.lower()
    return posixpath.join(posixpath.dirname(path), (name(*words) if camel else "-".join(words)) + ending)


def _is_common(like: str) -> bool:
    return not re.search(r"^(?:import|export)\b", like, re.M) and bool(re.search(r"\brequire\(|\bexports\b", like))


def file(tree: Tree, path: str, like: str, functions: Sequence[str]) -> str:
    return ("'use strict';\n\n" if _is_common(like) else "") + "\n\n".join(functions) + "\n"


def append(text: str, functions: Sequence[str]) -> str:
    return text.rstrip("\n") + "\n" + "".join(f"\n{one}\n" for one in functions)


def _specifier(text: str, src: str, dst: str, tree: Tree) -> str:
    relative = posixpath.relpath(dst, posixpath.dirname(src) or ".")
    relative = relative if relative.startswith(".") else f"./{relative}"
    stem, ending = posixpath.splitext(relative)
    shown = re.findall(r"""(?:from|require\()\s*['"]\.[^'"]*?(\.[cm]?[jt]sx?)['"]""", text)
    if not shown and re.search(r"""(?:from|require\()\s*['"]\.""", text):
        return stem
    if not shown:
        return relative if ending in (".mjs", ".js") and _is_module_tree(tree, src) else stem
    return stem + (shown[0] if ending in (".ts", ".tsx") else ending)


def _is_module_tree(tree: Tree, src: str) -> bool:
    return src.endswith(".mjs")


def link(tree: Tree, text: str, src: str, dst: str, name: str, style: str = "plain") -> tuple[str, str] | None:
    where, common = _specifier(text, src, dst, tree), _is_common(text)
    symbols = tree.graph.rows(dst).symbols if dst in tree.graph else ()  # a file that is just written has none
    types = {row.symbol for row in symbols if row.kind in ("interface", "type")}
    if not src.endswith((".ts", ".tsx")) if style == "type-only" else name in types:
        return None
    called = f"other{name[0].upper()}{name[1:]}" if style == "alias" or re.search(rf"\b{name}\b", text) else name
    if style == "lazy":
        return text, f"require('{where}').{name}" if common else f"(await import('{where}')).{name}"
    if style == "dynamic":
        return text, f"import('{where}').then((found) => found.{name})"
    if common:
        spelled = name if called == name else f"{name}: {called}"
        return _put(text, f"const {{ {spelled} }} = require('{where}');"), called
    spelled = name if called == name else f"{name} as {called}"
    word = "import type" if style == "type-only" else "import"
    return _put(
        text, f"{word} {{ {spelled} }} from '{where}';"
    ), f"__type__:{called}" if style == "type-only" else called


def _put(text: str, statement: str) -> str:
    """With a statement before the first import, or after what must stand first."""
    if statement in text:
        return text
    lines = text.split("\n")
    start = re.compile(r"import\b[^(]*$|(?:const|let|var)\b.*=\s*require\(|import .* from ")
    at = next((n for n, line in enumerate(lines) if start.match(line)), None)
    if at is None:
        at, inside = 0, False
        while at < len(lines):
            line = lines[at].strip()
            if inside or line.startswith("/*"):
                inside = "*/" not in line
            elif line and not line.startswith(("//", "#!", "'use", '"use')):
                break
            at += 1
    return "\n".join([*lines[:at], statement, *lines[at:]])


def user(like: str, name: str, expressions: Sequence[str]) -> str:
    types = [one.split(":")[1] for one in expressions if one.startswith("__type__")]
    if types:
        return f"export function {name}(value: {types[0]}): string {{\n  return String(value);\n}}"
    waits = "async " if any("await" in one for one in expressions) else ""
    return _exported(like, name, f"{waits}function {name}(value) {{\n  return [value, {', '.join(expressions)}];\n}}")


def _exported(like: str, name: str, text: str) -> str:
    return f"{text}\n\nexports.{name} = {name};" if _is_common(like) else f"export {text}"


def function(like: str, name: str, parameters: Sequence[str], body: Sequence[str], doc: str = "") -> str:
    head = f"/** {doc} */\n" if doc else ""
    lines = "\n".join(f"  {line}" for line in body)
    return head + _exported(like, name, f"function {name}({', '.join(parameters)}) {{\n{lines}\n}}")


def let(name: str, value: str) -> str:
    return f"const {name} = {value};"


def give(value: str) -> str:
    return f"return {value};"


def opening(lines: Sequence[str], row: SymbolRow) -> tuple[int, str] | None:
    """Where a statement can be put first in the function that these lines are: index and indentation."""
    for at, line in enumerate(lines[:-1]):
        if line.rstrip().endswith("{") and (") {" in line or "): " in line or "=> {" in line or line.strip() == ") {"):
            indent = lines[at + 1][: len(lines[at + 1]) - len(lines[at + 1].lstrip())]
            return (at + 1, indent) if indent else None
        if ";" in line:
            return None
    return None


def forward(like: str, one: Offered, called: str, disguise: str) -> str | None:
    from inject import parameters as split

    taken = split(one.signature)
    if not one.is_function or not taken or any(each.startswith(("{", "[", "this")) for each in taken):
        return None
    names = [re.split(r"[?:=]", each)[0].strip() for each in taken]
    if not all(re.fullmatch(r"(\.\.\.)?\w+", each) for each in names):
        return None
    if disguise == "renamed":
        names = [re.sub(r"^(\.\.\.)?(\w+)$", r"\1given_\2", each) for each in names]
    values = list(names)
    if disguise == "converted":
        values[0] = values[0] if values[0].startswith("...") else f"String({values[0]})"
    call = f"return {called}({', '.join(values)});"
    body = {
        "logged": ["console.debug('called');", call],
        "retried": ["try {", f"  {call}", "} catch (error) {", "  throw error;", "}"],
    }.get(disguise, [call])
    return function(like, one.name, names, body)


def wrapped(lines: Sequence[str], row: SymbolRow, how: str) -> list[str] | None:
    place = opening(lines, row)
    if place is None or not lines[-1].strip().startswith("}"):
        return None
    at, indent = place
    after = {
        "plain": [f"{indent}}} catch (error) {{", f"{indent}  return null;", f"{indent}}}"],
        "logged": [
            f"{indent}}} catch (error) {{",
            f"{indent}  console.error(error);",
            f"{indent}  return null;",
            f"{indent}}}",
        ],
        "wrapped": [f"{indent}}} catch (error) {{", f"{indent}  throw new Error('failed: ' + error);", f"{indent}}}"],
        "result": [f"{indent}}} catch (error) {{", f"{indent}  return {{ ok: false, error }};", f"{indent}}}"],
    }[how]
    return [*lines[:at], f"{indent}try {{", *(f"  {line}" for line in lines[at:-1]), *after, lines[-1]]


def parameter_added(line: str, name: str) -> str | None:
    """The first line of a definition with one more parameter that must be given, in front."""
    found = re.match(r"(\s*(?:export )?(?:default )?(?:async )?function\s*\w+\s*(?:<[^(]*>)?\()(.*)$", line)
    if found is None or found[2].startswith("this"):
        return None
    comma = "" if found[2].startswith(")") else ", "
    return f"{found[1]}{name}{comma}{found[2]}"


_SPECIFIER = re.compile(r"""((?:from|import|require\()\s*)(['"])(\.[^'"]*)(['"])""")


def moved(tree: Tree, path: str, new: str) -> dict[str, str] | None:
    """The texts by path after a file moved: its own, and those that name it; None if that cannot be written."""
    away, here = posixpath.dirname(new), posixpath.dirname(path)

    def own(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(here, found[3]))
        return f"{found[1]}{found[2]}{_relative(target, away)}{found[4]}"

    texts = {new: _SPECIFIER.sub(own, tree.read(path))}
    stem = posixpath.splitext(path)[0]
    for user in tree.graph.paths():
        if user == path or not any(one.dst == path for one in tree.graph.rows(user).dependencies):
            continue
        folder = posixpath.dirname(user)

        def named(found: re.Match[str], folder: str = folder) -> str:
            target = posixpath.normpath(posixpath.join(folder, found[3]))
            if posixpath.splitext(target)[0] != stem and target != stem:
                return found[0]
            ending = target.removeprefix(stem)
            return f"{found[1]}{found[2]}{_relative(posixpath.splitext(new)[0] + ending, folder)}{found[4]}"

        texts[user] = _SPECIFIER.sub(named, tree.read(user))
    return texts


def _relative(target: str, folder: str) -> str:
    relative = posixpath.relpath(target, folder or ".")
    return relative if relative.startswith(".") else f"./{relative}"
