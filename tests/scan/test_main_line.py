"""A scan of the main line and the scans after it: only what changed is done, and nothing is lost or renumbered."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CYCLE = "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"
NO_CYCLE = "def rate() -> float:\n    return 0.2\n"
VIEWS = ("file", "symbol", "dependency", "external_dependency", "unresolved", "skipped", "component",
         "component_dependency", "cycle", "cycle_edge")  # fmt: skip
STATE = "SELECT finding, rule, severity, state, subject, path, line, message FROM finding ORDER BY ALL"


def test_a_repository_without_configuration_is_scanned(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(3)
    (summary,) = scanned(repo)
    assert (summary["repo"], summary["snapshots"], summary["fresh"]) == ("repo", 4, 4)
    assert (summary["files"], summary["parsed"], summary["imports"], summary["resolved"]) == (6, 6, 4, 4)
    assert rows(repo.path, "SELECT count(*) FROM dependency WHERE kind = 'import'") == [4]
    assert rows(repo.path, "SELECT commit FROM snapshot ORDER BY position") == list(
        reversed(repo.git("rev-list", "--first-parent", "main").split())
    )
    assert rows(repo.path, "SELECT position FROM snapshot ORDER BY 1") == [0, 1, 2, 3]
    assert repo.git("status", "--porcelain") == ""


def test_commits_that_go_on_from_the_line_that_is_read_are_told_of(grown: Callable, scanned: Callable, tmp_path: Path):
    origin = grown(2)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(origin.path), str(clone)], check=True)
    (summary,) = scanned(origin, at=clone)
    assert not any("goes on from" in note for note in summary["notes"])
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    (clone / "more.py").write_text("x = 1\n")
    for words in (["add", "."], [*who, "commit", "-qm", "more"]):
        subprocess.run(["git", "-C", str(clone), *words], check=True)
    (summary,) = scanned(origin, "--batch", "B7", at=clone)
    assert summary["fresh"] == 0
    (ahead,) = (note for note in summary["notes"] if "goes on from" in note)
    assert ahead.startswith("main goes on from refs/remotes/origin/main")
    assert "plumbrule scan --ref main" in ahead
    subprocess.run(["git", "-C", str(clone), "checkout", "-qb", "feature"], check=True)
    (summary,) = scanned(origin, at=clone)
    assert not any("goes on from" in note for note in summary["notes"])  # a branch is no surprise


def test_a_second_scan_with_nothing_new_adds_nothing(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(3)
    scanned(repo)
    before = {view: rows(repo.path, f"SELECT * FROM {view} ORDER BY ALL") for view in (*VIEWS, "snapshot", "trend")}
    (summary,) = scanned(repo)
    assert (summary["fresh"], summary["snapshots"], summary["batches"]) == (0, 4, [])
    after = {view: rows(repo.path, f"SELECT * FROM {view} ORDER BY ALL") for view in (*VIEWS, "snapshot", "trend")}
    assert after == before


def test_a_second_scan_parses_new_blobs_only(grown: Callable, scanned: Callable, monkeypatch):
    from plumbrule.extract import FactBook

    parsed: list[int] = []
    ensure = FactBook.ensure

    def counting(book: FactBook, *arguments: object) -> None:
        before = book.parsed
        ensure(book, *arguments)  # type: ignore[arg-type]  # passed on as they came
        parsed.append(book.parsed - before)

    monkeypatch.setattr(FactBook, "ensure", counting)
    repo = grown(3)
    scanned(repo)
    assert sum(parsed) == 6
    parsed.clear()
    scanned(repo)
    assert sum(parsed) == 0
    repo.commit({"shop/new.py": "x = 1\n", "shop/copy.py": NO_CYCLE})
    scanned(repo)
    assert sum(parsed) == 1


def test_history_may_be_short_or_whole(grown: Callable, scanned: Callable, rows: Callable, tmp_path: Path):
    repo = grown(5)
    assert scanned(repo, "--history", "2", "--store", str(tmp_path / "short"))[0]["snapshots"] == 2
    positions = "SELECT position FROM snapshot ORDER BY 1"
    assert rows(repo.path, positions, tmp_path / "short") == [4, 5]
    assert scanned(repo, "--history", "all", "--store", str(tmp_path / "whole"))[0]["snapshots"] == 6


def test_a_longer_history_may_be_asked_for_later(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(5)
    scanned(repo, "--history", "2")
    scanned(repo)
    assert rows(repo.path, "SELECT position FROM snapshot ORDER BY 1") == [4, 5]
    assert scanned(repo, "--history", "4")[0]["snapshots"] == 4
    assert scanned(repo, "--history", "all")[0]["snapshots"] == 6
    assert rows(repo.path, "SELECT position FROM snapshot ORDER BY 1") == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("wrong", ["0", "-1", "many", "1.5"])
def test_a_history_that_is_no_number_is_refused(grown: Callable, plumbrule: Callable, wrong: str):
    answer = plumbrule(grown(0).path, "scan", f"--history={wrong}")
    assert (answer.code, answer.out) == (2, "")
    assert wrong in answer.err


def test_every_snapshot_reads_like_a_scan_of_that_commit_alone(
    grown: Callable, scanned: Callable, rows: Callable, tmp_path: Path
):
    repo = grown(1)
    repo.git("mv", "shop/m0.py", "shop/moved.py")
    repo.commit({"shop/tax.py": CYCLE})
    repo.commit({"shop/broken.py": "import nothing.here\nfrom . import missing\n", "shop/bad.py": b"x = '\xff'\n"})
    repo.commit({"shop/tax.py": NO_CYCLE, "shop/broken.py": None})
    scanned(repo)
    for commit in repo.git("rev-list", "HEAD").split():
        alone = tmp_path / commit
        subprocess.run(["git", "clone", "--quiet", repo.path, alone / "repo"], check=True)
        subprocess.run(["git", "-C", alone / "repo", "reset", "--quiet", "--hard", commit], check=True)
        subprocess.run(["git", "-C", alone / "repo", "remote", "remove", "origin"], check=True)
        repo_alone = type(repo)(alone / "repo")
        scanned(repo_alone, "--history", "1")
        for view in VIEWS:
            then = rows(repo.path, f"SELECT * FROM {view}_at('repo@{commit[:12]}') ORDER BY ALL")
            fresh = rows(repo_alone.path, f"SELECT * FROM {view} ORDER BY ALL")
            assert then == fresh, (view, commit)


def test_step_by_step_and_all_at_once_end_with_the_same_rows(
    grown: Callable, scanned: Callable, rows: Callable, tmp_path: Path
):
    repo = grown(0)
    steps = tmp_path / "steps"
    changes = [
        {"shop/tax.py": CYCLE}, {"shop/a.py": "import shop.cart\n"}, {"shop/cart.py": None},
        {"shop/cart.py": "from shop.a import x\n"}, {"shop/tax.py": NO_CYCLE, "shop/b.py": "import shop.a\n"},
    ]  # fmt: skip
    for change in changes:
        scanned(repo, "--store", str(steps))
        repo.commit(change)
    scanned(repo, "--store", str(steps))
    scanned(repo)
    for view in (*VIEWS, "snapshot", "batch", "trend", "finding"):
        sql = f"SELECT * FROM {view} ORDER BY ALL"
        assert rows(repo.path, sql) == rows(repo.path, sql, steps), view


def test_a_rewritten_main_line_closes_at_the_fork_and_stays_queryable(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(3)
    scanned(repo)
    old = repo.head
    repo.git("reset", "--quiet", "--hard", "HEAD~2")
    repo.commit({"shop/other.py": "x = 1\n"})
    (summary,) = scanned(repo)
    assert any("rewritten" in note for note in summary["notes"])
    assert rows(repo.path, "SELECT position FROM snapshot ORDER BY 1") == [0, 1, 2, None, None]
    assert "shop/m2.py" in rows(repo.path, f"SELECT path FROM file_at('repo@{old[:12]}')")
    assert "shop/m2.py" not in rows(repo.path, "SELECT path FROM file")
    assert "shop/other.py" in rows(repo.path, "SELECT path FROM file")


def test_a_main_line_that_is_rewritten_back_is_what_it_was(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(3)
    scanned(repo)
    old = repo.head
    repo.git("reset", "--quiet", "--hard", "HEAD~2")
    repo.commit({"shop/other.py": "x = 1\n"})
    scanned(repo)
    repo.git("reset", "--quiet", "--hard", old)
    repo.commit({"shop/last.py": "x = 1\n"})
    scanned(repo)
    assert set(rows(repo.path, "SELECT path FROM file")) == set(repo.git("ls-files", "*.py").split())
    assert rows(repo.path, "SELECT max(position) FROM snapshot") == [4]


def test_a_main_line_rewritten_to_a_branch_that_was_scanned_before(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(3)
    repo.branch("other", "HEAD~1")
    repo.commit({"shop/other.py": "x = 1\n"})
    repo.switch("main")
    scanned(repo)
    scanned(repo, "--ref", "other")
    repo.git("reset", "--quiet", "--hard", "other")
    scanned(repo)
    assert set(rows(repo.path, "SELECT path FROM file")) == set(repo.git("ls-files", "*.py").split())
    assert rows(repo.path, "SELECT max(position) FROM snapshot") == [3]


def test_a_main_line_that_shares_nothing_with_the_old_one(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(2)
    scanned(repo)
    repo.git("switch", "--quiet", "--orphan", "fresh")
    repo.commit({"a.py": "import b\n", "b.py": "x = 1\n"})
    repo.git("branch", "--force", "main", "fresh")
    scanned(repo)
    assert rows(repo.path, "SELECT path FROM file ORDER BY 1") == ["a.py", "b.py"]


@pytest.mark.parametrize(
    "policy", ['exclude = ["shop/m0.py"]\n', '[components]\nall = "shop/**"\n', 'rules = ["own"]\n']
)
def test_a_change_of_policy_or_rules_computes_the_history_anew(
    grown: Callable, scanned: Callable, told_alike: Callable, tmp_path: Path, policy: str
):
    repo = grown(1)
    scanned(repo)
    (repo.path / "own").mkdir()
    (repo.path / "own/no-carts.md").write_text(
        "---\nid: no-carts\ntitle: Carts\nseverity: error\n---\nWhy.\n"
        "\n## What to do instead\nGo.\n\n## Finds\n```sql\n"
        "SELECT repo, path AS subject, path, 1 AS line FROM now.file WHERE path LIKE '%cart%'\n```\n"
        "\n## Bad\n```files\n--- cart.py\n```\n\n## Good\n```files\n--- a.py\n```\n"
    )
    (repo.path / "plumbrule.toml").write_text(policy)
    (summary,) = scanned(repo)
    assert any("policy changed" in note for note in summary["notes"])
    assert summary["snapshots"] == 2
    fresh = tmp_path / "fresh"
    scanned(repo, "--store", str(fresh))
    told_alike(repo.path, (*VIEWS, "snapshot", "finding", "trend"), 2, fresh)


POSITIONS = "SELECT commit, position FROM snapshot ORDER BY position, commit"


@pytest.fixture
def shallow(grown: Callable, tmp_path: Path) -> tuple[Any, Any]:
    """(a repository of six commits, a clone of it that holds two)"""
    origin = grown(5)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth=2", f"file://{origin.path}", clone], check=True)
    return origin, type(origin)(clone)


@pytest.mark.parametrize("more", [(), ("--history", "all"), ("--history", "3"), ("policy",)])
@pytest.mark.parametrize("moves", [True, False])
def test_a_shallow_clone_that_is_deepened_counts_its_positions_anew_and_says_so(
    shallow, scanned: Callable, rows: Callable, more: tuple[str, ...], moves: bool
):
    origin, here = shallow
    (summary,) = scanned(here)
    assert any("shallow" in note for note in summary["notes"])
    assert [row[1] for row in rows(here.path, POSITIONS)] == [0, 1]  # from where the clone begins
    if moves:
        origin.commit({"shop/new.py": "x = 1\n"})
    here.git("fetch", "--quiet", "--unshallow")
    here.git("merge", "--quiet", "--ff-only", "origin/main")
    if more == ("policy",):
        (here.path / "plumbrule.toml").write_text("[rules.oversized-file]\nlimit = 7\n")
        more = ()
    (summary,) = scanned(here, *more)
    assert any("anew" in note for note in summary["notes"])
    line = here.git("rev-list", "--first-parent", "--reverse", "origin/main").split()
    true = {commit: position for position, commit in enumerate(line)}
    found = rows(here.path, POSITIONS)
    assert found[-1][0] == line[-1]
    assert all(true[commit] == position for commit, position in found)
    assert "anew" not in str(scanned(here)[0]["notes"])


def test_a_clone_that_is_shallower_than_what_is_stored_keeps_the_stored_positions(
    shallow, scanned: Callable, rows: Callable, tmp_path: Path
):
    origin, here = shallow
    whole = tmp_path / "whole/clone"
    subprocess.run(["git", "clone", "--quiet", f"file://{origin.path}", whole], check=True)
    store = str(tmp_path / "store")
    scanned(type(origin)(whole), "--store", store)
    origin.commit({"shop/new.py": "x = 1\n"})
    here.git("fetch", "--quiet", "--depth=2")
    here.git("reset", "--quiet", "--hard", "origin/main")
    scanned(here, "--store", store)
    found = rows(here.path, POSITIONS, Path(store))
    assert [row[1] for row in found] == list(range(7))
    assert found[-1][0] == origin.head


def test_the_main_line_is_the_remote_s_default_branch_whatever_is_checked_out(
    grown: Callable, scanned: Callable, rows: Callable, tmp_path: Path
):
    origin = grown(2)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", origin.path, clone], check=True)
    here = type(origin)(clone)
    here.branch("topic")
    here.commit({"shop/topic.py": "x = 1\n"})
    (summary,) = scanned(here)
    assert summary["what"] == "main line refs/remotes/origin/main"
    assert "shop/topic.py" not in rows(clone, "SELECT path FROM file")


def test_an_import_of_a_file_of_no_known_language_is_resolved_and_no_dependency(
    make_repo: Callable, scanned: Callable, rows: Callable
):
    names = ("./a.css", "./a.json", "./gone.css", "./gone.json", "./b")
    text = "".join(f'import n{number} from "{name}";\n' for number, name in enumerate(names))
    repo = make_repo({"a.ts": text, "a.css": "", "a.json": "{}", "b.ts": "export default 1;\n"})
    scanned(repo)
    assert rows(repo.path, "SELECT imports, resolved FROM file WHERE path = 'a.ts'") == [[5, 3]]
    assert rows(repo.path, "SELECT DISTINCT dst FROM dependency") == ["b.ts"]
    assert rows(repo.path, "SELECT line FROM unresolved") == [3, 4]


def test_a_merge_is_one_step_of_the_main_line(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(1)
    repo.branch("topic")
    for number in range(3):
        repo.commit({"shop/topic.py": f"x = {number}\n"})
    repo.switch("main")
    repo.merge("topic")
    assert scanned(repo)[0]["snapshots"] == 3
    assert rows(repo.path, "SELECT first_commit = last_commit FROM batch ORDER BY last_at")[-1] is True


def test_a_summary_tells_what_moved_and_which_batch_moved_it(grown: Callable, plumbrule: Callable):
    repo = grown(1)
    plumbrule(repo.path, "scan", "--quiet")
    repo.commit({"shop/tax.py": CYCLE})
    answer = plumbrule(repo.path, "scan", "--quiet", "--batch", "job-7", "--agent", "claude")
    assert answer.code == 0
    for words in ("1 new snapshot", "job-7", "at least claude", "cycles.file 0 → 1", "dependency-cycle", "parsed"):
        assert words in answer.out
    assert answer.err == ""


def test_a_first_scan_speaks_of_no_scan_before_it(grown: Callable, plumbrule: Callable):
    repo = grown(2)
    first = plumbrule(repo.path, "scan", "--quiet")
    assert "moved by    2 batches in the history read, newest first" in first.out
    repo.commit({"shop/new.py": "x = 1\n"})
    assert "moved by    1 batch since the last scan, newest first" in plumbrule(repo.path, "scan", "--quiet").out


def test_progress_and_notes_go_to_standard_error_only(grown: Callable, process: Callable):
    asked = process(grown(2).path, "scan", "--format", "json")
    out, _ = asked.communicate(timeout=60)
    assert asked.returncode == 0
    assert json.loads(out)["schema"] == "plumbrule/scan/1"


def test_the_store_is_never_analysed_nor_committed(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(1)
    scanned(repo)
    (repo.path / ".plumbrule/planted.py").write_text("x = 1\n")
    scanned(repo, "--worktree")
    assert rows(repo.path, "SELECT count(*) FROM file_at('repo@worktree') WHERE path LIKE '%planted%'") == [0]
    assert (repo.path / ".plumbrule/.gitignore").read_text() == "*\n"


def test_an_unborn_repository_is_scanned_by_its_work_tree(make_repo: Callable, scanned: Callable, rows: Callable):
    repo = make_repo()
    repo.write({"a.py": "import b\n", "b.py": "x = 1\n"})
    (summary,) = scanned(repo, "--worktree")
    assert (summary["files"], summary["commit"]) == (2, "")
    assert rows(repo.path, "SELECT src, dst FROM dependency_at('repo@worktree')") == [["a.py", "b.py"]]


def test_a_main_line_that_was_renamed_goes_on(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(3)
    scanned(repo)
    repo.git("branch", "--move", "main", "trunk")
    repo.commit({"shop/later.py": "x = 1\n"})
    (summary,) = scanned(repo)
    assert summary["what"] == "main line refs/heads/trunk"
    assert "refs/heads/main is gone, so the main line goes on with refs/heads/trunk" in summary["notes"]
    assert rows(repo.path, "SELECT count(*) FROM snapshot") == [5]
    assert "shop/later.py" in rows(repo.path, "SELECT path FROM file")


def test_a_main_line_that_was_renamed_on_the_remote_goes_on(
    grown: Callable, scanned: Callable, rows: Callable, tmp_path: Path, plumbrule: Callable
):
    origin = grown(2)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", origin.path, clone], check=True)
    here = type(origin)(clone)
    scanned(here)
    origin.git("branch", "--move", "main", "trunk")
    origin.commit({"shop/later.py": "x = 1\n"})
    here.git("fetch", "--quiet", "--prune")
    refused = plumbrule(clone, "scan")
    assert refused.code == 2
    assert "git remote set-head origin --auto" in refused.err
    here.git("remote", "set-head", "origin", "--auto")
    (summary,) = scanned(here)
    assert summary["what"] == "main line refs/remotes/origin/trunk"
    assert rows(clone, "SELECT count(*) FROM snapshot") == [4]


def test_another_branch_does_not_become_the_main_line_because_that_is_gone(
    grown: Callable, scanned: Callable, plumbrule: Callable
):
    repo = grown(2)
    repo.branch("topic", "HEAD~1")
    scanned(repo)
    repo.git("branch", "--delete", "--force", "main")
    refused = plumbrule(repo.path, "scan")
    assert refused.code == 2
    assert "refs/heads/main" in refused.err
