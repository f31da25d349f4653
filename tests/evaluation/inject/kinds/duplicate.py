"""The same again: 1, 3 or 8 functions copied to another package."""

from __future__ import annotations

import posixpath
import random
import re

from inject import DOSES, Injection, Tree, done, shuffled

DISGUISES = ("plain", "renamed", "edited-10", "edited-20", "edited-30", "reordered", "other-calls")
HARMLESS = ()
LANGUAGES = ("python", "javascript", "go", "java")
_FROM = 50  # tokens of a function that is worth telling (measures 7)
_KEYWORDS = frozenset(
    [
        "if",
        "else",
        "for",
        "while",
        "return",
        "def",
        "class",
        "try",
        "except",
        "catch",
        "finally",
        "raise",
        "throw",
        "new",
        "func",
        "function",
        "var",
        "let",
        "const",
        "import",
        "from",
        "in",
        "not",
        "and",
        "or",
        "is",
        "None",
        "True",
        "False",
        "null",
        "true",
        "false",
        "nil",
        "range",
        "len",
        "map",
        "type",
        "struct",
        "interface",
        "switch",
        "case",
        "default",
        "break",
        "continue",
        "static",
        "public",
        "private",
        "protected",
        "final",
        "void",
        "int",
        "float",
        "double",
        "boolean",
        "bool",
        "string",
        "String",
        "this",
        "self",
        "cls",
        "super",
        "async",
        "await",
        "yield",
        "with",
        "as",
        "lambda",
        "del",
        "pass",
        "global",
        "err",
        "error",
        "package",
        "go",
        "defer",
        "make",
        "append",
    ]
)


def inject(tree: Tree, dose: str, disguise: str, chance: random.Random) -> Injection | None:
    wanted = (1, 3, 8)[DOSES.index(dose)]
    found = [(path, row) for path in tree.files for row in tree.functions(path, _FROM) if _stands_alone(tree, row)]
    by_folder: dict[str, list[tuple[str, object]]] = {}
    for path, row in found:
        by_folder.setdefault(posixpath.dirname(path), []).append((path, row))
    sources = [folder for folder, rows in by_folder.items() if len(rows) >= wanted]
    for folder in shuffled(chance, sources):
        others = [one for one in tree.folders if one != folder and tree.folders[one]]
        if not others:
            continue
        target = chance.choice(sorted(others))
        like = tree.folders[target][0]
        path = tree.writer.beside(like, "shared", "tools")
        if tree.has(path):
            continue
        picked = shuffled(chance, by_folder[folder])[:wanted]
        copies = []
        for src, row in picked:
            lines = _dedented(tree.lines_of(src, row))
            copies.append("\n".join(_disguised(lines, disguise, chance)))
        tree.write(path, tree.writer.append(tree.writer.file(tree, path, tree.read(like), []), copies))
        return done(
            tree, [path, *(src for src, _ in picked)], f"{wanted} functions of {folder}/ in {path} ({disguise})"
        )
    return None


def _stands_alone(tree: Tree, row) -> bool:
    if tree.family == "java":
        return row.kind == "method"
    return row.kind == "function" and "." not in row.symbol


def _dedented(lines: list[str]) -> list[str]:
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[indent:] for line in lines]


def _disguised(lines: list[str], disguise: str, chance: random.Random) -> list[str]:
    if disguise == "plain":
        return lines
    text = "\n".join(lines)
    if disguise == "other-calls":
        for name in sorted(set(re.findall(r"\.(\w+)\(", text)))[:3]:
            text = re.sub(rf"\.{name}\(", f".{name}_quickly(", text)
        return text.split("\n")
    if disguise == "reordered":
        return _reordered(lines)
    text = _renamed(text)
    if disguise.startswith("edited-"):
        return _edited(text.split("\n"), int(disguise.removeprefix("edited-")) / 100, chance)
    return text.split("\n")


def _renamed(text: str) -> str:
    """Every identifier that is bound in the text by another name: parameters and what is assigned."""
    bound = set(re.findall(r"\b([a-z_]\w*)\s*(?::=|=(?!=))", text))
    head = text.split("\n")[0]
    inside = re.search(r"\((.*)\)", head)
    bound |= set(re.findall(r"\b[a-z_]\w*\b", inside[1])) if inside else set()
    for at, name in enumerate(sorted(bound - _KEYWORDS)):
        text = re.sub(rf"(?<![.\w'\"]){re.escape(name)}(?![\w'\"(]|\s*:(?!=))", f"other{at}", text)
    return text


def _edited(lines: list[str], share: float, chance: random.Random) -> list[str]:
    """So many of the plain statements with something else in them."""
    plain = [
        at
        for at, line in enumerate(lines[1:-1], 1)
        if re.match(r"\s+[\w.]+\s*(:?=)[^=].*[\w)\]]\s*;?$", line)
        and all(line.count(one) == line.count(other) for one, other in ("()", "[]", "{}"))
        and not re.search(r"=>|\bfunc\b|\byield\b|\bnew \w+\[|\"\"\"|=\s*range\b|[#?]", line)
        and not re.match(r"\s*(?:[(.&|+?:]|\w+\s*(?:\.|\)|,))", lines[at + 1])
    ]
    for at in chance.sample(plain, min(len(plain), max(1, round(share * len(lines))))):
        lines[at] = re.sub(r"(:?=)\s*(.+?)(;?)$", r"\1 adjusted(\2, 3)\3", lines[at], count=1)
    return lines


def _reordered(lines: list[str]) -> list[str]:
    """Two statements that follow each other, the other way round, wherever neither begins a block."""
    plain = re.compile(r"\s+[\w.]+\s*(:?=)[^=].*[\w)\]'\"]\s*;?$")
    at = 1
    while at + 1 < len(lines):
        one, two = lines[at], lines[at + 1]
        same = len(one) - len(one.lstrip()) == len(two) - len(two.lstrip())
        if same and plain.match(one) and plain.match(two):
            lines[at], lines[at + 1] = two, one
            at += 1
        at += 1
    return lines
