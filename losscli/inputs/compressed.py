"""Compressed files, decompressed as they are read; their first bytes say how."""

from __future__ import annotations

import bz2
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import TYPE_CHECKING, BinaryIO, cast

from losscli.errors import DataError
from losscli.inputs.file import File

if TYPE_CHECKING:
    from typing_extensions import Buffer

# Compressed bytes that are read at once.
_COMPRESSED = 1 << 16

_MAGIC = {
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "bzip2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    # A frame of data, or one to be skipped, with which pzstd begins.
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
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
            return cast(BinaryIO, io.BufferedReader(_Bzip2(file)))
        case _:
            import pyarrow as pa

            stream = pa.CompressedInputStream(pa.PythonFile(file, "r"), codec)
            return cast(BinaryIO, io.BufferedReader(stream))


class _Bzip2(io.RawIOBase):
    """The members of a bzip2 file, one after another, up to its last byte.

    `bz2.BZ2File` takes whatever follows the first member and is none for the end of the file, so a
    later member with a damaged header would be left out in silence. Reading raises OSError there,
    and EOFError where a member is cut.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rest = b""
        self._member = bz2.BZ2Decompressor()

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, into: Buffer) -> int:
        """Fill a buffer as far as one step goes; 0 at the end of the file."""
        room = memoryview(into).cast("B")
        while True:
            if self._member.eof:
                self._rest = self._member.unused_data or self._file.read(_COMPRESSED)
                if not self._rest:
                    return 0
                self._member = bz2.BZ2Decompressor()
            if self._member.needs_input and not self._rest:
                self._rest = self._file.read(_COMPRESSED)
                if not self._rest:
                    raise EOFError("it ends within a member")
            found = self._member.decompress(self._rest, len(room))
            self._rest = b""
            if found:
                room[: len(found)] = found
                return len(found)


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


def first_line(error: BaseException) -> str:
    """What an error of a library says, as far as a user should read it."""
    said = str(error).strip().splitlines()
    return said[0].rstrip(".") if said else type(error).__name__
