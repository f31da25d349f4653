"""Files that change together: who is told of, who is left out, and what chance would do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from plumbrule.git import Change, Commit, Entry, LineCommit
from plumbrule.measures.past.worklog import LARGEST, WorkLog

FIRST = datetime(2024, 1, 1, 12, tzinfo=UTC)
TODAY = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


def commit(number, *paths, at=None, author="Ada", message="a change", moved=()):
    """One commit of a main line, a day after the one before."""
    day = at or FIRST + timedelta(days=number)
    made = Commit(f"{number:040x}", (), author, f"{author}@example.org", day, author, "", day, message)
    changes = [Change("M", path, None, Entry("100644", f"{number}{path}")) for path in paths]
    for old, new in moved:
        changes += [Change("D", old, Entry("100644", old), None), Change("A", new, None, Entry("100644", old))]
    return LineCommit(made, number, tuple(changes))


def log_of(*commits):
    log = WorkLog(TODAY)
    for made in commits:
        log.add(made, made.commit.id[-6:])
    return log


def test_files_that_change_together_five_times_are_a_pair():
    log = log_of(*(commit(n, "a.py", "b.py") for n in range(5)), commit(6, "a.py", "c.py"))
    assert log.strong == {("a.py", "b.py")}
    assert log.joint["a.py"] == 6


def test_the_commits_of_one_batch_are_one_piece_of_work():
    log = WorkLog(TODAY)
    for n in range(10):
        log.add(commit(2 * n, "a.py"), f"batch {n % 2}")
        log.add(commit(2 * n + 1, "b.py"), f"batch {n % 2}")
    assert log.together["a.py", "b.py"] == 2


def test_a_piece_of_work_that_grows_too_large_takes_its_pairs_back():
    log = WorkLog(TODAY)
    log.add(commit(1, "a.py", "b.py"), "large")
    log.add(commit(2, *(f"m{n}.py" for n in range(LARGEST))), "large")
    assert not log.together
    assert log.revisions["a.py"] == 1


def test_what_is_older_than_a_year_before_the_newest_commit_is_forgotten():
    early = [commit(n, "a.py", "b.py") for n in range(5)]
    log = log_of(*early, commit(9, "c.py", at=FIRST + timedelta(days=500)))
    assert not log.together
    assert set(log.revisions) == {"c.py"}


@pytest.mark.parametrize("lie", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)])
def test_a_date_that_cannot_be_true_neither_empties_the_year_nor_stops_it(lie):
    before = [commit(n, "a.py", "b.py") for n in range(5)]
    log = log_of(*before, commit(6, "c.py", at=lie), commit(7, "d.py"))
    assert log.strong == {("a.py", "b.py")}


def test_a_pair_follows_its_files_where_they_move():
    log = log_of(*(commit(n, "a.py", "b.py") for n in range(5)), commit(6, moved=[("a.py", "lib/a.py")]))
    assert log.strong == {("b.py", "lib/a.py")}


def test_what_is_kept_of_it_is_all_of_it():
    log = log_of(*(commit(n, "a.py", "b.py", author="Bo") for n in range(6)))
    again = WorkLog.read(log.kept(), TODAY)
    assert (again.together, again.strong, again.hands, again.tip) == (log.together, log.strong, log.hands, log.tip)


def test_files_of_no_known_language_are_no_part_of_it():
    log = log_of(*(commit(n, "a.py", "CHANGES.md", "poetry.lock") for n in range(6)))
    assert not log.strong


def test_work_signed_by_an_agent_is_told_apart_from_its_authors_own():
    signed = "a change\n\nCo-authored-by: Claude <noreply@anthropic.com>"
    log = log_of(commit(1, "a.py"), commit(2, "a.py", message=signed))
    assert {hand.agent for hand in log.hands["a.py"]} == {"", "claude"}
    assert {hand.author for hand in log.hands["a.py"]} == {"Ada"}
