"""A file that everything goes through: 8, 15 or 30 functions more in it, and 4, 8 or 16 more files that import it."""

from __future__ import annotations

import random

from inject import DOSES, Injection, Tree, done, shuffled, words

DISGUISES = ("plain",)
HARMLESS = ()
LANGUAGES = ("python", "javascript", "go", "java")
_SUBJECTS = ("order", "invoice", "customer", "address", "parcel", "refund", "voucher", "basket", "carrier", "receipt")


def inject(tree: Tree, dose: str, disguise: str, chance: random.Random) -> Injection | None:
    functions, edges = ((8, 4), (15, 8), (30, 16))[DOSES.index(dose)]
    best: tuple[int, str, list[str]] = (0, "", [])
    for path in shuffled(chance, tree.files)[:40]:
        if not tree.offered(path) and tree.family == "java":
            continue
        free = [one for one in tree.files if path not in tree.links[one] and not tree.closes(one, path)]
        if len(free) > best[0]:
            best = (len(free), path, free)
        if len(free) >= edges:
            break
    count, path, free = best
    if count < max(2, edges // 2):
        return None
    text = tree.read(path)
    names = [
        tree.writer.name(("plan", "price", "route")[at // len(_SUBJECTS)], _SUBJECTS[at % len(_SUBJECTS)])
        for at in range(functions)
    ]
    tree.write(path, tree.writer.append(text, [_function(tree, text, name, at) for at, name in enumerate(names)]))
    places = [path]
    for at, src in enumerate(shuffled(chance, free)):
        if len(places) > edges:
            break
        name = names[at % len(names)]
        target = f"{path.rpartition('/')[2].rpartition('.')[0]}.{name}" if tree.family == "java" else name
        linked = tree.writer.link(tree, tree.read(src), src, path, target)
        if linked is None:
            continue
        user = tree.writer.name("with", *words(name))
        tree.write(src, tree.writer.append(linked[0], [tree.writer.user(linked[0], user, [linked[1]])]))
        places.append(src)
    return done(tree, places, f"{functions} functions and {len(places) - 1} users more for {path}")


def _function(tree: Tree, like: str, name: str, number: int) -> str:
    """A little that decides nothing, each another one."""
    w = tree.writer
    terms = ["amount * 3", "rate + 7", "first - amount", "second * rate", "first + second", "amount - 2"]
    turned = terms[number % 6 :] + terms[: number % 6]
    lines = [
        w.let(called, value)
        for called, value in zip(("first", "second"), (f"amount * {number + 2}", "rate + 1"), strict=False)
    ]
    lines += [w.let(f"part{at}", value) for at, value in enumerate(turned[: 2 + number % 4])]
    return w.function(like, name, ["amount", "rate"], [*lines, w.give("first + second + part0 + part1")])
