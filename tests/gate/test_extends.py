"""Policies and rules from outside: what they say counts, and nobody can slip anything into their copies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plumbrule.errors import SettingsError

NO_PRINT = """\
---
id: no-print
title: A file is called after what it prints
severity: error
---
Names are for what a thing is.

## What to do instead
Rename {path}.

## Finds
```sql
SELECT f.repo, f.path AS subject, f.path, 1 AS line FROM now.file f WHERE f.path LIKE '%print%'
```

## Bad
```files
--- print_it.py
A = 1
```

## Good
```files
--- invoice.py
A = 1
```
"""
HOUSE = {
    "plumbrule.toml": '[rules]\nfolders = ["rules"]\n[rules.oversized-file]\nseverity = "warning"\nlimit = 200\n',
    "rules/names/no-print.md": NO_PRINT,
    "rules/README.md": "# Ours\n",
    "LICENSE": "Apache-2.0\n",
    "src/other.py": "A = 1\n",
}
PRINTS = {"shop/print_it.py": "A = 1\n"}
COPY = ".plumbrule-rules/house"


@pytest.fixture
def house(make_repo: Callable) -> Any:  # Any: a Builder
    """The repository that a company keeps its rules in."""
    return make_repo(HOUSE, name="house")


@pytest.fixture
def extending(shop: Callable, house: Any, plumbrule: Callable) -> Callable:
    """`extending()`: the shop, whose policy on main extends the company's, with the copy; standing on `topic`."""

    def make(policy: str = "", *, path: str = "plumbrule.toml", pinned: str = "") -> Any:  # Any: a Builder
        repo = shop()
        repo.switch("main")
        repo.write({"plumbrule.toml": pin(house, pinned or house.head, path=path) + policy})
        answer = plumbrule(repo.path, "rules", "fetch")
        assert answer.code == 0, answer.err
        repo.commit({}, "the company's rules")
        repo.git("branch", "--force", "topic")
        repo.switch("topic")
        return repo

    return make


def pin(house: Any, commit: str, *, path: str = "plumbrule.toml", more: str = "") -> str:
    return f'extends = [{{git = "file://{house.path}", commit = "{commit}", path = "{path}"{more}}}]\n'


def reasons(report: dict[str, Any]) -> str:
    return "\n".join(report["reasons"])


# What it is for


def test_a_policy_and_its_rules_from_a_pinned_commit_bind(extending: Callable, judged: Callable, found: Callable):
    repo = extending()
    repo.commit(PRINTS)
    code, report = judged(repo)
    assert code == 1
    assert found(report, "new", "no-print") == ["shop/print_it.py"]


def test_only_what_is_needed_is_copied_with_the_licence_it_comes_under(extending: Callable):
    repo = extending()
    files = sorted(str(file.relative_to(repo.path / COPY)) for file in (repo.path / COPY).rglob("*") if file.is_file())
    assert files == ["LICENSE", "plumbrule.lock", "plumbrule.toml", "rules/names/no-print.md"]


def test_scan_and_gate_read_the_copy_when_the_other_repository_is_gone(
    extending: Callable, house: Any, plumbrule: Callable, judged: Callable
):
    repo = extending()
    house.path.rename(house.path.with_name("gone"))
    repo.commit(PRINTS)
    assert judged(repo)[0] == 1
    repo.switch("main")
    assert plumbrule(repo.path, "scan", "--quiet").code == 0
    assert plumbrule(repo.path, "rules", "fetch", "--check").code == 0
    assert plumbrule(repo.path, "rules", "fetch").out.startswith("there   .plumbrule-rules/house: 3 files of file://")


def test_own_settings_replace_those_of_the_policy_extended_key_by_key(extending: Callable, plumbrule: Callable):
    repo = extending('[rules.oversized-file]\nseverity = "error"\n')
    assert "error    oversized-file" in plumbrule(repo.path, "rules", "list").out
    big = {
        "shop/big.py": "".join(f"def f{i}():\n    return {i}\n\n\n" for i in range(140))
    }  # over 500 lines, under 600
    repo.commit(big)
    answer = plumbrule(repo.path, "gate", "--base", "main")
    assert "oversized-file: 1 new (error)" in answer.out


