"""The file of results: a line for each pair as it is done, and all in order at the end."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from losscli.batching.report import BatchRow
from losscli.errors import UsageError
from losscli.machine.whole_files import whole_file

# Seconds after which lines that were written are also forced to the disk.
_SYNC_AFTER = 1.0

_SCHEMA_MARK = b'{"schema": "losscli-batch/'


class Journal:
    """A file that one batch writes to; while it does, the file is locked.

    The lock is the operating system's, so it does not outlive a batch that is killed.
    """

    def __init__(self, path: str, *, resume: bool) -> None:
        """Open the file; `resume` takes up the lines that it holds.

        Raises UsageError where it cannot be written, where another batch writes to it, and where it
        holds something already that was not asked to be resumed, or that is no batch's.
        """
        self.path = path
        try:
            self._handle = _locked(path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(f"{path} cannot be written ({reason})") from None
        try:
            self.lines = self._taken_up(resume)
        except BaseException:
            os.close(self._handle)
            raise
        self._synced = time.monotonic()

    def _taken_up(self, resume: bool) -> list[bytes]:
        text = b""
        while piece := os.read(self._handle, 1 << 20):
            text += piece
        if text and not resume:
            raise UsageError(
                f"{self.path} is there already",
                hint="Say --resume to keep what still holds of it, or remove it.",
            )
        lines, torn = whole_lines(text, self.path)
        if torn:
            os.ftruncate(self._handle, len(text) - torn)
        return lines

    def add(self, lines: Iterable[bytes]) -> None:
        """Append rows. Raises UsageError where there is no room for them."""
        self._write(b"".join(lines))
        if time.monotonic() - self._synced > _SYNC_AFTER:
            os.fsync(self._handle)
            self._synced = time.monotonic()

    def _write(self, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(self._handle, data) :]
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(f"{self.path} cannot be written ({reason})") from None

    def finish(self, lines: Sequence[bytes]) -> None:
        """Put all rows in their order, in place of what was written as they came."""
        with whole_file(self.path) as file:
            file.writelines(lines)

    def let_go(self) -> None:
        """In a forked process: close its copy of the file, which would hold the lock."""
        os.close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)


def _locked(path: str) -> int:
    """The file, opened at its end and locked. Raises UsageError where another has the lock."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            _check_regular(handle, path)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A batch that has just finished puts another file in its place.
            if _is_at(path, handle):
                return handle
        except BlockingIOError:
            os.close(handle)
            raise UsageError(
                f"{path} is being written by another batch", hint="Choose another file: -o FILE."
            ) from None
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _check_regular(handle: int, path: str) -> None:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise UsageError(
            f"{path} is no file that can be taken up again",
            hint="Say --format jsonl, which writes to standard output.",
        )


def _is_at(path: str, handle: int) -> bool:
    try:
        return os.path.samestat(Path(path).stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def whole_lines(text: bytes, path: str) -> tuple[list[bytes], int]:
    """The lines of a journal, and how many bytes at its end were cut short by a kill.

    Raises UsageError where it is no journal of a batch.
    """
    # A machine that lost its power may leave a tail of zeros.
    lines = text.rstrip(b"\0").splitlines(keepends=True)
    whole: list[bytes] = []
    for count, line in enumerate(lines, start=1):
        if line.endswith(b"\n") and line.startswith(_SCHEMA_MARK) and _is_row(line):
            whole.append(line)
            continue
        torn = count == len(lines) and (
            line.startswith(_SCHEMA_MARK) or _SCHEMA_MARK.startswith(line)
        )
        if not torn:
            raise UsageError(
                f"{path}, line {count}: this is no result of a batch",
                hint="Choose another file: -o FILE.",
            )
    return whole, len(text) - sum(map(len, whole))


def _is_row(line: bytes) -> bool:
    try:
        BatchRow.from_line(line)
    except (ValueError, TypeError, KeyError):
        return False
    return True
