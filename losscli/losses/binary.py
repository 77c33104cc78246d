"""Losses of yes-or-no predictions, one per row or several per row (multilabel)."""

from __future__ import annotations

import numpy as np

from losscli.losses.definition import Constant, Example, Labels, Loss, Name, Param, Reading
from losscli.losses.forms import Array, Bernoulli, Form, times
from losscli.vocabulary import Kind, Reduction, Task

_EXAMPLE = Example((0.9, 0.2, 0.6), (1, 0, 0), Kind.PROBABILITY, Task.BINARY)
_MARGINS = Example((2.0, -1.5, 0.3), (1, 0, 0), Kind.LOGIT, Task.BINARY)
_ITEMS = (Task.BINARY, Task.MULTILABEL)


def negative_log_likelihood(pred: Bernoulli, label: Array, *, pos_weight: float) -> Array:
    """−(pos_weight · y log p + (1 − y) log(1 − p)) in nats, elementwise."""
    positive = times(label if pos_weight == 1.0 else pos_weight * label, pred.log_p)
    positive += times(1.0 - label, pred.log_q)
    return np.negative(positive, out=positive)


def focal_error(pred: Bernoulli, label: Array, *, gamma: float, alpha: float | None) -> Array:
    """−α_t (1 − p_t)^γ log p_t in nats, elementwise; for a soft label the two sides are mixed."""
    positive = label * pred.q**gamma
    negative = (1.0 - label) * pred.p**gamma
    if alpha is not None:
        positive *= alpha
        negative *= 1.0 - alpha
    return -(times(positive, pred.log_p) + times(negative, pred.log_q))


def hinge_error(pred: Array, label: Array) -> Array:
    """max(0, 1 − s·z) for labels s of −1 or +1, elementwise."""
    return np.maximum(0.0, 1.0 - label * pred)


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
    },
    params={
        "pos_weight": Param(1.0, "factor on the positive labels", minimum=0.0),
        "label_smoothing": Param(0.0, "labels become y(1 − s) + s/2", minimum=0.0, maximum=1.0),
    },
    readings=(Reading(negative_log_likelihood, Form.BERNOULLI, Labels.SHARE, _ITEMS),),
    formula="−mean (y log p + (1 − y) log(1 − p))",
    summary="The surprise, in nats, at what turned out true.",
    when="One probability per row, or several that do not compete (multilabel). Proper: the true "
    "probability is the best prediction.",
    reference="Good 1952, J. R. Stat. Soc. B 14(1), Rational decisions",
    example=_EXAMPLE,
    unit="nats",
    constant=Constant.BASE_RATE,
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
    readings=(Reading(focal_error, Form.BERNOULLI, Labels.SHARE, _ITEMS),),
    formula="−mean α_t (1 − p_t)^γ log p_t",
    summary="Cross entropy that fades for rows the model already gets right.",
    when="Strong imbalance: many easy negatives would drown the few hard rows in a plain mean.",
    reference="Lin et al. 2017, arXiv:1708.02002",
    example=_EXAMPLE,
    unit="nats",
    constant=Constant.BASE_RATE,
)

HINGE = Loss(
    id="hinge",
    title="hinge loss",
    family="binary",
    aliases=("hinge_loss",),
    names={
        "keras": (Name("Hinge"),),
        "sklearn": (Name("hinge_loss"),),
        "optax": (Name("hinge_loss", reduction=Reduction.NONE),),
        "torchmetrics": (Name("binary_hinge_loss"),),
        "catboost": (Name("HingeLoss"),),
    },
    readings=(Reading(hinge_error, Form.MARGIN, Labels.SIGN, _ITEMS),),
    formula="mean max(0, 1 − s·z), s = ±1",
    summary="How far a score falls short of a margin of 1 on the right side.",
    when="Scores of a support vector machine; only the side and the margin matter.",
    reference="Cortes & Vapnik 1995, Machine Learning 20",
    example=_MARGINS,
    zero_at_perfect=False,
    constant=Constant.MAJORITY,
)
