"""What is odd about a policy: what guards nothing, says the same twice, or contradicts itself or the code.

Hides how each oddity is found. Everything here is asked of the policy as it lies there, and of the newest commit; what
is found is advice and no verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from plumbrule.globs import matcher
from plumbrule.graph import Graph
from plumbrule.judge import JudgedRow, Rule
from plumbrule.judge.policy_tables import policy_rows
from plumbrule.policy import Layers, Policy, Waiver
from plumbrule.supposed import means, objected

DEAD, SHADOWED, CONTRADICTORY, UNTRIGGERED, INVERTED, IDLE = (
    "dead selector", "shadowed", "contradictory", "never triggered", "inverted order", "setting without effect",
)  # fmt: skip


_MOST_NAMED = 400  # pairs that contracts name and that are tried


UNREAD = "not understood"


class Oddity(NamedTuple):
    """One thing that is odd, and what mends it."""

    kind: str
    line: int  # of the policy; 0 = unknown
    words: str
    mend: str


def oddities(
    policy: Policy, rules: Sequence[Rule], graph: Graph, tree: Collection[str], *, today: date
) -> tuple[Oddity, ...]:
    """Everything odd about this policy for the code of this graph, by line."""
    paths = sorted(graph.paths())
    found = [
        *_dead(policy, graph, tree),
        *_not_understood(policy),
        *_shadowed_components(policy, paths),
        *_shadowed_exclusions(policy),
        *_contradictory_orders(policy),
        *_forbidden_twice(policy, rules, paths, today),
        *_contradicted(policy, rules, paths, today),
        *_inverted(policy, graph),
        *_untriggered(policy, rules, graph, tree),
        *_idle_settings(policy, rules),
        *_idle_waivers(policy, rules, today),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.line, one.kind, one.words)))


def of_findings(rows: Iterable[JudgedRow]) -> Iterator[Oddity]:
    """What rules tell of waivers that waive nothing."""
    for row in rows:
        if row.rule == "unused-waiver":
            yield Oddity(IDLE, row.line, row.message, "Remove it: what it waived is gone, or is called otherwise.")


def agreed(policy: Policy, pairs: Collection[tuple[str, str]]) -> tuple[str, ...]:
    """How much of each diagram the code keeps, by the pairs of components that depend on each other (the convergences
    of the reflexion model)."""
    told = []
    for drawn in policy.drawn:
        needed = [(arrow.source, arrow.target) for arrow in drawn.arrows if arrow.required]
        there = sum(pair in pairs for pair in needed)
        told.append(f"{drawn.file}: {there} of {len(needed)} dependencies that it draws are there.")
    return tuple(told)


def _not_understood(policy: Policy) -> Iterator[Oddity]:
    lines = {contract.name: contract.line for contract in policy.contracts if contract.kind == "diagram"}
    for drawn in policy.drawn:
        for remark in drawn.remarks:
            yield Oddity(
                UNREAD, lines.get(drawn.name, 0), f"{drawn.file}, {remark}", "Write it otherwise, or leave it out."
            )


def _dead(policy: Policy, graph: Graph, tree: Collection[str]) -> Iterator[Oddity]:
    guards = {path: policy.component(path) for path in graph.paths()}
    empty = {part.name for part in policy.components} - set(guards.values())
    for _, kind, name, selector, matched, _, line, _ in policy_rows("policy_selector", policy, graph, tree):
        if matched or (kind != "component" and selector in empty):
            continue  # of a component without files it is told at the component
        of = f'{kind} "{name}"' if name else str(kind)
        mend = "Correct it to where the files lie now, or remove it."
        yield Oddity(DEAD, int(str(line)), f"{of}: {selector} selects no file.", mend)


def _shadowed_components(policy: Policy, paths: Sequence[str]) -> Iterator[Oddity]:
    """Components and globs of which components before them take every file: the first match wins."""
    held: dict[str, str] = {}
    for part in policy.components:
        mine = list(filter(matcher(policy.globs(part.globs)), paths))
        taken = Counter(held[path] for path in mine if path in held)
        if mine and sum(taken.values()) == len(mine):
            by = ", ".join(sorted(taken))
            words = f"component {part.name!r}: every file that it selects belongs to {by}, which stand before it."
            yield Oddity(SHADOWED, part.line, words, f"Move it before {by}, or narrow their globs.")
        for path in mine:
            held.setdefault(path, part.name)
        plain = [glob for glob in policy.globs(part.globs) if not glob.startswith("!")]
        for glob, wider in _contained(plain):
            words = f"component {part.name!r}: {glob} lies in {wider}, which stands before it."
            yield Oddity(IDLE, part.line, words, "Remove it.")


def _shadowed_exclusions(policy: Policy) -> Iterator[Oddity]:
    for glob, wider in _contained([glob for glob in policy.globs(policy.exclude) if not glob.startswith("!")]):
        yield Oddity(IDLE, 0, f"exclude: {glob} lies in {wider}, which stands before it.", "Remove it.")


def _contained(globs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Globs below a folder that an earlier one takes whole, whatever files there will be; and that one."""
    folders: list[str] = []
    for glob in globs:
        bare = glob.removeprefix("/")
        if wider := next((folder for folder in folders if bare.startswith(folder[:-2])), ""):
            yield glob, wider
        if bare.endswith("/**") and not set("*?[\\") & set(bare[:-3]):
            folders.append(bare)


