"""The first policy is one that the repository keeps, and that can be read back whatever the names are."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as some

from plumbrule.policy import read_policy
from plumbrule.policy.draft import draft

DAY = date(2026, 9, 1)
SHOP = {
    "web": ["src/web/page.py", "src/web/forms/order.py"],
    "domain": ["src/domain/cart.py", "src/domain/tax.py"],
    "cli": ["src/cli.py"],
    "tests": ["tests/test_cart.py", "src/web/test_page.py"],
}


def read(text):
    return read_policy(text, "plumbrule.toml")


def test_every_component_is_declared_by_its_folders_and_tests_come_first():
    policy = read(draft(SHOP, {}, [], DAY))
    assert [(part.name, part.globs) for part in policy.components] == [
        ("tests", ("**/tests/**", "test_*.py")),
        ("cli", ("src/cli.*",)),
        ("domain", ("src/domain/**",)),
        ("web", ("src/web/**",)),
    ]


def test_the_files_of_a_folder_itself_come_after_what_lies_deeper():
    parts = {"a": ["app/wsgi.py"], "app": ["app/app.py", "app/urls.py"], "root": ["setup.py"], "web": ["app/web/a.py"]}
    policy = read(draft({**parts, "z": ["app/z.py"]}, {}, [], DAY))
    assert [(part.name, part.globs) for part in policy.components] == [
        ("a", ("app/wsgi.py",)),
        ("app", ("app/app.*", "app/urls.py")),
        ("web", ("app/web/**",)),
        ("z", ("app/z.*",)),
        ("root", ("/*", "!/*/**")),
    ]
    del parts["a"]
    policy = read(draft(parts, {}, [], DAY))
    assert [(part.name, part.globs) for part in policy.components] == [
        ("web", ("app/web/**",)),
        ("app", ("app/*", "!app/*/**")),
        ("root", ("/*", "!/*/**")),
    ]


def test_an_order_that_holds_today_is_proposed():
    policy = read(draft(SHOP, {("web", "domain"): 3, ("cli", "web"): 1, ("tests", "web"): 9}, [], DAY))
    assert policy.layers[0].order == ("cli", "web", "domain")
    allowed = policy.intent().allowed
    assert allowed is not None
    assert allowed("web", "domain")


def test_a_circle_gets_an_order_to_uncomment_and_what_stands_against_it():
    edges = {("web", "domain"): 3, ("domain", "web"): 1, ("domain", "cli"): 2, ("cli", "web"): 1}
    text = draft(SHOP, edges, [], DAY)
    assert read(text).layers == ()
    assert '# order = ["web", "domain", "cli"]' in text
    assert '#   "cli" -> "web" (1)\n#   "domain" -> "web" (1)\n# [[layers]]' in text


def test_a_circle_leaves_the_rest_in_order():
    names = "fedcba"
    edges = {(source, target): 1 for at, source in enumerate(names) for target in names[at + 1 :]}
    edges = {**edges, ("c", "d"): 1, ("d", "c"): 5}
    text = draft({name: [f"{name}/x.py"] for name in names}, edges, [], DAY)
    assert '# order = ["f", "e", "d", "c", "b", "a"]' in text
    assert text.count("#   ") == 1


def test_present_findings_are_waivers_to_uncomment():
    text = draft(SHOP, {}, [("dependency-cycle", "src/a.py -> src/b.py")], DAY)
    assert read(text).waivers == ()
    start = text.index("# [[waiver]]")
    waiver = read(text[start:].replace("# ", "")).waivers[0]
    assert (waiver.rule, waiver.subject, waiver.expires) == ("dependency-cycle", "src/a.py -> src/b.py", DAY)


def test_many_findings_are_left_to_the_baseline():
    text = draft(SHOP, {}, [("dependency-cycle", f"{n}.py -> x.py") for n in range(50)], DAY)
    assert text.count("[[waiver]]") == 20
    assert "30 more: accept them at once with `plumbrule baseline`" in text


NAMES = some.text(some.characters(exclude_characters="/\0\ud800", exclude_categories=["Cs"]), min_size=1, max_size=5)
PATHS = some.lists(NAMES.filter(lambda name: name not in (".", "..")), min_size=1, max_size=3).map("/".join)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    some.dictionaries(
        NAMES | some.sampled_from(["tests", " tests", "\\u0020tests"]), some.sets(PATHS, max_size=3), max_size=4
    )
)
def test_hostile_names_are_read_back_and_mean_themselves(components):
    owner = {}
    for name, paths in sorted(components.items()):
        for path in paths:
            owner.setdefault(path, name)
    components = {name: [p for p in paths if owner[p] == name] for name, paths in components.items()}
    files = set(owner)
    if any(path.startswith(f"{other}/") for path in files for other in files):
        return  # a file cannot be a folder as well
    names = sorted(components)
    edges = dict.fromkeys([*pairwise(names), *zip(names, names[2:], strict=False), *pairwise(names[::-1])], 1)
    policy = read(draft(components, edges, [("r", path) for path in sorted(files)], DAY))
    found = {(name, policy.component(path)) for path, name in owner.items()}
    assert len(found) == len({name for name, _ in found}) == len({shown for _, shown in found})
    for name, shown in found:
        assert shown == name or not name.isprintable() or name.strip() != name


def test_a_name_that_a_policy_may_not_hold_is_shown_and_stays_apart():
    parts = {" a": ["1/a.py"], "\\u0020a": ["2/a.py"], "b\n": ["3/a.py"], "c\u202e": ["4/a.py"], "d": ["5/a.py"]}
    policy = read(draft(parts, {(" a", "d"): 1}, [], DAY))
    assert [part.name for part in policy.components] == ["\\u0020a 2", "\\u0020a", "b\\u000a", "c\\u202e", "d"]
    assert policy.layers[0].order == ("\\u0020a 2", "d")


def test_a_newline_in_a_name_does_not_leave_its_comment():
    text = draft(SHOP, {}, [("dependency-cycle", "a\n[rules.dependency-cycle]\nseverity='off'\n -> b")], DAY)
    assert read(text).rules == {}
