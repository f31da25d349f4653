"""A gate beside a store: the same answer warm and cold, and nothing written but facts; and how the answer comes out."""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from plumbrule.extract import Limits
from plumbrule.extract.ceiling import Ceiling
from plumbrule.report import format_names

CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
POLICY = """\
[components]
alpha = "alpha/**"
beta = "beta/**"

[[forbid]]
from = "beta"
to = "alpha"
"""
BODY = """\
def f{n}(a: int, b: int = {n}) -> int:
    if a > b:
        return {other}.g{n}(a)
    return b


def g{n}(a: int) -> int:
    return a + {n}
"""


OWN_RULE = """\
---
id: no-prints
title: A file for prints
severity: error
---
Prints belong to nobody.

## What to do instead
Delete it.

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


def module(chance: random.Random, names: list[str]) -> str:
    others = sorted({name.removesuffix(".py").replace("/", ".") for name in chance.sample(names, 2)})
    imports = "".join(f"import {other}\n" for other in others)
    return imports + "\n\n" + BODY.format(n=chance.randrange(4), other=chance.choice(others))


def system(chance: random.Random) -> dict[str, str]:
    names = [f"{folder}/m{n}.py" for folder in ("alpha", "beta", "gamma") for n in range(4)]
    return {"plumbrule.toml": POLICY, **{name: module(chance, names) for name in names}}


def change(chance: random.Random, files: Mapping[str, str]) -> dict[str, str | None]:
    """One to three of: modify, add, delete, rename (sometimes with an edit)."""
    names = sorted(name for name in files if name.endswith(".py"))
    made: dict[str, str | None] = {}
    for number in range(chance.randrange(1, 4)):
        what, name = chance.choice(("modify", "add", "delete", "rename", "retouch")), chance.choice(names)
        if what in ("modify", "retouch"):
            made[name] = module(chance, names) if what == "modify" else files[name] + f"\n\nX{number} = 1\n"
        elif what == "add":
            made[f"{name.partition('/')[0]}/n{number}.py"] = module(chance, names)
        elif name not in made:
            made[name] = None
            if what == "rename":
                made[f"gamma/r{number}.py"] = files[name] + ("" if chance.random() < 0.5 else "\nY = 2\n")
    return made


BY_HISTORY = ("hidden-coupling", "slow-drift", "unusual-change")


def told(text: str) -> dict[str, Any]:
    """A report without what only a store knows: the rules based on history."""
    report = json.loads(text)
    report["findings"] = [f for f in report["findings"] if f["rule"] not in BY_HISTORY]
    report["rules"] = [r for r in report["rules"] if r["id"] not in BY_HISTORY]
    report["coverage"]["not_measured"] = [
        text for text in report["coverage"]["not_measured"] if not text.startswith(BY_HISTORY)
    ]
    del report["coverage"]["rules"]
    return report


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("facts.sqlite")
    }


@pytest.mark.parametrize("seed", range(2))
def test_warm_and_cold_gates_say_the_same(make_repo: Callable, plumbrule: Callable, tmp_path: Path, seed: int):
    chance = random.Random(seed)
    files = system(chance)
    repo = make_repo(files)
    assert plumbrule(repo.path, "scan", "--quiet").code == 0
    before = content(repo.path / ".plumbrule")
    for number in range(4):
        repo.git("switch", "--quiet", "--detach", "main")
        repo.commit(change(chance, files), f"change {number}")
        gate = ("gate", "--base", "main", "--quiet", "--format", "json")
        warm = plumbrule(repo.path, *gate)
        cold = plumbrule(repo.path, *gate, "--store", str(tmp_path / f"cold {number}"))
        assert warm.code == cold.code
        assert told(warm.out) == told(cold.out)
    assert warm.out == plumbrule(repo.path, *gate).out
    assert content(repo.path / ".plumbrule") == before
    assert not (tmp_path / "cold 0/generations").exists()


def test_a_gate_under_a_ceiling_of_memory_says_the_same(
    make_repo: Callable, plumbrule: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """In parts so small that no file has its neighbours at hand."""
    chance = random.Random(1)
    files = system(chance)
    repo = make_repo(files)
    repo.git("switch", "--quiet", "--detach", "main")
    repo.commit(change(chance, files), "change")
    gate = ("gate", "--base", "main", "--quiet", "--format", "json")
    free = plumbrule(repo.path, *gate, "--store", str(tmp_path / "free"))
    asked: list[int] = []

    def limits(self: Ceiling, usual: Limits) -> Limits:
        asked.append(self.bytes)
        return Limits(at_once=3, processes=1)

    monkeypatch.setattr(Ceiling, "limits", limits)
    low = plumbrule(repo.path, *gate, "--store", str(tmp_path / "low"), "--memory", "300MB")
    assert (low.code, low.out) == (free.code, free.out)
    assert asked == [300 << 20]
    assert plumbrule(repo.path, *gate, "--memory", "3MB").code == 2


def test_a_base_that_moved_on_since_the_scan_is_judged_like_without_a_store(
    shop: Callable, judged: Callable, plumbrule: Callable, found: Callable
):
    repo = shop()
    repo.switch("main")
    plumbrule(repo.path, "scan", "--quiet")
    repo.commit({"shop/other.py": "import shop.tax\n"})
    repo.switch("topic")
    repo.merge("main")
    repo.commit(CYCLE)
    store = repo.path / ".plumbrule"
    _, warm = judged(repo, store=store)
    _, cold = judged(repo)
    assert told(json.dumps(warm)) == told(json.dumps(cold))
    assert len(found(warm, "new", "dependency-cycle")) == 2


def test_a_scan_under_another_policy_does_not_colour_the_verdict(shop: Callable, judged: Callable, plumbrule: Callable):
    repo = shop({"plumbrule.toml": "[batches]\nwindow = 60\n"})
    repo.write({"plumbrule.toml": '[rules.dependency-cycle]\nseverity = "off"\n'})
    plumbrule(repo.path, "scan", "--quiet")
    repo.git("checkout", "--quiet", "--", "plumbrule.toml")
    repo.commit(CYCLE)
    assert judged(repo, store=repo.path / ".plumbrule")[0] == 1


@pytest.mark.parametrize("reworded", [False, True])
def test_what_stood_before_reads_the_same_with_and_without_a_store(
    shop: Callable, judged: Callable, plumbrule: Callable, found: Callable, reworded: bool
):
    policy = 'rules = ["rules"]\n[components]\nshop = "shop/**"\ngone = "gone/**"\n'
    repo = shop({"plumbrule.toml": policy, "rules/no-prints.md": OWN_RULE, "shop/print.py": "x = 1\n"})
    if reworded:  # where the scan found it on disk, and nowhere else
        repo.write({"rules/no-prints.md": OWN_RULE.replace("Delete it.", "Keep it.")})
    plumbrule(repo.path, "scan", "--quiet")
    repo.git("checkout", "--quiet", "--", "rules")
    repo.commit({"shop/cart.py": "import shop.tax\n"})
    _, warm = judged(repo, store=repo.path / ".plumbrule")
    _, cold = judged(repo)
    assert told(json.dumps(warm)) == told(json.dumps(cold))
    assert found(warm, "known", "no-prints") == ["shop/print.py"]
    assert len(found(warm, "known", "dead-selector")) == 1


def test_a_damaged_store_costs_time_and_no_verdict(shop: Callable, judged: Callable, plumbrule: Callable):
    repo = shop()
    plumbrule(repo.path, "scan", "--quiet")
    repo.commit(CYCLE)
    _, clean = judged(repo)
    store = repo.path / ".plumbrule"
    (store / "facts.sqlite").write_bytes(b"no database")
    for generation in (store / "generations").glob("*.duckdb"):
        generation.write_bytes(b"no database either")
    answer = plumbrule(repo.path, "gate", "--base", "main", "--format", "json", "--quiet")
    assert answer.code == 1
    assert told(answer.out) == told(json.dumps(clean))


def test_facts_that_were_lost_cost_time_and_no_verdict(shop: Callable, judged: Callable, plumbrule: Callable):
    repo = shop()
    plumbrule(repo.path, "scan", "--quiet")
    repo.commit(CYCLE)
    store = repo.path / ".plumbrule"
    for file in store.glob("facts.sqlite*"):
        file.unlink()
    assert judged(repo, store=store)[0] == 1


def test_a_read_only_store_is_read_and_left_alone(shop: Callable, process: Callable, plumbrule: Callable):
    repo = shop()
    plumbrule(repo.path, "scan", "--quiet")
    repo.commit(CYCLE)
    store = repo.path / ".plumbrule"
    folders = [store, *(path for path in store.rglob("*"))]
    before = {path: path.stat().st_mtime_ns for path in folders}
    for path in folders:
        path.chmod(0o555 if path.is_dir() else 0o444)
    # Root may write anywhere, unless it gives that right up before a program starts.
    program = (
        "import ctypes, os, sys\n"
        "ctypes.CDLL(None).prctl(24, 1)\n"
        "again = 'import sys; from plumbrule.cli import main; sys.exit(main())'\n"
        "os.execv(sys.executable, [sys.executable, '-c', again, *sys.argv[1:]])\n"
    )
    gate = ("gate", "--base", "main", "--quiet", "--format", "json", "--today", "2024-06-01")
    asked = process(repo.path, *gate, program=program)
    out, err = asked.communicate(timeout=60)
    for path in folders:
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert asked.returncode == 1, err
    assert json.loads(out)["verdict"] == "failed"
    assert {path: path.stat().st_mtime_ns for path in folders} == before


def test_a_store_that_cannot_even_be_made_is_no_hindrance(shop: Callable, judged: Callable, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    repo = shop()
    repo.commit(CYCLE)
    assert judged(repo, store=tmp_path / "file/store")[0] == 1


def test_a_cold_gate_leaves_facts_behind_and_nothing_else(shop: Callable, plumbrule: Callable):
    repo = shop()
    repo.commit(CYCLE)
    plumbrule(repo.path, "gate", "--base", "main", "--quiet")
    names = {path.name for path in (repo.path / ".plumbrule").iterdir()}
    assert {name.partition("-")[0] for name in names} <= {".gitignore", "facts.sqlite"}
    assert repo.git("status", "--porcelain") == ""


def test_the_store_may_be_named_by_the_environment(shop: Callable, process: Callable, tmp_path: Path):
    repo = shop()
    repo.commit({"shop/other.py": "x = 1\n"})
    asked = process(repo.path, "gate", "--base", "main", "--quiet", PLUMBRULE_STORE=str(tmp_path / "elsewhere"))
    asked.communicate(timeout=60)
    assert asked.returncode == 0
    assert (tmp_path / "elsewhere/facts.sqlite").exists()
    assert not (repo.path / ".plumbrule").exists()


def test_the_same_inputs_give_the_same_bytes_wherever_the_checkout_lies(
    shop: Callable, plumbrule: Callable, tmp_path: Path
):
    repo = shop()
    repo.commit(CYCLE)
    (tmp_path / "elsewhere").mkdir()
    other = tmp_path / "elsewhere/repo"
    subprocess.run(["git", "clone", "--quiet", repo.path, other], check=True)
    for format_ in format_names():
        one = plumbrule(repo.path, "gate", "--base", "main", "--quiet", "--format", format_)
        two = plumbrule(other, "gate", "--base", "origin/main", "--quiet", "--format", format_)
        assert one.out == two.out
        assert str(tmp_path) not in one.out


def test_every_format_says_the_verdict_and_the_finding(shop: Callable, plumbrule: Callable):
    repo = shop()
    repo.commit(CYCLE)
    for format_ in format_names():
        answer = plumbrule(repo.path, "gate", "--base", "main", "--quiet", "--format", format_)
        assert answer.code == 1
        assert ("failed: 2 findings" if format_ == "badge" else "dependency-cycle") in answer.out
        assert answer.err == ""
        if format_ == "sarif":
            schema = json.loads(resources.files("linceo").joinpath("data/sarif-schema-2.1.0.json").read_text())
            jsonschema.Draft4Validator(schema).validate(json.loads(answer.out))


def test_a_report_in_a_file_leaves_standard_output_empty(shop: Callable, plumbrule: Callable, tmp_path: Path):
    repo = shop()
    repo.commit(CYCLE)
    gate = ("gate", "--base", "main", "--quiet", "--format", "json", "--output")
    answer = plumbrule(repo.path, *gate, str(tmp_path / "report.json"))
    assert (answer.code, answer.out) == (1, "")
    assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "failed"
    answer = plumbrule(repo.path, *gate, str(tmp_path / "no/such/folder.json"))
    assert answer.code == 2
    assert "no/such/folder.json" in answer.err


def test_a_report_in_a_file_says_not_judged_too(shop: Callable, plumbrule: Callable, tmp_path: Path):
    answer = plumbrule(
        shop().path, "gate", "--base", "nowhere", "--format", "json", "--output", str(tmp_path / "report.json")
    )
    assert answer.code == 2
    assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "not-judged"


def test_names_of_the_code_are_shown_and_never_obeyed(shop: Callable, plumbrule: Callable, judged: Callable):
    hostile = "a\n::error::pwned\x1b[31m'\"<script>alert(1)<script>\u202e';DROP TABLE finding;--"
    repo = shop()
    repo.commit({f"shop/{hostile}.py": "import shop.tax\n", f"big {hostile}.py": "import shop\n" + "x = 1\n" * 3000})
    code, report = judged(repo)
    assert code == 0
    assert any(hostile in f["path"] for f in report["findings"])
    assert not any("\n::error" in f["remedy"] + f["message"] for f in report["findings"])
    for format_ in ("text", "markdown"):
        out = plumbrule(repo.path, "gate", "--base", "main", "--quiet", "--format", format_).out
        assert "oversized-file" in out
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "\n::error::" not in out
        assert not any(line.lstrip().startswith("::error::") for line in out.splitlines())
        assert "<script>" not in re.sub("`[^`\n]*`", "", out) or format_ == "text"


def test_an_output_that_knows_no_arrows_is_no_fault_of_the_change(shop: Callable, process: Callable):
    repo = shop()
    repo.commit({**CYCLE, "größe.py": "x = 1\n" * 3000})
    for format_ in ("text", "json", "markdown", "sarif"):
        gate = ("gate", "--base", "main", "--quiet", "--format", format_)
        asked = process(repo.path, *gate, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        _, err = asked.communicate(timeout=60)
        assert (asked.returncode, err) == (1, "")


def test_a_reader_that_goes_away_is_no_fault(shop: Callable, process: Callable):
    repo = shop()
    asked = process(repo.path, "rules", "list")
    assert asked.stdout is not None
    asked.stdout.close()
    assert asked.wait(timeout=60) == 0
    assert asked.stderr is not None
    assert "Traceback" not in asked.stderr.read()


def test_a_fault_of_ours_is_never_taken_for_a_verdict(shop: Callable, process: Callable):
    repo = shop()
    repo.commit(CYCLE)
    program = (
        "import sys, plumbrule.gate\n"
        "def broken(*_, **__): raise ZeroDivisionError('ours')\n"
        "plumbrule.gate.gate = broken\n"
        "from plumbrule.cli import main\n"
        "sys.exit(main())\n"
    )
    asked = process(repo.path, "gate", "--base", "main", "--format", "json", program=program)
    _, err = asked.communicate(timeout=60)
    assert asked.returncode == 2
    assert "ZeroDivisionError" in err


@pytest.mark.parametrize(
    "wrong", [("--format", "pdf"), ("--today", "soon"), ("--fail-on", "off"), ("--head", "nowhere"), ("--nonsense",)]
)
def test_bad_usage_is_not_judged(shop: Callable, process: Callable, wrong: tuple[str, ...]):
    asked = process(shop().path, "gate", "--base", "main", *wrong)
    out, err = asked.communicate(timeout=60)
    assert asked.returncode == 2
    assert wrong[-1] in out + err


def test_a_gate_in_a_hook_is_not_misled_by_git_s_variables(shop: Callable, process: Callable, make_repo: Callable):
    repo = shop()
    repo.commit(CYCLE)
    other = make_repo({"a.py": "x = 1\n"}, name="other")
    asked = process(
        repo.path, "gate", "--base", "main", "--quiet", GIT_DIR=str(other.path / ".git"), GIT_INDEX_FILE="x"
    )
    asked.communicate(timeout=60)
    assert asked.returncode == 1
