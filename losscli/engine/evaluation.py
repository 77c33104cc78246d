"""One loss under one convention, and what it makes of a block of rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.conventions import Axes, Convention, Denominator, MeanOver
from losscli.engine.exact import Sum
from losscli.engine.gate import SHARES, Settled, bounds_of, check_sums, check_values
from losscli.engine.totals import Spread, Totals
from losscli.errors import UsageError
from losscli.labels import LabelCode
from losscli.losses.definition import Labels, Loss, Reading
from losscli.losses.forms import Bernoulli, Categorical, Classes, Form
from losscli.vocabulary import Kind, Reduction, Task

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """One loss as it will be computed: every choice settled."""

    loss: Loss
    reading: Reading
    task: Task
    kind: Kind
    params: Mapping[str, Any]
    convention: Convention
    reduction: Reduction
    recommended: bool = False

    @property
    def axes(self) -> Axes:
        """The convention's choices for this loss."""
        return self.convention.axes_of(self.loss.id)


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for every block of a run: how labels are written, how far sums may be off 1."""

    code: LabelCode
    tolerance: float
    class_weight: tuple[float, ...] | None = None


@dataclass
class Batch:
    """One settled block and everything that several losses can share of it."""

    block: Settled
    setting: Setting
    _memo: dict[Any, Any] = field(default_factory=dict)

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` gives, computed at the first request for `key`."""
        if key not in self._memo:
            self._memo[key] = make()
        return self._memo[key]


@dataclass(frozen=True, slots=True)
class Measured:
    """The losses of a block: `losses` (n,) or (n, c), with the weights that a mean needs.

    `numerator` multiplies each loss (None: 1), `denominator` is what each row adds to the divisor.
    """

    losses: Array
    parts: tuple[Array, ...]
    numerator: Array | None
    denominator: Array | float
    clipped: int
    ignored: NDArray[np.bool_] | None


def measure(evaluation: Evaluation, batch: Batch) -> Measured:
    """The loss of every row of a batch.

    Raises Misfit where an item of the batch is not what the loss takes it for.
    """
    reading, axes = evaluation.reading, evaluation.axes
    label = _label(evaluation, batch)
    pred = _pred(evaluation, batch)
    params = {name: evaluation.params[name] for name in reading.params}
    key = (
        reading.kernel,
        reading.form,
        evaluation.kind,
        axes.floor,
        axes.class_floor,
        axes.renormalise,
        _label_key(evaluation),
        tuple(params.items()),
    )
    # A loss beyond the range of float64 is infinite, which the value says well enough.
    with np.errstate(over="ignore"):
        computed = batch.once(key, lambda: reading.kernel(pred, label.asked, **params))
    losses, *parts = computed if isinstance(computed, tuple) else (computed,)
    numerator, denominator = _weights(evaluation, batch, losses, label)
    clipped = getattr(pred, "clipped", 0)
    return Measured(losses, tuple(parts), numerator, denominator, clipped, label.ignored)


def totals(measured: Measured) -> Totals:
    """The totals of measured losses, rows being the units of its spread."""
    losses = measured.losses
    row_loss = _by_row(losses, measured.numerator)
    parts = tuple(Sum.of(_by_row(part, measured.numerator)) for part in measured.parts)
    even = isinstance(measured.denominator, float)
    ignored = 0 if measured.ignored is None else int(measured.ignored.sum())
    shown = losses if measured.ignored is None else losses[~measured.ignored]
    return Totals(
        rows=len(losses) - ignored,
        items=shown.size,
        loss=Sum.of(row_loss),
        weight=(
            Sum.of(np.full(1, measured.denominator)).exact * len(losses)
            if even
            else Sum.of(np.asarray(measured.denominator)).exact
        ),
        spread=Spread.of(row_loss, measured.denominator),
        low=float(shown.min()) if shown.size else math.inf,
        high=float(shown.max()) if shown.size else -math.inf,
        parts=parts,
        clipped=measured.clipped,
        ignored=ignored,
    )


