"""Globs mean what git means by them; the judge is git itself."""

from __future__ import annotations

import subprocess

import pytest

from plumbrule.errors import SettingsError
from plumbrule.globs import beginning, matcher

PATHS = [
    "a.py", "A.py", "b/a.py", "b/c/a.py", "b/c/d/e.ts", "src/web/page.py", "src/web/deep/page.py", "src/webx/page.py",
    "src/web", "web/src/web/x.py", "x y.py", "x[1].py", "x1.py", "x2.py", "x].py", "xa.py", "x-.py", "we!rd.py",
    "back\\slash.py", "#hash.py", "!bang.py", "star*.py", "q?.py", "third_party/a/b.py", "lib/third_party/a.py",
    "tests/test_a.py", "a/tests/b.py", "dist/x", "dist.py", "deep/dist/x", ".hidden/a.py", "a.b.c", "ünï/cödé.py",
    "line\nbreak.py", "node_modules/x/index.js", "packages/a/node_modules/x.js", "packages/a/src/i.ts",
]  # fmt: skip

GLOBS = [
    "a.py", "/a.py", "*.py", "/*.py", "**/*.py", "b/**", "b/*", "b/", "/b", "b/**/a.py", "**/a.py", "src/web/**",
    "src/web",
    "src/web/", "src/*/page.py", "src/**/page.py", "**/web/**", "web", "third_party/**", "**/third_party/**",
    "third_party/", "x[0-9].py", "x[!0-9].py", "x[^a]*", "x[]a].py", "x\\[1\\].py", "x?.py", "q\\?.py", "star\\*.py",
    "\\#hash.py", "\\!bang.py", "x y.py", "**", "*", "**/", "/**", "a.*", "*.b.*", "packages/*/src/**", "node_modules",
    "packages/**/node_modules/**", "dist", "dist/", "/dist/**", ".hidden/**", "*ash.py", "back\\\\slash.py", "ünï/*",
    "tests/**", "**/tests/**", "b/**/**/a.py", "b/c**", "x[[:digit:]].py", "x[[:alpha:]_].py", "x[a-].py",
    "s**c/web/**",
    "src/we[a-c]/*", "src/web/**/page.py", "a.py  ", "x[z-a].py", "line?break.py", "**/*.ts", "*/*/*.py", "b/c/d/",
]  # fmt: skip


@pytest.fixture(scope="module")
def ignored(tmp_path_factory):
    """{glob: the paths that git takes it to mean}, asked of git with one repository for each glob."""
    found = {}
    for number, glob in enumerate(GLOBS):
        folder = tmp_path_factory.mktemp(f"globs{number}")
        subprocess.run(["git", "init", "-q", str(folder)], check=True)
        subprocess.run(["git", "-C", str(folder), "config", "core.ignorecase", "false"], check=True)
        (folder / ".git/info/exclude").write_text(glob + "\n", encoding="utf-8")
        done = subprocess.run(
            ["git", "-C", str(folder), "check-ignore", "--no-index", "-z", "--stdin"],
            input="\0".join(PATHS).encode(),
            capture_output=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        found[glob] = {path for path in done.stdout.decode().split("\0") if path}
    return found


def test_a_glob_means_what_git_means(ignored):
    different = {}
    for glob in GLOBS:
        taken = matcher((glob,))
        mine = {path for path in PATHS if taken(path)}
        if mine != ignored[glob]:
            different[glob] = (mine - ignored[glob], ignored[glob] - mine)
    assert different == {}


def test_what_a_glob_means_begins_as_it_does():
    meant = [(glob, path) for glob in GLOBS for path in PATHS if matcher((glob,))(path)]
    assert len(meant) > 100
    assert all(path.startswith(beginning(glob)) for glob, path in meant)
    assert beginning("src/web/**") == "src/web/"
    assert beginning("/src/we[a-c]/*") == "src/we"
    assert beginning("*.py") == beginning("page.py") == beginning("a\\*") == ""


def test_case_counts():
    assert not matcher(["SRC/**"])("src/a.py")


def test_the_last_glob_that_matches_decides():
    taken = matcher(["src/**", "!src/keep/**", "src/keep/not/**"])
    assert [taken(p) for p in ("src/a.py", "src/keep/a.py", "src/keep/not/a.py", "b.py")] == [True, False, True, False]


def test_no_globs_take_nothing():
    assert not matcher([])("a.py")


@pytest.mark.parametrize(
    ("glob", "words"),
    [
        ("", "names nothing; write '**'"),
        ("/", "names nothing"),
        ("./src/**", "write 'src/**'"),
        ("../other/**", "write 'other/**'"),
        ("src//web", "write 'src/web'"),
        ("src/[ab", "opens a '[' that is never closed"),
        ("src\\", "ends in a backslash"),
        ("# all of it", "write '\\# all of it'"),
    ],
)
def test_a_glob_that_can_match_nothing_is_refused_with_what_to_write(glob, words):
    with pytest.raises(SettingsError) as refused:
        matcher([glob])
    assert words in str(refused.value)


def test_a_hostile_path_does_not_take_long():
    taken = matcher(["**/a*b*c*d*e*/**/x.py", "*a*a*a*a*a*a*b"])
    assert not taken("a" * 4000 + "/" + "a" * 4000 + ".py")
