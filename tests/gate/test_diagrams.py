"""A diagram that the policy names is a contract: what is drawn and what the code does are the same, or it is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PARTS = '[components]\nweb = "web/**"\ndomain = "domain/**"\nrows = "rows/**"\n\n[[diagram]]\nfile = "docs/shop.mmd"\n'
DRAWN = "flowchart TD\n  web[The web] --> domain\n  domain --> rows\n"
CODE = {
    "plumbrule.toml": PARTS,
    "docs/shop.mmd": DRAWN,
    "web/page.py": "from domain.cart import cart\n",
    "domain/cart.py": "from rows.load import load\ncart = load\n",
    "rows/load.py": "load = 1\n",
}


def test_a_dependency_that_is_not_drawn_stops_the_change(shop: Callable, judged: Callable, found: Callable):
    repo = shop(CODE)
    repo.commit({"web/page.py": "from domain.cart import cart\nfrom rows.load import load\n"})
    code, report = judged(repo)
    assert code == 1
    assert found(report, "new", "diagram-divergence") == ["web/page.py -> rows/load.py"]


def test_what_is_drawn_and_gone_is_told_and_stops_nothing(shop: Callable, judged: Callable, found: Callable):
    repo = shop(CODE)
    repo.commit({"domain/cart.py": "cart = 1\n"})
    code, report = judged(repo)
    assert code == 0
    assert found(report, "new", "diagram-absence") == ["diagram 1: domain -> rows"]


def test_a_diagram_that_is_ahead_of_the_code_says_so(shop: Callable, judged: Callable, found: Callable):
    repo = shop({**CODE, "plumbrule.toml": PARTS + "complete = false\n"})
    repo.commit({"domain/cart.py": "cart = 1\n"})
    assert found(judged(repo)[1], "new", "diagram-absence") == []


def test_the_diagram_counts_as_the_base_has_it(shop: Callable, judged: Callable, found: Callable):
    repo = shop(CODE)
    repo.commit({
        "web/page.py": "from domain.cart import cart\nfrom rows.load import load\n",
        "docs/shop.mmd": DRAWN + "  web --> rows\n",
    })  # fmt: skip
    code, report = judged(repo)
    assert code == 1
    assert found(report, "new", "diagram-divergence") == ["web/page.py -> rows/load.py"]


def test_a_component_that_is_left_out_is_free_unless_the_diagram_is_closed(
    shop: Callable, judged: Callable, found: Callable
):
    more = {"tools/run.py": "run = 1\n"}
    for closed, told in (("", []), ("closed = true\n", ["web/page.py -> tools/run.py"])):
        policy = PARTS.replace("[components]\n", '[components]\ntools = "tools/**"\n') + closed
        repo = shop({**CODE, **more, "plumbrule.toml": policy}, name=f"closed {bool(closed)}")
        repo.commit({"web/page.py": "from domain.cart import cart\nfrom tools.run import run\n"})
        assert found(judged(repo)[1], "new", "diagram-divergence") == told


def test_a_box_that_stands_for_nothing_is_a_dead_selector(shop: Callable, judged: Callable, found: Callable):
    repo = shop(CODE)
    repo.commit({"docs/shop.mmd": DRAWN + "  web --> mailer[Mails]\n"})
    repo.switch("main")
    repo.git("merge", "-q", "--ff-only", "topic")
    repo.branch("next")
    repo.commit({"web/other.py": "x = 1\n"})
    _, report = judged(repo)
    assert found(report, "known", "dead-selector") == ["diagram diagram 1: Mails (no component is called so)"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"docs/shop.mmd": None}, "there is no such file"),
        ({"docs/shop.mmd": "sequenceDiagram\n  a->>b: hi\n"}, "nothing is drawn in it"),
        ({"docs/shop.mmd": b"\xff\xfe"}, "is not UTF-8"),
        (
            {"plumbrule.toml": PARTS + '[diagram.map]\nWeb = "wep"\n'},
            "component 'wep' is not declared; did you mean 'web'?",
        ),
        ({"plumbrule.toml": PARTS.replace("docs/", "../")}, "leaves the folder of the policy"),
    ],
)
def test_a_diagram_of_the_base_that_cannot_be_read_is_no_verdict(change, words, shop: Callable, judged: Callable):
    repo = shop({**CODE, **{path: text for path, text in change.items() if text is not None}})
    if None in change.values():
        repo.switch("main")
        repo.commit(change)
        repo.git("switch", "-q", "topic")
        repo.git("merge", "-q", "main")
    repo.commit({"web/page.py": "x = 1\n"})
    code, report = judged(repo)
    assert code == 2
    assert words in report["reasons"][0]
