"""What a changed policy allows that the policy before it did not.

Hides which changes of the text matter. Components are compared by the files they hold, so that a folder that moved, or
a component with a new name, is no loosening as long as the same files obey the same contracts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import NamedTuple

from plumbrule.globs import matcher
from plumbrule.policy.edits import BASELINE, ORDER, RULE_FILE, Edit, said
from plumbrule.policy.model import (
    BASELINE_NAME,
    NO_VERDICT,
    Contract,
    Forbidden,
    Layers,
    Override,
    Policy,
    RuleSetting,
    Setting,
    Waiver,
    settings_of,
)
from plumbrule.policy.witnesses import witnesses

LOOSENED = "policy-loosened"  # the rule that tells of loosenings
_RANK = {"off": 0, "info": 1, "warning": 2, "error": 3}

Defaults = Mapping[str, tuple[str, Mapping[str, Setting]]]  # rule -> (severity, parameters), as its file says


class Loosening(NamedTuple):
    """One thing loosened; the columns of the table `policy_loosening`."""

    # waiver | severity | parameter | exclude | component | dependency | rule | example | limit | repository | policy
    # | baseline | contract | edit (of anything else) | pipeline | store | language | generated | vendored
    # | waivable | owner | signers
    kind: str
    subject: str  # stays the same while the loosening does
    words: str  # one sentence
    source: str  # the policy file, or the file that exempts itself
    line: int = 0  # there, as the change has it; 0 = it is gone, or not known
    place: str = ""  # the edit: table and key, and where it stood if it is gone
    hides: tuple[str, ...] = ()  # what is found no longer, or counts for less, by this

    @property
    def name(self) -> str:
        """What a finding of it has for its subject."""
        return f"{self.kind} {self.subject}"


class Approval(NamedTuple):
    """Who answers for a loosening, and what proves it."""

    owner: str
    proof: str  # such as "signed commit 1a2b3c4d5e6f"


class Weighed(NamedTuple):
    """What of a change's loosenings is approved, and what a reader should know of it."""

    approvals: Mapping[str, Approval]  # by `Loosening.name`
    told: tuple[str, ...] = ()


def loosened(
    base: Policy,
    head: Policy | None,
    defaults: Defaults | None = None,
    why: str = "",
    *,
    files: Callable[[], Collection[str]] = tuple,
    formerly: Callable[[str], str] = str,
    stood: Callable[[], Collection[str]] | None = None,
    moved: Callable[[str], str] = str,
) -> tuple[Loosening, ...]:
    """What `head` loosens against `base`, sorted. None = the file is gone or cannot be read, and `why` says so.

    `files` gives the code files of the change's tree, `formerly` a finding's subject as it was called at the base
    by the files that moved, `moved` by what moved in them too, which takes longer to say, `stood` the code
    files of the base's tree; where they are not known, every new exclusion counts.
    A first policy loosens nothing.
    """
    if not base.source:
        return ()
    if head is None:
        return (gone(base.source, why or "is deleted"),)
    found = [
        *_rules(base, head, defaults or {}),
        *_overrides(base, head, defaults or {}, files),
        *_selections(base, head, files, formerly, stood),
        *_components(base, head, files),
        *_waivers(base, head, (formerly, moved)),
        *_limits(base, head),
        *_governance(base, head),
    ]
    return tuple(sorted({Loosening(kind, subject, words, base.source) for kind, subject, words in found}))


def gone(source: str, why: str) -> Loosening:
    """A policy that can no longer be used, since it `why`."""
    return Loosening("policy", source, _sentence(f"The policy {why}"), source, place=source)