def _contradictory_orders(policy: Policy) -> Iterator[Oddity]:
    """Two orders that put two elements the one way and the other: neither may depend on the other."""
    for at, one in enumerate(policy.layers):
        for other in policy.layers[at + 1 :]:
            both = [name for name in one.order if name in other.order]
            for first in both:
                for second in both:
                    if _before(one, first, second) and _before(other, second, first):
                        words = f'"{one.name}" has {first} above {second}, and "{other.name}" has it below.'
                        yield Oddity(
                            CONTRADICTORY, other.line, words, "Let them agree; as it is neither may know the other."
                        )


def _before(layers: Layers, first: str, second: str) -> bool:
    return layers.place(first) < layers.place(second)


def _forbidden_twice(policy: Policy, rules: Sequence[Rule], paths: Sequence[str], today: date) -> Iterator[Oddity]:
    """Pairs that something else forbids already; asked of one pair of files each, of the policy without them."""
    direct = [pair for pair in policy.forbid if not pair.transitive]
    examples = {(pair.source, pair.target): _example(policy, pair.source, pair.target, paths) for pair in direct}
    told = objected(replace(policy, forbid=()), rules, [pair for pair in examples.values() if all(pair)], today=today)
    for pair in direct:
        example = examples[pair.source, pair.target]
        if example in told:
            words = f"{pair.source} may not depend on {pair.target} already without this [[forbid]]: {told[example]}."
            yield Oddity(SHADOWED, pair.line, words, "Remove it, or say in its reason what it adds.")


def _contradicted(policy: Policy, rules: Sequence[Rule], paths: Sequence[str], today: date) -> Iterator[Oddity]:
    """What one contract allows or requires by name, and another forbids."""
    named = [
        (contract, source, target)
        for contract in policy.contracts
        if contract.kind in ("allow", "require")
        for source in contract.of("from")
        for target in contract.of("to")
        if source != target
    ][:_MOST_NAMED]
    examples = [_example(policy, source, target, paths) for _, source, target in named]
    told = objected(policy, rules, [pair for pair in examples if all(pair)], today=today)
    for (contract, source, target), example in zip(named, examples, strict=True):
        if example in told:
            verb = "lets" if contract.kind == "allow" else "makes"
            words = f'[[{contract.kind}]] "{contract.name}" {verb} {source} depend on {target}, and: {told[example]}.'
            yield Oddity(CONTRADICTORY, contract.line, words, "Remove one of the two.")


def _example(policy: Policy, source: str, target: str, paths: Sequence[str]) -> tuple[str, str]:
    """One file that is meant by each, and by that one alone; ("", "") if there is none."""
    in_source, in_target = means(policy, source), means(policy, target)
    src = next((path for path in paths if in_source(path) and not in_target(path)), "")
    dst = next((path for path in paths if in_target(path) and not in_source(path)), "")
    return (src, dst) if src and dst else ("", "")


def _inverted(policy: Policy, graph: Graph) -> Iterator[Oddity]:
    """Orders against which most of the code stands."""
    if not policy.layers:
        return
    edges = {(edge.src, edge.dst) for edge in graph.edges() if not edge.type_only and not edge.lazy}
    for layers in policy.layers:
        meant = [(name, means(policy, name)) for name in layers.order]
        members: dict[str, list[str]] = {}
        for path in {end for edge in edges for end in edge}:
            members[path] = [name for name, is_one in meant if is_one(path)]
        down = up = 0
        for src, dst in edges:
            steps = [layers.place(b) - layers.place(a) for a in members[src] for b in members[dst]]
            down += any(step > 0 for step in steps)
            up += any(step < 0 for step in steps)
        if up > down:
            words = f'"{layers.name}": {up:,} imports go up and {down:,} down, so the code stands against it.'
            mend = "The first may depend on those after it: turn it round, or say in its reason that it is the aim."
            yield Oddity(INVERTED, layers.line, words, mend)


