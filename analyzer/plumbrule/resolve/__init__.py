"""Binds imports and references to files and symbols, again only where an answer can have changed.

Hides how change travels. Every look a resolver takes into the tree is recorded against the question that caused it,
and every interface read while following a name is recorded against the reader; so after a change exactly those files
are bound again whose questions touch it. One code path serves the cold scan (everything is new), history (a few
files a commit), the work tree and the gate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from plumbrule.facts import LAZY, TYPE_ONLY, Body, Import, Interface, Reference
from plumbrule.graph import Dependency, FileRow, FileRows, FunctionRow, SymbolRow, Unresolved, Use
from plumbrule.graph import External as ExternalRow
from plumbrule.languages import External, Language, Located, Resolver, Target, is_test, languages
from plumbrule.measures import FactsOf


class Entry(NamedTuple):
    """A file as the tree holds it. `dialect` is "" for a file of no known language or without facts (skipped)."""

    blob: str
    dialect: str


class Tree:
    """Which files exist, and the bytes of manifests. Records what was asked, for the question being answered."""

    def __init__(self, read: Callable[[str, str], bytes]) -> None:
        self.entries: dict[str, Entry] = {}
        self._folders: dict[str, int] = {}
        self._read = read
        self._asked: set[str] | None = None

    def has(self, path: str) -> bool:
        if self._asked is not None:
            self._asked.add(path)
        return path in self.entries

    def is_dir(self, path: str) -> bool:
        """Whether any file lies under `path`; "" is the root."""
        path = path.rstrip("/")
        if self._asked is not None:
            self._asked.add(path + "/")
        return path in self._folders or path == ""

    def paths(self, suffixes: tuple[str, ...] | None = None) -> Iterator[str]:
        """All paths (with one of these endings), sorted. For use while a resolver is made; a change renews it."""
        return iter(sorted(p for p in self.entries if suffixes is None or p.endswith(suffixes)))

    def read(self, path: str) -> bytes:
        """The bytes of a manifest; KeyError if there is no such file."""
        if self._asked is not None:
            self._asked.add(path)
        return self._read(path, self.entries[path].blob)

    def has_facts(self, path: str) -> bool:
        """Whether the file is code that was parsed."""
        entry = self.entries.get(path)
        return entry is not None and entry.dialect != ""

    def put(self, path: str, entry: Entry | None) -> Iterator[str]:
        """Sets or removes a file; yields what came to exist or vanished: the path, and "folder/" for folders."""
        known = path in self.entries
        if entry is not None:
            self.entries[path] = entry
            if known:
                return
        elif known:
            del self.entries[path]
        else:
            return
        yield path
        step = 1 if entry is not None else -1
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            count = self._folders.get(folder, 0) + step
            if count:
                self._folders[folder] = count
            else:
                del self._folders[folder]
            if count == max(step, 0):
                yield folder + "/"

    def watch(self) -> set[str]:
        """Starts recording; the returned set fills with every path asked about until the next `watch` or `rest`."""
        self._asked = set()
        return self._asked

    def rest(self) -> None:
        self._asked = None


class Memory(NamedTuple):
    """What a resolution knows about change: who must be bound again when something moves."""

    readers: dict[str, dict[str, set[str]]]  # file -> name looked up in its interface -> files whose rows hang on it
    asked: dict[str, set[str]]  # path or "folder/" -> files one of whose imports asked whether it exists


class _Moved(NamedTuple):
    """What an update has set in motion so far."""

    touched: set[str]  # files set or removed
    appeared: set[str]  # paths and "folder/" that came, went, or gained or lost facts
    dirty: set[str]  # files to be bound again
    gone: set[str]  # files that had facts and have none now


class Definition(NamedTuple):
    """Where a name leads in the end; `symbol` "" is the module itself."""

    path: str
    symbol: str


class _Question(NamedTuple):
    language: str
    folder: str
    module: str
    level: int
    name: str


_Read = tuple[str, str]  # (file, name looked up in its interface); the name "" is the file itself


class _Answer(NamedTuple):
    target: Target
    asked: frozenset[str]


_LONGEST_CHAIN = 60  # re-exports followed in a row; Python's own stack sets the bound, real chains stay under ten


@dataclass(frozen=True, slots=True)
class _Bound:
    """One import row with its answer."""

    row: Import
    target: Target


class Resolution:
    """The bound state of one repository's tree; `update` moves it to another tree.

    After `update` the state is that of the new tree whatever way it was reached: the rows of a file depend on the
    tree alone (a test compares random histories with cold resolution).
    """

    def __init__(self, facts: FactsOf, read: Callable[[str, str], bytes]) -> None:
        self.tree = Tree(read)
        self._facts = facts
        self._interfaces: dict[str, Interface] = {}
        self._symbols: dict[str, frozenset[str]] = {}
        self._resolvers: dict[str, Resolver] = {}
        self._prints: dict[str, object] = {}
        self._manifests: dict[str, frozenset[str]] = {}  # language -> what its resolver asked while it was made
        self._answers: dict[_Question, _Answer] = {}
        self._asked_by: dict[str, set[_Question]] = defaultdict(set)
        self._asked_before: dict[str, set[str]] = {}  # the same by file, as an earlier process remembered it
        self._users: dict[_Question, set[str]] = defaultdict(set)
        # path -> name looked up in its interface -> files whose rows hang on the answer; "" is the file itself.
        self._readers: dict[str, dict[str, set[str]]] = defaultdict(dict)
        self._reads: dict[str, set[_Read]] = {}
        self._questions: dict[str, set[_Question]] = {}
        self._bound: dict[str, list[_Bound]] = {}
        self._defined: dict[_Read, tuple[Definition | None, frozenset[_Read]]] = {}
        self._defined_through: dict[str, set[_Read]] = defaultdict(set)

    def update(self, changes: Mapping[str, Entry | None]) -> dict[str, FileRows | None]:
        """Moves to the tree with these files set or removed (None); the bundles that may differ, gone ones as None."""
        moved = _Moved(set(), set(), set(), set())
        for path, entry in changes.items():
            if self.tree.entries.get(path) != entry:
                self._set(path, entry, moved)
        self._renew_resolvers(moved.touched, moved.appeared, moved.dirty)
        for what in moved.appeared:
            for question in self._asked_by.pop(what, ()):
                self._drop_answer(question, moved.dirty)
            for user in self._asked_before.pop(what, ()):
                moved.dirty.add(user)
                moved.dirty.update(*self._readers.get(user, {}).values())
        # First every binding, then every name: a name may lead through another file that is dirty as well.
        stale = [path for path in moved.dirty - moved.gone if self.tree.has_facts(path)]
        for path in stale:
            self._drop_definitions(path)
        for path in stale:
            self._bind(path)
        delta: dict[str, FileRows | None] = dict.fromkeys(moved.gone)
        for path in sorted(stale):
            delta[path] = self._rows(path)
        return delta

    def _set(self, path: str, entry: Entry | None, moved: _Moved) -> None:
        """Sets or removes one file of the tree, and notes whom that may concern."""
        moved.touched.add(path)
        earlier = self._interface(path)
        moved.appeared.update(self.tree.put(path, entry))
        if entry is None or not entry.dialect:
            if earlier is not None:
                moved.gone.add(path)
                moved.appeared.add(path)
                self._forget(path)
                moved.dirty.update(*self._readers.pop(path, {}).values())
            return
        interface = self._facts.interface(entry.dialect, entry.blob)
        names = None if earlier is None else _moved_names(earlier, interface)
        if names is None or names:
            readers = self._readers.get(path, {})
            moved.dirty.update(*(readers.values() if names is None else (readers.get(name, ()) for name in names)))
            self._drop_definitions(path)
        if earlier is None:
            moved.appeared.add(path)
        self._keep(path, interface)
        moved.dirty.add(path)

    def memory(self) -> Memory:
        """What a later process needs to go on from this tree without binding it again."""
        asked: dict[str, set[str]] = {what: set(users) for what, users in self._asked_before.items()}
        for what, questions in self._asked_by.items():
            users = set().union(*(self._users.get(question, ()) for question in questions))
            if users:
                asked.setdefault(what, set()).update(users)
        readers = {
            path: {name: set(files) for name, files in names.items() if files} for path, names in self._readers.items()
        }
        return Memory({path: names for path, names in readers.items() if names}, asked)

    def recall(self, entries: Mapping[str, Entry], memory: Memory) -> None:
        """Stands on this tree, which an earlier process had bound and remembered; facts are read when needed."""
        for path, entry in entries.items():
            for _ in self.tree.put(path, entry):
                pass
        self._readers.update(memory.readers)
        self._asked_before = memory.asked
        self._renew_resolvers(set(), set(entries), set())

    def languages(self) -> list[str]:
        """Languages that have files here, sorted."""
        return sorted(self._resolvers)

    def resolver(self, language: str) -> Resolver | None:
        """The resolver of a language that has files here, e.g. to answer another repository's imports."""
        return self._resolvers.get(language)

    def definition(self, path: str, name: str) -> Definition | None:
        """Where `name`, looked up in file `path`, is defined in the end; None if the file does not offer it."""
        return self._define(path, name)[0]

    # -- invalidation -------------------------------------------------------------------------------------------

    def _renew_resolvers(self, touched: set[str], appeared: set[str], dirty: set[str]) -> None:
        """Makes resolvers anew where what settled them may have changed; other answers stand if nothing did."""
        if not appeared and not any(asked & touched for asked in self._manifests.values()):
            return
        present: dict[str, Language] = {}
        for dialect in {entry.dialect for entry in self.tree.entries.values()} - {""}:
            present.setdefault(languages()[dialect].name, languages()[dialect])
        for name in self._resolvers.keys() - present.keys():
            del self._resolvers[name], self._prints[name], self._manifests[name]
        for name, language in sorted(present.items()):
            dialects = [other for other in languages().values() if other.name == name]
            own = tuple(ending for other in dialects for ending in (*other.suffixes, *other.names))
            asked = self._manifests.get(name)
            moved = any(path.endswith((*own, *language.manifests)) for path in appeared)
            if asked is not None and not moved and asked.isdisjoint(touched) and asked.isdisjoint(appeared):
                continue
            watch = self.tree.watch()
            resolver = language.resolver(self.tree)
            self.tree.rest()
            fingerprint = resolver.fingerprint()
            if fingerprint != self._prints.get(name):
                for question in [question for question in self._answers if question.language == name]:
                    self._drop_answer(question, dirty)
                if name in self._prints:
                    dirty |= {
                        p for p, e in self.tree.entries.items() if e.dialect and languages()[e.dialect].name == name
                    }
            self._resolvers[name], self._prints[name] = resolver, fingerprint
            self._manifests[name] = frozenset(watch)

    def _drop_answer(self, question: _Question, dirty: set[str]) -> None:
        if self._answers.pop(question, None) is None:
            return
        users = self._users.pop(question, set())
        dirty |= users
        for user in users:
            # Whoever followed a name through a file whose imports now lead elsewhere must look again.
            dirty.update(*self._readers.get(user, {}).values())
            self._drop_definitions(user)

    def _drop_definitions(self, path: str) -> None:
        for key in self._defined_through.pop(path, ()):
            self._defined.pop(key, None)

    def _interface(self, path: str) -> Interface | None:
        """The interface of a file of the tree; None if it has no facts."""
        known = self._interfaces.get(path)
        if known is None and self.tree.has_facts(path):
            entry = self.tree.entries[path]
            known = self._keep(path, self._facts.interface(entry.dialect, entry.blob))
        return known

    def _keep(self, path: str, interface: Interface) -> Interface:
        self._interfaces[path] = interface
        self._symbols[path] = frozenset(symbol.name for symbol in interface.symbols)
        return interface

    def _names(self, path: str) -> frozenset[str]:
        """The symbols of a file; none if it has no facts."""
        return self._symbols[path] if self._interface(path) is not None else frozenset()

    def _items(self, path: str) -> list[_Bound]:
        """The bound import rows of a file that has facts."""
        known = self._bound.get(path)
        return known if known is not None else self._bind(path)

    def _forget(self, path: str) -> None:
        self._interfaces.pop(path, None)
        self._symbols.pop(path, None)
        for question in self._questions.pop(path, ()):
            self._users[question].discard(path)
        self._unread(path, self._reads.pop(path, set()))
        self._bound.pop(path, None)
        self._drop_definitions(path)

    # -- binding ------------------------------------------------------------------------------------------------

    def _locate(self, path: str, row: Import) -> tuple[_Question, Target]:
        entry = self.tree.entries[path]
        language = languages()[entry.dialect].name
        question = _Question(language, path.rpartition("/")[0], row.module, row.level, row.name)
        answer = self._answers.get(question)
        if answer is None:
            asked = self.tree.watch()
            target = self._resolvers[language].locate(path, row)
            self.tree.rest()
            answer = _Answer(target, frozenset(asked))
            self._answers[question] = answer
            for what in asked:
                self._asked_by[what].add(question)
        return question, answer.target

    def _bind(self, path: str) -> list[_Bound]:
        bound = []
        questions = set()
        interface = self._interface(path)
        for row in interface.imports if interface is not None else ():
            question, target = self._locate(path, row)
            questions.add(question)
            bound.append(_Bound(row, target))
        for question in self._questions.get(path, set()) - questions:
            self._users[question].discard(path)
        for question in questions:
            self._users[question].add(path)
        self._questions[path] = questions
        self._bound[path] = bound
        return bound

    def _unread(self, user: str, reads: set[_Read]) -> None:
        for path, name in reads:
            self._readers[path].get(name, set()).discard(user)

    def _define(self, path: str, name: str) -> tuple[Definition | None, frozenset[_Read]]:
        """The definition, and every name that was looked up in some file to find it."""
        key = (path, name)
        known = self._defined.get(key)
        if known is None:
            entered: set[_Read] = set()
            known = self._follow(path, name, 0, entered), frozenset(entered)
            self._defined[key] = known
            for read, _ in known[1]:
                self._defined_through[read].add(key)
        return known

    def _follow(self, path: str, name: str, depth: int, search: set[_Read]) -> Definition | None:
        # Barrels may export each other in circles: every (file, name) is entered once a search.
        if depth > _LONGEST_CHAIN or (path, name) in search:
            return None
        search.add((path, name))
        interface = self._interface(path)
        if interface is None:
            return None
        # Explicit exports first: `export {a as b}` must not be shadowed by a private `b` of the same file.
        for export in interface.exports:
            if export.name == name and export.name != "*":
                if export.imported >= 0:
                    return self._imported(path, export.imported, export.local, depth, search)
                if export.local != name:
                    return self._bound_here(path, export.local, depth, search)
        found = self._bound_here(path, name, depth, search)
        if found is None and name != "default":
            for export in interface.exports:
                if export.name == "*" and export.imported >= 0:
                    found = self._imported(path, export.imported, name, depth, search)
                    if found is not None:
                        return found
        return found

    def _bound_here(self, path: str, name: str, depth: int, search: set[_Read]) -> Definition | None:
        if name in self._names(path):
            return Definition(path, name)
        stars = []
        for index, item in enumerate(self._items(path)):
            row = item.row
            if row.alias == name:
                found = self._imported(path, index, row.name, depth, search)
                if found is not None:
                    return found
            elif row.name == "*" and not row.alias:
                stars.append(index)
        for index in stars:
            target = self._items(path)[index].target
            if isinstance(target, Located) and not self._in_star(target.path, name):
                search.add((target.path, name))
                continue
            found = self._imported(path, index, name, depth, search)
            if found is not None:
                return found
        return None

    def _in_star(self, path: str, name: str) -> bool:
        """Whether `from path import *` may bind the name: what `__all__` lists, else what has no leading underscore."""
        interface = self._interface(path)
        if interface is None or not interface.has_all:
            return not name.startswith("_")
        return any(export.name == name for export in interface.exports)

    def _imported(self, path: str, index: int, name: str, depth: int, search: set[_Read]) -> Definition | None:
        """Where import row `index` of `path` leads for `name` ("" or "*" = the module itself)."""
        item = self._items(path)[index]
        if not isinstance(item.target, Located):
            return None
        if name in ("", "*") or (item.target.is_submodule and name == item.row.name):
            return Definition(item.target.path, "")
        return self._follow(item.target.path, name, depth + 1, search)

    # -- rows ---------------------------------------------------------------------------------------------------

    def _rows(self, path: str) -> FileRows:
        entry = self.tree.entries[path]
        interface = self._interface(path)
        assert interface is not None  # only files with facts have rows
        body = self._facts.body(entry.dialect, entry.blob)
        found = _Found(path, interface)
        for item in self._items(path):
            self._imported_rows(item, found)
        self._referenced_rows(body.references, found)
        self._unread(path, self._reads.get(path, set()) - found.reads)
        for read, name in found.reads:
            self._readers[read].setdefault(name, set()).add(path)
        self._reads[path] = found.reads
        file = FileRow(
            languages()[entry.dialect].name,
            entry.dialect,
            entry.blob,
            interface.lines,
            interface.code_lines,
            is_test(path),
            interface.is_generated,
        )
        return found.rows(file, body)

    def _imported_rows(self, item: _Bound, found: _Found) -> None:
        """What one import row says: a dependency, and in the end the file that defines the name."""
        row, target = item.row, item.target
        if isinstance(target, External):
            type_only = bool(row.flags & TYPE_ONLY)
            found.externals[ExternalRow(target.package, row.module, row.name, row.line, type_only)] = None
            return
        found.looked_up += 1
        if not isinstance(target, Located):
            found.unresolved[Unresolved(row.line, _as_written(row), target.reason)] = None
            return
        found.resolved += 1
        found.reads.add((target.path, ""))
        if not self.tree.has_facts(target.path):
            return  # an asset, or code that was skipped: it exists, so the import is resolved, but it has no graph
        found.edge(target.path, "import", row.line, row.name or row.alias, row, target.confidence)
        if target.is_submodule or row.name in ("", "*"):
            found.use(target.path, "", "import", row.line, row.symbol)
            return
        definition, through = self._define(target.path, row.name)
        found.reads |= through
        if definition is not None:
            found.edge(definition.path, "uses", row.line, row.name, row, target.confidence)
            found.use(definition.path, definition.symbol, "import", row.line, row.symbol)

    def _referenced_rows(self, references: list[Reference], found: _Found) -> None:
        """What names used in expressions say, where they lead out of the file."""
        path = found.path
        bound = self._items(path)
        by_alias: dict[str, list[int]] = defaultdict(list)
        stars = []
        for index, item in enumerate(bound):
            if item.row.alias:
                by_alias[item.row.alias].append(index)
            elif item.row.name == "*" and isinstance(item.target, Located):
                stars.append(index)
        own = self._names(path)
        for reference in references:
            head, _, rest = reference.text.partition(".")
            candidates = by_alias.get(head)
            if candidates:
                index, definition, through = self._through_import(path, candidates, reference.text, rest)
            elif stars and head not in own:
                index, definition, through = self._through_stars(path, stars, head, rest)
            else:
                continue
            found.reads |= through
            if definition is None or definition.path == path:
                continue
            row, target = bound[index].row, bound[index].target
            confidence = target.confidence if isinstance(target, Located) else 1.0
            kind = "uses" if reference.kind == "read" else reference.kind
            found.edge(definition.path, kind, reference.line, definition.symbol, row, confidence)
            found.use(definition.path, definition.symbol, reference.kind, reference.line, reference.symbol)

    def _through_stars(
        self, path: str, stars: list[int], head: str, rest: str
    ) -> tuple[int, Definition | None, frozenset[_Read]]:
        """The star import that offers `head`, and where `head.rest` leads through it."""
        reads: frozenset[_Read] = frozenset()
        for star in stars:
            target = self._items(path)[star].target
            if isinstance(target, Located) and target.path != path:
                reads |= {(target.path, head)}
                if not self._in_star(target.path, head):
                    continue
                definition, through = self._define(target.path, head)
                reads |= through
                if definition is not None:
                    definition, through = self._descend(definition, rest)
                    return star, definition, reads | through
        return -1, None, reads

    def _through_import(
        self, path: str, candidates: list[int], text: str, rest: str
    ) -> tuple[int, Definition | None, frozenset[_Read]]:
        """The import row that the dotted `text` goes through, and where it leads."""
        bound = self._items(path)
        # `import a.b` and `import a.c` both bind `a`: the longest module that the text spells out is meant.
        best, best_length = candidates[-1], -1
        for index in candidates:
            module = bound[index].row.module
            spelled = bound[index].row.name == "" and "." in module and (text + ".").startswith(module + ".")
            if spelled and len(module) > best_length:
                best, best_length = index, len(module)
        row, target = bound[best].row, bound[best].target
        if not isinstance(target, Located):
            return best, None, frozenset()
        if best_length >= 0 and row.alias == row.module.partition(".")[0]:
            rest = text[len(row.module) + 1 :]
        elif row.name == "" and "." in row.module and row.level == 0 and row.alias == row.module.partition(".")[0]:
            return best, None, frozenset()  # `a.other` where only `import a.b` was written: the package's own name
        if row.name in ("", "*") or target.is_submodule:
            definition: Definition | None = Definition(target.path, "")
            through: frozenset[_Read] = frozenset(((target.path, ""),))
        else:
            definition, through = self._define(target.path, row.name)
        if definition is None:
            return best, None, through
        definition, more = self._descend(definition, rest)
        return best, definition, through | more

    def _descend(self, definition: Definition, rest: str) -> tuple[Definition, frozenset[_Read]]:
        """Follows the dots of `rest` as far as they name modules and symbols; the last certain point."""
        through: set[_Read] = {(definition.path, "")}
        for part in rest.split(".") if rest else ():
            if definition.symbol == "":
                found, read = self._define(definition.path, part)
                through |= read
                if found is None:
                    break
                definition = found
            else:
                inner = f"{definition.symbol}.{part}"
                through.add((definition.path, inner))
                if inner not in self._names(definition.path):
                    break
                definition = Definition(definition.path, inner)
        return definition, frozenset(through)


