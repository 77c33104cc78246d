"""What a temperature, or an isotonic curve, would bring a model that is not calibrated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import Struct

from losscli.arrays import Array

Mapped = Callable[[Array], Array]

_FOLDS = 5
# Of fewer rows, what is learnt from four fifths of them says little of the others.
_FEWEST = 50
# Certain predictions have no logarithm, and no temperature moves them.
_LEAST = 1e-12
_COLDEST, _HOTTEST = 0.05, 20.0


class Recalibration(Struct, frozen=True):
    """A score before and after recalibration, on `rows` rows, each by what the others teach.

    `temperature` divides the logits of all rows best (more than 1: the model is too sure).
    `with_temperature` and `isotonic` are cross-fitted in 5 folds; `isotonic` is None where there
    are more than two classes.
    """

    rows: int
    before: float
    temperature: float
    with_temperature: float
    isotonic: float | None


def recalibrated(pred: Array, label: Array, weight: Array, *, log: bool) -> Recalibration | None:
    """What recalibration brings predictions (n, c) of labels (n, c) with weights (n,).

    Of one column, c = 1, it is the probability of a yes. The score is logarithmic, or else
    quadratic. None of too few rows, or where all labels are the same.
    """
    rows = len(pred)
    if rows < _FEWEST or np.ptp(label, axis=0).max() == 0.0:
        return None
    score = _log_score if log else _quadratic_score
    total = float(weight.sum())

    def mean(mapped: Array) -> float:
        return float((weight * score(mapped, label)).sum()) / total

    isotonic = None
    if pred.shape[1] == 1:
        isotonic = mean(_cross_fitted(_isotonic, pred, label, weight))
    return Recalibration(
        rows,
        mean(np.clip(pred, _LEAST, 1.0)),
        best_temperature(pred, label, weight),
        mean(_cross_fitted(_at_best_temperature, pred, label, weight)),
        isotonic,
    )


def _cross_fitted(
    fit: Callable[[Array, Array, Array], Mapped], pred: Array, label: Array, weight: Array
) -> Array:
    """Each prediction mapped by what the rows of the other folds teach."""
    fold = np.arange(len(pred)) % _FOLDS
    mapped = np.empty_like(pred)
    for each in range(_FOLDS):
        here = fold == each
        mapped[here] = fit(pred[~here], label[~here], weight[~here])(pred[here])
    return mapped


def best_temperature(pred: Array, label: Array, weight: Array) -> float:
    """The temperature of the least cross entropy (Guo et al. 2017)."""
    from scipy.optimize import minimize_scalar

    logs = _logs(pred)

    def cost(log_temperature: float) -> float:
        mapped = _shares(logs / np.exp(log_temperature), pred.shape[1])
        return float((weight * _log_score(mapped, label)).sum())

    bounds = (np.log(_COLDEST), np.log(_HOTTEST))
    found = minimize_scalar(cost, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def _at_best_temperature(pred: Array, label: Array, weight: Array) -> Mapped:
    temperature = best_temperature(pred, label, weight)
    return lambda given: _shares(_logs(given) / temperature, given.shape[1])


def _isotonic(pred: Array, label: Array, weight: Array) -> Mapped:
    """The rising curve of the least squares, each of its steps smoothed by half a row each way."""
    from scipy.optimize import isotonic_regression

    values, places = np.unique(pred[:, 0], return_inverse=True)
    weights = np.bincount(places, weight)
    hits = np.bincount(places, weight * label[:, 0])
    curve = isotonic_regression(hits / weights, weights=weights).x
    _, steps = np.unique(curve, return_inverse=True)
    heights, widths = np.bincount(steps, hits), np.bincount(steps, weights)
    rows = len(pred) / weight.sum()
    smooth = ((heights * rows + 0.5) / (widths * rows + 1.0))[steps]
    return lambda given: np.interp(given, values, smooth)


def _logs(pred: Array) -> Array:
    """Logarithms of shares; of one column, its log-odds."""
    inside = np.clip(pred, _LEAST, 1.0 - _LEAST if pred.shape[1] == 1 else 1.0)
    return np.log(inside) - np.log1p(-inside) if pred.shape[1] == 1 else np.log(inside)


def _shares(logs: Array, width: int) -> Array:
    if width == 1:
        return np.asarray(1.0 / (1.0 + np.exp(-logs)))
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _log_score(pred: Array, label: Array) -> Array:
    inside = np.clip(pred, _LEAST, 1.0)
    score = -(label * np.log(inside)).sum(axis=1)
    if pred.shape[1] == 1:
        score -= ((1.0 - label) * np.log(np.clip(1.0 - pred, _LEAST, 1.0))).sum(axis=1)
    return np.asarray(score)


def _quadratic_score(pred: Array, label: Array) -> Array:
    return np.asarray(((pred - label) ** 2).sum(axis=1))
