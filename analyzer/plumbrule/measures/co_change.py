"""Files that change together though neither uses the other: hidden coupling.

Hides which pairs are left out because they say nothing, and how many would be found by chance. Degree and thresholds
are code-maat's: work on both as a share of work on either, on average; pieces of work of more than 30 files tell
nothing. Chance is told in two ways: how often two files would meet if each piece of work had drawn its files by lot,
with the false discoveries to be expected among so many pairs, and how many pairs there are when the labels of all
files are shuffled (research: measures 3, D11).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import combinations
from math import exp, lgamma
from math import log as log_of
from random import Random
from typing import TYPE_CHECKING

from plumbrule.errors import SettingsError
from plumbrule.globs import matcher
from plumbrule.graph import FileRows
from plumbrule.measures import Measure, Situation
from plumbrule.tables import Row, Table, columns

if TYPE_CHECKING:
    from plumbrule.measures.past.worklog import WorkLog

DEGREE = 0.3
_TOGETHER = 5
_SHUFFLES = 20
_INCIDENCES = 400_000  # labels dealt in all shuffles of one measurement; larger histories are shuffled less often
_GROWN = 0.05  # share of pieces of work that must be others before chance is reckoned anew
_COMMON = 3  # files named that both use
_OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
_OWNERS_BYTES = 1_000_000
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ASIDE = re.compile(r"(^|/)(docs?|documentation|website|examples?|samples?|demos?|changelogs?)/", re.IGNORECASE)
_KINDS = 4  # letters of a word that names a kind of thing: adapter, view, test


def _co_changes(s: Situation) -> Collection[Row]:
    if s.past is None:
        return ()
    log = s.past.log
    declared = s.rows["file_component"] if s.intent.components else ()
    components: dict[str, str] = {path: component for _, path, component in declared}
    owner = _owners(s)
    rows = []
    for (a, b), (by_chance, q) in _against_chance(s, log).items():
        together = log.together[a, b]
        degree = 2 * together / (log.joint[a] + log.joint[b])
        if degree < DEGREE or not _is_hidden(s, a, b):
            continue
        if components.get(a) is not None and components.get(a) == components.get(b):
            continue
        if owner(a) and owner(a) == owner(b):
            continue
        common = ", ".join(_common(s.now.rows(a), s.now.rows(b)))
        rows.append(
            (
                s.now.repo, a, b, together, log.joint[a], log.joint[b], round(degree, 3), round(by_chance, 2),
                round(q, 4), common,
            )
        )  # fmt: skip
    return rows


def _against_chance(s: Situation, log: WorkLog) -> dict[tuple[str, str], tuple[float, float]]:
    """Of each pair of product files that is looked at, sorted: how often it would meet by lot, and the share of false
    ones among all that stand out as much (Benjamini and Hochberg 1995, over every pair that might have met so often).
    """
    product = {path for pair in log.strong for path in pair if _is_product(s, path)}
    pairs = sorted(pair for pair in log.strong if product.issuperset(pair))
    if not pairs:
        return {}
    often = sum(count >= _TOGETHER for count in log.joint.values())
    tested = max(len(pairs), often * (often - 1) // 2)
    incidences = sum(log.joint.values())
    meetings = sum(len(files) * (len(files) - 1) / 2 for files in log.small())
    chance = {(a, b): 2 * meetings * log.joint[a] * log.joint[b] / (incidences * incidences) for a, b in pairs}
    ranked = sorted((_at_least(log.together[pair], chance[pair]), pair) for pair in pairs)
    found, least = dict[tuple[str, str], tuple[float, float]](), 1.0
    for rank in range(len(ranked), 0, -1):
        p, pair = ranked[rank - 1]
        least = min(least, p * tested / rank)
        found[pair] = chance[pair], least
    return dict(sorted(found.items()))


def _at_least(times: int, mean: float) -> float:
    """How likely a count is that reaches `times`, if it is Poisson with this mean."""
    return max(0.0, 1.0 - sum(exp(k * log_of(mean) - mean - lgamma(k + 1)) for k in range(times)))


def _is_product(s: Situation, path: str) -> bool:
    """Code that people write here, tests, documents and examples left out."""
    if path not in s.now:
        return False
    file = s.now.rows(path).file
    return not file.is_test and file.is_written_here and _ASIDE.search(path) is None


def _is_hidden(s: Situation, a: str, b: str) -> bool:
    """Whether no dependency of either shows the pair, nor their likeness explains it."""
    one, other = s.now.rows(a), s.now.rows(b)
    return not (_is_linked(one, b) or _is_linked(other, a) or _are_siblings(a, b, one, other))


def _is_linked(rows: FileRows, dst: str) -> bool:
    """By any dependency: one for types alone, or inside a function, is seen by who reads the code."""
    return any(one.dst == dst for one in rows.dependencies)


def _common(one: FileRows, other: FileRows) -> list[str]:
    """What both import."""
    return sorted(_targets(one, "import") & _targets(other, "import"))[:_COMMON]


def _are_siblings(a: str, b: str, one: FileRows, other: FileRows) -> bool:
    """Parallel implementations of one thing, as drivers of several databases: that they change alike is their nature.

    They extend the same type; or have names of one stem side by side, in one folder or in folders side by side; or
    have one name but for a number, and import a file in common.
    """
    if _targets(one, "inherit") & _targets(other, "inherit"):
        return True
    folder, _, name = a.rpartition("/")
    other_folder, _, other_name = b.rpartition("/")
    words, others = _words(name), _words(other_name)
    if words == others and _targets(one, "import") & _targets(other, "import"):
        return True
    near = folder == other_folder or (folder.rpartition("/")[0] == other_folder.rpartition("/")[0] and "/" in a)
    return near and _share_stem(words, others)


def _targets(rows: FileRows, kind: str) -> set[str]:
    return {one.dst for one in rows.dependencies if one.kind == kind}


def _share_stem(words: Sequence[str], others: Sequence[str]) -> bool:
    if words == others:
        return True
    ends = words[-1:] == others[-1:] and len(words[-1]) >= _KINDS
    begins = words[:1] == others[:1] and len(words[0]) >= _KINDS
    return (ends or begins) and min(len(words), len(others)) > 1


def _words(name: str) -> list[str]:
    """Of a file's name, its ending and numbers left out."""
    return [word.lower() for word in _WORD.findall(name.partition(".")[0])] or [name]


