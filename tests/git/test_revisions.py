"""Which repository, which commit, which line: and what is said when there is none."""

from __future__ import annotations

import os
import shutil

import pytest

from plumbrule.git import Repository


def test_a_repository_is_found_from_any_folder_in_it(make_repo, opened):
    repo = make_repo({"src/deep/a.py": "x = 1\n"})
    found = opened(repo.path / "src" / "deep")
    assert (found.root, found.git_dir, found.has_worktree) == (repo.path, repo.path / ".git", True)
    assert found.resolve("HEAD") == repo.head


def test_a_folder_name_with_a_line_break_is_found(make_repo, opened):
    repo = make_repo({"a.py": ""}, name="two\nlines")
    found = opened(repo)
    assert found.root == repo.path
    assert found.git_dir == repo.path / ".git"


def test_a_bare_repository_has_trees_and_no_worktree(make_repo, opened, clone, refusal):
    repo = make_repo({"a.py": "x = 1\n"})
    found = opened(clone(repo, "--bare"))
    assert not found.has_worktree
    assert list(found.tree(found.resolve("HEAD"))) == ["a.py"]
    assert found.clean_paths(found.tree(repo.head)) == frozenset()
    assert "bare" in refusal(lambda: found.worktree(lambda path: True, 1000))


def test_a_linked_worktree_is_its_own_checkout(make_repo, opened, tmp_path):
    repo = make_repo({"a.py": "x = 1\n"})
    first = repo.head
    repo.commit({"a.py": "x = 2\n"})
    repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"), first)
    found = opened(tmp_path / "linked")
    assert found.root == tmp_path / "linked"
    assert found.resolve("HEAD") == first
    (tmp_path / "linked" / "b.py").write_text("y = 1\n")
    assert list(found.worktree(lambda path: True, 1000).entries) == ["a.py", "b.py"]


def test_git_dir_in_the_environment_does_not_redirect(make_repo, opened, monkeypatch):
    repo = make_repo({"a.py": "x = 1\n"})
    other = make_repo({"b.py": "x = 1\n"}, name="other")
    for name, value in {
        "GIT_DIR": other.path / ".git",
        "GIT_WORK_TREE": other.path,
        "GIT_INDEX_FILE": other.path / ".git" / "index",
        "GIT_OBJECT_DIRECTORY": other.path / ".git" / "objects",
        "GIT_CONFIG_PARAMETERS": "'core.worktree=/'",
    }.items():
        monkeypatch.setenv(name, str(value))
    found = opened(repo)
    assert found.root == repo.path
    assert list(found.worktree(lambda path: True, 1000).entries) == ["a.py"]


def test_no_folder_and_no_repository_are_told_apart(tmp_path, refusal):
    assert "no such folder" in refusal(lambda: Repository.find(tmp_path / "nowhere"))
    assert "is a git repository" in refusal(lambda: Repository.find(tmp_path))


def test_without_the_git_program_the_message_says_so(make_repo, refusal, tmp_path):
    repo = make_repo({"a.py": ""})
    assert "Install git" in refusal(lambda: Repository.find(repo.path, {"PATH": str(tmp_path)}))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_another_users_checkout_names_the_command_that_trusts_it(make_repo, refusal):
    repo = make_repo({"a.py": ""})
    for place in [repo.path, *repo.path.rglob("*")]:
        os.chown(place, 12345, 12345, follow_symlinks=False)
    message = refusal(lambda: Repository.find(repo.path))
    assert "another user" in message
    assert f"git config --global --add safe.directory {repo.path}" in message


@pytest.mark.parametrize("where", [".git", "apart"])
def test_a_work_tree_configured_outside_the_repository_is_refused(make_repo, opened, refusal, where):
    repo = make_repo({"a.py": ""}, name="folder/repo")
    if where == "apart":
        repo.git("init", "--quiet", f"--separate-git-dir={repo.path.parent / 'apart'}")
        assert opened(repo).root == repo.path
    repo.git("config", "core.worktree", str(repo.path.parent))
    message = refusal(lambda: Repository.find(repo.path))
    assert "outside itself" in message
    repo.git(*_command_in(message)[1:])
    assert opened(repo).root == repo.path


def test_a_corrupt_configuration_is_a_refusal(make_repo, refusal):
    repo = make_repo({"a.py": ""})
    (repo.path / ".git" / "config").write_text("[core\n")
    assert "will not open" in refusal(lambda: Repository.find(repo.path))


