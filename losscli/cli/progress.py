"""A progress bar on stderr for work that takes long, and silence for work that does not."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# Seconds of work before a bar appears.
PATIENCE = 1.0


@contextmanager
def progress_bar() -> Iterator[Callable[[int], None]]:
    """A function to call with the rows done so far; draws only where stderr is a terminal."""
    started = time.monotonic()
    bar: Any = None
    task: Any = None

    def advance(rows: int) -> None:
        nonlocal bar, task
        if bar is None:
            if time.monotonic() - started < PATIENCE:
                return
            if sys.stderr is None or not sys.stderr.isatty():
                return
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.completed:,} rows"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            bar.start()
            task = bar.add_task("rows", total=None)
        bar.update(task, completed=rows)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.stop()


@contextmanager
def pairs_bar() -> Iterator[Callable[[int, int, int], None]]:
    """A function to call with the pairs done, failed and in all; drawn as `progress_bar` is."""
    started = time.monotonic()
    bar: Any = None
    task: Any = None

    def advance(done: int, failed: int, pairs: int) -> None:
        nonlocal bar, task
        if bar is None:
            if time.monotonic() - started < PATIENCE:
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
