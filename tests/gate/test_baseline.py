"""What a baseline accepts: it may shrink by itself, and grows by a person's word alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
POLICY = "[batches]\nwindow = 60\n"


@pytest.fixture
def accepted(make_repo: Callable, plumbrule: Callable) -> Callable:
    """A shop with a cycle that its baseline accepts, standing on `topic`."""
    from tests.gate.conftest import SHOP

    def make() -> Any:
        repo = make_repo({**SHOP, **CYCLE, "plumbrule.toml": POLICY})
        assert plumbrule(repo.path, "baseline", "--quiet").code == 0
        repo.commit()
        repo.branch("topic")
        return repo

    return make


def lines(repo: Any) -> list[str]:
    """The findings that the baseline holds, without prints."""
    text = Path(repo.path, "plumbrule.baseline").read_text("utf-8")
    return [line.rpartition("\t")[0] for line in text.splitlines()[1:]]


def mended(repo: Any) -> None:
    repo.write({"shop/tax.py": "def rate() -> float:\n    return 0.2\n"})


def test_it_shrinks_without_being_asked_and_says_so(accepted: Callable, plumbrule: Callable):
    repo = accepted()
    assert lines(repo) == [
        "dependency-cycle\tshop/cart.py -> shop/tax.py",
        "dependency-cycle\tshop/tax.py -> shop/cart.py",
    ]
    mended(repo)
    repo.commit()
    answer = plumbrule(repo.path, "baseline", "--quiet")
    assert "0 accepted findings; 2 taken out, since they are gone." in answer.out
    assert lines(repo) == []


def test_it_does_not_grow_unless_a_person_says_so(accepted: Callable, plumbrule: Callable):
    repo = accepted()
    more = {"shop/a.py": "import shop.b\n\nx = shop.b\n", "shop/b.py": "import shop.a\n\ny = shop.a\n"}
    repo.commit(more)
    answer = plumbrule(repo.path, "baseline", "--quiet")
    assert "2 findings are not accepted: mend them, or accept them with --accept-new" in answer.out
    assert len(lines(repo)) == 2
    assert "2 more accepted" in plumbrule(repo.path, "baseline", "--quiet", "--accept-new").out
    assert len(lines(repo)) == 4


def test_growth_is_a_line_of_its_own_in_the_verdict(accepted: Callable, plumbrule: Callable, judged: Callable):
    repo = accepted()
    repo.commit({"shop/a.py": "import shop.b\n\nx = shop.b\n", "shop/b.py": "import shop.a\n\ny = shop.a\n"})
    plumbrule(repo.path, "baseline", "--quiet", "--accept-new")
    repo.commit()
    code, report = judged(repo)
    assert code == 1
    [grown] = [reason for reason in report["reasons"] if "grows" in reason]
    assert grown == "the baseline grows by 2 lines, such as dependency-cycle: shop/a.py -> shop/b.py"


def test_a_first_baseline_is_told(shop: Callable, plumbrule: Callable, judged: Callable):
    repo = shop({**CYCLE, "plumbrule.toml": POLICY})
    plumbrule(repo.path, "baseline", "--quiet")
    repo.commit()
    code, report = judged(repo)
    assert code == 0
    assert "the change brings the first baseline, which accepts 2 findings once it has landed" in report["reasons"]


def test_lines_of_what_is_gone_are_told_and_fail_under_strict_until_they_are_taken_out(
    accepted: Callable, plumbrule: Callable, judged: Callable, found: Callable
):
    repo = accepted()
    mended(repo)
    repo.commit()
    code, report = judged(repo)
    assert (code, len(found(report, "new", "stale-baseline"))) == (0, 2)
    code, report = judged(repo, "--strict")
    assert code == 1
    assert report["reasons"][0].startswith("2 lines of the baseline accept what is gone, under --strict")
    plumbrule(repo.path, "baseline", "--quiet")
    repo.commit()
    code, report = judged(repo, "--strict")
    assert (code, found(report, "new")) == (0, [])


def test_a_line_left_over_by_earlier_landings_fails_under_strict_too(accepted: Callable, judged: Callable):
    repo = accepted()
    repo.switch("main")
    mended(repo)
    repo.commit()
    repo.branch("later")
    repo.commit({"shop/other.py": "x = 1\n"})
    assert judged(repo)[0] == 0
    assert judged(repo, "--strict")[0] == 1


def test_a_file_that_moved_two_landings_ago_is_still_accepted(
    accepted: Callable, plumbrule: Callable, judged: Callable, found: Callable
):
    repo = accepted()
    repo.switch("main")
    for old, new in (("shop/cart.py", "shop/basket.py"), ("shop/basket.py", "shop/trolley.py")):
        repo.git("mv", old, new)
        name = new.partition("/")[2].removesuffix(".py")
        repo.write({"shop/tax.py": CYCLE["shop/tax.py"].replace("shop.cart", f"shop.{name}")})
        repo.commit()
    repo.branch("later")
    repo.commit({"shop/other.py": "x = 1\n"})
    code, report = judged(repo, "--strict")
    assert (code, found(report, "known", "stale-baseline")) == (0, [])
    answer = plumbrule(repo.path, "baseline", "--quiet")
    assert "0 taken out, since they are gone, 2 under the name that they have now" in answer.out
    repo.commit()
    code, report = judged(repo, "--strict")
    assert (code, found(report, "new")) == (0, [])
    assert lines(repo)[0] == "dependency-cycle\tshop/tax.py -> shop/trolley.py"


def test_a_function_with_another_name_keeps_its_line(make_repo: Callable, plumbrule: Callable):
    body = "".join(f"    if a > {n} and b > {n} or c > {n}:\n        a += {n}\n" for n in range(30))
    repo = make_repo({"shop/a.py": f"def total(a, b, c):\n{body}    return a\n", "plumbrule.toml": POLICY})
    plumbrule(repo.path, "baseline", "--quiet")
    repo.commit()
    before = lines(repo)
    assert any(line.endswith("shop/a.py::total") for line in before)
    repo.commit({"shop/a.py": f"def summed(a, b, c):\n{body}    return a\n"})
    repo.commit({"shop/b.py": "x = 1\n"})
    answer = plumbrule(repo.path, "baseline", "--quiet")
    assert "not accepted" not in answer.out
    assert lines(repo) == [line.replace("total", "summed") for line in before]


def test_branches_that_took_out_and_brought_lines_merge_to_what_both_mean(make_repo: Callable):
    from plumbrule.policy import Baseline, read_baseline

    def held(*numbers: int) -> str:
        return Baseline(frozenset(("layer-breach", "", f"a{n:02}.py -> b.py") for n in numbers)).text()

    repo = make_repo({"plumbrule.baseline": held(*range(0, 40, 2))})
    repo.branch("topic")
    repo.commit({"plumbrule.baseline": held(*range(4, 40, 2))})
    repo.switch("main")
    repo.commit({"plumbrule.baseline": held(*range(0, 30, 2), 31, *range(32, 38, 2))})
    repo.merge("topic")
    merged = read_baseline(Path(repo.path, "plumbrule.baseline").read_text("utf-8"), "b")
    assert merged == read_baseline(held(*range(4, 30, 2), 31, *range(32, 38, 2)), "b")


def test_what_git_could_not_merge_is_no_verdict(accepted: Callable, judged: Callable):
    repo = accepted()
    repo.switch("main")
    text = Path(repo.path, "plumbrule.baseline").read_text("utf-8")
    repo.commit({"plumbrule.baseline": f"<<<<<<< ours\n{text}=======\n>>>>>>> theirs\n"})
    repo.branch("later")
    repo.commit({"shop/other.py": "x = 1\n"})
    code, report = judged(repo)
    assert code == 2
    assert "a merge conflict is left" in report["reasons"][0]


def test_a_rule_that_may_not_be_accepted_is_neither_waived_nor_kept(
    make_repo: Callable, plumbrule: Callable, judged: Callable, found: Callable
):
    from tests.gate.conftest import SHOP

    waiver = """