def test_an_empty_repository_says_that_nothing_was_committed(make_repo, opened, refusal):
    found = opened(make_repo())
    assert "empty" in refusal(lambda: found.resolve("HEAD"))
    assert found.main_line() == "HEAD"


def test_an_unborn_branch_is_named(make_repo, opened, refusal):
    repo = make_repo({"a.py": ""})
    repo.git("symbolic-ref", "HEAD", "refs/heads/later")
    message = refusal(lambda: opened(repo).resolve("HEAD"))
    assert "unborn" in message
    assert "refs/heads/later" in message


@pytest.mark.parametrize(
    "revision",
    [
        "",
        "-rf",
        "--all",
        "--output=owned",
        "nowhere",
        "HEAD~7",
        "HEAD..HEAD",
        "a b",
        "\n",
        "x\0y",
        "HEAD^{tree}",
        "^HEAD",
        "0" * 40,
    ],
)
def test_what_names_no_commit_is_refused_and_runs_nothing(make_repo, opened, refusal, revision):
    repo = make_repo({"a.py": ""})
    message = refusal(lambda: opened(repo).resolve(revision))
    assert repr(revision) in message
    assert "Name a" in message or "Run `" in message
    assert [place.name for place in repo.path.iterdir() if place.name != ".git"] == ["a.py"]


def test_a_branch_named_like_an_option_is_only_a_name(make_repo, opened):
    repo = make_repo({"a.py": ""})
    repo.git("update-ref", "refs/heads/--all", repo.head)
    assert opened(repo).resolve("--all") == repo.head


def test_an_annotated_tag_is_its_commit(make_repo, opened):
    repo = make_repo({"a.py": ""})
    repo.git("-c", "user.name=A", "-c", "user.email=a@b", "tag", "-a", "v1", "-m", "one")
    assert opened(repo).resolve("v1") == repo.head


def test_the_main_line_is_the_remotes_default_branch(make_repo, opened, clone):
    repo = make_repo({"a.py": ""})
    repo.git("branch", "-m", "trunk")
    found = opened(clone(repo))
    assert found.main_line() == "refs/remotes/origin/trunk"
    assert found.default_base() == "refs/remotes/origin/trunk"


def test_the_only_remote_counts_whatever_its_name(make_repo, opened, clone, refusal):
    repo = make_repo({"a.py": ""})
    repo.branch("other")
    path = clone(repo, "--origin=team/up", "--branch=main", "--single-branch")
    assert opened(path).main_line() == "refs/remotes/team/up/main"
    message = refusal(lambda: opened(path).resolve("team/up/other"))
    repo.git("-C", str(path), *_command_in(message)[1:])
    assert opened(path).resolve("team/up/other") == repo.head


def test_without_the_remotes_word_a_usual_remote_branch_is_taken(make_repo, opened, clone):
    repo = make_repo({"a.py": ""})
    path = clone(repo)
    repo.git("-C", str(path), "remote", "set-head", "origin", "--delete")
    assert opened(path).main_line() == "refs/remotes/origin/main"


def test_without_a_remote_the_main_line_is_local_and_there_is_no_default_base(make_repo, opened, refusal):
    repo = make_repo({"a.py": ""})
    repo.branch("side")
    found = opened(repo)
    assert found.main_line() == "refs/heads/main"
    assert "--base" in refusal(found.default_base)
    repo.git("branch", "-m", "main", "stem")
    assert found.main_line() == "HEAD"
    repo.git("config", "init.defaultBranch", "stem")
    assert found.main_line() == "refs/heads/stem"


def test_the_main_line_of_a_bare_repository_is_its_head(make_repo, opened, clone):
    repo = make_repo({"a.py": ""})
    repo.branch("trunk")
    assert opened(clone(repo, "--bare")).main_line() == "refs/heads/trunk"


def test_merge_bases_of_a_criss_cross_are_all_named_newest_first(make_repo, opened):
    repo = make_repo({"a.py": ""})
    root = repo.head
    repo.branch("left")
    left = repo.commit({"l.py": ""}, at="2024-03-01T00:00:00Z")
    repo.branch("right", root)
    right = repo.commit({"r.py": ""}, at="2024-02-01T00:00:00Z")
    right_merge = repo.merge("left")
    repo.switch("left")
    left_merge = repo.git(
        "commit-tree", f"{right_merge}^{{tree}}", "-p", left, "-p", right, stdin=b"m", environ=_PEOPLE
    )
    found = opened(repo)
    assert found.merge_bases(left_merge, right_merge) == (left, right)
    assert found.is_ancestor(root, left_merge)
    assert not found.is_ancestor(left_merge, right_merge)


