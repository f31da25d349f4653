"""Python facts beyond the fixtures: encodings, hashes, hostile text. Plain spellings are in the fixtures."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from radon.visitors import ComplexityVisitor

from plumbrule.facts import TYPE_ONLY, Facts, Function, pack, unpack_body, unpack_interface

Reader = Callable[..., Facts]


def _function(facts: Facts, name: str) -> Function:
    return next(row for row in facts.body.functions if facts.interface.symbols[row.symbol].name == name)


def test_a_declared_encoding_is_honoured(facts_of: Reader) -> None:
    found = facts_of('# -*- coding: latin-1 -*-\ndef gr\xfc\xdfe(): ...\nkey = "gr\xfc\xdfe-an"\n'.encode("latin-1"))
    assert [symbol.name for symbol in found.interface.symbols] == ["grüße", "key"]
    assert [literal.text for literal in found.body.literals] == ["grüße-an"]


def test_a_byte_order_mark_is_no_code(facts_of: Reader) -> None:
    plain, marked = facts_of(b"import a\n"), facts_of(b"\xef\xbb\xbfimport a\n")
    assert marked == plain


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"x = '\xff'\n", "not UTF-8"),
        (b"x = 1\0\n", "holds NUL bytes"),
        (b"# coding: no-such\nx = 1\n", "unknown encoding no-such"),
        (b"# coding: rot13\nx = 1\n", "unknown encoding rot13"),
        (b"# coding: utf-7\nx = '+2AA-'\n", "not utf-7, which it declares"),
        (b"# coding: ascii\nx = '\xc3'\n", "not UTF-8"),
    ],
)
def test_what_is_no_python_text_is_refused_with_a_reason(facts_of: Reader, source: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        facts_of(source)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(facts_of: Reader, end: str) -> None:
    found = facts_of(end.join(["import a", "", "def f():", "    return a", "", "import b", ""]))
    assert [row.line for row in found.interface.imports] == [1, 6]
    assert (found.interface.lines, found.interface.code_lines) == (6, 4)
    assert _function(found, "f").code_lines == 2


_BODY = """def {name}(rows, {arg}):
    total = 0
    for row in rows:
        if row.kind == "{text}" and row.amount > {number}:
            total += row.amount * {arg}  {comment}
    return total
"""


def _version(name: str = "f", arg: str = "rate", text: str = "a", number: str = "1", comment: str = "") -> str:
    return _BODY.format(name=name, arg=arg, text=text, number=number, comment=comment)


def test_a_body_laid_out_differently_has_the_same_exact_hash(facts_of: Reader) -> None:
    one = _function(facts_of(_version()), "f")
    spread = _version(name="g", comment="# why").replace("row.amount > 1", "row.amount  >  1").replace("    ", "  ")
    other = _function(facts_of("import x\n\n" + spread), "g")
    assert one.exact_hash == other.exact_hash != 0
    assert one.shape_hash == other.shape_hash != 0


def test_a_renamed_copy_shares_only_the_shape(facts_of: Reader) -> None:
    one = _function(facts_of(_version()), "f")
    other = _function(facts_of(_version(arg="tax", text="other", number="99.5")), "f")
    assert one.exact_hash != other.exact_hash
    assert one.shape_hash == other.shape_hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("and", "or"),
        ("    return total", "        return total"),
        ("> 1", ">= 1"),
        ("if row.kind", "if not row.kind"),
        ("return total", "return None"),
    ],
)
def test_another_meaning_has_another_shape(facts_of: Reader, old: str, new: str) -> None:
    one, other = _function(facts_of(_version()), "f"), _function(facts_of(_version().replace(old, new)), "f")
    assert one.shape_hash != other.shape_hash
    assert one.exact_hash != other.exact_hash


@pytest.mark.parametrize(("old", "new"), [("row.amount", "row.weight"), ("weigh(row", "count(row")])
def test_a_body_that_asks_others_for_something_else_is_no_copy(facts_of: Reader, old: str, new: str) -> None:
    source = """
def price(rows, rate):
    total = 0
    for row in rows:
        if row.amount > 1 and row.kind:
            total += weigh(row, rate)
    return total if total > rate else price(rows[1:], rate)