[[waiver]]
rule = "dependency-cycle"
subject = "shop/cart.py -> shop/tax.py"
reason = "goes with the old checkout"
owner = "@shop"
expires = 2024-09-01
"""
    policy = "[rules.dependency-cycle]\nwaivable = false\n"
    kept = "dependency-cycle\tshop/tax.py -> shop/cart.py\n"
    repo = make_repo({**SHOP, "plumbrule.toml": policy + waiver, "plumbrule.baseline": kept})
    repo.branch("topic")
    repo.commit(CYCLE)
    code, report = judged(repo)
    assert (code, len(found(report, "new", "dependency-cycle"))) == (1, 2)
    assert found(report, "known", "forbidden-waiver") == [
        "baseline dependency-cycle: shop/tax.py -> shop/cart.py",
        "waiver dependency-cycle: shop/cart.py -> shop/tax.py",
    ]
    plumbrule(repo.path, "baseline", "--quiet", "--accept-new")
    assert [line for line in lines(repo) if line.startswith("dependency-cycle")] == []


def test_to_let_a_rule_be_accepted_again_is_a_loosening(shop: Callable, judged: Callable, found: Callable):
    policy = "[rules.dependency-cycle]\nwaivable = false\n"
    repo = shop({"plumbrule.toml": policy})
    repo.commit({"plumbrule.toml": policy.replace("false", "true")})
    code, report = judged(repo)
    assert code == 1
    assert "waivable dependency-cycle" in found(report, "new", "policy-loosened")


KNOT = (
    "def {name}(order):\n"
    + "".join(f"    {'    ' * n}for x{n} in order[{n}]:\n" for n in range(7))
    + f"{'    ' * 8}x0()\n"
)


@pytest.fixture
def knotted(make_repo: Callable, plumbrule: Callable) -> Callable:
    """A shop with a function that is too complex, which its baseline accepts, standing on `topic`."""
    from tests.gate.conftest import SHOP

    def make() -> Any:
        repo = make_repo({**SHOP, "shop/knot.py": KNOT.format(name="old"), "plumbrule.toml": POLICY})
        assert plumbrule(repo.path, "baseline", "--quiet").code == 0
        repo.commit()
        repo.branch("topic")
        return repo

    return make


@pytest.mark.parametrize(
    ("files", "subject"),
    [
        ({"shop/knot.py": KNOT.format(name="new")}, "shop/knot.py::new"),
        ({"shop/knot.py": None, "shop/bow.py": "x = 1\n\n\n" + KNOT.format(name="new")}, "shop/bow.py::new"),
    ],
    ids=["function", "function and file"],
)
def test_a_line_that_only_follows_a_new_name_is_no_growth(knotted, plumbrule, judged, found, files, subject: str):
    repo = knotted()
    assert lines(repo) == ["complexity-jump\tshop/knot.py::old"]
    repo.commit(files)
    plumbrule(repo.path, "baseline", "--quiet", "--accept-new")
    assert lines(repo) == [f"complexity-jump\t{subject}"]
    repo.commit()
    code, report = judged(repo)
    assert (code, found(report, "new")) == (0, [])
    assert not [reason for reason in report["reasons"] if "grows" in reason]


def test_a_line_for_a_copy_beside_what_was_accepted_is_growth(knotted, plumbrule, judged, found):
    repo = knotted()
    repo.commit({"shop/knot.py": KNOT.format(name="old") + "\n\n" + KNOT.format(name="new").replace("x0()", "x1()")})
    plumbrule(repo.path, "baseline", "--quiet", "--accept-new")
    repo.commit()
    code, report = judged(repo)
    assert code == 1
    assert "baseline complexity-jump: shop/knot.py::new" in found(report, "new", "policy-loosened")


def test_a_waiver_that_only_follows_a_new_name_is_no_new_one(make_repo, judged, found):
    from tests.gate.conftest import SHOP

    def waived(name: str) -> dict[str, str]:
        lasts = 'reason = "r"\nowner = "@a"\nsince = 2024-05-01\nexpires = 2024-06-01\n'
        waiver = f'[[waiver]]\nrule = "complexity-jump"\nsubject = "shop/knot.py::{name}"\n{lasts}'
        return {"shop/knot.py": KNOT.format(name=name), "plumbrule.toml": waiver}

    repo = make_repo({**SHOP, **waived("old")})
    repo.branch("topic")
    repo.commit(waived("new"))
    code, report = judged(repo, "--today", "2024-05-02")
    assert (code, found(report, "new")) == (0, [])
