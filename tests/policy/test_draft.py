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


def test_the_components_mean_the_files_they_came_from():
    policy = read(draft(SHOP, {}, [], DAY))
    assert {part.name: part.globs for part in policy.components} == {
        "cli": ("src/cli.py",),
        "domain": ("src/domain/**",),
        "web": ("src/web/forms/**", "src/web/page.py"),
    }


def test_an_order_that_holds_today_is_proposed():
    policy = read(draft(SHOP, {("web", "domain"): 3, ("cli", "web"): 1, ("tests", "web"): 9}, [], DAY))
    assert policy.layers[0].order == ("cli", "web", "domain")
    allowed = policy.intent().allowed
    assert allowed is not None
    assert allowed("web", "domain")


def test_a_circle_gets_no_order_and_is_told():
    text = draft(SHOP, {("web", "domain"): 3, ("domain", "web"): 1}, [], DAY)
    assert read(text).layers == ()
    assert '# Fewest imports against the rest: "domain" -> "web" (1)' in text


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


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    some.dictionaries(
        NAMES.filter(lambda n: n.isprintable() and n.strip() == n), some.sets(PATHS, max_size=3), max_size=4
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
    edges = dict.fromkeys(pairwise(names), 1)
    policy = read(draft(components, edges, [("r", path) for path in sorted(files)], DAY))
    for path, name in owner.items():
        assert policy.component(path) == ("" if name == "tests" else name)


def test_a_newline_in_a_name_does_not_leave_its_comment():
    text = draft(SHOP, {}, [("dependency-cycle", "a\n[rules.dependency-cycle]\nseverity='off'\n -> b")], DAY)
    assert read(text).rules == {}
