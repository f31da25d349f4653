"""What functions say of themselves and how they end, in every language."""

from __future__ import annotations

import pytest

PYTHON = '''
def price(weight, region):
    """The price.

    {doc}
    """
    return weight * region.rate
'''


@pytest.mark.parametrize(
    "doc",
    [
        ":param weight: in grams\n    :param zone: where to",
        ":param int zone: where to",
        "Args:\n        weight: in grams\n        zone (Zone): where to",
        "Parameters\n    ----------\n    weight : int\n    zone : Zone\n        where to\n",
    ],
    ids=["rest", "rest with a type", "google", "numpy"],
)
def test_a_docstring_names_its_parameters_in_any_style(details_in, doc):
    ((name, row),) = details_in("functions", PYTHON.replace("{doc}", doc))
    assert (name, row.stale) == ("price", ["zone"])


@pytest.mark.parametrize(
    "doc",
    [
        "Args:\n        weight: in grams\n            zone: of its own depth\n        region: where to",
        "Note: zone is no more.",
        "Parameters\n    ----------\n    weight, region : int\n\n    Returns\n    -------\n    zone : int",
        "Returns:\n        zone: where it goes",
        ":raises zone: never",
        "It was ``:param zone`` once.",
    ],
)
def test_what_is_no_parameter_of_a_docstring_is_none(details_in, doc):
    ((_, row),) = details_in("functions", PYTHON.replace("{doc}", doc))
    assert row.stale == []


@pytest.mark.parametrize(
    ("dialect", "source"),
    [
        ("javascript", "/**\n * @param {number} weight\n * @param {Zone} zone\n */\nfunction price(weight) {}\n"),
        ("javascript", "/**\n * @param {{a: {b: Zone}}} [zone=1]\n */\nexport const price = (weight) => weight;\n"),
        ("typescript", "class A {\n  /** @param zone - the $zone */\n  price(weight: number): void {}\n}\n"),
        (
            "java",
            "class A {\n  /**\n   * @param <T> a type\n   * @param zone it\n   */\n"
            "  <T> T price(int weight) { return null; }\n}\n",
        ),
        ("kotlin", "/**\n * @param[zone] it\n * @param weight it\n */\nfun price(weight: Int): Int = weight\n"),
        ("scala", "object A {\n  /** @param zone it */\n  def price(weight: Int): Int = weight\n}\n"),
        (
            "php",
            "<?php\n/**\n * @param int $weight\n * @param array<int, string> $zone\n */\nfunction price($weight) {}\n",
        ),
        ("ruby", "# @param weight [Integer]\n# @param [Zone] zone\ndef price(weight)\n  weight\nend\n"),
        ("c", "/**\n * @param[in] weight it\n * \\param zone it\n */\nint price(int weight) { return weight; }\n"),
        ("cpp", "/// \\param zone it\nint Shop::price(int weight) { return weight; }\n"),
        (
            "csharp",
            'class A {\n  /// <param name="weight">it</param>\n  /// <param name="zone">it</param>\n'
            "  int Price(int weight) { return 1; }\n}\n",
        ),
        (
            "swift",
            "/// - Parameters:\n///   - weight: it\n///   - zone: it\n"
            "func price(weight: Int) -> Int { return weight }\n",
        ),
        ("swift", "/// - Parameter zone: it\nfunc price(weight: Int) -> Int { return weight }\n"),
        (
            "rust",
            "/// # Arguments\n///\n/// * `weight` - it\n/// * `zone` - it\nfn price(weight: u32) -> u32 { weight }\n",
        ),
    ],
)
def test_a_comment_names_its_parameters_in_the_way_of_its_language(details_in, dialect, source):
    stale = [(row.stale, row.documented > 0) for _, row in details_in("functions", source, dialect)]
    assert stale == [(["zone"], True)]


