"""The part of extraction that is written in C, if it was built and is to be used.

Hides how it is found out that a build does not belong to these sources: such a one is passed over like none.
"""

from __future__ import annotations

import os
from pathlib import Path

from plumbrule.extract.compiled.sources import digest

_SWITCH = "PLUMBRULE_COMPILED"  # "0": what is written in Python does all, as where there is no build


def _why_not(built_from: str) -> str:
    """Why a build of these sources is not used; empty if it is."""
    # Not handed on from the command: whoever makes facts, in whatever process, must make them in the same way.
    if os.environ.get(_SWITCH) == "0":
        return f"switched off by {_SWITCH}"
    return "" if built_from == digest(Path(__file__).parent) else "built from other sources"


try:
    from plumbrule.extract.compiled import _core as core
except ImportError:
    core, LEFT_OUT = None, "not built"  # type: ignore[assignment] # else it is a module, which cannot be optional
else:
    LEFT_OUT = _why_not(core.SOURCES)
    if LEFT_OUT:
        core = None  # type: ignore[assignment] # as above


def told() -> str:
    """Which of the two reads files, and why it is not the compiled one."""
    return f"Python ({LEFT_OUT})" if LEFT_OUT else "compiled"


__all__ = ["LEFT_OUT", "core", "digest", "told"]
