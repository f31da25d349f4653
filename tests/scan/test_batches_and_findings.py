"""Which batch and which commit brought a finding, and who is said to have made it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
NO_CYCLE = {"shop/tax.py": "def rate() -> float:\n    return 0.2\n"}
ORIGIN = "SELECT DISTINCT first_commit, first_batch, first_agent FROM finding WHERE rule = 'dependency-cycle'"
BATCHES = "SELECT batch, agent, channel, confidence FROM batch ORDER BY last_at, batch"


def together(repo: Any, changes: list[dict[str, str | bytes | None]], message: str = "work") -> list[str]:
    """Commits of one author ten minutes apart: one batch."""
    made = []
    for number, change in enumerate(changes):
        made.append(repo.commit(change, message, at=repo.clock + timedelta(minutes=10 * number)))
    repo.clock += timedelta(days=1)
    return made


@pytest.mark.parametrize("place", range(5))
def test_the_first_commit_of_a_finding_is_found_inside_a_batch(
    grown: Callable, scanned: Callable, rows: Callable, place: int
):
    repo = grown(1)
    changes: list[dict[str, str]] = [{f"shop/x{n}.py": f"import shop.m0\n\nX = {n}\n"} for n in range(5)]
    changes[place] |= CYCLE
    made = together(repo, changes)
    scanned(repo)
    assert rows(repo.path, ORIGIN) == [[made[place], made[0][:12], ""]]


def test_findings_of_one_batch_have_commits_of_their_own(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(1)
    big = {"shop/big.py": "import os\n" + "".join(f"x{n} = {n}\n" for n in range(3000))}
    made = together(repo, [{"a.py": "x = 1\n"}, CYCLE, {"a.py": "x = 2\n"}, {"a.py": "x = 3\n"}, big])
    scanned(repo)
    found = dict(rows(repo.path, "SELECT DISTINCT rule, first_commit FROM finding WHERE severity != 'info'"))
    assert found["dependency-cycle"] == made[1]
    assert found["oversized-file"] == made[4]


def test_a_finding_mended_inside_its_batch_was_never_one(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(1)
    together(repo, [{"a.py": "x = 1\n"}, CYCLE, NO_CYCLE])
    scanned(repo)
    assert rows(repo.path, ORIGIN) == []


def test_a_finding_keeps_its_first_commit_in_later_scans(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(1)
    scanned(repo)
    made = repo.commit(CYCLE)
    scanned(repo)
    repo.commit({"a.py": "x = 1\n"})
    scanned(repo)
    assert rows(repo.path, ORIGIN) == [[made, made[:12], ""]]
    assert rows(repo.path, "SELECT DISTINCT state FROM finding WHERE rule = 'dependency-cycle'") == ["known"]


def test_a_finding_that_is_mended_is_told_as_fixed_once(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(1)
    repo.commit(CYCLE)
    scanned(repo)
    repo.commit(NO_CYCLE)
    (summary,) = scanned(repo)
    assert len(summary["batches"][0]["fixed"]) == 2
    repo.commit({"a.py": "x = 1\n"})
    (summary,) = scanned(repo)
    assert summary["batches"][0]["fixed"] == []
    assert rows(repo.path, "SELECT count(*) FROM finding WHERE rule = 'dependency-cycle'") == [0]


def test_what_was_there_before_the_first_commit_read_has_no_origin(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(1)
    repo.commit(CYCLE)
    repo.commit({"a.py": "x = 1\n"})
    scanned(repo, "--history", "1")
    assert rows(repo.path, ORIGIN) == [["", "", ""]]


def test_a_renamed_file_keeps_its_findings_and_their_origin(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(1)
    made = repo.commit({"a.py": "import b\n", "b.py": "import a\n\n\ndef f(x: int) -> int:\n    return x + 1\n"})
    scanned(repo)
    repo.git("mv", "b.py", "c.py")
    repo.commit({"a.py": "import c\n"})
    (summary,) = scanned(repo)
    assert [text for text in summary["batches"][0]["new"] if text.startswith("dependency-cycle")] == []
    assert rows(repo.path, ORIGIN) == [[made, made[:12], ""]]
    assert rows(repo.path, "SELECT DISTINCT state FROM finding WHERE rule = 'dependency-cycle'") == ["known"]


def test_an_orchestrator_names_the_batch_and_the_agent(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(1)
    scanned(repo)
    made = repo.commit(CYCLE)
    repo.commit({"a.py": "x = 1\n"})
    (summary,) = scanned(repo, "--batch", "job-7", "--agent", "claude")
    assert [(b["batch"], b["agent"], b["channel"], b["confidence"]) for b in summary["batches"]] == [
        ("job-7", "claude", "explicit", 1.0)
    ]
    assert rows(repo.path, BATCHES)[-1] == ["job-7", "claude", "explicit", 1.0]
    assert rows(repo.path, ORIGIN) == [[made, "job-7", "claude"]]
    assert (
        rows(repo.path, "SELECT batch, agent FROM snapshot ORDER BY position DESC LIMIT 2") == [["job-7", "claude"]] * 2
    )


def test_what_an_orchestrator_said_is_remembered_when_the_history_is_computed_anew(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(1)
    scanned(repo)
    repo.commit(CYCLE)
    scanned(repo, "--batch", "job-7", "--agent", "claude")
    before = rows(repo.path, BATCHES)
    (repo.path / "plumbrule.toml").write_text("[batches]\nwindow = 30\n")
    scanned(repo)
    assert rows(repo.path, BATCHES) == before
    assert rows(repo.path, ORIGIN)[0][1:] == ["job-7", "claude"]


def test_what_only_a_mail_or_a_person_reads_of_the_policy_computes_nothing_anew(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(2)
    policy = '[components]\nall = "shop/**"\nnone = "elsewhere/**"\n\n[[forbid]]\nfrom = "all"\nto = "none"\n'
    (repo.path / "plumbrule.toml").write_text(policy)
    scanned(repo)
    mail = '# a comment\n[mail]\nto = ["ada@example.org"]\n\n'
    (repo.path / "plumbrule.toml").write_text(mail + policy)
    (summary,) = scanned(repo)
    assert (summary["fresh"], summary["batches"], summary["notes"]) == (0, [], [])


@pytest.mark.parametrize("apart", [True, False])
def test_a_history_computed_anew_tells_only_what_came_after_the_last_scan(
    grown: Callable, scanned: Callable, rows: Callable, apart: bool
):
    repo = grown(2)
    repo.commit({"a.py": "x = 1\n"}, at=repo.clock)
    scanned(repo)
    repo.clock += timedelta(days=1) if apart else timedelta(minutes=10)
    (repo.path / "plumbrule.toml").write_text("[rules.oversized-file]\nlimit = 7\n")
    made = repo.commit(CYCLE, at=repo.clock)
    (summary,) = scanned(repo)
    assert any("policy changed" in note for note in summary["notes"])
    assert (summary["snapshots"], summary["fresh"]) == (5, 1)
    (batch,) = summary["batches"]
    assert (batch["commits"], {text.partition(":")[0] for text in batch["new"]}) == (1, {"dependency-cycle"})
    assert rows(repo.path, ORIGIN)[0][0] == made
    (repo.path / "plumbrule.toml").write_text("[rules.oversized-file]\nlimit = 6\n")
    (summary,) = scanned(repo)
    assert (summary["fresh"], summary["batches"]) == (0, [])


def test_a_batch_of_which_nothing_is_new_is_said_to_hold_nothing(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(1)
    scanned(repo)
    (summary,) = scanned(repo, "--batch", "job-7")
    assert any("job-7" in note for note in summary["notes"])
    assert "job-7" not in [row[0] for row in rows(repo.path, BATCHES)]


def test_a_piece_of_work_that_comes_again_after_another_loses_nothing(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(1)
    scanned(repo)
    made = []
    for number, (batch, agent) in enumerate(
        [("left", "claude"), ("right", "codex"), ("left", "cursor"), ("right", "codex"), ("left", "cursor")]
    ):
        made.append(repo.commit(CYCLE if number == 2 else {"a.py": f"x = {number}\n"}))
        (summary,) = scanned(repo, "--batch", batch, "--agent", agent)
        assert [(one["batch"], one["agent"], one["commits"]) for one in summary["batches"]] == [(batch, agent, 1)]
    sql = (
        "SELECT batch, first_commit, last_commit, agent, agents FROM batch WHERE batch IN ('left', 'right') ORDER BY 1"
    )
    both = [
        ["left", made[0], made[4], "cursor", ("cursor", "claude")],
        ["right", made[1], made[3], "codex", ("codex",)],
    ]
    assert rows(repo.path, sql) == both
    by_commit = "SELECT batch, agent FROM snapshot ORDER BY position DESC LIMIT 5"
    each = [["left", "cursor"], ["right", "codex"], ["left", "cursor"], ["right", "codex"], ["left", "claude"]]
    assert rows(repo.path, by_commit) == each
    assert rows(repo.path, ORIGIN) == [[made[2], "left", "cursor"]]
    step_by_step = rows(repo.path, "SELECT * FROM batch ORDER BY ALL")
    (repo.path / "plumbrule.toml").write_text("[batches]\nwindow = 30\n")
    scanned(repo)  # all of it anew
    assert rows(repo.path, "SELECT * FROM batch ORDER BY ALL") == step_by_step
    assert rows(repo.path, by_commit) == each


def test_only_what_is_new_is_put_down_to_a_batch_when_the_history_is_computed_anew(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(0)
    together(repo, [{"a.py": f"x = {number}\n"} for number in range(3)])
    scanned(repo)
    before = rows(repo.path, "SELECT batch, first_commit, last_commit FROM batch ORDER BY ALL")
    (repo.path / "plumbrule.toml").write_text("[rules.oversized-file]\nlimit = 7\n")
    made = repo.commit({"a.py": "x = 3\n"}, at=repo.clock - timedelta(days=1) + timedelta(minutes=30))
    scanned(repo, "--batch", "left")
    after = rows(repo.path, "SELECT batch, first_commit, last_commit FROM batch ORDER BY ALL")
    assert after == sorted([*before, ["left", made, made]])


def test_a_note_goes_on_with_a_piece_of_work_of_earlier_scans(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(0)
    identity = {f"GIT_{role}_{what}": "x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    made = []
    for number, batch in enumerate(["left", "right", "left"]):
        made.append(repo.commit({"a.py": f"x = {number}\n"}))
        repo.git("notes", "--ref=refs/notes/plumbrule", "add", "-m", f"batch: {batch}", made[-1], environ=identity)
        scanned(repo)
    sql = "SELECT first_commit, last_commit FROM batch WHERE batch = 'left'"
    assert rows(repo.path, sql) == [[made[0], made[2]]]


def test_batches_that_interleave_keep_their_own_findings(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(1)
    notes = ("notes", "--ref=refs/notes/plumbrule", "add", "-f", "-m")
    identity = {f"GIT_{role}_{what}": "x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    first = repo.commit({"a.py": "x = 1\n"})
    made = repo.commit(CYCLE)
    last = repo.commit({"a.py": "x = 2\n"})
    for commit, words in ((first, "batch: left"), (made, "batch: right\nagent: codex"), (last, "batch: left")):
        repo.git(*notes, words, commit, environ=identity)
    scanned(repo)
    assert {row[0] for row in rows(repo.path, BATCHES)} >= {"left", "right"}
    assert rows(repo.path, ORIGIN) == [[made, "right", "codex"]]


def test_commits_of_one_author_within_the_window_are_one_batch(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(0)
    together(repo, [{"a.py": f"x = {n}\n"} for n in range(3)])
    repo.commit({"b.py": "x = 1\n"})
    scanned(repo)
    assert rows(repo.path, "SELECT count(*) FROM batch") == [3]
    (repo.path / "plumbrule.toml").write_text("[batches]\nwindow = 5\n")
    scanned(repo)
    assert rows(repo.path, "SELECT count(*) FROM batch") == [5]


def test_what_only_the_time_between_its_commits_makes_one_batch_is_told_as_one_session(
    grown: Callable, plumbrule: Callable
):
    repo = grown(0)
    plumbrule(repo.path, "scan", "--quiet")
    together(repo, [{"a.py": f"x = {n}\n"} for n in range(3)])
    answer = plumbrule(repo.path, "scan", "--quiet")
    assert ", 3 commits on the main line in one session, by the time between them: " in answer.out
    together(repo, [{"a.py": f"y = {n}\n"} for n in range(3)])
    answer = plumbrule(repo.path, "scan", "--quiet", "--batch", "job-7")
    assert "job-7, 3 commits on the main line: " in answer.out


def test_a_batch_goes_on_in_the_next_scan(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(0)
    first = repo.commit({"a.py": "x = 1\n"}, at=repo.clock)
    scanned(repo)
    second = repo.commit({"a.py": "x = 2\n"}, at=repo.clock + timedelta(minutes=10))
    scanned(repo)
    assert rows(repo.path, "SELECT first_commit, last_commit FROM batch ORDER BY last_at DESC LIMIT 1") == [
        [first, second]
    ]


def test_who_made_a_batch_is_known_of_all_its_commits_once_one_of_them_says_so(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(0)
    made = repo.commit(CYCLE, at=repo.clock)
    scanned(repo)
    assert rows(repo.path, ORIGIN) == [[made, made[:12], ""]]
    signed = "work\n\nCo-Authored-By: Claude <noreply@anthropic.com>"
    repo.commit({"a.py": "x = 2\n"}, signed, at=repo.clock + timedelta(minutes=10))
    scanned(repo)
    assert rows(repo.path, "SELECT agent FROM snapshot ORDER BY position DESC LIMIT 3") == ["claude", "claude", ""]
    assert rows(repo.path, ORIGIN) == [[made, made[:12], "claude"]]


def test_a_commit_is_told_by_its_subject_and_its_author_and_never_by_an_address(
    grown: Callable, scanned: Callable, rows: Callable, plumbrule: Callable
):
    repo = grown(0)
    hostile = "mend \x1b[31mtax\u202e\t'; DROP TABLE file; --" + "x" * 500 + "\n\nMore of it.\n"
    repo.commit({"a.py": "x = 1\n"}, hostile, author="Ada <b>Lovelace</b> <ada@example.org>")
    scanned(repo)
    ((subject, author),) = rows(repo.path, "SELECT subject, author FROM snapshot ORDER BY position DESC LIMIT 1")
    assert (subject, author) == (f"{hostile[:46]}{'x' * 500}".replace("\t", " ")[:200], "Ada bLovelace/b")
    shown = plumbrule(repo.path, "query", "SELECT subject, author FROM snapshot").out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    repo.branch("topic")
    repo.commit({"b.py": "x = 1\n"}, "beside")
    scanned(repo, "--ref", "topic")
    assert rows(repo.path, "SELECT subject FROM snapshot WHERE kind = 'branch'") == ["beside"]


@pytest.mark.parametrize("pauses", [(), (1, 2, 3, 4, 5, 6), (2, 3, 6), (1, 5)])
def test_batches_do_not_depend_on_how_often_one_scans(
    make_repo: Callable, scanned: Callable, rows: Callable, tmp_path: Path, pauses: tuple[int, ...]
):
    # From the very first commit on; with a gap, another author in between, and a clock that went back.
    repo = make_repo({}, name="repo")
    minutes = (0, 10, 15, 40, 130, 120, 135)
    for number, minute in enumerate(minutes):
        author = "Bob <bob@example.org>" if number == 3 else "Ada <ada@example.org>"
        repo.commit({"a.py": f"x = {number}\n"}, author=author, at=repo.clock + timedelta(minutes=minute))
        if number in pauses:
            scanned(repo)
    scanned(repo)
    asked = (
        "SELECT batch, first_commit, last_commit, agent FROM batch ORDER BY batch",
        "SELECT position, batch FROM snapshot ORDER BY position",
    )
    said = [rows(repo.path, sql) for sql in asked]
    shutil.rmtree(repo.path / ".plumbrule")
    scanned(repo)
    assert [rows(repo.path, sql) for sql in asked] == said
    assert len(said[0]) > 3


def test_an_agent_is_told_as_at_least_and_by_its_channel(grown: Callable, plumbrule: Callable, rows: Callable):
    repo = grown(0)
    repo.commit({"a.py": "x = 1\n"}, "work\n\nCo-Authored-By: Claude <noreply@anthropic.com>")
    answer = plumbrule(repo.path, "scan", "--quiet")
    assert "at least claude (by its signature in a commit message, " in answer.out
    assert rows(repo.path, BATCHES)[-1][1:3] == ["claude", "trailer"]
    repo.commit({"a.py": "x = 2\n"})
    answer = plumbrule(repo.path, "scan", "--quiet", "--batch", "B7", "--agent", "codex")
    assert "at least codex (as whoever ran it said, " in answer.out


def test_what_a_repository_is_prepared_for_is_told_of_the_repository_and_of_no_commit(
    grown: Callable, plumbrule: Callable, rows: Callable
):
    repo = grown(0)
    repo.commit({"CLAUDE.md": "Be kind.\n", ".gitignore": "build/\n/.junie\n"})
    repo.commit({"a.py": "x = 1\n"}, "work\n\nCo-Authored-By: Claude <noreply@anthropic.com>")
    repo.commit({"b.py": "x = 1\n"})
    answer = plumbrule(repo.path, "scan", "--quiet")
    assert "by its configuration it is prepared for at least: claude, junie" in answer.out
    agents = "SELECT agent, channel, confidence, batches FROM agent ORDER BY ALL"
    known = [["claude", "configuration", 0.3, 0], ["claude", "trailer", 0.9, 1], ["junie", "configuration", 0.3, 0]]
    assert rows(repo.path, agents) == known
    assert [row[1] for row in rows(repo.path, BATCHES)] == ["", "", "claude", ""]
    assert plumbrule(repo.path, "scan", "--quiet").out.splitlines()[-1] == answer.out.splitlines()[-1]
    repo.commit({"CLAUDE.md": None})
    plumbrule(repo.path, "scan", "--quiet")
    assert rows(repo.path, agents) == known[1:]


def test_the_summary_and_the_views_count_alike(grown: Callable, plumbrule: Callable, rows: Callable):
    repo = grown(2)
    repo.commit(CYCLE)
    answer = plumbrule(repo.path, "scan", "--quiet", "--format", "json")
    (summary,) = json.loads(answer.out)["repositories"]
    counts = summary["counts"]
    newest = "(SELECT snapshot FROM snapshot ORDER BY position DESC LIMIT 1)"
    counted = "name <> 'erosion'"  # a share, which no summary counts
    assert dict(rows(repo.path, f"SELECT name, value FROM trend WHERE snapshot = {newest} AND {counted}")) == counts
    assert counts["files"] == rows(repo.path, "SELECT count(*) FROM file")[0]
    assert counts["lines"] == rows(repo.path, "SELECT sum(lines) FROM file")[0]
    assert counts["symbols"] == rows(repo.path, "SELECT count(*) FROM symbol")[0]
    assert counts["cycles.file"] == rows(repo.path, "SELECT count(*) FROM cycle WHERE level = 'file'")[0]
    assert counts["findings"] == rows(repo.path, "SELECT count(*) FROM finding WHERE state IN ('new', 'known')")[0]
    assert counts["component_edges"] == rows(repo.path, "SELECT count(*) FROM component_dependency")[0]


STATES = "SELECT state, unaccepted FROM finding WHERE rule = 'dependency-cycle' ORDER BY subject"


def test_a_scan_notes_a_rule_that_the_baseline_names_and_nobody_knows(grown: Callable, scanned: Callable):
    repo = grown(1)
    (repo.path / "plumbrule.baseline").write_text("dependency-cicle\tshop/cart.py -> shop/tax.py\n")
    (summary,) = scanned(repo)
    (note,) = [note for note in summary["notes"] if "dependency-cicle" in note]
    assert note.endswith("did you mean 'dependency-cycle'?")
    (repo.path / "plumbrule.baseline").write_text("no-trolleys\tshop/cart.py\n")
    (repo.path / "plumbrule.toml").write_text('rules = ["own"]\n')
    (repo.path / "own").mkdir()
    (repo.path / "own/no-carts.md").write_text(
        "---\nid: no-carts\ntitle: Carts\nseverity: error\nformerly: [no-trolleys]\n---\nWhy.\n"
        "\n## What to do instead\nGo.\n\n## Finds\n```sql\n"
        "SELECT repo, path AS subject, path, 1 AS line FROM now.file WHERE path LIKE '%cart%'\n```\n"
        "\n## Bad\n```files\n--- cart.py\n```\n\n## Good\n```files\n--- a.py\n```\n"
    )
    (summary,) = scanned(repo)
    assert [note for note in summary["notes"] if "no-trolleys" in note] == []


def test_what_the_baseline_accepts_is_told_from_what_it_does_not(
    grown: Callable, scanned: Callable, plumbrule: Callable, rows: Callable
):
    repo = grown(1)
    made = repo.commit(CYCLE)
    (summary,) = scanned(repo)
    assert (summary["accepted"], rows(repo.path, STATES)) == (None, [["new", False]] * 2)
    assert plumbrule(repo.path, "baseline", "--quiet").code == 0
    (summary,) = scanned(repo)  # no commit is new, the baseline is
    assert (summary["fresh"], rows(repo.path, STATES)) == (0, [["known", False]] * 2)
    assert summary["accepted"] == sum(count for _, _, count in summary["findings"])
    assert rows(repo.path, ORIGIN) == [[made, made[:12], ""]]
    kept = [
        line
        for line in (repo.path / "plumbrule.baseline").read_text().splitlines(keepends=True)
        if "shop/tax.py -> " not in line
    ]
    (repo.path / "plumbrule.baseline").write_text("".join(kept))
    assert "accepts " in plumbrule(repo.path, "scan", "--quiet").out
    assert rows(repo.path, STATES) == [["known", False], ["known", True]]
    repo.commit({"a.py": "x = 1\n"})
    scanned(repo)
    assert rows(repo.path, STATES) == [["known", False], ["known", True]]
    assert rows(repo.path, ORIGIN) == [[made, made[:12], ""]]
    (repo.path / "plumbrule.baseline").unlink()
    scanned(repo)
    assert rows(repo.path, STATES) == [["known", False]] * 2
    generation = plumbrule(repo.path, "scan", "--quiet").out.splitlines()[-1]
    assert plumbrule(repo.path, "scan", "--quiet").out.splitlines()[-1] == generation


def test_a_finding_accepted_before_its_history_is_read_keeps_its_first_commit(
    grown: Callable, scanned: Callable, plumbrule: Callable, rows: Callable
):
    repo = grown(1)
    made = repo.commit(CYCLE)
    assert plumbrule(repo.path, "baseline", "--quiet").code == 0
    scanned(repo)
    assert rows(repo.path, STATES) == [["known", False]] * 2
    assert rows(repo.path, ORIGIN) == [[made, made[:12], ""]]
    repo.branch("topic")
    head = repo.commit({"b.py": "import c\n", "c.py": "import b\n"})
    scanned(repo, "--ref", "topic")
    beside = f"SELECT subject, state FROM finding_at('repo@{head[:12]}') WHERE rule = 'dependency-cycle' ORDER BY 1"
    assert dict(rows(repo.path, beside)) == {
        "b.py -> c.py": "new", "c.py -> b.py": "new", "shop/cart.py -> shop/tax.py": "known",
        "shop/tax.py -> shop/cart.py": "known",
    }  # fmt: skip
