"""Compressed files, decompressed as they are read; their first bytes say how."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import BinaryIO, cast

from losscli.errors import DataError
from losscli.inputs.file import File

_MAGIC = {
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "bzip2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd"),
}
# The longest of the beginnings.
MAGIC_BYTES = 10

# What reading on may raise where a file is damaged or cut; Arrow's errors are among them.
DAMAGE = (OSError, EOFError, ValueError, zlib.error)


def codec_of(start: bytes) -> str | None:
    """The name of the compression that these first bytes are of."""
    return next((name for name, magic in _MAGIC.items() if magic.match(start)), None)


def decompressed(file: BinaryIO, codec: str | None) -> BinaryIO:
    """What a file holds; memory does not grow with what is read, however small the file is."""
    match codec:
        case None:
            return file
        case "gzip":
            import gzip

            return cast(BinaryIO, gzip.GzipFile(fileobj=file))
        case "bzip2":
            import bz2

            return cast(BinaryIO, bz2.BZ2File(file))
        case _:
            import pyarrow as pa

            stream = pa.CompressedInputStream(pa.PythonFile(file, "r"), codec)
            return cast(BinaryIO, io.BufferedReader(stream))


@contextmanager
def decompressing(file: File, codec: str | None) -> Iterator[BinaryIO]:
    """What a file holds, from its first byte."""
    with file.opened() as handle:
        yield decompressed(cast(BinaryIO, handle), codec)


def text_size(file: File, codec: str | None) -> int:
    """About how many bytes of text a file holds: numbers shrink to a quarter or so."""
    return file.size if codec is None else 4 * file.size


def beginning(file: FileIO, codec: str | None, count: int, name: str) -> bytes:
    """The first bytes of what a file holds. Raises DataError where it cannot be decompressed."""
    try:
        return _read(decompressed(cast(BinaryIO, file), codec), count)
    except DAMAGE as error:
        raise undecompressed(error, name) from None


def _read(stream: BinaryIO, count: int) -> bytes:
    """As many bytes, or all there are: one call may give fewer."""
    found = b""
    while len(found) < count and (more := stream.read(count - len(found))):
        found += more
    return found


def undecompressed(error: Exception, name: str) -> DataError:
    """The error that a compressed file is damaged or cut."""
    return DataError(f"cannot be decompressed ({first_line(error)})", file=name)


def first_line(error: Exception) -> str:
    """What an error of a library says, as far as a user should read it."""
    said = str(error).strip().splitlines()
    return said[0].rstrip(".") if said else type(error).__name__
