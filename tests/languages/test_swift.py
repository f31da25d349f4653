"""Swift: names of a module, of those that it imports and of extensions lead to the files that have them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

import plumbrule.languages.swift
from plumbrule.graph import FileRows
from plumbrule.languages import language_of
from plumbrule.snapshot import analyse_files

_WORKSPACE = Path(plumbrule.languages.swift.__file__).parent / "fixtures" / "workspace"

PATHS = [
    "Package.swift",
    "Sources/Shop/Cart.swift",
    "Sources/Shop/Cart+More.swift",
    "Sources/Shop/Draft/Line.swift",
    "Sources/Tax/Rate.swift",
    "Sources/Tax/Kinds.swift",
    "Sources/Base/Base.swift",
    "Tests/ShopTests/CartTests.swift",
    "ios/Loose.swift",
    "ios/Loose.podspec",
    "ios/App.xcodeproj/project.pbxproj",
]
MANIFESTS = [
    'let package = Package(name: "s", targets: [.target(name: "Shop", dependencies: ["Tax"]), .target(name: "Tax")])',
    'let package = Package(name: "s", targets: [.target(name: "Shop", exclude: ["Draft"]), .target(name: "Base")])',
    'let package = Package(name: "s", targets: [.target(name: "Tax", path: "Sources", sources: ["Tax", "Base"])])',
    'let package = Package(name: "s", targets: [.target(name: ',
]
IMPORTS = ["import Tax", "import Base", "@_exported import Tax", "import struct Tax.Rate", "@testable import Shop", ""]
LINES = [
    "public class Cart: Shelf { var line: Line; func f() -> Kind { Rate.of(1) } }",
    "extension Cart { public enum Kind { case big }; static func make() { Rate.full() } }",
    "class Shelf { func k() { Cart.make(); let x = Cart.Kind.big; taxed(limit) } }",
    "struct Line { let rate: Tax.Rate; var own: Shop.Cart? }",
    "public struct Rate { public static func of(_ a: Int) -> Rate { Rate() } }",
    "public extension Rate { static func full() -> Rate { Rate.of(limit) } }",
    "public func taxed(_ a: Int) -> Int { a }",
    "public let limit = 3",
    "struct Broken { func f( { let a: Rate",
]
PROJECT = """// !$*UTF8*$!
{
  objects = {
    A1 /* Loose.swift */ = {isa = PBXFileReference; path = Loose.swift; sourceTree = "<group>"; };
    B1 /* Loose.swift in Sources */ = {isa = PBXBuildFile; fileRef = A1 /* Loose.swift */; };
    C1 = { isa = PBXGroup; children = ( A1 /* Loose.swift */, ); sourceTree = "<group>"; };
    D1 = { isa = PBXSourcesBuildPhase; files = ( B1, ); };
    E1 = { isa = PBXNativeTarget; buildPhases = ( D1, ); name = Tax; productType = "app"; };
    F1 = { isa = PBXProject; mainGroup = C1; };
  };
}
"""


def _content(path: str, chance: random.Random) -> bytes:
    if path == "Package.swift":
        return chance.choice(MANIFESTS).encode()
    if path.endswith(".podspec"):
        return chance.choice((b"s.name = 'Tax'", b"s.name = 'Loose'"))
    if path.endswith(".pbxproj"):
        return chance.choice((PROJECT, PROJECT.replace("Tax", "Shop"), PROJECT[:200])).encode()
    return "\n".join([*chance.sample(IMPORTS, 2), *chance.sample(LINES, chance.randint(1, 3))]).encode() + b"\n"


@pytest.mark.parametrize("seed", range(6))
def test_a_walked_history_ends_with_the_rows_of_a_cold_scan(seed: int, history: Callable) -> None:
    assert history(seed, PATHS, _content, touched=(2, 6)) > 20  # else this history compared nothing


def _rows(path: str, files: dict[str, str]) -> FileRows:
    return analyse_files({name: text.encode() for name, text in files.items()}).files[path]


def _led(path: str, files: dict[str, str]) -> set[tuple[str, str, str]]:
    return {(use.dst, use.symbol, use.kind) for use in _rows(path, files).uses}


def test_targets_of_a_package_see_themselves_and_what_others_make_public() -> None:
    files = {
        file.relative_to(_WORKSPACE).as_posix(): file.read_text("utf-8")
        for file in sorted(_WORKSPACE.rglob("*"))
        if file.is_file() and (language_of(file.name) is not None)
    }
    assert _led("Sources/Shop/Cart/Cart.swift", files) == {
        ("Sources/CLib/include/CLib.h", "", "import"),
        ("Sources/Shop/Shelf.swift", "Line", "type"),
        ("Sources/Shop/Shelf.swift", "Shelf", "inherit"),
        ("Sources/Tax/Rate.swift", "Rate", "import"),
        ("Sources/Tax/Rate.swift", "Rate", "type"),
        ("Sources/Tax/Rate.swift", "Rate.of", "call"),
    }
    # By way of a module that offers what it imports.
    assert _led("Sources/Shop/Shelf.swift", files) == {("Sources/Tax/Rate.swift", "Rate", "type")}
    assert _led("Sources/Shop/Cart+More.swift", files) == {("Sources/Shop/Cart/Cart.swift", "Cart", "type")}
    assert _led("Tests/ShopTests/CartTests.swift", files) == {
        ("Sources/Shop/Cart+More.swift", "Cart.make", "call"),
        ("Sources/Shop/Cart/Cart.swift", "Cart", "call"),
        ("Sources/Shop/Cart/Cart.swift", "Cart", "type"),
        ("Sources/Shop/Shelf.swift", "Line", "type"),
    }
    assert _led("lib/odd/one.swift", files) == set()  # the package says that the other file is none of the target's


def test_members_that_an_extension_gives_lead_to_it_and_others_to_the_type() -> None:
    files = {
        "Sources/A/Cart.swift": "struct Cart { static func own() { }\n enum Kind { case a } }\n",
        "Sources/A/More.swift": "extension Cart { static func made() { }\n struct Line { } }\n",
        "Sources/A/User.swift": "func f(_ l: Cart.Line, _ k: Cart.Kind) { Cart.own(); Cart.made(); Cart.other() }\n",
        "Sources/A/Inner.swift": "extension Cart { var line: Line { Line() }\n var kind: Kind { .a } }\n",
    }
    assert _led("Sources/A/User.swift", files) == {
        ("Sources/A/Cart.swift", "Cart", "call"),
        ("Sources/A/Cart.swift", "Cart", "type"),
        ("Sources/A/Cart.swift", "Cart.Kind", "type"),
        ("Sources/A/Cart.swift", "Cart.own", "call"),
        ("Sources/A/More.swift", "Cart.Line", "type"),
        ("Sources/A/More.swift", "Cart.made", "call"),
    }
    assert _led("Sources/A/Inner.swift", files) == {
        ("Sources/A/Cart.swift", "Cart", "type"),
        ("Sources/A/Cart.swift", "Cart.Kind", "type"),
        ("Sources/A/More.swift", "Cart.Line", "type"),
        ("Sources/A/More.swift", "Cart.Line", "call"),
    }


def test_what_a_type_calls_of_its_own_leads_to_the_extension_that_has_it() -> None:
    files = {
        "Sources/Shop/Cart.swift": """class Cart {
    func total(of kept: () -> Int) -> Int {
        taxed()
        self.shown()
        Self.made()
        own()
        free()
        kept()
        return Cart.named()
    }
    func own() { }
}
""",
        "Sources/Shop/Cart+Tax.swift": """extension Cart {
    func taxed() { free() }
    func shown() { self.own() }
    static func made() { }
    static func named() -> Int { 1 }
    func kept() { }
}
""",
        "Sources/Shop/Free.swift": "func free() { }\n",
    }
    tax, free = "Sources/Shop/Cart+Tax.swift", ("Sources/Shop/Free.swift", "free", "call")
    called = {(tax, f"Cart.{name}", "call") for name in ("taxed", "shown", "made", "named")}
    assert _led("Sources/Shop/Cart.swift", files) == {*called, free}
    cart = "Sources/Shop/Cart.swift"
    assert _led(tax, files) == {(cart, "Cart", "type"), (cart, "Cart.own", "call"), free}


def test_members_are_called_by_plain_name_in_extensions_and_subclasses_in_other_files() -> None:
    files = {
        "Sources/A/Base.swift": "class Base {\n func helper() {}\n func kept() {}\n private func hidden() {}\n}\n"
        "protocol Asks { func asked() }\n",
        "Sources/A/More.swift": "extension Base {\n func more() { helper(); hidden(); free() }\n"
        " func f(kept: () -> Void) { kept() }\n}\nextension Asks {\n func given() { asked() }\n}\n",
        "Sources/A/Sub.swift": "class Sub: Base {\n func g() { helper(); self.kept(); super.more() }\n"
        " func h() { hidden(); nothing() }\n func kept() {}\n}\nstruct Own: Asks { func asked() { given() } }\n",
        "Sources/A/Free.swift": "func free() {}\nfunc hidden() {}\n",
        "Sources/B/Base.swift": "class Base { func nothing() {} }\n",
    }
    base, more, free = (f"Sources/A/{name}.swift" for name in ("Base", "More", "Free"))
    assert {one for one in _led(more, files) if one[2] == "call"} == {
        (base, "Base.helper", "call"),
        (base, "Asks.asked", "call"),
        (free, "free", "call"),
        (free, "hidden", "call"),
    }
    assert {one for one in _led("Sources/A/Sub.swift", files) if one[2] == "call"} == {
        (base, "Base.helper", "call"),
        (more, "Base.more", "call"),
        (more, "Asks.given", "call"),
        (free, "hidden", "call"),
    }


def test_static_members_are_had_by_the_name_of_a_subclass() -> None:
    files = {
        "Sources/A/User.swift": "func go() { Sub.stat(); let a = Sub.limit; Sub.own(); Sub.here(); Kind.first() }\n"
        "func on() { Sub.none(); Sub.of() }\n",
        "Sources/A/Sub.swift": "class Sub: Mid { static func own() { } }\nenum Kind: Named { case one }\n",
        "Sources/A/Mid.swift": "class Mid: Base { static func here() { } }\n",
        "Sources/A/Base.swift": "class Base { class func stat() { }\n static let limit = 1\n static func own() { } }\n"
        "extension Base { static func of() { } }\n",
        "Sources/A/Named.swift": "protocol Named { }\nextension Named { static func first() { } }\n",
    }
    led = _led("Sources/A/User.swift", files)
    assert {one for one in led if one[2] in ("call", "read")} == {
        ("Sources/A/Base.swift", "Base.stat", "call"),
        ("Sources/A/Base.swift", "Base.limit", "read"),
        ("Sources/A/Sub.swift", "Sub.own", "call"),
        ("Sources/A/Mid.swift", "Mid.here", "call"),
        ("Sources/A/Named.swift", "Named.first", "call"),
        ("Sources/A/Base.swift", "Base.of", "call"),
        ("Sources/A/Sub.swift", "Sub", "call"),
    }


def test_files_of_an_xcode_project_see_those_of_their_target() -> None:
    files = {
        "App.xcodeproj/project.pbxproj": PROJECT.replace("path = Loose.swift", 'path = "App/Loose.swift"')
        .replace(
            "C1 = {",
            'A2 = {isa = PBXFileReference; path = App/Two.swift; sourceTree = "<group>"; };\n'
            "B2 = {isa = PBXBuildFile; fileRef = A2; };\nC1 = {",
        )
        .replace("A1 /* Loose.swift */, )", "A1, A2, )")
        .replace("( B1, )", "( B1, B2, )"),
        "App/Loose.swift": "struct Loose { var two: Two; var gone: Gone }\n",
        "App/Two.swift": "struct Two { }\n",
        "App/Gone.swift": "struct Gone { }\n",
        "Other/Two.swift": "struct Two { }\n",
    }
    assert _led("App/Loose.swift", files) == {("App/Two.swift", "Two", "type")}


SYNCHRONISED = """{ objects = {
    R1 = {isa = PBXFileSystemSynchronizedRootGroup; exceptions = (E1, E2); path = App; sourceTree = "<group>"; };
    R2 = {isa = PBXFileSystemSynchronizedRootGroup; path = AppTests; sourceTree = "<group>"; };
    E1 = {isa = PBXFileSystemSynchronizedBuildFileExceptionSet; membershipExceptions = (Old.swift); target = T1; };
    E2 = {isa = PBXFileSystemSynchronizedBuildFileExceptionSet; membershipExceptions = (Sub/Both.swift); target = T2; };
    G0 = {isa = PBXGroup; children = (R1, R2); sourceTree = "<group>"; };
    T1 = {isa = PBXNativeTarget; name = App; fileSystemSynchronizedGroups = (R1);
        productType = "com.apple.product-type.application"; };
    T2 = {isa = PBXNativeTarget; name = AppTests; fileSystemSynchronizedGroups = (R2);
        productType = "com.apple.product-type.bundle.unit-test"; };
    P = {isa = PBXProject; mainGroup = G0; targets = (T1, T2); };
}; rootObject = P; }
"""


def test_targets_of_an_xcode_project_have_the_folders_that_it_keeps_in_step() -> None:
    files = {
        "App.xcodeproj/project.pbxproj": SYNCHRONISED,
        "App/A.swift": "class Ka {}\nlet both = Both()\nlet old = Old()\n",
        "App/Old.swift": "class Old {}\n",
        "App/Sub/B.swift": "let k = Ka()\n",
        "App/Sub/Both.swift": "struct Both {}\nlet helper = Helper()\nlet k = Ka()\n",
        "AppTests/Helper.swift": "struct Helper {}\n",
        "AppTests/T.swift": "@testable import App\nlet z = Ka()\nlet both = Both()\nlet old = Old()\n",
    }
    assert _led("App/A.swift", files) == {("App/Sub/Both.swift", "Both", "call")}
    assert _led("App/Sub/B.swift", files) == {("App/A.swift", "Ka", "call")}
    assert _led("AppTests/T.swift", files) == {
        ("App/A.swift", "Ka", "call"),
        ("App/Sub/Both.swift", "Both", "call"),
    }
    assert _led("App/Sub/Both.swift", files) >= {("App/A.swift", "Ka", "call")}


def test_a_hidden_type_of_another_module_is_not_meant() -> None:
    files = {
        "Sources/A/User.swift": "import B\nfunc f(_ a: Hidden, _ b: Seen) { }\n",
        "Sources/B/All.swift": "struct Hidden { }\npublic struct Seen { }\nprivate struct Own { }\n",
        "Sources/B/Near.swift": "func g(_ a: Hidden, _ b: Own) { }\n",
    }
    assert _led("Sources/A/User.swift", files) == {("Sources/B/All.swift", "Seen", "type")}
    assert _led("Sources/B/Near.swift", files) == {("Sources/B/All.swift", "Hidden", "type")}


def test_what_is_local_leads_nowhere() -> None:
    files = {
        "Sources/A/User.swift": "func f<Rate>(_ limit: Rate) { taxed(limit)\n let taxed = 1\n print(taxed) }\n"
        "struct S { var limit = 1\n func g() -> Int { limit } }\n",
        "Sources/A/All.swift": "struct Rate { }\nlet limit = 1\nfunc print(_ a: Int) { }\n",
    }
    assert _led("Sources/A/User.swift", files) == {("Sources/A/All.swift", "print", "call")}


def test_what_stands_under_a_condition_is_less_sure_and_nothing_else_is() -> None:
    names = ("One", "Two", "Three", "Four", "Five", "Six")
    files = {
        "Sources/A/User.swift": "let a = One()\n#if DEBUG\n#if os(Linux)\nlet b = Two()\n#endif\nlet c = Three()\n"
        "#else\nlet d = Four()\n#endif\nlet e = Five()\n#if canImport(X)\nlet f = Six()\n",
        "Sources/A/All.swift": "".join(f"struct {name} {{ }}\n" for name in names),
    }
    found = {row.names: row.confidence for row in _rows("Sources/A/User.swift", files).dependencies}
    assert found == {"One": 1.0, "Two": 0.7, "Three": 0.7, "Four": 0.7, "Five": 1.0, "Six": 0.7}


def test_what_several_files_define_under_conditions_is_led_to_one_of_them_less_sure() -> None:
    shared = "struct Clock { }\nfunc tick() { }\nextension Face { static func make() { } }\n"
    files = {
        "Sources/A/User.swift": "let a = Clock()\ntick()\nFace.make()\nsent(1)\nlet e = Alone()\n",
        "Sources/A/Linux.swift": f"#if os(Linux)\n{shared}func sent(_ a: Bool) {{ }}\n#endif\n",
        "Sources/A/Mac.swift": f"#if os(macOS)\n{shared}struct Alone {{ }}\n#else\nstruct Alone {{ }}\n#endif\n"
        "extension Clock { func more() { } }\n",
        "Sources/A/Plain/Any.swift": "func sent(_ a: Int) { }\nstruct Face { }\n",
    }
    found = _rows("Sources/A/User.swift", files).dependencies
    assert {(row.names, row.dst, row.confidence) for row in found if row.kind == "call"} == {
        ("Clock", "Sources/A/Mac.swift", 0.5),
        ("tick", "Sources/A/Mac.swift", 0.5),
        ("Face.make", "Sources/A/Mac.swift", 0.5),
        ("sent", "Sources/A/Plain/Any.swift", 1.0),
        ("Alone", "Sources/A/Mac.swift", 1.0),
    }


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_manifests_without_end_and_with_deep_nesting_are_read_in_bounds(ending: str) -> None:
    files = {
        "Package.swift": "let package = Package(" + "[(" * 50_000 + ending,
        "x.xcodeproj/project.pbxproj": "{ objects = {" + "a = {" * 50_000 + ending,
        "x.podspec": "s.name = '" + "x" * 50_000 + ending,
        "Sources/A/User.swift": f"struct User {{ var own: Own }}{ending}",
        "Sources/A/Own.swift": f"struct Own {{ }}{ending}",
    }
    assert _led("Sources/A/User.swift", files) == {("Sources/A/Own.swift", "Own", "type")}
