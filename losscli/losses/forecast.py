"""Losses of forecasts that are an interval, or a mean with its variance."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import Example, Loss, Name, Param
from losscli.losses.distributions import (
    LOG_2PI,
    columns,
    columns_of,
    reading_of,
    stacked_like,
)
from losscli.vocabulary import Kind, Reduction, Task


def interval_error(pred: Array, label: Array, *, alpha: float) -> Array:
    """(u − l) + 2/α · how far the label lies outside [l, u], per row."""
    lower, upper = columns(pred, 2)
    outside = np.maximum(lower - label, 0.0) + np.maximum(label - upper, 0.0)
    return (upper - lower) + 2.0 / alpha * outside


def interval_error_gradient(pred: Array, label: Array, *, alpha: float) -> Array:
    """−1 and 1, with 2/α against the end that the label lies beyond."""
    lower, upper = columns_of(pred)
    fine = 2.0 / alpha
    below, above = np.where(lower > label, fine, 0.0), np.where(label > upper, fine, 0.0)
    return stacked_like(pred, below - 1.0, 1.0 - above)


def gaussian_error(pred: Array, label: Array, *, full: bool, eps: float) -> Array:
    """½(log v + (y − μ)²/v), v raised to at least `eps`, per row; `full` adds ½ log 2π."""
    mean, variance = columns(pred, 2)
    variance = np.maximum(variance, eps)
    error = label - mean
    loss = 0.5 * (np.log(variance) + error * error / variance)
    return loss + 0.5 * LOG_2PI if full else loss


def gaussian_error_gradient(pred: Array, label: Array, *, eps: float) -> Array:
    """(μ − y)/v and ½(1/v − (y − μ)²/v²).

    A variance below `eps` answers as `eps` would, which is how PyTorch lets training raise it.
    """
    mean, variance = columns_of(pred)
    variance = np.maximum(variance, eps)
    error = mean - label
    return stacked_like(pred, error / variance, 0.5 * (1.0 - error * error / variance) / variance)


INTERVAL_SCORE = Loss(
    id="interval_score",
    title="interval score",
    family="forecast",
    aliases=("winkler_score",),
    names={"scoringrules": (Name("interval_score", reduction=Reduction.NONE),)},
    params={
        "alpha": Param(
            0.1, "the interval holds 1 − α of the labels", minimum=0.0, maximum=1.0, open_ends=True
        )
    },
    readings=reading_of(interval_error, ("lower", "upper"), interval_error_gradient),
    formula="mean (u − l) + 2/α · max(0, l − y, y − u)",
    derivative="∂/∂l = −1 + 2/α if y < l; ∂/∂u = 1 − 2/α if y > u; else −1 and 1",
    derivative_says="Both ends are drawn inwards by 1, and outwards where a label lies beyond: "
    "they balance where a share α of the labels does.",
    summary="The width of a prediction interval, and a fine for every label outside.",
    when="The prediction is a central 1 − α interval per row; narrow and honest is best.",
    reference="Gneiting & Raftery 2007, J. Am. Stat. Assoc. 102, eq. 43; scoringrules 0.10",
    example=Example(((0.0, 1.0), (1.0, 3.0)), (0.5, 4.0), Kind.INTERVAL, Task.FORECAST),
    unit="label",
    zero_at_perfect=False,
    featured=False,
)

GAUSSIAN_NLL = Loss(
    id="gaussian_nll",
    title="Gaussian negative log likelihood",
    family="forecast",
    aliases=("gaussian_nll_loss",),
    names={"torch": (Name("gaussian_nll_loss"), Name("GaussianNLLLoss"))},
    params={
        "full": Param(False, "add the constant ½ log 2π"),
        "eps": Param(1e-6, "variances are raised to at least this", minimum=0.0),
    },
    readings=reading_of(gaussian_error, ("mean", "variance"), gaussian_error_gradient),
    formula="mean ½(log v + (y − μ)²/v), v = max(variance, eps)",
    derivative="∂/∂μ = (μ − y)/v; ∂/∂v = ½(1/v − (y − μ)²/v²); below eps as at eps",
    derivative_says="The mean is pulled as by the squared error, less where the variance is large; "
    "the variance is pulled towards the squared error.",
    summary="What a normal forecast of mean and variance costs, in nats.",
    when="A network predicts a mean and a variance per row.",
    reference="Nix & Weigend 1994, ICNN; PyTorch 2.13 gaussian_nll_loss",
    example=Example(((0.0, 1.0), (1.0, 4.0)), (0.5, -1.0), Kind.DISTRIBUTION, Task.FORECAST),
    unit="nats",
    lower=-math.inf,
    zero_at_perfect=False,
    featured=False,
)
