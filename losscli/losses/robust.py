"""Losses of real values that bend: by quantile, by power, or away from outliers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import Constant, Example, Labels, Loss, Name, Param, Reading
from losscli.losses.forms.categorical import Form
from losscli.losses.regression import shrunk_sign
from losscli.vocabulary import Kind, Reduction, Task

_EXAMPLE = Example((2.5, 0.0, 2.0, 8.0), (3.0, -0.5, 2.0, 7.0), Kind.VALUE, Task.REGRESSION)


def half_squared_error(pred: Array, label: Array) -> Array:
    """½(p − y)², elementwise."""
    difference = pred - label
    return 0.5 * difference * difference


def half_squared_error_gradient(pred: Array, label: Array) -> Array:
    """p − y."""
    return pred - label


def smooth_absolute_error(pred: Array, label: Array, *, beta: float) -> Array:
    """½d²/β where |d| < β, else |d| − ½β, elementwise; β = 0 is |d|."""
    size = np.abs(pred - label)
    if beta == 0.0:
        return size
    bent = np.minimum(size, beta)
    return bent / beta * (size - 0.5 * bent)


def smooth_absolute_error_gradient(pred: Array, label: Array, *, beta: float) -> Array:
    """d/β clipped to [−1, 1]; β = 0 is sign(d)."""
    difference = pred - label
    return np.sign(difference) if beta == 0.0 else np.clip(difference, -beta, beta) / beta


def pinball_error(
    pred: Array | float, label: Array, *, quantile: float | Array, delta: float = 0.0
) -> Array:
    """α(y − p) where y ≥ p, else (1 − α)(p − y), elementwise; `delta` is taken off each |y − p|."""
    difference = label - pred
    if delta:
        difference = np.sign(difference) * np.maximum(np.abs(difference) - delta, 0.0)
    return np.where(difference >= 0.0, quantile * difference, (quantile - 1.0) * difference)


def pinball_error_gradient(
    pred: Array, label: Array, *, quantile: float | Array, delta: float = 0.0
) -> Array:
    """−α where y > p, 1 − α where y < p, 0 in between."""
    side = shrunk_sign(label - pred, delta)
    return np.where(side > 0.0, -quantile, np.where(side < 0.0, 1.0 - quantile, 0.0))


def pinball_error_of_quantiles(
    pred: Array, label: Array, *, quantile: float | Array, delta: float = 0.0
) -> Array:
    """The pinball error of each of several quantiles of one label: (n, c) of (n, c) and (n,)."""
    return pinball_error(pred, _beside(pred, label), quantile=quantile, delta=delta)


def pinball_error_of_quantiles_gradient(
    pred: Array, label: Array, *, quantile: float | Array, delta: float = 0.0
) -> Array:
    """As of one quantile, for each."""
    return pinball_error_gradient(pred, _beside(pred, label), quantile=quantile, delta=delta)


def _beside(pred: Array, label: Array) -> Array:
    """The label once for each item of the prediction."""
    return np.broadcast_to(label[:, None], pred.shape) if pred.ndim > 1 else label


def expectile_error(pred: Array, label: Array, *, expectile: float) -> Array:
    """α(p − y)² where y ≥ p, else (1 − α)(p − y)², elementwise."""
    difference = label - pred
    return np.where(difference >= 0.0, expectile, 1.0 - expectile) * difference * difference


def expectile_error_gradient(pred: Array, label: Array, *, expectile: float) -> Array:
    """2α(p − y) where y ≥ p, else 2(1 − α)(p − y)."""
    difference = pred - label
    return np.where(difference <= 0.0, expectile, 1.0 - expectile) * 2.0 * difference


def fair_error(pred: Array, label: Array, *, c: float) -> Array:
    """c²(|d|/c − log(1 + |d|/c)), elementwise."""
    x = np.abs(pred - label) / c
    # x − log(1 + x) = Σ_{k≥2} (−x)ᵏ/k keeps its digits near 0.
    small = np.minimum(x, 0.02)
    series = np.zeros_like(x)
    for k in range(12, 1, -1):
        series = 1.0 / k - small * series
    return c * c * np.where(x < 0.02, x * x * series, x - np.log1p(x))


def fair_error_gradient(pred: Array, label: Array, *, c: float) -> Array:
    """d ÷ (1 + |d|/c)."""
    difference = pred - label
    return difference / (1.0 + np.abs(difference) / c)


def pseudo_huber_error(pred: Array, label: Array, *, delta: float) -> Array:
    """δ²(√(1 + (d/δ)²) − 1), elementwise."""
    x = (pred - label) / delta
    # The root less 1, without losing the digits of small x.
    return delta * delta * (x * (x / (np.hypot(1.0, x) + 1.0)))


def pseudo_huber_error_gradient(pred: Array, label: Array, *, delta: float) -> Array:
    """d ÷ √(1 + (d/δ)²)."""
    difference = pred - label
    return difference / np.hypot(1.0, difference / delta)


def power_error(pred: Array, label: Array, *, q: float) -> Array:
    """|p − y|^q, elementwise."""
    return np.abs(pred - label) ** q


def power_error_gradient(pred: Array, label: Array, *, q: float) -> Array:
    """q |d|^(q − 1) sign(d)."""
    difference = pred - label
    return q * np.abs(difference) ** (q - 1.0) * np.sign(difference)


def linex_error(pred: Array, label: Array, *, a: float) -> Array:
    """exp(a d) − a d − 1 for d = p − y, elementwise."""
    x = a * (pred - label)
    # Near 0 the difference of expm1(x) and x loses digits that Σ_{k≥2} xᵏ/k! keeps.
    small = np.clip(x, -0.1, 0.1)
    series = np.ones_like(x)
    for k in range(12, 2, -1):
        series = 1.0 + series * small / k
    return np.where(np.abs(x) < 0.1, 0.5 * x * x * series, np.expm1(x) - x)


def linex_error_gradient(pred: Array, label: Array, *, a: float) -> Array:
    """a (exp(a d) − 1) for d = p − y."""
    return a * np.expm1(a * (pred - label))


def _reading(
    kernel: Callable[..., Any], gradient: Callable[..., Any] | None
) -> tuple[Reading, ...]:
    return (Reading(kernel, Form.VALUE, Labels.REAL, (Task.REGRESSION,), gradient=gradient),)


HALF_SQUARED_ERROR = Loss(
    id="half_squared_error",
    title="half squared error",
    family="regression",
    aliases=("l2_loss", "l2"),
    names={"optax": (Name("l2_loss", reduction=Reduction.NONE),)},
    readings=_reading(half_squared_error, half_squared_error_gradient),
    formula="mean ½(p − y)²",
    derivative="∂/∂p = p − y",
    derivative_says="Prediction less label: the half cancels the 2 of the square.",
    summary="Half the mean squared error; its derivative is p − y.",
    when="To compare with code that trains on ½(p − y)².",
    reference="optax 0.2.8 l2_loss",
    example=_EXAMPLE,
    unit="label²",
    symmetric=True,
    constant=Constant.MEAN,
    featured=False,
)

SMOOTH_L1 = Loss(
    id="smooth_l1",
    title="smooth L1 loss",
    family="regression",
    aliases=("smooth_l1_loss",),
    names={"torch": (Name("smooth_l1_loss"), Name("SmoothL1Loss"))},
    params={"beta": Param(1.0, "where the square turns into a line", minimum=0.0)},
    readings=_reading(smooth_absolute_error, smooth_absolute_error_gradient),
    formula="mean ½d²/β if |d| < β else |d| − ½β, d = p − y",
    derivative="∂/∂p = d/β clipped to [−1, 1], d = p − y",
    summary="The absolute error with a rounded corner: Huber loss divided by its δ.",
    when="As Huber, in the unit of the label; box regression in detection.",
    reference="Girshick 2015, arXiv:1504.08083; PyTorch 2.13 smooth_l1_loss",
    example=_EXAMPLE,
    unit="label",
    symmetric=True,
    constant=Constant.FITTED,
    featured=False,
)

PINBALL = Loss(
    id="pinball",
    title="pinball loss",
    family="regression",
    aliases=("quantile", "quantile_loss"),
    names={
        "sklearn": (Name("mean_pinball_loss"),),
        "scoringrules": (Name("quantile_score", reduction=Reduction.NONE),),
        "catboost": (Name("Quantile"),),
        "xgboost": (Name("quantile"),),
        "lightgbm": (Name("quantile"),),
    },
    params={
        "quantile": Param(
            0.5,
            "the quantile predicted, or one for each column",
            minimum=0.0,
            maximum=1.0,
            per_item=True,
        ),
        "delta": Param(0.0, "taken off each |p − y|, as CatBoost does", minimum=0.0),
    },
    readings=(
        *_reading(pinball_error, pinball_error_gradient),
        Reading(
            pinball_error_of_quantiles,
            Form.PARAMETERS,
            Labels.REAL,
            (Task.FORECAST,),
            kinds=(Kind.QUANTILE,),
            gradient=pinball_error_of_quantiles_gradient,
        ),
    ),
    formula="mean α(y − p) if y ≥ p else (1 − α)(p − y)",
    derivative="∂/∂p = −α if y > p, 1 − α if y < p; 0 at p = y",
    derivative_says="Labels above pull up with α, those below pull down with 1 − α: they balance "
    "where a share α of the labels lies below.",
    summary="The loss whose best constant prediction is a quantile of the labels.",
    when="The prediction is a quantile: 90 % of the labels stay below that of 0.9. Columns called "
    "q0.1 or p10 are scored at that level.",
    reference="Koenker & Bassett 1978, Econometrica 46(1); scikit-learn 1.9",
    example=_EXAMPLE,
    unit="label",
    constant=Constant.FITTED,
    featured=False,
)

EXPECTILE = Loss(
    id="expectile",
    title="expectile loss",
    family="regression",
    names={"catboost": (Name("Expectile"),)},
    params={"expectile": Param(0.5, "the expectile that is predicted", minimum=0.0, maximum=1.0)},
    readings=_reading(expectile_error, expectile_error_gradient),
    formula="mean |α − 1[y < p]| (p − y)²",
    derivative="∂/∂p = 2α(p − y) if y ≥ p, else 2(1 − α)(p − y)",
    summary="The squared error with one weight above the prediction and another below.",
    when="As the pinball loss, where the size of the misses should count squared.",
    reference="Newey & Powell 1987, Econometrica 55(4); CatBoost 1.2",
    example=_EXAMPLE,
    unit="label²",
    constant=Constant.FITTED,
    featured=False,
)

FAIR = Loss(
    id="fair",
    title="fair loss",
    family="regression",
    names={
        "catboost": (Name("FairLoss"),),
        "lightgbm": (Name("fair"),),
    },
    params={"c": Param(1.0, "where the loss flattens", minimum=0.0, open_ends=True)},
    readings=_reading(fair_error, fair_error_gradient),
    formula="mean c²(|d|/c − log(1 + |d|/c)), d = p − y",
    derivative="∂/∂p = d ÷ (1 + |d|/c), d = p − y",
    summary="Squared near zero, nearly linear far away.",
    when="As Huber, with a smooth bend everywhere.",
    reference="Fair 1974, Ann. Econ. Soc. Meas. 3; CatBoost 1.2",
    example=_EXAMPLE,
    unit="label²",
    symmetric=True,
    constant=Constant.FITTED,
    featured=False,
)

PSEUDO_HUBER = Loss(
    id="pseudo_huber",
    title="pseudo-Huber loss",
    family="regression",
    aliases=("pseudohuber", "charbonnier"),
    names={"xgboost": (Name("mphe"),)},
    params={"delta": Param(1.0, "where the square bends into a line", minimum=0.0, open_ends=True)},
    readings=_reading(pseudo_huber_error, pseudo_huber_error_gradient),
    formula="mean δ²(√(1 + (d/δ)²) − 1), d = p − y",
    derivative="∂/∂p = d ÷ √(1 + (d/δ)²), d = p − y",
    derivative_says="It grows with the distance at first and levels off at δ, smoothly.",
    summary="The Huber loss without its corner.",
    when="As Huber, where a second derivative is wanted.",
    reference="Charbonnier et al. 1994, ICIP; XGBoost 3.2 mphe",
    example=_EXAMPLE,
    unit="label²",
    symmetric=True,
    constant=Constant.FITTED,
    featured=False,
)

LQ = Loss(
    id="lq",
    title="Lq loss",
    family="regression",
    names={"catboost": (Name("Lq"),)},
    params={"q": Param(2.0, "the power of the error", minimum=1.0)},
    readings=_reading(power_error, power_error_gradient),
    formula="mean |p − y|^q",
    derivative="∂/∂p = q |d|^(q − 1) sign d, d = p − y",
    summary="The mean of a power of the error.",
    when="Between the absolute error (q = 1) and the squared one (q = 2), or beyond.",
    reference="CatBoost 1.2 Lq",
    example=_EXAMPLE,
    symmetric=True,
    constant=Constant.FITTED,
    featured=False,
)

LINEX = Loss(
    id="linex",
    title="LINEX loss",
    family="regression",
    params={
        "a": Param(
            1.0,
            "how steeply the cost of predicting too much grows; below 0, of predicting too little",
        )
    },
    readings=_reading(linex_error, linex_error_gradient),
    formula="mean exp(a d) − a d − 1, d = p − y",
    derivative="∂/∂p = a (exp(a d) − 1), d = p − y",
    derivative_says="It grows exponentially with errors on the costly side, and nears −a on "
    "the other.",
    summary="Exponential on one side of the label, nearly linear on the other.",
    when="One direction of error costs far more than the other: forecasts of demand, dose or load.",
    reference="Varian 1975, Studies in Bayesian Econometrics and Statistics; Zellner 1986, JASA 81",
    example=_EXAMPLE,
    constant=Constant.FITTED,
    featured=False,
)
