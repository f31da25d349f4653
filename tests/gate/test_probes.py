"""Never a false green: what fooled other tools, and what could fool this one, tried on it for good.

`PROBES.md` beside this file says which test holds which probe.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plumbrule.measures import measures

CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
EDGES = ["shop/cart.py -> shop/tax.py", "shop/tax.py -> shop/cart.py"]
HARMLESS = {"shop/other.py": "x = 1\n"}


def test_every_test_that_the_list_of_probes_names_is_there(root: Path):
    page = (root / "tests/gate/PROBES.md").read_text("utf-8")
    named = re.findall(r"`(test_\w+)\.py::(test_\w+)`", page)
    assert len(named) > 40
    text = {path.stem: path.read_text("utf-8") for path in (root / "tests").rglob("test_*.py")}
    assert [one for one in named if f"def {one[1]}(" not in text.get(one[0], "")] == []


@pytest.fixture
def root() -> Path:
    return Path(__file__).parents[2]


# Probe 2: what was not looked at


def test_a_component_that_matches_nothing_is_a_finding_and_named(shop: Callable, judged: Callable, found: Callable):
    repo = shop({"plumbrule.toml": '[components]\ncart = "shop/cart.py"\nbill = "billing/**"\n'})
    repo.commit(HARMLESS)
    _, report = judged(repo)
    assert [s for s in found(report, "known", "dead-selector") if "bill" in s]
    assert any("billing/**" in one for one in report["coverage"]["selectors_unmatched"])


def test_a_submodule_that_is_not_there_is_told_and_what_is_imported_from_it_is_not_taken_for_found(
    shop: Callable, judged: Callable
):
    repo = shop()
    repo.write({".gitmodules": '[submodule "lib"]\npath = lib\nurl = ../lib\n'})
    repo.git("add", "--all")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},lib")
    repo.git("commit", "--quiet", "-m", "lib", environ=repo._people("A <a@b>", None, None))
    code, report = judged(repo)
    assert (code, report["coverage"]["parsed"]) == (0, 3)
    assert [(one["path"], "submodule" in one["reason"]) for one in report["coverage"]["skipped_files"]] == [
        ("lib", True)
    ]


def test_code_that_became_a_submodule_is_not_judged_where_others_need_it(shop: Callable, judged: Callable):
    repo = shop({"lib/a.py": "A = 1\n", "use.py": "from lib.a import A\n"})
    shutil.rmtree(repo.path / "lib")
    repo.git("rm", "--quiet", "-r", "--cached", "lib")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},lib")
    repo.git("commit", "--quiet", "-m", "lib", environ=repo._people("A <a@b>", None, None))
    assert judged(repo)[0] != 0


def test_a_policy_that_a_sparse_checkout_leaves_out_is_no_deleted_one(shop: Callable, judged: Callable):
    repo = shop({"plumbrule.toml": '[components]\nlib = "lib/**"\n', "lib/a.py": "x = 1\n", "lib/b.py": "y = 1\n"})
    repo.commit({"lib/a.py": "x = 2\n"})
    repo.git("sparse-checkout", "set", "--no-cone", "/lib/")
    assert not (repo.path / "plumbrule.toml").exists()
    code, report = judged(repo, "--head", "worktree")
    assert (code, report["policy"]["loosened"]) == (0, [])


@pytest.mark.parametrize("head", ["HEAD", "worktree"])
def test_a_sparse_checkout_is_judged_whole(shop: Callable, judged: Callable, found: Callable, head: str):
    repo = shop({"lib/a.py": "x = 1\n", "lib/b.py": "import lib.a\n"})
    repo.commit({"lib/a.py": "import lib.b\n"})
    repo.git("sparse-checkout", "set", "shop")
    assert not (repo.path / "lib").exists()
    code, report = judged(repo, "--head", head)
    assert (code, report["coverage"]["files"]) == (1, 5)
    assert len(found(report, "new", "dependency-cycle")) == 2


# Probe 3


def test_an_excluded_file_hands_its_users_to_nobody(shop: Callable, judged: Callable, found: Callable):
    """A tool bound what imports an excluded file to the package around it, and found cycles that are none."""
    repo = shop(
        {
            "plumbrule.toml": 'exclude = ["kit/made.py"]\n',
            "kit/__init__.py": "from kit.a import A\n",
            "kit/made.py": "M = 1\n",
            "kit/a.py": "A = 1\n",
        }
    )
    repo.commit({"kit/a.py": "from kit.made import M\n\nA = M\n"})
    code, report = judged(repo)
    assert (code, found(report, "new")) == (0, [])


# Probe 4


@pytest.mark.parametrize(
    "text",
    [
        "# from shop.cart import total\n",
        'TEXT = """\nfrom shop.cart import total\n"""\n',
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from shop.cart import total\n",
        "def late():\n    from shop.cart import total\n\n    return total\n",
    ],
    ids=["commented out", "in a string", "for types alone", "late"],
)
def test_what_is_no_import_at_start_closes_no_cycle(shop: Callable, judged: Callable, found: Callable, text: str):
    repo = shop()
    repo.commit({"shop/tax.py": f"{text}\n\ndef rate() -> float:\n    return 0.2\n"})
    code, report = judged(repo)
    assert (code, found(report, "new", "dependency-cycle")) == (0, [])


def test_a_cycle_through_a_package_that_hands_on_is_seen(shop: Callable, judged: Callable, found: Callable):
    repo = shop({"kit/__init__.py": "from kit.b import B\n", "kit/b.py": "B = 1\n", "app.py": "from kit import B\n"})
    repo.commit({"kit/b.py": "from app import B as C\n\nB = C\n"})
    code, report = judged(repo)
    assert (code, len(found(report, "new", "dependency-cycle")) >= 2) == (1, True)


# Probe 5


def test_two_branches_each_green_that_close_a_cycle_together_are_red_where_they_meet(
    shop: Callable, judged: Callable, found: Callable
):
    """What a merge queue and a platform's merge of a pull request judge: the merge itself."""
    repo = shop({"a.py": "x = 1\n", "b.py": "y = 1\n"})
    repo.commit({"a.py": "import b\n"})
    assert judged(repo)[0] == 0
    repo.branch("other", "main")
    repo.commit({"b.py": "import a\n"})
    assert judged(repo)[0] == 0
    repo.switch("main")
    repo.merge("topic")
    repo.branch("queued")
    repo.merge("other")
    code, report = judged(repo)
    assert (code, found(report, "new", "dependency-cycle")) == (1, ["a.py -> b.py", "b.py -> a.py"])


