"""Where a Ruby constant or `require` leads inside one repository.

Hides load paths and how autoloaders name files: of several files that define a constant the one is meant that is called
like it, so that neither roots nor inflections need be read from code that would have to run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from plumbrule.languages import External, Located, Space, Target, Unresolved
from plumbrule.languages.ruby.facts import ABOVE
from plumbrule.languages.ruby.standing import CONSTANTS, LIBRARIES
from plumbrule.languages.ways import climbed, joined, shared

if TYPE_CHECKING:
    from plumbrule.facts import Import, Interface
    from plumbrule.resolve import Tree

_SPACES = ("class", "namespace")
_CONSTANTS = ("class", "namespace", "constant")
_LARGEST_MANIFEST = 1_000_000
_PATHS = re.compile(r"\brequire_paths?\s*=\s*(?:\[([^\]]*)\]|%w\W([^\]})]*)|([\"'][^\"']+[\"']))")
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")
_LOCKED = re.compile(r"^    ([\w.-]+) \(", re.MULTILINE)
_SECTION = re.compile(r"^(?=[A-Z]+$)", re.MULTILINE)
_GEM = re.compile(r"^[^\S\n]*gem[ (]+[\"']([\w.-]+)[\"'](?![^\n]*\bpath\b)", re.MULTILINE)
_RAILS = (
    *("activerecord", "activesupport", "actionpack", "actionview", "actionmailer", "activejob", "activestorage"),
    *("actioncable", "activemodel", "actiontext", "actionmailbox", "railties"),
)
_APP = re.compile(r"(?:[^/]+/){0,8}?app/[^/]+(?=/)")
_UPPER = re.compile(r"([a-z0-9])([A-Z])")
_ENDINGS = (".rb", "")
_TESTS = frozenset(("test", "tests", "spec", "specs", "features"))
_STANDING = frozenset(name.decode() for name in CONSTANTS)
_ABOVE = ABOVE.decode()
_GUESSED = 0.8  # one of several files that define a constant, none of which is called like it


class RubyResolver:
    """Binds Ruby constants and files of one tree; see `languages.Resolver` for the contract of each method."""

    is_placed = True

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._gems: dict[str, list[str]] = {}  # load paths by folder
        self._names: list[str] = []
        for path in tree.paths((".gemspec",)):
            folder, _, name = path.rpartition("/")
            self._gems.setdefault(folder, []).extend(
                joined(folder, one)
                for one in _load_paths(tree.read(path)[:_LARGEST_MANIFEST].decode("utf-8", "replace"))
            )
            self._names.append(name.removesuffix(".gemspec"))
        libs = {one for paths in self._gems.values() for one in paths}
        self._libs = [*sorted(libs), *(one for one in ("lib", "app", "") if one not in libs)]
        # As engines and applications are laid out, the folders of `app` are roots of the autoloader.
        self._roots_of_app = sorted(
            {found[0] for path in tree.paths((".rb",)) if (found := _APP.match(path)) is not None} | {"lib"}
        )
        self._foreign: dict[str, str] = {}  # gems that are not in this tree, by name without what an inflection changes
        for path in tree.paths(("Gemfile", "Gemfile.lock")):
            written = tree.read(path)[:_LARGEST_MANIFEST].decode("utf-8", "replace")
            for name in _gems_in(written) - set(self._names):
                self._foreign[_plain(name)] = name

    def fingerprint(self) -> object:
        return self._gems, self._names, self._foreign, self._roots_of_app

    def packages(self) -> frozenset[str]:
        return frozenset(self._names)

    def provide(self, module: str, name: str) -> str | Located | None:
        if not name:
            return self._tree.first("", [joined(lib, module + ".rb") for lib in self._libs])
        qualifier = module.partition("::")[2].replace("::", ".")
        full = f"{qualifier}.{name}" if qualifier else name
        located = self._defining("", full)
        return Located(located.path, called=full) if isinstance(located, Located) else None

    def may_hold(self, path: str, name: str) -> bool:
        return True  # constants come from ancestors, from `const_set`, from macros

    def locate(self, path: str, statement: Import) -> Target:
        if not statement.name:
            return self._required(path, statement.module)
        nesting, _, qualifier = statement.module.partition("::")
        nesting, _, above = nesting.partition(_ABOVE)
        inner = qualifier.replace("::", ".")
        asked = f"{inner}.{statement.name}" if inner else statement.name
        for scope in _scopes(nesting):
            full = f"{scope}.{asked}" if scope else asked
            found = self._inherited(path, nesting, above, asked) if above and not scope else None
            found = found or self._defining(path, full)
            if isinstance(found, Located):
                return replace(found, upward=True) if _is_around(asked, nesting) else found
            if found is not None:
                return found
        left_out = self._left_out(asked)
        if left_out is not None:
            return left_out
        if self._is_opened(nesting, asked):
            return Space()
        found = self._of_owner(path, nesting, inner)
        if found is not None:
            return found
        has_above = any(self._is_here(nesting, one) for one in above.split(",") if one)
        return self._missing(asked, inner, has_above=has_above)

    def _of_owner(self, path: str, nesting: str, owner: str) -> Located | None:
        """Where what a constant is qualified with is defined, as far as anything here does."""
        while owner:
            for scope in _scopes(nesting):
                found = self._defining(path, f"{scope}.{owner}" if scope else owner)
                if isinstance(found, Located):
                    return Located(found.path, inside=_within(found, owner), confidence=min(found.confidence, _GUESSED))
            owner = owner.rpartition(".")[0]
        return None

    def _inherited(self, path: str, nesting: str, above: str, asked: str) -> Located | Unresolved | None:
        """The file that defines a constant in what a class, or module, says that it has above it."""
        for name in above.split(","):
            found = self._is_here(nesting, name)
            located = self._defining(path, f"{found}.{asked}") if found else None
            if located is not None:
                return located
        return None

    def _is_here(self, nesting: str, name: str) -> str:
        """The full name of a class or module that files here define or open, seen from a place; "" if none does."""
        full = (f"{scope}.{name}" if scope else name for scope in _scopes(nesting))
        return next((one for one in full if any(self._tree.is_defined(f"/ruby/{one}{end}") for end in ("", "/"))), "")

    def _left_out(self, asked: str) -> Located | None:
        """Excluded code that is called like a constant, or like a module around it."""
        head = asked.partition(".")[0]
        if head in _STANDING or _squashed(head) in self._foreign:
            return None
        while asked:
            words = [_squashed(part) for part in asked.split(".")]
            last = _UPPER.sub(r"\1_\2", asked.rpartition(".")[2]).lower()
            for file in self._tree.excluded(f"{last}.rb"):
                if _alike(file, words) == len(words):
                    return Located(file)
            asked = asked.rpartition(".")[0]
        return None

    def _is_opened(self, nesting: str, asked: str) -> bool:
        """Whether files here put others into a module of that name; none defines it."""
        if asked.partition(".")[0] in _STANDING:
            return False
        names = (f"{scope}.{asked}" if scope else asked for scope in _scopes(nesting))
        return any(self._tree.defining(f"/ruby/{name}/") for name in names)

    def _missing(self, asked: str, inner: str, *, has_above: bool) -> Target:
        head = asked.partition(".")[0]
        if head in _STANDING:
            return External("ruby")
        package = self._foreign.get(_squashed(head))
        if inner and package is None and self._has_folder(inner):
            return Unresolved(f"the module {inner.replace('.', '::')} is here and does not have it")
        if has_above and package is None and self._tree.is_defined(f"/ruby?{head}"):
            return Unresolved(f"{head} is defined inside of others here: an ancestor may bring it")
        return External(package or head)

    def _has_folder(self, module: str) -> bool:
        """Whether an autoloader finds files of the module here."""
        way = _UPPER.sub(r"\1_\2", module).replace(".", "/").lower()
        return any(self._tree.is_dir(f"{root}/{way}") for root in self._roots_of_app)

    def _defining(self, path: str, full: str) -> Located | Unresolved | None:
        """The file that defines a constant; of several the one that is called like it, else the one that is nearest."""
        files = self._having(full)
        inside = full.rpartition(".")[0]
        words = [_squashed(part) for part in full.split(".")]
        if words[0] in self._foreign or full.partition(".")[0] in _STANDING:
            # Opened again to add something; a file of ours that defines it is called like it, or says what is above it.
            made = self._tree.defining(f"/ruby/{full}<")
            files = [file for file in files if len(words) > 1 and (file in made or _alike(file, words) == len(words))]
        is_test = not _TESTS.isdisjoint(path.split("/"))
        if not is_test and len(words) == 1:
            # What only tests define is not what production names: an ancestor has it, or a gem.
            files = [file for file in files if _TESTS.isdisjoint(file.split("/"))]
        if not files:
            return None
        last = _UPPER.sub(r"\1_\2", full.rpartition(".")[2]).lower()
        for file in self._tree.excluded(f"{last}.rb"):
            # Others only open again what the file that is called so defines, though nobody may read it.
            if _alike(file, words) == len(words) > max(_alike(other, words) for other in files):
                return Located(file)
        if len(files) == 1:
            return Located(files[0], inside=inside)

        made = self._tree.defining(f"/ruby/{full}<")
        # Tests may have classes of their own that are called like others; what is inside a module they open again.
        is_own = is_test and len(words) == 1

        def rank(file: str) -> tuple[int, bool, int, bool]:
            in_test = not _TESTS.isdisjoint(file.split("/"))
            near = shared(path.rpartition("/")[0], file)
            return -_alike(file, words), in_test and not is_own, -near, file not in made

        ranked = sorted((rank(file), file) for file in files)
        (first, best), (second, other) = ranked[:2]
        if first == second:
            return Unresolved(f"several files define it, such as {best} and {other}: nothing says which")
        return Located(best, inside=inside, confidence=1.0 if first[0] < second[0] else _GUESSED)

    def _having(self, full: str) -> list[str]:
        """The files that define a constant, or else the one that opens it."""
        files = self._tree.defining(f"/ruby/{full}")
        if files:
            return files
        # Inside what is defined here, a module that one file opens is that file's; others may be a gem's.
        head, _, rest = full.partition(".")
        opening = self._tree.defining(f"/ruby/{full}::") if rest and self._tree.is_defined(f"/ruby/{head}") else []
        return opening if len(opening) == 1 else []

    def _required(self, path: str, said: str) -> Target:
        folder = path.rpartition("/")[0]
        if said.startswith("./"):
            where = climbed(folder, said)
            found = self._tree.first(where, _ENDINGS) if where else None
            return Located(found) if found is not None else Unresolved("no such file")
        if said.startswith(("/", "~")) or ".." in said.split("/"):
            where = None if said.startswith(("/", "~")) else climbed(folder, said)
            found = self._tree.first(where, _ENDINGS) if where else None
            return Located(found) if found is not None else External("ruby")
        for root in self._roots(folder):
            found = self._tree.first(joined(root, said), (".rb",) if "." not in said.rpartition("/")[2] else _ENDINGS)
            if found is not None:
                return Located(found)
        return self._elsewhere(said)

    def _elsewhere(self, said: str) -> Target:
        """What a path is that no load path here has."""
        package, head = self._package(said), said.partition("/")[0]
        if package is not None:
            return External(package)
        if head in LIBRARIES or said in LIBRARIES:
            return External("ruby")
        for lib in self._libs:
            if lib and self._tree.is_dir(joined(lib, head)):
                return Unresolved(f"no such file below {lib}")
        return External(head)

    def _package(self, said: str) -> str | None:
        """The gem that a path most likely belongs to."""
        parts = said.split("/")
        for size in range(len(parts), 0, -1):
            package = self._foreign.get(_plain("".join(parts[:size])))
            if package is not None:
                return package
        return None

    def _roots(self, folder: str) -> Iterator[str]:
        """Where `require` looks: first what belongs to the gem around a folder."""
        own = folder
        while own and own not in self._gems:
            own = own.rpartition("/")[0]
        near = [*self._gems.get(own, ()), *(joined(own, one) for one in ("lib", "test", "spec")), own]
        yield from dict.fromkeys((*near, *self._libs, "test", "spec"))


def _scopes(nesting: str) -> Iterator[str]:
    """The modules around a place from the innermost outward, and the top."""
    opened = nesting.split("/") if nesting else []
    for size in range(len(opened), 0, -1):
        yield ".".join(opened[:size])
    yield ""


def _is_around(asked: str, nesting: str) -> bool:
    """Whether a place is in a module that its own name puts into the one asked for, as `class A::B` is in `A`."""
    return f"{asked}." in nesting and any(part.startswith(f"{asked}.") for part in nesting.split("/"))


def _within(found: Located, owner: str) -> str:
    name = owner.rpartition(".")[2]
    return f"{found.inside}.{name}" if found.inside else name


def _alike(file: str, words: list[str]) -> int:
    """How many of a constant's words, from the last one, the path of a file ends with."""
    parts = [_squashed(part) for part in file.rpartition(".")[0].split("/")]
    count = 0
    while count < min(len(parts), len(words)) and parts[-1 - count] == words[-1 - count]:
        count += 1
    return count


