"""Losses of the overlap of two masks: the whole arrays, or each row, are one mask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

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
from losscli.losses.forms.bernoulli import Bernoulli
from losscli.losses.forms.categorical import Form
from losscli.losses.forms.chain import Slope, through_sigmoid, through_softmax
from losscli.losses.forms.logistic import sigmoid
from losscli.vocabulary import Kind, Task

_MASKS = Example(
    ((0.9, 0.8, 0.2, 0.1), (0.7, 0.3, 0.6, 0.2)),
    ((1, 1, 0, 0), (1, 0, 1, 0)),
    Kind.PROBABILITY,
    Task.MULTILABEL,
)
_ITEMS = (Task.BINARY, Task.MULTILABEL)
_PER = Param("all", "what is one mask: all items, or each row", choices=("all", "row"))


def overlap_terms(pred: Bernoulli, label: Array) -> Terms:
    """What prediction and label share, and what each has alone, to be summed."""
    return {
        "both": pred.p * label,
        "pred": pred.p * (1.0 - label),
        "label": pred.q * label,
    }


def decided_terms(pred: Array, label: Array) -> Terms:
    """Items that prediction and label share, and that either has, to be summed."""
    both = (pred > 0) & (label > 0)
    either = (pred > 0) | (label > 0)
    return {"both": both.astype(np.float64), "either": either.astype(np.float64)}


def _dice(stats: Stats, params: Mapping[str, Any]) -> Any:
    both, smooth = stats.value("both"), params["smooth"]
    sizes = 2.0 * both + stats.value("pred") + stats.value("label")
    # What is left of 1, in one fraction: it keeps the digits of masks that are nearly the same.
    missing = stats.value("pred") + stats.value("label")
    if params["smooth_both"]:
        return missing / (sizes + 2.0 * smooth)
    return (missing + smooth) / (sizes + smooth)


def _tversky(stats: Stats, params: Mapping[str, Any]) -> Any:
    both, smooth = stats.value("both"), params["smooth"]
    missing = params["alpha"] * stats.value("pred") + params["beta"] * stats.value("label")
    left = missing if params["smooth_both"] else missing + smooth
    return left / (both + missing + smooth)


def _jaccard(stats: Stats, _params: Mapping[str, Any]) -> float:
    either = stats.total("either")
    return float(1 - stats.total("both") / either) if either else 0.0


def _class_terms(pred: Array, label: Array) -> tuple[Array, Array, Array]:
    """What is shared, predicted alone and labelled alone, per sample and class, (n, c) each."""
    p = _probabilities(pred)
    return (p * label).sum(axis=1), (p * (1.0 - label)).sum(axis=1), ((1.0 - p) * label).sum(axis=1)


def _probabilities(logits: Array) -> Array:
    if logits.shape[-1] == 1:
        return sigmoid(logits)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def class_tversky_error(
    pred: Array, label: Array, *, alpha: float, beta: float, smooth: float
) -> Array:
    """1 − (both + s) ÷ (both + α pred + β label + s), the mean over classes, per sample.

    `pred` holds logits (n, items, classes), `label` one-hot classes of that shape.
    """
    both, extra, missed = _class_terms(pred, label)
    missing = alpha * extra + beta * missed
    return (missing / (both + missing + smooth)).mean(axis=1)


def _through_classes(
    pred: Array, label: Array, alpha: float, beta: float, smooth: float, weight: Any
) -> Array:
    classes = pred.shape[-1]
    powers = np.exp(pred - pred.max(axis=-1, keepdims=True))
    p = sigmoid(pred) if classes == 1 else powers / powers.sum(axis=-1, keepdims=True)
    both = (p * label).sum(axis=1, keepdims=True)
    missing = alpha * (p * (1.0 - label)).sum(axis=1, keepdims=True)
    missing += beta * ((1.0 - p) * label).sum(axis=1, keepdims=True)
    sizes = both + missing + smooth
    extra = alpha * (1.0 - label) - beta * label
    slope = weight / classes * (extra * (both + smooth) - label * missing) / (sizes * sizes)
    return through_sigmoid(slope, pred) if classes == 1 else through_softmax(slope, p)


def class_tversky_error_gradient(
    pred: Array, label: Array, *, alpha: float, beta: float, smooth: float
) -> Array:
    """The mean over classes of tversky's, through the softmax of logits (n, items, classes)."""
    return _through_classes(pred, label, alpha, beta, smooth, 1.0)


