"""Python."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inject import Offered, Tree

    from plumbrule.graph import SymbolRow

LANGUAGES = ("python",)
STYLES = ("plain", "alias", "lazy", "type-only", "dynamic")
HANDLERS = ("plain", "logged", "wrapped", "result")


def is_odd(path: str, text: str) -> bool:
    return posixpath.basename(path) in ("__init__.py", "__main__.py", "setup.py", "conf.py") or path.endswith(".pyi")


def is_offered(path: str, row: SymbolRow) -> bool:
    return row.kind in ("function", "class") and row.visibility == "public" and "." not in row.symbol


def name(*words: str) -> str:
    return "_".join(words)


def comment(words: str) -> str:
    return f"# {words}"


def beside(path: str, *words: str) -> str:
    return posixpath.join(posixpath.dirname(path), "_".join(words) + ".py")


def file(tree: Tree, path: str, like: str, functions: Sequence[str]) -> str:
    return "from __future__ import annotations\n\n\n" + "\n\n\n".join(functions) + "\n"


def append(text: str, functions: Sequence[str]) -> str:
    return text.rstrip("\n") + "\n" + "".join(f"\n\n{one}\n" for one in functions)


def module(tree: Tree, path: str) -> str:
    """The dotted name under which this file is imported."""
    parts = path.removesuffix(".py").split("/")
    top = len(parts) - 1
    while top > 0 and tree.has("/".join([*parts[:top], "__init__.py"])):
        top -= 1
    return ".".join(parts[top:]).removesuffix(".__init__")


def link(tree: Tree, text: str, src: str, dst: str, name: str, style: str = "plain") -> tuple[str, str] | None:
    named = module(tree, dst)
    bound = re.search(rf"^(?:def|class) {name}\b|\bimport .*\b{name}\b", text, re.M) is not None
    if style == "alias" or (bound and style == "plain"):
        called = f"other_{name}"
        return _imported(text, f"from {named} import {name} as {called}"), called
    if bound:
        return None
    if style == "lazy":
        return text, f"__import__lazily__:{named}:{name}"
    if style == "dynamic":
        return _imported(text, "import importlib"), f'importlib.import_module("{named}").{name}'
    if style == "type-only":
        statement = f"from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from {named} import {name}"
        return _imported(text, statement), f"__type__:{name}"
    return _imported(text, f"from {named} import {name}"), name


def _imported(text: str, statement: str) -> str:
    """With a statement after the last import at the top that stands on one line."""
    if re.search(rf"^{re.escape(statement)}$", text, re.M):
        return text
    lines = text.split("\n")
    at = _after_head(lines)
    return "\n".join([*lines[:at], *statement.split("\n"), *lines[at:]])


def _after_head(lines: Sequence[str]) -> int:
    """The line after what must stand first: a docstring, comments and what is from the future."""
    at, quote = 0, ""
    while at < len(lines):
        line = lines[at].strip()
        if quote:
            quote = "" if quote in line else quote
        elif line.startswith(('"""', "'''", 'r"""')):
            mark = line.lstrip("r")[:3]
            quote = mark if line.lstrip("r").count(mark) == 1 else ""
        elif line.startswith("from __future__"):
            while "(" in lines[at] and ")" not in lines[at] and at + 1 < len(lines):
                at += 1
        elif line and not line.startswith("#"):
            return at
        at += 1
    return len(lines)


def user(like: str, name: str, expressions: Sequence[str]) -> str:
    lazy = [one.split(":") for one in expressions if one.startswith("__import__lazily__")]
    types = [one.split(":")[1] for one in expressions if one.startswith("__type__")]
    if types:
        return f'def {name}(value: "{types[0]}") -> str:\n    return str(value)'
    body = [f"    from {where} import {what}\n" for _, where, what in lazy]
    used = [what for *_, what in lazy] or list(expressions)
    return f"def {name}(value):\n{''.join(body)}    return [value, {', '.join(used)}]"


def function(like: str, name: str, parameters: Sequence[str], body: Sequence[str], doc: str = "") -> str:
    lines = [f'    """{doc}"""'] if doc else []
    return "\n".join([f"def {name}({', '.join(parameters)}):", *lines, *(f"    {line}" for line in body)])


def let(name: str, value: str) -> str:
    return f"{name} = {value}"


def give(value: str) -> str:
    return f"return {value}"


def _head_end(lines: Sequence[str]) -> int | None:
    """Index of the line that ends the head of the function that these lines are."""
    depth = 0
    for at, line in enumerate(lines):
        code = re.sub(r"#.*$|'[^']*'|\"[^\"]*\"", "", line)
        depth += sum(code.count(sign) for sign in "([{") - sum(code.count(sign) for sign in ")]}")
        if depth == 0 and code.rstrip().endswith(":"):
            return at
    return None


