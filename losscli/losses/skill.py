"""Scores of skill, D²: the share of a loss that the prediction explains."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.binary import negative_log_likelihood, plain_log_likelihood_gradient
from losscli.losses.classification import (
    squared_distribution_error,
    squared_distribution_error_gradient,
    squared_probability_error,
    squared_probability_error_gradient,
)
from losscli.losses.definition.loss import (
    BoundsBy,
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
from losscli.losses.deviance import bounds_of_power, unit_deviance, unit_deviance_gradient
from losscli.losses.forms.bernoulli import Bernoulli
from losscli.losses.forms.categorical import Categorical, Classes, Form
from losscli.losses.forms.chain import Slope
from losscli.losses.multiclass import class_negative_log_likelihood_gradient
from losscli.losses.order_statistics import weighted_quantile_of
from losscli.losses.robust import pinball_error, pinball_error_gradient
from losscli.losses.variance_explained import SCORE, per
from losscli.vocabulary import Kind, Task

_EXAMPLE = Example((2.5, 0.0, 2.0, 8.0), (3.0, -0.5, 2.0, 7.0), Kind.VALUE, Task.REGRESSION)
_BINARY = Example((0.9, 0.2, 0.6), (1, 0, 0), Kind.PROBABILITY, Task.BINARY)


def log_loss_terms(pred: Bernoulli, label: Array) -> Terms:
    """The binary cross entropy and the labels, to be summed."""
    loss = negative_log_likelihood(pred, label, pos_weight=1.0)
    return {"loss": loss, "yes": label, "no": 1.0 - label}


def _frequency_log_loss(stats: Stats) -> float:
    return -math.fsum(share * math.log(share) for share in map(float, _frequencies(stats)) if share)


def log_loss_terms_gradient(pred: Bernoulli, label: Array, stats: Stats) -> Slope:
    """Minus the cross entropy's, over that of the class frequencies and the rows."""
    slope = plain_log_likelihood_gradient(pred, label)
    return slope.scaled(np.asarray(-per(_frequency_log_loss(stats) * float(stats.weight))))


def class_log_loss_terms(pred: Categorical, label: Classes) -> Terms:
    """The cross entropy and the share of each class, to be summed."""
    return {"loss": -pred.log_likelihood(label), "class": label.share(pred.p.shape[1])}


def class_log_loss_terms_gradient(pred: Categorical, label: Classes, stats: Stats) -> Slope:
    """Minus the cross entropy's, over that of the class frequencies and the rows."""
    slope = class_negative_log_likelihood_gradient(pred, label)
    return slope.scaled(np.asarray(-per(_frequency_log_loss(stats) * float(stats.weight))))


def brier_terms(pred: Bernoulli, label: Array) -> Terms:
    """The squared distance and the labels, to be summed."""
    loss = squared_probability_error(pred, label)
    return {"loss": loss, "yes": label, "no": 1.0 - label}


def _frequency_brier(stats: Stats) -> float:
    return 1.0 - math.fsum(share * share for share in map(float, _frequencies(stats)))


def brier_terms_gradient(pred: Bernoulli, label: Array, stats: Stats) -> Slope:
    """Minus the Brier score's, over that of the class frequencies and the rows."""
    slope = squared_probability_error_gradient(pred, label)
    return slope.scaled(np.asarray(-per(0.5 * _frequency_brier(stats) * float(stats.weight))))


def class_brier_terms(pred: Categorical, label: Classes) -> Terms:
    """The squared distance and the share of each class, to be summed."""
    loss = squared_distribution_error(pred, label)
    return {"loss": loss, "class": label.share(pred.p.shape[1])}


def class_brier_terms_gradient(pred: Categorical, label: Classes, stats: Stats) -> Slope:
    """Minus the Brier score's, over that of the class frequencies and the rows."""
    slope = squared_distribution_error_gradient(pred, label)
    return slope.scaled(np.asarray(-per(_frequency_brier(stats) * float(stats.weight))))


def _frequencies(stats: Stats) -> list[Fraction]:
    """The share of each class: no and yes, or the classes in their order."""
    if "class" in stats:
        return [count / stats.weight for count in stats.columns("class")]
    return [stats.total("no") / stats.weight, stats.total("yes") / stats.weight]


def _d2_log_loss(stats: Stats, _params: Mapping[str, Any]) -> float:
    if stats.rows < 2:
        return math.nan
    shares = [float(share) for share in _frequencies(stats) if share]
    null = -math.fsum(share * math.log(share) for share in shares)
    return 1.0 - float(stats.total("loss") / stats.weight) / null if null else math.nan


