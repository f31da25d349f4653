"""What a policy states, as plain values, and the questions that it answers; hides how globs are matched."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field, fields, is_dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from plumbrule.data import dataclass
from plumbrule.globs import matcher

if TYPE_CHECKING:
    from plumbrule.measures import Barred, Group, Intent, Pattern

DEFAULT_NAME = "plumbrule.toml"
EACH = "each of "  # begins what tables call an element each of whose folders is one by itself
BASELINE_NAME = "plumbrule.baseline"

NO_SETTING = {"setting": False}  # of a field on which no judgement depends, see `Policy.settings`
NO_VERDICT = {"verdict": False}  # of one on which no verdict of a gate depends: editing it loosens nothing

Setting = str | int | float | bool | tuple[str | int | float | bool, ...]


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the system, by the files that are it."""

    name: str
    globs: tuple[str, ...]
    line: int = field(default=0, metadata=NO_SETTING)


@dataclass(frozen=True, slots=True)
class Layers:
    """Each element may depend on those of a later place, never on those of an earlier one."""

    name: str
    order: tuple[str, ...]  # elements: components, or globs
    reason: str = ""
    line: int = field(default=0, metadata=NO_SETTING)
    places: tuple[int, ...] = ()  # of each element, from 1; several may share one; () = one each
    closed: bool = False  # only the next place may be depended on
    alternatives: str = ""
    owner: str = ""
    transitive: bool = False  # nor reach an earlier one by way of files outside of the order
    severity: str = ""  # of findings about it; "" = as the rule has it
    lazy: bool = False  # imports count, too, that run later than when a file is loaded

    def place(self, element: str) -> int:
        """From 1, the top; ValueError if the element is not part of this order."""
        at = self.order.index(element)
        return self.places[at] if self.places else at + 1


@dataclass(frozen=True, slots=True)
class Forbidden:
    """An element that must not depend on another."""

    source: str  # a component, or a glob
    target: str  # likewise
    reason: str = ""
    line: int = field(default=0, metadata=NO_SETTING)
    transitive: bool = False  # nor by way of others
    name: str = ""
    alternatives: str = ""
    owner: str = ""
    severity: str = ""  # of findings about it; "" = as the rule has it
    lazy: bool = False  # imports count, too, that run later than when a file is loaded


