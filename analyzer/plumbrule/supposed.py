"""Whether one part may depend on another, asked before the edit: the rules judge an import that nobody has written.

Hides that there is no code: a graph of the files in question and of the imports between them is made up, and judged by
the very rules that a gate runs, so that what is told here is what the gate will say. What needs the rest of the code,
such as a circle that the import would close, it cannot tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from plumbrule.data import dataclass
from plumbrule.errors import SettingsError
from plumbrule.globs import matcher
from plumbrule.graph import Dependency, FileRow, FileRows, MemoryGraph
from plumbrule.judge import Moment, Rule, Sides, judge
from plumbrule.languages import is_test, language_of
from plumbrule.measures import Situation, measures
from plumbrule.policy import Policy
from plumbrule.snapshot import FilesWalk
from plumbrule.tables import Row

MAY, MAY_NOT, DEPENDS = "may", "may not", "depends on the files"

_MOST = 30  # files looked at on each side, of those that no line of the policy tells apart one


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked about: a component, a folder or a file, which need not be there yet."""

    given: str
    kind: str  # component | folder | file | file that is not there yet
    files: tuple[str, ...]
    components: tuple[str, ...]  # those of its files; "" is left out


class Stated(NamedTuple):
    """A piece of the policy that speaks of both sides."""

    table: str
    name: str
    line: int  # 0 = unknown
    reason: str
    against: bool  # it forbids the import, of some files at least


class Objection(NamedTuple):
    """What a rule would say."""

    rule: str
    severity: str
    message: str
    remedy: str
    pairs: int  # pairs of files of which it says so
    stated: tuple[Stated, ...]  # what in the policy makes it say so


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether one may depend on the other, and why."""

    answer: str
    objections: tuple[Objection, ...]
    silent: tuple[Stated, ...]  # what speaks of both sides, and has nothing against it
    pairs: int  # pairs of files that were looked at
    refused: tuple[str, ...] = ()  # rules that gave no answer, and why


def part_of(given: str, policy: Policy, paths: Collection[str]) -> Part:
    """What these words mean: a component's name first, else a path. SettingsError if they mean nothing."""
    names = [part.name for part in policy.components]
    if given in names:
        files = tuple(sorted(path for path in paths if policy.component(path) == given and not policy.excludes(path)))
        if not files:
            raise SettingsError(f"the component {given!r} holds no file here, so nothing binds it.\nName a file.")
        return Part(given, "component", files, (given,))
    path = given.strip("/")
    inside = tuple(sorted(one for one in paths if one.startswith(f"{path}/") and not policy.excludes(one)))
    if path in paths or (not inside and language_of(path) is not None and not given.endswith("/")):
        if policy.excludes(path):
            raise SettingsError(f"{given}: the policy excludes it from the analysis, so no rule looks at it.\n"
                                "Take it out of `exclude`, or name another file.")  # fmt: skip
        kind = "file" if path in paths else "file that is not there yet"
        return Part(path, kind, (path,), tuple(filter(None, (policy.component(path),))))
    if not inside:
        from difflib import get_close_matches

        near = get_close_matches(given, [*names, *paths], 1, 0.6)
        hint = f"Did you mean {near[0]!r}?" if near else "Name a component of the policy, a folder or a file of code."
        raise SettingsError(f"{given}: there is no such component, folder or file of code here.\n{hint}")
    return Part(path, "folder", inside, tuple(sorted({*map(policy.component, inside)} - {""})))


def asked(policy: Policy, rules: Sequence[Rule], source: Part, target: Part, *, today: date) -> Answer:
    """What the rules would say of an import from the one to the other."""
    used = [rule for rule in rules if rule.own or any(table.startswith("policy_") for table in rule.needs)]
    pairs = _pairs(policy, source, target)
    if not pairs:
        return Answer(MAY, (), (), 0)
    found, refused = _judged(policy, used, pairs, today)
    by_rule: dict[str, list[_Told]] = {}
    for told in found:
        by_rule.setdefault(told.rule, []).append(told)
    both, one_sided = _speaking(policy, source, target)
    objecting = [rule for rule in used if rule.id in by_rule]
    told_by = partial(_told_by, policy=policy, rules=objecting, pairs=pairs, today=today)
    makers = _makers(by_rule.keys(), both, one_sided, told_by)
    objections = tuple(_objection(rule, tolds, makers.get(rule, ())) for rule, tolds in sorted(by_rule.items()))
    against = {id(piece) for pieces_of in makers.values() for piece in pieces_of}
    silent = tuple(piece.stated(against=False) for piece in both if id(piece) not in against)
    return Answer(_verdict(found, pairs), objections, silent, len(pairs), refused)


