"""What a scan knows of the main line beside its snapshots: who worked on what, which lines are young, how series went.

Hides how it is kept between two scans, as one text.
"""

from __future__ import annotations

from dataclasses import field

import orjson

from plumbrule.data import dataclass
from plumbrule.measures.drift import Unit
from plumbrule.measures.drift import kept as kept_units
from plumbrule.measures.past.linelog import LineLog
from plumbrule.measures.past.worklog import WorkLog


@dataclass(slots=True)
class Past:
    """Up to the commit that was added last."""

    log: WorkLog
    lines: LineLog = field(default_factory=LineLog)
    units: list[Unit] = field(default_factory=list)
    levels: dict[str, float] = field(default_factory=dict)  # where every series stands

    def text(self) -> str:
        units = [[unit.commit, unit.at, unit.levels] for unit in kept_units(self.units)]
        kept = {"log": self.log.kept(), "lines": self.lines.kept(), "units": units, "levels": self.levels}
        return orjson.dumps(kept).decode()

    @classmethod
    def read(cls, text: str | None, today: int) -> Past:
        """What `text` gave; empty for None."""
        if text is None:
            return cls(WorkLog(today))
        kept = orjson.loads(text)
        units = [Unit(commit, at, levels) for commit, at, levels in kept["units"]]
        return cls(WorkLog.read(kept["log"], today), LineLog.read(kept["lines"]), units, kept["levels"])
