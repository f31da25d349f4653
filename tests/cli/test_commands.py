"""The other commands, as a person types them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from plumbrule.policy import read_policy

SHOP = {
    "shop/__init__.py": "",
    "shop/cart.py": "from shop.tax import rate\n\n\ndef total() -> float:\n    return rate()\n",
    "shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n",
    "web/page.py": "from shop.cart import total\n\nprint(total())\n",
    "domain/order.py": "x = 1\n",
}
RULE = """\
---
id: no-prints
title: Files called print
severity: warning
---
Why.

## What to do instead
Move it.

## Finds
```sql
SELECT repo, path AS subject, path, 1 AS line FROM now.file WHERE path LIKE '%print%'
```

## Bad
```files
--- {bad}
x = 1
```

## Good
```files
--- good.py
x = 1
```
"""


@pytest.fixture
def shop(make_repo: Callable, plumbrule: Callable):
    """The shop, with a cycle in it, scanned."""
    repo = make_repo(SHOP)
    assert plumbrule(repo.path, "scan", "--quiet").code == 0
    return repo


def test_a_query_answers_in_every_format(shop, plumbrule: Callable, process: Callable, tmp_path: Path):
    sql = "SELECT path, lines FROM file ORDER BY path"
    assert "shop/cart.py" in plumbrule(shop.path, "query", sql).out
    table = list(csv.DictReader(io.StringIO(plumbrule(shop.path, "query", sql, "--format", "csv").out)))
    rows = json.loads(plumbrule(shop.path, "query", sql, "--format", "json").out)
    assert [row["path"] for row in table] == [row["path"] for row in rows] == sorted(SHOP)
    assert rows[1] == {"path": "shop/__init__.py", "lines": 0}
    with (tmp_path / "out.parquet").open("wb") as file:
        asked = process(shop.path, "query", sql, "--format", "parquet")
        asked.wait(timeout=60)
        assert asked.stdout is not None
        file.write(asked.stdout.buffer.read())
    import duckdb

    with duckdb.connect() as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM '{tmp_path}/out.parquet'").fetchone() or (0,)
    assert count == len(SHOP)


@pytest.mark.parametrize(
    "sql",
    ["DROP TABLE file", "SELECT 1; SELECT 2", "COPY file TO 'x.csv'", "SELECT * FROM read_text('/etc/passwd')",
     "ATTACH 'x.duckdb'", "SELECT nothing FROM file", "PRAGMA database_list", "SET threads = 1", "", "SELEC 1"],
)  # fmt: skip
def test_a_query_that_is_not_one_select_is_refused(shop, plumbrule: Callable, sql: str):
    answer = plumbrule(shop.path, "query", sql)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("plumbrule: ")
    assert "Traceback" not in answer.err


def test_a_query_without_a_store_says_to_scan(make_repo: Callable, plumbrule: Callable):
    repo = make_repo(SHOP)
    answer = plumbrule(repo.path, "query", "SELECT 1")
    assert answer.code == 2
    assert "plumbrule scan" in answer.err
    assert not (repo.path / ".plumbrule").exists()


def test_a_query_may_come_from_standard_input(shop, plumbrule: Callable, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT count(*) AS n FROM file"))
    assert json.loads(plumbrule(shop.path, "query", "-", "--format", "json").out) == [{"n": 5}]


def test_rules_are_listed_and_shown(shop, plumbrule: Callable):
    listed = plumbrule(shop.path, "rules", "list")
    assert listed.code == 0
    for rule in ("dependency-cycle", "layer-breach", "forbidden-dependency", "reach-through", "contract-break",
                 "complexity-jump", "component-cycle", "pass-through-module", "pass-through-function",
                 "oversized-file", "duplicate-helper", "unusual-change"):  # fmt: skip
        assert rule in listed.out
    assert "## Finds" in plumbrule(shop.path, "rules", "show", "dependency-cycle").out
    unknown = plumbrule(shop.path, "rules", "show", "dependency-cycel")
    assert unknown.code == 2
    assert "dependency-cycle" in unknown.err


def test_an_own_rule_is_tested_by_its_examples(shop, plumbrule: Callable):
    (shop.path / "own").mkdir()
    file = shop.path / "own/no-prints.md"
    file.write_text(RULE.replace("{bad}", "print.py"))
    assert plumbrule(shop.path, "rules", "test", "own").code == 0
    file.write_text(RULE.replace("{bad}", "other.py"))
    answer = plumbrule(shop.path, "rules", "test", str(file))
    assert answer.code == 1
    assert "no-prints" in answer.out
    assert plumbrule(shop.path, "rules", "test", "nowhere").code == 2


def test_the_policy_sets_what_the_list_says(shop, plumbrule: Callable):
    (shop.path / "plumbrule.toml").write_text('[rules.dependency-cycle]\nseverity = "warning"\n')
    listed = plumbrule(shop.path, "rules", "list").out
    assert re.search(r"^.*dependency-cycle.*warning|warning.*dependency-cycle", listed, re.MULTILINE)


def test_an_unknown_key_names_the_nearest(shop, plumbrule: Callable):
    for text, words in (
        ("[component]\nx = 'y/**'\n", "components"),
        ("[rules.dependency-cycel]\nmin = 1\n", "dependency-cycle"),
        ("[limits]\nparsd = 1\n", "parsed"),
    ):
        (shop.path / "plumbrule.toml").write_text(text)
        answer = plumbrule(shop.path, "scan", "--quiet")
        assert answer.code == 2, text
        assert words in answer.err
        assert "plumbrule.toml" in answer.err


def test_init_writes_a_policy_that_scan_and_gate_take(shop, plumbrule: Callable):
    answer = plumbrule(shop.path, "init")
    assert answer.code == 0, answer.err
    text = (shop.path / "plumbrule.toml").read_text()
    policy = read_policy(text, "plumbrule.toml")
    assert {part.name for part in policy.components} >= {"shop", "web", "domain"}
    assert text.count("#") > 3
    assert plumbrule(shop.path, "scan", "--quiet").code == 0
    shop.commit()
    shop.branch("topic")
    shop.commit({"a.py": "x = 1\n"})
    assert plumbrule(shop.path, "gate", "--base", "main", "--quiet").code == 0


def test_init_refuses_to_overwrite_unless_told(shop, plumbrule: Callable):
    (shop.path / "plumbrule.toml").write_text("# mine\n")
    answer = plumbrule(shop.path, "init")
    assert answer.code == 2
    assert "--force" in answer.err
    assert (shop.path / "plumbrule.toml").read_text() == "# mine\n"
    assert plumbrule(shop.path, "init", "--force").code == 0
    assert (shop.path / "plumbrule.toml").read_text() != "# mine\n"


def test_a_baseline_is_sorted_one_finding_a_line_and_makes_strict_pass(shop, plumbrule: Callable):
    answer = plumbrule(shop.path, "baseline", "--quiet")
    assert answer.code == 0, answer.err
    lines = (shop.path / "plumbrule.baseline").read_text().splitlines()
    entries = [line for line in lines if not line.startswith("#")]
    assert entries == sorted(entries)
    assert "dependency-cycle\tshop/cart.py -> shop/tax.py" in [line.rpartition("\t")[0] for line in entries]
    shop.commit()
    shop.branch("topic")
    shop.commit({"a.py": "x = 1\n"})
    strict = ("gate", "--base", "main", "--quiet", "--strict")
    assert plumbrule(shop.path, *strict).code == 0
    shop.switch("main")
    shop.commit({"plumbrule.baseline": "".join(f"{line}\n" for line in lines if "cart.py -> shop/tax" not in line)})
    shop.switch("topic")
    shop.merge("main")
    assert plumbrule(shop.path, *strict).code == 1
    before = (shop.path / "plumbrule.baseline").read_bytes()
    plumbrule(shop.path, "baseline", "--quiet")
    assert (shop.path / "plumbrule.baseline").read_bytes() == before
    plumbrule(shop.path, "baseline", "--quiet", "--accept-new")
    assert (shop.path / "plumbrule.baseline").read_bytes() != before
    again = (shop.path / "plumbrule.baseline").read_bytes()
    plumbrule(shop.path, "baseline", "--quiet")
    assert (shop.path / "plumbrule.baseline").read_bytes() == again


def test_a_finding_is_explained_by_the_beginning_of_its_id(shop, plumbrule: Callable):
    sql = "SELECT finding FROM finding WHERE subject = 'shop/cart.py -> shop/tax.py'"
    (row,) = json.loads(plumbrule(shop.path, "query", sql, "--format", "json").out)
    for name in (row["finding"], row["finding"][:8]):
        answer = plumbrule(shop.path, "explain", name)
        assert answer.code == 0, answer.err
        assert "shop/cart.py" in answer.out
        assert "dependency-cycle" in answer.out
    unknown = plumbrule(shop.path, "explain", "ffffffffffff")
    assert unknown.code == 2
    assert "ffffffffffff" in unknown.err


def test_a_finding_that_was_fixed_is_explained_as_it_was_told_last(shop, plumbrule: Callable):
    sql = "SELECT finding FROM finding WHERE subject = 'shop/cart.py -> shop/tax.py'"
    (row,) = json.loads(plumbrule(shop.path, "query", sql, "--format", "json").out)
    told_at = shop.head
    for tax in ("def rate() -> float:\n    return 0.2\n", "def rate() -> float:\n    return 0.3\n"):
        fixed_at = shop.commit({"shop/tax.py": tax})
        assert plumbrule(shop.path, "scan", "--quiet").code == 0
        answer = plumbrule(shop.path, "explain", row["finding"])
        assert answer.code == 0, answer.err
        assert "dependency-cycle" in answer.out
        assert "shop/cart.py:1" in answer.out
        assert ", fixed)" in answer.out
    assert f"Told last at {told_at[:12]}" in answer.out
    assert "Fixed in batch" in answer.out
    assert fixed_at[:12] not in answer.out, "the commit before the last one fixed it"


def test_a_finding_of_a_renamed_file_leads_to_what_it_is_told_as_now(shop, plumbrule: Callable):
    sql = "SELECT finding FROM finding WHERE subject = '{}'"
    (old,) = json.loads(
        plumbrule(shop.path, "query", sql.format("shop/cart.py -> shop/tax.py"), "--format", "json").out
    )
    shop.git("mv", "shop/cart.py", "shop/basket.py")
    shop.commit({"shop/tax.py": SHOP["shop/tax.py"].replace("cart", "basket")})
    assert plumbrule(shop.path, "scan", "--quiet").code == 0
    now = "shop/basket.py -> shop/tax.py"
    (new,) = json.loads(plumbrule(shop.path, "query", sql.format(now), "--format", "json").out)
    answer = plumbrule(shop.path, "explain", old["finding"])
    assert answer.code == 0, answer.err
    assert f"it is told as {new['finding']}, {now} since" in answer.out


def test_commands_work_from_a_folder_below_the_root(shop, plumbrule: Callable):
    for command in (("query", "SELECT count(*) FROM file"), ("scan", "--quiet"), ("rules", "list")):
        assert plumbrule(shop.path / "shop", *command).code == 0
    assert not (shop.path / "shop/.plumbrule").exists()


def test_a_store_beside_the_policy_serves_the_repositories_below_it(shop, plumbrule: Callable, tmp_path: Path):
    (tmp_path / "plumbrule.toml").write_text("[batches]\nwindow = 60\n")
    assert plumbrule(shop.path, "scan", "--quiet").code == 0
    assert (tmp_path / ".plumbrule/CURRENT").exists()


def test_help_and_version_need_no_repository(process: Callable, tmp_path: Path):
    for arguments in (("--help",), ("--version",), ("gate", "--help"), ("report", "weekly", "--help")):
        asked = process(tmp_path, *arguments)
        out, err = asked.communicate(timeout=60)
        assert (asked.returncode, err) == (0, "")
        assert "plumbrule" in out


@pytest.mark.parametrize(
    "wrong", [(), ("scna",), ("gate", "--format", "xml"), ("query",), ("rules",), ("scan", "--today", "x")]
)
def test_bad_usage_ends_with_2_and_says_how(process: Callable, tmp_path: Path, wrong: tuple[str, ...]):
    asked = process(tmp_path, *wrong)
    out, err = asked.communicate(timeout=60)
    assert (asked.returncode, out) == (2, "")
    assert "usage: plumbrule" in err


def test_a_waiver_is_dated_by_today(make_repo: Callable, plumbrule: Callable):
    repo = make_repo(SHOP)
    waivers = "".join(
        f'[[waiver]]\nrule = "dependency-cycle"\nsubject = "{a} -> {b}"\nreason = "r"\nowner = "o"\nexpires = {day}\n'
        for a, b, day in (
            ("shop/cart.py", "shop/tax.py", date(2024, 6, 1)),
            ("shop/tax.py", "shop/cart.py", date(2024, 6, 2)),
        )
    )
    repo.commit({"plumbrule.toml": waivers})
    states = "SELECT subject, state FROM finding WHERE rule = 'dependency-cycle' ORDER BY subject"
    for today, wanted in (("2024-06-01", ["waived", "waived"]), ("2024-06-02", ["known", "waived"])):
        assert plumbrule(repo.path, "scan", "--quiet", "--today", today, "--store", today).code == 0
        found = json.loads(plumbrule(repo.path, "query", states, "--format", "json", "--store", today).out)
        assert [row["state"] for row in found] == wanted, today


@pytest.mark.parametrize("name", ["x\n::error::all is well", "x ##[group]y", "x\x1b[2Jy"])
def test_an_error_that_repeats_a_name_commands_neither_terminal_nor_runner(shop, plumbrule: Callable, name: str):
    answer = plumbrule(shop.path, "gate", "--base", name, "--quiet", "--format", "json")
    assert answer.code == 2
    assert "all is well" in answer.err or "y" in answer.err
    text = plumbrule(shop.path, "gate", "--base", name, "--quiet").out
    for line in (*answer.err.splitlines(), *text.splitlines()):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "\x1b" not in line
