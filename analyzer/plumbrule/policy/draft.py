"""The text of a first policy, from what a repository looks like today; hides how globs, an order and TOML are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from heapq import heapify, heappop, heappush

_MOST_GLOBS = 8  # a component that needs more is scattered, and a person should say what it is
_MOST_WAIVERS = 20
_TESTS = "tests"


def draft(
    components: Mapping[str, Collection[str]],
    dependencies: Mapping[tuple[str, str], int],
    breaches: Sequence[tuple[str, str]],
    expires: date,
) -> str:
    """A policy that the repository keeps today, with comments that say what to check.

    `components` are the paths of each, `dependencies` how many pairs of files stand behind (src, dst), and `breaches`
    the (rule, subject) of present findings that a waiver could hold until `expires`. What it says is read back by
    `read_policy` without an error, whatever the names are.
    """
    # Tests are wherever they are and depend on everything; that is no statement worth making.
    named = {name: sorted(paths) for name, paths in sorted(components.items()) if name != _TESTS and paths}
    everything = sorted(path for paths in components.values() for path in paths)
    cover = {name: _cover(paths, everything) for name, paths in named.items()}
    declared = [name for name, globs in cover.items() if len(globs) <= _MOST_GLOBS]
    lines = [
        "# What this system is meant to look like. Plumbrule compares every change with it.",
        "# Written by `plumbrule init` from what is there today: read it, correct it, commit it.",
        "",
        "# Files that are not analysed at all, such as code of others that was copied in.",
        'exclude = [] # for example ["third_party/**"]',
        "",
        "# The parts that people speak of: name = path globs, as .gitignore writes them. The first match wins.",
        "[components]",
        *(f"{_key(name)} = {_list(cover[name])}" for name in declared),
        *(
            f"# {_key(name)} = {len(cover[name])} separate places; group them, or name a folder"
            for name in cover
            if name not in declared
        ),
        "",
        *_layers(declared, dependencies),
        "# What must never be, whatever the order:",
        "# [[forbid]]",
        f"# from = {_text(declared[-1] if declared else 'domain')}",
        f"# to = {_text(declared[0] if declared else 'web')}",
        '# reason = "why"',
        "",
        "# Rules: `plumbrule rules list` shows all of them, `plumbrule rules show ID` one with its parameters.",
        "# [rules.dependency-cycle]",
        '# severity = "warning" # off | info | warning | error',
        "",
        *_waivers(breaches, expires),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _layers(names: Sequence[str], dependencies: Mapping[tuple[str, str], int]) -> list[str]:
    edges = {pair for pair in dependencies if pair[0] != pair[1] and set(pair) <= set(names)}
    if len(names) < 2 or not edges:
        return ["# Nothing depends on anything yet, so no order of layers is proposed.", ""]
    order = _order(names, edges)
    if order is None:
        back = sorted(((dependencies[b, a], b, a) for a, b in edges if (b, a) in edges), key=lambda edge: edge)
        return [
            "# The components depend on each other in a circle, so no order of layers can be proposed.",
            *(f"# Fewest imports against the rest: {_text(b)} -> {_text(a)} ({count})" for count, b, a in back[:3]),
            "# [[layers]]",
            '# name = "top down"',
            f"# order = {_list(names)}",
            '# reason = "why"',
            "",
        ]
    return [
        "# Each may depend on those after it, never on those before it. This order is guessed: it is one that holds",
        "# today, among others. Leave out components that may stand anywhere.",
        "[[layers]]",
        'name = "top down"',
        f"order = {_list(order)}",
        'reason = "" # say why, it is shown with every breach',
        "",
    ]


def _order(names: Sequence[str], edges: Collection[tuple[str, str]]) -> list[str] | None:
    """The linked components in an order where every edge points forward, by name where it is open; None for a cycle."""
    linked = sorted({name for pair in edges for name in pair})
    waiting = Counter(target for _, target in edges)
    ready = [name for name in linked if not waiting[name]]
    heapify(ready)
    order = []
    while ready:
        name = heappop(ready)
        order.append(name)
        for source, target in edges:
            if source == name:
                waiting[target] -= 1
                if not waiting[target]:
                    heappush(ready, target)
    return order if len(order) == len(linked) else None


def _waivers(breaches: Sequence[tuple[str, str]], expires: date) -> list[str]:
    if not breaches:
        return []
    lines = [
        "# Findings of today. None fails a change that leaves it as it is; a waiver says who mends it until when.",
    ]
    for rule, subject in sorted(breaches)[:_MOST_WAIVERS]:
        lines += [
            "# [[waiver]]",
            f"# rule = {_text(rule)}",
            f"# subject = {_text(subject)}",
            '# reason = "why it may stay for now"',
            '# owner = "@who mends it"',
            f"# expires = {expires.isoformat()}",
            "",
        ]
    if len(breaches) > _MOST_WAIVERS:
        lines.append(f"# {len(breaches) - _MOST_WAIVERS} more: accept them at once with `plumbrule baseline`.")
    return lines


def _cover(paths: Collection[str], everything: Collection[str]) -> list[str]:
    """The fewest folder globs and file names that mean exactly these files among all there are."""
    mine, all_ = Counter[str](), Counter[str]()
    for counter, files in ((mine, paths), (all_, everything)):
        for path in files:
            counter.update(_folders(path))
    found = set()
    for path in paths:
        whole = next((folder for folder in _folders(path) if mine[folder] == all_[folder]), None)
        found.add(f"{_literal(whole)}/**" if whole is not None else _file(path))
    return sorted(found)


def _folders(path: str) -> list[str]:
    """The folders around a file, outermost first, the root left out."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def _file(path: str) -> str:
    # Without a slash a glob would be looked for in every folder.
    return _literal(path) if "/" in path else "/" + _literal(path)


def _literal(path: str) -> str:
    """A glob that means this very name."""
    text = "".join(f"\\{char}" if char in "*?[\\" else char for char in path)
    text = f"\\{text}" if text.startswith(("!", "#")) else text
    return f"{text[:-1]}\\ " if text.endswith(" ") else text


def _list(texts: Iterable[str]) -> str:
    quoted = [_text(text) for text in texts]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else _text(name)


def _text(text: str) -> str:
    """A TOML string on one line in which nothing is hidden; safe inside a comment, too."""
    out = []
    for char in text:
        if char in '"\\':
            out.append(f"\\{char}")
        elif char.isprintable():
            out.append(char)
        else:
            out.append(f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}")
    return f'"{"".join(out)}"'