def _d2_brier(stats: Stats, _params: Mapping[str, Any]) -> float:
    if stats.rows < 2:
        return math.nan
    shares = _frequencies(stats)
    # The binary score is half the sum over both columns.
    half = Fraction(1, 2) if "yes" in stats else Fraction(1)
    null = half * (1 - sum(share * share for share in shares))
    return float(1 - stats.total("loss") / stats.weight / null) if null else math.nan


def deviance_explained(pred: Array, label: Array, *, power: float, weight: Array | None) -> Array:
    """1 − Tweedie deviance ÷ that of the labels' mean, per column, (c,).

    The deviances from the mean are taken one by one: no sums of y log y hold the digits of labels
    that lie close together.
    """
    columns = _columns(pred, label)
    return np.array([_one_deviance_explained(p, y, power, weight) for p, y in columns])


def _over_columns(
    slope: Array, label: Array, upstream: Array, weight: Array | None, whole: object
) -> Array:
    assert callable(whole)
    rows = slope.reshape(len(slope), -1)
    share = np.full(len(rows), 1.0 / len(rows)) if weight is None else weight / weight.sum()
    sizes = [per(whole(column)) for column in label.reshape(len(label), -1).T]
    return np.asarray(-(upstream * sizes) * share[:, None] * rows).reshape(slope.shape)


def deviance_explained_gradient(
    pred: Array, label: Array, upstream: Array, *, power: float, weight: Array | None
) -> Array:
    """Minus the deviance's, over that of the labels' mean, column by column."""

    def whole(y: Array) -> float:
        mean = np.full_like(y, np.average(y, weights=weight))
        return float(np.average(unit_deviance(mean, y, power=power), weights=weight))

    return _over_columns(
        unit_deviance_gradient(pred, label, power=power), label, upstream, weight, whole
    )


def _columns(pred: Array, label: Array) -> Iterator[tuple[Array, Array]]:
    """Prediction and label column by column."""
    return zip(pred.reshape(len(pred), -1).T, label.reshape(len(label), -1).T, strict=True)


def _one_deviance_explained(pred: Array, label: Array, power: float, weight: Array | None) -> float:
    if len(label) < 2:
        return math.nan
    mean = np.full_like(label, np.average(label, weights=weight))
    part, whole = (
        float(np.average(unit_deviance(guess, label, power=power), weights=weight))
        for guess in (pred, mean)
    )
    return 1.0 - part / whole if whole else math.nan


def pinball_explained(pred: Array, label: Array, *, quantile: float, weight: Array | None) -> Array:
    """1 − pinball loss ÷ that of the labels' own quantile, per column, (c,)."""
    columns = _columns(pred, label)
    return np.array([_one_explained(p, y, quantile, weight) for p, y in columns])


def pinball_explained_gradient(
    pred: Array, label: Array, upstream: Array, *, quantile: float, weight: Array | None
) -> Array:
    """Minus the pinball loss's, over that of the labels' own quantile, column by column."""

    def whole(y: Array) -> float:
        best = weighted_quantile_of(y, np.ones(len(y)) if weight is None else weight, quantile)
        return float(np.average(pinball_error(best, y, quantile=quantile), weights=weight))

    slope = pinball_error_gradient(pred, label, quantile=quantile)
    return _over_columns(slope, label, upstream, weight, whole)


def _one_explained(pred: Array, label: Array, quantile: float, weight: Array | None) -> float:
    if len(label) < 2:
        return math.nan
    even = np.ones(len(label)) if weight is None else weight
    best = weighted_quantile_of(label, even, quantile)
    part = float(np.average(pinball_error(pred, label, quantile=quantile), weights=weight))
    whole = float(np.average(pinball_error(best, label, quantile=quantile), weights=weight))
    return 1.0 - part / whole if whole else float(part == 0.0)


def median_explained(pred: Array, label: Array, *, weight: Array | None) -> Array:
    """1 − absolute error ÷ that of the labels' median, per column, (c,)."""
    return pinball_explained(pred, label, quantile=0.5, weight=weight)


def median_explained_gradient(
    pred: Array, label: Array, upstream: Array, *, weight: Array | None
) -> Array:
    """Minus the absolute error's, over that of the labels' median, column by column."""
    return pinball_explained_gradient(pred, label, upstream, quantile=0.5, weight=weight)


def _whole(
    kernel: Callable[..., Any],
    gradient: Callable[..., Any] | None,
    bounds_by: BoundsBy | None = None,
) -> tuple[Reading, ...]:
    return (
        Reading(
            kernel,
            Form.VALUE,
            Labels.REAL,
            (Task.REGRESSION,),
            shape=Shape.WHOLE,
            gradient=gradient,
            bounds_by=bounds_by,
        ),
    )


