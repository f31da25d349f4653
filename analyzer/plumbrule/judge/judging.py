"""The judgement: every rule on both sides, and what that makes of each finding. Hides what need not be run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from functools import cache
from types import TracebackType

from plumbrule.data import dataclass
from plumbrule.errors import RuleError, SettingsError
from plumbrule.judge.confined import Confined, RunLimits
from plumbrule.judge.findings import Found, Identity, JudgedRow, earlier_subject, identity, worded
from plumbrule.judge.policy_tables import TOLD
from plumbrule.judge.query import Reads
from plumbrule.judge.rulefile import SEVERITIES, Parameter, Rule, Value
from plumbrule.judge.sides import Sides
from plumbrule.policy import BASELINE_NAME, Baseline, Contract, Forbidden, Layers, Policy, RuleSetting, Waiver
from plumbrule.policy.loosening import Defaults, Loosening
from plumbrule.store import engine
from plumbrule.tables import Row

_MOST = 1_000_000_000  # of any parameter: beyond it nothing is counted, and no engine need compare with it


@dataclass(frozen=True, slots=True)
class Here:
    """A rule as the policy wants it for one file."""

    severity: str
    parameters: Mapping[str, Value]
    reason: str = ""
    alternatives: str = ""
    owner: str = ""

    def told(self, found: Found) -> Found:
        """The finding, with what is said of the rule where the finding itself says nothing."""
        if not (self.reason or self.alternatives or self.owner):
            return found
        return replace(
            found,
            reason=found.reason or self.reason,
            alternatives=found.alternatives or self.alternatives,
            owner=found.owner or self.owner,
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """A rule as the policy wants it."""

    rule: Rule
    severity: str  # the highest one that it has for any file
    parameters: Mapping[str, Value]
    usual: Here  # for files of which no override speaks
    overriding: Callable[[str], Here] | None = None  # None = none speaks of this rule
    waivable: bool = True  # whether its findings may be accepted

    def here(self, path: str) -> Here:
        return self.usual if self.overriding is None else self.overriding(path)

    def severity_of(self, found: Found) -> str:
        """Of several contracts that are broken the strictest counts; what is said of the place goes before them all."""
        here = self.here(found.path).severity
        if here != self.usual.severity or not any(found.severities):
            return here
        return max((said or here for said in found.severities), key=SEVERITIES.index)

    def ways(self, paths: Iterable[str]) -> list[Mapping[str, Value]]:
        """The different parameters that it has for these files, the usual ones first."""
        ways = [self.usual.parameters]
        for path in paths if self.overriding is not None else ():
            parameters = self.here(path).parameters
            if parameters not in ways:
                ways.append(parameters)
        return ways


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of judging every rule."""

    rows: tuple[JudgedRow, ...]  # sorted by (state new first, severity, rule, subject)
    evaluated: int  # rules that gave an answer
    known: Mapping[str, int] = field(default_factory=dict)  # findings that are known, by rule; with or without a row
    not_measured: tuple[str, ...] = ()  # info and warning rules that gave none, and why
    errors: tuple[str, ...] = ()  # error rules that gave none, and why: not judged
    selectors_unmatched: tuple[str, ...] = ()
    # Of the rules that gave an answer and had something to look at, the highest severity that they have for any file.
    severities: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, frozenset[Identity]] = field(default_factory=dict)  # by rule: `earlier` of the next step
    standing: Mapping[str, tuple[Found, ...]] = field(default_factory=dict)  # the same in words, unless `only_moved`
    renamed: Mapping[str, str] = field(default_factory=dict)  # paths, symbols and components of now -> before