def _owners(s: Situation) -> Callable[[str], str]:
    """Who answers for a path by CODEOWNERS; "" where nobody does, or only who answers for everything."""
    found = s.contents.named(lambda path: path in _OWNERS)
    path = next((path for path in _OWNERS if path in found), "")
    text = s.contents.read(path, found[path], _OWNERS_BYTES) if path else b""
    lines = text.decode("utf-8", "replace").splitlines() if isinstance(text, bytes) else []
    said: list[tuple[Callable[[str], bool], str]] = []
    for line in lines:
        words = line.partition("#")[0].split()
        if words and words[0] not in ("*", "/", "/*", "**", "/**") and words[0][0] not in "[^!":
            try:
                said.append((matcher((words[0],)), " ".join(sorted(words[1:]))))
            except SettingsError:
                continue  # no path can ever match it
    return lambda path: next((owners for meant, owners in reversed(said) if meant(path)), "")


# -- chance ---------------------------------------------------------------------------------------------------------


def _chance(s: Situation) -> Collection[Row]:
    if s.past is None or not s.past.log.strong:
        return ()
    small = [[path for path in files if _is_product(s, path)] for files in s.past.log.small()]
    works = len(small)
    for row in s.earlier.get("co_change_chance", ()):
        if abs(works - row[1]) <= _GROWN * row[1]:
            return [row]
    joint = Counter(path for files in small for path in files)
    shuffles = max(1, min(_SHUFFLES, _INCIDENCES // max(1, sum(joint.values()))))
    found = [sum(_is_hidden(s, *pair) for pair in pairs) for pairs in _shuffled(small, joint, shuffles)]
    return [(s.now.repo, works, round(sum(found) / shuffles, 2), max(found), shuffles)]


def _shuffled(
    small: Sequence[Sequence[str]], joint: Mapping[str, int], shuffles: int
) -> Iterator[list[tuple[str, str]]]:
    """The pairs that reach the thresholds when every piece of work keeps its size and every file its count, and who
    meets whom is left to chance; the same for the same history."""
    names = sorted(joint)
    order = {path: at for at, path in enumerate(names)}
    # A file that is touched less often than that is in no pair, whatever comes out.
    labels = [order[path] if joint[path] >= _TOGETHER else -1 for files in small for path in files]
    counts = {order[path]: count for path, count in joint.items()}
    lot = Random(0)
    for _ in range(shuffles):
        lot.shuffle(labels)
        met: Counter[tuple[int, int]] = Counter()
        at = 0
        for files in small:
            dealt = sorted({label for label in labels[at : at + len(files)] if label >= 0})
            met.update(combinations(dealt, 2))
            at += len(files)
        yield [
            (names[pair[0]], names[pair[1]])
            for pair, together in met.items()
            if together >= _TOGETHER and 2 * together >= DEGREE * (counts[pair[0]] + counts[pair[1]])
        ]


MEASURES = (
    Measure(
        Table(
            "co_change",
            "Two files of which neither uses the other, and which changed together again and again in the twelve"
            " months before a snapshot. The commits of one batch are one piece of work; larger ones than 30 files do"
            " not count.",
            columns(
                """repo VARCHAR repository, by its name in the store
                a VARCHAR a file, the first of both by name
                b VARCHAR the other file
                together INTEGER pieces of work that changed both, 5 at least
                changes_a INTEGER that changed a
                changes_b INTEGER that changed b
                degree DOUBLE together / the mean of both (code-maat), 0.3 at least
                by_chance DOUBLE how often they would meet if each piece of work drew its files by lot
                q DOUBLE share of false ones among pairs that stand out as much, if only chance brought them together
                common VARCHAR files that both import, three at most"""
            ),
        ),
        _co_changes,
        after=("file_component",),
        scope="history",
        gate=False,
    ),
    Measure(
        Table(
            "co_change_chance",
            "How many pairs of files would change together that often by chance: the labels of all files are shuffled.",
            columns(
                """repo VARCHAR repository, by its name in the store
                works INTEGER pieces of work of two to 30 files in the twelve months before
                pairs DOUBLE pairs that reach the thresholds of co_change in a shuffled history, on average
                most INTEGER in the shuffled history that has most
                shuffles INTEGER shuffled histories"""
            ),
        ),
        _chance,
        scope="history",
        gate=False,
    ),
)
