"""Imports that found a file of this repository before a change, and a name in it, and do not since.

Hides how a statement is recognised in a file that itself changed (by what it says, not by its line), when leading
out of the repository is what the change meant: a package that was part of the tree and is a declared dependency now,
when a file that was only guessed to be meant is missed (if it had the name),
and that a name may be asked for where it is used (`module.name`, or through a star) and not in the statement, or need
none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from plumbrule.facts import OPTIONAL, RECEIVED, Interface
from plumbrule.graph import Dependency, FileRows, Graph, Use
from plumbrule.languages import entries, spoken
from plumbrule.measures import Measure, Situation
from plumbrule.measures._offers import (
    ASKED_AT_RUN_TIME,
    Side,
    exported,
    gives,
    module_instead,
    offers_all,
    sides_of,
    surely_lacks,
)
from plumbrule.measures._twice import cancelled
from plumbrule.measures._unimported import Gone, Losses, gone_of_spaces, is_given
from plumbrule.tables import Row, Table, columns

_CALLED = ("function", "class")


class _Said(NamedTuple):
    """What an import statement asks for, in the words of the file."""

    level: int
    module: str
    name: str

    @property
    def is_whole(self) -> bool:
        """Whether it asks for a file as a whole."""
        return self.name in ("", "*")

    @property
    def text(self) -> str:
        """As rows of `unresolved` have it."""
        module = "." * self.level + self.module
        return f"{module}:{self.name}" if self.name else module

    def is_of(self, dependency: Dependency) -> bool:
        """Whether the statement, known to stand on its line, can be what a dependency comes from."""
        return dependency.kind == "import" and (self.is_whole or self.name in dependency.names.split(", "))


def _statements(s: Situation, rows: FileRows) -> dict[int, list[_Said]]:
    """By line; what may fail without harm is left out."""
    found: dict[int, list[_Said]] = {}
    for one in s.facts.interface(rows.file.dialect, rows.file.blob).imports:
        if not one.flags & OPTIONAL:
            found.setdefault(one.line, []).append(_Said(one.level, one.module, one.name))
    return found


def _failing(rows: FileRows, said: Mapping[int, Collection[_Said]]) -> dict[_Said, str]:
    """Statements that find no file of this repository or not their name in it, and the package they lead to instead,
    if any."""
    found = {}
    for external in rows.externals:
        for one in said.get(external.line, ()):
            if (one.module, one.name) == (external.module, external.name):
                found[one] = external.package
    for unresolved in rows.unresolved:
        found.update((one, "") for one in said.get(unresolved.line, ()) if one.text == unresolved.text)
    return found


def lost_imports(s: Situation) -> Collection[Row]:
    """The rows of `lost_import`."""
    moved_to = {old: new for new, old in s.renamed.items()}
    losses = Losses(s, moved_to)
    sides = sides_of(s)
    rows: list[Row] = []
    used: list[Row] = []
    gone: list[tuple[str, Gone]] = []
    for path in sorted(s.changed):
        if path in s.now and s.renamed.get(path, path) in s.before:
            rows += _lost_by(s, path, moved_to)
            rows += _lost_from_packages(s, path, moved_to)
            rows += _lost_but_declared(s, path, *sides)
            rows += _lost_to_module(s, path, *sides)
            used += _lost_where_used(s, path, moved_to, *sides)
            gone += [(path, one) for one in gone_of_spaces(s, path, losses)]
    for lost in cancelled(s, *sides):
        places = " and ".join(path for path, _ in lost.ends)
        detail = f"offered more than once, by {places}"
        rows.append((s.now.repo, lost.path, lost.name, "not-exported", detail, lost.edge.src, lost.edge.line))
    told = {(*row, not _was_made_up(s, sides[0], str(row[1]), str(row[2]))) for row in rows}.union(used)
    told |= {(s.now.repo, one.path, one.symbol, "removed", "", src, one.line, one.certain) for src, one in gone}
    return sorted(told)


def _was_made_up(s: Situation, before: Side, path: str, name: str) -> bool:
    """Whether a file only ever answered for this name at run time, so that nobody can tell whether it gave it."""
    was = s.renamed.get(path, path)
    if not name or was not in before.graph:
        return False
    interface = before.interface(was)
    known = {one.name for one in interface.symbols}.union(one.alias for one in interface.imports)
    return ASKED_AT_RUN_TIME in known and name not in known


def _lost_by(s: Situation, path: str, moved_to: Mapping[str, str]) -> Iterator[Row]:
    before, now = s.before.rows(s.renamed.get(path, path)), s.now.rows(path)
    if (before.externals, before.unresolved) == (now.externals, now.unresolved):
        return
    said_before, said_now = _statements(s, before), _statements(s, now)
    failing = _newly_failing(s, before, said_before, now, said_now)
    line_of = {one: line for line, several in said_now.items() for one in several}
    still = {one.dst for one in now.dependencies if one.kind == "import"}
    for dependency in before.dependencies if failing else ():
        asked = [one for one in said_before.get(dependency.line, ()) if one in failing and one.is_of(dependency)]
        rows = s.before.rows(dependency.dst) if dependency.dst in s.before else None
        if not asked or rows is None or rows.file.is_generated:
            continue
        for one in asked:
            line = line_of[one]
            if one.is_whole and dependency.dst in still:
                continue  # of several on a line it was another that found this file
            if dependency.confidence < 1.0 and not _still_guessed(before, now, dependency, one, line, moved_to):
                continue
            lost = _lost_name(_Lost(s, before, now, dependency, moved_to), one, line)
            what = lost or _lost_file(s, dependency.dst, one, moved_to)
            yield (s.now.repo, *what, path, line)


def _newly_failing(
    s: Situation,
    before: FileRows,
    said_before: Mapping[int, Collection[_Said]],
    now: FileRows,
    said_now: Mapping[int, Collection[_Said]],
) -> set[_Said]:
    """Statements that fail and did not; those that lead to a declared dependency instead are left out."""
    failed_before = _failing(before, said_before)
    return {
        one for one, package in _failing(now, said_now).items()
        if one not in failed_before and not (package and s.declared(package))
    }  # fmt: skip


def _still_guessed(
    before: FileRows, now: FileRows, guess: Dependency, asked: _Said, line: int, moved_to: Mapping[str, str]
) -> bool:
    """Whether a file that the statement was only guessed to mean had what it asks for, and is still what it means.

    Where neither the guess has changed nor the name was there, its absence says that the guess was wrong.
    """
    had_it = asked.is_whole or any(
        one.kind == "uses" and one.line == guess.line and asked.name in one.names.split(", ")
        for one in before.dependencies
    )
    here = {one.dst for one in now.dependencies if one.line == line and asked.is_of(one)}
    return had_it and (not here or moved_to.get(guess.dst, guess.dst) in here)


def _lost_file(s: Situation, was: str, asked: _Said, moved_to: Mapping[str, str]) -> tuple[str, str, str, str]:
    """(path, symbol, change, detail) of a file that is not found any more."""
    moved = moved_to.get(was, "")
    if was in s.now:
        return was, "", "not-exported", f"not found as {asked.module or asked.name!r} any more"
    return (was, "", "moved", f"now {moved}") if moved in s.now else (was, "", "removed", "")


class _Lost(NamedTuple):
    """A statement that fails now, in its file before and now, and what it found before."""

    s: Situation
    before: FileRows
    now: FileRows
    found: Dependency
    moved_to: Mapping[str, str]


def _lost_name(lost: _Lost, asked: _Said, line: int) -> tuple[str, str, str, str] | None:
    """(path, symbol, change, detail) if the statement still finds a file, but not the name in it; else None."""
    here = next((one.dst for one in lost.now.dependencies if one.line == line and asked.is_of(one)), "")
    if asked.is_whole or not here:
        return None
    ends = [
        use for use in lost.before.uses
        if use.kind == "import" and use.line == lost.found.line and use.symbol in (asked.name, "")
    ]  # fmt: skip
    if any(use.symbol == "" and use.dst == lost.found.dst for use in ends):
        return None  # the name was that of a file
    for use in ends:
        # Where a definition is gone, it is that which is missed, by whatever way it was reached.
        home = here if use.dst == lost.found.dst else lost.moved_to.get(use.dst, use.dst)
        if use.symbol and home in lost.s.now and not _defines(lost.s.now, home, use.symbol):
            return home, use.symbol, "removed", ""
    is_hidden = _defines(lost.s.now, here, asked.name)
    return here, asked.name, "not-exported" if is_hidden else "removed", ""


def _defines(graph: Graph, path: str, symbol: str) -> bool:
    return any(one.symbol == symbol for one in graph.rows(path).symbols)


def _lost_but_declared(s: Situation, path: str, before: Side, now: Side) -> Iterator[Row]:
    """Names that code lost and the file beside it still declares: whoever imports them finds them there alone, and
    nothing when the program runs."""
    declaring = _declared_beside(s, path)
    if not declaring or path not in s.before or s.now.rows(path).file.is_generated:
        return
    language = before.graph.rows(path).file.language
    lost = {
        name for name in exported(before.interface(path), language)
        if surely_lacks(now, path, name, star=False) and gives(now, declaring, name, star=False)
    }  # fmt: skip
    for edge in s.now.edges() if lost else ():
        if edge.dst in (declaring, path) and not edge.type_only:
            for name in sorted(lost.intersection(edge.names.split(", "))):
                yield s.now.repo, path, name, "removed", f"still declared in {declaring}", edge.src, edge.line


def _lost_to_module(s: Situation, path: str, before: Side, now: Side) -> Iterator[Row]:
    """Names that a package no longer binds and has a module for: the import goes on and gives the module, which who
    calls it cannot. What else is done with it may go well with a module, too."""
    is_package = path.rpartition("/")[2] in entries() and path in s.before
    language = before.graph.rows(path).file.language if is_package else ""
    if not is_package or not offers_all(language):
        return
    interface = before.interface(path)
    bound = {one.alias for one in interface.imports} | exported(interface, language)
    instead = {name: module for name in bound if (module := module_instead(now, path, name))}
    for name, module in sorted(instead.items()):
        callers = {edge.src for edge in s.now.edges() if edge.dst == module and edge.src in s.before}
        for src in sorted(callers) if _is_called(before, path, name) else ():
            if _takes(before, src, path, name) and _takes(now, src, path, name):
                for line in _calls_of_all(s.now, src, module):
                    yield s.now.repo, path, name, "removed", f"{module} in its place", src, line


def _calls_of_all(graph: Graph, path: str, module: str) -> Iterator[int]:
    """The lines where a file calls what is a module now, and not something in it."""
    for use in graph.rows(path).uses:
        if (use.dst, use.symbol, use.kind) == (module, "", "call") and use.calls not in ("", "?", "*", "<"):
            yield use.line


def _is_called(side: Side, path: str, name: str) -> bool:
    """Whether a package binds the name to a function or class, its own or that of another file."""
    rows = side.graph.rows(path)
    found = [(path, name)]
    for one in side.interface(path).imports:
        if one.alias == name and one.symbol < 0:
            ends = [use for use in rows.uses if use.kind == "import" and (use.line, use.symbol) == (one.line, one.name)]
            found += [(use.dst, use.symbol) for use in ends if use.dst in side.graph]
    return any(
        symbol.symbol == defined and symbol.kind in _CALLED
        for file, defined in found
        for symbol in side.graph.rows(file).symbols
    )


def _takes(side: Side, path: str, package: str, name: str) -> bool:
    """Whether the file imports this name from a package, by what its statements say."""
    folder = package.rpartition("/")[0].rpartition("/")[2]
    return any(
        one.name == name and not one.flags & OPTIONAL
        and (one.module.rpartition(".")[2] == folder if one.module else one.level > 0)
        for one in side.interface(path).imports
    )  # fmt: skip


def _declared_beside(s: Situation, path: str) -> str:
    """The file beside this one that declares what it offers, on both sides of the change; empty if there is none."""
    for dialect in spoken(s.now.rows(path).file.language):
        for ending, other in dialect.declared:
            declaring = path.removesuffix(ending) + other
            if path.endswith(ending) and declaring in s.now and declaring in s.before:
                return declaring
    return ""


def _lost_from_packages(s: Situation, path: str, moved_to: Mapping[str, str]) -> Iterator[Row]:
    """Names that this file takes from a package of several files where it uses them, and that none of those has now."""
    before, now = s.before.rows(s.renamed.get(path, path)), s.now.rows(path)
    failed_before = {one.text for one in before.unresolved}
    failing = [one for one in now.unresolved if one.text not in failed_before]
    if not failing:
        return
    here = {one.module for several in _statements(s, now).values() for one in several if not one.name}
    lines = {line: one.module for line, several in _statements(s, before).items() for one in several if not one.name}
    gave: dict[str, list[str]] = {}  # who had what
    for dependency in before.dependencies:
        if dependency.kind == "import" and dependency.line in lines:
            for name in dependency.names.split(", "):
                gave.setdefault(f"{lines[dependency.line]}:{name}", []).append(dependency.dst)
    for one in failing:
        module, _, name = one.text.rpartition(":")
        for home in gave.get(one.text, ()) if module in here else ():
            if not s.before.rows(home).file.is_generated and _defines(s.before, home, name):
                yield s.now.repo, moved_to.get(home, home), name, "removed", "", path, one.line


class _Asked(NamedTuple):
    """A name that code asks of other files where it uses it."""

    kind: str
    text: str  # as it is used
    name: str
    files: tuple[str, ...]  # that are asked: one module, or all that are imported with a star
    is_given: bool = False  # whether the language's own libraries may have it as well

    @property
    def of_star(self) -> bool:
        return "." not in self.text


def _lost_where_used(s: Situation, path: str, moved_to: Mapping[str, str], before: Side, now: Side) -> Iterator[Row]:
    """Names that this file uses as members of a module, or through a star, and that are not there any more."""
    old_path = s.renamed.get(path, path)
    rows = s.before.rows(old_path)
    if rows.uses == s.now.rows(path).uses:
        return
    # Of one text each part may be asked of another module: `crate` for `A` in `crate::A::b`, and what `A` is for `b`.
    known = {(one.kind, one.text, one.name): (one, line) for one, line in _asked(before, old_path)}
    for one, line in _asked(now, path) if known else ():
        earlier, line_before = known.get((one.kind, one.text, one.name), (None, 0))
        gave = _who_gave(before, earlier) if earlier is not None else ""
        here = moved_to.get(gave, gave)
        if here not in one.files or not all(surely_lacks(now, f, one.name, star=one.of_star) for f in one.files):
            continue
        ends = [use for use in rows.uses if (use.kind, use.line) == (one.kind, line_before)]
        yield (s.now.repo, *_lost_end(s, ends, here, one.name, moved_to), path, line, not one.is_given)


def _who_gave(side: Side, asked: _Asked) -> str:
    """The file that answered; empty if none did, or one that is written anew by a program."""
    gave = next((file for file in asked.files if gives(side, file, asked.name, star=asked.of_star)), "")
    return gave if gave and not side.graph.rows(gave).file.is_generated else ""


def _lost_end(
    s: Situation, ends: Collection[Use], here: str, name: str, moved_to: Mapping[str, str]
) -> tuple[str, str, str, str]:
    """(path, symbol, change, detail) of what is missed of a name that was asked of file `here` and led to `ends`."""
    for use in ends:
        # Where a definition is gone, it is that which is missed, by whatever way it was reached.
        home, top = moved_to.get(use.dst, use.dst), use.symbol.partition(".")[0]
        is_it = top == name or (top and home == here)
        if is_it and home in s.now and not _defines(s.now, home, top):
            return home, top, "removed", ""
    return here, name, "not-exported" if _defines(s.now, here, name) else "removed", ""


def _asked(side: Side, path: str) -> Iterator[tuple[_Asked, int]]:
    """What the file asks of others where it uses it, with the line."""
    interface = side.interface(path)
    modules, stars = _whole(interface, side.graph.rows(path))
    bound = {one.alias for one in interface.imports} | {symbol.name for symbol in interface.symbols}
    language = side.graph.rows(path).file.language
    for symbol, kind, dotted, line, _, through in side.body(path).references if modules or stars else ():
        if through >= 0 and not interface.imports[through].flags & RECEIVED:
            continue  # its first part may be another file's name elsewhere
        head, _, rest = dotted.partition(".")
        for stem, file in modules.get(head, ()) if rest else ():
            if dotted.startswith(stem + "."):
                yield _Asked(kind, dotted, dotted[len(stem) + 1 :].partition(".")[0], (file,)), line
        if stars and not rest and head not in bound:
            given = is_given(language, head, kind, interface, symbol)
            yield _Asked(kind, head, head, tuple(stars), given), line


def _whole(interface: Interface, rows: FileRows) -> tuple[dict[str, list[tuple[str, str]]], list[str]]:
    """The files that imports bind as modules, by the first part of the dotted name that stands for them; and those
    imported with a star, "" for one that is not found."""
    found: dict[int, set[str]] = {}  # by line of the import
    for use in rows.uses:
        if use.kind == "import" and use.symbol == "":
            found.setdefault(use.line, set()).add(use.dst)
    modules: dict[str, list[tuple[str, str]]] = {}
    stars: list[str] = []
    for one in interface.imports:
        files = found.get(one.line, set())
        if one.name == "*" and not one.alias:
            stars += files or [""]
        elif one.alias and len(files) == 1 and not one.flags & OPTIONAL:
            is_dotted = one.name == "" and one.alias == one.module.partition(".")[0]
            modules.setdefault(one.alias, []).extend((one.module if is_dotted else one.alias, file) for file in files)
    return modules, stars


MEASURES = (
    Measure(
        Table(
            "lost_import",
            "An import, or a name that needs none, that stands as it did and does not find what it found before.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR the file that it found, or in which the name is missing now
                symbol VARCHAR the name that is missing; empty = the file itself
                change VARCHAR what became of it: removed, moved, or not-exported (it is there and not found)
                detail VARCHAR where it is now, or how it is not found
                src VARCHAR the file that imports, where it is now
                line INTEGER of the import; of the first use, for a name that no import names
                certain BOOLEAN false if a star import from outside or the language's own libraries may give the name"""
            ),
        ),
        lost_imports,
        scope="change",
    ),
)
