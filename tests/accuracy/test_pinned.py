"""A small part of `make accuracy` on a project that the lock file pins: edges and figures of an installed networkx."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of networkx' graph classes, readers and generators, as they were installed."""
    installed = Path(str(metadata.distribution("networkx").locate_file("networkx")))
    folder = tmp_path_factory.mktemp("pinned") / "networkx"
    left_out = shutil.ignore_patterns("__pycache__", "tests", "algorithms", "drawing")
    shutil.copytree(installed, folder / "networkx", ignore=left_out)
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "all"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def beside(monkeypatch_module: pytest.MonkeyPatch) -> None:
    monkeypatch_module.syspath_prepend(str(HERE))


@pytest.fixture(scope="module")
def monkeypatch_module() -> object:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.mark.usefixtures("beside")
def test_imports_of_python_are_those_that_grimp_and_ruff_hold(tree: Path) -> None:
    accuracy, tool = importlib.import_module("accuracy"), importlib.import_module("tools.python").TOOL
    assert tool.version() is not None
    nothing_explained = importlib.import_module("comparing").Explanations(HERE / "explained" / "none.toml", "networkx")
    (found,) = accuracy.compared(tool, tree, nothing_explained).values()
    assert found.sure > 150
    assert [d for d in found.differences if d.side == "missing"] == []
    assert found.precision() >= 0.995


@pytest.mark.usefixtures("beside")
def test_cyclomatic_complexities_of_python_are_those_that_radon_counts(tree: Path) -> None:
    figures = importlib.import_module("figures")
    rival = next(one for one in figures.RIVALS if one.tool == "radon")
    found = figures.compared(tree, rival, figures.our_functions(tree, ("python",), rival.figure))
    assert found.compared > 500
    assert found.equal(0) >= rival.floor * found.compared


def test_a_tool_that_fails_is_a_row_and_the_next_language_is_compared(tmp_path: Path) -> None:
    code = tmp_path / "code/src/main/java"
    code.mkdir(parents=True)
    (code / "A.java").write_text("class A { B b; }\n")
    (code / "B.java").write_text("class B { }\n")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("java", "javac", "jdeps"):
        script = '#!/bin/sh\n[ "$1" = --version ] && echo 1 && exit\necho out of luck >&2\nexit 3\n'
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    program = [sys.executable, str(HERE / "accuracy.py")]
    done = subprocess.run(
        [*program, "--only", "java,python", "--tree", str(tmp_path / "code")],
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}, capture_output=True, text=True,
    )  # fmt: skip
    rows = [row for row in done.stdout.splitlines() if row.startswith(("| java", "| python"))]
    assert done.returncode == 1, done.stderr
    assert rows[0].startswith("| java | code | jdeps -verbose:class failed: ")
    assert "out of luck" in rows[0]
    assert rows[1].startswith("| python | code |")


def test_a_language_without_a_comparison_is_named() -> None:
    for program in ("accuracy.py", "figures.py"):
        done = subprocess.run(
            [sys.executable, str(HERE / program), "--only", "klingon"], capture_output=True, text=True
        )
        assert done.returncode == 2
        assert "klingon" in done.stderr
        assert "Traceback" not in done.stderr
