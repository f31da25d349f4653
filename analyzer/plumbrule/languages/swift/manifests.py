"""Which modules a Swift tree has: targets of packages and of Xcode projects, pods. Hides how those files are read.

They are programs and property lists that anyone may have written: reading is bounded, and never runs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.languages.ways import climbed, joined

if TYPE_CHECKING:
    from plumbrule.resolve import Tree

_LARGEST_MANIFEST = 1_000_000
_LARGEST_PROJECT = 20_000_000
_MOST_TARGETS = 5_000
_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?(?:\*/|\Z)|\"\"\".*?(?:\"\"\"|\Z)|\"((?:[^\"\\\n]|\\.)*+)\"?"
    r"|\.?(\b[A-Za-z_]\w*)\s*(:|(?=\())?|([()\[\]])",
    re.DOTALL,
)
_TARGETS = frozenset(("target", "executableTarget", "testTarget", "macro", "plugin", "executable", "test"))
_LIBRARIES = frozenset(("library", "executable", "plugin"))
_HOMES = ("Sources", "Source", "src", "srcs")
_POD = re.compile(r"\.(?:module_name|name)\s*=\s*[\"']([^\"'\n]+)[\"']")
_WORD = re.compile(r"\W")
_PLIST = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*|\"((?:[^\"\\]|\\.)*+)\"?|([\w./$@+:-]+)|([{}()=;,])", re.DOTALL)
_DEEPEST = 60
_OBJECTS = 2  # how deep the objects of a project lie
_Row = dict[str, str | list[str]]


class Module(NamedTuple):
    """Files that see each other's names without an import."""

    name: str
    folder: str  # under which its files lie; "" with `home` "" is all that no other module has
    home: str  # the manifest that tells of it, "" if none does
    is_test: bool = False
    sources: tuple[str, ...] = ()  # folders and files below which its files lie, if those are not all of the folder
    without: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()  # names of modules, as far as the manifest says


class _Call(NamedTuple):
    """A call in a manifest, as far as it has arguments with labels that are strings or lists of them."""

    name: str
    label: str  # of the argument around it that it is in, "" if none
    said: dict[str, list[str]]


class _Open(NamedTuple):
    """A bracket that is open."""

    call: _Call | None  # None for a list
    label: str  # of the argument that the list is


def packages(tree: Tree) -> dict[str, list[Module]]:
    """The targets of each package by the path of its manifest."""
    found: dict[str, list[Module]] = {}
    for path in tree.paths(("Package.swift",)):
        if path.rpartition("/")[2] == "Package.swift":
            written = tree.read(path)[:_LARGEST_MANIFEST].decode("utf-8", "replace")
            found[path] = list(_targets(tree, path, written))
    return found


class _Reading:
    """What is open while the calls of a manifest go by."""

    def __init__(self) -> None:
        self.around: list[_Open] = []
        self._label = ""  # that was met last
        self._name = ""  # of what is called next

    def word(self, word: str, *, is_label: bool) -> None:
        if is_label:
            self._label, self._name = word, ""
        else:
            self._name = word

    def text(self, text: str) -> None:
        """A string: an argument, or one of a list that is an argument."""
        holder = next((one for one in reversed(self.around[-2:]) if one.call is not None), None)
        if holder is not None and holder.call is not None and not self._name:
            inner = self.around[-1]
            holder.call.said.setdefault(self._label if inner.call is not None else inner.label, []).append(text)
        self._name = ""

    def open(self, bracket: str) -> None:
        if bracket == "[":
            self.around.append(_Open(None, self._label))
        else:
            is_listed = bool(self.around) and self.around[-1].call is None
            label = self.around[-1].label if is_listed else self._label if self.around else ""
            self.around.append(_Open(_Call(self._name, label, {}), ""))
            self._label = ""
        self._name = ""

    def close(self) -> _Call | None:
        """The call that ends here, if one does."""
        self._name = ""
        if not self.around:
            return None
        closed = self.around.pop()
        self._label = closed.label
        return closed.call


