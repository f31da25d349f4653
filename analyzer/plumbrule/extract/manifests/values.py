"""What lies in a parsed JSON or TOML document, by the type that is expected there; anything else counts as absent."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence

import orjson

from plumbrule.extract.manifests.reading import Unreadable

Table = Mapping[str, object]
_NOTHING: Table = {}
_PARTS = 200  # of one key


def json_of(text: str) -> Table:
    """A document that is one object. `Unreadable` if it is anything else."""
    try:
        found: object = orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise Unreadable(f"not JSON: {str(error).partition(':')[0]}") from None
    if not isinstance(found, dict):
        raise Unreadable("JSON, but no object")
    return found


def toml_of(text: str) -> Table:
    """A whole document. `Unreadable` if it is none."""
    if any(len(line) > _PARTS and _dotted(line) for line in text.split("\n")):
        raise Unreadable(f"not TOML: a key of more than {_PARTS} parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"not TOML: {error}") from None
    except RecursionError:
        raise Unreadable("not TOML: nested too deep") from None
    except ValueError:  # a number of too many digits, a day that is not in the calendar
        raise Unreadable("not TOML: a value that cannot be") from None


def _dotted(line: str) -> bool:
    """Whether it may hold a key of so many parts that `tomllib`, which goes through them all for each, takes hours."""
    return any(part.count(".") > _PARTS for part in line.split("="))


def table(value: object, *keys: str) -> Table:
    """What lies below these keys, if it is a table all the way; else an empty one."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else _NOTHING


def tables(value: object) -> Sequence[Table]:
    """The tables of a list; other entries are left out."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else ()


def texts(value: object) -> Sequence[str]:
    """The texts of a list; other entries are left out."""
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else ()


def text(value: object) -> str:
    return value if isinstance(value, str) else ""
