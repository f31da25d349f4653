"""The compiled core gives what Python gives, byte for byte, and whatever it is handed it answers or refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plumbrule
from plumbrule.extract import compiled
from plumbrule.extract.calls import Ways
from plumbrule.extract.compiled import core
from plumbrule.extract.frames import Frame
from plumbrule.extract.looks import Asking, Looks, is_looked_at
from plumbrule.extract.settling import Found, Heads, Leading, settle, settle_plainly
from plumbrule.extract.shapes import Counted
from plumbrule.extract.texts import CompiledText, PlainText, Text, Words, line_ends
from plumbrule.extract.uses import DOTTED, plain_uses, uses

PACKAGE = Path(plumbrule.__file__).parent
BUILD = Path(compiled.__file__).parent / "building.py"
WORDS = Words(frozenset((b"def", b"return", b"If", b"None", b"a1")), frozenset((b"None", b"True", b"x_y")))
# What tells bytes apart: words, numbers, points, white space, holes, what is no UTF-8, signs that separate.
PARTS = [
    *(b"def", b"return", b"None", b"True", b"x_y", b"a1", b"If", b"if", b"total", b"$a", b"\xc3\xa9t", b"\xff", b"_"),
    *(b"1", b"0x1f", b"1.5", b"12.e3", b"1..2", b"a.b", b".c", b"...", b"..d", b"$1.5", b"9.9.9_a"),
    *(b" ", b"\n", b"\r\n", b"\t", b"\f", b"\v", b"\0", b"\1", b"\2", b"\3", b"\4", b"\5", b"\7", b"\x1e"),
    *(b"(", b")", b"==", b"+", b",", b"'some-text'", b"someText", b'"', b"#", b"{", b"}"),
]
# Where nothing was built there is only one to look at, which the other tests do.
BUILT: list[type[PlainText] | type[CompiledText]] = [PlainText] if core is None else [PlainText, CompiledText]

sources = st.one_of(
    st.lists(st.sampled_from(PARTS), max_size=120).map(b"".join),
    st.binary(max_size=300),
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map(lambda parts: b"".join(parts) * 60),
)
offsets = st.one_of(st.integers(0, 400), st.integers(0, 2**62))
spans = st.tuples(offsets, offsets).map(lambda pair: (min(pair), max(pair)))
hidden = st.lists(st.tuples(spans, st.integers(0, 2)).map(lambda one: (*one[0], one[1])), max_size=20)
names = st.lists(st.sampled_from([b"f", b"", b"a.b", b"\xff", b"name"]), max_size=3)


@st.composite
def functions(draw: st.DrawFn) -> tuple[Frame, list[bytes]]:
    begin, body, end = draw(offsets), draw(offsets), draw(offsets)
    frame = Frame(draw(st.integers(0, 4)), b"f", None, (begin, body, end), None)
    frame.is_inner = draw(st.booleans())
    frame.cyclomatic, frame.cognitive = draw(st.integers(0, 10**6)), draw(st.integers(0, 2**62))
    frame.layout = draw(st.integers(0, 2**32 - 1))
    return frame, draw(names)


def counted(text: Text, asked: list[tuple[Frame, list[bytes]]]) -> list[Counted | str]:
    """Each function with those before it as functions inside it, if they are of an even symbol."""
    found: list[Counted | str] = []
    met: list[Frame] = []
    for frame, calls in asked:
        frame.children = [one for one in met if one.symbol % 2 == 0 and one.symbol != frame.symbol]
        try:
            found.append(text.function(frame, 1, 1, lambda _, calls=calls: list(calls)))  # type: ignore[misc]
        except (KeyError, IndexError, ValueError) as error:
            found.append(type(error).__name__)
        met.append(frame)
    return found


def read(kind: type[PlainText] | type[CompiledText], source: bytes, rows: list, asked: list, cuts: list) -> list:
    text = kind(source, list(rows), WORDS)
    measured = text.measure(5)
    return [text.masked, text.told, text.remarks, measured, text.leaves(cuts), counted(text, asked)]


@settings(max_examples=400, deadline=None)
@given(sources, hidden, st.lists(functions(), max_size=4), st.lists(spans, max_size=5).map(sorted))
def test_both_read_any_bytes_and_spans_alike(source: bytes, rows: list, asked: list, cuts: list) -> None:
    plain, *others = [read(kind, source, rows, asked, cuts) for kind in BUILT]
    assert all(other == plain for other in others)


@settings(max_examples=200, deadline=None)
@given(sources)
def test_both_find_the_same_lines(source: bytes) -> None:
    assert line_ends(source) == list(accumulate(len(line) + 1 for line in source.split(b"\n")))


@pytest.mark.parametrize("size", [0, 1, 118, 119, 120, 127, 128, 129, 255, 256, 257, 20_000])
def test_digests_are_the_same_at_every_edge_of_a_block(size: int) -> None:
    source = b"a+" * 40 + b"=" * size
    frame = Frame(0, b"f", None, (0, 0, len(source)), None)
    assert len({str(read(kind, source, [], [(frame, [])], [])) for kind in BUILT}) == 1


@pytest.mark.parametrize("kind", BUILT)
def test_a_hundred_thousand_functions_inside_each_other_are_counted(kind: type[PlainText] | type[CompiledText]) -> None:
    depth = 100_000
    text = kind(b"(" * depth + b")" * depth, [], WORDS)
    text.measure(depth)
    inside: list[Frame] = []
    for level in reversed(range(depth)):
        frame = Frame(level, b"f", None, (level, level, 2 * depth - level), None)
        frame.children, frame.is_inner = inside, True
        found = text.function(frame, 1, 1, lambda _: [])
        inside = [frame]
    assert found.exact
    assert found.shape


SOME_NAMES = [
    b"a",
    b"b",
    b"a.b",
    b"total",
    b"some",
    b"x_y",
    b"$a",
    b"\xc3\xa9t",
    b"b.c",
    b"if",
    b"1",
    b"-",
    b"aa",
    b"a.a",
]
MANY_NAMES = [*SOME_NAMES, *(b"name%d" % number for number in range(70))]
# What stands around names: brackets, comparisons, words that ask, calls, blanks long and short.
AROUND = [
    *(b"a", b"b", b"a.b", b"total", b"x_y", b"$a", b"\xc3\xa9t", b"a.b.c", b"aa", b"a.a.a", b"name7", b"1", b"a" * 201),
    *(
        b"(",
        b")",
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b"=",
        b"==",
        b"!=",
        b"=>",
        b"|",
        b"||",
        b"|=",
        b"<",
        b">",
        b"*",
        b"...",
    ),
    *(b"!", b"?.", b".", b":", b";", b"is", b"is not", b"not in", b"in", b"case", b"except", b"except *", b"typeof"),
    *(
        b"instanceof",
        b"ask",
        b"first",
        b"If",
        b"b",
        b"is" + b" " * 19,
        b" " * 25,
        b" ",
        b" ",
        b"\n",
        b"\t",
        b"\v",
        b"\1",
    ),
    *(
        b"x=",
        b"key = ",
        b"lambda",
        b"fn",
        b"<T>(",
        b"f(1)",
        b"g(a, b)",
        b"h(k=1, *z)",
        b"(" * 7,
        b")" * 7,
        b"\0",
        b"\xff",
    ),
]
ASKING = Asking(frozenset((b"ask", b"If")), frozenset((b"first", b"b")))
texts = st.one_of(
    st.lists(st.sampled_from(AROUND), max_size=60).map(b"".join),
    st.lists(st.sampled_from(AROUND), max_size=60).map(b" ".join),
    st.binary(max_size=200),
    st.tuples(st.sampled_from(AROUND), st.integers(0, 300), st.sampled_from(AROUND)).map(
        lambda parts: b"(" + parts[0] + b"," * parts[1] + parts[2] + b"|" + parts[0] + b")"
    ),
)
ARGUMENTS = [
    *(
        b"",
        b"a",
        b"*a",
        b"...a",
        b"** b",
        b"key=1",
        b"z = x",
        b"k==1",
        b"k=>1",
        b"1k=2",
        b"_k\n=\t3",
        b"[a, b]",
        b"{a: b}",
    ),
    *(
        b"f(a, b)",
        b"(((((a)))))",
        b"((((((a))))))",
        b"a < b",
        b"c > d",
        b"fn(a)",
        b"lambda x",
        b"a]",
        b"(",
        b"a" * 3_990,
    ),
]
CALLED = [
    b"f",
    b"f ",
    b"f!",
    b"f?.",
    b"f<T>",
    b"f<A<B<C<D>>>>",
    b"f<A<B<C<D<E>>>>>",
    b"f<(a) => b>",
    b"f<A<B<C<(d)>>>>",
    b"<f",
]
calls = st.builds(
    lambda called, arguments, between, end: called + b"(" + between.join(arguments) + end,
    st.sampled_from(CALLED),
    st.lists(st.sampled_from(ARGUMENTS), max_size=4),
    st.sampled_from([b",", b" , ", b",\n"]),
    st.sampled_from([b")", b",)", b"", b"]", b") "]),
)
symbols = st.integers(-1, 3)
met = st.lists(st.tuples(symbols, st.sampled_from(["call", "type", "read"]), offsets, offsets), max_size=30)
name_sets = st.one_of(st.sets(st.sampled_from(SOME_NAMES)), st.sets(st.sampled_from(MANY_NAMES), min_size=61))


@settings(max_examples=400, deadline=None)
@given(texts, name_sets, st.lists(spans, max_size=4), met, st.booleans())
def test_both_find_the_same_uses(masked: bytes, names: set, imports: list, met: list, asks_local: bool) -> None:
    for given_imports in (imports, sorted(imports)):
        plain = list(plain_uses(masked, names, given_imports, met, asks_local=asks_local))
        assert list(uses(masked, names, given_imports, met, asks_local=asks_local)) == plain


@settings(max_examples=600, deadline=None)
@given(texts, spans)
def test_both_tell_alike_what_is_only_looked_at(masked: bytes, span: tuple[int, int]) -> None:
    looks = Looks(ASKING, WORDS.keywords)
    for start, end in (span, *((at, at + 1) for at in range(len(masked)))):
        assert looks.at(masked, start, end) is is_looked_at(masked, start, end, ASKING, WORDS.keywords)


@settings(max_examples=600, deadline=None)
@given(
    st.one_of(texts, calls, st.lists(calls).map(b"".join)),
    st.lists(offsets, min_size=1, max_size=20),
    st.sampled_from([(), (b"<",), (b"fn", b"lambda")]),
)
def test_both_tell_alike_what_calls_pass(masked: bytes, ends: list[int], odd: tuple[bytes, ...]) -> None:
    ways = Ways(frozenset(odd))
    opened = [at for at, sign in enumerate(masked) if sign == ord("(") and at]
    for some in (sorted(ends), *([opened] if opened else []), *([at] for at in range(min(200, len(masked))))):
        length = min(1, *some)
        assert ways.of(masked, length, some) == ways.plainly(masked, length, some)


@settings(max_examples=400, deadline=None)
@given(
    texts, met, st.lists(symbols, min_size=1), st.sets(st.sampled_from(SOME_NAMES)),
    st.sets(st.sampled_from(SOME_NAMES)), st.booleans(),
)  # fmt: skip
def test_both_settle_alike(source: bytes, met: list, inside: list, heads: set, imported: set, has_star: bool) -> None:
    named = [found.span() for found in DOTTED.finditer(source)]
    kinds = ["call", "call", "read"]
    met += [(inside[i % len(inside)], kinds[i % 3], start, end) for i, (start, end) in enumerate(named)]
    functions, ends_of = {0: b"a", 2: b"", 3: b"b"}, {2: 9, 5: 5}
    told = []
    for by in (settle, settle_plainly):
        found, recursion = Found({}, {}, {}), list[tuple[int, bytes]]()
        by(
            source, met, Leading(heads, imported, has_star), Heads(), functions,
            lambda symbol, name, told=recursion: told.append((symbol, name)), ends_of, found,
        )  # fmt: skip
        told.append([*(list(one.items()) for one in found), recursion])
    assert told[0] == told[1]


def _refused() -> list[tuple[Callable[[], object], type[Exception]]]:
    if core is None:
        return []
    text, table = core.mask(b"a = 1\n", [])[0], WORDS.table
    measured = core.mask(b"a = 1\n", [])[0]
    core.measure(measured, 2)

    def function(*numbers: object, inside: object = (), of: object = measured) -> object:
        return core.function(of, table, *numbers, 1, 1, 1, False, inside, list, None)  # type: ignore[arg-type]

    def gone(symbol: int, name: bytes) -> None:
        raise LookupError

    def settled(source: bytes, met: list, functions: object = None, callees: object = None) -> object:
        return core.settle(source, met, table, True, functions or {}, gone, {}, {}, callees or {}, {})  # type: ignore[arg-type]

    return [
        (lambda: core.mask(b"abc", [(-1, 2, 0)]), ValueError),
        (lambda: core.mask(b"abc", [(2, 1, 0)]), ValueError),
        (lambda: core.mask(b"abc", [(0, 2**70, 0)]), OverflowError),
        (lambda: core.mask(b"abc", [(0, 1)]), TypeError),  # type: ignore[list-item]
        (lambda: core.mask(b"abc", [[0, 1, 2]]), TypeError),  # type: ignore[list-item]
        (lambda: core.mask(b"abc", ((0, 1, 2),)), TypeError),  # type: ignore[arg-type]
        (lambda: core.mask("abc", []), TypeError),  # type: ignore[arg-type]
        (lambda: core.mask(b"abc"), TypeError),  # type: ignore[call-arg]
        (lambda: core.lines("abc"), TypeError),  # type: ignore[arg-type]
        (lambda: core.words(["a"], []), TypeError),  # type: ignore[list-item]
        (lambda: core.words({b"a"}, []), TypeError),  # type: ignore[arg-type]
        (lambda: core.measure(table, 1), ValueError),
        (lambda: core.measure(None, 1), ValueError),
        (lambda: core.measure(text, -1), ValueError),
        (lambda: core.measure(text, 2**61), MemoryError),
        (lambda: core.leaves(text, text, []), ValueError),
        (lambda: core.leaves(text, table, [(1, -1)]), ValueError),
        (lambda: core.leaves(text, table, [(1, 2, 3)]), TypeError),  # type: ignore[list-item]
        (lambda: function(0, 0, 0, 6, 1, 1, inside=[], of=text), IndexError),
        (lambda: function(2, 0, 0, 6, 1, 1, inside=[]), IndexError),
        (lambda: function(0, 0, 0, 6, 0, 1, inside=[]), IndexError),
        (lambda: function(0, 0, 0, 6, 1, 3, inside=[]), IndexError),
        (lambda: function(0, 0, 0, 6, 2**62, 1, inside=[]), IndexError),
        (lambda: function(0, -1, 0, 6, 1, 1, inside=[]), ValueError),
        (lambda: function(0, 0, 0, 6, 1, 1), TypeError),
        (lambda: function(0, 0, 0, 6, 1, 1, inside=[(0, 1, 1)]), KeyError),
        (lambda: function(0, 0, 0, 6, 1, 1, inside=[(0, 1, 9)]), KeyError),
        (lambda: function(0, 0, 0, 6, 1, 1, inside=[(0, 1)]), TypeError),
        (lambda: core.ways(b"f(a)", 1, [], []), TypeError),
        (lambda: core.ways(b"f(a)", 1, [-1], []), ValueError),
        (lambda: core.ways(b"f(a, b)", 1, [1], ["<"]), TypeError),  # type: ignore[list-item]
        (lambda: core.looked_at(b"a", -1, 1, table, table), ValueError),
        (lambda: core.looked_at(b"a", 0, 1, table, text), ValueError),
        (lambda: core.uses(b"a", [b"a"], table, [(0,)], [], False), TypeError),  # type: ignore[list-item]
        (lambda: core.uses(b"a", [b"a"], table, [], [(0, "call", 1)], False), TypeError),  # type: ignore[list-item]
        (lambda: core.uses(b"a", ["-"], table, [], [], False), TypeError),  # type: ignore[list-item]
        (lambda: settled(b"a", [(0, "call", 0)]), TypeError),
        (lambda: settled(b"a", [(0, "call", 0, -1)]), ValueError),
        (lambda: settled(b"a", [(0, 1, 0, 1)]), TypeError),
        (lambda: settled(b"a", [([], "call", 0, 1)]), TypeError),
        (lambda: settled(b"a", [(0, "call", 0, 1)], functions={0: "a"}), TypeError),
        (lambda: settled(b"a", [(0, "call", 0, 1)], functions={0: b"a"}), LookupError),
        (lambda: settled(b"a", [(0, "call", 0, 1)], callees={0: ()}), TypeError),
    ]


@pytest.mark.parametrize(("call", "error"), _refused())
def test_what_makes_no_sense_is_refused(call: Callable[[], object], error: type[Exception]) -> None:
    with pytest.raises(error):
        call()


@pytest.mark.parametrize("kind", BUILT)
def test_what_fails_while_names_are_asked_for_is_passed_on(kind: type[PlainText] | type[CompiledText]) -> None:
    text = kind(b"a + b\n" * 40, [], WORDS)
    text.measure(1)

    def ask(_: Frame) -> list[bytes]:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        text.function(Frame(0, b"f", None, (0, 0, 240), None), 1, 40, ask)


def _told(package: Path, **environ: str) -> str:
    code = "from plumbrule.extract.compiled import told; print(told())"
    environment = {**os.environ, "PYTHONPATH": str(package.parent), **environ}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip()


def _is_buildable() -> bool:
    headers = Path(sysconfig.get_path("include"), "Python.h").is_file()
    return headers and any(map(shutil.which, ("cc", "gcc", "clang")))


def test_where_there_is_a_compiler_the_core_is_built_and_used() -> None:
    assert compiled.told() == "compiled" or not _is_buildable(), f"run: python {BUILD}"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package in which nothing was built."""
    package = tmp_path / "analyzer" / "plumbrule"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "fixtures", "*.so"))
    return package


