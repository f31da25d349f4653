"""Languages, each a folder: declaration, `facts.scm`, `resolver.py`, fixtures. Folders are discovered, never listed."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from plumbrule.data import dataclass

if TYPE_CHECKING:
    import tree_sitter

    from plumbrule.facts import Facts, Import, Interface
    from plumbrule.resolve import Tree


@dataclass(frozen=True, slots=True)
class Located:
    """The file of this repository that an import statement names, or the folder if that is all a package is."""

    path: str
    # The submodule's own file when `name` of a `from m import name` is a file itself; then nothing of `path` is used.
    is_submodule: bool = False
    package: str = ""  # of a submodule: the file of the package around it, which may bind the name to something else
    inside: str = ""  # the symbol of the file in which a name is looked up, "" for the file itself
    called: str = ""  # the symbol that is meant, where the statement has another name for it or none
    confidence: float = 1.0
    upward: bool = False  # the file that asks is a part of this one


@dataclass(frozen=True, slots=True)
class Space:
    """Several files of this repository that are imported as one: a package, a namespace. Which of them is meant, each
    name says that is asked of it: `locate` is asked again with that name. If that is a space inside this one, `locate`
    is asked with the name and the next one, a dot between them."""

    entry: str = ""  # the file that stands for all of them where no name is asked, "" if there is none
    # What stands before each name that it can have in the words of `Language.declares`: where an import brings all its
    # names, it is asked for no other one than these and the one that it has itself. "" if it may have any.
    among: str = ""
    itself: str = ""
    # What each of its files declares, where these are all that it has: what none of them defines (declares with `#NAME`
    # behind it) is not there. "" if there may be more.
    whole: str = ""


@dataclass(frozen=True, slots=True)
class External:
    """Code outside this repository: the top-level package as the registries know it ("requests", "@scope/pkg")."""

    package: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Looks like this repository's own code and is not there; `reason` is a plain phrase."""

    reason: str


Target = Located | Space | External | Unresolved

_TEST_FOLDERS = frozenset({"test", "tests", "testing", "__tests__", "__mocks__", "spec", "specs", "e2e", "cypress"})
# Names of test files without their ending, as globs, where a language does not say others.
USUAL_TESTS = (
    *("test_*", "*_test", "*_tests", "tests", "conftest"),
    *(f"*{mark}{kind}" for mark in ".-" for kind in ("test", "spec", "cy", "stories")),
)


@dataclass(frozen=True, slots=True)
class Late:
    """A function by its name, "module:function" as entry points spell it, loaded when it is first called: the parser
    and what reads its trees by the workers that parse, not by everyone who asks what a file is."""

    name: str

    @property
    def module(self) -> str:
        return self.name.partition(":")[0]

    def __call__(self, *given: object) -> Any:  # Any: whatever the function gives; every language's are tested
        return _loaded(self.name)(*given)


@cache
def _loaded(name: str) -> Callable[..., object]:
    module, _, function = name.partition(":")
    found: Callable[..., object] = getattr(import_module(module), function)
    return found


class Resolver(Protocol):
    """Binds names of one language inside one repository's tree. Made anew when a manifest or the roots change.

    Every look into the tree must go through `Tree` (`has`, `is_dir`, `read`): it records what was asked, so that only
    files whose answers can have changed are resolved again.
    """

    @property
    def is_placed(self) -> bool:
        """Whether the last answer of `locate` hangs on the folder of the file: else it is the same for all."""
        ...

    def locate(self, path: str, statement: Import) -> Target:
        """Where `statement` of file `path` leads; depends on (its folder, module, level, name) and the tree only, or on
        the file where the language is `nested`.

        For a name in a `Space` the statement carries that name; `Unresolved` if no file there defines it.
        """
        ...

    def provide(self, module: str, name: str) -> str | Located | None:
        """The file that answers when ANOTHER repository imports `module` (and `name`), or None if it is not offered.

        `Located` where a module is several files, and the name says which of them: then a name is asked for with the
        dots that follow it first, and what is found is `called` there; without a name it is the file that stands for
        all of them.
        """
        ...

    def may_hold(self, path: str, name: str) -> bool:
        """Whether `name` may be had from file `path` thanks to something beside it that is no code we read. Asked
        only of names that the file's own facts lack."""
        ...

    def packages(self) -> frozenset[str]:
        """Top-level package names under which other repositories can import this one."""
        ...

    def fingerprint(self) -> object:
        """A comparable value: two resolvers with equal ones answer alike, apart from what they ask of the tree while
        answering (roots, aliases, package names: everything that was settled when the resolver was made)."""
        ...


