"""Other programs, each of a pinned version in an environment of its own; none comes near the project's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from corpus import CACHE  # beside this file
from measuring import environment


class NotInstalled(Exception):
    """A peer cannot be had here; the text says why."""


@dataclass(frozen=True)
class Peer:
    """What to install, pinned, and the programs that come with it."""

    registry: str  # pypi or npm
    packages: tuple[str, ...]

    def program(self, name: str) -> Path:
        """The path of one of its programs, installed if it is not yet; NotInstalled if it cannot be."""
        folder = CACHE / "peers" / "-".join(self.packages).replace("/", "-").replace("=", "").replace("@", "-")
        if not (folder / "complete").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            _INSTALL[self.registry](folder, self.packages)
            (folder / "complete").touch()
        found = folder / ("bin" if self.registry == "pypi" else "node_modules/.bin") / name
        if not found.exists():
            raise NotInstalled(f"{self.title()} brings no program {name}")
        return found

    def title(self, number: int = 0) -> str:
        """One of its packages with its version."""
        return self.packages[number].replace("==", " ").replace("@", " ")


def alone(home: Path) -> dict[str, str]:
    """The environment of a peer: nothing of ours on its path, and a home of its own to write into."""
    kept = {name: value for name, value in environment().items() if not name.startswith(("PYTHON", "PLUMBRULE"))}
    home.mkdir(parents=True, exist_ok=True)
    return kept | {"HOME": str(home), "NO_COLOR": "1"}


def _pypi(folder: Path, packages: tuple[str, ...]) -> None:
    _run([sys.executable, "-m", "venv", str(folder)])
    _run([str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])


def _npm(folder: Path, packages: tuple[str, ...]) -> None:
    if shutil.which("npm") is None:
        raise NotInstalled("there is no npm here")
    _run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), *packages])


_INSTALL = {"pypi": _pypi, "npm": _npm}


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True)
    if done.returncode:
        told = " ".join((done.stderr or done.stdout).decode(errors="replace")[-400:].split())
        raise NotInstalled(f"{' '.join(command)[:200]} left with {done.returncode}: {told}")


CODE_REVIEW_GRAPH = Peer("pypi", ("code-review-graph==2.3.9",))
IMPORT_LINTER = Peer("pypi", ("import-linter==2.16", "grimp==3.19"))
GRIMP = 1  # of those
# The newest that runs under Node 20, and the newest TypeScript that it can load.
DEPENDENCY_CRUISER = Peer("npm", ("dependency-cruiser@17.4.3", "typescript@5.8.3"))
FALLOW = Peer("npm", ("fallow@3.36.0",))
