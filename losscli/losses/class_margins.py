"""Losses of scores of several classes or labels: by how much one is ahead of the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.binary import plain_log_likelihood_gradient
from losscli.losses.definition.loss import (
    Example,
    Labels,
    Loss,
    Name,
    Param,
    Reading,
    RowLoss,
)
from losscli.losses.forms.bernoulli import Bernoulli
from losscli.losses.forms.categorical import Classes, Form
from losscli.losses.margins import hinge_error_gradient, squared_hinge_error_gradient
from losscli.vocabulary import Kind, Reduction, Task

_SCORES = Example(
    ((2.0, 0.5, -1.0), (0.1, 0.4, 0.2), (1.0, -0.5, 0.3)), (0, 1, 2), Kind.LOGIT, Task.MULTICLASS
)
_LABELS = Example(
    ((2.0, -0.5, 0.3), (-1.0, 0.4, 0.2)), ((1, 0, 1), (0, 1, 0)), Kind.LOGIT, Task.MULTILABEL
)
_ROWS = (Task.MULTICLASS,)


def class_hinge_error(pred: Array, label: Classes, *, mode: str, squared: bool) -> Array:
    """max(0, 1 + best other score − true score), per row; one-vs-all: a hinge per class (n, c)."""
    rows, true = np.arange(len(pred)), label.most()
    if mode == "one-vs-all":
        sign = np.full(pred.shape, -1.0)
        sign[rows, true] = 1.0
        short = np.maximum(0.0, 1.0 - sign * pred)
    else:
        others = pred.copy()
        others[rows, true] = -np.inf
        short = np.maximum(0.0, 1.0 + (others.max(axis=1) - pred[rows, true]))
    return short * short if squared else short


def class_hinge_error_gradient(pred: Array, label: Classes, *, mode: str, squared: bool) -> Array:
    """1 at the best other class and −1 at the true one, where the margin is missed, (n, c)."""
    rows, true = np.arange(len(pred)), label.most()
    if mode == "one-vs-all":
        sign = np.full(pred.shape, -1.0)
        sign[rows, true] = 1.0
        return (
            squared_hinge_error_gradient(pred, sign)
            if squared
            else hinge_error_gradient(pred, sign)
        )
    others = pred.copy()
    others[rows, true] = -np.inf
    best = others.argmax(axis=1)
    short = np.maximum(0.0, 1.0 + (pred[rows, best] - pred[rows, true]))
    size = 2.0 * short if squared else (short > 0.0).astype(np.float64)
    slope = np.zeros_like(pred)
    slope[rows, best] = size
    slope[rows, true] = -size
    return slope


def categorical_hinge_error(pred: Array, label: Classes) -> Array:
    """max(0, 1 + maxⱼ (1 − yⱼ) zⱼ − Σⱼ yⱼ zⱼ), per row; the maximum is never below 0."""
    share = label.share(pred.shape[1])
    return np.maximum(0.0, 1.0 + ((1.0 - share) * pred).max(axis=1) - (share * pred).sum(axis=1))


def categorical_hinge_error_gradient(pred: Array, label: Classes) -> Array:
    """1 − yⱼ at the largest (1 − yⱼ) zⱼ, less yⱼ, where the sum is above 0, (n, c)."""
    share = label.share(pred.shape[1])
    other = (1.0 - share) * pred
    rows, best = np.arange(len(pred)), other.argmax(axis=1)
    missed = 1.0 + other[rows, best] - (share * pred).sum(axis=1) > 0.0
    slope = -share
    slope[rows, best] += 1.0 - share[rows, best]
    return np.where(missed[:, None], slope, 0.0)


def multi_margin_error(pred: Array, label: Classes, *, p: int, margin: float) -> Array:
    """Σ over other classes of max(0, m − true score + other score)ᵖ ÷ c, per row."""
    rows, true = np.arange(len(pred)), label.most()
    short = np.maximum(0.0, margin + (pred - pred[rows, true][:, None]))
    short[rows, true] = 0.0
    return (short**p).sum(axis=1) / pred.shape[1]


def multi_margin_error_gradient(pred: Array, label: Classes, *, p: int, margin: float) -> Array:
    """p max(0, m − z_y + zⱼ)^(p − 1) ÷ c at every other class that comes too close, (n, c)."""
    rows, true = np.arange(len(pred)), label.most()
    short = np.maximum(0.0, margin + (pred - pred[rows, true][:, None]))
    short[rows, true] = 0.0
    slope = 2.0 * short if p == 2 else (short > 0.0).astype(np.float64)
    slope[rows, true] = -slope.sum(axis=1)
    return slope / pred.shape[1]


def class_perceptron_error(pred: Array, label: Classes) -> Array:
    """Largest score − true score, per row."""
    return pred.max(axis=1) - pred[np.arange(len(pred)), label.most()]


def class_perceptron_error_gradient(pred: Array, label: Classes) -> Array:
    """1 at the largest score and −1 at the true one, where they are not the same, (n, c)."""
    rows = np.arange(len(pred))
    slope = np.zeros_like(pred)
    slope[rows, pred.argmax(axis=1)] = 1.0
    slope[rows, label.most()] -= 1.0
    return slope


def class_sparsemax_error(pred: Array, label: Classes) -> Array:
    """The Fenchel–Young loss of sparsemax, per row."""
    gap = pred - pred.max(axis=1, keepdims=True)
    ordered = -np.sort(-gap, axis=1)
    total = np.cumsum(ordered, axis=1) - 1.0
    count = np.arange(1, pred.shape[1] + 1)
    size = (ordered * count > total).sum(axis=1)
    rows = np.arange(len(pred))
    threshold = total[rows, size - 1] / size
    kept = np.where(gap > threshold[:, None], gap * gap - (threshold * threshold)[:, None], 0.0)
    return 0.5 * kept.sum(axis=1) + 0.5 - gap[rows, label.most()]


def class_sparsemax_error_gradient(pred: Array, label: Classes) -> Array:
    """sparsemax(z) − y, (n, c)."""
    gap = pred - pred.max(axis=1, keepdims=True)
    ordered = -np.sort(-gap, axis=1)
    total = np.cumsum(ordered, axis=1) - 1.0
    size = (ordered * np.arange(1, pred.shape[1] + 1) > total).sum(axis=1)
    rows = np.arange(len(pred))
    threshold = total[rows, size - 1] / size
    slope = np.maximum(gap - threshold[:, None], 0.0)
    slope[rows, label.most()] -= 1.0
    return slope


def soft_margin_error(pred: Bernoulli, label: Array) -> Array:
    """Binary cross entropy with logits in nats, elementwise; a row costs the mean of its items."""
    return -(label * pred.log_p + (1.0 - label) * pred.log_q)


def multilabel_margin_error(pred: Array, label: Array) -> Array:
    """Σ max(0, 1 − (score of a label − score of another)) ÷ c, per row.

    `label` holds class indices (n, c); a negative one ends the list.
    """
    width = pred.shape[1]
    index = label.astype(np.intp)
    listed = np.logical_and.accumulate(index >= 0, axis=1)
    safe = np.where(listed, index, 0)
    true = np.zeros(pred.shape, bool)
    rows = np.repeat(np.arange(len(pred)), width)[listed.ravel()]
    true[rows, safe[listed]] = True
    own = np.take_along_axis(pred, safe, axis=1)
    short = np.maximum(0.0, 1.0 - (own[:, :, None] - pred[:, None, :]))
    counted = listed[:, :, None] & ~true[:, None, :]
    return np.where(counted, short, 0.0).sum(axis=(1, 2)) / width


def multilabel_margin_error_gradient(pred: Array, label: Array) -> Array:
    """Per pair that comes too close, −1/c at the label and 1/c at the other, (n, c)."""
    width = pred.shape[1]
    index = label.astype(np.intp)
    listed = np.logical_and.accumulate(index >= 0, axis=1)
    own = np.where(listed, index, 0)
    true = np.zeros(pred.shape, bool)
    rows = np.arange(len(pred))[:, None]
    true[np.broadcast_to(rows, own.shape)[listed], own[listed]] = True
    lead = np.take_along_axis(pred, own, axis=1)[:, :, None] - pred[:, None, :]
    missed = (lead < 1.0) & listed[:, :, None] & ~true[:, None, :]
    slope = missed.sum(axis=1).astype(np.float64)
    np.subtract.at(slope, (np.broadcast_to(rows, own.shape), own), missed.sum(axis=2))
    return slope / width


def _of_scores(kernel: Callable[..., Any], gradient: Callable[..., Any]) -> tuple[Reading, ...]:
    return (Reading(kernel, Form.SCORES, Labels.CLASSES, _ROWS, gradient=gradient),)


MULTICLASS_HINGE = Loss(
    id="multiclass_hinge",
    title="multiclass hinge loss",
    family="margin",
    aliases=("crammer_singer",),
    names={
        "sklearn": (Name("hinge_loss"),),
        "optax": (Name("multiclass_hinge_loss", reduction=Reduction.NONE),),
        "torchmetrics": (
            Name("multiclass_hinge_loss"),
            Name("hinge_loss"),
        ),
    },
    params={
        "mode": Param(
            "crammer-singer",
            "one margin per row, or one per class",
            choices=("crammer-singer", "one-vs-all"),
        ),
        "squared": Param(False, "square each margin's shortfall"),
    },
    readings=_of_scores(class_hinge_error, class_hinge_error_gradient),
    formula="mean max(0, 1 + max_{j≠y} zⱼ − z_y)",
    derivative="∂/∂z = 1 at the best other class, −1 at the true one, where z_y < 1 + max_{j≠y} "
    "zⱼ; else 0",
    summary="How far the true class falls short of beating the best other one by 1.",
    when="Scores of a multiclass support vector machine.",
    reference="Crammer & Singer 2001, J. Mach. Learn. Res. 2",
    example=_SCORES,
    zero_at_perfect=False,
    featured=False,
)

CATEGORICAL_HINGE = Loss(
    id="categorical_hinge",
    title="categorical hinge loss",
    family="margin",
    names={"keras": (Name("CategoricalHinge"),)},
    readings=_of_scores(categorical_hinge_error, categorical_hinge_error_gradient),
    formula="mean max(0, 1 + maxⱼ (1 − yⱼ) zⱼ − Σⱼ yⱼ zⱼ)",
    derivative="∂/∂zⱼ = −yⱼ, and 1 − yⱼ more at the largest (1 − yⱼ) zⱼ, where the loss is above "
    "0; else 0",
    summary="A multiclass hinge whose best other score is never below 0.",
    when="To compare with Keras; it differs from Crammer and Singer's where all other scores are "
    "negative.",
    reference="Keras 3 CategoricalHinge",
    example=_SCORES,
    zero_at_perfect=False,
    featured=False,
)

MULTI_MARGIN = Loss(
    id="multi_margin",
    title="multi margin loss",
    family="margin",
    names={"torch": (Name("multi_margin_loss"), Name("MultiMarginLoss"))},
    params={
        "p": Param(1, "the power of each shortfall", minimum=1, maximum=2),
        "margin": Param(1.0, "the margin to keep"),
    },
    readings=_of_scores(multi_margin_error, multi_margin_error_gradient),
    formula="mean Σ_{j≠y} max(0, m − z_y + zⱼ)ᵖ ÷ c",
    derivative="∂/∂zⱼ = p max(0, m − z_y + zⱼ)^(p − 1) ÷ c; at the true class, minus their sum",
    summary="The shortfalls against every other class, added up and divided by their number.",
    when="Every class that comes too close should count, not the closest alone.",
    reference="PyTorch 2.13 multi_margin_loss",
    example=_SCORES,
    zero_at_perfect=False,
    featured=False,
)

MULTICLASS_PERCEPTRON = Loss(
    id="multiclass_perceptron",
    title="multiclass perceptron loss",
    family="margin",
    names={"optax": (Name("multiclass_perceptron_loss", reduction=Reduction.NONE),)},
    readings=_of_scores(class_perceptron_error, class_perceptron_error_gradient),
    formula="mean maxⱼ zⱼ − z_y",
    derivative="∂/∂z = 1 at the largest score, −1 at the true class",
    summary="How far the true class lies behind the largest score.",
    when="Only which class wins matters, with no margin to keep.",
    reference="Collins 2002, EMNLP; optax 0.2.8",
    example=_SCORES,
    zero_at_perfect=False,
    featured=False,
)

MULTICLASS_SPARSEMAX = Loss(
    id="multiclass_sparsemax",
    title="multiclass sparsemax loss",
    family="margin",
    names={"optax": (Name("multiclass_sparsemax_loss", reduction=Reduction.NONE),)},
    readings=_of_scores(class_sparsemax_error, class_sparsemax_error_gradient),
    formula="mean ½ Σ_{j in support} (zⱼ² − τ²) + ½ − z_y",
    derivative="∂/∂z = sparsemax(z) − y",
    derivative_says="Prediction less label, as for softmax; classes that sparsemax gives 0 pull no "
    "more.",
    summary="The loss that belongs to sparsemax, as cross entropy belongs to softmax.",
    when="Scores meant for sparsemax, whose distributions have exact zeros.",
    reference="Martins & Astudillo 2016, ICML; optax 0.2.8",
    example=_SCORES,
    zero_at_perfect=False,
    featured=False,
)

MULTILABEL_SOFT_MARGIN = Loss(
    id="multilabel_soft_margin",
    title="multilabel soft margin loss",
    family="margin",
    names={"torch": (Name("multilabel_soft_margin_loss"), Name("MultiLabelSoftMarginLoss"))},
    readings=(
        Reading(
            soft_margin_error,
            Form.BERNOULLI,
            Labels.SHARE,
            (Task.MULTILABEL,),
            row=RowLoss.MEAN,
            kinds=(Kind.LOGIT,),
            gradient=plain_log_likelihood_gradient,
        ),
    ),
    formula="−mean (1/c) Σⱼ (yⱼ log σ(zⱼ) + (1 − yⱼ) log σ(−zⱼ))",
    derivative="∂/∂zⱼ = (σ(zⱼ) − yⱼ) ÷ c",
    summary="Binary cross entropy with logits, averaged over the labels of each row.",
    when="To compare with PyTorch; the mean is that of binary cross entropy per item.",
    reference="PyTorch 2.13 multilabel_soft_margin_loss",
    example=_LABELS,
    unit="nats",
    zero_at_perfect=False,
    featured=False,
)

MULTILABEL_MARGIN = Loss(
    id="multilabel_margin",
    title="multilabel margin loss",
    family="margin",
    names={"torch": (Name("multilabel_margin_loss"), Name("MultiLabelMarginLoss"))},
    readings=(
        Reading(
            multilabel_margin_error,
            Form.SCORES,
            Labels.REAL,
            (Task.RANKING,),
            gradient=multilabel_margin_error_gradient,
        ),
    ),
    formula="mean Σ_{i in labels, j not} max(0, 1 − (zᵢ − zⱼ)) ÷ c",
    derivative="∂/∂z = −1/c at the label and 1/c at the other class, for each pair with zᵢ − zⱼ < "
    "1",
    summary="How far the labels of a row fall short of outscoring all other classes by 1.",
    when="Labels are lists of class indices, ended by −1.",
    reference="PyTorch 2.13 multilabel_margin_loss",
    example=Example(((0.1, 0.2, 0.4, 0.8),), ((3, 0, -1, 1),), Kind.LOGIT, Task.RANKING),
    zero_at_perfect=False,
    featured=False,
)
