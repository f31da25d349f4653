"""Imports that are not found, told by language: by the scan, by the gate without a store, and by the gate with one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

LOST = "".join(f'import {{ x{n} }} from "./gone{n}";\n' for n in range(4)) + 'import { a } from "./a";\n'


@pytest.mark.parametrize("stored", [False, True])
def test_a_language_of_which_too_little_is_found_is_told_loudly(
    shop: Callable, judged: Callable, plumbrule: Callable, tmp_path: Path, stored: bool
):
    repo = shop({"web/a.ts": "export const a = 1;\n", "web/lost.ts": LOST})
    store = tmp_path / "store"
    if stored:
        assert plumbrule(repo.path, "scan", "--quiet", "--store", str(store)).code == 0
    repo.commit(
        {
            "web/more.ts": 'import { a } from "./a";\nimport { b } from "./b";\n',
            "web/gone0.ts": "export const x0 = 1;\n",
        }
    )

    code, report = judged(repo, store=store)
    told = plumbrule(repo.path, "gate", "--base", "main", "--quiet", "--store", str(store)).out

    assert code == 0  # no worse than at the base
    python, typescript = report["coverage"]["languages"]
    assert (python["language"], python["imports"], python["resolved"], python["low"]) == ("python", 1, 1, False)
    assert python["missed"] == []
    assert (typescript["language"], typescript["imports"], typescript["resolved"]) == ("typescript", 7, 3)
    assert typescript["low"]
    assert typescript["missed"][0]["count"] == 4
    assert "LOW COVERAGE: only 42.8 % of the typescript imports" in told
    assert "typescript, what to do:" in told
    assert sum("LOW COVERAGE" in reason for reason in report["reasons"]) == 1
    assert "of the python imports" not in told


def test_a_scan_tells_each_language_and_warns_of_those_that_lack_too_much(shop: Callable, plumbrule: Callable):
    repo = shop({"web/a.ts": "export const a = 1;\n", "web/lost.ts": LOST})
    repo.switch("main")

    told = plumbrule(repo.path, "scan", "--quiet").out
    plain = json.loads(plumbrule(repo.path, "scan", "--quiet", "--format", "json").out)["repositories"][0]

    assert "    python: 1 of 1 (100.0 %)" in told
    assert "    typescript: 1 of 5 (20.0 %)" in told
    assert "LOW COVERAGE: only 20.0 % of the typescript imports" in told
    assert "web/lost.ts:1 imports ./gone0:x0" in told
    languages = {one["language"]: (one["imports"], one["resolved"]) for one in plain["languages"]}
    assert languages == {"python": (1, 1), "typescript": (5, 1)}


def test_one_import_of_a_few_that_is_not_found_is_told_too(shop: Callable, judged: Callable, plumbrule: Callable):
    repo = shop({"shop/more.py": "from shop.gone import a\n"})
    repo.commit({"shop/new.py": "from shop.tax import rate\n"})

    _, report = judged(repo)
    told = plumbrule(repo.path, "gate", "--base", "main", "--quiet").out

    assert [(one["imports"], one["resolved"], one["low"]) for one in report["coverage"]["languages"]] == [(3, 2, True)]
    assert "LOW COVERAGE: only 66.6 % of the python imports that look like its own were found (2 of 3)" in told


def test_a_changed_file_that_is_no_code_whatever_its_ending_says_hinders_no_verdict(shop: Callable, judged: Callable):
    repo = shop({"web/de.ts": "<!DOCTYPE TS><TS></TS>\n"})
    repo.commit(
        {
            "web/de.ts": "<!DOCTYPE TS><TS><context/></TS>\n",
            "web/fr.ts": '<?xml version="1.0"?>\n<TS></TS>\n',
            "web/intro.ts": (b"G\x40\x00\x10" + b"\xff" * 184) * 3,
        }
    )

    code, report = judged(repo)

    assert (code, report["verdict"]) == (0, "passed")
    skipped = [one["path"] for one in report["coverage"]["skipped_files"]]
    assert skipped == ["web/de.ts", "web/fr.ts", "web/intro.ts"]


def test_code_that_others_need_cannot_pass_for_something_else(shop: Callable, judged: Callable):
    repo = shop()
    text = (repo.path / "shop/tax.py").read_text()
    repo.commit({"shop/tax.py": f"<?xml version='1.0'?>\n{text}"})

    code, report = judged(repo)

    assert (code, report["verdict"]) == (2, "not-judged")
    assert any("shop/tax.py" in reason for reason in report["reasons"])