def test_two_branches_each_green_that_break_a_contract_together_are_red_where_they_meet(
    shop: Callable, judged: Callable, found: Callable
):
    """Where the use has landed first; `PROBES.md` says what is not seen in the other order."""
    repo = shop({"kit.py": "def total(a):\n    return a\n\n\ndef rate():\n    return 1\n"})
    repo.commit({"kit.py": "def rate():\n    return 1\n"})
    assert judged(repo)[0] == 0  # nobody uses it yet
    repo.branch("other", "main")
    repo.commit({"use.py": "from kit import total\n\nprint(total(1))\n"})
    assert judged(repo)[0] == 0
    repo.switch("main")
    repo.merge("other")
    repo.branch("queued")
    repo.merge("topic")
    code, report = judged(repo)
    assert (code, found(report, "new", "contract-break")) == (1, ["kit.py::total"])


def test_the_second_branch_that_adds_the_same_function_is_told_so(shop: Callable, judged: Callable, found: Callable):
    body = "".join(f"    if order[{n}] > {n}:\n        total += order[{n}] * rate\n" for n in range(8))
    same = f"def summed(order, rate):\n    total = 0\n{body}    return total\n"
    repo = shop()
    repo.commit({"shop/one.py": same})
    assert found(judged(repo)[1], "new", "duplicate-helper") == []
    repo.branch("other", "main")
    repo.commit({"shop/two.py": same})
    assert found(judged(repo)[1], "new", "duplicate-helper") == []
    repo.switch("main")
    repo.merge("topic")
    repo.branch("queued")
    repo.merge("other")
    _, report = judged(repo)
    assert found(report, "new", "duplicate-helper")


# Probe 7


