"""The judgement: every rule on both sides, and what that makes of each finding. Hides what need not be run."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from plumbrule.errors import RuleError, SettingsError
from plumbrule.judge.confined import Confined, RunLimits
from plumbrule.judge.findings import Found, JudgedRow, earlier_subject, identity, worded
from plumbrule.judge.policy_tables import TOLD, policy_rows
from plumbrule.judge.query import Reads
from plumbrule.judge.rulefile import Parameter, Rule, Value
from plumbrule.judge.sides import Sides
from plumbrule.policy import Baseline, Policy, Waiver
from plumbrule.store import engine
from plumbrule.tables import Row


@dataclass(frozen=True, slots=True)
class Settled:
    """A rule as the policy wants it."""

    rule: Rule
    severity: str
    parameters: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Judgement:
    rows: tuple[JudgedRow, ...]  # sorted by (state new first, severity, rule, subject)
    evaluated: int  # rules that gave an answer
    not_measured: tuple[str, ...] = ()  # info and warning rules that gave none, and why
    errors: tuple[str, ...] = ()  # error rules that gave none, and why: not judged
    selectors_unmatched: tuple[str, ...] = ()
    found: Mapping[str, tuple[Found, ...]] = field(default_factory=dict)  # by rule: `earlier` of the next step


def settle(rules: Sequence[Rule], policy: Policy) -> tuple[Settled, ...]:
    """The rules that are not off, with the policy's severities and parameters; SettingsError for what fits no rule."""
    by_name = {rule.id: rule for rule in rules}
    by_name.update((former, rule) for rule in rules for former in rule.formerly)
    given: dict[str, tuple[str, Mapping[str, Value]]] = {}
    for name, setting in policy.rules.items():
        where = f"{policy.source}:{setting.line}" if setting.line else policy.source
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
        given[rule.id] = (setting.severity, setting.parameters)
    settled = []
    for rule in rules:
        severity, parameters = given.get(rule.id, ("", {}))
        values = {parameter.name: parameters.get(parameter.name, parameter.default) for parameter in rule.parameters}
        if (severity or rule.severity) != "off":
            settled.append(Settled(rule, severity or rule.severity, values))
    return tuple(settled)


def _fits(parameter: Parameter, value: Value, where: str) -> None:
    wanted = float | int if isinstance(parameter.default, float) else type(parameter.default)
    if not isinstance(value, wanted) or isinstance(value, bool) != isinstance(parameter.default, bool):
        raise SettingsError(
            f"{where}: parameter {parameter.name!r} ({parameter.doc}) must be like {parameter.default!r}, not {value!r}"
        )


def _near(word: str, known: Collection[str]) -> str:
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
    earlier: Mapping[str, tuple[Found, ...]] | None = None,
    loosened: Collection[Row] = (),
    limits: RunLimits | None = None,
) -> Judgement:
    """Every rule on both sides. A finding is new if the earlier side does not show its rule and subject.

    `earlier` are findings of the earlier side where they are known already (`found` of the judgement before, while a
    history is walked). A rule none of whose tables moved is not run twice. `loosened` are rows of `policy_loosening`.
    """
    return _Judging(sides, policy, today, baseline, renamed or {}, earlier or {}, limits or RunLimits()).run(
        settle(rules, policy), {former: rule.id for rule in rules for former in rule.formerly}, rules, loosened
    )