def settle(rules: Sequence[Rule], policy: Policy) -> tuple[Settled, ...]:
    """The rules that are not off, with the policy's severities and parameters; SettingsError for what fits no rule."""
    by_name = {rule.id: rule for rule in rules}
    by_name.update((former, rule) for rule in rules for former in rule.formerly)
    given = {_fitting(name, said, by_name, policy).id: said for name, said in policy.rules.items()}
    overridden = [(one, name, said) for one in policy.overrides for name, said in one.rules.items()]
    spoken_of = {_fitting(name, said, by_name, policy).id for _, name, said in overridden}
    contracts: tuple[Layers | Forbidden | Contract, ...] = (*policy.layers, *policy.forbid, *policy.contracts)
    by_contracts = {contract.severity for contract in contracts if contract.severity}
    settled = []
    for rule in rules:
        usual = _overlaid(_as_its_file_says(rule), given.get(rule.id))
        asked = by_contracts if usual.severity != "off" and "severities" in rule.sql else ()
        waivable = given[rule.id].waivable if rule.id in given else None
        may_be = rule.waivable if waivable is None else waivable
        if rule.id in spoken_of:
            said = [setting.severity for _, name, setting in overridden if name in rule.names and setting.severity]
            highest = max((usual.severity, *said, *asked), key=SEVERITIES.index)
            one = Settled(rule, highest, usual.parameters, usual, _overriding(rule, usual, policy), may_be)
        else:
            highest = max((usual.severity, *asked), key=SEVERITIES.index)
            one = Settled(rule, highest, usual.parameters, usual, waivable=may_be)
        if one.severity != "off":
            settled.append(one)
    return tuple(settled)


def _fitting(name: str, setting: RuleSetting, by_name: Mapping[str, Rule], policy: Policy) -> Rule:
    """The rule that a setting is about; SettingsError if there is none that takes it."""
    source = setting.source or policy.source
    where = f"{source}:{setting.line}" if setting.line else source
    if name not in by_name:
        raise SettingsError(f"{where}: there is no rule {name!r}{_near(name, by_name)}")
    rule = by_name[name]
    declared = {parameter.name: parameter for parameter in rule.parameters}
    for key, value in setting.parameters.items():
        if key not in declared:
            raise SettingsError(
                f"{where}: rule {rule.id} has no parameter {key!r}{_near(key, [*declared, 'severity'])}"
            )
        _fits(declared[key], value, where)
    return rule


def _as_its_file_says(rule: Rule) -> Here:
    values = {parameter.name: parameter.default for parameter in rule.parameters}
    return Here(rule.severity, values, "", rule.alternatives, rule.owner)


def _overlaid(below: Here, setting: RuleSetting | None) -> Here:
    if setting is None:
        return below
    return Here(
        severity=setting.severity or below.severity,
        parameters={**below.parameters, **setting.parameters} if setting.parameters else below.parameters,
        reason=setting.reason or below.reason,
        alternatives=setting.alternatives or below.alternatives,
        owner=setting.owner or below.owner,
    )


def _overriding(rule: Rule, usual: Here, policy: Policy) -> Callable[[str], Here]:
    @cache
    def here(path: str) -> Here:
        found = usual
        for setting in policy.overriding(rule.names, path):
            found = _overlaid(found, setting)
        return found

    return here


def _across(policy: Policy) -> Iterator[str]:
    """What contracts of a fleet ask for and nobody looks at."""
    for kind, name, others in policy.across():
        what = f"[[{kind}]] {name!r} speaks of {', '.join(others)}, too"
        yield f"{what}: judged is what lies in {policy.repository}, and no dependency on another repository"


def defaults(rules: Sequence[Rule]) -> Defaults:
    """What the rules' own files say, for `loosened`."""
    return {
        rule.id: (rule.severity, {parameter.name: parameter.default for parameter in rule.parameters}) for rule in rules
    }


