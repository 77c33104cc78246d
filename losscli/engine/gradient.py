"""Totals → the gradient of the value of a loss with respect to the prediction.

A first pass finds the totals; then each block has its gradient by itself. Only a loss of the whole
array has it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from msgspec import Struct, field

from losscli.arrays import Array
from losscli.conventions.axes import Renormalise
from losscli.engine.accumulators import Accumulator, HeldAccumulator, RowAccumulator, SumAccumulator
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.finish import slope
from losscli.engine.held import gradient_whole
from losscli.engine.labels import Labelled, labelled
from losscli.engine.predictions import predicted
from losscli.engine.row_losses import (
    RowStats,
    computed,
    factors_of,
    inputs_of,
    row_of,
    row_weight,
)
from losscli.engine.sums import NotFinite, SumStats, SumTotals, column_stats, column_weights
from losscli.errors import UsageError
from losscli.losses.definition.loss import RowLoss, Shape, keyword_only
from losscli.losses.forms.categorical import Form, times
from losscli.losses.forms.chain import (
    Slope,
    through_bernoulli,
    through_categorical,
    through_sigmoid,
    through_softmax,
)
from losscli.vocabulary import Kind, Reduction

Differentiator = Callable[[Batch], Array]
"""Gives ∂value/∂pred for a batch of the pass that found the totals, in the shape of its pred."""


def differentiator(evaluation: Evaluation, accumulator: Accumulator) -> Differentiator:
    """What gives the gradient of a value, batch by batch, once `accumulator` has seen all batches.

    With the reduction `none` it is that of each row's weighted loss, with `columns` that of each
    column's value. Losses of the whole array take the batches in their order. Raises UsageError
    for a loss without a gradient.
    """
    if evaluation.reading.gradient is None:
        raise UsageError(
            f"{evaluation.loss.id} has no gradient", hint=evaluation.loss.derivative_says
        )
    if isinstance(accumulator, RowAccumulator):
        totals = accumulator.columns or (accumulator.totals,)
        slopes = np.array([slope(evaluation, found) for found in totals])
        averaged = accumulator.columns and evaluation.reduction is not Reduction.COLUMNS
        return _RowGradient(evaluation, slopes / len(slopes) if averaged else slopes)
    if isinstance(accumulator, SumAccumulator):
        return _SumGradient(evaluation, accumulator.totals)
    assert isinstance(accumulator, HeldAccumulator)
    return _WholeGradient(gradient_whole(evaluation, accumulator.held))


class _RowGradient(Struct, frozen=True):
    """The gradient of a mean (or sum) of rows; `slopes` is ∂value/∂Σ, of all or by column."""

    evaluation: Evaluation
    slopes: Array

    def __call__(self, batch: Batch) -> Array:
        reading = self.evaluation.reading
        assert reading.gradient is not None
        found, pred, label, _ = computed(self.evaluation, batch)
        more: tuple[Any, ...] = ()
        if reading.shape is Shape.SUMS:
            assert self.evaluation.loss.finish is not None
            more = (RowStats(found),)
            found = self.evaluation.loss.finish(more[0], self.evaluation.params)
        losses = found[0] if isinstance(found, tuple) else found
        counted = _counted(self.evaluation, batch, losses, label) * self.slopes
        local = reading.gradient(pred, label.for_kernel, *more, **_keywords(self.evaluation, batch))
        return _to_pred(self.evaluation, batch, pred, local, counted)


class _SumGradient(Struct, frozen=True):
    """The gradient of a function of sums."""

    evaluation: Evaluation
    totals: SumTotals

    def __call__(self, batch: Batch) -> Array:
        pred, label = predicted(self.evaluation, batch), labelled(self.evaluation, batch)
        weight = row_weight(self.evaluation, batch, label)
        counted = np.ones(len(batch.pred_as(self.evaluation.reading)))
        counted = counted if weight is None else weight
        keywords = _keywords(self.evaluation, batch)
        each = column_stats(self.evaluation, self.totals)
        if each[0].column is None:
            local = self._local(pred, label.for_kernel, each[0], keywords)
            return _to_pred(self.evaluation, batch, pred, local, counted)
        shares = _column_shares(self.evaluation, self.totals)
        rows, labels = (array.reshape(len(array), -1) for array in (pred, label.for_kernel))
        columns = [
            share * self._local(rows[:, j], labels[:, j], stats, keywords)
            for j, (share, stats) in enumerate(zip(shares, each, strict=True))
        ]
        local = np.stack(columns, axis=1).reshape(pred.shape)
        return _to_pred(self.evaluation, batch, pred, local, counted)

    def _local(self, pred: Any, label: Any, stats: SumStats, keywords: Mapping[str, Any]) -> Any:
        assert self.evaluation.reading.gradient is not None
        try:
            return self.evaluation.reading.gradient(pred, label, stats, **keywords)
        except (NotFinite, ZeroDivisionError):
            nothing = np.full(np.shape(getattr(pred, "p", pred)), np.nan)
            return nothing if isinstance(pred, np.ndarray) else Slope(p=nothing)


class _WholeGradient(Struct):
    """The gradient of a loss of the whole array, handed out batch by batch."""

    gradient: Array
    _given: int = field(default=0)

    def __call__(self, batch: Batch) -> Array:
        start, self._given = self._given, self._given + len(batch.block.pred)
        return self.gradient[start : self._given].reshape(batch.block.pred.shape)


def _keywords(evaluation: Evaluation, batch: Batch) -> dict[str, Any]:
    """The named inputs and parameters that the gradient asks for."""
    assert evaluation.reading.gradient is not None
    # The parameters of a function of sums reach its `finish` alone.
    given = {
        **evaluation.params,
        **evaluation.kernel_params,
        **inputs_of(evaluation.reading, batch),
    }
    return {name: given[name] for name in keyword_only(evaluation.reading.gradient)}


def _counted(evaluation: Evaluation, batch: Batch, losses: Array, label: Labelled) -> Array:
    """The derivative of the weighted sum of the losses by each of them, in their shape."""
    counted = np.ones_like(losses)
    row = row_of(evaluation)
    for weight, _ in factors_of(evaluation, batch, losses, label):
        counted = counted * _beside(weight, losses.ndim)
    if losses.ndim == 2 and row is RowLoss.MEAN:
        counted /= losses.shape[1]
    return counted


def _beside(rows: Array, dims: int) -> Array:
    """One number per row, made to spread over arrays of so many dimensions."""
    return rows.reshape(rows.shape + (1,) * (dims - rows.ndim))


def _to_pred(
    evaluation: Evaluation, batch: Batch, form: Any, local: Slope | Array, counted: Array
) -> Array:
    """The gradient with respect to the prediction as it was given, each loss counted."""
    axes, kind = evaluation.axes, evaluation.kind
    pred = batch.pred_as(evaluation.reading)
    if isinstance(local, Slope):
        answer = local.scaled(_beside(counted, max(pred.ndim, counted.ndim)))
        if evaluation.reading.form is Form.BERNOULLI:
            found = through_bernoulli(answer, form, pred, kind, axes.floor)
        else:
            divided = axes.renormalise is not Renormalise.NO and kind is Kind.PROBABILITY
            found = through_categorical(
                answer, form, pred, kind, axes.class_floor, renormalise=divided
            )
    else:
        found = times(_beside(counted, local.ndim), local)
        if form is not pred and evaluation.reading.form is Form.MARGIN:
            found = through_sigmoid(found, pred)
        elif form is not pred and evaluation.reading.form is Form.SCORES:
            found = through_softmax(found, form)
    # Adding 0 makes 0 of −0, which a minus before nothing leaves.
    return (np.asarray(found) + 0.0).reshape(batch.block.pred.shape)


def _column_shares(evaluation: Evaluation, totals: SumTotals) -> Array:
    """What each column's value counts in the value."""
    if evaluation.reduction is Reduction.COLUMNS:
        return np.ones(totals.width)
    weights = column_weights(evaluation, totals)
    return np.full(totals.width, 1.0 / totals.width) if weights is None else weights / weights.sum()
