"""The published schema of `--approvals` says what the reader takes: neither takes what the other refuses."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from plumbrule.errors import SettingsError
from plumbrule.policy.reviews import SCHEMA, read_reviews

RECIPE = Path(__file__).parents[2] / "docs" / "recipes" / "approvals.md"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("plumbrule.policy").joinpath("schema/approvals-1.json").read_text("utf-8"))
    Draft202012Validator.check_schema(found)
    return found


@pytest.fixture
def shown() -> dict[str, Any]:
    """The example of the page."""
    example = re.search(r"```json\n(.*?)```", RECIPE.read_text("utf-8"), re.DOTALL)
    assert example is not None
    found: dict[str, Any] = json.loads(example[1])
    return found


def takes_both(schema: dict[str, Any], value: Any, folder: Path) -> tuple[bool, bool]:
    file = folder / "approvals.json"
    file.write_text(json.dumps(value), "utf-8")
    try:
        read_reviews(str(file), ())
    except SettingsError:
        return Draft202012Validator(schema).is_valid(value), False
    return Draft202012Validator(schema).is_valid(value), True


def test_the_page_shows_what_the_schema_and_the_reader_take(schema, shown, tmp_path):
    assert schema["$id"] == SCHEMA
    assert takes_both(schema, shown, tmp_path) == (True, True)
    assert "approvals-1.json" in RECIPE.read_text("utf-8")


@pytest.mark.parametrize("where", [(), ("reviews", 0)])
def test_a_key_that_is_missing_or_of_another_kind_is_refused_by_both(schema, shown, tmp_path, where):
    at: Any = shown
    for step in where:
        at = at[step]
    for key in [*at]:
        for wrong in (None, 3, "", [], {}, "…", "a b", "ada\n"):
            changed = deepcopy(shown)
            inside: Any = changed
            for step in where:
                inside = inside[step]
            if wrong is None:
                del inside[key]
            else:
                inside[key] = wrong
            both = takes_both(schema, changed, tmp_path)
            assert both[0] == both[1], (key, wrong, both)


@pytest.mark.parametrize(
    ("key", "said", "taken"),
    [
        ("state", "APPROVED", True),
        ("state", "maybe", False),
        ("commit", "1d0c", False),
        ("commit", "a" * 64, True),
        ("submitted_at", "2027-03-31T12:00:00+02:00", True),
        ("submitted_at", "2027-03-31T12:00:00", False),
        ("submitted_at", "yesterday", False),
        ("reviewer", "dependabot[bot]", True),
        ("reviewer", "@lin", False),
        ("teams", ["shop"], True),
        ("teams", ["shop/"], False),
        ("teams", "shop/architects", False),
    ],
)
def test_what_a_review_says_is_taken_or_refused_by_both(schema, shown, tmp_path, key: str, said: Any, taken: bool):
    shown["reviews"][0][key] = said
    assert takes_both(schema, shown, tmp_path) == (taken, taken)


@pytest.mark.parametrize("value", [[], None, 3, {"schema": "plumbrule/approvals/2"}])
def test_what_is_no_such_file_is_refused_by_both(schema, tmp_path, value: Any):
    assert takes_both(schema, value, tmp_path) == (False, False)
