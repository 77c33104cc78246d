"""NPY files, read in blocks into fixed buffers; nothing in them is ever unpickled."""

from __future__ import annotations

import contextlib
import io
import math
import tokenize
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from textwrap import shorten
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.lib import format as npy_format

from losscli.errors import DataError
from losscli.inputs.array import UntitledColumns, as_items, check_dtype, check_shape
from losscli.inputs.compressed import DAMAGE, undecompressed
from losscli.inputs.file import File
from losscli.inputs.source import Array, Selection
from losscli.machine.copies import copied

MAGIC = b"\x93NUMPY"

# As much as is shown of what a parser says.
_SHOWN = 100
# The longest header, and the most bytes of one row, that are taken for true.
_HEADER = 1 << 16
_ROW = 1 << 30
# Bytes that are copied at once.
_PIECE = 1 << 20

# Opens the bytes of an array from the first of them on.
Opened = Callable[[], AbstractContextManager[BinaryIO]]


class NpySource(UntitledColumns):
    """One NPY file of real numbers or strings, of shape (n,) or (n, c, …), in C or Fortran order.

    `opened` opens its bytes and `held` is their number, where they are not simply those of the
    file: a member of an archive, a compressed file. `begins` are first bytes of it, where they have
    been read already: the header is not read again.

    Raises DataError where the header or the length of the file is not that of such an array.
    """

    def __init__(
        self,
        file: File,
        *,
        name: str = "",
        opened: Opened | None = None,
        held: int | None = None,
        begins: bytes = b"",
    ) -> None:
        self.name = name or file.name
        self._open: Opened = opened or file.opened
        self._seekable = opened is None
        known = _holds_header(begins)
        with contextlib.nullcontext(io.BytesIO(begins)) if known else self._reading() as stream:
            shape, self._fortran, dtype, self._start = self._layout(stream)
        _check_content(dtype, self.name)
        check_shape(shape, self.name)
        length = file.size if opened is None else held
        if length is not None:
            self._check_length(length - self._start, shape, dtype)
        self._dtype = dtype
        self.shape = shape
        self._stored = np.dtype(np.object_) if dtype.kind == "U" else dtype
        if self._width * dtype.itemsize > _ROW:
            raise DataError(
                f"has rows of {self._width * dtype.itemsize:,} bytes; at most {_ROW:,} are read",
                file=self.name,
            )

    def _layout(self, stream: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
        """Shape, Fortran order and dtype, and where the array starts."""
        return _header(stream, self.name)

    def _check_length(self, held: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        """Raise DataError where the bytes that are `held` are not those of the array."""
        _check_length(held, shape, dtype, self.name)

    @property
    def in_row_order(self) -> bool:
        """Whether the file holds its numbers row by row."""
        return not self._fortran

    @property
    def starts(self) -> Sequence[int]:
        """Every row, unless the array must be decompressed from its beginning."""
        return range(self.rows) if self._seekable else (0,)

    @property
    def by_column(self) -> bool:
        """Whether a row's items stand far apart (Fortran order)."""
        return self._fortran and self._width > 1

    def dtype(self, columns: Sequence[int] | None) -> np.dtype[Any]:
        """The array's dtype."""
        return self._stored

    @property
    def size(self) -> int:
        """Bytes of the whole file, with its header."""
        return self._start + self.rows * self._width * self._dtype.itemsize

    def copy_to(self, target: BinaryIO) -> None:
        """Write the file's bytes, as many as its header promises and no more."""
        with self._reading() as stream:
            left = self.size
            while left:
                piece = stream.read(min(left, _PIECE))
                if not piece:
                    raise self._cut()
                target.write(piece)
                left -= len(piece)
            if stream.read(1):
                raise self._too_long()

    @property
    def _width(self) -> int:
        return math.prod((self.shape or ())[1:])

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Blocks of `rows` rows, each in the same memory as the one before."""
        total, width = self.rows, self._width
        stop = total if stop is None else min(stop, total)
        rows = min(rows, max(1, stop - start))
        buffer = np.empty((width, rows) if self.by_column else (rows, width), self._dtype)
        with self._reading() as stream:
            if self._seekable:
                self._seek(stream, start * width)
            else:
                self._skip(stream, self._start + start * width * self._dtype.itemsize)
            for first in range(start, stop, rows):
                count = min(rows, stop - first)
                if self.by_column:
                    for j in range(width):
                        self._seek(stream, j * total + first)
                        self._fill(stream, buffer[j, :count])
                    piece = np.ascontiguousarray(buffer[:, :count].T)
                else:
                    piece = buffer[:count]
                    self._fill(stream, piece)
                yield dict.fromkeys(roles, self._items(self._shaped(piece)))
            if not self._seekable and stop == total and stream.read(1):
                raise self._too_long()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[BinaryIO]:
        with self._open() as stream:
            try:
                yield stream
            except DAMAGE as error:
                if self._seekable:
                    raise
                raise undecompressed(error, self.name) from None

    def _shaped(self, piece: Array) -> Array:
        """Rows of items (n, width) in the dimensions of the file."""
        dims = (self.shape or ())[1:]
        if len(dims) < 2:
            return piece
        if not self._fortran:
            return piece.reshape(-1, *dims)
        axes = range(len(dims), 0, -1)
        return np.ascontiguousarray(piece.reshape(-1, *reversed(dims)).transpose(0, *axes))

    def _seek(self, stream: BinaryIO, item: int) -> None:
        stream.seek(self._start + item * self._dtype.itemsize)

    def _skip(self, stream: BinaryIO, count: int) -> None:
        while count:
            piece = stream.read(min(count, _PIECE))
            if not piece:
                raise self._cut()
            count -= len(piece)

    def _fill(self, stream: BinaryIO, into: Array) -> None:
        rest = memoryview(cast(Any, into.reshape(-1).view(np.uint8)))
        while rest:
            got = stream.readinto(rest)  # type: ignore[attr-defined]
            if not got:
                raise self._cut()
            rest = rest[got:]

    def _cut(self) -> DataError:
        if self._seekable:
            return DataError("became shorter while it was read", file=self.name)
        what = f"{self._dtype} {self.shape}"
        return DataError(f"is truncated: its array of {what} is not all there", file=self.name)

    def _too_long(self) -> DataError:
        return DataError(f"has bytes after its array of {self._dtype} {self.shape}", file=self.name)

    def _items(self, piece: Array) -> Array:
        if piece.dtype.kind == "U":
            return piece.astype(object)
        if not piece.dtype.isnative:
            piece = piece.astype(piece.dtype.newbyteorder("="))
        return as_items(piece)


def streamed_array(file: File, name: str, opened: Opened, *, held: int | None = None) -> NpySource:
    """An array that is decompressed as it is read.

    One whose rows do not stand together (Fortran order) is decompressed to a temporary file, which
    goes with the source. Raises DataError where there is no room for that.
    """
    import shutil
    import tempfile

    source = NpySource(file, name=name, opened=opened, held=held)
    if not source.by_column:
        return source
    room = shutil.disk_usage(tempfile.gettempdir()).free
    if source.size > room:
        raise DataError(
            f"is in Fortran order and would take {source.size:,} bytes of disk to decompress, "
            f"of which {room:,} are free",
            file=name,
            hint="Save it in C order: np.ascontiguousarray(array).",
        )
    copy = copied(source.copy_to)
    try:
        plain = NpySource(File.at(copy.path, name))
    except BaseException:
        copy.remove()
        raise
    copy.lasts_with(plain)
    return plain


def _header(file: BinaryIO, name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Shape, Fortran order and dtype, and where the array starts."""
    # Its length first, so that a header of gigabytes is not read.
    start = file.read(12)
    major, minor = start[6:8].ljust(2, b"\0")
    wide, length = _length_of_header(start)
    if len(start) < 10:
        raise DataError(f"has a damaged NPY header ({len(start)} bytes long)", file=name)
    if major not in (1, 2, 3) or minor != 0:
        raise DataError(
            f"is an NPY file of version {major}.{minor}, which holds no plain array", file=name
        )
    begin = (12 if wide else 10) + length
    if length > _HEADER:
        raise DataError(f"has a damaged NPY header ({length:,} bytes long)", file=name)
    text = (start + file.read(max(0, begin - len(start))))[8:]
    # All that NumPy's header parser raises, or lets through from Python's.
    damage = (ValueError, SyntaxError, TypeError, EOFError, MemoryError, RecursionError)
    try:
        shape, fortran, dtype = _parsed(text, wide=wide)
    except (*damage, tokenize.TokenError) as error:
        # NumPy's message holds the whole header.
        reason = shorten(str(error), _SHOWN, placeholder="…") if str(error) else "unreadable"
        raise DataError(f"has a damaged NPY header ({reason})", file=name) from None
    if any(type(length) is not int or length < 0 for length in shape):
        raise DataError(f"has a damaged NPY header (shape {shape})", file=name)
    return shape, fortran, dtype, begin


def _length_of_header(start: bytes) -> tuple[bool, int]:
    """Whether the header's length takes four bytes, not two; and that length."""
    wide = start[6:7] > b"\1"
    return wide, int.from_bytes(start[8:12] if wide else start[8:10], "little")


def _holds_header(begins: bytes) -> bool:
    """Whether these first bytes of a file hold all of its header."""
    wide, length = _length_of_header(begins)
    return len(begins) >= 12 + length if wide else len(begins) >= max(12, 10 + length)


@lru_cache(maxsize=64)
def _parsed(text: bytes, *, wide: bool) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, Fortran order and dtype of a header; many files have the same."""
    # A plain array's header is ASCII, so version 3 (UTF-8) is read as version 2.
    read = npy_format.read_array_header_2_0 if wide else npy_format.read_array_header_1_0
    with warnings.catch_warnings():
        # Of headers from Python 2, which are read all the same.
        warnings.simplefilter("ignore")
        shape, fortran, dtype = read(io.BytesIO(text))
    return shape, fortran, dtype


def _check_content(dtype: np.dtype[Any], name: str) -> None:
    if dtype.hasobject:
        raise DataError(
            "holds pickled Python objects, which could run code and are never loaded",
            file=name,
            hint="Save plain numbers, if you trust the file: python -c 'import numpy as np; "
            f'np.save("plain.npy", np.load("{name}", allow_pickle=True).astype(float))'
            "'",
        )
    if dtype.kind == "U" and dtype.itemsize == 0:
        raise DataError("holds strings of no length", file=name)
    if dtype.kind != "U":
        check_dtype(dtype, name)


def _check_length(held: int, shape: tuple[int, ...], dtype: np.dtype[Any], name: str) -> None:
    promised = math.prod(shape) * dtype.itemsize
    if held == promised:
        return
    problem = "is truncated" if held < promised else "has bytes after its array"
    raise DataError(
        f"{problem}: the header promises {promised:,} bytes of {dtype} {shape}, "
        f"the file holds {held:,}",
        file=name,
    )
