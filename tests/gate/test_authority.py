"""Whose word counts: policy, rules, baseline and waivers come from the tip of the base (DESIGN, law 4)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
OFF = '[rules.dependency-cycle]\nseverity = "off"\n'
LAYERS = """\
[components]
web = "web/**"
domain = "domain/**"

[[layers]]
name = "top down"
order = ["web", "domain"]
reason = "The domain must be testable without a browser."
"""
WEB = {
    "web/__init__.py": "",
    "web/page.py": "from domain.order import pay\n\n\ndef show() -> None:\n    pay()\n",
    "domain/__init__.py": "",
    "domain/order.py": "def pay() -> None:\n    print()\n",
    "domain/stock.py": "def count() -> int:\n    return 1\n",
}
UPWARDS = {"domain/stock.py": "import web.page\n\n\ndef count() -> int:\n    return len(str(web.page))\n"}
WAIVER = """\
[[waiver]]
rule = "dependency-cycle"
subject = "shop/cart.py -> shop/tax.py"
reason = "goes with the old checkout"
owner = "@shop"
expires = 2027-03-31

[[waiver]]
rule = "dependency-cycle"
subject = "shop/tax.py -> shop/cart.py"
reason = "goes with the old checkout"
owner = "@shop"
expires = 2027-03-31
"""
OWN_RULE = """\
---
id: no-prints
title: Files called print
severity: error
---
A printer belongs elsewhere.

## What to do instead
Move {path}.

## Finds
```sql
SELECT repo, path AS subject, path, 1 AS line FROM now.file WHERE path LIKE '%print%'
```

## Bad
```files
--- print.py
x = 1
```