def weighted(measured: Measured) -> Array:
    """The losses before any reduction: weighted, 0 where the label says ignore."""
    return _weighted(measured.losses, measured.numerator)


def _weighted(losses: Array, numerator: Array | None) -> Array:
    if numerator is None:
        return losses
    weight = _spread_over(numerator, losses)
    with np.errstate(invalid="ignore", over="ignore"):
        product = weight * losses
    # A weight of 0 takes a row out, however bad it is.
    return np.where(weight == 0, 0.0, product)


def _by_row(losses: Array, numerator: Array | None) -> Array:
    losses = _weighted(losses, numerator)
    with np.errstate(over="ignore"):
        return np.asarray(losses.sum(axis=1)) if losses.ndim == 2 else losses


def _spread_over(weight: Array, losses: Array) -> Array:
    return weight[:, None] if losses.ndim == 2 and weight.ndim == 1 else weight


def _pred(evaluation: Evaluation, batch: Batch) -> Any:
    """The prediction in the reading's form, checked once per kind."""
    form, kind, axes = evaluation.reading.form, evaluation.kind, evaluation.axes
    pred = batch.block.pred
    divided = axes.renormalise and form is Form.CATEGORICAL and kind is Kind.PROBABILITY
    bounds = SHARES if divided else bounds_of(kind)
    batch.once(("checked", bounds), lambda: check_values(pred, bounds))
    if form is Form.BERNOULLI:
        return batch.once((form, kind, axes.floor), lambda: Bernoulli.read(pred, kind, axes.floor))
    if form is Form.CATEGORICAL:
        if kind is Kind.PROBABILITY and not axes.renormalise:
            batch.once("sums", lambda: _check_pred_sums(batch))
        return batch.once(
            (form, kind, axes.class_floor, axes.renormalise),
            lambda: Categorical.read(pred, kind, axes.class_floor, renormalise=axes.renormalise),
        )
    if form is Form.DECISION:
        return batch.once((form, kind), lambda: _decided(pred, kind, evaluation.task))
    return pred


def _check_pred_sums(batch: Batch) -> None:
    check_sums(
        batch.block.pred,
        batch.setting.tolerance,
        "prediction",
        "Classes that compete must sum to 1: say --kind logit if these are logits, "
        "-l bce if each item is a question of its own, "
        "or --like scipy to divide each row by its sum.",
    )


