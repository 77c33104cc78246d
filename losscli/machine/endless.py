"""What may have no end: devices that are read as if they were files."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO, Any

from losscli.errors import DataError


def check_ends(stream: IO[Any], name: str) -> None:
    """Raise DataError for a device that need not end, such as /dev/zero; a terminal ends by ^D."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return
    device = stat.S_ISCHR(found.st_mode) or stat.S_ISBLK(found.st_mode)
    if device and not stream.isatty() and not os.path.samestat(found, Path(os.devnull).stat()):
        raise DataError("is a device, which may have no end", file=name)


def read_whole(path: str) -> bytes:
    """All that a file holds. Raises DataError for a device, OSError where it cannot be read."""
    # As a name that may be anything: pathlib would read the working folder for an empty one.
    with open(path, "rb") as stream:  # noqa: PTH123
        check_ends(stream, path)
        return stream.read()
