"""Every way that is known to talk past the gate by editing what it judges by: each fails by its own name, and the
harmless edit that looks like it passes (DESIGN, law 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

Files = Mapping[str, str | bytes | None]

POLICY = """\
exclude = ["gen/**"]

[components]
web = "web/**"
domain = ["domain/**", "core/**"]
tools = "tools/**"

[[layers]]
name = "top down"
order = ["web", "domain", "tools"]

[[forbid]]
from = "tools"
to = "web"

[rules]
folders = ["architecture"]

[rules.oversized-file]
severity = "error"
limit = 20

[rules.undeclared-code]
severity = "error"

[[waiver]]
rule = "layer-breach"
subject = "tools/old.py -> domain/stock.py"
reason = "goes with the old stock"
owner = "@shop"
expires = 2024-12-31

[[allow]]
name = "tools"
from = "tools"
to = ["domain"]

[limits]
resolved = 0.9
"""
RULE = """\
---
id: no-prints
title: Files called print
severity: error
parameters:
  least: {default: 1, doc: "lines from which a file counts"}
---
A printer belongs elsewhere.

## What to do instead
Move {path}.

## Finds
```sql
SELECT repo, path AS subject, path, 1 AS line FROM now.file WHERE path LIKE '%print%' AND lines >= $least
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
WORKFLOW = """\
name: checks
on:
  pull_request:
  push:
    branches: [main]
jobs:
  architecture:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - name: plumbrule gate
        run: |
          pip install plumbrule==1.0
          plumbrule gate --base origin/main --fail-on warning --strict
      - run: plumbrule rules test architecture
"""
GITLAB = """\
stages: [test]
architecture:
  stage: test
  script:
    - plumbrule gate --base origin/main
"""
HOOK = """\
repos:
  - repo: https://example.org/plumbrule
    rev: v1.0
    hooks:
      - id: plumbrule-gate
"""
JENKINS = "pipeline {\n  stages { stage('a') { steps {\n    sh 'plumbrule gate --base origin/main'\n  } } }\n}\n"
MAKE = "check:\n\tplumbrule gate --base origin/main\n"
CHECKS = ".github/workflows/checks.yml"
BASE: Files = {
    "plumbrule.toml": POLICY,
    "plumbrule.baseline": "oversized-file\ttools/long.py\n",
    "architecture/no-prints.md": RULE,
    CHECKS: WORKFLOW,
    ".gitlab-ci.yml": GITLAB,
    ".pre-commit-config.yaml": HOOK,
    "Jenkinsfile": JENKINS,
    "Makefile": MAKE,
    ".github/CODEOWNERS": "* @all\nplumbrule.toml @architects\n",
    "web/page.py": "from domain.order import pay\n\n\ndef show() -> None:\n    pay()\n",
    "domain/order.py": "def pay() -> None:\n    print()\n",
    "domain/stock.py": "def count() -> int:\n    return 1\n",
    "core/money.py": "def cents(amount: float) -> int:\n    return int(amount * 100)\n",
    "tools/clock.py": "def now() -> int:\n    return 1\n",
    "tools/old.py": "from domain.stock import count\n\nLEFT = count\n",
    "tools/long.py": "def long() -> None:\n" + "    print()\n" * 40,
}
UPWARDS: Files = {"domain/stock.py": "import web.page\n\n\ndef count() -> int:\n    return len(str(web.page))\n"}
LONG: Files = {"domain/order.py": "def pay() -> None:\n" + "    print()\n" * 30}
PRINT: Files = {"web/printing.py": "x = 1\n"}
NOTHING: Files = {}
WAIVER = """
[[waiver]]
rule = "layer-breach"
subject = "domain/stock.py -> web/page.py"
reason = "later"
owner = "@shop"
expires = 2024-12-31
"""


def policy(old: str = "", new: str = "", *, more: str = "") -> Files:
    assert old in POLICY
    return {"plumbrule.toml": POLICY.replace(old, new, 1) + more}


def rule(old: str, new: str) -> Files:
    assert old in RULE
    return {"architecture/no-prints.md": RULE.replace(old, new, 1)}


def workflow(old: str, new: str) -> Files:
    assert old in WORKFLOW
    return {CHECKS: WORKFLOW.replace(old, new, 1)}


def ran(how: str = "") -> str:
    """The subject of what is told of the step that runs the gate."""
    return f"pipeline {CHECKS}: {GATE}{how and f': {how}'}"


class Way(NamedTuple):
    """One way of loosening."""

    name: str
    edit: Files
    breach: Files  # what it is meant to let through
    told: str  # the subject of the finding
    twin: Files  # an edit of the same place that loosens nothing
    hides: str = ""  # a finding that it is told to hide


GATE = "plumbrule gate --base origin/main --fail-on warning --strict"
LAYERS = '[[layers]]\nname = "top down"\norder = ["web", "domain", "tools"]\n'
BREACH = "layer-breach: domain/stock.py -> web/page.py (no longer found)"
WAYS = [
    Way(
        "severity lowered",
        policy('"error"\nlimit', '"info"\nlimit'),
        LONG,
        "severity oversized-file",
        policy('"error"\nlimit = 20', '"error"\nlimit = 19'),
        "oversized-file: domain/order.py (info in place of error)",
    ),
    Way(
        "rule off",
        policy(more='[rules.layer-breach]\nseverity = "off"\n'),
        UPWARDS,
        "severity layer-breach",
        policy(more='[rules.layer-breach]\nseverity = "error"\n'),
        BREACH,
    ),
    Way(
        "undeclared code off",
        policy('undeclared-code]\nseverity = "error"', 'undeclared-code]\nseverity = "off"'),
        {"extra/a.py": "x = 1\n"},
        "severity undeclared-code",
        policy("[[layers]]", 'extra = "extra/**"\n[[layers]]') | {"extra/a.py": "x = 1\n"},
    ),
    Way(
        "parameter relaxed",
        policy("limit = 20", "limit = 400"),
        LONG,
        "parameter oversized-file limit",
        policy("limit = 20", "limit = 20  # lines"),
        "oversized-file: domain/order.py (no longer found)",
    ),
    Way(
        "own rule deleted",
        {**policy('[rules]\nfolders = ["architecture"]\n'), "architecture/no-prints.md": None},
        PRINT,
        "rule no-prints",
        policy('folders = ["architecture"]', 'folders = ["law"]')
        | {"architecture/no-prints.md": None, "law/no-prints.md": RULE},
        "no-prints: web/printing.py (no longer found)",
    ),
    Way(
        "rules folder dropped",
        policy('folders = ["architecture"]', "folders = []"),
        PRINT,
        "rule no-prints",
        rule("A printer belongs elsewhere.", "A printer belongs in another place."),
    ),
    Way(
        "own rule's severity lowered",
        rule("severity: error", "severity: info"),
        PRINT,
        "rule no-prints",
        rule("A printer belongs elsewhere.", "A printer belongs in another place."),
    ),
    Way(
        "own rule's SQL narrowed",
        rule("'%print%'", "'%prints%'"),
        PRINT,
        "rule no-prints",
        rule("AND lines", "\n  -- every file with a line\n  AND   lines"),
        "no-prints: web/printing.py (no longer found)",
    ),
    Way("own rule's parameter relaxed", rule("default: 1", "default: 900"), PRINT, "rule no-prints", NOTHING),
    Way(
        "own rule made to need what is never there",
        rule("severity: error", "severity: error\nneeds: [policy_loosening]"),
        PRINT,
        "rule no-prints",
        NOTHING,
    ),
    Way(
        "Bad example deleted",
        rule("## Bad\n```files\n--- print.py\nx = 1\n```\n", "## Bad\n```files\n--- print.py\nx = 2\n```\n"),
        PRINT,
        "example no-prints Bad 1",
        rule("## Good", "One more.\n```files\n--- printed.py\nx = 1\n```\n\n## Good"),
    ),
    Way(
        "Good example deleted",
        rule("--- a.py", "--- b.py"),
        PRINT,
        "example no-prints Good 1",
        {"architecture/no-prints.md": RULE + "\nOne more.\n```files\n--- c.py\nx = 1\n```\n"},
    ),
    Way(
        "waiver added",
        policy(more=WAIVER),
        UPWARDS,
        "waiver layer-breach: domain/stock.py -> web/page.py",
        policy("goes with the old stock", "goes with the stock of last year"),
        "layer-breach: domain/stock.py -> web/page.py (waived)",
    ),
    Way(
        "expiry pushed out",
        policy("2024-12-31", "2034-12-31"),
        UPWARDS,
        "waiver layer-breach: tools/old.py -> domain/stock.py",
        policy("2024-12-31", "2024-10-31"),
    ),
    Way(
        "baseline entry added",
        {"plumbrule.baseline": "layer-breach\tdomain/stock.py -> web/page.py\noversized-file\ttools/long.py\n"},
        UPWARDS,
        "baseline layer-breach: domain/stock.py -> web/page.py",
        {"plumbrule.baseline": "# still one\r\noversized-file\ttools/long.py\r\n"},
        "layer-breach: domain/stock.py -> web/page.py (accepted)",
    ),
    Way("baseline deleted", {"plumbrule.baseline": None}, UPWARDS, "baseline plumbrule.baseline", NOTHING),
    Way(
        "component globs narrowed",
        policy('"domain/**"', '"domain/order.py"'),
        UPWARDS,
        "component domain: none",
        policy('["domain/**", "core/**"]', '["core/**", "domain/**", "domain/order.py"]'),
        BREACH,
    ),
    Way(
        "component globs take back",
        policy('"core/**"]', '"core/**", "!domain/stock.py"]'),
        UPWARDS,
        "component domain: none",
        policy('"tools/**"', '["tools/**", "!tools/none.py"]'),
    ),
    Way(
        "component in front takes files",
        policy("[components]\n", '[components]\nfree = "domain/stock.py"\n'),
        UPWARDS,
        "dependency domain -> web",
        policy('[components]\nweb = "web/**"\n', "[components]\n")
        | policy(
            '[components]\nweb = "web/**"\ndomain = ["domain/**", "core/**"]\n',
            '[components]\ndomain = ["domain/**", "core/**"]\nweb = "web/**"\n',
        ),
        BREACH,
    ),
    Way(
        "component folder moved away",
        policy('web = "web/**"', 'web = "www/**"'),
        UPWARDS,
        "component web: none",
        {**policy('"core/**"', '"base/**"'), "core/money.py": None, "base/money.py": BASE["core/money.py"]},
        BREACH,
    ),
    Way(
        "exclude widened",
        policy('"gen/**"', '"gen/**", "domain/stock.py"'),
        UPWARDS,
        "exclude domain/stock.py",
        policy('"gen/**"', '"gen/**", "never/**"'),
        BREACH,
    ),
    Way(
        "exclude no longer takes back",
        policy('"gen/**"', '"gen/**", "domain/**"'),
        LONG,
        "exclude domain/**",
        policy('exclude = ["gen/**"]', "exclude = [\n  'gen/**',\n]"),
    ),
    Way(
        "layers reordered",
        policy('["web", "domain", "tools"]', '["domain", "web", "tools"]'),
        UPWARDS,
        "dependency domain -> web",
        policy('name = "top down"', 'name = "top down"\nreason = "Browsers come and go."'),
        BREACH,
    ),
    Way(
        "layers shortened",
        policy('["web", "domain", "tools"]', '["web", "tools"]'),
        UPWARDS,
        "dependency domain -> web",
        policy("[[forbid]]", '[[layers]]\nname = "again"\norder = ["web", "domain"]\n[[forbid]]'),
        BREACH,
    ),
    Way(
        "contract removed",
        policy(LAYERS),
        UPWARDS,
        "dependency domain -> web",
        policy('[[forbid]]\nfrom = "tools"\nto = "web"\n'),
        BREACH,
    ),
    Way(
        "contract widened",
        policy('to = ["domain"]', 'to = ["domain", "web"]'),
        {"tools/clock.py": "import web.page\n\n\ndef now() -> str:\n    return str(web.page)\n"},
        "contract [[allow]] tools",
        policy('name = "tools"\n', 'name = "tools"\nreason = "Tools are for all."\n'),
        "dependency-not-allowed: tools/clock.py -> web/page.py (no longer found)",
    ),
    Way(
        "contract of another kind removed",
        policy('[[allow]]\nname = "tools"\nfrom = "tools"\nto = ["domain"]\n'),
        NOTHING,
        "contract [[allow]] tools",
        policy("[limits]", '[[allow]]\nname = "web"\nfrom = "web"\nto = ["domain", "tools"]\n\n[limits]'),
    ),
    Way(
        "limit raised",
        policy("resolved = 0.9", "resolved = 0.1"),
        UPWARDS,
        "limit resolved",
        policy("resolved = 0.9", "resolved = 0.90"),
    ),
    Way("policy deleted", {"plumbrule.toml": None}, UPWARDS, "policy plumbrule.toml", NOTHING),
    Way(
        "policy renamed", {"plumbrule.toml": None, "Plumbrule.toml": POLICY}, UPWARDS, "policy plumbrule.toml", NOTHING
    ),
    Way(
        "policy moved below",
        {"plumbrule.toml": None, "web/plumbrule.toml": POLICY},
        UPWARDS,
        "policy plumbrule.toml",
        {"web/plumbrule.toml": 'exclude = ["**"]\n'},
    ),
    Way(
        "policy broken",
        policy("[components]", "[components"),
        UPWARDS,
        "policy plumbrule.toml",
        {"plumbrule.toml": POLICY.replace("\n", "\r\n")},
    ),
    Way(
        "policy not UTF-8",
        {"plumbrule.toml": b"\xff\xfe" + POLICY.encode("utf-16-le")},
        UPWARDS,
        "policy plumbrule.toml",
        {"plumbrule.toml": b"\xef\xbb\xbf" + POLICY.encode()},
    ),
    Way(
        "policy with a key twice",
        policy("resolved = 0.9", "resolved = 0.9\nresolved = 0.1"),
        UPWARDS,
        "policy plumbrule.toml",
        {
            "plumbrule.toml": POLICY.replace("[limits]\nresolved = 0.9\n", "").replace(
                "[components]", "limits = {resolved = 0.9}\n[components]"
            )
        },
    ),
    Way(
        "policy that speaks of no such rule",
        policy("oversized-file", "oversised-file"),
        LONG,
        "policy plumbrule.toml",
        NOTHING,
    ),
    Way(
        "gate removed from the workflow",
        workflow(f"          {GATE}\n", ""),
        UPWARDS,
        ran(),
        workflow("pip install plumbrule==1.0", "pip install plumbrule==1.1"),
    ),
    Way("workflow deleted", {CHECKS: None}, UPWARDS, ran(), {CHECKS: None, ".github/workflows/all.yml": WORKFLOW}),
    Way(
        "workflow set aside",
        {CHECKS: None, ".github/workflows/old/checks.yml": WORKFLOW},
        UPWARDS,
        ran(),
        workflow("name: checks", "name: all checks"),
    ),
    Way(
        "step may fail",
        workflow("      - name: plumbrule gate", "      - name: plumbrule gate\n        continue-on-error: true"),
        UPWARDS,
        ran("continue-on-error"),
        workflow("      - name: plumbrule gate", "      - name: the gate\n        continue-on-error: false"),
    ),
    Way(
        "job never runs",
        workflow("    runs-on:", "    if: false\n    runs-on:"),
        UPWARDS,
        ran("of its job: if"),
        workflow("    runs-on:", "    timeout-minutes: 5\n    runs-on:"),
    ),
    Way(
        "failure swallowed",
        workflow(GATE, f"{GATE} || true"),
        UPWARDS,
        ran("command"),
        workflow(GATE, f"{GATE} --format markdown"),
    ),
    Way(
        "shell goes on",
        workflow("          pip install", "          set +e\n          pip install"),
        UPWARDS,
        ran("set +e"),
        workflow("          pip install", "          echo looking\n          pip install"),
    ),
    Way(
        "fails on less",
        workflow("--fail-on warning", "--fail-on error"),
        UPWARDS,
        ran("--fail-on"),
        workflow("--fail-on warning", "--fail-on=info"),
    ),
    Way(
        "no longer strict",
        workflow(" --strict", ""),
        UPWARDS,
        ran("--strict"),
        workflow("warning --strict", "warning \\\n            --strict"),
    ),
    Way(
        "compared with itself",
        workflow("--base origin/main", "--base HEAD"),
        UPWARDS,
        ran("--base"),
        workflow("--base origin/main --fail-on warning", "--fail-on warning --base origin/main"),
    ),
    Way(
        "pull requests no longer start it",
        workflow("  pull_request:\n", ""),
        UPWARDS,
        ran("on"),
        workflow("  pull_request:\n", "  pull_request:\n  merge_group:\n"),
    ),
    Way(
        "rules no longer tested",
        workflow("      - run: plumbrule rules test architecture\n", ""),
        PRINT,
        f"pipeline {CHECKS}: plumbrule rules test architecture",
        workflow("      - run: plumbrule rules", "      - name: rules\n        run: plumbrule rules"),
    ),
    Way(
        "GitLab lets it fail",
        {".gitlab-ci.yml": GITLAB + "  allow_failure: true\n"},
        UPWARDS,
        "pipeline .gitlab-ci.yml: plumbrule gate --base origin/main: allow_failure",
        {".gitlab-ci.yml": GITLAB + "  interruptible: true\n"},
    ),
    Way(
        "GitLab inherits that it may fail",
        {".gitlab-ci.yml": ".soft: &soft\n  allow_failure: true\n" + GITLAB + "  <<: *soft\n"},
        UPWARDS,
        "pipeline .gitlab-ci.yml: plumbrule gate --base origin/main: allow_failure",
        {".gitlab-ci.yml": ".fast: &fast\n  interruptible: true\n" + GITLAB + "  <<: *fast\n"},
    ),
    Way(
        "hook removed",
        {".pre-commit-config.yaml": "repos: []\n"},
        UPWARDS,
        "pipeline .pre-commit-config.yaml: https://example.org/plumbrule",
        {".pre-commit-config.yaml": HOOK.replace("v1.0", "v1.1")},
    ),
    Way(
        "Jenkins lets it fail",
        {"Jenkinsfile": JENKINS.replace("main'", "main || true'")},
        UPWARDS,
        "pipeline Jenkinsfile: sh 'plumbrule gate --base origin/main'",
        {"Jenkinsfile": f"// checks\n{JENKINS}"},
    ),
    Way(
        "make lets it fail",
        {"Makefile": MAKE.replace("\tplumb", "\t-plumb")},
        UPWARDS,
        "pipeline Makefile: plumbrule gate --base origin/main",
        {"Makefile": MAKE.replace("main", "main --quiet")},
    ),
    Way(
        "owners of the policy taken out",
        {".github/CODEOWNERS": "* @all\n"},
        UPWARDS,
        "pipeline .github/CODEOWNERS: plumbrule.toml",
        {".github/CODEOWNERS": BASE[".github/CODEOWNERS"] + "/web/ @web\n"},
    ),
    Way(
        "generated marker",
        {"domain/stock.py": "# @generated\n" + str(UPWARDS["domain/stock.py"])},
        NOTHING,
        "generated domain/stock.py",
        {"domain/made.py": "# @generated\nx = 1\n"},
    ),
    Way(
        "generated attribute",
        {".gitattributes": "domain/*.py linguist-generated\n"},
        UPWARDS,
        "generated domain/order.py",
        {".gitattributes": "docs/** linguist-generated\n"},
    ),
    Way(
        "vendored attribute",
        {".gitattributes": "domain/*.py linguist-vendored\n"},
        UPWARDS,
        "vendored domain/order.py",
        {".gitattributes": "*.py text\n"},
    ),
    Way(
        "a folder moved out of its component",
        {"domain/order.py": None, "law/order.py": BASE["domain/order.py"], "domain/stock.py": None}
        | {
            "law/stock.py": BASE["domain/stock.py"],
            "web/page.py": "from law.order import pay\n\n\ndef show() -> None:\n    pay()\n",
        }
        | {"tools/old.py": "from law.stock import count\n\nLEFT = count\n"},
        NOTHING,
        "component domain: moved",
        policy('["domain/**", "core/**"]', '["law/**", "core/**"]')
        | {"domain/order.py": None, "law/order.py": BASE["domain/order.py"], "domain/stock.py": None}
        | {
            "law/stock.py": BASE["domain/stock.py"],
            "web/page.py": "from law.order import pay\n\n\ndef show() -> None:\n    pay()\n",
        }
        | {"tools/old.py": None},
    ),
    Way(
        "rule off where nothing lies yet",
        policy(more='[[override]]\npaths = ["domain/new/**"]\n[override.rules.layer-breach]\nseverity = "off"\n'),
        NOTHING,
        "severity layer-breach by override",
        policy(more='[[override]]\npaths = ["domain/new/**"]\n[override.rules.layer-breach]\nseverity = "error"\n'),
    ),
    Way(
        "rule off in a language of which there is no file yet",
        policy(more='[[override]]\nlanguages = ["javascript"]\n[override.rules.layer-breach]\nseverity = "off"\n'),
        NOTHING,
        "severity layer-breach by override",
        policy(more='[[override]]\nlanguages = ["javascript"]\n[override.rules.oversized-file]\nseverity = "error"\n'),
    ),
    Way(
        "component that takes a folder of another before it is there",
        policy("web =", 'legacy = "domain/legacy/**"\nweb ='),
        NOTHING,
        "component domain: legacy to come",
        policy("web =", 'attic = "attic/**"\nweb =') | {"attic/a.py": "x = 1\n"},
    ),
    Way(
        "component that names the files it has",
        policy('["domain/**", "core/**"]', '["domain/order.py", "domain/stock.py", "core/**"]'),
        NOTHING,
        "component domain: none to come",
        policy('["domain/**", "core/**"]', '["domain/", "core/"]'),
    ),
    Way("a store in the change", {".plumbrule/CURRENT": "1\n"}, UPWARDS, "store .plumbrule", {".plumbrules": "1\n"}),
]


@pytest.fixture
def office(make_repo: Callable) -> Any:  # Any: a Builder
    repo = make_repo(BASE)
    repo.branch("topic")
    return repo


def loosened(report: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The new findings of that rule, by subject."""
    found = (one for one in report["findings"] if one["rule"] == "policy-loosened" and one["state"] == "new")
    return {one["subject"]: one for one in found}


def test_the_base_of_all_ways_passes(office: Any, judged: Callable):
    office.commit({"web/other.py": "x = 1\n"})
    code, report = judged(office)
    assert (code, loosened(report)) == (0, {}), report


@pytest.mark.parametrize("way", WAYS, ids=[way.name for way in WAYS])
def test_a_way_past_the_gate_is_told_by_its_edit(office: Any, judged: Callable, way: Way):
    office.commit({**way.breach, **way.edit})
    code, report = judged(office)
    found = loosened(report)
    assert (code, way.told in found) == (1, True), (report["reasons"], [*found], report["findings"])
    assert not way.hides or way.hides in found[way.told]["evidence"], found[way.told]


@pytest.mark.parametrize("way", [way for way in WAYS if way.twin], ids=[way.name for way in WAYS if way.twin])
def test_an_edit_of_the_same_place_that_loosens_nothing_passes(office: Any, judged: Callable, way: Way):
    office.commit(way.twin)
    code, report = judged(office)
    assert (code, loosened(report)) == (0, {}), report["findings"]


@pytest.mark.parametrize("path", ["tools", "domain/stock.py"])
def test_code_that_a_submodule_takes_the_place_of_is_judged_no_more_and_told(office: Any, judged: Callable, path: str):
    office.git("rm", "-rq", path)
    office.git("update-index", "--add", "--cacheinfo", f"160000,{office.head},{path}")
    office.git("commit", "-qm", "elsewhere", environ=office._people("A <a@b>", None, None))
    _, report = judged(office)
    assert f"exclude {path}" in loosened(report)


def test_a_folder_that_becomes_a_link_is_told_and_a_new_one_is_not(office: Any, judged: Callable):
    office.git("rm", "-rq", "core")
    for name in ("core", "kernel"):
        (office.path / name).symlink_to("/usr/share")
        office.git("add", name)
    office.git("commit", "-qm", "links", environ=office._people("A <a@b>", None, None))
    _, report = judged(office)
    assert "exclude core" in loosened(report)
    assert "exclude kernel" not in loosened(report)
