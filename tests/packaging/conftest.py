"""What the tests about the house itself share: where it is, and which files belong to it."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "analyzer" / "plumbrule"


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> tuple[str, ...]:
    """Every file that git has, or would have after `git add`; paths relative to the root."""
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return tuple(sorted({name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}))


@pytest.fixture(scope="session")
def modules() -> Mapping[str, ast.Module]:
    """Every file of the package, parsed, by its path below the package; fixtures are code under analysis, not ours."""
    return {
        file.relative_to(PACKAGE).as_posix(): ast.parse(file.read_text("utf-8"), str(file))
        for file in sorted(PACKAGE.rglob("*.py"))
        if "fixtures" not in file.parts
    }


def _run(*command: str | Path, cwd: Path, **environ: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environ}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session", name="run")
def _run_fixture() -> Callable[..., str]:
    """`run("git", "status", cwd=folder, NAME="value")`: what it prints; a failing command fails the test."""
    return _run


@pytest.fixture(scope="session")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "hatchling", "build", "-d", folder, "-t", "wheel", "-t", "sdist", cwd=root)
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    (file,) = built.glob("*.whl")
    return file


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that holds the wheel, and not this checkout."""
    home = tmp_path_factory.mktemp("elsewhere")
    _run(sys.executable, "-m", "venv", "--without-pip", home / "env", cwd=home)
    python = home / "env" / "bin" / "python"
    # Dependencies are shared by path. Path files of a folder that is added by a path file are not read, so the editable
    # installation of this checkout stays out.
    (site,) = (home / "env" / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    _run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--no-compile", wheel, cwd=home)
    return python.parent
