"""Arrays of numbers, and what one look at those of a block shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

# What losses are computed of, and are themselves.
Array = NDArray[np.float64]

Found = TypeVar("Found")

# So many rows are looked at before all of them are counted.
_FIRST = 64


# Whole numbers up to this are the same as floats.
EXACT = 2**53
INEXACT = "is a whole number that float64 cannot hold (beyond 2⁵³)"
WHOLE_NUMBERS = "Subtract the same number from predictions and labels, or save them as float64."


def inexact(numbers: NDArray[Any]) -> int | None:
    """The first row with a whole number that float64 cannot hold; None where there is none."""
    if numbers.dtype.kind not in "iu" or numbers.dtype.itemsize < 8 or numbers.size == 0:
        return None
    if int(numbers.min()) >= -EXACT and int(numbers.max()) <= EXACT:
        return None
    items = numbers.reshape(len(numbers), -1).tolist()
    return next(
        (row for row, found in enumerate(items) if any(int(float(n)) != n for n in found)), None
    )


def median(values: Array) -> Array:
    """The median over the rows of (n, …): `np.median`, bit for bit, which loads `numpy.ma`."""
    rows = len(values)
    if rows == 0:
        return np.full(values.shape[1:], np.nan)
    half = rows // 2
    # Missing values come last.
    ordered = np.partition(values, [max(half - 1, 0), half, rows - 1], axis=0)
    middle = ordered[half if rows % 2 else half - 1 : half + 1].mean(axis=0)
    return np.where(np.isnan(ordered[-1]), np.nan, middle)


class Extent(NamedTuple):
    """The smallest and the largest of some numbers: NaN where one is missing.

    Without numbers they are +inf and −inf. `ones` counts the ones where all are 0 or 1.
    """

    low: float
    high: float
    ones: int | None = None

    @classmethod
    def of(cls, numbers: NDArray[Any]) -> Extent:
        """The extent of an array of any shape."""
        if numbers.size == 0:
            return cls(math.inf, -math.inf)
        low = float(np.minimum.reduce(numbers, axis=None))
        high = float(np.maximum.reduce(numbers, axis=None))
        return cls(low, high, _ones(numbers) if low >= 0.0 and high <= 1.0 else None)

    @property
    def missing(self) -> bool:
        """Whether a number is NaN."""
        return math.isnan(self.low)

    @property
    def finite(self) -> bool:
        """Whether every number is finite."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def within(self, low: float, high: float) -> bool:
        """Whether no number lies outside, and none is NaN."""
        return self.low >= low and self.high <= high


class Extents:
    """The extents of a block's arrays, and what else was found in them, each looked at once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[NDArray[Any], Extent]] = {}
        self._found: dict[tuple[int, Hashable], tuple[NDArray[Any], Any]] = {}

    def of(self, numbers: NDArray[Any]) -> Extent:
        """The extent of that very array, which must not change from here on."""
        known = self._known.get(id(numbers))
        if known is None:
            # The array is kept beside its extent, so that no other can have its id.
            known = self._known[id(numbers)] = (numbers, Extent.of(numbers))
        return known[1]

    def once(self, numbers: NDArray[Any], name: Hashable, look: Callable[[], Found]) -> Found:
        """What `look` finds in that very array, under a name that says all that it depends on."""
        known = self._found.get((id(numbers), name))
        if known is None:
            known = self._found[id(numbers), name] = (numbers, look())
        found: Found = known[1]
        return found


def _ones(numbers: NDArray[Any]) -> int | None:
    ones = int(np.count_nonzero(numbers[:_FIRST] == 1))
    if ones + np.count_nonzero(numbers[:_FIRST] == 0) < numbers[:_FIRST].size:
        return None
    ones = int(np.count_nonzero(numbers == 1))
    return ones if ones + np.count_nonzero(numbers == 0) == numbers.size else None