def test_what_a_shared_policy_excludes_and_is_not_here_is_no_finding_but_is_told(
    make_repo: Callable, shop: Callable, judged: Callable, found: Callable
):
    repo = shop(
        {"plumbrule.toml": 'extends = "base.toml"\nexclude = ["own/**"]\n', "base.toml": 'exclude = ["gen/**"]\n'}
    )
    repo.commit({"shop/more.py": "A = 1\n"})
    _, report = judged(repo)
    assert report["coverage"]["selectors_unmatched"] == ["exclude glob: gen/**", "exclude glob: own/**"]
    assert found(report, "known", "dead-selector") == ["exclude own/**"]


def test_a_policy_beside_it_is_extended_by_its_path(shop: Callable, judged: Callable, found: Callable):
    layers = '[[layers]]\nname = "down"\norder = ["cart", "tax"]\n'
    parts = '[components]\ncart = "shop/cart.py"\ntax = "shop/tax.py"\n'
    repo = shop({"plumbrule.toml": f'extends = ["architecture/base.toml"]\n{parts}', "architecture/base.toml": layers})
    repo.commit({"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"})
    code, report = judged(repo)
    assert code == 1
    assert found(report, "new", "layer-breach") == ["shop/tax.py -> shop/cart.py"]


def test_folders_of_rules_count_from_the_file_that_names_them(shop: Callable, judged: Callable, found: Callable):
    repo = shop(
        {
            "plumbrule.toml": 'extends = "architecture/base.toml"\n',
            "architecture/base.toml": 'rules = ["rules"]\n',
            "architecture/rules/names/no-print.md": NO_PRINT,
        }
    )
    repo.commit(PRINTS)
    assert found(judged(repo)[1], "new", "no-print") == ["shop/print_it.py"]
    assert found(judged(repo, "--head", "worktree")[1], "new", "no-print") == ["shop/print_it.py"]


def test_a_policy_elsewhere_may_itself_pin_another(
    shop: Callable, make_repo: Callable, house: Any, plumbrule: Callable, judged: Callable
):
    group = make_repo({"plumbrule.toml": pin(house, house.head)}, name="group")
    repo = shop()
    repo.switch("main")
    repo.write({"plumbrule.toml": pin(group, group.head)})
    assert plumbrule(repo.path, "rules", "fetch").code == 0
    assert sorted(p.name for p in (repo.path / ".plumbrule-rules").iterdir()) == [".gitattributes", "group", "house"]
    repo.commit({})
    repo.branch("next")
    repo.commit(PRINTS)
    assert judged(repo)[0] == 1


def test_a_copy_that_nothing_names_any_more_is_removed(extending: Callable, plumbrule: Callable):
    repo = extending()
    repo.write({"plumbrule.toml": ""})
    assert "unused  .plumbrule-rules/house" in plumbrule(repo.path, "rules", "fetch", "--check").out
    assert "removed .plumbrule-rules/house" in plumbrule(repo.path, "rules", "fetch").out
    assert not (repo.path / COPY).exists()


# What somebody may try


def edited_rule(repo: Any) -> None:
    file = repo.path / COPY / "rules/names/no-print.md"
    file.write_text(file.read_text().replace("%print%", "%never%"))


def edited_rule_and_hash(repo: Any) -> None:
    from plumbrule.policy.copies import LOCK, content_hash

    edited_rule(repo)
    folder = repo.path / COPY
    files = {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file() and f.name != LOCK}
    lines = (folder / LOCK).read_text().splitlines()
    lines = [f'sha256 = "{content_hash(files)}"' if line.startswith("sha256") else line for line in lines]
    (folder / LOCK).write_text("\n".join(lines) + "\n")


