"""*.podspec, as it is written and nothing of it run, and *.podspec.json.

What a part of the pod needs the pod needs; what its parts need of each other is no dependency.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plumbrule.extract.manifests.pods import Blocks, begins, call, known, names, pod_of, ruby, said
from plumbrule.extract.manifests.program import NAME, Token
from plumbrule.extract.manifests.reading import RUNTIME, TEST, Declared, Format, Published, Reading, unknown
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import Table, json_of, table, tables, text, texts

_SCOPES = {"test_spec": TEST, "app_spec": TEST, "subspec": RUNTIME}
_PLATFORMS = ("ios", "osx", "macos", "tvos", "watchos", "visionos")
_PARTS = ("subspecs", "testspecs", "appspecs")
_DEEPEST = 20


def _read(written: str, path: str) -> Reading:
    return _of_json(written) if path.endswith(".json") else _Podspec(ruby(written)).read()


class _Podspec:
    """What was met so far of one podspec."""

    def __init__(self, all_: Sequence[Token]) -> None:
        self._all = all_
        self._held = known(all_)
        self._blocks = Blocks()
        self._own: set[str] = set()  # names of the specification and its parts
        self._told: dict[str, str] = {}
        self._rows: list[Declared] = []
        self._notes: list[tuple[int, str]] = []

    def read(self) -> Reading:
        done = 0
        words = set(names(self._all))
        for at, token in enumerate(self._all):
            if token.kind != NAME or at < done:
                continue
            if at in words:
                self._blocks.meet(self._all, at)
            done = self._meet(at)
        name = self._told.get("name", "")
        rows = tuple(row for row in self._rows if row.package != name)
        return Reading(
            (Published(name, self._told.get("version", "")),) if name else (), rows, unknown(self._notes, "{}")
        )

    def _meet(self, at: int) -> int:
        """A word; gives the place up to which all is read."""
        token, is_member = self._all[at], at > 0 and self._all[at - 1].says(".")
        rest = self._all[at + 1 : at + 3]
        if token.says("do") and len(rest) == 2 and rest[0].says("|") and self._opens(at):
            self._own.add(rest[1].text)
        elif is_member and token.says(*_SCOPES):
            self._blocks.expect(token.text)
        elif is_member and token.says("dependency"):
            return self._dependency(at)
        elif is_member and at > 1 and token.says("name", "version") and self._all[at - 2].text in self._own:
            self._assign(at)
        elif not is_member and begins(self._all, at) and self._is_given_away(at):
            self._notes.append((token.line, f"what '{token.text}' adds"))
        return at + 1

    def _opens(self, at: int) -> bool:
        """Whether the block that begins here is given a specification."""
        opened = self._blocks.open[-1:]
        head = self._all[max(at - 6, 0) : at]
        return (
            opened[0] in _SCOPES
            if opened not in ([], ["do"])
            else any(one.says("Spec", "Specification") for one in head)
        )

    def _assign(self, at: int) -> None:
        """`s.name = ...`: what is written there, told if it is the name and not known."""
        key, begin = self._all[at].text, at + 1
        if not (begin + 1 < len(self._all) and self._all[begin].says("=") and not self._all[begin + 1].says("=")):
            return
        value = call(self._all, begin + 1).given
        found = said(value[0], self._held) if len(value) == 1 else None
        if found is not None:
            self._told[key] = found
            self._held.update({f"{one}.{key}": found for one in self._own})
        elif key == "name":
            self._notes.append((self._all[at].line, "the name of the pod"))

    def _dependency(self, at: int) -> int:
        found, line = call(self._all, at + 1), self._all[at].line
        name = said(found.given[0], self._held) if found.given else None
        if name is None:
            if found.given and not self._is_own(found.given[0]):
                self._notes.append((line, "the name of a dependency"))
            return found.end
        wanted = [said(value, self._held) for value in found.given[1:]]
        if None in wanted and pod_of(name) != self._told.get("name"):
            self._notes.append((line, f"the version of '{name}'"))
        scope = next((_SCOPES[one] for one in self._blocks.open if _SCOPES.get(one) == TEST), RUNTIME)
        version = ", ".join(one for one in wanted if one is not None)
        self._rows.append(Declared(pod_of(name), version, "", scope, line))
        return found.end

    def _is_own(self, value: Sequence[Token]) -> bool:
        """Whether it is a part of the pod, whatever that is called: "#{s.name}/Core"."""
        return len(value) == 1 and any(value[0].text.startswith(f"#{{{one}.name}}/") for one in self._own)

    def _is_given_away(self, at: int) -> bool:
        """Whether a call is given the specification, and so may add to it."""
        if self._all[at].text in ("puts", "p", "print", "if", "unless", "def", "return", "raise"):
            return False
        if at + 1 >= len(self._all) or self._all[at + 1].says("=", ".", "+", "["):
            return False
        given = call(self._all, at + 1).given
        return any(len(value) == 1 and value[0].kind == NAME and value[0].text in self._own for value in given)


def _of_json(written: str) -> Reading:
    root, lines = json_of(written), Lines(written)
    name = text(root.get("name"))
    found = [
        Declared(pod_of(asked), ", ".join(wanted), "", scope, lines.of_key(asked))
        for asked, wanted, scope in _needs(root, RUNTIME, 0)
    ]
    made = (Published(name, text(root.get("version"))),) if name else ()
    return Reading(made, tuple(row for row in found if row.package != name))


def _needs(spec: Table, scope: str, depth: int) -> Iterator[tuple[str, Sequence[str], str]]:
    """What a specification and its parts depend on, in the order of the text: name, constraints, scope."""
    for key, value in spec.items():
        if key == "dependencies":
            for asked, wanted in table(value).items():
                yield asked, [wanted] if isinstance(wanted, str) else texts(wanted), scope
        elif key in _PLATFORMS and depth < _DEEPEST:
            yield from _needs(table(value), scope, depth + 1)
        elif key in _PARTS and depth < _DEEPEST:
            for part in tables(value):
                is_test = key != "subspecs" or "test_type" in part
                yield from _needs(part, TEST if is_test else scope, depth + 1)


FORMAT = Format("cocoapods", ("*.podspec", "*.podspec.json"), _read)