def test_a_detached_head_and_a_divergent_index_change_nothing(shop: Callable, judged: Callable):
    repo = shop()
    repo.commit(CYCLE)
    told = judged(repo)
    repo.git("switch", "--quiet", "--detach", "HEAD")
    repo.write({"shop/tax.py": "def rate() -> float:\n    return 0.2\n"})
    repo.git("add", "--all")
    repo.write({"shop/cart.py": "nothing\n", "new.py": "import new\n"})
    assert judged(repo) == told
    assert told[0] == 1


def test_a_cold_linked_work_tree_under_any_name_says_the_same(shop: Callable, plumbrule: Callable, tmp_path: Path):
    repo = shop()
    repo.commit(CYCLE)
    accepted = repo.head
    assert plumbrule(repo.path, "scan", "--quiet").code == 0
    codes = [plumbrule(repo.path, "gate", "--base", "main", "--quiet").code]
    repo.git("worktree", "add", "--quiet", "--detach", tmp_path / "linked", accepted)
    codes.append(plumbrule(tmp_path / "linked", "gate", "--base", "main", "--quiet").code)
    (tmp_path / "linked").rename(tmp_path / "moved")
    repo.git("worktree", "repair", tmp_path / "moved")
    codes.append(plumbrule(tmp_path / "moved", "gate", "--base", "main", "--quiet").code)
    repo.path.rename(tmp_path / "renamed")
    codes.append(plumbrule(tmp_path / "renamed", "gate", "--base", "main", "--quiet").code)
    assert codes == [1, 1, 1, 1]


def test_a_baseline_holds_wherever_the_folder_lies(shop: Callable, judged: Callable, plumbrule: Callable, tmp_path):
    repo = shop(CYCLE)
    assert plumbrule(repo.path, "baseline", "--quiet").code == 0
    repo.switch("main")
    repo.commit({}, "accepted")
    repo.switch("topic")
    repo.git("reset", "--quiet", "--hard", "main")
    repo.commit(HARMLESS)
    repo.path = repo.path.rename(tmp_path / "elsewhere")
    assert judged(repo, "--strict")[0] == 0


# What else must not be green


def test_a_policy_for_a_newer_program_is_not_judged_and_names_both_versions(shop: Callable, judged: Callable):
    repo = shop({"plumbrule.toml": 'requires_plumbrule = ">=99.1"\n[[a_contract_of_the_future]]\nname = "x"\n'})
    repo.commit(HARMLESS)
    code, report = judged(repo)
    assert (code, report["verdict"]) == (2, "not-judged")
    assert "plumbrule >=99.1" in report["reasons"][0]
    assert "future" not in report["reasons"][0]


def test_a_change_that_asks_for_a_newer_program_would_stop_every_verdict_and_fails(shop: Callable, judged: Callable):
    repo = shop({"plumbrule.toml": "[limits]\nresolved = 0.5\n"})
    repo.commit({"plumbrule.toml": 'requires_plumbrule = ">=99.1"\n[limits]\nresolved = 0.5\n'})
    code, report = judged(repo)
    assert code == 1
    assert any("99.1" in one for one in report["policy"]["loosened"])


