"""A progress bar on stderr for work that takes long, and silence for work that does not."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from losscli.cli.loading import end_loading, seconds

# Seconds of the program before a bar appears, which takes a while itself: before one has passed.
PATIENCE = 0.7


@contextmanager
def progress_bar(doing: str = "") -> Iterator[Callable[[int], None]]:
    """A function to call with the rows done so far; says what it is `doing` where that is not all.

    Draws only where stderr is a terminal, before the program has been silent for a second, also
    where nothing has been counted yet.
    """
    end_loading()
    if sys.stderr is None or not sys.stderr.isatty():
        yield _unseen
        return
    shown = _Shown(doing)
    timer = threading.Timer(max(0.0, PATIENCE - seconds()), shown.start)
    timer.daemon = True
    timer.start()
    try:
        yield shown.advance
    finally:
        timer.cancel()
        shown.stop()


def _unseen(rows: int) -> None:
    """Nobody looks."""


class _Shown:
    """A line with what is done, how many rows of it, and for how long; gone at its end."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._rows = 0
        self._bar: Any = None
        self._task: Any = None
        self._over = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Draw it, unless the work is over."""
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._over:
                return
            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task(self._words())
            self._bar.start()

    def advance(self, rows: int) -> None:
        """So many rows are done."""
        self._rows = rows
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=self._words())

    def stop(self) -> None:
        """Take it away."""
        with self._lock:
            self._over = True
            if self._bar is not None:
                self._bar.stop()

    def _words(self) -> str:
        counted = f"{self._rows:,} rows" if self._rows else ""
        return " · ".join(filter(None, (self._doing, counted))) or "reading"


@contextmanager
def pairs_bar() -> Iterator[Callable[[int, int, int], None]]:
    """A function to call with the pairs done, failed and in all; drawn as `progress_bar` is."""
    end_loading()
    bar: Any = None
    task: Any = None

    def advance(done: int, failed: int, pairs: int) -> None:
        nonlocal bar, task
        if bar is None:
            if seconds() < PATIENCE:
                return
            if sys.stderr is None or not sys.stderr.isatty():
                return
            bar = _pairs_progress()
            bar.start()
            task = bar.add_task("pairs", total=pairs, failed="", completed=done)
        words = f"{failed:,} without losses" if failed else ""
        bar.update(task, completed=done, failed=words)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.stop()


def _pairs_progress() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed:,.3g} pairs/s", style="dim")

    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TextColumn("[red]{task.fields[failed]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