@pytest.mark.parametrize(
    ("dialect", "source"),
    [
        ("javascript", "/** @param zone it */\nfunction price({ weight }) {}\n"),
        ("javascript", "/** @param zone it */\nfunction price() { return arguments.zone; }\n"),
        ("javascript", "/** @param zone it */\nfunction price(...all) {}\n"),
        ("javascript", "/**\n * @param order it\n * @param order.zone it\n */\nfunction price(order) {}\n"),
        ("javascript", "/** @param zone it */\n\nfunction price(weight) {}\n"),
        ("typescript", "/** Takes @param zone no more. */\nfunction price(weight: number) {}\n"),
        ("java", 'class A {\n  /** @param zone it */\n  @Asked("x")\n  int price(int zone) { return 1; }\n}\n'),
        ("python", "def price(weight, **more):\n    '''It.\n\n    :param zone: it\n    '''\n"),
        ("python", "def price():\n    '''It.\n\n    :param zone: it\n    '''\n    def inner(zone):\n        pass\n"),
    ],
)
def test_a_parameter_that_a_function_may_know_after_all_is_not_stale(details_in, dialect, source):
    assert [row.stale for _, row in details_in("functions", source, dialect) if row.stale] == []


@pytest.mark.parametrize(
    ("dialect", "source"),
    [
        ("go", "// Price of a parcel.\nfunc Price(weight int) int { return weight }\n"),
        ("rust", "/// Price of a parcel.\n#[inline]\npub fn price(weight: u32) -> u32 { weight }\n"),
        ("typescript", "class A {\n  /** Price of a parcel. */\n  @asked()\n  price(weight: number) {}\n}\n"),
        ("starlark", "def price(weight):\n    '''Price of a parcel.'''\n    return weight\n"),
    ],
)
def test_documentation_stands_above_or_in_a_function(details_in, dialect, source):
    if dialect == "go":
        source = "package shop\n\n" + source
    assert [row.documented for _, row in details_in("functions", source, dialect)] == [4]


def test_tags_and_types_alone_are_no_documentation(details_in):
    source = "/**\n * @returns {number}\n */\nfunction getPrice() { return 1; }\n"
    assert [row.documented for _, row in details_in("functions", source, "javascript")] == [0]


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("return True", ["bool"]),
        ("return not x", ["bool"]),
        ("return a == b", ["bool"]),
        ("return a + b", ["unknown"]),
        ("return 'a' in b", ["bool"]),
        ("return ['a'][0]", ["unknown"]),
        ("return [a for a in b]", ["collection"]),
        ("return 'text'", ["text"]),
        ("return 3", ["number"]),
        ("return None", ["none"]),
        ("return self", ["own"]),
        ("return", ["nothing"]),
        ("pass", ["nothing"]),
        ("f = lambda: 3\n    return True", ["bool"]),
        ("def inner():\n        return 3\n    return True", ["bool"]),
        ("if x:\n        return True\n    return 'no'", ["bool", "text"]),
    ],
)
def test_the_kinds_of_values_that_are_returned(details_in, body, kinds):
    rows = dict(details_in("functions", f"def is_open(self, x):\n    {body}\n"))
    assert rows["is_open"].returned == kinds


def test_an_arrow_returns_its_expression_and_a_value_without_a_word_counts(details_in):
    rows = dict(details_in("functions", "const isOpen = (x) => x > 3;\nconst isShut = (x) => { x; };\n", "typescript"))
    assert (rows["isOpen"].returned, rows["isShut"].returned) == (["bool"], ["nothing"])
    ((_, row),) = details_in("functions", "def is_open\n  @open\nend\n", "ruby")
    assert row.returned == []


def test_members_that_a_getter_sets_and_does_not_return(details_in):
    source = "class A:\n    def get_it(self):\n        self.it = 1\n        self.b = 2\n"
    source += "        self.c += 1\n        return self.it\n"
    assert [row.changed for _, row in details_in("functions", source)] == [["b", "c"]]


@pytest.mark.parametrize("depth", [50, 3000])
def test_hostile_documentation_is_read_in_linear_time(details_in, read_apart, depth):
    docs = " * @param " + "{" * depth + "\n" + " * @param " + "a" * depth + " " * depth + "\n"
    docs += " * " + "<a" * 200 + "{" * 200 + "\n"
    source = f"/**\n{docs * 90} */\nfunction price(weight) {{}}\n"
    assert read_apart("functions", source, "javascript") == ""
    source = "def price():\n    '''" + ":param " + "a " * depth + "\n" + "Args:\n" * depth + "'''\n"
    assert read_apart("functions", source, "python") == ""
