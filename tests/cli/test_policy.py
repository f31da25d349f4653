"""`plumbrule policy`: asked before the edit, checked against the code; and `init --from`, which drafts one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

POLICY = """[components]
web = "web/**"
domain = "domain/**"
rows = "rows/**"

[[layers]]
name = "top down"
order = ["web", "domain"]
reason = "The domain is sold alone."

[[allow]]
name = "rows know nobody"
from = "rows"
to = []
"""
CODE = {
    "plumbrule.toml": POLICY,
    "web/page.py": "from domain.cart import cart\n",
    "web/form.py": "x = 1\n",
    "domain/cart.py": "cart = 1\n",
    "rows/load.py": "load = 1\n",
    "tools/run.py": "run = 1\n",
}


@pytest.mark.parametrize(
    ("source", "target", "code", "words"),
    [
        ("domain", "web", 1, 'plumbrule.toml:6 [[layers]] "top down": The domain is sold alone.'),
        ("web", "domain", 0, "The component web (2 files) may depend on the component domain (1 file)."),
        (
            "domain/new.py",
            "web/page.py",
            1,
            "domain/new.py (component domain, not there yet) may not depend on web/page.py",
        ),
        ("rows/load.py", "domain/cart.py", 1, 'plumbrule.toml:11 [[allow]] "rows know nobody"'),
        ("tools", "web", 0, "tools belongs to no component."),
        ("web", "tools/run.py", 0, "No line of the policy speaks against it."),
    ],
)
def test_whether_one_may_depend_on_another_is_said_before_the_edit(
    source, target, code, words, make_repo: Callable, plumbrule: Callable
):
    repo = make_repo(CODE)
    answer = plumbrule(repo.path, "policy", "explain", source, target)
    assert words in answer.out
    assert (answer.code, answer.err) == (code, "")
    assert "Today: not known" in answer.out


def test_where_it_hangs_on_the_file_nothing_is_said_for_all(make_repo: Callable, plumbrule: Callable):
    policy = POLICY + '[[public]]\nof = "domain"\nentry = "domain/cart.py"\n'
    repo = make_repo({**CODE, "plumbrule.toml": policy, "domain/tax.py": "x = 1\n"})
    assert plumbrule(repo.path, "policy", "explain", "web", "domain/cart.py").code == 0
    assert plumbrule(repo.path, "policy", "explain", "web", "domain/tax.py").code == 1
    for same in ("./domain/tax.py", "web/../domain/tax.py", str(repo.path / "domain/tax.py")):
        assert plumbrule(repo.path, "policy", "explain", "web", same).code == 1
    answer = plumbrule(repo.path, "policy", "explain", "web", "domain", "--format", "json")
    told = json.loads(answer.out)
    assert (answer.code, told["answer"]) == (2, "depends on the files")
    assert [(one["rule"], one["pairs"] < told["pairs"]) for one in told["because"]] == [("internal-use", True)]


def test_what_is_there_today_is_told_where_a_store_knows(make_repo: Callable, plumbrule: Callable):
    repo = make_repo(CODE)
    assert plumbrule(repo.path, "scan", "--quiet").code == 0
    answer = plumbrule(repo.path, "policy", "explain", "web", "domain")
    assert "Today: 1 such import in the newest snapshot, as web/page.py:1 imports domain/cart.py." in answer.out
    assert "Today: no such import" in plumbrule(repo.path, "policy", "explain", "domain", "web").out


@pytest.mark.parametrize(
    ("files", "words", "hint"),
    [
        ({}, "wep: there is no such component, folder or file of code here.", "Did you mean 'web'?"),
        ({"plumbrule.toml": None}, "there is no policy here", "`plumbrule init` drafts one."),
        ({"plumbrule.toml": "["}, "this is not TOML", ""),
    ],
)
def test_what_cannot_be_said_says_why(files, words, hint, make_repo: Callable, plumbrule: Callable):
    repo = make_repo({path: text for path, text in {**CODE, **files}.items() if text is not None})
    answer = plumbrule(repo.path, "policy", "explain", "wep", "domain")
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
    assert hint in answer.err


def test_the_answer_is_what_the_gate_says_of_the_edit(make_repo: Callable, plumbrule: Callable):
    """For every pair of parts: an import is written, and judged."""
    repo = make_repo(CODE)
    imports = {
        "web/page.py": "from web.page import cart", "domain/cart.py": "from domain.cart import cart",
        "rows/load.py": "from rows.load import load", "tools/run.py": "from tools.run import run",
    }  # fmt: skip
    for src in imports:
        for dst, line in imports.items():
            if src == dst or (src, dst) == ("domain/cart.py", "web/page.py"):  # which closes a circle, too
                continue
            repo.branch(f"{src}-{dst}".replace("/", "-"), "main")
            repo.commit({src: f"{CODE[src]}{line}\n"})
            gate = plumbrule(repo.path, "gate", "--base", "main", "--quiet")
            repo.switch("main")
            assert plumbrule(repo.path, "policy", "explain", src, dst).code == gate.code, (src, dst, gate.out)


def linted(plumbrule: Callable, repo, *more: str) -> tuple[int, Mapping[str, list[str]]]:
    answer = plumbrule(repo.path, "policy", "lint", "--format", "json", *more)
    found: dict[str, list[str]] = {}
    for one in json.loads(answer.out)["oddities"]:
        found.setdefault(one["kind"], []).append(one["words"])
    return answer.code, found


def test_a_policy_in_which_nothing_is_odd_is_told_so(make_repo: Callable, plumbrule: Callable):
    answer = plumbrule(make_repo(CODE).path, "policy", "lint")
    assert (answer.code, answer.out) == (0, "plumbrule.toml: Nothing is odd.\n")


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (POLICY.replace("rows/**", "rowz/**"), "dead selector", 'component "rows": rowz/** selects no file.'),
        (POLICY.replace("[components]\n", '[components]\nall = "**"\n'), "shadowed", "component 'web': every file"),
        (POLICY + '[[layers]]\nname = "up"\norder = ["domain", "web"]\n', "contradictory", '"top down" has web above'),
        (POLICY + '[[allow]]\nfrom = "domain"\nto = "web"\n', "contradictory", "lets domain depend on web"),
        (POLICY + '[[forbid]]\nfrom = "domain"\nto = "web"\n', "shadowed", "already without this [[forbid]]"),
        (POLICY.replace('["web", "domain"]', '["domain", "web"]'), "inverted order", "1 imports go up and 0 down"),
        (POLICY + '[rules.layer-breach]\nseverity = "off"\n', "never triggered", "what judges it is off: layer-breach"),
        (
            POLICY + '[rules.unused-waiver]\nseverity = "error"\n',
            "never triggered",
            "states nothing that it could judge",
        ),
        (POLICY + "[rules.dependency-cycle]\nmin_members = 2\n", "setting without effect", "is 2 by default"),
        ('exclude = ["web/**", "web/form.py"]\n' + POLICY, "setting without effect", "web/form.py lies in web/**"),
        (
            POLICY
            + '[[waiver]]\nrule = "layer-breach"\nsubject = "a"\nreason = "b"\nowner = "c"\nexpires = 2020-01-01\n',
            "setting without effect",
            "ended on 2020-01-01",
        ),
    ],
)
def test_what_is_odd_is_told_with_its_line(text, kind, words, make_repo: Callable, plumbrule: Callable):
    code, found = linted(plumbrule, make_repo({**CODE, "plumbrule.toml": text}))
    assert code == 1
    assert any(words in one for one in found.get(kind, [])), found


def test_a_policy_is_drafted_from_a_diagram_and_binds(make_repo: Callable, plumbrule: Callable):
    files = {path: text for path, text in CODE.items() if path != "plumbrule.toml"}
    repo = make_repo({**files, "docs/shop.mmd": "flowchart LR\n  web --> domain\n  rows\n  mail[Mails] --> web\n"})
    answer = plumbrule(repo.path, "init", "--from", "docs/shop.mmd")
    assert (answer.code, "3 components and 1 contract" in answer.out) == (0, True), answer.err
    assert "the box 'Mails' (line 4)" in (repo.path / "plumbrule.toml").read_text()
    answer = plumbrule(repo.path, "policy", "explain", "domain", "rows")
    assert (answer.code, "docs/shop.mmd draws no such dependency" in answer.out) == (1, True)


def test_what_another_tool_accepted_is_a_baseline_of_what_is_found(make_repo: Callable, plumbrule: Callable):
    linter = (
        "[importlinter]\nroot_packages =\n  web\n  domain\n[importlinter:contract:a]\nname = a\ntype = forbidden\n"
        "source_modules = web\nforbidden_modules = domain\nignore_imports =\n  web.page -> domain.cart\n"
        "  web.form -> domain.cart\n"
    )
    files = {path: text for path, text in CODE.items() if path != "plumbrule.toml"}
    repo = make_repo({**files, "web/__init__.py": "", "domain/__init__.py": "", ".importlinter": linter})
    answer = plumbrule(repo.path, "init", "--from", "import-linter")
    assert "of 2 imports accepted there, 1 is found here" in answer.out
    lines = (repo.path / "plumbrule.baseline").read_text().splitlines()[1:]
    assert {line.split("\t")[1] for line in lines} == {"web/page.py -> domain/cart.py"}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nowhere.mmd", "nowhere.mmd: there is no such file."),
        ("tach", "no tach is found here; looked for tach.toml"),
        ("plumbrule.toml", "exists already"),
    ],
)
def test_a_source_that_is_not_there_is_named(source, words, make_repo: Callable, plumbrule: Callable):
    files = {path: text for path, text in CODE.items() if path != "plumbrule.toml" or source == path}
    answer = plumbrule(make_repo(files).path, "init", "--from", source)
    assert (answer.code, words in answer.err) == (2, True), answer.err


def test_the_edits_between_two_policies_are_told_by_what_they_do(make_repo: Callable, plumbrule: Callable):
    repo = make_repo(CODE)
    repo.commit({"plumbrule.toml": "# why\n" + POLICY.replace('["web", "domain"]', '["domain", "web"]')})
    answer = plumbrule(repo.path, "policy", "diff", "HEAD~1")
    assert answer.code == 1, answer.err
    assert "domain may depend on web, and could not before." in answer.out
    told = json.loads(plumbrule(repo.path, "policy", "diff", "HEAD~1", "--format", "json").out)
    assert "loosening" in {edit["effect"] for edit in told["edits"]}
    repo.commit({"plumbrule.toml": "# only a comment\n" + (repo.path / "plumbrule.toml").read_text()})
    answer = plumbrule(repo.path, "policy", "diff", "HEAD~1")
    assert (answer.code, "No edit changes what is judged." in answer.out) == (0, True)


def test_commits_that_cannot_be_compared_are_no_answer(make_repo: Callable, plumbrule: Callable):
    repo = make_repo(CODE)
    answer = plumbrule(repo.path, "policy", "diff", "nowhere")
    assert (answer.code, "nowhere" in answer.err) == (2, True)


BREACH = {"domain/cart.py": "cart = 1\nfrom web.form import x\n"}


def test_a_gate_explains_both_sides_the_line_of_the_policy_and_who_did_it(make_repo: Callable, plumbrule: Callable):
    repo = make_repo(CODE)
    repo.branch("topic")
    repo.commit({"tools/run.py": "run = 2\n"}, "leave the domain alone")
    repo.commit(BREACH, "ask the form")
    answer = plumbrule(repo.path, "gate", "--base", "main", "--quiet", "--explain")
    _, _, behind = answer.out.partition("looked at:")
    assert answer.code == 1
    assert 'plumbrule.toml:6 [[layers]] "top down": The domain is sold alone.' in behind
    assert "        cart = 1\n      + from web.form import x\n" in behind
    assert "Ada <ada@example.org>: ask the form" in behind
    assert "leave the domain alone" not in behind
    plain = plumbrule(repo.path, "gate", "--base", "main", "--quiet")
    assert answer.out.startswith(plain.out)


def test_a_gate_explains_work_that_is_not_committed(make_repo: Callable, plumbrule: Callable):
    repo = make_repo(CODE)
    repo.write(BREACH)
    answer = plumbrule(repo.path, "gate", "--base", "main", "--head", "worktree", "--quiet", "--explain")
    assert (answer.code, "not committed yet" in answer.out, "+ from web.form" in answer.out) == (1, True, True)


def test_an_explanation_goes_with_text_alone(make_repo: Callable, plumbrule: Callable):
    answer = plumbrule(make_repo(CODE).path, "gate", "--base", "main", "--explain", "--format", "json")
    assert (answer.code, "--explain goes with --format text" in answer.err) == (2, True)


def test_a_finding_is_explained_with_the_policy_and_the_commit_that_brought_it(
    make_repo: Callable, plumbrule: Callable
):
    repo = make_repo(CODE)
    repo.commit(BREACH, "ask the form")
    assert plumbrule(repo.path, "scan", "--quiet").code == 0
    sql = "SELECT finding FROM finding WHERE rule = 'layer-breach'"
    (row,) = json.loads(plumbrule(repo.path, "query", sql, "--format", "json").out)
    told = plumbrule(repo.path, "explain", row["finding"]).out
    for words in ('[[layers]] "top down"', "Ada <ada@example.org>: ask the form", "+ from web.form import x"):
        assert words in told


def test_how_much_of_a_diagram_is_kept_is_told_and_what_was_not_understood_in_it(
    make_repo: Callable, plumbrule: Callable
):
    policy = POLICY + '[[diagram]]\nfile = "shop.mmd"\n'
    repo = make_repo(
        {**CODE, "plumbrule.toml": policy, "shop.mmd": "flowchart LR\n  web --> domain\n  web --> rows\n  ]]\n"}
    )
    answer = plumbrule(repo.path, "policy", "lint")
    assert "shop.mmd: 1 of 2 dependencies that it draws are there." in answer.out
    assert (answer.code, "shop.mmd, line 4: ']]' is not understood" in answer.out) == (1, True)
