"""What one repository imports of another: names lead to the files that define them, in every language that says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plumbrule.languages import languages

ACROSS = "SELECT DISTINCT src, dst, kind, names FROM dependency WHERE repo = 'user' AND dst_repo = 'core' ORDER BY ALL"

NET = {
    "Package.swift": """\
let package = Package(name: "Net", products: [.library(name: "Net", targets: ["Net"])],
    targets: [.target(name: "Net", path: "Source"), .testTarget(name: "NetTests", path: "Tests")])
""",
    "Source/Session.swift": "open class Session {\n    public enum Mode { case fast }\n    public init() {}\n}\n",
    "Source/Session+More.swift": "public extension Session {\n    static func shared() -> Session { Session() }\n}\n",
    "Source/Free.swift": "public let NF = Session()\npublic func send() {}\nfunc hidden() {}\npublic struct Twin {}\n",
    "Tests/Support.swift": "public struct Supported {}\n",
}
USER = """\
let package = Package(name: "User", dependencies: [.package(url: "https://x.org/y/Net.git", from: "1.0.0")],
    targets: [.target(name: "User", dependencies: ["Net"])])
"""


@pytest.fixture
def across(make_repo: Callable, scanned: Callable, rows: Callable) -> Callable[..., Any]:
    """`across(core, user)`: the dependencies of a repository with files `user` on one with files `core`."""

    def ask(core: dict[str, str], user: dict[str, str], sql: str = ACROSS) -> Any:  # Any: rows of whatever is asked
        core_repo, user_repo = make_repo(core, name="core"), make_repo(user, name="user")
        scanned(core_repo, str(core_repo.path), str(user_repo.path))
        return rows(core_repo.path, sql)

    return ask


def test_names_of_an_imported_swift_module_lead_to_the_files_that_define_them(across: Callable):
    app = """\
import Foundation
import Net

class Own: Session { var mode: Session.Mode = .fast }
extension Session { func mine() {} }

