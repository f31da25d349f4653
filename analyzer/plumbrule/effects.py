"""What the edits of a policy do, found by judging under the policy that binds and under the change's own.

Hides how an effect is traced to its edit: by judging with that edit alone put into the policy that binds. Only who
edits a policy pays for any of this.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field

from plumbrule.data import dataclass
from plumbrule.errors import PlumbruleError
from plumbrule.globs import beginning
from plumbrule.governing import Governing, edits_between, with_edits
from plumbrule.judge import JudgedRow, settle
from plumbrule.judge.findings import earlier_subject
from plumbrule.policy import Policy
from plumbrule.policy.edits import BASELINE, RULE_FILE, Edit, line_of
from plumbrule.policy.loosening import LOOSENED, Loosening, direction, edited, gone, loosening_of
from plumbrule.report.model import PolicyEdit

_ALONE = 8  # edits that are tried one by one; each costs a judgement
_EXAMPLES = 5
_RANK = {"info": 1, "warning": 2, "error": 3}
_OF_THE_POLICY = re.compile(r"\bpolicy_(?:selector|waiver|baseline)\b")
_OF_DECLARING = re.compile(r"\bpolicy_component\b")

_Name = tuple[str, str]  # rule and subject


@dataclass(frozen=True, slots=True)
class Sight:
    """What is found under one policy."""

    rows: Mapping[_Name, JudgedRow] = field(default_factory=dict)  # all that stands: new, known and waived
    errors: tuple[str, ...] = ()  # rules that gave no answer, and why
    files: frozenset[str] = frozenset()  # what is analysed of the later side
    dead: frozenset[str] = frozenset()  # selectors of the policy that find nothing there


@dataclass(frozen=True, slots=True)
class Effects:
    """What a change's edits of the policy do."""

    loosened: tuple[Loosening, ...] = ()
    edits: tuple[PolicyEdit, ...] = ()
    # Findings of the policy that binds which speak of the policy itself, and which the change's own policy mends.
    mended: frozenset[_Name] = frozenset()
    ahead: tuple[JudgedRow, ...] = ()  # what only the change's own policy finds new; it binds once landed
    notes: tuple[str, ...] = ()


def effects(base: Governing, own: Governing, stated: Sequence[Loosening], see: Callable[[Governing], Sight]) -> Effects:
    """`own` is the policy that binds with the change's edits, `stated` what these loosen by what they say; `see` gives
    what is found under a policy, and is asked for few."""
    found = edits_between(base, own)
    if not found:
        return Effects(tuple(stated))
    bound = see(base)
    try:
        mine = see(own)
    except PlumbruleError as error:
        why = str(error).splitlines()[0]
        broken = gone(base.policy.source, f"cannot be used: {why}")
        return Effects((*stated, broken), tuple(_told(edit, base, own, [broken], (), ()) for edit in found))
    names = _renamed_components(base.policy, own.policy, bound.files | mine.files)
    hidden, mended = _hidden(bound, mine, base, own, names)
    gained = _gained(bound, mine, names)
    by_edit, together, notes = _traced(base, found, hidden, gained, bound, see, names)
    loosened = _with_effects(stated, found, by_edit, bound, base, own)
    if together:
        words = "Taken together, the edits of the policy hide what none of them is known to hide alone."
        loosened.append((None, _hiding(Loosening("policy", "together", words, base.policy.source), together)))
    for fault in mine.errors:
        if fault not in bound.errors:
            words = f"Under the change's own policy a rule gives no answer: {fault.splitlines()[0]}"
            loosened.append((None, Loosening("rule", fault.partition(":")[0], words, base.policy.source)))
    told = [
        _told(
            edit,
            base,
            own,
            [one for of, one in loosened if of is not None and of.piece == edit.piece],
            *by_edit.get(edit.piece, ((), ())),
        )
        for edit in found
    ]
    ahead = tuple(mine.rows[name] for name in gained if mine.rows[name].state == "new")
    return Effects(tuple(one for _, one in loosened), tuple(told), frozenset(mended), ahead, notes)


# -- what differs ------------------------------------------------------------------------------------------------