## Good
```files
--- a.py
x = 1
```
"""


def loosenings(report: dict[str, Any]) -> list[str]:
    return [f["subject"] for f in report["findings"] if f["rule"] == "policy-loosened" and f["state"] == "new"]


def test_a_rule_that_landed_meanwhile_binds_an_old_branch(shop: Callable, judged: Callable, found: Callable):
    repo = shop(WEB)
    repo.commit(UPWARDS)
    repo.switch("main")
    tip = repo.commit({"plumbrule.toml": LAYERS})
    repo.switch("topic")
    code, report = judged(repo)
    assert code == 1
    assert found(report, "new", "layer-breach") == ["domain/stock.py -> web/page.py"]
    assert (report["policy"]["path"], report["policy"]["commit"]) == ("plumbrule.toml", tip)


def test_an_old_branch_that_never_touched_the_policy_loosens_nothing(shop: Callable, judged: Callable):
    repo = shop({**WEB, "plumbrule.toml": LAYERS})
    repo.commit({"shop/other.py": "x = 1\n"})
    repo.switch("main")
    repo.commit({"plumbrule.toml": LAYERS + '\n[[forbid]]\nfrom = "domain"\nto = "web"\n\n[limits]\nparsed = 1.0\n'})
    repo.switch("topic")
    code, report = judged(repo)
    assert (code, loosenings(report), report["policy"]["loosened"]) == (0, [], [])


def test_a_branch_from_before_the_first_policy_loosens_nothing(shop: Callable, judged: Callable):
    repo = shop(WEB)
    repo.commit({"shop/other.py": "x = 1\n"})
    repo.switch("main")
    repo.commit({"plumbrule.toml": LAYERS})
    repo.switch("topic")
    code, report = judged(repo)
    assert (code, loosenings(report)) == (0, [])


def test_what_the_base_loosened_itself_is_not_held_against_a_change_that_merged_it(shop: Callable, judged: Callable):
    repo = shop({**WEB, "plumbrule.toml": LAYERS})
    repo.switch("main")
    repo.commit({"plumbrule.toml": LAYERS + "\n" + OFF})
    repo.switch("topic")
    repo.merge("main")
    repo.commit({"shop/other.py": "x = 1\n"})
    _, report = judged(repo)
    assert loosenings(report) == []


def test_a_change_cannot_switch_a_rule_off_for_itself(shop: Callable, judged: Callable, found: Callable):
    repo = shop({"plumbrule.toml": "[batches]\nwindow = 60\n"})
    repo.commit({**CYCLE, "plumbrule.toml": OFF})
    code, report = judged(repo)
    assert code == 1
    assert len(found(report, "new", "dependency-cycle")) == 2
    assert loosenings(report) == ["severity dependency-cycle"]
    assert report["policy"]["loosened"]


def test_a_change_cannot_waive_itself(shop: Callable, judged: Callable, found: Callable):
    repo = shop({"plumbrule.toml": "[batches]\nwindow = 60\n"})
    repo.commit({**CYCLE, "plumbrule.toml": WAIVER})
    code, report = judged(repo)
    assert code == 1
    assert len(found(report, "new", "dependency-cycle")) == 2
    assert len(loosenings(report)) == 2


def test_a_waiver_of_the_base_waives_until_its_day_and_no_longer(shop: Callable, judged: Callable, found: Callable):
    repo = shop({"plumbrule.toml": WAIVER})
    repo.commit(CYCLE)
    code, report = judged(repo)
    assert (code, len(found(report, "waived", "dependency-cycle"))) == (0, 2)
    code, report = judged(repo, "--today", "2027-04-01")
    assert (code, len(found(report, "new", "dependency-cycle"))) == (1, 2)
    assert len(found(report, "new", "expired-waiver") + found(report, "known", "expired-waiver")) == 2


def test_a_change_cannot_accept_itself_by_a_baseline(shop: Callable, judged: Callable, found: Callable):
    accepted = "dependency-cycle\tshop/cart.py -> shop/tax.py\n"
    repo = shop({"plumbrule.toml": "[batches]\nwindow = 60\n", "plumbrule.baseline": "# nothing\n"})
    repo.commit({**CYCLE, "plumbrule.baseline": accepted})
    code, report = judged(repo)
    assert (code, len(found(report, "new", "dependency-cycle"))) == (1, 2)
    assert loosenings(report) == ["baseline dependency-cycle: shop/cart.py -> shop/tax.py"]


def test_a_baseline_of_the_base_accepts(shop: Callable, judged: Callable, found: Callable):
    accepted = "dependency-cycle\tshop/cart.py -> shop/tax.py\ndependency-cycle\tshop/tax.py -> shop/cart.py\n"
    repo = shop({"plumbrule.baseline": accepted, "plumbrule.toml": "[batches]\nwindow = 60\n"})
    repo.commit(CYCLE)
    code, report = judged(repo, "--strict")
    assert (code, len(found(report, "known", "dependency-cycle"))) == (0, 2)


def test_strict_fails_on_what_a_baseline_does_not_hold(shop: Callable, judged: Callable):
    repo = shop({**CYCLE, "plumbrule.toml": "[batches]\nwindow = 60\n", "plumbrule.baseline": "# nothing\n"})
    repo.commit({"shop/other.py": "x = 1\n"})
    assert judged(repo)[0] == 0
    code, report = judged(repo, "--strict")
    assert code == 1
    assert report["reasons"] == ["2 known findings at or over error missing from the baseline, under --strict"]
    repo.git("switch", "--quiet", "main")
    repo.commit({"plumbrule.baseline": "dependency-cycle\tshop/cart.py -> shop/tax.py\n"})
    repo.branch("more")
    repo.commit({"shop/other.py": "x = 1\n"})
    _, report = judged(repo, "--strict")
    assert report["reasons"] == ["1 known finding at or over error missing from the baseline, under --strict"]


def test_a_rule_that_a_baseline_names_and_nobody_knows_is_told_with_the_nearest_name(shop: Callable, judged: Callable):
    accepted = "dependency-cicle\tshop/cart.py -> shop/tax.py\nzzz\tshop/tax.py\nzzz\tshop/cart.py\n"
    repo = shop({"plumbrule.toml": "[batches]\nwindow = 60\n", "plumbrule.baseline": accepted})
    repo.commit({"shop/other.py": "x = 1\n"})
    code, report = judged(repo)
    assert code == 0
    assert report["reasons"] == [
        "nothing new at or over error",
        "1 line of the baseline names the rule 'dependency-cicle', and there is none of that name\n"
        "did you mean 'dependency-cycle'?",
        "2 lines of the baseline name the rule 'zzz', and there is none of that name\n"
        "`plumbrule baseline` writes it anew.",
    ]


def test_a_baseline_may_name_a_rule_as_it_was_called_formerly(shop: Callable, judged: Callable):
    rule = OWN_RULE.replace("severity: error\n", "severity: error\nformerly: [no-paper]\n")
    repo = shop({
        "plumbrule.toml": 'rules = ["architecture/rules"]\n', "architecture/rules/no-prints.md": rule,
        "shop/print.py": "x = 1\n", "plumbrule.baseline": "no-paper\tshop/print.py\n",
    })  # fmt: skip
    repo.commit({"shop/other.py": "x = 1\n"})
    code, report = judged(repo, "--strict")
    assert (code, report["reasons"]) == (0, ["nothing new at or over error"])


def test_strict_without_a_baseline_is_no_stricter(shop: Callable, judged: Callable):
    repo = shop(CYCLE)
    repo.commit({"shop/other.py": "x = 1\n"})
    assert judged(repo, "--strict")[0] == 0


def test_a_first_policy_is_reported_now_and_binds_once_it_landed(shop: Callable, judged: Callable):
    repo = shop({**WEB, **UPWARDS})
    repo.commit({"plumbrule.toml": LAYERS})
    code, report = judged(repo)
    assert (code, report["policy"]["path"]) == (0, "")
    assert any("first policy" in reason for reason in report["reasons"])
    assert loosenings(report) == []
    assert report["ahead"] == []


@pytest.mark.parametrize("head", ["HEAD", "worktree"])
def test_what_a_first_policy_finds_in_its_own_change_is_told_and_fails_nothing(
    shop: Callable, judged: Callable, plumbrule: Callable, head: str
):
    repo = shop({**WEB, **CYCLE})
    change = {"plumbrule.toml": LAYERS, **UPWARDS, "shop/other.py": "x = 1\n"}
    (repo.commit if head == "HEAD" else repo.write)(change)
    code, report = judged(repo, "--head", head)
    assert (code, report["verdict"], report["counts"]["error"]) == (0, "passed", 0)
    assert [(f["rule"], f["subject"]) for f in report["ahead"]] == [("layer-breach", "domain/stock.py -> web/page.py")]
    told = plumbrule(repo.path, "gate", "--base", "main", "--head", head, "--quiet").out
    assert "layer-breach (error): domain/stock.py:1" in told
    assert judged(repo, "--head", head, "--policy-from", "head")[1]["ahead"] == []


def test_a_first_policy_that_cannot_be_read_is_told(shop: Callable, judged: Callable):
    repo = shop(WEB)
    repo.commit({"plumbrule.toml": "[rules\n"})
    code, report = judged(repo)
    assert code == 0
    assert any("first policy" in reason and "not TOML" in reason for reason in report["reasons"])


def test_a_broken_policy_at_the_base_is_not_judged(shop: Callable, judged: Callable):
    repo = shop({"plumbrule.toml": "[rules\n"})
    repo.commit({"shop/other.py": "x = 1\n"})
    code, report = judged(repo)
    assert (code, report["verdict"]) == (2, "not-judged")
    assert "plumbrule.toml" in report["reasons"][0]


def test_a_report_without_a_judgement_says_nothing_of_a_policy_that_it_did_not_see(
    shop: Callable, judged: Callable, plumbrule: Callable
):
    repo = shop({"plumbrule.toml": "[rules\n"})
    repo.commit({"shop/other.py": "x = 1\n"})
    for base in ("main", "mian"):
        assert judged(repo, base=base)[1]["policy"]["known"] is False
        assert "defaults" not in plumbrule(repo.path, "gate", "--base", base, "--quiet").out


def test_a_broken_policy_in_the_change_is_a_loosening(shop: Callable, judged: Callable):
    repo = shop({"plumbrule.toml": LAYERS, **WEB})
    repo.commit({"plumbrule.toml": "[rules\n"})
    code, report = judged(repo)
    assert code != 2
    assert len(loosenings(report)) == 1


def test_a_deleted_policy_is_a_loosening_and_still_binds(shop: Callable, judged: Callable, found: Callable):
    repo = shop({"plumbrule.toml": LAYERS, **WEB})
    repo.commit({"plumbrule.toml": None, **UPWARDS})
    code, report = judged(repo)
    assert (code, found(report, "new", "layer-breach")) == (1, ["domain/stock.py -> web/page.py"])
    assert len(loosenings(report)) == 1


ALONE = '[rules.oversized-file]\nseverity = "error"\n\n[components]\nshop = "shop/**"\n'


@pytest.mark.parametrize(
    "change",
    [
        {"plumbrule.toml": None},
        {"plumbrule.toml": "[rules\n"},
        {"plumbrule.toml": ALONE.replace('"error"', '"off"')},
        {"plumbrule.toml": 'exclude = ["shop/cart.py"]\n' + ALONE},
        {"plumbrule.toml": ALONE.replace("shop/**", "shop/tax.py")},
        {"plumbrule.toml": ALONE + "[limits]\nresolved = 0.1\n"},
        {"plumbrule.toml": ALONE + WAIVER},
        {"plumbrule.baseline": "dependency-cycle\ta.py -> b.py\n"},
    ],
)
def test_a_loosening_needs_a_person_even_if_nothing_else_is_wrong(
    shop: Callable, judged: Callable, change: dict[str, str | None]
):
    repo = shop({"plumbrule.toml": ALONE, "plumbrule.baseline": "# nothing\n"})
    repo.commit(change)
    code, report = judged(repo)
    assert (code, report["verdict"]) == (1, "failed")
    assert loosenings(report)
    assert {f["rule"] for f in report["findings"] if f["state"] == "new" and f["severity"] == "error"} == {
        "policy-loosened"
    }


def test_a_base_that_leaves_loosenings_to_its_platform_only_tells_them(shop: Callable, judged: Callable):
    trusting = ALONE + '\n[rules.policy-loosening]\nseverity = "warning"\n'
    repo = shop({"plumbrule.toml": trusting})
    repo.commit({"plumbrule.toml": trusting.replace('"error"', '"off"')})
    code, report = judged(repo)
    assert (code, loosenings(report)) == (0, ["severity oversized-file"])
    repo = shop({"plumbrule.toml": ALONE}, name="strict")
    repo.commit({"plumbrule.toml": trusting.replace('"error"', '"off"')})
    code, report = judged(repo)
    assert (code, loosenings(report)) == (1, ["severity oversized-file", "severity policy-loosened"])


@pytest.mark.parametrize("head", ["HEAD", "worktree"])
def test_what_moved_with_its_policy_baseline_and_waivers_passes(shop: Callable, judged: Callable, head: str):
    policy = LAYERS + "\n" + WAIVER.replace("shop/cart.py -> shop/tax.py", "domain/stock.py -> web/page.py").replace(
        'rule = "dependency-cycle"', 'rule = "layer-breach"', 1
    ).partition("\n\n")[0]  # fmt: skip
    accepted = "dependency-cycle\tdomain/stock.py -> web/page.py\n"
    body = "\n\ndef more(amount: int) -> int:\n    return amount * 12 + amount // 12\n"  # git must see what moved
    files = {path: text and text + body for path, text in {**WEB, **UPWARDS}.items()}
    before = {**files, "plumbrule.toml": policy, "plumbrule.baseline": accepted}
    repo = shop(before)
    gone = dict.fromkeys(path for path in before if path.startswith(("web/", "domain/")))
    moved = {
        f"app/{path}": text.replace("from domain", "from app.domain").replace("import web", "import app.web")
        for path, text in before.items() if path in gone
    }  # fmt: skip
    law = {
        "plumbrule.toml": policy.replace('"web/', '"app/web/')
        .replace('"domain/', '"app/domain/')
        .replace("> web/", "> app/web/"),
        "plumbrule.baseline": accepted.replace("domain/", "app/domain/").replace("web/", "app/web/"),
    }
    change = {**gone, **moved, "app/__init__.py": "", **law}
    if head == "HEAD":
        repo.commit(change)
    else:
        repo.write(change)
    code, report = judged(repo, "--head", head)
    assert (code, loosenings(report)) == (0, []), [f["message"] for f in report["findings"]]


def test_a_policy_deleted_from_the_work_tree_is_a_loosening(shop: Callable, judged: Callable):
    repo = shop({"plumbrule.toml": LAYERS, **WEB})
    repo.write({"plumbrule.toml": None})
    _, report = judged(repo, "--head", "worktree")
    assert len(loosenings(report)) == 1


@pytest.mark.parametrize("given", [False, True])
def test_a_policy_given_by_its_path_is_read_from_the_base_too(
    shop: Callable, judged: Callable, found: Callable, given: bool
):
    repo = shop({"architecture/plumbrule.toml": LAYERS, **WEB})
    repo.commit({"architecture/plumbrule.toml": None if given else "[batches]\nwindow = 60\n", **UPWARDS})
    code, report = judged(repo, "--policy", "architecture/plumbrule.toml")
    assert (code, found(report, "new", "layer-breach")) == (1, ["domain/stock.py -> web/page.py"])
    assert loosenings(report)


def test_a_policy_path_that_is_nowhere_is_not_judged(shop: Callable, judged: Callable):
    repo = shop()
    code, report = judged(repo, "--policy", "architecture/plumbrule.toml")
    assert (code, report["verdict"]) == (2, "not-judged")


def test_the_change_can_be_previewed_under_its_own_policy(
    shop: Callable, judged: Callable, found: Callable, plumbrule: Callable
):
    repo = shop({**WEB, **UPWARDS, "plumbrule.toml": "[batches]\nwindow = 60\n"})
    repo.commit({"plumbrule.toml": LAYERS})
    _, report = judged(repo, "--policy-from", "head")
    assert report["policy"]["preview"] is True
    assert found(report, "new", "layer-breach") + found(report, "known", "layer-breach")
    assert "preview" in plumbrule(repo.path, "gate", "--base", "main", "--policy-from", "head").out.splitlines()[0]


def test_a_policy_in_another_repository_counts_as_its_main_line_has_it(
    shop: Callable, make_repo: Callable, judged: Callable, found: Callable
):
    law = make_repo({"plumbrule.toml": LAYERS}, name="law")
    repo = shop(WEB)
    repo.commit(UPWARDS)
    law.branch("sneaky")
    law.commit({"plumbrule.toml": "[batches]\nwindow = 60\n"})
    code, report = judged(repo, "--policy", str(law.path / "plumbrule.toml"))
    assert (code, found(report, "new", "layer-breach")) == (1, ["domain/stock.py -> web/page.py"])
    assert report["policy"]["commit"] == law.git("rev-parse", "main")


def test_a_policy_that_another_repository_never_committed_is_not_judged(
    shop: Callable, make_repo: Callable, judged: Callable
):
    law = make_repo({"README": "law\n"}, name="law")
    law.write({"plumbrule.toml": LAYERS})
    repo = shop(WEB)
    repo.commit(UPWARDS)
    code, report = judged(repo, "--policy", str(law.path / "plumbrule.toml"))
    assert code == 2
    assert "not committed" in report["reasons"][0]


def test_own_rules_come_from_the_base(shop: Callable, judged: Callable, found: Callable):
    policy = 'rules = ["architecture/rules"]\n'
    rules = {"architecture/rules/no-prints.md": OWN_RULE, "architecture/rules/README.md": "Our rules.\n"}
    repo = shop({"plumbrule.toml": policy, **rules})
    repo.commit({"shop/print.py": "x = 1\n"})
    code, report = judged(repo)
    assert (code, found(report, "new", "no-prints")) == (1, ["shop/print.py"]), report["reasons"]


@pytest.mark.parametrize(
    "weakened",
    [
        None,
        OWN_RULE.replace("severity: error", "severity: info"),
        OWN_RULE.replace("WHERE path LIKE", "WHERE false AND path LIKE"),
    ],
)
def test_an_own_rule_that_the_change_weakens_still_binds_and_is_a_loosening(
    shop: Callable, judged: Callable, found: Callable, weakened: str | None
):
    policy = 'rules = ["architecture/rules"]\n'
    other = OWN_RULE.replace("no-prints", "no-others").replace("%print%", "%nothing%")
    repo = shop({
        "plumbrule.toml": policy, "architecture/rules/no-prints.md": OWN_RULE, "architecture/rules/no-others.md": other,
    })  # fmt: skip
    repo.commit({"shop/print.py": "x = 1\n", "architecture/rules/no-prints.md": weakened})
    code, report = judged(repo)
    assert (code, found(report, "new", "no-prints")) == (1, ["shop/print.py"]), report["reasons"]
    assert loosenings(report) == ["rule no-prints"]


def test_a_setting_that_says_what_the_rule_ships_with_loosens_nothing(shop: Callable, judged: Callable):
    repo = shop({"plumbrule.toml": "[batches]\nwindow = 60\n"})
    repo.commit({"plumbrule.toml": '[rules.oversized-file]\nseverity = "warning"\n'})
    _, report = judged(repo)
    assert loosenings(report) == []


def test_an_excluded_file_is_not_analysed_at_all(shop: Callable, judged: Callable):
    repo = shop({"plumbrule.toml": 'exclude = ["third_party/**"]\n', "third_party/a.py": "import third_party.b\n"})
    repo.commit({"third_party/b.py": "import third_party.a\n", "shop/use.py": "import third_party.a\n"})
    code, report = judged(repo)
    assert (code, report["coverage"]["files"]) == (0, 4)


def test_an_expired_waiver_names_nothing_new_when_the_base_had_it(shop: Callable, judged: Callable, found: Callable):
    repo = shop({**CYCLE, "plumbrule.toml": WAIVER})
    repo.commit({"shop/other.py": "x = 1\n"})
    code, report = judged(repo, "--today", "2027-04-01")
    assert (code, found(report, "new", "dependency-cycle")) == (0, [])


def test_the_policy_above_the_repository_governs_where_the_base_has_none(
    shop: Callable, judged: Callable, found: Callable, tmp_path: Path
):
    (tmp_path / "plumbrule.toml").write_text(LAYERS)
    repo = shop(WEB)
    repo.commit(UPWARDS)
    code, report = judged(repo)
    assert (code, found(report, "new", "layer-breach")) == (1, ["domain/stock.py -> web/page.py"])


def test_without_a_base_the_remote_s_default_branch_is_it(shop: Callable, plumbrule: Callable, tmp_path: Path):
    repo = shop()
    repo.switch("main")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", repo.path, clone], check=True)
    assert plumbrule(clone, "gate", "--quiet").code == 0
    answer = plumbrule(repo.path, "gate", "--quiet")
    assert answer.code == 2
    assert "--base" in answer.out


FORBID = """\
[components]
domain = "src/domain/**"
infra = "src/infra/**"

