"""What a policy may state as contracts, and what each mistake in one is answered with."""

from __future__ import annotations

import pytest

from plumbrule.errors import SettingsError
from plumbrule.policy import read_policy
from plumbrule.policy.contracts import COMMON, contract_tables, kind_of


def read(text):
    return read_policy(text, "plumbrule.toml")


PARTS = '[components]\nweb = "src/web/**"\ndomain = "src/domain/**"\n'


@pytest.mark.parametrize("table", contract_tables())
def test_every_kind_says_in_words_what_its_keys_are(table):
    kind = kind_of(table)
    assert kind.doc.endswith(".")
    assert all(part.doc for part in (*kind.roles, *kind.options))
    assert len(set(kind.keys())) == len(kind.keys()) > len(COMMON)


def test_a_contract_speaks_of_components_and_of_globs():
    policy = read(PARTS + '[[allow]]\nfrom = "web"\nto = ["domain", "src/shared/**"]\nowner = "@web"\n')
    (contract,) = policy.contracts
    assert (contract.kind, contract.name, contract.owner) == ("allow", "allow 1", "@web")
    assert contract.of("from") == ("web",)
    assert [element.is_component for element in contract.elements] == [True, True, False]


def test_what_is_excepted_is_taken_from_every_glob_beside_it():
    (contract,) = read('[[independent]]\nsiblings = ["a/*", "b/*", "!**/tests/**"]\n').contracts
    assert [element.globs for element in contract.elements] == [("a/*", "!**/tests/**"), ("b/*", "!**/tests/**")]
    assert contract.of("siblings") == ("a/* !**/tests/**", "b/* !**/tests/**")


def test_layers_may_share_a_place_and_be_closed():
    (layers,) = read(PARTS + '[[layers]]\norder = ["src/app/**", ["web", "domain"]]\nclosed = true\n').layers
    assert layers.order == ("src/app/**", "web", "domain")
    assert [layers.place(element) for element in layers.order] == [1, 2, 2]
    assert layers.closed


def test_side_by_side_in_one_place_is_no_breach_and_past_a_closed_layer_is_one():
    policy = read(PARTS + 'rows = "src/rows/**"\n[[layers]]\norder = ["web", "domain", "rows"]\nclosed = true\n')
    assert policy.may_depend("web", "domain")
    assert not policy.may_depend("web", "rows")
    assert not policy.may_depend("domain", "web")


def test_a_forbidden_pair_may_mean_ways_by_others_too():
    policy = read(PARTS + '[[forbid]]\nfrom = "domain"\nto = "web"\ntransitive = true\n')
    (barred,) = policy.intent().barred
    assert (barred.kind, barred.pairs) == ("forbid", {("domain", "web")})


def test_layers_may_mean_ways_by_files_outside_of_the_order_too():
    order = 'order = ["web", ["domain", "src/forms/**"], "src/rows/**"]'
    (upwards,) = read(PARTS + f"[[layers]]\n{order}\ntransitive = true\n").intent().barred
    assert upwards.elements == ("web", "domain", "src/forms/**", "src/rows/**")
    assert ("src/rows/**", "web") in upwards.pairs
    assert not upwards.pairs & {("web", "src/rows/**"), ("domain", "src/forms/**")}
    (closed,) = read(PARTS + f"[[layers]]\n{order}\ntransitive = true\nclosed = true\n").intent().barred
    assert closed.pairs - upwards.pairs == {("web", "src/rows/**")}


def test_independent_parts_may_mean_ways_by_files_of_none_of_them_too():
    policy = read('[[independent]]\nsiblings = "src/f/*"\ntransitive = true\n')
    assert [(one.kind, one.elements, one.pairs) for one in policy.intent().barred] == [
        ("independent", ("src/f/*",), frozenset())
    ]


