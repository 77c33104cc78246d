"""Two models on the same rows: is the difference of their losses more than chance?"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation
from losscli.stats.design_effect import SpreadAlone
from losscli.stats.estimates import (
    Difference,
    Estimate,
    MeanOfRows,
    influence,
    per_row,
    rows_as_sums,
)
from losscli.stats.flips import is_one_mean, sign_flip
from losscli.stats.groups import Resampling
from losscli.stats.holm import ALPHA
from losscli.stats.studentised import Studentised, studentised
from losscli.stats.ties import ties
from losscli.stats.units import Units
from losscli.stats.wins import Wins

# How often a true difference is to be found.
POWER = 0.8
# How the interval of a loss is found whose models are exchanged row by row.
_EXCHANGED = "skewness-corrected t"
# Below so many rows (or clusters) that differ there is no interval: the exact test alone decides.
FEWEST_DIFFERING = 10
# The number next to 0.
_LEAST = math.ulp(0.0)
# Slopes that are found by small steps are off by no more than this.
_PROPORTIONAL = 1e-6


@dataclass(frozen=True, slots=True)
class PairedResult:
    """How the loss of a second model differs from that of a first on the same rows.

    `difference` is second − first. `p` is the largest of three two-sided p-values, so that each
    test has to find the difference: that of the sign-flip test (`p_flip`: how often a difference as
    large would come about if in each row, or group of rows, as `units` says, the models had changed
    places at random), that of Student's t, and that of t corrected for skewness. Flips alone err
    where the losses of the models are of unlike shapes, t alone where they are skewed. `lower` and
    `equal` are the shares of rows where the second's loss is lower, and where both are equal but
    for rounding; None for a loss that no row has on its own. `decisive` is how many rows, those
    that differ most, make up the whole difference. Where `rounded`, rows differ by rounding alone,
    which no test is shown. `differing` are the units where the losses differ, `clustered` says that
    each unit is a cluster of dependent rows, `error_alone` is the standard error that a difference
    of means would have if rows stood alone. Of a number of all rows at once nothing is exchanged:
    `method` names where its spread comes from, and `p` is that of the spread.

    A transform or sum of one mean (RMSE, perplexity) differs just where the mean does: `tested` is
    the spread of the mean, by which all of them are tested. `compared` is what the test is made of,
    each (units,): the differences of the units (their losses where none differs) and what they are
    divided by.
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
    decisive: int | None = None
    rounded: bool = False
    tested: Studentised | None = None
    compared: tuple[Array, ...] = field(default=(), compare=False, repr=False)
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
        tested = self.tested or self.spread
        if tested is None or not self.tested_by_t:
            return self.p_flip
        if self.p_flip is None:
            return tested.p() if self.method != _EXCHANGED else None
        return max(self.p_flip, tested.p())

    def one_test_with(self, other: PairedResult) -> bool:
        """Whether both ask the same: by all that is `compared`, units differ in like proportions.

        So it is for the transforms and sums of one mean, and for a loss and the score that is 1
        minus it.
        """
        alike = len(self.compared) == len(other.compared) > 0
        return alike and all(map(_proportional, self.compared, other.compared))

    def interval(self, alpha: float = ALPHA) -> tuple[float, float] | None:
        """The interval of the difference at 1 − alpha: it excludes 0 just where p ≤ alpha.

        None where fewer than ten rows (or clusters) differ.
        """
        if self.spread is None or not self.tested_by_t:
            return None
        low, high = self.spread.interval(1.0 - alpha)
        if self.p is not None and self.p > alpha:
            return min(low, 0.0), max(high, 0.0)
        if self.tested is not None and low <= 0.0 <= high:
            # The mean is proven to differ, so its transform does, by however little.
            return (_LEAST, high) if self.difference > 0.0 else (low, -_LEAST)
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

    def needed_range(self, alpha: float = ALPHA) -> tuple[int | None, int | None] | None:
        """How many more rows than these would show the true difference: `fewest` to `most` in all.

        They come from the ends of its 80 % interval. The first is None where its far end is such
        that rows as few as these would do; the second where the interval reaches 0, so that no
        number of rows might be enough. None where neither can be told.
        """
        tested = self.tested or self.spread
        if tested is None or not self.tested_by_t or not tested.error > 0.0:
            return None
        low, high = tested.interval(0.8)
        ends = [max(abs(low), abs(high)), 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))]
        fewest, most = (self._more(end / tested.error, alpha) for end in ends)
        return None if fewest is None and most is None and ends[1] else (fewest, most)

    def _more(self, apart: float, alpha: float) -> int | None:
        """How many rows show a difference of so many of its standard errors.

        None where no number does, and where there are as many already.
        """
        if apart <= 0.0:
            return None
        units = self.unit_count * (_wanted(alpha) / apart) ** 2 + _lost(alpha)
        rows = units * self.rows / self.unit_count
        return math.ceil(rows) if math.isfinite(rows) and rows > self.rows else None

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
        self._wins = [Wins() for _ in evaluations]
        self._rounded = [False for _ in evaluations]
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
        self._even_out(sums, batches, entered)
        self._rows += int(np.count_nonzero(entered))
        self._sums.add([each[entered] for each in keys], np.concatenate(sums, axis=1))
        if self._by_row:
            losses = [_losses(part) for part in sums]
            for wins, theirs in zip(self._wins[1:], losses[1:], strict=True):
                wins.add(losses[0], theirs)
        if self._alone is not None and self._by_row and sums[0].shape[1] == 2:
            self._alone.add(sums)

    def _even_out(
        self, sums: list[Array], batches: Sequence[Batch], entered: NDArray[np.bool_]
    ) -> None:
        """Give every model the first's sums of rows that are ties: rounding proves nothing."""
        first = sums[0]
        weights = self._estimates[0].weights(first)
        for place, theirs in enumerate(sums[1:], 1):
            tied = ties(first, theirs, weights, (batches[0], batches[place]), entered)
            if tied.any():
                sums[place] = np.where(tied[:, None], first, theirs)
                self._rounded[place] = True

    def fresh(self) -> PairedSums:
        """Another for the same losses, with no rows."""
        return PairedSums(self._evaluations, self._resampling, self._units)

    def merge(self, later: PairedSums) -> None:
        """Add what another has kept."""
        self._estimates = self._estimates or later._estimates
        self._sums.merge(later._sums)
        if self._alone is not None and later._alone is not None:
            self._alone.merge(later._alone)
        for wins, theirs in zip(self._wins, later._wins, strict=True):
            wins.merge(theirs)
        self._rounded = list(map(operator.or_, self._rounded, later._rounded))
        self._rows += later._rows

    def against_first(
        self, place: int, difference: float, reference: float = math.nan
    ) -> PairedResult:
        """The model at `place` against the first.

        `difference` is that of their exact losses, `reference` the loss of the first.
        """
        table = self._sums.table()
        wins = self._wins[place] if self._by_row and self._rows > 0 else None
        lower = None if wins is None else wins.lower / self._rows
        equal = None if wins is None else wins.equal / self._rows
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
            rounded=self._rounded[place],
            decisive=None if wins is None else wins.decisive(float(_losses(second - first).sum())),
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
    spread = studentised(difference, of_second - of_first)
    tested: Studentised | None = None
    compared: tuple[Array, ...] = (of_second - of_first,)
    if is_one_mean(models, first):
        # A transform or a sum of a mean says of two models on the same rows what the mean does.
        mean = Difference(MeanOfRows(1.0), MeanOfRows(1.0))
        sums = np.concatenate([first, second], axis=1)
        [apart] = mean.value(sums.sum(axis=0, keepdims=True)).tolist()
        tested = studentised(apart, influence(mean, sums))
        spread = None if tested is None else spread
        moved = second[:, 0] - first[:, 0]
        compared = (moved if moved.any() else first[:, 0], first[:, 1])
    return PairedResult(
        difference,
        spread,
        sign_flip(models, first, second, resampling),
        None,
        None,
        len(first),
        "rows",
        len(first),
        int(np.count_nonzero((first != second).any(axis=1))),
        reference,
        tested=tested,
        compared=compared,
        scaled_spread=lambda factor: studentised(difference, of_second - factor * of_first),
    )


def _proportional(mine: Array, theirs: Array) -> bool:
    """Whether one is the other times a number, which may be below 0."""
    if mine.shape != theirs.shape or not mine.size:
        return False
    top = int(np.abs(mine).argmax())
    if mine[top] == 0.0 or theirs[top] == 0.0:
        return False
    # Parts that are far smaller than the largest may underflow.
    with np.errstate(all="ignore"):
        return bool(np.abs(mine / mine[top] - theirs / theirs[top]).max() <= _PROPORTIONAL)


def _losses(sums: Array) -> Array:
    """What each row costs, of the sums of a mean of rows."""
    return np.asarray(sums[:, : sums.shape[1] // 2].sum(axis=1))
