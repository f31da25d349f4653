"""Errors that nobody hears of, and handlers that a change brings."""

from __future__ import annotations

import pytest


def swallowed(world, files):
    history = world.History()
    history.to(files)
    return [(row["symbol"], row["goes_on"], row["place"]) for row in history.told("swallowed_error")]


@pytest.mark.parametrize(
    ("path", "source", "told"),
    [
        (
            "a.py",
            "def rate():\n    try:\n        f()\n    except Exception:\n        return None\n",
            [("rate", "a constant", 1)],
        ),
        ("a.py", "try:\n    f()\nexcept:\n    pass\n", [("", "nothing", 1)]),
        ("a.ts", "function rate() { try { f(); } catch (e) {} }\n", [("rate", "nothing", 1)]),
        (
            "A.java",
            "class A { int rate() { try { f(); } catch (Throwable e) {} return 1; } }\n",
            [("A.rate", "nothing", 1)],
        ),
        ("a.cpp", "void rate() { try { f(); } catch (...) { } }\n", [("rate", "nothing", 1)]),
        ("a.kt", "fun rate() { try { f() } catch (e: Exception) {} }\n", [("rate", "nothing", 1)]),
        ("a.rb", "def rate\n  f\nrescue\nend\n", [("rate", "nothing", 1)]),
    ],
)
def test_a_handler_that_catches_everything_and_is_silent(world, path, source, told):
    assert swallowed(world, {path: source}) == told


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.py", "def rate():\n    try:\n        f()\n    except KeyError:\n        pass\n"),
        ("a.py", "def rate():\n    try:\n        f()\n    except Exception:\n        return g()\n"),
        ("a.py", "def has_rate():\n    try:\n        return f()\n    except Exception:\n        return False\n"),
        ("a.py", "def try_rate():\n    try:\n        return f()\n    except Exception:\n        return None\n"),
        ("a.ts", "function rate() { try { return f(); } catch { return null; } }\n"),
        ("A.java", "class A { int rate() { try { f(); } catch (IOException e) {} return 1; } }\n"),
        ("test_a.py", "def rate():\n    try:\n        f()\n    except Exception:\n        pass\n"),
    ],
)
def test_a_handler_that_has_its_reason(world, path, source):
    assert swallowed(world, {path: source}) == []


def test_each_silent_handler_of_a_function_has_a_place_of_its_own(world):
    body = "    try:\n        f()\n    except Exception:\n        pass\n"
    assert [place for _, _, place in swallowed(world, {"a.py": f"def rate():\n{body}{body}"})] == [1, 2]


def grown(world, before, now, renamed=None):
    history = world.History()
    history.to(before)
    history.to(now, renamed)
    return [(row["path"], row["handlers"], row["functions"], row["types"]) for row in history.told("exception_growth")]


TRY = "    try:\n        f()\n    except KeyError:\n        g()\n"
QUIET = {f"part{n}.py": "def part():\n    return 1\n" for n in range(20)}


def test_handlers_that_a_change_brings_are_counted_with_types_that_are_raised_once(world):
    now = {
        **QUIET,
        "b.py": "class ShopError(Exception):\n    pass\n\ndef rate():\n" + TRY * 6 + "    raise ShopError\n",
    }
    assert grown(world, QUIET, now) == [("b.py", 6, 1, "ShopError")]


def test_handlers_that_only_moved_and_a_first_snapshot_bring_none(world):
    code = "def rate():\n" + TRY * 6
    assert grown(world, {**QUIET, "a.py": code}, {**QUIET, "b.py": code}, {"b.py": "a.py"}) == []
    assert grown(world, {}, {"a.py": code}) == []