def test_what_contracts_select_by_is_asked_once():
    policy = read(
        PARTS
        + '[[allow]]\nfrom = "web"\nto = ["src/a/**"]\n[[visible]]\nwhat = "src/a/**"\nto = "web"\n'
        + '[[independent]]\nsiblings = "src/f/*"\n'
    )
    assert [(group.element, group.globs, group.each) for group in policy.intent().groups] == [
        ("src/a/**", ("src/a/**",), False),
        ("each of src/f/*", ("src/f/*",), True),
        ("web", (), False),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[allow]]\nto = "src/a/**"\n', "[[allow]] lacks `from`"),
        ('[[allow]]\nfrom = "wep"\nto = []\n', "component 'wep' is not declared; did you mean 'web'?"),
        ('[[allow]]\nfrom = "web"\nto = 3\n', "must be a list of texts"),
        ('[[allow]]\nfrom = "!src/**"\nto = []\n', "only takes files away"),
        ('[[allow]]\nfrom = ["web", "!**/tests/**"]\n', "'web' is a component"),
        ('[[allow]]\nfrom = "src/../x/**"\nto = []\n', "can match no path"),
        ('[[allow]]\nfrom = "web"\nto = []\ntoo = 1\n', "unknown key 'too'; did you mean 'to'?"),
        (2 * "[[allow]]\nname = 'a'\nfrom = 'web'\n", "two [[allow]] are named 'a'"),
        ('[allow]\nfrom = "web"\n', "double brackets: [[allow]]"),
        ('[[alow]]\nfrom = "web"\n', "unknown key 'alow'; did you mean 'allow'?"),
        ('[[independent]]\nmembers = ["web"]\n', "one member alone has no sibling"),
        ('[[independent]]\nsiblings = "src/features"\n', "a glob each of whose folders counts"),
        ('[[acyclic]]\n', "one member alone makes no circle"),
        ('[[public]]\nof = "web"\n', "neither `entry` nor `internal`"),
        ('[[stable]]\nsiblings = "src/*"\ntolerance = 2.0\n', "from 0 to 1"),
        ('[[stable]]\nsiblings = "src/*"\ntolerance = "much"\n', "must be a number"),
        ('[[naming]]\nin = "web"\n', "neither `files` nor `symbols`"),
        ('[[placement]]\nin = "web"\n', "`symbols` is missing"),
        ('[[budget]]\nof = "web"\n', "it states no count"),
        ('[[budget]]\nof = "web"\nfiles = true\n', "must be a whole number"),
        ('[[budget]]\nof = "web"\nmay_only_fall = ["line"]\n', "counts are files, lines"),
        ('[[layers]]\norder = [["web", "domain"]]\n', "at least two components"),
        ('[[layers]]\norder = ["web", ["domain", "web"]]\n', "stands twice"),
        ('[[layers]]\norder = ["web", "domain"]\nclosed = "yes"\n', "must be true or false"),
        ('[[forbid]]\nfrom = "web"\nto = "domain"\ntransitive = 1\n', "must be true or false"),
        ('[[layers]]\norder = ["web", "domain"]\ntransitive = "all"\n', "must be true or false"),
        ('[[packages]]\nfrom = "web"\n', "neither packages nor licences"),
        ('[[packages]]\nforbid = ["a[bc]"]\n', "no other sign stands for some"),
        ('[[packages]]\nforbid = [" requests"]\n', "without blanks"),
        ('[[packages]]\nforbid = ["requests"]\nallow = ["requests"]\n', "'requests' is allowed and forbidden"),
        ('[[packages]]\nlicences_forbid = 3\n', "must be a list of texts"),
        ('[[pattern]]\nlanguage = "python"\n', "`query` is missing"),
        ('[[pattern]]\nquery = "(call) @found"\n', "`language` is missing"),
        ('[[pattern]]\nlanguage = "pyton"\nquery = "(call) @found"\n', "did you mean 'python'?"),
        ('[[pattern]]\nlanguage = "python"\nquery = "(call"\n', "Unexpected EOF"),
        ('[[pattern]]\nlanguage = "python"\nquery = "(call)\\n(cal) @found"\n',
         "line 2, column 2: invalid node type cal"),
        ('[[pattern]]\nlanguage = "python"\nquery = "(call)"\n', "captures nothing"),
        ('[[pattern]]\nlanguage = "python"\nquery = "((call) @c (#is? @c))"\n', "line 1: #is? is not known"),
        ('[[pattern]]\nlanguage = "python"\nquery = \'((call) @c (#match? @c "["))\'\n', "regular expression"),
        ('[[pattern]]\nlanguage = "python"\nquery = "' + "(call) @c " * 1100 + '"\n', "longer than 10,000"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_what_mends_it(text, said):
    with pytest.raises(SettingsError) as refused:
        read(PARTS + text)
    assert said in str(refused.value)
    assert str(refused.value).startswith("plumbrule.toml:")