def loosening_of(edit: Edit, loosening: Loosening) -> bool:
    """Whether it is this edit that a loosening, found by comparing what two policies say, speaks of."""
    kind, subject = loosening.kind, loosening.subject
    if edit.field == "rules":
        rule, key = edit.key
        return (
            (kind == "severity" and key == "severity" and subject == rule)
            or (kind == "parameter" and subject == f"{rule} {key}")
            or (kind == key == "waivable" and subject == rule)
        )
    if edit.field == "overrides":
        told = {*_overridden(edit.old), *_overridden(edit.new)}
        return kind in ("severity", "parameter") and subject.endswith(_BY_OVERRIDE) and subject.split(" ")[0] in told
    if edit.field == RULE_FILE:
        return (kind == "rule" and subject == edit.key[0]) or (
            kind == "example" and subject.split(" ")[0] == edit.key[0]
        )
    if edit.field == BASELINE:
        return kind == "baseline" and subject in (": ".join((edit.key[0], *edit.key[2:])), BASELINE_NAME)
    if edit.field == "waivers":
        return kind == "waiver" and subject == ": ".join(edit.key[:2])
    if edit.field == "components":
        was, _, now = subject.partition(": ")
        return kind == "component" and bool({was, now} & {edit.key[0]})
    if edit.field in ("layers", "forbid"):
        return kind == "dependency" and set(subject.split(" -> ")) <= {*_named(edit.old), *_named(edit.new)}
    return kind == _OWN_WORD.get(edit.field) and subject == edit.key[0]


_OWN_WORD = {"governance": "limit", "exclude": "exclude", "limits": "limit", "repositories": "repository"}


def _overridden(override: object) -> Collection[str]:
    """The rules of which an override speaks."""
    return override.rules if isinstance(override, Override) else ()


_BY_OVERRIDE = " by override"


def _named(contract: object) -> tuple[str, ...]:
    """The elements of an order or a forbidden pair."""
    if isinstance(contract, Layers):
        return contract.order
    return (contract.source, contract.target) if isinstance(contract, Forbidden) else ()


def direction(edit: Edit, declared: Collection[str] = (), dead: Collection[str] = ()) -> str:
    """Which way an edit goes by what it says, where `loosened` has nothing against it: tightening, neutral, loosening,
    or "unknown" where only its effect can tell. `declared` are the components of both sides, `dead` what the policy
    before selects by and finds nothing with any more: to take that out takes nothing away."""
    old, new = said(edit.old), said(edit.new)
    if edit.field in _NO_VERDICT or edit.key == ORDER or edit.field == "overrides":
        return "neutral"  # what overrides let pass is compared file by file
    if edit.field in ("rules", "limits", "governance"):
        return "tightening"  # the other way is a loosening by what it says
    if edit.field in (RULE_FILE, "forbid", "layers", "contracts") and edit.old is None:
        return "tightening"
    if edit.field in (BASELINE, "waivers"):
        sooner = isinstance(old, Waiver) and isinstance(new, Waiver) and new.expires < old.expires
        return "tightening" if edit.new is None or sooner else "neutral"
    if edit.field == "exclude":
        return "tightening" if (edit.new is None) != edit.key[0].startswith("!") else "neutral"
    if edit.field in (RULE_FILE, "components", "rule_folders", "repositories"):
        return "neutral"
    if edit.field in ("layers", "forbid", "contracts"):
        return _way_of_contract(edit, declared, dead)
    return "unknown"


def _way_of_contract(edit: Edit, declared: Collection[str], dead: Collection[str]) -> str:
    """`direction` of an edit of a contract that was there."""
    old, new = edit.old, edit.new
    if _bare(old) == _bare(new):
        return "neutral"
    if new is not None and (way := _way_of_weight(old, new)):
        return way
    if isinstance(old, Contract):
        if new is None:
            return _way_of_removal(old, dead)
        return _way_of_elements(old, new, dead) if isinstance(new, Contract) else "unknown"
    were, are = _named(old), _named(new)
    if {*were, *are} <= {*declared} and (new is None or _modes(old) == _modes(new)):
        return "neutral"  # what its components may do is compared pair by pair
    if new is None:
        return "neutral" if any(name in dead for name in were) else "loosening"
    if were == are and _modes(old) != _modes(new):
        return _way_of_modes(old, new)
    kept = [name for name in were if name in are]
    is_more = all(name in dead for name in were if name not in are) and kept == [one for one in are if one in were]
    return "tightening" if is_more and _modes(old) == _modes(new) else "unknown"


