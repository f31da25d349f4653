"""The colours and the font of every picture, read from `reports/theme.json`. Hides where they are kept.

All colours are told apart by people who confuse red and green: the severities differ in lightness first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import orjson

from plumbrule.data import data_folder

MODES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Theme:
    """One look. Colours are `#rrggbb`."""

    mode: str
    font: str
    background: str
    surface: str
    text: str
    muted: str
    line: str
    accent: str
    fill: str
    error: str
    warning: str
    info: str
    fixed: str
    unknown: str  # an agent or a community that nobody named
    series: tuple[str, ...]  # for things without an order: agents, communities

    def severity(self, name: str) -> str:
        return {"error": self.error, "warning": self.warning, "info": self.info}.get(name, self.unknown)

    def nth(self, index: int) -> str:
        """The colour of the `index`-th of several things; beyond the palette all are alike, and grey."""
        return self.series[index] if 0 <= index < len(self.series) else self.unknown


@cache
def theme(mode: str = "light") -> Theme:
    """The look for `light` or `dark` surroundings; the mails take `light`."""
    kept = orjson.loads((data_folder("reports") / "theme.json").read_bytes())
    colours = kept["modes"][mode]
    return Theme(mode, kept["font"], **{**colours, "series": tuple(colours["series"])})
