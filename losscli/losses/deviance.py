"""Losses of counts and of positive numbers: Poisson and the deviances of its relatives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.errors import UsageError
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
from losscli.losses.forms.categorical import Form, Mask, times
from losscli.vocabulary import Kind, Reduction, Task

_EXAMPLE = Example((2.0, 0.5, 2.0, 1.0), (0.5, 0.5, 2.0, 3.0), Kind.VALUE, Task.REGRESSION)


def poisson_error(
    pred: Array,
    label: Array,
    *,
    log_input: bool,
    full: bool,
    eps: float,
    floor: float,
    log_factorial: bool,
) -> Array:
    """μ − y log(μ + eps), or eˣ − y·x for a log rate x, in nats, elementwise.

    `full` adds Stirling's approximation of log y! for labels above 1, `log_factorial` adds log y!.
    """
    if floor and not log_input:
        pred = np.maximum(pred, floor)
    with np.errstate(over="ignore", divide="ignore"):
        loss = np.exp(pred) - label * pred if log_input else pred - times(label, np.log(pred + eps))
    if full:
        big = np.where(label > 1.0, label, 1.0)
        stirling = big * np.log(big) - big + 0.5 * np.log(2.0 * math.pi * big)
        loss = loss + np.where(label > 1.0, stirling, 0.0)
    return loss + log_gamma(label + 1.0) if log_factorial else loss


# log Γ(k) of k = 1, 2, …, from whole numbers; no further factorial is a float64.
_LOG_GAMMAS = np.array([math.log(math.factorial(k)) for k in range(171)])


def log_gamma(numbers: Array) -> Array:
    """log Γ, elementwise; of counts it is looked up, so that SciPy need not be started for them."""
    known = (numbers >= 1.0) & (numbers <= 171.0) & (numbers == np.floor(numbers))
    found = _LOG_GAMMAS[np.where(known, numbers, 1.0).astype(np.intp) - 1]
    if known.all():
        return np.asarray(found)
    from scipy.special import gammaln

    return np.where(known, found, gammaln(numbers))


def poisson_error_gradient(
    pred: Array, label: Array, *, log_input: bool, eps: float, floor: float
) -> Array:
    """1 − y/(μ + eps), 0 where `floor` holds μ; or eˣ − y for a log rate x."""
    if log_input:
        return np.exp(pred) - label
    rate = np.maximum(pred, floor) if floor else pred
    with np.errstate(divide="ignore", invalid="ignore"):
        share = label / (rate + eps)
    slope = 1.0 - np.where(label == 0.0, 0.0, share)
    return np.where(pred < floor, 0.0, slope) if floor else slope


def unit_deviance(pred: Array, label: Array, *, power: float) -> Array:
    """The Tweedie deviance 2 μ^(2−p) h(y/μ) of one label, elementwise.

    h(r) = r^(2−p)/((1−p)(2−p)) − r/(1−p) + 1/(2−p), with its limits at p = 1 and p = 2; h″(r) is
    r^(−p), so near r = 1 the series of that replaces a difference of nearly equal numbers.
    """
    if power == 0.0:
        difference = label - pred
        return difference * difference
    ratio = label / pred
    step = (label - pred) / pred
    near = np.abs(step) < 0.25
    # A label of 0 or less has its own limit: r^(2−p) and r log r are 0 there.
    positive = np.where(ratio > 0.0, ratio, 1.0)
    if power == 1.0:
        shape = np.where(ratio > 0.0, positive * np.log(positive), 0.0) - step
    elif power == 2.0:
        shape = step - np.log(positive)
    else:
        grown = np.where(ratio > 0.0, positive ** (2.0 - power), 0.0)
        shape = grown / ((1.0 - power) * (2.0 - power)) - ratio / (1.0 - power)
        shape += 1.0 / (2.0 - power)
    if near.any():
        shape[near] = _series(step[near], power)
    return 2.0 * pred ** (2.0 - power) * shape


def bounds_of_power(params: Mapping[str, Any]) -> tuple[Bounds | None, Bounds | None]:
    """What predictions and labels may be under a Tweedie deviance of that power.

    Raises UsageError for a power between 0 and 1, of which no distribution is.
    """
    power = params["power"]
    if 0.0 < power < 1.0:
        raise UsageError(f"power={power:g}: there is no Tweedie distribution between 0 and 1")
    if power == 0.0:
        return None, None
    if power < 0.0:
        return POSITIVE, None
    return POSITIVE, NOT_NEGATIVE if power < 2.0 else POSITIVE


def unit_deviance_gradient(pred: Array, label: Array, *, power: float) -> Array:
    """2(μ − y) ÷ μ^p."""
    difference = 2.0 * (pred - label)
    return difference if power == 0.0 else difference / pred**power


def _series(d: Array, power: float) -> Array:
    """h(1 + d) = d² Σₖ binom(−p, k) dᵏ / ((k + 1)(k + 2))."""
    total = np.zeros_like(d)
    binomial = 1.0
    terms = []
    for k in range(28):
        terms.append(binomial / ((k + 1.0) * (k + 2.0)))
        binomial *= (-power - k) / (k + 1.0)
    for term in reversed(terms):
        total = total * d + term
    return d * d * total


def poisson_deviance_error(pred: Array, label: Array) -> Array:
    """2(y log(y/μ) − y + μ), elementwise."""
    return unit_deviance(pred, label, power=1.0)


def poisson_deviance_error_gradient(pred: Array, label: Array) -> Array:
    """2(μ − y) ÷ μ."""
    return unit_deviance_gradient(pred, label, power=1.0)


def gamma_deviance_error(pred: Array, label: Array, *, pred_eps: float, label_eps: float) -> Array:
    """2(log(μ/y) + y/μ − 1), elementwise, of μ + pred_eps and y + label_eps."""
    return unit_deviance(pred + pred_eps, label + label_eps, power=2.0)


def gamma_deviance_error_gradient(
    pred: Array, label: Array, *, pred_eps: float, label_eps: float
) -> Array:
    """2(μ − y) ÷ μ², of μ + pred_eps and y + label_eps."""
    return unit_deviance_gradient(pred + pred_eps, label + label_eps, power=2.0)


def raised_rate(pred: Array, _label: Array, *, log_input: bool, floor: float) -> Mask:
    """Where a rate is raised to the floor."""
    return np.asarray((pred < floor) & (not log_input))


POISSON_NLL = Loss(
    id="poisson_nll",
    title="Poisson negative log likelihood",
    family="regression",
    aliases=("poisson", "poisson_nll_loss"),
    names={
        "torch": (Name("poisson_nll_loss"), Name("PoissonNLLLoss")),
        "keras": (Name("Poisson"),),
        "catboost": (Name("Poisson"),),
        "xgboost": (Name("poisson-nloglik"),),
        "lightgbm": (Name("poisson"),),
    },
    params={
        "log_input": Param(False, "the prediction is the log of the rate"),
        "full": Param(False, "add Stirling's approximation of log y!"),
        "eps": Param(0.0, "added to the rate inside the log", minimum=0.0),
        "floor": Param(0.0, "rates count as at least this large", minimum=0.0),
        "log_factorial": Param(False, "add log y!"),
    },
    readings=(
        Reading(
            poisson_error,
            Form.VALUE,
            Labels.REAL,
            (Task.REGRESSION,),
            label_bounds=NOT_NEGATIVE,
            gradient=poisson_error_gradient,
            floored=Floored(raised_rate, "rates are raised to {floor:g}"),
        ),
    ),
    formula="mean μ − y log(μ + eps)",
    derivative="∂/∂μ = 1 − y/(μ + eps); of a log rate x, eˣ − y",
    derivative_says="Of a log rate it is rate less count, as for the squared error.",
    summary="What a Poisson forecast of a count costs in nats, less what only the labels add.",
    when="Labels are counts and the prediction is their rate (or its log).",
    reference="PyTorch 2.13 poisson_nll_loss; Keras 3 Poisson",
    example=_EXAMPLE,
    unit="nats",
    lower=-math.inf,
    zero_at_perfect=False,
    constant=Constant.MEAN,
    featured=False,
)

POISSON_DEVIANCE = Loss(
    id="poisson_deviance",
    title="mean Poisson deviance",
    family="regression",
    names={"sklearn": (Name("mean_poisson_deviance"),)},
    readings=(
        Reading(
            poisson_deviance_error,
            Form.VALUE,
            Labels.REAL,
            (Task.REGRESSION,),
            pred_bounds=POSITIVE,
            label_bounds=NOT_NEGATIVE,
            gradient=poisson_deviance_error_gradient,
        ),
    ),
    formula="mean 2(y log(y/μ) − y + μ)",
    derivative="∂/∂μ = 2(μ − y) ÷ μ",
    summary="Twice the nats by which a Poisson forecast falls short of a perfect one.",
    when="Labels are counts; errors weigh by the size of the rate.",
    reference="scikit-learn 1.9 mean_poisson_deviance",
    example=_EXAMPLE,
    constant=Constant.MEAN,
    featured=False,
)

GAMMA_DEVIANCE = Loss(
    id="gamma_deviance",
    title="mean gamma deviance",
    family="regression",
    names={
        "sklearn": (Name("mean_gamma_deviance"),),
        "xgboost": (Name("gamma-deviance"),),
        "lightgbm": (Name("gamma_deviance", reduction=Reduction.SUM),),
    },
    params={
        "pred_eps": Param(0.0, "added to predictions", minimum=0.0),
        "label_eps": Param(0.0, "added to labels", minimum=0.0),
    },
    readings=(
        Reading(
            gamma_deviance_error,
            Form.VALUE,
            Labels.REAL,
            (Task.REGRESSION,),
            pred_bounds=POSITIVE,
            label_bounds=POSITIVE,
            gradient=gamma_deviance_error_gradient,
        ),
    ),
    formula="mean 2(log(μ/y) + y/μ − 1)",
    derivative="∂/∂μ = 2(μ − y) ÷ μ²",
    summary="A deviance that looks at the ratio of label and prediction alone.",
    when="Positive labels whose error grows with their size (amounts, durations).",
    reference="scikit-learn 1.9 mean_gamma_deviance",
    example=_EXAMPLE,
    constant=Constant.MEAN,
    featured=False,
)

TWEEDIE_DEVIANCE = Loss(
    id="tweedie_deviance",
    title="mean Tweedie deviance",
    family="regression",
    names={
        "sklearn": (Name("mean_tweedie_deviance"),),
        "torchmetrics": (Name("tweedie_deviance_score"),),
    },
    params={
        "power": Param(
            0.0, "0 is the squared error, 1 Poisson, 2 gamma; none between 0 and 1 exists"
        )
    },
    readings=(
        Reading(
            unit_deviance,
            Form.VALUE,
            Labels.REAL,
            (Task.REGRESSION,),
            gradient=unit_deviance_gradient,
            bounds_by=bounds_of_power,
        ),
    ),
    formula="mean 2(y^(2−p)/((1−p)(2−p)) − y μ^(1−p)/(1−p) + μ^(2−p)/(2−p))",
    derivative="∂/∂μ = 2(μ − y) ÷ μ^p",
    derivative_says="The distance, over the variance that labels of mean μ are expected to have.",
    summary="One deviance for squared error, Poisson, gamma and all between.",
    when="The variance of the labels grows as a power p of their mean.",
    reference="Jørgensen 1987, J. R. Stat. Soc. B 49(2); scikit-learn 1.9",
    example=_EXAMPLE,
    constant=Constant.MEAN,
    featured=False,
)
