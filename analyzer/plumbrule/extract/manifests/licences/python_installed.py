"""METADATA of a Python distribution that is installed: in its `.dist-info`, where packages are kept with the code.

https://packaging.python.org/en/latest/specifications/core-metadata/: an expression, else a field of free text, else
classifiers. What they say is taken as it stands: no text is translated into an identifier that it may not mean.
"""

from __future__ import annotations

from collections.abc import Iterator

from plumbrule.extract.manifests.licences import Stated, Statement

_CLASSIFIER, _APPROVED = "License :: ", "License :: OSI Approved"
_TEXT = 100  # characters; more is the licence itself
_NOTHING = ("", "UNKNOWN")


def _read(document: str) -> Iterator[Stated]:
    fields: dict[str, list[str]] = {}
    line, key = 1, ""
    for number, text in enumerate(document.split("\n"), 1):
        if not text.strip():
            break  # the description
        if text[0].isspace():
            if key == "license":
                fields[key] = [""]  # a text of several lines is a licence itself, and no name of one
            continue
        key, _, value = text.partition(":")
        key = key.strip().lower()
        fields.setdefault(key, []).append(value.strip())
        line = number if key in ("license", "license-expression") else line

    def first(key: str) -> str:
        return fields.get(key, [""])[0]

    said = first("license-expression") or first("license")
    if said in _NOTHING or len(said) > _TEXT:
        known = [value for value in fields.get("classifier", ()) if value.startswith(_CLASSIFIER)]
        said = " AND ".join(one.rpartition(" :: ")[2] for one in known if one != _APPROVED)
    yield Stated(first("name"), first("version"), said, line)


STATEMENT = Statement("pypi", ("METADATA",), _read, (".dist-info",))
