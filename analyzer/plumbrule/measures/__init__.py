"""Measures: what SQL expresses badly, computed in Python into tables. One file a measure; files are discovered.

A measure module holds `MEASURES`, a tuple of `Measure`. Its tables exist in the store (with history), in rule SQL as
`now.<table>` and `before.<table>`, and as public views, because they are declared here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from plumbrule.data import dataclass
from plumbrule.facts import Body, Interface
from plumbrule.graph import Graph
from plumbrule.tables import Row, Table

if TYPE_CHECKING:
    from plumbrule.linelog import LineLog
