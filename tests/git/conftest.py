"""Support for the tests of git: awkward clones of built repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbrule.errors import NotARevision
from plumbrule.git import Repository


@pytest.fixture
def opened():
    """`opened(builder)`: its Repository; every one is closed after the test."""
    repositories = []

    def find(place) -> Repository:
        repositories.append(Repository.find(Path(getattr(place, "path", place))))
        return repositories[-1]

    yield find
    for repository in repositories:
        repository.close()


@pytest.fixture
def clone(tmp_path):
    """`clone(builder, *options)`: a clone over file://, where depth and filter work."""

    def make(builder, *options: str, name: str = "clone") -> Path:
        builder.git("config", "uploadpack.allowFilter", "true")
        builder.git("clone", "--quiet", *options, f"file://{builder.path}", str(tmp_path / name))
        return tmp_path / name

    return make


@pytest.fixture
def refusal():
    """`refusal(f)`: the message of the NotARevision that calling it raises."""

    def message(call) -> str:
        with pytest.raises(NotARevision) as caught:
            call()
        return str(caught.value)

    return message