def _plain(name: str) -> str:
    return _squashed(name.replace("-", ""))


def _gems_in(written: str) -> set[str]:
    """The gems that a Gemfile, or its lock, has from elsewhere."""
    names = set(_GEM.findall(written))
    for section in _SECTION.split(written):
        if section.startswith(("GEM\n", "GIT\n")):
            names.update(_LOCKED.findall(section))
    return names.union(_RAILS) if "rails" in names else names


def _load_paths(written: str) -> list[str]:
    found = _PATHS.search(written)
    if found is None:
        return ["lib"]
    named = _QUOTED.findall(found[1] or found[3] or "") or (found[2] or "").split()
    return [one.strip("/") for one in named if ".." not in one] or ["lib"]


def declares(path: str, interface: Interface) -> Iterable[str]:
    """`/ruby/A.B` of a constant that the file defines, `/ruby/A.B/` of a module that it only opens to put others into.
    `/ruby/A.B<` as well of one that is surely not opened again: it has a value, or a class above it; `/ruby/A.B::` of
    what is opened by its own `module`, which defines it if no other file has one. What is only opened is defined all
    the same where the file is called like it. `/ruby?NAME` of what is inside others.
    """
    own = {one.parent for one in interface.symbols if one.parent >= 0 and one.kind not in _SPACES}
    called = _squashed(path.rpartition("/")[2].rpartition(".")[0])
    for index, symbol in enumerate(interface.symbols):
        if symbol.kind not in _CONSTANTS:
            continue
        around, _, name = symbol.name.rpartition(".")
        if around:
            yield f"/ruby?{name}"
        if symbol.kind != "namespace" or index in own or _squashed(name) == called:
            yield f"/ruby/{symbol.name}"
            if symbol.kind == "constant" or symbol.signature:
                yield f"/ruby/{symbol.name}<"
        else:
            yield f"/ruby/{symbol.name}/"
            yield f"/ruby/{symbol.name}::"
        if symbol.parent < 0:  # `class A::B` says that there is an A
            while around:
                yield f"/ruby/{around}/"
                around = around.rpartition(".")[0]


def _squashed(name: str) -> str:
    """A constant's name, or a file's, without what an inflection of one into the other may change."""
    return name.replace("_", "").lower()