D2_TWEEDIE = Loss(
    id="d2_tweedie",
    title="D² of Tweedie deviance",
    family="explained",
    names={"sklearn": (Name("d2_tweedie_score"),)},
    params={"power": Param(0.0, "0 is R², 1 Poisson, 2 gamma")},
    readings=_whole(deviance_explained, deviance_explained_gradient, bounds_of_power),
    by_column=True,
    formula="1 − deviance ÷ deviance of the labels' mean",
    derivative="∂/∂pᵢ = −2(pᵢ − yᵢ) ÷ (pᵢ^power · Σ deviance from the mean)",
    summary="The share of a Tweedie deviance that the prediction explains.",
    when="As R², for counts and positive labels. It holds all rows in memory.",
    reference="scikit-learn 1.9 d2_tweedie_score",
    example=Example((2.0, 0.5, 2.0, 1.0), (0.5, 0.5, 2.0, 3.0), Kind.VALUE, Task.REGRESSION),
    **SCORE,
)

D2_PINBALL = Loss(
    id="d2_pinball",
    title="D² of pinball loss",
    family="explained",
    names={"sklearn": (Name("d2_pinball_score"),)},
    params={
        "quantile": Param(0.5, "the quantile that is predicted", minimum=0.0, maximum=1.0),
    },
    readings=_whole(pinball_explained, pinball_explained_gradient),
    by_column=True,
    formula="1 − pinball loss ÷ pinball loss of the labels' quantile",
    derivative="∂/∂pᵢ = (α if yᵢ > pᵢ, α − 1 if yᵢ < pᵢ) ÷ Σ pinball loss of the labels' quantile",
    summary="The share of a pinball loss that the prediction explains.",
    when="As R², for a predicted quantile. It holds all rows in memory.",
    reference="Koenker & Machado 1999, J. Am. Stat. Assoc. 94; scikit-learn 1.9",
    example=_EXAMPLE,
    **SCORE,
)

D2_ABSOLUTE_ERROR = Loss(
    id="d2_absolute_error",
    title="D² of absolute error",
    family="explained",
    names={"sklearn": (Name("d2_absolute_error_score"),)},
    readings=_whole(median_explained, median_explained_gradient),
    by_column=True,
    formula="1 − MAE ÷ MAE of the labels' median",
    derivative="∂/∂pᵢ = sign(yᵢ − pᵢ) ÷ Σ |y − median|",
    summary="The share of the absolute error that the prediction explains.",
    when="As R², where outliers should not rule. It holds all rows in memory.",
    reference="scikit-learn 1.9 d2_absolute_error_score",
    example=_EXAMPLE,
    **SCORE,
)

D2_LOG_LOSS = Loss(
    id="d2_log_loss",
    title="D² of log loss",
    family="explained",
    aliases=("d2_log_loss_score",),
    names={"sklearn": (Name("d2_log_loss_score", kind=Kind.PROBABILITY),)},
    readings=(
        Reading(
            log_loss_terms,
            Form.BERNOULLI,
            Labels.SHARE,
            (Task.BINARY,),
            shape=Shape.SUMS,
            gradient=log_loss_terms_gradient,
        ),
        Reading(
            class_log_loss_terms,
            Form.CATEGORICAL,
            Labels.CLASSES,
            (Task.MULTICLASS,),
            shape=Shape.SUMS,
            gradient=class_log_loss_terms_gradient,
        ),
    ),
    finish=_d2_log_loss,
    formula="1 − log loss ÷ log loss of the class frequencies",
    derivative="∂/∂pᵢ = −(the cross entropy's) ÷ Σ log loss of the class frequencies",
    summary="The share of the labels' entropy that the prediction explains.",
    when="To say how much better than the base rates a classifier is.",
    reference="McFadden 1974; scikit-learn 1.9 d2_log_loss_score",
    example=_BINARY,
    **SCORE,
)

D2_BRIER = Loss(
    id="d2_brier",
    title="D² of Brier score",
    family="explained",
    aliases=("brier_skill_score", "bss"),
    names={"sklearn": (Name("d2_brier_score", kind=Kind.PROBABILITY),)},
    readings=(
        Reading(
            brier_terms,
            Form.BERNOULLI,
            Labels.SHARE,
            (Task.BINARY,),
            shape=Shape.SUMS,
            logs=False,
            gradient=brier_terms_gradient,
        ),
        Reading(
            class_brier_terms,
            Form.CATEGORICAL,
            Labels.CLASSES,
            (Task.MULTICLASS,),
            shape=Shape.SUMS,
            logs=False,
            gradient=class_brier_terms_gradient,
        ),
    ),
    finish=_d2_brier,
    formula="1 − Brier score ÷ Brier score of the class frequencies",
    derivative="∂/∂pᵢ = −(the Brier score's) ÷ Σ Brier score of the class frequencies",
    summary="The Brier skill score against the base rates.",
    when="As D² of log loss, where a single sure mistake should not rule.",
    reference="scikit-learn 1.9 d2_brier_score",
    example=_BINARY,
    **SCORE,
)
