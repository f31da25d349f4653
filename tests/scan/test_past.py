"""What a scan knows of the year before: files that change together, rework, who knows what, and slow drift."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

VIEWS = ("co_change", "co_change_chance", "rework", "ownership", "knowledge", "hotspot", "drift", "change_point")
BO = "Bo <bo@example.org>"


@pytest.fixture
def coupled(make_repo):
    """`coupled(n)`: a repository in which a writer and a reader change together n times, among other work."""

    def couple(times=6, *, others=44, name="repo"):
        repo = make_repo({f"part{n}/own.py": f"X = {n}\n" for n in range(8)}, name=name)
        for n in range(others):
            repo.commit({f"part{n % 8}/own.py": f"X = 1{n}\n", f"part{(n + 1 + n // 8) % 8}/own.py": f"X = 2{n}\n"})
        for n in range(times):
            repo.commit(
                {
                    "shop/writer.py": f"def written(order):\n    return order.text({n})\n",
                    "bill/reader.py": f"def read(line):\n    return line.split({n})\n",
                },
                author=BO,
            )
        return repo

    return couple


def test_files_that_change_together_are_a_finding_with_what_chance_would_do(coupled, scanned, rows):
    repo = coupled()
    scanned(repo)
    [[subject, severity, evidence]] = rows(
        repo.path, "SELECT subject, severity, evidence FROM finding WHERE rule = 'hidden-coupling'"
    )
    assert (subject, severity) == ("bill/reader.py -> shop/writer.py", "info")
    assert "changed together 6 times" in evidence[0]
    assert "20 shuffled histories" in evidence[1]


def test_the_finding_is_dated_to_the_commit_that_made_it_one(coupled, scanned, rows):
    repo = coupled()
    fifth = repo.git("rev-parse", "HEAD~1")
    scanned(repo)
    assert rows(repo.path, "SELECT first_commit FROM finding WHERE rule = 'hidden-coupling'") == [fifth]


def test_a_scan_of_one_commit_knows_the_year_before_it(coupled, scanned, rows):
    repo = coupled()
    scanned(repo, "--history", "1")
    assert rows(repo.path, "SELECT state FROM finding WHERE rule = 'hidden-coupling'") == ["known"]


def test_one_that_imports_the_other_is_no_finding(coupled, scanned, rows):
    repo = coupled()
    repo.commit({"bill/reader.py": "from shop.writer import written\n", "shop/__init__.py": "", "bill/__init__.py": ""})
    scanned(repo)
    assert rows(repo.path, "SELECT state FROM finding WHERE rule = 'hidden-coupling' AND state <> 'fixed'") == []


def test_files_of_one_owner_are_no_finding(coupled, scanned, rows):
    repo = coupled()
    repo.commit({".github/CODEOWNERS": "* @all\n/shop/ @money\n/bill/ @money\n"})
    scanned(repo)
    assert rows(repo.path, "SELECT a FROM co_change") == []


def test_who_owns_everything_speaks_for_no_file(coupled, scanned, rows):
    repo = coupled()
    repo.commit({".github/CODEOWNERS": "* @all\n"})
    scanned(repo)
    assert rows(repo.path, "SELECT a FROM co_change") == ["bill/reader.py"]


def test_a_scan_that_goes_on_says_what_one_that_begins_says(coupled, scanned, told_alike, tmp_path):
    repo = coupled(4)
    scanned(repo)
    for n in range(3):
        repo.commit({"shop/writer.py": f"A = {n}\n", "bill/reader.py": f"B = {n}\n"})
        scanned(repo)
    scanned(repo, "--store", str(tmp_path / "anew"))
    told_alike(repo.path, VIEWS, 1, tmp_path / "anew")


def test_lines_that_are_changed_again_within_two_weeks_are_rework(make_repo, scanned, rows):
    repo = make_repo({"a.py": "one = 1\ntwo = 2\n", "b.py": "x = 1\n"})
    repo.commit({"a.py": "one = 1\ntwo = 22\nthree = 3\n"})
    repo.commit({"a.py": "one = 1\ntwo = 22\nthree = 33\n"}, at=datetime(2024, 3, 1, tzinfo=UTC))
    scanned(repo)
    assert rows(repo.path, "SELECT week, added, removed, reworked FROM rework ORDER BY week") == [
        ["2024-01-01", 5, 1, 1],
        ["2024-02-26", 1, 1, 0],
    ]


def test_on_how_few_people_a_component_rests_is_told_without_agents(make_repo, scanned, rows):
    repo = make_repo({"shop/cart.py": "X = 0\n", "bill/tax.py": "Y = 0\n"})
    for n in range(3):
        repo.commit({"shop/cart.py": f"X = {n + 1}\n"}, author=BO)
    repo.commit({"shop/cart.py": "X = 9\n"}, "a change\n\nCo-authored-by: Claude <noreply@anthropic.com>")
    scanned(repo)
    asked = "SELECT people, absence_factor, first, first_share, agents_share FROM knowledge WHERE component = 'shop'"
    assert rows(repo.path, asked) == [[2, 1, "Bo", 0.75, 0.2]]


def test_a_hotspot_has_two_numbers_and_no_score(make_repo, scanned, rows):
    repo = make_repo({"a.py": "def a(x):\n    if x:\n        return 1\n    return 2\n", "b.py": "X = 1\n"})
    repo.commit({"a.py": "def a(x):\n    if x:\n        if x > 1:\n            return 1\n    return 2\n"})
    scanned(repo)
    assert rows(repo.path, "SELECT path, revisions, cognitive FROM hotspot") == [["a.py", 2, 3]]


def test_a_gate_neither_counts_the_past_nor_forgets_what_a_scan_found(coupled, scanned, plumbrule):
    repo = coupled()
    scanned(repo)
    repo.branch("change")
    repo.commit({"shop/writer.py": "def written(order):\n    return order.text(99)\n"})
    answer = plumbrule(repo.path, "gate", "--base", "main", "--fail-on", "info", "--format", "json")
    assert answer.code == 0, answer.err


def test_a_commit_of_the_far_past_or_future_does_not_empty_the_year(coupled, scanned, rows):
    repo = coupled()
    repo.commit({"part1/own.py": "X = 77\n"}, at="1970-01-02T00:00:00+00:00")
    repo.commit({"part1/own.py": "X = 78\n"}, at="2099-01-02T00:00:00+00:00")
    repo.commit({"part1/own.py": "X = 79\n"}, at=datetime(2024, 3, 1, tzinfo=UTC) + timedelta(days=1))
    scanned(repo)
    assert rows(repo.path, "SELECT together FROM co_change") == [6]