def _calls(written: str) -> Iterator[_Call]:
    """Calls with their labelled strings, each when it is closed."""
    reading = _Reading()
    for token in _TOKEN.finditer(written):
        text, word, colon, bracket = token.groups()
        if text is not None:
            reading.text(text)
        elif word is not None:
            reading.word(word, is_label=colon == ":")
        elif bracket in ("(", "["):
            reading.open(bracket)
        elif bracket is not None and (call := reading.close()) is not None:
            yield call
        if len(reading.around) > _DEEPEST:
            return


def _targets(tree: Tree, path: str, written: str) -> Iterator[Module]:
    root = path.rpartition("/")[0]
    needed: list[str] = []
    count = 0
    declared: list[tuple[str, dict[str, list[str]], list[str]]] = []
    for call in _calls(written):
        names = call.said.get("name", [])
        if call.label == "dependencies" and call.name in ("target", "product", "byName", "package"):
            needed += names
        elif call.name in _TARGETS and names and call.label in ("targets", "", "return"):
            declared.append((call.name, call.said, [*needed, *call.said.get("dependencies", [])]))
            needed = []
            count += 1
            if count > _MOST_TARGETS:
                break
        else:
            needed = needed if call.label == "dependencies" else []
    for kind, said, needs in declared:
        name = said["name"][0]
        folder = _home(tree, root, kind, name, said.get("path", [""])[0], alone=len(declared) == 1)
        if folder is not None:
            below = [joined(folder, one.strip("./")) for one in said.get("sources", [])]
            without = [joined(folder, one.strip("./")) for one in said.get("exclude", [])]
            yield Module(
                _WORD.sub("_", name), folder, path, kind in ("testTarget", "test"),
                tuple(one for one in below if one != folder), tuple(without), tuple(sorted(set(needs))),
            )  # fmt: skip


def _home(tree: Tree, root: str, kind: str, name: str, said: str, *, alone: bool) -> str | None:
    """The folder of a target; None if there is none."""
    if said:
        return climbed(root, said)
    homes = (
        ("Tests", *_HOMES) if kind in ("testTarget", "test") else ("Plugins", *_HOMES) if kind == "plugin" else _HOMES
    )
    for home in homes:
        folder = joined(root, f"{home}/{name}")
        if tree.is_dir(folder):
            return folder
    if alone:
        return next((joined(root, home) for home in homes if tree.is_dir(joined(root, home))), None)
    return None


def pods(tree: Tree) -> list[Module]:
    """What pods are built from: nobody but Ruby knows which files, so all around the file that says so."""
    found = []
    for path in tree.paths((".podspec",)):
        written = tree.read(path)[:_LARGEST_MANIFEST].decode("utf-8", "replace")
        names = _POD.findall(written)
        stem = path.rpartition("/")[2].removesuffix(".podspec")
        modules = re.findall(r"\.module_name\s*=\s*[\"']([^\"'\n]+)[\"']", written)
        name = (modules or [one for one in names if one] or [stem])[0]
        found.append(Module(_WORD.sub("_", name), path.rpartition("/")[0], path))
    return found


def projects(tree: Tree) -> dict[str, list[tuple[Module, frozenset[str]]]]:
    """The targets of Xcode projects with their files, by the path of the project."""
    found = {}
    for path in tree.paths((".pbxproj",)):
        written = tree.read(path)[:_LARGEST_PROJECT].decode("utf-8", "replace")
        found[path] = list(_of_project(path, _objects(written)))
    return found


class _Objects:
    """The objects of a project while its signs go by: plain values and lists of such, by their identifiers."""

    def __init__(self) -> None:
        self.found: dict[str, _Row] = {}
        self.is_over = False
        self.words: list[str] = []  # since the last sign
        self._depth = 0
        self._key = ""
        self._identifier = ""
        self._held: _Row = {}

    def take(self, sign: str) -> None:
        if sign == "{":
            self._open()
        elif sign == "}":
            self._close()
        elif sign == ")":
            self._keep(self.words)
        elif sign == ";":
            self._keep(self.words[-1] if self.words else "")
        elif sign == "=":
            self._key, self.words = self._last(), []

    def _last(self) -> str:
        return self.words[-1] if self.words else ""

    def _open(self) -> None:
        self._depth += 1
        if self._depth == _OBJECTS:
            self._identifier, self._held = self._key, {}
        self.words = []

    def _close(self) -> None:
        self._depth -= 1
        if self._depth == _OBJECTS - 1 and self._identifier:
            self.found[self._identifier] = self._held
        self.words, self._key = [], ""
        self.is_over = self._depth <= 0

    def _keep(self, value: str | list[str]) -> None:
        """What belongs to the key at hand, if that is one of an object itself."""
        if self._depth == _OBJECTS and self._key:
            self._held[self._key] = value
        self.words, self._key = [], ""