"""
    one = _function(facts_of(source), "price")
    renamed = source.replace("price", "cost").replace("total", "sum_").replace("rate", "tax").replace("row ", "line ")
    assert one.shape_hash == _function(facts_of(renamed), "cost").shape_hash
    assert one.shape_hash != _function(facts_of(source.replace(old, new)), "price").shape_hash


def test_a_small_body_has_no_hash(facts_of: Reader) -> None:
    row = _function(facts_of("def f(a):\n    return a + 1\n"), "f")
    assert (row.exact_hash, row.shape_hash, row.tokens, row.interface_tokens) == (0, 0, 2, 2)


def test_an_inner_function_counts_for_the_outer_one(facts_of: Reader) -> None:
    inner = "".join(f"    {line}\n" for line in _version(name="inner").splitlines())
    found = facts_of(f"def outer():\n{inner}    return inner\n")
    assert _function(found, "outer").tokens > _function(found, "outer.inner").tokens > 10
    changed = facts_of(f"def outer():\n{inner.replace('total', 'sum_')}    return inner\n")
    assert _function(found, "outer").exact_hash != _function(changed, "outer").exact_hash
    assert _function(found, "outer").shape_hash == _function(changed, "outer").shape_hash


def test_figures_equal_radons_where_it_counts(facts_of: Reader) -> None:
    source = """
class A:
    def m(self, xs):
        try:
            return [x for x in xs if x and x.y] or (1 if xs else 2)
        except (KeyError, ValueError):
            assert xs or self
        else:
            while xs and self:
                pass
            else:
                pass
        def inner():
            for x in xs: lambda: x or 1
        class Local:
            def deep(self): return self and 1
async def g(a):
    async for x in a:
        match x:
            case {"k": 1} if a or x: pass
            case y: pass
    async with a as b: return {k: v for k in a for v in b if k if v}
