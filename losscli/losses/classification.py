"""Losses that ask the same question of two classes, of several, and of several labels a row."""

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
from losscli.losses.forms.categorical import Categorical, Classes, Form
from losscli.losses.forms.chain import Slope
from losscli.vocabulary import Kind, Task

_EXAMPLE = Example((0.9, 0.2, 0.6), (1, 0, 0), Kind.PROBABILITY, Task.BINARY)


def squared_probability_error(
    pred: Bernoulli, label: Array, *, scale_by_half: str = "auto"
) -> Array:
    """(p − y)², elementwise; taken from 1 − p for a positive label, where it has more digits."""
    difference = np.where(label == 1.0, pred.q, pred.p - label)
    return difference * difference * (2.0 if scale_by_half == "false" else 1.0)


def squared_probability_error_gradient(
    pred: Bernoulli, label: Array, *, scale_by_half: str = "auto"
) -> Slope:
    """2(p − y) along p, elementwise."""
    difference = np.where(label == 1.0, -pred.q, pred.p - label)
    return Slope(p=difference * (4.0 if scale_by_half == "false" else 2.0))


def squared_answer_error(pred: Bernoulli, label: Array, *, scale_by_half: str = "auto") -> Array:
    """The same for labels that are all 0 or 1."""
    difference = pred.of_truth(label).q
    return difference * difference * (2.0 if scale_by_half == "false" else 1.0)


def squared_distribution_error(
    pred: Categorical, label: Classes, *, scale_by_half: str = "auto"
) -> Array:
    """Σⱼ (pⱼ − yⱼ)², per row; taken from 1 − p for a sure class, where it has more digits."""
    share = label.share(pred.p.shape[1])
    difference = np.where(share == 1.0, pred.q, pred.p - share)
    total = np.einsum("ij,ij->i", difference, difference)
    return total * _share_of_sum(scale_by_half, pred)


def excess_over_label(pred: Categorical, label: Classes) -> Array:
    """pⱼ − yⱼ, with the digits of 1 − p for a sure class."""
    share = label.share(pred.p.shape[1])
    return np.where(share == 1.0, -pred.q, pred.p - share)


def squared_distribution_error_gradient(
    pred: Categorical, label: Classes, *, scale_by_half: str = "auto"
) -> Slope:
    """2(pⱼ − yⱼ) along pⱼ, (n, c)."""
    return Slope(p=excess_over_label(pred, label) * 2.0 * _share_of_sum(scale_by_half, pred))


def _share_of_sum(scale_by_half: str, pred: Categorical) -> float:
    """How much of the sum over the classes counts."""
    two = scale_by_half == "of_two" and pred.p.shape[1] == 2
    return 0.5 if two or scale_by_half == "true" else 1.0


def wrong_side(pred: Array, label: Array) -> Array:
    """1 where any item of the row is decided wrongly, else 0, per row."""
    wrong = pred != label
    return (wrong.any(axis=1) if wrong.ndim == 2 else wrong).astype(np.float64)


def wrong_class(pred: Array, label: Classes) -> Array:
    """1 where the decided class is not the true one, else 0, per row."""
    return (pred != label.most()).astype(np.float64)


def different_item(pred: Array, label: Array) -> Array:
    """1 where prediction and label differ, else 0, elementwise."""
    return (pred != label).astype(np.float64)


# Decided classes, written as numbers.
_CLASS_NUMBERS = Reading(
    different_item, Form.VALUE, Labels.REAL, (Task.CLASSES, Task.REGRESSION), kinds=(Kind.CLASS,)
)

