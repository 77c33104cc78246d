"""Losses of predictions over classes of which one is true; every kernel gives one loss per row."""

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
from losscli.losses.forms.categorical import Categorical, Classes, Form, times
from losscli.losses.forms.chain import Slope, power_slope
from losscli.vocabulary import Kind, Reduction, Task

_EXAMPLE = Example(
    ((0.7, 0.2, 0.1), (0.1, 0.6, 0.3), (0.2, 0.2, 0.6)),
    (0, 1, 0),
    Kind.PROBABILITY,
    Task.MULTICLASS,
)
_ROWS = (Task.MULTICLASS, Task.DISTRIBUTION)


def class_negative_log_likelihood(pred: Categorical, label: Classes, *, safe: bool = True) -> Array:
    """−Σⱼ yⱼ log pⱼ in nats, per row; 0 · (−∞) is 0, or NaN where not `safe`."""
    if safe or label.rows is None:
        return -pred.log_likelihood(label)
    with np.errstate(invalid="ignore"):
        return np.asarray(-(label.rows * pred.log_p).sum(axis=1))


def class_negative_log_likelihood_gradient(pred: Categorical, label: Classes) -> Slope:
    """−yⱼ along log pⱼ, (n, c)."""
    return Slope(log_p=-label.share(pred.log_p.shape[1]))


def class_focal_error(
    pred: Categorical, label: Classes, *, gamma: float, alpha: float | None
) -> Array:
    """−α Σⱼ yⱼ (1 − pⱼ)^γ log pⱼ in nats, per row."""
    share = label.share(pred.p.shape[1]) * pred.q**gamma
    if alpha is not None:
        share *= alpha
    return -pred.log_likelihood(Classes(rows=share))


def class_focal_error_gradient(
    pred: Categorical, label: Classes, *, gamma: float, alpha: float | None
) -> Slope:
    """−α yⱼ (1 − pⱼ)^γ along log pⱼ, and α γ yⱼ (1 − pⱼ)^(γ − 1) log pⱼ along pⱼ, (n, c)."""
    share = label.share(pred.p.shape[1]) * (1.0 if alpha is None else alpha)
    fading = times(share * power_slope(pred.q, gamma), pred.log_p)
    return Slope(p=fading, log_p=-share * pred.q**gamma)


CATEGORICAL_CROSS_ENTROPY = Loss(
    id="categorical_cross_entropy",
    title="categorical cross entropy",
    family="multiclass",
    aliases=("ce", "cce", "cross_entropy", "softmax_cross_entropy", "log_loss", "logloss"),
    names={
        "torch": (
            Name("cross_entropy", kind=Kind.LOGIT),
            Name("CrossEntropyLoss", kind=Kind.LOGIT),
        ),
        "keras": (Name("CategoricalCrossentropy"), Name("SparseCategoricalCrossentropy")),
        "sklearn": (Name("log_loss", kind=Kind.PROBABILITY),),
        "optax": (
            Name("softmax_cross_entropy", kind=Kind.LOGIT, reduction=Reduction.NONE),
            Name(
                "safe_softmax_cross_entropy",
                kind=Kind.LOGIT,
                reduction=Reduction.NONE,
                params={"safe": True},
            ),
            Name(
                "softmax_cross_entropy_with_integer_labels",
                kind=Kind.LOGIT,
                reduction=Reduction.NONE,
            ),
        ),
        "catboost": (Name("MultiClass", kind=Kind.LOGIT),),
        "textbook": (Name("CCEE"), Name("CEE", reduction=Reduction.SUM)),
        "xgboost": (Name("mlogloss", kind=Kind.PROBABILITY),),
        "lightgbm": (
            Name("multi_logloss", kind=Kind.PROBABILITY),
            Name("multiclass_logloss", kind=Kind.PROBABILITY),
        ),
        "kaggle": (
            Name("log_loss", kind=Kind.PROBABILITY),
            Name("logarithmic_loss", kind=Kind.PROBABILITY),
            Name("multiclass_loss", kind=Kind.PROBABILITY),
            Name("multiclass_log_loss", kind=Kind.PROBABILITY),
        ),
    },
    params={
        "label_smoothing": Param(0.0, "labels become y(1 − s) + s/c", minimum=0.0, maximum=1.0),
        "ignore_index": Param(None, "rows with this class index are left out, and counted"),
        "safe": Param(True, "0 · (−∞) is 0; false: NaN, as optax has it"),
    },
    readings=(
        Reading(
            class_negative_log_likelihood,
            Form.CATEGORICAL,
            Labels.CLASSES,
            _ROWS,
            gradient=class_negative_log_likelihood_gradient,
        ),
    ),
    formula="−mean Σⱼ yⱼ log pⱼ",
    derivative="∂/∂pⱼ = −yⱼ/pⱼ; of logits, softmax(z)ⱼ − yⱼ",
    derivative_says="Of logits it is probability less label, class by class: the true class is "
    "lifted by what it lacks, each other pushed down by what it has.",
    summary="Minus the log of the probability given to the true class.",
    when="Each row belongs to one of several classes and its probabilities sum to 1.",
    reference="Good 1952, J. R. Stat. Soc. B 14(1); Bridle 1990 for the softmax",
    example=_EXAMPLE,
    unit="nats",
    linear_in_label=True,
    constant=Constant.BASE_RATE,
    score=ProperScore.LOG,
)

CATEGORICAL_FOCAL = Loss(
    id="categorical_focal",
    title="categorical focal loss",
    family="multiclass",
    aliases=("focal", "focal_loss"),
    names={"keras": (Name("CategoricalFocalCrossentropy", params={"alpha": 0.25}),)},
    params={
        "gamma": Param(2.0, "how fast easy rows fade; 0 is cross entropy", minimum=0.0),
        "alpha": Param(None, "factor on every row", minimum=0.0),
        "label_smoothing": Param(0.0, "labels become y(1 − s) + s/c", minimum=0.0, maximum=1.0),
    },
    readings=(
        Reading(
            class_focal_error,
            Form.CATEGORICAL,
            Labels.CLASSES,
            _ROWS,
            gradient=class_focal_error_gradient,
        ),
    ),
    formula="−mean α Σⱼ yⱼ (1 − pⱼ)^γ log pⱼ",
    derivative="∂/∂pⱼ = α yⱼ (1 − pⱼ)^(γ − 1) (γ log pⱼ − (1 − pⱼ)/pⱼ)",
    derivative_says="As cross entropy's for hard rows; (1 − p)^γ takes the pull away from rows "
    "that are right already.",
    summary="Cross entropy that fades for rows whose true class already has most of the mass.",
    when="Many classes or rows that are already easy, and a few hard ones that matter.",
    reference="Lin et al. 2017, arXiv:1708.02002; Keras 3 CategoricalFocalCrossentropy",
    example=_EXAMPLE,
    unit="nats",
    linear_in_label=True,
    constant=Constant.FITTED,
)