def _hidden(
    bound: Sight, mine: Sight, base: Governing, own: Governing, names: Mapping[str, str]
) -> tuple[dict[_Name, str], set[_Name]]:
    """What stands under the policy that binds and not, or for less, under the change's own, with how that is; and what
    speaks of the policy itself and is mended."""
    there = {(rule, earlier_subject(subject, names)): row for (rule, subject), row in mine.rows.items()}
    rules = {rule.id: rule for rule in base.rules}
    still = {
        one.rule.id: _RANK[one.severity]
        for one in settle(own.rules, own.policy)
        if one.rule.id in rules and one.rule.sql == rules[one.rule.id].sql
    }
    learned = not base.policy.components and bool(own.policy.components)
    hidden: dict[_Name, str] = {}
    mended: set[_Name] = set()
    newest = {former: rule.id for rule in own.rules for former in rule.formerly}
    for name, row in bound.rows.items():
        rule, subject = newest.get(name[0], name[0]), name[1]
        if row.state not in ("new", "known") or rule == LOOSENED:
            continue
        now = there.get((rule, subject))
        if now is None:
            if still.get(rule, 0) >= _RANK[row.severity] and _is_mended(
                rules[name[0]].sql, row, base.policy, own.policy
            ):
                mended.add(name)
            elif not (learned and (_names_components(subject, bound.files) or "component" in rules[name[0]].sql)):
                hidden[name] = "no longer found"
        elif now.state == "waived":
            hidden[name] = "waived"
        elif _RANK[now.severity] < _RANK[row.severity]:
            hidden[name] = f"{now.severity} in place of {row.severity}"
        elif now.state == "known" and not now.unaccepted and (row.state == "new" or row.unaccepted):
            hidden[name] = "accepted"
    return hidden, mended


def _is_mended(sql: str, row: JudgedRow, base: Policy, own: Policy) -> bool:
    """Whether a finding that is gone speaks of the policy itself: a selector that is corrected, a waiver that is taken
    out, code that is declared now."""
    if _OF_THE_POLICY.search(sql):
        return True
    if not _OF_DECLARING.search(sql) or base.component(row.path) or own.excludes(row.path):
        return False
    name = own.component(row.path)
    # A component of everything declares nothing.
    globs = [glob for part in own.components if part.name == name for glob in part.globs]
    return bool(globs) and all(beginning(glob) or not set("*?[") & set(glob) for glob in globs)


def _names_components(subject: str, files: Collection[str]) -> bool:
    return any(part.partition("::")[0] not in files for part in subject.split(" -> "))


def _gained(bound: Sight, mine: Sight, names: Mapping[str, str]) -> list[_Name]:
    """What stands under the change's own policy alone, as it is called there."""
    return [
        (rule, subject)
        for (rule, subject), row in mine.rows.items()
        if row.state in ("new", "known")
        and rule != LOOSENED
        and bound.rows.get((rule, earlier_subject(subject, names))) is None
    ]


def _renamed_components(base: Policy, own: Policy, files: Iterable[str]) -> dict[str, str]:
    """Components that hold the very same files under another name: name under `own` to name under `base`."""
    if base.components == own.components:
        return {}
    was: defaultdict[str, set[str]] = defaultdict(set)
    now: defaultdict[str, set[str]] = defaultdict(set)
    for path in files:
        was[base.component(path)].add(path)
        now[own.component(path)].add(path)
    held = {frozenset(paths): name for name, paths in was.items() if name}
    taken = {part.name for part in base.components}
    renamed = {name: held.get(frozenset(paths), name) for name, paths in now.items() if name not in {"", *taken}}
    return {name: old for name, old in renamed.items() if name != old}


# -- which edit did it -------------------------------------------------------------------------------------------

_ByEdit = Mapping[tuple[str, tuple[str, ...]], tuple[tuple[str, ...], tuple[str, ...]]]


def _traced(
    base: Governing,
    found: Sequence[Edit],
    hidden: Mapping[_Name, str],
    gained: Sequence[_Name],
    bound: Sight,
    see: Callable[[Governing], Sight],
    names: Mapping[str, str],
) -> tuple[_ByEdit, tuple[str, ...], tuple[str, ...]]:
    """By edit, what it hides and what it adds; what only all of them together hide; and what was not tried."""
    said = {name: f"{name[0]}: {name[1]} ({how})" for name, how in sorted(hidden.items())}
    more = {name: f"{name[0]}: {name[1]}" for name in sorted(gained)}
    if len(found) == 1 or not (said or more):
        return {found[0].piece: (tuple(said.values()), tuple(more.values()))}, (), ()
    by_edit: dict[tuple[str, tuple[str, ...]], tuple[tuple[str, ...], tuple[str, ...]]] = {}
    left = set(said)
    for edit in found[:_ALONE]:
        try:
            alone = see(with_edits(base, [edit]))
        except PlumbruleError:
            continue  # it makes sense only with the others: `together` tells what they hide
        gone_now, _ = _hidden(bound, alone, base, with_edits(base, [edit]), names)
        lost = tuple(said[name] for name in sorted(gone_now) if name in said)
        came = tuple(more[name] for name in _gained(bound, alone, {}) if name in more)
        by_edit[edit.piece] = lost, came
        left -= gone_now.keys()
    rest = found[_ALONE:]
    notes: tuple[str, ...] = ()
    if rest:
        notes = (
            f"{len(found)} edits of the policy: the effects of the first {_ALONE} were told apart, not of the rest",
        )
    return by_edit, tuple(said[name] for name in sorted(left)), notes


