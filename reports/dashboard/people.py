"""The page of a question; see `plumbrule.report.question`."""

from __future__ import annotations

from plumbrule.report.question import ask

ask(
    "Who should talk to whom?",
    "Files that change together without one naming the other, parts that one person alone knows, and work that is "
    "done again soon after. Names are those that commits give; of agents there are at least as many.",
    "people",
)
