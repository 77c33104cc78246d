"""Rows in the order of time, whose sums are resampled in runs of random length.

Politis & Romano's stationary bootstrap (1994, JASA 89): runs of consecutive rows begin anywhere,
their lengths are geometric, and the end is followed by the beginning. Of more rows than are kept
one by one, runs are made of cells of 2ʲ consecutive rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.stats.groups import ExactSums, Resampling, Table, generator, group_count

Keys = NDArray[np.int64]

# Items of a table of draws that stay in the cache.
_DRAWN = 1 << 17
_RUNS = 2


class SeriesSums:
    """Sums by cell of consecutive rows; mergeable in any order."""

    def __init__(self, run: int) -> None:
        """`run` is the mean length of a run, in rows."""
        self._run = run
        self._level = 0
        self._rows = 0
        self._stop = 0
        self._sums: ExactSums | None = None

    def add(self, keys: Sequence[Keys], values: Array) -> None:
        """Add rows by their absolute numbers (n,) with their columns (n, width)."""
        [numbers] = keys
        if not len(numbers):
            return
        if self._sums is None:
            self._sums = ExactSums(group_count(values.shape[1]), values.shape[1])
        self._rows += len(numbers)
        self._stop = max(self._stop, int(numbers.max()) + 1)
        self._raise(self._least_level())
        self._sums.add(numbers >> self._level, values)

    def _least_level(self) -> int:
        """That of cells which are as many as are kept at most."""
        assert self._sums is not None
        return max(0, ((self._stop - 1) // self._sums.groups).bit_length())

    def _raise(self, level: int) -> None:
        """Put neighbouring cells together until they are of 2ˡᵉᵛᵉˡ rows."""
        if self._sums is None:
            self._level = max(self._level, level)
            return
        while self._level < level:
            for place, counts in self._sums.digits.items():
                pairs = counts[:, ::2] + counts[:, 1::2]
                self._sums.digits[place] = np.concatenate([pairs, np.zeros_like(pairs)], axis=1)
            self._level += 1

    def merge(self, other: SeriesSums) -> None:
        """Add what another has summed."""
        if other._sums is None:
            return
        if self._sums is None:
            self._sums = ExactSums(other._sums.groups, other._sums.width)
        self._rows += other._rows
        self._stop = max(self._stop, other._stop)
        level = max(self._level, other._level, self._least_level())
        self._raise(level)
        other._raise(level)
        self._sums.merge(other._sums)

    def table(self) -> Table | None:
        """The sums by cell in the order of time; None where nothing was added."""
        if self._sums is None:
            return None
        cells = ((self._stop - 1) >> self._level) + 1
        run = max(1.0, self._run / (1 << self._level))
        words = f"runs of about {max(self._run, 1 << self._level):,} rows"
        values = self._sums.values()[:cells]
        return Table(values, self._rows, False, self._sums.finite, words, run=run)

    def within(self, whole: SeriesSums) -> Array:
        """Raises TypeError: runs are in no unit of others."""
        raise TypeError("runs of random length are in no unit of others")


def runs(cells: int, run: float, resampling: Resampling) -> Iterator[Array]:
    """How often each cell is drawn: pieces of (r, cells), r adding up to the resamples."""
    random = generator(resampling, _RUNS)
    most = max(1, _DRAWN // cells)
    places = np.arange(cells)
    for start in range(0, resampling.resamples, most):
        count = min(most, resampling.resamples - start)
        begins = random.random((count, cells)) * run < 1.0
        begins[:, 0] = True
        first = random.integers(0, cells, (count, cells))
        last = np.maximum.accumulate(np.where(begins, places, 0), axis=1)
        drawn = (np.take_along_axis(first, last, axis=1) + places - last) % cells
        drawn += np.arange(count)[:, None] * cells
        times = np.bincount(drawn.ravel(), minlength=count * cells)
        yield times.reshape(count, cells).astype(np.float64)