@runtime_checkable
class Lasting(Protocol):
    """A resolver that knows files which settle nothing, so that it need not be made anew for them."""

    def outlasts(self, appeared: Iterable[str]) -> bool:
        """Whether its `fingerprint` is sure to be that of a new one after these files came or went, which are of its
        language or end as its manifests do: none of those that it asked for while it was made did."""
        ...


@dataclass(frozen=True, slots=True)
class Spelling:
    """How `Language.declares` spells what is asked of a whole tree where a name is looked up in scope."""

    definition: str = ""  # before the full name of what a package has
    package: str = ""  # before that of a package, if there is anything in it
    # Before and behind that of a package to whose members an object adds, and the name by which `Resolver.locate` is
    # asked for that object.
    adding: tuple[str, str] = ("", "")
    adds: str = ""
    member: str = ""  # before the name of anything that values have


@dataclass(frozen=True, slots=True)
class Language:
    """One language, or one dialect with a grammar of its own (TSX beside TypeScript)."""

    name: str  # as shown to people and stored: "python", "typescript", "javascript"
    dialect: str  # key of the grammar: "python", "typescript", "tsx", "javascript"
    suffixes: tuple[str, ...]  # with the dot, lower case: (".py", ".pyi")
    grammar: Late  # gives the PyCapsule; called in worker processes only
    extract: Callable[[bytes, tree_sitter.Tree, tree_sitter.Query], Facts]  # runs in worker processes only
    resolver: Callable[[Tree], Resolver]
    manifests: tuple[str, ...]  # file names whose change makes a new resolver: ("pyproject.toml", "setup.cfg")
    folder: Path  # this language's folder, where facts.scm is
    names: tuple[str, ...] = ()  # whole file names, for files that no suffix tells: ("BUILD",)
    tests: tuple[str, ...] = USUAL_TESTS  # names of its test files without the ending, as globs
    test_folders: tuple[str, ...] = ()  # names of folders that hold its tests, as globs, beside the usual ones
    # Names of folders in one called `src` that hold its tests, each with that of the folder in it, as globs.
    test_sets: tuple[str, ...] = ()
    # Names of folders in one called `src` in which its builds hold no tests, as globs.
    source_sets: tuple[str, ...] = ()
    # Names of folders whose content belongs to the folder around them alone: by a law of the language (Go), or because
    # everyone who writes it keeps to it. Where the same name means "not for other projects" it is none.
    private_folders: tuple[str, ...] = ()
    generated: tuple[str, ...] = ()  # names of files that a tool writes, as globs, whatever stands in them
    vendored: tuple[str, ...] = ()  # names that copies of well-known projects have, as globs, wherever they lie
    vendor_folders: tuple[str, ...] = ()  # names of folders in which its tools look for copies of other projects
    entries: tuple[str, ...] = ()  # names of files that stand for the folder they lie in: ("__init__.py",)
    needs: str = ""  # pattern for names of files in which a repository says which packages of others it needs
    by_name: bool = False  # callers may pass any ordinary argument by its name
    in_markup: bool = False  # its code may stand in the middle of HTML or XML, and a file begin with that
    passes_on: bool = False  # what a file imports can be imported from it again, without a word that offers it
    # A type may have members in other files than its own; they are declared by both names, a dot between them.
    open_types: bool = False
    # What an import means depends on the file and not its folder alone, as where files are modules inside each other;
    # the dots of a name may lead through modules.
    nested: bool = False
    folder_is_module: bool = False  # files are pages of it: what they define is seen in all of them, without a word
    bases_in_brackets: bool = False  # what stands in brackets behind the name of a class is what it inherits
    inherits: bool = False  # a name in a type means what the type inherits before what the file imports
    # The names of methods by which types of other languages may override a property of this one's, by its name.
    getters: Callable[[str], tuple[str, ...]] | None = None
    # Of one name a type inherits what is made before what only is declared, wherever that stands.
    made_first: bool = False
    # Import statements stand in any block, and begin with a name in scope as often as with a package.
    scoped: bool = False
    declared: tuple[
        tuple[str, str], ...
    ] = ()  # endings of code, and of the file beside it that may declare what it offers
    # What a file defines, in the words of its resolver's `Tree.defining`: each begins with "/", as no path does.
    declares: Callable[[str, Interface], Iterable[str]] | None = None
    spelling: Spelling = Spelling()
    # Files with the names that its own libraries give to every file without a statement, each name once; behind a dot
    # those that are members of a value to who uses them, and may be named alone where the value is around.
    everywhere: tuple[Path, ...] = ()
    # For names that leave it open in which language a file is written: the dialect that its content says. Pure, cheap.
    written_in: Callable[[bytes], str] | None = None
    # Where an import stands for the whole text of a file, so that all names come through it, at any depth, that the
    # file has or imports: what stands before a name in the words of `declares`, of files that declare it at their
    # outermost level, and of those that define what others only declare.
    poured: tuple[str, str] | None = None
    # What of a file's text is code, where that is not all of it: as long, with the same lines, blanks for the rest. The
    # grammar is given that, `extract` the whole text. Pure, and in no more than linear time.
    prepared: Callable[[bytes], bytes] | None = None
    borrows: tuple[Path, ...] = ()  # folders of other languages whose code makes these facts; it counts for the version
    queries: tuple[Path, ...] = ()  # files of other languages that are its query, where it has none of its own
    # Endings of other files than `manifests` whose coming or going may make a new resolver: what it lists in the tree.
    listed: tuple[str, ...] = ()
    # Whether what its resolver calls a package is its own library, or that of the platform it runs on.
    standard: Callable[[str], object] | None = None
    ecosystem: str = ""  # type of package-url, where what its resolver calls a package is its name in that registry

    @property
    def distribution(self) -> str:
        """The grammar's wheel."""
        return self.grammar.module.replace("_", "-")

    @property
    def query(self) -> str:
        """facts.scm, and what a dialect's grammar has beyond its language's in DIALECT.scm."""
        parts = self.queries or (self.folder / "facts.scm", self.folder / f"{self.dialect}.scm")
        return "\n".join(part.read_text("utf-8") for part in parts if part.is_file())

    def code_in(self, source: bytes) -> bytes:
        """What the grammar is given of a file."""
        return source if self.prepared is None else self.prepared(source)


