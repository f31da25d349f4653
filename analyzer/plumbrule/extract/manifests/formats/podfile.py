"""Podfile, as it is written; nothing of it is run.

A pod of a function is for tests where all that calls it is. What a Podfile takes from functions of other files, as
those of React Native and Flutter, is told and not guessed. `podspec` has no row: what it means is a manifest itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from plumbrule.extract.manifests.pods import (
    Blocks,
    Call,
    begins,
    call,
    is_for_developers,
    is_inside,
    is_of_tests,
    known,
    listed,
    names,
    pod_of,
    ruby,
    said,
)
from plumbrule.extract.manifests.program import NAME, Token
from plumbrule.extract.manifests.reading import DEVELOPMENT, RUNTIME, TEST, Declared, Format, Reading, unknown

_TARGETS = ("target", "abstract_target")
_PLACES = ("path", "git", "podspec", "http")
# What may stand in a target and brings no pod.
_PLAIN = frozenset(
    "pod podspec target abstract_target platform project xcodeproj workspace source plugin script_phase link_with "  # noqa: SIM905
    "inherit use_frameworks use_modular_headers inhibit_all_warnings supports_swift_versions "
    "set_arc_compatibility_flag generate_bridge_support pre_install post_install pre_integrate "
    "post_integrate current_target_definition install "
    "require require_relative puts print p raise return next break warn "
    "if unless else elsif end case when then while until for in do begin rescue ensure def class module and or not "
    "true false nil self yield".split()
)
_FROM_ELSEWHERE = ("eval", "instance_eval")


class _Place(NamedTuple):
    """Where something stands."""

    function: str  # "" = in none
    is_test: bool


class _Podfile:
    """What was met so far of one Podfile."""

    def __init__(self, all_: Sequence[Token]) -> None:
        self._all = all_
        self._held = known(all_)
        self._functions = {
            all_[at + 1].text for at, token in enumerate(all_[:-1]) if token.says("def") and all_[at + 1].kind == NAME
        }
        self._blocks = Blocks()
        self._rows: list[tuple[_Place, Declared]] = []
        self._calls: dict[str, set[_Place]] = defaultdict(set)
        self._notes: list[tuple[int, str]] = []
        self._strangers: list[tuple[_Place, int, str]] = []

    def read(self) -> Reading:
        done = 0
        for at in names(self._all):
            if at >= done:
                done = self._meet(at)
        reached = self._reached()
        rows = [
            row._replace(scope=TEST) if place.function and reached.get(place.function) == {True} else row
            for place, row in self._rows
        ]
        notes = [
            *self._notes,
            *(
                (line, what)
                for place, line, what in self._strangers
                if not place.function or reached.get(place.function)
            ),
        ]
        return Reading(declared=tuple(rows), reason=unknown(notes, "{}"))

    def _meet(self, at: int) -> int:
        """A word; gives the place up to which all is read."""
        token, is_first = self._all[at], begins(self._all, at)
        self._blocks.meet(self._all, at)
        if is_first and token.says("pod"):
            return self._pod(at)
        if is_first and token.says(*_TARGETS):
            found = call(self._all, at + 1)
            name = said(found.given[0], self._held) if found.given else None
            if name is None:
                self._notes.append((token.line, "the name of a target"))
            self._blocks.expect(f"target {name or ''}")
            return found.end
        place = self._place()
        if place is None or self._is_after_def(at):
            return at + 1
        if token.text in self._functions:
            self._calls[token.text].add(place)
        elif self._is_strange(at, is_first=is_first):
            self._strangers.append((place, token.line, f"what '{token.text}' adds"))
        return at + 1

    def _pod(self, at: int) -> int:
        found, line = call(self._all, at + 1), self._all[at].line
        name = said(found.given[0], self._held) if found.given else None
        place = self._place() or _Place("", is_test=False)
        if name is None or not pod_of(name):
            if found.given:
                self._notes.append((line, "the name of a pod"))
            return found.end
        wanted = [said(value, self._held) for value in found.given[1:]]
        if None in wanted:
            self._notes.append((line, f"the version of '{name}'"))
        where = next((key for key in _PLACES if key in found.named), "")
        told = said(found.named[where], self._held) if where else ""
        inside = where == "path" and is_inside(told or "")
        version = ", ".join(one for one in wanted if one is not None)
        scope = self._scope(found, place)
        self._rows.append((place, Declared(pod_of(name), version or told or "", "", scope, line, inside)))
        return found.end

    def _scope(self, found: Call, place: _Place) -> str:
        named: Mapping[str, Sequence[Token]] = found.named
        builds = listed(named.get("configurations", named.get("configuration", ())))
        return TEST if place.is_test else DEVELOPMENT if is_for_developers(builds) else RUNTIME

    def _place(self) -> _Place | None:
        """Where the word that was met last stands; None in a block that is neither a target's nor a function's."""
        is_test = any(one.startswith("target ") and is_of_tests(one[7:]) for one in self._blocks.open)
        around = next((one for one in reversed(self._blocks.open) if " " in one or one == "do"), "target ")
        if around.startswith("def "):
            return _Place(around[4:], is_test)
        return _Place("", is_test) if around.startswith("target ") else None

    def _is_after_def(self, at: int) -> bool:
        return at > 0 and self._all[at - 1].says("def")

    def _is_strange(self, at: int, *, is_first: bool) -> bool:
        """Whether a word calls what this file does not define and what may bring pods."""
        token, rest = self._all[at], self._all[at + 1 : at + 3]
        if token.says(*_FROM_ELSEWHERE):
            return is_first
        is_inner = any(" " in one for one in self._blocks.open)
        if (
            not is_inner
            or token.text in _PLAIN
            or token.text[:1].isdigit()
            or token.text[:1] in "$ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        ):
            return False
        if len(rest) == 2 and rest[0].says("!") and not rest[1].says("="):
            return True
        is_alone = not rest or rest[0].line > token.line
        is_read = (
            bool(rest) and not is_alone and rest[0].says("=", ".", "[", "+", "-", "*", "/", "<", "|", "&", "?", ",")
        )
        return is_first and not is_read

    def _reached(self) -> dict[str, set[bool]]:
        """By function whether tests call it, others, or both."""
        found: dict[str, set[bool]] = {name: set() for name in self._functions}
        called: dict[str, list[str]] = defaultdict(list)  # by function those that it calls
        waiting: list[tuple[str, bool]] = []
        for name, places in self._calls.items():
            for place in places:
                if not place.function or place.is_test:
                    waiting.append((name, place.is_test))
                else:
                    called[place.function].append(name)
        while waiting:
            name, is_test = waiting.pop()
            if is_test not in found[name]:
                found[name].add(is_test)
                waiting += [(one, is_test) for one in called[name]]
        return found


def _read(text: str, path: str) -> Reading:
    return _Podfile(ruby(text)).read()


FORMAT = Format("cocoapods", ("Podfile",), _read)
