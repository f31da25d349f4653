"""The graph as tables: the one place that says which columns the database holds, for the store and for rule SQL alike.

`BASE` tables are flattened from a graph's file bundles; every measure adds tables of its own (see `measures`).
In each of them the first column is `repo` and, in base tables, the second is the file that owns the row, so that a
changed file's rows can be replaced by path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import Any

from plumbrule.data import dataclass
from plumbrule.graph import FileRows

Row = tuple[Any, ...]  # one database row; types as the columns say


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    type: str  # a DuckDB type
    doc: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its columns."""

    name: str
    doc: str  # what one row means
    columns: tuple[Column, ...]
    names: tuple[str, ...] = field(init=False)  # of the columns

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))


def columns(text: str) -> tuple[Column, ...]:
    """Columns from lines of `name TYPE what it means`."""
    found = []
    for line in text.strip().splitlines():
        name, type_, doc = line.strip().split(None, 2)
        found.append(Column(name, type_, doc))
    return tuple(found)


_OWNER = "repo VARCHAR repository, by its name in the store\npath VARCHAR repository-relative file, with `/`\n"
_SOURCE = "repo VARCHAR repository, by its name in the store\nsrc VARCHAR the depending file\n"

BASE: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table(
            "file",
            "A file of a known language.",
            columns(
                _OWNER
                + """language VARCHAR "python" and so on, as the analyzer has them
                blob VARCHAR object id of the analysed bytes
                lines INTEGER physical lines
                code_lines INTEGER lines that hold code, comments and docstrings left out
                is_test BOOLEAN a test by its folder or name
                is_generated BOOLEAN written by a program, as it says itself, its name does or `.gitattributes`
                doubtful INTEGER lines that the parser could not make sense of; what stands there may be missed
                test_marks VARCHAR folders around it and the glob of its name that make it a test, joined by ", "
                is_vendored BOOLEAN a copy of another project's, by its folder, its name or `.gitattributes`
                private_folders VARCHAR folders around it that its language keeps from those outside, joined by ", "
                dialect VARCHAR key of its grammar: "typescript", "tsx" and so on
                imports INTEGER imported names looked up here, external ones left out
                resolved INTEGER of which a file was found"""
            ),
        ),
        Table(
            "symbol",
            "A definition: function, class, module-level variable and so on.",
            columns(
                _OWNER
                + """symbol VARCHAR dotted path inside the file
                kind VARCHAR function, method, class, interface, enum, type, variable, constant, namespace or property
                visibility VARCHAR public, protected or private, by the language's own rule
                exported BOOLEAN importable from outside its file
                signature VARCHAR on one line; empty for variables
                line INTEGER first line
                end_line INTEGER last line
                decorators VARCHAR as written, joined by ", "
                modifiers VARCHAR such as abstract, static, async, generator, wrapped, packaged, deprecated or test
                exported_as VARCHAR names other than its own by which others import it, joined by ", " """
            ),
        ),
        Table(
            "function",
            "Body figures of one function or method.",
            columns(
                _OWNER
                + """symbol VARCHAR dotted path inside the file
                line INTEGER first line
                cyclomatic INTEGER McCabe 1976: as radon counts Python, as lizard counts the others
                cognitive INTEGER cognitive complexity (Campbell 2018)
                nesting INTEGER deepest nesting of control structures
                statements INTEGER statements in the body, docstring left out
                code_lines INTEGER lines with code
                tokens INTEGER named leaf tokens of the body
                interface_tokens INTEGER named leaf tokens of the signature
                exact_hash BIGINT equal for bodies that differ in white space and comments only; 0 = too small
                shape_hash BIGINT equal for renamed copies too; 0 = too small, or a test beside code
                forwards VARCHAR the callee, if this only passes its arguments on
                forward_grade VARCHAR A strict, B with one more statement or a constant argument
                handlers INTEGER exception handlers
                raises INTEGER raise or throw statements
                own_cognitive INTEGER of cognitive what lies in no function inside
                weight INTEGER cognitive, or that of the worst unnamed function inside if this decides nothing itself
                depth INTEGER nesting, functions inside included
                inside VARCHAR what of cognitive lies in which functions inside
                accessor VARCHAR set or delete if it is that of a property, all of whose accessors have one symbol"""
            ),
        ),
        Table(
            "dependency",
            "One file depends on another of the same repository, by one kind, at one line.",
            columns(
                _SOURCE
                + """dst VARCHAR the file depended on
                kind VARCHAR import, part (dst is a module inside src), uses, call, inherit or type
                type_only BOOLEAN vanishes at run time
                lazy BOOLEAN inside a function
                line INTEGER where, in src
                names VARCHAR imported or referenced names, sorted
                confidence DOUBLE 0 to 1
                upward BOOLEAN an import of what src is itself a part of"""
            ),
        ),
        Table(
            "use",
            "One symbol used from another file.",
            columns(
                _SOURCE
                + """dst VARCHAR the file that defines it
                symbol VARCHAR dotted path in dst; empty = the module itself
                kind VARCHAR import, call, inherit, type, read or look (compared, asked about)
                line INTEGER where, in src
                user VARCHAR the symbol of src that uses it; empty at module level
                calls VARCHAR ways to call it (count by place;names, * spread, < element, ? unknown), joined by |"""
            ),
        ),
        Table(
            "external_dependency",
            "A name imported from outside the repository.",
            columns(
                _SOURCE
                + """package VARCHAR top-level package
                module VARCHAR as written
                name VARCHAR imported name; empty = the module itself
                line INTEGER where, in src
                type_only BOOLEAN vanishes at run time
                standard BOOLEAN it is the language's own library, or its platform's, and so no package of anybody's
                ecosystem VARCHAR npm or composer, where the registry has package by that name; empty = not known"""
            ),
        ),
        Table(
            "unresolved",
            "An import that looks like this repository's own code and was not found.",
            columns(
                _OWNER
                + """line INTEGER where
                text VARCHAR the target as written
                reason VARCHAR why it could not be resolved"""
            ),
        ),
    )
}

_FLATTEN: Mapping[str, Callable[[FileRows], Iterable[Row]]] = {
    "file": lambda r: [(r.file.language, r.file.blob, *r.file[3:], r.file.dialect, r.imports, r.resolved)],
    "symbol": lambda r: r.symbols,
    "function": lambda r: r.functions,
    "dependency": lambda r: r.dependencies,
    "use": lambda r: r.uses,
    "external_dependency": lambda r: r.externals,
    "unresolved": lambda r: r.unresolved,
}


def flatten(table: str, repo: str, files: Iterable[tuple[str, FileRows]]) -> list[Row]:
    """The rows of one base table for these files, in `BASE[table].columns` order."""
    rows_of = _FLATTEN[table]
    return [(repo, path, *row) for path, rows in files for row in rows_of(rows)]


def flatten_own(table: str, files: Iterable[tuple[str, FileRows]]) -> list[Row]:
    """The same without the first column, which is alike in all of them."""
    rows_of = _FLATTEN[table]
    return [(path, *row) for path, rows in files for row in rows_of(rows)]
