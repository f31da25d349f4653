"""The page of a question; see `plumbrule.report.question`."""

from __future__ import annotations

from plumbrule.report.question import ask

ask(
    "What is shallow?",
    "A module is shallow if knowing it takes about as much as doing without it: it passes calls on, is used once, "
    "or hides less than it shows. Each line names one, and what to do with it.",
    "depth",
)
