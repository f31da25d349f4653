"""Every language's fixtures say in comments what must come out; see README.md here for how."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import plumbrule.languages
from plumbrule.facts import Facts
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
    read_twice: Callable[..., list[str]], folder: Path
) -> None:
    chance = random.Random(folder.parent.name)
    texts = []
    for file in sorted(folder.rglob("*")):
        language = language_of(file.name)
        if language is None or not file.is_file():
            continue
        text = file.read_text("utf-8")
        for _ in range(12):
            at, size = chance.randrange(len(text) + 1), chance.randrange(40)
            noise = "".join(chance.choices("(){}[]<>`'\"/*,;:.=>@#&|\\ \n\t\u202eé", k=chance.randrange(12)))
            text = text[:at] + noise + text[at + size :]
            texts.append((text, language.dialect))
    outcomes = read_twice(texts)
    assert {outcome for outcome in outcomes if outcome != "gave up"} == {""}
    assert outcomes.count("gave up") <= len(texts) // 10  # as a scan gives it up, and says so


def test_a_text_on_which_a_grammar_hangs_is_given_up_and_the_others_are_read(
    read_twice: Callable[..., list[str]], facts_of: Callable[..., Facts]
) -> None:
    def reader(source: bytes, dialect: str) -> Facts:
        while source == b"hang":
            pass
        if source == b"crash":
            raise RecursionError(dialect)
        return facts_of(source, dialect)

    texts = [(text, "python") for text in ("x = 1", "hang", "crash", "y = 2")]
    outcomes = read_twice(texts, reader=reader, seconds=0.2)
    assert [outcome.rstrip().rpartition("\n")[2] for outcome in outcomes] == [
        "",
        "gave up",
        "RecursionError: python",
        "",
    ]


_FILES = sorted(
    file
    for fixture in _FIXTURES
    for file in (fixture.rglob("*") if fixture.is_dir() else (fixture,))
    if file.is_file() and language_of(file.name) is not None and file.stat().st_size
)


def _dialect(file: Path) -> str:
    language = language_of(file.name)
    assert language is not None
    return language.dialect


def _outline(facts: Facts) -> tuple[object, ...]:
    """What a file defines and imports, and where; not how wide its lines are."""
    found = facts.interface
    return (
        [(one.name, one.kind, one.line, one.end_line, one.visibility) for one in found.symbols],
        [row[:6] for row in found.imports],
        [(one.text, one.line) for one in facts.body.references],
        found.lines,
    )


@pytest.mark.parametrize("file", _FILES, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_other_line_ends_change_nothing(facts_of: Callable[..., Facts], file: Path) -> None:
    text = file.read_bytes().replace(b"\r\n", b"\n")
    plain = _outline(facts_of(text, _dialect(file)))
    assert _outline(facts_of(text.replace(b"\n", b"\r\n"), _dialect(file))) == plain


@pytest.mark.parametrize("file", _FILES, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_a_conflict_that_was_committed_is_a_place_in_doubt(facts_of: Callable[..., Facts], file: Path) -> None:
    lines = file.read_text("utf-8").splitlines(keepends=True)
    mark = ["<<<<<<< HEAD\n", "=======\n", ">>>>>>> topic\n"]
    for at in {0, len(lines) // 2}:
        found = facts_of("".join([*lines[:at], *mark, *lines[at:]]), _dialect(file)).interface
        # A conflict in a comment, in a long text or in the HTML around PHP is none of the code.
        assert found.errors or at or languages()[_dialect(file)].in_markup, at


@pytest.mark.parametrize("dialect", languages())
@pytest.mark.parametrize("quote", ['"', "'", "`", "/*", '"""', "#|", "<<A\n", "/"])
def test_what_is_opened_and_never_closed_and_literals_without_end_are_read(
    facts_of: Callable[..., Facts], dialect: str, quote: str
) -> None:
    for text in (f"x = {quote}{'a' * 300_000}{quote}\n", f"x = 1\n{quote}" + "y = z\n" * 20_000):
        assert facts_of(text, dialect).interface.lines >= 1


@pytest.mark.parametrize("dialect", languages())
def test_tabs_indent_as_blanks_do(facts_of: Callable[..., Facts], dialect: str) -> None:
    for file in [file for file in _FILES if _dialect(file) == dialect][:4]:
        text = re.sub(r"^(?: {4})+", lambda found: "\t" * (len(found[0]) // 4), file.read_text("utf-8"), flags=re.M)
        wide = [(one.name, one.line) for one in facts_of(text.expandtabs(4), dialect).interface.symbols]
        assert [(one.name, one.line) for one in facts_of(text, dialect).interface.symbols] == wide


def _real_files() -> list[Path]:
    """A few files of every language that lie among the packages installed here; fixtures for the others."""
    by_dialect: dict[str, list[Path]] = {dialect: [] for dialect in languages()}
    package = Path(pytest.__file__).parent.parent
    for folder, _, names in sorted(os.walk(package)):
        for name in sorted(names):
            language = language_of(name)
            if language is not None and (folder.count("/") + len(name)) % 7 == 0:
                by_dialect[language.dialect].append(Path(folder, name))
    chance = random.Random("real files")
    found = []
    for dialect, files in by_dialect.items():
        small = [file for file in files if 500 < file.stat().st_size < 60_000]
        own = [file for file in _FILES if _dialect(file) == dialect]
        found += chance.sample(small, min(4, len(small))) or own[:2]
    return found


def test_bytes_of_real_files_that_are_mutated_crash_no_language(read_twice: Callable[..., list[str]]) -> None:
    chance = random.Random("mutations")
    texts = []
    for file in _real_files():
        data = file.read_bytes()
        for _ in range(6):
            mutated = bytearray(data)
            for _ in range(chance.randint(1, 30)):
                at = chance.randrange(len(mutated) + 1)
                kind = chance.randrange(4)
                if kind == 0:
                    mutated[at : at + chance.randrange(200)] = b""
                elif kind == 1:
                    mutated[at:at] = bytes(chance.choices(range(1, 128), k=chance.randrange(12)))
                elif kind == 2:
                    other = chance.randrange(len(mutated) + 1)
                    mutated[at:at] = mutated[other : other + chance.randrange(300)]
                else:
                    mutated[at:at] = chance.choice((b"\0", b"\xff", b"\xc3", b"\xe2\x80\xae", b"\r", b"\x0c"))
            texts.append((bytes(mutated), _dialect(file)))
    outcomes = read_twice(texts)
    assert {outcome for outcome in outcomes if outcome not in ("gave up", "refused")} == {""}
    assert outcomes.count("gave up") <= len(texts) // 50


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
    read_in_bounds: Callable[..., str], dialect: str, head: str, line: str
) -> None:
    assert read_in_bounds(dialect, line, head=head) == ""
