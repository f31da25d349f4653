"""How a long command shows that it is alive: a bar on a terminal, a line now and then elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from plumbrule.report.escapes import log_lines, visible

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SILENT_SECONDS = 1.0  # work shorter than this needs no bar


class TerminalProgress:
    """Implements `scan.Progress` on standard error; use as a context."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._text = ""
        self._total = 0
        self._began = 0.0

    def __enter__(self) -> TerminalProgress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def stage(self, text: str, total: int) -> None:
        """A new piece of work of `total` steps begins."""
        self._text, self._total, self._began = visible(text), total, time.monotonic()
        if self._bar is not None and self._task is not None:
            self._bar.reset(self._task, total=total, description=self._text)

    def done(self, count: int) -> None:
        """`count` of the steps are behind us."""
        if self._quiet or not sys.stderr.isatty():
            return
        if self._bar is None:
            if time.monotonic() - self._began < _SILENT_SECONDS:
                return
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self._text, total=self._total)
            self._bar.start()
        if self._task is not None:
            self._bar.update(self._task, completed=count)

    def note(self, text: str) -> None:
        """Something the person must know now; shown even when quiet, since it explains a wait or a loss."""
        print(log_lines(f"plumbrule: {text}"), file=sys.stderr, flush=True)
