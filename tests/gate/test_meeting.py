"""A change that has not seen what landed meanwhile: what it asks for anew, and what others took away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

KIT = "def total(a):\n    return a\n\n\ndef rate():\n    return 1\n"
LESS = "def rate():\n    return 1\n"
USE = {"use.py": "from kit import total\n\nprint(total(1))\n"}


@pytest.fixture
def crossed(shop: Callable) -> Callable:
    """`crossed(start, ours, theirs)`: on `topic` with `ours`, while `main` has gone on to `theirs`."""

    def make(start: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Any:  # Any: a Builder
        repo = shop(start)
        repo.commit(ours)
        repo.switch("main")
        repo.commit(theirs)
        repo.switch("topic")
        return repo

    return make


def missing(judged: Callable, found: Callable, repo: Any, *more: str) -> tuple[int, list[str]]:
    code, report = judged(repo, *more)
    return code, found(report, "new", "missing-name")


def test_a_new_import_of_a_name_that_landed_as_removed_is_red_before_the_merge(crossed, judged, found):
    repo = crossed({"kit.py": KIT}, USE, {"kit.py": LESS})
    code, report = judged(repo)
    assert (code, found(report, "new", "missing-name")) == (1, ["use.py -> kit.py::total"])
    (told,) = [one for one in report["findings"] if one["rule"] == "missing-name"]
    assert (told["line"], "the tip of the base" in told["message"]) == (1, True)


def test_it_is_the_same_finding_in_the_merge_and_after_a_rebase(crossed, judged, found):
    repo = crossed({"kit.py": KIT}, USE, {"kit.py": LESS})
    repo.merge("main")
    assert missing(judged, found, repo) == (1, ["use.py -> kit.py::total"])
    repo.branch("again", "main")
    repo.commit(USE)
    assert missing(judged, found, repo) == (1, ["use.py -> kit.py::total"])


def test_the_work_tree_and_the_index_meet_the_tip_as_a_commit_does(crossed, judged, found):
    repo = crossed({"kit.py": KIT}, {"note.md": "x"}, {"kit.py": LESS})
    repo.write(USE)
    assert missing(judged, found, repo, "--head", "worktree") == (1, ["use.py -> kit.py::total"])
    repo.git("add", "--all")
    assert missing(judged, found, repo, "--staged") == (1, ["use.py -> kit.py::total"])


@pytest.mark.parametrize(
    ("start", "ours", "theirs", "subject"),
    [
        ({"kit.py": KIT}, {"use.py": "import kit\n\nkit.total(1)\n"}, {"kit.py": LESS}, "use.py -> kit.py::total"),
        ({"kit.py": KIT}, USE, {"kit.py": None}, "use.py -> kit.py"),
        (
            {"kit.py": KIT, "hands/__init__.py": "from .inner import *\n", "hands/inner.py": "from kit import total\n"},
            {"use.py": "from hands import total\n"},
            {"hands/inner.py": "x = 1\n"},
            "use.py -> hands/__init__.py::total",
        ),
        (
            {"kit.ts": "export const total = 1;\nexport const rate = 2;\n"},
            {"use.ts": 'import { total } from "./kit";\nconsole.log(total);\n'},
            {"kit.ts": "export const rate = 2;\n"},
            "use.ts -> kit.ts::total",
        ),
        (
            {"kit.py": KIT},  # both edit the file that is asked, in other places
            {**USE, "kit.py": KIT + "\n\ndef more():\n    return 3\n"},
            {"kit.py": LESS},
            "use.py -> kit.py::total",
        ),
        (
            {"kit.py": KIT},  # the change moves it and others edit it
            {"use.py": "from box import total\n", "kit.py": None, "box.py": KIT},
            {"kit.py": LESS},
            "use.py -> box.py::total",
        ),
    ],
    ids=["member", "file", "handed on", "typescript", "both edit", "moved by us"],
)
def test_what_is_asked_for_in_vain_after_the_merge_is_told(crossed, judged, found, start, ours, theirs, subject):
    repo = crossed(start, ours, theirs)
    assert missing(judged, found, repo) == (1, [subject])


@pytest.mark.parametrize(
    ("start", "ours", "theirs"),
    [
        ({"kit.py": KIT}, USE, {"kit.py": KIT.replace("return 1", "return 2")}),
        ({"kit.py": KIT}, USE, {"kit.py": "from new import total\n", "new.py": KIT}),
        ({"kit.py": KIT}, USE, {"kit.py": None, "kit/__init__.py": KIT}),
        ({"kit.py": KIT}, {"use.py": "from kit import rate\n"}, {"kit.py": LESS}),
        ({"kit.py": KIT}, USE, {"kit.py": "def __getattr__(name):\n    return 1\n"}),
        (
            {"kit.py": KIT},
            {"use.py": "try:\n    from kit import total\nexcept ImportError:\n    total = None\n"},
            {"kit.py": LESS},
        ),
        # What was asked for at the start is missed at the tip already, and is not this change's doing.
        (
            {"kit.py": KIT, "use.py": "from kit import total\n\nx = 1\n\n\ny = 2\n"},
            {"use.py": "from kit import total\n\nx = 1\n\n\ny = 3\n"},
            {"kit.py": LESS},
        ),
        # Others mended it where the change edits another place.
        (
            {"kit.py": KIT, "use.py": "from kit import total\n\nx = 1\n\n\ny = 2\n"},
            {"use.py": "from kit import total\n\nx = 1\n\n\ny = 3\n"},
            {"kit.py": LESS, "use.py": "\nx = 1\n\n\ny = 2\n"},
        ),
        (
            {"kit.py": KIT},
            {**USE, "kit.py": LESS, "box.py": KIT, "use.py": "from box import total\n"},
            {"kit.py": LESS},
        ),
    ],
    ids=["edited", "handed on", "now a package", "another name", "at run time", "optional", "old", "mended", "ours"],
)
def test_what_others_did_and_takes_nothing_from_the_change_is_no_finding(crossed, judged, found, start, ours, theirs):
    repo = crossed(start, ours, theirs)
    assert missing(judged, found, repo) == (0, [])


def test_what_cannot_be_merged_without_a_person_is_told_and_judged_as_the_change_has_it(crossed, judged, found):
    mine = KIT.replace("return a\n", "return a + 1\n")
    repo = crossed({"kit.py": KIT}, {**USE, "kit.py": mine}, {"kit.py": LESS})
    code, report = judged(repo)
    assert (code, found(report, "new", "missing-name")) == (0, [])
    assert [one for one in report["reasons"] if "kit.py conflicts with the tip of the base" in one]


def test_no_merge_driver_of_the_repository_is_run(crossed, judged, found, tmp_path):
    start = {"kit.py": KIT, ".gitattributes": "*.py merge=evil\n"}
    repo = crossed(start, {**USE, "kit.py": KIT + "\n\ndef more():\n    return 3\n"}, {"kit.py": LESS})
    repo.git("config", "merge.evil.driver", f"touch {tmp_path}/ran")
    assert missing(judged, found, repo) == (1, ["use.py -> kit.py::total"])
    assert not (tmp_path / "ran").exists()


def test_a_store_says_the_same(crossed, judged, found, plumbrule, tmp_path):
    repo = crossed({"kit.py": KIT}, USE, {"note.md": "nothing yet\n"})
    repo.switch("main")
    repo.git("reset", "--quiet", "--hard", "HEAD~1")
    store = tmp_path / "store"
    assert plumbrule(repo.path, "scan", ".", "--store", str(store), "--quiet").code == 0
    repo.commit({"kit.py": LESS})
    repo.switch("topic")
    code, report = judged(repo, store=store)
    assert (code, found(report, "new", "missing-name")) == (1, ["use.py -> kit.py::total"])
    assert report["coverage"]["files"] == judged(repo)[1]["coverage"]["files"]


def test_what_is_missing_at_the_base_already_is_known(shop, judged, found):
    repo = shop({"old.py": "from shop.tax import never\n"})
    repo.commit({"old.py": "x = 1\nfrom shop.tax import never\n"})
    code, report = judged(repo)
    assert (code, found(report, "new"), found(report, "known", "missing-name")) == (
        0,
        [],
        ["old.py -> shop/tax.py::never"],
    )


def test_a_file_that_asked_in_vain_and_moves_brings_nothing_new(shop, judged, found):
    repo = shop({"old.py": "from shop.tax import never\n\n\ndef f():\n    return never\n"})
    repo.git("mv", "old.py", "new.py")
    repo.commit()
    code, report = judged(repo)
    assert (code, found(report, "new")) == (0, [])


def test_what_a_change_takes_from_its_users_is_told_once(shop, judged, found):
    repo = shop()
    repo.commit({"shop/tax.py": "def rates():\n    return 0.2\n"})
    code, report = judged(repo)
    assert (code, found(report, "new")) == (1, ["shop/tax.py::rate"])
