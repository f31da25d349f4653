"""What the markup of a component names of its scripts: components as tags, and names in expressions.

Hides how Vue and Svelte spell expressions. What comes out is the same text, as long, with blanks for all that is no
code. Looks go forward only, and nothing here is a parser: names that the markup binds for itself are left out wherever
they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from plumbrule.languages.vue.blocks import Block, blank, blocks_of_svelte, blocks_of_vue

_VUE = re.compile(
    rb"(?P<comment><!--)|(?P<mustache>\{\{)|<(?P<tag>[A-Za-z][\w.-]*)|"
    rb"(?<=[\s\"'])(?P<attribute>v-[\w:.\[\]-]++|[:@#][\w:.\[\]-]*+)"
    rb"(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'))?"
)
_FOR = re.compile(rb"(.*?)\s(?:in|of)\s(.*)", re.DOTALL)
_SVELTE = re.compile(
    rb"(?P<comment><!--)|(?P<open>\{)|<(?P<tag>[A-Z][\w.]*+|[a-z]\w*+(?:\.\w++)+)|"
    rb"(?<=\s)(?:(?:use|transition|in|out|animate):(?P<action>[A-Za-z_$][\w.$]*+)|"
    rb"(?:class|style|bind):(?P<same>[A-Za-z_$][\w$]*+)(?=[\s/>])|let:(?P<given>[\w$]++))"
)
_INSIDE = re.compile(rb"[{}]|\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'")
_QUOTED = re.compile(rb"\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|/\*.*?(?:\*/|\Z)", re.DOTALL)
_BINDS = re.compile(
    rb"\s*+(?:#each\b.*\bas\b(?P<each>.*)|#await\b.*\b(?:then|catch)\b(?P<await>.*)|:(?:then|catch)\b(?P<then>.*)|"
    rb"#snippet\s+(?P<snippet>.*)|@const\b(?P<const>[^=]*)=.*)",
    re.DOTALL,
)
_WORD = re.compile(rb"[A-Za-z_$][\w$]*+")
_NAME = re.compile(rb"(?<![\w$.])([A-Za-z_$][\w$]*+)")
_FIRST = re.compile(rb"[A-Za-z]")
_BLANK, _END = ord(" "), ord(";")
_LONGEST_PATTERN = 2_000  # bytes of what binds names
_LONGEST_TAG = 200

# Elements of HTML and SVG whose names are words that one would also give a component: they are no component's.
_ELEMENTS = frozenset(
    b"a abbr address animate area article aside audio b base bdi bdo blockquote body br button canvas caption circle "
    b"cite code col colgroup component data datalist dd defs del desc details dfn dialog div dl dt ellipse em embed "
    b"fieldset figcaption figure filter footer form g h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image "
    b"img input ins kbd label legend li line link main map mark marker mask menu meta meter metadata nav noscript "
    b"object ol optgroup option output p param path pattern picture polygon polyline pre progress q rect rp rt ruby "
    b"s samp script search section select set slot small source span stop strong style sub summary sup svg switch "
    b"symbol table tbody td template text textarea tfoot th thead time title tr track tspan u ul use var video view "
    b"wbr".split()
)


class _Shown:
    """The text that comes out, while it is found."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.text = bytearray(blank(source))
        self.bound: set[bytes] = set()  # names that the markup binds for itself

    def expression(self, start: int, end: int) -> None:
        """Code that stands there, without what it quotes."""
        written = self.source[start:end]
        if b"'" in written or b'"' in written or b"/*" in written:
            written = _QUOTED.sub(lambda found: blank(found[0]), written)
        self.text[start:end] = written
        self._end(end)

    def _end(self, at: int) -> None:
        """What follows is another expression."""
        if at < len(self.text) and self.text[at] == _BLANK:
            self.text[at] = _END

    def name(self, name: bytes, start: int, end: int) -> None:
        """A name that is spelt otherwise there, and not longer."""
        if len(name) <= end - start:
            self.text[start : start + len(name)] = name
            self._end(start + len(name))

    def binds(self, pattern: bytes) -> None:
        """What a pattern binds, and what it may take for names in it."""
        if len(pattern) <= _LONGEST_PATTERN:
            self.bound.update(_WORD.findall(pattern))

    def whole(self) -> bytes:
        bound, text = self.bound, bytes(self.text)
        return _NAME.sub(lambda found: b"_" * len(found[0]) if found[1] in bound else found[0], text) if bound else text


def in_camel_case(name: bytes) -> bytes:
    """As Vue calls what markup spells with hyphens."""
    head, *others = name.split(b"-")
    return head + b"".join(_FIRST.sub(lambda found: found[0].upper(), other, count=1) for other in others)


