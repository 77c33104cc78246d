"""Two models on the same rows: is the difference of their losses more than chance?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist

import numpy as np
from msgspec import structs

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation
from losscli.stats.design_effect import SpreadAlone
from losscli.stats.estimates import (
    Difference,
    Estimate,
    influence,
    per_row,
    rows_as_sums,
)
from losscli.stats.flips import sign_flip
from losscli.stats.groups import Resampling
from losscli.stats.holm import ALPHA
from losscli.stats.studentised import Studentised, studentised
from losscli.stats.units import Units

# How often a true difference is to be found.
POWER = 0.8
# How the interval of a loss is found whose models are exchanged row by row.
_EXCHANGED = "skewness-corrected t"
# Below so many rows (or clusters) that differ there is no interval: the exact test alone decides.
FEWEST_DIFFERING = 10


@dataclass(frozen=True, slots=True)
class PairedResult:
    """How the loss of a second model differs from that of a first on the same rows.

    `difference` is second − first. `p` is the largest of three two-sided p-values, so that each
    test has to find the difference: that of the sign-flip test (`p_flip`: how often a difference as
    large would come about if in each row, or group of rows, as `units` says, the models had changed
    places at random), that of Student's t, and that of t corrected for skewness. Flips alone err
    where the losses of the models are of unlike shapes, t alone where they are skewed. `lower` and
    `equal` are the shares of rows where the second's loss is lower, and where both are equal; None
    for a loss that no row has on its own. `differing` are the units where the losses differ,
    `clustered` says that each unit is a cluster of dependent rows, `error_alone` is the standard
    error that a difference of means would have if rows stood alone. Of a number of all rows at once
    nothing is exchanged: `method` names where its spread comes from, and `p` is that of the spread.
    """

    difference: float
    spread: Studentised | None
    p_flip: float | None
    lower: float | None
    equal: float | None
    rows: int
    units: str
    unit_count: int = 0
    differing: int = 0
    reference: float = math.nan
    clustered: bool = False
    error_alone: float | None = None
    method: str = _EXCHANGED
    scaled_spread: Callable[[float], Studentised | None] | None = field(
        default=None, compare=False, repr=False
    )

    @property
    def same(self) -> bool:
        """Whether the models do not differ at all: on no row, or in no sum of one."""
        if self.equal is not None:
            return self.equal == 1.0
        return self.unit_count > 0 and self.differing == 0

    @property
    def tested_by_t(self) -> bool:
        """Whether enough rows (or clusters) differ for a spread to be told."""
        return self.spread is not None and self.differing >= FEWEST_DIFFERING

    @property
    def p(self) -> float | None:
        """The two-sided p-value of the difference."""
        if self.spread is None or not self.tested_by_t:
            return self.p_flip
        if self.p_flip is None:
            return self.spread.p() if self.method != _EXCHANGED else None
        return max(self.p_flip, self.spread.p())

    def interval(self, alpha: float = ALPHA) -> tuple[float, float] | None:
        """The interval of the difference at 1 − alpha: it excludes 0 just where p ≤ alpha.

        None where fewer than ten rows (or clusters) differ.
        """
        if self.spread is None or not self.tested_by_t:
            return None
        low, high = self.spread.interval(1.0 - alpha)
        if self.p is not None and self.p > alpha:
            low, high = min(low, 0.0), max(high, 0.0)
        return low, high

    @property
    def standard_error(self) -> float | None:
        """The standard error of the difference."""
        return None if self.spread is None else self.spread.error

    @property
    def design_effect(self) -> float | None:
        """By how much dependence raises the variance; None where that is not known."""
        error = self.standard_error
        return (error / self.error_alone) ** 2 if error and self.error_alone else None

    def against_margin(self, share: float, room: float, *, sign: float) -> Studentised | None:
        """By how much the second exceeds what it may be, to be tested against 0.

        It may be worse than the first by `share` of the first's loss or by `room`, whichever is
        more. `sign` is 1 where lower is better, −1 where higher is. None where it cannot be told.
        """
        if self.scaled_spread is None or self.differing < FEWEST_DIFFERING:
            return None
        allowed = share * abs(self.reference)
        factor = 1.0
        if allowed >= room:
            factor += sign * math.copysign(share, self.reference)
        found = self.scaled_spread(factor)
        if found is None:
            return None
        excess = sign * self.difference - max(allowed, room)
        return structs.replace(found, value=excess, skewness=sign * found.skewness)

    def rows_needed(self, alpha: float = ALPHA, difference: float | None = None) -> int | None:
        """How many rows would show a difference at that level with 80 % power.

        That which was seen, if none is given. None where there is none, or no spread to tell it
        from. Rows needed for a difference that was seen are uncertain: `needed_range`.
        """
        error = self.standard_error
        shown = self.difference if difference is None else difference
        if error is None or not error > 0.0 or shown == 0.0:
            return None
        needed = self.units_needed(shown, alpha) * self.rows / self.unit_count
        return math.ceil(needed) if math.isfinite(needed) else None

    def units_needed(self, difference: float, alpha: float = ALPHA) -> float:
        """How many rows (or clusters) show a true difference at that level with 80 % power.

        By Student's t, near enough (Guenther 1981, The American Statistician 35).
        """
        error = self.standard_error or 0.0
        return self.unit_count * (_wanted(alpha) * error / difference) ** 2 + _lost(alpha)

    def needed_range(self, alpha: float = ALPHA) -> tuple[int, int | None] | None:
        """How many rows would show the true difference, from the ends of its 80 % interval.

        The second is None where that interval reaches 0: then no number of rows might be enough.
        """
        if self.spread is None or not self.tested_by_t:
            return None
        low, high = self.spread.interval(0.8)
        far = max(abs(low), abs(high))
        fewest = self.rows_needed(alpha, far)
        most = None if low <= 0.0 <= high else self.rows_needed(alpha, min(abs(low), abs(high)))
        return None if fewest is None else (fewest, most)

    def detectable(self, alpha: float = ALPHA) -> float | None:
        """The smallest difference that as many rows would show with 80 % power."""
        error = self.standard_error
        left = self.unit_count - _lost(alpha)
        if error is None or left <= 0.0:
            return None
        return _wanted(alpha) * error * math.sqrt(self.unit_count / left)

    def power(self, difference: float, alpha: float = ALPHA) -> float | None:
        """How often as many rows would show a true difference of that size."""
        error = self.standard_error
        left = self.unit_count - _lost(alpha)
        if error is None or not error > 0.0 or left <= 0.0:
            return None
        apart = abs(difference) / error * math.sqrt(left / self.unit_count)
        normal = NormalDist()
        return normal.cdf(apart - normal.inv_cdf(1.0 - alpha / 2.0))


def _wanted(alpha: float) -> float:
    """How many standard errors a difference has to be away for 80 % power."""
    normal = NormalDist()
    return normal.inv_cdf(1.0 - alpha / 2.0) + normal.inv_cdf(POWER)


def _lost(alpha: float) -> float:
    """How many units more it takes because the spread is not known but estimated."""
    return NormalDist().inv_cdf(1.0 - alpha / 2.0) ** 2 / 2.0


class PairedSums:
    """One loss of several models by groups of rows; mergeable in any order."""

    def __init__(
        self,
        evaluations: Sequence[Evaluation],
        resampling: Resampling,
        units: Units | None = None,
    ) -> None:
        self._evaluations = tuple(evaluations)
        self._resampling = resampling
        self._units = units or Units()
        self._by_row = all(map(per_row, evaluations))
        self._estimates: tuple[Estimate, ...] = ()
        self._sums = self._units.sums(resampling.seed)
        # Of dependent rows, what their spread would be if they stood alone.
        self._alone = None if self._units.single else SpreadAlone(len(evaluations))
        self._lower = np.zeros(len(evaluations), np.int64)
        self._equal = np.zeros(len(evaluations), np.int64)
        self._rows = 0

    def add(self, batches: Sequence[Batch]) -> None:
        """Take in the same rows of every model."""
        keys = self._units.keys(batches[0].block)
        found = [
            rows_as_sums(evaluation, batch)
            for evaluation, batch in zip(self._evaluations, batches, strict=True)
        ]
        self._estimates = tuple(estimate for estimate, _ in found)
        entered = np.logical_and.reduce([rows.entered for _, rows in found])
        sums = [rows.sums[entered] for _, rows in found]
        self._rows += int(np.count_nonzero(entered))
        self._sums.add([each[entered] for each in keys], np.concatenate(sums, axis=1))
        if self._by_row:
            self._count([_losses(part) for part in sums])
        if self._alone is not None and self._by_row and sums[0].shape[1] == 2:
            self._alone.add(sums)

    def _count(self, losses: Sequence[Array]) -> None:
        for place, theirs in enumerate(losses):
            self._lower[place] += np.count_nonzero(theirs < losses[0])
            self._equal[place] += np.count_nonzero(theirs == losses[0])

    def fresh(self) -> PairedSums:
        """Another for the same losses, with no rows."""
        return PairedSums(self._evaluations, self._resampling, self._units)

    def merge(self, later: PairedSums) -> None:
        """Add what another has kept."""
        self._estimates = self._estimates or later._estimates
        self._sums.merge(later._sums)
        if self._alone is not None and later._alone is not None:
            self._alone.merge(later._alone)
        self._lower += later._lower
        self._equal += later._equal
        self._rows += later._rows

    def against_first(
        self, place: int, difference: float, reference: float = math.nan
    ) -> PairedResult:
        """The model at `place` against the first.

        `difference` is that of their exact losses, `reference` the loss of the first.
        """
        table = self._sums.table()
        counted = self._by_row and self._rows > 0
        lower = float(self._lower[place] / self._rows) if counted else None
        equal = float(self._equal[place] / self._rows) if counted else None
        if table is None or not table.finite:
            return PairedResult(difference, None, None, lower, equal, self._rows, "rows")
        width = table.sums.shape[1] // len(self._evaluations)
        first = table.sums[:, :width]
        second = table.sums[:, place * width : (place + 1) * width]
        models = Difference(self._estimates[0], self._estimates[place])
        found = told_apart(models, first, second, self._resampling, difference, reference)
        return replace(
            found,
            lower=lower,
            equal=equal,
            rows=self._rows,
            units=table.units,
            clustered=table.clusters,
            error_alone=None if self._alone is None else self._alone.error(place, models),
        )


def told_apart(
    models: Difference,
    first: Array,
    second: Array,
    resampling: Resampling,
    difference: float,
    reference: float,
) -> PairedResult:
    """What the sums by unit of two models (n, width) say of the difference of their losses."""
    of_first = influence(models.first, first)
    of_second = influence(models.second, second)
    return PairedResult(
        difference,
        studentised(difference, of_second - of_first),
        sign_flip(models, first, second, resampling),
        None,
        None,
        len(first),
        "rows",
        len(first),
        int(np.count_nonzero((first != second).any(axis=1))),
        reference,
        scaled_spread=lambda factor: studentised(difference, of_second - factor * of_first),
    )


def _losses(sums: Array) -> Array:
    """What each row costs, of the sums of a mean of rows."""
    return np.asarray(sums[:, : sums.shape[1] // 2].sum(axis=1))