def _with_effects(
    stated: Sequence[Loosening],
    found: Sequence[Edit],
    by_edit: _ByEdit,
    bound: Sight,
    base: Governing,
    own: Governing,
) -> list[tuple[Edit | None, Loosening]]:
    """The loosenings with their edits and what these hide; one for each edit that hides something and is not stated."""
    loosened: list[tuple[Edit | None, Loosening]] = []
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for one in stated:
        edit = next((edit for edit in found if loosening_of(edit, one)), None)
        if edit is None and one.kind in ("dependency", "component"):
            # A pair of components can come to be allowed by any edit of what they hold.
            edit = next((edit for edit in found if edit.field in ("components", "layers", "forbid")), None)
        if edit is None:
            loosened.append((None, one))
            continue
        hides = by_edit.get(edit.piece, ((), ()))[0] if edit.piece not in seen else ()
        seen.add(edit.piece)
        loosened.append((edit, _hiding(_placed(one, edit, base, own), hides)))
    declared = _declared(base, own)
    for edit in found:
        hides, gains = by_edit.get(edit.piece, ((), ()))
        which = direction(edit, declared, bound.dead)
        doubtful = which == "loosening" or (which == "unknown" and not gains)
        if edit.piece in seen or not (hides or doubtful):
            continue
        way = "and more passes than before" if hides else "and nothing that is found shows which way that goes"
        words = f"{edited(edit)}." if which == "loosening" else f"{edited(edit)}, {way}."
        kind = "contract" if edit.field in ("contracts", "layers", "forbid") else "edit"
        one = Loosening(kind, edit.name, words, own.policy.source)
        loosened.append((edit, _hiding(_placed(one, edit, base, own), hides)))
    return loosened


def _declared(base: Governing, own: Governing) -> frozenset[str]:
    return frozenset(part.name for part in (*base.policy.components, *own.policy.components))


def _placed(loosening: Loosening, edit: Edit, base: Governing, own: Governing) -> Loosening:
    """With the place of the edit: its line in the change's file, or where it stood."""
    if edit.field in (RULE_FILE, BASELINE):
        return loosening._replace(place=edit.name)
    if edit.new is not None:
        return loosening._replace(place=edit.name, line=line_of(edit, own.policy))
    line = line_of(edit, base.policy)
    stood = f" (it stood in line {line})" if line else ""
    return loosening._replace(place=f"{edit.name} is taken out{stood}")


def _hiding(loosening: Loosening, hides: Sequence[str]) -> Loosening:
    if not hides:
        return loosening
    many = f"{len(hides):,} findings, such as {hides[0]}" if len(hides) > 1 else f"the finding {hides[0]}"
    more = [f"and {len(hides) - _EXAMPLES:,} more"] if len(hides) > _EXAMPLES else []
    words = f"{loosening.words} It hides {many}."
    return loosening._replace(words=words, hides=(*hides[:_EXAMPLES], *more))


def _told(
    edit: Edit,
    base: Governing,
    own: Governing,
    loosenings: Sequence[Loosening],
    lost: Sequence[str],
    gained: Sequence[str],
) -> PolicyEdit:
    """An edit as the report has it."""
    which = "loosening" if loosenings else direction(edit, _declared(base, own))
    if not loosenings and which != "tightening":
        which = "tightening" if gained else "neutral"
    words = loosenings[0].words if loosenings else f"{edited(edit)}."
    line = 0 if edit.new is None or edit.field in (RULE_FILE, BASELINE) else line_of(edit, own.policy)
    return PolicyEdit(
        edit.name, which, words, line, tuple(lost[:_EXAMPLES]), tuple(gained[:_EXAMPLES]), len(lost), len(gained)
    )
