"""How uncertain the difference of two means would be if dependent rows stood alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from losscli.arrays import Array
from losscli.stats.estimates import Difference, MeanOfRows
from losscli.stats.groups import ExactSums


class SpreadAlone:
    """Exact sums of squares that say what the spread of a difference of two means would be.

    For each model, of the rows' losses less those of the first (d) and their weights (w): d², d·w,
    w², d and w. Mergeable in any order.
    """

    _WIDTH = 5

    def __init__(self, models: int) -> None:
        self._rows = 0
        self._sums = ExactSums(1, self._WIDTH * models)
        self._unlike = False

    def add(self, sums: Sequence[Array]) -> None:
        """Add rows: for each model Σ weight · loss and what it divides by, (n, 2)."""
        first = sums[0]
        self._unlike |= any(np.any(part[:, 1] != first[:, 1]) for part in sums)
        self._rows += len(first)
        columns = []
        with np.errstate(over="ignore", invalid="ignore"):
            for part in sums:
                shift, weight = part[:, 0] - first[:, 0], part[:, 1]
                columns += [shift**2, shift * weight, weight**2, shift, weight]
        self._sums.add(np.zeros(len(first), np.int64), np.stack(columns, axis=1))

    def merge(self, later: SpreadAlone) -> None:
        """Add what another has summed."""
        self._rows += later._rows
        self._unlike |= later._unlike
        self._sums.merge(later._sums)

    def error(self, place: int, models: Difference) -> float | None:
        """The standard error of the difference to the model at `place` if rows stood alone.

        None for what is no difference of two means of the same weights without a transform.
        """
        plain = all(
            isinstance(item, MeanOfRows) and item.transform is None and not item.summed
            for item in (models.first, models.second)
        )
        if not plain or self._unlike or self._rows < 2 or not self._sums.finite:
            return None
        start = place * self._WIDTH
        square, cross, weights, shift, total = self._sums.values()[0, start : start + self._WIDTH]
        mean = shift / total
        spread = square - 2.0 * mean * cross + mean * mean * weights
        error = math.sqrt(max(0.0, spread) * self._rows / (self._rows - 1)) / total
        assert isinstance(models.first, MeanOfRows)
        return float(models.first.scale * error)