@dataclass(slots=True)
class _Edge:
    type_only: bool
    lazy: bool
    names: set[str]
    confidence: float


class _Found:
    """The rows of one file while they are found; dictionaries stand for ordered sets."""

    def __init__(self, path: str, interface: Interface) -> None:
        self.path = path
        self.reads: set[_Read] = set()
        self.externals: dict[ExternalRow, None] = {}
        self.unresolved: dict[Unresolved, None] = {}
        self.looked_up = 0
        self.resolved = 0
        self._interface = interface
        self._edges: dict[tuple[str, str, int], _Edge] = {}
        self._uses: dict[Use, None] = {}

    def edge(self, dst: str, kind: str, line: int, name: str, row: Import, confidence: float) -> None:
        """A dependency by way of an import row; the rows of one line to one file are one, as sure as the least sure."""
        if dst == self.path:
            return
        unsure = self._interface.errors
        if unsure and any(first <= line <= last for first, last in unsure):
            confidence *= 0.7
        key = (dst, kind, line)
        type_only, lazy = bool(row.flags & TYPE_ONLY), bool(row.flags & LAZY)
        known = self._edges.get(key)
        if known is None:
            self._edges[key] = _Edge(type_only, lazy, {name} if name else set(), confidence)
            return
        known.type_only &= type_only
        known.lazy &= lazy
        known.confidence = min(known.confidence, confidence)
        if name:
            known.names.add(name)

    def use(self, dst: str, symbol: str, kind: str, line: int, user: int) -> None:
        self._uses[Use(dst, symbol, kind, line, _user(self._interface, user))] = None

    def rows(self, file: FileRow, body: Body) -> FileRows:
        symbols = self._interface.symbols
        return FileRows(
            file=file,
            symbols=tuple(
                SymbolRow(
                    s.name, s.kind, s.visibility, s.exported, s.signature, s.line, s.end_line, ", ".join(s.decorators)
                )
                for s in symbols
            ),
            functions=tuple(FunctionRow(symbols[f[0]].name, symbols[f[0]].line, *f[1:]) for f in body.functions),
            dependencies=tuple(
                sorted(
                    Dependency(dst, kind, e.type_only, e.lazy, line, ", ".join(sorted(e.names)), e.confidence)
                    for (dst, kind, line), e in self._edges.items()
                )
            ),
            uses=tuple(sorted(self._uses)),
            externals=tuple(sorted(self.externals)),
            unresolved=tuple(sorted(self.unresolved)),
            imports=self.looked_up,
            resolved=self.resolved,
        )


