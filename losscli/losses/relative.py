"""Losses of real values that weigh an error by the size of the label, or look at logarithms."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.bounds import ABOVE_MINUS_ONE
from losscli.losses.definition.loss import (
    Example,
    Floored,
    Labels,
    Loss,
    Name,
    Param,
    Reading,
    Shape,
    Stats,
)
from losscli.losses.forms.categorical import Form, Mask
from losscli.vocabulary import Kind, Task

_EXAMPLE = Example((2.5, 0.5, 2.0, 8.0), (3.0, 0.4, 2.0, 7.0), Kind.VALUE, Task.REGRESSION)
_EPS = Param(sys.float_info.epsilon, "labels count as at least this large", minimum=0.0)
_SCALE = Param(1.0, "100 for percent", minimum=0.0, open_ends=True)


def percentage_error(pred: Array, label: Array, *, eps: float, scale: float) -> Array:
    """|p − y| ÷ max(|y|, eps), times `scale`, elementwise."""
    return scale * (np.abs(pred - label) / np.maximum(np.abs(label), eps))


def percentage_error_gradient(pred: Array, label: Array, *, eps: float, scale: float) -> Array:
    """sign(p − y) ÷ max(|y|, eps), times `scale`."""
    return scale * (np.sign(pred - label) / np.maximum(np.abs(label), eps))


def symmetric_percentage_error(pred: Array, label: Array, *, eps: float, scale: float) -> Array:
    """2|p − y| ÷ max(|p| + |y|, eps), times `scale`, elementwise."""
    size = np.maximum(np.abs(pred) + np.abs(label), eps)
    error = 2.0 * np.abs(pred - label)
    return scale * np.divide(error, size, out=np.zeros_like(error), where=size > 0.0)


def symmetric_percentage_error_gradient(
    pred: Array, label: Array, *, eps: float, scale: float
) -> Array:
    """2 sign(p − y) (|y| + y sign p) ÷ (|p| + |y|)²; 2 sign(p − y) ÷ eps where that is larger."""
    size = np.abs(pred) + np.abs(label)
    side = 2.0 * scale * np.sign(pred - label)
    safe = np.where(size > 0.0, size, 1.0)
    far = side * ((np.abs(label) + label * np.sign(pred)) / safe / safe)
    return np.where(size < eps, side / eps, far) if eps else far


def squared_percentage_error(pred: Array, label: Array, *, eps: float) -> Array:
    """((p − y) ÷ max(|y|, eps))², elementwise."""
    ratio = (pred - label) / np.maximum(np.abs(label), eps)
    return ratio * ratio


def squared_percentage_error_gradient(pred: Array, label: Array, *, eps: float) -> Array:
    """2(p − y) ÷ max(|y|, eps)²."""
    size = np.maximum(np.abs(label), eps)
    return 2.0 * ((pred - label) / size) / size


def squared_log_error(pred: Array, label: Array, *, floor: float | None) -> Array:
    """(log(1 + p) − log(1 + y))², elementwise; `floor` raises both before the logs."""
    if floor is not None:
        pred, label = np.maximum(pred, floor), np.maximum(label, floor)
    # One logarithm of the ratio, taken to be at least 1, keeps the digits of near and far alike.
    distance = np.log1p(np.abs(pred - label) / (1.0 + np.minimum(pred, label)))
    return distance * distance


def squared_log_error_gradient(pred: Array, label: Array, *, floor: float | None) -> Array:
    """2(log(1 + p) − log(1 + y)) ÷ (1 + p), 0 where `floor` holds the prediction."""
    given = pred
    if floor is not None:
        pred, label = np.maximum(pred, floor), np.maximum(label, floor)
    distance = np.log1p(np.abs(pred - label) / (1.0 + np.minimum(pred, label)))
    slope = 2.0 * np.sign(pred - label) * distance / (1.0 + pred)
    return slope if floor is None else np.where(given < floor, 0.0, slope)


def absolute_sums(pred: Array, label: Array) -> Mapping[str, Array]:
    """|p − y| and |y|, to be summed."""
    return {"error": np.abs(pred - label), "label": np.abs(label)}


def absolute_sums_gradient(pred: Array, label: Array, stats: Stats, *, eps: float) -> Array:
    """sign(p − y) ÷ max(Σ |y|, eps)."""
    return np.sign(pred - label) / max(float(stats.total("label")), eps)


def _weighted_percentage(stats: Stats, params: Mapping[str, Any]) -> float:
    return float(stats.total("error")) / max(float(stats.total("label")), params["eps"])


def small_label(_pred: Array, label: Array, *, eps: float) -> Mask:
    """Where a label counts as eps."""
    return np.asarray(np.abs(label) < eps if eps else label == 0.0)


def small_pair(pred: Array, label: Array, *, eps: float) -> Mask:
    """Where prediction and label together count as eps."""
    size = np.abs(pred) + np.abs(label)
    return np.asarray(size < eps if eps else size == 0.0)


def raised_pair(pred: Array, label: Array, *, floor: float | None) -> Mask:
    """Where prediction or label is raised to the floor."""
    if floor is None:
        return np.zeros(np.shape(pred), dtype=bool)
    return (pred < floor) | (label < floor)


_SMALL_LABEL = Floored(
    small_label, "labels are 0 (or nearer to it than {eps:.3g}) and count as {eps:.3g}"
)
_SMALL_PAIR = Floored(
    small_pair, "pairs of prediction and label are 0 (or nearer to it than {eps:.3g})"
)
_RAISED = Floored(raised_pair, "pairs have a number that is raised to {floor:g}")


def _root(mean: float, _params: Mapping[str, Any]) -> float:
    return math.sqrt(mean)


def _root_slope(mean: float, _params: Mapping[str, Any]) -> float:
    # 0 at a perfect prediction, where the root has a corner.
    return 0.5 / math.sqrt(mean) if mean > 0.0 else 0.0


def _reading(
    kernel: Callable[..., Any],
    gradient: Callable[..., Any] | None,
    floored: Floored,
    *,
    logs: bool = False,
) -> tuple[Reading, ...]:
    bounds = ABOVE_MINUS_ONE if logs else None
    return (
        Reading(
            kernel,
            Form.VALUE,
            Labels.REAL,
            (Task.REGRESSION,),
            pred_bounds=bounds,
            label_bounds=bounds,
            bounds_lifted_by="floor",
            floored=floored,
            gradient=gradient,
        ),
    )


MEAN_ABSOLUTE_PERCENTAGE_ERROR = Loss(
    id="mean_absolute_percentage_error",
    title="mean absolute percentage error",
    family="regression",
    aliases=("mape",),
    names={
        "keras": (
            Name("MeanAbsolutePercentageError"),
            Name("mape"),
        ),
        "sklearn": (Name("mean_absolute_percentage_error"),),
        "torchmetrics": (Name("mean_absolute_percentage_error"),),
        "catboost": (Name("MAPE"),),
        "xgboost": (Name("mape"),),
        "lightgbm": (Name("mape"),),
    },
    params={"eps": _EPS, "scale": _SCALE},
    readings=_reading(percentage_error, percentage_error_gradient, _SMALL_LABEL),
    formula="mean |p − y| ÷ max(|y|, eps), as a fraction",
    derivative="∂/∂p = sign(p − y) ÷ max(|y|, eps)",
    derivative_says="Rows of small labels pull hardest, whatever their error.",
    summary="The average error as a share of the label.",
    when="Labels are positive and far from 0; a label near 0 makes it explode.",
    reference="scikit-learn 1.9 mean_absolute_percentage_error",
    example=_EXAMPLE,
    featured=False,
)

SYMMETRIC_MEAN_ABSOLUTE_PERCENTAGE_ERROR = Loss(
    id="symmetric_mean_absolute_percentage_error",
    title="symmetric mean absolute percentage error",
    family="regression",
    aliases=("smape",),
    names={
        "torchmetrics": (Name("symmetric_mean_absolute_percentage_error"),),
        "catboost": (Name("SMAPE"),),
    },
    params={
        "eps": Param(1.17e-6, "the sum of both counts as at least this large", minimum=0.0),
        "scale": _SCALE,
    },
    readings=_reading(symmetric_percentage_error, symmetric_percentage_error_gradient, _SMALL_PAIR),
    formula="mean 2|p − y| ÷ max(|p| + |y|, eps), 0 to 2",
    derivative="∂/∂p = 2 sign(p − y) (|y| + y sign p) ÷ (|p| + |y|)²",
    summary="The error as a share of the average size of prediction and label.",
    when="As MAPE, where predictions far too high should not be free to cost any amount.",
    reference="Makridakis 1993, Int. J. Forecasting 9(4); TorchMetrics 1.9",
    example=_EXAMPLE,
    symmetric=True,
    upper=math.inf,
    featured=False,
)

WEIGHTED_MEAN_ABSOLUTE_PERCENTAGE_ERROR = Loss(
    id="weighted_mean_absolute_percentage_error",
    title="weighted mean absolute percentage error",
    family="regression",
    aliases=("wmape", "wape"),
    names={"torchmetrics": (Name("weighted_mean_absolute_percentage_error"),)},
    params={"eps": Param(1.17e-6, "the sum of the labels counts as at least this", minimum=0.0)},
    readings=(
        Reading(
            absolute_sums,
            Form.VALUE,
            Labels.REAL,
            (Task.REGRESSION,),
            shape=Shape.SUMS,
            gradient=absolute_sums_gradient,
        ),
    ),
    finish=_weighted_percentage,
    formula="Σ |p − y| ÷ max(Σ |y|, eps)",
    derivative="∂/∂pᵢ = sign(pᵢ − yᵢ) ÷ max(Σ |y|, eps)",
    summary="All errors as a share of all labels.",
    when="As MAPE, where single labels may be 0.",
    reference="TorchMetrics 1.9 weighted_mean_absolute_percentage_error",
    example=_EXAMPLE,
    featured=False,
)

ROOT_MEAN_SQUARED_PERCENTAGE_ERROR = Loss(
    id="root_mean_squared_percentage_error",
    title="root mean squared percentage error",
    family="regression",
    aliases=("rmspe",),
    names={"catboost": (Name("RMSPE"),)},
    params={"eps": Param(1.0, "labels count as at least this large", minimum=0.0)},
    readings=_reading(squared_percentage_error, squared_percentage_error_gradient, _SMALL_LABEL),
    transform=_root,
    transform_slope=_root_slope,
    formula="√(mean ((p − y) ÷ max(|y|, eps))²)",
    derivative="∂/∂pᵢ = (pᵢ − yᵢ) ÷ (max(|yᵢ|, eps)² · n · RMSPE)",
    summary="The root of the mean squared error as a share of the label.",
    when="As MAPE, where large relative errors should rule.",
    reference="CatBoost 1.2 RMSPE",
    example=_EXAMPLE,
    featured=False,
)

MEAN_SQUARED_LOG_ERROR = Loss(
    id="mean_squared_log_error",
    title="mean squared logarithmic error",
    family="regression",
    aliases=("msle",),
    names={
        "keras": (
            Name("MeanSquaredLogarithmicError"),
            Name("msle"),
        ),
        "sklearn": (Name("mean_squared_log_error"),),
        "torchmetrics": (Name("mean_squared_log_error"),),
        "catboost": (Name("MSLE"),),
    },
    params={"floor": Param(None, "both arrays are raised to at least this")},
    readings=_reading(squared_log_error, squared_log_error_gradient, _RAISED, logs=True),
    formula="mean (log(1 + p) − log(1 + y))²",
    derivative="∂/∂p = 2(log(1 + p) − log(1 + y)) ÷ (1 + p)",
    summary="The squared error on a logarithmic scale: ratios count, not differences.",
    when="Positive labels over several orders of magnitude.",
    reference="scikit-learn 1.9 mean_squared_log_error",
    example=_EXAMPLE,
    symmetric=True,
    featured=False,
)

ROOT_MEAN_SQUARED_LOG_ERROR = Loss(
    id="root_mean_squared_log_error",
    title="root mean squared logarithmic error",
    family="regression",
    aliases=("rmsle",),
    names={
        "sklearn": (Name("root_mean_squared_log_error"),),
        "xgboost": (Name("rmsle"),),
    },
    params={"floor": Param(None, "both arrays are raised to at least this")},
    readings=_reading(squared_log_error, squared_log_error_gradient, _RAISED, logs=True),
    transform=_root,
    transform_slope=_root_slope,
    formula="√(mean (log(1 + p) − log(1 + y))²)",
    derivative="∂/∂pᵢ = (log(1 + pᵢ) − log(1 + yᵢ)) ÷ ((1 + pᵢ) · n · RMSLE)",
    summary="The root of the mean squared logarithmic error.",
    when="As its square, in a scale that reads as a relative error.",
    reference="scikit-learn 1.9 root_mean_squared_log_error",
    example=_EXAMPLE,
    symmetric=True,
    featured=False,
)