def removed_rule_and_hash(repo: Any) -> None:
    (repo.path / COPY / "rules/names/no-print.md").unlink()
    from plumbrule.policy.copies import LOCK, content_hash

    folder = repo.path / COPY
    files = {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file() and f.name != LOCK}
    lines = (folder / LOCK).read_text().splitlines()
    lines = [f'sha256 = "{content_hash(files)}"' if line.startswith("sha256") else line for line in lines]
    (folder / LOCK).write_text("\n".join(lines) + "\n")


def added_file(repo: Any) -> None:
    repo.write({f"{COPY}/rules/names/more.md": NO_PRINT})


def removed_lock(repo: Any) -> None:
    (repo.path / COPY / "plumbrule.lock").unlink()


def emptied_lock(repo: Any) -> None:
    repo.write({f"{COPY}/plumbrule.lock": "git = 3\n"})


def link_in_the_copy(repo: Any) -> None:
    file = repo.path / COPY / "rules/names/no-print.md"
    file.unlink()
    file.symlink_to("/etc/passwd")


def removed_copy(repo: Any) -> None:
    repo.git("rm", "-rq", COPY)


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (edited_rule, "incomplete or was edited"),
        (edited_rule_and_hash, "no-print.md is not what the commit holds"),
        (removed_rule_and_hash, "no-print.md is missing"),
        (added_file, "incomplete or was edited"),
        (removed_lock, "plumbrule.lock is missing"),
        (emptied_lock, "plumbrule.lock is missing"),
        (link_in_the_copy, "no regular file"),
        (removed_copy, "there is no copy of file://"),
    ],
)  # fmt: skip
def test_a_copy_that_is_not_what_was_pinned_stops_every_verdict(
    extending: Callable, judged: Callable, plumbrule: Callable, tamper: Callable, words: str
):
    repo = extending()
    repo.switch("main")
    tamper(repo)
    repo.commit({})
    repo.branch("next")
    repo.commit(PRINTS)
    code, report = judged(repo)
    assert (code, report["verdict"]) == (2, "not-judged")
    assert words in reasons(report)
    assert "rules fetch" in reasons(report)
    scanned = plumbrule(repo.path, "scan", "--quiet")
    assert scanned.code == 2
    assert words in scanned.err
    assert plumbrule(repo.path, "rules", "fetch", "--check").code == 2


def test_a_change_that_edits_the_copy_fails_as_a_loosening(extending: Callable, judged: Callable, found: Callable):
    repo = extending()
    edited_rule(repo)
    repo.commit(PRINTS)
    code, report = judged(repo)
    assert code == 1
    assert found(report, "new", "no-print") == ["shop/print_it.py"]
    assert any("cannot be read" in words for words in report["policy"]["loosened"])


def test_a_change_that_pins_a_weaker_commit_is_judged_by_the_old_one(
    extending: Callable, house: Any, judged: Callable, found: Callable, plumbrule: Callable
):
    repo = extending()
    weaker = house.commit({"rules/names/no-print.md": NO_PRINT.replace("severity: error", "severity: info")})
    repo.write({"plumbrule.toml": pin(house, weaker)})
    assert plumbrule(repo.path, "rules", "fetch").code == 0
    repo.commit(PRINTS)
    code, report = judged(repo)
    assert code == 1
    assert found(report, "new", "no-print") == ["shop/print_it.py"]
    assert any("no-print is info and was error" in words for words in report["policy"]["loosened"])


