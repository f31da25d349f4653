"""YAML as plain values; hides tags that only another program knows, and how a file that is none is told."""

from __future__ import annotations

from typing import Any

import yaml

from plumbrule.errors import SettingsError


class _Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the library chooses it as it starts
    """Values without what is made by a tag."""


_Plain.add_multi_constructor("!", lambda loader, suffix, node: None)
_Plain.add_multi_constructor("tag:", lambda loader, suffix, node: None)


def read_yaml(text: str, file: str) -> Any:  # Any: whatever the file holds
    """What the first document holds. SettingsError for text that is no YAML."""
    try:
        return next(iter(yaml.load_all(text, Loader=_Plain)), None)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}" if mark is not None else ""
        raise SettingsError(f"{file}{where}: this is not YAML: {getattr(error, 'problem', None) or error}") from None
