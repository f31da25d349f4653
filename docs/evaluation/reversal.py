"""What `reversal.py` kept of commits that say what they removed, in words and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from textwrap import fill
from typing import Any

Table = Callable[[tuple[str, ...], Iterable[tuple[str, ...]]], Iterator[str]]
TITLE = "Commits that say what they removed"

_OUTCOMES = ("shown", "beside it", "silent")


def lines(kept: Mapping[str, Any], table: Table) -> Iterator[str]:
    """The section; `table` writes one of Markdown."""
    cases = kept["cases"]
    words = f"""
        {len(cases)} of the {kept["listed"]} real commits of `tests/evaluation/reversal.toml`, whose messages say that
        they removed a cycle, a wrapper or a copy: chosen by the message, before anything was run. *Shown*: a finding of
        a rule for it stands at the parent and is gone at the commit. *Beside it*: such findings stand in files that the
        commit touched, and none is gone. A message may speak of what no rule is about, such as a cycle of types, a copy
        of three lines or one inside a function; nobody has read these commits yet to say which of them are misses.
    """
    yield fill(" ".join(words.split()), 118, break_on_hyphens=False) + "\n"
    counts = Counter((one["kind"], one["outcome"]) for one in cases)
    kinds = sorted({one["kind"] for one in cases})
    yield from table(
        ("removed", "commits", *_OUTCOMES),
        [
            (kind, str(sum(counts[kind, how] for how in _OUTCOMES)), *(str(counts[kind, how]) for how in _OUTCOMES))
            for kind in kinds
        ],
    )
    yield from table(
        ("history", "commit", "removed", "outcome", "says"),
        [(one["history"], one["commit"][:9], one["kind"], one["outcome"], _plain(one["says"])) for one in cases],
    )


def _plain(text: str) -> str:
    """Somebody else's words, shown as they are."""
    shown = " ".join(text.split()).replace("\\", "\\\\")
    return "".join(f"\\{sign}" if sign in "|`*_<>[]#" else sign for sign in shown)