def _build(copy: Path, **environ: str) -> str:
    """What building in place says."""
    done = subprocess.run(
        [sys.executable, copy / BUILD.relative_to(PACKAGE)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environ,
    )
    return done.stderr


def test_a_checkout_builds_its_core_in_place_and_says_so_if_it_cannot(copy: Path) -> None:
    assert _told(copy) == "Python (not built)"
    said = _build(copy)
    assert _told(copy) == ("compiled" if _is_buildable() else "Python (not built)")
    assert bool(said) != _is_buildable()


def test_without_a_compiler_a_word_is_said_and_nothing_is_built(copy: Path, tmp_path: Path) -> None:
    assert "there is no C compiler" in _build(copy, PATH=str(tmp_path), CC="")
    assert _told(copy) == "Python (not built)"


def test_a_switch_leaves_it_out() -> None:
    told = _told(PACKAGE, PLUMBRULE_COMPILED="0")
    assert told == ("Python (switched off by PLUMBRULE_COMPILED)" if core is not None else "Python (not built)")


def test_a_build_of_other_sources_is_not_used(copy: Path) -> None:
    _build(copy)
    with (copy / "extract" / "compiled" / "text.c").open("a", encoding="utf-8") as file:
        file.write("/* one more word */\n")
    assert _told(copy) == ("Python (built from other sources)" if _is_buildable() else "Python (not built)")
