"""Which control a rule gives evidence for, and which rules gave evidence when. Hides the mapping files that ship.

A mapping is one file in `rules/controls/`: identifiers as the standard has them, and words of ours. A rule's own file
and the policy may name further controls, of a standard that ships or of the user's own.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from plumbrule.data import data_folder, dataclass
from plumbrule.errors import SettingsError
from plumbrule.judge import Rule
from plumbrule.policy import Policy
from plumbrule.report.escapes import json_text, visible
from plumbrule.report.model import Finding, Report
from plumbrule.store import Store

FORMATS = ("text", "csv", "json")


@dataclass(frozen=True, slots=True)
class Control:
    """One control of one standard, and the rules that give evidence for it."""

    id: str  # STANDARD:CONTROL
    standard: str  # its name and edition, "" for the user's own
    words: str  # ours, or the user's
    rules: tuple[str, ...]  # sorted; () = none does


class Evidence(NamedTuple):
    """What one rule said in one repository."""

    control: str
    rule: str
    severity: str  # at the last judgement; "" = it never gave an answer, or never had anything to look at
    repo: str  # "" = in no repository of the store
    judged: int  # commits at which it looked at something and gave an answer
    first: str  # day of the first of them, ISO 8601
    last: str
    snapshot: str  # the last of them
    open: int  # findings that stand there
    waived: int


@cache
def shipped() -> tuple[Control, ...]:
    """Every control of the mappings that ship, sorted; rules by the names that the mapping has for them."""
    found = []
    for file in sorted((data_folder("rules") / "controls").glob("*.toml")):
        table = tomllib.loads(file.read_text("utf-8"))
        standard = f"{table['name']}, {table['edition']}"
        for name, about in table["controls"].items():
            found.append(Control(f"{table['id']}:{name}", standard, about["words"], tuple(about["rules"])))
    return tuple(sorted(found, key=lambda one: one.id))


def controls(rules: Iterable[Rule], policy: Policy) -> tuple[Control, ...]:
    """Every control that is spoken of, with those of these rules that give evidence for it, sorted."""
    by_id = {one.id: one for one in shipped()}
    standards = {one.id.partition(":")[0]: one.standard for one in shipped()}
    for id_, words in policy.controls.items():
        by_id[id_] = Control(id_, standards.get(id_.partition(":")[0], ""), words, ())
    evident: dict[str, set[str]] = {id_: set() for id_ in by_id}
    for rule in rules:
        said = [*rule.controls, *(one.id for one in shipped() if not set(rule.names).isdisjoint(one.rules))]
        for name in rule.names:
            setting = policy.rules.get(name)
            said += setting.controls if setting is not None else ()
        for id_ in said:
            by_id.setdefault(id_, Control(id_, standards.get(id_.partition(":")[0], ""), "", ()))
            evident.setdefault(id_, set()).add(rule.id)
    return tuple(replace(by_id[id_], rules=tuple(sorted(evident[id_]))) for id_ in sorted(by_id))


def with_controls(report: Report, rules: Sequence[Rule], policy: Policy) -> Report:
    """The report, each finding with the controls that its rule gives evidence for."""
    by_rule: dict[str, list[str]] = {}
    for control in controls(rules, policy):
        for rule in control.rules:
            by_rule.setdefault(rule, []).append(control.id)

    def told(findings: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(replace(one, controls=tuple(by_rule.get(one.rule, ()))) for one in findings)

    return replace(report, findings=told(report.findings), ahead=told(report.ahead))


def evidence(store: Store, spoken_of: Sequence[Control]) -> list[Evidence]:
    """What the rules of these controls said at the commits of the main lines, as far as the store has judged them."""
    with store.reader() as reader:
        rows = reader.select(
            """
            SELECT rule, repo, max_by(severity, position), count(*), strftime(min(committed_at), '%Y-%m-%d'),
                strftime(max_by(committed_at, position), '%Y-%m-%d'), max_by(snapshot, position),
                max_by(standing, position), max_by(waived, position)
            FROM evidence GROUP BY rule, repo ORDER BY rule, repo
            """
        )
    said: dict[str, list[tuple[object, ...]]] = {}
    for rule, *rest in rows:
        said.setdefault(rule, []).append(tuple(rest))
    found = []
    for control in spoken_of:
        for rule in control.rules:
            nothing = [("", "", 0, "", "", "", 0, 0)]
            for repo, severity, judged, first, last, snapshot, standing, waived in said.get(rule, nothing):
                found.append(
                    Evidence(
                        *(control.id, rule, str(severity), str(repo), int(str(judged)), str(first), str(last)),
                        *(str(snapshot), int(str(standing)), int(str(waived))),
                    )
                )
    return found


def chosen(spoken_of: Sequence[Control], wanted: Sequence[str]) -> tuple[Control, ...]:
    """Those that are asked for, by identifier or by standard; SettingsError names the nearest for one that is none."""
    if not wanted:
        return tuple(spoken_of)
    known = {one.id for one in spoken_of} | {one.id.partition(":")[0] for one in spoken_of}
    for one in wanted:
        if one not in known:
            from difflib import get_close_matches

            near = get_close_matches(one, sorted(known), 1, 0.4)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(sorted(known))}."
            raise SettingsError(f"there is no control {one!r}.\n{hint}")
    return tuple(one for one in spoken_of if one.id in wanted or one.id.partition(":")[0] in wanted)


def rendered(spoken_of: Sequence[Control], found: Sequence[Evidence], form: str) -> str:
    """What the rules said, by control, as text, CSV or JSON."""
    if form == "csv":
        return _as_csv(found)
    by_control: dict[str, list[Evidence]] = {}
    for one in found:
        by_control.setdefault(one.control, []).append(one)
    if form == "json":
        return json_text(
            [
                {
                    "control": one.id,
                    "standard": one.standard,
                    "words": one.words,
                    "evidence": [_as_object(said) for said in by_control.get(one.id, ())],
                }
                for one in spoken_of
            ]
        )
    return "".join(f"{visible(line)}\n" for one in spoken_of for line in _as_text(one, by_control.get(one.id, ())))


def _as_object(one: Evidence) -> Mapping[str, object]:
    return {name: value for name, value in one._asdict().items() if name != "control"}


def _as_csv(found: Sequence[Evidence]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Evidence._fields)
    for one in found:
        # A spreadsheet takes a text that begins so for a formula.
        writer.writerow(f"'{value}" if str(value)[:1] in ("=", "+", "-", "@") else value for value in one)
    return out.getvalue()


def _as_text(control: Control, found: Iterable[Evidence]) -> Iterable[str]:
    about = f" ({control.standard})" if control.standard else ""
    yield f"{control.id}{about}{': ' if control.words else ''}{control.words}"
    if not control.rules:
        yield "  no rule gives evidence for it"
    for one in found:
        if not one.judged:
            yield f"  {one.rule}: had nothing to look at, or gave no answer, at every commit that is stored"
            continue
        when = f"on {one.last}" if one.first == one.last else f"from {one.first} to {one.last}"
        commits = "1 commit" if one.judged == 1 else f"{one.judged:,} commits"
        yield (
            f"  {one.rule} ({one.severity}): judged at {commits} of {one.repo} {when},"
            f" the last {one.snapshot.rpartition('@')[2]}: {one.open:,} open, {one.waived:,} waived"
        )