def opening(lines: Sequence[str], row: SymbolRow) -> tuple[int, str] | None:
    """Where a statement can be put first in the function that these lines are: index and indentation."""
    head = _head_end(lines)
    if head is None or head + 1 >= len(lines):
        return None
    at = head + 1
    first = lines[at].strip()
    indent = re.match(r"\s*", lines[at]).group()  # type: ignore[union-attr]  # matches anything
    for mark in ('"""', "'''"):
        if first.lstrip("r").startswith(mark):
            if first.count(mark) == 1:
                at += 1
                while at < len(lines) and mark not in lines[at]:
                    at += 1
            at += 1
            break
    return (at, indent) if at < len(lines) and indent else None


def forward(like: str, one: Offered, called: str, disguise: str) -> str | None:
    from inject import parameters as split

    taken = split(one.signature)
    if not one.is_function or taken is None:
        return None
    names, passed, star = [], [], False
    for each in taken:
        bare = re.split(r"[:=]", each)[0].strip()
        if bare in ("*", "/"):
            star = star or bare == "*"
            continue
        names.append(bare)
        plain = bare.lstrip("*")
        new = f"given_{plain}" if disguise == "renamed" and not bare.startswith("*") else plain
        stars = bare[: len(bare) - len(plain)]
        keyword = not stars and (star or disguise == "keyword" or disguise == "renamed")
        passed.append((stars, plain, new, keyword))
        star = star or stars == "*"
    if not passed:
        return None
    head = [f"{stars}{new}" for stars, _, new, _ in passed]
    values = [f"{stars}{new}" if not keyword else f"{plain}={new}" for stars, plain, new, keyword in passed]
    if disguise == "converted" and "*" not in values[0]:
        values[0] = re.sub(r"(?<==)?(\w+)$", r"str(\1)", values[0])
    call = f"return {called}({', '.join(values)})"
    body = {
        "logged": ['logger.debug("called")', call],
        "retried": ["try:", f"    {call}", "except Exception:", "    raise"],
    }.get(disguise, [call])
    return function(like, one.name, head, body)


def wrapped(lines: Sequence[str], row: SymbolRow, how: str) -> list[str] | None:
    place = opening(lines, row)
    if place is None:
        return None
    at, indent = place
    if any('"""' in line or "'''" in line for line in lines[at:]):
        return None
    after = {
        "plain": [f"{indent}except ValueError:", f"{indent}    return None"],
        "logged": [f"{indent}except Exception as error:", f"{indent}    print(error)", f"{indent}    return None"],
        "wrapped": [f"{indent}except Exception as error:", f'{indent}    raise RuntimeError("failed") from error'],
        "result": [f"{indent}except Exception as error:", f"{indent}    return (None, error)"],
    }[how]
    body = [f"    {line}" if line.strip() else line for line in lines[at:]]
    return [*lines[:at], f"{indent}try:", *body, *after]


def parameter_added(line: str, name: str) -> str | None:
    """The first line of a definition with one more parameter that must be given, in front."""
    found = re.match(r"(\s*(?:async )?def \w+\()(self, |cls, )?(?!self|cls|\*)(.*)$", line)
    if found is None:
        return None
    comma = "" if found[3].startswith(")") else ", "
    return f"{found[1]}{found[2] or ''}{name}{comma}{found[3]}"


def moved(tree: Tree, path: str, new: str) -> dict[str, str] | None:
    """The texts by path after a file moved: its own, and those that name it; None if that cannot be written."""
    old_name, new_name = module(tree, path), ".".join([*module(tree, path).split(".")[:-1], *_tail(path, new)])
    texts = {new: _absolute(tree.read(path), module(tree, path))}
    for user in tree.graph.paths():
        if user == path or not any(one.dst == path for one in tree.graph.rows(user).dependencies):
            continue
        package = module(tree, user) if user.endswith("__init__.py") else module(tree, user).rpartition(".")[0]
        text = _absolute(tree.read(user), f"{package}.x", only=old_name)
        above, _, last = old_name.rpartition(".")
        text = re.sub(rf"\b{re.escape(old_name)}\b", new_name, text)
        text = re.sub(
            rf"^(\s*)from {re.escape(above)} import {last}$", rf"\1import {new_name} as {last}", text, flags=re.M
        )
        texts[user] = text
    return texts


def _tail(path: str, new: str) -> list[str]:
    inside = posixpath.relpath(new, posixpath.dirname(path) or ".")
    return inside.removesuffix(".py").split("/")


def _absolute(text: str, named: str, only: str = "") -> str:
    """With relative imports spelled in full; `only` those that lead to this module or into it."""

    def full(found: re.Match[str]) -> str:
        above = named.split(".")[: -len(found[2])]
        target = ".".join([*above, *([found[3]] if found[3] else [])])
        return f"{found[1]}from {target} import" if above and (not only or target == only) else found[0]

    return re.sub(r"^(\s*)from (\.+)([\w.]*) import", full, text, flags=re.M)
