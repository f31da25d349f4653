"""What elements of MSBuild say, with the properties of their own file put in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from plumbrule.extract.manifests.xml import Element

_DEEP, _LONG = 5, 300  # properties in properties; characters of a value
_PROPERTY = re.compile(r"\$\((\w+)\)")


def properties(root: Element) -> dict[str, str]:
    """Properties of this file by name; of one that is set again, the first."""
    found: dict[str, str] = {}
    for group in root.at("PropertyGroup"):
        for one in group.children:
            found.setdefault(one.tag, one.text.strip())
    return found


def said(element: Element, key: str, known: Mapping[str, str]) -> str:
    """What it says under a key, as an attribute or as an element in it."""
    return filled(element.attributes.get(key) or element.says(key), known)


def filled(value: str, known: Mapping[str, str]) -> str:
    """A text with the properties put in that are known, and those in these."""
    for _ in range(_DEEP):
        if "$(" not in value or len(value) > _LONG:
            break
        value = _PROPERTY.sub(lambda match: known.get(match[1], match[0]), value)
    return value
