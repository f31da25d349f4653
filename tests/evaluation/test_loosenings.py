"""The program that tries ways of loosening, on our own gate; what it kept of the others is complete."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def program() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(HERE))
        import loosenings  # type: ignore[import-not-found]  # beside this file

    return loosenings


def tried(program: ModuleType, edits: dict[str, Any], scratch: Path) -> Any:
    return program.tried("here", edits, "plumbrule", program.described("tools")["plumbrule"], scratch)


def test_a_way_is_tried_with_the_violation_and_alone(program: ModuleType, tmp_path: Path) -> None:
    edits = program.described("loosenings", "severity-lowered")["severity-lowered"]["plumbrule"]
    found = tried(program, edits, tmp_path)
    assert (found.base.exit, found.violation.exit, found.both.exit, found.alone.exit) == (0, 1, 1, 1)
    assert "layer-breach is warning and was error." in found.both.words
    assert "layer-breach" not in found.base.words


def test_what_the_changes_own_ci_does_not_run_says_nothing(program: ModuleType, tmp_path: Path) -> None:
    found = tried(program, {"delete": [program.CI]}, tmp_path)
    assert (found.both.exit, found.both.words) == (0, "nothing ran")


def test_what_ci_does_not_mind_is_green_and_says_what_it_was(program: ModuleType, tmp_path: Path) -> None:
    found = tried(program, {"append": {program.CI: "        continue-on-error: true\n"}}, tmp_path)
    assert found.both.exit == 0
    assert found.both.words.startswith("exit 1 was not minded: failed; ")


def test_a_violation_that_is_not_stopped_by_itself_proves_nothing(program: ModuleType, tmp_path: Path) -> None:
    found = tried(program, {"violation": {"shop/domain/tax.py": "def rate():\n    return 0.3\n"}}, tmp_path)
    assert found.unfit.startswith("the violation alone is not stopped: ")
    assert found.both is None


def test_a_base_that_does_not_pass_proves_nothing(program: ModuleType, tmp_path: Path) -> None:
    found = tried(program, {"base": {"plumbrule.toml": "[components\n"}}, tmp_path)
    assert found.unfit.startswith("the base does not pass: exit 2")


def test_every_way_was_tried_on_every_gate(program: ModuleType) -> None:
    kept = json.loads(program.GOLDEN.read_text("utf-8"))["tried"]
    pairs = [(way, tool) for way in program.described("loosenings") for tool in program.described("tools")]
    assert [(one["way"], one["tool"]) for one in kept] == sorted(pairs)
    assert not [one for one in kept if one.get("unfit")]


def test_every_way_says_something_of_every_gate(program: ModuleType) -> None:
    tools = set(program.described("tools"))
    for way, about in program.described("loosenings").items():
        assert about.keys() == tools | {"title"}, way


def test_a_way_that_is_not_there_is_named_with_those_that_are(program: ModuleType) -> None:
    with pytest.raises(SystemExit, match="there is no severity in loosenings/; there are: baseline-begun, "):
        program.described("loosenings", "severity")


def test_a_gate_that_ends_by_itself_is_kept_without_places_of_this_machine(program: ModuleType) -> None:
    assert str(Path.home()) not in program.GOLDEN.read_text("utf-8")
    assert sys.prefix not in program.GOLDEN.read_text("utf-8")