def test_what_a_change_begins_to_extend_binds_once_it_has_landed(
    shop: Callable, house: Any, judged: Callable, plumbrule: Callable
):
    repo = shop({"plumbrule.toml": ""})
    repo.write({"plumbrule.toml": pin(house, house.head)})
    assert plumbrule(repo.path, "rules", "fetch").code == 0
    repo.commit(PRINTS)
    code, report = judged(repo)
    assert (code, report["policy"]["loosened"]) == (0, [])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('extends = "../base.toml"', "leaves the repository"),
        ('extends = "/etc/base.toml"', "is no path of a policy"),
        ('extends = "a/b.txt"', "name a .toml file"),
        ('extends = "https://example.org/rules.git"', "pin it: `{git = "),
        ('extends = ["git@example.org:rules.git"]', "pin it: `{git = "),
        ('extends = [3]', '`extends` lists paths, "preset:NAME" and tables'),
        ('extends = [{git = "https://example.org/r.git"}]', "no commit is pinned"),
        ('extends = [{git = "https://example.org/r.git", commit = "v1.2"}]', "'v1.2' is no full commit id"),
        ('extends = [{git = "https://example.org/r.git", commit = "abc1234"}]', "is no full commit id"),
        ('extends = [{git = "http://example.org/r.git", commit = "%s"}]', "'http' is not used"),
        ('extends = [{git = "ext::sh -c id", commit = "%s"}]', "is no address of a repository"),
        ('extends = [{git = "ext::id", commit = "%s"}]', "is no address of a repository"),
        ('extends = [{git = "--upload-pack=id", commit = "%s"}]', "is no address of a repository"),
        ('extends = [{git = "https://u:p@example.org/r.git", commit = "%s"}]', "a secret does not belong in a policy"),
        ('extends = [{git = "https://example.org/r.git", commit = "%s", path = "../x.toml"}]', "leaves the repository"),
        ('extends = [{git = "https://example.org/r.git", commit = "%s", name = ".."}]', "is no name for a copy"),
        ('extends = [{git = "https://example.org/r.git", commit = "%s", branch = "x"}]', "has no key 'branch'"),
        ('extends = [{git = "https://example.org/r.git", commit = "%s"}]', "there is no copy of https://example.org"),
        ('extends = "preset:hexagon"', "there is no preset 'hexagon'"),
        ('extends = "not-there.toml"', "`extends` names it, and it is not there"),
        ('extends = "plumbrule.toml"', "extend each other in a circle: "),
        ('extends = "ring.toml"', "extend each other in a circle: "),
        ('extends = "fleet.toml"', "fleet.toml:1: a fleet belongs to the policy itself"),
        ('extends = "typo.toml"', "typo.toml:2: unknown key 'windw'"),
        ('extends = "broken.toml"', "broken.toml: this is not TOML"),
        ('extends = "link.toml"', "symbolic link"),
        ('extends = "deep0.toml"', "more than 8 policies build on each other"),
    ],
)  # fmt: skip
def test_an_extends_that_cannot_be_meant_is_answered_with_what_mends_it(
    shop: Callable, judged: Callable, plumbrule: Callable, said: str, words: str
):
    repo = shop()
    repo.switch("main")
    (repo.path / "link.toml").symlink_to("typo.toml")
    repo.commit(
        {
            "plumbrule.toml": said.replace("%s", "0" * 40) + "\n",
            "ring.toml": 'extends = "ring2.toml"\n',
            "ring2.toml": 'extends = "ring.toml"\n',
            "fleet.toml": '[[repository]]\nname = "a"\npath = "../a"\n',
            "typo.toml": "[batches]\nwindw = 3\n",
            "broken.toml": "= 3\n",
            **{f"deep{n}.toml": f'extends = "deep{n + 1}.toml"\n' for n in range(9)},
            "deep9.toml": "",
        }
    )
    repo.branch("next")
    repo.commit(PRINTS)
    code, report = judged(repo)
    assert code == 2
    if "symbolic" not in words:
        assert words in reasons(report)
    scanned = plumbrule(repo.path, "scan", "--quiet")
    assert (scanned.code, words in scanned.err) == (2, True), scanned.err


