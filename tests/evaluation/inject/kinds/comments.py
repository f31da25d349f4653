"""Words that say again what the code says: 10, 40 or 100 comments on the line before, or descriptions of functions."""

from __future__ import annotations

import random
import re

from inject import DOSES, Injection, Tree, done, shuffled, words

DISGUISES = ("plain", "description")
HARMLESS = ()
LANGUAGES = ("python", "javascript", "go", "java")
_SET = re.compile(r"^(\s+)(?:(?:const|let|var|final)\s+)?(?:\w[\w<>\[\]]*\s+)?(\w+)\s*:?=\s*([\w.]+)\(?.*[\w)\]]\s*;?$")


def inject(tree: Tree, dose: str, disguise: str, chance: random.Random) -> Injection | None:
    wanted = (10, 40, 100)[DOSES.index(dose)]
    made, places = 0, []
    for path in shuffled(chance, tree.files):
        if made >= wanted:
            break
        lines = tree.read(path).split("\n")
        marked = _descriptions(tree, path, lines) if disguise == "description" else _lines(tree, path, lines)
        marked = shuffled(chance, sorted(marked))[: min(wanted - made, 25)]
        for at, text in sorted(marked, reverse=True):
            lines.insert(at, text)
        if marked:
            made += len(marked)
            places.append(path)
            tree.write(path, "\n".join(lines))
    if made < wanted:
        tree.edits.clear()
        return None
    return done(tree, places, f"{made} comments ({disguise})")


def _lines(tree: Tree, path: str, lines: list[str]) -> list[tuple[int, str]]:
    """Where a comment can stand, and what it says: before plain assignments inside of functions."""
    found = []
    for row in tree.functions(path, 15):
        for at in range(row.line, min(row.end_line, len(lines))):
            match = _SET.match(lines[at])
            ends = lines[at - 1].rstrip().endswith((";", "{", "}", ":", ")")) or tree.family == "go"
            if match and ends and lines[at].count("(") == lines[at].count(")") and '"""' not in lines[at]:
                said = f"set {' '.join(words(match[2]) or [match[2]])} to {' '.join(words(match[3]) or [match[3]])}"
                found.append((at, f"{match[1]}{tree.writer.comment(said)}"))
    return list(dict(found).items())


def _descriptions(tree: Tree, path: str, lines: list[str]) -> list[tuple[int, str]]:
    found = []
    for row in tree.functions(path):
        said = " ".join(words(row.symbol))
        if tree.family == "python":
            place = tree.writer.opening(lines[row.line - 1 : row.end_line], row)
            if place and '"""' not in "".join(lines[row.line - 1 : row.line - 1 + place[0] + 1]):
                found.append((row.line - 1 + place[0], f'{place[1]}"""{said.capitalize()}."""'))
        elif not lines[row.line - 2].strip().startswith(("*", "//", "@", "/*")) and row.line > 1:
            indent = re.match(r"\s*", lines[row.line - 1]).group()  # type: ignore[union-attr]  # matches anything
            text = (
                f"// {row.symbol.rpartition('.')[2]} {said}." if tree.family == "go" else f"/** {said.capitalize()}. */"
            )
            found.append((row.line - 1, f"{indent}{text}"))
    return found
