"""Two models on the same rows: is the difference of their losses more than chance?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from losscli.engine.evaluation import Batch, Evaluation
from losscli.stats.estimates import Difference, Estimate, MeanOfRows, per_row, rows_as_sums
from losscli.stats.groups import GroupSums, Resampling, Table, generator, row_numbers
from losscli.stats.intervals import DRAWN, Interval, interval, totals_of

Array = NDArray[np.float64]

# What chance may raise a false alarm with, and how often a true difference is to be found.
ALPHA = 0.05
POWER = 0.8
_FLIPS = 1
# Sums of the same numbers under other signs are equal up to their rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class PairedResult:
    """How the loss of a second model differs from that of a first on the same rows.

    `difference` is second − first, `interval` its 95 % interval (None where it has none). `p` is
    that of a two-sided sign-flip test: how often a difference as large would come about if in each
    row (or group of rows, as `units` says) the models had changed places at random. `lower` and
    `equal` are the shares of rows where the second's loss is lower, and where both are equal; None
    for a loss that no row has on its own.
    """

    difference: float
    interval: Interval | None
    p: float | None
    lower: float | None
    equal: float | None
    rows: int
    units: str

    @property
    def standard_error(self) -> float | None:
        """The standard error of the difference."""
        return None if self.interval is None else self.interval.standard_error

    def rows_needed(self, alpha: float = ALPHA) -> int | None:
        """How many rows would show this difference at that level with 80 % power.

        None where there is no difference, or no spread to tell it from.
        """
        error = self.standard_error
        if error is None or not error > 0.0 or self.difference == 0.0:
            return None
        from statistics import NormalDist

        normal = NormalDist()
        wanted = normal.inv_cdf(1.0 - alpha / 2.0) + normal.inv_cdf(POWER)
        needed = self.rows * (wanted * error / abs(self.difference)) ** 2
        return math.ceil(needed) if math.isfinite(needed) else None


class PairedSums:
    """One loss of several models by groups of rows; mergeable in any order."""

    def __init__(self, evaluations: Sequence[Evaluation], resampling: Resampling) -> None:
        self._evaluations = tuple(evaluations)
        self._resampling = resampling
        self._by_row = all(map(per_row, evaluations))
        self._estimates: tuple[Estimate, ...] = ()
        self._sums = GroupSums(resampling.seed)
        self._lower = np.zeros(len(evaluations), np.int64)
        self._equal = np.zeros(len(evaluations), np.int64)
        self._rows = 0

    def add(self, batches: Sequence[Batch]) -> None:
        """Take in the same rows of every model."""
        numbers = row_numbers(batches[0].block)
        found = [
            rows_as_sums(evaluation, batch)
            for evaluation, batch in zip(self._evaluations, batches, strict=True)
        ]
        self._estimates = tuple(estimate for estimate, _ in found)
        entered = np.logical_and.reduce([rows.entered for _, rows in found])
        sums = [rows.sums[entered] for _, rows in found]
        self._rows += int(np.count_nonzero(entered))
        self._sums.add(numbers[entered], np.concatenate(sums, axis=1))
        if self._by_row:
            self._count([_losses(part) for part in sums])

    def _count(self, losses: Sequence[Array]) -> None:
        for place, theirs in enumerate(losses):
            self._lower[place] += np.count_nonzero(theirs < losses[0])
            self._equal[place] += np.count_nonzero(theirs == losses[0])

    def fresh(self) -> PairedSums:
        """Another for the same losses, with no rows."""
        return PairedSums(self._evaluations, self._resampling)

    def merge(self, later: PairedSums) -> None:
        """Add what another has kept."""
        self._estimates = self._estimates or later._estimates
        self._sums.merge(later._sums)
        self._lower += later._lower
        self._equal += later._equal
        self._rows += later._rows

    def against_first(self, place: int, difference: float) -> PairedResult:
        """The model at `place` against the first; `difference` is that of their exact losses."""
        table = self._sums.table()
        counted = self._by_row and self._rows > 0
        lower = float(self._lower[place] / self._rows) if counted else None
        equal = float(self._equal[place] / self._rows) if counted else None
        if table is None or not table.finite:
            return PairedResult(difference, None, None, lower, equal, self._rows, "rows")
        width = table.sums.shape[1] // len(self._evaluations)
        first = table.sums[:, :width]
        second = table.sums[:, place * width : (place + 1) * width]
        estimate = Difference(self._estimates[0], self._estimates[place])
        pair = Table(np.concatenate([first, second], axis=1), table.rows, table.single, True)
        return PairedResult(
            difference,
            interval(estimate, pair, self._resampling),
            _sign_flip(estimate, first, second, self._resampling),
            lower,
            equal,
            self._rows,
            table.units,
        )


def _losses(sums: Array) -> Array:
    """What each row costs, of the sums of a mean of rows."""
    return np.asarray(sums[:, : sums.shape[1] // 2].sum(axis=1))


def _flips(groups: int, resampling: Resampling) -> Iterator[Array]:
    """Which groups change places (1) or not (0): pieces of (r, groups).

    All ways there are, each once, where these are fewer than the resamples.
    """
    if _enumerable(groups, resampling):
        bits = np.arange(1 << groups)[:, None] >> np.arange(groups)
        yield (bits & 1).astype(np.float64)
        return
    random = generator(resampling, _FLIPS)
    most = max(1, DRAWN // groups)
    for start in range(0, resampling.resamples, most):
        count = min(most, resampling.resamples - start)
        yield random.integers(0, 2, (count, groups), np.int8).astype(np.float64)


def _enumerable(groups: int, resampling: Resampling) -> bool:
    return groups < resampling.resamples.bit_length()


def _sign_flip(
    estimate: Difference, first: Array, second: Array, resampling: Resampling
) -> float | None:
    """The p-value of the difference under random exchanges; None where it is no number.

    Of drawn exchanges the observed one counts as one more, so p is never 0 (Phipson & Smyth 2010).
    """
    moved = second - first
    groups = len(moved)
    if _is_one_mean(estimate, first):
        # Of one mean, with or without a transform, the sum of the differences says it all.
        shift = moved[:, :1]
        observed = abs(float(shift.sum()))
        found = [
            np.abs(shift.sum() - 2.0 * totals_of(flips, shift)[:, 0])
            for flips in _flips(groups, resampling)
        ]
    else:
        one, two = first.sum(axis=0), second.sum(axis=0)
        [difference] = estimate.value(np.concatenate([one, two])[None])
        observed = abs(float(difference))
        found = []
        for flips in _flips(groups, resampling):
            exchanged = totals_of(flips, moved)
            sums = np.concatenate([one + exchanged, two - exchanged], axis=1)
            found.append(np.abs(estimate.value(sums)))
    values = np.concatenate(found)
    if not (math.isfinite(observed) and np.isfinite(values).all()):
        return None
    as_large = int(np.count_nonzero(values >= observed * (1.0 - _ROUNDING)))
    if _enumerable(groups, resampling):
        return as_large / len(values)
    return (as_large + 1) / (len(values) + 1)


def _is_one_mean(estimate: Difference, sums: Array) -> bool:
    return isinstance(estimate.first, MeanOfRows) and sums.shape[1] == 2


def holm(values: Sequence[float | None]) -> list[float | None]:
    """p-values adjusted for their number by Holm's steps (1979); None stays None."""
    order = sorted((value, place) for place, value in enumerate(values) if value is not None)
    adjusted: list[float | None] = [None] * len(values)
    largest = 0.0
    for rank, (value, place) in enumerate(order):
        largest = max(largest, min(1.0, value * (len(order) - rank)))
        adjusted[place] = largest
    return adjusted
