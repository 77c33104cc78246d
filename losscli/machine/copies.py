"""Copies of what can be read only once, in the folder for temporary files."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from msgspec import Struct

# Where Linux opens anew what a process holds open, also what has no name.
FDS = Path("/proc/self/fd")


class Copy(Struct, frozen=True):
    """A copy by its `path`; `handle` is what holds it where it has no name in any folder."""

    path: Path
    handle: int | None = None

    def lasts_with(self, owner: object) -> None:
        """Remove the copy when its owner goes."""
        weakref.finalize(owner, self.remove)

    def remove(self) -> None:
        """Remove the copy."""
        if self.handle is None:
            self.path.unlink(missing_ok=True)
        else:
            with suppress(OSError):
                os.close(self.handle)


def copied(write: Callable[[BinaryIO], Any]) -> Copy:
    """A copy of what `write` writes; nothing is left of it where that raises.

    On Linux it has no name from the beginning, so that not even a kill leaves it behind.
    """
    import tempfile

    if FDS.is_dir():
        with tempfile.TemporaryFile(prefix="losscli-") as nameless:
            write(cast(BinaryIO, nameless))
            nameless.flush()
            handle = os.dup(nameless.fileno())
        return Copy(FDS / str(handle), handle)
    with tempfile.NamedTemporaryFile(prefix="losscli-", delete=False) as named:
        copy = Copy(Path(named.name))
        try:
            write(cast(BinaryIO, named))
        except BaseException:
            copy.remove()
            raise
    return copy
