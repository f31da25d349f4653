"""Which builds a Go file is part of: by the system and processor that its name ends in, by what `//go:build` says.

Hides the language of build constraints. Where several files of a package define one name, no build has two of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from plumbrule.resolve import Tree

TAGS = "//"  # before those of a file, behind what its package is called
# `go tool dist list`, and those whose names have a meaning all the same (go/build, syslist.go).
SYSTEMS = (
    *("aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd"),
    *("openbsd", "plan9", "solaris", "wasip1", "windows", "zos"),
)
PROCESSORS = (
    *("386", "amd64", "amd64p32", "arm", "arm64", "arm64be", "armbe", "loong64", "mips", "mips64", "mips64le"),
    *("mips64p32", "mips64p32le", "mipsle", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc"),
    *("sparc64", "wasm"),
)
_UNIX = frozenset(SYSTEMS) - {"js", "nacl", "plan9", "wasip1", "windows", "zos"}
_TOO = {"android": "linux", "illumos": "solaris", "ios": "darwin"}  # what else a system is taken for
_ALWAYS = re.compile(r"gc|go1\.\d+")  # of the compiler that everyone has, as new as it can be
_SAID = re.compile(rb"^//go:build[ \t]+([^\r\n]*)", re.MULTILINE)
_SAID_ONCE = re.compile(rb"^//[ \t]*\+build[ \t]+([^\r\n]*)", re.MULTILINE)  # as it was written before Go 1.17
_WORD = re.compile(r"[\w.]+|&&|\|\||[!()]|\S")
_LONGEST = 1_000
_MOST_TAGS = 6  # of one constraint; of one with more, as of one that takes too long to try, nothing is said
_MOST_TRIED = 300_000  # words of a constraint times builds

# Each says whether a file is in the build that is for this system and processor and has these tags.
_Condition = Callable[[str, str, frozenset[str]], bool]


class Builds(NamedTuple):
    """The builds that a file is part of, so far as each of these alone says it; None is any."""

    systems: frozenset[str] | None
    processors: frozenset[str] | None
    tags: Mapping[str, bool]  # those that it is never without, or never with
    is_all: bool = True  # whether it is in every build that these allow
    is_usual: bool = True  # whether it is in the build for what most servers are


_IN_NONE = Builds(frozenset(), frozenset(), {}, is_usual=False)
_USUAL = "linux", "amd64", frozenset({"cgo"})


def condition_of(head: bytes) -> str:
    """What the lines before the package clause say of builds; "" if nothing."""
    said = _SAID.search(head)
    if said is not None:
        return said[1].decode("utf-8", "replace").strip()[:_LONGEST]
    lines = [line[1].decode("utf-8", "replace").split("//")[0].split() for line in _SAID_ONCE.finditer(head)]
    # A line holds if one of its words does, a word if all between its commas do; all lines must.
    words = ("||".join(f"({word.replace(',', '&&')})" for word in line) for line in lines if line)
    return "&&".join(f"({line})" for line in words)[:_LONGEST]


@lru_cache(maxsize=1 << 12)
def builds(name: str, condition: str) -> Builds:
    """Those of a file with this name and condition."""
    system, processor = _in_name(name)
    if not condition:
        return _by_name(system, processor)
    words = _WORD.findall(condition)
    holds = _Reading(words).whole() if len(words) < _LONGEST else None
    tags = sorted({word for word in words if _is_tag(word)})
    unknown = _by_name(system, processor)._replace(is_all=False)
    if holds is None or len(tags) > _MOST_TAGS:
        return unknown
    on_systems = SYSTEMS if system or not {*SYSTEMS, "unix"}.isdisjoint(words) else ("",)
    on_processors = PROCESSORS if processor or not set(PROCESSORS).isdisjoint(words) else ("",)
    ways = [
        frozenset(tag for tag, on in zip(tags, ways, strict=True) if on) for ways in product((0, 1), repeat=len(tags))
    ]
    if len(words) * len(on_systems) * len(on_processors) * len(ways) > _MOST_TRIED:
        return unknown
    on = [one for one in on_systems if system in ("", one, _TOO.get(one))]
    by = [one for one in on_processors if processor in ("", one)]
    found = [way for way in product(on, by, ways) if holds(*way)]
    if not found:
        return _IN_NONE
    fixed = {tag: tag in found[0][2] for tag in tags if len({tag in way for _, _, way in found}) == 1}
    some, others = frozenset(one for one, _, _ in found), frozenset(other for _, other, _ in found)
    return Builds(
        None if some >= set(on_systems) else some,
        None if others >= set(on_processors) else others,
        fixed,
        len(found) == len(some) * len(others) << len(tags) - len(fixed),
        unknown.is_usual and holds(*_USUAL),
    )


def _by_name(system: str, processor: str) -> Builds:
    """Those of a file whose name alone says which."""
    systems = frozenset((system, *(one for one, too in _TOO.items() if too == system))) if system else None
    usual = system in ("", _USUAL[0]) and processor in ("", _USUAL[1])
    return Builds(systems, frozenset((processor,)) if processor else None, {}, is_usual=usual)


def declared(path: str, limits: Builds) -> Iterator[str]:
    """What a file with a condition declares of its builds: `/go:if/PATH` that it has one, and, where only some will
    do, `/go:if/PATH:LIMIT` with what is limited and each that will."""
    yield f"/go:if/{path}"
    for what, some in (("system", limits.systems), ("processor", limits.processors)):
        if some is not None:
            yield f"/go:if/{path}:{what}"
            yield from (f"/go:if/{path}:{one}" for one in sorted(some))
    tags = _signs(limits)
    yield from (f"/go:if/{path}:{tag}" for tag in tags)
    if tags:
        yield f"/go:if/{path}:tags"
        yield f"/go:if/{path}:tags {' '.join(tags)}"
    if not limits.is_all:
        yield f"/go:if/{path}:some"
    if not limits.is_usual:
        yield f"/go:if/{path}:unusual"


def tags_of(condition: str) -> str:
    """The tags that a file with this condition is never without (`cgo`) or never with (`!cgo`)."""
    return " ".join(_signs(builds("", condition)))


def one_built_with(tree: Tree, path: str, tags: str, files: list[str]) -> tuple[str, bool] | None:
    """Which of these files, that have the same name to offer, a file is built with, and whether it always is: else
    another one is in some other build than the usual one. None if it is none of them, or nothing says which. `tags`
    are those of the file that asks."""
    met = [file for file in files if _meet(tree, path, tags, file)]
    # What is in every build of the file that asks leaves no room for the others.
    always = met if len(met) < 2 else [file for file in met if _is_always_there(tree, path, tags, file)]
    if len(always) == 1:
        return always[0], True
    usual = [file for file in met if _is_usual(tree, file)]
    return (usual[0], False) if len(usual) == 1 and not always else None


def _is_usual(tree: Tree, path: str) -> bool:
    if tree.is_defined(f"/go:if/{path}"):
        return not tree.is_defined(f"/go:if/{path}:unusual")
    return builds(path.rpartition("/")[2], "").is_usual


def _meet(tree: Tree, path: str, tags: str, other: str) -> bool:
    """Whether some build may have both files."""
    if any(tree.is_defined(f"/go:if/{other}:{_opposite(tag)}") for tag in tags.split()):
        return False
    one, two = _declared(tree, path), _declared(tree, other)
    return _share(one.systems, two.systems) and _share(one.processors, two.processors)


def _is_always_there(tree: Tree, path: str, tags: str, other: str) -> bool:
    """Whether every build that has the file has the other one too."""
    limits = f"/go:if/{other}:tags"
    if tree.is_defined(limits) and not tree.is_defined(f"{limits} {tags}"):
        return False
    one, two = _declared(tree, path), _declared(tree, other)
    return two.is_all and _covers(two.systems, one.systems) and _covers(two.processors, one.processors)


def _covers(all_of: frozenset[str] | None, some: frozenset[str] | None) -> bool:
    return all_of is None or (some is not None and some <= all_of)


def _share(some: frozenset[str] | None, others: frozenset[str] | None) -> bool:
    return some is None or others is None or not some.isdisjoint(others)


def _declared(tree: Tree, path: str) -> Builds:
    """What `declared` says of a file, its tags apart, and the name of one that says nothing."""
    if not tree.is_defined(f"/go:if/{path}"):
        return builds(path.rpartition("/")[2], "")
    limits = [
        frozenset(one for one in all_of if tree.is_defined(f"/go:if/{path}:{one}"))
        if tree.is_defined(f"/go:if/{path}:{what}")
        else None
        for what, all_of in (("system", SYSTEMS), ("processor", PROCESSORS))
    ]
    return Builds(limits[0], limits[1], {}, not tree.is_defined(f"/go:if/{path}:some"))


def _signs(limits: Builds) -> list[str]:
    return sorted(tag if on else f"!{tag}" for tag, on in limits.tags.items())


def _in_name(name: str) -> tuple[str, str]:
    """The system and the processor that a file's name ends in, "" for none: `go help buildconstraint`."""
    _, *parts = name.partition(".")[0].split("_")
    if parts and parts[-1] == "test":
        parts.pop()
    last = parts[-1] if parts else ""
    if last in PROCESSORS:
        return parts[-2] if len(parts) > 1 and parts[-2] in SYSTEMS else "", last
    return last if last in SYSTEMS else "", ""


