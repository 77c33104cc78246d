"""A file that must stay as it is from the first look to the last byte."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from msgspec import Struct

from losscli.errors import DataError
from losscli.machine.copies import FDS


class File(Struct, frozen=True):
    """A file and what it was when it was first looked at; `name` is what the user calls it."""

    path: Path
    name: str
    size: int
    _state: tuple[int, ...]

    @classmethod
    def at(cls, path: Path, name: str) -> File:
        """The file as it is now. Raises OSError where it cannot be looked at."""
        found = path.stat()
        return cls(path, name, found.st_size, _state(found))

    @property
    def stamp(self) -> tuple[int, int]:
        """Size and time of the last change (ns), which a copy elsewhere may share."""
        return self.size, self._state[-1]

    @contextmanager
    def opened(self) -> Iterator[FileIO]:
        """The file at its first byte.

        Raises DataError where it is no longer the file that was looked at, before reading and
        after it, and where it cannot be read.
        """
        try:
            handle = os.open(self.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise self._error("cannot be read", error) from None
        try:
            try:
                self._check(handle)
                try:
                    # Whatever wraps it may close it, but not the handle.
                    yield FileIO(handle, closefd=False)
                except (DataError, OSError):
                    # What was read amiss may be the doing of whoever writes the file.
                    self._check(handle)
                    raise
                self._check(handle)
            finally:
                os.close(handle)
        except OSError as error:
            if error.strerror is None:
                # Of a library that decompresses, and not of the disk.
                raise
            raise self._error("cannot be read further", error) from None

    def native_path(self, opened: FileIO) -> str:
        """The name by which a library that opens files itself finds the one that is open."""
        return str(FDS / str(opened.fileno()) if FDS.is_dir() else self.path)

    def _error(self, problem: str, error: OSError) -> DataError:
        return DataError(f"{problem} ({(error.strerror or str(error)).lower()})", file=self.name)

    def _check(self, handle: int) -> None:
        now = os.fstat(handle)
        if now.st_size < self.size:
            raise DataError("became shorter while it was read", file=self.name)
        if _state(now) != self._state:
            raise DataError("changed while it was read", file=self.name, hint="Run it again.")


def _state(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