[[forbid]]
from = "domain"
to = "infra"
"""


@pytest.mark.parametrize("adapted", [True, False], ids=["with its policy", "past its policy"])
@pytest.mark.parametrize("head", ["HEAD", "worktree"])
def test_code_that_moves_takes_its_contracts_along(
    shop: Callable, judged: Callable, found: Callable, adapted: bool, head: str
):
    database = "def connect(url: str) -> str:\n    return url\n\n\ndef close(url: str) -> None:\n    print(url)\n"
    repo = shop({"plumbrule.toml": FORBID, "src/infra/db.py": database, "src/domain/sales.py": "x = 1\n"})
    change: dict[str, str | None] = {
        "src/infra/db.py": None,
        "src/plumbing/db.py": database,
        "src/domain/sales.py": "from plumbing.db import connect\n\nx = connect\n",
    }
    if adapted:
        change["plumbrule.toml"] = FORBID.replace("src/infra/", "src/plumbing/")
    (repo.commit if head == "HEAD" else repo.write)(change)
    code, report = judged(repo, "--head", head)
    assert (code, found(report, "new", "forbidden-dependency")) == (1, ["src/domain/sales.py -> src/plumbing/db.py"])
    assert any("src/plumbing/db.py (infra)" in reason for reason in report["reasons"])


def test_code_may_move_to_where_the_base_has_declared_another_component(shop: Callable, judged: Callable):
    policy = FORBID.replace("infra =", 'shared = "src/shared/**"\ninfra =')
    clock = "def now() -> int:\n    return 1\n\n\ndef later(by: int) -> int:\n    return now() + by\n"
    repo = shop({"plumbrule.toml": policy, "src/infra/clock.py": clock, "src/domain/sales.py": "x = 1\n"})
    repo.commit({
        "src/infra/clock.py": None, "src/shared/clock.py": clock,
        "src/domain/sales.py": "from shared.clock import now\n\nx = now\n",
    })  # fmt: skip
    code, report = judged(repo)
    assert code == 0, report["findings"]


@pytest.mark.parametrize("folder", ["##[group]x", 'a "quoted" \\ name', "two\nlines"])
def test_a_subject_that_is_copied_from_the_text_waives_its_finding(
    shop: Callable, judged: Callable, plumbrule: Callable, found: Callable, folder: str
):
    repo = shop(
        {f"{folder}/one.py": "x = 1\n", f"{folder}/two.py": "from .one import x\n", f"{folder}/__init__.py": ""}
    )
    repo.commit({f"{folder}/one.py": "from .two import x\n"})
    told = plumbrule(repo.path, "gate", "--base", "main", "--quiet").out
    subjects = re.findall(r"subject: (\".*\")", told)
    assert len(subjects) == 2
    waivers = (WAIVER.partition("\n\n")[0].replace('"shop/cart.py -> shop/tax.py"', text) for text in subjects)
    repo.switch("main")
    repo.commit({"plumbrule.toml": "\n\n".join(waivers)})
    repo.switch("topic")
    code, report = judged(repo)
    assert (code, found(report, "new"), len(found(report, "waived"))) == (0, [], 2)


TANGLED = "def tangled(a):\n" + "".join("    " * (n + 1) + "if a:\n" for n in range(9)) + "    " * 10 + "a()\n"


def test_a_file_cannot_exempt_itself_by_saying_that_it_is_generated(shop: Callable, judged: Callable, found: Callable):
    repo = shop()
    repo.commit({"shop/tax.py": f"# @generated\ndef rate() -> float:\n    return 0.2\n\n\n{TANGLED}"})

    code, report = judged(repo)

    assert code == 1
    assert found(report, "new", "complexity-jump") == ["shop/tax.py::tangled"]
    assert found(report, "new", "policy-loosened") == ["generated shop/tax.py"]
    assert "says that it is generated" in report["policy"]["loosened"][0]


def test_a_file_that_moves_cannot_exempt_itself_either(shop: Callable, judged: Callable, found: Callable):
    repo = shop({"shop/rules.py": "".join(f"def rule_{n}(a):\n    return a + {n}\n" for n in range(40))})
    text = (repo.path / "shop/rules.py").read_text()
    repo.commit({"shop/rules.py": None, "shop/made.py": f"# @generated\n{text}\n\n{TANGLED}"})

    _, report = judged(repo)

    assert found(report, "new", "complexity-jump") == ["shop/made.py::tangled"]
    assert found(report, "new", "policy-loosened") == ["generated shop/made.py"]


def test_a_new_file_that_says_it_is_generated_is_left_out_and_told(shop: Callable, judged: Callable):
    repo = shop()
    repo.commit({"shop/made.py": f"# @generated\n{TANGLED}"})

    code, report = judged(repo)

    assert code == 0
    assert any("1 new file says that it is generated" in reason for reason in report["reasons"])


def test_a_generated_file_of_the_base_may_be_generated_anew(shop: Callable, judged: Callable):
    repo = shop({"shop/made.py": "# @generated\n"})
    repo.commit({"shop/made.py": f"# @generated\n{TANGLED}"})

    code, report = judged(repo)

    assert (code, report["policy"]["loosened"]) == (0, [])


def test_attributes_that_a_change_brings_exempt_no_file_of_the_base(shop: Callable, judged: Callable, found: Callable):
    repo = shop()
    text = (repo.path / "shop/tax.py").read_text()
    marks = "*.py linguist-vendored\nshop/cart.py -linguist-vendored linguist-generated\n"
    repo.commit({".gitattributes": marks, "shop/tax.py": f"{text}\n\n{TANGLED}"})

    code, report = judged(repo)

    assert code == 1
    assert found(report, "new", "complexity-jump") == ["shop/tax.py::tangled"]
    subjects = found(report, "new", "policy-loosened")
    assert {"vendored shop/tax.py", "generated shop/cart.py"} <= set(subjects)
    assert any("shop/cart.py is unchanged" in words for words in report["policy"]["loosened"])


def test_a_file_that_moves_among_vendored_ones_is_still_the_projects_own(
    shop: Callable, judged: Callable, found: Callable
):
    repo = shop({"shop/rules.py": "".join(f"def rule_{n}(a):\n    return a + {n}\n" for n in range(40))})
    text = (repo.path / "shop/rules.py").read_text()
    repo.commit({"shop/rules.py": None, "third_party/rules.py": f"{text}\n\n{TANGLED}"})

    _, report = judged(repo)

    assert found(report, "new", "complexity-jump") == ["third_party/rules.py::tangled"]
    assert found(report, "new", "policy-loosened") == ["vendored third_party/rules.py"]


@pytest.mark.parametrize("stored", [False, True])
def test_what_the_base_marks_is_left_alone_and_what_it_takes_back_is_judged(
    shop: Callable, judged: Callable, found: Callable, plumbrule: Callable, tmp_path: Path, stored: bool
):
    marks = {".gitattributes": "lib/** linguist-vendored\nlib/own.py -linguist-vendored\n", "lib/far.py": "a = 1\n"}
    repo = shop({**marks, "lib/own.py": "b = 1\n"})
    repo.commit({"lib/far.py": TANGLED, "lib/new.py": TANGLED, "lib/own.py": TANGLED})
    if stored:
        assert plumbrule(repo.path, "scan", "--quiet", "--store", str(tmp_path / "store")).code == 0

    _, report = judged(repo, store=tmp_path / "store")

    assert found(report, "new", "complexity-jump") == ["lib/own.py::tangled"]
    assert report["policy"]["loosened"] == []
    assert any("1 new file is a copy of another project's" in reason for reason in report["reasons"])

    repo.commit({".gitattributes": "lib/n* linguist-vendored\n"})
    _, report = judged(repo, store=tmp_path / "store")
    assert found(report, "new", "complexity-jump") == ["lib/far.py::tangled", "lib/own.py::tangled"]