BRIER = Loss(
    id="brier",
    title="Brier score",
    family="classification",
    aliases=("brier_score",),
    names={
        "sklearn": (Name("brier_score_loss", kind=Kind.PROBABILITY),),
        "scoringrules": (Name("brier_score", kind=Kind.PROBABILITY),),
        "catboost": (Name("BrierScore", kind=Kind.LOGIT),),
    },
    readings=(
        Reading(
            squared_probability_error,
            Form.BERNOULLI,
            Labels.SHARE,
            (Task.BINARY, Task.MULTILABEL),
            logs=False,
            gradient=squared_probability_error_gradient,
            of_answers=squared_answer_error,
            upper_by=lambda params: 2.0 if params["scale_by_half"] == "false" else 1.0,
        ),
        Reading(
            squared_distribution_error,
            Form.CATEGORICAL,
            Labels.CLASSES,
            (Task.MULTICLASS, Task.DISTRIBUTION),
            logs=False,
            gradient=squared_distribution_error_gradient,
            upper_by=lambda params: 1.0 if params["scale_by_half"] == "true" else 2.0,
        ),
    ),
    params={
        "scale_by_half": Param(
            "auto",
            "halve the sum over classes: of one column, of one or two, always or never",
            choices=("auto", "of_two", "true", "false"),
        )
    },
    formula="mean (p − y)²; over classes mean Σⱼ (pⱼ − yⱼ)²",
    derivative="∂/∂p = 2(p − y); of a logit, times p(1 − p)",
    derivative_says="Of a logit a sure mistake hardly pulls, for p(1 − p) is next to 0 there: a "
    "score to judge by rather than to train by.",
    summary="The squared distance between a probability and what happened.",
    when="A proper score that a single sure mistake cannot blow up: at most 1 (2 over classes).",
    reference="Brier 1950, Monthly Weather Review 78(1)",
    example=_EXAMPLE,
    upper=2.0,
    constant=Constant.BASE_RATE,
    score=ProperScore.QUADRATIC,
)

ZERO_ONE = Loss(
    id="zero_one",
    title="zero-one loss",
    family="classification",
    aliases=("zero_one_loss", "error_rate"),
    complement="accuracy",
    complement_names=("acc", "accuracy_score", "binary_accuracy", "categorical_accuracy"),
    score_names={
        "sklearn": (Name("accuracy_score"),),
        "keras": (
            Name("BinaryAccuracy", tasks=(Task.BINARY,)),
            Name("CategoricalAccuracy", tasks=(Task.MULTICLASS,)),
            Name("SparseCategoricalAccuracy", tasks=(Task.MULTICLASS,)),
        ),
        "torchmetrics": (Name("Accuracy", tasks=(Task.BINARY, Task.MULTICLASS)),),
        "catboost": (Name("Accuracy", kind=Kind.LOGIT, tasks=(Task.BINARY,)),),
    },
    names={
        "sklearn": (Name("zero_one_loss"),),
        "catboost": (Name("ZeroOneLoss"),),
        "xgboost": (
            Name("error"),
            Name("merror"),
        ),
        "lightgbm": (
            Name("binary_error"),
            Name("multi_error"),
        ),
    },
    readings=(
        Reading(wrong_side, Form.DECISION, Labels.SHARE, (Task.BINARY, Task.MULTILABEL)),
        Reading(wrong_class, Form.DECISION, Labels.CLASSES, (Task.MULTICLASS,)),
        _CLASS_NUMBERS,
    ),
    formula="share of rows whose decision is wrong: p > ½ (logit > 0), or the largest class",
    derivative_says="It moves in steps, so nowhere is there a way downhill: train by cross "
    "entropy.",
    summary="One minus the accuracy.",
    when="To report; not to train or compare finely, since it ignores how sure the model was.",
    reference="scikit-learn 1.9 zero_one_loss",
    example=_EXAMPLE,
    upper=1.0,
    constant=Constant.MAJORITY,
)

HAMMING = Loss(
    id="hamming",
    title="Hamming loss",
    family="classification",
    aliases=("hamming_loss",),
    names={"sklearn": (Name("hamming_loss"),)},
    readings=(
        Reading(different_item, Form.DECISION, Labels.SHARE, (Task.BINARY, Task.MULTILABEL)),
        Reading(wrong_class, Form.DECISION, Labels.CLASSES, (Task.MULTICLASS,)),
        _CLASS_NUMBERS,
    ),
    formula="share of items whose decision is wrong",
    derivative_says="It moves in steps, so nowhere is there a way downhill.",
    summary="The zero-one loss of every label of a row on its own.",
    when="Multilabel decisions, where a row with one wrong label is not all wrong.",
    reference="scikit-learn 1.9 hamming_loss",
    example=_EXAMPLE,
    upper=1.0,
    constant=Constant.MAJORITY,
    featured=False,
)