def _way_of_modes(old: object, new: object) -> str:
    (*before, places), (*after, others) = _modes(old), _modes(new)
    stricter = all(bool(late) >= bool(soon) for soon, late in zip(before, after, strict=True))
    return "tightening" if stricter and places == others else "unknown"


def _way_of_removal(old: Contract, dead: Collection[str]) -> str:
    """Of a contract that has nothing left to speak of, its removal takes nothing away."""
    roles = {element.role for element in old.elements}
    gone_now = (all(one in dead for one in old.of(role)) for role in roles)
    return "neutral" if any(gone_now) else "loosening"


def _way_of_elements(old: Contract, new: Contract, dead: Collection[str]) -> str:
    from plumbrule.policy.contracts import kind_of

    for option in kind_of(old.kind).options:
        was, now = old.options.get(option.key, option.default), new.options.get(option.key, option.default)
        if not option.says_the_same(was, now) and not (more := option.asks_more(was, now)):
            return "unknown" if more is None else "loosening"
    lets = {role.key for role in kind_of(old.kind).roles if role.lets}
    were, are = set(old.elements), set(new.elements)
    lost = {one for one in were - are if one.selector not in dead}
    came = are - were
    turning = {role.key for role in kind_of(old.kind).roles if role.turns}
    if ({one.role for one in were} ^ {one.role for one in are}) & turning:
        return "unknown"  # a role that is there at all may turn the meaning of the contract
    looser = [one for one in lost if (one.role in lets) == one.selector.startswith("!")]
    looser += [one for one in came if (one.role in lets) != one.selector.startswith("!")]
    moved = bool(came) and not lost and were != are and any(one.selector in dead for one in were - are)
    return "neutral" if moved else "loosening" if looser else "tightening"


def _modes(contract: object) -> tuple[object, ...]:
    """How an order or a forbidden pair is meant."""
    names = ("closed", "transitive", "places", "lazy")
    return tuple(getattr(contract, name, None) for name in names)


_NO_VERDICT = frozenset(one.name for one in fields(Policy) if one.metadata == NO_VERDICT)
_WORDS = frozenset(("name", "reason", "alternatives", "owner", "line", "file"))


def _way_of_weight(old: object, new: object) -> str:
    """`direction` by how much a breach counts and whether late imports do; "" where these tell nothing."""
    weighed = _weight(new) - _weight(old)
    lazy, lazier = (bool(getattr(one, "lazy", False)) for one in (old, new))
    if weighed < 0 or (lazy and not lazier):
        return "loosening"
    part = "severity" if weighed else "lazy"
    more = bool(weighed) or (lazier and not lazy)
    return "tightening" if more and _bare(old, part) == _bare(new, part) else ""


def _weight(contract: object) -> int:
    """How much a breach counts; where the contract does not say, as much as its rule has it by itself: mostly all."""
    return _RANK.get(getattr(contract, "severity", ""), 3)


def _bare(contract: object, without: str = "") -> object:
    """What a contract asks for, without its words."""
    if not is_dataclass(contract):
        return contract
    kept = [one.name for one in fields(contract) if one.name not in _WORDS and one.name != without]
    return [settings_of(getattr(contract, name)) for name in kept]


def edited(edit: Edit) -> str:
    """What an edit does, as the beginning of a sentence."""
    old, new = said(edit.old), said(edit.new)
    if edit.key == ORDER:
        return f"{edit.name} is another than before"
    if edit.new is None:
        return f"{edit.name} is taken out"
    if edit.old is None:
        return f"{edit.name} is added"
    plain = not is_dataclass(old) and not is_dataclass(new)
    return f"{edit.name} is {_said_of(new)} and was {_said_of(old)}" if plain else f"{edit.name} is another than before"


