"""One tree, however it was come by: the rows are the same."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

VIEWS = (
    "file", "symbol", "dependency", "external_dependency", "unresolved", "skipped", "component", "component_dependency",
    "cycle", "cycle_edge", "file_group", "group_way", "package_licence", "pattern_match",
)  # fmt: skip
# What folders show may differ between a branch and the line that it is compared with; then that of the line counts.
POLICY = """\
[components]
inner = "shop/inner/**"
shop = "shop/**"
web = "web/**"

[[layers]]
order = ["web", "**/[ab]*.py", "inner"]
transitive = true

[[forbid]]
from = "**/alpha.*"
to = "**/omega.*"
transitive = true

[[independent]]
siblings = ["shop/*", "!**/__init__.py"]
transitive = true

[[packages]]
from = "shop/**"
forbid = ["java.util", "left"]
licences_forbid = ["GPL-*"]

[[pattern]]
name = "uses"
language = "python"
in = ["shop/**", "!shop/inner/g*"]
query = '(call function: (identifier) @found)'

[[pattern]]
name = "numbers"
language = "typescript"
query = '(predefined_type) @found'
"""
NAMES = ("alpha", "beta", "gamma", "delta", "omega")
PLACES = ("shop", "shop/inner", "web")


def _python(place: str, name: str, chance: Random) -> str:
    lines = []
    for other in chance.sample(NAMES, 2):
        module = chance.choice([f".{other}", f"shop.{other}", f"shop.inner.{other}"])
        lines.append(f"from {module} import {chance.choice(['*', f'use_{other}', 'gone'])}")
    return "\n".join(
        [*lines, "", f"def use_{name}(a, b={chance.randint(1, 3)}):", f"    return use_{name}(a) or b", ""]
    )


def _typescript(place: str, name: str, chance: Random) -> str:
    other = chance.choice(NAMES)
    way = chance.choice(["import {{ use_{0} }} from", "export * from", "export {{ use_{0} as more }} from"])
    return f'{way.format(other)} "./{other}";\nexport function use_{name}(n: number) {{\n  return n;\n}}\n'


def _java(place: str, name: str, chance: Random) -> str:
    other = chance.choice(NAMES).title()
    package, around = place.replace("/", "."), chance.choice(PLACES).replace("/", ".")
    return (
        f"package {package};\n\nimport {around}.{other};\nimport java.util.List;\n\n"
        f"public class {name.title()} extends {other} {{\n  List<{other}> all() {{ return {other}.some(); }}\n}}\n"
    )


def _go(place: str, name: str, chance: Random) -> str:
    other = chance.choice(PLACES)
    package, asked = place.rpartition("/")[2], other.rpartition("/")[2]
    said = f'import "example.com/all/{other}"\n\n' if other != place else ""
    called = f"{asked}.Use{chance.choice(NAMES).title()}()" if said else f"Use{chance.choice(NAMES).title()}()"
    return f"package {package}\n\n{said}func Use{name.title()}() int {{\n\treturn {called}\n}}\n"


MAKERS: dict[str, Callable[[str, str, Random], str]] = {
    ".py": _python, ".ts": _typescript, ".java": _java, ".go": _go,
}  # fmt: skip
PATHS = [
    (place, f"{name.title() if ending == '.java' else name}{ending}")
    for place in PLACES
    for name in NAMES
    for ending in MAKERS
]


def _step(repo: Any, chance: Random, other: Random) -> None:  # Any: a Builder
    changes: dict[str, str | bytes | None] = {"note.txt": f"{chance.random()}\n"}
    if other.random() < 0.5:
        names, version = other.sample(NAMES, 2), other.randint(1, 3)
        held = {f"node_modules/{name}": {"license": f"GPL-{version}.0"} for name in names}
        changes[f"{other.choice(PLACES)}/package-lock.json"] = json.dumps({"packages": held})
    for place, file in chance.sample(PATHS, chance.randint(1, 8)):
        path, (name, _, ending) = f"{place}/{file}", file.partition(".")
        if (repo.path / path).exists() and chance.random() < 0.3:
            changes[path] = None
        elif chance.random() < 0.05:
            changes[path] = b"broken \xff\n"
        else:
            changes[path] = MAKERS[f".{ending}"](place, name.lower(), chance)
    repo.commit(changes)


@pytest.mark.parametrize("seed", range(4))
def test_a_tree_has_the_same_rows_however_it_was_come_by(
    seed: int, make_repo: Callable, scanned: Callable, rows: Callable, tmp_path: Path
) -> None:
    chance, other_chance = Random(seed), Random(seed)
    repo = make_repo({"go.mod": "module example.com/all\n", "shop/__init__.py": "", "plumbrule.toml": POLICY})
    steps = tmp_path / "steps"
    for _ in range(8):
        _step(repo, chance, other_chance)
        if chance.random() < 0.5:
            scanned(repo, "--store", str(steps))
    scanned(repo, "--store", str(steps))

    def told(store: Path, at: str = "") -> dict[str, list[Any]]:
        asked = {view: f"{view}_at('{at}')" if at else view for view in VIEWS}
        return {view: rows(repo.path, f"SELECT * FROM {source} ORDER BY ALL", store) for view, source in asked.items()}

    cold = tmp_path / "cold"
    scanned(repo, "--history", "1", "--store", str(cold))
    expected = told(cold)
    assert len(expected["dependency"]) > 20
    assert all(expected[view] for view in ("file_group", "package_licence", "pattern_match"))
    assert told(steps) == expected  # warm: what was new since the last scan
    whole = tmp_path / "whole"
    scanned(repo, "--history", "all", "--store", str(whole))
    assert told(whole) == expected
    warm = tmp_path / "warm"  # nothing but the facts
    warm.mkdir()
    shutil.copy(whole / "facts.sqlite", warm)
    scanned(repo, "--history", "1", "--store", str(warm))
    assert told(warm) == expected

    # As a branch, and as what lies uncommitted on an older commit, beside a line that ends elsewhere.
    head = repo.head
    there = tmp_path / "there"
    subprocess.run(["git", "clone", "--quiet", repo.path, there / "repo"], check=True)
    other = type(repo)(there / "repo")
    other.git("remote", "remove", "origin")
    other.git("branch", "topic", head)
    other.git("reset", "--quiet", "--hard", "HEAD~5")
    beside = tmp_path / "beside"
    scanned(other, "--store", str(beside))
    scanned(other, "--ref", "topic", "--store", str(beside))
    assert told(beside, f"repo@{head[:12]}") == expected
    other.git("read-tree", "-u", "--reset", head)
    scanned(other, "--worktree", "--store", str(beside))
    (worktree,) = rows(other.path, "SELECT snapshot FROM snapshot WHERE kind = 'worktree'", beside)
    assert told(beside, worktree) == expected
