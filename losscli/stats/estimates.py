"""Losses as functions of sums of rows: what can be resampled, and how it moves with its sums."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation, rows_of
from losscli.engine.exact import Sum, units
from losscli.engine.finish import finish_sums
from losscli.engine.row_losses import Measured, apply_weight, measure, row_weight, terms_of
from losscli.engine.sums import SumTotals
from losscli.losses.definition.loss import Shape
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Reduction

# How far a sum is moved, as a share of it, to see how a loss moves with it.
_STEP = 1e-6
# The share of a slope that such steps leave unknown, and what rounding may move a probability by.
_KNOWN = 1e-8
_SPACING = 4.0 * float(np.finfo(np.float64).eps)


class Estimate(Protocol):
    """A loss as a function of sums over rows.

    Where it is `smooth`, its `gradient` is cheap enough to be asked for at every resample.
    """

    @property
    def smooth(self) -> bool:
        """Whether slopes are cheap."""

    def value(self, sums: Array) -> Array:
        """The loss of each of r tables of sums: (r, width) → (r,); NaN where there is none."""

    def gradient(self, sums: Array) -> Array:
        """Its slope in each of the sums: (r, width) → (r, width)."""

    def weights(self, sums: Array) -> Array:
        """What each of n rows counts, of their sums: (n, width) → (n, 1)."""


class MeanOfRows(Struct, frozen=True):
    """A mean (or sum) of rows, under the loss's transform; the mean over columns where several.

    The sums are Σ weight · loss of each column, then what each divides by.
    """

    scale: float
    summed: bool = False
    transform: Callable[[float], float] | None = None
    smooth = True

    def value(self, sums: Array) -> Array:
        """transform(scale · Σ weight · loss ÷ Σ weight)."""
        return np.asarray(self._transformed(self._level(sums)).mean(axis=1))

    def gradient(self, sums: Array) -> Array:
        """By the quotient rule; the transform's own slope from a small step."""
        level = self._level(sums)
        slope = np.full_like(level, self.scale / level.shape[1])
        if self.transform is not None:
            step = np.maximum(np.abs(level) * _STEP, 1e-300)
            slope *= (self._transformed(level + step) - self._transformed(level)) / step
        if self.summed:
            return np.concatenate([slope, np.zeros_like(slope)], axis=1)
        width = level.shape[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            above = slope / sums[:, width:]
            return np.concatenate([above, -above * level / self.scale], axis=1)

    def weights(self, sums: Array) -> Array:
        """The largest of what the columns divide by."""
        return np.asarray(sums[:, sums.shape[1] // 2 :].max(axis=1, keepdims=True))

    def _level(self, sums: Array) -> Array:
        width = sums.shape[1] // 2
        if self.summed:
            return self.scale * sums[:, :width]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.scale * sums[:, :width] / sums[:, width:])

    def _transformed(self, level: Array) -> Array:
        if self.transform is None:
            return level
        finished = [math.nan if math.isnan(x) else self.transform(x) for x in level.ravel()]
        return np.array(finished).reshape(level.shape)


class FunctionOfSums(Struct, frozen=True):
    """A loss that is finished from the sums of its kernel's terms.

    The sums are those of the terms, column by column, then the weight and the count of the rows.
    """

    evaluation: Evaluation
    terms: tuple[tuple[str, int], ...]
    smooth = False

    def value(self, sums: Array) -> Array:
        """What the loss makes of each row of sums."""
        return np.array([self._finished(row) for row in sums.tolist()])

    def gradient(self, sums: Array) -> Array:
        """From a small step in each sum to either side, or upwards where there is no value below.

        A slope is known to about 10⁻⁹ of itself then.
        """
        start = self.value(sums)
        slopes = np.zeros_like(sums)
        for place in range(sums.shape[1] - 1):
            step = np.maximum(np.abs(sums[:, place]), 1e-3 * np.abs(sums[:, -1])) * _STEP
            above, below = sums.copy(), sums.copy()
            above[:, place] += step
            below[:, place] -= step
            higher, lower = self.value(above), self.value(below)
            two_sided = (higher - lower) / (2.0 * step)
            slopes[:, place] = np.where(np.isfinite(two_sided), two_sided, (higher - start) / step)
        return slopes

    def weights(self, sums: Array) -> Array:
        """The last column but one."""
        return sums[:, -2:-1]

    def _finished(self, row: list[float]) -> float:
        sums: dict[str, tuple[Sum, ...]] = {}
        place = 0
        try:
            for name, width in self.terms:
                sums[name] = tuple(Sum(units(x)) for x in row[place : place + width])
                place += width
            weight, count = row[place:]
            totals = SumTotals(sums, {}, Sum(units(weight)), round(count), round(count))
            return finish_sums(self.evaluation, totals).value
        except (ArithmeticError, ValueError, KeyError):
            return math.nan


class Kept(Struct, frozen=True):
    """No loss: numbers of rows that are kept as they are."""

    smooth = False

    def value(self, sums: Array) -> Array:
        """None has a value."""
        return np.full(len(sums), math.nan)

    def gradient(self, sums: Array) -> Array:
        """Nor a slope."""
        return np.full_like(sums, math.nan)

    def weights(self, sums: Array) -> Array:
        """Every row counts alike."""
        return np.ones((len(sums), 1))


def influence(estimate: Estimate, sums: Array) -> Array:
    """What each of n units (n, width) adds to a loss of all of them, to first order: (n,).

    Their standard deviation times √n is the standard error of the loss (the delta method).
    """
    slopes = estimate.gradient(sums.sum(axis=0, keepdims=True))[0]
    return np.asarray(np.einsum("gw,w->g", sums, slopes))


def rounding(evaluation: Evaluation, estimate: Estimate, sums: Array) -> float:
    """How much of what one of n units (n, width) adds to a loss may be rounding alone.

    A probability near 1 is only known to the spacing of float64 there, and so is the loss of a row.
    A slope from small steps is known to a share of itself.
    """
    slopes = np.abs(estimate.gradient(sums.sum(axis=0, keepdims=True))[0])
    if isinstance(estimate, MeanOfRows):
        if evaluation.reading.form not in (Form.BERNOULLI, Form.CATEGORICAL):
            return 0.0
        width = len(slopes) // 2
        weight = np.abs(sums[:, width:]).max(axis=0)
        return _SPACING * float((slopes[:width] * weight).sum())
    return _KNOWN * float(np.einsum("gw,w->g", np.abs(sums), slopes).max())


class Difference(Struct, frozen=True):
    """The second of two losses less the first; their sums stand side by side."""

    first: Estimate
    second: Estimate

    @property
    def smooth(self) -> bool:
        """Whether both are."""
        return self.first.smooth and self.second.smooth

    def value(self, sums: Array) -> Array:
        """Second − first."""
        one, two = np.split(sums, 2, axis=1)
        return self.second.value(two) - self.first.value(one)

    def gradient(self, sums: Array) -> Array:
        """The slopes of both, those of the first with their sign turned."""
        one, two = np.split(sums, 2, axis=1)
        return np.concatenate([-self.first.gradient(one), self.second.gradient(two)], axis=1)

    def weights(self, sums: Array) -> Array:
        """Those of the first: both are of the same rows."""
        return self.first.weights(np.split(sums, 2, axis=1)[0])


class Rows(Struct, frozen=True):
    """One batch as rows of sums: `sums` (n, width), `entered` where a row counts at all."""

    sums: Array
    entered: NDArray[np.bool_]


def resampled(evaluation: Evaluation) -> bool:
    """Whether the loss is one value that is a function of sums of rows."""
    if evaluation.reduction in (Reduction.NONE, Reduction.COLUMNS):
        return False
    return per_row(evaluation) or evaluation.reading.shape is Shape.SUMS


def per_row(evaluation: Evaluation) -> bool:
    """Whether the loss is a mean or sum of the losses of rows."""
    by_row = evaluation.by_row
    return evaluation.reading.shape is Shape.ROWS or by_row


def rows_as_sums(evaluation: Evaluation, batch: Batch) -> tuple[Estimate, Rows]:
    """What a batch adds to the sums of a loss, row by row, and the loss as their function.

    Raises Misfit where an item is not what the loss takes it for.
    """
    if per_row(evaluation):
        return _mean_of(evaluation, measure(evaluation, batch), len(batch.block.pred))
    return _function_of(evaluation, batch)


def _mean_of(evaluation: Evaluation, measured: Measured, rows: int) -> tuple[Estimate, Rows]:
    loss, params = evaluation.loss, evaluation.params
    transform = loss.transform
    estimate = MeanOfRows(
        loss.scale,
        evaluation.reduction is Reduction.SUM,
        None if transform is None else lambda level: transform(max(0.0, level), params),
    )
    pieces = [measured]
    if evaluation.axes.separate and transform is not None and measured.losses.ndim == 2:
        pieces = list(measured.columns())
    weighted = [_by_row(apply_weight(piece.losses, piece.multiplier)) for piece in pieces]
    divisors = [np.broadcast_to(piece.denominator, len(piece.losses)) for piece in pieces]
    sums = np.stack([*weighted, *divisors], axis=1)
    entered = measured.entered
    if len(sums) != rows:
        # A row of several tokens is drawn whole.
        sums = sums.reshape(rows, -1, sums.shape[1]).sum(axis=1)
        entered = np.asarray(entered.reshape(rows, -1).any(axis=1))
    return estimate, Rows(sums, entered)


def _by_row(losses: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(losses.sum(axis=1)) if losses.ndim == 2 else losses


def _function_of(evaluation: Evaluation, batch: Batch) -> tuple[Estimate, Rows]:
    terms, label, _, _ = terms_of(evaluation, batch)
    weight = row_weight(evaluation, batch, label)
    arrays = {
        name: rows_of(term[0] * term[1] if isinstance(term, tuple) else term)
        for name, term in terms.items()
    }
    ones = np.ones(len(next(iter(arrays.values()))))
    entered = np.ones(len(ones), bool)
    sums = np.concatenate([*arrays.values(), ones[:, None]], axis=1)
    if weight is not None:
        entered = weight != 0.0
        sums = np.where(entered[:, None], sums * weight[:, None], 0.0)
    counted = ones if label.ignored is None else (~label.ignored).astype(np.float64)
    shapes = tuple((name, array.shape[1]) for name, array in arrays.items())
    sums = np.concatenate([sums, counted[:, None]], axis=1)
    return FunctionOfSums(evaluation, shapes), Rows(sums, entered)