"""
    ours = {
        facts_of(source).interface.symbols[row.symbol].name.rpartition(".")[2]: row.cyclomatic
        for row in facts_of(source).body.functions
    }
    theirs: dict[str, int] = {}
    pending = list(ComplexityVisitor.from_code(source).blocks)
    while pending:
        block = pending.pop()
        if hasattr(block, "closures"):
            theirs[block.name] = block.complexity
            pending += block.closures
    assert theirs == {name: ours[name] for name in theirs}
    assert {"m", "inner", "g"} <= theirs.keys()


def test_parameters_hide_imported_names_but_not_elsewhere(facts_of: Reader) -> None:
    found = facts_of("import json\ndef f(json):\n    def g(): json.dump()\n\ndef h(): json.load()\n")
    assert [(row.kind, row.text) for row in found.body.references] == [("call", "json.load")]


def test_after_a_star_import_unknown_names_are_kept_and_builtins_are_not(facts_of: Reader) -> None:
    found = facts_of("from shop import *\nprint(total(self.x()))\n")
    assert [row.text for row in found.body.references] == ["total"]


def test_names_given_in_all_are_public_and_the_others_protected(facts_of: Reader) -> None:
    found = facts_of("__all__ = ['_f']\ndef _f(): ...\ndef g(): ...\ndef _h(): ...\n")
    seen = {symbol.name: symbol.visibility for symbol in found.interface.symbols}
    assert seen == {"_f": "public", "g": "protected", "_h": "private"}
    assert found.interface.has_all


@pytest.mark.parametrize("computed", ["__all__ = base.__all__ + ['x']\n", "__all__ = [n for n in dir()]\n"])
def test_a_computed_list_of_names_is_no_literal_one(facts_of: Reader, computed: str) -> None:
    assert not facts_of(computed).interface.has_all


def test_every_import_of_a_stub_is_for_types_only(facts_of: Reader) -> None:
    found = facts_of("import a\nfrom b import c\n", dialect="python-stub")
    assert all(row.flags == TYPE_ONLY for row in found.interface.imports)


@pytest.mark.parametrize(
    ("head", "is_generated"),
    [
        ("# Generated by Django 5.1 on 2024-01-01", True),
        ("# -*- coding: utf-8 -*-\n# Generated by the protocol buffer compiler.  DO NOT EDIT!", True),
        ('"""This file has been automatically generated; do not edit by hand."""', True),
        ("# @generated", True),
        (
            '"""A tree that is generated by passing a flag, with auto-generated keys. Do not modify it meanwhile."""',
            False,
        ),
        ("x = '@generated'", False),
        ("x = 1\n" * 1_000 + "# Generated by hand", False),
    ],
)
def test_only_a_marker_near_the_top_makes_a_file_generated(facts_of: Reader, head: str, is_generated: bool) -> None:
    assert facts_of(head + "\nx = 1\n").interface.is_generated is is_generated


def test_facts_survive_packing(facts_of: Reader) -> None:
    found = facts_of("import a\n" + _version() + "class \u202e\u00c4: key = '<script>\\'; DROP-TABLE'\n")
    interface, body = pack(found)
    assert (unpack_interface(interface), unpack_body(body)) == (found.interface, found.body)


_DEEP = 100_000
_WIDE = 20_000


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * _DEEP + ")" * _DEEP,
        "import f\nx = " + "f(" * _DEEP + ")" * _DEEP,
        "import f\nx = " + "f(" * _DEEP,
        "import a\nx = a" + ".b()" * _DEEP,
        "def f():\n return a" + " and a or b" * _WIDE,
        "x = " + "(a and " * _DEEP + "b" + ")" * _DEEP,
        "x = " + "a if b else " * _DEEP + "c",
        "x = " + "lambda: " * _DEEP + "c",
        "x: " + "a[" * _DEEP + "b" + "]" * _DEEP,
        "a = " * _DEEP + "1",
        "".join(" " * depth + "def f(a):\n" for depth in range(1_000)),
        "if a: pass\n" + "elif b: pass\n" * _WIDE,
        "from a import " + ",".join(f"n{number}" for number in range(_WIDE)),
        "def f(" + ",".join(f"n{number}=(1)" for number in range(_WIDE)) + "): pass",
        "__all__ = [" + "'a" * _WIDE,
    ],
    ids=lambda source: source[:20].replace("\n", " "),
)
def test_depth_and_width_do_no_harm(facts_of: Reader, source: str) -> None:
    found = facts_of(source + "\ndef after(): return 1\n")
    pack(found)
    assert found.interface.lines >= 1


def test_a_file_in_one_line_of_five_megabytes_is_read(facts_of: Reader) -> None:
    found = facts_of(b"import f;x='" + b"a-b " * 1_250_000 + b"';f.go()")
    assert [row.text for row in found.body.references] == ["f.go"]
    assert (found.interface.lines, found.interface.code_lines) == (1, 1)


def test_a_shape_sees_how_words_stand_together_but_not_which_numbers(facts_of: Reader) -> None:
    def shape(line: str) -> int:
        lines = "\n".join(f"    total += weight[{n}] * rate" for n in range(12))
        return _function(facts_of(f"def f(weight, rate):\n    total = 0\n{lines}\n    {line}\n"), "f").shape_hash

    assert shape("return total + 1.5") == shape("return total + 15") == shape("return total  +  1.5e3")
    assert shape("return not total") != shape("return total")
    assert shape("return total.first") != shape("return total.last")
    assert shape("return total.first + 1.0") == shape("return  total.first+2")


@pytest.mark.parametrize("unit", ["(", "([{"])
def test_brackets_that_nothing_closes_are_refused_before_they_cost_minutes(facts_of: Reader, unit: str) -> None:
    with pytest.raises(ValueError, match="broken beyond reading"):
        facts_of((unit * 100_000).encode())


def test_a_long_file_with_an_error_in_it_is_read(facts_of: Reader) -> None:
    found = facts_of(b"x = [\n" + b"    f(1, [2]),\n" * 30_000 + b"def g(:\n    pass\nimport a\n")
    assert found.interface.errors


def test_definitions_nested_beyond_reason_go_unnamed(facts_of: Reader) -> None:
    found = facts_of("".join(" " * depth + f"class C{depth}:\n" for depth in range(200)) + " " * 200 + "x = 1\n")
    assert 10 < len(found.interface.symbols) < 100


_WORDS = (
    'def f ( ) : class if else elif \' " """ import from as @ [ ] , = lambda and or except try # { } match case '
    "async return raise * ** -> __all__ f' ü"
)


@pytest.mark.parametrize("seed", range(8))
def test_noise_gives_facts_that_are_the_same_every_time(facts_of: Reader, seed: int) -> None:
    words = [*_WORDS.split(" "), "\n", "\t", "\x01", "\x02", "\x0c", "\\"]
    dice = random.Random(seed)
    source = " ".join(dice.choice(words) for _ in range(4_000)).encode()
    assert facts_of(source) == facts_of(source)
    noise = bytes(dice.choice(range(1, 128)) for _ in range(4_000))
    assert facts_of(noise) == facts_of(noise)


