"""Words of comments and of code, made comparable: names split, endings cut, words that carry nothing left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Articles, pronouns, prepositions, auxiliaries; what a comment says with them alone it does not say.
_EMPTY = frozenset(
    """a an the this that these those it its we our you your they their them he she i my me us one ones some any all
    each every both another other others such same own of in on at to from for by with without into onto over under
    about as is are was were be been being am do does did done has have had having can could will would shall should may
    might must and or but if then else so also here there now just only not no yes up down out off than too very more
    most via per let lets s t re ve ll d use uses used using get gets""".split()  # noqa: SIM905
)
# How code says in signs and keywords what a comment says in words.
_SAID_BY = (
    (re.compile(r"\b(for|while|foreach|loop|each|map)\b"), ("loop", "iterate", "go", "through", "foreach", "walk")),
    (re.compile(r"\b(return|yield)\b"), ("return", "yield", "result", "give")),
    (re.compile(r"\+=|\+\+|\.append\(|\.push\(|\.add\("), ("increment", "increase", "add", "append", "push")),
    (re.compile(r"-=|--|\.remove\(|\.delete\(|\bdel\b"), ("decrement", "decrease", "remove", "delete", "subtract")),
    (re.compile(r"(?<![=!<>+\-*/])=(?!=)|:="), ("set", "assign", "initialize", "init", "store", "save", "define")),
    (re.compile(r"\b(if|unless|when|switch|match|case|assert)\b"), ("check", "test", "whether", "when", "case")),
    (re.compile(r"\b(raise|throw|panic)\b"), ("raise", "throw", "error", "fail")),
    (re.compile(r"\b(new|make|create)\b|\b[A-Z]\w*\("), ("create", "make", "construct", "instantiate", "build", "new")),
    (re.compile(r"\b(def|func|fun|fn|function)\b"), ("define", "function", "method", "declare")),
    (re.compile(r"\b(class|struct|record|interface|enum|trait)\b"), ("define", "class", "declare")),
    (re.compile(r"\b(import|include|require|using)\b"), ("import", "include", "load")),
    (re.compile(r"\b(print|printf|println|echo|puts|log|logger|console)\b"), ("print", "log", "output", "write")),
    (re.compile(r"\b(len|length|size|count)\b"), ("length", "size", "count", "number")),
    (re.compile(r"\w\("), ("call", "invoke", "run", "execute")),
    (re.compile(r"\b(break|continue)\b"), ("break", "continue", "skip", "stop")),
    (re.compile(r"\b(null|None|nil|nullptr|undefined)\b"), ("null", "none", "nil", "empty")),
)


@lru_cache(1 << 14)
def stem(word: str) -> str:
    """The word without the endings of its forms, cut roughly: "parses", "parsed" and "parsing" are one."""
    for ending, rest in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not (ending == "s" and word.endswith("ss")):
            word = word[: -len(ending)] + rest
            break
    return word[:-1] if len(word) > 3 and word[-1] in "ebdglmnprt" and word[-1] in (word[-2], "e") else word


@lru_cache(1 << 14)
def pieces(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: `parseHTTPHeader_now` is parse, http, header, now."""
    return tuple(piece.lower() for piece in _PIECE.findall(name))


def content(text: str) -> list[str]:
    """The words of a comment that say something, as stems, in order."""
    found = [piece for word in _WORD.findall(text) for piece in pieces(word)]
    return [stem(piece) for piece in found if piece not in _EMPTY and len(piece) > 1]


def said(code: str, wanted: Iterable[str]) -> frozenset[str]:
    """Those of these stems that some lines of code say, in names, strings, keywords and signs."""
    asked = frozenset(wanted)
    words = {stem(piece) for word in _WORD.findall(code) for piece in pieces(word)}
    missing = asked - words
    for sign, meant in _SIGNS if missing else ():
        if not missing.isdisjoint(meant) and sign.search(code):
            words |= meant
    return asked & words


_SIGNS = tuple((sign, frozenset(map(stem, meant))) for sign, meant in _SAID_BY)
