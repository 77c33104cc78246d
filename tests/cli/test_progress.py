"""Progress: on a terminal alone, also of work that counts no rows."""

from __future__ import annotations

import io

import pytest

from losscli.cli import progress


class Terminal(io.StringIO):
    """A text that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_work_without_rows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    shown = progress._Shown("page")
    shown.start()
    shown.stop()
    assert "page" in screen.getvalue()


def test_rows_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    shown = progress._Shown("")
    shown.start()
    shown.advance(12345)
    shown.stop()
    assert "12,345 rows" in screen.getvalue()


def test_what_is_over_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    shown = progress._Shown("page")
    shown.stop()
    shown.start()
    assert screen.getvalue() == ""


def test_a_file_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.progress_bar("page") as advance:
        advance(1)


def test_the_time_that_loading_took_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.setattr(progress, "seconds", lambda: progress.PATIENCE)
    monkeypatch.setattr(
        progress.threading, "Timer", lambda after, _: drawn.append(after) or _Never()
    )
    with progress.progress_bar("page"):
        assert drawn == [0.0]


class _Never:
    """A timer that never fires."""

    daemon = False

    def start(self) -> None: ...

    def cancel(self) -> None: ...
