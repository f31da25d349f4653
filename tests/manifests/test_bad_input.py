"""Whatever the bytes are: rows or a reason, in bounded time, and never an exception."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.extract.manifests.formats import format_of, known_formats, packed, read, unpacked
from plumbrule.extract.manifests.reading import Reading

# One small manifest of each format, to be damaged.
EXAMPLES = {
    "requirements.txt": "flask>=2 # web\nrequests==2.31 \\\n  --hash=sha256:ab\n-e ./lib#egg=lib\n",
    "pyproject.toml": '[project]\nname = "a"\ndependencies = ["b>=1"]\n[tool.poetry.dependencies]\nc = {path = "c"}\n',
    "setup.cfg": "[metadata]\nname = a\n[options]\ninstall_requires =\n  b>=1\n",
    "setup.py": 'setup(name="a", install_requires=["b>=1"], extras_require={"x": ["y"]})\n',
    "Pipfile": '[packages]\nb = "*"\n',
    "Pipfile.lock": '{"default": {"b": {"version": "==1"}}}',
    "poetry.lock": '[[package]]\nname = "b"\nversion = "1"\n[package.source]\ntype = "directory"\n',
    "uv.lock": '[[package]]\nname = "b"\nversion = "1"\nsource = { editable = "." }\n',
    "pdm.lock": '[[package]]\nname = "b"\nversion = "1"\ngroups = ["default"]\n',
    "pylock.toml": '[[packages]]\nname = "b"\nversion = "1"\n',
    "package.json": '{"name": "a", "dependencies": {"b": "npm:c@^1"}}',
    "package-lock.json": '{"packages": {"node_modules/b": {"version": "1"}, "node_modules/c": {"link": true}}}',
    "yarn.lock": '# yarn lockfile v1\n"b@^1", b@1:\n  version "1.0"\n',
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .:\n    x:\npackages:\n  b@1.0:\n    dev: true\n",
    "bun.lock": '{"packages": {"b": ["b@1.0", "", {}, "s"],}, // x\n}',
    "go.mod": "module a\nrequire (\n  b v1 // indirect\n)\nreplace b => ../b\n",
    "go.sum": "b v1.0.0 h1:ab=\n",
    "go.work": "use (\n  ./a\n)\n",
    "pom.xml": "<project><groupId>g</groupId><artifactId>a</artifactId><dependencies><dependency><groupId>b</groupId>"
    "<artifactId>c</artifactId><version>${v}</version></dependency></dependencies></project>",
    "build.gradle": "group = 'g'\ndependencies { implementation 'a:b:1'; api project(':c') }\nid 'x' version '1'\n",
    "settings.gradle.kts": 'include(":a")\n',
    "gradle.properties": "group=a.b\n",
    "libs.versions.toml": '[versions]\nv = "1"\n[libraries]\na = { module = "b:c", version.ref = "v" }\n',
    "gradle.lockfile": "a:b:1=testRuntimeClasspath\n",
    "build.sbt": 'organization := "g"\nname := "a"\nlibraryDependencies += "b" %% "c" % "1" % Test\n',
    "project/Dependencies.scala": 'object D {\n  val b = "b" %% "c" % "1" % Test\n}\n',
    "a.csproj": '<Project><ItemGroup><PackageReference Include="b" Version="1"/></ItemGroup></Project>',
    "Directory.Packages.props": '<Project><ItemGroup><PackageVersion Include="b" Version="1"/></ItemGroup></Project>',
    "packages.config": '<packages><package id="b" version="1"/></packages>',
    "packages.lock.json": '{"dependencies": {"net6.0": {"b": {"resolved": "1"}}}}',
    "Cargo.toml": '[package]\nname = "a"\n[dependencies]\nb = { version = "1", optional = true }\n',
    "Cargo.lock": '[[package]]\nname = "b"\nversion = "1"\nsource = "registry+x"\n',
    "composer.json": '{"name": "v/a", "require": {"v/b": "^1"}}',
    "composer.lock": '{"packages": [{"name": "v/b", "version": "1"}]}',
    "Gemfile": 'group :test do\n  gem "b", "~> 1", groups: [:a, :b]\nend\n',
    "Gemfile.lock": "GEM\n  specs:\n    b (1.0)\n",
    "a.gemspec": 'Gem::Specification.new("a") do |s|\n  s.add_dependency "b", ">= 1"\nend\n',
    "Package.swift": 'let p = Package(name: "a", dependencies: [.package(url: "u/b", "1.0"..<"2.0")])\n',
    "Package.resolved": '{"pins": [{"identity": "b", "state": {"version": "1"}}]}',
    "Podfile": "target 'a' do\n  pod 'b/c', '~> 1', :git => \"u\" if d\n  e 'f'\nend\ndef e(g)\n  pod 'h'\nend\n",
    "Podfile.lock": "PODS:\n  - b (1):\n    - c\nDEPENDENCIES:\n  - b (~> 1)\nEXTERNAL SOURCES:\n  b:\n    :path: b\n",
    "a.podspec": "Pod::Spec.new do |s|\n  s.name = 'a'\n  s.subspec 'b' do |t|\n    t.dependency 'c', '1'\n  end\n",
    "Cartfile": 'github "a/b" ~> 1.0 # c\ngit "u/d.git" "e"\n',
    "Cartfile.resolved": 'github "a/b" "1.0"\n',
    "conanfile.txt": "[requires]\nb/1.0\n",
    "conanfile.py": 'class A(ConanFile):\n    name = "a"\n    requires = "b/1.0", "c/1"\n',
    "vcpkg.json": '{"name": "a", "dependencies": ["b", {"name": "c", "version>=": "1"}]}',
    "CMakeLists.txt": "project(a)\nfind_package(b 1.0)\nFetchContent_Declare(c GIT_TAG v1)\n",
}


def _read(name: str, data: bytes) -> Reading:
    form = format_of(name)
    assert form is not None
    return read(form, data, name)


def test_every_format_has_an_example():
    assert {format_of(name) for name in EXAMPLES} == set(known_formats())


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_says_something_and_is_kept_as_it_was_read(name: str):
    reading = _read(name, EXAMPLES[name].encode())
    assert reading.reason == ""
    assert reading.declared or reading.said
    assert unpacked(packed(reading)) == reading


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("spell", [
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: text.replace("\n", "\r\n").encode(),
    lambda text: text.replace("\n", "\r").encode(),
    lambda text: text.encode("utf-16"),
], ids=["utf-8-bom", "crlf", "cr", "utf-16"])  # fmt: skip
def test_how_lines_and_letters_are_encoded_makes_no_difference(name: str, spell: Callable[[str], bytes]):
    assert _read(name, spell(EXAMPLES[name])) == _read(name, EXAMPLES[name].encode())


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfe\xfa", "not UTF-8, and it does not say what else"),
        (b"# caf\xe9\n", "not UTF-8, and it does not say what else"),
        (b"# encoding: no-such\n", "says that it is encoded as no-such, which is unknown"),
        (b"a\0b", "binary"),
        (b"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n", "holds the marks of a conflict that was not resolved"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\n", "kept in Git LFS"),
    ],
    ids=["noise", "latin-1", "encoding", "binary", "conflict", "lfs"],
)
def test_what_is_no_text_is_told(name: str, data: bytes, why: str):
    assert _read(name, data) == Reading(reason=why)


def _rows_are_sound(reading: Reading) -> None:
    for row in (*reading.declared, *reading.published):
        assert row.package
        for value in row:
            assert not isinstance(value, str) or (value.isprintable() and len(value) <= 400), row
    assert reading.reason.isprintable()


@settings(max_examples=25, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", EXAMPLES)
def test_noise_breaks_nothing(name: str, data: st.DataObject):
    text = bytearray(EXAMPLES[name].encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text)))
        piece = data.draw(
            st.one_of(
                st.binary(max_size=3),
                st.sampled_from(
                    [b'"', b"'", b"(", b")", b"[", b"{", b"}", b"\n", b"<", b"\\", b"=", b":", b"${", b"<<<<<<< "]
                ),
                st.sampled_from([value.encode() for value in EXAMPLES.values()]),
            )
        )
        text[at : at + data.draw(st.integers(0, 5))] = piece
    cut = data.draw(st.integers(0, len(text)))
    for part in (bytes(text), bytes(text[:cut])):
        _rows_are_sound(_read(name, part))


HOSTILE = {
    "brackets": "[" * 40_000,
    "braces": '{"a":' * 40_000,
    "calls": "setup(" * 10_000,
    "quotes": '"' * 80_001,
    "single quotes": "'" * 80_001,
    "escapes": '"' + '\\"' * 40_000,
    "cut escapes": '"\\' * 40_000,
    "comments": "/*" * 40_000,
    "spaces": "a = " + " " * 80_000 + "b",
    "one line": "implementation " * 6_000,
    "functions": "def " * 20_000,
    "pods in brackets": "pod " + "[" * 60_000,
    "versions in brackets": "pod 'a', " + "[" * 60_000 + "]" * 60_000,
    "arguments in brackets": "s.dependency(" * 12_000 + "'a'",
    "nameless functions": "def [\n" * 12_000 + "pod 'a'\n",
    "functions in functions": "".join(f"def a{n}\n a{n + 1}\n a{n + 2}\nend\n" for n in range(4_000)),
    "commas": "gem " + '"a", ' * 12_000,
    "headers": "[[package]]\n" * 12_000,
    "keys": '{"dependencies": {' + ", ".join(f'"p{n}": "1"' for n in range(8_000)) + "}}",
    "hidden keys": '{"dependencies": {' + ", ".join(f'"\\u0070{n}": "1"' for n in range(8_000)) + "}}",
    "yaml": "lockfileVersion: 1\npackages:\n" + "  a: &a\n  b: *a\n" * 6_000,
    "deep yaml": "".join(" " * depth + "a:\n" for depth in range(1000)),
    "calls of cmake": "project(" * 12_000,
    "dashes": "-" * 80_000,
    "at": "a@" * 40_000,
    "slashes": "/" * 80_000,
    "words": "a." * 40_000,
    "names": "a-b_c." * 12_000 + "!",
    "long number": "a = " + "9" * 80_000,
    "conflicts": "<<<<<<< a\n" * 4_000,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_hostile_text_costs_little(done_apart: Callable[..., list[str]], name: str):
    texts = list(HOSTILE.values())

    def answer(number: int) -> str:
        _rows_are_sound(_read(name, texts[number].encode()))
        return ""

    assert dict(zip(HOSTILE, done_apart(len(texts), answer, 3.0), strict=True)) == dict.fromkeys(HOSTILE, "")


@pytest.mark.parametrize(
    ("path", "text", "what"),
    [
        ("setup.py", "setup(name='a', install_requires=read('requirements.txt'))", "read"),
        ("setup.py", "setup(name='a', extras_require={'x': [*theirs, 'b']})", "theirs"),
        ("setup.py", "setup(name=NAME)", "NAME"),
        ("Gemfile", "gem ENV['RAILS'] || 'rails'", "ENV[RAILS]||rails"),
        ("Gemfile", "names.each do |one|\n  gem one\nend", "one"),
        ("Gemfile", 'gem "a-#{b}"', "a-#{b}"),
        ("a.gemspec", "Gem::Specification.new do |s|\n  s.name = NAME\nend", "NAME"),
        ("a.gemspec", "s.add_dependency ours('x'), '1'", "ours(x),1"),
        ("conanfile.py", "class A:\n  def requirements(self):\n    self.requires(REF)", "REF"),
        ("CMakeLists.txt", "find_package(${NAME})", "${NAME}"),
    ],
)
def test_what_only_running_a_program_would_tell_is_told_to_be_unknown(
    reading: Callable, path: str, text: str, what: str
):
    found = reading(path, text)
    line = 1 + max(n for n, one in enumerate(text.split("\n")) if what.split("[")[0].split("(")[0] in one)
    assert found.reason == f"line {line}: what {what} stands for is said nowhere, or only when it is run"
    assert {row.package for row in found.declared} <= {"b"}
    assert {row.package for row in found.published} <= {"a"}


def test_a_manifest_that_speaks_of_too_much_is_told(reading: Callable):
    many = '{"dependencies": {' + ", ".join(f'"p{n}": "1"' for n in range(60_000)) + "}}"
    assert reading("package.json", many) == Reading(reason="speaks of more than 50,000 packages")