def test_two_policies_that_bring_a_rule_of_one_id_are_refused(shop: Callable, judged: Callable):
    repo = shop(
        {
            "plumbrule.toml": 'extends = ["a/base.toml", "b/base.toml"]\n',
            "a/base.toml": 'rules = ["rules"]\n',
            "b/base.toml": 'rules = ["rules"]\n',
            "a/rules/no-print.md": NO_PRINT,
            "b/rules/no-print.md": NO_PRINT,
        }
    )
    repo.commit(PRINTS)
    code, report = judged(repo)
    assert code == 2
    assert "b/rules/no-print.md: the id 'no-print' is taken by a/rules/no-print.md" in reasons(report)


LAYERS = '[components]\nweb = "web/**"\n[[layers]]\nname = "down"\norder = ["web", "tax"]\n'


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('tax = "tax/**"\nweb = "w/**"', "component 'web' is there already (base.toml:2)"),
        ('tax = "tax/**"\n[[layers]]\nname = "down"\norder = ["tax", "web"]', "[[layers]] 'down' is there already"),
        ('tax = "tax/**"\n[[layers]]\nname = "up"\norder = ["tax", "web"]\noverride = true', "named 'up' to override"),
        ('tax = {globs = "a", override = true}', "has a component 'tax' to override"),
        ('tacks = "tax/**"', "base.toml:3: component 'tax' is not declared"),
    ],
)
def test_a_name_given_twice_is_refused_unless_it_overrides(shop: Callable, judged: Callable, said: str, words: str):
    repo = shop({"base.toml": LAYERS, "plumbrule.toml": f'extends = "base.toml"\n[components]\n{said}\n'})
    repo.commit(PRINTS)
    code, report = judged(repo)
    assert code == 2
    assert words in reasons(report)


def test_what_overrides_replaces_what_it_is_named_like(shop: Callable):
    from plumbrule.governing import on_disk

    own = """\
extends = "base.toml"
[components]
tax = "tax/**"
web = {globs = ["site/**"], override = true}
[[layers]]
name = "down"
order = ["tax", "web"]
override = true
"""
    repo = shop({"base.toml": LAYERS, "plumbrule.toml": own})
    policy = on_disk(repo.path / "plumbrule.toml").policy
    assert [(part.name, part.globs) for part in policy.components] == [("tax", ("tax/**",)), ("web", ("site/**",))]
    assert [(one.name, one.order) for one in policy.layers] == [("down", ("tax", "web"))]


def test_a_policy_is_read_alike_from_disk_and_from_a_commit(extending: Callable):
    from plumbrule.git import Repository
    from plumbrule.governing import in_commit, on_disk

    repo = extending('exclude = ["x/**"]\n[rules.no-print]\nseverity = "warning"\n')
    repository = Repository.find(repo.path)
    committed = in_commit(repository, repo.head, "plumbrule.toml")
    lying = on_disk(repo.path / "plumbrule.toml")
    repository.close()
    assert committed.policy.settings() == lying.policy.settings()
    assert committed.policy.hash == lying.policy.hash
    assert [rule.id for rule in committed.rules] == [rule.id for rule in lying.rules]


