"""In which order a report says what to mend: the cheapest first, with what is to be moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

RING = {
    "a.py": "from b import p, q, r\n\nt = u = 1\n",
    "b.py": "from c import s\n\np = q = r = 1\n",
    "c.py": "from a import t, u\n\ns = 1\n",
}


@pytest.fixture
def ringed(shop: Callable):
    repo = shop(dict.fromkeys(RING, "p = q = r = s = t = u = 1\n"))
    repo.commit(RING)
    return repo


def test_the_edge_that_is_cheapest_to_break_comes_first_with_the_names_to_move(ringed, judged: Callable):
    _, report = judged(ringed)
    told = [(f["subject"], f["step"]) for f in report["findings"] if f["rule"] == "dependency-cycle"]
    assert told == [("b.py -> c.py", 1), ("a.py -> b.py", 0), ("c.py -> a.py", 0)]
    first, second, _ = (f["remedy"] for f in report["findings"] if f["rule"] == "dependency-cycle")
    assert "where it is cheapest: b.py -> c.py (s). So this import has to go: move what b.py needs of c.py (s)" in first
    assert "b.py -> c.py (s). Then this import may stay" in second


@pytest.mark.parametrize("name", ["text", "markdown", "github", "sarif"])
def test_every_format_keeps_that_order(ringed, plumbrule: Callable, name: str):
    out = plumbrule(ringed.path, "gate", "--base", "main", "--quiet", "--format", name).out
    sought = "- `{}.py:1`" if name == "markdown" else "{}.py imports {}.py"
    places = [out.index(sought.format(src, dst)) for src, dst in ("bc", "ab", "ca")]
    assert places == sorted(places)


def test_a_breach_names_what_keeps_the_earlier_form_working(shop: Callable, judged: Callable):
    repo = shop({"kit.py": "def f(a):\n    return a\n\n\ndef g(a):\n    return a\n",
                 "use.py": "from kit import f, g\n\nf(1)\ng(1)\n"})  # fmt: skip
    repo.commit({"kit.py": "def g(a, b):\n    return a\n"})
    _, report = judged(repo)
    told = {f["subject"]: f["remedy"] for f in report["findings"] if f["rule"] == "contract-break"}
    assert told["kit.py::f"].startswith("Keep f as an alias that warns")
    assert told["kit.py::g"].startswith("Keep the earlier form working beside the new one: give what is new a default")
    assert not any("ther repositories" in remedy for remedy in told.values())
