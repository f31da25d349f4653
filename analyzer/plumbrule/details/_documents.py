"""What documentation says of a function: its own words, and the parameters that it names, in whatever style it has.

Hides the styles: reST, Google and numpy of Python; the tags of JSDoc, Javadoc, KDoc, Scaladoc, PHPDoc, YARD, Doxygen;
the XML of C#; the lists of Swift and Rust. What is not plainly a parameter is left out.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence

_NAME = r"[A-Za-z_$][\w$]*"
_TAG = re.compile(r"^[ \t]*[@\\]param(?![\w-])(?:\s*\[(?:in|out|in,\s*out)\])?[ \t]*", re.MULTILINE)
_TAGGED = re.compile(rf"(?:\.{{3}}|&|\*{{0,2}})\[?({_NAME})(?![\w$])(?!\.\w|\[)")
_BEFORE_DOLLAR = re.compile(r"(?:[^\s$<({]+(?:[<({][^$]*[>)}])?\s+)?(?:&|\.{3})*(?=\$)")  # PHP: a type may stand there
_LINKED = re.compile(rf"\[({_NAME})\]")  # KDoc: @param[name]
_XML = re.compile(rf"<param\s+name\s*=\s*[\"']({_NAME})[\"']")
_REST = re.compile(rf":(?:param|parameter|arg|argument)\s+(?:[\w.,\[\]| ]+?\s+)?\\?\*{{0,2}}({_NAME})\s*:")
_SECTION = re.compile(r"^(\s*)(?:Args|Arguments|Parameters|Params):\s*$")
_GOOGLE = re.compile(rf"^(\s*)\\?\*{{0,2}}({_NAME})(?:\s*\([^)]*\))?\s*:(?!:)")
_UNDERLINED = re.compile(r"^\s*(?:Parameters|Other Parameters)\s*$")
_NUMPY = re.compile(rf"^(\s*)((?:\\?\*{{0,2}}{_NAME})(?:\s*,\s*\\?\*{{0,2}}{_NAME})*)\s*(?::.*)?$")
_SWIFT_ONE = re.compile(rf"^\s*-\s*[Pp]arameter\s+`?({_NAME})`?\s*:")
_SWIFT_MANY = re.compile(r"^(\s*)-\s*[Pp]arameters\s*:\s*$")
_SWIFT_ITEM = re.compile(rf"^(\s*)-\s*`?({_NAME})`?\s*:")
_RUST = re.compile(r"^\s*#+\s*(?:Arguments|Parameters|Args)\s*$")
_RUST_ITEM = re.compile(rf"^\s*[*-]\s*`({_NAME})`")
_TAG_WORDS = re.compile(
    r"[@\\:](?:params?|returns?|raises|throws|rtype|type|brief)\b:?|</?\w+[^<>]*>|\{[^{}]*\}|\b(?:Args|Returns|Raises):"
)
_STYLES = (re.compile(r'^[rRuUbBfF]{0,2}("""|\'\'\'|"|\')'), re.compile(r'("""|\'\'\'|"|\')$'))
_MARGIN = re.compile(
    r"^[ \t]*(?:///?!?|/\*\*?!?|\*+/|\*(?!\*)|#+(?!\s*(?:Arguments|Parameters|Args)[ \t]*$)|--)[ \t]?", re.MULTILINE
)
_CLOSING = re.compile(r"[ \t]*\*+/[ \t]*$", re.MULTILINE)
_LONGEST = 40  # lines of annotations and modifiers between a definition and its comment


def above(lines: Sequence[bytes], line: int) -> list[str]:
    """The lines of the comment that ends right above a line (1-based), marks and margin cut; none if there is none."""
    at = line - 2
    for _ in range(_LONGEST):
        if at < 0 or not lines[at].lstrip().startswith((b"@", b"#[", b"[", b"template")):
            break
        at -= 1
    if at < 0:
        return []
    last, end = lines[at].strip(), at
    if last.endswith(b"*/"):
        while at >= 0 and b"/*" not in lines[at]:
            at -= 1
        if at < 0 or not lines[at].lstrip().startswith(b"/*"):
            return []
        return _bare(lines[at : end + 1])
    mark = next((mark for mark in (b"//", b"#", b"--") if last.startswith(mark)), b"")
    if not mark or last.startswith((b"#[", b"#!", b"#include", b"#define", b"#if", b"#endif", b"#pragma", b"#else")):
        return []
    while at >= 0 and lines[at].strip().startswith(mark):
        at -= 1
    return _bare(lines[at + 1 : end + 1])


