"""What the tests about the house itself share: where it is, and which files belong to it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Mapping
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
    """Every file of the package, parsed, by its path below the package."""
    return {
        file.relative_to(PACKAGE).as_posix(): ast.parse(file.read_text("utf-8"), str(file))
        for file in sorted(PACKAGE.rglob("*.py"))
    }
