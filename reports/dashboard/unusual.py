"""The page of a question; see `plumbrule.report.question`."""

from __future__ import annotations

from plumbrule.report.question import ask

ask(
    "What changed unlike before?",
    "Changes whose figures stand out from what their repository usually does, and series that move slowly and "
    "steadily. They say where to look, not that something is wrong.",
    "change",
)
