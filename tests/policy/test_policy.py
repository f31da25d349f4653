"""What a policy may say, and what each mistake in it is answered with."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest

from plumbrule import __version__
from plumbrule.errors import SettingsError
from plumbrule.policy import Policy, read_policy

WHOLE = """\
exclude = ["third_party/**"]

[components]
web = "src/web/**"
domain = ["src/domain/**", "src/shared/**"]
rest = "src/**"

[[layers]]
name = "top down"
order = ["web", "domain"]
reason = "The domain must be testable without a browser."

[[forbid]]
from = "rest"
to = ["web", "domain"]

[rules]
folders = ["architecture/rules/"]

[rules.dependency-cycle]
severity = "warning"
min_members = 3

[[waiver]]
rule = "dependency-cycle"
subject = "src/web/a.py -> src/shared/b.py"
reason = "goes with the old checkout"
owner = "@shop"
expires = 2027-03-31

[batches]
window = 30

[limits]
resolved = 0.9

[mail]
to = ["a@example.org"]
port = 25
"""


def read(text):
    return read_policy(text, "plumbrule.toml")


def test_a_whole_policy_is_read_as_it_says():
    policy = read(WHOLE)
    assert policy.exclude == ("third_party/**",)
    assert [part.name for part in policy.components] == ["web", "domain", "rest"]
    assert policy.layers[0].order == ("web", "domain")
    assert [(pair.source, pair.target) for pair in policy.forbid] == [("rest", "web"), ("rest", "domain")]
    assert policy.rule_folders == ("architecture/rules",)
    assert policy.rules["dependency-cycle"].severity == "warning"
    assert policy.rules["dependency-cycle"].parameters == {"min_members": 3}
    assert policy.waivers[0].expires == date(2027, 3, 31)
    assert policy.batch_window == 30
    assert (policy.limits.resolved, policy.limits.parsed) == (0.9, 0.98)
    assert policy.mail["to"] == ["a@example.org"]


def test_an_empty_policy_states_nothing():
    policy = read("")
    assert policy == Policy(source="plumbrule.toml", hash=policy.hash)
    assert not policy.excludes("a.py")
    assert policy.intent().allowed is None


def test_the_first_component_that_matches_wins():
    policy = read(WHOLE)
    assert [policy.component(p) for p in ("src/web/a.py", "src/shared/b.py", "src/z.py", "x.py")] == [
        "web",
        "domain",
        "rest",
        "",
    ]


def test_layers_and_forbidden_pairs_decide_what_may_depend_on_what():
    allowed = read(WHOLE).intent().allowed
    assert allowed is not None
    assert [allowed(*pair) for pair in (("web", "domain"), ("domain", "web"), ("rest", "web"), ("web", "rest"))] == [
        True,
        False,
        False,
        True,
    ]
    assert allowed("domain", "domain")


def test_the_hash_changes_with_every_byte_and_with_nothing_else():
    assert read(WHOLE).hash == read(WHOLE).hash != read(WHOLE + "\n").hash


def test_a_list_of_rule_folders_alone_is_enough():
    assert read('rules = ["architecture/rules"]\n').rule_folders == ("architecture/rules",)


def test_a_waiver_counts_through_its_last_day():
    waiver = read(WHOLE).waivers[0]
    assert not waiver.expired(date(2027, 3, 31))
    assert waiver.expired(date(2027, 4, 1))


FLEET = """\
exclude = ["orders:gen/**", "dist/**"]
[components]
web = ["orders:src/web/**", "shop:app/**"]
api = "shop:api/**"
[[repository]]
name = "orders"
path = "../orders"
[[repository]]
name = "shop"
path = "../shop"
"""


def test_in_a_fleet_a_glob_may_name_its_repository():
    orders, shop = read(FLEET).within("orders"), read(FLEET).within("shop")
    assert [orders.excludes("gen/a.py"), shop.excludes("gen/a.py")] == [True, False]
    assert [orders.excludes("dist/a.py"), shop.excludes("dist/a.py")] == [True, True]
    assert [orders.component("src/web/a.py"), shop.component("src/web/a.py")] == ["web", ""]
    assert orders.intent().components == (("web", ("src/web/**",)),)
    assert [name for name, _ in shop.intent().components] == ["web", "api"]


def test_without_a_fleet_a_colon_is_part_of_a_name():
    assert read('exclude = ["a:b.py"]\n').excludes("a:b.py")


WAIVER = '[[waiver]]\nrule = "r"\nsubject = "s"\nreason = "x"\nowner = "@o"\nexpires = 2030-01-01\n'
PARTS = '[components]\nweb = "web/**"\ndomain = "domain/**"\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('exclud = ["a"]\n', 1, "unknown key 'exclud'; did you mean 'exclude'?"),
        ("[component]\n", 1, "unknown key 'component'; did you mean 'components'?"),
        ("\n[batches]\nwindw = 3\n", 3, "unknown key 'windw'; did you mean 'window'?"),
        (f'{PARTS}[[layers]]\nordr = ["web", "domain"]\n', 5, "unknown key 'ordr'; did you mean 'order'?"),
        (f'{PARTS}[[layers]]\norder = ["web", "domian"]\n', 4, "'domian' is not declared; did you mean 'domain'?"),
        ('[[layers]]\norder = ["web", "api"]\n', 1, 'declare it: [components] web = "src/web/**"'),
        (f'{PARTS}[[layers]]\norder = ["web"]\n', 4, "at least two components"),
        (f'{PARTS}[[layers]]\norder = ["web", "web"]\n', 4, "'web' stands twice"),
        (f'{PARTS}[[layers]]\norder = "web"\n', 5, "`order` must be a list of texts"),
        (PARTS + '[[layers]]\nname="a"\norder=["web","domain"]\n' * 2, 7, "two [[layers]] are named 'a'; rename one"),
        (f'{PARTS}[layers]\norder = ["web", "domain"]\n', 4, "double brackets: [[layers]]"),
        (f'{PARTS}[[forbid]]\nfrom = "web"\n', 4, "lacks `to`"),
        (f'{PARTS}[[forbid]]\nfrom = "web"\nto = "web"\n', 4, "cannot be forbidden to depend on itself"),
        (f'{PARTS}[[forbid]]\nfrom = "web"\nto = ["domain", "domain"]\n', 4, "forbidden twice"),
        ("exclude = [3]\n", 1, 'must be a list of texts, as in ["a", "b"]'),
        ('exclude = ["./a"]\n', 1, "write 'a'"),
        ('[components]\nweb = "src/[ab"\n', 2, "never closed"),
        ("[components]\nweb = []\n", 2, "component 'web' has no glob"),
        ('[components]\n"we\\nb" = "a"\n', 1, "is no component name"),
        ('[rules.dependency-cycle]\nseverity = "fatal"\n', 2, "'fatal' is not one of off, info, warning, error"),
        ("[rules]\ndependency-cycle = 3\n", 2, "write [rules.dependency-cycle]"),
        ('[rules]\nfolder = ["a"]\n', 2, "did you mean 'folders'?"),
        ("[rules.dependency-cycle]\nx = { y = 1 }\n", 2, "must be a number, text, true/false or a list"),
        ('rules = ["../elsewhere"]\n', 1, "leaves the repository"),
        (WAIVER.replace('reason = "x"\n', ""), 1, 'waiver 1 has no reason; add `reason = "why it may stay"`'),
        (WAIVER.replace('"@o"', '" "'), 1, "waiver 1 has no owner"),
        (WAIVER.replace("expires = 2030-01-01\n", ""), 1, "waiver 1 has no expires; add `expires = 2030-01-31`"),
        (WAIVER.replace("2030-01-01", '"soon"'), 6, "must be a day, as in `expires = 2030-01-31`, not 'soon'"),
        (WAIVER.replace("2030-01-01", "2030-01-01T10:00:00"), 6, "must be a day"),
        (WAIVER + WAIVER, 7, "waived twice"),
        (WAIVER + 'until = 1\n', 7, "unknown key 'until'"),
        (WAIVER + 'repository = "x"\n', 7, "no [[repository]] is named 'x'"),
        ('[[repository]]\nname = "a b"\npath = "."\n', 2, "no repository name"),
        ('[[repository]]\nname = "a"\n', 1, "lacks `path`"),
        ('[[repository]]\nname="a"\npath="."\n' * 2, 4, "two [[repository]] are named 'a'"),
        ('[components]\nw = "ordres:a"\n[[repository]]\nname="orders"\npath="."\n', 2, "did you mean 'orders'?"),
        ('[batches]\nwindow = "1h"\n', 2, "whole minutes"),
        ("[batches]\nwindow = -1\n", 2, "whole minutes"),
        ("[limits]\nparsed = 98\n", 2, "a share from 0 to 1"),
        ("mail = 3\n", 1, "must be a table"),
        ('[mail]\ntoo = ["a@example.org"]\n', 2, "unknown key 'too'; did you mean 'to'?"),
        ("[mail]\nrecipients = []\n", 2, "unknown key 'recipients'"),
        ("[mail]\nstart_tls = true\n", 2, "did you mean 'starttls'?"),
        ('[mail]\nhots = "x"\n', 2, "did you mean 'host'?"),
        ('[mail]\npassword = "x"\n', 2, "set PLUMBRULE_SMTP_PASSWORD in the environment"),
        ("[mail]\nto = [1]\n", 2, "must be a list of texts"),
        ("[mail]\nhost = 1\n", 2, "`host` must be text in quotes"),
        ('[mail]\nport = "25"\n', 2, "`port` must be a number"),
        ('[mail]\nstarttls = "yes"\n', 2, "`starttls` must be true or false"),
        ("a = \n", None, "this is not TOML"),
        ('[components]\nweb = "a"\nweb = "b"\n', None, "(at line 3, column 10); the key stands there"),
        ('[mail]\n[components]\nweb = "a"\n[mail]\n', None, "there is a table of 'mail' above; add these lines to it"),
        ('rules = ["a"]\n[rules.no-b]\nseverity = "off"\n', None, "write [rules] and below it `folders = [...]`"),
        ('rules = ["a"]\nrules.no-b.severity = "off"\n', None, "write [rules] and below it `folders = [...]`"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_mends_it(text, line, words):
    with pytest.raises(SettingsError) as refused:
        read(text)
    message = str(refused.value)
    assert words in message
    assert message.startswith(f"plumbrule.toml:{line}: " if line else "plumbrule.toml: ")


def test_any_text_is_read_or_refused_and_never_crashes():
    from hypothesis import given, settings
    from hypothesis import strategies as some

    words = some.sampled_from(
        [*WHOLE.split(), "[[", "]]", "=", "\n", '"', "[rules]", "[waiver]", "{}", "[]", "1", "\x00"]
    )

    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(some.lists(words, max_size=14).map(" ".join))
    def anything(text):
        with suppress(SettingsError):
            read(text).intent()

    anything()


@pytest.mark.parametrize("asked", [">=0.0.1", " >= 0 , <99 ", "!=98", "==" + __version__, f"<={__version__}.0"])
def test_a_policy_may_say_for_which_versions_it_is(asked: str):
    assert read_policy(f'requires_plumbrule = "{asked}"\n', "p.toml").exclude == ()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (">=99", "this policy is for plumbrule >=99, and this is"),
        (">=0, <0.0.1", "this policy is for plumbrule >=0, <0.0.1"),
        ("", "no range of versions"),
        ("0.9", "no range of versions"),
        (">=0.9rc1", "no range of versions"),
        (">=0.9,", "no range of versions"),
        (">=" + "9" * 400, "no range of versions"),
    ],
)
def test_a_policy_for_other_versions_is_refused_before_what_it_says_is_looked_at(asked: str, said: str):
    with pytest.raises(SettingsError) as refused:
        read_policy(f'# first\nrequires_plumbrule = "{asked}"\nfuture = 1\n', "p.toml")
    assert "p.toml:2" in str(refused.value)
    assert said in str(refused.value)
