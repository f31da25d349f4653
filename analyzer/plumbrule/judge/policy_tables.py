"""What the policy says, as tables that rule SQL can read: the same on both sides, save what it finds there."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice, takewhile

from plumbrule.globs import beginning, matcher
from plumbrule.graph import Graph
from plumbrule.languages import Language, language_of
from plumbrule.policy import Contract, Drawn, Forbidden, Layers, Policy, RuleSetting
from plumbrule.policy.model import EACH
from plumbrule.tables import Row, Table, columns

POLICY_TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table(
            "policy_component",
            "A component that the policy declares.",
            columns(
                """name VARCHAR its name
                position INTEGER place in the policy, from 1; the first match wins
                globs VARCHAR its path globs, joined by a comma and a space"""
            ),
        ),
        Table(
            "policy_layer",
            "One place in an order of layers; each may depend on those with a higher position only.",
            columns(
                """name VARCHAR the order's name
                position INTEGER from 1, the top
                component VARCHAR the component or glob that stands there
                reason VARCHAR why, as the policy says
                closed BOOLEAN only the next position may be depended on
                told VARCHAR reason, alternatives and owner in sentences and a space after them, or empty
                severity VARCHAR of findings about it, or empty: as the rule has it
                lazy BOOLEAN imports count, too, that run later than when a file is loaded"""
            ),
        ),
        Table(
            "policy_forbid",
            "A component may not depend on another.",
            columns(
                """from VARCHAR the component or glob that may not depend
                to VARCHAR on this one
                reason VARCHAR why, as the policy says
                transitive BOOLEAN nor by way of other files
                told VARCHAR reason, alternatives and owner in sentences and a space after them, or empty
                severity VARCHAR of findings about it, or empty: as the rule has it
                lazy BOOLEAN imports count, too, that run later than when a file is loaded"""
            ),
        ),
        Table(
            "policy_contract",
            "A contract of the policy, of a kind other than layers and forbidden pairs.",
            columns(
                """kind VARCHAR the table that states it, as allow or public
                name VARCHAR its name, told apart from others of its kind
                reason VARCHAR why, as the policy says
                alternatives VARCHAR what else may be done, as the policy says
                owner VARCHAR who answers for it
                told VARCHAR reason, alternatives and owner in sentences and a space after them, or empty
                severity VARCHAR of findings about it, or empty: as the rule has it
                source VARCHAR the policy file
                line INTEGER where it stands there, 0 = unknown"""
            ),
        ),
        Table(
            "policy_element",
            "What a contract speaks of; its files are those of `file_group` with the same element.",
            columns(
                """kind VARCHAR of the contract
                name VARCHAR of the contract
                role VARCHAR the key that lists it, as from or entry
                position INTEGER place in the contract, from 1
                element VARCHAR a component, a glob, or `each of` a glob each of whose folders is one"""
            ),
        ),
        Table(
            "policy_option",
            "How a contract is meant; a list has a row for each of its texts.",
            columns(
                """kind VARCHAR of the contract
                name VARCHAR of the contract
                key VARCHAR such as allow or files
                value VARCHAR as text; a number in digits, true or false"""
            ),
        ),
        Table(
            "policy_drawn_part",
            "A component that a diagram of the policy draws.",
            columns(
                """diagram VARCHAR the contract that names the diagram
                component VARCHAR the component
                closed BOOLEAN what is not drawn may not be depended on, nor depend on what is
                told VARCHAR reason, alternatives and owner in sentences and a space after them, or empty
                severity VARCHAR of findings about it, or empty: as the rule has it
                file VARCHAR the diagram"""
            ),
        ),
        Table(
            "policy_drawn",
            "A dependency that a diagram of the policy draws.",
            columns(
                """diagram VARCHAR the contract that names the diagram
                from VARCHAR the component at the arrow's tail
                to VARCHAR the component at its head
                required BOOLEAN it must be there: the diagram is complete, and the line has a head
                told VARCHAR reason, alternatives and owner in sentences and a space after them, or empty
                severity VARCHAR of findings about it, or empty: as the rule has it
                file VARCHAR the diagram
                line INTEGER where it stands there"""
            ),
        ),
        Table(
            "policy_setting",
            "Something that the policy sets of a rule, other than the rule's own file says.",
            columns(
                """rule VARCHAR the rule, by the name that the policy gives it
                key VARCHAR severity, or a parameter
                value VARCHAR what it is set to, in JSON without quotes around a text"""
            ),
        ),
        Table(
            "policy_selector",
            "Something that the policy selects files by, and how many it finds.",
            columns(
                """repo VARCHAR the repository judged
                kind VARCHAR component, exclude, override, layer, forbid, or the kind of a contract
                name VARCHAR the component, order, forbidden pair or contract; empty for exclude and override
                selector VARCHAR the glob, or the component named
                matched BOOLEAN it selects at least one file, or the change itself corrects it
                source VARCHAR the policy file
                line INTEGER where it stands there, 0 = unknown
                inherited BOOLEAN a policy that is extended says so, which is meant for many repositories"""
            ),
        ),
        Table(
            "policy_waiver",
            "A waiver, and whether it waived anything.",
            columns(
                """repo VARCHAR the repository judged
                rule VARCHAR the rule waived
                subject VARCHAR the finding waived
                reason VARCHAR why, as the policy says
                owner VARCHAR who answers for it
                expires VARCHAR the last day it counts, ISO 8601
                expired BOOLEAN that day is past
                used BOOLEAN a finding carries this rule and subject, or it cannot be known
                note VARCHAR what is odd about it, such as a rule that does not exist
                source VARCHAR the policy file
                line INTEGER where it stands there, 0 = unknown
                named VARCHAR the last day that the policy names, where a waiver may not last so long
                waivable BOOLEAN findings of this rule may be accepted"""
            ),
        ),
        Table(
            "policy_baseline",
            "A line of the baseline that is not as it should be: what it accepts is gone, or may not be accepted.",
            columns(
                """repo VARCHAR the repository judged
                rule VARCHAR the rule whose finding it accepts
                subject VARCHAR the finding
                used BOOLEAN a finding carries this rule and subject, or it cannot be known
                waivable BOOLEAN findings of this rule may be accepted
                source VARCHAR the baseline file"""
            ),
        ),
        Table(
            "policy_loosening",
            "Something that the change itself loosens in the policy that judges it; empty on the before side.",
            columns(
                """repo VARCHAR the repository judged
                kind VARCHAR what is loosened, see policy.loosening.Loosening: waiver, severity, generated and so on
                subject VARCHAR what is loosened, in words that stay the same
                words VARCHAR the whole sentence
                source VARCHAR the policy file, or the file that exempts itself
                line INTEGER where the edit stands there, 0 = unknown or gone
                place VARCHAR the edit: table and key, and where it stood if it is gone
                hides VARCHAR[] findings that are gone or count for less by this edit"""
            ),
        ),
    )
}

# Filled by the judgement itself, when it knows: what was accepted and is there, what the change loosens.
TOLD = frozenset(("policy_waiver", "policy_baseline", "policy_loosening"))


def policy_rows(table: str, policy: Policy, graph: Graph, tree: Collection[str]) -> list[Row]:
    """The rows of one policy table. `graph` is the side that selectors are tried on, `tree` all paths of that side,
    excluded ones too; while it is empty nothing is said of exclusions."""
    if table == "policy_selector":
        rows = _selectors(policy, graph, tree)
        return [(*row, (row[1].replace("layer", "layers"), row[2] or row[3]) in policy.inherited) for row in rows]
    return _ROWS[table](policy)


def _components(policy: Policy) -> list[Row]:
    return [(part.name, at, ", ".join(part.globs)) for at, part in enumerate(policy.components, 1)]


def _layers(policy: Policy) -> list[Row]:
    return [
        (
            layers.name,
            layers.place(element),
            element,
            layers.reason,
            layers.closed,
            _told(layers),
            layers.severity,
            layers.lazy,
        )
        for layers in policy.layers
        for element in layers.order
    ]


def _forbid(policy: Policy) -> list[Row]:
    return [
        (pair.source, pair.target, pair.reason, pair.transitive, _told(pair), pair.severity, pair.lazy)
        for pair in policy.forbid
    ]


def _contracts(policy: Policy) -> list[Row]:
    return [
        (one.kind, one.name, one.reason, one.alternatives, one.owner, _told(one), one.severity, policy.source, one.line)
        for one in policy.contracts
    ]


def _elements(policy: Policy) -> list[Row]:
    return [
        (one.kind, one.name, element.role, position, f"{EACH if element.each else ''}{element.selector}")
        for one in policy.contracts
        for position, element in enumerate(one.elements, 1)
    ]


def _options(policy: Policy) -> list[Row]:
    return [
        (one.kind, one.name, key, value if isinstance(value, str) else json.dumps(value))
        for one in policy.contracts
        for key, said in sorted(one.options.items())
        for value in (said if isinstance(said, tuple) else (said,))
    ]


def _told(contract: Layers | Forbidden | Contract) -> str:
    """What a contract says of itself, as sentences for a remedy."""
    told = f'The policy says why: "{contract.reason}" ' if contract.reason else ""
    told += f'Instead, it says: "{contract.alternatives}" ' if contract.alternatives else ""
    return told + (f"{contract.owner} answers for it. " if contract.owner else "")


def _diagrams(policy: Policy) -> Iterator[tuple[Contract, Drawn]]:
    by_name = {contract.name: contract for contract in policy.contracts if contract.kind == "diagram"}
    yield from ((by_name[drawn.name], drawn) for drawn in policy.drawn if drawn.name in by_name)


def _drawn_parts(policy: Policy) -> list[Row]:
    return [
        (drawn.name, component, bool(one.options["closed"]), _told(one), one.severity, drawn.file)
        for one, drawn in _diagrams(policy)
        for component in drawn.components
    ]


def _drawn(policy: Policy) -> list[Row]:
    rows: list[Row] = []
    for one, drawn in _diagrams(policy):
        required = bool(one.options["complete"])
        rows += [
            (drawn.name, a.source, a.target, required and a.required, _told(one), one.severity, drawn.file, a.line)
            for a in drawn.arrows
        ]
    return rows


def _boxes(policy: Policy, repo: str) -> Iterator[Row]:
    """Of selectors, the boxes that stand for nothing, and the components that a closed diagram leaves out."""
    for one, drawn in _diagrams(policy):
        for box in drawn.unmapped:
            yield repo, "diagram", drawn.name, f"{box.box} ({box.why})", False, drawn.file, box.line
        if one.options["closed"]:
            for part in policy.components:
                if part.name not in drawn.components:
                    yield repo, "diagram", drawn.name, f"{part.name} (drawn nowhere)", False, policy.source, one.line


def contracts_told(policy: Policy) -> Mapping[str, tuple[str, str, str]]:
    """(reason, alternatives, owner) of contracts by their column `told`, which a rule hands on with what it finds."""
    stated: tuple[Layers | Forbidden | Contract, ...] = (*policy.layers, *policy.forbid, *policy.contracts)
    return {_told(one): (one.reason, one.alternatives, one.owner) for one in stated}


def _settings(policy: Policy) -> list[Row]:
    return [
        (rule, key, value if isinstance(value, str) else json.dumps(value))
        for rule, setting in sorted(policy.rules.items())
        for key, value in sorted({**setting.parameters, **_severity(setting)}.items())
    ]


def _severity(setting: RuleSetting) -> dict[str, str]:
    return {"severity": setting.severity} if setting.severity else {}


def _selectors(policy: Policy, graph: Graph, tree: Collection[str]) -> list[Row]:
    """In a fleet only what names this repository: whether the rest finds something shows in other repositories."""
    paths = sorted(graph.paths())
    own = f"{policy.repository}:" if policy.repositories else ""
    rows: list[Row] = []
    for part in policy.components:
        rows += _tried(policy, ("component", part.name, part.line), part.globs, paths)
    if tree:
        rows += _tried(policy, ("exclude", "", 0), policy.exclude, sorted(tree))
    for one in policy.overrides:
        rows += _tried(policy, ("override", "", one.line), one.paths, paths)
        for language in one.languages if not own else ():
            spoken = any(said is not None and said.name == language for said in map(language_of, paths))
            rows.append((policy.repository, "override", "", f"language {language}", spoken, policy.source, one.line))
    if not own and (policy.layers or policy.forbid):
        rows += _components_named(policy, graph.repo, paths)
    for contract in policy.contracts:
        rows += _elements_tried(policy, contract, paths)
    return [(graph.repo, *row[1:]) for row in (*rows, *_boxes(policy, graph.repo))]


def _tried(
    policy: Policy, where: tuple[str, str, int], globs: tuple[str, ...], among: Sequence[str]
) -> Iterator[Row]:  # fmt: skip
    """A row for each of these globs that speaks of this repository; `where` is kind, name and line."""
    kind, name, line = where
    own = f"{policy.repository}:" if policy.repositories else ""
    dead = False
    for glob in globs:
        if glob.startswith(own) and not glob.startswith("!"):
            matched = _means_any(policy.globs((glob,)), among)
            dead = dead or not matched
            yield policy.repository, kind, name, glob, matched, policy.source, line
    # An exception takes away only what a glob before it selects: alone, or where it takes all, nothing is left.
    taken = [glob for glob in globs if glob.startswith("!" + own)]
    if taken and not dead and not any(map(matcher(policy.globs(globs)), among)):
        for glob in taken:
            yield policy.repository, kind, name, glob, False, policy.source, line


def _elements_tried(policy: Policy, contract: Contract, paths: Sequence[str]) -> Iterator[Row]:
    own = f"{policy.repository}:" if policy.repositories else ""
    at = (policy.source, contract.line)
    for element in contract.elements:
        globs = policy.globs(element.globs)
        if element.is_component:
            matched = bool(own) or element.selector in _alive(policy, paths, {element.selector})
        elif globs and element.globs[0].startswith(own):
            matched = any(map(matcher(globs), paths)) if globs[1:] else _means_any(globs, paths)
        else:
            continue
        yield policy.repository, contract.kind, contract.name, element.selector, matched, *at
    if contract.kind == "pattern" and not own:
        wanted = str(contract.options["language"])
        matched = any(_may_be(language_of(path), wanted) for path in paths)
        yield policy.repository, contract.kind, contract.name, wanted, matched, *at


def _may_be(language: Language | None, name: str) -> bool:
    """Whether a file with such a name may be in a language; what has several, its content tells."""
    return language is not None and (language.name == name or language.written_in is not None)


def _means_any(globs: Sequence[str], among: Sequence[str]) -> bool:
    """Whether a glob means any of these paths, which are sorted: with a thousand components few need be looked at."""
    if not globs:
        return False
    begin = beginning(globs[0])
    first = bisect_left(among, begin)
    return any(map(matcher(globs), takewhile(lambda path: path.startswith(begin), islice(among, first, None))))


def _components_named(policy: Policy, repo: str, paths: Sequence[str]) -> list[Row]:
    """Of selectors, the components that orders and forbidden pairs name."""
    named = {name for layers in policy.layers for name in layers.order}
    alive = _alive(policy, paths, named.union(*((pair.source, pair.target) for pair in policy.forbid)))
    rows: list[Row] = []
    for layers in policy.layers:
        rows += [(repo, "layer", layers.name, end, end in alive, policy.source, layers.line) for end in layers.order]
    for pair in policy.forbid:
        name = f"{pair.source} -> {pair.target}"
        ends = (pair.source, pair.target)
        rows += [(repo, "forbid", name, end, end in alive, policy.source, pair.line) for end in ends]
    return rows


def _alive(policy: Policy, paths: Sequence[str], wanted: Collection[str]) -> set[str]:
    """Those of the wanted components and globs that hold a file; looks no further than it takes."""
    declared = {part.name for part in policy.components}
    found = {glob for glob in wanted if glob not in declared and _means_any(policy.globs((glob,)), paths)}
    for path in paths:
        if found.issuperset(wanted):
            break
        found.add(policy.component(path))
    return found


_ROWS: Mapping[str, Callable[[Policy], list[Row]]] = {
    "policy_drawn_part": _drawn_parts,
    "policy_drawn": _drawn,
    "policy_component": _components,
    "policy_layer": _layers,
    "policy_forbid": _forbid,
    "policy_contract": _contracts,
    "policy_element": _elements,
    "policy_option": _options,
    "policy_setting": _settings,
    "policy_waiver": lambda policy: [],
    "policy_baseline": lambda policy: [],
    "policy_loosening": lambda policy: [],
}