def _said_of(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def relabelled(path: str, label: str, *, of_itself: bool) -> Loosening:
    """A file that was written by hand at the base and is labelled "generated" or "vendored" now: rules leave such ones
    out. `of_itself` if the file itself changed or moved; else something beside it says so."""
    if not of_itself:
        says = f"{path} is unchanged and was written by hand; by what lies beside it, such as .gitattributes,"
        words = f"{says} it would count as {label}. It is judged as code written by hand."
    elif label == "generated":
        words = f"{path} says that it is generated, and did not before; it is judged as code written by hand."
    else:
        words = (
            f"{path} would count as vendored by its place or mark, and did not before; it is judged as written here."
        )
    return Loosening(label, path, words, path)


def left_out(path: str, old: str, *, by_name: bool) -> Loosening:
    """A file that was analysed as `old` and moved to where it is not: `by_name` if its new name is no code's."""
    why = "whose name is none of code" if by_name else "which the policy excludes"
    words = f"{old} was analysed and moved to {path}, {why}: nothing in it is judged any more."
    return Loosening("language" if by_name else "exclude", path, words, path)


def behind(path: str, kind: str, files: int) -> Loosening:
    """Analysed code in whose place the change puts a submodule or a link, of which this repository has a name alone."""
    many = "1 file that was" if files == 1 else f"{files:,} files that were"
    words = f"The {kind} {path} stands in the place of {many} analysed: nothing in it is judged here any more."
    return Loosening("exclude", path, words, path)


def strayed(policy: Policy, strays: Mapping[str, str]) -> Iterator[Loosening]:
    """Components that contracts bind and that files left by moving to where none is declared; `strays` gives the
    component by file. The change itself is judged as if they were still part of it; the next one could not be."""
    held: defaultdict[str, list[str]] = defaultdict(list)
    for path, was in strays.items():
        held[was].append(path)
    for was, paths in sorted(held.items()):
        if _is_bound(policy, was):
            many = min(paths) if len(paths) == 1 else f"{len(paths)} files ({min(paths)} is one)"
            words = f"{many} moved out of the component {was} to where none is declared: what is said of {was}"
            yield Loosening("component", f"{was}: moved", f"{words} binds them no longer.", policy.source)


def _is_bound(policy: Policy, component: str) -> bool:
    names = {name for contract in (*policy.layers, *policy.forbid) for name in _named(contract)}
    return component in names | {one.selector for contract in policy.contracts for one in contract.elements}


def _sentence(words: str) -> str:
    return words if words.endswith((".", "?")) else f"{words}."


_Told = Iterator[tuple[str, str, str]]


def _rules(base: Policy, head: Policy, defaults: Defaults) -> _Told:
    for folder in sorted(set(base.rule_folders) - set(head.rule_folders)):
        yield "rule", folder, f"The rules in {folder} are no longer used."
    for rule in sorted({*base.rules, *head.rules}):
        severity, parameters = defaults.get(rule, ("", {}))
        old, new = base.rules.get(rule, RuleSetting()), head.rules.get(rule, RuleSetting())
        was, now = old.severity or severity, new.severity or severity
        if _RANK.get(now, 3) < _RANK.get(was, 3):
            yield "severity", rule, f"{rule} is {now} and was {was or 'as it ships'}."
        for name in sorted({*old.parameters, *new.parameters}):
            before, after = (setting.get(name, parameters.get(name)) for setting in (old.parameters, new.parameters))
            if _raised(before, after):
                yield "parameter", f"{rule} {name}", f"{name} of {rule} is {_said(after)} and was {_said(before)}."


def _overrides(base: Policy, head: Policy, defaults: Defaults, files: Callable[[], Collection[str]]) -> _Told:
    """What overrides let pass, file by file: where globs were only written in another way nothing is told."""
    if base.overrides == head.overrides:
        return
    rules = sorted({rule for policy in (base, head) for one in policy.overrides for rule in one.rules})
    told: defaultdict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    there = files()
    globs = [glob for policy in (base, head) for one in policy.overrides for glob in policy.globs(one.paths) or ("**",)]
    to_come = frozenset(witnesses(globs, _endings(there, base, head), there))
    for path in sorted({*there, *to_come}):
        for rule in rules:
            (was, old), (now, new) = (_in_force(policy, rule, path, defaults) for policy in (base, head))
            usual_was, usual_now = (_in_force(policy, rule, "", defaults)[0] for policy in (base, head))
            if _RANK.get(now, 3) < _RANK.get(was, 3) and (was, now) != (usual_was, usual_now):
                told["severity", f"{rule}{_BY_OVERRIDE}", f"{rule} is {now}", f"was {was}"].append(path)
            for name in sorted({*old, *new}):
                before, after = old.get(name), new.get(name)
                if _raised(before, after):
                    what = f"{name} of {rule} is {_said(after)}"
                    told["parameter", f"{rule} {name}{_BY_OVERRIDE}", what, f"was {_said(before)}"].append(path)
    for (kind, subject, now, was), paths in told.items():
        paths = [path for path in paths if path not in to_come] or [f"files yet to come, such as {paths[0]}"]
        where = paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1:,} other files"
        yield kind, subject, f"{now} in {where}, and {was}."