def written_in(dialect: str, source: bytes) -> Language:
    """The dialect of a file with this content whose name says `dialect`."""
    language = languages()[dialect]
    return language if language.written_in is None else languages()[language.written_in(source)]


@cache
def languages() -> Mapping[str, Language]:
    """Every dialect by its key, discovered from the folders beside this file."""
    found: dict[str, Language] = {}
    here = Path(__file__).parent
    for folder in sorted(here.iterdir()):
        if (folder / "__init__.py").is_file() and not folder.name.startswith("_"):
            for language in import_module(f"{__name__}.{folder.name}").LANGUAGES:
                found[language.dialect] = language
    return found


@cache
def spoken(name: str) -> tuple[Language, ...]:
    """The dialects of a language; none if there is no language of that name."""
    return tuple(language for language in languages().values() if language.name == name)


@cache
def everywhere(name: str) -> frozenset[str]:
    """The names that a language's own libraries may give to every file of it without a statement, as
    `Language.everywhere` has them; which version of them a build takes is not asked."""
    files = {file for language in spoken(name) for file in language.everywhere}
    lines = (line for file in sorted(files) for line in file.read_text("utf-8").splitlines())
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(1 << 14)
def is_standard(dialect: str, package: str) -> bool:
    """Whether what an import leads to is the language's own library, and so no package of anybody's."""
    known = languages()[dialect].standard
    return known is not None and bool(known(package))


@cache
def entries() -> tuple[str, ...]:
    """Names of files that stand for the folder they lie in, whatever language they are in."""
    return tuple(dict.fromkeys(name for language in languages().values() for name in language.entries))