def _fits(parameter: Parameter, value: Value, where: str) -> None:
    wanted = float | int if isinstance(parameter.default, float) else type(parameter.default)
    if not isinstance(value, wanted) or isinstance(value, bool) != isinstance(parameter.default, bool):
        raise SettingsError(
            f"{where}: parameter {parameter.name!r} ({parameter.doc}) must be like {parameter.default!r}, not {value!r}"
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        least = min(0, parameter.default) if isinstance(parameter.default, int | float) else 0
        if not least <= value <= _MOST:  # nor what is no number at all
            raise SettingsError(
                f"{where}: parameter {parameter.name!r} ({parameter.doc}) must be a number from {least} to {_MOST:,},"
                f" not {value!r}"
            )


def _near(word: str, known: Collection[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(known), 1, 0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(sorted(known))}"


def judge(
    sides: Sides,
    rules: Sequence[Rule],
    policy: Policy,
    *,
    today: date,
    baseline: Baseline | None = None,
    renamed: Mapping[str, str] | None = None,
    earlier: Mapping[str, frozenset[Identity]] | None = None,
    loosened: Collection[Loosening] = (),
    limits: RunLimits | None = None,
    only_moved: bool = False,
    stood: Mapping[str, tuple[Found, ...]] | None = None,
    named: Mapping[str, frozenset[Identity]] | None = None,
) -> Judgement:
    """Every rule on both sides. A finding is new if the earlier side does not show its rule and subject.

    `earlier` is what the earlier side shows, where it is known already (`found` of the judgement before, in a walk
    through history). A rule none of whose tables moved is not run twice. `loosened` is what the
    change does to its own policy. `only_moved` leaves out the rows of findings that are known and accepted, and only
    counts them: a gate or a walk through history with thousands of them then costs what moved.
    `stood` is what rules found on the earlier side when it was judged itself, by the same policy and rules; `named` the
    same without words, so that `stood` is only asked for what is to be told.
    """
    moved = {**sides.moved_components(renamed or {}), **sides.moved_symbols(renamed), **(renamed or {})}
    known = _Stood(stood or {}, named or {})
    asked = _Asked(sides, policy, today, baseline, moved, earlier or {}, limits or RunLimits(), only_moved, known)
    formerly = {former: rule.id for rule in rules for former in rule.formerly}
    return _Judging(asked).run(settle(rules, policy), formerly, {rule.id for rule in rules}, loosened)


def with_baseline(judgement: Judgement, baseline: Baseline | None, rules: Sequence[Rule], policy: Policy) -> Judgement:
    """The judgement as `judge` gives it with this baseline, where it was made without: what a walk through history
    dates must not hang on what was accepted since."""
    if baseline is None:
        return judgement
    names = {rule.id: rule.names for rule in rules}
    fixed = {rule.id for rule in rules if not policy.waivable(rule.id, rule.waivable)}
    rows = []
    for row in judgement.rows:
        if row.rule in fixed:
            row = replace(row, unaccepted=row.state == "known")
        elif row.state in ("new", "known"):
            subjects = {row.subject, earlier_subject(row.subject, judgement.renamed)}
            state, unaccepted = baseline.weigh(row.state, names[row.rule], row.repo, subjects)
            row = replace(row, state=state, unaccepted=unaccepted)
        rows.append(row)
    return replace(judgement, rows=tuple(rows))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What `judge` was asked."""

    sides: Sides
    policy: Policy
    today: date
    baseline: Baseline | None
    renamed: Mapping[str, str]
    earlier: Mapping[str, frozenset[Identity]]
    limits: RunLimits
    only_moved: bool
    stood: _Stood


@dataclass(frozen=True, slots=True)
class _Stood:
    """What rules found on the earlier side when it was judged itself."""

    words: Mapping[str, tuple[Found, ...]]
    named: Mapping[str, frozenset[Identity]]

    def __contains__(self, rule: str) -> bool:
        return rule in self.words


class _Judging:
    def __init__(self, asked: _Asked) -> None:
        self.asked = asked
        self.sides = asked.sides
        self.policy = asked.policy
        self.clock = _Clock(asked.sides, asked.limits.together)
        self.rows: list[JudgedRow] = []
        self.known: dict[str, int] = {}
        self.errors: list[str] = []
        self.not_measured: list[str] = []
        self.found: dict[str, frozenset[Identity]] = {}
        self.before: dict[str, frozenset[Identity]] = {}
        self.standing: dict[str, tuple[Found, ...]] = {}
        self.unwaivable: frozenset[str] = frozenset()

    def run(
        self,
        settled: Sequence[Settled],
        formerly: Mapping[str, str],
        known: Collection[str],
        loosened: Collection[Loosening],
    ) -> Judgement:
        self.unwaivable = frozenset(name for one in settled if not one.waivable for name in one.rule.names)
        shipped: list[tuple[Settled, Reads]] = []
        own: list[tuple[Settled, Reads]] = []
        with Confined(self.sides, self.asked.limits) as confined, self.clock:
            for one in settled:
                # What is known not to be measured need not be read to be told so: 7 ms a rule.
                if not one.rule.own and (missing := self.sides.missing(one.rule.needs)):
                    self._failed(one, missing[0])
                    continue
                try:
                    examined = confined.examine(one.rule) if one.rule.own else self.sides.examine(one.rule)
                except RuleError as error:
                    self._failed(one, str(error))
                    continue
                (own if one.rule.own else shipped).append((one, examined))
            everything = [*shipped, *own]
            self.sides.tell(
                "policy_loosening", [(self.sides.repo, *row[:-1], tuple(row.hides)) for row in loosened], ()
            )
            if own:
                taken = {table for _, examined in own for table in examined.tables}
                self.sides.provide(taken, both=True)
                confined.take(taken)
            self.sides.seal()
            late = [pair for pair in everything if _ACCEPTED & pair[1].tables]
            for one, examined in everything:
                if not _ACCEPTED & examined.tables:
                    self._judge(one, examined, confined)
            self._tell_baseline(known, formerly)
            self._judge_waivers(late, confined, known, formerly)
        order = {"new": 0, "known": 1, "waived": 2, "fixed": 3, "error": 0, "warning": 1, "info": 2}
        self.rows.sort(key=lambda r: (order[r.state], order[r.severity], r.rule, r.repo, r.subject))
        return Judgement(
            rows=tuple(self.rows),
            evaluated=len(self.found),
            known=self.known,
            not_measured=tuple(sorted((*self.not_measured, *_across(self.policy)))),
            errors=tuple(sorted(self.errors)),
            selectors_unmatched=self._unmatched(),
            severities={
                one.rule.id: one.severity
                for one, examined in everything
                if one.rule.id in self.found and not self.sides.idle(one.rule.needs, examined, one.parameters)
            },
            found=self.found,
            standing=self.standing,
            renamed=self.asked.renamed,
        )

    def _judge_waivers(
        self,
        late: Sequence[tuple[Settled, Reads]],
        confined: Confined,
        known: Collection[str],
        formerly: Mapping[str, str],
    ) -> None:
        """Rules about waivers. Where a waiver names one of these itself, they are asked until what they find and which
        waivers were used agree: each round settles the waivers of one more waiver's finding."""
        self._tell_waivers(known, formerly)
        ids = {one.rule.id for one, _ in late}
        again = sum(formerly.get(waiver.rule, waiver.rule) in ids for waiver in self.policy.waivers)
        rows, errors, not_measured = tuple(self.rows), tuple(self.errors), tuple(self.not_measured)
        for round_ in range(again + 1):
            if round_:
                self._tell_waivers(known, formerly)
                self.rows, self.errors, self.not_measured = list(rows), list(errors), list(not_measured)
            for one, examined in late:
                self._judge(one, examined, confined)

    def _failed(self, one: Settled, why: str) -> None:
        if one.severity == "error":
            self.errors.append(why if one.rule.id in why else f"{one.rule.id}: {why}")
        else:
            self.not_measured.append(f"{one.rule.id}: {why}")

    def _judge(self, one: Settled, examined: Reads, confined: Confined) -> None:
        if missing := self.sides.missing(examined.tables):
            self._failed(one, missing[0])
            return
        # A rule that was never run here may hold a fault of its own, which only running it shows.
        ran = one.rule.id in self.asked.earlier or one.rule.id in self.asked.stood
        ways = [one.parameters] if one.overriding is None else one.ways(self.sides.paths())
        needless = any(map(self.sides.empty, one.rule.needs))
        if needless or (ran and all(self.sides.barren(examined, way) for way in ways)):
            if not needless:
                self.known[one.rule.id] = 0
            self.found[one.rule.id] = self.before[one.rule.id] = frozenset()
            self.standing[one.rule.id] = ()
            return
        # Before and after of a rule about change have no meaning of their own: what it finds, the change did.
        about_change = bool(examined.before) or any(map(self.sides.about_change, examined.now))
        moved = self._moved(examined, ways, ran=ran)
        ask = _Ask(one, ways, examined, self.sides, confined, self.clock, only_moved=self.asked.only_moved)
        walked = one.rule.id in self.asked.earlier and not examined.tables & TOLD  # both sides by this very policy
        known = one.rule.id in self.asked.stood and not about_change
        if known and (walked or self.sides.stands(examined.tables)):
            ask.stood(self.asked.stood)
        try:
            before = frozenset[Identity]() if about_change else self._stood_before(one, ask, moved=moved)
            if moved or not about_change:
                self._compare(one, ask, before, moved=moved, of_change=about_change)
            else:
                self.found[one.rule.id] = before
        except RuleError as error:
            self._failed(one, str(error))
            return
        self.before[one.rule.id] = before

    def _moved(self, examined: Reads, ways: Sequence[Mapping[str, Value]], *, ran: bool) -> bool:
        """Whether anything that a rule looks at differs between the sides; of one that `ran` its looks are known."""
        if ran:
            return any(self.sides.bears(examined, way) for way in ways)
        return any(self.sides.moved(table, examined.columns) for table in examined.tables)

    def _stood_before(self, one: Settled, ask: _Ask, *, moved: bool) -> frozenset[Identity]:
        """What a rule finds on the earlier side."""
        if one.rule.id in self.asked.earlier:
            return self.asked.earlier[one.rule.id]
        # Where nothing moved each finding is told in words, so to name them first would be to ask twice.
        return ask.identities("before", in_words=not (moved or self.asked.only_moved))

    def _compare(self, one: Settled, ask: _Ask, before: frozenset[Identity], *, moved: bool, of_change: bool) -> None:
        """Give each finding of the later side its state, and name those of the earlier one that are gone."""
        now = ask.identities("now") if moved else before
        unseen = now - before
        states = {key: self._state(one, key, before) for key in self._doubtful(one, now, unseen)}
        moved_here = {(repo, earlier_subject(subject, self.asked.renamed)) for repo, subject in unseen}
        gone = before - now - moved_here
        told: Collection[Identity] = now
        if self.asked.only_moved:
            told = {key for key, (state, unaccepted) in states.items() if state != "known" or unaccepted}
        # Unmoved tables hold the same rows on both sides, and the earlier side is the cheaper one to ask.
        worded_ = tuple(ask.worded("now" if moved else "before", told))
        if len(told) == len(now):
            self.standing[one.rule.id] = worded_
        for found in worded_:
            state, unaccepted = states.get((found.repo, found.subject), ("known", False))
            self.rows.append(_judged(one, found, state, unaccepted=unaccepted, of_change=of_change))
        self.rows += [_judged(one, found, "fixed") for found in ask.worded("before", gone)]
        # What could not be measured at the base either is told, and hinders no change.
        worse = ask.newly_unmeasured() if one.severity == "error" else frozenset()
        self.errors += [f"{one.rule.id}: {why}" for why in sorted(worse)]
        self.not_measured += [f"{one.rule.id}: {why}" for why in ask.unmeasured if why not in worse]
        self.known[one.rule.id] = len(now) - sum(state != "known" for state, _ in states.values())
        self.found[one.rule.id] = now

    def _doubtful(self, one: Settled, now: frozenset[Identity], unseen: frozenset[Identity]) -> Collection[Identity]:
        """The findings that may be anything but known; with thousands of old ones, asking each would cost more than
        running the rule."""
        if self.asked.baseline is not None:
            return now
        waived = {waiver.subject for waiver in self.policy.waivers if waiver.rule in one.rule.names}
        if not waived or not one.waivable:
            return unseen
        renamed = self.asked.renamed
        return unseen | {key for key in now if key[1] in waived or earlier_subject(key[1], renamed) in waived}

    def _state(self, one: Settled, identity: Identity, before: Collection[Identity]) -> tuple[str, bool]:
        """(state, whether it is known though a baseline that exists does not accept it)."""
        rule = one.rule
        repo, subject = identity
        names = {subject, earlier_subject(subject, self.asked.renamed)}
        if one.waivable and any(self._waives(waiver, rule, repo, names) for waiver in self.policy.waivers):
            return "waived", False
        state = "known" if any((repo, name) in before for name in names) else "new"
        if self.asked.baseline is None:
            return state, False
        if not one.waivable:
            return state, state == "known"
        return self.asked.baseline.weigh(state, rule.names, repo, names)

    def _waives(self, waiver: Waiver, rule: Rule, repo: str, subjects: Collection[str]) -> bool:
        return (
            waiver.rule in rule.names
            and waiver.subject in subjects
            and waiver.repository in ("", repo)
            and waiver.counts(self.asked.today)
        )

    def _tell_waivers(self, known: Collection[str], formerly: Mapping[str, str]) -> None:
        """Fill `policy_waiver`: used is what matched a finding, or belongs to a rule or repository not judged here, or
        not yet."""
        sides: dict[str, list[Row]] = {"now": [], "before": []}
        for waiver in self.policy.waivers:
            if waiver.repository not in ("", self.policy.repository):
                continue
            rule = formerly.get(waiver.rule, waiver.rule)
            note = "" if rule in known else f"There is no rule {waiver.rule!r}{_near(waiver.rule, known)}"
            elsewhere = bool(self.policy.repositories) and not waiver.repository
            for side, findings in (("now", self.found), ("before", self.before)):
                subjects = {subject for _, subject in findings.get(rule, ())}
                if side == "now":
                    subjects |= {earlier_subject(subject, self.asked.renamed) for subject in subjects}
                unknown = rule in known and rule not in findings
                used = elsewhere or unknown or waiver.subject in subjects
                sides[side].append(
                    (self.sides.repo, rule, waiver.subject, waiver.reason, waiver.owner, waiver.until.isoformat(),
                     waiver.expired(self.asked.today), used, note, self.policy.source, waiver.line,
                     waiver.expires.isoformat(), rule not in self.unwaivable)
                )  # fmt: skip
        self.sides.tell(_WAIVERS, sides["now"], sides["before"])

    def _tell_baseline(self, known: Collection[str], formerly: Mapping[str, str]) -> None:
        """Fill `policy_baseline`. A line that the change itself takes out is as it should be, and of one whose rule is
        off nothing is known."""
        if self.asked.baseline is None:
            return
        folder = self.policy.source.rpartition("/")[0]
        source = f"{folder}/{BASELINE_NAME}" if folder else BASELINE_NAME
        sides: dict[str, list[Row]] = {"now": [], "before": []}
        subjects: dict[tuple[str, str], set[str]] = {}
        for side, findings in (("now", self.found), ("before", self.before)):
            for rule, found in findings.items():
                names = subjects[side, rule] = {subject for _, subject in found}
                if self.asked.renamed:
                    names |= {earlier_subject(subject, self.asked.renamed) for subject in names}
        baseline = self.asked.baseline
        for name, repo, subject in sorted(baseline.entries - baseline.going):
            rule = formerly.get(name, name)
            if repo not in ("", self.sides.repo):
                continue
            elsewhere = bool(self.policy.repositories) and not repo
            for side, rows in sides.items():
                unasked = rule in known and (side, rule) not in subjects
                used = elsewhere or unasked or subject in subjects.get((side, rule), ())
                if not used or name in self.unwaivable:
                    rows.append((self.sides.repo, rule, subject, used, name not in self.unwaivable, source))
        self.sides.tell(_BASELINE, sides["now"], sides["before"])

    def _unmatched(self) -> tuple[str, ...]:
        rows = self.sides.selectors()
        return tuple(
            sorted({f"{kind} {name or 'glob'}: {selector}" for _, kind, name, selector, hit, *_ in rows if not hit})
        )


_WAIVERS, _BASELINE = "policy_waiver", "policy_baseline"
_ACCEPTED = {_WAIVERS, _BASELINE}
_FEW = 500  # subjects up to which the database picks their rows; 7,500 rows take 40 ms to fetch, their names 8


class _Ask:
    """One rule on both sides; fetches rows only for what is to be told, names of findings for the rest."""

    def __init__(
        self,
        one: Settled,
        ways: Sequence[Mapping[str, Value]],
        examined: Reads,
        sides: Sides,
        confined: Confined,
        clock: _Clock,
        *,
        only_moved: bool,
    ) -> None:
        self._one = one
        self._ways = ways
        self._told = sides.contracts()
        self._rule = one.rule
        self._tables = examined.tables
        self._both = bool(examined.before)
        self._parameters = one.parameters
        self._sides = sides
        self._confined = confined
        self._clock = clock
        # What the row itself says about being measured is seen only in whole rows, and so is which override counts.
        self._whole = one.rule.own or "not_measured" in one.rule.sql or one.overriding is not None
        self._whole_now = self._whole or not only_moved
        self._found: dict[str, tuple[Found, ...]] = {}
        self._stood: _Stood | None = None
        self._unmeasured: dict[str, tuple[str, ...]] = {}  # by side

    def stood(self, stood: _Stood) -> None:
        """What the rule finds on the earlier side, so that it is not asked."""
        self._stood = stood

    def identities(self, side: str, *, in_words: bool = False) -> frozenset[Identity]:
        """What the rule finds on one side; RuleError if it fails or its rows break the contract. `in_words` if all of
        that is asked for next."""
        if side == "before" and self._stood is not None and self._rule.id in self._stood.named:
            return self._stood.named[self._rule.id]
        if self._at_hand(side) or in_words or self._whole or (side == "now" and self._whole_now):
            return frozenset((one.repo, one.subject) for one in self._all(side))
        _, rows = self._select(f"SELECT DISTINCT repo, subject FROM (\n{self._sql}\n)", side, {})
        return frozenset(rows)

    def worded(self, side: str, told: Collection[Identity]) -> list[Found]:
        """The findings of one side that are to be told."""
        if not told:
            return []
        if self._at_hand(side) or self._whole or len(told) > _FEW:
            return [one for one in self._all(side) if (one.repo, one.subject) in told]
        picked = f"SELECT * FROM (\n{self._sql}\n) WHERE subject IN (SELECT unnest($subjects_to_tell))"
        columns, rows = self._select(picked, side, {"subjects_to_tell": [subject for _, subject in told]})
        found, _ = worded(self._rule, self._parameters, columns, rows, self._told)
        return [self._one.usual.told(one) for one in found if (one.repo, one.subject) in told]

    def newly_unmeasured(self) -> frozenset[str]:
        """What rows of the later side say could not be measured, and those of the earlier one do not."""
        if not self._unmeasured.get("now"):
            return frozenset()
        if "before" not in self._unmeasured:
            columns, rows = self._select(self._rule.sql, "before", {})
            _, self._unmeasured["before"] = worded(self._rule, self._parameters, columns, rows)
        return frozenset(self._unmeasured["now"]).difference(self._unmeasured["before"])

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """What rows of the later side say could not be measured; those of the earlier one where it alone was asked, as
        it is where both are the same."""
        return self._unmeasured.get("now", self._unmeasured.get("before", ()))

    def _at_hand(self, side: str) -> bool:
        return side in self._found or (side == "before" and self._stood is not None)

    def _all(self, side: str) -> tuple[Found, ...]:
        if side == "before" and self._stood is not None:
            return self._stood.words[self._rule.id]
        if side not in self._found:
            self._found[side], unmeasured = self._by_override(side) if self._one.overriding else self._usual(side)
            self._unmeasured[side] = unmeasured
        return self._found[side]

    def _usual(self, side: str) -> tuple[tuple[Found, ...], tuple[str, ...]]:
        columns, rows = self._select(self._rule.sql, side, {})
        found, unmeasured = worded(self._rule, self._parameters, columns, rows, self._told)
        return tuple(map(self._one.usual.told, found)), unmeasured

    def _by_override(self, side: str) -> tuple[tuple[Found, ...], tuple[str, ...]]:
        """What the rule finds where it is asked once for each of its parameters, and only in the files that have
        these."""
        kept: dict[Identity, Found] = {}
        unmeasured: set[str] = set()
        waiting, asked = list(self._ways), list(self._ways)
        while waiting:
            way = waiting.pop(0)
            columns, rows = self._select(self._rule.sql, side, {}, way)
            found, missing = worded(self._rule, way, columns, rows, self._told)
            unmeasured.update(missing)
            for one in found:
                here = self._one.here(one.path)
                if here.parameters not in asked:
                    asked.append(here.parameters)
                    waiting.append(here.parameters)
                if here.parameters == way and here.severity != "off":
                    kept.setdefault((one.repo, one.subject), here.told(one))
        return tuple(kept[key] for key in sorted(kept)), tuple(sorted(unmeasured))

    @property
    def _sql(self) -> str:
        return self._rule.sql.rstrip().rstrip(";")

    def _select(
        self, sql: str, side: str, more: Mapping[str, object], way: Mapping[str, Value] | None = None
    ) -> tuple[list[str], list[Row]]:
        given = self._parameters if way is None else way
        values = {name: list(v) if isinstance(v, tuple) else v for name, v in given.items()}
        if self._rule.own:
            return self._confined.select(self._rule, values, side)
        try:
            self._clock.check()
            self._sides.provide(self._tables, side=side, both=self._both)
            return self._sides.select(sql, {**values, **more}, side=side)
        except engine.Error as error:
            if sql != self._rule.sql:
                self._all(side)  # whose error speaks of the rule's own text
            where = f"{self._rule.source}:{self._rule.sql_line}: rule {self._rule.id}"
            why = self._clock.why if self._clock.ran_out else engine.stripped(error)
            raise RuleError(f"{where}: {why}") from None


def _judged(one: Settled, found: Found, state: str, *, unaccepted: bool = False, of_change: bool = False) -> JudgedRow:
    return JudgedRow(
        id=identity(one.rule.id, found.repo, found.subject),
        rule=one.rule.id,
        severity=one.severity_of(found),
        state=state,
        repo=found.repo,
        subject=found.subject,
        path=found.path,
        line=found.line,
        message=found.message,
        remedy=found.remedy,
        evidence=found.evidence,
        group=found.group,
        step=found.step,
        reason=found.reason,
        alternatives=found.alternatives,
        owner=found.owner,
        unaccepted=unaccepted,
        of_change=of_change,
    )


class _Clock:
    """Stops what the rules that ship take together; one thread, where a timer for each statement would be fifteen."""

    def __init__(self, sides: Sides, seconds: float) -> None:
        self.ran_out = False
        self.why = f"the rules together ran longer than {seconds:g} s; switch off what you do not need"
        self._sides = sides
        self._timer = threading.Timer(seconds, self._stop)
        self._timer.daemon = True

    def __enter__(self) -> _Clock:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()
        self._timer.join()  # while it lives it holds the connection, and the engine complains of a leak at the end

    def check(self) -> None:
        if self.ran_out:
            raise RuleError(self.why)

    def _stop(self) -> None:
        self.ran_out = True
        self._sides.interrupt()
