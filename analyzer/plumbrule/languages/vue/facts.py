"""What one component says: its scripts, what its markup names of them, and itself as the default export."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

from tree_sitter import Query, Tree

from plumbrule.extract.hiding import Span
from plumbrule.extract.sweep import LONGEST_NAME, require_text, text
from plumbrule.facts import REEXPORT, Facts, Import, Reference
from plumbrule.languages.typescript.facts import EcmaScriptSweep, swept
from plumbrule.languages.vue.blocks import (
    Block,
    blocks_of_svelte,
    blocks_of_vue,
    doubts_in,
    is_of_module,
    scripts_of_svelte,
    scripts_of_vue,
)
from plumbrule.languages.vue.markup import shown_of_svelte, shown_of_vue

_NAME = re.compile(rb"([A-Za-z_$][\w$]*+)((?:\s*+\??\.\s*+[A-Za-z_$][\w$]*+)*+)")
_PARTS = frozenset(b"0123456789.")  # behind these stands part of something else
_ELEMENT = ord("<")
_WORD = re.compile(rb"[A-Za-z_$][\w$]*+")
_BETWEEN = re.compile(rb"[\s?]")
_CALLED = re.compile(rb"\s*+\(")
# `$name` is what the store `name` holds; these are words of Svelte's own.
_STORE = re.compile(
    rb"(?<![\w$.])\$(?!(?:state|derived|effect|props|bindable|inspect|host)\b(?!\s*+[;,)=]))(?=[A-Za-z_])"
)


def extract_vue(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.vue` file; ValueError with a plain reason if the bytes are no text."""
    require_text(source)
    scripts, shown, blocks = scripts_of_vue(source), shown_of_vue(source), blocks_of_vue(source)
    doubts = doubts_in(source, blocks)
    return swept(lambda: _ComponentSweep(scripts, shown, blocks, doubts), tree, query)


def extract_svelte(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.svelte` file; ValueError with a plain reason if the bytes are no text."""
    require_text(source)
    scripts, shown, blocks = (
        scripts_of_svelte(source),
        _STORE.sub(b" ", shown_of_svelte(source)),
        blocks_of_svelte(source),
    )
    doubts = doubts_in(source, blocks)
    return swept(lambda: _SvelteSweep(scripts, shown, blocks, doubts), tree, query)


class _ComponentSweep(EcmaScriptSweep):
    """One pass over the scripts of one component. `shown` is what its markup names, at the same places."""

    def __init__(self, scripts: bytes, shown: bytes, blocks: Iterable[Block], doubts: Iterable[Span]) -> None:
        super().__init__(scripts, 0)
        self._doubts = doubts
        self._shown = shown
        self._blocks = blocks
        self._itself = -1  # the symbol of the default export

    def _overlaid(self) -> bytes:
        """The masked text with what the markup names."""
        masked, pieces, at = self._masked, [], 0
        for block in self._blocks:
            if block.is_script:
                pieces += [self._shown[at : block.begin], masked[block.begin : block.end]]
                at = block.end
        return b"".join([*pieces, self._shown[at:]])

    def finish(self) -> None:
        self._errors += self._doubts
        for block in self._blocks:
            if block.is_script and (module := block.attributes.get(b"src")):
                self._take_script(module, block)
        self._errors.sort()
        self._offer_itself()
        super().finish()
        self._refer_shown()

    def _take_script(self, module: bytes, block: Block) -> None:
        """`<script src="./x.ts">`: that file is the component's script."""
        row = Import(text(module[:LONGEST_NAME]), 0, "default", "", self.line(block.start), REEXPORT, -1)
        self.imports.append(row)
        self.offer("default", "default", block.start, len(self.imports) - 1)

    def _offer_itself(self) -> None:
        """A component is what its file offers, whether or not a script says so."""
        local = next((row.local for row in self.exports if row.name == "default" and row.imported < 0), "default")
        if not any(row.name == "default" and row.imported >= 0 for row in self.exports):
            known = (index for index, row in enumerate(self.symbols) if row.name == local and row.parent < 0)
            self._itself = next(known, -1)
            if self._itself < 0 and local == "default":
                self._itself = self.define(b"default", "constant", "public", (0, len(self.source)), exported=True)

    def _refer_shown(self) -> None:
        """What the markup names of the imports and of what the scripts define."""
        heads = {row.alias.encode() for row in self.imports if row.alias and row.symbol < 0}
        heads.update(row.name.encode() for row in self.symbols if row.parent < 0)
        for kind, name, start, end in sorted(self._named(heads), key=lambda one: one[2]) if heads else ():
            self.refer_as(self._itself, kind, name, start, end)

    def _named(self, heads: Set[bytes]) -> Iterator[tuple[str, bytes, int, int]]:
        """How, by which name and where one of these is used in the markup."""
        shown = self._shown
        for found in _NAME.finditer(shown):
            head, start = found[1], found.start()
            before = shown[start - 1] if start else 0
            if head not in heads:
                # `<my-thing>` may be `myThing` as well.
                head = head[:1].lower() + head[1:]
                if before != _ELEMENT or head not in heads:
                    continue
            if before in _PARTS and not shown.endswith(b"...", 0, start):
                continue
            name, end = head + _BETWEEN.sub(b"", found[2]), found.end()
            if before == _ELEMENT or _CALLED.match(shown, end) is not None:
                yield "call", name, start, end
            elif self._is_read_there(start, end):
                yield "read", name, start, end

    def _is_read_there(self, start: int, end: int) -> bool:
        masked, self._masked = self._masked, self._shown
        is_read = self.is_read(start, end)
        self._masked = masked
        return is_read

    def _erase_types(self) -> None:
        # What only the markup uses is there at run time.
        masked, self._masked = self._masked, self._overlaid()
        super()._erase_types()
        self._masked = masked

    def _bound(self) -> list[Reference]:
        # How the markup calls a component stands in front of its name.
        masked, self._masked = self._masked, self._overlaid()
        rows = super()._bound()
        self._masked = masked
        return rows


class _SvelteSweep(_ComponentSweep):
    """As a component of Svelte: what the script of one component exports are its properties, which nobody imports."""

    def finish(self) -> None:
        own = [
            (self.line(block.begin), self.line(max(block.begin, block.end - 1)))
            for block in self._blocks
            if block.is_script and not is_of_module(block)
        ]
        for index, row in enumerate(self.symbols):
            if row.exported and any(first <= row.line <= last for first, last in own):
                self.symbols[index] = row._replace(exported=False)
        self.exports = [row for row in self.exports if not any(first <= row.line <= last for first, last in own)]
        super().finish()

    def _named(self, heads: Set[bytes]) -> Iterator[tuple[str, bytes, int, int]]:
        yield from super()._named(heads)
        imported = {row.alias.encode() for row in self.imports if row.alias and row.symbol < 0}
        for found in _STORE.finditer(self._masked):
            # `$name` in the scripts: the value of the store that `name` is.
            name = _WORD.match(self._masked, found.end())
            if name is not None and name[0] in imported:
                yield "read", name[0], *name.span()