def test_a_commit_that_is_a_tag_is_refused(house: Any, shop: Callable, plumbrule: Callable):
    who = {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org"}
    house.git("tag", "--annotate", "--message", "one", "v1", environ=who)
    repo = shop()
    repo.write({"plumbrule.toml": pin(house, house.git("rev-parse", "v1"))})
    answer = plumbrule(repo.path, "rules", "fetch")
    assert answer.code == 2
    assert "is a tag, and no commit" in answer.err


def test_a_commit_that_the_server_lacks_is_told(house: Any, shop: Callable, plumbrule: Callable):
    repo = shop()
    repo.write({"plumbrule.toml": pin(house, "1" * 40)})
    answer = plumbrule(repo.path, "rules", "fetch")
    assert answer.code == 2
    assert "the commit cannot be fetched" in answer.err
    assert not (repo.path / ".plumbrule-rules").exists()


def test_a_rule_that_is_a_link_elsewhere_is_not_copied(house: Any, shop: Callable, plumbrule: Callable):
    (house.path / "rules/names/a-link.md").symlink_to("/etc/passwd")
    house.commit({})
    repo = shop()
    repo.write({"plumbrule.toml": pin(house, house.head)})
    answer = plumbrule(repo.path, "rules", "fetch")
    assert answer.code == 2
    assert "is no plain file" in answer.err


def test_a_policy_elsewhere_cannot_name_what_lies_outside_it(make_repo: Callable, shop: Callable, plumbrule: Callable):
    for said in ('extends = "../../plumbrule.toml"\n', 'rules = ["../.."]\n'):
        evil = make_repo({"plumbrule.toml": said}, name=f"evil{len(said)}")
        repo = shop(name=f"victim{len(said)}")
        repo.write({"plumbrule.toml": pin(evil, evil.head)})
        answer = plumbrule(repo.path, "rules", "fetch")
        assert answer.code == 2
        assert "leaves the repository" in answer.err


def test_a_policy_elsewhere_cannot_name_what_lies_on_this_machine(house: Any, make_repo: Callable, shop: Callable):
    from plumbrule.git.fetching import fetched
    from plumbrule.outside import copied

    evil = make_repo({"plumbrule.toml": pin(house, house.head)}, name="evil")
    repo = shop()
    address = "https://example.org/evil.git"
    repo.write({"plumbrule.toml": f'extends = [{{git = "{address}", commit = "{evil.head}"}}]\n'})
    with pytest.raises(SettingsError, match="lies on this machine"):
        copied(repo.path / "plumbrule.toml", lambda git, commit: fetched(f"file://{evil.path}", commit))


def test_nothing_is_written_through_a_link(extending: Callable, house: Any, plumbrule: Callable, tmp_path: Path):
    repo = extending()
    outside = tmp_path / "elsewhere"
    (repo.path / ".plumbrule-rules").rename(outside)
    (repo.path / ".plumbrule-rules").symlink_to(outside)
    answer = plumbrule(repo.path, "rules", "fetch")
    assert answer.code == 2
    assert "is a symbolic link" in answer.err


def test_a_file_that_is_too_large_is_not_copied(house: Any, shop: Callable, plumbrule: Callable):
    house.commit({"rules/names/no-print.md": NO_PRINT + "x" * 1_100_000})
    repo = shop()
    repo.write({"plumbrule.toml": pin(house, house.head)})
    answer = plumbrule(repo.path, "rules", "fetch")
    assert answer.code == 2
    assert "1,000,000 that are copied at most" in answer.err


def test_two_commits_of_one_name_are_told_apart_by_a_name(house: Any, shop: Callable, plumbrule: Callable):
    old = house.head
    new = house.commit({"second.toml": "exclude = ['a']\n"})
    two = [f'{{git = "file://{house.path}", commit = "{old}"}}', f'{{git = "file://{house.path}", commit = "{new}"']
    repo = shop()
    repo.write({"plumbrule.toml": f'extends = [{two[0]}, {two[1]}, path = "second.toml"}}]\n'})
    answer = plumbrule(repo.path, "rules", "fetch")
    assert answer.code == 2
    assert "two `extends` copy different commits" in answer.err
    repo.write({"plumbrule.toml": f'extends = [{two[0]}, {two[1]}, path = "second.toml", name = "new"}}]\n'})
    assert plumbrule(repo.path, "rules", "fetch").code == 0


def test_a_gate_never_imports_what_fetches(extending: Callable, process: Callable):
    repo = extending()
    repo.commit(PRINTS)
    program = (
        "import sys; from plumbrule.cli import main; code = main();"
        "sys.exit(9 if {'plumbrule.git.fetching', 'plumbrule.outside'} & set(sys.modules) else code)"
    )
    one = process(repo.path, "gate", "--base", "main", "--store", str(repo.path / "no store"), program=program)
    one.communicate()
    assert one.returncode == 1
