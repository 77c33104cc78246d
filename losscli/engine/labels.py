"""Labels as a kernel asks for them: encoded, smoothed, weighted by class, ignored."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.conventions.axes import Renormalise
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.gate import check_bounds, check_sums
from losscli.engine.shapes import check_shapes
from losscli.errors import UsageError
from losscli.losses.definition.bounds import SHARE
from losscli.losses.definition.loss import Labels, Shape
from losscli.losses.forms.categorical import Classes, Form
from losscli.vocabulary import Kind, Task


class Labelled(Struct, frozen=True):
    """The labels of a batch: `encoded`, in the form `for_kernel`, and which rows or items are
    `ignored`.

    `class_weighted` says that class weights are part of `for_kernel`, `zero_one` that it holds
    nothing but 0 and 1.
    """

    encoded: Any = None
    for_kernel: Any = None
    ignored: NDArray[np.bool_] | None = None
    class_weighted: bool = False
    zero_one: bool = False


def labelled(evaluation: Evaluation, batch: Batch) -> Labelled:
    """The labels of a batch for an evaluation. Raises Misfit where one is no such label."""
    if evaluation.reading.labels is Labels.NONE:
        return Labelled()
    return batch.once(evaluation.label_key, lambda: _read(evaluation, batch))


def _read(evaluation: Evaluation, batch: Batch) -> Labelled:
    _check_axis(evaluation, batch)
    raw = batch.label_as(evaluation.reading)
    ignored = None
    ignore_index = evaluation.params.get("ignore_index")
    if ignore_index is not None and raw.ndim == 1 and raw.dtype != object:
        ignored = raw == ignore_index
        raw = np.where(ignored, 0, raw)
    if batch.setting.left_out is not None and raw.dtype != object:
        ignored = np.isnan(raw) | np.isin(raw, list(batch.setting.left_out))
        if ignored.ndim == 2 and evaluation.reading.shape is not Shape.ROWS:
            raise UsageError(
                f"{evaluation.loss.id} is no mean over items: single items cannot be left out of it"
            )
        raw = np.where(ignored, 0, raw)
    if evaluation.params.get("log_target"):
        raw = np.exp(raw)
    if raw is batch.block.label:
        encoded = batch.encoded(evaluation.task)
    else:
        encoded = batch.setting.code.encode(raw, evaluation.task)
    if isinstance(encoded, np.ndarray):
        check_shapes(evaluation, batch.pred_as(evaluation.reading), encoded)
    _check_items(evaluation, batch, encoded)
    if isinstance(encoded, Classes) and encoded.rows is not None:
        encoded = Classes(rows=_shares(encoded.rows, evaluation, batch))
    if evaluation.label_bounds is not None:
        check_bounds(encoded, evaluation.label_bounds, "label", batch.extent(encoded))
    for_kernel = encoded
    smoothing = evaluation.params.get("label_smoothing", 0.0)
    if smoothing:
        for_kernel = _smoothed(encoded, smoothing, batch.setting.code.width)
    if evaluation.reading.labels is Labels.SIGN:
        as_stands = evaluation.axes.zero_is_no_sign and not batch.setting.code.signs
        for_kernel = for_kernel if as_stands else 2.0 * for_kernel - 1.0
    class_weight = batch.setting.class_weight
    class_weighted = (
        class_weight is not None
        and evaluation.loss.linear_in_label
        and isinstance(for_kernel, Classes)
        and for_kernel.rows is not None
    )
    if class_weighted:
        for_kernel = Classes(rows=for_kernel.rows * np.asarray(class_weight))
    shown = ignored if ignored is not None and ignored.any() else None
    zero_one = (
        evaluation.reading.labels is Labels.SHARE and batch.extent(for_kernel).ones is not None
    )
    return Labelled(encoded, for_kernel, shown, class_weighted, zero_one)


def _check_axis(evaluation: Evaluation, batch: Batch) -> None:
    """Raise UsageError where items in several dimensions would all be taken for classes.

    Log-probabilities are compared item with item: which of them compete does not matter.
    """
    reading, shape = evaluation.reading, batch.block.pred.shape
    competing = reading.form in (Form.CATEGORICAL, Form.SCORES)
    if len(shape) <= 2 or reading.tokens or reading.dims or not competing:
        return
    if evaluation.kind is not Kind.LOG_PROBABILITY:
        raise UsageError(
            f"{evaluation.asked_as or evaluation.loss.id} reads classes that compete, and each row "
            f"of the prediction has the shape {shape[1:]}: which axis holds the classes?",
            hint="Make it one row for each distribution: array.reshape(-1, array.shape[-1]) for "
            "classes in the last axis, np.moveaxis(array, 1, -1) before it for the second.",
        )


def _check_items(evaluation: Evaluation, batch: Batch, encoded: Any) -> None:
    """Raise UsageError where a loss compares item with item, and labels have another number."""
    if evaluation.task not in (Task.REGRESSION, Task.CLASSES, Task.RANKING):
        return
    pred = batch.pred_as(evaluation.reading)
    if encoded.shape != pred.shape:
        raise UsageError(
            f"{evaluation.loss.id} compares item with item: the prediction has {pred.shape[1:]} "
            f"per row, the label {encoded.shape[1:]}".replace("()", "one").replace(",)", ")"),
            hint="Choose one column (--pred-col NAME), or a loss of classes such as ce or brier.",
        )


def _shares(rows: Array, evaluation: Evaluation, batch: Batch) -> Array:
    axes = evaluation.axes
    if axes.unit_labels:
        check_bounds(rows, SHARE, "label")
    if axes.renormalise is Renormalise.BOTH:
        return np.asarray(rows / rows.sum(axis=1, keepdims=True))
    if axes.sums_checked:
        check_sums(
            rows,
            batch.setting.tolerance,
            "label",
            "Labels of several columns are shares of one class each row; "
            "say --task multilabel for several yes-or-no items.",
        )
    return axes.label_floor.apply(rows)


def _smoothed(label: Any, smoothing: float, width: int) -> Any:
    if isinstance(label, Classes):
        return Classes(rows=label.share(width) * (1.0 - smoothing) + smoothing / width)
    return label * (1.0 - smoothing) + 0.5 * smoothing


def class_weights(encoded: Any, weight: tuple[float, ...], task: Task) -> Array:
    """The weight of each row (or item) by its class."""
    values = np.asarray(weight)
    if isinstance(encoded, Classes):
        if encoded.index is not None:
            return values[encoded.index]
        assert encoded.rows is not None
        return np.asarray(encoded.rows @ values)
    if task is Task.MULTILABEL:
        return np.broadcast_to(values, encoded.shape)
    return np.asarray(values[0] * (1.0 - encoded) + values[1] * encoded)
