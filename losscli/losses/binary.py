"""Losses of yes-or-no predictions, one per row or several per row (multilabel)."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import (
    Constant,
    Example,
    Labels,
    Loss,
    Name,
    Param,
    ProperScore,
    Reading,
)
from losscli.losses.forms.bernoulli import Bernoulli
from losscli.losses.forms.categorical import Form, times
from losscli.losses.forms.chain import Slope, power_slope
from losscli.vocabulary import Kind, Reduction, Task

_EXAMPLE = Example((0.9, 0.2, 0.6), (1, 0, 0), Kind.PROBABILITY, Task.BINARY)
_ITEMS = (Task.BINARY, Task.MULTILABEL)


def negative_log_likelihood(pred: Bernoulli, label: Array, *, pos_weight: float | Array) -> Array:
    """−(pos_weight · y log p + (1 − y) log(1 − p)) in nats, elementwise."""
    weighted = label if np.ndim(pos_weight) == 0 and pos_weight == 1.0 else pos_weight * label
    positive = times(weighted, pred.log_p)
    positive += times(1.0 - label, pred.log_q)
    return np.negative(positive, out=positive)


def negative_log_likelihood_gradient(
    _pred: Bernoulli, label: Array, *, pos_weight: float | Array
) -> Slope:
    """−pos_weight · y along log p, −(1 − y) along log(1 − p), elementwise."""
    return Slope(log_p=-(pos_weight * label), log_q=label - 1.0)


def answer_negative_log_likelihood(
    pred: Bernoulli, label: Array, *, pos_weight: float | Array
) -> Array:
    """The same for labels that are all 0 or 1."""
    losses = np.negative(pred.of_truth(label).log_p)
    if np.ndim(pos_weight) == 0 and pos_weight == 1.0:
        return losses
    return times(pos_weight * label + (1.0 - label), losses)


def focal_error(pred: Bernoulli, label: Array, *, gamma: float, alpha: float | None) -> Array:
    """−α_t (1 − p_t)^γ log p_t in nats, elementwise; a soft label mixes both sides."""
    positive, negative = label, 1.0 - label
    fading = (positive * pred.q + negative * pred.p) ** gamma
    if alpha is not None:
        fading *= positive * alpha + negative * (1.0 - alpha)
    return -(times(fading * positive, pred.log_p) + times(fading * negative, pred.log_q))


def focal_error_gradient(
    pred: Bernoulli, label: Array, *, gamma: float, alpha: float | None
) -> Slope:
    """Cross entropy's gradient times the focal factor, and the gradient of that factor."""
    positive, negative = label, 1.0 - label
    missing = positive * pred.q + negative * pred.p
    balance = 1.0 if alpha is None else positive * alpha + negative * (1.0 - alpha)
    fading = balance * missing**gamma
    logs = times(positive, pred.log_p) + times(negative, pred.log_q)
    steepness = balance * (negative - positive) * power_slope(missing, gamma)
    return Slope(p=-times(steepness, logs), log_p=-fading * positive, log_q=-fading * negative)


def answer_focal_error(
    pred: Bernoulli, label: Array, *, gamma: float, alpha: float | None
) -> Array:
    """The same for labels that are all 0 or 1."""
    truth = pred.of_truth(label)
    fading = truth.q**gamma
    if alpha is not None:
        fading *= label * alpha + (1.0 - label) * (1.0 - alpha)
    return np.negative(times(fading, truth.log_p))


def plain_log_likelihood_gradient(_pred: Bernoulli, label: Array) -> Slope:
    """−y along log p, −(1 − y) along log(1 − p), elementwise."""
    return Slope(log_p=-label, log_q=label - 1.0)


