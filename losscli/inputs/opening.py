"""What a user names → a source: the content of a file says what it is, not its ending."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
import tempfile
import weakref
from pathlib import Path
from typing import Any, BinaryIO

from losscli.errors import DataError, UsageError
from losscli.inputs.array import ArraySource
from losscli.inputs.npy import MAGIC as NPY
from losscli.inputs.npy import NpySource
from losscli.inputs.source import Source

STDIN = "-"

# How formats begin that are recognised and refused, with what to do about it.
_REFUSED = {
    b"PK\x03\x04": (
        "is a ZIP archive (such as NPZ or Excel), which is not read",
        "Save one array by np.save(file, array), or a table as CSV.",
    ),
    b"\xd0\xcf\x11\xe0": ("is an Excel workbook, which is not read", "Save the sheet as CSV."),
    b"\x89HDF": ("is an HDF5 file, which is not read", "Export it to CSV or NPY."),
    b"{": ("is JSON, which is not read yet", "Export it to CSV or NPY."),
    b"PAR1": ("is a Parquet file, which is not read yet", "Export it to CSV or NPY."),
    b"ARROW1": ("is an Arrow file, which is not read yet", "Export it to CSV or NPY."),
    b"BZh": ("is compressed by bzip2, which is not read yet", "Use gzip."),
    b"\x28\xb5\x2f\xfd": ("is compressed by zstd, which is not read yet", "Use gzip."),
    **{
        bytes((0x80, protocol)): (
            "is a pickle, which could run code and is never loaded",
            "Save plain numbers: np.save(file, array).",
        )
        for protocol in range(2, 6)
    },
}


class Opener:
    """Opens the inputs of one command, a stream at most once.

    Streams are copied to files that last as long as the opener.
    """

    def __init__(self) -> None:
        self._streams: set[str] = set()

    def open(self, given: Any, role: str) -> Source:
        """The source that `given` names: a path, `-` for standard input, or an array.

        Raises DataError for a file that is missing, empty or of no known format.
        """
        if not isinstance(given, (str, os.PathLike)):
            return ArraySource(given, role)
        name = "<stdin>" if given == STDIN else os.fspath(given)
        try:
            if given == STDIN:
                return _recognise(self._copy(sys.stdin.buffer, "standard input"), name)
            path = Path(name)
            mode = path.stat().st_mode
            if stat.S_ISDIR(mode):
                raise DataError("is a folder, not a file", file=name)
            if stat.S_ISREG(mode):
                return _recognise(path, name)
            return _recognise(self._copy(path, name), name)
        except (OSError, ValueError) as error:
            raise _unreadable(name, error) from None

    def _copy(self, stream: Path | BinaryIO, name: str) -> Path:
        """What a stream holds, as a file that can be read more than once."""
        if name in self._streams:
            raise UsageError(f"{name} can be read only once")
        self._streams.add(name)
        with contextlib.ExitStack() as opened:
            source = opened.enter_context(stream.open("rb")) if isinstance(stream, Path) else stream
            copy = opened.enter_context(
                tempfile.NamedTemporaryFile(prefix="losscli-", delete=False)
            )
            path = Path(copy.name)
            weakref.finalize(self, path.unlink, missing_ok=True)
            shutil.copyfileobj(source, copy)
        return path


def _unreadable(name: str, error: Exception) -> DataError:
    if isinstance(error, FileNotFoundError) and error.filename == str(Path(name)):
        return DataError("there is no such file", file=name)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return DataError(f"cannot be read ({reason.lower()})", file=name)


def _recognise(path: Path, name: str) -> Source:
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise DataError("is empty", file=name)
    if start.startswith(NPY):
        return NpySource(path, name)
    for magic, (problem, hint) in _REFUSED.items():
        if start.startswith(magic):
            raise DataError(problem, file=name, hint=hint)
    if name.endswith(".npy"):
        raise DataError("is no NPY file: it does not begin as one", file=name)
    from losscli.inputs.delimited import DelimitedSource

    return DelimitedSource(path, name)
