"""How losses of the overlap of masks answer to the prediction."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.losses.bernoulli import Bernoulli
from losscli.losses.chain import Slope, through_sigmoid, through_softmax
from losscli.losses.forms import Array
from losscli.losses.logistic import sigmoid
from losscli.losses.stats import Stats


def dice(pred: Bernoulli, label: Array, stats: Stats, *, smooth: float, smooth_both: bool) -> Slope:
    """((1 − 2y)(2 both) − 2y · missing) ÷ sizes² along p, smoothed as the loss is."""
    both = _over(pred, stats, "both")
    missing = _over(pred, stats, "pred") + _over(pred, stats, "label")
    above, below = (0.0, 2.0 * smooth) if smooth_both else (smooth, smooth)
    sizes = 2.0 * both + missing + below
    extra = 1.0 - 2.0 * label
    # The denominator less the numerator is what `missing` does not reach.
    slope = extra * (2.0 * both + below - above) - 2.0 * label * (missing + above)
    return Slope(p=slope / (sizes * sizes))


def tversky(
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


def _over(pred: Bernoulli, stats: Stats, name: str) -> Any:
    """A sum as it stands beside the items: one of all, or one per row."""
    value = stats.value(name)
    return value if np.ndim(value) == 0 or pred.p.ndim == 1 else np.reshape(value, (-1, 1))


def class_tversky_error(
    pred: Array, label: Array, *, alpha: float, beta: float, smooth: float
) -> Array:
    """The mean over classes of tversky's, through the softmax of logits (n, items, classes)."""
    return _through_classes(pred, label, alpha, beta, smooth, 1.0)


def class_dice_error(pred: Array, label: Array, *, smooth: float) -> Array:
    """Tversky's at ½ and ½."""
    return _through_classes(pred, label, 0.5, 0.5, smooth, 1.0)


def weighted_dice_error(pred: Array, label: Array, answer: Array, *, smooth: float) -> Array:
    """The dice loss's, weighted by 1/frequency² of each class."""
    frequency = label.sum(axis=(0, 1))
    weight = 1.0 / (frequency * frequency + 1e-7)
    slope = _through_classes(pred, label, 0.5, 0.5, smooth, weight * len(weight) / weight.sum())
    return np.asarray(answer)[:, None, None] * slope


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
