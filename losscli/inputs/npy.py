"""NPY files, read in blocks into fixed buffers; nothing in them is ever unpickled."""

from __future__ import annotations

import math
import tokenize
import warnings
from collections.abc import Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy_format

from losscli.errors import DataError
from losscli.inputs.array import UntitledColumns, as_items, check_dtype, check_shape
from losscli.inputs.source import Array, Selection

MAGIC = b"\x93NUMPY"


class NpySource(UntitledColumns):
    """One NPY file of real numbers or strings, of shape (n,) or (n, c), in C or Fortran order.

    Raises DataError where the header or the length of the file is not that of such an array.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self._path = path
        with path.open("rb") as file:
            shape, self._fortran, dtype = _header(file, name)
            self._start = file.tell()
        if dtype.hasobject:
            raise DataError(
                "holds pickled Python objects, which could run code and are never loaded",
                file=name,
                hint="Save plain numbers: np.save(file, array.astype(float)).",
            )
        if dtype.kind == "U" and dtype.itemsize == 0:
            raise DataError("holds strings of no length", file=name)
        if dtype.kind != "U":
            check_dtype(dtype, name)
        check_shape(shape, name)
        _check_length(path.stat().st_size - self._start, shape, dtype, name)
        self._dtype = dtype
        self.shape = shape
        self.dtype = np.dtype(np.object_) if dtype.kind == "U" else dtype

    @property
    def _width(self) -> int:
        return math.prod((self.shape or ())[1:])

    def batches(self, roles: Mapping[str, Selection], rows: int) -> Iterator[dict[str, Array]]:
        """Blocks of `rows` rows, each in the same memory as the one before."""
        assert self.shape is not None
        total, width = self.shape[0], self._width
        by_column = self._fortran and width > 1
        rows = min(rows, total)
        buffer = np.empty((width, rows) if by_column else (rows, width), self._dtype)
        try:
            with FileIO(self._path) as file:
                for start in range(0, total, rows):
                    count = min(rows, total - start)
                    if by_column:
                        for j in range(width):
                            self._fill(file, buffer[j, :count], j * total + start)
                        piece = np.ascontiguousarray(buffer[:, :count].T)
                    else:
                        piece = buffer[:count]
                        self._fill(file, piece, start * width)
                    yield dict.fromkeys(roles, self._items(self._shaped(piece)))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise DataError(f"cannot be read further ({reason})", file=self.name) from None

    def _shaped(self, piece: Array) -> Array:
        """Rows of items (n, width) in the dimensions of the file."""
        dims = (self.shape or ())[1:]
        if len(dims) < 2:
            return piece
        if not self._fortran:
            return piece.reshape(-1, *dims)
        axes = range(len(dims), 0, -1)
        return np.ascontiguousarray(piece.reshape(-1, *reversed(dims)).transpose(0, *axes))

    def _fill(self, file: FileIO, into: Array, item: int) -> None:
        """Read the items from number `item` on."""
        file.seek(self._start + item * self._dtype.itemsize)
        rest = memoryview(into.data).cast("B")
        while rest:
            got = file.readinto(rest)
            if not got:
                raise DataError("became shorter while it was read", file=self.name)
            rest = rest[got:]

    def _items(self, piece: Array) -> Array:
        if piece.dtype.kind == "U":
            return piece.astype(object)
        if not piece.dtype.isnative:
            piece = piece.astype(piece.dtype.newbyteorder("="))
        return as_items(piece)


def _header(file: BinaryIO, name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, Fortran order and dtype, from the start of an NPY file."""
    readers = {
        (1, 0): npy_format.read_array_header_1_0,
        (2, 0): npy_format.read_array_header_2_0,
    }
    # All that NumPy's header parser raises, or lets through from Python's.
    damage = (ValueError, SyntaxError, TypeError, EOFError, MemoryError, RecursionError)
    try:
        version = npy_format.read_magic(file)
        if version not in readers:
            raise DataError(
                f"is an NPY file of version {version[0]}.{version[1]}, which holds no plain array",
                file=name,
            )
        with warnings.catch_warnings():
            # Of headers from Python 2, which are read all the same.
            warnings.simplefilter("ignore")
            shape, fortran, dtype = readers[version](file)
    except (*damage, tokenize.TokenError) as error:
        reason = str(error).splitlines()[0] if str(error) else "unreadable"
        raise DataError(f"has a damaged NPY header ({reason})", file=name) from None
    if any(not isinstance(length, int) or length < 0 for length in shape):
        raise DataError(f"has a damaged NPY header (shape {shape})", file=name)
    return shape, fortran, dtype


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
