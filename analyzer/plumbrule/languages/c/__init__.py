"""C: `.c`; C++: `.cc`, `.cpp`, `.hpp` and others; `.h` is what its content is.

A header belongs to no language by its name. It is C++ if it holds what only C++ has, outside of what it keeps from C by
`#ifdef __cplusplus`; what both would read alike is C. That looks at the header alone and at nobody that includes it:
what a file says must not depend on its neighbours, for it is kept by its content.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from plumbrule.languages import Language, Late

HEADERS = (".h", ".hh", ".hpp", ".hxx", ".h++", ".inl", ".ipp", ".tcc")
MANIFESTS = (
    *("compile_commands.json", "CMakeLists.txt", "Makefile", "GNUmakefile", "makefile", "Makefile.am", "Makefile.in"),
    *("meson.build", "configure.ac", ".mk", ".cmake", ".h.in", ".hpp.in", ".hh.in", ".h.cmake.in"),
)
DECLARED, DEFINED, FILE = "/c#", "/c=", "/c/"
_TESTS = (
    *("test_*", "*_test", "*_tests", "test-*", "*-test", "*-tests", "test", "tests", "unittest", "*_unittest"),
    *("*Test", "*Tests", "*_gtest", "testutil", "testharness"),
)

_C = Language(
    name="c",
    dialect="c",
    suffixes=(".c",),
    grammar=Late("tree_sitter_c:language"),
    extract=Late("plumbrule.languages.c.facts:extract"),
    resolver=Late("plumbrule.languages.c.resolver:IncludeResolver"),
    manifests=MANIFESTS,
    folder=Path(__file__).parent,
    standard=re.compile(r"libc|libstdc\+\+").fullmatch,
    tests=_TESTS,
    declares=Late("plumbrule.languages.c.resolver:declares"),
    poured=(DECLARED, DEFINED),
)
LANGUAGES = (
    _C,
    replace(_C, dialect="h", suffixes=(".h",), written_in=Late("plumbrule.languages.c.directives:dialect_of")),
    replace(
        _C,
        name="cpp",
        dialect="cpp",
        suffixes=(".cc", ".cpp", ".cxx", ".c++", *HEADERS[1:], ".cppm", ".ixx"),
        grammar=Late("tree_sitter_cpp:language"),
        extract=Late("plumbrule.languages.c.facts:extract_cpp"),
    ),
)
