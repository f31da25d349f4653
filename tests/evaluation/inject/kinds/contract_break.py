"""A promise broken: one parameter more that must be given, 3 public functions renamed, or 5 removed."""

from __future__ import annotations

import random
import re

from inject import GROSS, SUBTLE, Injection, Offered, Tree, done, shuffled

DISGUISES = ("plain", "deprecated-alias", "keyword-only")
HARMLESS = ("deprecated-alias",)
LANGUAGES = ("python", "javascript", "go", "java")


def inject(tree: Tree, dose: str, disguise: str, chance: random.Random) -> Injection | None:
    if disguise == "keyword-only" and (dose != SUBTLE or tree.family != "python"):
        return None
    if disguise == "deprecated-alias" and dose == GROSS:
        return None
    wanted = {SUBTLE: 1, GROSS: 5}.get(dose, 3)
    candidates = [one for path in tree.files for one in tree.offered(path) if one.is_function or "." in one.name]
    used = shuffled(chance, [one for one in candidates if tree.users[one.path]])
    places: list[str] = []
    changed: set[str] = set()
    made = 0
    for one in used:
        if made == wanted:
            break
        if one.path in changed:
            continue
        if dose == SUBTLE and disguise != "deprecated-alias":
            written = _parameter(tree, one, disguise)
        elif dose == GROSS:
            written = _removed(tree, one)
        else:
            written = _renamed(tree, one, disguise)
        if written:
            made += 1
            changed.add(one.path)
            places.append(one.path)
    if made < wanted:
        tree.edits.clear()
        return None
    return done(tree, places, f"{dose}: {wanted} public functions ({disguise})")


def _parameter(tree: Tree, one: Offered, disguise: str) -> bool:
    lines = tree.read(one.path).split("\n")
    line = lines[one.line - 1]
    if disguise == "keyword-only":
        found = re.match(r"(def \w+\([^*]*)\)(.*)$", line)
        changed = f"{found[1]}, *, audited){found[2]}".replace("(, ", "(") if found else None
    else:
        changed = tree.writer.parameter_added(line, "audited")
    if changed is None:
        return False
    lines[one.line - 1] = changed
    tree.write(one.path, "\n".join(lines))
    return True


def _removed(tree: Tree, one: Offered) -> bool:
    lines = tree.read(one.path).split("\n")
    start = one.line - 1
    while start > 0 and lines[start - 1].strip().startswith(("@", "//", "#", "*", "/**")):
        start -= 1
    last = lines[one.end_line - 1].strip()
    if tree.family != "python" and last not in ("}", "};"):
        return False
    tree.write(one.path, "\n".join([*lines[:start], *lines[one.end_line :]]))
    return True


def _renamed(tree: Tree, one: Offered, disguise: str) -> bool:
    old = one.name.rpartition(".")[2]
    new = tree.writer.name(*_words(old), "entry") if not old[:1].isupper() else f"{old}Entry"
    lines = tree.read(one.path).split("\n")
    line = lines[one.line - 1]
    changed = re.sub(rf"\b{re.escape(old)}\b", new, line, count=1)
    if changed == line:
        return False
    lines[one.line - 1] = changed
    text = "\n".join(lines)
    if disguise == "deprecated-alias":
        alias = {
            "python": f"{old} = {new}  # deprecated",
            "javascript": f"/** @deprecated */\nexport const {old} = {new};",
            "go": f"// Deprecated: use {new}.\nvar {old} = {new}",
        }.get(tree.family)
        if alias is None:
            return False
        text = f"{text.rstrip()}\n\n{alias}\n"
    tree.write(one.path, text)
    return True


def _words(name: str) -> list[str]:
    from inject import words

    return words(name) or [name]