def _untriggered(policy: Policy, rules: Sequence[Rule], graph: Graph, tree: Collection[str]) -> Iterator[Oddity]:
    """Rules that are set and can find nothing, and contracts that no rule judges."""
    by_name = {name: rule for rule in rules for name in rule.names}
    for name, setting in policy.rules.items():
        rule = by_name.get(name)
        if rule is None or setting.severity == "off":
            continue
        for table in rule.needs:
            if table.startswith("policy_") and table != "policy_selector" and not _has_rows(table, policy, graph, tree):
                words = f"{name} is set, and the policy states nothing that it could judge."
                yield Oddity(UNTRIGGERED, setting.line, words, f"State it, or remove [rules.{name}].")
    off = {rule.id for rule in rules if _severity(policy, rule) == "off"}
    for kind, line in _kinds(policy):
        judging = [rule.id for rule in rules if _judges(rule, kind) and not _asks_for_more(policy, rule)]
        if judging and set(judging) <= off:
            words = f"[[{kind}]] is stated, and what judges it is off: {', '.join(judging)}."
            yield Oddity(UNTRIGGERED, line, words, f"Give {judging[0]} a severity, or remove the contract.")


def _has_rows(table: str, policy: Policy, graph: Graph, tree: Collection[str]) -> bool:
    if table == "policy_waiver":
        return bool(policy.waivers)
    try:
        return table == "policy_loosening" or bool(policy_rows(table, policy, graph, tree))
    except KeyError:  # a table that says something else than what the policy states
        return True


def _kinds(policy: Policy) -> Iterator[tuple[str, int]]:
    yield from (("layers", layers.line) for layers in policy.layers[:1])
    yield from (("forbid", pair.line) for pair in policy.forbid[:1])
    yield from {contract.kind: contract.line for contract in reversed(policy.contracts)}.items()


def _judges(rule: Rule, kind: str) -> bool:
    if kind in ("layers", "forbid"):
        return {"layers": "policy_layer", "forbid": "policy_forbid"}[kind] in rule.needs
    return any(table.startswith("policy_") for table in rule.needs) and f"kind = '{kind}'" in rule.sql


def _asks_for_more(policy: Policy, rule: Rule) -> bool:
    """Whether a rule judges only orders that are closed, or pairs that are forbidden by way of others, and none is."""
    closed, transitive = any(one.closed for one in policy.layers), any(one.transitive for one in policy.forbid)
    return ("closed" in rule.sql and not closed) or ("transitive" in rule.sql and not transitive)


def _severity(policy: Policy, rule: Rule) -> str:
    return next((s.severity for name in rule.names if (s := policy.rules.get(name)) and s.severity), rule.severity)


def _idle_settings(policy: Policy, rules: Sequence[Rule]) -> Iterator[Oddity]:
    by_name = {name: rule for rule in rules for name in rule.names}
    for name, setting in policy.rules.items():
        rule = by_name.get(name)
        if rule is None:
            continue  # a judgement refuses it
        if setting.severity and setting.severity == rule.severity and not rule.own:
            yield Oddity(IDLE, setting.line, f"{name} is {setting.severity} as it ships.", "Remove `severity`.")
        defaults = {parameter.name: parameter.default for parameter in rule.parameters}
        for key, value in setting.parameters.items():
            if value == defaults.get(key):
                yield Oddity(IDLE, setting.line, f"{key} of {name} is {value!r} by default.", "Remove it.")
            elif setting.severity == "off":
                yield Oddity(
                    IDLE, setting.line, f"{key} of {name} is set, and the rule is off.", "Remove one of the two."
                )


def _idle_waivers(policy: Policy, rules: Sequence[Rule], today: date) -> Iterator[Oddity]:
    by_name: Mapping[str, Rule] = {name: rule for rule in rules for name in rule.names}
    seen: dict[tuple[str, str], Waiver] = {}
    for waiver in policy.waivers:
        what = f"the waiver of {waiver.rule} for {waiver.subject}"
        rule = by_name.get(waiver.rule)
        if waiver.expired(today):
            yield Oddity(
                IDLE, waiver.line, f"{what} ended on {waiver.expires}.", "Mend the finding, or agree on a new day."
            )
        if rule is None:
            yield Oddity(IDLE, waiver.line, f"{what}: there is no such rule.", "Remove it.")
        elif _severity(policy, rule) == "off":
            yield Oddity(IDLE, waiver.line, f"{what}: the rule is off.", "Remove it.")
        wide = replace(waiver, repository="")
        if (wide.rule, wide.subject) in seen and not seen[wide.rule, wide.subject].repository:
            yield Oddity(SHADOWED, waiver.line, f"{what}: one for any repository stands before it.", "Remove it.")
        seen.setdefault((waiver.rule, waiver.subject), waiver)
