"""Young lines: which were changed again, which only moved, and which were copied."""

from __future__ import annotations

from plumbrule.git.hunks import Hunk, hunks
from plumbrule.git.parsing import Names
from plumbrule.measures.past.linelog import DAY, LineLog

START = 1_700_000_000


def hunk(path, old=0, new=1, removed=(), added=()):
    return Hunk(path, old, new, tuple(map(str.encode, removed)), tuple(map(str.encode, added)))


def week_of(*days):
    """The sums over commits given as (day, hunks)."""
    log = LineLog()
    for number, (day, of_commit) in enumerate(days):
        log.add(f"{number}", START + day * DAY, of_commit, lambda path: True)
    found = [week for _, week in sorted(log.weeks.items())]
    return found[-1], log


BLOCK = ("first = load(path)", "second = parse(first)", "third = check(second)")


def test_a_line_that_is_changed_within_fourteen_days_is_reworked():
    week, _ = week_of((0, [hunk("a.py", added=BLOCK)]), (8, [hunk("a.py", 2, 2, BLOCK[1:2], ("second = 2",))]))
    assert (week.removed, week.reworked) == (1, 1)


def test_after_fourteen_days_it_is_not():
    week, _ = week_of((0, [hunk("a.py", added=BLOCK)]), (15, [hunk("a.py", 2, 2, BLOCK[1:2], ("second = 2",))]))
    assert (week.removed, week.reworked) == (1, 0)


def test_a_line_is_known_by_where_it_is_now_and_not_by_where_it_was():
    above = hunk("a.py", 0, 1, (), ("import os", "import sys"))
    week, log = week_of(
        (0, [hunk("a.py", added=BLOCK)]), (8, [above]), (9, [hunk("a.py", 3, 3, BLOCK[:1], ("first = 1",))])
    )
    assert week.reworked == 1
    assert sorted(log.young["a.py"]) == [1, 2, 3, 4, 5]


def test_a_block_that_moves_to_another_file_is_no_rework_and_stays_as_old_as_it_was():
    move = [hunk("a.py", 1, 0, BLOCK), hunk("b.py", added=BLOCK)]
    week, log = week_of((0, [hunk("a.py", added=BLOCK)]), (8, move))
    assert (week.moved, week.reworked) == (3, 0)
    assert set(log.young["b.py"].values()) == {START}
    assert "a.py" not in log.young


def test_a_single_line_that_looks_alike_has_not_moved():
    week, _ = week_of((0, [hunk("a.py", 5, 4, ("return False",)), hunk("b.py", added=("return False",))]))
    assert (week.moved, week.copied) == (0, 0)


def test_a_block_that_one_commit_puts_in_at_two_places_is_copied_once():
    week, _ = week_of((0, [hunk("a.py", added=BLOCK), hunk("b.py", added=BLOCK)]))
    assert (week.added, week.copied) == (6, 3)


def test_a_formatter_run_over_everything_is_counted_as_one_commit_and_nothing_else():
    week, _ = week_of((0, [hunk("a.py", 1, 1, ("x = 1",) * 30_000, ("y = 2",) * 30_000)]))
    assert (week.commits, week.bulk, week.added) == (1, 1, 0)


def test_what_is_kept_of_it_is_all_that_is_young():
    _, log = week_of((0, [hunk("a.py", added=BLOCK)]), (1, [hunk("b.py", added=BLOCK[:1])]))
    assert LineLog.read(log.kept()) == log


def test_a_line_of_a_file_cannot_pass_for_a_header():
    patch = (
        b"\x01commit " + b"a" * 40 + b"\n\ndiff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1 +1,3 @@\n"
        b"---- a/y.py\n++++ b/z.py\n+@@ -1,9 +1,9 @@\n+\x01commit b\n\\ No newline at end of file\n"
        b"diff --git a/w.py b/w.py\ndeleted file mode 100644\n--- a/w.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    )
    [(commit, found)] = hunks([patch[:70], patch[70:]], Names())
    assert commit == "a" * 40
    assert [(one.path, len(one.removed), len(one.added)) for one in found] == [("x.py", 1, 3), ("w.py", 1, 0)]
