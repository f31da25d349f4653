"""What one policy says and another does not, piece by piece; each piece can be put into a policy alone.

Hides how a policy is taken apart: over whatever fields it has, so that a table that is added later has edits too. Text
that means the same (comments, spacing, the order of keys) is no edit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field, fields, is_dataclass, replace
from typing import Any, NamedTuple

from plumbrule.data import dataclass
from plumbrule.policy.model import NO_SETTING, Policy, RuleSetting, settings_of

_Key = tuple[str, ...]


class Edit(NamedTuple):
    """One piece that was added, taken out or changed."""

    field: str  # of `Policy`
    key: _Key  # which piece of it; () = all of it
    old: object  # None = it was not there
    new: object  # None = it is gone
    order: tuple[_Key, ...] = ()  # all pieces of the field, as they follow each other afterwards

    @property
    def piece(self) -> tuple[str, _Key]:
        """What is edited; no two edits of one change have it."""
        return self.field, self.key

    @property
    def name(self) -> str:
        """As a person calls the place: the table and the key."""
        table = _TABLES.get(self.field, self.field)
        last = " ".join(part for part in self.key if part)
        if self.field == "rules":
            return f"[rules.{self.key[0]}] {self.key[1]}"
        if self.field == "contracts" and self.key != ORDER:
            return f"[[{self.key[0]}]] {' '.join(self.key[1:])}".rstrip()
        if self.key == ORDER:
            return f"{table}: the order"
        return f"{table} {last}".rstrip()


_TABLES = {
    "components": "[components]", "layers": "[[layers]]", "forbid": "[[forbid]]", "waivers": "[[waiver]]",
    "repositories": "[[repository]]", "rule_folders": "rules", "limits": "[limits]", "batch_window": "[batches] window",
    "contracts": "contract", "overrides": "[[override]]",
}  # fmt: skip
RULE_FILE, BASELINE = "rule file", "baseline"  # fields of no policy: what lies beside it
ORDER: _Key = ("", "order")  # the same items in another order


def edits(old: Policy, new: Policy, *, since: Iterable[Policy] = ()) -> tuple[Edit, ...]:
    """What turns one policy into the other, in the order of the fields. An edit that is none since each of `since` is
    somebody else's, and left out."""
    if old.settings() == new.settings():
        return ()
    found = [edit for name in _fields() for edit in _of_field(name, getattr(old, name), getattr(new, name))]
    for start in since:
        own = {(edit.field, edit.key) for edit in edits(start, new)}
        found = [edit for edit in found if (edit.field, edit.key) in own]
    return tuple(found)


def line_of(edit: Edit, policy: Policy) -> int:
    """Where a policy says it: of an edit that puts something in the change's own, else the one before; 0 = unknown."""
    from plumbrule.policy.reading import place_in

    key = edit.key if edit.key != ORDER else ()
    if edit.field == "rules":
        return place_in(policy.text, ("rules", *key))
    if edit.field == "rule_folders":
        return place_in(policy.text, ("rules", "folders"), *key)
    if edit.field == "batch_window":
        return place_in(policy.text, ("batches", "window"))
    if edit.field == "limits":
        return place_in(policy.text, ("limits", *key))
    line = getattr(edit.old if edit.new is None else edit.new, "line", 0)
    return line if isinstance(line, int) and line else place_in(policy.text, (edit.field,), *key[:1])


def applied(policy: Policy, wanted: Collection[Edit]) -> Policy:
    """The policy with these edits, and no others; an order that is wanted counts last."""
    changed: dict[str, Any] = {}  # Any: the value of whatever field
    for name in _fields():
        mine = [edit for edit in wanted if edit.field == name]
        if mine:
            changed[name] = _with(name, getattr(policy, name), mine)
    return replace(policy, **changed)


def _fields() -> list[str]:
    return [one.name for one in fields(Policy) if one.metadata != NO_SETTING and one.name != "repository"]


def _of_field(name: str, old: Any, new: Any) -> list[Edit]:  # Any: the value of whatever field
    was, now = _pieces(name, old), _pieces(name, new)
    order = tuple(now) if isinstance(old, tuple) else ()
    found = [
        Edit(name, key, was.get(key), now.get(key), order)
        for key in sorted({*was, *now})
        if settings_of(was.get(key)) != settings_of(now.get(key))
    ]
    if order and [key for key in was if key in now] != [key for key in now if key in was]:
        found.append(Edit(name, ORDER, tuple(was), order, order))
    return found