@cache
def _needs() -> re.Pattern[str]:
    return re.compile("|".join(sorted({language.needs for language in languages().values() if language.needs})))


def says_needs(path: str) -> bool:
    """Whether a repository says in this file which packages of others it needs."""
    return _needs().fullmatch(path.rpartition("/")[2]) is not None


@cache
def _suffixes() -> Mapping[str, str]:
    return {suffix: language.dialect for language in languages().values() for suffix in language.suffixes}


@cache
def _names() -> Mapping[str, str]:
    return {name: language.dialect for language in languages().values() for name in language.names}


@lru_cache(maxsize=1 << 16)
def language_of(path: str) -> Language | None:
    """The language by the file's name alone; None for a file that is no code we know (`other`, not `skipped`)."""
    name = path.rpartition("/")[2]
    if name in _names():
        return languages()[_names()[name]]
    dot = name.rfind(".")
    if dot <= 0:
        return None
    inner = name.rfind(".", 1, dot)  # `.d.ts` is a dialect of its own
    dialect = (inner > 0 and _suffixes().get(name[inner:].lower())) or _suffixes().get(name[dot:].lower())
    return languages()[dialect] if dialect else None


def is_test(path: str) -> bool:
    """A test by the folder it lies in, or by its name as the runners of its language find them."""
    folder, _, name = path.rpartition("/")
    language = language_of(name)
    if (
        language is not None
        and language.source_sets
        and (around := _around_sources(folder, language.dialect)) != folder
    ):
        folder = around  # what a build calls no test is none by its own name
    elif _is_named_as_test(name):
        return True
    if not _TEST_FOLDERS.isdisjoint(folder.split("/")):
        return True
    return (
        language is not None
        and (language.test_folders or language.test_sets) != ()
        and bool(_folders_of_tests(folder, language.dialect))
    )


def test_marks(path: str) -> list[str]:
    """What makes a file a test: the names of folders around it, sorted, and the glob that its name matches."""
    return [*sorted(_folder_marks(path)), *_name_marks(path)]


def _folder_marks(path: str) -> set[str]:
    """The names of folders around a file that make it a test."""
    folder, _, name = path.rpartition("/")
    language = language_of(name)
    if language is not None and language.source_sets:
        folder = _around_sources(folder, language.dialect)
    asks = language is not None and (language.test_folders or language.test_sets) != ()
    own = _folders_of_tests(folder, language.dialect) if language is not None and asks else ()
    return {*_TEST_FOLDERS.intersection(folder.split("/")), *own}


def _name_marks(path: str) -> Sequence[str]:
    """The glob by which the name of a file makes it a test, if it does."""
    folder, _, name = path.rpartition("/")
    language = language_of(name)
    is_source = language is not None and language.source_sets and _around_sources(folder, language.dialect) != folder
    return [] if is_source else _globs_of(name)[:1]


@lru_cache(maxsize=1 << 16)
def _around_sources(folder: str, dialect: str) -> str:
    """The folder around the innermost folder of sources that are no tests by the builds of a language, or this one."""
    globs = languages()[dialect].source_sets
    parts = folder.split("/")
    for at in range(len(parts) - 1, 0, -1):
        if parts[at - 1] == "src" and any(fnmatchcase(parts[at], glob) for glob in globs):
            return "/".join(parts[: at - 1])
    return folder


@lru_cache(maxsize=1 << 16)
def _folders_of_tests(folder: str, dialect: str) -> tuple[str, ...]:
    """The names on the way to a folder that tell tests of a language, as its globs have them; with `src/` before those
    that do so only there."""
    language, parts = languages()[dialect], folder.split("/")
    found = [name for name in parts if any(fnmatchcase(name, glob) for glob in language.test_folders)]
    for around, name, inner in zip(parts, parts[1:], parts[2:], strict=False) if language.test_sets else ():
        if (
            around == "src"
            and name not in found
            and any(fnmatchcase(f"{name}/{inner}", glob) for glob in language.test_sets)
        ):
            found.append(f"src/{name}/{inner}")
    return tuple(found)


