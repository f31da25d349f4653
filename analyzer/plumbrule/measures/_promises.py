"""What names of functions promise, and whether the code keeps it: by declared types, else by all values returned.

Where neither tells, nothing is said. Apart from the measure, so that a gate need not read it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from plumbrule.details import functions, words_of
from plumbrule.facts import Interface, Parameter, Symbol
from plumbrule.graph import FunctionRow
from plumbrule.measures import Situation
from plumbrule.measures._by_file import details_of, product
from plumbrule.measures._classes import Reader, promised_by
from plumbrule.tables import Row

_ASKING = ("is", "has", "can")
_FETCHING = ("get", "find", "fetch", "list", "load", "select", "search", "query")
_PREPOSITIONS = frozenset("by for from in of with on at to as via using between where if when per into and or".split())  # noqa: SIM905
_PLAIN = {"staticmethod", "classmethod", "property", "cached_property", "functools.cached_property"}
_WRAPPED = re.compile(
    r"^(?:Promise|PromiseLike|Task|ValueTask|Future|CompletableFuture|CompletionStage|Awaitable|Mono|Single|Optional|Deferred|"
    r"asyncio\.Future|FutureOr|Result|Final|Readonly)\s*[<\[](.*)[>\]]$"
)
_AWAITED = re.compile(
    r"\b(?:Promise|PromiseLike|Thenable|Task|ValueTask|Future|\w*Future|CompletionStage|Awaitable|Coroutine|Mono|Flux|Single|"
    r"Observable|Deferred|Publisher|Flow|Async\w+|IAsync\w+|Job|Stream|EventLoop\w*|Completable|Uni|Multi|Awaiter)\b"
)
_CACHED = re.compile(r"cach|memo|last|count|hit|stat|loaded|init|seen|lazy", re.IGNORECASE)
# Parameters by which a function gives back what it gets.
_GIVEN_BACK = frozenset(
    """callback cb done next fn func function handler then success error on res response reply out output result results
    dest destination buf buffer target into ctx context req request observer listener consumer dispatch writer visitor
    sink stream builder acc accumulator collector model resolve reject event state store commit self this""".split()  # noqa: SIM905
)
_KINDS: Mapping[str, frozenset[str]] = {
    "bool": frozenset("bool boolean _bool true false".split()),  # noqa: SIM905
    "nothing": frozenset("void none unit () undefined".split()),  # noqa: SIM905
    "text": frozenset("str string &str charsequence".split()),  # noqa: SIM905
    "number": frozenset(
        """int integer long float double number short byte i8 i16 i32 i64 u8 u16 u32 u64 usize isize f32 f64 int32 int64
        uint uint32 uint64 float32 float64 decimal bigint""".split()  # noqa: SIM905
    ),
}
_COLLECTION = re.compile(
    r"^(?:list|array|map|set|dict|vec|hashmap|hashset|arraylist|sequence|collection|iterable|ilist|ienumerable|tuple|seq|"
    r"hash|dictionary|ireadonlylist|readonlyarray)\b(?:[<\[({]|$)|\[\]$|^\[\w+\]$|^\[\]"
)
_NUMBERS_ANSWER = ("c", "h", "cpp")  # dialects in which a number is an answer to a question
_SETS = frozenset("of from difference union intersection minus equal equals like up".split())  # noqa: SIM905


class _Told(NamedTuple):
    kind: str
    says: str
    does: str
    instead: str


class _Function(NamedTuple):
    """All that is known of one function."""

    symbol: Symbol
    words: tuple[str, ...]
    conduct: functions.Conduct
    figures: FunctionRow | None
    parameters: Sequence[Parameter]
    dialect: str

    @property
    def answer(self) -> str:
        """What it gives, as it says: bool, nothing, text, number, collection, other; "" if it does not say."""
        return _kind_of(self.symbol.returns)

    @property
    def has_body(self) -> bool:
        return self.figures is not None and self.figures.statements > 0 and not self.symbol.has("abstract")

    @property
    def only_raises(self) -> bool:
        return self.figures is not None and self.figures.raises > 0


def _kind_of(declared: str) -> str:
    text = declared.strip().removeprefix("->").removeprefix(":").strip()
    if not text or text in (
        "var",
        "auto",
        "let",
        "any",
        "Any",
        "object",
        "unknown",
        "mixed",
        "def",
        "never",
        "NoReturn",
        "Never",
    ):
        return ""
    for _ in range(3):
        text = re.sub(r"\s*\|\s*(?:None|null|undefined)$|^(?:None|null|undefined)\s*\|\s*|\?$|^\?", "", text).strip(
            "'\" "
        )
        if (inner := _WRAPPED.match(text)) is None:
            break
        text = inner[1].partition(",")[0].strip() if text.startswith("Result") else inner[1].strip()
    bare = re.sub(r"^(?:const|static|final|public|unsigned|signed|&'?\w*)\s+", "", text).lower()
    for kind, names in _KINDS.items():
        if bare.rpartition("::")[2].rpartition(".")[2] in names or bare in names:
            return kind
    return "collection" if _COLLECTION.search(bare) else "other"


def _question(one: _Function) -> _Told | None:
    """`is_open` that answers no question."""
    if one.words[0] not in _ASKING or len(one.words) < 2:
        return None
    does = ""
    answer, kinds = one.answer, set(one.conduct.returned)
    if answer == "nothing" and one.has_body and not one.only_raises:
        does = "gives no answer"
    elif answer in ("text", "collection") or (answer == "number" and one.dialect not in _NUMBERS_ANSWER):
        does = {"text": "gives a text", "collection": "gives a collection", "number": "gives a number"}[answer]
    elif not answer and one.has_body and not one.conduct.yields and not _takes_receiver(one):
        if kinds and kinds <= {"nothing"} and not one.only_raises:
            does = "gives no answer"
        elif kinds & {"text", "collection"} and kinds <= {"text", "collection", "none", "nothing"}:
            does = "gives a text" if "text" in kinds else "gives a collection"
    if not does:
        return None
    return _Told(
        "question", "asks whether something is so", does, "Return true or false, or name it for what it gives or does"
    )


def _getter(one: _Function) -> _Told | None:
    """`get_total` that gives nothing, or changes its object on the way."""
    if one.words[0] != "get" or len(one.words) < 2 or one.conduct.yields:
        return None
    if not one.has_body or one.only_raises or _takes_receiver(one):
        return None
    gives_nothing = one.answer == "nothing" or (not one.symbol.returns and one.conduct.returned == ["nothing"])
    if gives_nothing:
        does = "gives nothing"
        return _Told(
            "getter-without-result", "gets something", does, "Return what it gets, or name it for what it does"
        )
    changed = [name for name in one.conduct.changed if not _CACHED.search(name)]
    if len(changed) > 1:
        shown = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
        return _Told(
            "getter-that-changes", "gets something", f"sets {shown} on its way", "Part the change from the question"
        )
    return None


def _plural(one: _Function) -> _Told | None:
    """`get_users` that gives one user."""
    if one.words[0] not in _FETCHING:
        return None
    noun = _noun(one.words)
    if not noun or not noun[-1].endswith("s") or noun[-1].endswith(("ss", "us", "is")):
        return None
    said = one.symbol.returns
    for _ in range(2):
        inner = _WRAPPED.match(said.strip())
        said = inner[1] if inner is not None else said
    said = re.sub(r"\s*\|\s*(?:None|null|undefined)$|\?$", "", said.strip().strip("'\""))
    if not re.fullmatch(r"[*&]?[\w.:\\]+", said):
        return None
    type_words = words_of(re.split(r"[.:\\]", said)[-1])
    singular = {noun[-1][:-1], re.sub("es$", "", noun[-1]), re.sub("ies$", "y", noun[-1])} - {noun[-1]}
    if type_words and type_words[-1] in singular and type_words[:-1][-len(noun) :] in ((), noun[:-1]):
        return _Told(
            "plural",
            f"gets {' '.join(noun)}",
            f"gives one {said}",
            f"Name it for one: {one.words[0]} {' '.join(type_words)}",
        )
    return None


def _setter(one: _Function) -> _Told | None:
    """`set_size` that makes another object."""
    if one.words[0] != "set" or len(one.words) < 2 or one.words[1] in _SETS:
        return None
    if one.conduct.returned == ["made"] and not one.conduct.changed:
        return _Told(
            "setter", "sets something", "makes a new object and leaves its own as it is", "Name it with…, or set it"
        )
    return None


def _timing(one: _Function, names: Collection[str]) -> _Told | None:
    """`loadAsync` that is done when it returns, `loadSync` that is not."""
    if len(one.words) < 2 or one.symbol.has("abstract"):
        return None
    awaited = one.symbol.has("async") or _AWAITED.search(one.symbol.returns) is not None
    if one.words[-1] == "async" and not awaited and not _takes_receiver(one):
        kinds = set(one.conduct.returned)
        is_done = one.answer in ("bool", "text", "number", "collection") or (
            not one.symbol.returns and bool(kinds) and kinds <= {"bool", "text", "number", "collection", "none"}
        )
        if is_done:
            return _Told(
                "async", "is to be awaited", "gives its result at once", "Drop the ending, or make it asynchronous"
            )
    owner, _, name = one.symbol.name.rpartition(".")
    twin = re.sub(r"_?[sS]ync$", "", name)
    if one.words[-1] == "sync" and awaited and (f"{owner}.{twin}" if owner else twin) in names:
        return _Told("sync", "is done when it returns", "is to be awaited", "Drop the ending, or make it synchronous")
    return None


def _noun(words: Sequence[str]) -> tuple[str, ...]:
    """The words behind the verb, up to a preposition."""
    found = []
    for word in words[1:]:
        if word in _PREPOSITIONS:
            break
        found.append(word)
    return tuple(found)


def _takes_receiver(one: _Function) -> bool:
    """Whether a parameter may be where the result goes."""
    for parameter in one.parameters:
        if parameter.name in ("self", "cls", "this") and not parameter.type:
            continue
        if parameter.kind in ("variadic", "variadic-keyword", "property"):
            return True
        if not _GIVEN_BACK.isdisjoint(words_of(parameter.name)):
            return True
        if parameter.type and _kind_of(parameter.type) not in ("bool", "text", "number", ""):
            return True
    return False


_PROMISES = (_question, _getter, _plural, _setter)


def rows_of(s: Situation, paths: Collection[str]) -> Iterator[Row]:
    files = product(s, paths)
    for path, found in details_of(s, functions.KIND, files).items():
        rows = files[path]
        interface = s.facts.interface(rows.file.dialect, rows.file.blob)
        figures = {(one.symbol, one.line): one for one in rows.functions}
        names = {one.name for one in interface.symbols}
        for one in _functions(interface, found, figures, rows.file.dialect):
            told = next((said for promise in _PROMISES if (said := promise(one)) is not None), None) or _timing(
                one, names
            )
            if told is None:
                continue
            decorators = set(one.symbol.decorators) - _PLAIN
            reader = Reader(s.now, path)
            owner, _, name = one.symbol.name.rpartition(".")
            dictated = one.symbol.has("override") or "Override" in decorators or "override" in decorators
            if dictated or decorators or (owner and promised_by(reader, path, owner, name)):
                continue
            yield (
                s.now.repo, path, one.symbol.name, one.symbol.line, told.kind, told.says, told.does, told.instead,
                reader.rests_on,
            )  # fmt: skip


def _functions(
    interface: Interface,
    found: Sequence[functions.Conduct],
    figures: Mapping[tuple[str, int], FunctionRow],
    dialect: str,
) -> Iterator[_Function]:
    taken: dict[int, list[Parameter]] = {}
    for parameter in interface.parameters:
        taken.setdefault(parameter.symbol, []).append(parameter)
    many = {one.symbol for one in interface.overloads}
    for conduct in found:
        symbol = interface.symbols[conduct.symbol]
        words = words_of(symbol.name.rpartition(".")[2])
        if words and conduct.symbol not in many and symbol.kind in ("function", "method", "property"):
            figure = figures.get((symbol.name, symbol.line))
            yield _Function(symbol, words, conduct, figure, taken.get(conduct.symbol, ()), dialect)
