"""What `make` says on a machine that lacks something: always the package that mends it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder to be the whole PATH: a shell, and nothing else yet."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "env"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!{shutil.which('bash')}\n{script}\n", "utf-8")
    (folder / name).chmod(0o755)


def call(path: Path, script: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([script, *arguments], env={"PATH": str(path), **environ}, capture_output=True, text=True)


def test_a_python_that_is_too_old_or_missing_is_told(root: Path, bare: Path, tmp_path: Path):
    done = call(bare, root / ".ci" / "make-environment", "", str(tmp_path / "env"))
    assert done.returncode == 2
    assert "apt-get install python3 python3-venv" in done.stderr


def test_a_missing_git_is_told(root: Path, bare: Path, tmp_path: Path):
    done = call(bare, root / ".ci" / "make-environment", "python3", str(tmp_path / "env"))
    assert done.returncode == 2
    assert "apt-get install git" in done.stderr


def test_a_python_without_venv_is_told_by_the_name_of_its_package(root: Path, bare: Path, tmp_path: Path):
    program(bare, "git", "exit 0")
    program(bare, "python3", "[[ $2 == *ensurepip* ]] && exit 1; echo 3.11")
    done = call(bare, root / ".ci" / "make-environment", "python3", str(tmp_path / "env"))
    assert done.returncode == 2
    assert "apt-get install python3.11-venv" in done.stderr
    assert not (tmp_path / "env").exists()


def test_a_browser_is_found_under_any_of_its_names(root: Path, bare: Path):
    program(bare, "google-chrome", "exit 0")
    assert call(bare, root / ".ci" / "find-browser").stdout == f"{bare}/google-chrome\n"
    program(bare, "mine", "exit 0")
    assert call(bare, root / ".ci" / "find-browser", PLUMBRULE_BROWSER=f"{bare}/mine").stdout == f"{bare}/mine\n"


def test_without_a_browser_and_without_root_the_package_is_named(root: Path, bare: Path):
    program(bare, "id", "echo 1000")
    program(bare, "apt-get", f"touch {bare}/called")
    done = call(bare, root / ".ci" / "find-browser")
    assert (done.returncode, done.stdout) == (2, "")
    assert "apt-get install chromium" in done.stderr
    assert not (bare / "called").exists()


def test_root_gets_debians_browser_installed(root: Path, bare: Path):
    program(bare, "id", "echo 0")
    program(
        bare,
        "apt-get",
        f'[[ $* == *"install"*"chromium" ]] && echo "#!/bin/sh" >{bare}/chromium && /bin/chmod +x {bare}/chromium',
    )
    done = call(bare, root / ".ci" / "find-browser")
    assert (done.returncode, done.stdout) == (0, f"{bare}/chromium\n")


def test_an_installation_that_fails_ends_with_the_package_to_install(root: Path, bare: Path):
    program(bare, "id", "echo 0")
    program(bare, "apt-get", "echo 'E: no network' >&2; exit 100")
    done = call(bare, root / ".ci" / "find-browser")
    assert (done.returncode, done.stdout) == (2, "")
    assert "E: no network" in done.stderr
    assert "apt-get install chromium" in done.stderr


def asked_python(bare: Path, headers: Path) -> str:
    """A Python whose headers are said to lie there."""
    program(bare, "mypython", f'[[ $2 == *include* ]] && echo "{headers}" || echo 3.11')
    return str(bare / "mypython")


def test_a_compiler_with_pythons_headers_is_all_that_the_core_needs(root: Path, bare: Path, tmp_path: Path):
    (tmp_path / "Python.h").touch()
    program(bare, "gcc", "exit 0")
    done = call(bare, root / ".ci" / "find-compiler", asked_python(bare, tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_a_compiler_and_without_root_the_packages_are_named_and_all_goes_on(root: Path, bare: Path):
    program(bare, "id", "echo 1000")
    program(bare, "apt-get", f"touch {bare}/called")
    done = call(bare, root / ".ci" / "find-compiler", asked_python(bare, bare))
    assert (done.returncode, done.stdout) == (0, "")
    assert "apt-get install gcc libc6-dev libpython3.11-dev" in done.stderr
    assert not (bare / "called").exists()


def test_root_gets_debians_compiler_and_headers_installed(root: Path, bare: Path):
    program(bare, "id", "echo 0")
    program(
        bare,
        "apt-get",
        f'[[ $* == *"install"*"gcc"*"libpython3.11-dev" ]] && echo "#!/bin/sh" >{bare}/gcc && : >{bare}/Python.h'
        f" && /bin/chmod +x {bare}/gcc",
    )
    done = call(bare, root / ".ci" / "find-compiler", asked_python(bare, bare))
    assert done.returncode == 0
    assert "Nothing to build" not in done.stderr


def test_every_target_that_the_help_lists_exists(root: Path):
    environ = {**os.environ, "MAKEFLAGS": ""}
    listed = subprocess.run(
        ["make", "-C", root, "help"], env=environ, capture_output=True, text=True, check=True
    ).stdout
    targets = [line.split()[0] for line in listed.splitlines() if line.strip() and not line.startswith("make")]
    assert {"run", "test", "check", "docs", "bench", "dashboard"} <= set(targets)
    for target in targets:
        dry = subprocess.run(["make", "-C", root, "-n", target, "REPO=x"], env=environ, capture_output=True, text=True)
        assert dry.returncode == 0, dry.stderr
