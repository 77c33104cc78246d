"""On how many rows a model is better than another, and how few rows make their difference."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from losscli.arrays import Array

# Sizes of differences are counted by the first bits of a float64: the exponent and so many more.
_DROPPED = 49
_SIZES = 1 << (63 - _DROPPED)


class Wins(Struct):
    """Rows where a model's loss is below another's, where both are equal; mergeable in any order.

    `above` and `below` count the rows where it differs, by the size of the difference (to 6 %).
    """

    lower: int = 0
    equal: int = 0
    above: dict[int, int] = field(default_factory=dict)
    below: dict[int, int] = field(default_factory=dict)

    def add(self, first: Array, second: Array) -> None:
        """Take in rows by the losses (n,) of the other and of this model, ties made equal."""
        lower = second < first
        self.lower += int(np.count_nonzero(lower))
        self.equal += int(np.count_nonzero(first == second))
        with np.errstate(invalid="ignore", over="ignore"):
            apart = np.abs(second - first)
        sizes = (apart.view(np.uint64) >> np.uint64(_DROPPED)).astype(np.int64)
        sizes += _SIZES * lower
        start = int(sizes.min(initial=2 * _SIZES))
        counts = np.bincount(sizes - start)
        found = np.flatnonzero(counts)
        for size, count in zip((found + start).tolist(), counts[found].tolist(), strict=True):
            of_side = self.below if size >= _SIZES else self.above
            of_side[size % _SIZES] = of_side.get(size % _SIZES, 0) + count

    def merge(self, later: Wins) -> None:
        """Add what another has counted."""
        self.lower += later.lower
        self.equal += later.equal
        for mine, theirs in ((self.above, later.above), (self.below, later.below)):
            for size, count in theirs.items():
                mine[size] = mine.get(size, 0) + count

    def decisive(self, total: float) -> int | None:
        """How many rows, those that differ most, make up a `total` difference of all rows.

        Without them the models would be level. None where there is no such difference.
        """
        of_side = self.above if total > 0.0 else self.below
        # The first size is that of rows that are equal.
        sizes = np.array(sorted(set(of_side) - {0}, reverse=True), np.int64)
        if not sizes.size or not 0.0 < abs(total) < np.inf:
            return None
        amounts, often = _middles(sizes), np.array([of_side[size] for size in sizes.tolist()])
        with np.errstate(over="ignore"):
            reached = np.cumsum(amounts * often)
        place = min(int(np.searchsorted(reached, abs(total))), len(sizes) - 1)
        before = float(reached[place - 1]) if place else 0.0
        inside = min(math.ceil((abs(total) - before) / float(amounts[place])), int(often[place]))
        return int(often[:place].sum()) + inside


def _middles(sizes: NDArray[np.int64]) -> Array:
    """The middle of the amounts that each size stands for."""
    bits = (sizes.astype(np.uint64) << np.uint64(_DROPPED)) + np.uint64(1 << (_DROPPED - 1))
    return bits.view(np.float64)