@dataclass(frozen=True, slots=True)
class Element:
    """What a contract speaks of: a component, or files by a glob."""

    role: str  # the key that lists it
    selector: str  # a component's name, or a glob and what is taken from it, as it is shown
    globs: tuple[str, ...] = ()  # () = the component
    each: bool = False  # every folder that the glob means is one by itself

    @property
    def is_component(self) -> bool:
        return not self.globs


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract of one of the kinds in `policy.contracts`."""

    kind: str  # the table that states it
    name: str  # told apart from others of its kind
    elements: tuple[Element, ...]
    options: Mapping[str, Setting] = field(default_factory=dict)  # every key that the kind has
    reason: str = ""
    alternatives: str = ""
    owner: str = ""
    line: int = field(default=0, metadata=NO_SETTING)
    severity: str = ""  # of findings about it; "" = as the rule has it
    file: str = field(default="", metadata=NO_SETTING)  # that holds its query; "" = the policy itself does

    def of(self, role: str) -> tuple[str, ...]:
        """The selectors of one role."""
        return tuple(element.selector for element in self.elements if element.role == role)


@dataclass(frozen=True, slots=True)
class Arrow:
    """A dependency between two components that a diagram draws."""

    source: str
    target: str
    required: bool  # it has a direction, so it is meant to be there
    line: int = field(default=0, metadata=NO_SETTING)


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A box of a diagram that stands for no component, and why."""

    box: str
    why: str
    line: int = field(default=0, metadata=NO_SETTING)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a diagram says of the components of the policy."""

    name: str  # of the contract
    file: str  # as shown
    components: tuple[str, ...]
    arrows: tuple[Arrow, ...]
    unmapped: tuple[Unmapped, ...] = ()
    remarks: tuple[str, ...] = field(default=(), metadata=NO_SETTING)  # what was not understood in it


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """What the policy says of one rule."""

    severity: str = ""  # "" = as the rule's own file says
    parameters: Mapping[str, Setting] = field(default_factory=dict)
    waivable: bool | None = None  # whether its findings may be accepted at all; None = as the rule's own file says
    line: int = field(default=0, metadata=NO_SETTING)
    reason: str = field(default="", metadata=NO_VERDICT)  # why it is set so, or stands here
    alternatives: str = field(default="", metadata=NO_VERDICT)  # what else may be done
    owner: str = field(default="", metadata=NO_VERDICT)  # who answers for it
    controls: tuple[str, ...] = field(default=(), metadata=NO_SETTING)  # that it gives evidence for, too
    source: str = field(default="", metadata=NO_SETTING)  # the file that says so, as shown


@dataclass(frozen=True, slots=True)
class Override:
    """What the policy says of some rules where files lie here or are written in this; the last that matches counts."""

    paths: tuple[str, ...] = ()  # globs; () = anywhere
    languages: tuple[str, ...] = ()  # () = any
    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    line: int = field(default=0, metadata=NO_SETTING)

    @property
    def name(self) -> str:
        """The files that it speaks of; no two of a policy have the same."""
        return " ".join((*self.paths, *self.languages))


@dataclass(frozen=True, slots=True)
class Waiver:
    """One finding that is accepted until a day."""

    rule: str
    subject: str  # exact text
    reason: str
    owner: str
    expires: date  # the last day it counts, as the policy says
    repository: str = ""  # "" = any of the fleet
    line: int = field(default=0, metadata=NO_SETTING)
    since: date | None = None  # the first day it counts; None = the policy does not say
    # The last day it counts as the policy's maximum has it; None = nothing is known that would shorten it.
    latest: date | None = field(default=None, compare=False, metadata=NO_SETTING)

    @property
    def until(self) -> date:
        """The last day it counts."""
        return self.expires if self.latest is None else self.latest

    def expired(self, today: date) -> bool:
        return today > self.until

    def counts(self, today: date) -> bool:
        """Whether it is in force on a day: neither past, nor yet to come."""
        return not self.expired(today) and (self.since is None or self.since <= today)

    def begun(self, first: date, days: int) -> Waiver:
        """The waiver, known to count from this day on, where one may last so many days."""
        return replace(self, latest=min(self.expires, first + timedelta(days=days)))


@dataclass(frozen=True, slots=True)
class Repository:
    """A member of a fleet."""

    name: str
    path: str  # relative to the policy's folder
    line: int = field(default=0, metadata=NO_SETTING)


WAIVER_DAYS = 180
CODEOWNERS = "CODEOWNERS"  # among owners: those whom the file of that name has for the policy


@dataclass(frozen=True, slots=True)
class Governance:
    """Who may loosen this policy, and for how long anything may be waived."""

    # `@name` or `@group/team` of a platform, else a name as the allowed signers have it, such as an address.
    owners: tuple[str, ...] = field(default=(), metadata=NO_SETTING)
    allowed_signers: str = field(default="", metadata=NO_SETTING)  # relative to the policy's folder; "" = none
    waiver_days: int = WAIVER_DAYS  # that a waiver lasts at most, from the day it came into the policy
    # The file that owners were taken from, relative to the repository; and whom of it nobody can prove to be.
    codeowners: str = field(default="", metadata=NO_SETTING)
    remark: str = field(default="", metadata=NO_SETTING)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a repository must be seen for a verdict; shares from 0 to 1."""

    parsed: float = 0.98  # files parsed of files of a known language
    resolved: float = 0.95  # internal-looking imports that were found
    worse_by: float = 0.02  # a share may fall by this much from base to head before the verdict is "not judged"


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. The empty one states nothing: no exclusions, learned components, rules as they ship."""

    source: str = field(default="", metadata=NO_SETTING)  # the file, as shown in messages; "" = there is none
    hash: str = field(default="", metadata=NO_SETTING)  # of the text; changes with every byte
    text: str = field(default="", metadata=NO_SETTING)  # for the places of what it says
    extends: tuple[str, ...] = field(default=(), metadata=NO_SETTING)  # what it builds on, as shown; folded in below
    # (table, name) of what those say; it may find nothing here, being meant for many.
    inherited: frozenset[tuple[str, str]] = field(default=frozenset(), metadata=NO_SETTING)
    exclude: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    layers: tuple[Layers, ...] = ()
    forbid: tuple[Forbidden, ...] = ()
    contracts: tuple[Contract, ...] = ()
    drawn: tuple[Drawn, ...] = ()  # the diagrams that contracts name, once they are read; see `policy.drawn`
    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    rule_folders: tuple[str, ...] = ()  # relative to the policy's folder
    controls: Mapping[str, str] = field(default_factory=dict, metadata=NO_SETTING)  # own ones: id -> own words
    waivers: tuple[Waiver, ...] = ()
    repositories: tuple[Repository, ...] = ()
    repository: str = ""  # the member that it is asked about, see `within`
    batch_window: int = field(default=60, metadata=NO_VERDICT)  # minutes
    limits: Limits = field(default_factory=Limits)
    governance: Governance = field(default_factory=Governance)
    # Read by the mail; here only its keys and their kinds are known.
    mail: Mapping[str, object] = field(default_factory=dict, metadata=NO_SETTING)

    def globs(self, globs: tuple[str, ...]) -> tuple[str, ...]:
        """Those of these globs that speak of the repository at hand, without their `name:`."""
        return _own(globs, tuple(member.name for member in self.repositories), self.repository)

    def excludes(self, path: str) -> bool:
        """Whether a path is not to be analysed at all."""
        return matcher(self.globs(self.exclude))(path)

    def waivable(self, rule: str, usual: bool) -> bool:
        """Whether findings of a rule may be accepted, by a waiver or in the baseline; `usual` as its own file says."""
        said = self.rules[rule].waivable if rule in self.rules else None
        return usual if said is None else said

    def component(self, path: str) -> str:
        """The declared component of a path; "" if there is none."""
        return next((part.name for part in self.components if matcher(self.globs(part.globs))(path)), "")

    def overriding(self, names: Collection[str], path: str) -> tuple[RuleSetting, ...]:
        """What overrides say of a rule, by all its names, where this file lies; the last counts most."""
        return tuple(
            setting
            for one in self.overrides
            for name, setting in one.rules.items()
            if name in names and self._is_in(one, path)
        )

    def _is_in(self, one: Override, path: str) -> bool:
        if not path or (one.paths and not matcher(self.globs(one.paths))(path)):
            return False
        if not one.languages:
            return True
        from plumbrule.languages import language_of

        language = language_of(path)
        return language is not None and language.name in one.languages

    def may_depend(self, source: str, target: str) -> bool:
        """Whether one component may depend on another, as far as layers and forbidden pairs say."""
        if source == target:
            return True
        if any(pair.source == source and pair.target == target for pair in self.forbid):
            return False
        return not any(
            source in layers.order and target in layers.order and not _descends(layers, source, target)
            for layers in self.layers
        )

    def _groups(self) -> tuple[Group, ...]:
        """What contracts select files by, each once."""
        from plumbrule.measures import Group

        named = {part.name for part in self.components}
        spoken = [one for layers in self.layers for one in layers.order]
        spoken += [one for pair in self.forbid for one in (pair.source, pair.target)]
        elements: list[tuple[str, tuple[str, ...], bool]]
        elements = [(one, () if one in named else (one,), False) for one in spoken]
        elements += [(one.selector, one.globs, one.each) for contract in self.contracts for one in contract.elements]
        groups: dict[tuple[str, bool], Group] = {}
        for selector, written, each in elements:
            globs = self.globs(written)
            if globs or not written:
                # The same glob may be one part in one contract, and each of its folders a part in another.
                groups[selector, each] = Group(f"{EACH}{selector}" if each else selector, globs, each=each)
        return tuple(groups[key] for key in sorted(groups))

    def _barred(self) -> tuple[Barred, ...]:
        """What may not even be reached by way of others."""
        from plumbrule.measures import Barred

        found = [
            Barred("forbid", f"{one.source} -> {one.target}", ends, frozenset((ends,)))
            for one in self.forbid
            if one.transitive and (ends := (one.source, one.target))
        ]
        for layers in self.layers:
            if layers.transitive:
                pairs = ((a, b) for a in layers.order for b in layers.order if not _descends(layers, a, b))
                found.append(Barred("layers", layers.name, layers.order, frozenset(pairs)))
        for one in self.contracts:
            if one.options.get("transitive"):
                found.append(Barred(one.kind, one.name, tuple(element.selector for element in one.elements)))
        return tuple(found)

    def _patterns(self) -> tuple[Pattern, ...]:
        from plumbrule.measures import Pattern

        return tuple(
            Pattern(
                one.name,
                str(one.options["language"]),
                str(one.options["query"]),
                tuple(element.selector for element in one.elements),
            )
            for one in self.contracts
            if one.kind == "pattern"
        )

    def intent(self) -> Intent:
        """What measures need to know; components without a glob for this repository are left out."""
        from plumbrule.measures import Intent

        return Intent(
            components=tuple((part.name, self.globs(part.globs)) for part in self.components if self.globs(part.globs)),
            allowed=self.may_depend if self.layers or self.forbid else None,
            groups=self._groups(),
            barred=self._barred(),
            patterns=self._patterns(),
            licences=any(
                one.options.get(key) for one in self.contracts for key in ("licences_forbid", "licences_allow")
            ),
        )

    def across(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """(table, name, other members) of contracts that speak of this member of the fleet and, by name, of others: how
        these may depend on each other is not judged."""
        members = frozenset(member.name for member in self.repositories)
        globs_of = {part.name: part.globs for part in self.components}
        spoken: list[tuple[str, str, tuple[tuple[str, ...], ...]]]
        spoken = [("layers", one.name, tuple((name,) for name in one.order)) for one in self.layers]
        spoken += [
            ("forbid", one.name or f"{one.source} -> {one.target}", ((one.source,), (one.target,)))
            for one in self.forbid
        ]
        spoken += [
            (one.kind, one.name, tuple(element.globs or (element.selector,) for element in one.elements))
            for one in self.contracts
            if one.kind != "diagram"
        ]
        spoken += [("diagram", one.name, tuple((name,) for name in one.components)) for one in self.drawn]
        for kind, name, elements in spoken if self.repository in members else ():
            written = [glob for parts in elements for part in parts for glob in globs_of.get(part, (part,))]
            named = {glob.removeprefix("!").partition(":")[0] for glob in written if ":" in glob} & members
            others = named - {self.repository}
            if others and self.globs(tuple(glob for glob in written if not glob.startswith("!"))):
                yield kind, name, tuple(sorted(others))

    def within(self, repository: str) -> Policy:
        """The policy as one repository sees it: `name:glob` counts in the member of that name only."""
        return replace(self, repository=repository)

    def settings(self) -> str:
        """Everything that a judgement depends on, as text: the same for two files that differ in comments, in lines
        moved down, or in what only a mail reads."""
        return repr(settings_of(self))


def settings_of(value: object) -> object:
    """The part of a value of a policy on which a judgement depends, as plain values that can be compared."""
    # Over whatever fields there are: one that is added later counts, unless its own line says that it is no setting.
    if is_dataclass(value):
        told = [one.name for one in fields(value) if one.metadata != NO_SETTING]
        return type(value).__name__, [(name, settings_of(getattr(value, name))) for name in told]
    if isinstance(value, Mapping):
        return [(key, settings_of(value[key])) for key in sorted(value)]
    return [settings_of(item) for item in value] if isinstance(value, tuple) else value


def _descends(layers: Layers, source: str, target: str) -> bool:
    """Whether one element of an order may depend on another."""
    steps = layers.place(target) - layers.place(source)
    return 0 <= steps <= 1 if layers.closed else steps >= 0


@cache
def _own(globs: tuple[str, ...], members: tuple[str, ...], repository: str) -> tuple[str, ...]:
    kept = []
    for glob in globs:
        sign, bare = ("!", glob[1:]) if glob.startswith("!") else ("", glob)
        name, colon, rest = bare.partition(":")
        if not colon or name not in members:
            kept.append(glob)
        elif name == repository:
            kept.append(sign + rest)
    return tuple(kept)
