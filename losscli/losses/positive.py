"""Likelihoods of positive labels as boosting libraries print them, less what only labels add."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.bounds import NOT_NEGATIVE, POSITIVE, Bounds
from losscli.losses.definition.loss import (
    Constant,
    Example,
    Floored,
    Labels,
    Loss,
    Name,
    Param,
    Reading,
)
from losscli.losses.forms.categorical import Form, Mask
from losscli.vocabulary import Kind, Task

_EXAMPLE = Example((2.0, 0.5, 2.0, 1.0), (0.5, 0.5, 2.0, 3.0), Kind.VALUE, Task.REGRESSION)
_FLOOR = Param(0.0, "predictions count as at least this large", minimum=0.0)


def gamma_likelihood_error(pred: Array, label: Array, *, floor: float) -> Array:
    """y/μ + log μ in nats, elementwise: a gamma distribution of shape 1."""
    mean = np.maximum(pred, floor)
    return label / mean + np.log(mean)


def gamma_likelihood_error_gradient(pred: Array, label: Array, *, floor: float) -> Array:
    """(μ − y) ÷ μ², 0 where `floor` holds the prediction."""
    mean = np.maximum(pred, floor)
    return np.where(pred < floor, 0.0, (mean - label) / mean / mean)


def tweedie_likelihood_error(pred: Array, label: Array, *, power: float, floor: float) -> Array:
    """y μ^(1 − p)/(p − 1) + μ^(2 − p)/(2 − p), elementwise."""
    mean = np.maximum(pred, floor)
    return label * mean ** (1.0 - power) / (power - 1.0) + mean ** (2.0 - power) / (2.0 - power)


def tweedie_likelihood_error_gradient(
    pred: Array, label: Array, *, power: float, floor: float
) -> Array:
    """(μ − y) ÷ μ^p, 0 where `floor` holds the prediction."""
    mean = np.maximum(pred, floor)
    return np.where(pred < floor, 0.0, (mean - label) / mean**power)


def raised(pred: Array, _label: Array, *, floor: float) -> Mask:
    """Where a prediction is raised to the floor."""
    return pred < floor


def _reading(
    kernel: Callable[..., Any], gradient: Callable[..., Any], label_bounds: Bounds
) -> tuple[Reading, ...]:
    return (
        Reading(
            kernel,
            Form.VALUE,
            Labels.REAL,
            (Task.REGRESSION,),
            pred_bounds=POSITIVE,
            label_bounds=label_bounds,
            gradient=gradient,
            floored=Floored(raised, "predictions are raised to {floor:g}"),
        ),
    )


GAMMA_NLL = Loss(
    id="gamma_nll",
    title="gamma negative log likelihood",
    family="regression",
    aliases=("gamma_nloglik",),
    names={"xgboost": (Name("gamma-nloglik"),), "lightgbm": (Name("gamma"),)},
    params={"floor": _FLOOR},
    readings=_reading(gamma_likelihood_error, gamma_likelihood_error_gradient, POSITIVE),
    formula="mean y/μ + log μ",
    derivative="∂/∂μ = (μ − y) ÷ μ²",
    summary="What a gamma forecast of shape 1 costs in nats, less what only the labels add.",
    when="To compare with a boosting library; the gamma deviance is 0 for a perfect prediction.",
    reference="XGBoost 3.2 gamma-nloglik; LightGBM 4.7 gamma",
    example=_EXAMPLE,
    unit="nats",
    lower=-math.inf,
    zero_at_perfect=False,
    constant=Constant.MEAN,
    featured=False,
)

TWEEDIE_NLL = Loss(
    id="tweedie_nll",
    title="Tweedie negative log likelihood",
    family="regression",
    aliases=("tweedie", "tweedie_nloglik"),
    names={"xgboost": (Name("tweedie-nloglik", at="power"),), "lightgbm": (Name("tweedie"),)},
    params={
        "power": Param(1.5, "1 is Poisson, 2 gamma", minimum=1.0, maximum=2.0, open_ends=True),
        "floor": _FLOOR,
    },
    readings=_reading(tweedie_likelihood_error, tweedie_likelihood_error_gradient, NOT_NEGATIVE),
    formula="mean y μ^(1−p)/(p−1) + μ^(2−p)/(2−p)",
    derivative="∂/∂μ = (μ − y) ÷ μ^p",
    summary="Half the Tweedie deviance, less what only the labels add.",
    when="To compare with a boosting library; the Tweedie deviance is 0 for a perfect prediction.",
    reference="XGBoost 3.2 tweedie-nloglik; LightGBM 4.7 tweedie",
    example=_EXAMPLE,
    zero_at_perfect=False,
    constant=Constant.MEAN,
    featured=False,
)
