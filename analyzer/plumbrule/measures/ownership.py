"""Who knows which part: shares of the work of the last twelve months, and on how few people a component rests.

Hides who counts as a person. What rests on how many is CHAOSS's contributor absence factor: the smallest number of
people who did half of the work. The work of agents is nobody's knowledge, whoever signed it, and what is known of it is
a lower bound: at least.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from plumbrule.measures import Measure, Situation
from plumbrule.tables import Row, Table, columns

_MOST = 10  # people told of a component
_HALF = 0.5


def _of_components(s: Situation) -> Iterator[tuple[str, Counter[str], int, int]]:
    """(component, work by person, of agents at least, of bots): pieces of work on its files, counted file by file."""
    if s.past is None:
        return
    by: dict[str, Counter[str]] = {}
    agents: Counter[str] = Counter()
    bots: Counter[str] = Counter()
    for _, path, component in s.rows["file_component"]:
        for hand, times in s.past.log.hands.get(path, {}).items():
            of_people = by.setdefault(component, Counter())
            if hand.agent:
                agents[component] += times
            elif hand.is_person:
                of_people[hand.author] += times
            else:
                bots[component] += times
    for component in sorted(by):
        yield component, by[component], agents[component], bots[component]


def _ownership(s: Situation) -> Collection[Row]:
    rows = []
    for component, people, _, _ in _of_components(s):
        total = sum(people.values())
        ranked = sorted(people.items(), key=lambda item: (-item[1], item[0]))
        rows += [(s.now.repo, component, author, times, round(times / total, 3)) for author, times in ranked[:_MOST]]
    return rows


def _knowledge(s: Situation) -> Collection[Row]:
    rows = []
    for component, people, agents, bots in _of_components(s):
        total = sum(people.values())
        work = total + agents + bots
        ranked = sorted(people.items(), key=lambda item: (-item[1], item[0]))
        factor, held = 0, 0
        while held < _HALF * total:
            held += ranked[factor][1]
            factor += 1
        first, share = (ranked[0][0], round(ranked[0][1] / total, 3)) if ranked else ("", 0.0)
        rows.append(
            (s.now.repo, component, work, len(people), factor, first, share, round(agents / work, 3) if work else 0.0)
        )
    return rows


MEASURES = (
    Measure(
        Table(
            "ownership",
            "How much of the work of people on a component one of them did in the twelve months before a snapshot; the"
            " ten who did most.",
            columns(
                """repo VARCHAR repository, by its name in the store
                component VARCHAR the component, as its files are told apart now
                author VARCHAR name of the person as commits have it, no e-mail address
                changes INTEGER pieces of work on its files, counted file by file; without signs of an agent
                share DOUBLE of all that people did there, 0 to 1"""
            ),
        ),
        _ownership,
        after=("file_component",),
        scope="history",
        gate=False,
    ),
    Measure(
        Table(
            "knowledge",
            "On how few people a component rests, by the work of the twelve months before a snapshot.",
            columns(
                """repo VARCHAR repository, by its name in the store
                component VARCHAR the component, as its files are told apart now
                changes INTEGER pieces of work on its files, counted file by file
                people INTEGER who did any of it, agents and bots left out
                absence_factor INTEGER the fewest people who did half of what people did (CHAOSS); 0 = no people did any
                first VARCHAR who did most
                first_share DOUBLE of what people did, 0 to 1
                agents_share DOUBLE of all work that agents left a sign in, 0 to 1: at least"""
            ),
        ),
        _knowledge,
        after=("file_component",),
        scope="history",
        gate=False,
    ),
)
