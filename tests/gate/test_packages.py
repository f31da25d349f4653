"""Contracts about packages of others, where the change touches no code, and where something cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

POLICY = '[[packages]]\nname = "shipped"\nlicences_forbid = ["GPL-*"]\n'


def lock(**licences: str) -> str:
    held = {f"node_modules/{name}": {"version": "1.0.0", "license": said} for name, said in licences.items()}
    return json.dumps({"lockfileVersion": 3, "packages": {"": {"name": "shop"}, **held}}, indent=1)


@pytest.mark.parametrize("stored", [False, True])
def test_a_lock_file_alone_brings_a_package_that_is_refused(shop, judged, found, plumbrule, tmp_path, stored):
    repo = shop({"plumbrule.toml": POLICY, "package-lock.json": lock(old="GPL-2.0-only", left="MIT")})
    store = tmp_path / "store"
    if stored:
        repo.git("checkout", "--quiet", "main")
        assert plumbrule(repo.path, "scan", "--quiet", "--store", str(store)).code == 0
        repo.git("checkout", "--quiet", "topic")
    repo.commit({"package-lock.json": lock(old="GPL-2.0-only", left="MIT", right="GPL-3.0-only")})
    code, report = judged(repo, store=store)
    assert (code, found(report, "new")) == (1, ["package-lock.json -> right (GPL-3.0-only)"])
    (finding,) = [one for one in report["findings"] if one["state"] == "new"]
    assert (
        repo.path.joinpath("package-lock.json")
        .read_text()
        .splitlines()[finding["line"] - 1]
        .strip()
        .startswith('"node_modules/right"')
    )


def test_the_same_is_found_in_the_work_tree(shop, judged, found):
    repo = shop({"plumbrule.toml": POLICY, "package-lock.json": lock(left="MIT")})
    Path(repo.path, "package-lock.json").write_text(lock(left="MIT", right="GPL-3.0-only"))
    Path(repo.path, "shop/cart.py").write_text("x = 1\n")
    code, report = judged(repo, "--head", "worktree")
    assert (code, found(report, "new", "forbidden-licence")) == (1, ["package-lock.json -> right (GPL-3.0-only)"])


def test_a_lock_file_that_the_change_makes_unreadable_is_no_verdict(shop, judged):
    repo = shop({"plumbrule.toml": POLICY, "package-lock.json": lock(left="MIT")})
    repo.commit({"package-lock.json": "{"})
    code, report = judged(repo)
    assert (code, report["verdict"]) == (2, "not-judged")
    assert any("package-lock.json" in reason for reason in report["reasons"])


def test_a_package_that_the_change_begins_to_import_is_found(shop, judged, found):
    repo = shop({"plumbrule.toml": '[[packages]]\nfrom = "shop/**"\nforbid = ["requests"]\n'})
    repo.commit({"shop/tax.py": "import requests\n\n\ndef rate() -> float:\n    return requests.get('tax')\n"})
    code, report = judged(repo)
    assert (code, found(report, "new", "forbidden-package")) == (1, ["shop/tax.py -> requests"])
