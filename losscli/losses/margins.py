"""Losses of scores: only the side and the margin of a score count, not a probability."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import (
    Constant,
    Example,
    Labels,
    Loss,
    Name,
    Reading,
)
from losscli.losses.forms.categorical import Form
from losscli.losses.forms.logistic import sigmoid, softplus
from losscli.vocabulary import Kind, Reduction, Task

_MARGINS = Example((2.0, -1.5, 0.3), (1, 0, 0), Kind.LOGIT, Task.BINARY)
_ITEMS = (Task.BINARY, Task.MULTILABEL)


def hinge_error(pred: Array, label: Array) -> Array:
    """max(0, 1 − s·z) for labels s of −1 or +1, elementwise."""
    return np.maximum(0.0, 1.0 - label * pred)


def hinge_error_gradient(pred: Array, label: Array) -> Array:
    """−s where 1 − s·z > 0, elementwise."""
    return np.where(1.0 - label * pred > 0.0, -label, 0.0)


def squared_hinge_error(pred: Array, label: Array) -> Array:
    """max(0, 1 − s·z)² for labels s of −1 or +1, elementwise."""
    short = np.maximum(0.0, 1.0 - label * pred)
    return short * short


def squared_hinge_error_gradient(pred: Array, label: Array) -> Array:
    """−2s max(0, 1 − s·z), elementwise."""
    return -2.0 * label * np.maximum(0.0, 1.0 - label * pred)


def perceptron_error(pred: Array, label: Array) -> Array:
    """max(0, −s·z) for labels s of −1 or +1, elementwise."""
    return np.maximum(0.0, -label * pred)


def perceptron_error_gradient(pred: Array, label: Array) -> Array:
    """−s where −s·z > 0, elementwise."""
    return np.where(label * pred < 0.0, -label, 0.0)


def logistic_error(pred: Array, label: Array) -> Array:
    """log(1 + e^(−s·z)) for labels s of −1 or +1, in nats, elementwise."""
    return softplus(-label * pred)


def logistic_error_gradient(pred: Array, label: Array) -> Array:
    """−s σ(−s·z), elementwise."""
    return -label * sigmoid(-label * pred)


def sparsemax_error(pred: Array, label: Array) -> Array:
    """0 below −1, (x + 1)²/4 up to 1 and x beyond, at x = −s·z, elementwise."""
    x = -label * pred
    bent = np.clip(x + 1.0, 0.0, 2.0)
    return 0.25 * bent * bent + np.maximum(x - 1.0, 0.0)


def sparsemax_error_gradient(pred: Array, label: Array) -> Array:
    """−s (1 − s·z)/2, between 0 and −s, elementwise."""
    return -label * np.clip(0.5 * (1.0 - label * pred), 0.0, 1.0)


def _of_margins(kernel: Callable[..., Any], gradient: Callable[..., Any]) -> tuple[Reading, ...]:
    return (Reading(kernel, Form.MARGIN, Labels.SIGN, _ITEMS, gradient=gradient),)


HINGE = Loss(
    id="hinge",
    title="hinge loss",
    family="margin",
    aliases=("hinge_loss",),
    names={
        "keras": (Name("Hinge"),),
        "sklearn": (Name("hinge_loss"),),
        "optax": (Name("hinge_loss", reduction=Reduction.NONE),),
        "torchmetrics": (
            Name("binary_hinge_loss"),
            Name("hinge_loss"),
        ),
        "catboost": (Name("HingeLoss"),),
    },
    readings=_of_margins(hinge_error, hinge_error_gradient),
    formula="mean max(0, 1 − s·z), s = ±1",
    derivative="∂/∂z = −s if s·z < 1, else 0",
    derivative_says="Rows inside the margin pull equally hard; those beyond it not at all.",
    summary="How far a score falls short of a margin of 1 on the right side.",
    when="Scores of a support vector machine; only the side and the margin matter.",
    reference="Cortes & Vapnik 1995, Machine Learning 20",
    example=_MARGINS,
    zero_at_perfect=False,
    constant=Constant.MAJORITY,
)

SQUARED_HINGE = Loss(
    id="squared_hinge",
    title="squared hinge loss",
    family="margin",
    names={
        "keras": (Name("SquaredHinge"),),
        "torchmetrics": (Name("binary_hinge_loss(squared=True)"),),
    },
    readings=_of_margins(squared_hinge_error, squared_hinge_error_gradient),
    formula="mean max(0, 1 − s·z)², s = ±1",
    derivative="∂/∂z = −2s max(0, 1 − s·z)",
    summary="The hinge loss squared: large violations weigh more.",
    when="As the hinge loss, where it should be smooth at the margin.",
    reference="Crammer & Singer 2001, J. Mach. Learn. Res. 2; Keras 3 SquaredHinge",
    example=_MARGINS,
    zero_at_perfect=False,
    constant=Constant.FITTED,
    featured=False,
)

PERCEPTRON = Loss(
    id="perceptron",
    title="perceptron loss",
    family="margin",
    names={"optax": (Name("perceptron_loss", reduction=Reduction.NONE),)},
    readings=_of_margins(perceptron_error, perceptron_error_gradient),
    formula="mean max(0, −s·z), s = ±1",
    derivative="∂/∂z = −s if s·z < 0, else 0",
    derivative_says="Only rows on the wrong side pull: the perceptron's rule.",
    summary="How far a score lies on the wrong side of 0.",
    when="Only the side matters, with no margin to keep.",
    reference="Rosenblatt 1958, Psychological Review 65(6); optax 0.2.8",
    example=_MARGINS,
    zero_at_perfect=False,
    featured=False,
)

SOFT_MARGIN = Loss(
    id="soft_margin",
    title="soft margin loss",
    family="margin",
    aliases=("logistic",),
    names={"torch": (Name("soft_margin_loss"), Name("SoftMarginLoss"))},
    readings=_of_margins(logistic_error, logistic_error_gradient),
    formula="mean log(1 + e^(−s·z)), s = ±1",
    derivative="∂/∂z = −s σ(−s·z)",
    derivative_says="Minus the probability given to the other side, towards the label.",
    summary="Binary cross entropy with logits, written for labels of ±1.",
    when="Labels are −1 and +1 and scores are logits.",
    reference="PyTorch 2.13 soft_margin_loss",
    example=_MARGINS,
    unit="nats",
    zero_at_perfect=False,
    featured=False,
)

SPARSEMAX = Loss(
    id="sparsemax",
    title="binary sparsemax loss",
    family="margin",
    names={"optax": (Name("sparsemax_loss", reduction=Reduction.NONE),)},
    readings=_of_margins(sparsemax_error, sparsemax_error_gradient),
    formula="mean 0, (x + 1)²/4 or x at x = −s·z; it bends at ±1",
    derivative="∂/∂z = −s (1 − s·z)/2, held between 0 and −s",
    summary="A hinge loss with a rounded corner.",
    when="Scores meant for sparsemax, whose probabilities can be exactly 0 and 1.",
    reference="Martins & Astudillo 2016, ICML; optax 0.2.8 sparsemax_loss",
    example=_MARGINS,
    zero_at_perfect=False,
    featured=False,
)
