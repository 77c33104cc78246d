"""Losses of decisions that are functions of the confusion matrix: 1 − F1, balanced error, 1 − MCC.

No matrix is held: what was decided, what was true and what both agree on, class by class, is all
that enters, so the sums are exact and merge.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from msgspec import Struct

from losscli.arrays import Array
from losscli.losses.definition.loss import (
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
from losscli.losses.forms.categorical import Classes, Form
from losscli.vocabulary import Kind, Task

_EXAMPLE = Example((0.9, 0.2, 0.6, 0.7), (1, 0, 0, 1), Kind.PROBABILITY, Task.BINARY)
_STEPS = "It moves in steps, so nowhere is there a way downhill: train by cross entropy."


class Counts(Struct, frozen=True):
    """The weights of rows by class: `both` decided and true, `decided`, `true`; of `rows` in all.

    Of two classes, and of items that are each yes or no, only yes is counted: then `of_items`.
    """

    both: Sequence[Fraction]
    decided: Sequence[Fraction]
    true: Sequence[Fraction]
    rows: Fraction
    of_items: bool

    def of_both_answers(self) -> Counts:
        """The same of the classes no and yes, where only yes was counted."""
        if not self.of_items:
            return self
        [both], [decided], [true] = self.both, self.decided, self.true
        return Counts(
            (self.rows - decided - true + both, both),
            (self.rows - decided, decided),
            (self.rows - true, true),
            self.rows,
            of_items=False,
        )


def item_counts(pred: Array, label: Array) -> Terms:
    """What was decided, what was true, and both, for each item that is yes or no, to be summed."""
    return {"both": pred * label, "decided": pred, "yes": label, "no": 1.0 - label}


def class_counts(pred: Array, label: Classes) -> Terms:
    """The same for each class, to be summed: `pred` (n, c) decides for its largest class."""
    width = pred.shape[1]
    decided = Classes(index=pred.argmax(axis=1)).share(width)
    true = Classes(index=label.most()).share(width)
    return {"both": decided * true, "decided": decided, "class": true}


def _summed(stats: Stats) -> Counts:
    of_items = "yes" in stats
    return Counts(
        stats.columns("both"),
        stats.columns("decided"),
        stats.columns("yes" if of_items else "class"),
        stats.weight,
        of_items,
    )


def _held(pred: Array, label: Array, weight: Array | None) -> Counts:
    """The counts of classes that are written as numbers, (n,) each."""
    classes, place = np.unique(np.concatenate([pred, label]), return_inverse=True)
    decided, true = place[: len(pred)], place[len(pred) :]

    def by_class(places: Any, weights: Array | None) -> list[Fraction]:
        return [Fraction(float(w)) for w in np.bincount(places, weights, len(classes))]

    same = decided == true
    agreed = None if weight is None else weight[same]
    counts = by_class(true, weight)
    return Counts(
        by_class(decided[same], agreed),
        by_class(decided, weight),
        counts,
        sum(counts, start=Fraction(0)),
        of_items=False,
    )


def f1_loss(counts: Counts, params: Mapping[str, Any]) -> float:
    """1 − 2 both ÷ (decided + true); over classes (or items) as `average` says.

    A class that was neither decided nor true does not count; an item that never is has an F1 of 0,
    as in scikit-learn.
    """
    average = params["average"]
    apart = [d + t - 2 * b for b, d, t in _each(counts)]
    sizes = [d + t for _, d, t in _each(counts)]
    if average == "micro":
        apart, sizes = [sum(apart, start=Fraction(0))], [sum(sizes, start=Fraction(0))]
    losses = [part / size if size else Fraction(1) for part, size in zip(apart, sizes, strict=True)]
    if not any(sizes):
        return math.nan
    shares = [Fraction(bool(size) or counts.of_items) for size in sizes]
    if average == "weighted":
        shares = list(counts.true)
        if not any(shares):
            return math.nan
    total = sum((share * loss for share, loss in zip(shares, losses, strict=True)), Fraction(0))
    return float(total / sum(shares, start=Fraction(0)))


def balanced_error(counts: Counts, _params: Mapping[str, Any]) -> float:
    """The mean over the classes that are true somewhere of the share that was decided wrongly."""
    wrong = [1 - b / t for b, _, t in _each(counts.of_both_answers()) if t]
    return float(sum(wrong, start=Fraction(0)) / len(wrong)) if wrong else math.nan


def mcc_loss(counts: Counts, _params: Mapping[str, Any]) -> float:
    """1 − the correlation of decisions and classes; 1 where either does not vary."""
    found, n = counts.of_both_answers(), counts.rows
    shared = sum(found.both, start=Fraction(0)) * n
    shared -= sum((d * t for _, d, t in _each(found)), start=Fraction(0))
    decided = n * n - sum((d * d for d in found.decided), start=Fraction(0))
    true = n * n - sum((t * t for t in found.true), start=Fraction(0))
    if not decided or not true:
        return 1.0
    return 1.0 - math.copysign(math.sqrt(shared * shared / (decided * true)), shared)


def _each(counts: Counts) -> list[tuple[Fraction, Fraction, Fraction]]:
    return list(zip(counts.both, counts.decided, counts.true, strict=True))


Measure = Callable[[Counts, Mapping[str, Any]], float]


def f1_of_classes(pred: Array, label: Array, *, average: str, weight: Array | None) -> float:
    """1 − F1 of classes that are written as numbers."""
    return f1_loss(_held(pred, label, weight), {"average": average})


def balanced_error_of_classes(pred: Array, label: Array, *, weight: Array | None) -> float:
    """The balanced error rate of classes that are written as numbers."""
    return balanced_error(_held(pred, label, weight), {})


def mcc_of_classes(pred: Array, label: Array, *, weight: Array | None) -> float:
    """1 − MCC of classes that are written as numbers."""
    return mcc_loss(_held(pred, label, weight), {})


def _finish(measure: Measure) -> Callable[[Stats, Mapping[str, Any]], float]:
    return lambda stats, params: measure(_summed(stats), params)


def _readings(of_classes: Callable[..., float], *items: Task) -> tuple[Reading, ...]:
    return (
        Reading(item_counts, Form.DECISION, Labels.SHARE, items, shape=Shape.SUMS),
        Reading(
            class_counts,
            Form.VALUE,
            Labels.CLASSES,
            (Task.MULTICLASS,),
            shape=Shape.SUMS,
            kinds=(Kind.SCORE, Kind.PROBABILITY, Kind.LOGIT, Kind.LOG_PROBABILITY),
        ),
        Reading(
            of_classes,
            Form.VALUE,
            Labels.REAL,
            (Task.CLASSES, Task.REGRESSION),
            shape=Shape.WHOLE,
            kinds=(Kind.CLASS,),
        ),
    )


F1_LOSS = Loss(
    id="f1_loss",
    title="1 − F1",
    family="classification",
    complement="f1",
    complement_names=("f1_score", "f_measure"),
    score_names={
        "sklearn": (Name("f1_score"),),
        "torchmetrics": (Name("F1Score", params={"average": "micro"}),),
        "catboost": (Name("F1", kind=Kind.LOGIT, tasks=(Task.BINARY,)),),
    },
    params={
        "average": Param(
            "macro",
            "how classes become one: each the same, by their rows, or all counts together",
            choices=("macro", "weighted", "micro"),
        )
    },
    readings=_readings(f1_of_classes, Task.BINARY, Task.MULTILABEL),
    finish=_finish(f1_loss),
    formula="1 − 2TP ÷ (2TP + FP + FN), of yes where there are two classes",
    derivative_says=_STEPS,
    summary="One minus the harmonic mean of precision and recall.",
    when="Yes is rare and what counts; it forgets the true negatives.",
    reference="van Rijsbergen 1979, Information Retrieval; scikit-learn 1.9 f1_score",
    example=_EXAMPLE,
    upper=1.0,
    featured=False,
)

BALANCED_ERROR_RATE = Loss(
    id="balanced_error_rate",
    title="balanced error rate",
    family="classification",
    aliases=("ber",),
    complement="balanced_accuracy",
    complement_names=("balanced_accuracy_score", "bacc"),
    score_names={
        "sklearn": (Name("balanced_accuracy_score"),),
        "catboost": (Name("BalancedAccuracy", kind=Kind.LOGIT, tasks=(Task.BINARY,)),),
    },
    readings=_readings(balanced_error_of_classes, Task.BINARY),
    finish=_finish(balanced_error),
    formula="1 − mean over classes of the recall",
    derivative_says=_STEPS,
    summary="One minus the balanced accuracy: the zero-one loss with every class counting alike.",
    when="Classes are of unlike size, and the small ones matter as much.",
    reference="Brodersen et al. 2010, ICPR; scikit-learn 1.9 balanced_accuracy_score",
    example=_EXAMPLE,
    upper=1.0,
    of_spread=True,
    featured=False,
)

MCC_LOSS = Loss(
    id="mcc_loss",
    title="1 − Matthews correlation",
    family="classification",
    complement="mcc",
    complement_names=("matthews_corrcoef", "matthews_correlation", "phi_coefficient"),
    score_names={
        "sklearn": (Name("matthews_corrcoef"),),
        "torchmetrics": tuple(
            Name(name, tasks=(Task.BINARY, Task.MULTICLASS))
            for name in ("MatthewsCorrCoef", "matthews_corrcoef")
        ),
        "catboost": (Name("MCC", kind=Kind.LOGIT, tasks=(Task.BINARY,)),),
    },
    readings=_readings(mcc_of_classes, Task.BINARY),
    finish=_finish(mcc_loss),
    formula="1 − (TP·TN − FP·FN) ÷ √((TP+FP)(TP+FN)(TN+FP)(TN+FN)); of classes, Gorodkin's R_K",
    derivative_says=_STEPS,
    summary="One minus the correlation between what was decided and what was true, 0 to 2.",
    when="All four cells of the confusion matrix should count.",
    reference="Matthews 1975; Gorodkin 2004, Comp. Biol. Chem. 28; scikit-learn 1.9",
    example=_EXAMPLE,
    upper=2.0,
    of_spread=True,
    featured=False,
)
