"""Declared dependencies of real repositories: stored with each snapshot, bound to who publishes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CODE = {"src/app.py": "x = 1\n"}
PYPROJECT = '[project]\nname = "Shop_Core"\nversion = "1.0"\ndependencies = ["requests>=2"]\n'
LOCK = '[[package]]\nname = "requests"\nversion = "2.31.0"\n'
ASKED = "SELECT path, package, wanted, locked, scope, line FROM declared_dependency ORDER BY ALL"


def test_a_scan_stores_what_manifests_say(make_repo: Callable, scanned: Callable, rows: Callable):
    repo = make_repo({**CODE, "pyproject.toml": PYPROJECT, "uv.lock": LOCK})
    scanned(repo)
    assert rows(repo.path, ASKED) == [
        ["pyproject.toml", "requests", ">=2", "", "runtime", 4],
        ["uv.lock", "requests", "", "2.31.0", "", 2],
    ]
    assert rows(repo.path, "SELECT path, ecosystem, package, version, private FROM package") == [
        ["pyproject.toml", "pypi", "shop-core", "1.0", False]
    ]
    assert rows(repo.path, "SELECT path, format, ecosystem, reason FROM manifest") == [
        ["pyproject.toml", "pyproject", "pypi", ""],
        ["uv.lock", "uv_lock", "pypi", ""],
    ]


def test_history_holds_what_was_declared_then(make_repo: Callable, scanned: Callable, rows: Callable):
    repo = make_repo({**CODE, "pyproject.toml": PYPROJECT, "uv.lock": LOCK})
    first = repo.head
    repo.commit({"uv.lock": LOCK.replace("2.31", "2.32")})
    second = repo.head
    scanned(repo)
    repo.commit({"uv.lock": None, "src/app.py": "x = 2\n"})
    scanned(repo)
    asked = "SELECT path, wanted, locked FROM declared_dependency_at('repo@{}') ORDER BY ALL"
    declared = ["pyproject.toml", ">=2", ""]
    assert rows(repo.path, asked.format(first[:12])) == [declared, ["uv.lock", "", "2.31.0"]]
    assert rows(repo.path, asked.format(second[:12])) == [declared, ["uv.lock", "", "2.32.0"]]
    assert rows(repo.path, asked.format(repo.head[:12])) == [declared]
    assert rows(repo.path, f"SELECT path FROM manifest_at('repo@{second[:12]}')") == ["pyproject.toml", "uv.lock"]
    assert rows(repo.path, f"SELECT package FROM package_at('repo@{second[:12]}')") == ["shop-core"]


def test_scan_upon_scan_equals_one_scan(
    make_repo: Callable, scanned: Callable, rows: Callable, told_alike: Callable, tmp_path: Path
):
    repo = make_repo({**CODE, "pyproject.toml": PYPROJECT})
    for number, change in enumerate(
        (
            {"uv.lock": LOCK},
            {"web/package.json": '{"name": "web", "dependencies": {"react": "18"}}'},
            {"web/package.json": '{"name": "web", "dependencies": {"react": '},
            {"pyproject.toml": PYPROJECT.replace(">=2", ">=3"), "uv.lock": None},
            {"web/package.json": None, "ui/package.json": '{"name": "web", "dependencies": {"react": "19"}}'},
        )
    ):
        repo.commit({**change, "src/app.py": f"x = {number}\n"})
        scanned(repo)
    whole = tmp_path / "whole"
    scanned(repo, "--store", str(whole))
    told_alike(repo.path, ["declared_dependency", "manifest", "package"], 6, whole)
    for position in range(6):
        (at,) = rows(repo.path, f"SELECT snapshot FROM snapshot WHERE position = {position}")
        for view in ("declared_dependency", "manifest", "package"):
            asked = f"SELECT * FROM {view}_at('{at}') ORDER BY ALL"
            assert rows(repo.path, asked) == rows(repo.path, asked, whole)


def test_a_manifest_that_cannot_be_read_is_a_row_and_stops_nothing(
    make_repo: Callable, scanned: Callable, rows: Callable, plumbrule: Callable
):
    repo = make_repo({**CODE, "Cargo.toml": "[package]\nname = 'a'\n", "pom.xml": "<project/>"})
    repo.branch("topic")
    repo.commit({"Cargo.toml": "[package\n", "pom.xml": b"<project>\xff", "src/app.py": "x = 2\n"})
    assert plumbrule(repo.path, "gate", "--base", "main", "--quiet").code == 0
    repo.switch("main")
    repo.merge("topic")
    (summary,) = scanned(repo)
    assert rows(repo.path, "SELECT path, reason FROM manifest ORDER BY path") == [
        ["Cargo.toml", "not TOML: Expected ']' at the end of a table declaration (at line 1, column 9)"],
        ["pom.xml", "not UTF-8, and it does not say what else"],
    ]
    assert rows(repo.path, "SELECT * FROM skipped") == []
    assert [note for note in summary["notes"] if "manifest" in note] == [
        "2 manifests could not be read in full; the view manifest says which, and why"
    ]


def test_what_is_excluded_or_no_file_declares_nothing(make_repo: Callable, scanned: Callable, rows: Callable):
    copied = {"third_party/package.json": '{"name": "x"}', "plumbrule.toml": 'exclude = ["third_party/**"]\n'}
    repo = make_repo({**CODE, **copied, "go.mod": "module a\n"})
    (repo.path / "vcpkg.json").symlink_to("go.mod")
    repo.commit({"setup.cfg": "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 3\n"})
    scanned(repo)
    assert rows(repo.path, "SELECT path, reason FROM manifest") == [["go.mod", ""], ["setup.cfg", "kept in Git LFS"]]


def test_the_work_tree_and_a_branch_stand_beside(make_repo: Callable, scanned: Callable, rows: Callable):
    repo = make_repo({**CODE, "pyproject.toml": PYPROJECT})
    repo.branch("topic")
    head = repo.commit({"pyproject.toml": PYPROJECT.replace(">=2", ">=3")})
    repo.switch("main")
    scanned(repo)
    scanned(repo, "--ref", "topic")
    (repo.path / "pyproject.toml").write_text(PYPROJECT.replace(">=2", ">=4"))
    (repo.path / "package.json").write_text('{"dependencies": {"react": "18"}}')
    scanned(repo, "--worktree")
    asked = "SELECT package, wanted FROM declared_dependency{} ORDER BY ALL"
    assert rows(repo.path, asked.format("")) == [["requests", ">=2"]]
    assert rows(repo.path, asked.format(f"_at('repo@{head[:12]}')")) == [["requests", ">=3"]]
    assert rows(repo.path, asked.format("_at('repo@worktree')")) == [["react", "18"], ["requests", ">=4"]]


POM = "<project><groupId>org.shop</groupId><artifactId>core</artifactId><version>1</version></project>"
FLEET: dict[str, dict[str, str]] = {
    "core": {
        "pyproject.toml": '[project]\nname = "shop.core"\nversion = "1"\n',
        "packages/ui/package.json": '{"name": "@shop/ui", "version": "1.0.0"}',
        "web/package.json": '{"name": "site", "private": true, "dependencies": {"@shop/ui": "workspace:*"}}',
        "go.mod": "module example.org/core/v2\n",
        "jvm/pom.xml": POM,
        "net/Shop.Core.csproj": "<Project />",
        "rust/Cargo.toml": '[package]\nname = "shop-core"\nversion = "0.1.0"\n',
        "php/composer.json": '{"name": "shop/core"}',
        "shop_core.gemspec": 'Gem::Specification.new do |s|\n  s.name = "shop_core"\nend\n',
        "Package.swift": 'let package = Package(name: "shop-core")\n',
        "ios/ShopKit.podspec": "Pod::Spec.new do |s|\n  s.name = 'ShopKit'\nend\n",
        "vendor/requests/setup.cfg": "[metadata]\nname = requests\n",
        "conanfile.py": 'class C(ConanFile):\n    name = "shopcore"\n',
    },
    "user": {
        "requirements.txt": "Shop_Core==1\nrequests\n",
        "package.json": '{"dependencies": {"@shop/ui": "^1", "site": "1"}}',
        "go.mod": "module example.org/user\nrequire example.org/core/v2 v2.1.0\nrequire example.org/core v1.0.0\n",
        "build.gradle": "dependencies {\n  implementation 'org.shop:core:1'\n}\n",
        "User.csproj": '<Project><ItemGroup><PackageReference Include="shop.core" Version="1"/></ItemGroup></Project>',
        "Cargo.toml": '[package]\nname = "user"\n[dependencies]\nshop-core = "0.1"\n',
        "composer.json": '{"require": {"Shop/Core": "*"}}',
        "Gemfile": 'gem "shop_core"\n',
        "Package.swift": 'let p = Package(dependencies: [.package(url: "https://x.org/shop-core.git", from: "1.0")])\n',
        "Podfile": "target 'App' do\n  pod 'ShopKit/Tax', '~> 1'\nend\n",
        "Cartfile": 'github "shop/Shop-Core" ~> 1.0\n',
        "conanfile.txt": "[requires]\nshopcore/1.0\n",
    },
}


@pytest.fixture
def fleet(make_repo: Callable) -> dict[str, Any]:  # Any: a Builder
    return {name: make_repo({**CODE, **files}, name=name) for name, files in FLEET.items()}


def test_a_fleet_knows_which_repository_provides_a_package(
    fleet: dict[str, Any], scanned: Callable, rows: Callable, tmp_path: Path
):
    store = tmp_path / "store"
    for order in (("user", "core"), ("core", "user")):
        for name in order:
            scanned(fleet[name], "--store", str(store))
    asked = "SELECT path, ecosystem, package, dst FROM declared_dependency WHERE repo = 'user' AND dst_repo = 'core'"
    assert rows(tmp_path, f"{asked} ORDER BY path", store) == [
        ["Cargo.toml", "cargo", "shop-core", "rust/Cargo.toml"],
        ["Cartfile", "swift", "shop-core", "Package.swift"],
        ["Gemfile", "gem", "shop_core", "shop_core.gemspec"],
        ["Package.swift", "swift", "shop-core", "Package.swift"],
        ["Podfile", "cocoapods", "ShopKit", "ios/ShopKit.podspec"],
        ["User.csproj", "nuget", "shop.core", "net/Shop.Core.csproj"],
        ["build.gradle", "maven", "org.shop:core", "jvm/pom.xml"],
        ["composer.json", "composer", "shop/core", "php/composer.json"],
        ["conanfile.txt", "conan", "shopcore", "conanfile.py"],
        ["go.mod", "golang", "example.org/core/v2", "go.mod"],
        ["package.json", "npm", "@shop/ui", "packages/ui/package.json"],
        ["requirements.txt", "pypi", "shop-core", "pyproject.toml"],
    ]
    nobody = "SELECT package FROM declared_dependency WHERE repo = 'user' AND dst_repo = '' ORDER BY ALL"
    assert rows(tmp_path, nobody, store) == ["example.org/core", "requests", "site"]
    own = "SELECT package, dst_repo, dst, inside FROM declared_dependency WHERE repo = 'core'"
    assert rows(tmp_path, own, store) == [["@shop/ui", "core", "packages/ui/package.json", True]]


def test_who_provides_a_package_is_asked_of_the_newest_snapshots(
    make_repo: Callable, scanned: Callable, rows: Callable, tmp_path: Path
):
    store = tmp_path / "store"
    user = make_repo({**CODE, "requirements.txt": "core\n"}, name="user")
    core = make_repo({**CODE, "setup.cfg": "[metadata]\nname = core\n"}, name="core")
    for repo in (user, core):
        scanned(repo, "--store", str(store))
    asked = "SELECT dst_repo, dst FROM {} WHERE package = 'core'"
    at = f"declared_dependency_at('user@{user.head[:12]}')"
    for view in ("declared_dependency", at):
        assert rows(tmp_path, asked.format(view), store) == [["core", "setup.cfg"]]
    core.commit({"setup.cfg": None, "lib/pyproject.toml": '[project]\nname = "core"\n', "src/app.py": "x = 2\n"})
    scanned(core, "--store", str(store))
    for view in ("declared_dependency", at):
        assert rows(tmp_path, asked.format(view), store) == [["core", "lib/pyproject.toml"]]


def test_a_manifest_is_read_once_for_its_bytes(
    make_repo: Callable, scanned: Callable, rows: Callable, monkeypatch: pytest.MonkeyPatch
):
    from plumbrule.extract.manifests import declarations

    repo = make_repo({**CODE, "a/package.json": '{"name": "a"}', "go.mod": "module m\n"})
    for number in range(5):
        repo.commit({"src/app.py": f"x = {number}\n"})
    repo.commit({"go.mod": "module n\n"})
    repo.commit({"go.mod": "module m\n"})
    read = []
    inner = declarations.read
    monkeypatch.setattr(declarations, "read", lambda form, data, path: read.append(path) or inner(form, data, path))
    scanned(repo)
    assert sorted(read) == ["a/package.json", "go.mod", "go.mod"]
    repo.commit({"plumbrule.toml": 'exclude = ["nothing/**"]\n'})
    (summary,) = scanned(repo)
    assert json.dumps(summary["notes"]).count("computed anew") == 1
    assert len(read) == 3
    assert rows(repo.path, "SELECT package FROM package ORDER BY ALL") == ["a", "m"]


BUILT = {
    "lib": {
        "settings.gradle.kts": 'rootProject.name = "acme-core"\ninclude(":web")\n',
        "gradle.properties": "group=org.acme\n",
        "build.gradle.kts": "plugins { `maven-publish` }\n",
        "web/build.gradle.kts": "",
        "scala/build.sbt": 'ThisBuild / organization := "org.acme"\nlazy val acmeJson = project\n',
    },
    "app": {
        "settings.gradle": "rootProject.name = 'app'\n",
        "gradle/libs.versions.toml": '[libraries]\nacme-core = "org.acme:acme-core:1"\nx = "org.x:x:1"\n',
        "build.gradle": "dependencies {\n  implementation libs.acme.core\n  implementation libs.y\n}\n",
        "pom.xml": "<project><artifactId>a</artifactId><dependencies><dependency><groupId>org.acme</groupId>"
        "<artifactId>acmejson_2.13</artifactId></dependency></dependencies></project>",
    },
}


def test_a_fleet_knows_what_builds_make_that_say_so_in_several_files(
    make_repo: Callable, scanned: Callable, rows: Callable, tmp_path: Path
):
    store = tmp_path / "store"
    for name, files in BUILT.items():
        scanned(make_repo({**CODE, **files}, name=name), "--store", str(store))
    asked = (
        "SELECT path, package, scope, dst FROM declared_dependency WHERE repo = 'app' AND dst_repo = 'lib' ORDER BY ALL"
    )
    assert rows(tmp_path, asked, store) == [
        ["build.gradle", "org.acme:acme-core", "runtime", "build.gradle.kts"],
        ["gradle/libs.versions.toml", "org.acme:acme-core", "managed", "build.gradle.kts"],
        ["pom.xml", "org.acme:acmejson_2.13", "runtime", "scala/build.sbt"],
    ]
    reasons = "SELECT path, reason FROM manifest WHERE reason <> ''"
    assert rows(tmp_path, reasons, store) == [
        ["build.gradle", "line 3: what libs.y stands for is said nowhere, or only when it is run"]
    ]


def test_scan_upon_scan_of_a_build_in_several_files_equals_one_scan(
    make_repo: Callable, scanned: Callable, rows: Callable, told_alike: Callable, tmp_path: Path
):
    catalog = '[libraries]\nweb = "org.web:web:1"\n'
    repo = make_repo({**CODE, "build.gradle": "dependencies {\n  api libs.web\n}\n", "settings.gradle": ""})
    changes: tuple[dict[str, str | None], ...] = (
        {"gradle/libs.versions.toml": catalog},
        {"gradle/libs.versions.toml": catalog.replace(":1", ":2")},
        {"gradle.properties": "group=org.acme\n"},
        {"settings.gradle": "rootProject.name = 'shop'\n"},
        {"src/app.py": "x = 7\n"},
        {"gradle/libs.versions.toml": None},
    )
    for change in changes:
        repo.commit(change)
        scanned(repo)
    whole = tmp_path / "whole"
    scanned(repo, "--store", str(whole))
    told_alike(repo.path, ["declared_dependency", "manifest", "package"], 7, whole)
    wanted = "SELECT list(wanted) FROM declared_dependency_at('{}') WHERE path = 'build.gradle'"
    made = "SELECT list(package) FROM package_at('{}')"
    line = rows(repo.path, "SELECT snapshot FROM snapshot ORDER BY position")
    assert [rows(repo.path, wanted.format(at))[0] for at in line] == [None, ("1",), *[("2",)] * 4, None]
    assert [rows(repo.path, made.format(at))[0] for at in line] == [*[None] * 4, *[("org.acme:shop",)] * 3]


def test_the_very_name_of_a_package_comes_before_one_without_its_version_of_scala(
    make_repo: Callable, scanned: Callable, rows: Callable, tmp_path: Path
):
    pom = "<project><groupId>org</groupId><artifactId>{}</artifactId></project>"
    row = "<groupId>org</groupId><artifactId>{}</artifactId>"
    asked = f"<project><dependencies><dependency>{row}</dependency></dependencies></project>"
    store = tmp_path / "store"
    made, wanted = (pom.format("core"), pom.format("core_2.13")), (asked.format("core_2.13"), asked.format("core_3"))
    for name, text in zip("abcd", (*made, *wanted), strict=True):
        scanned(make_repo({**CODE, "pom.xml": text}, name=name), "--store", str(store))
    found = rows(tmp_path, "SELECT repo, package, dst_repo FROM declared_dependency ORDER BY ALL", store)
    assert found == [["c", "org:core_2.13", "b"], ["d", "org:core_3", "a"]]
