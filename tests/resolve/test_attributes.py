"""Generated and vendored files, as git itself reads .gitattributes."""

from __future__ import annotations

import pytest

from plumbrule.resolve.attributes import GENERATED, VENDORED, Attributes

PATHS = [
    "a.py", "b.pb.py", "gen/a.py", "gen/deep/b.py", "lib/gen/a.py", "lib/vendor/x/y.js", "vendor/x.js", "lib/keep.py",
    "lib/odd name.py", 'lib/quo"te.py', "lib/[set].py", "lib/s1.py", "lib/s2.py", "lib/sx.py",
    "deep/a/b/c/z.py", "deep/z.py",
]  # fmt: skip


@pytest.mark.parametrize(
    ("top", "lib"),
    [
        ("*.pb.py linguist-generated", ""),
        ("*.pb.py linguist-generated=true\n*.py -linguist-generated\ngen/** linguist-vendored", ""),
        ("gen/** linguist-generated=true\nvendor/** linguist-vendored", ""),
        ("gen linguist-generated\ngen/ linguist-generated\n/gen/* linguist-generated", ""),
        ("**/gen/** linguist-generated\n**/vendor/** linguist-vendored=true", ""),
        ("gen/a.py linguist-generated\na.py linguist-vendored\n/a.py -linguist-vendored", ""),
        ("* linguist-generated", "keep.py -linguist-generated\ngen/a.py !linguist-generated"),
        ('"lib/odd name.py" linguist-generated\n"lib/quo\\"te.py" linguist-generated', ""),
        ("lib/\\[set\\].py linguist-generated\nlib/s[0-9].py linguist-vendored", "s[!12].py linguist-generated"),
        ("deep/**/z.py linguist-generated\ndeep/**z.py linguist-vendored\ndeep/?.py linguist-vendored", ""),
        ("[attr]made linguist-generated\ngen/** made\n# *.py linguist-generated\n!a.py linguist-generated", ""),
        ("*.py linguist-generated=false\nb* linguist-generated text eol=lf\n[z-a] linguist-generated", ""),
        ("\\*.py linguist-generated\nlib/*e?.py linguist-generated\nlib/*** linguist-vendored", ""),
        ("**/deep/**/b/**/*.py linguist-generated\ndeep/** linguist-vendored\ndeep/*/*/*/z.py -linguist-vendored", ""),
    ],
)
def test_marks_are_those_of_git(make_repo, top, lib):
    files = {".gitattributes": top + "\n", "lib/.gitattributes": lib + "\n"}
    repo = make_repo(dict.fromkeys(PATHS, "") | files)
    asked = "\0".join(PATHS).encode()
    told = repo.git("check-attr", "--stdin", "-z", "linguist-generated", "linguist-vendored", stdin=asked).split("\0")
    expected = {"linguist-generated": set(), "linguist-vendored": set()}
    for path, name, value in zip(told[0::3], told[1::3], told[2::3], strict=False):
        if value in ("set", "true"):
            expected[name].add(path)
    said = Attributes({path: text.encode() for path, text in files.items()}.get)
    for name in (GENERATED, VENDORED):
        assert {path for path in PATHS if said.of(path).get(name)} == expected[name]
    assert expected["linguist-generated"] or expected["linguist-vendored"]


@pytest.mark.parametrize(
    "line",
    ["a?*" * 20 + "b", "*" * 5000 + "x", "[" * 5000, "**/a/" * 20 + "b", "*a" * 500 + "b", "(a+)+b", "[a-", "\\"],
    ids=lambda line: line[:10],
)
def test_a_hostile_pattern_neither_marks_nor_hangs(line):
    content = f"{line} linguist-generated\n".encode()
    said = Attributes({".gitattributes": content}.get)
    assert not any(said.of(path) for path in ["a" * 5000, "a/" * 500 + "c", "b"])


def test_an_enormous_attributes_file_is_passed_over():
    assert Attributes({".gitattributes": b"* linguist-generated\n" * 100_000}.get).of("a") == {}


def test_what_is_taken_back_is_told_from_what_was_never_said():
    said = Attributes({".gitattributes": b"*.py -linguist-vendored\nb.py !linguist-vendored\n"}.get)
    assert (said.of("a.py"), said.of("b.py"), said.of("c.js")) == ({VENDORED: False}, {VENDORED: None}, {})


def test_thousands_of_files_named_one_by_one_all_count():
    lines = "".join(f"/gen/part{n}.py linguist-generated\n" for n in range(5_000))
    said = Attributes({".gitattributes": lines.encode()}.get)
    assert said.of("gen/part4999.py") == {GENERATED: True}
    assert said.of("gen/part5000.py") == {}
