"""The page of a question; see `plumbrule.report.question`."""

from __future__ import annotations

from plumbrule.report.question import ask

ask(
    "What leaks?",
    "Knowledge leaks where two places must change together and neither says so: the same format known twice, an "
    "inside that others reach into, a layout declared again. Let one of them own it.",
    "leaks",
)
