"""Totals → the value of a loss and its uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from losscli.engine.evaluation import Evaluation
from losscli.engine.totals import Totals
from losscli.vocabulary import Reduction

# The 97.5 % point of the normal distribution.
Z95 = 1.959963984540054

_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Finished:
    """The value of a loss, the standard error and 95 % interval of a mean, and the parts."""

    value: float
    standard_error: float | None
    interval: tuple[float, float] | None
    parts: tuple[float, ...]


def finish(evaluation: Evaluation, totals: Totals) -> Finished:
    """What the totals of a loss come to."""
    loss = evaluation.loss
    summed = evaluation.reduction is Reduction.SUM
    divisor = totals.weight
    if summed:
        level = loss.scale * totals.loss.over(_ONE)
        parts = tuple(loss.scale * part.over(_ONE) for part in totals.parts)
    else:
        level = loss.scale * totals.mean
        parts = tuple(loss.scale * part.over(divisor) for part in totals.parts)
    error = None if summed else totals.standard_error
    if error is not None:
        error *= loss.scale
    interval = None if error is None else (level - Z95 * error, level + Z95 * error)
    if loss.transform is None:
        return Finished(level, error, _above(loss.lower, interval), parts)
    params = evaluation.params
    value = loss.transform(level, params) if not math.isnan(level) else level
    if interval is not None:
        low, high = (loss.transform(max(0.0, end), params) for end in interval)
        # The transform is monotone: its slope between the interval's ends carries the error over.
        error = (high - low) / (2.0 * Z95)
        interval = (low, high)
    return Finished(value, error, _above(loss.lower, interval), parts)


def _above(lower: float, interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if interval is None else (max(interval[0], lower), interval[1])
