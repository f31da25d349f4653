"""C# names lead where the language has them: by namespaces, usings and the projects that hold the files."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from plumbrule import languages
from plumbrule.snapshot import FilesWalk, analyse_files

CORE = '<Project Sdk="Microsoft.NET.Sdk"></Project>'
PATHS = [
    "src/Core/Core.csproj",
    "src/Core/Cart.cs",
    "src/Core/Cart.More.cs",
    "src/Core/Models/User.cs",
    "src/Web/Web.csproj",
    "src/Web/Page.cs",
    "src/Web/Usings.cs",
    "src/Other/Other.csproj",
    "src/Other/Cart.cs",
    "Directory.Build.props",
    "Loose.cs",
]
MANIFESTS = {
    "src/Core/Core.csproj": [
        CORE,
        '<Project><ItemGroup><Compile Include="Cart.cs;Models\\*.cs"/></ItemGroup></Project>',
    ],
    "src/Web/Web.csproj": [
        '<Project Sdk="x"><ProjectReference Include="..\\Core\\Core.csproj"/></Project>',
        '<Project Sdk="x"><ProjectReference Include="../Other/Other.csproj"/><Using Include="Shop.Core"/></Project>',
        '<Project Sdk="x"><Compile Remove="Page.cs"/><Compile Include="../../Loose.cs"/></Project>',
        "<Project <broken",
    ],
    "src/Other/Other.csproj": [CORE, CORE.replace("></", "><AssemblyName>Core</AssemblyName></")],
    "Directory.Build.props": ["<Project/>", '<Project><Using Include="Shop.Core.Models"/></Project>'],
}
HEADS = ["", "namespace Shop;", "namespace Shop.Core;", "namespace Shop.Core.Models;", "namespace Shop.Web {"]
USINGS = [
    "using Shop.Core;",
    "using Shop.Core.Models;",
    "global using Shop.Core;",
    "using static Shop.Core.Cart;",
    "using Basket = Shop.Core.Cart;",
    "using M = Shop.Core.Models;",
]
LINES = [
    "public partial class Cart { public static int Make() => User.Count + Models.User.Count; }",
    "internal class Cart : Shop.Core.Cart { }",
    "public class User { public static int Count; class Cart { } }",
    "public class Page : Basket { Cart cart; M.User user; int n = Make(); }",
    "enum Kind { One, Two }",
    "class Uses { Kind kind = Kind.One; Page page = new Page(); }",
    "class Reads { int[] all = { Total, Made }; }",
    "public partial class Cart { public const int Total = 1; static int Made; }",
    "class Broken { void (",
]


def _content(path: str, chance: random.Random) -> bytes:
    if path in MANIFESTS:
        return chance.choice(MANIFESTS[path]).encode()
    lines = [*chance.sample(USINGS, 2), chance.choice(HEADS), *chance.sample(LINES, chance.randint(0, 5))]
    return "\n".join(lines).encode() + b"\n"


@pytest.mark.parametrize("seed", range(8))
def test_a_walked_history_of_csharp_ends_with_the_rows_of_a_cold_scan(seed: int, history: Callable) -> None:
    assert history(seed, PATHS, _content, steps=16) > 10  # else this history compared nothing


def edges(path: str, files: dict[str, str], *kinds: str) -> list[tuple[str, str, str]]:
    rows = analyse_files({name: text.encode() for name, text in files.items()}).files[path]
    return [(d.dst, d.kind, d.names) for d in rows.dependencies if d.kind in kinds or not kinds]


def test_files_of_one_namespace_and_of_those_around_it_see_each_other_without_a_using() -> None:
    files = {
        "a.cs": "namespace Shop.Web { class Page : Base { Far far; } }",
        "b.cs": "namespace Shop.Web; class Base { }",
        "c.cs": "namespace Shop { class Far { } }",
        "d.cs": "namespace Shop.Core { class Far { } class Base { } }",
    }
    assert edges("a.cs", files) == [("b.cs", "inherit", "Base"), ("c.cs", "type", "Far")]


def test_a_using_leads_to_the_files_that_define_what_is_asked_of_its_namespace() -> None:
    files = {
        "a.cs": "using Shop.Core;\nusing Shop.Idle;\nclass Page { Cart cart = Cart.Make(); }",
        "b.cs": "namespace Shop.Core; public class Cart { public static Cart Make() => null; }",
        "c.cs": "namespace Shop.Core; public class Line { }",
        "d.cs": "namespace Shop.Idle; public class Other { }",
    }
    assert edges("a.cs", files) == [
        ("b.cs", "call", "Cart.Make"),
        ("b.cs", "import", "Cart, Cart.Make"),
        ("b.cs", "type", "Cart"),
    ]


def test_names_go_through_namespaces_and_into_types() -> None:
    files = {
        "a.cs": "namespace Shop.Web;\nclass A { Core.Cart x = Shop.Core.Cart.Line.Make(); global::Loose y; }",
        "b.cs": "namespace Shop.Core; public class Cart { public class Line { public static Cart Make() => null; } }",
        "c.cs": "class Loose { }",
    }
    assert edges("a.cs", files) == [
        ("b.cs", "call", "Cart.Line.Make"),
        ("b.cs", "type", "Cart"),
        ("c.cs", "type", "Loose"),
    ]


def test_aliases_and_static_usings_lead_to_the_type_they_name() -> None:
    files = {
        "a.cs": "using C = Shop.Cart;\nusing N = Shop;\nusing static Shop.Maths;\n"
        "class A { C c; N.Line l; int x = Max(1); }",
        "b.cs": "namespace Shop; public class Cart { }",
        "c.cs": "namespace Shop; public class Line { }",
        "d.cs": "namespace Shop; public static class Maths { public static int Max(int a) => a; }",
    }
    assert edges("a.cs", files, "call", "type") == [
        ("b.cs", "type", "Cart"),
        ("c.cs", "type", "Line"),
        ("d.cs", "call", "Maths.Max"),
    ]


def test_types_of_one_name_differ_by_how_many_arguments_they_get() -> None:
    files = {
        "a.cs": "namespace Shop; class A { Result r; Result<int> one; Result<int, string> two; List<int> system; }",
        "b.cs": "namespace Shop; class Result { }",
        "c.cs": "namespace Shop; class Result<T> { }",
        "d.cs": "namespace Shop; class Result<T, E> { }",
        "e.cs": "namespace Shop; static class List { }",
    }
    assert edges("a.cs", files) == [
        ("b.cs", "type", "Result"),
        ("c.cs", "type", "Result"),
        ("d.cs", "type", "Result"),
    ]
    assert edges("c.cs", {**files, "c.cs": "namespace Shop; class Result<T> { Result<int> r; }"}) == []


def test_what_a_file_defines_itself_is_not_looked_for_in_what_it_uses() -> None:
    files = {
        "a.cs": "using Core;\nnamespace T { namespace In { class A { int x = Kept.B.Count; } }\n"
        "namespace Kept { class B { public static int Count; } } }",
        "b.cs": "namespace Core; public class Kept { }",
    }
    assert edges("a.cs", files) == []


WEB = '<Project Sdk="x"><ProjectReference Include="..\\Core\\Core.csproj" /></Project>'
TWICE = {
    "Core/Core.csproj": CORE,
    "Core/Cart.cs": "namespace Shop; public class Cart { }",
    "Other/Other.csproj": CORE,
    "Other/Cart.cs": "namespace Shop; public class Cart { }",
    "Other/Only.cs": "namespace Shop; public class Only { }",
    "Web/Web.csproj": WEB,
    "Web/Page.cs": "namespace Shop; class Page { Cart cart; Only only; }",
}


def test_a_type_of_two_projects_is_that_of_the_own_one_or_of_those_it_refers_to() -> None:
    assert edges("Web/Page.cs", TWICE) == [("Core/Cart.cs", "type", "Cart")]
    own = {**TWICE, "Web/Own.cs": "namespace Shop; class Cart { }"}
    assert edges("Web/Page.cs", own) == [("Web/Own.cs", "type", "Cart")]
    turned = {**TWICE, "Web/Web.csproj": WEB.replace("Core", "Other")}
    assert edges("Web/Page.cs", turned) == [("Other/Cart.cs", "type", "Cart"), ("Other/Only.cs", "type", "Only")]


def test_an_internal_type_is_seen_by_friends_alone_where_there_is_another() -> None:
    files = {
        **TWICE,
        "Core/Cart.cs": "namespace Shop; class Cart { }",
        "Web/Web.csproj": WEB.replace("</P", '<ProjectReference Include="..\\Other\\Other.csproj" /></P'),
    }
    assert edges("Web/Page.cs", files)[0] == ("Other/Cart.cs", "type", "Cart")
    friendly = CORE.replace("></", '><InternalsVisibleTo Include="Web" /></')
    closed = {**files, "Core/Core.csproj": friendly, "Other/Cart.cs": "namespace Shop; class Cart { }"}
    assert edges("Web/Page.cs", closed)[0] == ("Core/Cart.cs", "type", "Cart")


def test_linked_files_belong_to_the_projects_that_take_them() -> None:
    files = {
        "Web/Web.csproj": '<Project><Compile Include="Page.cs" /><Compile Include="..\\Shared\\*.cs" /></Project>',
        "Web/Page.cs": "class Page { Clock clock; }",
        "Web/Clock.cs": "class Clock { }",
        "Shared/Clock.cs": "class Clock { Page page; }",
    }
    assert edges("Web/Page.cs", files) == [("Shared/Clock.cs", "type", "Clock")]
    assert edges("Shared/Clock.cs", files) == [("Web/Page.cs", "type", "Page")]


def test_a_file_that_a_project_leaves_out_of_its_list_defines_nothing_for_it() -> None:
    files = {
        "Web/Web.csproj": '<Project><Compile Include="Page.cs" /><Compile Include="..\\Shared\\Clock.cs" /></Project>',
        "Web/Page.cs": "using Shared;\nnamespace Web { class Page { Clock clock; } }",
        "Web/Clock.cs": "namespace Web { class Clock { } }",
        "Shared/Clock.cs": "namespace Shared { class Clock { } }",
    }
    assert edges("Web/Page.cs", files, "type") == [("Shared/Clock.cs", "type", "Clock")]


def test_what_a_project_uses_everywhere_needs_no_line_in_its_files() -> None:
    files = {
        "Web/Web.csproj": '<Project Sdk="x"><ItemGroup><Using Include="Shop.Core" /></ItemGroup></Project>',
        "Web/Usings.cs": "// global using Shop.Gone;\nglobal using Shop.Models;\nglobal using Who = Shop.Names.User;\n",
        "Web/Page.cs": "class Page { Cart cart; Line line; Who who; }",
        "Web/Core/Cart.cs": "namespace Shop.Core; class Cart { }",
        "Web/Core/Line.cs": "namespace Shop.Models; class Line { }",
        "Web/Core/User.cs": "namespace Shop.Names; class User { }",
    }
    expected = [
        ("Web/Core/Cart.cs", "type", "Cart"),
        ("Web/Core/Line.cs", "type", "Line"),
        ("Web/Core/User.cs", "type", "Who"),
    ]
    assert edges("Web/Page.cs", files) == expected
    walk = FilesWalk()
    walk.to({path: text.encode() for path, text in files.items()})
    gone = {**files, "Web/Usings.cs": "class None { }"}
    found = walk.to({path: text.encode() for path, text in gone.items()}).graph.files["Web/Page.cs"].dependencies
    assert [d.dst for d in found] == ["Web/Core/Cart.cs"]


def test_assembly_definitions_of_unity_say_what_is_seen() -> None:
    files = {
        "Runtime/Game.asmdef": '{"name": "Game"}',
        "Runtime/Player.cs": "namespace Game { public class Player { } }",
        "Editor/Game.Editor.asmdef": '{"name": "Game.Editor", "references": ["GUID:abc123"]}',
        "Editor/Tool.cs": "using Game;\nclass Tool { Player player; }",
        "Runtime/Game.asmdef.meta": "fileFormatVersion: 2\nguid: abc123\n",
        "Apart/Apart.asmdef": '{"name": "Apart", "references": []}',
        "Apart/Lone.cs": "using Game;\nclass Lone { Player player; }",
    }
    assert edges("Editor/Tool.cs", files, "type") == [("Runtime/Player.cs", "type", "Player")]
    assert edges("Apart/Lone.cs", files, "type") == []


def test_a_file_that_comes_to_define_a_name_binds_others_to_it() -> None:
    walk = FilesWalk()
    before = {"a.cs": b"namespace Shop.Web; class A { Cart cart; }", "b.cs": b"namespace Shop; class Cart { }"}
    first = walk.to(before).graph.files["a.cs"].dependencies
    after = {**before, "c.cs": b"namespace Shop.Web; class Cart { }"}
    second = walk.to(after).graph.files["a.cs"].dependencies
    third = walk.to(before).graph.files["a.cs"].dependencies
    assert [[d.dst for d in found] for found in (first, second, third)] == [["b.cs"], ["c.cs"], ["b.cs"]]


def test_test_projects_are_known_by_their_folders_and_files_by_their_names() -> None:
    assert languages.is_test("src/Shop.Core.Tests/Helper.cs")
    assert languages.is_test("src/Shop.UnitTests/Deep/Helper.cs")
    assert languages.is_test("src/Core/CartTests.cs")
    assert not languages.is_test("src/Core/Latest.cs")
    assert not languages.is_test("src/Core/ITest.cs")
    assert not languages.is_test("src/Shop.Core.Tests/notes.py")
    assert languages.test_marks("src/Shop.Core.Tests/CartTest.cs") == ["Shop.Core.Tests", "*[a-z0-9]Test.cs"]


def test_what_a_tool_names_as_its_own_is_generated() -> None:
    files = dict.fromkeys(("Form.Designer.cs", "Form.cs", "View.g.cs"), b"class A { }")
    found = analyse_files(files).files
    assert [found[name].file.is_generated for name in files] == [True, False, True]


def test_a_project_file_of_open_comments_and_deep_globs_costs_what_it_is_long() -> None:
    hostile = {
        "a.csproj": b"<Project Sdk='x'>" + b"<!--" * 100_000,
        "b.csproj": b"<Project>" + b'<Compile Include="**/*/**/*/**/*.cs"/>' * 2_000,
        "c.csproj": b"<Project>" + b"<P>$(P)$(P)$(P)</P>" * 1_000 + b'<Compile Include="$(P).cs"/>' * 1_000,
        "x/" * 60 + "a.cs": b"class A { B b; }",
        "b.cs": b"class B { }",
    }
    assert len(analyse_files(hostile).files) == 2


PARTS = {
    "p/P.csproj": CORE,
    "p/Form.cs": "namespace P;\npublic partial class Form {\n"
    "  public Form() { Begin(); box.Show(); this.Fill(); Own(); Free.Go(); }\n"
    "  void Own() { }\n  void With(int box) { box.Show(); }\n}\n",
    "p/Form.Designer.cs": "namespace P {\n  partial class Form {\n    Box box;\n    void Begin() { Own(); }\n"
    "    void Fill() { }\n    public static void Make() { }\n    public class Inner { }\n  }\n}\n",
    "p/Other.cs": "namespace P;\npublic class Box { }\npublic static class Free { public static void Go() { } }\n",
    "p/User.cs": "namespace P;\nclass User { Form.Inner inner; Form form; void Run() { Form.Make(); Form.Gone(); } }\n",
}


def test_what_a_part_of_a_type_uses_of_another_leads_to_the_file_that_has_it() -> None:
    form = edges("p/Form.cs", PARTS, "call", "uses")
    designer = "p/Form.Designer.cs"
    assert form == [
        (designer, "call", "Form.Begin, Form.Fill"),
        (designer, "uses", "Form.box"),
        ("p/Other.cs", "call", "Free.Go"),
    ]
    assert edges(designer, PARTS, "call") == [("p/Form.cs", "call", "Form.Own")]


def test_a_member_of_a_type_in_parts_leads_to_its_part_and_the_type_to_the_first_one() -> None:
    assert edges("p/User.cs", PARTS, "call", "type") == [
        ("p/Form.Designer.cs", "call", "Form.Make"),
        ("p/Form.Designer.cs", "type", "Form.Inner"),
        ("p/Form.cs", "call", "Form"),
        ("p/Form.cs", "type", "Form"),
    ]


def test_what_a_static_using_brings_is_found_where_its_name_stands_alone() -> None:
    files = {
        "a.cs": """using static Shop.Maths;
