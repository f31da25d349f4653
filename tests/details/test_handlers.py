"""What handlers do with what they catch, in every language that has them."""

from __future__ import annotations

import pytest

EMPTY = [
    ("python", "try:\n    f()\nexcept Exception:\n    pass\n"),
    ("javascript", "try { f(); } catch (error) {}\n"),
    ("typescript", "try { f(); } catch {}\n"),
    ("java", "class A { void a() { try { f(); } catch (Exception e) {} } }\n"),
    ("csharp", "class A { void B() { try { F(); } catch (Exception e) {} } }\n"),
    ("php", "<?php\ntry { f(); } catch (\\Exception $e) {}\n"),
    ("cpp", "void a() { try { f(); } catch (...) {} }\n"),
    ("kotlin", "fun a() { try { f() } catch (e: Exception) {} }\n"),
    ("scala", "object A { def a = try { f() } catch { case e: Exception => } }\n"),
    ("ruby", "begin\n  f\nrescue\nend\n"),
    ("swift", "func a() { do { try f() } catch {} }\n"),
]


@pytest.mark.parametrize(("dialect", "source"), EMPTY, ids=[dialect for dialect, _ in EMPTY])
def test_a_handler_that_does_nothing(details_in, dialect, source):
    ((_, row),) = details_in("handlers", source, dialect)
    assert (row.empty, row.explained, row.used, row.leaves, row.tells) == (True, False, False, False, False)


@pytest.mark.parametrize(
    ("dialect", "source", "what"),
    [
        ("python", "try:\n    f()\nexcept Exception:\n    # who asks again gets it\n    pass\n", "explained"),
        ("python", "try:\n    f()\nexcept Exception:\n    pass  # who asks again gets it\n", "explained"),
        ("java", "class A { void a() { try { f(); } catch (Exception e) { /* again */ } } }\n", "explained"),
        ("java", "class A { void a() { try { f(); } catch (Exception ignored) {} } }\n", "explained"),
        ("ruby", "begin\n  f\nrescue\n  # again\nend\n", "explained"),
        ("python", "try:\n    f()\nexcept Exception:  # who asks again gets it\n    pass\n", "explained"),
        ("python", "try:\n    f()\nexcept Exception as error:\n    g(error)\n", "used"),
        ("javascript", "try { f(); } catch (error) { g(error); }\n", "used"),
        ("kotlin", "fun a() { try { f() } catch (e: Exception) { g(e) } }\n", "used"),
        ("cpp", "void a() { try { f(); } catch (const std::exception& e) { g(e); } }\n", "used"),
        ("php", "<?php\ntry { f(); } catch (\\Exception $e) { g($e); }\n", "used"),
        ("scala", "object A { def a = try { f() } catch { case e: Exception => g(e) } }\n", "used"),
        ("ruby", "begin\n  f\nrescue => error\n  g(error)\nend\n", "used"),
        ("java", "class A { void a() { try { f(); } catch (Exception e) { throw new B(); } } }\n", "leaves"),
        ("java", "class A { void a() { try { f(); } catch (Exception e) { throw new B(); } } }\n", "wraps"),
        ("python", "try:\n    f()\nexcept Exception as error:\n    raise ShopError('x') from error\n", "wraps"),
        ("python", "try:\n    f()\nexcept Exception:\n    log.exception('x')\n", "tells"),
        ("swift", "func a() { do { try f() } catch { print(1) } }\n", "tells"),
        ("javascript", "try { f(); } catch { console.error(1); }\n", "tells"),
        ("javascript", "try { f(); } catch { }\n", "untyped"),
    ],
)
def test_what_a_handler_does(details_in, dialect, source, what):
    ((_, row),) = details_in("handlers", source, dialect)
    assert getattr(row, what)


def test_words_in_strings_and_names_do_nothing(details_in):
    source = "try:\n    f()\nexcept Exception:\n    x = 'raise # log.error'\n    catalogue = 1\n"
    ((_, row),) = details_in("handlers", source)
    assert [row.leaves, row.tells, row.explained] == [False, False, False]


def test_a_handler_inside_another_one_and_one_that_answers_a_question(details_in):
    source = "try { f(); } catch (a) {\n  try { g(); } catch (b) {}\n  throw a;\n}\n"
    assert [row.inside for _, row in details_in("handlers", source, "typescript")] == [False, True]
    source = "def a():\n    try:\n        f()\n        return True\n    except Exception:\n        return False\n"
    assert [row.asks for _, row in details_in("handlers", source)] == [True]


def test_an_apostrophe_in_a_comment_begins_no_string(details_in):
    ((_, row),) = details_in("handlers", "try { f(); } catch { /* it's no fault */ throw new A(); }\n", "typescript")
    assert [row.leaves, row.explained] == [True, True]


def test_a_hostile_handler_is_read_in_linear_time(read_apart):
    for filling in (
        "'" * 3000,
        "/*" * 1500,
        "\\" * 3000,
        "raise " * 500,
        "throw new A(" * 300,
        "`" * 3000,
        "throw new A(" + "\n" * 3000,
    ):
        assert read_apart("handlers", f"try {{ f(); }} catch (e) {{ {filling} }}\n" * 60, "javascript") == ""
