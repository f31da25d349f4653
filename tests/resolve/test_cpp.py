"""C++: names that are qualified with another name of a namespace."""

from __future__ import annotations

from plumbrule.snapshot import analyse_files

HEADERS = {
    "tax.hpp": "namespace shop { namespace tax { class Rate {}; int of(int); const int LEAST = 1; } }\n",
    "far.hpp": "namespace far { class Rate {}; class Path {}; int of(int); }\n",
}


def _led(source: str) -> set[tuple[str, str, int]]:
    files = {**HEADERS, "use.cpp": f'#include "far.hpp"\n#include "tax.hpp"\n{source}'}
    rows = analyse_files({name: text.encode() for name, text in files.items()}).files["use.cpp"]
    assert rows is not None
    return {(use.dst, use.symbol, use.line - 2) for use in rows.uses if use.kind != "import"}


def test_another_name_of_a_namespace_is_read_as_the_namespace() -> None:
    source = """namespace s = ::shop;
namespace t = s::tax;
namespace fs = std::filesystem;
t::Rate made(t::of(t::LEAST));
int inner() {
  namespace t = far;
  return t::of(1);
}
class Till : public t::Rate { fs::Path path; };
"""
    assert _led(source) == {
        *{("tax.hpp", name, 4) for name in ("Rate", "of", "LEAST")},
        ("far.hpp", "of", 7),
        ("tax.hpp", "Rate", 9),
    }