def class_dice_error(pred: Array, label: Array, *, smooth: float) -> Array:
    """1 − (2 both + 2s) ÷ (pred + label + 2s), the mean over classes, per sample."""
    return class_tversky_error(pred, label, alpha=0.5, beta=0.5, smooth=smooth)


def class_dice_error_gradient(pred: Array, label: Array, *, smooth: float) -> Array:
    """Tversky's at ½ and ½."""
    return _through_classes(pred, label, 0.5, 0.5, smooth, 1.0)


def weighted_dice_error(pred: Array, label: Array, *, smooth: float) -> Array:
    """The dice loss of logits (n, items, classes), weighted by 1/frequency² of each class."""
    both, extra, missed = _class_terms(pred, label)
    missing = 0.5 * (extra + missed)
    loss = missing / (both + missing + smooth)
    frequency = label.sum(axis=(0, 1))
    weight = 1.0 / (frequency * frequency + 1e-7)
    return (loss * (weight * len(weight) / weight.sum())).mean(axis=1)


def weighted_dice_error_gradient(
    pred: Array, label: Array, upstream: Array, *, smooth: float
) -> Array:
    """The dice loss's, weighted by 1/frequency² of each class."""
    frequency = label.sum(axis=(0, 1))
    weight = 1.0 / (frequency * frequency + 1e-7)
    slope = _through_classes(pred, label, 0.5, 0.5, smooth, weight * len(weight) / weight.sum())
    return np.asarray(upstream)[:, None, None] * slope


def overlap_score(pred: Array, label: Array, *, average: str) -> Array:
    """2 both ÷ (pred + label) per sample, over classes at once or class by class.

    Both arrays are one-hot masks (n, classes, items).
    """
    both, sizes = (pred * label).sum(axis=2), pred.sum(axis=2) + label.sum(axis=2)
    if average == "micro":
        both, sizes = both.sum(axis=1, keepdims=True), sizes.sum(axis=1, keepdims=True)
    # Classes that neither mask has do not count; without any there is no score.
    score = np.divide(2.0 * both, sizes, out=np.zeros_like(sizes), where=sizes > 0.0)
    with np.errstate(invalid="ignore"):
        return score.sum(axis=1) / (sizes > 0.0).sum(axis=1)


def _over(pred: Bernoulli, stats: Stats, name: str) -> Any:
    """A sum as it stands beside the items: one of all, or one per row."""
    value = stats.value(name)
    return value if np.ndim(value) == 0 or pred.p.ndim == 1 else np.reshape(value, (-1, 1))


def dice_gradient(
    pred: Bernoulli, label: Array, stats: Stats, *, smooth: float, smooth_both: bool
) -> Slope:
    """((1 − 2y)(2 both) − 2y · missing) ÷ sizes² along p, smoothed as the loss is."""
    both = _over(pred, stats, "both")
    missing = _over(pred, stats, "pred") + _over(pred, stats, "label")
    above, below = (0.0, 2.0 * smooth) if smooth_both else (smooth, smooth)
    sizes = 2.0 * both + missing + below
    extra = 1.0 - 2.0 * label
    # The denominator less the numerator is what `missing` does not reach.
    slope = extra * (2.0 * both + below - above) - 2.0 * label * (missing + above)
    return Slope(p=slope / (sizes * sizes))


