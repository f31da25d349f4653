"""A large file cut where it should be: functions that others use go to a file of their own, used by two at least."""

from __future__ import annotations

import random
import re

from inject import Injection, Tree, done, shuffled, words

COMMITS = 0


def change(tree: Tree, chance: random.Random) -> Injection | None:
    if tree.family != "python":  # elsewhere the names that moved code needs cannot be told without a compiler
        return None
    for path in shuffled(chance, sorted(tree.files, key=lambda one: -tree.graph.rows(one).file.code_lines)[:20]):
        text = tree.read(path)
        lines = text.split("\n")
        own = {row.symbol for row in tree.graph.rows(path).symbols if "." not in row.symbol}
        moved: list[tuple[str, int, int]] = []
        for one in tree.offered(path):
            body = "\n".join(lines[one.line - 1 : one.end_line])
            named = set(re.findall(r"\b\w+\b", body)) & own - {one.name}
            above = lines[one.line - 2].strip() if one.line > 1 else ""
            if one.is_function and not named and not above.startswith("@") and one.end_line - one.line >= 3:
                moved.append((one.name, one.line, one.end_line))
        if len(moved) < 2:
            continue
        imports = [line for line in lines if re.match(r"(from \S+ import [\w, ]+|import [\w., ]+)$", line)]
        name, _start, _end = moved[0]
        new = tree.writer.beside(path, *words(name), "part")
        taken = [name for name, _, _ in moved[:6]]
        if path in {end for one in tree.links[path] for end in tree.reach(one)}:
            continue  # in a cycle already, which the new file would be a member of
        bodies = ["\n".join(lines[a - 1 : b]) for _, a, b in moved[:6]]
        needed = set(re.findall(r"\b\w+\b", "\n".join(bodies)))
        brought = [line for line in imports if "__future__" in line or needed & set(_bound(line))]
        tree.write(new, tree.writer.append("\n".join(brought) + "\n", bodies))
        gone = {at for _, a, b in moved[:6] for at in range(a - 1, b)}
        kept = "\n".join(line for at, line in enumerate(lines) if at not in gone)
        module = tree.writer.module(tree, new)
        tree.write(path, tree.writer._imported(kept, f"from {module} import {', '.join(taken)}"))
        other = next((one for one in tree.files if path in tree.links[one]), None)
        if other is not None:
            used = tree.read(other)
            tree.write(other, tree.writer._imported(used, f"from {module} import {taken[0]} as other_{taken[0]}"))
        return done(tree, [path, new], f"{len(taken)} functions of {path} to a file of their own")
    return None


def _bound(line: str) -> list[str]:
    """The names that a plain import statement on one line binds."""
    return [one.split()[-1].split(".")[0] for one in line.partition("import ")[2].split(",") if one.strip()]