def _pieces(name: str, value: Any) -> dict[_Key, object]:  # Any: the value of whatever field
    """The value taken apart, in its order; no piece is None."""
    if name == "rules":
        found: dict[_Key, object] = {}
        for rule, setting in value.items():
            if setting.severity:
                found[rule, "severity"] = _Placed(setting.severity, setting.line)
            if setting.waivable is not None:
                found[rule, "waivable"] = _Placed(setting.waivable, setting.line)
            found.update({(rule, key): _Placed(said, setting.line) for key, said in setting.parameters.items()})
        return found
    if isinstance(value, Mapping):
        return {(str(key),): said for key, said in value.items()}
    if isinstance(value, tuple):
        return {_key(item): item for item in value}
    if is_dataclass(value):
        return {(one.name,): getattr(value, one.name) for one in fields(value) if one.metadata != NO_SETTING}
    return {(): value}


@dataclass(frozen=True, slots=True)
class _Placed:
    """A setting of a rule, and the line of its table."""

    value: object
    line: int = field(default=0, metadata=NO_SETTING)


def said(piece: object) -> object:
    """The value of a piece as the policy states it."""
    return piece.value if isinstance(piece, _Placed) else piece


# By what an item is known again, where it has no name or the name is not all.
_KNOWN_BY = {"Forbidden": ("source", "target"), "Waiver": ("rule", "subject", "repository")}


def _key(item: object) -> _Key:
    if not is_dataclass(item):
        return (str(item),)
    names = _KNOWN_BY.get(type(item).__name__, ("kind", "name"))
    key = tuple(str(getattr(item, name)) for name in names if getattr(item, name, ""))
    return key or (repr(settings_of(item)),)


def _with(name: str, value: Any, wanted: Sequence[Edit]) -> Any:  # Any: the value of whatever field
    pieces = _pieces(name, value)
    keys = list(pieces)
    for edit in wanted:
        if edit.key == ORDER:
            keys = _ordered(keys, edit.order)
        elif edit.new is None:
            pieces.pop(edit.key, None)
        else:
            if edit.key not in pieces:
                keys.insert(_place(edit.key, edit.order, keys), edit.key)
            pieces[edit.key] = edit.new
    if name == "rules":
        return _rules(pieces, value)
    if isinstance(value, Mapping):
        return {key[0]: piece for key, piece in pieces.items()}
    if isinstance(value, tuple):
        return tuple(pieces[key] for key in keys if key in pieces)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{key[0]: piece for key, piece in pieces.items()})
    return pieces.get((), value)


def _rules(pieces: Mapping[_Key, object], before: Mapping[str, RuleSetting]) -> Mapping[str, RuleSetting]:
    found: dict[str, RuleSetting] = {}
    for (rule, key), piece in pieces.items():
        assert isinstance(piece, _Placed)
        # What else is said of the rule stays, and none of it bears on what is found.
        bare = replace(before.get(rule, RuleSetting()), severity="", parameters={}, line=piece.line)
        setting = found.get(rule, bare)
        if key == "severity":
            found[rule] = replace(setting, severity=str(piece.value))
        elif key == "waivable":
            found[rule] = replace(setting, waivable=bool(piece.value))
        else:
            found[rule] = replace(setting, parameters={**setting.parameters, key: piece.value})  # type: ignore[dict-item]  # as it was read
    return found


def _place(key: _Key, order: Sequence[_Key], keys: Sequence[_Key]) -> int:
    """Where a new piece goes: behind the nearest one before it that is there; what comes first counts, at times."""
    for earlier in reversed(order[: order.index(key)] if key in order else ()):
        if earlier in keys:
            return keys.index(earlier) + 1
    return 0 if key in order else len(keys)


def _ordered(keys: Sequence[_Key], order: Sequence[_Key]) -> list[_Key]:
    """One that the wanted order does not know stays behind the one that it followed."""
    place = {key: at for at, key in enumerate(order)}
    ranked: list[tuple[int, int, _Key]] = []
    last = -1
    for at, key in enumerate(keys):
        last = place.get(key, last)
        ranked.append((last, at, key))
    return [key for _, _, key in sorted(ranked)]
