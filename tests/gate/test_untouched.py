"""Whoever takes the instrument as a scan named it has looked at every file that the name is made of."""

from __future__ import annotations

import builtins
import os
from pathlib import Path
from typing import Any

import pytest

import plumbrule
from plumbrule import resume
from plumbrule.languages import extractor_version


def test_every_source_of_the_instrument_is_looked_at(monkeypatch: pytest.MonkeyPatch):
    opened, looked_at = set(), set()
    open_, stat = builtins.open, os.stat

    def opening(file: Any, *more: Any, **named: Any) -> Any:  # Any: as the library has them
        opened.add(os.path.realpath(file))
        return open_(file, *more, **named)

    def looking(file: Any, *more: Any, **named: Any) -> Any:  # Any: as above
        looked_at.add(os.path.realpath(file))
        return stat(file, *more, **named)

    clear = getattr(extractor_version, "cache_clear", lambda: None)
    clear()
    with monkeypatch.context() as patched:
        patched.setattr(builtins, "open", opening)
        resume.instrument()
    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", looking)
        resume._untouched()
    package = Path(os.path.realpath(plumbrule.__file__)).parent
    read = {path for path in opened if Path(path).is_relative_to(package)}
    assert any(path.endswith(".c") for path in read)
    assert any(path.endswith(".scm") for path in read)
    assert read <= looked_at
