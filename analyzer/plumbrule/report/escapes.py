"""Names from analysed code, made harmless and readable for each medium. Hides which characters are dangerous where.

Every name is hostile: it may hold terminal escapes, line breaks, right-to-left marks, HTML, Markdown or a mention.
Nothing is dropped: what cannot be shown as it is, is shown as its `\\\\u....` spelling, so two different names never
look the same.
"""

from __future__ import annotations

import re
from urllib.parse import quote

# Control and format characters, line and paragraph separators, lone surrogates, and letters that are drawn as nothing.
# Spelled out because asking `unicodedata` for every code point takes 150 ms at start-up; a test compares the two.
_UNSEEN = (
    "\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_INVISIBLE_IN_JSON = re.compile(f"[{_UNSEEN}]".replace("\x00-\x1f", ""))  # JSON escapes these itself; "\n" is layout
_RUNNER_COMMAND = re.compile(r"^\s*::|##(?=\w*\[)")
_TOML_SPELLED = re.compile(f'[{_UNSEEN}"\\\\]')
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_NOT_IN_XML = re.compile("[\ufffe\uffff]")  # the rest of what XML has no place for is among the unseen
_SURROGATE = re.compile("[\ud800-\udfff]")
# What no Markdown dialect gives a meaning: words of letters and digits, inner apostrophes, hyphens before letters, and
# numbers; an opening bracket before and punctuation after them are split off.
_WORD = re.compile(r"(?P<before>\(*)(?P<word>.*?)(?P<after>[.,;:!?)]*)")
_PLAIN = re.compile(r"(?:[^\W_]+(?:['-][^\W\d_]+)*|\d+(?:[.,]\d+)*%?)?")
_PLAIN_SIGNS = {"-": "-", "->": "-&gt;", "=": "=", "/": "/"}
_BACKTICKS = re.compile("`+")


def visible(text: str) -> str:
    """On one line, with nothing that a terminal or a text view would obey or hide."""
    return _INVISIBLE.sub(lambda match: _spelled(match[0]), text)


def log_line(text: str) -> str:
    """One line of a log that a CI runner also reads: nothing in it is a command to the runner.

    Runners obey lines that begin with "::", and "##[", "##vso[" or "##teamcity[" anywhere in a line.
    """
    return _RUNNER_COMMAND.sub(lambda match: match[0][:-1] + _spelled(match[0][-1]), visible(text))


def log_lines(text: str) -> str:
    """Several lines of a log, each as `log_line` has it: for a sentence of ours that has a second line."""
    return "\n".join(map(log_line, text.split("\n")))


def toml_string(text: str) -> str:
    """A TOML basic string of this text, safe to print and to paste: nothing hidden, no command to a runner."""
    spelled = _TOML_SPELLED.sub(lambda match: _SHORT.get(match[0]) or _toml_code(match[0]), _whole(text))
    return f'"{_RUNNER_COMMAND.sub(lambda match: match[0][:-1] + _toml_code(match[0][-1]), spelled)}"'


def _toml_code(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _spelled(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return _SHORT.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shortened(text: str, limit: int) -> str:
    """`visible`, cut after `limit` characters if that makes it shorter; what was cut is counted, since long names may
    begin alike."""
    text = visible(text)
    cut = f"{text[:limit]}… ({len(text) - limit} more characters)"
    return cut if len(cut) < len(text) else text


def fitted(text: str, room: int) -> str:
    """`visible`, in at most `room` characters, without its middle: for a label whose whole name is told beside it."""
    text = visible(text)
    if len(text) <= room:
        return text
    end = (room - 1) // 2
    return f"{text[: room - 1 - end]}…{text[len(text) - end :]}"


def code_span(text: str) -> str:
    """A Markdown code span: no dialect looks for links, mentions, references or HTML inside it."""
    text = visible(text)
    if not text.strip():
        return f'`"{text}"`'
    fence = "`" * (max(map(len, _BACKTICKS.findall(text)), default=0) + 1)
    # Only where a backtick stands first or last: a pair of spaces is taken off again, by every dialect.
    pad = " " if text[0] == "`" or text[-1] == "`" or (text[0] == text[-1] == " ") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def in_markdown(text: str) -> str:
    """Prose that may hold names: plain words stay, every other word becomes a code span.

    Backslashes would not do: mentions and issue references are looked for after they are gone.
    """
    return " ".join(_PLAIN_SIGNS.get(word) or _word_in_markdown(word) for word in visible(text).split())


def _word_in_markdown(word: str) -> str:
    parts = _WORD.fullmatch(word)
    assert parts, "every part of the pattern may be empty"
    inner = parts["word"]
    return f"{parts['before']}{inner if _PLAIN.fullmatch(inner) else code_span(inner)}{parts['after']}"


def in_uri(path: str) -> str:
    """A repository-relative path as a relative URI reference; never absolute, never with a scheme."""
    return quote(_whole(path).lstrip("/"), safe="/") or "."


def in_xml(text: str) -> str:
    """Text or an attribute of XML or HTML, on one line."""
    from html import escape  # 2 ms that a text need not cost

    return escape(_NOT_IN_XML.sub(lambda match: _spelled(match[0]), visible(text)), quote=True)


def json_text(value: object, *, sort_keys: bool = False) -> str:
    """Indented JSON of plain values, one line feed at the end; readable, and safe on a terminal and in a log."""
    import orjson  # 3 ms that a text need not cost

    option = orjson.OPT_INDENT_2 | (orjson.OPT_SORT_KEYS if sort_keys else 0)
    try:
        packed = orjson.dumps(value, option=option)
    except TypeError:  # orjson refuses lone surrogates, which are too rare to look for beforehand
        packed = orjson.dumps(_mended(value), option=option)
    text = _INVISIBLE_IN_JSON.sub(lambda match: _in_json(match[0]), packed.decode())
    # No line of it begins with "::", since all of them begin with a sign of JSON.
    return _RUNNER_COMMAND.sub(lambda match: _in_json(match[0][0]) + match[0][1:], text) + "\n"


def _in_json(character: str) -> str:
    utf16 = character.encode("utf-16-be")
    return "".join(f"\\u{utf16[i]:02x}{utf16[i + 1]:02x}" for i in range(0, len(utf16), 2))


def _whole(text: str) -> str:
    return _SURROGATE.sub(lambda match: _spelled(match[0]), text)


def _mended(value: object) -> object:
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, dict):
        return {_whole(key): _mended(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(item) for item in value]
    return value
