"""The queries by which languages tell details: each is one of its grammar, and names only what its kind knows."""

from __future__ import annotations

import re

import pytest
import tree_sitter

from plumbrule.details import kinds, query_of
from plumbrule.languages import languages

DIALECTS = sorted(languages())
_CAPTURE = re.compile(r"@([a-z_.]+)")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_query_of_a_dialect_is_one_of_its_grammar(dialect: str):
    grammar = tree_sitter.Language(languages()[dialect].grammar())

    for kind in kinds():
        assert tree_sitter.Query(grammar, query_of(kind, dialect)).pattern_count >= 0


@pytest.mark.parametrize("kind", ["members", "conditions", "switches", "constructions"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_query_names_only_what_its_kind_reads(dialect: str, kind: str):
    known = {
        "members": {"member", "bare", "asked", "receiver", "object"},
        "conditions": {"condition"},
        "switches": {"subject", "case", "asks"},
        "constructions": {"construction", "type", "makes"},
    }[kind]

    assert set(_CAPTURE.findall(query_of(kind, dialect))) <= known
