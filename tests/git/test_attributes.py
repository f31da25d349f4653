"""Generated and vendored files, as git itself reads .gitattributes."""

from __future__ import annotations

import pytest

from plumbrule.git import marks

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
    found = marks({path: text.encode() for path, text in files.items()}, PATHS)
    assert found.generated == expected["linguist-generated"]
    assert found.vendored == expected["linguist-vendored"]
    assert expected["linguist-generated"] or expected["linguist-vendored"]


def test_a_repository_reads_the_attributes_of_a_tree(make_repo, opened):
    repo = make_repo({".gitattributes": "*.pb.py linguist-generated\n", "a.pb.py": "", "lib/b.pb.py": ""})
    repo.commit({"lib/.gitattributes": "*.py -linguist-generated linguist-vendored\n"})
    found = opened(repo)
    assert found.marks(found.tree(repo.head)) == ({"a.pb.py"}, {"lib/b.pb.py"})


@pytest.mark.parametrize(
    "line",
    ["a?*" * 20 + "b", "*" * 5000 + "x", "[" * 5000, "**/a/" * 20 + "b", "*a" * 500 + "b", "(a+)+b", "[a-", "\\"],
    ids=lambda line: line[:10],
)
def test_a_hostile_pattern_neither_marks_nor_hangs(line):
    content = f"{line} linguist-generated\n".encode()
    assert marks({".gitattributes": content}, ["a" * 5000, "a/" * 500 + "c", "b"]).generated == set()


def test_an_enormous_attributes_file_is_passed_over():
    assert marks({".gitattributes": b"* linguist-generated\n" * 100_000}, ["a"]).generated == set()
