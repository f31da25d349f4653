"""From a rule's rows to findings: identity, state and words. Pure functions; hides how identity follows renames."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeVar

from plumbrule.data import dataclass
from plumbrule.errors import RuleError
from plumbrule.judge.rulefile import Rule

Identity = tuple[str, str]  # (repository, subject), within one rule

ABOUT = ("reason", "alternatives", "owner")  # columns that a rule may give, such as those of a contract
_OF_CONTRACTS = ("info", "warning", "error")
REQUIRED = ("repo", "subject", "path", "line")


@dataclass(frozen=True, slots=True)
class Found:
    """One row of one rule on one side, in words; not yet compared with anything."""

    repo: str
    subject: str
    path: str
    line: int
    message: str
    remedy: str
    evidence: tuple[str, ...] = ()
    group: str = ""
    reason: str = ""  # why it is asked for, as the policy says of the contract or the rule
    alternatives: str = ""  # what else may be done
    owner: str = ""  # who answers for that
    step: int = 0  # see `report.model.Finding`
    severities: tuple[str, ...] = ()  # that the contracts which are broken ask for; "" = as the rule has it


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A finding with its state; the fields that a report adds to it are where it came from (commit, batch, agent)."""

    id: str
    rule: str
    severity: str
    state: str  # new | known | waived | fixed
    repo: str
    subject: str
    path: str
    line: int
    message: str
    remedy: str
    evidence: tuple[str, ...] = ()
    group: str = ""
    unaccepted: bool = False
    reason: str = ""
    alternatives: str = ""
    owner: str = ""
    of_change: bool = False  # it tells what the change did, so it stands on no side and is never fixed
    step: int = 0  # see `report.model.Finding`

    @property
    def stands(self) -> bool:
        """Whether it is among the open findings of the later side."""
        return self.state in ("new", "known") and not self.of_change


