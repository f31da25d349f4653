"""Which parts of a component are scripts. Hides how `.vue` and `.svelte` files are cut into blocks.

Every look goes forward through the text: what is opened and never closed costs no second one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

_OPENING = re.compile(rb"<!--|<([A-Za-z][\w.:-]*)")
# The rest of a tag: quoted values may hold a `>`.
_HEAD = re.compile(rb"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(rb"""([^\s=>"'/]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++)))?""")
_TEMPLATES = re.compile(rb"<!--|<(/?)template(?=[\s/>])", re.IGNORECASE)
_SCRIPTS = re.compile(rb"<!--|<(script|style|svelte:head)(?=[\s/>])", re.IGNORECASE)
_MOST_OPEN = 5  # blocks that are never closed; each may cost a look through all that follows
_BLANKS = bytes(byte if byte in b"\r\n" else ord(" ") for byte in range(256))
_CODE = re.compile(rb"(?:|module|(?:text|application)/(?:javascript|ecmascript|typescript|babel)|jsx|tsx?)")
_LANGUAGES = re.compile(rb"(?:|babel|es6|[cm]?[jt]s|jsx|tsx|javascript|typescript)")
_OTHER_CODE = re.compile(rb"\w+/[\w.-]*script")
_CONFLICT = re.compile(rb"^(?:<{7}|>{7})(?=[ \r\n]|\Z)[^\n]*", re.MULTILINE)
_COMMENT = b"!--"  # what an unclosed comment is called among the blocks
_TYPED = (b"ts", b"typescript", b"text/typescript", b"application/typescript")


class Block(NamedTuple):
    """One top-level element of a component."""

    name: bytes  # lower case
    attributes: Mapping[bytes, bytes]  # "" where none is given
    start: int
    begin: int  # of what is in it
    end: int
    is_closed: bool = True

    @property
    def language(self) -> bytes:
        return self.attributes.get(b"lang", b"").lower()

    @property
    def is_script(self) -> bool:
        """Whether it is a script in a language that is read here."""
        said = self.attributes.get(b"type", b"").lower()
        return self.name == b"script" and None not in (_CODE.fullmatch(said), _LANGUAGES.fullmatch(self.language))

    @property
    def is_unread(self) -> bool:
        """Whether something in it may be code that is not read: in another language, or behind what never ends."""
        if self.name == _COMMENT:
            return True
        if self.name != b"script" or b"src" in self.attributes or self.is_script:
            return self.is_script and not self.is_closed
        said = self.attributes.get(b"type", b"").lower()
        return _CODE.fullmatch(said) is not None or _OTHER_CODE.fullmatch(said) is not None


class _Text:
    """A text that is looked through from front to back."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._open_comment = -1  # where one begins that never ends
        self._lacking: dict[bytes, int] = {}  # by closing tag: from where on there is none

    def head(self, at: int) -> tuple[dict[bytes, bytes], int] | None:
        """The attributes of a tag whose name ends here, and where it ends; None if it does not."""
        found = _HEAD.match(self.source, at)
        if found is None:
            return None
        said = dict[bytes, bytes]()
        for one in _ATTRIBUTE.finditer(self.source, at, found.end() - 1):
            said.setdefault(one[1].lower(), one[2] or one[3] or one[4] or b"")
        return said, found.end()

    def opening(self, wanted: re.Pattern[bytes], at: int) -> tuple[bytes, dict[bytes, bytes], int, int] | None:
        """The next opening tag, comments passed over: name, attributes, and where it begins and ends."""
        while (found := wanted.search(self.source, at)) is not None:
            if found[1] is not None:
                head = self.head(found.end())
                return (found[1].lower(), head[0], found.start(), head[1]) if head is not None else None
            at = self.after_comment(found.end())
            if at < 0:
                self._open_comment = found.start()
                break
        return None

    def unclosed(self) -> list[Block]:
        """The comment that hides the rest of the text, if one does."""
        at = self._open_comment
        return [Block(_COMMENT, {}, at, at, len(self.source), is_closed=False)] if at >= 0 else []

    def closing(self, name: bytes, at: int) -> tuple[int, int] | None:
        """Where the next closing tag of this name begins and ends."""
        if self._lacking.get(name, at + 1) <= at:
            return None
        found = re.compile(rb"</" + re.escape(name) + rb"\s*+>", re.IGNORECASE).search(self.source, at)
        if found is None:
            self._lacking[name] = at
            return None
        return found.span()

    def after_comment(self, at: int) -> int:
        """Where a comment that begins here ends, -1 if it does not."""
        end = self.source.find(b"-->", at)
        return end + 3 if end >= 0 else -1

    def closing_template(self, at: int) -> tuple[int, int] | None:
        """Where the template ends that is open here; templates may lie in it."""
        depth, source = 1, self.source
        while (found := _TEMPLATES.search(source, at)) is not None:
            if found[1] is None:
                at = self.after_comment(found.end())
                if at < 0:
                    return None
                continue
            head = _HEAD.match(source, found.end())
            if head is None:
                return None
            at = head.end()
            if found[1]:
                depth -= 1
            elif not source.endswith(b"/>", found.start(), at):
                depth += 1
            if not depth:
                return found.start(), at
        return None


@lru_cache(maxsize=2)  # whoever asks next asks of the same file
def blocks_of_vue(source: bytes) -> tuple[Block, ...]:
    """The top-level elements in order. A script that is not closed goes on to the end, other elements are none then."""
    text, found = _Text(source), list[Block]()
    at = opened = 0
    while opened < _MOST_OPEN and (opening := text.opening(_OPENING, at)) is not None:
        name, said, start, begin = opening
        if source.endswith(b"/>", start, begin):
            found.append(Block(name, said, start, begin, begin))
            at = begin
            continue
        is_html = name == b"template" and said.get(b"lang", b"html").lower() == b"html"
        end = text.closing_template(begin) if is_html else text.closing(name, begin)
        if end is not None:
            found.append(Block(name, said, start, begin, end[0]))
            at = end[1]
        elif name == b"script":
            found.append(Block(name, said, start, begin, len(source), is_closed=False))
            break
        else:
            opened += 1
            at = begin
    return (*found, *text.unclosed())


@lru_cache(maxsize=2)
def blocks_of_svelte(source: bytes) -> tuple[Block, ...]:
    """Its scripts, at most one of the module and one of each component, and its styles; the rest is markup."""
    text, found = _Text(source), list[Block]()
    at, kinds = 0, set[bool]()
    while (opening := text.opening(_SCRIPTS, at)) is not None:
        name, said, start, begin = opening
        end = text.closing(name, begin)
        at = end[1] if end is not None else begin
        block = Block(name, said, start, begin, end[0] if end is not None else len(source), is_closed=end is not None)
        if name == b"style" and end is not None:
            found.append(block)
        elif block.is_script and is_of_module(block) not in kinds and _begins_line(source, start):
            kinds.add(is_of_module(block))
            found.append(block)
            at = max(at, block.end)
        elif block.is_unread and not block.is_script and end is not None and _begins_line(source, start):
            found.append(block)
    return (*found, *text.unclosed())


def doubts_in(source: bytes, blocks: Collection[Block]) -> list[tuple[int, int]]:
    """Where code may be that is not read, or that is there twice: scripts in other languages, what is behind the
    beginning of a comment that never ends, both sides of a conflict that was committed, all that is no component."""
    named = {block.name for block in blocks}
    if source.startswith(b"#!") or (source.strip() and not named and b"<" not in source):
        return [(0, len(source))]
    found = [(block.start, block.end) for block in blocks if block.is_unread]
    scripts = [(block.begin, block.end) for block in blocks if block.is_script]
    begun = -1
    for sign in _CONFLICT.finditer(source):
        if sign[0].startswith(b">"):
            found += [(begun, sign.end())] if begun >= 0 else []
            begun = -1
        elif (at := bisect_right(scripts, (sign.start(), len(source)))) == 0 or scripts[at - 1][1] <= sign.start():
            begun = sign.start()  # of one inside a script its grammar tells
    return sorted(found)


def is_of_module(block: Block) -> bool:
    """Whether a script of Svelte runs once and not for every component: what it exports, others can import."""
    return b"module" in block.attributes or block.attributes.get(b"context") == b"module"


def _begins_line(source: bytes, at: int) -> bool:
    """Whether nothing but another element stands before this in its line: a script may be quoted in an expression."""
    before = source[max(0, at - 200) : at].rstrip(b" \t")
    return not before or before.endswith((b"\n", b"\r", b">"))


def blank(text: bytes) -> bytes:
    """As long, with the same lines, and nothing in it."""
    return text.translate(_BLANKS)


def _scripts_of(source: bytes, blocks: Iterable[Block]) -> bytes:
    """The same text, as long, with nothing left but scripts."""
    pieces, at = [], 0
    for block in blocks:
        if block.is_script and b"src" not in block.attributes:
            # Two scripts may stand in one line, and a statement ends with its script.
            pieces += [b";" if at else b"", blank(source[at + (at > 0) : block.begin]), source[block.begin : block.end]]
            at = block.end
    pieces.append(blank(source[at:]))
    return b"".join(pieces)


def _dialect_of(name: str, blocks: Iterable[Block]) -> str:
    said = {block.language or block.attributes.get(b"type", b"").lower() for block in blocks if block.is_script}
    if b"tsx" in said:
        return f"{name}-tsx"
    return name if not said or not said.isdisjoint(_TYPED) else f"{name}-javascript"


def dialect_of_vue(source: bytes) -> str:
    return _dialect_of("vue", blocks_of_vue(source))


def dialect_of_svelte(source: bytes) -> str:
    return _dialect_of("svelte", blocks_of_svelte(source))


def scripts_of_vue(source: bytes) -> bytes:
    return _scripts_of(source, blocks_of_vue(source))


def scripts_of_svelte(source: bytes) -> bytes:
    return _scripts_of(source, blocks_of_svelte(source))
