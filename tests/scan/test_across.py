"""What one repository imports of another: names lead to the files that define them, in every language that says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
