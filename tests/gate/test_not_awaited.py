"""Measures that no verdict waits for: a gate fills them only where a rule that may fail the change reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

EXPORT = "def row(o):\n    return {'order_id': o.a, 'net_total': o.b, 'placed_at': o.c, 'vat_rate': o.d}\n"
INTAKE = "def due(r):\n    return r['order_id'], r['net_total'], r['placed_at'], r['vat_rate']\n"
PAIR = "billing/intake.py <-> orders/export.py"


def leaking(shop: Callable) -> object:
    repo = shop({"orders/__init__.py": "", "orders/export.py": EXPORT, "billing/__init__.py": ""})
    repo.commit({"billing/intake.py": INTAKE})
    return repo


@pytest.mark.parametrize("stored", [False, True])
def test_a_gate_says_that_it_did_not_wait_for_what_only_warns(
    shop: Callable, judged: Callable, found: Callable, plumbrule: Callable, tmp_path: Path, stored: bool
):
    repo = leaking(shop)
    store = tmp_path / "store"
    if stored:
        repo.switch("main")
        assert plumbrule(repo.path, "scan", "--quiet", "--store", str(store)).code == 0
        repo.switch("topic")

    code, report = judged(repo, store=store)

    assert code == 0
    assert found(report, "new", "shared-knowledge") == []
    assert any(one.startswith("shared-knowledge: ") for one in report["coverage"]["not_measured"])


@pytest.mark.parametrize("stored", [False, True])
def test_a_gate_that_fails_on_what_a_slow_measure_tells_waits(
    shop: Callable, judged: Callable, found: Callable, plumbrule: Callable, tmp_path: Path, stored: bool
):
    repo = leaking(shop)
    store = tmp_path / "store"
    if stored:
        repo.switch("main")
        assert plumbrule(repo.path, "scan", "--quiet", "--store", str(store)).code == 0
        repo.switch("topic")

    code, report = judged(repo, "--fail-on", "info", store=store)

    assert (code, found(report, "new", "shared-knowledge")) == (1, [PAIR])


def test_a_gate_waits_for_a_rule_that_the_policy_makes_an_error(shop: Callable, judged: Callable, found: Callable):
    repo = shop(
        {
            "plumbrule.toml": '[rules.shared-knowledge]\nseverity = "error"\n',
            "orders/__init__.py": "",
            "orders/export.py": EXPORT,
            "billing/__init__.py": "",
        }
    )
    repo.commit({"billing/intake.py": INTAKE})

    code, report = judged(repo)

    assert (code, found(report, "new", "shared-knowledge")) == (1, [PAIR])