def _user(interface: Interface, symbol: int) -> str:
    return interface.symbols[symbol].name if symbol >= 0 else ""


def _as_written(row: Import) -> str:
    module = "." * row.level + row.module
    return f"{module}:{row.name}" if row.name else module


def _moved_names(before: Interface, now: Interface) -> set[str] | None:
    """The names whose lookup in a file can give another answer; None if that may be any name."""
    old, new = _offer(before), _offer(now)
    if old["*"] != new["*"]:
        return None
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def _offer(interface: Interface) -> dict[str, list[tuple[object, ...]]]:
    """By name, everything a lookup in this interface can see; under "*" what concerns every name."""
    offer: dict[str, list[tuple[object, ...]]] = {"*": [(interface.has_all,)]}
    for symbol in interface.symbols:
        offer.setdefault(symbol.name, []).append(("symbol",))
    for row in interface.imports:
        offer.setdefault(row.alias or "*" if row.alias or row.name == "*" else "", []).append(row[:4])
    for export in interface.exports:
        known = 0 <= export.imported < len(interface.imports)
        source: tuple[object, ...] = interface.imports[export.imported][:4] if known else ()
        found = offer.setdefault(export.name, [])
        found.append(("export", export.local, *source))
        if export.local != export.name:
            # A lookup of the exported name goes on with the local one.
            found.extend(("symbol",) for symbol in interface.symbols if symbol.name == export.local)
            found.extend(row[:4] for row in interface.imports if row.alias == export.local)
    return offer


def entries_of(paths: Iterable[tuple[str, str, str]]) -> dict[str, Entry | None]:
    """(path, blob, dialect) rows as the changes that build a tree from nothing."""
    return {path: Entry(blob, dialect) for path, blob, dialect in paths}
