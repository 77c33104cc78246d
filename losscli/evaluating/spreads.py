"""The spread of one loss over rows or clusters → its interval and standard error."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from losscli.arrays import Array
from losscli.engine.accumulators import Tally
from losscli.engine.evaluation import Evaluation
from losscli.evaluating.report import IntervalMethod, Result
from losscli.losses.calibration import CALIBRATION_ERROR
from losscli.stats.estimates import Estimate, MeanOfRows, influence, rounding
from losscli.stats.groups import Table
from losscli.stats.student import binomial_interval, logit_interval
from losscli.stats.studentised import Studentised, studentised
from losscli.vocabulary import Reduction

LEVEL = 0.95

# Between these squares are within the range of float64, and so is the spread that is made of them.
_SQUARABLE = (1e-140, 1e140)
# Tables of more sums than this take too long to be moved one by one.
_MOST_SUMS = 256
# Numbers that are equal but for rounding differ by less than this share of them.
_ROUNDING = 1e-12
BY_T, _BINOMIAL = "skewness-corrected t", "binomial"


class Spread(Struct, frozen=True):
    """The level of a loss (its value before the transform) with its spread over `units`."""

    about: Studentised
    method: str
    ends: tuple[float, float]
    units: str
    count: int
    design_effect: float | None = None


def row_spread(
    evaluation: Evaluation, tally: Tally, estimate: Estimate, sums: Array
) -> Spread | None:
    """The spread of a loss over rows, from a sample of them (n, width) and the exact totals."""
    sampled = len(sums)
    if sampled < 2 or tally.rows < 2 or sums.shape[1] > _MOST_SUMS or not _has_squares(sums):
        return None
    share = sampled / tally.rows
    found = _about(evaluation, tally, estimate, sums)
    if found is None:
        return _constant(evaluation, tally, estimate, sums, tally.rows, "rows")
    scale = math.sqrt(share)
    error = found.error * scale
    exact = tally.finished.level_error
    if _is_plain_mean(estimate, sums) and exact is not None and exact > 0.0:
        error = exact
    about = replace(found, error=error, skewness=found.skewness * scale, df=tally.rows - 1.0)
    return _spread(evaluation, about, estimate, sums, "rows", tally.rows)


def unsampled_spread(evaluation: Evaluation, tally: Tally) -> Spread | None:
    """Of a loss of the whole array: by Student's t, or of a share by the logit of its formula."""
    level, error = tally.finished.level, tally.finished.level_error
    if error is None or not (error > 0.0 and math.isfinite(level)):
        return None
    about = Studentised(level, error, 0.0, tally.rows - 1.0)
    components = evaluation.reading.components
    if components is not None:
        if not 0.0 < level < 1.0:
            return None
        ends = logit_interval(level, error, LEVEL)
        return Spread(about, components.by, ends, "rows", tally.rows)
    return Spread(about, BY_T, about.interval(LEVEL), "rows", tally.rows)


def cluster_spread(
    evaluation: Evaluation, tally: Tally, estimate: Estimate, table: Table
) -> Spread | None:
    """The spread of a loss over clusters of rows."""
    sums = table.sums
    if not table.finite or len(sums) < 2 or sums.shape[1] > _MOST_SUMS or not _has_squares(sums):
        return None
    found = _about(evaluation, tally, estimate, sums)
    if found is None:
        return _constant(evaluation, tally, estimate, sums, len(sums), table.units)
    spread = _spread(evaluation, found, estimate, sums, table.units, len(sums))
    alone = tally.finished.level_error
    if alone and _is_plain_mean(estimate, sums):
        return replace(spread, design_effect=(found.error / alone) ** 2)
    return spread


def _has_squares(sums: Array) -> bool:
    """Whether the squares of sums, of which a spread is made, are within the range of float64."""
    peak = float(np.abs(sums[:, 0]).max())
    return peak == 0.0 or _SQUARABLE[0] < peak < _SQUARABLE[1]


def _about(
    evaluation: Evaluation, tally: Tally, estimate: Estimate, sums: Array
) -> Studentised | None:
    """The level with its spread; None where nothing varies."""
    level = tally.finished.level
    if not _is_plain_mean(estimate, sums):
        level = tally.finished.value
    elif isinstance(estimate, MeanOfRows):
        estimate = replace(estimate, transform=None)
    if not math.isfinite(level):
        return None
    with np.errstate(all="ignore"):
        each = influence(estimate, sums)
    if not varies(evaluation, estimate, sums, each):
        return None
    one_sided = _is_plain_mean(estimate, sums) and math.isfinite(evaluation.loss.lower)
    return studentised(level, each, one_sided_tail=one_sided)


