"""Components that nobody declared: the folders of the base say where they are, on both sides of a change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

BREACH = "from app.core.x import _secret\n\nZ = _secret()\n"
OLD = "app/web/y.py -> app/core/x.py::_secret"
NEW = "app/store/z.py -> app/core/x.py::_secret"


@pytest.mark.parametrize("stored", [False, True])
def test_folders_that_come_with_a_breach_do_not_hide_it(
    make_repo: Callable,
    undeclared: SimpleNamespace,
    judged: Callable,
    found: Callable,
    plumbrule: Callable,
    tmp_path: Path,
    stored: bool,
):
    repo = make_repo(undeclared.parts)
    if stored:
        assert plumbrule(repo.path, "scan", "--quiet", "--store", str(tmp_path / "store")).code == 0
    repo.branch("topic")
    repo.commit({**undeclared.beside, "app/store/z.py": BREACH})
    code, report = judged(repo, store=tmp_path / "store")
    assert (code, report["verdict"]) == (1, "failed")
    assert found(report, "new", "reach-through") == [NEW]
    assert found(report, "known") == [OLD]
    assert found(report, "fixed") == []


def test_folders_that_go_make_nobody_guilty_of_what_they_left(
    make_repo: Callable, undeclared: SimpleNamespace, judged: Callable, found: Callable
):
    repo = make_repo({**undeclared.parts, **undeclared.beside})
    repo.branch("topic")
    repo.commit(dict.fromkeys(undeclared.beside))
    code, report = judged(repo)
    assert (code, found(report, "new")) == (0, [])


def test_code_that_moves_as_a_whole_keeps_its_components(
    make_repo: Callable, undeclared: SimpleNamespace, judged: Callable, found: Callable
):
    repo = make_repo(undeclared.parts)
    repo.branch("topic")
    (repo.path / "src").mkdir()
    repo.git("mv", "app", "src/app")
    repo.commit({"src/app/store/z.py": BREACH})
    _, report = judged(repo)
    assert found(report, "new", "reach-through") == ["src/app/store/z.py -> src/app/core/x.py::_secret"]
    assert found(report, "known") == ["src/app/web/y.py -> src/app/core/x.py::_secret"]
    assert found(report, "fixed") == []


def test_a_file_that_is_left_behind_frees_nothing_that_moved(
    make_repo: Callable, undeclared: SimpleNamespace, judged: Callable, found: Callable
):
    repo = make_repo({**undeclared.parts, "app/web/y.py": "A = 1\n" * 9, "app/left.py": "LEFT = 1\n"})
    repo.branch("topic")
    for part in ("web", "core", "store"):
        (repo.path / "lib" / part).mkdir(parents=True)
        repo.git("mv", *(path for path in undeclared.parts if path.startswith(f"app/{part}/")), f"lib/{part}")
    repo.commit({"lib/web/y.py": "A = 1\n" * 9 + "from lib.core.x import _secret\n"})
    code, report = judged(repo)
    assert (code, found(report, "new", "reach-through")) == (1, ["lib/web/y.py -> lib/core/x.py::_secret"])


def test_a_folder_inside_that_is_named_like_one_beside_is_another_component(
    make_repo: Callable,
    undeclared: SimpleNamespace,
    judged: Callable,
    found: Callable,
    plumbrule: Callable,
    tmp_path: Path,
):
    use = {"scripts/release.py": "from app.web.y import A\n", "app/web/y.py": "A = 1\n"}
    repo = make_repo(
        {**undeclared.parts, **{f"app/{part}/{n}.py": "" for part in ("web", "core") for n in range(9)}, **use}
    )
    assert plumbrule(repo.path, "scan", "--quiet", "--store", str(tmp_path / "store")).code == 0
    repo.branch("topic")
    repo.commit(
        {"app/scripts/__init__.py": "", "app/scripts/b.py": "B = 1\n", "app/web/y.py": "import app.scripts.b\nA = 1\n"}
    )
    for store in ("store", "no store"):
        code, report = judged(repo, store=tmp_path / store)
        assert (code, found(report, "new")) == (0, [])


def test_a_cycle_with_a_folder_beside_is_the_same_where_one_inside_gets_its_name(
    make_repo: Callable, undeclared: SimpleNamespace, judged: Callable, found: Callable
):
    cycle = {"scripts/release.py": "from app.web.y import A\n", "app/web/y.py": "import scripts.release\nA = 1\n"}
    repo = make_repo(
        {**undeclared.parts, **{f"app/{part}/{n}.py": "" for part in ("web", "core") for n in range(9)}, **cycle}
    )
    repo.branch("topic")
    repo.commit({"app/scripts/__init__.py": "", "app/scripts/b.py": "B = 1\n"})
    _, report = judged(repo)
    assert found(report, "known", "component-cycle") == ["/scripts -> web", "web -> /scripts"]
    assert found(report, "new") == found(report, "fixed") == []


@pytest.mark.parametrize(
    "before",
    [
        {"setup.py": "NAME = 'app'\n"},
        {"old/way/to/a.py": "A = 1\n", "old/way/to/b.py": "B = 1\n", "c.py": "C = 1\n"},
    ],
)
def test_the_first_code_with_parts_is_judged_by_its_own(
    make_repo: Callable, undeclared: SimpleNamespace, judged: Callable, found: Callable, before: dict[str, str]
):
    repo = make_repo(before)
    repo.branch("topic")
    repo.commit({**dict.fromkeys(before), **undeclared.parts})
    code, report = judged(repo)
    assert (code, found(report, "new")) == (1, [OLD])


@pytest.mark.parametrize("more", [{}, {"gamma/z.py": "import delta.c\n"}], ids=["as-it-was", "one-more-cycle"])
def test_a_folder_with_another_name_brings_no_cycle_of_components_but_its_own(
    make_repo: Callable, judged: Callable, found: Callable, more: dict[str, str]
):
    files = {f"{name}/__init__.py": f'"""All about {name}."""\n' for name in ("alpha", "beta", "gamma")}
    files |= {
        f"{name}/{part}.py": f"{name.upper()} = '{part}'\n" for name in ("alpha", "beta", "gamma") for part in "bz"
    }
    needs = {"alpha/a.py": "import beta.c\n", "beta/c.py": "Y = 1\n", "beta/d.py": "import alpha.b\nimport gamma.b\n"}
    repo = make_repo({**files, **needs})
    repo.branch("topic")
    repo.git("mv", "beta", "delta")
    repo.commit({"alpha/a.py": "import delta.c\n", **more})
    _, report = judged(repo)
    assert found(report, "new", "component-cycle") == (["delta -> gamma", "gamma -> delta"] if more else [])
    assert found(report, "known", "component-cycle") == ["alpha -> delta", "delta -> alpha"]
    assert found(report, "fixed") == []
