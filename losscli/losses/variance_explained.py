"""Losses and scores that set the error beside the spread of the labels.

Each is a function of a few sums, taken column by column where there are several. The sums are
exact, so a variance may be finished from squares without losing its digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import (
    Example,
    Labels,
    Loss,
    Name,
    Param,
    Reading,
    Shape,
    Stats,
    Terms,
)
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Reduction, Task

_EXAMPLE = Example((2.5, 0.0, 2.0, 8.0), (3.0, -0.5, 2.0, 7.0), Kind.VALUE, Task.REGRESSION)

_FORCE_FINITE = Param(True, "of constant labels 1 or 0; false: NaN if perfect, else −∞")
_OUTPUTS = Param(
    "uniform_average",
    "how columns become one",
    choices=("uniform_average", "variance_weighted"),
)


def squares(pred: Array, label: Array) -> Terms:
    """The labels, the errors and their squares, to be summed."""
    error = label - pred
    return {
        "label": label,
        "label²": (label, label),
        "error": error,
        "error²": (error, error),
    }


def moments(pred: Array, label: Array) -> Terms:
    """First and second moments of predictions and labels, to be summed."""
    return {
        "label": label,
        "pred": pred,
        "label²": (label, label),
        "pred²": (pred, pred),
        "product": (pred, label),
    }


def _spread(stats: Stats, name: str) -> Fraction:
    """Σ (x − mean)² of the terms called `name`."""
    total = stats.total(name)
    return stats.total(f"{name}²") - total * total / stats.weight


def _label_spread(stats: Stats) -> Fraction:
    return _spread(stats, "label")


def _explained(part: Fraction, whole: Fraction, params: Mapping[str, Any]) -> float:
    """1 − part/whole; where nothing was to be explained 1 for a perfect prediction, else 0."""
    nothing = params.get("near_zero", 0.0)
    if whole <= nothing and not params["force_finite"]:
        return math.nan if part <= nothing else -math.inf
    if part <= nothing:
        return 1.0
    return 0.0 if whole <= nothing else _float(1 - part / whole)


def _float(number: Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _r2(stats: Stats, params: Mapping[str, Any]) -> float:
    if stats.rows < 2:
        return math.nan
    return _explained(stats.total("error²"), _spread(stats, "label"), params)


def _explained_variance(stats: Stats, params: Mapping[str, Any]) -> float:
    shared = stats.total("product") - stats.total("label") * stats.total("pred") / stats.weight
    spread = _spread(stats, "label")
    # Of labels far from 0 an error, rounded, has lost digits; exact moments have all of them.
    return _explained(spread + _spread(stats, "pred") - 2 * shared, spread, params)


def _relative_squared(stats: Stats, params: Mapping[str, Any]) -> float:
    spread = _spread(stats, "label")
    size = max(spread, Fraction(params["eps"]))
    return float(stats.total("error²") / size) if size else math.nan


def _normalized(stats: Stats, params: Mapping[str, Any]) -> float:
    square = stats.total("error²") / stats.weight
    by, sign = params["normalization"], 1.0
    if by == "mean":
        mean = stats.total("label") / stats.weight
        size, sign = mean * mean, math.copysign(1.0, mean)
    elif by == "range":
        size = (Fraction(stats.high("label")) - Fraction(stats.low("label"))) ** 2
    elif by == "std":
        size = _spread(stats, "label") / stats.weight
    else:
        size = stats.total("label²")
    # The root of the quotient, which may be in the range of float64 where the two are not.
    return sign * math.sqrt(square / size) if size else math.nan


def _concordance(stats: Stats, _params: Mapping[str, Any]) -> float:
    n = stats.weight
    if n <= 1:
        return math.nan
    label, pred = stats.total("label"), stats.total("pred")
    covariance = stats.total("product") - label * pred / n
    apart = (label - pred) ** 2 / n
    # Sample variances stand beside the squared distance of the means, as in TorchMetrics.
    whole = (_spread(stats, "label") + _spread(stats, "pred")) * n / (n - 1) + apart
    return float(2 * covariance * n / (n - 1) / whole) if whole else math.nan


def _sums(kernel: Callable[..., Any], gradient: Callable[..., Any]) -> tuple[Reading, ...]:
    return (
        Reading(
            kernel, Form.VALUE, Labels.REAL, (Task.REGRESSION,), shape=Shape.SUMS, gradient=gradient
        ),
    )


def per(spread: float) -> float:
    """1 ÷ spread; NaN where there is nothing to explain."""
    return 1.0 / spread if spread else math.nan


def _mean_of(stats: Stats, name: str) -> float:
    return float(stats.total(name) / stats.weight)


def r2_gradient(pred: Array, label: Array, stats: Stats) -> Array:
    """2(y − p) ÷ Σ (y − ȳ)²."""
    return 2.0 * (label - pred) * per(float(_spread(stats, "label")))


def relative_squared_gradient(pred: Array, label: Array, stats: Stats) -> Array:
    """2(p − y) ÷ Σ (y − ȳ)²."""
    return -r2_gradient(pred, label, stats)


def explained_variance_gradient(pred: Array, label: Array, stats: Stats) -> Array:
    """2(e − ē) ÷ Σ (y − ȳ)² with e = y − p."""
    offset = float((stats.total("label") - stats.total("pred")) / stats.weight)
    return 2.0 * (label - pred - offset) * per(float(_spread(stats, "label")))


def normalized_gradient(pred: Array, label: Array, stats: Stats, *, normalization: str) -> Array:
    """(p − y) ÷ (n · RMSE · size of the labels); 0 where the prediction is perfect."""
    n = float(stats.weight)
    root = math.sqrt(stats.total("error²") / stats.weight)
    size = {
        "mean": lambda: _mean_of(stats, "label"),
        "range": lambda: stats.high("label") - stats.low("label"),
        "std": lambda: math.sqrt(float(_spread(stats, "label")) / n),
        "l2": lambda: math.sqrt(stats.total("label²")),
    }[normalization]()
    return (pred - label) * per(size) / (n * root) if root else np.zeros_like(pred)


def concordance_gradient(pred: Array, label: Array, stats: Stats) -> Array:
    """(2 ∂s_yp − c · (∂s_p² + ∂(ȳ − p̄)²)) ÷ (s_y² + s_p² + (ȳ − p̄)²)."""
    n = float(stats.weight)
    if n <= 1.0:
        return np.full_like(pred, math.nan)
    sample = n / (n - 1.0)
    pred_mean, label_mean = _mean_of(stats, "pred"), _mean_of(stats, "label")
    total = stats.total("product") - stats.total("label") * stats.total("pred") / stats.weight
    apart = float((stats.total("label") - stats.total("pred")) / stats.weight)
    whole = (
        float(_spread(stats, "label")) + float(_spread(stats, "pred"))
    ) * sample + n * apart * apart
    score = 2.0 * float(total) * sample * per(whole)
    by_spread = 2.0 * sample * (pred - pred_mean) - 2.0 * apart
    return (2.0 * sample * (label - label_mean) - score * by_spread) * per(whole)


SCORE: dict[str, Any] = {
    "lower": -math.inf,
    "upper": 1.0,
    "lower_is_better": False,
    "zero_at_perfect": False,
    "featured": False,
    "of_spread": True,
}

R2 = Loss(
    id="r2",
    title="R², coefficient of determination",
    family="explained",
    aliases=("r2_score", "r_squared"),
    names={
        "sklearn": (Name("r2_score"),),
        "torchmetrics": (Name("r2_score"),),
        "catboost": (Name("R2"),),
    },
    params={
        "multioutput": _OUTPUTS,
        "force_finite": _FORCE_FINITE,
        "near_zero": Param(0.0, "a sum of squares up to this counts as 0", minimum=0.0),
    },
    readings=_sums(squares, r2_gradient),
    finish=_r2,
    by_column=True,
    column_weight=_label_spread,
    formula="1 − Σ (y − p)² ÷ Σ (y − ȳ)²",
    derivative="∂/∂pᵢ = 2(yᵢ − pᵢ) ÷ Σ (y − ȳ)²",
    summary="The share of the labels' variance that the prediction explains.",
    when="To say how much better than the mean a regression is; 0 is no better.",
    reference="Wright 1921; scikit-learn 1.9 r2_score",
    example=_EXAMPLE,
    **SCORE,
)

EXPLAINED_VARIANCE = Loss(
    id="explained_variance",
    title="explained variance",
    family="explained",
    aliases=("explained_variance_score",),
    names={
        "sklearn": (Name("explained_variance_score"),),
        "torchmetrics": (Name("explained_variance"),),
    },
    params={"multioutput": _OUTPUTS, "force_finite": _FORCE_FINITE},
    readings=_sums(moments, explained_variance_gradient),
    finish=_explained_variance,
    by_column=True,
    column_weight=_label_spread,
    formula="1 − Var(y − p) ÷ Var(y)",
    derivative="∂/∂pᵢ = 2(eᵢ − ē) ÷ Σ (y − ȳ)², e = y − p",
    summary="R² that forgives a constant offset.",
    when="A constant bias of the prediction is no concern.",
    reference="scikit-learn 1.9 explained_variance_score",
    example=_EXAMPLE,
    **SCORE,
)

RELATIVE_SQUARED_ERROR = Loss(
    id="relative_squared_error",
    title="relative squared error",
    family="explained",
    aliases=("rse",),
    names={"torchmetrics": (Name("relative_squared_error"),)},
    params={"eps": Param(0.0, "the spread of the labels counts as at least this", minimum=0.0)},
    readings=_sums(squares, relative_squared_gradient),
    finish=_relative_squared,
    by_column=True,
    formula="Σ (y − p)² ÷ Σ (y − ȳ)²",
    derivative="∂/∂pᵢ = 2(pᵢ − yᵢ) ÷ Σ (y − ȳ)²",
    summary="The squared error beside that of the labels' mean: 1 − R².",
    when="As R², where lower should be better.",
    reference="TorchMetrics 1.9 relative_squared_error",
    example=_EXAMPLE,
    of_spread=True,
    featured=False,
)

NORMALIZED_ROOT_MEAN_SQUARED_ERROR = Loss(
    id="normalized_root_mean_squared_error",
    title="normalized root mean squared error",
    family="explained",
    aliases=("nrmse",),
    names={"torchmetrics": (Name("normalized_root_mean_squared_error"),)},
    params={
        "normalization": Param(
            "mean", "what the RMSE is divided by", choices=("mean", "range", "std", "l2")
        )
    },
    readings=_sums(squares, normalized_gradient),
    finish=_normalized,
    by_column=True,
    formula="RMSE ÷ mean, range, standard deviation or norm of the labels",
    derivative="∂/∂pᵢ = (pᵢ − yᵢ) ÷ (n · RMSE · size of the labels)",
    summary="The RMSE without a unit.",
    when="Models of labels in different units are to be compared.",
    reference="TorchMetrics 1.9 normalized_root_mean_squared_error",
    example=_EXAMPLE,
    lower=-math.inf,
    featured=False,
)

CONCORDANCE_CORRELATION = Loss(
    id="concordance_correlation",
    title="concordance correlation",
    family="explained",
    aliases=("ccc", "lin_ccc"),
    names={"torchmetrics": (Name("concordance_corrcoef", reduction=Reduction.COLUMNS),)},
    readings=_sums(moments, concordance_gradient),
    finish=_concordance,
    by_column=True,
    formula="2 s_yp ÷ (s_y² + s_p² + (ȳ − p̄)²)",
    derivative="∂/∂pᵢ = 2(k(yᵢ − ȳ) − c(k(pᵢ − p̄) + p̄ − ȳ)) ÷ (k S_y + k S_p + n(ȳ − p̄)²), c "
    "the value, S = Σ (x − x̄)², k = n/(n − 1)",
    summary="Correlation that counts a shift or a stretch of the prediction as disagreement.",
    when="Two measurements of the same thing should agree, not merely correlate.",
    reference="Lin 1989, Biometrics 45(1); TorchMetrics 1.9",
    example=_EXAMPLE,
    **SCORE,
)