def _is_tag(word: str) -> bool:
    """Whether who builds may give it or not."""
    is_name = word[0].isalnum() or word[0] == "_"
    return is_name and word not in (*SYSTEMS, *PROCESSORS, "unix", "gccgo") and _ALWAYS.fullmatch(word) is None


def _opposite(tag: str) -> str:
    return tag[1:] if tag.startswith("!") else f"!{tag}"


class _Reading:
    """One expression, read from the left: or, and, not, brackets."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._at = 0

    def whole(self) -> _Condition | None:
        """None if it is none."""
        try:
            found = self._either(0)
        except (IndexError, ValueError):
            return None
        return found if self._at == len(self._words) else None

    def _either(self, depth: int) -> _Condition:
        parts = [self._all(depth)]
        while self._is_next("||"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else lambda *build: any(part(*build) for part in parts)

    def _all(self, depth: int) -> _Condition:
        parts = [self._one(depth)]
        while self._is_next("&&"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else lambda *build: all(part(*build) for part in parts)

    def _one(self, depth: int) -> _Condition:
        if depth > _DEEPEST:
            raise ValueError
        if self._is_next("!"):
            inner = self._one(depth + 1)
            return lambda *build: not inner(*build)
        if self._is_next("("):
            inner = self._either(depth + 1)
            if not self._is_next(")"):
                raise ValueError
            return inner
        word = self._words[self._at]
        self._at += 1
        if not (word[0].isalnum() or word[0] == "_"):
            raise ValueError
        return _condition(word)

    def _is_next(self, word: str) -> bool:
        found = self._at < len(self._words) and self._words[self._at] == word
        self._at += found
        return found


_DEEPEST = 50


def _condition(word: str) -> _Condition:
    if word in SYSTEMS:
        return lambda system, _, __: word in (system, _TOO.get(system))
    if word in PROCESSORS:
        return lambda _, processor, __: word == processor
    if word == "unix":
        return lambda system, _, __: system in _UNIX
    if word == "gccgo" or _ALWAYS.fullmatch(word) is not None:
        return lambda _, __, ___: word != "gccgo"
    return lambda _, __, tags: word in tags
