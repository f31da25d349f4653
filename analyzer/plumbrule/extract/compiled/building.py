"""Builds the compiled core with the system's compiler: for a wheel when one is built, in place for a checkout.

    python analyzer/plumbrule/extract/compiled/building.py     in place, unless that was built from these sources

Where there is no compiler, or no headers of Python, it says so and nothing is built: what is written in Python does the
same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from runpy import run_path
from typing import Any

SOURCES = Path(__file__).resolve().parent
NAME = "_core.abi3.so"
# What the wheel holds must not depend on where or when it was built.
FLAGS = ("-std=c11", "-O2", "-g0", "-fPIC", "-shared", "-fvisibility=hidden", "-Wl,--build-id=none")


def digest() -> str:
    """What the build is known by; the package itself cannot be imported while its wheel is being built."""
    found: str = run_path(str(SOURCES / "sources.py"))["digest"](SOURCES)
    return found


def compiler() -> str | None:
    """The command of the system's compiler."""
    names = (os.environ.get("CC", ""), "cc", "gcc", "clang")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def build(folder: Path, *flags: str) -> str:
    """Builds into this folder; why it could not, or an empty text."""
    command = compiler()
    if command is None:
        return "there is no C compiler"
    headers = sysconfig.get_path("include")
    if not (Path(headers) / "Python.h").is_file():
        return f"Python's headers are missing in {headers}"
    made = folder / f"{NAME}.{os.getpid()}"
    files = sorted(file.name for file in SOURCES.glob("*.c"))
    stamp = f'-DPLUMBRULE_SOURCES="{digest()}"'
    done = subprocess.run(
        [command, *FLAGS, *flags, stamp, f"-I{headers}", *files, "-o", made],
        cwd=SOURCES, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        made.unlink(missing_ok=True)
        return f"{command} failed: {(done.stderr.strip().splitlines() or ['without a word'])[0]}"
    made.replace(folder / NAME)  # never half a file where one may be loaded
    return ""


def build_in_place() -> str:
    """The same beside the sources, if what is there is of other ones."""
    there = SOURCES / NAME
    if there.is_file() and digest().encode() in there.read_bytes():
        return ""
    return build(SOURCES)


def told(reason: str) -> str:
    """What is said where nothing was built."""
    return f"the compiled core was not built, so that reading files takes longer: {reason}"


if __name__ == "__main__":
    reason = build_in_place()
    if reason:
        sys.stderr.write(f"{told(reason)}\n")
else:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class CompiledCore(BuildHookInterface[Any]):  # Any: hatchling's word for "no settings of its own"
        """Adds it to a wheel, which then is one for this platform."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            if self.target_name != "wheel":
                return
            self._scratch = Path(tempfile.mkdtemp())
            reason = build_in_place() if version == "editable" else build(self._scratch)
            if reason:
                self.app.display_warning(told(reason))
            elif version != "editable":
                platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
                build_data["pure_python"] = False
                build_data["tag"] = f"cp311-abi3-{platform}"
                build_data["force_include"][str(self._scratch / NAME)] = f"plumbrule/extract/compiled/{NAME}"

        def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
            if self.target_name == "wheel":
                shutil.rmtree(self._scratch, ignore_errors=True)
