"""Labels as a kernel asks for them: encoded, smoothed, weighted by class, ignored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.conventions.axes import Renormalise
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.gate import check_bounds, check_sums
from losscli.engine.shapes import check_shapes
from losscli.errors import UsageError
from losscli.losses.definition.bounds import SHARE
from losscli.losses.definition.loss import Labels
from losscli.losses.forms.categorical import Classes
from losscli.vocabulary import Task

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labels of a batch: as they `stand`, as the kernel is `asked`, and what is `ignored`.

    `inside` says that class weights are already part of `asked`, `answers` that it is nothing but
    0 and 1.
    """

    stands: Any = None
    asked: Any = None
    ignored: NDArray[np.bool_] | None = None
    inside: bool = False
    answers: bool = False


def labelled(evaluation: Evaluation, batch: Batch) -> Labelled:
    """The labels of a batch for an evaluation. Raises Misfit where one is no such label."""
    if evaluation.reading.labels is Labels.NONE:
        return Labelled()
    return batch.once(("label", *label_key(evaluation)), lambda: _read(evaluation, batch))


def label_key(evaluation: Evaluation) -> tuple[Any, ...]:
    """What the reading of labels depends on."""
    reading, axes, params = evaluation.reading, evaluation.axes, evaluation.params
    return (
        evaluation.task,
        reading.labels,
        evaluation.label_bounds,
        reading.tokens,
        bool(reading.dims),
        evaluation.loss.linear_in_label,
        axes.renormalise,
        axes.label_floor,
        axes.sums_checked,
        axes.unit_labels,
        axes.zero_is_no_sign,
        params.get("label_smoothing", 0.0),
        params.get("ignore_index"),
        params.get("log_target", False),
    )


def _read(evaluation: Evaluation, batch: Batch) -> Labelled:
    raw = batch.label_as(evaluation.reading)
    ignored = None
    ignore_index = evaluation.params.get("ignore_index")
    if ignore_index is not None and raw.ndim == 1 and raw.dtype != object:
        ignored = raw == ignore_index
        raw = np.where(ignored, 0, raw)
    if evaluation.params.get("log_target"):
        raw = np.exp(raw)
    if raw is batch.block.label:
        stands = batch.encoded(evaluation.task)
    else:
        stands = batch.setting.code.encode(raw, evaluation.task)
    if isinstance(stands, np.ndarray):
        check_shapes(evaluation, batch.pred_as(evaluation.reading), stands)
    _check_items(evaluation, batch, stands)
    if isinstance(stands, Classes) and stands.rows is not None:
        stands = Classes(rows=_shares(stands.rows, evaluation, batch))
    if evaluation.label_bounds is not None:
        check_bounds(stands, evaluation.label_bounds, "label", batch.extent(stands))
    asked = stands
    smoothing = evaluation.params.get("label_smoothing", 0.0)
    if smoothing:
        asked = _smoothed(stands, smoothing, batch.setting.code.width)
    if evaluation.reading.labels is Labels.SIGN:
        as_stands = evaluation.axes.zero_is_no_sign and not batch.setting.code.signs
        asked = asked if as_stands else 2.0 * asked - 1.0
    class_weight = batch.setting.class_weight
    inside = (
        class_weight is not None
        and evaluation.loss.linear_in_label
        and isinstance(asked, Classes)
        and asked.rows is not None
    )
    if inside:
        asked = Classes(rows=asked.rows * np.asarray(class_weight))
    shown = ignored if ignored is not None and ignored.any() else None
    answers = evaluation.reading.labels is Labels.SHARE and batch.extent(asked).ones is not None
    return Labelled(stands, asked, shown, inside, answers)


def _check_items(evaluation: Evaluation, batch: Batch, stands: Any) -> None:
    """Raise UsageError where a loss compares item with item, and labels have another number."""
    if evaluation.task not in (Task.REGRESSION, Task.RANKING):
        return
    pred = batch.pred_as(evaluation.reading)
    if stands.shape != pred.shape:
        raise UsageError(
            f"{evaluation.loss.id} compares item with item: the prediction has {pred.shape[1:]} "
            f"per row, the label {stands.shape[1:]}".replace("()", "one").replace(",)", ")"),
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


def class_weights(stands: Any, weight: tuple[float, ...], task: Task) -> Array:
    """The weight of each row (or item) by its class."""
    values = np.asarray(weight)
    if isinstance(stands, Classes):
        if stands.index is not None:
            return values[stands.index]
        assert stands.rows is not None
        return np.asarray(stands.rows @ values)
    if task is Task.MULTILABEL:
        return np.broadcast_to(values, stands.shape)
    return np.asarray(values[0] * (1.0 - stands) + values[1] * stands)
