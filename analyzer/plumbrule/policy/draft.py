"""The text of a first policy, from what a repository looks like today; hides how globs, an order and TOML are made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from plumbrule.globs import matcher
from plumbrule.languages import globs_of_tests
from plumbrule.measures.components import ROOT, TESTS
from plumbrule.policy.writing import file_glob, key, listed, literal, text
from plumbrule.policy.writing import shown as shown_as

_MOST_WAIVERS = 20
_MOST_BACK = 10  # edges against the order that are named

_Weights = Mapping[tuple[str, str], int]


def draft(
    components: Mapping[str, Collection[str]],
    dependencies: _Weights,
    breaches: Sequence[tuple[str, str]],
    expires: date,
) -> str:
    """A policy that the repository keeps today, with comments that say what to check.

    `components` are the paths of each, `dependencies` how many pairs of files stand behind (src, dst), and `breaches`
    the (rule, subject) of present findings that a waiver could hold until `expires`. Every component is declared, and
    every path is in the one it came from. What it says is read back by `read_policy` without an error, whatever the
    names are: one that a policy may not hold is written in visible characters.
    """
    globs = _globs({path: name for name in sorted(components) for path in components[name]})
    shown = shown_as(globs)
    lines = [
        "# What this system is meant to look like. Plumbrule compares every change with it.",
        "# Written by `plumbrule init` from what is there today: read it, correct it, commit it.",
        "",
        "# Files that are not analysed at all, such as code of others that was copied in.",
        'exclude = [] # for example ["third_party/**"]',
        "",
        "# The parts that people speak of: name = path globs, as .gitignore writes them. The first match wins.",
        '# `["x/*", "!x/*/**"]` are the files that lie in x itself. What matches nothing, such as a new folder beside',
        "# these, belongs to no component until it is declared; the rule undeclared-code tells it, once switched on.",
        "[components]",
        *(f"{key(shown[name])} = {listed(globs[name])}" for name in globs),
        "",
        *_layers(
            # Tests are wherever they are and depend on everything; that is no statement worth making.
            [shown[name] for name in globs if name != TESTS],
            {(shown[a], shown[b]): count for (a, b), count in dependencies.items() if a in shown and b in shown},
        ),
        "# Rules: `plumbrule rules list` shows all of them, `plumbrule rules show ID` one with its parameters.",
        "# [rules.undeclared-code]",
        '# severity = "warning" # off | info | warning | error',
        "",
        *_waivers(breaches, expires),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _layers(names: Sequence[str], dependencies: _Weights) -> list[str]:
    edges = {pair: dependencies[pair] for pair in dependencies if pair[0] != pair[1] and set(pair) <= set(names)}
    order = _order(edges)
    place = {name: position for position, name in enumerate(order)}
    back = sorted((count, a, b) for (a, b), count in edges.items() if place[a] > place[b])
    if not order:
        lines = ["# Nothing depends on anything yet, so no order of layers is proposed.", ""]
    elif back:
        lines = [
            "# The components depend on each other in a circle, so no order of layers holds today. This one follows",
            "# most dependencies; against it stand, with how many pairs of files are behind each:",
            *(f"#   {text(a)} -> {text(b)} ({count})" for count, a, b in back[:_MOST_BACK]),
            *([f"#   and {len(back) - _MOST_BACK} more"] if len(back) > _MOST_BACK else []),
            "# [[layers]]",
            '# name = "top down"',
            f"# order = {listed(order)}",
            '# reason = "why"',
            "",
        ]
    else:
        lines = [
            "# Each may depend on those after it, never on those before it. This order is guessed: it is one that",
            "# holds today, among others. Leave out components that may stand anywhere.",
            "[[layers]]",
            'name = "top down"',
            f"order = {listed(order)}",
            'reason = "" # say why, it is shown with every breach',
            "",
        ]
    return [
        *lines,
        "# What must never be, whatever the order:",
        "# [[forbid]]",
        f"# from = {text(order[-1] if order else 'domain')}",
        f"# to = {text(order[0] if order else 'web')}",
        '# reason = "why"',
        "",
    ]


def _order(edges: _Weights) -> list[str]:
    """The linked components so that little weight points back, and none does where that can be; by name where it is
    open (Eades, Lin, Smyth 1993: sources to the front, sinks to the back, else who gives most more than it takes)."""
    out: dict[str, dict[str, int]] = {name: {} for name in sorted({name for pair in edges for name in pair})}
    into: dict[str, dict[str, int]] = {name: {} for name in out}
    for (source, target), weight in edges.items():
        out[source][target] = into[target][source] = weight
    front: list[str] = []
    tail: list[str] = []
    while out:
        source = next((name for name in out if not into[name]), "")
        sink = "" if source else next((name for name in out if not out[name]), "")
        # `max` keeps the first of equals, which is the first by name.
        taken = source or sink or max(out, key=lambda name: sum(out[name].values()) - sum(into[name].values()))
        (tail if sink else front).append(taken)
        for other in out.pop(taken):
            del into[other][taken]
        for other in into.pop(taken):
            del out[other][taken]
    return front + tail[::-1]


def _waivers(breaches: Sequence[tuple[str, str]], expires: date) -> list[str]:
    if not breaches:
        return []
    lines = [
        "# Findings of today. None fails a change that leaves it as it is; a waiver says who mends it until when.",
    ]
    for rule, subject in sorted(breaches)[:_MOST_WAIVERS]:
        lines += [
            "# [[waiver]]",
            f"# rule = {text(rule)}",
            f"# subject = {text(subject)}",
            '# reason = "why it may stay for now"',
            '# owner = "@who mends it"',
            f"# expires = {expires.isoformat()}",
            "",
        ]
    if len(breaches) > _MOST_WAIVERS:
        lines.append(f"# {len(breaches) - _MOST_WAIVERS} more: accept them at once with `plumbrule baseline`.")
    return lines


def _globs(owner: Mapping[str, str]) -> dict[str, list[str]]:
    """The globs of each component, in an order in which the first match is the component of every path."""
    tests = [path for path, name in owner.items() if name == TESTS]
    code = {path: name for path, name in owner.items() if name != TESTS}
    globs, general = _places(code)
    order = sorted(globs, key=lambda name: (name in general, -_depth(general.get(name, "")), name))
    found = {TESTS: globs_of_tests(tests)} if tests else {}
    if tests:
        told = matcher(found[TESTS])
        found[TESTS] += [file_glob(path) for path in sorted(tests) if not told(path)]
    found.update((name, globs[name]) for name in order)
    return _apart(found, owner)


def _places(owner: Mapping[str, str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Where each component lies, outermost folders first; and the folder whose own files are a component's, for those
    that must stand after all that is more exactly said."""
    inside, direct = _contents(owner)
    parents = {folder.rpartition("/")[0] for folder in inside if folder}
    globs: dict[str, list[str]] = {name: [] for name in sorted(set(owner.values()))}
    general: dict[str, str] = {}
    for folder in sorted(inside, key=lambda folder: folder.split("/")):
        if folder and len(inside[folder.rpartition("/")[0]]) == 1:
            continue
        at = f"{literal(folder)}/" if folder else "/"
        whole = [f"{at}**" if folder else "**"]
        if len(inside[folder]) == 1:
            globs[min(inside[folder])] += whole
            continue
        files = direct.get(folder, [])
        own = _own(folder, files, owner)
        if own:
            globs[own] += [f"{at}*", f"!{at}*/**"] if folder in parents else whole
            general.setdefault(own, folder)
        for path in files:
            if owner[path] != own:
                globs[owner[path]].append(_by_name(path, at, owner[path]))
    return {name: list(dict.fromkeys(mine)) for name, mine in globs.items()}, general


