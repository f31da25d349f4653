"""Which functions of the later side are functions of the earlier one under another name or in another place.

Hides what makes two functions one: a body that nobody else has; or, of complex ones, that one vanished and another came
which is of the same make and not more complex. A finding about such a function is known, not new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from plumbrule.graph import FileRows, FunctionRow

Pairs = Sequence[tuple[str, FileRows | None, FileRows | None]]  # path, earlier and later bundle

_COMPLEX = 10  # cognitive complexity below which nobody calls a function too complex
_ALIKE = 0.75  # of the tokens and of the statements that the larger one has
_MOST = 400  # functions on one side beyond which nothing is compared


def untouched(pairs: Pairs) -> dict[str, str]:
    """Functions whose body is the same in another place: `PATH::SYMBOL` of now to that of before. Bodies that several
    functions share say nothing and are left out."""
    gone: dict[int, set[str]] = {}
    came: dict[int, set[str]] = {}
    for path, old, new in pairs:
        for rows, other, into in ((old, new, gone), (new, old, came)):
            stayed = {function.subject for function in other.functions} if other is not None else set()
            for function in rows.functions if rows is not None else ():
                if function.exact_hash and function.subject not in stayed:
                    into.setdefault(function.exact_hash, set()).add(f"{path}::{function.subject}")
    return {
        next(iter(places)): next(iter(gone[body]))
        for body, places in came.items()
        if len(places) == 1 and len(gone.get(body, ())) == 1
    }


def edited(pairs: Pairs, renamed: Mapping[str, str], settled: Mapping[str, str]) -> dict[str, str]:
    """Complex functions that moved, or have another name, and were edited on the way: `PATH::SYMBOL` of now to before.

    `renamed` maps paths, `settled` functions that are paired already. Each is paired once, with one that is no simpler.
    """
    old_rows = {path: old for path, old, _ in pairs if old is not None}
    new_rows = {path: new for path, _, new in pairs if new is not None}
    later = {old: new for new, old in renamed.items()}
    gone = list(_vanished(old_rows, new_rows, later, set(settled.values())))
    came = list(_vanished(new_rows, old_rows, renamed, set(settled), emptied=False))
    if max(len(gone), len(came)) > _MOST:
        return {}
    ranked = sorted(
        (
            not _same_body(old, new),
            _last(old) != _last(new),
            was != now,
            -_likeness(old, new),
            was,
            old.line,
            now,
            new.line,
        )
        for was, old, spoken in gone
        for now, new, speaks in came
        if spoken == speaks and new.weight <= old.weight and _is_like(old, new)
    )
    at_old = {(path, one.line): one.subject for path, one, _ in gone}
    at_new = {(path, one.line): one.subject for path, one, _ in came}
    found: dict[str, str] = {}
    for *_, was, old_line, now, new_line in ranked:
        old_name, new_name = f"{was}::{at_old[was, old_line]}", f"{now}::{at_new[now, new_line]}"
        if new_name not in found and old_name not in found.values():
            found[new_name] = old_name
    return found


def _vanished(
    here: Mapping[str, FileRows],
    there: Mapping[str, FileRows],
    called: Mapping[str, str],
    settled: Collection[str],
    *,
    emptied: bool = True,
) -> Iterator[tuple[str, FunctionRow, str]]:
    """(path, function, language) of the complex ones on one side that the other lacks, or only has the name of."""
    for path, rows in here.items():
        other = there.get(called.get(path, path))
        weights = {one.subject: one.weight for one in other.functions} if other is not None else {}
        names = Counter(one.subject for one in rows.functions)
        for one in rows.functions:
            stays = one.subject in weights and not (emptied and weights[one.subject] < _COMPLEX)
            is_its_own = names[one.subject] == 1 and f"{path}::{one.subject}" not in settled
            if one.weight >= _COMPLEX and is_its_own and not stays and not rows.file.is_test:
                yield path, one, rows.file.language


def _is_like(old: FunctionRow, new: FunctionRow) -> bool:
    """A method of one name in a class of one name is the same, however much of it was taken out on the way."""
    is_method = "." in new.symbol and old.symbol == new.symbol
    return is_method or _same_body(old, new) or _likeness(old, new) >= _ALIKE


def _same_body(one: FunctionRow, other: FunctionRow) -> bool:
    return bool(one.shape_hash) and one.shape_hash == other.shape_hash


def _last(function: FunctionRow) -> str:
    return function.symbol.rpartition(".")[2]


def _likeness(one: FunctionRow, other: FunctionRow) -> float:
    """How near two functions are to each other in size, 0 to 1."""
    sizes = ((one.tokens, other.tokens), (one.statements, other.statements))
    return min(min(a, b) / max(a, b, 1) for a, b in sizes)
