"""Arrays in memory, and the shapes that an array may have."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np

from losscli.errors import DataError, NoRows
from losscli.inputs.source import Array, Selection


class UntitledColumns:
    """What holds for every array: columns without names, numbers that are binary."""

    columns: tuple[str, ...] | None = None
    index = False
    name: str
    shape: tuple[int, ...] | None
    _stored: np.dtype[Any]
    _tokens: int | None = None

    @property
    def rows(self) -> int:
        """The first length of the shape."""
        return (self.shape or (0,))[0]

    @property
    def about(self) -> int:
        """The first length of the shape."""
        return self.rows

    def is_text(self, column: int) -> bool:
        """Whether the array holds strings."""
        return self._stored.kind == "O"

    def firsts(self, column: int) -> list[float | str | None]:
        """Nothing: an array is no table."""
        return []

    def decimals(self, columns: Sequence[int]) -> int | None:
        """None: the numbers are binary."""
        return None

    def part(self, row: int) -> tuple[Self, int]:
        """The array itself."""
        return self, row

    def reshape_rows(self, shape: tuple[int, ...], tokens: int) -> None:
        """Count rows anew: those of `shape` hold the same numbers, `tokens` to a row of before."""
        self.shape = shape
        self._tokens = tokens

    def position(self, row: int) -> str:
        """The row's index, counted from 0 as NumPy does."""
        if self._tokens is not None:
            return f"row {row // self._tokens}, token {row % self._tokens}"
        return f"row {row}"

    def column(self, index: int) -> str:
        """The column's index, counted from 0 as NumPy does."""
        return str(index) if self.shape is not None and len(self.shape) == 2 else ""


class ArraySource(UntitledColumns):
    """An array of shape (n,) or (n, c): numbers, booleans or strings.

    Raises DataError for any other shape or content.
    """

    def __init__(self, array: Any, name: str) -> None:
        self.name = name
        self.row_labels = row_labels(array)
        if isinstance(array, np.ma.MaskedArray) and array.dtype.kind in "fiub":
            array = np.ma.filled(array.astype(np.float64), np.nan)
        try:
            values = np.asarray(array)
        except ValueError:
            raise _uneven(name) from None
        if values.dtype.kind in "OU":
            values = _words_or_numbers(values, name)
        check_shape(values.shape, name)
        check_dtype(values.dtype, name)
        self._values = values
        self.shape = values.shape
        self._stored = values.dtype

    @property
    def in_row_order(self) -> bool:
        """True: an array in memory can be read in any order."""
        return True

    def reshape_rows(self, shape: tuple[int, ...], tokens: int) -> None:
        """Count rows anew; the numbers are shared where the array is contiguous."""
        super().reshape_rows(shape, tokens)
        self._values = self._values.reshape(shape)

    @property
    def starts(self) -> Sequence[int]:
        """Every row."""
        return range(self.rows)

    def dtype(self, columns: Sequence[int] | None) -> np.dtype[Any]:
        """The array's dtype."""
        return self._stored

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Slices of the array."""
        values = self._values if self._values.ndim >= 2 else self._values[:, None]
        stop = len(values) if stop is None else min(stop, len(values))
        for first in range(start, stop, rows):
            yield dict.fromkeys(roles, as_items(values[first : min(stop, first + rows)]))


def row_labels(given: Any) -> Any:
    """The index of a pandas object, which says which rows it holds; None for anything else."""
    return given.index if hasattr(given, "iloc") else None


def _words_or_numbers(values: Array, name: str) -> Array:
    """Strings as objects, a missing one as None; else float64, a missing one as NaN."""
    items = [None if _is_missing(item) else item for item in values.astype(object).flat]
    words = [isinstance(item, str) for item in items if item is not None]
    if any(words):
        if all(words):
            return np.array(items, dtype=object).reshape(values.shape)
        raise DataError("mixes words and numbers", file=name)
    try:
        return np.array(items, dtype=np.float64).reshape(values.shape)
    except (TypeError, ValueError, OverflowError):
        raise _uneven(name) from None


def _is_missing(item: Any) -> bool:
    """Whether an item is None, NaN, or pandas' NA or NaT."""
    return (
        item is None
        or (isinstance(item, float) and math.isnan(item))
        or type(item).__name__ in ("NAType", "NaTType")
    )


def _uneven(name: str) -> DataError:
    return DataError("does not hold one number per place (rows of different lengths?)", file=name)


def as_items(piece: Array) -> Array:
    """Numbers as a reader promises them: float64, or integers, booleans and strings as they are."""
    if piece.dtype.kind == "f" and piece.dtype != np.float64:
        # What is beyond float64 is infinite, and a signalling NaN a NaN: errors further on.
        with np.errstate(over="ignore", invalid="ignore"):
            return piece.astype(np.float64)
    return piece


def check_dtype(dtype: np.dtype[Any], name: str) -> None:
    """Raise DataError for a dtype that holds neither real numbers nor strings."""
    if dtype.kind not in "fiubO":
        what = "complex numbers" if dtype.kind == "c" else f"items of type {dtype}"
        raise DataError(f"holds {what}, not real numbers", file=name)


def check_shape(shape: tuple[int, ...], name: str) -> None:
    """Raise DataError for a shape without rows, or without columns."""
    if len(shape) == 0:
        raise DataError(
            "holds a single number without a shape", file=name, hint="Save it as a list of rows."
        )
    if shape[0] == 0:
        raise NoRows("has no rows", file=name)
    if 0 in shape[1:]:
        raise DataError("has no columns", file=name)
