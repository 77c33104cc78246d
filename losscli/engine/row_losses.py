"""Kernels over batches: what every row costs, and what it weighs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.conventions.axes import Denominator, MeanOver
from losscli.engine.evaluation import Batch, Evaluation, rows_of
from losscli.engine.labels import Labelled, class_weights, labelled
from losscli.engine.predictions import predicted, rounded_off
from losscli.engine.reach import WITHIN, Reach, reaching
from losscli.engine.shapes import fitting
from losscli.errors import UsageError
from losscli.losses.definition.loss import Reading, RowLoss, Shape
from losscli.losses.definition.sums import Terms
from losscli.vocabulary import Reduction


class Measured(Struct, frozen=True):
    """The losses of a block: `losses` (n,) or (n, c), with the weights that a mean needs.

    `multiplier` multiplies each loss (None: 1), `denominator` is what each row adds to the divisor,
    and `counted` what each element does (None: 1). `ignored` are the rows or elements left out.
    """

    losses: Array
    parts: tuple[Array, ...]
    multiplier: Array | None
    denominator: Array | float
    clipped: int
    ignored: NDArray[np.bool_] | None
    counted: Array | None = None
    floored: int = 0
    reach: Reach = WITHIN

    @property
    def entered(self) -> NDArray[np.bool_]:
        """The rows of which something enters."""
        if self.ignored is None:
            return np.ones(len(self.losses), bool)
        return np.asarray(~rows_of(self.ignored).all(axis=1))

    @property
    def rows(self) -> int:
        """How many rows enter."""
        return len(self.losses) if self.ignored is None else int(np.count_nonzero(self.entered))

    def columns(self) -> Iterator[Measured]:
        """The losses of each column on their own."""
        flat = self.ignored is None or self.ignored.ndim == 1
        for j in range(self.losses.shape[1]):
            counted = self.counted if self.counted is None else rows_of(self.counted)[:, -1]
            if self.counted is not None and self.counted.ndim == 2:
                counted = self.counted[:, j]
            multiplier = self.multiplier
            if multiplier is not None and multiplier.ndim == 2:
                multiplier = multiplier[:, j]
            yield Measured(
                self.losses[:, j],
                tuple(part[:, j] for part in self.parts),
                multiplier,
                1.0 if counted is None else counted,
                self.clipped,
                None if self.ignored is None else rows_of(self.ignored)[:, -1 if flat else j],
            )


def computed(evaluation: Evaluation, batch: Batch) -> tuple[Any, Any, Labelled, Reach]:
    """What the kernel gives for a batch, the prediction it was given, the labels, and its reach.

    Raises Misfit where an item of the batch is not what the loss takes it for.
    """
    reading, axes = evaluation.reading, evaluation.axes
    label = labelled(evaluation, batch)
    pred = predicted(evaluation, batch)
    inputs = inputs_of(reading, batch)
    kernel = reading.kernel
    if axes.row is RowLoss.ELEMENTS and reading.by_element is not None:
        kernel = reading.by_element
    if label.zero_one and reading.of_answers is not None:
        kernel = reading.of_answers

    def compute() -> tuple[Any, Reach]:
        with reaching() as reach:
            made = kernel(pred, label.for_kernel, **inputs, **evaluation.kernel_params)
        return made, reach()

    with fitting(evaluation, batch.block.pred, batch.block.label):
        found, reach = batch.once((kernel, evaluation.kernel_key), compute)
    return found, pred, label, reach


def inputs_of(reading: Reading, batch: Batch) -> dict[str, Array | None]:
    """The named inputs that a reading asks for. Raises UsageError where one was not given."""
    given = batch.block.inputs
    for name in reading.inputs:
        if name not in given and name not in reading.optional_inputs:
            raise UsageError(
                f"the loss needs the input {name} ({reading.inputs[name]})",
                hint=f"Give it: --input {name}=FILE.",
            )
    return {name: given.get(name) for name in reading.inputs}


def measure(evaluation: Evaluation, batch: Batch) -> Measured:
    """The loss of every row of a batch.

    Raises Misfit where an item of the batch is not what the loss takes it for.
    """
    found, pred, label, reach = computed(evaluation, batch)
    if evaluation.reading.shape is Shape.SUMS:
        assert evaluation.loss.finish is not None
        found = evaluation.loss.finish(RowStats(found), evaluation.params)
    losses, *parts = found if isinstance(found, tuple) else (found,)
    clipped = _clipped(pred, evaluation, batch)
    measured = measured_of(evaluation, batch, losses, tuple(parts), label, clipped)
    measured = replace(measured, reach=reach)
    replaced = evaluation.reading.floored
    if replaced is None:
        return measured
    floored = replaced.count(pred, label.for_kernel, evaluation.params)
    return replace(measured, floored=floored) if floored else measured


def measured_of(
    evaluation: Evaluation,
    batch: Batch,
    losses: Array,
    parts: tuple[Array, ...],
    label: Labelled,
    clipped: int,
) -> Measured:
    """Losses with their weights, one per row where the loss or the convention says so."""
    axes = evaluation.axes
    row = row_of(evaluation)
    by_item = losses.ndim == 2 and row is RowLoss.ELEMENTS
    if label.ignored is not None and label.ignored.ndim == 2 and not by_item:
        raise UsageError(
            f"{evaluation.convention.name} has one {evaluation.loss.id} per row: "
            "single items cannot be left out of it",
            hint="Leave out whole rows: --nan drop.",
        )
    factors = list(factors_of(evaluation, batch, losses, label))
    if losses.ndim == 2 and row is not RowLoss.ELEMENTS:
        spread = [weight for weight, _ in factors if weight.ndim == 2]
        factors = [pair for pair in factors if pair[0].ndim == 1]
        losses, *parts_ = (_collapsed(array, row, spread) for array in (losses, *parts))
        parts = tuple(parts_)
    over_rows = axes.mean_over is MeanOver.ROWS or evaluation.reduction is Reduction.BATCHMEAN
    items = 1 if over_rows or losses.ndim == 1 else losses.shape[1]
    multiplier = _product([weight for weight, _ in factors]) if factors else None
    divisors = [weight for weight, divides in factors if divides]
    if label.class_weighted and _divides_inside(evaluation, label):
        assert batch.setting.class_weight is not None
        divisors.append(class_weights(label.encoded, batch.setting.class_weight, evaluation.task))
    if not divisors:
        return Measured(losses, parts, multiplier, float(items), clipped, label.ignored)
    counted = _product(divisors)
    denominator = counted * items if counted.ndim == 1 else counted.sum(axis=1)
    if counted.ndim == 2 and over_rows:
        denominator = counted.mean(axis=1)
    return Measured(losses, parts, multiplier, denominator, clipped, label.ignored, counted)


def row_of(evaluation: Evaluation) -> RowLoss:
    """What a row of several elements costs, for the loss or by the convention."""
    row = evaluation.axes.row
    return evaluation.reading.row if row is None else row


def _divides_inside(evaluation: Evaluation, label: Labelled) -> bool:
    """Whether a mean divides by class weights that are part of the labels."""
    axes = evaluation.axes
    soft = label.encoded.rows is not None
    by = axes.soft_class_mean if soft else axes.class_weighted_mean
    return by is Denominator.WEIGHTS or evaluation.reduction is Reduction.WEIGHTED_MEAN


def _collapsed(losses: Array, row: RowLoss, weights: Sequence[Array]) -> Array:
    for weight in weights:
        losses = losses * weight
    return np.asarray(losses.sum(axis=1) if row is RowLoss.SUM else losses.mean(axis=1))


def factors_of(
    evaluation: Evaluation, batch: Batch, losses: Array, label: Labelled
) -> Iterator[tuple[Array, bool]]:
    """What multiplies each loss (or each row), and whether a mean divides by it."""
    axes, reduction = evaluation.axes, evaluation.reduction
    class_weight = batch.setting.class_weight
    if batch.block.weight is not None:
        if batch.block.weight.ndim > losses.ndim:
            raise UsageError(
                f"{evaluation.loss.id} is one number per row: weights per item do not fit it"
            )
        divides = axes.weighted_mean is Denominator.WEIGHTS
        yield batch.block.weight, divides or reduction is Reduction.WEIGHTED_MEAN
    if class_weight is not None and label.encoded is not None and not label.class_weighted:
        by_class = class_weights(label.encoded, class_weight, evaluation.task)
        # Weights per item are the same in every row: a loss of whole rows does not feel them.
        if by_class.ndim <= losses.ndim:
            divides = axes.class_weighted_mean is Denominator.WEIGHTS
            yield by_class, divides or reduction is Reduction.WEIGHTED_MEAN
    if label.ignored is not None:
        yield (~label.ignored).astype(np.float64), True


def weighted(measured: Measured) -> Array:
    """The losses before any reduction: weighted, 0 where the label says ignore."""
    return apply_weight(measured.losses, measured.multiplier)


def apply_weight(losses: Array, multiplier: Array | None) -> Array:
    """Weight · loss, and 0 where the weight is 0, even for an infinite loss."""
    if multiplier is None:
        return losses
    weight = _spread_over(multiplier, losses)
    with np.errstate(invalid="ignore", over="ignore"):
        product = weight * losses
    return np.where(weight == 0, 0.0, product)


def _spread_over(weight: Array, losses: Array) -> Array:
    return weight[:, None] if losses.ndim == 2 and weight.ndim == 1 else weight


def _product(weights: Sequence[Array]) -> Array:
    product = weights[0]
    for weight in weights[1:]:
        product = _spread_over(product, weight) * _spread_over(weight, product)
    return product


class RowStats:
    """The terms of each row on its own: sums over its items."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    @property
    def rows(self) -> int:
        """One: each row is finished on its own."""
        return 1

    @property
    def weight(self) -> Fraction:
        """One: rows are weighted after they are finished."""
        return Fraction(1)

    def __contains__(self, name: str) -> bool:
        return name in self._terms

    def value(self, name: str) -> Array:
        """The sum of each row, (n,)."""
        terms: Any = self._terms[name]
        array = terms[0] * terms[1] if isinstance(terms, tuple) else terms
        return np.asarray(rows_of(array).sum(axis=1))

    def total(self, name: str) -> Fraction:
        """No single number: rows are finished one by one."""
        raise UsageError(f"{name} is summed over all rows: this loss has no value per row")

    def columns(self, name: str) -> list[Fraction]:
        """No single number: rows are finished one by one."""
        return [self.total(name)]

    def low(self, name: str) -> float:
        """No single number: rows are finished one by one."""
        return float(self.total(name))

    high = low


def terms_of(
    evaluation: Evaluation, batch: Batch
) -> tuple[Mapping[str, Any], Labelled, int, Reach]:
    """The terms that a kernel wants summed, the labels, how many probabilities were clipped."""
    found, pred, label, reach = computed(evaluation, batch)
    return found, label, _clipped(pred, evaluation, batch), reach


def _clipped(pred: Any, evaluation: Evaluation, batch: Batch) -> int:
    """How many probabilities were moved: by the convention's clip, or else by rounding alone.

    The clip moves all that lie outside [0, 1] too.
    """
    return getattr(pred, "clipped", 0) or rounded_off(evaluation, batch)


def row_weight(evaluation: Evaluation, batch: Batch, label: Labelled) -> Array | None:
    """What multiplies the terms of each row (None: 1)."""
    probe = np.empty(len(batch.pred_as(evaluation.reading)))
    factors = [weight for weight, _ in factors_of(evaluation, batch, probe, label)]
    return _product(factors) if factors else None