BINARY_CROSS_ENTROPY = Loss(
    id="binary_cross_entropy",
    title="binary cross entropy",
    family="binary",
    aliases=("bce", "log_loss", "logloss", "bce_with_logits"),
    names={
        "torch": (
            Name("binary_cross_entropy", kind=Kind.PROBABILITY),
            Name("BCELoss", kind=Kind.PROBABILITY),
            Name("binary_cross_entropy_with_logits", kind=Kind.LOGIT),
            Name("BCEWithLogitsLoss", kind=Kind.LOGIT),
        ),
        "keras": (Name("BinaryCrossentropy"),),
        "sklearn": (Name("log_loss", kind=Kind.PROBABILITY),),
        "optax": (Name("sigmoid_binary_cross_entropy", kind=Kind.LOGIT, reduction=Reduction.NONE),),
        "scoringrules": (Name("log_score", kind=Kind.PROBABILITY, reduction=Reduction.NONE),),
        "catboost": (Name("Logloss", kind=Kind.LOGIT), Name("CrossEntropy", kind=Kind.LOGIT)),
        "textbook": (Name("BCEE", kind=Kind.PROBABILITY),),
        "xgboost": (Name("logloss", kind=Kind.PROBABILITY),),
        "lightgbm": (Name("binary_logloss", kind=Kind.PROBABILITY),),
        "kaggle": (
            Name("log_loss", kind=Kind.PROBABILITY),
            Name("logarithmic_loss", kind=Kind.PROBABILITY),
        ),
    },
    params={
        "pos_weight": Param(
            1.0, "factor on the positive labels, [a;b;…] one per item", minimum=0.0, per_item=True
        ),
        "label_smoothing": Param(0.0, "labels become y(1 − s) + s/2", minimum=0.0, maximum=1.0),
    },
    readings=(
        Reading(
            negative_log_likelihood,
            Form.BERNOULLI,
            Labels.SHARE,
            _ITEMS,
            gradient=negative_log_likelihood_gradient,
            of_answers=answer_negative_log_likelihood,
        ),
    ),
    formula="−mean (y log p + (1 − y) log(1 − p))",
    derivative="∂/∂p = (p − y) ÷ (p(1 − p)); of a logit z, σ(z) − y",
    derivative_says="Of a logit it is simply probability less label: a sure mistake pulls with 1, "
    "a sure hit with 0. That the sigmoid's flat ends cancel is why cross entropy, not squared "
    "error, trains classifiers.",
    summary="The surprise, in nats, at what turned out true.",
    when="One probability per row, or several that do not compete (multilabel). Proper: the true "
    "probability is the best prediction.",
    reference="Good 1952, J. R. Stat. Soc. B 14(1), Rational decisions",
    example=_EXAMPLE,
    unit="nats",
    linear_in_label=True,
    constant=Constant.BASE_RATE,
    score=ProperScore.LOG,
)

BINARY_FOCAL = Loss(
    id="binary_focal",
    title="binary focal loss",
    family="binary",
    aliases=("focal", "focal_loss"),
    names={
        "torchvision": (
            Name(
                "sigmoid_focal_loss",
                kind=Kind.LOGIT,
                reduction=Reduction.NONE,
                params={"alpha": 0.25},
            ),
        ),
        "keras": (Name("BinaryFocalCrossentropy"),),
        "optax": (Name("sigmoid_focal_loss", kind=Kind.LOGIT, reduction=Reduction.NONE),),
        "catboost": (Name("Focal", kind=Kind.LOGIT),),
    },
    params={
        "gamma": Param(2.0, "how fast easy rows fade; 0 is cross entropy", minimum=0.0),
        "alpha": Param(None, "weight of the positive class", minimum=0.0, maximum=1.0),
        "label_smoothing": Param(0.0, "labels become y(1 − s) + s/2", minimum=0.0, maximum=1.0),
    },
    readings=(
        Reading(
            focal_error,
            Form.BERNOULLI,
            Labels.SHARE,
            _ITEMS,
            gradient=focal_error_gradient,
            of_answers=answer_focal_error,
        ),
    ),
    formula="−mean α_t (1 − p_t)^γ log p_t",
    derivative="∂/∂p_t = α_t (1 − p_t)^(γ − 1) (γ log p_t − (1 − p_t)/p_t); of a logit, times ±p(1 "
    "− p)",
    derivative_says="As cross entropy's for hard rows; (1 − p_t)^γ takes the pull away from rows "
    "that are right already.",
    summary="Cross entropy that fades for rows the model already gets right.",
    when="Strong imbalance: many easy negatives would drown the few hard rows in a plain mean.",
    reference="Lin et al. 2017, arXiv:1708.02002",
    example=_EXAMPLE,
    unit="nats",
    constant=Constant.FITTED,
)