def tversky_gradient(
    pred: Bernoulli,
    label: Array,
    stats: Stats,
    *,
    alpha: float,
    beta: float,
    smooth: float,
    smooth_both: bool,
) -> Slope:
    """((α(1 − y) − βy) · both − y · missing) ÷ (both + missing)² along p, smoothed as the loss."""
    both = _over(pred, stats, "both")
    missing = alpha * _over(pred, stats, "pred") + beta * _over(pred, stats, "label")
    above = 0.0 if smooth_both else smooth
    sizes = both + missing + smooth
    extra = alpha * (1.0 - label) - beta * label
    slope = extra * (both + smooth - above) - label * (missing + above)
    return Slope(p=slope / (sizes * sizes))


_CLASS_DIMS = {"pred": "n i c", "label": "n i c"}
_VOXELS = Example(
    (((2.0, 0.0), (0.5, 1.0)), ((0.0, 1.0), (1.5, 0.2))),
    (((1, 0), (0, 1)), ((0, 1), (1, 0))),
    Kind.LOGIT,
    Task.MASKS,
)

DICE = Loss(
    id="dice",
    title="Dice loss",
    family="overlap",
    aliases=("dice_loss",),
    names={
        "keras": (Name("Dice"),),
        "optax": (Name("binary_dice_loss", kind=Kind.LOGIT), Name("dice_loss", kind=Kind.LOGIT)),
    },
    params={
        "smooth": Param(1e-7, "added to the sizes, so that empty masks have a loss", minimum=0.0),
        "smooth_both": Param(False, "add it above and below the fraction, twice"),
        "per": _PER,
    },
    readings=(
        Reading(
            overlap_terms,
            Form.BERNOULLI,
            Labels.SHARE,
            _ITEMS,
            shape=Shape.SUMS,
            logs=False,
            gradient=dice_gradient,
        ),
        Reading(
            class_dice_error,
            Form.VALUE,
            Labels.REAL,
            (Task.MASKS,),
            dims=_CLASS_DIMS,
            kinds=(Kind.LOGIT,),
            gradient=class_dice_error_gradient,
        ),
    ),
    finish=_dice,
    formula="1 − 2|P∩Y| ÷ (|P| + |Y| + smooth)",
    derivative="∂/∂pᵢ = ((1 − 2yᵢ) · 2|P∩Y| − 2yᵢ (|P∖Y| + |Y∖P|)) ÷ (|P| + |Y|)², without smooth",
    derivative_says="Every item's pull is shared out by the size of the masks, so a large "
    "background does not lead.",
    summary="One minus twice the overlap over the sum of the sizes.",
    when="Masks of which most is background, so that per-item losses see little else.",
    reference="Milletari et al. 2016, arXiv:1606.04797; Keras 3 Dice; optax 0.2.8 dice_loss",
    example=_MASKS,
    upper=1.0,
    zero_at_perfect=False,
    featured=False,
)

TVERSKY = Loss(
    id="tversky",
    title="Tversky loss",
    family="overlap",
    names={
        "keras": (Name("Tversky"),),
        "optax": (Name("dice_loss(alpha, beta)", kind=Kind.LOGIT),),
    },
    params={
        "alpha": Param(0.5, "weight of false positives", minimum=0.0),
        "beta": Param(0.5, "weight of false negatives", minimum=0.0),
        "smooth": Param(1e-7, "added to the sizes, so that empty masks have a loss", minimum=0.0),
        "smooth_both": Param(False, "add it above and below the fraction"),
        "per": _PER,
    },
    readings=(
        Reading(
            overlap_terms,
            Form.BERNOULLI,
            Labels.SHARE,
            _ITEMS,
            shape=Shape.SUMS,
            logs=False,
            gradient=tversky_gradient,
        ),
        Reading(
            class_tversky_error,
            Form.VALUE,
            Labels.REAL,
            (Task.MASKS,),
            dims=_CLASS_DIMS,
            kinds=(Kind.LOGIT,),
            gradient=class_tversky_error_gradient,
        ),
    ),
    finish=_tversky,
    formula="1 − |P∩Y| ÷ (|P∩Y| + α|P∖Y| + β|Y∖P| + smooth)",
    derivative="∂/∂pᵢ = ((α(1 − yᵢ) − βyᵢ) |P∩Y| − yᵢ (α|P∖Y| + β|Y∖P|)) ÷ (|P∩Y| + α|P∖Y| + "
    "β|Y∖P|)², without smooth",
    summary="Dice loss with one weight for what is too much and another for what is missing.",
    when="Missing an item is worse (β > α) or better than one too many.",
    reference="Salehi, Erdogmus & Gholipour 2017, arXiv:1706.05721; Keras 3 Tversky",
    example=_MASKS,
    upper=1.0,
    zero_at_perfect=False,
    featured=False,
)

