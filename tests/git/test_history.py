"""The main line as records: order, positions, changes, and whose work a merge brought."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from plumbrule.git import Entry, blob_id


def messages(history) -> list[str]:
    return [made.commit.message for made in history.commits]


def test_a_line_is_told_from_the_root_with_what_each_commit_changed(make_repo, opened):
    repo = make_repo({"a.py": "1\n", "b.py": "1\n"})
    repo.commit({"a.py": "2\n"}, "second\n\nwith a body\n", author="Bo <bo@b.org>", at="2024-05-01T10:00:00+02:00")
    repo.commit({"b.py": None, "c/d.py": "1\n"}, "third")
    history = opened(repo).first_parent_log(repo.head)
    assert history.partial == ""
    assert messages(history) == ["first", "second\n\nwith a body", "third"]
    assert [made.position for made in history.commits] == [0, 1, 2]
    first, second, third = history.commits
    assert [(c.status, c.path, c.old, c.new) for c in first.changes] == [
        ("A", "a.py", None, Entry("100644", blob_id(b"1\n"))),
        ("A", "b.py", None, Entry("100644", blob_id(b"1\n"))),
    ]
    assert [(c.status, c.old.blob, c.new.blob) for c in second.changes] == [("M", blob_id(b"1\n"), blob_id(b"2\n"))]
    assert [(c.status, c.path) for c in third.changes] == [("D", "b.py"), ("A", "c/d.py")]
    assert (second.commit.author_name, second.commit.author_email) == ("Bo", "bo@b.org")
    assert second.commit.committed_at == datetime(2024, 5, 1, 8, 0, tzinfo=UTC)
    assert second.commit.subject == "second"
    assert second.commit.parents == (first.commit.id,)


def test_replaying_the_changes_gives_every_tree(make_repo, opened):
    repo = make_repo({"a.py": "1\n", "b.py": "1\n"})
    repo.branch("side")
    repo.commit({"b.py": "2\n", "c.py": "c\n"})
    repo.switch("main")
    repo.commit({"a.py": None, "a.py/now/a/folder.py": "1\n"})
    repo.merge("side")
    repo.commit({"a.py/now/a/folder.py": None, "b.py": "2\n"})
    found = opened(repo)
    tree: dict[str, Entry] = {}
    for made in found.first_parent_log(repo.head).commits:
        for change in made.changes:
            if change.new is None:
                del tree[change.path]
            else:
                tree[change.path] = change.new
        assert tree == found.tree(made.commit.id)


def test_positions_do_not_depend_on_how_much_is_asked(make_repo, opened):
    repo = make_repo({"a.py": "0\n"})
    ids = [repo.head, *(repo.commit({"a.py": f"{number}\n"}) for number in range(1, 6))]
    found = opened(repo)
    whole = {made.commit.id: made for made in found.first_parent_log(ids[-1]).commits}
    assert list(whole) == ids
    assert found.first_parent_log(ids[-1], 2).commits == (whole[ids[4]], whole[ids[5]])
    assert found.first_parent_log(ids[-1], after=ids[3]).commits == (whole[ids[4]], whole[ids[5]])
    assert found.first_parent_log(ids[-1], 1, after=ids[3]).commits == (whole[ids[5]],)
    assert found.first_parent_log(ids[-1], after=ids[-1]).commits == ()
    assert found.first_parent_log(ids[2]).commits == tuple(whole[id_] for id_ in ids[:3])
    assert found.first_parents(ids[-1]) == tuple(reversed(ids))


def test_a_merge_brings_the_commits_that_were_not_on_the_line_before(make_repo, opened):
    repo = make_repo({"a.py": ""})
    repo.branch("side")
    one = repo.commit({"s.py": "1\n"}, "one")
    repo.switch("main")
    repo.commit({"m.py": ""}, "main work")
    repo.merge("side", "first merge")
    repo.switch("side")
    two = repo.commit({"s.py": "2\n"}, "two")
    repo.switch("main")
    repo.merge("side", "second merge")
    history = opened(repo).first_parent_log(repo.head)
    assert messages(history) == ["first", "main work", "first merge", "second merge"]
    assert [[side.id for side in made.merged] for made in history.commits] == [[], [], [one], [two]]
    assert [[change.path for change in made.changes] for made in history.commits] == [
        ["a.py"],
        ["m.py"],
        ["s.py"],
        ["s.py"],
    ]
    [last] = opened(repo).first_parent_log(repo.head, 1).commits
    assert [side.id for side in last.merged] == [two]


def test_an_octopus_brings_all_its_branches(make_repo, opened):
    repo = make_repo({"a.py": ""})
    sides = []
    for name in ("x", "y"):
        repo.branch(name, "main")
        sides.append(repo.commit({f"{name}.py": ""}))
    repo.switch("main")
    repo.git("-c", "user.name=A", "-c", "user.email=a@b", "merge", "--quiet", "--no-ff", "-m", "both", "x", "y")
    [merge] = opened(repo).first_parent_log(repo.head, 1).commits
    assert [side.id for side in merge.merged] == sides
    assert [change.path for change in merge.changes] == ["x.py", "y.py"]


def test_a_commit_that_changes_nothing_is_still_on_the_line(make_repo, opened):
    repo = make_repo({"a.py": ""})
    repo.commit(message="nothing")
    repo.commit({"b.py": ""}, ":100644 000000 looks like a change")
    history = opened(repo).first_parent_log(repo.head)
    assert [len(made.changes) for made in history.commits] == [1, 0, 1]
    assert messages(history)[2] == ":100644 000000 looks like a change"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"author A <a@b> 99999999999999999999 +0000\ncommitter A <a@b> 1700000000 +0000\n", b"far future"),
        (b"author A <a@b> junk\ncommitter  1700000000 +0000\n", b"no dates"),
        (b"author <> 0 +0000\ncommitter A\0B <a@b> 1 +0000\n", b"nameless"),
        (b"author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n", b"nul\0:100644 in it"),
        (b"author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n", b""),
        (b"author \xe9 <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\nencoding ISO-8859-1\n", b"caf\xe9"),
        (b"author \xff <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n", b"not \xff utf-8"),
        (b"author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n", b"\n\n\x1e\x1f\r\n" + b"x\n" * 50000),
    ],
)
def test_malformed_commits_lose_no_other_commit_and_no_change(make_repo, opened, header, message):
    repo = make_repo({"a.py": "1\n"})
    first = repo.head
    repo.commit({"a.py": "2\n"})
    tree = repo.git("rev-parse", "HEAD^{tree}")
    raw = f"tree {tree}\nparent {first}\n".encode() + header + b"\n" + message
    odd = repo.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw)
    repo.git("reset", "--quiet", "--hard", odd)
    last = repo.commit({"b.py": "3\n"})
    history = opened(repo).first_parent_log(last)
    assert [made.commit.id for made in history.commits] == [first, odd, last]
    assert [[change.path for change in made.changes] for made in history.commits] == [["a.py"], ["a.py"], ["b.py"]]
    assert history.commits[1].commit.committed_at.tzinfo is UTC


def test_a_message_in_another_encoding_is_read_as_it_says(make_repo, opened):
    repo = make_repo({"a.py": ""})
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    repo.git("config", "i18n.logOutputEncoding", "ISO-8859-1")
    repo.git(
        *("-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "--file=-"),
        stdin=b"caf\xe9",
    )
    assert messages(opened(repo).first_parent_log(repo.head))[-1] == "café"


def test_a_shallow_history_is_told_from_its_boundary_and_says_so(make_repo, opened, clone):
    repo = make_repo({"a.py": "0\n"})
    ids = [repo.head, *(repo.commit({"a.py": f"{number}\n"}) for number in range(1, 4))]
    path = clone(repo, "--depth=2")
    history = opened(path).first_parent_log(ids[-1])
    assert [(made.commit.id, made.position) for made in history.commits] == [(ids[2], 0), (ids[3], 1)]
    assert [change.status for change in history.commits[0].changes] == ["A"]
    assert "shallow" in history.partial
    assert "git fetch --unshallow" in history.partial
    repo.git("-C", str(path), "fetch", "--quiet", "--unshallow")
    deepened = opened(path).first_parent_log(ids[-1])
    assert (len(deepened.commits), deepened.partial) == (4, "")


def test_a_shallow_clone_of_a_whole_history_is_not_partial(make_repo, opened, clone):
    repo = make_repo({"a.py": "0\n"})
    repo.branch("side")
    repo.commit({"s.py": ""})
    repo.commit({"s.py": "1\n"})
    repo.switch("main")
    repo.merge("side")
    path = clone(repo, "--depth=2")
    found = opened(path)
    assert found.is_shallow
    assert found.first_parent_log(repo.head).partial == ""


@pytest.mark.parametrize("kind", ["commit", "tree"])
def test_a_missing_object_ends_the_history_above_it(make_repo, opened, kind):
    repo = make_repo({"a.py": "0\n"})
    ids = [repo.head, *(repo.commit({"a.py": f"{number}\n"}) for number in range(1, 5))]
    lost = repo.git("rev-parse", ids[1] if kind == "commit" else f"{ids[1]}^{{tree}}")
    (repo.path / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    found = opened(repo)
    history = found.first_parent_log(ids[-1])
    assert [made.commit.id for made in history.commits] == ids[3:]
    assert lost in history.partial
    assert "git fsck" in history.partial
    assert len(found.first_parent_log(ids[-1], 1).commits) == 1


def test_a_missing_tip_is_refused(make_repo, opened, refusal):
    repo = make_repo({"a.py": "0\n"})
    lost = repo.commit({"a.py": "1\n"})
    found = opened(repo)
    (repo.path / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    assert lost in refusal(lambda: found.first_parent_log(lost))


def test_a_note_in_our_namespace_comes_with_its_commit(make_repo, opened):
    repo = make_repo({"a.py": "0\n"})
    noted = repo.commit({"a.py": "1\n"})
    repo.git("-c", "user.name=A", "-c", "user.email=a@b", "notes", "--ref=plumbrule", "add", "-m", "batch: 7", noted)
    repo.git("-c", "user.name=A", "-c", "user.email=a@b", "notes", "add", "-m", "another's", noted)
    history = opened(repo).first_parent_log(repo.head)
    assert [made.note for made in history.commits] == ["", "batch: 7\n"]


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_history_is_the_same_in_every_object_format(make_repo, opened, object_format):
    repo = make_repo({"a.py": "0\n"}, object_format=object_format)
    repo.branch("side")
    repo.commit({"s.py": ""})
    repo.switch("main")
    head = repo.merge("side")
    found = opened(repo)
    history = found.first_parent_log(head)
    assert [len(made.merged) for made in history.commits] == [0, 1]
    assert history.commits[1].changes[0].new == Entry("100644", blob_id(b"", object_format))
    assert found.missing([history.commits[1].changes[0].new.blob, "f" * len(head)]) == ["f" * len(head)]


def test_replacements_and_grafts_do_not_rewrite_history(make_repo, opened):
    repo = make_repo({"a.py": "0\n"})
    first = repo.head
    middle = repo.commit({"a.py": "1\n"}, "middle")
    last = repo.commit({"a.py": "2\n"}, "last")
    repo.git("replace", last, middle)
    (repo.path / ".git" / "info").mkdir(exist_ok=True)
    (repo.path / ".git" / "info" / "grafts").write_text(f"{last} {first}\n")
    assert messages(opened(repo).first_parent_log(last)) == ["first", "middle", "last"]