using static Shop.Kind;
using static System.Math;

namespace Web;

class A : Base
{
    int First = Limit;
    int Size { get; set; }
    int Of(int Rate, Item item)
    {
        var Most = Limit;
        Set(Total: 1, Parts);
        item.Spare = new Item { Half = Size };
        return Most + Rate + (item.Tenth > 0 ? Open : Closed) + nameof(Label).Length;
    }
    string Said() => $"{Many}" + "Label" + Label;
}
""",
        "b.cs": "namespace Shop; public static partial class Maths { public const int Limit = 1, Most = 2, Rate = 3; "
        "public static int Total, Spare, Half, Tenth, Size; public static string Label => null; }",
        "b2.cs": "namespace Shop; public static partial class Maths { public static readonly int Parts = 2; }",
        "c.cs": "namespace Shop; public enum Kind { Open, Closed }",
        "d.cs": "namespace Web; class Base { } class Label { }",
    }
    assert edges("a.cs", files, "uses") == [
        ("b.cs", "uses", "Maths.Limit"),
        ("b.cs", "uses", "Maths.Limit"),
        ("b.cs", "uses", "Maths.Label"),
        ("b2.cs", "uses", "Maths.Parts"),
        ("c.cs", "uses", "Kind.Closed, Kind.Open"),
    ]
