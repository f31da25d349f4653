"""Details of the kind constructions: what objects are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

EXPECTED = {
    "Shop.cs": [("A.Load", 4, "A B C", 1)],
    "Shop.java": [("A.load", 4, "A B C", 1)],
    "Shop.kt": [("D.load", 4, "A B C", 1)],
    "Shop.scala": [("D.load", 4, "A B C", 1), ("D.load", 4, "E F G", 1)],
    "Shop.swift": [("S.load", 5, "A B C", 1)],
    "Shop.vue": [("C.load", 6, "A B D", 1)],
    "shop.cpp": [("K.load", 5, "A B C", 1)],
    "shop.go": [("S.Load", 4, "NewA NewB NewC", 1)],
    "shop.js": [("C.load", 4, "A B D", 1)],
    "shop.php": [("A.load", 5, "A B C", 1)],
    "shop.py": [("A.load", 6, "A B C", 1)],
    "shop.rb": [("A.load", 4, "A B C", 1)],
    "shop.rs": [("S.load", 4, "A B C", 1)],
    "shop.ts": [("C.load", 4, "A B D", 1)],
}


@pytest.mark.parametrize("path", sorted(EXPECTED))
def test_each_language_tells_constructions(details: Callable, programs: Mapping[str, str], path: str):
    assert details("constructions", path, programs[path]) == EXPECTED[path]