func go() {
    NF.start()
    Session.shared()
    Net.send()
    hidden()
    let it: Supported? = nil
}
"""
    assert across(NET, {"Package.swift": USER, "Sources/User/App.swift": app}) == [
        ["Sources/User/App.swift", "Package.swift", "import", "*"],
        ["Sources/User/App.swift", "Source/Free.swift", "call", "NF"],
        ["Sources/User/App.swift", "Source/Free.swift", "call", "send"],
        ["Sources/User/App.swift", "Source/Free.swift", "type", "NF"],
        ["Sources/User/App.swift", "Source/Session+More.swift", "call", "shared"],
        ["Sources/User/App.swift", "Source/Session.swift", "inherit", "Session"],
        ["Sources/User/App.swift", "Source/Session.swift", "type", "Mode, Session"],
        ["Sources/User/App.swift", "Source/Session.swift", "type", "Session"],
    ]


def test_the_repository_of_a_swift_package_is_known_by_its_address(across: Callable):
    asked = "SELECT repo, package, dst_repo, dst FROM declared_dependency"
    assert across(NET, {"Package.swift": USER, "Sources/User/App.swift": "import Net\n"}, asked) == [
        ["user", "net", "core", "Package.swift"]
    ]


def test_one_name_of_a_swift_module_is_imported_alone(across: Callable):
    app = "import class Net.Session\n\nlet one = Session.shared()\n"
    assert across(NET, {"Package.swift": USER, "Sources/User/App.swift": app}) == [
        ["Sources/User/App.swift", "Source/Session+More.swift", "call", "shared"],
        ["Sources/User/App.swift", "Source/Session.swift", "import", "Session"],
        ["Sources/User/App.swift", "Source/Session.swift", "type", "Session"],
    ]


def test_what_a_swift_module_has_itself_hides_what_it_imports(across: Callable):
    user = {
        "Package.swift": USER,
        "Sources/User/Twin.swift": "struct Twin {}\nfunc send() {}\n",
        "Sources/User/App.swift": "import Net\n\nlet one = Twin()\nfunc go() { send() }\n",
        "Sources/User/Local.swift": "import Net\n\nclass Kept: Unknown {\n    enum Session {}\n"
        "    func f(send: () -> Void) { send() }\n    func g() -> Session? { nil }\n    func h() { send() }\n}\n",
    }
    assert across(NET, user) == [
        ["Sources/User/App.swift", "Package.swift", "import", "*"],
        ["Sources/User/Local.swift", "Package.swift", "import", "*"],
    ]


def test_a_name_that_two_imported_swift_modules_have_leads_to_neither(across: Callable):
    core = {
        "Package.swift": 'let p = Package(name: "Net", targets: [.target(name: "Net"), .target(name: "Web")])\n',
        "Sources/Net/Net.swift": "public struct Both {}\npublic struct One {}\n",
        "Sources/Web/Web.swift": "public struct Both {}\n",
    }
    app = "import Net\nimport Web\n\nlet a = Both()\nlet b = One()\n"
    assert across(core, {"Package.swift": USER, "Sources/User/App.swift": app}) == [
        ["Sources/User/App.swift", "Package.swift", "import", "*"],
        ["Sources/User/App.swift", "Sources/Net/Net.swift", "call", "One"],
    ]


def test_a_swift_module_of_a_pod_or_a_project_stands_for_the_file_that_is_called_like_it(across: Callable):
    core = {
        "Net.podspec": "Pod::Spec.new do |s|\n  s.name = 'Net'\nend\n",
        "Code/Deep/Net.swift": "public func send() {}\n",
        "Code/A.swift": "public struct A {}\n",
    }
    user = {"Podfile": "pod 'Net', '~> 1.0'\n", "App/App.swift": "import Net\n\nlet a = A()\n"}
    assert across(core, user) == [
        ["App/App.swift", "Code/A.swift", "call", "A"],
        ["App/App.swift", "Code/Deep/Net.swift", "import", "*"],
    ]


def test_names_of_an_imported_go_package_lead_to_the_files_that_define_them(across: Callable):
    core = {
        "go.mod": "module example.org/core\n",
        "lib/a.go": "package lib\n\nfunc A() {}\n",
        "lib/b.go": "package lib\n\nfunc Do() {}\n\ntype T struct{}\n",
    }
    user = {
        "go.mod": "module example.org/user\n\nrequire example.org/core v1.0.0\n",
        "main.go": 'package main\n\nimport (\n\t"fmt"\n\n\t"example.org/core/lib"\n)\n\n'
        "func main() {\n\tlib.Do()\n\tvar t lib.T\n\tfmt.Println(t)\n}\n",
    }
    assert across(core, user) == [
        ["main.go", "lib/a.go", "import", ""],
        ["main.go", "lib/b.go", "call", "Do"],
        ["main.go", "lib/b.go", "type", "T"],
    ]


def test_types_of_an_imported_java_package_lead_to_their_files(across: Callable):
    core = {
        "src/main/java/org/core/Tool.java": "package org.core;\npublic class Tool {\n    public static void run() {}\n"
        "    public static class Part {}\n}\n",
    }
    user = {
        "src/main/java/org/user/A.java": "package org.user;\nimport org.core.Tool;\n"
        "class A { void f() { Tool.run(); } }\n",
        "src/main/java/org/user/B.java": "package org.user;\nimport org.core.*;\nimport java.util.*;\n"
        "class B { void f(Own own) { new Tool(); } Tool.Part part; }\n",
        "src/main/java/org/user/C.java": "package org.user;\nimport org.core.*;\nimport java.util.*;\n"
        "class C { void f(Part part, Own own) { } }\n",
        "src/main/java/org/user/Own.java": "package org.user;\nclass Own { }\n",
    }
    assert across(core, user) == [
        ["src/main/java/org/user/A.java", "src/main/java/org/core/Tool.java", "call", "run"],
        ["src/main/java/org/user/A.java", "src/main/java/org/core/Tool.java", "import", "Tool"],
        ["src/main/java/org/user/B.java", "src/main/java/org/core/Tool.java", "call", "Tool"],
        ["src/main/java/org/user/B.java", "src/main/java/org/core/Tool.java", "type", "Part"],
    ]


def test_types_of_a_used_namespace_lead_to_their_files(across: Callable):
    core = {
        "Core.Lib.csproj": '<Project Sdk="Microsoft.NET.Sdk" />',
        "Tool.cs": "namespace Core.Lib;\npublic class Tool { public static void Run() {} }\n",
        "Kept.cs": "namespace Core.Lib;\ninternal class Kept {}\n",
    }
    user = {
        "User.csproj": '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Core.Lib"/></ItemGroup>'
        "</Project>",
        "Own.cs": "namespace User;\nclass Own {}\n",
        "App.cs": "using System;\nusing Core.Lib;\nnamespace User;\n"
        "class App { void F(Own own, Kept kept) { Tool.Run(); new Tool(); } }\n",
    }
    assert across(core, user) == [["App.cs", "Tool.cs", "call", "Run, Tool"]]


JVM = "src/main/java/org"
# By language: what the one repository holds, what the other one does with it, and what of that must lead where.
EVERY: dict[str, tuple[dict[str, str], dict[str, str], list[list[str]]]] = {
    "python": (
        {"pyproject.toml": '[project]\nname = "lib"\n', "lib/__init__.py": "", "lib/rate.py": "def rate(): return 1\n"},
        {"app.py": "from lib.rate import rate\n\n\ndef go():\n    return rate()\n"},
        [["app.py", "lib/rate.py", "rate", "call"]],
    ),
    "starlark": (
        {"MODULE.bazel": 'module(name = "lib")\n', "defs.bzl": "def rate():\n    return 1\n", "BUILD": ""},
        {"BUILD": 'load("@lib//:defs.bzl", "rate")\n\nrate()\n'},
        [["BUILD", "defs.bzl", "rate", "call"]],
    ),
    "typescript": (
        {"package.json": '{"name": "@a/lib", "main": "src/index.ts"}', "src/index.ts": "export * from './rate';\n",
         "src/rate.ts": "export function rate(): number { return 1; }\n"},
        {"use.ts": "import { rate } from '@a/lib';\nexport const go = () => rate();\n"},
        [["use.ts", "src/rate.ts", "rate", "call"]],
    ),
    "javascript": (
        {"package.json": '{"name": "lib", "main": "a.js"}', "a.js": "exports.rate = function () { return 1; };\n"},
        {"use.js": "const { rate } = require('lib');\nfunction go() { return rate(); }\n"},
        [["use.js", "a.js", "rate", "call"]],
    ),
    "vue": (
        {"package.json": '{"name": "lib", "main": "index.ts"}', "index.ts": "export function rate() { return 1; }\n"},
        {"Use.vue": "<script setup lang=\"ts\">\nimport { rate } from 'lib';\nconst x = rate();\n</script>\n"},
        [["Use.vue", "index.ts", "rate", "call"]],
    ),
    "svelte": (
        {"package.json": '{"name": "lib", "main": "index.ts"}', "index.ts": "export function rate() { return 1; }\n"},
        {"Use.svelte": "<script lang=\"ts\">\nimport { rate } from 'lib';\nconst x = rate();\n</script>\n"},
        [["Use.svelte", "index.ts", "rate", "call"]],
    ),
    "go": (
        {"go.mod": "module a.org/lib\n", "rate/rate.go": "package rate\n\nfunc Of() int { return 1 }\n"},
        {"go.mod": "module a.org/app\n\nrequire a.org/lib v1.0.0\n",
         "use.go": 'package app\n\nimport "a.org/lib/rate"\n\nfunc Go() int { return rate.Of() }\n'},
        [["use.go", "rate/rate.go", "Of", "call"]],
    ),
    "java": (
        {f"{JVM}/lib/Rate.java": "package org.lib;\n\npublic class Rate { public static int of() { return 1; } }\n"},
        {f"{JVM}/app/Use.java": "package org.app;\nimport org.lib.Rate;\nclass Use { int i = Rate.of(); }\n"},
        [[f"{JVM}/app/Use.java", f"{JVM}/lib/Rate.java", "Rate.of", "call"]],
    ),
    "kotlin": (
        {"lib/Rate.kt": "package org.lib\n\nfun rate(): Int = 1\n"},
        {"Use.kt": "package org.app\n\nimport org.lib.rate\n\nfun go(): Int = rate()\n"},
        [["Use.kt", "lib/Rate.kt", "rate", "call"]],
    ),
    "scala": (
        {"Rate.scala": "package org.lib\n\nobject Rate { def of(): Int = 1 }\n"},
        {"Use.scala": "package org.app\n\nimport org.lib._\n\nobject Use { def go(): Int = Rate.of() }\n"},
        [["Use.scala", "Rate.scala", "Rate.of", "call"]],
    ),
    "csharp": (
        {"Rates.csproj": "<Project/>",
         "Rate.cs": "namespace Acme.Lib;\n\npublic class Rate { public static int Of() => 1; }\n"},
        {"App.csproj": "<Project/>",
         "Use.cs": "using System;\nusing Acme.Lib;\n\nnamespace Acme.App;\n\nclass Use { int Go() => Rate.Of(); }\n"},
        [["Use.cs", "Rate.cs", "Rate.Of", "call"]],
    ),
    "rust": (
        {"Cargo.toml": '[package]\nname = "lib"\n', "src/lib.rs": "pub mod rate;\npub use rate::rate;\n",
         "src/rate.rs": "pub fn rate() -> u32 { 1 }\n"},
        {"Cargo.toml": '[package]\nname = "app"\n[dependencies]\nlib = "1"\n',
         "src/lib.rs": "use lib::rate;\n\npub fn go() -> u32 { rate() }\n"},
        [["src/lib.rs", "src/rate.rs", "rate", "call"]],
    ),
    "c": (
        {"include/lib/rate.h": "int rate(void);\n"},
        {"use.c": "#include <stdio.h>\n#include <lib/rate.h>\nint go(void) { return rate(); }\n"},
        [["use.c", "include/lib/rate.h", "rate", "call"]],
    ),
    "cpp": (
        {"CMakeLists.txt": "include_directories(api/include)\n", "api/include/lib/rate.hpp": "int rate();\n"},
        {"use.cpp": "#include <vector>\n#include <lib/rate.hpp>\nint go() { return rate(); }\n"},
        [["use.cpp", "api/include/lib/rate.hpp", "rate", "call"]],
    ),
    "ruby": (
        {"lib.gemspec": 'Gem::Specification.new do |s|\n  s.name = "lib"\nend\n', "lib/lib/rate.rb":
         "module Lib\n  class Rate\n    def self.of; 1; end\n  end\nend\n"},
        {"Gemfile": "gem 'lib'\n", "use.rb": "require 'lib/rate'\n\ndef go\n  Lib::Rate.of\nend\n"},
        [["use.rb", "lib/lib/rate.rb", "Lib.Rate.of", "call"]],
    ),
    "php": (
        {"composer.json": '{"name": "a/lib", "autoload": {"psr-4": {"Lib\\\\": "src/"}}}',
         "src/Rate.php": "<?php\nnamespace Lib;\nclass Rate { static function of() { return 1; } }\n"},
        {"composer.json": '{"require": {"a/lib": "1"}}',
         "Use.php": "<?php\nuse Lib\\Rate;\nfunction go() { return Rate::of(); }\n"},
        [["Use.php", "src/Rate.php", "Rate.of", "call"]],
    ),
    "swift": (
        {"Package.swift": 'let p = Package(name: "Lib", targets: [.target(name: "Lib")])\n',
         "Sources/Lib/Rate.swift": "public func rate() -> Int { 1 }\n"},
        {"Package.swift": 'let p = Package(name: "App", targets: [.target(name: "App")])\n',
         "Sources/App/Use.swift": "import Lib\n\nfunc go() -> Int { rate() }\n"},
        [["Sources/App/Use.swift", "Sources/Lib/Rate.swift", "rate", "call"]],
    ),
}  # fmt: skip


def test_every_language_is_tried():
    assert set(EVERY) == {language.name for language in languages().values()} - {"jsx", "tsx"}


@pytest.mark.parametrize("language", EVERY)
def test_a_use_of_another_repository_leads_to_the_definition(
    make_repo: Callable, scanned: Callable, rows: Callable, tmp_path: Path, language: str
):
    core, user, uses = EVERY[language]
    # What else lies in a folder called `src` says nothing of a language that needs none.
    repos = make_repo({**core, "src/own.txt": ""}, name="core"), make_repo(user, name="user")
    asked = "SELECT src, dst, symbol, kind FROM use WHERE repo = 'user' AND dst_repo = 'core' AND kind = 'call'"
    for number, order in enumerate((repos, reversed(repos))):
        store = tmp_path / f"store{number}"
        for one in order:
            scanned(one, "--store", str(store))
        assert rows(tmp_path, asked, store) == uses


@pytest.mark.parametrize(
    "core",
    [
        {"src/lib/rate.h": "int rate(void);\n", "zlib.h": "int z;\n", "include/x.h": ""},
        {"include/lib/rate.h": "", "CMakeLists.txt": "include_directories(b/include)\n", "b/include/lib/rate.h": ""},
    ],
    ids=["elsewhere", "two"],
)
def test_a_header_that_is_not_installed_is_no_header_of_others(across: Callable, core: dict[str, str]):
    assert across(core, {"use.c": "#include <lib/rate.h>\n#include <zlib.h>\n"}) == []


def test_a_type_of_the_own_namespace_hides_one_of_another_repository(across: Callable):
    core = {"Core.csproj": "<Project/>", "Rate.cs": "namespace Acme.Lib;\npublic class Rate {}\npublic class Tax {}\n"}
    user = {
        "User.csproj": "<Project/>",
        "Rate.cs": "namespace Acme.App;\nclass Rate {}\n",
        "Use.cs": "using Acme.Lib;\nnamespace Acme.App;\nclass Use { Rate rate; Tax tax; }\n",
    }
    assert across(core, user) == [["Use.cs", "Rate.cs", "type", "Tax"]]


POM = "<project><groupId>org</groupId><artifactId>{}</artifactId>{}</project>"
ASKING = "<dependencies><dependency><groupId>org</groupId><artifactId>{}</artifactId></dependency></dependencies>"


@pytest.mark.parametrize(
    ("asked", "who"), [(ASKING.format("b"), ["b"]), (ASKING.format("c"), ["a", "b"]), ("", ["a", "b"])]
)
def test_of_several_that_have_a_name_those_count_whose_packages_are_asked_for(
    make_repo: Callable, scanned: Callable, rows: Callable, tmp_path: Path, asked: str, who: list[str]
):
    tool = {f"{JVM}/lib/Tool.java": "package org.lib;\npublic class Tool { public static void run() {} }\n"}
    user = {f"{JVM}/app/A.java": "package org.app;\nimport org.lib.Tool;\nclass A { void f() { Tool.run(); } }\n"}
    repos = [
        make_repo({**tool, "pom.xml": POM.format("a", "")}, name="a"),
        make_repo({**tool, "pom.xml": POM.format("b", "")}, name="b"),
        make_repo({**user, "pom.xml": POM.format("user", asked)}, name="user"),
    ]
    for number, order in enumerate((repos, repos[::-1])):
        store = tmp_path / f"store{number}"
        for one in order:
            scanned(one, "--store", str(store))
        found = rows(tmp_path, "SELECT DISTINCT dst_repo FROM use WHERE repo = 'user' AND dst_repo <> 'user'", store)
        assert sorted(found) == who


@pytest.mark.parametrize(("asked", "leads"), [("common==2", False), ("a_dist", True), ("", True)])
def test_a_package_that_is_asked_for_by_its_name_is_none_that_is_called_otherwise(
    across: Callable, asked: str, leads: bool
):
    core = {"pyproject.toml": '[project]\nname = "a-dist"\n', "common/__init__.py": "def f(): pass\n"}
    user = {"requirements.txt": f"{asked}\n", "app.py": "from common import f\n\nf()\n"}
    assert bool(across(core, user)) == leads


@pytest.mark.parametrize("language", ["java", "kotlin", "csharp"])
def test_an_own_type_hides_what_a_star_brings_where_only_its_member_is_used(across: Callable, language: str):
    core, user = {
        "java": (
            {"Strings.java": "package com.lib;\npublic class Strings { public static void trim() {} }\n"},
            {"Strings.java": "package com.app;\nclass Strings { static void trim() {} }\n",
             "Use.java": "package com.app;\nimport com.lib.*;\nclass Use { void f() { Strings.trim(); } }\n"},
        ),
        "kotlin": (
            {"Strings.kt": "package com.lib\nobject Strings { fun trim() {} }\n"},
            {"Strings.kt": "package com.app\nobject Strings { fun trim() {} }\n",
             "Use.kt": "package com.app\nimport com.lib.*\nfun f() { Strings.trim() }\n"},
        ),
        "csharp": (
            {"L.csproj": "<Project/>", "S.cs": "namespace Lib;\npublic class Strings { public static int Trim; }"},
            {"A.csproj": "<Project/>", "S.cs": "namespace App;\nclass Strings { public static void Trim() {} }\n",
             "Use.cs": "using Lib;\nusing System;\nnamespace App;\nclass Use { void F() { Strings.Trim(); } }\n"},
        ),
    }[language]  # fmt: skip
    assert across(core, user) == []