def shown_of_vue(source: bytes) -> bytes:
    """What templates of a component of Vue name; a component by its tag in Pascal case, behind the `<`."""
    shown = _Shown(source)
    for block in blocks_of_vue(source):
        if block.name == b"template" and block.attributes.get(b"lang", b"html").lower() == b"html":
            _read_template(shown, block.begin, block.end)
        elif block.is_script and (generic := block.attributes.get(b"generic")):
            at = source.find(generic, block.start)
            shown.expression(at, at + len(generic))
    return shown.whole()


def _read_template(shown: _Shown, at: int, end: int) -> None:
    source = shown.source
    while (found := _VUE.search(source, at, end)) is not None:
        at = found.end()
        if found["comment"]:
            closed = source.find(b"-->", at, end)
            at = closed + 3 if closed >= 0 else end
        elif found["mustache"]:
            closed = source.find(b"}}", at, end)
            if closed < 0:
                return
            shown.expression(at, closed)
            at = closed
        elif (tag := found["tag"]) is not None:
            if tag.lower() not in _ELEMENTS and len(tag) <= _LONGEST_TAG:
                name = in_camel_case(tag)
                shown.name(b"<" + name[:1].upper() + name[1:], found.start(), found.end("tag"))
        else:
            _read_attribute(shown, found)


def _read_attribute(shown: _Shown, found: re.Match[bytes]) -> None:
    """`v-x`, `:x`, `@x` and `#x`, with or without a value."""
    said = found["attribute"]
    group = "double" if found["double"] is not None else "single"
    value, span = found[group], found.span(group)
    plain = said.partition(b".")[0]
    if said.startswith(b"v-"):
        # A directive of one's own is called so: `v-focus-first:there` is `vFocusFirst`.
        shown.name(in_camel_case(plain.partition(b":")[0]), *found.span("attribute"))
    if value is None:
        if said.startswith(b":") and b"[" not in plain:
            shown.name(in_camel_case(plain[1:]), found.start("attribute") + 1, found.end("attribute"))
    elif said.startswith((b"#", b"v-slot")):
        shown.binds(value)
    elif plain == b"v-for":
        parts = _FOR.fullmatch(value)
        if parts is not None:
            shown.binds(parts[1])
            shown.expression(span[0] + parts.start(2), span[1])
    else:
        shown.expression(*span)


def shown_of_svelte(source: bytes) -> bytes:
    """What the markup of a component of Svelte names; a component behind the `<` of its tag."""
    shown = _Shown(source)
    blocks = blocks_of_svelte(source)
    for block in blocks:
        if block.name == b"script" and (generic := block.attributes.get(b"generics")):
            at = source.find(generic, block.start)
            shown.expression(at, at + len(generic))
    for start, end in _between(blocks, len(source)):
        _read_markup(shown, start, end)
    return shown.whole()


def _between(blocks: tuple[Block, ...], end: int) -> Iterator[tuple[int, int]]:
    at = 0
    for block in blocks:
        yield at, block.start
        at = block.end
    yield at, end


def _read_markup(shown: _Shown, at: int, end: int) -> None:
    source = shown.source
    while (found := _SVELTE.search(source, at, end)) is not None:
        at = found.end()
        if found["comment"]:
            closed = source.find(b"-->", at, end)
            at = closed + 3 if closed >= 0 else end
        elif found["open"]:
            closed = _closing_brace(source, at, end)
            _read_braces(shown, at, closed)
            at = closed
        elif found["tag"]:
            shown.text[found.start() : at] = found[0]
        elif (name := found["action"] or found["same"]) is not None:
            shown.name(name, *found.span("action" if found["action"] else "same"))
        elif found["given"]:
            shown.binds(found["given"])


def _closing_brace(source: bytes, at: int, end: int) -> int:
    """Where the brace closes that is open here; the end if it does not."""
    depth = 1
    for found in _INSIDE.finditer(source, at, end):
        depth += {b"{": 1, b"}": -1}.get(found[0], 0)
        if not depth:
            return found.start()
    return end


def _read_braces(shown: _Shown, start: int, end: int) -> None:
    """`{expression}`, `{#block of expression}`, `{@tag expression}`."""
    written = shown.source[start:end]
    if written[:1] == b"/":
        return
    shown.expression(start, end)
    binding = _BINDS.match(written) if written[:1] in b"#:@" and len(written) <= _LONGEST_PATTERN else None
    if binding is not None and binding.lastgroup is not None:
        bound = binding[binding.lastgroup]
        if binding.lastgroup == "each":
            bound = bound.partition(b"(")[0]
        shown.binds(bound)
