"""Details of the kind members: the members that methods use, and those that are asked for more."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

EXPECTED = {
    "Shop.cs": [("A.Load", "s", False, 4), ("A.Load", "s", True, 6), ("A.Save", "n", False, 12)],
    "Shop.java": [
        ("A.load", "s", False, 4),
        ("A.load", "s", True, 6),
        ("A.save", "n", False, 13),
        ("A.save", "load", False, 14),
    ],
    "Shop.kt": [("D.load", "s", False, 4), ("D.load", "s", True, 12), ("D.save", "n", False, 16)],
    "Shop.scala": [("D.save", "n", False, 16)],
    "Shop.swift": [("S.load", "s", False, 5), ("S.load", "s", True, 8), ("S.save", "n", False, 17)],
    "Shop.vue": [
        ("C.load", "s", False, 6),
        ("C.load", "s", True, 8),
        ("C.load", "p", True, 10),
        ("C.load", "p", False, 10),
    ],
    "shop.cpp": [("K.load", "s", False, 5), ("K.load", "s", True, 7), ("K.save", "n", False, 12)],
    "shop.go": [
        ("S.Load", "s", False, 4),
        ("S.Load", "s", True, 6),
        ("S.Load", "Save", False, 12),
        ("S.Save", "n", False, 15),
    ],
    "shop.js": [
        ("C.constructor", "s", False, 2),
        ("C.load", "s", False, 4),
        ("C.load", "s", True, 6),
        ("C.load", "p", True, 8),
        ("C.load", "p", False, 8),
    ],
    "shop.php": [
        ("A.load", "s", False, 5),
        ("A.load", "s", True, 7),
        ("A.load", "save", False, 9),
        ("A.save", "n", False, 11),
    ],
    "shop.py": [
        ("A.__init__", "_s", False, 3),
        ("A.load", "_s", False, 5),
        ("A.load", "_s", True, 14),
        ("A.save", "load", False, 19),
    ],
    "shop.rb": [
        ("A.load", "s", True, 4),
        ("A.load", "s", False, 4),
        ("A.load", "foo", False, 11),
        ("A.foo", "n", False, 14),
    ],
    "shop.rs": [
        ("S.load", "s", False, 4),
        ("S.load", "s", True, 6),
        ("S.load", "save", False, 7),
        ("S.save", "n", False, 11),
    ],
    "shop.ts": [
        ("C.load", "s", False, 4),
        ("C.load", "s", True, 6),
        ("C.load", "p", True, 8),
        ("C.load", "p", False, 8),
    ],
}


@pytest.mark.parametrize("path", sorted(EXPECTED))
def test_each_language_tells_members(details: Callable, programs: Mapping[str, str], path: str):
    assert details("members", path, programs[path]) == EXPECTED[path]
