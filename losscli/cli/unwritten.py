"""Which files a command was to write, and has not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path


class Unwritten:
    """The files that a command is to write, as they are before it runs."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[int, ...]] = {}

    def expect(self, files: Iterable[str]) -> None:
        """Remember what they are."""
        self._before = {file: _state(file) for file in files}

    def said(self, error: str = "") -> Iterator[str]:
        """A line for each file that is still what it was, unless `error` says so of it."""
        for file, before in self._before.items():
            if _state(file) == before and f"{file} cannot be written" not in error:
                yield f"{file} {'is left as it was' if before else 'was not written'}"


def _state(file: str) -> tuple[int, ...]:
    """What changes with each writing; empty where there is no such file."""
    try:
        found = Path(file).stat()
    except (OSError, ValueError):
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns
