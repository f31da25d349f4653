"""A resolver that says it outlasts a change answers as one that is made of the tree after it."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.languages import Lasting, language_of, languages
from plumbrule.resolve import EXCLUDED, Entry, Tree

FOLDERS = ("", "a", "a/b", "a/b/c", "src", "src/a", "src/a/b", "tests", "tests/a", "a/project", "buildSrc")
SAID = {
    "python": {
        "__init__.py": ("",), "__init__.pyi": ("",), "one.py": ("",), "a.py": ("",), "two.pyi": ("",), "b.txt": ("",),
        "pyproject.toml": ("[project]\nname = 'a'", "[tool.setuptools.packages.find]\nwhere = ['src', 'a']"),
        "setup.py": ("setup(package_dir={'': 'a'})",),
    },
    "java": {
        "One.java": ("",), "Two.kt": ("",), "Three.scala": ("",), "pom.xml": ("<artifactId>a</artifactId>",),
        "build.gradle": ("group = 'org.a'\nandroid {}", "dependencies { api project(':b') }"),
        "one.proto": ("package org.b;",), "b.txt": ("",),
    },
    "typescript": {
        "one.ts": ("",), "index.tsx": ("",), "data.json": ("{}",), "b.txt": ("",),
        "package.json": ('{"name": "one"}', '{"workspaces": ["a/*"]}'),
        "tsconfig.json": ("{}", '{"extends": "./tsconfig.base.json"}'),
        "tsconfig.base.json": ('{"compilerOptions": {"baseUrl": "a"}}',),
    },
}  # fmt: skip


def steps(language: str) -> st.SearchStrategy[list[dict[str, str | None]]]:
    """Moves: what the files at these paths say from then on, None where there is none, "-" where it is left out."""
    said = SAID[language]
    paths = [f"{folder}/{name}".lstrip("/") for folder in FOLDERS for name in said]
    contents = st.sampled_from(sorted({text for texts in said.values() for text in texts} | {"-"}))
    one = st.dictionaries(st.sampled_from(paths), st.one_of(st.none(), contents, contents), min_size=1, max_size=6)
    return st.lists(one, min_size=1, max_size=8)


def moved(tree: Tree, step: dict[str, str | None]) -> Iterator[str]:
    for path, said in step.items():
        is_code = language_of(path) is not None  # of other files a policy says nothing
        entry = None if said is None else Entry(said, "x") if said != "-" else EXCLUDED if is_code else None
        if tree.held(path) != entry:
            yield path
            yield from tree.put(path, entry)


def check(name: str, walk: list[dict[str, str | None]]) -> int:
    tree = Tree(lambda path, blob: blob.encode())
    dialects = [one for one in languages().values() if one.name == name]
    language, endings = (
        dialects[0],
        tuple({end for one in dialects for end in (*one.suffixes, *one.manifests, *one.listed)}),
    )
    asked = tree.watch()
    kept = language.resolver(tree)
    lasted = 0
    for step in walk:
        before = {path: tree.held(path) for path in step}
        appeared = set(moved(tree, step))
        changed = {path for path, held in before.items() if None not in (held, tree.held(path))}
        changed -= {path for path, held in before.items() if EXCLUDED in (held, tree.held(path))}
        tree.rest()
        new_asked = tree.watch()
        new = language.resolver(tree)
        tree.rest()
        assert isinstance(kept, Lasting)
        if asked.isdisjoint(appeared) and kept.outlasts(
            {path for path in appeared - changed if path.endswith(endings)}
        ):
            assert kept.fingerprint() == new.fingerprint()
            lasted += 1
        else:
            kept, asked = new, new_asked
    return lasted


@settings(max_examples=300, deadline=None)
@given(steps("python"))
def test_a_python_resolver_outlasts_only_what_settles_nothing(walk: list[dict[str, str | None]]) -> None:
    check("python", walk)


@settings(max_examples=300, deadline=None)
@given(steps("java"))
def test_a_resolver_of_the_jvm_outlasts_only_what_settles_nothing(walk: list[dict[str, str | None]]) -> None:
    check("java", walk)


@settings(max_examples=300, deadline=None)
@given(steps("typescript"))
def test_a_typescript_resolver_outlasts_only_what_settles_nothing(walk: list[dict[str, str | None]]) -> None:
    check("typescript", walk)


def test_resolvers_outlast_files_that_come_beside_others() -> None:
    assert check("python", [{"a/__init__.py": "", "a/one.py": ""}, {"a/two.py": ""}, {"a/two.py": None}]) == 2
    assert check("python", [{"a/__init__.py": ""}, {"a/b/__init__.py": ""}, {"a/b/__init__.py": None}]) == 2
    assert check("java", [{"build.gradle": ""}, {"a/One.java": ""}, {"a/One.java": None}]) == 2
    assert check("typescript", [{"package.json": "{}"}, {"a/one.ts": ""}, {"a/data.json": "{}"}]) == 2
