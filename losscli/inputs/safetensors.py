"""safetensors files: a header of JSON, then raw numbers, which the NPY reader reads in blocks.

The format is that of https://github.com/huggingface/safetensors (0.4 to 0.6): 8 bytes with the
length of the header, the header (name → dtype, shape, data_offsets), and the tensors in C order,
little-endian, at their offsets from the end of the header. The library itself hands out whole
tensors, or slices that it maps into memory; reading in blocks needs neither.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from msgspec import Struct

from losscli.errors import Choice, DataError, UsageError
from losscli.inputs.compressed import first_line
from losscli.inputs.file import File
from losscli.inputs.npy import NpySource
from losscli.inputs.source import Array

# The library refuses longer headers too.
_LONGEST_HEADER = 100_000_000
_LENGTH = 8
_BFLOAT16 = "BF16"

# bfloat16 is no type of NumPy's: its bits are read as whole numbers.
_DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    _BFLOAT16: "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "|u1",
    "BOOL": "|b1",
}

# What a header that is JSON and no description of tensors raises.
_DAMAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


class Tensor(Struct, frozen=True):
    """One tensor as the header describes it; `begin` and `end` count from the file's first byte."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def is_safetensors(start: bytes, size: int) -> bool:
    """Whether a file of `size` bytes that starts so holds tensors: no text has such a length."""
    length = int.from_bytes(start[:_LENGTH], "little")
    return start[_LENGTH : _LENGTH + 1] == b"{" and 2 <= length <= min(
        size - _LENGTH, _LONGEST_HEADER
    )


def tensors_in(file: File) -> tuple[str, ...]:
    """The names of the file's tensors, in the order of their bytes."""
    return tuple(_tensors(file))


def open_safetensors(file: File, key: str | None) -> SafetensorsSource:
    """The tensor of that name, or the only one of the file.

    Raises UsageError where it is not clear which one is meant, DataError for a damaged header.
    """
    found = _tensors(file)
    if not found:
        raise DataError("holds no tensor", file=file.name)
    if key is None and len(found) > 1:
        raise UsageError(
            f"{file.name} holds {len(found)} tensors: which one?",
            choices=[Choice((f"{file.name}::{name}",), instead_of=file.name) for name in found],
        )
    chosen = next(iter(found)) if key is None else key
    if chosen not in found:
        raise UsageError(
            f"{file.name} has no tensor {chosen!r}", hint=f"It has: {', '.join(found)}."
        )
    name = file.name if key is None else f"{file.name}::{chosen}"
    return SafetensorsSource(file, found[chosen], name)


class SafetensorsSource(NpySource):
    """One tensor of a safetensors file."""

    def __init__(self, file: File, tensor: Tensor, name: str) -> None:
        self._tensor = tensor
        super().__init__(file, name=name)
        if tensor.dtype == _BFLOAT16:
            # As coarse as half precision, or coarser: what is said of sums has to allow for it.
            self._stored = np.dtype(np.float16)

    def _layout(self, stream: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
        dtype = _DTYPES.get(self._tensor.dtype)
        if dtype is None:
            raise DataError(
                f"holds numbers of type {self._tensor.dtype}, which are not read",
                file=self.name,
                hint="Save it as F32, F16 or BF16.",
            )
        return self._tensor.shape, False, np.dtype(dtype), self._tensor.begin

    def _check_length(self, held: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        promised, size = self._tensor.end - self._tensor.begin, math.prod(shape) * dtype.itemsize
        if promised != size:
            raise DataError(
                f"has a damaged header: {size:,} bytes of {self._tensor.dtype} {shape} between "
                f"offsets that hold {promised:,}",
                file=self.name,
            )
        if held < size:
            raise DataError(
                f"is truncated: the header promises {size:,} bytes of {self._tensor.dtype} "
                f"{shape}, the file holds {held:,}",
                file=self.name,
            )

    def _items(self, piece: Array) -> Array:
        if self._tensor.dtype != _BFLOAT16:
            return super()._items(piece)
        # The upper half of a float32.
        return (piece.astype(np.uint32) << np.uint32(16)).view(np.float32).astype(np.float64)


def _tensors(file: File) -> Mapping[str, Tensor]:
    """The tensors of a file by name, in the order of their bytes."""
    with file.opened() as stream:
        length = int.from_bytes(stream.read(_LENGTH), "little")
        text = stream.read(length)
    from losscli.inputs.json_lines import once

    begin = _LENGTH + length
    try:
        header = json.loads(text, object_pairs_hook=once)
        found = {
            name: Tensor(
                str(entry["dtype"]),
                tuple(map(int, entry["shape"])),
                begin + int(entry["data_offsets"][0]),
                begin + int(entry["data_offsets"][1]),
            )
            for name, entry in header.items()
            if name != "__metadata__"
        }
    except (*_DAMAGE, RecursionError) as error:
        raise DataError(
            f"has a damaged safetensors header ({first_line(error)})", file=file.name
        ) from None
    for name, tensor in found.items():
        if not begin <= tensor.begin <= tensor.end or any(length < 0 for length in tensor.shape):
            raise DataError(f"has a damaged safetensors header (tensor {name!r})", file=file.name)
    end = max((tensor.end for tensor in found.values()), default=file.size)
    if end < file.size:
        raise DataError(f"has {file.size - end:,} bytes after its tensors", file=file.name)
    return dict(sorted(found.items(), key=lambda pair: pair[1].begin))