def _decided(pred: Array, kind: Kind, task: Task) -> Array:
    if kind is Kind.CLASS:
        return pred
    if task is Task.MULTICLASS:
        return pred.argmax(axis=1).astype(np.float64)
    return (pred > (0.5 if kind is Kind.PROBABILITY else 0.0)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Label:
    """The labels of a batch: as they `stand`, as the kernel is `asked`, and what is `ignored`.

    `inside` says that class weights are already part of `asked`.
    """

    stands: Any = None
    asked: Any = None
    ignored: NDArray[np.bool_] | None = None
    inside: bool = False


def _label_key(evaluation: Evaluation) -> tuple[Any, ...]:
    return (
        evaluation.task,
        evaluation.reading.labels,
        evaluation.loss.linear_in_label,
        evaluation.axes.renormalise,
        evaluation.params.get("label_smoothing", 0.0),
        evaluation.params.get("ignore_index"),
    )


def _label(evaluation: Evaluation, batch: Batch) -> _Label:
    if evaluation.reading.labels is Labels.NONE:
        return _Label()
    return batch.once(("label", *_label_key(evaluation)), lambda: _read_label(evaluation, batch))


def _read_label(evaluation: Evaluation, batch: Batch) -> _Label:
    raw = batch.block.label
    assert raw is not None
    ignored = None
    ignore_index = evaluation.params.get("ignore_index")
    if ignore_index is not None and raw.ndim == 1 and raw.dtype != object:
        ignored = raw == ignore_index
        raw = np.where(ignored, 0, raw)
    stands = batch.setting.code.encode(raw, evaluation.task)
    if isinstance(stands, Classes) and stands.rows is not None:
        stands = Classes(rows=_shares(stands.rows, evaluation, batch))
    asked = stands
    smoothing = evaluation.params.get("label_smoothing", 0.0)
    if smoothing:
        asked = _smoothed(stands, smoothing, batch.setting.code.width)
    if evaluation.reading.labels is Labels.SIGN:
        asked = 2.0 * asked - 1.0
    class_weight = batch.setting.class_weight
    inside = (
        class_weight is not None
        and evaluation.loss.linear_in_label
        and isinstance(asked, Classes)
        and asked.rows is not None
    )
    if inside:
        asked = Classes(rows=asked.rows * np.asarray(class_weight))
    return _Label(stands, asked, ignored if ignored is not None and ignored.any() else None, inside)


def _shares(rows: Array, evaluation: Evaluation, batch: Batch) -> Array:
    if evaluation.axes.renormalise:
        return rows / rows.sum(axis=1, keepdims=True)
    check_sums(
        rows,
        batch.setting.tolerance,
        "label",
        "Labels of several columns are shares of one class each row; "
        "say --task multilabel for several yes-or-no items.",
    )
    return rows


def _smoothed(label: Any, smoothing: float, width: int) -> Any:
    if isinstance(label, Classes):
        return Classes(rows=label.share(width) * (1.0 - smoothing) + smoothing / width)
    return label * (1.0 - smoothing) + 0.5 * smoothing


def _weights(
    evaluation: Evaluation,
    batch: Batch,
    losses: Array,
    label: _Label,
) -> tuple[Array | None, Array | float]:
    """What multiplies each loss, and what each row adds to the divisor of the mean."""
    axes = evaluation.axes
    items = losses.shape[1] if losses.ndim == 2 else 1
    over_rows = axes.mean_over is MeanOver.ROWS or evaluation.reduction is Reduction.BATCHMEAN
    per_row = 1.0 if over_rows else float(items)
    class_weight = batch.setting.class_weight
    factors: list[tuple[Array, bool]] = []
    if batch.block.weight is not None:
        if batch.block.weight.ndim > losses.ndim:
            raise UsageError(
                f"{evaluation.loss.id} is one number per row: weights per item do not fit it"
            )
        factors.append((batch.block.weight, axes.weighted_mean is Denominator.WEIGHTS))
    by_class = None
    if class_weight is not None and label.stands is not None:
        by_class = _class_weights(label.stands, class_weight, evaluation.task)
        # Weights per item are the same in every row: a loss of whole rows does not feel them.
        if by_class.ndim <= losses.ndim and not label.inside:
            factors.append((by_class, axes.class_weighted_mean is Denominator.WEIGHTS))
    if label.ignored is not None:
        factors.append(((~label.ignored).astype(np.float64), True))
    numerator = _product([weight for weight, _ in factors]) if factors else None
    counted = [weight for weight, divides in factors if divides]
    if label.inside and by_class is not None and axes.class_weighted_mean is Denominator.WEIGHTS:
        counted.append(by_class)
    if not counted:
        return numerator, per_row
    divisor = _product(counted)
    if divisor.ndim == 2:
        divisor = divisor.mean(axis=1) if over_rows else divisor.sum(axis=1)
        return numerator, divisor
    return numerator, divisor * per_row


def _product(weights: Sequence[Array]) -> Array:
    product = weights[0]
    for weight in weights[1:]:
        product = _spread_over(product, weight) * _spread_over(weight, product)
    return product


def _class_weights(stands: Any, class_weight: tuple[float, ...], task: Task) -> Array:
    """The weight of each row (or item) by its class."""
    values = np.asarray(class_weight)
    if isinstance(stands, Classes):
        if stands.index is not None:
            return values[stands.index]
        assert stands.rows is not None
        return stands.rows @ values
    if task is Task.MULTILABEL:
        return np.broadcast_to(values, stands.shape)
    return values[0] * (1.0 - stands) + values[1] * stands
