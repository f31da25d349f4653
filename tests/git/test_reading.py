"""Bytes and names: out of the object store, off the disk, and from hostile repositories."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from plumbrule.git import SUBMODULE, SYMLINK, Entry, Skipped, blob_id, is_lfs_pointer

ODD_NAMES = [
    b"two\nlines.py",
    b"-rf",
    b'quote".py',
    b"it's.py",
    b"tab\t.py",
    b"\xe2\x80\xaertl.py",
    b"\xff\xfe.py",
    b"a\\b.py",
    b":100644 x",
]


def everything(path: str) -> bool:
    return True


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_tree_gives_mode_and_blob_of_every_path(make_repo, opened, object_format):
    repo = make_repo(object_format=object_format)
    repo.write({"src/a.py": "x = 1\n", "run": "#!/bin/sh\n"})
    (repo.path / "run").chmod(0o755)
    (repo.path / "link").symlink_to("src/a.py")
    repo.commit()
    found = opened(repo)
    assert found.object_format == object_format
    assert found.tree(repo.head) == {
        "link": Entry(SYMLINK, blob_id(b"src/a.py", object_format)),
        "run": Entry("100755", blob_id(b"#!/bin/sh\n", object_format)),
        "src/a.py": Entry("100644", blob_id(b"x = 1\n", object_format)),
    }
    assert found.read_blob(found.tree(repo.head)["src/a.py"].blob) == b"x = 1\n"
    assert found.clean_paths(found.tree(repo.head)) == {"run", "src/a.py"}
    assert [entry.is_file for entry in found.tree(repo.head).values()] == [False, True, True]


@pytest.mark.parametrize("raw", ODD_NAMES)
def test_any_name_comes_through_tree_changes_history_and_worktree(make_repo, opened, raw):
    repo = make_repo({"plain.py": ""})
    base = repo.head
    (repo.path / os.fsdecode(raw)).write_bytes(b"x = 1\n")
    shown = raw.decode("utf-8", "backslashreplace")
    found = opened(repo)
    limit = 1000
    assert found.worktree(everything, limit).contents == {blob_id(b"x = 1\n"): b"x = 1\n"}
    head = repo.commit()
    assert shown in found.tree(head)
    assert [change.path for change in found.changes(base, head)] == [shown]
    assert [change.path for change in found.first_parent_log(head).commits[-1].changes] == [shown]
    assert shown in found.clean_paths(found.tree(head))
    assert found.read_disk(shown, limit) == b"x = 1\n"


def test_renames_name_the_old_path(make_repo, opened):
    text = "".join(f"line {number}\n" for number in range(20))
    repo = make_repo({"old\nname.py": text, "same.py": "same\n"})
    base = repo.head
    head = repo.commit({"old\nname.py": None, "new.py": text + "one more\n"})
    assert opened(repo).renames(base, head) == {"new.py": "old\nname.py"}


def test_renames_without_the_bytes_are_the_exact_ones(make_repo, opened, clone):
    text = "".join(f"line {number}\n" for number in range(20))
    repo = make_repo({"moved.py": text, "edited.py": text[::-1]})
    base = repo.head
    head = repo.commit({"moved.py": None, "m.py": text, "edited.py": None, "e.py": text[::-1] + "more\n"})
    found = opened(clone(repo, "--filter=blob:none", "--no-checkout"))
    assert found.renames(base, head) == {"m.py": "moved.py"}


def test_a_changed_type_keeps_both_modes(make_repo, opened):
    repo = make_repo({"a": "x\n"})
    base = repo.head
    (repo.path / "a").unlink()
    (repo.path / "a").symlink_to("b")
    [change] = opened(repo).changes(base, repo.commit())
    assert (change.status, change.old.mode, change.new.mode) == ("T", "100644", SYMLINK)


def test_the_store_is_no_part_of_the_repository(make_repo, opened):
    repo = make_repo({"a.py": ""})
    base = repo.head
    head = repo.commit({".plumbrule/CURRENT": "1\n", "lib/.plumbrule/b.py": "", "b.py": "1\n"})
    repo.write({".plumbrule/new.py": "x = 1\n"})
    found = opened(repo)
    seen = ["a.py", "b.py", "lib/.plumbrule/b.py"]
    assert sorted(found.tree(head)) == seen
    assert list(found.worktree(everything, 1000).entries) == seen
    assert [change.path for change in found.changes(base, head)] == seen[1:]
    assert [change.path for change in found.first_parent_log(head).commits[-1].changes] == seen[1:]


# Objects


def test_many_blobs_come_in_the_order_asked_with_the_missing_as_values(make_repo, opened):
    repo = make_repo({f"{number}.py": f"{number}\n" for number in range(600)})
    found = opened(repo)
    blobs = [entry.blob for entry in found.tree(repo.head).values()]
    asked = [*blobs, "f" * 40, "not an id\nHEAD", "HEAD", blobs[0]]
    answers = list(found.blobs().read_many(asked))
    assert answers[:600] == [path[:-3].encode() + b"\n" for path in found.tree(repo.head)]
    assert [type(answer) for answer in answers[600:]] == [Skipped, Skipped, Skipped, bytes]


def test_a_blob_over_the_limit_is_a_value_and_the_next_is_read(make_repo, opened):
    repo = make_repo({"big.py": b"x" * 70_000_000, "edge.py": b"y" * 1000, "large.py": b"z" * 1001})
    found = opened(repo)
    big, edge, large = (entry.blob for entry in found.tree(repo.head).values())
    answers = list(found.blobs().read_many([big, edge, large, edge], limit=1000))
    assert answers == [
        Skipped("larger than 1000 bytes (70000000)"),
        b"y" * 1000,
        Skipped("larger than 1000 bytes (1001)"),
        b"y" * 1000,
    ]


def test_a_corrupt_object_is_a_value_and_the_next_is_read(make_repo, opened):
    repo = make_repo({"bad.py": "x = 1\n" * 100, "good.py": "y = 1\n"})
    found = opened(repo)
    bad, good = (entry.blob for entry in found.tree(repo.head).values())
    place = repo.path / ".git" / "objects" / bad[:2] / bad[2:]
    place.chmod(0o644)
    place.write_bytes(b"garbage")
    first, second, third = found.blobs().read_many([good, bad, good])
    assert (first, third) == (b"y = 1\n", b"y = 1\n")
    assert isinstance(second, Skipped)


def test_reading_from_a_repository_that_vanished_gives_values(make_repo, opened):
    repo = make_repo({"a.py": "a\n"})
    found = opened(repo)
    blob = found.tree(repo.head)["a.py"].blob
    assert found.read_blob(blob) == b"a\n"
    shutil.rmtree(repo.path)
    assert [type(answer) for answer in found.blobs().read_many([blob, blob])] == [Skipped, Skipped]


def test_answers_nobody_took_are_not_given_to_the_next(make_repo, opened):
    repo = make_repo({"a.py": "a\n", "b.py": "b\n"})
    found = opened(repo)
    a, b = (entry.blob for entry in found.tree(repo.head).values())
    reader = found.blobs()
    next(reader.read_many([a, b]))
    assert reader.read(a) == b"a\n"
    reader.close()
    assert reader.read(b) == b"b\n"
    reader.close()


def test_a_forked_worker_reads_beside_its_parent(make_repo, opened):
    repo = make_repo({"a.py": "a\n", "b.py": "b\n"})
    found = opened(repo)
    a, b = (entry.blob for entry in found.tree(repo.head).values())
    reader = found.blobs()
    assert reader.read(a) == b"a\n"
    worker = os.fork()
    if not worker:
        os._exit(0 if [reader.read(b), reader.read(a)] == [b"b\n", b"a\n"] else 1)
    assert os.waitpid(worker, 0)[1] == 0
    assert reader.read(b) == b"b\n"
    reader.close()


def test_a_partial_clone_says_which_blobs_are_missing_and_fetches_none(make_repo, opened, clone):
    repo = make_repo({"a.py": "a\n"})
    path = clone(repo, "--filter=blob:none", "--no-checkout")
    repo.git("-C", str(path), "config", "protocol.file.allow", "always")
    found = opened(path)
    blob = found.tree(repo.head)["a.py"].blob
    assert found.missing([blob]) == [blob]
    assert isinstance(found.read_blob(blob), Skipped)
    repo.git("-C", str(path), "config", "--remove-section", "remote.origin")
    assert isinstance(opened(path).read_blob(blob), Skipped)


def test_an_lfs_pointer_is_known_by_its_first_line():
    assert is_lfs_pointer(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    assert not is_lfs_pointer(b"# version https://git-lfs.github.com/spec/v1\n")


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_the_blob_id_is_gits(make_repo, object_format):
    repo = make_repo(object_format=object_format)
    assert blob_id(b"a\0b", object_format) == repo.git("hash-object", "--stdin", stdin=b"a\0b")


# The worktree


def test_a_worktree_is_what_lies_on_disk(make_repo, opened):
    repo = make_repo(
        {".gitignore": "*.log\n", "same.py": "s\n", "edited.py": "1\n", "gone.py": "g\n", "staged.py": "1\n"}
    )
    repo.write(
        {"edited.py": "2\n", "gone.py": None, "new.py": "n\n", "a.log": "no\n", "staged.py": "2\n", "added.py": "a\n"}
    )
    repo.git("add", "staged.py", "added.py")
    tree = opened(repo).worktree(everything, 1000)
    assert tree.head == repo.head
    assert {path: entry.blob for path, entry in tree.entries.items() if path != ".gitignore"} == {
        "added.py": blob_id(b"a\n"),
        "edited.py": blob_id(b"2\n"),
        "new.py": blob_id(b"n\n"),
        "same.py": blob_id(b"s\n"),
        "staged.py": blob_id(b"2\n"),
    }
    assert tree.contents[blob_id(b"2\n")] == b"2\n"
    assert tree.contents[blob_id(b"n\n")] == b"n\n"
    assert tree.skipped == {}


def test_a_change_in_the_same_tick_and_size_is_seen(make_repo, opened):
    repo = make_repo({"a.py": "x = 1\n"})
    before = (repo.path / "a.py").stat()
    index = (repo.path / ".git" / "index").stat()
    repo.write({"a.py": "x = 2\n"})
    os.utime(repo.path / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    os.utime(repo.path / ".git" / "index", ns=(index.st_atime_ns, before.st_mtime_ns))
    assert opened(repo).worktree(everything, 1000).contents == {blob_id(b"x = 2\n"): b"x = 2\n"}


def test_bytes_nobody_wants_are_not_read(make_repo, opened):
    repo = make_repo({"a.py": "x = 1\n"})
    repo.write({"b.bin": "raw", "c.py": "c\n"})
    tree = opened(repo).worktree(lambda path: path.endswith(".py"), 1000)
    assert tree.entries["b.bin"] == Entry("100644", "")
    assert set(tree.contents.values()) == {b"c\n"}


def test_line_endings_that_git_converts_are_no_change(make_repo, opened):
    repo = make_repo({".gitattributes": "*.py text eol=crlf\n", "a.py": "x = 1\ny = 2\n"})
    stored = blob_id(b"x = 1\ny = 2\n")
    repo.write({"a.py": b"x = 1\r\ny = 2\r\n"})
    tree = opened(repo).worktree(everything, 1000)
    assert tree.entries["a.py"].blob == stored
    assert stored not in tree.contents


def test_what_is_no_readable_file_is_skipped_with_its_reason(make_repo, opened):
    repo = make_repo({f"{kind}.py": "x\n" for kind in ("pipe", "socket", "folder", "loop", "huge")})
    for kind in ("pipe", "socket", "folder", "loop", "huge"):
        (repo.path / f"{kind}.py").unlink()
    os.mkfifo(repo.path / "pipe.py")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(repo.path / "socket.py"))
    repo.write({"folder.py/inside.py": "i\n", "huge.py": "x" * 2000})
    (repo.path / "loop.py").symlink_to("loop.py")
    (repo.path / "around").symlink_to(".")
    found = opened(repo)
    tree = found.worktree(everything, 1000)
    assert tree.skipped == {
        "folder.py": "a folder stands where git tracks a file",
        "huge.py": "larger than 1000 bytes (2000)",
        "pipe.py": "neither a file nor a symbolic link",
        "socket.py": "neither a file nor a symbolic link",
    }
    assert {path: entry.mode for path, entry in tree.entries.items()} == {
        "around": SYMLINK,
        "folder.py/inside.py": "100644",
        "loop.py": SYMLINK,
    }
    assert all(
        isinstance(found.read_disk(name, 1000), Skipped) for name in ("pipe.py", "loop.py", "no.py", "around/huge.py")
    )


def test_a_file_behind_a_symbolic_link_is_not_the_repositorys(make_repo, opened, tmp_path):
    repo = make_repo({"src/a.py": "inside\n"})
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.py").write_text("outside\n")
    (repo.path / "src" / "a.py").unlink()
    (repo.path / "src").rmdir()
    (repo.path / "src").symlink_to(tmp_path / "secret")
    found = opened(repo)
    tree = found.worktree(everything, 1000)
    assert {path: entry.mode for path, entry in tree.entries.items()} == {"src": SYMLINK}
    assert tree.contents == {}
    assert isinstance(found.read_disk("src/a.py", 1000), Skipped)
    assert isinstance(found.read_disk("../secret/a.py", 1000), Skipped)


def test_a_file_that_may_not_be_read_is_skipped(make_repo, opened):
    repo = make_repo({"a.py": "x\n", "closed/b.py": "x\n"})
    repo.write({"a.py": "secret\n"})
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders let no other user pass
        Path(folder).chmod(0o755)
        place = Path(shutil.copytree(repo.path, Path(folder) / "repo"))
        (place / "a.py").chmod(0)
        (place / "closed").chmod(0)
        with as_nobody(Path(folder)):
            skipped = opened(place).worktree(everything, 1000).skipped
    assert sorted(skipped) == ["a.py", "closed/b.py"]
    assert all("Permission denied" in reason for reason in skipped.values())


@contextmanager
def as_nobody(folder: Path):
    """Root may read everything, so become somebody else who owns the folder."""
    if os.geteuid():
        yield
        return
    for place in [folder, *folder.rglob("*")]:
        os.chown(place, 12345, 12345, follow_symlinks=False)
    os.seteuid(12345)
    try:
        yield
    finally:
        os.seteuid(0)


def test_submodules_and_nested_repositories_are_not_entered(make_repo, opened):
    inner = make_repo({"i.py": "i\n"}, name="inner")
    repo = make_repo({"a.py": ""})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    head = repo.commit()
    repo.git("init", "--quiet", "nested")
    repo.write({"nested/n.py": "n\n", "sub/new.py": "n\n"})
    (repo.path / "nested" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    found = opened(repo)
    assert found.tree(head)["sub"] == Entry(SUBMODULE, inner.head)
    tree = found.worktree(everything, 1000)
    assert sorted(tree.entries) == [".gitmodules", "a.py", "sub"]
    assert tree.skipped == {"nested": "a repository of its own"}
    assert opened(repo.path / "sub").root == repo.path / "sub"


def test_files_left_out_of_a_sparse_checkout_are_there(make_repo, opened):
    repo = make_repo({"in/a.py": "a\n", "out/b.py": "b\n"})
    repo.git("sparse-checkout", "set", "in")
    assert not (repo.path / "out").exists()
    found = opened(repo)
    assert found.worktree(everything, 1000).entries["out/b.py"].blob == blob_id(b"b\n")
    assert found.clean_paths(found.tree(repo.head)) == {"in/a.py"}


def test_a_file_in_conflict_is_read_from_disk(make_repo, opened):
    repo = make_repo({"a.py": "1\n"})
    repo.branch("side")
    repo.commit({"a.py": "2\n"})
    repo.switch("main")
    repo.commit({"a.py": "3\n"})
    with pytest.raises(AssertionError):
        repo.merge("side")
    content = (repo.path / "a.py").read_bytes()
    assert b"<<<<<<<" in content
    assert opened(repo).worktree(everything, 1000).contents == {blob_id(content): content}


def test_the_worktree_of_an_unborn_branch_has_no_head(make_repo, opened):
    repo = make_repo()
    repo.write({"a.py": "a\n"})
    tree = opened(repo).worktree(everything, 1000)
    assert (tree.head, list(tree.entries)) == ("", ["a.py"])


def test_clean_paths_leave_out_what_changed_on_disk_or_in_the_index(make_repo, opened):
    repo = make_repo({"same.py": "1\n", "edited.py": "1\n", "staged.py": "1\n", "gone.py": "1\n"})
    repo.write({"edited.py": "22\n", "staged.py": "22\n", "gone.py": None})
    repo.git("add", "staged.py")
    found = opened(repo)
    assert found.clean_paths(found.tree(repo.head)) == {"same.py"}


# Nothing a repository configures is run


def test_no_program_that_a_repository_names_is_started(make_repo, opened, tmp_path):
    witness = tmp_path / "witness"
    script = tmp_path / "attack"
    script.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{witness}'\ncat\nexit 0\n")
    script.chmod(0o755)
    attack = str(script)
    repo = make_repo(
        {".gitattributes": "*.py filter=evil diff=evil merge=evil\n", "a.py": "x = 1\n" * 20, "b.py": "b\n"}
    )
    first = repo.head
    repo.branch("side")
    repo.commit({"c.py": "c\n"})
    repo.switch("main")
    repo.commit({"b.py": "bb\n"})
    repo.merge("side")
    head = repo.commit({"a.py": None, "d.py": "x = 1\n" * 21})
    for name, value in {
        "core.fsmonitor": attack,
        "core.hooksPath": str(tmp_path),
        "core.pager": attack,
        "core.sshCommand": attack,
        "core.askPass": attack,
        "core.alternateRefsCommand": attack,
        "credential.helper": attack,
        "diff.external": attack,
        "diff.evil.command": attack,
        "diff.evil.textconv": attack,
        "filter.evil.clean": attack,
        "filter.evil.smudge": attack,
        "filter.evil.process": attack,
        "filter.evil.required": "true",
        "gpg.program": attack,
        "log.showSignature": "true",
        "merge.evil.driver": attack,
        "pager.log": attack,
        "pager.ls-tree": attack,
        "trailer.x.command": attack,
        "alias.log": f"!{attack}",
        "remote.origin.url": f"ext::{attack}",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "remote.origin.uploadpack": attack,
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        "uploadpack.packObjectsHook": attack,
        "log.diffMerges": "combined",
        "diff.relative": "true",
        "diff.ignoreSubmodules": "all",
        "diff.noprefix": "true",
        "color.ui": "always",
        "log.follow": "true",
        "format.pretty": "oneline",
    }.items():
        repo.git("config", name, value)
    for hook in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction", "fsmonitor-watchman"):
        (repo.path / ".git" / "hooks").mkdir(exist_ok=True)
        (repo.path / ".git" / "hooks" / hook).write_bytes(script.read_bytes())
        (repo.path / ".git" / "hooks" / hook).chmod(0o755)
    repo.write({"b.py": "on disk\n", "e.py": "e\n"})
    os.utime(repo.path / "d.py")
    index = hashlib.sha1((repo.path / ".git" / "index").read_bytes()).hexdigest()

    found = opened(repo)
    assert found.resolve("HEAD") == head
    assert found.main_line() == "refs/heads/main"
    assert sorted(found.tree(head)) == [".gitattributes", "b.py", "c.py", "d.py"]
    log = found.first_parent_log(head)
    assert [len(made.changes) for made in log.commits] == [3, 1, 1, 2]
    assert [len(made.merged) for made in log.commits] == [0, 0, 1, 0]
    assert found.renames(first, head) == {"d.py": "a.py"}
    assert len(found.changes(first, head)) == 4
    assert found.merge_bases(first, head) == (first,)
    assert sorted(found.worktree(everything, 1000).entries) == [".gitattributes", "b.py", "c.py", "d.py", "e.py"]
    assert found.clean_paths(found.tree(head)) == {".gitattributes", "c.py"}
    assert isinstance(found.read_blob("f" * 40), Skipped)
    assert found.missing(["f" * 40]) == ["f" * 40]
    assert not witness.exists(), witness.read_text()
    assert hashlib.sha1((repo.path / ".git" / "index").read_bytes()).hexdigest() == index


def test_that_attack_works_on_porcelain(make_repo, tmp_path):
    witness = tmp_path / "witness"
    repo = make_repo({"a.py": "x = 1\n"})
    repo.git("config", "core.fsmonitor", f"echo run >> '{witness}'; false")
    repo.git("status")
    assert witness.exists()
