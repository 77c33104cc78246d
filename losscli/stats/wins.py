"""On how many rows a model is better than another, and how few rows make their difference."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.stats.ties import alike

# Sizes of differences are counted by the first bits of a float64: the exponent and so many more.
_DROPPED = 49
_SIZES = 1 << (63 - _DROPPED)


def _counts() -> NDArray[np.int64]:
    return np.zeros(_SIZES, np.int64)


class Wins(Struct):
    """Rows where a model's loss is below another's, where both are equal; mergeable in any order.

    `below` and `above` count the rows where it differs, by the size of the difference (to 6 %).
    """

    lower: int = 0
    equal: int = 0
    below: NDArray[np.int64] = field(default_factory=_counts)
    above: NDArray[np.int64] = field(default_factory=_counts)

    def add(self, first: Array, second: Array) -> None:
        """Take in rows by the losses (n,) of the other and of this model."""
        equal = alike(first, second)
        lower = (second < first) & ~equal
        self.equal += int(np.count_nonzero(equal))
        self.lower += int(np.count_nonzero(lower))
        with np.errstate(invalid="ignore", over="ignore"):
            apart = np.abs(second - first)
        self.below += _by_size(apart[lower])
        self.above += _by_size(apart[(second > first) & ~equal])

    def merge(self, later: Wins) -> None:
        """Add what another has counted."""
        self.lower += later.lower
        self.equal += later.equal
        self.below += later.below
        self.above += later.above

    def decisive(self, total: float) -> int | None:
        """How many rows, those that differ most, make up a `total` difference of all rows.

        Without them the models would be level. None where there is no such difference.
        """
        counts = self.above if total > 0.0 else self.below
        sizes = np.flatnonzero(counts)[::-1]
        if not sizes.size or not 0.0 < abs(total) < np.inf:
            return None
        amounts, often = _middles(sizes), counts[sizes]
        with np.errstate(over="ignore"):
            reached = np.cumsum(amounts * often)
        place = min(int(np.searchsorted(reached, abs(total))), len(sizes) - 1)
        before = float(reached[place - 1]) if place else 0.0
        inside = min(math.ceil((abs(total) - before) / float(amounts[place])), int(often[place]))
        return int(often[:place].sum()) + inside


def _by_size(sizes: Array) -> NDArray[np.int64]:
    bits = np.ascontiguousarray(sizes).view(np.uint64) >> np.uint64(_DROPPED)
    return np.bincount(bits.astype(np.int64), minlength=_SIZES).astype(np.int64)


def _middles(sizes: NDArray[np.int64]) -> Array:
    """The middle of the amounts that each size stands for."""
    bits = (sizes.astype(np.uint64) << np.uint64(_DROPPED)) + np.uint64(1 << (_DROPPED - 1))
    return bits.view(np.float64)
