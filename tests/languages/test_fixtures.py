"""Every language's fixtures say in comments what must come out; see README.md here for how."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import plumbrule.languages
from plumbrule.languages import language_of, languages

_LANGUAGES = Path(plumbrule.languages.__file__).parent
_FIXTURES = sorted(
    fixture for fixture in _LANGUAGES.glob("*/fixtures/*") if fixture.name[0] not in "._" and fixture.suffix != ".md"
)


@pytest.mark.parametrize("fixture", _FIXTURES, ids=lambda fixture: f"{fixture.parent.parent.name}-{fixture.name}")
def test_a_fixture_gives_the_facts_that_its_comments_name(
    fixture: Path, fixture_faults: Callable[[Path], list[str]]
) -> None:
    faults = fixture_faults(fixture)
    assert not faults, "\n".join(faults)


def test_every_language_has_fixtures() -> None:
    have = {fixture.parent.parent.name for fixture in _FIXTURES}
    assert have == {folder.parent.name for folder in _LANGUAGES.glob("*/__init__.py")}


def test_every_ending_and_name_that_a_language_declares_tells_it() -> None:
    wrong = {
        (language.dialect, file)
        for language in languages().values()
        for file in (*(f"some{suffix}" for suffix in language.suffixes), *language.names)
        if language_of(f"folder/{file}") is not language
    }
    assert wrong == set()
