"""Every query of every kind of detail: its language's grammar takes it, and its kind knows what it captures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tree_sitter

import plumbrule.details
from plumbrule.details import kinds, query_of
from plumbrule.languages import languages

_CASES = [(kind, dialect) for kind in kinds() for dialect in languages() if query_of(kind, dialect)]


@pytest.mark.parametrize(("kind", "dialect"), _CASES)
def test_the_grammar_takes_the_query_and_the_kind_speaks_of_each_capture(kind, dialect):
    query = tree_sitter.Query(tree_sitter.Language(languages()[dialect].grammar()), query_of(kind, dialect))
    captured = {query.capture_name(at) for at in range(query.capture_count)}
    said = (Path(plumbrule.details.__file__).parent / f"{kind}.py").read_text("utf-8")
    asked = set(re.findall(r"#[\w-]+\? @([\w.]+)", query_of(kind, dialect)))  # for the query's own conditions
    assert {name for name in captured - asked if not re.search(rf"[\"'@`]{name}[\"'`]", said)} == set()


def test_every_query_in_a_folder_is_read_by_a_kind():
    asked = {query_of(kind, dialect) for kind in kinds() for dialect in languages()}
    found = {file for language in languages().values() for file in (language.folder / "details").glob("*.scm")}
    assert {file for file in found if not any(file.read_text("utf-8") in query for query in asked)} == set()
    assert {file.name for file in found if file.stem.rpartition(".")[2] not in kinds()} == set()
    borrowing = {language.folder for language in languages().values() if language.queries}
    assert [folder for folder in borrowing if (folder / "details").exists()] == []


def test_components_in_markup_have_the_details_of_their_scripts(details_in):
    source = '<template/>\n<script lang="ts">\ntry { load() } catch (error) {}\n</script>\n'
    assert [row.line for _, row in details_in("handlers", source, "vue")] == [3]
