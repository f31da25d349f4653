"""Rust's modules: parts of each other by what their files say, and what a change of that moves."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from plumbrule.graph import FileRows
from plumbrule.snapshot import FilesWalk, analyse_files

PATHS = [
    "Cargo.toml",
    "src/lib.rs",
    "src/main.rs",
    "src/a.rs",
    "src/a/deep.rs",
    "src/a/mod.rs",
    "src/b/mod.rs",
    "src/b/deep.rs",
    "src/deep.rs",
    "src/other.rs",
    "tests/it.rs",
    "ui/Cargo.toml",
    "ui/src/lib.rs",
]
MANIFESTS = {
    "Cargo.toml": [
        '[package]\nname = "shop"\nedition = "2021"\n[dependencies]\nui = {path = "ui"}\n',
        '[package]\nname = "shop"\n[dependencies]\nwindows = {path = "ui", package = "ui"}\n',
        "[package",
    ],
    "ui/Cargo.toml": ['[package]\nname = "ui"\n', '[package]\nname = "ui"\n[lib]\npath = "../src/other.rs"\n'],
}
LINES = [
    "mod a;",
    "pub mod b;",
    "mod deep;",
    "mod a { pub mod deep; pub use crate::b::Cart; }",
    '#[path = "other.rs"] mod b;',
    '#[path = "other.rs"] pub mod deep;',
    "pub use self::deep::*;",
    "pub use deep::Cart as Till;",
    "use crate::a::deep::Cart;",
    "use super::b::{self, Cart};",
    "use super::*;",
    "use shop::a::Cart;",
    "use ui::Cart as Shown;",
    "use crate::a::deep;",
    "pub struct Cart;",
    "pub enum Kind { Big, Small }",
    "use crate::b::Kind::*;",
    "fn f() -> Cart { crate::b::make(); super::make(); deep::make(); Big }",
    "pub fn make() {}",
    "#[macro_export] macro_rules! ring { () => {} }",
    "use crate::ring;",
    "macro_rules! chime { () => { $crate::ring!() } } pub(crate) use chime;",
    "macro_rules! chime { () => {} } pub use chime as gong;",
    "#[macro_use] mod deep; #[macro_use] extern crate ui;",
    "fn loud() { ring!(); chime!(); crate::ring!(); shop::chime!(); }",
    "use crate::a::chime;",
    "use super::{gong, chime as toll};",
    "extern crate self as mine;",
    "use mine::a::Cart as Own;",
    "#[proc_macro_derive(Shiny)] pub fn shine() {}",
    "use crate::Shiny;",
    "impl Cart { pub fn open() { b::Till::open() } }",
    "define! { struct Odd; mod deep; }",
    'include!("other.rs");',
    "fn broken( {",
]


def _content(path: str, chance: random.Random) -> bytes:
    if path in MANIFESTS:
        return chance.choice(MANIFESTS[path]).encode()
    return "\n".join([*chance.sample(LINES, chance.randint(0, 12)), ""]).encode()


@pytest.mark.parametrize("seed", range(8))
def test_a_walked_history_ends_with_the_rows_of_a_cold_scan(seed: int, history: Callable) -> None:
    assert history(seed, PATHS, _content, touched=(1, 5)) > 20  # else this history compared nothing


SHOP = {
    "Cargo.toml": '[package]\nname = "shop"\nedition = "2021"\n',
    "src/lib.rs": "pub mod cart;\npub mod tax;\npub use tax::Rate;\npub mod prelude { pub use crate::cart::*; }\n",
    "src/cart.rs": "use crate::Rate;\npub struct Cart { of: Rate }\nimpl Cart { pub fn open() {} }\n",
    "src/tax.rs": "pub struct Rate;\npub fn compute() -> Rate { Rate }\n",
}


def _rows(path: str, files: dict[str, str]) -> FileRows:
    return analyse_files({name: text.encode() for name, text in files.items()}).files[path]


def _shown(rows: FileRows) -> list[tuple[str, str, int, str]]:
    return [(d.dst, d.kind, d.line, d.names) for d in rows.dependencies]


def _upward(rows: FileRows) -> dict[str, bool]:
    return {d.dst: d.upward for d in rows.dependencies if d.kind == "import"}


def test_a_module_is_a_part_of_the_file_that_declares_it_and_no_import() -> None:
    assert _shown(_rows("src/lib.rs", SHOP)) == [
        ("src/cart.rs", "import", 4, "*"),
        ("src/cart.rs", "part", 1, "cart"),
        ("src/tax.rs", "part", 2, "tax"),
        ("src/tax.rs", "part", 3, "Rate"),
        ("src/tax.rs", "uses", 3, "Rate"),
    ]


def test_what_a_crate_offers_again_leads_to_the_file_that_defines_it() -> None:
    assert _shown(_rows("src/cart.rs", SHOP)) == [
        ("src/lib.rs", "import", 1, "Rate"),
        ("src/tax.rs", "type", 2, "Rate"),
        ("src/tax.rs", "uses", 1, "Rate"),
    ]


def test_a_path_that_needs_no_use_is_an_import_of_the_module_that_it_names() -> None:
    rows = _rows("src/cart.rs", {**SHOP, "src/cart.rs": "fn f() {\n    crate::tax::compute();\n    super::Rate;\n}\n"})
    assert _shown(rows) == [
        ("src/lib.rs", "import", 3, "super"),
        ("src/tax.rs", "call", 2, "compute"),
        ("src/tax.rs", "import", 2, "crate"),
        ("src/tax.rs", "uses", 3, "Rate"),
    ]


def test_names_go_through_modules_inside_files_and_their_globs() -> None:
    user = "use crate::prelude::*;\nuse crate::prelude::Cart as Same;\nfn f(a: Cart, b: Same) { Cart::open() }\n"
    rows = _rows("src/user.rs", {**SHOP, "src/lib.rs": SHOP["src/lib.rs"] + "mod user;\n", "src/user.rs": user})
    assert [(d.dst, d.kind, d.line, d.names) for d in rows.dependencies if d.dst == "src/cart.rs"] == [
        ("src/cart.rs", "call", 3, "Cart.open"),
        ("src/cart.rs", "type", 3, "Cart"),
        ("src/cart.rs", "uses", 2, "Cart"),
    ]
    assert rows.unresolved == ()


def test_what_macros_get_is_read_as_text_and_less_sure() -> None:
    user = "use crate::tax;\nfn f() {\n    println!(tax::compute());\n    tax::compute();\n}\n"
    files = {**SHOP, "src/lib.rs": SHOP["src/lib.rs"] + "mod user;\n", "src/user.rs": user}
    surely = [(d.kind, d.line, d.confidence) for d in _rows("src/user.rs", files).dependencies]
    assert surely == [("call", 3, 0.7), ("import", 1, 1.0)]
    files["src/user.rs"] = user.replace("println!(tax::compute())", "()")
    assert [(d.kind, d.line, d.confidence) for d in _rows("src/user.rs", files).dependencies] == [
        ("call", 4, 1.0),
        ("import", 1, 1.0),
    ]


def test_a_file_that_comes_to_declare_another_one_moves_what_super_and_crate_mean_there() -> None:
    files = {
        **SHOP,
        "src/main.rs": "mod cart;\npub struct Rate;\n",
        "src/lib.rs": "pub mod tax;\npub use tax::Rate;\n",
        "src/cart.rs": "use crate::Rate;\nuse super::Rate as Same;\n",
    }
    walked = FilesWalk()
    tree = {name: text.encode() for name, text in files.items()}
    rows = walked.to(tree).graph.files["src/cart.rs"]
    assert {d.dst for d in rows.dependencies} == {"src/main.rs"}
    tree["src/lib.rs"] = SHOP["src/lib.rs"].encode()
    rows = walked.to(tree).graph.files["src/cart.rs"]
    assert {d.dst for d in rows.dependencies if d.kind == "import"} == {"src/lib.rs"}


def test_an_import_of_a_module_around_the_file_is_upward_until_another_declares_it() -> None:
    files = {
        "Cargo.toml": '[package]\nname = "shop"\nedition = "2021"\n',
        "src/lib.rs": "mod a;\nmod c;\npub fn open() {}\n",
        "src/a.rs": "pub mod deep;\npub struct Cart;\n",
        "src/a/deep.rs": "use super::Cart;\nuse crate::open;\nuse crate::c::Till;\n",
        "src/c.rs": "pub struct Till;\n",
    }
    walked = FilesWalk()
    tree = {name: text.encode() for name, text in files.items()}
    rows = walked.to(tree).graph.files["src/a/deep.rs"]
    assert _upward(rows) == {"src/a.rs": True, "src/lib.rs": True, "src/c.rs": False}
    tree["src/a.rs"] = b"pub struct Cart;\n"
    tree["src/c.rs"] = b'#[path = "a/deep.rs"]\nmod deep;\npub struct Till;\n'
    rows = walked.to(tree).graph.files["src/a/deep.rs"]
    assert _upward(rows) == {"src/lib.rs": True, "src/c.rs": True}


def test_what_exists_only_while_tests_run_vanishes_from_what_runs() -> None:
    rows = _rows(
        "src/lib.rs",
        {
            "Cargo.toml": '[package]\nname = "shop"\nedition = "2021"\n',
            "src/lib.rs": "mod a;\nmod b;\n#[cfg(test)]\nuse crate::a::Cart;\nuse crate::b::Till;\n"
            "#[cfg(test)]\nmod tests {\n    #[test]\n    fn sells() {}\n}\nfn sells() {}\n",
            "src/a.rs": "pub struct Cart;\n",
            "src/b.rs": "pub struct Till;\n",
        },
    )
    assert {d.dst: d.type_only for d in rows.dependencies if d.kind == "import"} == {
        "src/a.rs": True,
        "src/b.rs": False,
    }
    assert {s.symbol: s.modifiers for s in rows.symbols} == {"tests": "test", "tests.sells": "test", "sells": ""}


def test_removing_the_file_of_a_module_leaves_the_other_one_that_it_may_be() -> None:
    files = {**SHOP, "src/tax/mod.rs": "pub struct Rate;\n"}
    walked = FilesWalk()
    tree = {name: text.encode() for name, text in files.items()}
    assert {d.dst for d in walked.to(tree).graph.files["src/cart.rs"].dependencies} == {"src/lib.rs", "src/tax.rs"}
    del tree["src/tax.rs"]
    assert {d.dst for d in walked.to(tree).graph.files["src/cart.rs"].dependencies} == {"src/lib.rs", "src/tax/mod.rs"}


@pytest.mark.parametrize(
    "manifest",
    ["[" * 50_000, "a." * 100_000 + "b = 1", "[package]\nname = 3\nedition = []\n[[bin]]\n[lib]\npath = 1\n", "\xff\0",
     "package = 1\nbin = 2\ndependencies = [1]\nworkspace = 3\n", '[lib]\npath = "../../../x.rs"\n'],
)  # fmt: skip
def test_a_hostile_manifest_is_one_that_says_nothing(manifest: str) -> None:
    rows = _rows("src/cart.rs", {**SHOP, "Cargo.toml": manifest})
    assert all(d.dst.endswith(".rs") for d in rows.dependencies)


def test_modules_that_declare_each_other_in_a_circle_end_the_search() -> None:
    files = {
        "src/a.rs": '#[path = "b.rs"] mod b;\nuse super::super::x;\nuse crate::y;\n',
        "src/b.rs": '#[path = "a.rs"] mod a;\nuse a::b::a::b::Thing;\npub use a::Thing;\n',
    }
    assert {d.dst for d in _rows("src/a.rs", files).dependencies} == {"src/b.rs"}


def test_globs_of_what_lies_in_the_same_file_end_the_search() -> None:
    kinds = "".join(f"pub enum K{n} {{ A{n} }}\nuse self::K{n}::*;\npub use K{n}::A{n} as B{n};\n" for n in range(12))
    files = {
        **SHOP,
        "src/tax.rs": kinds + "pub use crate::cart::*;\n",
        "src/cart.rs": "use crate::tax::*;\nuse crate::tax::K3::*;\nfn f() { A3; lost(); B5; Lost::lost() }\n",
    }
    assert {d.dst for d in _rows("src/cart.rs", files).dependencies} == {"src/tax.rs"}


MACROS = {
    "Cargo.toml": '[package]\nname = "shop"\nedition = "2021"\n',
    "src/lib.rs": "#[macro_use]\nmod rings;\nmacro_rules! near { () => {} }\nmod cart;\nmod r#type;\n",
    "src/rings.rs": (
        "macro_rules! ring { () => {} }\nmacro_rules! near { () => {} }\n"
        "#[macro_export]\nmacro_rules! bell { () => {} }\n"
        "macro_rules! shown { () => {} }\npub(crate) use shown;\npub(crate) use shown as other;\n"
    ),
    "src/type.rs": "",
    "src/cart.rs": "",
}


def _with_macros(source: str) -> FileRows:
    return _rows("src/cart.rs", {**MACROS, "src/cart.rs": source})


def test_a_macro_is_seen_from_where_it_is_written_on_without_an_import() -> None:
    assert _shown(_with_macros("fn f() {\n    ring!();\n    near!();\n    gone!();\n}\n")) == [
        ("src/lib.rs", "call", 3, "near"),  # the one around it, not that of a sibling
        ("src/rings.rs", "call", 2, "ring"),
    ]


def test_of_macros_of_one_name_that_one_is_seen_whose_modules_show_theirs() -> None:
    files = {
        "Cargo.toml": '[package]\nname = "shop"\nedition = "2021"\n',
        "src/lib.rs": "#[macro_use]\nmod rings;\nmod hidden;\nmod cart;\n",
        "src/rings/mod.rs": "#[macro_use]\n#[cfg(unix)]\nmod deep;\nmod own;\n",
        "src/rings/deep.rs": "macro_rules! ring { () => {} }\n",
        "src/rings/own.rs": "macro_rules! ring { () => {} }\nmacro_rules! gong { () => {} }\n",
        "src/hidden.rs": "macro_rules! ring { () => {} }\nmacro_rules! gong { () => {} }\n",
        "src/cart.rs": "fn f() {\n    ring!();\n    gong!();\n}\n",
    }
    assert _shown(_rows("src/cart.rs", files)) == [("src/rings/deep.rs", "call", 2, "ring")]


def test_a_crate_whose_macros_are_used_gives_them_to_all_of_the_crate() -> None:
    files = {
        "Cargo.toml": '[package]\nname = "shop"\n[dependencies]\nbells = {path = "bells"}\nmute = {path = "mute"}\n',
        "src/lib.rs": "#[macro_use(ring)]\nextern crate bells;\nextern crate mute;\nmod cart;\n",
        "src/cart.rs": "fn f() {\n    ring!();\n    hush!();\n    inner!();\n}\n",
        "src/main.rs": "#[macro_use] extern crate shop;\nmod till;\n",
        "src/till.rs": "fn f() { cash!(); }\n",
        "src/made.rs": "#[macro_export] macro_rules! cash { () => {} }\n",
        "bells/Cargo.toml": '[package]\nname = "bells"\n',
        "bells/src/lib.rs": "mod loud;\n",
        "bells/src/loud.rs": "#[macro_export] macro_rules! ring { () => {} }\nmacro_rules! inner { () => {} }\n",
        "mute/Cargo.toml": '[package]\nname = "mute"\n',
        "mute/src/lib.rs": "#[macro_export] macro_rules! hush { () => {} }\n",
    }
    assert _shown(_rows("src/cart.rs", files)) == [("bells/src/loud.rs", "call", 2, "ring")]
    files["src/lib.rs"] += "mod made;\n"
    assert _shown(_rows("src/till.rs", files)) == [("src/made.rs", "call", 1, "cash")]


def test_a_function_of_a_macros_name_is_no_macro() -> None:
    assert not _shown(_with_macros("fn f() {\n    ring();\n    let bell = 1;\n    bell;\n}\n"))


def test_a_macro_is_had_from_the_crates_root_wherever_it_is_exported() -> None:
    assert _shown(_with_macros("fn f() {\n    crate::bell!();\n}\n")) == [
        ("src/rings.rs", "call", 2, "bell"),
        ("src/rings.rs", "import", 2, "bell"),
        ("src/rings.rs", "uses", 2, "bell"),
    ]


def test_a_use_makes_a_path_to_a_macro_of_its_file() -> None:
    rows = _with_macros("use crate::rings::{other, shown};\nfn f() {\n    shown!();\n    other!();\n}\n")
    assert _shown(rows) == [
        ("src/rings.rs", "call", 3, "shown"),
        ("src/rings.rs", "call", 4, "other"),
        ("src/rings.rs", "import", 1, "other, shown"),
        ("src/rings.rs", "uses", 1, "other, shown"),
    ]
    assert not rows.unresolved
    assert not _rows("src/rings.rs", MACROS).externals


def test_a_module_called_like_a_keyword_is_read_only_by_its_raw_name() -> None:
    lib = MACROS["src/lib.rs"] + "type A = u8;\nstruct B { r#type: u8 }\nfn f(b: B) -> u8 { b.r#type }\n"
    rows = _rows("src/lib.rs", {**MACROS, "src/lib.rs": lib})
    assert [(d.kind, d.line) for d in rows.dependencies if d.dst == "src/type.rs"] == [("part", 5)]


def test_a_derived_trait_is_had_by_the_name_that_it_is_derived_by() -> None:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["made", "app"]\n',
        "made/Cargo.toml": '[package]\nname = "made"\nedition = "2021"\n[lib]\nproc-macro = true\n',
        "made/src/lib.rs": "#[proc_macro_derive(Shiny, attributes(shiny))]\npub fn derive(i: T) -> T { i }\n",
        "app/Cargo.toml": '[package]\nname = "app"\nedition = "2021"\n[dependencies]\nmade = {path = "../made"}\n',
        "app/src/lib.rs": "use made::Shiny;\n#[derive(Shiny)]\npub struct A;\n",
    }
    rows = _rows("app/src/lib.rs", files)
    assert not rows.unresolved
    assert [(use.symbol, use.line) for use in rows.uses] == [("derive", 1), ("derive", 2)]


def test_a_crate_may_have_a_name_for_itself() -> None:
    lib = "extern crate self as own;\npub mod cart;\npub mod tax;\n"
    files = {**SHOP, "src/lib.rs": lib, "src/cart.rs": "use own::tax::Rate;\n"}
    assert _shown(_rows("src/cart.rs", files)) == [
        ("src/tax.rs", "import", 1, "Rate"),
        ("src/tax.rs", "uses", 1, "Rate"),
    ]


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("src/cart.rs", "use crate::tax::Rate;\n", [("crate.tax:Rate", "no 'tax' in src/lib.rs")]),
        ("src/cart.rs", "use crate::tax::*;\n", [("crate.tax:*", "no 'tax' in src/lib.rs")]),
        ("src/cart.rs", "fn f() { crate::tax::compute() }\n", [(".crate.tax", "no 'tax' in src/lib.rs")]),
        ("src/b/deep.rs", "use super::tax::Rate;\n", [("super.tax:Rate", "no 'tax' in src/b/mod.rs")]),
        ("src/cart.rs", "use crate::b::tax::Rate;\n", [("crate.b.tax:Rate", "no 'tax' in src/b/mod.rs")]),
        ("src/cart.rs", "use crate::inner::tax::Rate;\n", [("crate.inner.tax:Rate", "no 'tax' in src/lib.rs")]),
        ("src/cart.rs", "use crate::sum::tax::Rate;\n", [("crate.sum.tax:Rate", "no 'tax' in src/b/mod.rs")]),
    ],
)
def test_a_module_in_the_middle_of_a_path_that_is_not_there_leads_nowhere(
    path: str, text: str, told: list[tuple[str, str]]
) -> None:
    files = {
        "Cargo.toml": SHOP["Cargo.toml"],
        "src/lib.rs": "mod cart;\nmod b;\nmod inner { pub struct Own; }\npub use crate::b as sum;\n"
        "fn f() { tax::compute() }\n",
        "src/cart.rs": "",
        "src/b/mod.rs": "mod deep;\n",
        "src/b/deep.rs": "",
        path: text,
    }
    rows = _rows(path, files)
    assert [(one.text, one.reason) for one in rows.unresolved] == told
    assert [d for d in rows.dependencies if d.kind in ("import", "uses") and d.dst != "src/b/mod.rs"] == []
    assert rows.resolved == rows.imports - 1


@pytest.mark.parametrize(
    "root",
    [
        "pub enum tax { Rate }\n",
        "use serde as tax;\n",
        "extern crate tax;\n",
        "pub use serde::*;\n",
        "modules! { tax }\n",
        "fn broken( {\n",
        "mod imp { pub mod tax { pub struct Rate; } }\npub use imp::*;\n",
        "mod imp { pub use serde::*; }\npub use imp::*;\n",
        "#[cfg(unix)] use self::real as tax;\nmod real {}\n#[cfg(windows)] use serde as tax;\n",
    ],
)
def test_what_may_be_in_the_middle_of_a_path_is_not_told_as_missing(root: str) -> None:
    files = {
        "Cargo.toml": SHOP["Cargo.toml"],
        "src/lib.rs": f"mod cart;\n{root}",
        "src/cart.rs": "use crate::tax::Rate;\n",
    }
    assert _rows("src/cart.rs", files).unresolved == ()


def test_a_path_in_what_a_macro_gets_may_be_of_another_crate() -> None:
    rows = _rows("src/cart.rs", {**SHOP, "src/cart.rs": "fn f() { quote! { crate::gone::rate() } }\n"})
    assert (rows.unresolved, rows.dependencies) == ((), ())
