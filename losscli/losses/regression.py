"""Losses of real-valued predictions. Every kernel gives one loss per element."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import Constant, Example, Labels, Loss, Name, Param, Reading
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Reduction, Task

_EXAMPLE = Example((2.5, 0.0, 2.0, 8.0), (3.0, -0.5, 2.0, 7.0), Kind.VALUE, Task.REGRESSION)


def squared_error(pred: Array, label: Array) -> Array:
    """(p − y)², elementwise."""
    difference = pred - label
    return np.multiply(difference, difference, out=difference)


def squared_error_gradient(pred: Array, label: Array) -> Array:
    """2(p − y)."""
    return 2.0 * (pred - label)


def absolute_error(pred: Array, label: Array, *, delta: float) -> Array:
    """|p − y|, elementwise, less `delta` where that is above 0."""
    difference = pred - label
    size = np.abs(difference, out=difference)
    return np.maximum(size - delta, 0.0) if delta else size


def shrunk_sign(difference: Array, delta: float) -> Array:
    """The sign of the difference, 0 where its size is at most `delta`."""
    sign = np.sign(difference)
    return np.where(np.abs(difference) > delta, sign, 0.0) if delta else sign


def absolute_error_gradient(pred: Array, label: Array, *, delta: float) -> Array:
    """sign(p − y), 0 up to `delta`."""
    return shrunk_sign(pred - label, delta)


def huber_error(pred: Array, label: Array, *, delta: float) -> Array:
    """½d² where |d| ≤ δ, else δ(|d| − ½δ), elementwise."""
    size = np.abs(pred - label)
    bent = np.minimum(size, delta)
    return bent * (size - 0.5 * bent)


def huber_error_gradient(pred: Array, label: Array, *, delta: float) -> Array:
    """d clipped to [−δ, δ]."""
    return np.clip(pred - label, -delta, delta)


def log_cosh_error(pred: Array, label: Array) -> Array:
    """log cosh d, elementwise, without overflow and without loss of digits at small d."""
    size = np.abs(pred - label)
    # cosh d = 1 + 2 sinh²(d/2) is exact near 0; d + log(1 + e⁻²ᵈ) − log 2 cannot overflow.
    half = np.sinh(0.5 * np.minimum(size, 1.0))
    near = np.log1p(2.0 * half * half)
    far = size + (np.log1p(np.exp(-2.0 * size)) - math.log(2.0))
    return np.where(size < 1.0, near, far)


def log_cosh_error_gradient(pred: Array, label: Array) -> Array:
    """tanh(p − y)."""
    return np.tanh(pred - label)


def _root(mean: float, params: Mapping[str, Any]) -> float:
    return math.sqrt(mean + params["eps"])


def _root_slope(mean: float, params: Mapping[str, Any]) -> float:
    # 0 at a perfect prediction, where the root has a corner.
    return 0.5 / _root(mean, params) if mean + params["eps"] > 0.0 else 0.0


def _reading(
    kernel: Callable[..., Any], gradient: Callable[..., Any] | None
) -> tuple[Reading, ...]:
    return (Reading(kernel, Form.VALUE, Labels.REAL, (Task.REGRESSION,), gradient=gradient),)


MEAN_SQUARED_ERROR = Loss(
    id="mean_squared_error",
    title="mean squared error",
    family="regression",
    aliases=("mse", "l2"),
    names={
        "torch": (Name("mse_loss"), Name("MSELoss")),
        "keras": (
            Name("MeanSquaredError"),
            Name("mse"),
        ),
        "sklearn": (Name("mean_squared_error"),),
        "optax": (Name("squared_error", reduction=Reduction.NONE),),
        "torchmetrics": (Name("mean_squared_error"),),
        "textbook": (Name("MSE"),),
        "lightgbm": (
            Name("l2"),
            Name("mse"),
            Name("regression_l2"),
        ),
    },
    readings=_reading(squared_error, squared_error_gradient),
    formula="mean (p − y)²",
    derivative="∂/∂p = 2(p − y), ÷ n in the mean",
    derivative_says="The pull is proportional to the distance: a row twice as far off pulls twice "
    "as hard, so a few outliers lead, and it fades to nothing at the label.",
    summary="The average square of the distance between prediction and label.",
    when="The default for regression: its best constant prediction is the mean. A few large "
    "errors dominate it.",
    reference="Gauss 1809, Theoria motus corporum coelestium",
    example=_EXAMPLE,
    unit="label²",
    symmetric=True,
    constant=Constant.MEAN,
)

ROOT_MEAN_SQUARED_ERROR = Loss(
    id="root_mean_squared_error",
    title="root mean squared error",
    family="regression",
    aliases=("rmse",),
    names={
        "sklearn": (Name("root_mean_squared_error"),),
        "catboost": (Name("RMSE"),),
        "textbook": (Name("RMSE"), Name("RMSELoss", params={"eps": 1e-6})),
        "xgboost": (Name("rmse"),),
        "lightgbm": (
            Name("rmse"),
            Name("l2_root"),
        ),
        "keras": (Name("RootMeanSquaredError"),),
    },
    params={"eps": Param(0.0, "added inside the root, as in sqrt(MSE + 1e-6)", minimum=0.0)},
    readings=_reading(squared_error, squared_error_gradient),
    transform=_root,
    transform_slope=_root_slope,
    formula="√(mean (p − y)² + eps)",
    derivative="∂/∂pᵢ = (pᵢ − yᵢ) ÷ (n · RMSE)",
    derivative_says="The direction of the mean squared error, at a length that does not fade as "
    "the fit gets better.",
    summary="The mean squared error brought back to the unit of the label.",
    when="To say in the label's own unit how far off the predictions are.",
    reference="scikit-learn 1.9 root_mean_squared_error; PyTorch idiom sqrt(MSE + 1e-6)",
    example=_EXAMPLE,
    unit="label",
    symmetric=True,
    constant=Constant.MEAN,
)

SUM_SQUARED_ERROR = Loss(
    id="sum_squared_error",
    title="half the sum of squared errors",
    family="regression",
    aliases=("sse",),
    names={"textbook": (Name("SSE"),)},
    readings=_reading(squared_error, squared_error_gradient),
    reduction=Reduction.SUM,
    scale=0.5,
    formula="½ Σ (p − y)²",
    derivative="∂/∂p = p − y",
    derivative_says="The half cancels the 2 of the square: prediction less label is what training "
    "follows. It is not divided by n, so more rows make larger steps.",
    summary="Half the sum of the squared distances; the half cancels in the derivative, p − y.",
    when="To follow a textbook derivation. It grows with the number of rows: two models can be "
    "compared by it only on the same rows; the mean squared error has no such limit.",
    reference="Bishop 2006, Pattern Recognition and Machine Learning, eq. 1.2",
    example=_EXAMPLE,
    unit="label²",
    symmetric=True,
    constant=Constant.MEAN,
)

MEAN_ABSOLUTE_ERROR = Loss(
    id="mean_absolute_error",
    title="mean absolute error",
    family="regression",
    aliases=("mae", "l1"),
    names={
        "torch": (Name("l1_loss"), Name("L1Loss")),
        "keras": (
            Name("MeanAbsoluteError"),
            Name("mae"),
        ),
        "sklearn": (Name("mean_absolute_error"),),
        "torchmetrics": (Name("mean_absolute_error"),),
        "catboost": (Name("MAE"),),
        "xgboost": (Name("mae"),),
        "lightgbm": (
            Name("l1"),
            Name("mae"),
            Name("regression_l1"),
        ),
    },
    params={"delta": Param(0.0, "taken off each |p − y|, as CatBoost does", minimum=0.0)},
    readings=_reading(absolute_error, absolute_error_gradient),
    formula="mean |p − y|",
    derivative="∂/∂p = sign(p − y), ÷ n in the mean; 0 at p = y",
    derivative_says="Every row pulls equally hard however far off it is, so outliers do not lead; "
    "the pull does not fade near the label either, so fixed steps jump to and fro around it.",
    summary="The average distance between prediction and label.",
    when="When outliers should count no more than their distance: its best constant prediction "
    "is the median.",
    reference="Laplace 1774; scikit-learn 1.9 mean_absolute_error",
    example=_EXAMPLE,
    unit="label",
    symmetric=True,
    constant=Constant.MEDIAN,
)

HUBER = Loss(
    id="huber",
    title="Huber loss",
    family="regression",
    aliases=("huber_loss",),
    names={
        "torch": (Name("huber_loss"), Name("HuberLoss")),
        "keras": (Name("Huber"),),
        "optax": (Name("huber_loss", reduction=Reduction.NONE),),
        "catboost": (Name("Huber"),),
        "lightgbm": (Name("huber"),),
    },
    params={"delta": Param(1.0, "where the square turns into a line", minimum=0.0, open_ends=True)},
    readings=_reading(huber_error, huber_error_gradient),
    formula="mean ½d² if |d| ≤ δ else δ(|d| − ½δ), d = p − y",
    derivative="∂/∂p = d clipped to [−δ, δ], d = p − y",
    derivative_says="Within δ a pull as of the squared error, beyond it one as of the absolute "
    "error: no row pulls harder than δ.",
    summary="Squared near zero, linear beyond δ.",
    when="Regression with outliers that should pull, but not rule.",
    reference="Huber 1964, Ann. Math. Statist. 35(1)",
    example=_EXAMPLE,
    unit="label²",
    symmetric=True,
    constant=Constant.FITTED,
)

LOG_COSH = Loss(
    id="log_cosh",
    title="log-cosh",
    family="regression",
    aliases=("logcosh",),
    names={
        "keras": (
            Name("LogCosh"),
            Name("logcosh"),
        ),
        "optax": (Name("log_cosh", reduction=Reduction.NONE),),
        "torchmetrics": (Name("log_cosh_error", reduction=Reduction.COLUMNS),),
        "catboost": (Name("LogCosh"),),
    },
    readings=_reading(log_cosh_error, log_cosh_error_gradient),
    formula="mean log cosh(p − y)",
    derivative="∂/∂p = tanh(p − y)",
    derivative_says="It grows with the distance at first and levels off at 1: smooth, and no row "
    "pulls harder than 1.",
    summary="Smooth everywhere: ½d² near zero, |d| − log 2 far away.",
    when="As Huber, where a second derivative is wanted and no δ is to be chosen.",
    reference="Keras 3 LogCosh; optax 0.2.8 log_cosh",
    example=_EXAMPLE,
    unit="label",
    symmetric=True,
    constant=Constant.FITTED,
)
