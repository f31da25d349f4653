"""conanfile.py, as it is written; nothing of it is run."""

from __future__ import annotations

from plumbrule.extract.manifests.conan import asked
from plumbrule.extract.manifests.program import NAME, STRING, Token, after, tokens
from plumbrule.extract.manifests.reading import BUILD, RUNTIME, TEST, Declared, Format, Published, Reading, unknown

_SCOPES = {"requires": RUNTIME, "tool_requires": BUILD, "build_requires": BUILD, "test_requires": TEST}


def _read(text: str, path: str) -> Reading:
    all_ = tokens(text, comments="#")
    told: dict[str, str] = {}
    found: list[Declared] = []
    lacking: list[tuple[int, str]] = []
    done = 0
    for at in range(len(all_) - 2):
        token, mark, value = all_[at : at + 3]
        if token.kind != NAME:
            continue
        if token.text in ("name", "version") and mark.says("=") and value.kind == STRING:
            told.setdefault(token.text, value.text)
        elif token.text in _SCOPES and mark.says("=", "(") and at >= done:
            done = after(all_, at + 1 if mark.says("(") else at + 2)
            given = _given(all_, at + 1)
            if not given or (given[0].text and asked(given[0].text, "", 0) is None):
                lacking.append((token.line, "".join(one.text for one in all_[at + 2 : min(done, at + 8)]).rstrip(")")))
            found += (row for one in given if (row := asked(one.text, _SCOPES[token.text], one.line)))
    name = told.get("name", "")
    return Reading((Published(name, told.get("version", "")),) if name else (), tuple(found), unknown(lacking))


def _given(all_: list[Token], at: int) -> list[Token]:
    """The strings of a call's bracket, or of an assignment: one, a list, or several with commas between them."""
    if all_[at].says("("):
        return [token for token in all_[at : after(all_, at)] if token.kind == STRING][:1]
    if all_[at + 1].says("[", "("):
        return [token for token in all_[at + 1 : after(all_, at + 1)] if token.kind == STRING]
    found = []
    for token in all_[at + 1 :]:
        if token.kind == STRING:
            found.append(token)
        elif not token.says(","):
            break
    return found


FORMAT = Format("conan", ("conanfile.py",), _read)