def _pairs(policy: Policy, source: Part, target: Part) -> list[tuple[str, str]]:
    """The imports that are looked at, from file to file."""
    apart = _Apart(policy)
    return [
        (src, dst)
        for src in islice(apart.examples(source.files), _MOST)
        for dst in islice(apart.examples(target.files), _MOST)
        if src != dst
    ]


def _speaking(policy: Policy, source: Part, target: Part) -> tuple[list[_Piece], list[_Piece]]:
    """What speaks of both sides, and what lists one side alone and by that leaves out the other."""
    both, one_sided = [], []
    for piece in _pieces(policy):
        meant = [piece.speaks_of(policy, files) for files in (source.files, target.files)]
        if all(meant):
            both.append(piece)
        elif any(meant):
            one_sided.append(piece)
    return both, one_sided


def _makers(
    objecting: Set[str],
    both: Sequence[_Piece],
    one_sided: Sequence[_Piece],
    told_by: Callable[[Sequence[_Piece]], set[str]],
) -> dict[str, list[_Piece]]:
    """By rule that objects, what in the policy makes it do so: what speaks of both sides, else of one."""
    makers: dict[str, list[_Piece]] = {}
    for piece in both if objecting else ():
        for rule in told_by((piece,)):
            makers.setdefault(rule, []).append(piece)
    lone = objecting - makers.keys()
    for rule in sorted(lone & told_by(one_sided) if lone else ()):
        makers[rule] = [_narrowed(one_sided, partial(_tells, told_by, rule))]
    return makers


def _objection(rule: str, tolds: Sequence[_Told], makers: Sequence[_Piece]) -> Objection:
    first = tolds[0]
    pairs = len({told.subject for told in tolds})
    stated = tuple(piece.stated(against=True) for piece in makers)
    return Objection(rule, first.severity, first.message, first.remedy, pairs, stated)


def _verdict(found: Sequence[_Told], pairs: Sequence[tuple[str, str]]) -> str:
    forbidden = {told.subject for told in found if told.severity == "error"}
    return MAY if not forbidden else MAY_NOT if len(forbidden) == len(pairs) else DEPENDS


def _told_by(
    pieces: Sequence[_Piece], policy: Policy, rules: Sequence[Rule], pairs: Sequence[tuple[str, str]], today: date
) -> set[str]:
    """The rules that object where the policy states these contracts and no others."""
    if not pieces:
        return set()
    others: dict[str, Any] = {name: () for name in _CONTRACTS if hasattr(policy, name)}  # Any: the value of a field
    for piece in pieces:
        others[piece.field] = (*others[piece.field], piece.item)
    return {told.rule for told in _judged(replace(policy, **others), rules, pairs, today)[0]}


def _tells(told_by: Callable[[Sequence[_Piece]], set[str]], rule: str, pieces: Sequence[_Piece]) -> bool:
    return rule in told_by(pieces)


