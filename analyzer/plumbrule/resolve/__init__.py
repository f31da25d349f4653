"""Binds imports and references to files and symbols, again only where an answer can have changed.

Hides how change travels. Every look a resolver takes into the tree is recorded against the question that caused it,
and every interface read while following a name is recorded against the reader; so after a change exactly those files
are bound again whose questions touch it. One code path serves the cold scan (everything is new), history (a few
files a commit), the work tree and the gate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from plumbrule.facts import IMPLICIT, OPTIONAL, PART, RELATIVE, REQUIRED, TYPE_ONLY, Import, Interface, Reference
from plumbrule.graph import FileRow, FileRows, lacks
from plumbrule.languages import (
    External,
    Language,
    Lasting,
    Located,
    Resolver,
    Space,
    Target,
    Unresolved,
    is_standard,
    is_test,
    languages,
    private_folders,
    spoken,
    test_marks,
)
from plumbrule.resolve.answers import ANYWHERE, NONE, OF_PACKAGE, WHO, Answer, Led, Question, Told
from plumbrule.resolve.answers import Definition as Definition
from plumbrule.resolve.held import FactsToBind, Interfaces, Readers
from plumbrule.resolve.inheriting import scope_at, scopes_of
from plumbrule.resolve.labels import Labels, may_relabel
from plumbrule.resolve.leading import NO_NAME
from plumbrule.resolve.offered import Offer, Read, moved_names
from plumbrule.resolve.receiving import AnyName
from plumbrule.resolve.rows import UPWARD, Found, as_written, has_entry
from plumbrule.resolve.sharing import Sharing
from plumbrule.resolve.tree import EXCLUDED as EXCLUDED
from plumbrule.resolve.tree import Entry as Entry
from plumbrule.resolve.tree import Tree as Tree
from plumbrule.resolve.uses import as_in, asked_as, asked_for, is_all_of, is_whole, spelt_out, within
from plumbrule.resolve.ways import Step, Way, note


class Memory(NamedTuple):
    """What a resolution knows about change: who must be bound again when something moves."""

    # file -> name looked up in its interface -> files whose rows hang on it
    readers: Mapping[str, Mapping[str, Collection[str]]]
    # Path, "folder/" or definition -> files one of whose imports asked whether it exists.
    asked: Mapping[str, Collection[str]]
    defined: Mapping[str, Collection[str]]  # definition -> files that have it, see `Tree.defining`


class _Moved(NamedTuple):
    """What an update has set in motion so far."""

    touched: set[str]  # files set or removed
    appeared: set[str]  # paths and "folder/" that came, went, or gained or lost facts
    dirty: set[str]  # files to be bound again
    gone: set[str]  # files that had facts and have none now
    rerouted: set[str]  # files that may now import other files than before


_MOST_HELD = 500  # files bound at once
_TYPED = ("type", "inherit")  # kinds of references that mean types
_AS_TYPE = -2  # in the place of an import row, where a name stands that means a type
_LONGEST_CHAIN = 60  # re-exports followed in a row; Python's own stack sets the bound, real chains stay under ten


class Resolution(Sharing):
    """The bound state of one repository's tree; `update` moves it to another tree.

    After `update` the state is that of the new tree whatever way it was reached: the rows of a file depend on the
    tree alone (a test compares random histories with cold resolution).
    """

    def __init__(
        self, facts: FactsToBind, read: Callable[[str, str], bytes], at_once: int = 0, processes: int = 1
    ) -> None:
        """`at_once`: so many files are bound before what was read for them is let go; 0 = all of a tree.
        `processes`: so many bind a tree together, where that pays."""
        super().__init__()
        self._at_once = at_once
        self._processes = processes
        self.tree = Tree(read)
        self._labels = Labels(self.tree)
        self._facts = facts
        self._interfaces: dict[str, Interface] = Interfaces(self.tree, facts)
        self._offers: dict[str, Offer] = {}
        self._resolvers: dict[str, Resolver] = {}
        self._prints: dict[str, object] = {}
        self._manifests: dict[str, frozenset[str]] = {}  # language -> what its resolver asked while it was made
        self._answers: dict[tuple[str, str], dict[Question, Answer]] = {}  # by (language, folder)
        self._told: dict[str, Told] = {}  # of `_answers`, by file
        self._asked_by: dict[str, set[Answer]] | None = None  # made when a second tree is moved to
        self._asked_before: Mapping[str, Collection[str]] = {}  # the same by file, as an earlier process remembered it
        self._asked_again: set[str] = set()  # of which that no longer counts
        # What is in `_reads` of the files in `_unnoted` may be missing from it.
        self._readers = Readers({})
        self._reads: dict[str, set[Read]] = {}
        self._unnoted: set[str] = set()
        self._bound: dict[str, list[Answer]] = {}  # an answer for each import row
        self._led: dict[tuple[str, ...], Led] = {}  # by (file, name), and by (file, name, dotted rest)
        self._led_through: dict[str, set[tuple[str, ...]]] = defaultdict(set)

    def update(self, changes: Mapping[str, Entry | None]) -> dict[str, FileRows | None]:
        """Moves to the tree with these files set or removed (None); the bundles that may differ, gone ones as None."""
        moved = _Moved(set(), set(), set(), set(), set())
        self._poured_anew()
        self._take_over()
        self._note_readers()
        labels = self._labels_before(changes)
        for path, entry in changes.items():
            if self.tree.held(path) != entry:
                self._set(path, entry, moved)
        if labels is not None:
            self._labels = Labels(self.tree)
            moved.dirty.update(path for path, known in labels.items() if self._labels.of(path) != known)
        self._renew_resolvers(moved)
        asked_by = self._note_asked() if self._answers else {}
        for what in moved.appeared:
            for answer in asked_by.pop(what, ()):
                self._drop_answer(answer, moved)
            for user in self._asked_before.get(what, ()) if what not in self._asked_again else ():
                moved.dirty.add(user)
                moved.dirty.update(*self._readers[user].values())
                moved.rerouted.add(user)
            self._asked_again.add(what)
        self._spread(moved.rerouted, self._readers)
        moved.dirty.update(moved.rerouted)
        # First every binding, then every name: a name may lead through another file that is dirty as well.
        stale = [path for path in moved.dirty - moved.gone if self.tree.has_facts(path)]
        for path in stale:
            self._drop_led(path)
        for number, path in enumerate(stale, 1):
            self._bind(path)
            if self._at_once and number % self._at_once == 0:
                self._let_go()
        delta: dict[str, FileRows | None] = dict.fromkeys(moved.gone)
        delta.update(self._rows_of(sorted(stale)))
        if len(stale) > _MOST_HELD:
            self._let_go()
        return delta

    def _let_go(self) -> None:
        """Forgets what can be read or found again: of a whole tree it is most of the memory, and what comes after it
        looks at few files."""
        self._interfaces.clear()
        self._let_go_found()

    def _let_go_found(self) -> None:
        """Forgets what can be found again without reading anything."""
        self._offers.clear()
        self._led.clear()
        self._led_through.clear()
        self._unsee_all()

    def _labels_before(self, changes: Mapping[str, Entry | None]) -> dict[str, tuple[bool | None, bool]] | None:
        """The labels of all code as it stands, if these changes may give it others."""
        entries = self.tree.entries
        for path, entry in changes.items():
            there = self.tree.held(path)
            if there != entry and may_relabel(path, changed_only=there is not None and entry is not None):
                return {code: self._labels.of(code) for code, held in entries.items() if held.dialect}
        return None

    def _set(self, path: str, entry: Entry | None, moved: _Moved) -> None:
        """Sets or removes one file of the tree, and notes whom that may concern."""
        moved.touched.add(path)
        self._told.pop(path, None)
        earlier = self._interface(path)
        declared = self._declared(path, earlier)
        moved.appeared.update(self.tree.put(path, entry))
        if entry is None or entry == EXCLUDED or not entry.dialect:
            moved.appeared.update(self.tree.define(path, declared, NONE))
            if earlier is not None:
                moved.gone.add(path)
                moved.appeared.add(path)
                self._forget(path)
                moved.dirty.update(*self._readers[path].values())
                moved.rerouted.update(self._readers[path].get("", ()))
                self._readers[path] = {}
            return
        interface = self._facts.interface(entry.dialect, entry.blob, parameters=False)
        moved.appeared.update(self.tree.define(path, declared, self._declared(path, interface)))
        names = None if earlier is None else moved_names(earlier, interface)
        if names is None or names:
            readers = self._readers[path]
            moved.dirty.update(*(readers.values() if names is None else (readers.get(name, ()) for name in names)))
            self._drop_led(path)
        if names is None:
            moved.rerouted.add(path)
        if earlier is None:
            moved.appeared.add(path)
        self._keep(path, interface)
        if self._at_once and len(self._interfaces) > self._at_once:
            self._let_go()
        moved.dirty.add(path)

    def _declared(self, path: str, interface: Interface | None) -> Set[str]:
        entry = self.tree.entries.get(path)
        if interface is None or entry is None:
            return NONE
        declares = languages()[entry.dialect].declares
        return frozenset(declares(path, interface)) if declares is not None else NONE

    def blob(self, path: str) -> str:
        """Of a file of the tree; "" if it has none."""
        entry = self.tree.entries.get(path)
        return entry.blob if entry is not None else ""

    def memory(self) -> Memory:
        """What a later process needs to go on from this tree without binding it again."""
        self._take_over()
        again = self._asked_again
        asked = {what: set(users) for what, users in self._asked_before.items() if what not in again}
        for known in self._answers.values():
            for answer in known.values():
                if answer.users:
                    for what in answer.asked:
                        asked.setdefault(what, set()).update(answer.users)
        self._note_readers()
        return Memory(self._readers.every(), asked, self.tree.definitions())

    def recall(self, entries: dict[str, Entry], excluded: set[str], folders: dict[str, int], memory: Memory) -> None:
        """Stands on this tree, which an earlier process had bound and remembered; facts are read when needed."""
        self.tree.stand(entries, excluded, folders, memory.defined)
        self._labels = Labels(self.tree)
        self._readers, self._asked_before = Readers(memory.readers), memory.asked
        self._renew_resolvers(_Moved(set(), {""}, set(), set(), set()))

    def languages(self) -> list[str]:
        """Languages that have files here, sorted."""
        return sorted(self._resolvers)

    def resolver(self, language: str) -> Resolver | None:
        """The resolver of a language that has files here, e.g. to answer another repository's imports."""
        return self._resolvers.get(language)

    def definition(self, path: str, name: str) -> Definition | None:
        """Where `name`, looked up in file `path`, is defined in the end; None if the file does not offer it."""
        return self._define(path, name)[0]

    def provided(self, target: Located, name: str, rest: str) -> Definition:
        """Where `name.rest` leads for another repository whose import statement names this file: the last certain
        point. What a star binds is asked for by `rest`, with the name "*"."""
        led: Definition | None
        if name == "*":
            head, _, inner = rest.partition(".")
            led = self._descend(target.path, head, inner)[0] if head and self._in_star(target.path, head) else None
        elif target.is_submodule and target.package:
            led = self._descend_beside(target, name, rest)[0]
        else:
            led = self._descend(target.path, "" if target.is_submodule else name, rest)[0]
        return led if led is not None else Definition(target.path, "")

    # -- what hangs on what -------------------------------------------------------------------------------------
    # Nobody asks while the first tree is bound, so both indexes are made when they are first needed.

    def _note_asked(self) -> dict[str, set[Answer]]:
        if self._asked_by is None:
            self._asked_by = defaultdict(set)
            for known in self._answers.values():
                for answer in known.values():
                    for what in answer.asked:
                        self._asked_by[what].add(answer)
        return self._asked_by

    def _note_readers(self) -> None:
        readers = self._readers
        for user in self._unnoted:
            for path, name in self._reads.get(user, ()):
                readers[path].setdefault(name, set()).add(user)
        self._unnoted.clear()

    # -- invalidation -------------------------------------------------------------------------------------------

    def _renew_resolvers(self, change: _Moved) -> None:
        """Makes resolvers anew where what settled them may have changed; other answers stand if nothing did."""
        touched, appeared = change.touched, change.appeared
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
            if asked is not None and asked.isdisjoint(touched) and asked.isdisjoint(appeared):
                moved = [path for path in appeared if path.endswith((*own, *language.manifests, *language.listed))]
                known = self._resolvers[name]
                if not moved or (isinstance(known, Lasting) and known.outlasts(moved)):
                    continue
            watch = self.tree.watch()
            resolver = language.resolver(self.tree)
            self.tree.rest()
            fingerprint = resolver.fingerprint()
            if fingerprint != self._prints.get(name):
                self._ask_anew(name, resolver, change)
            self._resolvers[name], self._prints[name] = resolver, fingerprint
            self._manifests[name] = frozenset(watch)

    def _ask_anew(self, name: str, resolver: Resolver, change: _Moved) -> None:
        """Drops what a language's resolver has said and this one says otherwise; where it spoke to an earlier process,
        all files have to ask again."""
        answers = [a for (language, _), known in self._answers.items() if language == name for a in known.values()]
        located = [answer for answer in answers if answer.question[1] not in (WHO, OF_PACKAGE)]
        other = [answer for answer in located if not self._stands(answer, resolver)]
        if other:  # what was gathered hangs on any of them
            other += [answer for answer in answers if answer.question[1] == OF_PACKAGE]
        for answer in other:
            self._drop_answer(answer, change)
        if name in self._prints:
            entries = [(path, entry.dialect) for path, entry in self.tree.entries.items() if path not in self._reads]
            told_before = {path for path, dialect in entries if dialect and languages()[dialect].name == name}
            change.dirty.update(told_before)
            change.rerouted.update(told_before)

    def _stands(self, answer: Answer, resolver: Resolver) -> bool:
        """Whether this resolver answers alike. What it asks for that is noted."""
        user = next((user for user in answer.users if self.tree.has_facts(user)), None)
        if user is None:
            return False
        module, level, name, required = answer.question
        asked = self.tree.watch()
        target = resolver.locate(user, Import(module, level, name, "", 0, required, -1))
        self.tree.rest()
        if target != answer.target or resolver.is_placed == (answer.scope[1] == ANYWHERE):
            return False
        more = asked.difference(answer.asked)
        if more:
            self._ask_more(answer, more)
        return True

    def _drop_answer(self, answer: Answer, moved: _Moved) -> None:
        dirty = moved.dirty
        known = self._answers[answer.scope]
        if known.get(answer.question) is not answer:
            return
        del known[answer.question]
        if self._asked_by is not None:
            for what in answer.asked:
                self._asked_by[what].discard(answer)
        dirty |= answer.users
        if answer.question[1] != WHO:
            moved.rerouted.update(answer.users)
        elif not spoken(answer.scope[0])[0].inherits:
            return
        for user in answer.users:
            # Whoever followed a name through a file whose imports now lead elsewhere must look again.
            dirty.update(*self._readers[user].values())
            self._drop_led(user)

    def _drop_led(self, path: str) -> None:
        for key in self._led_through.pop(path, ()):
            self._led.pop(key, None)
        self._unsee(path)

    def _interface(self, path: str) -> Interface | None:
        """The interface of a file of the tree; None if it has no facts."""
        known = self._interfaces.get(path)
        return self._interfaces[path] if known is None and self.tree.has_facts(path) else known

    def _keep(self, path: str, interface: Interface) -> Interface:
        self._interfaces[path] = interface
        self._offers.pop(path, None)
        return interface

    def _offer(self, path: str) -> Offer | None:
        """What the file offers to lookups; None if it has no facts."""
        known = self._offers.get(path)
        if known is None:
            interface = self._interface(path)
            if interface is None:
                return None
            language = languages()[self.tree.entries[path].dialect]
            known = self._offers[path] = Offer(interface, language)
            if language.poured:
                known.only_declared = {one.name for one in interface.symbols if one.modifiers.startswith("abstract")}
        return known

    def _items(self, path: str) -> list[Answer]:
        """The answers to the import rows of a file that has facts, in their order."""
        known = self._bound.get(path)
        return known if known is not None else self._bind(path)

    def _forget(self, path: str) -> None:
        self._interfaces.pop(path, None)
        self._offers.pop(path, None)
        self._unread(path, self._reads.pop(path, set()))
        for answer in self._bound.pop(path, ()):
            answer.users.discard(path)
        self._drop_led(path)

    # -- binding ------------------------------------------------------------------------------------------------

    def _bind(self, path: str) -> list[Answer]:
        interface = self._interface(path)
        bound = [self._answer(path, row) for row in interface.imports] if interface is not None else []
        for answer in self._bound.get(path, ()):
            answer.users.discard(path)
        for answer in bound:
            answer.users.add(path)
        self._bound[path] = bound
        return bound

    def _answer(self, path: str, row: Import, name: str | None = None) -> Answer:
        """What an import row means in a file of the tree, where it is asked for another name if there is one."""
        scope, known, anywhere, everywhere = self._told.get(path) or self._told_to(path)
        question = (row.module, row.level, row.name if name is None else name, row.flags & REQUIRED)
        answer = known.get(question) or everywhere.get(question)
        if answer is None:
            asked = self.tree.watch()
            resolver = self._resolvers[scope[0]]
            target = resolver.locate(path, row if name is None else row._replace(name=name))
            self.tree.rest()
            if resolver.is_placed:
                answer = Answer(scope, question, target, self.tree.named(asked))
                self._keep_answer(known, answer)
            else:
                answer = Answer(anywhere, question, target, self.tree.named(asked))
                self._keep_answer(everywhere, answer)
        return answer

    def _keep_answer(self, known: dict[Question, Answer], answer: Answer) -> None:
        known[answer.question] = answer
        if self._journal is not None:
            self._journal.made[answer] = True
        if self._asked_by is not None:
            for what in answer.asked:
                self._asked_by[what].add(answer)

    def _ask_more(self, answer: Answer, asked: Iterable[str]) -> None:
        """Notes what else an answer hangs on."""
        if self._asked_by is not None:
            for what in asked:
                self._asked_by[what].add(answer)
        answer.asked = self.tree.named({*answer.asked, *asked})
        if self._journal is not None:
            self._journal.made.setdefault(answer, False)

    def _use(self, answer: Answer, path: str) -> None:
        """Notes that a file hangs on an answer to more than what its import rows say."""
        answer.users.add(path)
        if self._journal is not None:
            self._journal.used.add((answer, path))

    def _told_of(self, path: str) -> tuple[tuple[str, str], dict[Question, Answer]]:
        told = self._told.get(path) or self._told_to(path)
        return told.scope, told.answers

    def _told_to(self, path: str) -> Told:
        language = languages()[self.tree.entries[path].dialect]
        scope = (language.name, path if language.nested else path.rpartition("/")[0])
        anywhere = (language.name, ANYWHERE)
        told = Told(scope, self._answers.setdefault(scope, {}), anywhere, self._answers.setdefault(anywhere, {}))
        self._told[path] = told
        return told

    def _who(self, path: str, what: str) -> list[str]:
        """The files that have this in the words of `Language.declares`; `path` is bound again when others do."""
        self._ask_who(path, what)
        return self.tree.defining(what)

    def _has_any(self, path: str, what: str) -> bool:
        """Whether any file has this; as `_who` for who only asks that."""
        self._ask_who(path, what)
        return self.tree.is_defined(what)

    def _ask_who(self, path: str, what: str) -> None:
        _, _, scope, known = self._told.get(path) or self._told_to(path)
        question = (what, WHO, "", 0)
        answer = known.get(question)
        if answer is None:
            answer = Answer(scope, question, Space(), (what,))
            self._keep_answer(known, answer)
        self._use(answer, path)

    def _unread(self, user: str, reads: set[Read]) -> None:
        for path, name in reads:
            self._readers[path].get(name, set()).discard(user)

    def _define(self, path: str, name: str) -> Led:
        """The definition, and every name that was looked up in some file to find it."""
        known = self._led.get((path, name))
        if known is None:
            entered: set[Read] = set()
            known = self._led_to((path, name), self._follow(path, name, 0, entered), entered)
        return known

    def _led_to(self, key: tuple[str, ...], definition: Definition | None, reads: Iterable[Read]) -> Led:
        """Keeps an answer for as long as nothing that was read for it changes."""
        led = self._led[key] = definition, frozenset(reads)
        for read, _ in led[1]:
            self._led_through[read].add(key)
        return led

    def _follow(self, path: str, name: str, depth: int, search: set[Read]) -> Definition | None:
        # Barrels may export each other in circles: every (file, name) is entered once a search.
        if depth > _LONGEST_CHAIN or (path, name) in search:
            return None
        search.add((path, name))
        offer = self._offer(path)
        if offer is None:
            return None
        # Explicit exports first: `export {a as b}` must not be shadowed by a private `b` of the same file.
        for export in offer.exports.get(name, ()):
            if export.imported >= 0:
                return self._imported(path, export.imported, export.local, depth, search)
            if export.local != name:
                return self._bound_here(path, offer, export.local, offer.aliases, depth, search)
        found = None
        if name not in offer.hidden:
            imported = offer.aliases if name in offer.exports else offer.passed_on
            found = self._bound_here(path, offer, name, imported, depth, search)
        if found is None and name != "default":
            for index in offer.onward:
                found = self._imported(path, index, name, depth, search)
                if found is not None:
                    return found
        if found is not None or "." not in name:
            return found
        return self._follow_up(path, name, search) or self._follow_down(path, name, depth, search)

    def _follow_up(self, path: str, name: str, search: set[Read]) -> Definition | None:
        """What a type of the file has under the last part of the name without having defined it."""
        around, _, last = name.rpartition(".")
        offer = self._offer(path)
        if offer is None or around not in offer.supers:
            return None
        found, reads = self._member(path, around, last, 1)
        search |= reads
        return found

    def _follow_down(self, path: str, name: str, depth: int, search: set[Read]) -> Definition | None:
        """Where a dotted name leads whose dots go through modules that are parts of each other."""
        if not self._is_nested(path):
            return None
        head, _, rest = name.partition(".")
        around = self._follow(path, head, depth + 1, search)
        if around is None:
            return None
        return self._follow(around.path, f"{around.symbol}.{rest}" if around.symbol else rest, depth + 1, search)

    def _is_nested(self, path: str) -> bool:
        return languages()[self.tree.entries[path].dialect].nested

    def _bound_here(
        self, path: str, offer: Offer, name: str, imported: Mapping[str, list[int]], depth: int, search: set[Read]
    ) -> Definition | None:
        """Where the file's own definitions, or the import rows among `imported` that bind the name, lead."""
        if name in offer.names:
            return Definition(path, name)
        rows = self._interfaces[path].imports
        for index in imported.get(name, ()):
            found = self._imported(path, index, rows[index].name, depth, search)
            if found is not None:
                return found
        is_inner = "." in name and self._is_nested(path)
        for index in offer.stars if name else ():
            inner = as_in(self._interfaces[path], rows[index].symbol, name)
            if is_inner and inner == name:
                continue  # a star gives what has no dots; taking more, two of them here would ask without end
            target = self._items(path)[index].target
            if isinstance(target, Located) and target.inside and "." in name:
                continue  # only plain names are had so; two classes with each other's members would have no end
            if isinstance(target, Located) and not self._in_star(target.path, name):
                search.add((target.path, name))
                continue
            found = self._imported(path, index, inner, depth, search) if inner else None
            if found is not None:
                return found
        return None

    def _in_star(self, path: str, name: str) -> bool:
        """Whether `from path import *` may bind the name: what `__all__` lists, else what has no leading underscore."""
        offer = self._offer(path)
        if offer is None or not self._interfaces[path].has_all:
            return not name.startswith("_")
        return name in offer.exports

    def _imported(self, path: str, index: int, name: str, depth: int, search: set[Read]) -> Definition | None:
        """Where import row `index` of `path` leads for `name` ("" or "*" = the module itself)."""
        target = self._items(path)[index].target
        if not isinstance(target, Located):
            return None
        if name in ("", "*"):
            return Definition(target.path, target.called or target.inside)
        if target.is_submodule and name == self._interfaces[path].imports[index].name:
            bound = self._follow(target.package, name, depth + 1, search) if target.package not in ("", path) else None
            return bound if bound is not None and bound.symbol else Definition(target.path, "")
        return self._follow(target.path, within(target, name), depth + 1, search)

    # -- rows ---------------------------------------------------------------------------------------------------

    def _rows(self, path: str) -> FileRows:
        entry = self.tree.entries[path]
        interface = self._interface(path)
        assert interface is not None  # only files with facts have rows
        body = self._facts.body(entry.dialect, entry.blob, details=False)
        found = Found(path, interface)
        self._imported_rows(found)
        self._referenced_rows(body.references, found)
        reads = found.reads.union(*found.looks)
        if path in self._reads and path not in self._unnoted:
            self._unread(path, self._reads[path] - reads)
        self._reads[path] = reads
        self._unnoted.add(path)
        generated, vendored = self._labels.of(path)
        file = FileRow(
            languages()[interface.dialect or entry.dialect].name,
            entry.dialect,
            entry.blob,
            interface.lines,
            interface.code_lines,
            is_test(path),
            interface.is_generated if generated is None else generated,
            sum(last - first + 1 for first, last in interface.errors),
            ", ".join(test_marks(path)),
            vendored,
            ", ".join(private_folders(path)),
        )
        return found.rows(file, body)

    def _imported_rows(self, found: Found) -> None:
        """What the import rows say: dependencies, and in the end the files that define the names."""
        if languages()[self.tree.entries[found.path].dialect].scoped:
            self._scoped_rows(found)
            return
        for row, answer in zip(found.interface.imports, self._items(found.path), strict=True):
            target, name, line = self._checked(found, answer.target, row.line), row.name, row.line
            if not isinstance(target, Located):
                self._imported_elsewhere(found, row, target)
                continue
            if row.flags & IMPLICIT:
                continue  # what is asked of it are references
            found.looked_up += 1
            found.resolved += 1
            found.reads.add((target.path, ""))
            if not self.tree.has_facts(target.path):
                continue  # an asset, or code that was skipped: it exists, so it is resolved, but it has no graph
            kind = "part" if row.flags & PART else "import"
            flags = row.flags | UPWARD if target.upward else row.flags
            found.edge(target.path, kind, line, name or row.alias, flags, target.confidence)
            if is_whole(row, target):
                definition = self._put_in_place(found, target, name)
                if definition is None:
                    found.use(target.path, "", "import", line, row.symbol)
                    continue
            else:
                definition, reads = self._define(target.path, within(target, name))
                found.looks.add(reads)
            if definition is not None:
                found.edge(definition.path, "uses", line, name, row.flags, target.confidence)
                found.use(definition.path, definition.symbol, "import", line, row.symbol)
            elif not target.called and self._is_missed(found, answer, target):
                # A file that was guessed, and that lacks the name, is no answer.
                found.resolved -= target.confidence < 1.0
                found.looked_up -= target.confidence < 1.0 and bool(row.flags & OPTIONAL)
                found.unresolved.add((line, as_written(row), lacks(name, target.path)))

    def _scoped_rows(self, found: Found) -> None:
        """What import rows say that begin with a name in scope."""
        path = found.path
        for index, (row, answer) in enumerate(zip(found.interface.imports, self._items(path), strict=True)):
            if row.flags & IMPLICIT or (row.name not in ("", "*") and not row.alias):
                continue  # not said, or only said to be left out
            named, reads = self._meant(path, index)
            found.looks.add(reads)
            if named is None:
                whole = spelt_out(found.interface, index)
                if whole != row:
                    self._imported_elsewhere(found, row._replace(module=whole.module), self._answer_for(path, whole))
                elif row.symbol < 0:
                    self._imported_elsewhere(found, row, answer.target)
            elif named.way[-1].path or named.is_whole:
                found.looked_up += 1
                found.resolved += 1
                self._scoped_row(found, row, named.way)
            else:
                self._imported_elsewhere(found, row, answer.target)

    def _scoped_row(self, found: Found, row: Import, way: Sequence[Definition]) -> None:
        """What an import row says that goes through these, the last of which it means."""
        flags, meant = row.flags & ~RELATIVE, way[-1]
        if not meant.path:
            return  # a package
        for step in dict.fromkeys(way):
            if step.path in ("", found.path) or not self.tree.has_facts(step.path):
                continue
            kind = "import" if step == meant else "uses"
            one, sure = self._built_with(found.path, step, found.looks)
            if one.path == found.path:
                continue
            found.edge(one.path, kind, row.line, row.name or row.alias, flags, sure)
            found.reads.add((one.path, ""))
            if kind == "import":
                found.edge(one.path, "uses", row.line, row.name, flags, sure)
                found.use(one.path, one.symbol, "import", row.line, row.symbol)

    def _answer_for(self, path: str, row: Import) -> Target:
        answer = self._answer(path, row)
        self._use(answer, path)
        return answer.target

    def _imported_elsewhere(self, found: Found, row: Import, target: Target | None) -> None:
        """What an import row says that leads to no file here, or to several; None: nothing that is certain."""
        if target is None:
            return
        if isinstance(target, External):
            dialect = self.tree.entries[found.path].dialect
            known = is_standard(dialect, target.package), languages()[dialect].ecosystem
            is_type = bool(row.flags & TYPE_ONLY)
            found.externals.add((target.package, row.module, row.name, row.line, is_type, *known))
        elif row.flags & IMPLICIT:
            return  # what is asked of it are references
        elif isinstance(target, (Space, Located)):
            found.looked_up += 1
            found.resolved += 1
        else:
            # What code can do without, as a compiled or generated module that it tries, is no lost coverage.
            found.looked_up += not row.flags & OPTIONAL
            found.unresolved.add((row.line, as_written(row), target.reason))

    def _put_in_place(self, found: Found, target: Located, name: str) -> Definition | None:
        """What a package binds to the name of one of its modules, and so gives to whoever asks it for that name."""
        if not target.is_submodule or target.package in ("", found.path):
            return None
        definition, reads = self._define(target.package, name)
        found.looks.add(reads)
        return definition if definition is not None and definition.symbol else None

    def _is_missed(self, found: Found, answer: Answer, target: Located) -> bool:
        """Whether it is certain that the file which the statement names does not offer the name it asks for."""
        name = answer.question[2]
        if target.inside and self._is_nested(found.path):
            return False
        if not self._lacks(target.path, name, found.reads, set()):
            return False
        asked = self.tree.watch()
        may_hold = self._resolvers[answer.scope[0]].may_hold(target.path, name)
        declaring = self._declaring(target.path)
        self.tree.rest()
        may_hold = may_hold or (declaring is not None and not self._lacks(declaring, name, found.reads, set()))
        self._ask_more(answer, asked)
        return not may_hold

    def _checked(self, found: Found, target: Target, line: int) -> Target | None:
        """Where a statement leads, if all modules on the way may be there; None where one is missed by a line of which
        the parser was not sure: it may be none of this crate's, or have been misread."""
        if not isinstance(target, Located) or not target.inside:
            return target
        missing = self._missing_on_the_way(found, target)
        if not missing:
            return target
        return Unresolved(missing) if found.is_sure(line) else None

    def _missing_on_the_way(self, found: Found, target: Located) -> str:
        """Why a statement leads nowhere that goes through a module on its way to what it asks for, where it is certain
        that there is none of that name; "" if there is one or may be."""
        if target.called or not self._is_nested(found.path):
            return ""
        around = Definition(target.path, "")
        for part in target.inside.split("."):
            name = f"{around.symbol}.{part}" if around.symbol else part
            led, reads = self._define(around.path, name)
            found.looks.add(reads)
            if led is None:
                may_be = self._may_be_inside(*around, part) or not self._lacks(around.path, name, found.reads, set())
                return "" if may_be else f"no '{part}' in {around.path}"
            if self._is_bound_elsewhere(around.path, name):
                return ""
            around = led
        return ""

    def _is_bound_elsewhere(self, path: str, name: str) -> bool:
        """Whether one of the statements that bind a name in a file leads to none here: another build may take it."""
        offer = self._offer(path)
        rows = offer.passed_on.get(name, ()) if offer is not None else ()
        return any(not isinstance(self._items(path)[index].target, Located) for index in rows)

    def _may_be_inside(self, path: str, around: str, name: str) -> bool:
        """Whether what a file has inside may bind a name by a statement there, or is no module."""
        if not around:
            return False
        interface = self._interfaces[path]
        at = next((i for i, one in enumerate(interface.symbols) if one.name == around and one.kind == "namespace"), -1)
        return at < 0 or any(row.symbol == at and (row.alias == name or row.name == "*") for row in interface.imports)

    def _declaring(self, path: str) -> str | None:
        """The file beside a Python module that declares what it offers: for names, it has a say of its own."""
        language = languages()[self.tree.entries[path].dialect]
        endings = [other for ending, other in language.declared if language.passes_on and path.endswith(ending)]
        return self.tree.first(path.rpartition(".")[0], endings)

    def _lacks(self, path: str, name: str, reads: set[Read], entered: set[str], depth: int = 0) -> bool:
        """Whether nothing in the file's facts can bind a name that no definition was found for. `reads` is added to."""
        reads.add((path, name))
        offer = self._offer(path)
        if offer is None or offer.is_open or depth >= _LONGEST_CHAIN or (name.startswith("__") and name.endswith("__")):
            return False
        interface = self._interfaces[path]
        # Who passes on a name that is missing elsewhere has the row for it; whoever asks them has none.
        if name not in offer.hidden and (name in offer.names or (name in offer.exports and not interface.has_all)):
            return False
        entered.add(path)
        bound = self._items(path)
        for index in offer.passed_on.get(name, ()):
            target = bound[index].target
            if interface.imports[index].level and self._is_nested(path):
                continue  # a path that is written where it is used binds nothing
            # `from . import x` in the package's own file binds nothing if there is no `x`.
            if not isinstance(target, Located) or target.path != path or interface.imports[index].name != name:
                return False
        for index in (*offer.onward, *offer.stars) if name != "default" else ():
            target = bound[index].target
            if not isinstance(target, Located):
                return False
            if target.path in entered or (index in offer.stars and not self._in_star(target.path, name)):
                reads.add((target.path, name))
            elif not self._lacks(target.path, name, reads, entered, depth + 1):
                return False
        return True

    def _referenced_rows(self, references: list[Reference], found: Found) -> None:
        """What names used in expressions say, where they lead out of the file."""
        path, rows, bound = found.path, found.interface.imports, self._items(found.path)
        offer = self._offer(path)
        assert offer is not None  # only files with facts have rows
        any_name = AnyName(
            [index for index in offer.stars if isinstance(bound[index].target, (Located, Space))],
            [index for index, answer in enumerate(bound) if rows[index].alias and has_entry(answer.target)],
        )
        language = offer.language
        scopes = scopes_of(found.interface, offer, all_types=language.scoped) if language.inherits else ()
        known: dict[tuple[int, str, int], Way | None] = {}  # by scope, text and import row that is meant
        asked: set[int] = set()  # import rows of spaces in which something was found
        for reference in references:
            _, kind, text, _, _, through = reference
            scope = scope_at(reference, found.interface, offer, scopes)
            key = scope, text, _AS_TYPE if language.scoped and kind in _TYPED else through
            if key in known:
                way = known[key]
            else:
                way = known[key] = self._way(found, offer, any_name, key, is_scoped=language.scoped)
                if way is not None and way.row >= 0 and way.is_spaced and not way.flags & IMPLICIT:
                    found.edge(way.path, "import", rows[way.row].line, way.by, way.flags, way.confidence)
                    asked.add(way.row)
                if (
                    way is None
                    and any_name.calling
                    and (missing := self._lacking(path, offer, any_name.calling, text, found.reads))
                ):
                    found.missing[missing] = min(reference.line, found.missing.get(missing, reference.line))
            if way is not None:
                note(way, reference, found)
        found.unresolved.update((line, *missing) for missing, line in found.missing.items())
        self._unused_spaces(found, asked)

    def _way(
        self, found: Found, offer: Offer, any_name: AnyName, key: tuple[int, str, int], *, is_scoped: bool = False
    ) -> Way | None:
        """Where a name leads out of the file, for all references that spell it so in one scope."""
        path, rows, (scope, text, through) = found.path, found.interface.imports, key
        if is_scoped:
            return self._way_in_scope(found, scope, text, types=through == _AS_TYPE)
        led = self._led_by(found, offer, any_name, key)
        if led is None:
            around = text.rpartition(".")[0]
            if not around or not offer.language.inherits:
                return None
            # What another file's type has of one in this file: that type is named all the same.
            way = self._way(found, offer, any_name, (scope, around, through))
            return way._replace(is_all=False) if way is not None else None
        index, (dst, name), confidence = led
        if index < 0:
            return Way(index, dst, name, confidence, 0, name, is_all_of(text, name), [], (), is_spaced=False)
        target = self._items(path)[index].target
        return Way(
            index, dst, name, confidence, rows[index].flags,
            asked_as(text, asked_for(rows[index], target), name),
            is_all_of(text, name),
            self._defined_elsewhere(path, dst, name, found.reads),
            self._types_named(found, offer, any_name, key, dst)
            if offer.language.inherits
            else self._modules_named(found, offer, scope, text) if through < 0 and text.count(".") > 1 else (),
            is_spaced=isinstance(target, Space),
        )  # fmt: skip

    def _types_named(
        self, found: Found, offer: Offer, any_name: AnyName, key: tuple[int, str, int], dst: str
    ) -> Sequence[Step]:
        """The type through which a name is spelt that another one defines, from which it inherits."""
        scope, text, through = key
        around, _, _ = text.rpartition(".")
        led = self._led_by(found, offer, any_name, (scope, around, through)) if around else None
        if led is None or led[1].path == dst:
            return ()
        return ((led[1].path, around.rpartition(".")[2], led[2]),)

    def _led_by(
        self, found: Found, offer: Offer, any_name: AnyName, key: tuple[int, str, int]
    ) -> tuple[int, Definition, float] | None:
        """The import row by which a name leads out of the file, its definition and how sure that is, asked for once."""
        if key not in found.led:
            scope, text, through = key
            found.led[key] = self._lead(found.path, offer, any_name, scope, text, found.looks, through)
        return found.led[key]

    def _way_in_scope(self, found: Found, scope: int, text: str, *, types: bool) -> Way | None:
        """As `_way`, where what a name means hangs on what is around it."""
        path = found.path
        named = self._named(path, scope, text, found.looks, types=types)
        if named is None:
            return None
        others = [one for one in named.way if one.path not in ("", path) and self.tree.has_facts(one.path)]
        if not others:
            return None
        is_all = named.is_whole and named.way[-1] is others[-1]
        (last, sure), *before = [self._built_with(path, one, found.looks) for one in reversed(others)]
        if last.path == path:
            return None
        row = found.interface.imports[named.row] if named.row >= 0 else None
        meant = self._meant(path, named.row)[0] if row is not None and row.name == "*" else None
        steps = [
            (one.path, one.symbol.rpartition(".")[2], share)
            for one, share in reversed(before)
            if one.path not in (last.path, path)
        ]
        return Way(
            named.row, last.path, last.symbol, sure, row.flags & ~RELATIVE if row is not None else 0,
            asked_as(text, row.name, last.symbol) if row is not None else last.symbol, is_all, [], steps,
            is_spaced=meant is not None and meant.way[-1].path == "",
        )  # fmt: skip

    def _unused_spaces(self, found: Found, asked: Set[int]) -> None:
        """Where import rows of spaces lead through which nothing was found: all but `asked`."""
        rows, bound = found.interface.imports, self._items(found.path)
        for index, (row, answer) in enumerate(zip(rows, bound, strict=True)):
            # Imported for what it does when it is loaded, or for what nothing here is known to define.
            if index not in asked and isinstance(answer.target, Space) and self.tree.has_facts(answer.target.entry):
                if row.alias and self.tree.excluded(f"{answer.target.entry.rpartition('/')[0]}/"):
                    continue  # what defines the names that are asked of it may be there and not be analysed
                found.edge(answer.target.entry, "import", row.line, row.alias, row.flags, 1.0)
                found.use(answer.target.entry, "", "import", row.line, row.symbol)

    def _modules_named(self, found: Found, offer: Offer, scope: int, text: str) -> list[Step]:
        """The modules that a dotted name goes through by their names; not those that the import statement names."""
        parts = text.split(".")
        steps = []
        for length in range(2, len(parts)):
            way = ".".join(parts[:length])
            led = self._lead(found.path, offer, NO_NAME, scope, way, found.looks)
            if led is None or led[1].symbol:
                break
            row, target = found.interface.imports[led[0]], self._items(found.path)[led[0]].target
            is_said = row.alias == parts[0] and row.name == "" and f"{row.module}.".startswith(f"{way}.")
            if isinstance(target, Located) and target.path != led[1].path and not is_said:
                steps.append((led[1].path, parts[length - 1], led[2]))
        return steps