def _bare(lines: Sequence[bytes]) -> list[str]:
    text = b"\n".join(lines).decode("utf-8", "replace")
    return [line.rstrip() for line in _MARGIN.sub("", _CLOSING.sub("", text)).split("\n")]


def inside(text: str) -> list[str]:
    """The lines of a docstring, quotes cut."""
    for quote in _STYLES:
        text = quote.sub("", text)
    return text.splitlines()


def own_words(lines: Sequence[str]) -> str:
    """The text without tags, types in braces and headings of sections."""
    return _TAG_WORDS.sub(" ", "\n".join(lines))


def named(lines: Sequence[str], *, tagged: bool) -> list[str]:
    """The parameters that documentation names, in order; `tagged` tells whether the language has tags and lists, and no
    docstrings."""
    found = _by_tags(lines) if tagged else _by_sections(lines)
    return list(dict.fromkeys(found))


def _by_tags(lines: Sequence[str]) -> Iterator[str]:
    text = "\n".join(lines)
    if "aram" not in text and "Arg" not in text:
        return  # none of the styles goes without these
    for tag in _TAG.finditer(text):
        if (linked := _LINKED.match(text, tag.end())) and text[tag.end() - 1] == "m":
            yield linked[1]
            continue
        at = _behind_type(text, tag.end())
        if (name := _TAGGED.match(text, at)) is not None:
            yield name[1]
    yield from (name[1] for name in _XML.finditer(text))
    yield from _by_lists(lines)


def _behind_type(text: str, at: int) -> int:
    """Where the name of a tagged parameter may begin: behind a type in braces or brackets, or one that PHP writes."""
    closing = {"{": "}", "[": "]"}.get(text[at : at + 1])
    if closing is not None:
        opening, depth = text[at], 0
        for place in range(at, min(len(text), at + 2_000)):
            depth += (text[place] == opening) - (text[place] == closing)
            if not depth:
                is_name = opening == "[" and text[place + 1 : place + 2] in ("", "\n")
                is_default = opening == "[" and ("=" in text[at:place] or " " not in text[place + 1 : place + 3])
                if is_name or is_default:
                    return len(text)
                rest = place + 1
                return rest + len(text[rest:]) - len(text[rest:].lstrip(" \t\n"))
        return len(text)
    if text[at : at + 1] == "<":
        return len(text)  # a type parameter
    end = text.find("\n", at)
    line = text[at : end if end >= 0 else len(text)]
    dollar = _BEFORE_DOLLAR.match(line)
    return at + dollar.end() if dollar is not None else at


def _by_lists(lines: Sequence[str]) -> Iterator[str]:
    margin: int | None = None  # of the list of Swift that is open
    is_rust = False
    for line in lines:
        if (one := _SWIFT_ONE.match(line)) is not None:
            yield one[1]
        elif (many := _SWIFT_MANY.match(line)) is not None:
            margin = len(many[1])
        elif margin is not None and (item := _SWIFT_ITEM.match(line)) is not None and len(item[1]) > margin:
            yield item[2]
        elif _RUST.match(line):
            is_rust = True
        elif is_rust and (item := _RUST_ITEM.match(line)) is not None:
            yield item[1]
        elif line.lstrip().startswith("#"):
            is_rust = False
        elif line.strip() and margin is not None and len(line) - len(line.lstrip()) <= margin:
            margin = None


def _by_sections(lines: Sequence[str]) -> Iterator[str]:
    yield from (name[1] for name in _REST.finditer("\n".join(lines)))
    at = 0
    while at < len(lines):
        if (section := _SECTION.match(lines[at])) is not None:
            at = yield from _items(lines, at + 1, len(section[1]), _GOOGLE)
        elif _UNDERLINED.match(lines[at]) and at + 1 < len(lines) and set(lines[at + 1].strip()) == {"-"}:
            margin = len(lines[at]) - len(lines[at].lstrip()) - 1
            at = yield from _items(lines, at + 2, margin, _NUMPY)
        else:
            at += 1


def _items(lines: Sequence[str], at: int, margin: int, item: re.Pattern[str]) -> Generator[str, None, int]:
    """The names of a section, whose lines are indented by more than a margin; those of its first depth count."""
    depth: int | None = None
    while at < len(lines):
        line = lines[at]
        indent = len(line) - len(line.lstrip())
        if line.strip():
            ends = indent <= margin or (at + 1 < len(lines) and set(lines[at + 1].strip()) == {"-"})
            if ends:
                break
            depth = indent if depth is None else depth
            if indent == depth and (found := item.match(line)) is not None:
                yield from (name.strip().lstrip("\\*") for name in found[2].split(","))
        at += 1
    return at