def _narrowed(pieces: Sequence[_Piece], tells: Callable[[Sequence[_Piece]], bool]) -> _Piece:
    """One of these that tells by itself what they tell together, found by halves."""
    while len(pieces) > 1:
        half = pieces[: len(pieces) // 2]
        pieces = half if tells(half) else pieces[len(pieces) // 2 :]
    return pieces[0]


def objected(
    policy: Policy, rules: Sequence[Rule], pairs: Sequence[tuple[str, str]], *, today: date
) -> Mapping[tuple[str, str], str]:
    """Of these imports from file to file those that the rules would make an error of, with what one would say."""
    used = [rule for rule in rules if any(table.startswith("policy_") for table in rule.needs)]
    by_subject = {f"{src} -> {dst}": (src, dst) for src, dst in pairs if src != dst}
    found = _judged(policy, used, list(by_subject.values()), today)[0] if by_subject else []
    return {by_subject[told.subject]: told.message for told in reversed(found) if told.severity == "error"}


class _Told(NamedTuple):
    rule: str
    severity: str
    subject: str
    message: str
    remedy: str


def _judged(
    policy: Policy, rules: Sequence[Rule], pairs: Sequence[tuple[str, str]], today: date
) -> tuple[list[_Told], tuple[str, ...]]:
    """What the rules say of these imports, and which gave no answer."""
    repo = policy.repository or "here"
    policy = policy.within(policy.repository)
    targets: dict[str, list[str]] = {}
    for src, dst in pairs:
        targets.setdefault(src, []).append(dst)
        targets.setdefault(dst, [])
    without = MemoryGraph(repo).revised({path: _made_up(path, ()) for path in targets}, {})
    graph = MemoryGraph(repo).revised({path: _made_up(path, to) for path, to in targets.items()}, {})
    walk = FilesWalk(repo, policy.intent())
    before = Moment(without, _derived(walk, without, MemoryGraph(repo), policy, {}), tuple(targets))
    now = Moment(graph, _derived(walk, graph, without, policy, before.derived), tuple(targets))
    sides = Sides(now, before, policy=policy, changed=tuple(targets))
    try:
        settings = {name: policy.rules[name] for rule in rules for name in rule.names if name in policy.rules}
        judgement = judge(sides, rules, replace(policy, waivers=(), rules=settings), today=today)
    finally:
        sides.close()
    wanted = {f"{src} -> {dst}" for src, dst in pairs}
    found = [
        _Told(row.rule, row.severity, row.subject, row.message, row.remedy)
        for row in judgement.rows
        if row.state == "new" and row.subject in wanted
    ]
    return found, (*judgement.errors, *judgement.not_measured)


def _made_up(path: str, targets: Sequence[str]) -> FileRows:
    language = language_of(path)
    name = language.name if language is not None else "other"
    row = FileRow(name, name, "", 1, 1, is_test(path), False)
    imports = tuple(Dependency(dst, "import", False, False, 1, "", 1.0) for dst in sorted(set(targets)))
    return FileRows(row, (), (), imports, (), (), (), len(imports), len(imports))


def _derived(
    walk: FilesWalk, now: MemoryGraph, before: MemoryGraph, policy: Policy, earlier: Mapping[str, Collection[Row]]
) -> Mapping[str, Collection[Row]]:
    """The tables of the measures; those about a change or the past have nothing to tell of code that
    is not there."""
    rows: dict[str, Collection[Row]] = {}
    for measure in measures():
        if measure.scope == "snapshot" and measure.gate:
            rows[measure.table.name] = measure.compute(
                Situation(now, before, tuple(now.paths()), walk.book, policy.intent(), rows, earlier, {})
            )
        elif measure.scope != "snapshot":
            rows[measure.table.name] = ()
    return rows


# -- the pieces of a policy, over whatever fields it has ---------------------------------------------------------


class _Piece(NamedTuple):
    """One contract of the policy: an item of a field that speaks of components or globs."""

    field: str
    item: object
    selectors: tuple[str, ...]

    def speaks_of(self, policy: Policy, files: Sequence[str]) -> bool:
        """Whether any of these files is meant by it."""
        meant = [means(policy, selector) for selector in self.selectors]
        return any(is_one(path) for is_one in meant for path in files)

    def stated(self, *, against: bool) -> Stated:
        item = self.item
        table = str(getattr(item, "kind", self.field))
        name = str(getattr(item, "name", "")) or " -> ".join(self.selectors)
        return Stated(table, name, getattr(item, "line", 0), str(getattr(item, "reason", "")), against)


_CONTRACTS = ("layers", "forbid", "contracts", "diagrams")


def _pieces(policy: Policy) -> Iterator[_Piece]:
    for field in _CONTRACTS:
        for item in getattr(policy, field, ()):
            if selectors := tuple(dict.fromkeys(_selectors(item))):
                yield _Piece(field, item, selectors)


def _selectors(item: object) -> Iterator[str]:
    """What an item selects files by, wherever it says so."""
    for key in ("order", "source", "target", "selector", "components"):
        said = getattr(item, key, ())
        yield from (said,) if isinstance(said, str) else said
    for one in getattr(item, "elements", ()):
        if is_dataclass(one) and any(field.name == "selector" for field in fields(one)):
            yield str(getattr(one, "selector", ""))


def means(policy: Policy, selector: str) -> Callable[[str], bool]:
    """Whether a file is meant by what a contract selects by: a component's name, or a glob."""
    if any(part.name == selector for part in policy.components):
        return lambda path: policy.component(path) == selector
    # What is taken from a glob stands behind it, as `src/** !src/x/**`.
    globs = policy.globs(tuple(re.split(r" (?=!)", selector)))
    return matcher(globs) if globs else lambda path: False


class _Apart:
    """Files by what the policy can tell them apart by: of those it cannot, one is enough."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.selectors = sorted({selector for piece in _pieces(policy) for selector in piece.selectors})
        self.meant = [(selector, means(policy, selector)) for selector in self.selectors]

    def examples(self, files: Sequence[str]) -> Iterator[str]:
        seen: set[object] = set()
        for path in files:
            told = (
                self.policy.component(path),
                *(self._place(selector, path) for selector, m in self.meant if m(path)),
            )
            if told not in seen:
                seen.add(told)
                yield path

    def _place(self, selector: str, path: str) -> str:
        """The folder that a glob with a star may mean: one that stands for siblings tells them apart."""
        depth = selector.strip("/").count("/") + 1
        return f"{selector} {'/'.join(path.split('/')[:depth])}" if "*" in selector.removesuffix("/**") else selector