def test_where_every_rule_is_off_nothing_was_judged(shop: Callable, judged: Callable):
    names = [rule.stem for rule in (Path(__file__).parents[2] / "rules").glob("*/*.md")]
    repo = shop({"plumbrule.toml": "".join(f'[rules.{name}]\nseverity = "off"\n' for name in names)})
    repo.commit(CYCLE)
    code, report = judged(repo)
    assert (code, report["verdict"], report["coverage"]["rules"]) == (2, "not-judged", 0)
    assert any("no rule gave an answer" in reason for reason in report["reasons"])


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`failing("cycle_edge")`: the measure that fills this table has a fault."""

    def fail(table: str) -> None:
        def compute(_: Any) -> Any:  # Any: never returns
            raise RecursionError("too deep")

        faulty = tuple(replace(m, compute=compute) if m.table.name == table else m for m in measures())
        assert faulty != measures()
        monkeypatch.setattr("plumbrule.walk.measures", lambda: faulty)

    return fail


@pytest.mark.parametrize("scanned", [False, True])
def test_an_error_rule_whose_measure_failed_is_not_judged_and_not_empty(
    shop: Callable, judged: Callable, plumbrule: Callable, failing: Callable, tmp_path: Path, scanned: bool
):
    repo = shop()
    store = tmp_path / "store"
    if scanned:
        repo.switch("main")
        assert plumbrule(repo.path, "scan", "--quiet", "--store", str(store)).code == 0
        repo.switch("topic")
    repo.commit(CYCLE)
    failing("cycle_edge")
    code, report = judged(repo, store=store)
    assert (code, report["verdict"]) == (2, "not-judged")
    assert any("dependency-cycle" in reason and "too deep" in reason for reason in report["reasons"])


def test_a_warning_rule_whose_measure_failed_is_a_line_of_coverage(shop: Callable, judged: Callable, failing: Callable):
    repo = shop()
    repo.commit(HARMLESS)
    failing("pass_through_module")
    code, report = judged(repo)
    assert code == 0
    assert [one for one in report["coverage"]["not_measured"] if one.startswith("pass-through-module")]


def test_a_proven_violation_fails_beside_a_measure_that_did_not_run(
    shop: Callable, judged: Callable, failing: Callable
):
    use = {f"use{number}.py": "from kit import total\n\ntotal(1)\n" for number in range(3)}
    repo = shop({"kit.py": "def total(a):\n    return a\n\n\ndef rate():\n    return 1\n", **use})
    repo.commit({"kit.py": "def rate():\n    return 1\n"})
    failing("cycle_edge")
    code, report = judged(repo)
    assert (code, report["verdict"]) == (1, "failed")
    assert any("could not be judged" in reason and "cycle" in reason for reason in report["reasons"])


def test_a_store_from_another_repository_of_the_same_name_colours_nothing(
    make_repo: Callable, judged: Callable, plumbrule: Callable, tmp_path: Path
):
    """The other one has the same paths, the cycle, and is called the same."""
    other = make_repo({"a.py": "import b\n", "b.py": "import a\n", "use.py": "import a\n"}, name="x/shop")
    store = tmp_path / "store"
    assert plumbrule(other.path, "scan", "--quiet", "--store", str(store)).code == 0
    repo = make_repo({"a.py": "x = 1\n", "b.py": "import a\n"}, name="y/shop")
    repo.branch("topic")
    repo.commit({"a.py": "import b\n"})
    cold = judged(repo, store=tmp_path / "none")
    assert judged(repo, store=store) == cold
    assert cold[0] == 1


@pytest.mark.parametrize("head", ["HEAD", "worktree", ""])
@pytest.mark.parametrize("place", [".plumbrule", "cache/of/it"])
def test_a_store_that_comes_with_the_change_is_not_believed(
    shop: Callable, judged: Callable, plumbrule: Callable, head: str, place: str
):
    """It may say of these very bytes that they import nothing."""
    repo = shop()
    repo.commit(CYCLE)
    assert plumbrule(repo.path, "gate", "--base", "main", "--quiet", "--store", place).code == 1
    repo.git("add", "--force", "--all", place)
    repo.git("commit", "--quiet", "-m", "a store", environ=repo._people("A <a@b>", None, None))
    how = ("--head", head) if head else ("--staged",)
    code, report = judged(repo, *how, store=repo.path / place)
    assert (code, report["verdict"]) == (1, "failed")
    assert "dependency-cycle" in {finding["rule"] for finding in report["findings"] if finding["state"] == "new"}


def test_a_store_behind_a_link_that_comes_with_the_change_is_not_believed(shop: Callable, judged: Callable):
    repo = shop()
    (repo.path / ".plumbrule").symlink_to("fixtures")
    repo.commit({"fixtures/CURRENT": "1\n"})
    code, report = judged(repo, store=repo.path / ".plumbrule")
    assert (code, [finding["rule"] for finding in report["findings"]]) == (1, ["policy-loosened"])


def test_code_cannot_hide_in_a_folder_that_is_called_like_a_store(shop: Callable, judged: Callable):
    repo = shop({"web/a.ts": "export const a = 1;\n"})
    repo.commit({"web/.plumbrule/b.ts": 'import { a } from "../a";\n', "web/a.ts": 'export * from "./.plumbrule/b";\n'})
    code, report = judged(repo)
    assert (code, report["verdict"]) == (2, "not-judged")
    assert any("web/.plumbrule/b.ts" in reason for reason in report["reasons"])