def _by_name(path: str, at: str, component: str) -> str:
    """The glob of one file in the folder `at`; of a module that is a component, whatever its ending is."""
    return f"{at}{literal(component)}.*" if _stem(path) == component else file_glob(path)


def _contents(owner: Mapping[str, str]) -> tuple[dict[str, set[str]], dict[str, list[str]]]:
    """The components below each folder, and the files in it itself; the root is ""."""
    inside: dict[str, set[str]] = {}
    direct: dict[str, list[str]] = {}
    for path in sorted(owner):
        folders = ["", *_folders(path)]
        direct.setdefault(folders[-1], []).append(path)
        for folder in folders:
            inside.setdefault(folder, set()).add(owner[path])
    return inside, direct


def _own(folder: str, direct: Sequence[str], owner: Mapping[str, str]) -> str:
    """The component of the files in a folder itself, where they are not modules that are one each; "" if none is."""
    names = {owner[path] for path in direct}
    loose = {owner[path] for path in direct if owner[path] != _stem(path)}
    if len(loose) == 1:
        return min(loose)
    usual = folder.rpartition("/")[2] or ROOT
    return usual if not loose and usual in names else ""


def _apart(globs: dict[str, list[str]], owner: Mapping[str, str]) -> dict[str, list[str]]:
    """The same where no glob takes what a later component owns; what one would take is taken back by name."""
    taken = {name: matcher(mine) for name, mine in globs.items()}
    for path in sorted(owner):
        for name in globs:
            if name == owner[path]:
                break
            if taken[name](path):
                globs[name].append(f"!{file_glob(path)}")
                taken[name] = matcher(globs[name])
    return globs


def _depth(folder: str) -> int:
    return len(folder.split("/")) if folder else 0


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _folders(path: str) -> list[str]:
    """The folders around a file, outermost first, the root left out."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
