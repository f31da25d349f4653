"""setup.cfg, as setuptools reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from plumbrule.extract.manifests.reading import BUILD, OPTIONAL, RUNTIME, TEST, Declared, Format, Published, Reading
from plumbrule.extract.manifests.requirement import requirement

_SECTION = re.compile(r"\[([^\]]+)\]")
_OPTION = re.compile(r"([^\s=:][^=:]*?)\s*[=:]\s*(.*)")
_SCOPES: Mapping[str, str] = {"install_requires": RUNTIME, "setup_requires": BUILD, "tests_require": TEST}
_WORDS = ("attr:", "file:")  # the value lies elsewhere


def _options(text: str) -> Iterator[tuple[str, str, int, str]]:
    """(section, option, line, one line of its value). By hand: `configparser` gives no lines, and refuses a repeated
    section, which setuptools never meets where another tool owns it."""
    section = option = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] in ("#", ";"):
            continue
        if head := _SECTION.match(line):
            section, option = head[1].strip(), ""
        elif line[:1].isspace():
            if option and line.strip() and line.strip()[0] not in "#;":
                yield section, option, number, line.strip()
        elif pair := _OPTION.match(line):
            option = pair[1].replace("-", "_") if section != "options.extras_require" else pair[1]
            if pair[2]:
                yield section, option, number, pair[2].strip()
        else:
            option = ""


def _read(text: str, path: str) -> Reading:
    said: dict[str, str] = {}
    found = []
    for section, option, line, value in _options(text):
        if section == "metadata":
            said.setdefault(option, value)
        scope = OPTIONAL if section == "options.extras_require" else _SCOPES.get(option, "")
        if not scope or not section.startswith("options"):
            continue
        one = requirement(value)
        if one is not None and not value.startswith(_WORDS):
            found.append(Declared(one.name, one.wanted, "", scope, line))
    version = said.get("version", "")
    name = said.get("name", "")
    made = Published(name, "" if version.startswith(_WORDS) else version)
    return Reading((made,) if name and not name.startswith(_WORDS) else (), tuple(found))


FORMAT = Format("pypi", ("setup.cfg",), _read)