_PEOPLE = {f"GIT_{role}_{part}": "a" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}


def test_unrelated_histories_have_no_merge_base(make_repo, opened, refusal):
    repo = make_repo({"a.py": ""})
    first = repo.head
    repo.git("switch", "--quiet", "--orphan", "other")
    other = repo.commit({"b.py": ""})
    assert "no commit in common" in refusal(lambda: opened(repo).merge_bases(first, other))


def test_a_shallow_clone_without_the_base_says_how_to_deepen(make_repo, opened, clone, refusal):
    repo = make_repo({"a.py": ""})
    repo.branch("side")
    side = repo.commit({"b.py": ""})
    repo.switch("main")
    repo.commit({"a.py": "x = 1\n"})
    path = clone(repo, "--depth=1", "--no-single-branch")
    found = opened(path)
    assert found.is_shallow
    message = refusal(lambda: found.merge_bases(found.resolve("HEAD"), found.resolve("origin/side")))
    assert "git fetch --unshallow" in message
    repo.git("-C", str(path), "fetch", "--quiet", "--unshallow")
    found = opened(path)
    assert found.merge_bases(found.resolve("HEAD"), side) == (repo.git("rev-parse", "main~1"),)


def test_a_base_branch_that_was_not_fetched_names_the_fetch_that_works(make_repo, opened, clone, refusal):
    repo = make_repo({"a.py": ""})
    repo.branch("side")
    path = clone(repo, "--single-branch", "--branch=side")
    message = refusal(lambda: opened(path).resolve("origin/main"))
    repo.git("-C", str(path), *_command_in(message)[1:])
    assert opened(path).resolve("origin/main") == repo.head


def test_a_partial_clone_names_the_fetch_that_completes_it(make_repo, opened, clone, refusal):
    repo = make_repo({"a.py": "x = 1\n"})
    repo.commit({"a.py": "x = 2\n"})
    path = clone(repo, "--filter=tree:0", "--no-checkout")
    found = opened(path)
    assert found.is_partial
    message = refusal(lambda: found.tree(repo.head))
    assert "missing" in message
    repo.git("-C", str(path), *_command_in(message)[1:])
    assert list(opened(path).tree(repo.head)) == ["a.py"]
    assert opened(path).missing([e.blob for e in opened(path).tree(repo.head).values()]) == []


def test_a_missing_object_in_a_whole_clone_is_damage(make_repo, opened, refusal):
    repo = make_repo({"a.py": "x = 1\n"})
    tree = repo.git("rev-parse", "HEAD^{tree}")
    (repo.path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    message = refusal(lambda: opened(repo).tree(repo.head))
    assert repo.head in message
    assert "git fsck" in message


def test_a_missing_commit_on_the_way_to_the_merge_base_is_named_with_what_mends_it(make_repo, opened, refusal):
    repo = make_repo({"a.py": ""})
    repo.branch("side")
    lost = repo.commit({"a.py": "x = 1\n"})
    tip = repo.commit({"a.py": "x = 2\n"})
    (repo.path / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    message = refusal(lambda: opened(repo).merge_bases(repo.git("rev-parse", "main"), tip))
    assert f"object {lost} is missing" in message
    assert "git fsck" in message


def test_a_commit_that_is_not_here_is_named(make_repo, opened, clone, refusal):
    repo = make_repo({"a.py": "x = 1\n"})
    first = repo.head
    repo.commit({"a.py": "x = 2\n"})
    message = refusal(lambda: opened(clone(repo, "--depth=1")).resolve(first))
    assert first in message
    assert "--unshallow" in message


def test_a_repository_that_vanishes_is_a_refusal(make_repo, opened, refusal):
    repo = make_repo({"a.py": "x = 1\n"})
    found, head = opened(repo), repo.head
    shutil.rmtree(repo.path)
    assert str(repo.path) in refusal(lambda: found.tree(head))


def _command_in(message: str) -> list[str]:
    """The words of the command that a message names, as a shell reads them."""
    import shlex

    return shlex.split(message.split("`")[-2])