def varies(
    evaluation: Evaluation, estimate: Estimate, sums: Array, each: Array | None = None
) -> bool:
    """Whether a loss differs between units (n, width) by more than rounding.

    `each` is what they add to the loss, where that is known.
    """
    with np.errstate(all="ignore"):
        each = influence(estimate, sums) if each is None else each
        least = max(_ROUNDING * float(np.abs(each).max()), rounding(evaluation, estimate, sums))
    return not float(np.abs(each - each.mean()).max()) <= least


def _is_plain_mean(estimate: Estimate, sums: Array) -> bool:
    """Whether it is one mean (or sum) of rows, with or without a transform."""
    return isinstance(estimate, MeanOfRows) and sums.shape[1] == 2


def _spread(
    evaluation: Evaluation,
    about: Studentised,
    estimate: Estimate,
    sums: Array,
    units: str,
    count: int,
) -> Spread:
    if _is_share(evaluation, estimate, sums) and 0.0 < about.value < 1.0:
        # So many independent rows would be as uncertain (Korn & Graubard 1998).
        trials = about.value * (1.0 - about.value) / about.error**2
        ends = binomial_interval(about.value, trials, LEVEL)
        return Spread(about, _BINOMIAL, ends, units, count)
    return Spread(about, BY_T, about.interval(LEVEL), units, count)


def _constant(
    evaluation: Evaluation,
    tally: Tally,
    estimate: Estimate,
    sums: Array,
    count: int,
    units: str,
) -> Spread | None:
    """Of a loss from 0 to 1 that was always at one end: how rare the rest may still be."""
    loss, level = evaluation.loss, tally.finished.level
    ranged = (loss.lower, loss.upper) == (0.0, 1.0) and loss.transform is None
    if not (_is_plain_mean(estimate, sums) and ranged and level in (0.0, 1.0)):
        return None
    if evaluation.reduction is Reduction.SUM:
        return None
    weights = sums[:, 1]
    square = float(np.einsum("i,i->", weights, weights))
    trials = count / len(sums) * float(weights.sum()) ** 2 / square
    ends = binomial_interval(level, trials, LEVEL)
    about = Studentised(level, 0.0, 0.0, count - 1.0)
    return Spread(about, _BINOMIAL, ends, units, count)


def _is_share(evaluation: Evaluation, estimate: Estimate, sums: Array) -> bool:
    """Whether each row (or cluster) is right or wrong, so that the loss is a share of them."""
    loss = evaluation.loss
    if not _is_plain_mean(estimate, sums) or loss.transform is not None:
        return False
    if evaluation.reduction is Reduction.SUM or (loss.lower, loss.upper) != (0.0, 1.0):
        return False
    # Sums of clusters are whole numbers of errors.
    shares = sums[:, 0] / np.where(sums[:, 1] > 0.0, sums[:, 1], 1.0)
    whole = np.abs(sums - np.rint(sums)).max() == 0.0
    return bool(whole or np.isin(shares, (0.0, 1.0)).all())


def has_no_interval(evaluation: Evaluation) -> bool:
    """Whether chance moves a loss to one side, so that no interval about its value holds.

    The calibration error of a calibrated model is above 0 by chance alone.
    """
    return evaluation.loss is CALIBRATION_ERROR


def without(result: Result) -> Result:
    """A result without an interval."""
    return result.changed(interval=None, interval_method=None)


def with_spread(result: Result, evaluation: Evaluation, spread: Spread | None) -> Result:
    """A result with the interval and the standard error of its spread, or without."""
    if spread is None or result.value is None:
        return without(result)
    error, ends = carried_over(spread, evaluation, result.value)
    method = IntervalMethod(spread.method, None, spread.units, None)
    return result.changed(standard_error=error, interval=ends, interval_method=method)


def carried_over(
    spread: Spread, evaluation: Evaluation, value: float
) -> tuple[float, tuple[float, float]]:
    """The standard error and the ends of the interval of a loss whose level has that spread.

    The transform is monotone: the ends are carried over, and the error by its mean slope. Ends
    outside the range of the loss are cut to it.
    """
    loss, params = evaluation.loss, evaluation.params
    low, high = spread.ends
    error = spread.about.error
    if loss.transform is not None and spread.about.value != value:
        width = high - low
        low, high = (loss.transform(max(0.0, end), params) for end in (low, high))
        error *= (high - low) / width
    return error, evaluation.in_range((low, high), value)