def _endings(files: Iterable[str], *policies: Policy) -> frozenset[str]:
    """Of code as it is there, and as policies speak of it."""
    from plumbrule.languages import languages

    spoken = {name for policy in policies for one in policy.overrides for name in one.languages}
    told = {one.suffixes[0] for one in languages().values() if one.name in spoken and one.suffixes}
    return frozenset(told | {"." + path.rpartition(".")[2] for path in files if "." in path.rpartition("/")[2]})


def _in_force(policy: Policy, rule: str, path: str, defaults: Defaults) -> tuple[str, Mapping[str, Setting]]:
    """The severity and the parameters that a rule has for a file."""
    severity, parameters = defaults.get(rule, ("", {}))
    found = dict(parameters)
    for setting in (policy.rules.get(rule, RuleSetting()), *policy.overriding((rule,), path)):
        severity = setting.severity or severity
        found.update(setting.parameters)
    return severity, found


def _raised(before: Setting | None, after: Setting | None) -> bool:
    """Whether more may pass: a number went up, or anything else changed (which way is not known)."""
    if before is None or after is None or before == after:
        return before != after
    if isinstance(before, int | float) and isinstance(after, int | float) and not isinstance(before, bool):
        return after > before
    return True


def _said(value: Setting | None) -> str:
    return "the default" if value is None else ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _selections(
    base: Policy,
    head: Policy,
    files: Callable[[], Collection[str]],
    formerly: Callable[[str], str],
    stood: Callable[[], Collection[str]] | None,
) -> _Told:
    for glob in head.exclude:
        is_more = glob not in base.exclude and not glob.startswith("!")
        if is_more and (stood is None or _takes_away(base, head.globs((glob,)), stood(), files, formerly)):
            yield "exclude", glob, f"{glob} is no longer analysed."
    for glob in base.exclude:
        if glob not in head.exclude and glob.startswith("!"):
            yield "exclude", glob, f"{glob} no longer takes files back from the exclusions."
    named, lying = ({getattr(one, part) for one in head.repositories} for part in ("name", "path"))
    for member in base.repositories:
        # Under another name it still is a member: what is bound to the name it had could not be read any more.
        if member.name not in named and member.path not in lying:
            yield "repository", member.name, f"The repository {member.name} is no longer part of the fleet."