GENERALIZED_DICE = Loss(
    id="generalized_dice",
    title="generalized Dice loss",
    family="overlap",
    names={"optax": (Name("multiclass_generalized_dice_loss"),)},
    params={"smooth": Param(1.0, "added above and below the fraction", minimum=0.0)},
    readings=(
        Reading(
            weighted_dice_error,
            Form.VALUE,
            Labels.REAL,
            (Task.MASKS,),
            dims=_CLASS_DIMS,
            shape=Shape.WHOLE,
            kinds=(Kind.LOGIT,),
            gradient=weighted_dice_error_gradient,
        ),
    ),
    formula="mean over samples and classes of w_c · Dice loss, w_c ∝ 1 ÷ frequency²",
    derivative="∂/∂p = w_c × the Dice loss's; then through the softmax of the logits",
    summary="Dice loss with rare classes weighted up.",
    when="Masks of several classes of very different sizes.",
    reference="Sudre et al. 2017, arXiv:1707.03237; optax 0.2.8",
    example=_VOXELS,
    zero_at_perfect=False,
    featured=False,
)

DICE_SCORE = Loss(
    id="dice_score",
    title="Dice score",
    family="overlap",
    names={"torchmetrics": (Name("dice_score"),)},
    params={
        "average": Param(
            "macro", "class by class, or all classes at once", choices=("macro", "micro")
        )
    },
    readings=(
        Reading(
            overlap_score,
            Form.VALUE,
            Labels.REAL,
            (Task.MASKS,),
            dims={"pred": "n c i", "label": "n c i"},
        ),
    ),
    formula="mean 2|P∩Y| ÷ (|P| + |Y|)",
    derivative_says="It counts decided masks: train by the Dice loss.",
    summary="Twice the overlap over the sum of the sizes, of decided masks: 1 is best.",
    when="One-hot masks (sample, class, item) are to be compared.",
    reference="Dice 1945, Ecology 26(3); TorchMetrics 1.9 dice_score",
    example=Example(
        (((1, 0, 1), (0, 1, 0)), ((1, 1, 0), (0, 0, 1))),
        (((1, 0, 0), (0, 1, 1)), ((1, 1, 0), (0, 0, 1))),
        Kind.CLASS,
        Task.MASKS,
    ),
    upper=1.0,
    lower_is_better=False,
    zero_at_perfect=False,
    featured=False,
)

JACCARD = Loss(
    id="jaccard",
    title="Jaccard distance",
    family="overlap",
    aliases=("iou",),
    names={"sklearn": (Name("1 - jaccard_score"),)},
    readings=(Reading(decided_terms, Form.DECISION, Labels.SHARE, _ITEMS, shape=Shape.SUMS),),
    finish=_jaccard,
    formula="1 − |P∩Y| ÷ |P∪Y|",
    derivative_says="It counts decided items, so it moves in steps: train by the Dice loss.",
    summary="One minus the overlap over the union of the positives.",
    when="Decided masks, or rare positives where true negatives should not count.",
    reference="Jaccard 1912, New Phytologist 11(2); scikit-learn 1.9 jaccard_score",
    example=_MASKS,
    upper=1.0,
    zero_at_perfect=False,
    featured=False,
)