def private_folders(path: str) -> list[str]:
    """The names of folders around a file that its language keeps from those outside, sorted."""
    language = language_of(path)
    if language is None or not language.private_folders:
        return []
    return sorted({*language.private_folders}.intersection(path.split("/")[:-1]))


@lru_cache(maxsize=1 << 16)
def is_named_as_generated(path: str) -> bool:
    """Whether a tool writes a file by its name, or by a folder that compilers call so."""
    folder, _, name = path.rpartition("/")
    language = language_of(name)
    return language is not None and (
        "__generated__" in folder.split("/") or any(fnmatchcase(name, glob) for glob in language.generated)
    )


@lru_cache(maxsize=1 << 16)
def is_named_as_vendored(path: str) -> bool:
    """Whether a file is a copy of another project's by its name, or by a folder that its language has for them."""
    folder, _, name = path.rpartition("/")
    language = language_of(name)
    return language is not None and (
        any(fnmatchcase(name, glob) for glob in language.vendored)
        or (language.vendor_folders != () and not set(language.vendor_folders).isdisjoint(folder.split("/")))
    )


@lru_cache(maxsize=1 << 16)
def _is_named_as_test(name: str) -> bool:
    return bool(_globs_of(name))


@lru_cache(maxsize=1 << 16)
def _globs_of(name: str) -> Sequence[str]:
    """The globs of tests that a file's name matches."""
    stem, dot, ending = name.rpartition(".")
    language = language_of(name)
    globs = USUAL_TESTS if language is None else language.tests
    return [f"{glob}.{ending}" for glob in globs if fnmatchcase(stem, glob)] if dot else []


def globs_of_tests(tests: Iterable[str]) -> list[str]:
    """Globs that tell tests as `is_test` does, wherever they lie: those that mean one of these tests."""
    folders: set[str] = set()
    names: set[str] = set()
    for path in tests:
        folders |= _folder_marks(path)
        names.update(_name_marks(path))
    return [*(f"**/{folder}/**" for folder in sorted(folders)), *sorted(names)]


@cache
def extractor_version(dialect: str) -> str:
    """Hash of the grammar's version, `facts.scm` and the code that makes the facts; facts are kept under it."""
    language = languages()[dialect]
    digest = hashlib.sha256()
    digest.update(f"{dialect} {language.distribution} {_version(language.distribution)}".encode())
    digest.update(_version("tree-sitter").encode())
    if language.written_in is not None:  # then any dialect of the folder may be what makes its facts
        others = {other.distribution for other in languages().values() if other.folder == language.folder}
        digest.update("".join(f"{one} {_version(one)}" for one in sorted(others)).encode())
    package = Path(__file__).parent.parent
    sources = {(*package.parts, "facts.py")}
    compiled = package / "extract" / "compiled"  # its sources: whether they were built or not, the facts are the same
    for folder in (language.folder, package / "extract", compiled, *language.borrows):
        endings = (".py", ".scm") if folder == language.folder else (".py", ".c", ".h")
        names = os.listdir(folder)  # noqa: PTH208 - every gate asks, and paths as objects take five times as long
        sources.update((*folder.parts, name) for name in names if name.endswith(endings))
    if language.written_in is None:
        sources.update(query.parts for query in language.queries)
    else:
        sources.update(
            query.parts for other in languages().values() if other.folder == language.folder for query in other.queries
        )
    for source in sorted(sources):
        if source[-1] not in ("resolver.py", "manifests.py"):  # they bind facts, they do not make them
            with open(os.path.join(*source), "rb") as file:  # noqa: PTH118, PTH123 - as above
                digest.update(source[-1].encode() + file.read())
    return digest.hexdigest()[:16]


@cache
def _version(distribution: str) -> str:
    """The version of an installed distribution; its folder's name says it, and `importlib.metadata` costs 20 ms."""
    beginning = distribution.replace("-", "_").lower() + "-"
    for place in sys.path:
        try:
            names = os.listdir(place or ".")  # noqa: PTH208 - as above
        except OSError:
            continue
        found = [n for n in names if n.lower().startswith(beginning) and n.endswith(".dist-info")]
        if len(found) == 1:
            return found[0][len(beginning) : -len(".dist-info")]
        if found:
            break
    from importlib import metadata

    return metadata.version(distribution)