def identity(rule: str, repo: str, subject: str) -> str:
    """A short stable name for (rule, repository, subject)."""
    return sha256("\0".join((rule, repo, subject)).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def worded(
    rule: Rule,
    parameters: Mapping[str, object],
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    told: Mapping[str, tuple[str, str, str]] | None = None,
) -> tuple[tuple[Found, ...], tuple[str, ...]]:  # Any: values as the columns say
    """The findings among the rows, one per subject in order of it, and what rows say could not be measured.

    `told` is what contracts say of themselves, by the column of that name. RuleError if a column of the contract, or
    one that the words name, is missing.
    """
    _require_columns(rule, parameters, columns)
    place = {name: at for at, name in enumerate(columns)}
    repo_at, subject_at, path_at, line_at = (place[name] for name in REQUIRED)
    message, remedy = (_template(words, place, parameters) for words in (rule.message, rule.remedy))
    unmeasured_at, evidence_at, group_at, step_at = map(place.get, ("not_measured", "evidence", "group", "step"))
    about = {name: place[name] for name in ABOUT if name in place}
    told_at = place.get("told") if told else None
    severities_at = place.get("severities")
    severities: dict[tuple[str, str], set[str]] = {}
    kept: dict[tuple[str, str], tuple[Any, ...]] = {}  # Any: values as the columns say
    unmeasured: set[str] = set()
    for row in rows:
        if unmeasured_at is not None and row[unmeasured_at]:
            unmeasured.add(str(row[unmeasured_at]))
            continue
        subject = row[subject_at]
        if not isinstance(subject, str) or not subject:
            raise RuleError(
                f"{rule.source}:{rule.sql_line}: rule {rule.id}: a row has no subject ({subject!r});"
                " a subject is the text of the smallest thing one would accept"
            )
        key = (_text(row[repo_at]), subject)
        if severities_at is not None:  # one subject may break several contracts
            severities.setdefault(key, set()).update(_severities(rule, row[severities_at]))
        other = kept.get(key)
        if other is None or _order(row, path_at, line_at) < _order(other, path_at, line_at):
            kept[key] = row
    return tuple(
        Found(
            repo=repo,
            subject=subject,
            path=_text(row[path_at]),
            line=row[line_at] if isinstance(row[line_at], int) else 0,
            message=_filled(message, row),
            remedy=_filled(remedy, row),
            evidence=() if evidence_at is None else _evidence(row[evidence_at]),
            group="" if group_at is None else _text(row[group_at]),
            step=0 if step_at is None else _counted(row[step_at]),
            severities=tuple(sorted(severities.get((repo, subject), ()))),
            **(_contract(told, row[told_at]) if told and told_at is not None else {}),
            **{name: _text(row[at]) for name, at in about.items()},
        )
        for (repo, subject), row in sorted(kept.items(), key=_key_of)
    ), tuple(sorted(unmeasured))


def _severities(rule: Rule, value: object) -> tuple[str, ...]:
    """What contracts ask for, as a row has it."""
    said = _evidence(value) or ("",)
    if wrong := [one for one in said if one and one not in _OF_CONTRACTS]:
        raise RuleError(
            f"{rule.source}:{rule.sql_line}: rule {rule.id}: a row has {wrong[0]!r} among its `severities`;"
            f" these are {', '.join(_OF_CONTRACTS)}, or empty"
        )
    return said


def _contract(told: Mapping[str, tuple[str, str, str]], text: object) -> dict[str, str]:
    return dict(zip(ABOUT, told.get(_text(text), ("", "", "")), strict=True))


def _require_columns(rule: Rule, parameters: Mapping[str, object], columns: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise RuleError(
            f"{rule.source}:{rule.sql_line}: rule {rule.id}: the SELECT lacks the column {missing[0]!r};"
            f" every rule gives {', '.join(REQUIRED)}"
        )
    for words in (rule.message, rule.remedy):
        for name in placeholders(words):
            if name not in columns and name not in parameters:
                raise RuleError(
                    f"{rule.source}: rule {rule.id}: {{{name}}} is neither a column of the SELECT nor a parameter;"
                    f" there are {', '.join(sorted({*columns, *parameters}))}"
                )


def _key_of(item: tuple[tuple[str, str], tuple[Any, ...]]) -> tuple[str, str]:  # Any: values as the columns say
    return item[0]


def _order(row: tuple[Any, ...], path_at: int, line_at: int) -> tuple[str, int, str]:  # Any: values as the columns say
    line = row[line_at]
    return _text(row[path_at]), line if isinstance(line, int) else 0, repr(row)


def _evidence(value: object) -> tuple[str, ...]:
    if not value:
        return ()
    return tuple(_text(item) for item in value) if isinstance(value, list | tuple) else (_text(value),)


def _counted(value: object) -> int:
    return int(value) if isinstance(value, int) and value > 0 else 0


_COUNTED = re.compile(r" \(\d+\)$")
_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


def placeholders(words: str) -> list[str]:
    return _PLACEHOLDER.findall(words)


_Template = tuple[str | int, ...]  # text, or the position of a column


def _template(words: str, place: Mapping[str, int], parameters: Mapping[str, object]) -> _Template:
    # Filled in one pass, so that braces inside a name of the analysed code are never filled in turn.
    parts = _PLACEHOLDER.split(words)
    return tuple(
        part if at % 2 == 0 else place[part] if part in place else _text(parameters[part])
        for at, part in enumerate(parts)
    )


def _filled(template: _Template, row: tuple[Any, ...]) -> str:  # Any: values as the columns say
    return "".join([part if isinstance(part, str) else _on_one_line(_text(row[part])) for part in template])


def _on_one_line(value: str) -> str:
    """A name may hold line breaks, and must not write lines of its own among ours."""
    return value if value.isprintable() else value.replace("\r", "\\r").replace("\n", "\\n")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in value)
    return str(value)


def earlier_subject(subject: str, renamed: Mapping[str, str]) -> str:
    """The subject as it was called before things moved; `renamed` maps paths, `PATH::SYMBOL` and names of
    components of now to before.

    A subject is made of these joined by ` -> `, each with `::` and a symbol where it names one; of several of one name
    all but the first have their number: `PATH::SYMBOL (2)`.
    """
    if not renamed:
        return subject
    parts = []
    for part in subject.split(" -> "):
        path, colons, symbol = part.partition("::")
        moved = renamed.get(part)
        if moved is None and (counted := _COUNTED.search(part)) is not None:
            moved = renamed.get(part[: counted.start()])
            moved = moved + counted[0] if moved is not None else None
        parts.append(moved or renamed.get(path, path) + colons + symbol)
    return " -> ".join(parts)


_K = TypeVar("_K", bound=Hashable)


def first_seen(
    wanted: Collection[_K], low: int, high: int, present_at: Callable[[int], Collection[_K]]
) -> dict[_K, int]:
    """For each of `wanted`, absent at position `low` and present at `high`, the first position that shows it.

    Found by bisection, so exact for what stays once it is there; `present_at` is asked at most once a position, about
    the logarithm of the distance for each moment at which something appeared.
    """
    answers: dict[_K, int] = {}
    asked: dict[int, Collection[_K]] = {}
    waiting = [(low, high, set(wanted))]
    while waiting:
        low, high, rest = waiting.pop()
        if not rest:
            continue
        if high - low <= 1:
            answers.update(dict.fromkeys(rest, high))
            continue
        middle = (low + high) // 2
        if middle not in asked:
            asked[middle] = set(present_at(middle))
        here = rest & set(asked[middle])
        waiting += [(low, middle, here), (middle, high, rest - here)]
    return answers
