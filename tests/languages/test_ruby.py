"""Ruby: what a change elsewhere moves, and input that means harm."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from plumbrule.graph import FileRows
from plumbrule.snapshot import FilesWalk, analyse_files

PATHS = [
    "Gemfile.lock", "app/models/cart.rb", "app/models/shop/cart.rb", "lib/shop.rb", "lib/shop/tax.rb", "lib/tax.rb",
    "engines/pay/pay.gemspec", "engines/pay/lib/pay.rb", "engines/pay/lib/shop/tax.rb", "test/cart_test.rb", "run.rb",
]  # fmt: skip
MANIFESTS = ["GEM\n  specs:\n    tax (1.0)\n", "GEM\n  specs:\n    pay-er (1.0)\n    shop (2)\n", "x"]
LINES = [
    "require 'shop/tax'",
    "require_relative 'shop'",
    "require 'pay'",
    "class Cart < Shop::Tax; def of(x) = Tax.new(x, Shop::LIMIT); end",
    "module Shop; class Tax; def self.of = Cart.new; end; end",
    "module Shop; class Cart; include Tax::Rated; end; end",
    "module Shop; LIMIT = Pay.go; end",
    "class Shop::Tax::Rated; X = Cart; Y = ::Cart; end",
    "module Pay; def self.go; Tax.of; end; end",
    "class Tax; end",
    "module Shop; class Line < Tax; X = Rated; LIMIT; end; end",
    "class Broken < (",
]


def _content(path: str, chance: random.Random) -> bytes:
    if path.endswith(".lock"):
        return chance.choice(MANIFESTS).encode()
    if path.endswith(".gemspec"):
        return b"Gem::Specification.new { |s| s.require_paths = ['" + chance.choice((b"lib", b"src")) + b"'] }\n"
    return "\n".join(chance.sample(LINES, chance.randint(1, 8))).encode()


@pytest.mark.parametrize("seed", range(5))
def test_a_walked_history_ends_with_the_rows_of_a_cold_scan(seed: int, history: Callable) -> None:
    assert history(seed, PATHS, _content) > 20  # else this history compared nothing


SHOP = {
    "app/models/cart.rb": "class Cart < Base\n  def total\n    Shop::Tax.of(self, 1)\n  end\nend\n",
    "app/models/base.rb": "class Base\nend\n",
    "lib/shop/tax.rb": "module Shop\n  class Tax\n    def self.of(cart, rate)\n    end\n  end\nend\n",
}


def _edges(rows: FileRows) -> list[tuple[str, str, int, str, bool]]:
    return [(row.dst, row.kind, row.line, row.names, row.lazy) for row in rows.dependencies]


def test_constants_lead_to_the_files_that_define_them() -> None:
    found = analyse_files({path: text.encode() for path, text in SHOP.items()}).files
    assert _edges(found["app/models/cart.rb"]) == [
        ("app/models/base.rb", "import", 1, "Base", False),
        ("app/models/base.rb", "inherit", 1, "Base", False),
        ("app/models/base.rb", "uses", 1, "Base", False),
        ("lib/shop/tax.rb", "call", 3, "Shop.Tax.of", True),
        ("lib/shop/tax.rb", "import", 3, "Tax", True),
        ("lib/shop/tax.rb", "uses", 3, "Tax", True),
    ]


def test_a_constant_that_appears_further_inside_is_meant_before_the_outer_one() -> None:
    tree = {
        "lib/shop/cart.rb": b"module Shop\n  class Cart < Base\n  end\nend\n",
        "lib/base.rb": b"class Base\nend\n",
    }
    walked = FilesWalk()

    def parent() -> list[str]:
        rows = walked.to(tree).graph.files["lib/shop/cart.rb"]
        return [row.dst for row in rows.dependencies if row.kind == "inherit"]

    assert parent() == ["lib/base.rb"]
    tree["lib/shop/base.rb"] = b"module Shop\n  class Base\n  end\nend\n"
    assert parent() == ["lib/shop/base.rb"]
    del tree["lib/shop/base.rb"]
    assert parent() == ["lib/base.rb"]


def test_a_class_that_is_opened_again_is_meant_where_its_file_is_called_like_it() -> None:
    tree = {path: text.encode() for path, text in SHOP.items()}
    walked = FilesWalk()
    walked.to(tree)
    tree["app/alike/opened.rb"] = b"class Base\n  def more\n  end\nend\n"
    rows = walked.to(tree).graph.files["app/models/cart.rb"]
    assert [row.dst for row in rows.dependencies if row.kind == "inherit"] == ["app/models/base.rb"]


def test_a_class_needs_what_its_name_puts_it_into_and_is_a_part_of_it() -> None:
    tree = {
        "lib/shop/tax.rb": b"class Shop::Tax\n  def rate\n  end\nend\n",
        "lib/shop/tax/rate.rb": b"class Shop::Tax::Rate\nend\n",
    }
    found = analyse_files(tree).files
    rows = [row for row in found["lib/shop/tax/rate.rb"].dependencies if row.kind == "import"]
    assert [(row.dst, row.line, row.upward) for row in rows] == [("lib/shop/tax.rb", 1, True)]
    assert _edges(found["lib/shop/tax.rb"]) == []  # nothing says what `Shop` is


def _parent(tree: dict[str, bytes], path: str) -> list[str]:
    return [row.dst for row in analyse_files(tree).files[path].dependencies if row.kind == "inherit"]


def test_a_class_in_the_module_of_a_gem_is_meant_where_it_has_a_class_above_it() -> None:
    tree = {
        "Gemfile": b"gem 'rack'\n",
        "test/unit.rb": b"class Rack::TestCase < Test\nend\n",
        "test/again.rb": b"class Rack::Builder\n  def more\n  end\nend\n",
        "test/a_test.rb": b"class A < Rack::TestCase\nend\n",
        "test/b_test.rb": b"class B < Rack::Builder\nend\n",
    }
    assert _parent(tree, "test/a_test.rb") == ["test/unit.rb"]
    assert _parent(tree, "test/b_test.rb") == []


def test_a_module_that_one_file_opens_is_what_is_meant_where_its_outermost_is_defined_here() -> None:
    tree = {
        "lib/shop.rb": b"module Shop\n  NAME = 1\nend\n",
        "lib/shop/rates.rb": b"module Shop\n  module Rates\n    module All\n    end\n  end\nend\n",
        "lib/patches.rb": b"module Gems\n  module Rates\n    module All\n    end\n  end\nend\n",
        "lib/a.rb": b"class A\n  include Shop::Rates::All\nend\n",
        "lib/b.rb": b"class B\n  include Gems::Rates::All\nend\n",
    }
    assert _parent(tree, "lib/a.rb") == ["lib/shop/rates.rb"]
    assert _parent(tree, "lib/b.rb") == []


def test_what_is_inside_a_module_is_not_what_tests_open_again() -> None:
    tree = {
        "lib/shop/testing/all.rb": b"module Shop\n  class IntegrationTest < Base\n  end\nend\n",
        "test/support/unit.rb": b"class Shop::IntegrationTest\n  def more\n  end\nend\n",
        "test/carts/a_test.rb": b"class A < Shop::IntegrationTest\nend\n",
    }
    assert _parent(tree, "test/carts/a_test.rb") == ["lib/shop/testing/all.rb"]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("", "class A%d < B%d\n"),
        ("", "module A%d; X = B::C%d; end\n"),
        ("def f\n", "g%d(h%d) && A%d.b || C\n"),
        ("", "private def a%d; private :a%d, :b%d; end\n"),
        ("", "x%d = <<~A\n b\n"),
        ("", 'require File.join(__dir__, "a", "b%d")\n'),
        ("require File.join(__dir__", ', "a"'),
        ("", "x do |y| "),
        ("", "if x then 1 else "),
        ("x = ", "A::"),
        ("x = ", '"#{'),
    ],
)
def test_input_without_end_costs_what_it_is_long(read_in_bounds: Callable[..., str], head: str, line: str) -> None:
    assert read_in_bounds("ruby", line, head=head) == ""


def test_of_files_that_define_a_constant_none_is_meant_if_several_are_as_near() -> None:
    tree = {
        "lib/read.rb": b"module Json\n  def self.read; end\nend\nclass Odd; def a; end; end\n",
        "lib/write.rb": b"module Json\n  def self.write; end\nend\n",
        "bin/odd.rb": b"class Odd; def b; end; end\n",
        "lib/far/write.rb": b"module Json\n  def self.dump; end\nend\n",
        "lib/far/use.rb": b"Json.dump\n",
        "app/use.rb": b"Json.read\nOdd.new\n",
    }
    files = analyse_files(tree).files
    rows = files["app/use.rb"]
    assert rows is not None
    assert {row.dst for row in rows.dependencies} == {"bin/odd.rb"}
    assert ["lib/far/write.rb and lib/read.rb" in row.reason for row in rows.unresolved] == [True]
    near = files["lib/far/use.rb"]
    assert near is not None
    assert {(row.dst, row.confidence < 1.0) for row in near.dependencies} == {("lib/far/write.rb", True)}


def test_constants_that_a_superclass_or_a_module_brings_are_no_packages() -> None:
    tree = {
        "Gemfile.lock": b"GEM\n  specs:\n    redis (5.0)\n",
        "lib/base.rb": b"module Shop\n  class Base < Root\n    LIMIT = 1\n    class Failed < Root; end\n  end\nend\n",
        "lib/root.rb": b"class Root\n  FAR = 1\n  Redis = 1\nend\n",
        "lib/rated.rb": b"module Rated\n  RATES = {}\nend\n",
        "lib/top.rb": b"LIMIT = 2\nclass Gone; end\n",
        "lib/cart.rb": b"""module Shop
  class Cart < Base
    include Rated
    def total = LIMIT + RATES[1]
    def far = FAR
    def away = Redis.new(Unheard)
    def fail = raise(Failed)
    class Line
      def total = LIMIT
    end
  end
end
""",
    }
    rows = analyse_files(tree).files["lib/cart.rb"]
    assert rows is not None
    assert {(use.dst, use.symbol, use.line) for use in rows.uses if use.kind != "import" and use.line > 3} == {
        ("lib/base.rb", "Shop.Base.LIMIT", 4),
        ("lib/rated.rb", "Rated.RATES", 4),
        ("lib/base.rb", "Shop.Base.Failed", 7),
        ("lib/top.rb", "LIMIT", 9),
    }
    assert [(row.line, row.reason) for row in rows.unresolved] == [
        (5, "FAR is defined inside of others here: an ancestor may bring it")
    ]
    assert {row.package for row in rows.externals} == {"redis", "Unheard"}
