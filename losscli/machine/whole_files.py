"""Output files that appear whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from losscli.errors import UsageError
from losscli.machine.copies import FDS

# Files by these names are streams that somebody else has opened: they are not ours to replace.
_STREAMS = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")


def write_whole(path: str, text: str) -> None:
    """Put `text` into a file, whole or not at all. Raises UsageError as `whole_file` does."""
    with whole_file(path) as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def refuse_inputs(outputs: Iterable[str], inputs: Iterable[str]) -> None:
    """Raise UsageError where an output is a file that is read, by whatever name or link."""
    there = {}
    for output in outputs:
        with suppress(OSError, ValueError):
            found = Path(output).stat()
            if stat.S_ISREG(found.st_mode) and not output.startswith(_STREAMS):
                there[found.st_dev, found.st_ino] = output
    if not there:
        return
    for name in inputs:
        with suppress(OSError, ValueError):
            found = Path(name).stat()
            same = there.get((found.st_dev, found.st_ino))
            if same is not None:
                raise UsageError(
                    f"{same} is an input" + (f" ({name})" if name != same else ""),
                    hint="Write to another file: what was read would be lost.",
                )


@contextmanager
def whole_file(path: str) -> Iterator[BinaryIO]:
    """A file to write to that takes its place when all is written, by way of one beside it.

    What is no regular file (a pipe, /dev/stdout) is written to as it is. Raises UsageError where
    the file cannot be written; an old file is then left as it was, as after any other error.
    """
    try:
        mode = _mode(path)
        if mode is not None and (not stat.S_ISREG(mode) or path.startswith(_STREAMS)):
            # One that goes on in a file goes on at its end.
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND), "wb") as stream:
                yield stream
        else:
            with _replacing(Path(os.path.realpath(path)), mode) as file:
                yield file
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise UsageError(f"{path} cannot be written ({reason})") from None


def _mode(path: str) -> int | None:
    """The mode of what stands at a path, behind any links; None where nothing does."""
    try:
        return Path(path).stat().st_mode
    except FileNotFoundError:
        return None


@contextmanager
def _replacing(target: Path, mode: int | None) -> Iterator[BinaryIO]:
    import secrets

    # A name of its own, and not the target's with something added: that may grow too long.
    temporary = target.parent / f".losscli-{secrets.token_hex(8)}.tmp"
    # A signal may come at any moment, so the file is opened where it is also removed.
    try:
        nameless = _nameless(target.parent)
        with temporary.open("xb") if nameless is None else nameless as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if nameless is not None:
                _name(file.fileno(), temporary)
        if mode is not None:
            temporary.chmod(stat.S_IMODE(mode))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _nameless(folder: Path) -> BinaryIO | None:
    """A file that has no name before it is whole, so that a kill leaves nothing behind.

    None where the system or the folder's file system has no such files.
    """
    if not hasattr(os, "O_TMPFILE") or not FDS.is_dir():
        return None
    try:
        return os.fdopen(os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o666), "wb")
    except OSError:
        return None


def _name(handle: int, path: Path) -> None:
    """Give a file without a name one."""
    # Beside a folder's handle, Python has the link followed to the file.
    folder = os.open(FDS, os.O_RDONLY)
    try:
        os.link(str(handle), path, src_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)
