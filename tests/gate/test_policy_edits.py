"""What a change does to its policy, edit by edit: effects, attacks by unusual spelling, and what must not fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

POLICY = """\
[components]
web = "web/**"
domain = "domain/**"

[[layers]]
order = ["web", "domain"]

[rules.undeclared-code]
severity = "error"
"""
FILES = {
    "plumbrule.toml": POLICY,
    "web/page.py": "from domain.order import pay\n\n\ndef show() -> None:\n    pay()\n",
    "domain/order.py": "def pay() -> None:\n    print()\n",
    "domain/stock.py": "def count() -> int:\n    return 1\n",
}
UPWARDS = {"domain/stock.py": "import web.page\n\n\ndef count() -> int:\n    return len(str(web.page))\n"}


@pytest.fixture
def office(make_repo: Callable) -> Any:  # Any: a Builder
    repo = make_repo(FILES)
    repo.branch("topic")
    return repo


def loosened(report: Mapping[str, Any]) -> list[str]:
    found = (one for one in report["findings"] if one["rule"] == "policy-loosened" and one["state"] == "new")
    return sorted(one["subject"] for one in found)


def effects(report: Mapping[str, Any]) -> dict[str, str]:
    return {edit["place"]: edit["effect"] for edit in report["policy"]["edits"]}


def test_new_code_may_be_declared_by_the_change_that_brings_it(office: Any, judged: Callable, found: Callable):
    office.commit({"extra/a.py": "x = 1\n", "plumbrule.toml": POLICY.replace("[[lay", 'extra = "extra/**"\n[[lay')})
    code, report = judged(office)
    assert (code, found(report, "new", "undeclared-code"), loosened(report)) == (0, [], [])
    assert effects(report) == {"[components] extra": "neutral"}
    assert any("the change mends in it" in reason for reason in report["reasons"])


def test_a_component_of_everything_declares_nothing(office: Any, judged: Callable, found: Callable):
    office.commit({"extra/a.py": "x = 1\n", "plumbrule.toml": POLICY.replace("[[lay", 'rest = "**"\n[[lay')})
    code, report = judged(office)
    assert (code, found(report, "new", "undeclared-code")) == (1, ["extra/a.py"])
    assert loosened(report) == ["edit [components] rest"]


def test_a_component_with_another_name_and_the_same_files_is_neutral(office: Any, judged: Callable):
    office.commit({"plumbrule.toml": POLICY.replace("web =", "pages =").replace('["web"', '["pages"'), **UPWARDS})
    office.switch("main")
    office.commit(UPWARDS)
    office.switch("topic")
    office.merge("main")
    code, report = judged(office)
    assert (code, loosened(report)) == (0, [])
    assert set(effects(report).values()) == {"neutral"}


def test_what_a_stricter_policy_would_find_is_told_ahead_and_fails_nothing(office: Any, judged: Callable):
    stricter = POLICY + '\n[[forbid]]\nfrom = "web"\nto = "domain"\n'
    office.commit({"plumbrule.toml": stricter, "web/more.py": "import domain.stock\n\nprint(domain.stock)\n"})
    code, report = judged(office)
    assert (code, effects(report)) == (0, {"[[forbid]] web domain": "tightening"})
    assert [one["subject"] for one in report["ahead"]] == ["web/more.py -> domain/stock.py"]


def test_the_edit_that_hides_is_told_among_those_that_do_not(office: Any, judged: Callable):
    policy = POLICY.replace("domain/**", "domain/order.py") + "\n[limits]\nresolved = 0.99\n"
    office.commit({"plumbrule.toml": policy.replace("[[lay", 'extra = "extra/**"\n[[lay'), **UPWARDS})
    code, report = judged(office)
    assert (code, loosened(report)) == (1, ["component domain: none"])
    told = effects(report)
    assert told.pop("[components] domain") == "loosening"
    assert "loosening" not in told.values()
    (finding,) = (one for one in report["findings"] if one["rule"] == "policy-loosened")
    assert (finding["path"], finding["line"]) == ("plumbrule.toml", 3)
    assert "layer-breach: domain/stock.py -> web/page.py (no longer found)" in finding["evidence"]


def test_what_two_edits_hide_only_together_is_told(make_repo: Callable, judged: Callable):
    twice = POLICY + '\n[[layers]]\nname = "again"\norder = ["web", "domain"]\n'
    repo = make_repo({**FILES, "plumbrule.toml": twice})
    repo.branch("topic")
    repo.commit({"plumbrule.toml": POLICY.replace('[[layers]]\norder = ["web", "domain"]\n', ""), **UPWARDS})
    code, report = judged(repo)
    assert code == 1
    assert "policy together" in loosened(report)


def test_an_edit_that_hides_a_finding_that_stood_before_is_a_loosening(make_repo: Callable, judged: Callable):
    repo = make_repo({**FILES, **UPWARDS})
    repo.branch("topic")
    repo.commit({"plumbrule.toml": POLICY.replace("domain/**", "domain/order.py")})
    code, report = judged(repo)
    assert (code, loosened(report)) == (1, ["component domain: none"])


def test_what_the_base_loosened_meanwhile_is_not_the_changes(office: Any, judged: Callable):
    office.commit({"plumbrule.toml": POLICY + "\n[limits]\nparsed = 0.99\n"})
    office.switch("main")
    office.commit({"plumbrule.toml": POLICY.replace('order = ["web", "domain"]', 'order = ["domain", "web"]')})
    office.switch("topic")
    code, report = judged(office)
    assert (code, loosened(report), effects(report)) == (0, [], {"[limits] parsed": "tightening"})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"domain/stock.py": None, "gen/stock.py": "TEXT"}, "exclude gen/stock.py"),
        ({"domain/stock.py": None, "domain/stock.inc": "TEXT"}, "language domain/stock.inc"),
        ({".plumbrule/CURRENT": "000001\n"}, "store .plumbrule"),
    ],
)
def test_what_leaves_the_eye_of_the_gate_is_told(make_repo: Callable, judged: Callable, change: Any, told: str):
    text = "".join(f"def count_{n}() -> int:\n    return {n}\n\n\n" for n in range(20))
    repo = make_repo({**FILES, "domain/stock.py": text, "plumbrule.toml": f'exclude = ["gen/**"]\n{POLICY}'})
    repo.branch("topic")
    repo.commit({path: text if content == "TEXT" else content for path, content in change.items()})
    code, report = judged(repo)
    assert (code, loosened(report)) == (1, [told])


def test_a_store_that_a_change_brings_is_not_believed(office: Any, plumbrule: Callable):
    assert plumbrule(office.path, "scan", "--quiet").code == 0
    office.git("add", "--force", ".plumbrule")
    office.commit(UPWARDS)
    answer = plumbrule(office.path, "gate", "--base", "main")
    assert answer.code == 1
    assert "layer-breach" in answer.out
    assert "nothing in it is believed" in answer.err


def test_a_policy_that_a_change_brings_nearer_than_the_fleets_is_compared_with_it(
    make_repo: Callable, judged: Callable, tmp_path: Path
):
    make_repo({"plumbrule.toml": POLICY}, name="fleet")
    repo = make_repo({path: text for path, text in FILES.items() if path != "plumbrule.toml"}, name="fleet/office")
    repo.branch("topic")
    repo.commit({**UPWARDS, "plumbrule.toml": '[components]\nall = "**"\n'})
    code, report = judged(repo)
    assert code == 1
    assert {"dependency domain -> web", "severity undeclared-code"} & set(loosened(report))


def test_a_thousand_lines_of_a_baseline_are_told_by_rule(office: Any, judged: Callable):
    lines = "".join(f"oversized-file\tweb/a{n:04}.py\n" for n in range(1000))
    office.switch("main")
    office.commit({"plumbrule.baseline": "# none\n"})
    office.branch("more")
    office.commit({"plumbrule.baseline": lines})
    _, report = judged(office)
    assert loosened(report) == ["baseline oversized-file"]
    assert "1,000 findings of oversized-file" in report["policy"]["loosened"][0]


@pytest.mark.parametrize("spelling", ["crlf", "bom", "dotted", "inline"])
def test_another_spelling_of_the_same_policy_is_no_edit(office: Any, judged: Callable, spelling: str):
    text = {
        "crlf": POLICY.replace("\n", "\r\n"),
        "bom": f"\ufeff{POLICY}",
        "dotted": 'components.web = "web/**"\ncomponents.domain = ["domain/**"]\n'
        'rules.undeclared-code.severity = "error"\nlayers = [{order = ["web", "domain"]}]\n',
        "inline": 'components = {web = "web/**", domain = "domain/**"}\nlayers = [{order = ["web", "domain"]}]\n'
        'rules = {"undeclared-code" = {severity = "error"}}\n',
    }[spelling]
    office.commit({"plumbrule.toml": text})
    code, report = judged(office)
    assert (code, loosened(report), report["policy"]["edits"]) == (0, [], [])


def test_a_weakened_pipeline_is_told_from_the_work_tree_too(make_repo: Callable, judged: Callable):
    steps = "jobs:\n  gate:\n    steps:\n      - run: plumbrule gate\n"
    repo = make_repo({**FILES, ".github/workflows/a.yml": steps})
    repo.write({".github/workflows/a.yml": f"# the gate\n{steps}"})
    assert loosened(judged(repo, "--head", "worktree")[1]) == []
    repo.write({".github/workflows/a.yml": f"{steps}        continue-on-error: true\n"})
    assert loosened(judged(repo, "--head", "worktree")[1]) == [
        "pipeline .github/workflows/a.yml: plumbrule gate: continue-on-error"
    ]


def test_a_first_policy_beside_a_baseline_loosens_nothing(make_repo: Callable, judged: Callable):
    repo = make_repo({**FILES, **UPWARDS, "plumbrule.baseline": "# none\n"})
    repo.commit({"plumbrule.toml": None})
    repo.branch("topic")
    repo.commit({"plumbrule.toml": 'exclude = ["domain/**"]\n[rules.dependency-cycle]\nseverity = "off"\n'})
    code, report = judged(repo)
    assert (code, loosened(report)) == (0, [])


def test_a_member_of_a_fleet_may_be_called_by_another_name(make_repo: Callable, judged: Callable):
    fleet = POLICY + '\n[[repository]]\nname = "office"\npath = "."\n'
    repo = make_repo({**FILES, "plumbrule.toml": fleet})
    repo.branch("topic")
    repo.commit({"plumbrule.toml": fleet.replace('"office"', '"bureau"')})
    assert loosened(judged(repo)[1]) == []
    repo.commit({"plumbrule.toml": POLICY})
    assert loosened(judged(repo)[1]) == ["repository office"]


class _Quiet:
    def stage(self, text: str, total: int) -> None: ...
    def done(self, count: int) -> None: ...
    def note(self, text: str) -> None: ...
