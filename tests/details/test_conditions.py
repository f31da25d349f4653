"""Details of the kind conditions: parameters that are true or false, by the branches that test them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

EXPECTED = {
    "Shop.cs": [("A.Load", "f", 4), ("A.Load", "f", 5)],
    "Shop.java": [("A.load", "f", 4), ("A.load", "f", 5)],
    "Shop.kt": [("D.load", "f", 4), ("D.load", "f", 5)],
    "Shop.scala": [("D.load", "f", 4), ("D.load", "f", 5)],
    "Shop.swift": [("S.load", "f", 5), ("S.load", "f", 6)],
    "Shop.vue": [("C.load", "f", 6), ("C.load", "f", 7)],
    "shop.c": [("load", "f", 2), ("load", "f", 3)],
    "shop.cpp": [("K.load", "f", 5), ("K.load", "f", 6)],
    "shop.go": [("S.Load", "f", 4), ("S.Load", "f", 12)],
    "shop.js": [("C.load", "f", 4), ("C.load", "f", 5)],
    "shop.php": [("A.load", "f", 5), ("A.load", "f", 6)],
    "shop.py": [("A.load", "f", 5), ("A.load", "f", 7)],
    "shop.rb": [("A.load", "f", 4), ("A.load", "f", 5)],
    "shop.rs": [("S.load", "f", 4), ("S.load", "f", 5)],
    "shop.ts": [("C.load", "f", 4), ("C.load", "f", 5)],
}


@pytest.mark.parametrize("path", sorted(EXPECTED))
def test_each_language_tells_conditions(details: Callable, programs: Mapping[str, str], path: str):
    assert details("conditions", path, programs[path]) == EXPECTED[path]
