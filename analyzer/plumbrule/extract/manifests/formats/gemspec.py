"""*.gemspec, as it is written; nothing of it is run."""

from __future__ import annotations

import re

from plumbrule.extract.manifests.program import arguments, is_written, shown, tokens
from plumbrule.extract.manifests.reading import DEVELOPMENT, RUNTIME, Declared, Format, Published, Reading, unknown

_PERCENT = re.compile(r"%q?[<({\[]([\w.-]+)[>)}\]]", re.IGNORECASE)
_SCOPES = {
    "add_dependency": RUNTIME,
    "add_runtime_dependency": RUNTIME,
    "add_development_dependency": DEVELOPMENT,
}


def _read(text: str, path: str) -> Reading:
    all_ = tokens(_PERCENT.sub(r'"\1"', text), comments="#")
    told: dict[str, str] = {}
    found = []
    lacking: list[tuple[int, str]] = []
    done = 0
    for at, token in enumerate(all_[:-2]):
        if at < done:
            continue
        if token.says("Specification") and at + 5 < len(all_) and all_[at + 2].says("new") and all_[at + 3].says("("):
            given, _, done = arguments(all_, at + 3)
            told.update(zip(("name", "version"), (one.text for one in given), strict=False))
        elif token.says(*_SCOPES) and not (at and all_[at - 1].says("def")):
            given, _, done = arguments(all_, at + 1)
            if is_written(all_[at + 1 : done]):
                wanted = ", ".join(one.text for one in given[1:])
                found.append(Declared(given[0].text, wanted, "", _SCOPES[token.text], token.line))
            else:
                lacking.append((token.line, shown(all_[at + 1 : done])))
        elif token.says("name", "version") and at and all_[at - 1].says(".") and all_[at + 1].says("="):
            if is_written(all_[at + 2 :][:1]):
                told[token.text] = all_[at + 2].text
            elif token.text == "name":
                lacking.append((token.line, all_[at + 2].text))
    name = told.get("name", "")
    made = (Published(name, told.get("version", "")),) if name else ()
    return Reading(made, tuple(found), unknown(lacking))


FORMAT = Format("gem", ("*.gemspec",), _read)
