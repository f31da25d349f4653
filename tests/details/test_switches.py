"""Details of the kind switches: what functions decide by, and the cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

EXPECTED = {
    "Shop.cs": [("A.Load", 6, "k.Kind", '"bb|A|D'), ("A.Load", 7, "k", '"bb|A|Foo')],
    "Shop.java": [("A.load", 6, "k.kind()", '"bb|X|Y'), ("A.load", 7, "k", "A|B|Foo")],
    "Shop.kt": [("D.load", 6, "k.kind", '"bb|A|Foo')],
    "Shop.scala": [("D.load", 6, "k.kind", '"bb|A|Foo')],
    "Shop.swift": [("S.load", 7, "k.kind", '"bb|a|c')],
    "Shop.vue": [("C.load", 8, "k.kind", '"bb|A|C')],
    "shop.c": [("load", 4, "k->kind", "A|B|C"), ("load", 5, "k->t", "A|B|C")],
    "shop.cpp": [("K.load", 7, "k->kind", "A|B|C")],
    "shop.go": [("S.Load", 5, "k.Kind", '"bb|A|B'), ("S.Load", 8, "k", "Bar|Baz|Foo")],
    "shop.js": [("C.load", 6, "k.kind", '"bb|A|C')],
    "shop.php": [("A.load", 7, "$k->kind", '"bb|A|C'), ("A.load", 8, "$k", '"bb|A|C')],
    "shop.py": [("A.load", 9, "k.kind", '"bb|A|Foo'), ("A.save", 16, "k.t", '"aa|"bb|Foo')],
    "shop.rb": [("A.load", 6, "k.kind", '"bb|Foo|a')],
    "shop.rs": [("S.load", 6, "k.kind", '"bb|A|B|Bar|Foo')],
    "shop.ts": [("C.load", 6, "k.kind", '"bb|A|C')],
}


@pytest.mark.parametrize("path", sorted(EXPECTED))
def test_each_language_tells_switches(details: Callable, programs: Mapping[str, str], path: str):
    assert details("switches", path, programs[path]) == EXPECTED[path]
