"""Temporal decomposition: modules cut along the steps of one run, so that each knows what the one before it left.

Parnas (1972) and Ousterhout (2018): cut by steps, the knowledge of one format lies in several modules. Told are at
least three modules of one folder, named like steps, that one function calls one after the other and nobody else uses.
The score is what two steps that follow each other both know, on average: types and untyped parameters of the functions
that are called, and telling strings. Hides which names are those of steps, and that calls of a step may be several.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from plumbrule.graph import FileRows
from plumbrule.languages import is_test
from plumbrule.measures import Measure, Situation
from plumbrule.measures._structure import Incoming, StructuredRows, links_now
from plumbrule.tables import Row, Table, columns

_FEWEST = 3  # steps
_SHOWN = 6
# Words that say what is done, or who does it, when a run comes by; the stem is enough: loader, loading, loads.
_STEP = re.compile(
    r"""(?xi)
    (?: step|phase|stage|pass )[_-]?\d* | \d+[_-].*
    | [a-z]?(?:
          aggregat|analy|appl|assembl|build|calculat|check|clean|collect|compar|compil|comput
        | convert|decod|deliver|deploy|diff|download|emit|encod|enrich|evaluat|execut|export|extract
        | fetch|filter|finali|format|gather|generat|import|init|ingest|insert|join|link|load|lower
        | map|match|merg|normali|optimi|order|output|parse|parsi|pars|persist|plan|postprocess
        | prepar|preprocess|process|prun|publish|pull|push|quer|rank|read|reduc|render|report|resolv
        | run|sav|scan|schedul|score|select|send|serializ|setup|sort|split|stor|summar|sync|tokeni
        | train|transform|translat|updat|upload|validat|verif|writ
    )(?: e|es|y|ies|s|er|or|ing|ion|ation|ment )*
    """
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_TYPE = re.compile(r"[^\W\d]\w*")
# Types that say nothing of what a value is about.
_PLAIN = re.compile(
    r"""(?xi)
      any|array|arraylist|bool|boolean|byte|bytes|char|class|collection|const|context|date|datetime
    | decimal|dict|double|error|exception|false|file|float|func|function|i32|i64|int|integer|iterable
    | iterator|list|long|map|mapping|none|null|number|object|option|optional|path|promise|result|self
    | sequence|set|slice|str|string|task|tuple|u32|u64|u8|undefined|union|unit|usize|vec|vector|void
    """
)


class _Step(NamedTuple):
    path: str
    symbols: tuple[str, ...]  # of it that the caller calls
    line: int  # of the first call


def _temporal(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("temporal_decomposition")
    if earlier is not None and not s.changed:
        return earlier
    dependencies = s.rows["component_dependency"]
    if isinstance(dependencies, StructuredRows):
        incoming: Incoming = dependencies.structure.incoming
    else:
        found: dict[str, dict[str, object]] = {}
        for src, links in links_now(s).items():
            for link in links:
                found.setdefault(link.dst, {})[src] = link
        incoming = found  # type: ignore[assignment] # the links themselves are not looked at
    served: dict[tuple[str, str], list[str]] = {}  # steps by (their only user, their folder)
    for path, sources in incoming.items():
        users = [src for src in sources if not is_test(src)]
        if len(users) == 1 and _is_step(path) and not is_test(path):
            served.setdefault((users[0], path.rpartition("/")[0]), []).append(path)
    rows = [
        row
        for (caller, folder), paths in sorted(served.items())
        if len(paths) >= _FEWEST and s.now.rows(caller).file.is_written_here
        for row in _rows(s, caller, folder, sorted(paths), incoming)
    ]
    return earlier if earlier is not None and list(earlier) == rows else rows


def _is_step(path: str) -> bool:
    return bool(_step(path))


def _step(path: str) -> str:
    """What the name says is done; "" if it names no step."""
    stem = path.rpartition("/")[2].partition(".")[0].lstrip("_").lower()
    words = _WORD.findall(path.rpartition("/")[2].partition(".")[0].lstrip("_"))
    ends = [stem, *(word.lower() for word in (words[:1] + words[-1:]))]
    return next((word for word in ends if _STEP.fullmatch(word)), "")


def _rows(s: Situation, caller: str, folder: str, paths: Sequence[str], incoming: Incoming) -> Iterator[Row]:
    for user, steps in sorted(_called(s.now.rows(caller), set(paths)).items()):
        # Of one kind of step several are no run: generate_docs, generate_schema, generate_options.
        if len({_step(step.path) for step in steps}) < _FEWEST or all(
            _is_tried_alone(step.path, incoming) for step in steps
        ):
            continue
        shared = [_known_to_both(s, one, other) for one, other in pairwise(steps)]
        if all(shared):
            score = round(sum(map(len, shared)) / len(shared), 1)
            told = sorted(set().union(*shared))
            names = [step.path.rpartition("/")[2] for step in steps]
            yield (
                s.now.repo, folder, caller, user, steps[0].line, len(steps), score, ", ".join(names), _shown(told),
            )  # fmt: skip
            return


def _called(rows: FileRows, paths: Collection[str]) -> dict[str, list[_Step]]:
    """The steps that each function of the caller calls, in the order of the first calls."""
    calls: dict[str, dict[str, tuple[int, set[str]]]] = {}
    for use in rows.uses:
        if use.kind == "call" and use.dst in paths:
            known = calls.setdefault(use.user, {}).setdefault(use.dst, (use.line, set()))
            calls[use.user][use.dst] = min(known[0], use.line), known[1] | {use.symbol}
    return {
        user: sorted((_Step(path, tuple(sorted(symbols)), line) for path, (line, symbols) in found.items()), key=_place)
        for user, found in calls.items()
    }


def _place(step: _Step) -> tuple[int, str]:
    return step.line, step.path


def _is_tried_alone(path: str, incoming: Incoming) -> bool:
    """Whether tests use this module by itself: then it is worth something without the others."""
    return any(is_test(src) for src in incoming.get(path, ()))


def _known_to_both(s: Situation, one: _Step, other: _Step) -> set[str]:
    return _knows(s, one) & _knows(s, other)


def _knows(s: Situation, step: _Step) -> set[str]:
    """Types and untyped parameters of the functions that are called, and the module's telling strings."""
    file = s.now.rows(step.path).file
    interface = s.facts.interface(file.dialect, file.blob)
    names: set[str] = set()
    for parameter in interface.parameters:
        if interface.symbols[parameter.symbol].name in step.symbols:
            names.update(_TYPE.findall(parameter.type) if parameter.type else [parameter.name.lstrip("$")])
    for symbol in interface.symbols:
        if symbol.name in step.symbols:
            names.update(_TYPE.findall(symbol.returns))
    literals = {literal.text for literal in s.facts.body(file.dialect, file.blob).literals}
    return {name for name in names if not _PLAIN.fullmatch(name) and name not in ("self", "cls")} | literals


def _shown(names: Sequence[str]) -> str:
    text = ", ".join(names[:_SHOWN])
    return text if len(names) <= _SHOWN else f"{text} and {len(names) - _SHOWN} more"


MEASURES = (
    Measure(
        Table(
            "temporal_decomposition",
            "Modules of one folder that are the steps of one function's run, and that nobody else uses.",
            columns(
                """repo VARCHAR repository, by its name in the store
                folder VARCHAR that they lie in
                path VARCHAR the file that calls them
                symbol VARCHAR the function there
                line INTEGER of the first call
                steps INTEGER modules
                score DOUBLE what two that follow each other both know, on average
                modules VARCHAR in the order in which they are called
                shared VARCHAR some of what they both know"""
            ),
        ),
        _temporal,
        after=("component_dependency",),
        gate=False,
    ),
)
