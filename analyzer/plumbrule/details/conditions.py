"""Which parameters that are true or false a function's branches test. Capture: `condition`, what a branch asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from plumbrule.details import Kind, Source
from plumbrule.details._owners import is_function, owners
from plumbrule.facts import Interface

# A type that is true or false, also where it may be left out or absent.
_TRUTH = re.compile(
    r"(?i)^[*&?]?(?:(?:typing\.)?optional\[|option<|const )?(?:bool|boolean|_bool)[\]>?]?"
    r"(?: *\| *(?:none|undefined|null))?$"
)
_TRUTHS = ("true", "false")
_NAME = re.compile(r"[$]?[^\W\d]\w*")
# What stands behind a name that is not tested itself, but asked for something or compared.
_BEHIND = re.compile(r"\s*(?:[.(\[]|->|::|\?\.|[<>]|[=!]=|[-+*/%]|is\b|in\b|instanceof\b|as\b)")
_ASKED_OF = re.compile(r"(?:[.\w\])]|->|::)\($|(?:\.|->|::)$|[<>=+*/%-]\s*$")


class Test(NamedTuple):
    symbol: int  # the function
    parameter: str
    line: int


def _read(source: Source) -> Iterator[Test]:
    flags = _flags(source.interface)
    if not flags:
        return
    owner = owners(source.interface, is_function)
    for match in source.matches:
        for node in match["condition"]:
            line = node.start_point[0] + 1
            names = flags.get(owner(line))
            if names:
                text = (node.text or b"").decode("utf-8", "replace")
                for name in dict.fromkeys(_tested(text)):
                    if name in names:
                        yield Test(owner(line), name, line)


def _flags(interface: Interface) -> dict[int, set[str]]:
    """Parameters that are true or false, by their function."""
    found: dict[int, set[str]] = {}
    for parameter in interface.parameters:
        if _TRUTH.match(parameter.type) or (not parameter.type and parameter.default.lower() in _TRUTHS):
            found.setdefault(parameter.symbol, set()).add(parameter.name.lstrip("$"))
    return found


def _tested(condition: str) -> Iterator[str]:
    """Names of which the condition asks whether they are true."""
    for name in _NAME.finditer(condition):
        if not _BEHIND.match(condition, name.end()) and not _ASKED_OF.search(condition[: name.start()]):
            yield name[0].lstrip("$")


KIND = Kind("conditions", Test, _read)
