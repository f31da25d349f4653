"""Every language's fixtures say in comments what must come out; see README.md here for how."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import plumbrule.languages
from plumbrule.facts import Facts, pack
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


@pytest.mark.parametrize(
    "fixture", [one for one in _FIXTURES if one.is_dir()], ids=lambda one: f"{one.parent.parent.name}-{one.name}"
)
def test_where_a_statement_leads_depends_on_the_folder_and_not_on_the_file(
    fixture: Path, torn_folders: Callable[[Path], list[str]]
) -> None:
    assert torn_folders(fixture) == []


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


@pytest.mark.parametrize("dialect", languages())
def test_what_is_no_text_is_refused_with_a_reason_in_every_language(
    facts_of: Callable[..., Facts], dialect: str
) -> None:
    for source in (b"x = 1\0", b"x = '\xff'"):
        with pytest.raises(ValueError, match=r"NUL|UTF-8"):
            facts_of(source, dialect)


@pytest.mark.parametrize("folder", sorted({fixture.parent for fixture in _FIXTURES}), ids=lambda it: it.parent.name)
def test_noise_in_a_fixture_crashes_no_language_and_gives_the_same_facts_twice(
    facts_of: Callable[..., Facts], folder: Path
) -> None:
    chance = random.Random(folder.parent.name)
    for file in sorted(folder.rglob("*")):
        language = language_of(file.name)
        if language is None or not file.is_file():
            continue
        text = file.read_text("utf-8")
        for _ in range(12):
            at, size = chance.randrange(len(text) + 1), chance.randrange(40)
            noise = "".join(chance.choices("(){}[]<>`'\"/*,;:.=>@#&|\\ \n\t\u202eé", k=chance.randrange(12)))
            text = text[:at] + noise + text[at + size :]
            assert pack(facts_of(text, language.dialect)) == pack(facts_of(text, language.dialect))


@pytest.mark.parametrize("dialect", languages())
def test_nesting_that_is_closed_again_costs_no_language_its_stack(facts_of: Callable[..., Facts], dialect: str) -> None:
    deep = 30_000
    found = facts_of("x = " + "(" * deep + "1" + ")" * deep + "\n", dialect)
    assert found.interface.lines == 1


@pytest.mark.parametrize(
    ("dialect", "head", "line"),
    [
        ("python", "import x\ndef f():\n", "    x = x\n"),
        ("python", "import x\ndef f():\n    global y\n", "    x = x\n"),
        ("python", "def f():\n", "    import x\n    x = 1\n"),
        ("python", "def f():\n", "    import x\n    global x\n"),
        ("typescript", 'import {x} from "m"\nfunction f() {\n', "{const x = x()}\n"),
        ("typescript", 'import {x} from "m"\nconst all = [\n', "x => x(),\n"),
        ("typescript", 'import {x} from "m"\nconst one = ', "(x, {y: [z]}) => x, "),
        ("javascript", 'import {x} from "m"\nconst {\n', "x, y: {\n"),
    ],
)
def test_names_that_are_bound_anew_without_end_cost_what_they_are_long(
    facts_of: Callable[..., Facts], dialect: str, head: str, line: str
) -> None:
    def cost(lines: int) -> float:
        start = time.process_time()
        facts_of(head + line * lines, dialect)
        return time.process_time() - start

    assert cost(20_000) < 8 * cost(5_000) + 0.5
