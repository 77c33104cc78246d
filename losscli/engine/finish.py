"""Totals → the value of a loss and its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from msgspec import Struct

from losscli.arrays import Array
from losscli.engine.evaluation import Evaluation
from losscli.engine.sums import SumTotals, column_weights, finished_columns
from losscli.engine.totals import Totals
from losscli.vocabulary import Reduction

# The 97.5 % point of the normal distribution.
Z95 = 1.959963984540054

_ONE = Fraction(1)


class Finished(Struct, frozen=True):
    """The value of a loss, the standard error and 95 % interval of a mean, and the parts.

    `level` is the mean (or sum) before the loss's transform, `level_error` its standard error.
    `columns` holds the values of the columns where they are wanted one by one.
    """

    value: float
    standard_error: float | None
    interval: tuple[float, float] | None
    parts: tuple[float, ...]
    columns: Array | None = None
    level: float = math.nan
    level_error: float | None = None


def finish(evaluation: Evaluation, totals: Totals) -> Finished:
    """What the totals of a loss come to."""
    loss = evaluation.loss
    summed = evaluation.reduction is Reduction.SUM
    level = _level(evaluation, totals)
    parts: tuple[float, ...] = ()
    if totals.parts:
        divisor = _ONE if summed else totals.weight
        parts = tuple(loss.scale * part.over(divisor) for part in totals.parts)
    error = None if summed else totals.standard_error
    if error is not None:
        error *= loss.scale
    interval = None if error is None else (level - Z95 * error, level + Z95 * error)
    if loss.transform is None:
        return Finished(
            level, error, _in_range(evaluation, interval, level), parts, None, level, error
        )
    params = evaluation.params
    value = loss.transform(level, params) if not math.isnan(level) else level
    level_error = error
    if interval is not None:
        low, high = (loss.transform(max(0.0, end), params) for end in interval)
        # The transform is monotone: its slope between the interval's ends carries the error over.
        error = (high - low) / (2.0 * Z95)
        interval = (low, high)
    ends = _in_range(evaluation, interval, value)
    return Finished(value, error, ends, parts, None, level, level_error)


def _level(evaluation: Evaluation, totals: Totals) -> float:
    """The scaled sum or mean of the losses."""
    if evaluation.reduction is Reduction.SUM:
        return evaluation.loss.scale * totals.loss.over(_ONE)
    if totals.divisor.units == 0 and evaluation.axes.nothing_is_zero:
        return 0.0
    return evaluation.loss.scale * totals.mean


def slope(evaluation: Evaluation, totals: Totals) -> float:
    """The derivative of the value by the weighted sum of the losses; 1 without a reduction."""
    loss = evaluation.loss
    if evaluation.reduction is Reduction.NONE:
        return 1.0
    steepness = loss.scale
    if evaluation.reduction is not Reduction.SUM:
        steepness = loss.scale / float(totals.weight) if totals.weight else 0.0
    if loss.transform_slope is not None:
        steepness *= loss.transform_slope(_level(evaluation, totals), evaluation.params)
    return steepness


def finish_columns(evaluation: Evaluation, columns: Sequence[Totals]) -> Finished:
    """What the totals of each column come to, and their mean."""
    values = np.array([finish(evaluation, totals).value for totals in columns])
    return of_columns(evaluation, values)


def finish_sums(evaluation: Evaluation, totals: SumTotals) -> Finished:
    """What the sums of a loss come to."""
    values = finished_columns(evaluation, totals)
    return of_columns(evaluation, values, column_weights(evaluation, totals))


def of_columns(evaluation: Evaluation, values: Array, weights: Array | None = None) -> Finished:
    """The average of the columns' values; with the reduction `columns`, the values themselves."""
    value = float(np.average(values, weights=weights)) if values.size else math.nan
    wanted = evaluation.reduction is Reduction.COLUMNS
    return Finished(value, None, None, (), values if wanted else None)


def _in_range(
    evaluation: Evaluation, interval: tuple[float, float] | None, value: float
) -> tuple[float, float] | None:
    return None if interval is None else evaluation.in_range(interval, value)
