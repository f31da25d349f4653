"""What the policy says of a rule for some files only: by where they lie, and by what they are written in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PARTS = '[components]\nshop = "shop/**"\n'


def big(functions: int) -> str:
    """Two lines of code a function."""
    return "import os\n" + "".join(f"\n\ndef f{i}() -> int:\n    return {i}\n" for i in range(functions))


def override(*, paths: str = "", languages: str = "", said: str, rule: str = "oversized-file") -> str:
    where = (f'paths = ["{paths}"]\n' if paths else "") + (f'languages = ["{languages}"]\n' if languages else "")
    return f"[[override]]\n{where}[override.rules.{rule}]\n{said}\n"


def severities(report: dict, state: str = "new", rule: str = "oversized-file") -> dict[str, str]:
    return {f["path"]: f["severity"] for f in report["findings"] if (f["state"], f["rule"]) == (state, rule)}


BOTH = {"shop/a.py": big(60), "legacy/b.py": big(60)}
LIMIT = "[rules.oversized-file]\nlimit = 100\n"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (LIMIT, {"shop/a.py": "warning", "legacy/b.py": "warning"}),
        (
            LIMIT + override(paths="legacy/**", said='severity = "error"'),
            {"shop/a.py": "warning", "legacy/b.py": "error"},
        ),
        (LIMIT + override(paths="legacy/**", said='severity = "off"'), {"shop/a.py": "warning"}),
        (LIMIT + override(paths="legacy/**", said="limit = 200"), {"shop/a.py": "warning"}),
        (override(paths="legacy/**", said="limit = 100"), {"legacy/b.py": "warning"}),
        (LIMIT + override(languages="python", said="limit = 200"), {}),
        (LIMIT + override(languages="go", said="limit = 200"), {"shop/a.py": "warning", "legacy/b.py": "warning"}),
        (
            LIMIT + override(paths="legacy/**", languages="go", said="limit = 200"),
            {"shop/a.py": "warning", "legacy/b.py": "warning"},
        ),
        (
            LIMIT + override(paths="**", said='severity = "off"') + override(paths="shop/**", said='severity = "info"'),
            {"shop/a.py": "info"},
        ),
        (
            LIMIT + 'severity = "off"\n' + override(paths="shop/**", said='severity = "error"'),
            {"shop/a.py": "error"},
        ),
        (
            LIMIT + override(paths="legacy/**", said="limit = 200") + override(paths="legacy/b.py", said="limit = 110"),
            {"shop/a.py": "warning", "legacy/b.py": "warning"},
        ),
    ],
)  # fmt: skip
def test_the_last_override_that_matches_counts(shop: Callable, judged: Callable, policy: str, expected: dict):
    repo = shop({"plumbrule.toml": policy, "legacy/old.py": "A = 1\n"})
    repo.commit(BOTH)
    code, report = judged(repo)
    assert severities(report) == expected
    assert code == int("error" in expected.values())


def test_what_stands_under_an_override_is_known_and_not_found_again(
    shop: Callable, judged: Callable, plumbrule: Callable
):
    policy = LIMIT + override(paths="legacy/**", said='severity = "error"\nlimit = 60')
    repo = shop({"plumbrule.toml": policy, "legacy/b.py": big(40), "shop/a.py": big(40)})
    repo.switch("main")
    store = repo.path.parent / "store"
    assert plumbrule(repo.path, "scan", "--quiet", "--store", str(store)).code == 0
    repo.switch("topic")
    repo.commit({"shop/more.py": big(60)})
    for where in (store, repo.path.parent / "none"):
        code, report = judged(repo, store=where)
        assert code == 0
        assert severities(report) == {"shop/more.py": "warning"}
        assert severities(report, "known") == {"legacy/b.py": "error"}


def test_a_scan_keeps_the_severity_that_counts_where_a_finding_lies(shop: Callable, plumbrule: Callable):
    repo = shop({"plumbrule.toml": LIMIT + override(paths="legacy/**", said='severity = "error"'), **BOTH})
    repo.switch("main")
    assert plumbrule(repo.path, "scan", "--quiet").code == 0
    rows = plumbrule(repo.path, "query", "SELECT path, severity FROM finding ORDER BY path", "--format", "csv").out
    assert rows.split() == ["path,severity", "legacy/b.py,error", "shop/a.py,warning"]


def test_an_override_that_matches_no_file_is_a_dead_selector(shop: Callable, judged: Callable, found: Callable):
    policy = override(paths="legcay/**", said="limit = 1") + override(languages="go", said="limit = 1")
    repo = shop({"plumbrule.toml": policy})
    repo.commit({"shop/more.py": "A = 1\n"})
    _, report = judged(repo)
    assert found(report, "known", "dead-selector") == ["override language go", "override legcay/**"]


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (override(said="limit = 1"), "plumbrule.toml:1: an override speaks of some files; add `paths"),
        (override(languages="pyhton", said="limit = 1"), "there is no language 'pyhton'; did you mean 'python'?"),
        ('[[override]]\npaths = ["a"]\n', "it overrides nothing; add [override.rules.ID]"),
        (override(paths="a", said="limt = 1"), "plumbrule.toml:3: rule oversized-file has no parameter 'limt'"),
        (override(paths="a", said='severity = "of"'), "'of' is not one of off, info, warning, error"),
        (override(paths="a", said="limit = 1", rule="oversize-file"), "there is no rule 'oversize-file'; did you mean"),
        (override(paths="./a", said="limit = 1"), "can match no path"),
        ('[[override]]\npath = ["a"]\n', "unknown key 'path'; did you mean 'paths'?"),
        (override(paths="a", said="limit = 1") * 2, "two [[override]] speak of 'a'; join them"),
        ("[override]\n", "double brackets: [[override]]"),
    ],
)
def test_an_override_that_cannot_be_meant_is_answered_with_what_mends_it(
    shop: Callable, judged: Callable, policy: str, words: str
):
    repo = shop({"plumbrule.toml": policy})
    repo.commit({"shop/more.py": "A = 1\n"})
    code, report = judged(repo)
    assert code == 2
    assert words in "\n".join(report["reasons"])


@pytest.mark.parametrize(
    ("base", "head", "words"),
    [
        ("", override(paths="shop/**", said='severity = "off"'), "oversized-file is off in shop/"),
        ("", override(paths="shop/**", said="limit = 900"), "limit of oversized-file is 900 in shop/"),
        (override(paths="shop/**", said='severity = "error"'), "", "oversized-file is warning in shop/"),
        (
            override(paths="shop/**", said='severity = "error"'),
            override(paths="shop/cart.py", said='severity = "error"'),
            "oversized-file is warning in shop/",
        ),
    ],
)
def test_an_override_that_lets_more_pass_loosens_the_policy(
    shop: Callable, judged: Callable, base: str, head: str, words: str
):
    repo = shop({"plumbrule.toml": PARTS + base})
    repo.commit({"plumbrule.toml": PARTS + head})
    code, report = judged(repo)
    assert code == 1
    assert any(words in told for told in report["policy"]["loosened"]), report["policy"]["loosened"]


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("", override(paths="shop/**", said='severity = "error"')),
        (override(paths="shop/**", said="limit = 900"), override(paths="shop/cart.py", said="limit = 900")),
        (
            override(paths="shop/**", said="limit = 900"),
            override(languages="python", paths="shop/**", said="limit = 900"),
        ),
    ],
)  # fmt: skip
def test_an_override_that_lets_no_more_pass_loosens_nothing(shop: Callable, judged: Callable, base: str, head: str):
    repo = shop({"plumbrule.toml": PARTS + base})
    repo.commit({"plumbrule.toml": PARTS + head})
    code, report = judged(repo)
    assert (code, report["policy"]["loosened"]) == (0, [])


ABOUT = 'reason = "It pages us."\nalternatives = "Split it."\nowner = "@ops"\n'


def test_what_the_policy_says_of_a_rule_reaches_its_findings(shop: Callable, judged: Callable, plumbrule: Callable):
    repo = shop({"plumbrule.toml": LIMIT + ABOUT + override(paths="legacy/**", said='owner = "@museum"')})
    repo.commit(BOTH)
    _, report = judged(repo)
    about = {f["path"]: (f["reason"], f["alternatives"], f["owner"]) for f in report["findings"] if f["state"] == "new"}
    assert about == {
        "legacy/b.py": ("It pages us.", "Split it.", "@museum"),
        "shop/a.py": ("It pages us.", "Split it.", "@ops"),
    }
    for form in ("text", "markdown"):
        said = plumbrule(repo.path, "gate", "--base", "main", "--format", form).out
        assert "why: It pages us." in said
        assert "what else may be done: Split it." in said
        assert "who answers for it: " in said


@pytest.mark.parametrize(
    ("contract", "rule"),
    [
        ('[[layers]]\norder = ["cart", "tax"]\n', "layer-breach"),
        ('[[forbid]]\nfrom = "tax"\nto = "cart"\n', "forbidden-dependency"),
        ('[[allow]]\nfrom = "tax"\nto = []\n', "dependency-not-allowed"),
        ('[[independent]]\nmembers = ["tax", "cart"]\n', "sibling-dependency"),
    ],
)
def test_what_a_contract_says_of_itself_reaches_its_findings(
    shop: Callable, judged: Callable, plumbrule: Callable, contract: str, rule: str
):
    parts = '[components]\ncart = "shop/cart.py"\ntax = "shop/tax.py"\n'
    said = 'reason = "Tax is sold alone."\nalternatives = "Ask the cart for a number."\nowner = "@tax"\n'
    repo = shop({"plumbrule.toml": parts + contract + said, "shop/cart.py": "A = 1\n"})
    repo.commit({"shop/tax.py": "from shop.cart import A\n\n\ndef rate() -> float:\n    return A\n"})
    _, report = judged(repo)
    about = {f["rule"]: (f["reason"], f["alternatives"], f["owner"]) for f in report["findings"] if f["state"] == "new"}
    assert about[rule] == ("Tax is sold alone.", "Ask the cart for a number.", "@tax")
    # Where the advice says it already, it is not said again.
    assert plumbrule(repo.path, "gate", "--base", "main").out.count("Tax is sold alone.") == 1
