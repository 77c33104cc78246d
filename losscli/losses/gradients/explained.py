"""How scores that set the error beside the spread of the labels answer to the prediction."""

from __future__ import annotations

import math

import numpy as np

from losscli.losses.bernoulli import Bernoulli
from losscli.losses.chain import Slope
from losscli.losses.forms import Array, Categorical, Classes
from losscli.losses.gradients import probability
from losscli.losses.gradients.regression import pinball_error
from losscli.losses.gradients.relative import unit_deviance
from losscli.losses.stats import Stats


def _spread(stats: Stats, name: str) -> float:
    total = stats.total(name)
    return float(stats.total(f"{name}²") - total * total / stats.weight)


def _per(spread: float) -> float:
    """1 ÷ spread; NaN where there is nothing to explain."""
    return 1.0 / spread if spread else math.nan


def _mean(stats: Stats, name: str) -> float:
    return float(stats.total(name) / stats.weight)


def r2(pred: Array, label: Array, stats: Stats) -> Array:
    """2(y − p) ÷ Σ (y − ȳ)²."""
    return 2.0 * (label - pred) * _per(_spread(stats, "label"))


def relative_squared(pred: Array, label: Array, stats: Stats) -> Array:
    """2(p − y) ÷ Σ (y − ȳ)²."""
    return -r2(pred, label, stats)


def explained_variance(pred: Array, label: Array, stats: Stats) -> Array:
    """2(e − ē) ÷ Σ (y − ȳ)² with e = y − p."""
    offset = float((stats.total("label") - stats.total("pred")) / stats.weight)
    return 2.0 * (label - pred - offset) * _per(_spread(stats, "label"))


def normalized(pred: Array, label: Array, stats: Stats, *, normalization: str) -> Array:
    """(p − y) ÷ (n · RMSE · size of the labels); 0 where the prediction is perfect."""
    n = float(stats.weight)
    root = math.sqrt(stats.total("error²") / stats.weight)
    size = {
        "mean": lambda: _mean(stats, "label"),
        "range": lambda: stats.high("label") - stats.low("label"),
        "std": lambda: math.sqrt(_spread(stats, "label") / n),
        "l2": lambda: math.sqrt(stats.total("label²")),
    }[normalization]()
    return (pred - label) * _per(size) / (n * root) if root else np.zeros_like(pred)


def concordance(pred: Array, label: Array, stats: Stats) -> Array:
    """(2 ∂s_yp − c · (∂s_p² + ∂(ȳ − p̄)²)) ÷ (s_y² + s_p² + (ȳ − p̄)²)."""
    n = float(stats.weight)
    if n <= 1.0:
        return np.full_like(pred, math.nan)
    sample = n / (n - 1.0)
    pred_mean, label_mean = _mean(stats, "pred"), _mean(stats, "label")
    total = stats.total("product") - stats.total("label") * stats.total("pred") / stats.weight
    apart = float((stats.total("label") - stats.total("pred")) / stats.weight)
    whole = (_spread(stats, "label") + _spread(stats, "pred")) * sample + n * apart * apart
    score = 2.0 * float(total) * sample * _per(whole)
    by_spread = 2.0 * sample * (pred - pred_mean) - 2.0 * apart
    return (2.0 * sample * (label - label_mean) - score * by_spread) * _per(whole)


def log_loss_terms(pred: Bernoulli, label: Array, stats: Stats) -> Slope:
    """Minus the cross entropy's, over that of the class frequencies and the rows."""
    slope = probability.plain_log_likelihood(pred, label)
    return slope.scaled(np.asarray(-_per(_frequency_log_loss(stats) * float(stats.weight))))


def class_log_loss_terms(pred: Categorical, label: Classes, stats: Stats) -> Slope:
    """Minus the cross entropy's, over that of the class frequencies and the rows."""
    slope = probability.class_negative_log_likelihood(pred, label)
    return slope.scaled(np.asarray(-_per(_frequency_log_loss(stats) * float(stats.weight))))


def brier_terms(pred: Bernoulli, label: Array, stats: Stats) -> Slope:
    """Minus the Brier score's, over that of the class frequencies and the rows."""
    slope = probability.squared_probability_error(pred, label)
    return slope.scaled(np.asarray(-_per(0.5 * _frequency_brier(stats) * float(stats.weight))))


def class_brier_terms(pred: Categorical, label: Classes, stats: Stats) -> Slope:
    """Minus the Brier score's, over that of the class frequencies and the rows."""
    slope = probability.squared_distribution_error(pred, label)
    return slope.scaled(np.asarray(-_per(_frequency_brier(stats) * float(stats.weight))))


def _shares(stats: Stats) -> list[float]:
    counts = stats.columns("class") if "class" in stats else [stats.total("no"), stats.total("yes")]
    return [float(count / stats.weight) for count in counts]


def _frequency_log_loss(stats: Stats) -> float:
    return -math.fsum(share * math.log(share) for share in _shares(stats) if share)


def _frequency_brier(stats: Stats) -> float:
    return 1.0 - math.fsum(share * share for share in _shares(stats))


def deviance_explained(
    pred: Array, label: Array, answer: Array, *, power: float, weight: Array | None
) -> Array:
    """Minus the deviance's, over that of the labels' mean, column by column."""
    from losscli.losses.deviance import unit_deviance as deviance_of

    def whole(y: Array) -> float:
        mean = np.full_like(y, np.average(y, weights=weight))
        return float(np.average(deviance_of(mean, y, power=power), weights=weight))

    return _over_columns(unit_deviance(pred, label, power=power), label, answer, weight, whole)


def pinball_explained(
    pred: Array, label: Array, answer: Array, *, quantile: float, weight: Array | None
) -> Array:
    """Minus the pinball loss's, over that of the labels' own quantile, column by column."""
    from losscli.losses.order import weighted_quantile_of
    from losscli.losses.robust import pinball_error as loss_of

    def whole(y: Array) -> float:
        best = weighted_quantile_of(y, np.ones(len(y)) if weight is None else weight, quantile)
        return float(np.average(loss_of(best, y, quantile=quantile), weights=weight))

    slope = pinball_error(pred, label, quantile=quantile)
    return _over_columns(slope, label, answer, weight, whole)


def median_explained(pred: Array, label: Array, answer: Array, *, weight: Array | None) -> Array:
    """Minus the absolute error's, over that of the labels' median, column by column."""
    return pinball_explained(pred, label, answer, quantile=0.5, weight=weight)


def _over_columns(
    slope: Array, label: Array, answer: Array, weight: Array | None, whole: object
) -> Array:
    assert callable(whole)
    rows = slope.reshape(len(slope), -1)
    share = np.full(len(rows), 1.0 / len(rows)) if weight is None else weight / weight.sum()
    sizes = [_per(whole(column)) for column in label.reshape(len(label), -1).T]
    return np.asarray(-(answer * sizes) * share[:, None] * rows).reshape(slope.shape)