@pytest.mark.parametrize(
    ("arguments", "calls"),
    [
        ("()", "0"),
        ("(1)", "1"),
        ("(1, b=2)", "1;b"),
        ("(\n    1,  # one, two\n    c=[1, 2], b=g(3, d=4),\n)", "1;b;c"),
        ("('a, b', \"c=d\", a == b)", "3"),
        ("(*a, b)", "*"),
        ("(**a)", "*"),
        ("(a for a in c)", "1"),
        ("(a for a, b in c)", "?"),
        ("([a for a, b in c], (lambda a, b: a))", "2"),
        ("(lambda a: a)", "1"),
        ("(lambda a, b: a)", "?"),
        ("(1); f(2); f(b=1)", "0;b|1"),
        (" (1)", "1"),
        ("(" + "1, " * 2_000 + ")", "?"),
    ],
)
def test_it_is_told_what_calls_of_imported_names_pass(facts_of: Callable, arguments: str, calls: str):
    found = facts_of(f"from m import f\nf{arguments}\n", "python")
    assert [row.calls for row in found.body.references if row.kind == "call" and row.text == "f"] == [calls]


def test_what_calls_of_own_names_pass_is_of_no_interest(facts_of: Callable):
    found = facts_of("def f(a): ...\nf(1)\n", "python")
    assert [row.calls for row in found.body.references] == [""]


@pytest.mark.parametrize(
    ("code", "called"),
    [
        ('import_module("a").f(1)', ["import_module.f 1 a"]),
        ('return import_module("a").f.g(1)', ["import_module.f.g 1 a"]),
        ('m = import_module("a")\nm.f(1)', ["m.f 1 a"]),
        ('f = import_module("a").f\nf(1)', ["f 1 a:f"]),
        ('m = import_module("a").f(1)\nm.g(1)', ["import_module.f 1 a"]),
        ('m = import_module("a")\nm = other()\nm.f(1)', []),
        ('m = import_module("a")\nfor m in all: m.f(1)', []),
        ('m = import_module("a")\ng(lambda x, m: m.f(1))', []),
    ],
)
def test_what_is_called_of_a_module_that_is_loaded_by_name_is_told(facts_of: Reader, code: str, called: list[str]):
    inside = code.replace("\n", "\n    ")
    for source in (
        f"def q():\n    {inside}\n",
        f"class K:\n    def q(self):\n        {inside.replace(chr(10), chr(10) + '    ')}\n",
    ):
        found = facts_of("from importlib import import_module\n" + source)
        told = []
        for row in found.body.references:
            if row.kind == "call" and row.through >= 0:
                taken = found.interface.imports[row.through]
                told.append(f"{row.text} {row.calls} {taken.module}{':' * bool(taken.name)}{taken.name}")
        assert told == called


def test_a_module_that_is_loaded_by_name_in_a_module_is_known_below(facts_of: Reader):
    found = facts_of('import importlib\nm = importlib.import_module("a")\ndef f():\n    m.g(1)\n')
    assert [
        (row.text, row.calls, row.through) for row in found.body.references if row.kind == "call" and row.through >= 0
    ] == [("m.g", "1", 1)]


def test_a_call_is_known_whatever_is_written_around_the_name(facts_of: Reader):
    found = facts_of("import f\n(f)(1)\n((f.g))(1, 2)\n")
    assert [(row.text, row.calls) for row in found.body.references] == [("f", "1"), ("f.g", "2")]


@pytest.mark.parametrize(
    "head", ["def f[T: C](a: T): ...", "class K[T: C]: ...", "def f[*T, U: (int, C), V: list[int] = T](): ..."]
)
def test_what_bounds_a_type_parameter_is_a_type(facts_of: Reader, head: str):
    found = facts_of(f"from lib import C, T, U, V\n{head}\n")
    assert [(row.kind, row.text) for row in found.body.references] == [("type", "C")]


@pytest.mark.parametrize(
    ("code", "called"),
    [
        ("from lib import f\ndef f(): pass\nf()", []),
        ("from lib import f\nf(1)\ndef f(): pass\nf()", ["1"]),
        ("from lib import f\nclass f: pass\ndef g(): f()", []),
        ("from lib import f\ndef f(x=f(1, 2)): pass\nf()", ["2"]),
        # It may be what was imported.
        ("from lib import f\nif a:\n    def f(): pass\nf()", ["0"]),
        ("from lib import f\n@wraps\ndef f(): pass\nf()", ["0"]),
        ("def f(): pass\nfrom lib import f\nf()", ["0"]),
    ],
)
def test_what_a_module_defines_after_an_import_is_no_longer_imported(facts_of: Reader, code: str, called: list[str]):
    found = facts_of(code + "\n")
    assert [row.calls for row in found.body.references if row.text == "f" and row.calls] == called
