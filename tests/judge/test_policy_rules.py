"""What a policy says that is idle, run out or loosened is a finding like any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from plumbrule.data import data_folder
from plumbrule.judge import Held, Moment, Sides, judge, load_rules
from plumbrule.policy import read_policy
from plumbrule.policy.loosening import loosened
from plumbrule.snapshot import FilesWalk

RULES = {rule.id: rule for rule in load_rules(data_folder("rules"))}
CYCLE = {"a.py": "import b\n", "b.py": "import a\n"}
PARTS = """
exclude = ["gone/**", "out/**"]
[components]
web = ["web/**", "old/**"]
domain = "domain/**"
[[layers]]
order = ["web", "domain"]
[[forbid]]
from = "domain"
to = "web"
"""
WAIVER = """
[[waiver]]
rule = "dependency-cycle"
subject = "a.py -> b.py"
reason = "later"
owner = "@shop"
expires = 2026-06-30
"""


def subjects(judgement, rule):
    return {row.subject: row.state for row in judgement.rows if row.rule == rule}


def test_every_selector_that_finds_nothing_is_told_where_it_stands(judged):
    files = {"web/a.py": "x = 1\n", "out/b.py": "x = 1\n"}
    judgement = judged(RULES["dead-selector"], files, files, policy=PARTS)
    assert subjects(judgement, "dead-selector") == {
        "component web: old/**": "known",
        "component domain: domain/**": "known",
        "exclude gone/**": "known",
    }
    assert judgement.selectors_unmatched == (
        "component domain: domain/**",
        "component web: old/**",
        "exclude glob: gone/**",
        "forbid domain -> web: domain",
        "layer layers 1: domain",
    )
    assert {row.line for row in judgement.rows} == {0, 4, 5}


def test_a_selector_that_dies_by_the_change_is_new(judged):
    before = {"web/a.py": "x = 1\n", "domain/b.py": "x = 1\n"}
    judgement = judged(RULES["dead-selector"], {"web/a.py": "x = 1\n"}, before, policy=PARTS)
    assert subjects(judgement, "dead-selector")["component domain: domain/**"] == "new"


@pytest.mark.parametrize(
    ("globs", "dead"),
    [
        ('"!src/**"', ["!src/**"]),
        ('["src/**", "!src/**"]', ["!src/**"]),
        ('["src/**", "!src/web/**"]', []),
        ('["src/**", "!src/nowhere/**"]', []),
        ('["nowhere/**", "!src/**"]', ["nowhere/**"]),
    ],
)
def test_a_negation_is_dead_where_it_leaves_nothing(judged, globs: str, dead: list[str]):
    policy = f"[components]\nweb = {globs}\n"
    files = {"src/a.py": "x = 1\n", "src/web/b.py": "x = 1\n"}
    judgement = judged(RULES["dead-selector"], files, files, policy=policy)
    assert [*subjects(judgement, "dead-selector")] == [f"component web: {glob}" for glob in dead]


def test_in_a_fleet_only_what_names_this_repository_can_be_dead(judged):
    fleet = '[components]\nweb = ["shop:web/**", "api/**", "orders:x/**"]\nrest = ["!orders:x/**"]\n'
    fleet += "".join(f'[[repository]]\nname = "{name}"\npath = "{name}"\n' for name in ("shop", "orders"))
    policy = read_policy(fleet, "plumbrule.toml").within("shop")
    judgement = judged(RULES["dead-selector"], {"a.py": "x = 1\n"}, policy=policy)
    assert judgement.selectors_unmatched == ("component web: shop:web/**",)


@pytest.mark.parametrize(
    ("now", "today", "unused", "expired"),
    [
        (CYCLE, date(2026, 6, 30), {}, {}),
        (CYCLE, date(2026, 7, 1), {}, {"dependency-cycle: a.py -> b.py": "known"}),
        ({"a.py": "import b\n", "b.py": "\n"}, date(2026, 6, 30), {"dependency-cycle: a.py -> b.py": "new"}, {}),
    ],
    ids=["in use", "run out", "fault mended"],
)
def test_a_waiver_is_told_when_it_is_idle_or_has_run_out(judged, now, today, unused, expired):
    rules = [RULES[name] for name in ("dependency-cycle", "unused-waiver", "expired-waiver")]
    judgement = judged(rules, now, CYCLE, policy=WAIVER, today=today)
    assert subjects(judgement, "unused-waiver") == unused
    assert subjects(judgement, "expired-waiver") == expired


def test_a_waiver_for_a_rule_that_was_not_judged_is_not_called_idle(judged):
    policy = WAIVER + '\n[rules.dependency-cycle]\nseverity = "off"\n'
    judgement = judged([RULES["dependency-cycle"], RULES["unused-waiver"]], {"a.py": ""}, policy=policy)
    assert subjects(judgement, "unused-waiver") == {}


def waiver(rule: str, subject: str, expires: str = "2099-01-01") -> str:
    return f'[[waiver]]\nrule = "{rule}"\nsubject = "{subject}"\nreason = "r"\nowner = "@o"\nexpires = {expires}\n'


WAIVERS = [RULES[name] for name in ("dependency-cycle", "unused-waiver", "expired-waiver", "policy-loosened")]


@pytest.mark.parametrize("rule", ["unused-waiver", "expired-waiver", "policy-loosened", "dependency-cycle"])
def test_a_waiver_of_what_the_policy_itself_is_told_is_idle_like_any_other(judged, rule):
    judgement = judged(WAIVERS, {"a.py": ""}, policy=waiver(rule, "nothing at all"))
    assert subjects(judgement, "unused-waiver") == {f"{rule}: nothing at all": "known"}


def test_waivers_of_findings_about_waivers_are_used_as_far_as_those_findings_are_there(judged):
    ended = waiver("dependency-cycle", "a.py -> b.py", "2020-01-01")
    idle = waiver("dependency-cycle", "c.py -> d.py")
    of_ended = waiver("expired-waiver", "dependency-cycle: a.py -> b.py")
    of_idle = waiver("unused-waiver", "dependency-cycle: c.py -> d.py")
    of_used = waiver("unused-waiver", "unused-waiver: dependency-cycle: c.py -> d.py")
    judgement = judged(WAIVERS, {"a.py": ""}, policy=ended + idle + of_ended + of_idle + of_used)
    assert subjects(judgement, "expired-waiver") == {"dependency-cycle: a.py -> b.py": "waived"}
    assert subjects(judgement, "unused-waiver") == {
        "dependency-cycle: c.py -> d.py": "waived",
        "unused-waiver: unused-waiver: dependency-cycle: c.py -> d.py": "known",
    }


def test_so_it_is_however_many_of_them_hang_on_each_other(judged):
    told = "dependency-cycle: c.py -> d.py"
    policy = waiver("dependency-cycle", "c.py -> d.py")
    for _ in range(3):
        policy, told = policy + waiver("unused-waiver", told), f"unused-waiver: {told}"
    judgement = judged(WAIVERS, {"a.py": ""}, policy=policy)
    assert subjects(judgement, "unused-waiver") == {
        "dependency-cycle: c.py -> d.py": "waived",
        "unused-waiver: unused-waiver: dependency-cycle: c.py -> d.py": "waived",
    }


def test_so_are_waivers_that_name_such_a_rule_as_it_was_called_formerly(judged):
    rules = [replace(rule, formerly=(f"old-{rule.id}",)) for rule in WAIVERS]
    idle = waiver("dependency-cycle", "c.py -> d.py")
    of_idle = waiver("old-unused-waiver", "dependency-cycle: c.py -> d.py")
    of_nothing = waiver("old-unused-waiver", "nothing at all")
    judgement = judged(rules, {"a.py": ""}, policy=idle + of_idle + of_nothing)
    assert subjects(judgement, "unused-waiver") == {
        "dependency-cycle: c.py -> d.py": "waived",
        "unused-waiver: nothing at all": "known",
    }


def test_a_rule_about_waivers_that_fails_is_told_once_however_often_it_is_asked(rule_of, judged):
    sql = "SELECT repo, rule AS subject, source AS path, CAST(rule AS INTEGER) AS line FROM now.policy_waiver"
    failing = [rule_of(sql, name="no-answer"), rule_of(sql, name="no-hint", severity="warning")]
    judgement = judged([*WAIVERS, *failing], {"a.py": ""}, policy=waiver("unused-waiver", "nothing at all"))
    assert (len(judgement.errors), len(judgement.not_measured)) == (1, 1)


def test_a_waiver_for_a_rule_that_does_not_exist_names_the_nearest(judged):
    policy = WAIVER.replace("dependency-cycle", "dependency-cicle")
    judgement = judged([RULES["dependency-cycle"], RULES["unused-waiver"]], CYCLE, CYCLE, policy=policy)
    (row,) = [row for row in judgement.rows if row.rule == "unused-waiver"]
    assert "There is no rule 'dependency-cicle'; did you mean 'dependency-cycle'?" in row.message
    assert (row.path, row.line) == ("plumbrule.toml", 2)


def test_what_the_change_loosens_is_new_and_the_change_is_still_judged_by_the_base(judged):
    base, head = read_policy("", "plumbrule.toml"), read_policy(WAIVER, "plumbrule.toml")
    rules = [RULES["dependency-cycle"], RULES["policy-loosened"]]
    judgement = judged(rules, CYCLE, {}, policy=base, loosened=loosened(base, head))
    assert subjects(judgement, "policy-loosened") == {"waiver dependency-cycle: a.py -> b.py": "new"}
    assert subjects(judgement, "dependency-cycle") == {"a.py -> b.py": "new", "b.py -> a.py": "new"}


@pytest.mark.parametrize(("asking", "importing", "told"), [(2, 2, 2), (3, 5, 0), (3, 6, 3), (4, 7, 0)])
def test_a_private_name_is_no_secret_once_most_who_import_its_owner_ask_for_it(judged, asking, importing, told):
    files = {"core/__init__.py": "", "core/value.py": "def _made(): ...\ndef _other(): ...\ndef made(): ...\n"}
    for number in range(importing):
        name = "_made" if number < asking else "made"
        files |= {f"p{number}/__init__.py": "", f"p{number}/a.py": f"from core.value import {name}\n"}
    files["p0/b.py"] = "from core.value import _other\n"
    policy = "[components]\n" + "".join(f'{part} = "{part}/**"\n' for part in sorted({f.split("/")[0] for f in files}))
    judgement = judged(RULES["reach-through"], {}, files, policy=policy)
    made = [f"p{number}/a.py -> core/value.py::_made" for number in range(told)]
    assert {row.subject for row in judgement.rows} == {*made, "p0/b.py -> core/value.py::_other"}


_PRIVATE_IN = {
    "py": ("VALUE = 1\n", "from core.internal.value import VALUE\n"),
    "ts": ("export const VALUE = 1\n", 'import { VALUE } from "../core/internal/value"\n'),
    "java": (
        "package core.internal; public class value { }",
        "package web; import core.internal.value; class page { }",
    ),
    "h": ("int value(void);\n", '#include "../core/internal/value.h"\n'),
    "rb": ("VALUE = 1\n", 'require_relative "../core/internal/value"\n'),
}


@pytest.mark.parametrize("ending", _PRIVATE_IN)
@pytest.mark.parametrize("named", [True, False])
def test_a_folder_is_private_if_the_language_of_its_files_or_the_policy_says_so(judged, ending, named):
    value, page = _PRIVATE_IN[ending]
    files = {f"core/internal/value.{ending}": value, f"web/page.{ending}": page, "other.py": "", "core/a.py": ""}
    policy = '[components]\ncore = "core/**"\nweb = "web/**"\n'
    policy += '[rules.reach-through]\ninternal_folders = ["internal"]\n' if named else ""
    judgement = judged(RULES["reach-through"], {}, files, policy=policy)
    told = {f"web/page.{ending} -> core/internal/value.{ending}"}
    assert {row.subject for row in judgement.rows} == (told if named or ending in ("py", "ts") else set())


@pytest.mark.parametrize(
    ("needed", "told"),
    [
        ("shop/testing/worker.py", False),
        ("shop/testing/tests/worker.py", True),
        ("shop/tests/testing/worker.py", True),
        ("shop/testing/test_worker.py", True),
        ("shop/testing/worker_test.py", True),
        ("shop/testing/conftest.py", True),
        ("shop/testing.py", False),
    ],
)
def test_of_a_folder_that_helps_others_to_test_only_the_tests_are_no_part_of_the_product(judged, needed, told):
    module = needed.removesuffix(".py").replace("/", ".")
    files = {needed: "W = 1\n", "shop/cart.py": f"from {module} import W\n"}
    judgement = judged(RULES["test-code-in-production"], {}, files)
    assert [row.subject for row in judgement.rows] == [f"shop/cart.py -> {needed}"] * told


@pytest.mark.parametrize("only_moved", [False, True])
def test_counts_of_known_findings_do_not_depend_on_what_is_shown(judged, only_moved):
    now = {**CYCLE, "c.py": "import d\n", "d.py": "import c\n"}
    judgement = judged(RULES["dependency-cycle"], now, CYCLE, policy=WAIVER, only_moved=only_moved)
    assert judgement.known == {"dependency-cycle": 1}
    states = subjects(judgement, "dependency-cycle")
    assert states.pop("b.py -> a.py", "known") == "known"
    assert states == {"a.py -> b.py": "waived", "c.py -> d.py": "new", "d.py -> c.py": "new"}


def test_the_remedy_of_a_cycle_names_only_what_could_be_moved(judged):
    files = {
        "p/__init__.py": "",
        "p/a.py": "import p.b\nfrom p.c import total\n",
        "p/b.py": "from . import a\n",
        "p/c.py": "import p.a\ntotal = 1\n",
    }
    judgement = judged(RULES["dependency-cycle"], files, {})
    told = {row.subject: (row.remedy, row.evidence[0]) for row in judgement.rows}
    remedy, evidence = told["p/a.py -> p/b.py"]
    assert "move what p/a.py needs of p/b.py to where" in remedy
    assert evidence == "p/a.py:1 imports p/b.py"
    remedy, evidence = told["p/a.py -> p/c.py"]
    assert "move what p/a.py needs of p/c.py (total) to where" in remedy
    assert evidence == "p/a.py:2 imports total from p/c.py"
    assert all("Break the whole cycle where it is cheapest: " in remedy for remedy, _ in told.values())
    assert not any("()" in remedy or "(p)" in remedy for remedy, _ in told.values())


def test_copies_of_one_function_are_grouped_under_a_name(judged):
    body = "".join(f"    if x > {n}:\n        x += {n}\n" for n in range(9))
    files = {f"{name}.py": f"def {name}(x):\n{body}    return x\n" for name in ("one", "two", "three")}
    judgement = judged(RULES["duplicate-helper"], files, {})
    assert {row.subject: row.group for row in judgement.rows} == {
        "three.py::three": "one.py::one",
        "two.py::two": "one.py::one",
    }


def test_a_remedy_of_a_file_that_is_run_for_its_effects_has_no_empty_list(judged):
    files = {"a.ts": "import './b';\nexport const x = 1;\n", "b.ts": "import {x} from './a';\nconsole.log(x);\n"}
    judgement = judged(RULES["dependency-cycle"], files, {})
    told = {row.subject: row.remedy for row in judgement.rows}
    assert "what a.ts needs of b.ts to where" in told["a.ts -> b.ts"]
    assert "what b.ts needs of a.ts (x) to where" in told["b.ts -> a.ts"]


@pytest.mark.parametrize(
    ("policy", "downwards", "upwards"),
    [
        (PARTS, "allows this direction and forbids another of this cycle", "forbids this direction"),
        (PARTS.partition("[[layers]]")[0], "leaves open which", "leaves open which"),
    ],
)
def test_a_cycle_of_components_is_not_told_to_write_down_what_the_policy_says(judged, policy, downwards, upwards):
    files = {
        "web/__init__.py": "",
        "web/page.py": "from domain.order import total\n",
        "web/view.py": "x = 1\n",
        "domain/__init__.py": "",
        "domain/order.py": "total = 1\n",
        "domain/mail.py": "from web.view import x\n",
        "domain/more.py": "from web.view import x\n",
    }
    judgement = judged(RULES["component-cycle"], files, files, policy=policy)
    remedies = {row.subject: row.remedy for row in judgement.rows}
    assert f"the policy {downwards}" in remedies["web -> domain"]
    assert f"the policy {upwards}" in remedies["domain -> web"]
    cheapest = "domain -> web" if upwards.startswith("forbids") else "web -> domain"
    assert all(f"whole cycle where it is cheapest: {cheapest}." in remedy for remedy in remedies.values())


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 7, 1)])
@pytest.mark.parametrize("files", [CYCLE, {**CYCLE, "b.py": ""}, {"web/a.py": "", "domain/b.py": "", **CYCLE}])
@pytest.mark.parametrize("stated", [WAIVER, PARTS + WAIVER, 'exclude = ["b.py"]\n', "[components]\nx = ['*']\n"])
def test_what_is_known_of_rules_that_read_the_policy_changes_nothing_of_what_they_find(rule_of, day, files, stated):
    count = rule_of("SELECT 'r' AS repo, count(*)::VARCHAR AS subject, '' AS path, 0 AS line FROM now.policy_waiver w"
                    " WHERE w.expired", "counted-waivers")  # fmt: skip
    rules = [RULES[name] for name in ("dependency-cycle", "dead-selector", "expired-waiver", "unused-waiver")] + [count]
    policy = read_policy(stated, "plumbrule.toml")
    walk = FilesWalk("shop", policy.intent())
    walk.to({path: text.encode() for path, text in files.items() if not policy.excludes(path)})
    moment = Moment(walk.walk.graph, walk.walk.derived, tuple(files))

    def judgement(**known):
        sides = Sides(moment, moment, policy=policy, compiled=known.pop("compiled", ""))
        try:
            return judge(sides, rules, policy, today=day, **known), sides.compiled(rules)
        finally:
            sides.close()

    plain, compiled = judgement()
    stood = {rule: found for rule, found in plain.standing.items() if rule != "unused-waiver"}
    again, _ = judgement(compiled=compiled, stood=stood)
    assert (again.rows, again.known, again.evaluated) == (plain.rows, plain.known, plain.evaluated)
    assert again.found == plain.found
    named = {rule: frozenset((one.repo, one.subject) for one in found) for rule, found in stood.items()}
    assert judgement(compiled=compiled, stood=stood, named=named)[0].rows == plain.rows
    counted, _ = judgement(compiled=compiled, stood=stood, named=named, only_moved=True)
    assert [row for row in plain.rows if row.state != "known"] == list(counted.rows)
    assert counted.known == plain.known


def test_nothing_is_asked_of_a_database_where_every_row_of_the_policy_is_filtered_out():
    policy = read_policy("[components]\nall = '*.py'\n" + WAIVER, "plumbrule.toml")
    walk = FilesWalk("shop", policy.intent())
    walk.to({path: text.encode() for path, text in CYCLE.items()})
    moment = Moment(walk.walk.graph, walk.walk.derived, tuple(CYCLE))
    rules = [RULES[name] for name in ("dependency-cycle", "dead-selector", "expired-waiver", "unused-waiver")]
    first = Sides(moment, moment, policy=policy)
    known = judge(first, rules, policy, today=date(2026, 3, 1))

    def never():
        raise AssertionError("the database is opened")

    held = Held(Path("no file"), "", lent=never)
    sides = Sides(moment, moment, policy=policy, held=held, compiled=first.compiled(rules))
    again = judge(sides, rules, policy, today=date(2026, 3, 1), stood=known.standing)
    assert again.rows == known.rows != ()
    with pytest.raises(AssertionError, match="opened"):  # the waiver ran out, and its rule must say so
        judge(sides, rules, policy, today=date(2026, 7, 1), stood=known.standing)
    first.close()