def _takes_away(
    base: Policy,
    globs: tuple[str, ...],
    stood: Collection[str],
    files: Callable[[], Collection[str]],
    formerly: Callable[[str], str],
) -> bool:
    """Whether any file that the base has analysed is under these globs, where it was or where it moved to."""
    if not globs:
        return True  # they speak of another repository, whose files are not known here
    excluded = matcher(globs)
    if any(excluded(path) and not base.excludes(path) for path in stood):
        return True
    came = (path for path in files() if excluded(path) and path not in stood)
    return any((was := formerly(path)) != path and not base.excludes(was) for path in came)


def _components(base: Policy, head: Policy, files: Callable[[], Collection[str]]) -> _Told:
    """What files may do now that they could not before, since they, or their component, stand elsewhere."""
    if (base.components, base.layers, base.forbid) == (head.components, head.layers, head.forbid):
        return
    held: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path in sorted(files()):
        if (was := base.component(path)) and not head.excludes(path):
            held[was, head.component(path)].append(path)
    declared = {part.name for part in head.components}
    heirs = _heirs(held)
    for (was, now), paths in sorted(held.items()):
        if not now and was not in declared:
            yield "component", was, f"The component {was} is no longer declared."
        elif not now:
            yield "component", f"{was}: none", f"{_counted(paths)} no longer in the component {was}, nor in any other."
        elif heirs[now] != was:
            yield "component", f"{was}: {now}", f"{_counted(paths)} in the component {now} now, taken from {was}."
    yield from _to_come(base, head, files(), held)
    # Files that were taken elsewhere are told of above. A component without files may get some: its name alone counts.
    kept = {(was, now) for was, now in held if now and heirs[now] == was}
    pairs = sorted(kept | {(part.name, part.name) for part in base.components})
    for was, now in pairs:
        for was_target, now_target in pairs:
            known = {now, now_target} <= declared and now != now_target
            if known and not base.may_depend(was, was_target) and head.may_depend(now, now_target):
                words = f"{was} may depend on {was_target}, and could not before."
                yield "dependency", f"{was} -> {was_target}", words


def _to_come(
    base: Policy, head: Policy, files: Collection[str], held: Mapping[tuple[str, str], Collection[str]]
) -> _Told:
    """What new files may do that they could not before, where a component goes on without all of its places."""
    heirs = _heirs(held)
    goes_on = {(was, now) for was, now in held if now and heirs[now] == was}
    parted = {was for was, now in held if (was, now) not in goes_on}  # of which that is told by files that are there
    globs = [glob for policy in (base, head) for part in policy.components for glob in policy.globs(part.globs)]
    # What nothing is left under has moved: its glob moves with it, or `strayed` tells.
    used = {part.name: _used(base.globs(part.globs), files) for part in base.components}
    told: set[tuple[str, str]] = set()
    for path in witnesses(globs, _endings(files), files):
        was, now = base.component(path), head.component(path)
        if not was or was in parted or head.excludes(path) or (was, now) in goes_on or not used[was](path):
            continue
        if (was, now) not in told and (said := _lets(base, head, was, now)):
            told.add((was, now))
            place = f"in the component {now}" if now else "in no component"
            yield "component", f"{was}: {now or 'none'} to come", f"A file such as {path} would be {place} now, {said}."


def _used(globs: tuple[str, ...], files: Collection[str]) -> Callable[[str], bool]:
    """Whether a path is meant by those of the globs under which there is anything."""
    kept = tuple(glob for glob in globs if glob.startswith("!") or any(map(matcher((glob,)), files)))
    return matcher(kept)


def _lets(base: Policy, head: Policy, was: str, now: str) -> str:
    """What a file may do in one component and could not in the other; "" = nothing."""
    for name in sorted(part.name for part in base.components):
        for pair, later in (((was, name), (now, name)), ((name, was), (name, now))):
            if not base.may_depend(*pair) and (not now or head.may_depend(*later)):
                return f"where {pair[0]} may not depend on {pair[1]}"
    bound = {one.selector for contract in base.contracts for one in contract.elements if one.is_component}
    binds = {one.selector for contract in head.contracts for one in contract.elements if one.is_component}
    return f"and out of the contracts that speak of {was}" if was in bound and now not in binds else ""


