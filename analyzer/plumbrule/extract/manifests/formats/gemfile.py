"""Gemfile and gems.rb, as they are written; nothing of them is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from plumbrule.extract.manifests.program import NAME, STRING, Token, arguments, is_written, shown, tokens
from plumbrule.extract.manifests.reading import DEVELOPMENT, RUNTIME, TEST, Declared, Format, Reading, unknown
from plumbrule.extract.manifests.requirement import scope_of

_BLOCKS = frozenset({"if", "unless", "case", "begin", "def", "while", "until", "for", "class", "module"})


def _read(text: str, path: str) -> Reading:
    all_ = tokens(text, comments="#")
    found: list[Declared] = []
    lacking: list[tuple[int, str]] = []
    around = _Around()
    done = 0
    for at, token in enumerate(all_):
        begins = at == 0 or all_[at - 1].line < token.line
        if at < done or token.kind != NAME or (at and all_[at - 1].says(".", ":")):
            continue
        if not (begins and token.text == "gem"):
            around.meet(all_, at, begins=begins)
            continue
        _, _, done = arguments(all_, at + 1)
        behind = (end for end in range(at + 1, done) if all_[end].says("if", "unless"))
        given, named, _ = arguments(all_[at + 1 : next(behind, done)], 0)
        row = _gem(all_[at + 1 : done], given, named, around.blocks)
        if row is not None and is_written(all_[at + 1 : done]):
            found.append(row)
        else:
            lacking.append((token.line, shown(all_[at + 1 : done])))
    return Reading(declared=tuple(found), reason=unknown(lacking))


class _Around:
    """The blocks that are open: "path", the scope of a group, or nothing, for each."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self._waiting = ""  # what the next `do` opens

    def meet(self, all_: Sequence[Token], at: int, *, begins: bool) -> None:
        """A word, which may open or close a block; some do only where they begin a line."""
        word = all_[at].text
        if word == "do":
            self.blocks.append(self._waiting)
            self._waiting = ""
        elif not begins:
            return
        elif word in _BLOCKS:
            self.blocks.append("")
        elif word == "end":
            del self.blocks[-1:]
        elif word == "group":
            self._waiting = _scope([one.text for one in _symbols(all_, at + 1)])
        elif word in ("path", "git", "source", "platforms", "platform", "install_if"):
            self._waiting = word if word in ("path", "git") else ""


def _symbols(all_: Sequence[Token], begin: int) -> list[Token]:
    """`:a, :b` of one line, up to what is given by name."""
    found = []
    for at in range(begin, len(all_) - 1):
        if all_[at].line != all_[begin].line or all_[at].says("do"):
            break
        if all_[at].says(":") and all_[at + 1].kind in (NAME, STRING):
            found.append(all_[at + 1])
        elif all_[at].kind == NAME and all_[at + 1].says(":"):
            break
    return found


def _scope(groups: Sequence[str]) -> str:
    scopes = {RUNTIME if group == "default" else scope_of(group, "") for group in groups}
    return next((one for one in (RUNTIME, DEVELOPMENT, TEST) if one in scopes), "".join(groups[:1]))


def _gem(
    inner: Sequence[Token], given: Sequence[Token], named: Mapping[str, Token], around: Sequence[str]
) -> Declared | None:
    if not given:
        return None
    groups: list[str] = []
    for key, token in enumerate(inner):
        if token.says("group", "groups"):
            groups = list(_values(inner[key + 1 :]))
            break
    open_groups = [one for one in around if one not in ("", "path", "git")]
    scope = _scope(groups) if groups else open_groups[-1] if open_groups else RUNTIME
    wanted = ", ".join(one.text for one in given[1:])
    place = next((named[key].text for key in ("path", "git", "github") if key in named), "")
    inside = "path" in named or "path" in around
    return Declared(given[0].text, wanted or place, "", scope, given[0].line, inside)


def _values(tokens_: Sequence[Token]) -> Iterator[str]:
    """The symbols of one value: those in its list, or one."""
    depth = 0
    for token in tokens_:
        depth += token.says("[") - token.says("]")
        if token.kind == NAME:
            yield token.text
        if depth == 0 and (token.kind == NAME or token.says("]")):
            return


FORMAT = Format("gem", ("Gemfile", "gems.rb", "*.gemfile"), _read)