def _objects(written: str) -> dict[str, _Row]:
    """The objects of a project, as far as they can be read."""
    objects = _Objects()
    for token in _PLIST.finditer(written, max(0, written.find("objects"))):
        text, word, sign = token.groups()
        if sign is not None:
            objects.take(sign)
        elif text is not None or word is not None:
            objects.words.append(text if text is not None else word)
        if objects.is_over:
            break
    return objects.found


def _one(row: _Row, key: str) -> str:
    value = row.get(key, "")
    return value if isinstance(value, str) else ""


def _all(row: _Row, key: str) -> list[str]:
    value = row.get(key, [])
    return value if isinstance(value, list) else [value]


def _of_project(path: str, objects: dict[str, _Row]) -> Iterator[tuple[Module, frozenset[str]]]:
    root = path.rpartition("/")[0].rpartition("/")[0]
    places = _places(root, objects)
    exceptions = _excepted(objects, places)
    for key in sorted(objects):
        target = objects[key]
        if _one(target, "isa") != "PBXNativeTarget":
            continue
        files = set()
        for phase in _all(target, "buildPhases"):
            row = objects.get(phase, {})
            if _one(row, "isa") == "PBXSourcesBuildPhase":
                for built in _all(row, "files"):
                    place = places.get(_one(objects.get(built, {}), "fileRef"))
                    if place is not None and place.endswith(".swift"):
                        files.add(place)
        folders = [places[group] for group in _all(target, "fileSystemSynchronizedGroups") if group in places]
        excepted = exceptions.get(key, set())
        without = {file for file in excepted if any(file.startswith(f"{folder}/") for folder in folders)}
        files |= {file for file in excepted - without if file.endswith(".swift")}
        name = _one(target, "productName") or _one(target, "name")
        needs = {
            _one(objects.get(_one(objects.get(one, {}), "target"), {}), "name") for one in _all(target, "dependencies")
        }
        is_test = "test" in _one(target, "productType")
        yield (
            Module(
                _WORD.sub("_", name),
                "\0",
                f"{path}#{key}",
                is_test,
                tuple(folders),
                tuple(sorted(without)),
                tuple(sorted(needs - {""})),
            ),
            frozenset(files),
        )


def _excepted(objects: dict[str, _Row], places: dict[str, str]) -> dict[str, set[str]]:
    """By target the files that it has otherwise than the folder they lie in: not, if that is its own, else as well."""
    found: dict[str, set[str]] = {}
    for group, place in places.items():
        for row in (objects.get(key, {}) for key in _all(objects[group], "exceptions")):
            files = (joined(place, one) for one in _all(row, "membershipExceptions"))
            found.setdefault(_one(row, "target"), set()).update(files)
    return found


def _places(root: str, objects: dict[str, _Row]) -> dict[str, str]:
    """Where the files and groups of a project lie."""
    main = [_one(row, "mainGroup") for _, row in sorted(objects.items()) if _one(row, "isa") == "PBXProject"]
    found: dict[str, str] = {}
    waiting = [(group, root) for group in main]
    while waiting:
        key, around = waiting.pop()
        row = objects.get(key)
        if row is None or key in found:
            continue
        base = root if _one(row, "sourceTree") == "SOURCE_ROOT" else around
        place = climbed(base, _one(row, "path"))
        if place is None or _one(row, "sourceTree") in ("SDKROOT", "BUILT_PRODUCTS_DIR", "DEVELOPER_DIR", "<absolute>"):
            continue
        found[key] = place
        waiting += [(child, place) for child in _all(row, "children")]
    return found
