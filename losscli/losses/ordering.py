"""Losses of how scores order all rows: 1 − AUC and 1 − average precision.

Every row is compared with every other, so scores and labels are held until the last row has come:
16 bytes a row and column, 8 more with weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import Components, Example, Labels, Loss, Name, Reading, Shape
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Task

_EXAMPLE = Example((0.9, 0.2, 0.6, 0.7), (1, 0, 1, 0), Kind.SCORE, Task.BINARY)
_STEPS = "It moves in steps, where two rows change places: train by cross entropy."
_KINDS = (
    Kind.SCORE,
    Kind.PROBABILITY,
    Kind.LOGIT,
    Kind.LOG_PROBABILITY,
    Kind.TANH,
    Kind.VALUE,
)


def _by_score(scores: Array, label: Array, weight: Array | None) -> tuple[Array, Array]:
    """The weights of yes and of no at each score that occurs, the lowest first."""
    _, place = np.unique(scores, return_inverse=True)
    weights = np.ones_like(label) if weight is None else weight
    yes, no = (np.bincount(place, weights * answer) for answer in (label, 1.0 - label))
    return yes.astype(np.float64), no.astype(np.float64)


def _columns(pred: Array, label: Array) -> list[tuple[Array, Array]]:
    rows = len(pred)
    return list(zip(pred.reshape(rows, -1).T, label.reshape(rows, -1).T, strict=True))


def misordered_pairs(pred: Array, label: Array, *, weight: Array | None) -> Array:
    """The share of pairs (yes, no) in which no has the higher score, ties half, per column.

    `pred` and `label` are (n,) or (n, c). NaN where all labels are the same.
    """
    return np.array(
        [_misordered(*_by_score(s, y, weight)) for s, y in _columns(pred, label)], np.float64
    )


def _misordered(yes: Array, no: Array) -> float:
    pairs = yes.sum() * no.sum()
    # Of each score: the yes beneath every no that lies above it, and half of those beside it.
    wrong = (no * (np.cumsum(yes) - 0.5 * yes)).sum()
    return float(wrong / pairs) if pairs else math.nan


def misordered_components(pred: Array, label: Array) -> Array:
    """What each row adds to the error of the share of misordered pairs, (n,); NaN for too few.

    `pred` and `label` are (n,). By DeLong's components: each yes has the share of the no that
    outrank it, and each no that of the yes that it outranks; both vary on their own.
    """
    yes = label == 1.0
    few = min(np.count_nonzero(yes), np.count_nonzero(~yes)) < 2
    if few or not ((label == 0.0) | yes).all():
        return np.full(len(pred), math.nan)
    found = np.empty(len(pred))
    for these, sign in ((yes, 1.0), (~yes, -1.0)):
        others = np.sort(sign * pred[~these])
        scores = sign * pred[these]
        below, up_to = (np.searchsorted(others, scores, side) for side in ("left", "right"))
        share = 1.0 - 0.5 * (below + up_to) / len(others)
        rows = len(scores)
        found[these] = (share - share.mean()) / math.sqrt(rows * (rows - 1.0))
    return found


def missed_precision(pred: Array, label: Array, *, weight: Array | None) -> Array:
    """1 − Σ (recallᵢ − recallᵢ₋₁) · precisionᵢ over the scores from the highest, per column.

    NaN where no label is yes.
    """
    return np.array([_missed(*_by_score(s, y, weight)) for s, y in _columns(pred, label)])


def _missed(yes: Array, no: Array) -> float:
    total = yes.sum()
    above = np.cumsum(yes[::-1]) + np.cumsum(no[::-1])
    extra = np.cumsum(no[::-1])
    # 1 − precision at each score, by its own share of yes: no digits are lost near 1.
    share = np.divide(extra, above, out=np.zeros_like(above), where=above > 0.0)
    return float((yes[::-1] * share).sum() / total) if total else math.nan


# Of fewer yes, an average precision is too skewed for an interval to hold.
_FEWEST_YES = 30


def missed_components(pred: Array, label: Array) -> Array:
    """What each row adds to the error of 1 − average precision, (n,); NaN for too few.

    `pred` and `label` are (n,). By the infinitesimal jackknife: the derivative of the number by the
    weight of each row.
    """
    if np.count_nonzero(label) < _FEWEST_YES or not np.isin(label, (0.0, 1.0)).all():
        return np.full(len(pred), math.nan)
    _, place = np.unique(pred, return_inverse=True)
    yes, no = _by_score(pred, label, None)
    wrong = np.cumsum(no[::-1])[::-1]
    above = wrong + np.cumsum(yes[::-1])[::-1]
    missed = wrong / above
    total = yes.sum()
    mean = (yes * missed).sum() / total
    # A row of weight w counts in the precision of every yes that its score is not below.
    added = np.cumsum(yes / above)[place]
    shared = np.cumsum(yes * missed / above)[place]
    slope = label * (missed[place] - mean) + (1.0 - label) * added - shared
    rows = len(pred)
    return np.asarray(slope / total * math.sqrt(rows / (rows - 1.0)))


def _readings(kernel: Callable[..., Array], components: Components) -> tuple[Reading, ...]:
    return tuple(
        Reading(
            kernel,
            Form.VALUE,
            labels,
            tasks,
            shape=Shape.WHOLE,
            kinds=_KINDS,
            components=components,
        )
        for labels, tasks in (
            (Labels.SHARE, (Task.BINARY, Task.MULTILABEL)),
            (Labels.CLASSES, (Task.MULTICLASS,)),
        )
    )


AUC_LOSS = Loss(
    id="auc_loss",
    title="1 − AUC",
    family="ranking",
    complement="auc",
    complement_names=("roc_auc", "roc_auc_score", "auroc", "rocauc", "roc_auc_ovr"),
    readings=_readings(misordered_pairs, Components(misordered_components, "DeLong")),
    score_names={
        "sklearn": (Name("roc_auc_score"), Name("roc_auc"), Name("roc_auc_ovr")),
        "torchmetrics": (Name("AUROC"),),
        "xgboost": (Name("auc", tasks=(Task.BINARY,)),),
        "lightgbm": (Name("auc", tasks=(Task.BINARY,)),),
        "catboost": (Name("AUC", tasks=(Task.BINARY,)),),
    },
    by_column=True,
    formula="share of pairs (yes, no) with the higher score at no, ties half; of classes one "
    "against the rest, averaged",
    derivative_says=_STEPS,
    summary="How often a row that is not outranks one that is.",
    when="Only the order of the scores counts. It holds scores and labels in memory.",
    reference="Hanley & McNeil 1982, Radiology 143(1); DeLong et al. 1988, Biometrics 44(3); "
    "scikit-learn 1.9",
    example=_EXAMPLE,
    upper=1.0,
    of_spread=True,
    featured=False,
)

AVERAGE_PRECISION_LOSS = Loss(
    id="average_precision_loss",
    title="1 − average precision",
    family="classification",
    aliases=("ap_loss",),
    complement="ap",
    complement_names=("average_precision", "average_precision_score", "aucpr", "auprc", "pr_auc"),
    score_names={
        "sklearn": (Name("average_precision_score"), Name("average_precision")),
        "torchmetrics": (Name("AveragePrecision"),),
        "lightgbm": (Name("average_precision", tasks=(Task.BINARY,)),),
    },
    readings=_readings(missed_precision, Components(missed_components, "infinitesimal jackknife")),
    by_column=True,
    formula="1 − Σᵢ (recallᵢ − recallᵢ₋₁) precisionᵢ, from the highest score down",
    derivative_says=_STEPS,
    summary="One minus the mean precision at the rows that are yes.",
    when="As AUC, where yes is rare: what ranks first counts most. It holds scores and labels.",
    reference="Zhu 2004, Univ. of Waterloo TR; scikit-learn 1.9 average_precision_score; Jaeckel "
    "1972, Bell Labs MM 72-1215-11 (infinitesimal jackknife)",
    example=_EXAMPLE,
    upper=1.0,
    of_spread=True,
    featured=False,
)