def _heirs(held: Mapping[tuple[str, str], Collection[str]]) -> dict[str, str]:
    """Whose files a component goes on with: those of its own name, else the most."""
    heirs: dict[str, str] = {}
    for was, now in sorted(held, key=lambda pair: (pair[0] != pair[1], -len(held[pair]), pair)):
        heirs.setdefault(now, was)
    return heirs


def _counted(paths: Collection[str]) -> str:
    example = min(paths)
    return f"{example} is" if len(paths) == 1 else f"{len(paths)} files ({example} is one) are"


def _waivers(base: Policy, head: Policy, ways: Sequence[Callable[[str], str]]) -> _Told:
    until = {(waiver.rule, waiver.subject, waiver.repository): waiver for waiver in base.waivers}
    for waiver in head.waivers:
        earlier = until.get((waiver.rule, waiver.subject, waiver.repository))
        for formerly in ways:
            earlier = earlier or until.get((waiver.rule, formerly(waiver.subject), waiver.repository))
        subject = f"{waiver.rule}: {waiver.subject}"
        if earlier is None:
            yield "waiver", subject, f"{waiver.rule} of {waiver.subject} is waived until {waiver.until}."
        elif waiver.expires > earlier.expires:
            was = earlier.expires
            words = f"{waiver.rule} of {waiver.subject} is waived until {waiver.until}, and was until {was}."
            yield "waiver", subject, words
        elif earlier.since is None and waiver.since is not None and waiver.until > earlier.until:
            words = f"{waiver.rule} of {waiver.subject} is waived until {waiver.until}, and was until {earlier.until}."
            yield "waiver", subject, words
        elif earlier.since is not None and (waiver.since is None or waiver.since > earlier.since):
            anew = "from the day of this change" if waiver.since is None else f"from {waiver.since}"
            words = f"{waiver.rule} of {waiver.subject} is waived anew {anew}, and was from {earlier.since}."
            yield "waiver", subject, words


def _limits(base: Policy, head: Policy) -> _Told:
    for name, before, after in (
        ("parsed", -base.limits.parsed, -head.limits.parsed),
        ("resolved", -base.limits.resolved, -head.limits.resolved),
        ("worse_by", base.limits.worse_by, head.limits.worse_by),
    ):
        if after > before:
            yield "limit", name, f"The limit {name} is {abs(after):g} and was {abs(before):g}."


def _governance(base: Policy, head: Policy) -> _Told:
    before, after = base.governance.waiver_days, head.governance.waiver_days
    if after > before:
        yield "limit", "waiver_days", f"A waiver may last {after} days, and could last {before}."


def more_owners(base: Policy, head: Policy, source: str) -> Iterator[Loosening]:
    """Who is named an owner by a change may approve the next one: it takes a person who may already."""
    for owner in sorted(set(head.governance.owners) - set(base.governance.owners)):
        words = f"{owner} may approve loosenings of this policy from then on, and could not before."
        yield Loosening("owner", owner, words, source)


def more_signers(base: str, head: str, path: str, source: str) -> Iterator[Loosening]:
    """What the allowed signers of a change take in that those of its base do not; each line, with its options."""
    more = len({*_signing(head)} - {*_signing(base)})
    if more:
        lines = f"{more} line{'s' if more > 1 else ''}"
        words = f"The allowed signers in {path} have {lines} that they did not have: other keys, or longer."
        yield Loosening("signers", path, words, source)


def _signing(text: str) -> Iterator[str]:
    stripped = (line.strip() for line in text.splitlines())
    return (line for line in stripped if line and not line.startswith("#"))