class _Judging:
    def __init__(
        self,
        sides: Sides,
        policy: Policy,
        today: date,
        baseline: Baseline | None,
        renamed: Mapping[str, str],
        earlier: Mapping[str, tuple[Found, ...]],
        limits: RunLimits,
    ) -> None:
        self.sides = sides
        self.policy = policy
        self.today = today
        self.baseline = baseline
        self.renamed = renamed
        self.earlier = earlier
        self.limits = limits
        self.rows: list[JudgedRow] = []
        self.errors: list[str] = []
        self.not_measured: list[str] = []
        self.found: dict[str, tuple[Found, ...]] = {}
        self.before: dict[str, tuple[Found, ...]] = {}

    def run(
        self, settled: Sequence[Settled], formerly: Mapping[str, str], rules: Sequence[Rule], loosened: Collection[Row]
    ) -> Judgement:
        shipped: list[tuple[Settled, Reads]] = []
        own: list[tuple[Settled, Reads]] = []
        with Confined(self.sides, self.limits) as confined:
            for one in settled:
                try:
                    examined = confined.examine(one.rule) if one.rule.own else self.sides.examine(one.rule)
                except RuleError as error:
                    self._failed(one, str(error))
                    continue
                (own if one.rule.own else shipped).append((one, examined))
            everything = [*shipped, *own]
            self.sides.tell("policy_loosening", loosened, ())
            self.sides.provide({table for _, examined in everything for table in examined.tables} - TOLD)
            if own:
                confined.take({table for _, examined in own for table in examined.tables})
            self.sides.seal()
            late = [pair for pair in everything if pair[1].tables & TOLD]
            for one, examined in everything:
                if not examined.tables & TOLD:
                    self._judge(one, examined, confined)
            known = {rule.id for rule in rules}
            self._tell_waivers(known, formerly)
            self.sides.provide({table for _, examined in late for table in examined.tables})
            for one, examined in late:
                self._judge(one, examined, confined)
        order = {"new": 0, "known": 1, "waived": 2, "fixed": 3, "error": 0, "warning": 1, "info": 2}
        self.rows.sort(key=lambda r: (order[r.state], order[r.severity], r.rule, r.repo, r.subject))
        return Judgement(
            rows=tuple(self.rows),
            evaluated=len(self.found),
            not_measured=tuple(sorted(self.not_measured)),
            errors=tuple(sorted(self.errors)),
            selectors_unmatched=self._unmatched(),
            found=self.found,
        )

    def _failed(self, one: Settled, why: str) -> None:
        if one.severity == "error":
            self.errors.append(why if one.rule.id in why else f"{one.rule.id}: {why}")
        else:
            self.not_measured.append(f"{one.rule.id}: {why}")

    def _judge(self, one: Settled, examined: Reads, confined: Confined) -> None:
        if missing := self.sides.missing(examined.tables):
            self._failed(one, missing[0])
            return
        # Before and after of a rule about change have no meaning of their own: what it finds, the change did.
        about_change = bool(examined.before) or any(map(self.sides.about_change, examined.now))
        moved = any(map(self.sides.moved, examined.tables))
        try:
            if about_change:
                before: tuple[Found, ...] = ()
                now = self._select(one, "now", confined) if moved else ()
            else:
                known = one.rule.id in self.earlier
                before = self.earlier[one.rule.id] if known else self._select(one, "before", confined)
                now = self._select(one, "now", confined) if moved else before
        except RuleError as error:
            self._failed(one, str(error))
            return
        self.found[one.rule.id] = now
        self.before[one.rule.id] = before
        self._compare(one, now, before)

    def _select(self, one: Settled, side: str, confined: Confined) -> tuple[Found, ...]:
        bound = {name: list(v) if isinstance(v, tuple) else v for name, v in one.parameters.items()}
        if one.rule.own:
            columns, rows = confined.select(one.rule, bound, side)
        else:
            try:
                with _time_limit(self.sides, self.limits.seconds):
                    columns, rows = self.sides.select(one.rule.sql, bound, side=side)
            except engine.Error as error:
                raise RuleError(
                    f"{one.rule.source}:{one.rule.sql_line}: rule {one.rule.id}: {engine.stripped(error)}"
                ) from None
        found, unmeasured = worded(one.rule, one.parameters, columns, rows)
        if side == "now":
            self.not_measured += [f"{one.rule.id}: {why}" for why in unmeasured]
        return found

    def _compare(self, one: Settled, now: tuple[Found, ...], before: tuple[Found, ...]) -> None:
        present = {(found.repo, found.subject) for found in before}
        survived: set[tuple[str, str]] = set()
        for found in now:
            names = (found.subject, earlier_subject(found.subject, self.renamed))
            was_there = [name for name in names if (found.repo, name) in present]
            survived.update((found.repo, name) for name in was_there)
            accepted = self.baseline is not None and any(
                self.baseline.accepts(rule, found.repo, name)
                for rule in (one.rule.id, *one.rule.formerly)
                for name in names
            )
            if any(self._waives(waiver, one.rule, found.repo, names) for waiver in self.policy.waivers):
                state = "waived"
            else:
                state = "known" if was_there or accepted else "new"
            unaccepted = state == "known" and self.baseline is not None and not accepted
            self.rows.append(_judged(one, found, state, unaccepted=unaccepted))
        gone = [found for found in before if (found.repo, found.subject) not in survived]
        self.rows += [_judged(one, found, "fixed") for found in gone]

    def _waives(self, waiver: Waiver, rule: Rule, repo: str, subjects: tuple[str, ...]) -> bool:
        return (
            waiver.rule in (rule.id, *rule.formerly)
            and waiver.subject in subjects
            and waiver.repository in ("", repo)
            and not waiver.expired(self.today)
        )

    def _tell_waivers(self, known: Collection[str], formerly: Mapping[str, str]) -> None:
        """Fill `policy_waiver`: used is what matched a finding, or belongs to a rule or repository not judged here."""
        sides: dict[str, list[Row]] = {"now": [], "before": []}
        for waiver in self.policy.waivers:
            if waiver.repository not in ("", self.policy.repository):
                continue
            rule = formerly.get(waiver.rule, waiver.rule)
            note = "" if rule in known else f"There is no rule {waiver.rule!r}{_near(waiver.rule, known)}"
            elsewhere = bool(self.policy.repositories) and not waiver.repository
            for side, findings in (("now", self.found), ("before", self.before)):
                subjects = {found.subject for found in findings.get(rule, ())}
                if side == "now":
                    subjects |= {earlier_subject(subject, self.renamed) for subject in subjects}
                unknown = rule in known and rule not in findings
                used = elsewhere or unknown or waiver.subject in subjects
                sides[side].append(
                    (rule, waiver.subject, waiver.reason, waiver.owner, waiver.expires.isoformat(),
                     waiver.expired(self.today), used, note, self.policy.source, waiver.line)
                )  # fmt: skip
        self.sides.tell("policy_waiver", sides["now"], sides["before"])

    def _unmatched(self) -> tuple[str, ...]:
        moment = self.sides.now
        rows = policy_rows("policy_selector", self.policy, moment.graph, moment.tree)
        return tuple(
            sorted({f"{kind} {name or 'glob'}: {selector}" for kind, name, selector, hit, *_ in rows if not hit})
        )


def _judged(one: Settled, found: Found, state: str, *, unaccepted: bool = False) -> JudgedRow:
    return JudgedRow(
        id=identity(one.rule.id, found.repo, found.subject),
        rule=one.rule.id,
        severity=one.severity,
        state=state,
        repo=found.repo,
        subject=found.subject,
        path=found.path,
        line=found.line,
        message=found.message,
        remedy=found.remedy,
        evidence=found.evidence,
        group=found.group,
        unaccepted=unaccepted,
    )


@contextmanager
def _time_limit(sides: Sides, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, sides.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
