"""How losses of real values answer to the prediction, elementwise."""

from __future__ import annotations

import numpy as np

from losscli.losses.forms import Array


def squared_error(pred: Array, label: Array) -> Array:
    """2(p − y)."""
    return 2.0 * (pred - label)


def absolute_error(pred: Array, label: Array, *, delta: float) -> Array:
    """sign(p − y), 0 up to `delta`."""
    return _shrunk_sign(pred - label, delta)


def huber_error(pred: Array, label: Array, *, delta: float) -> Array:
    """d clipped to [−δ, δ]."""
    return np.clip(pred - label, -delta, delta)


def log_cosh_error(pred: Array, label: Array) -> Array:
    """tanh(p − y)."""
    return np.tanh(pred - label)


def half_squared_error(pred: Array, label: Array) -> Array:
    """p − y."""
    return pred - label


def smooth_absolute_error(pred: Array, label: Array, *, beta: float) -> Array:
    """d/β clipped to [−1, 1]; β = 0 is sign(d)."""
    difference = pred - label
    return np.sign(difference) if beta == 0.0 else np.clip(difference, -beta, beta) / beta


def pinball_error(pred: Array, label: Array, *, quantile: float, delta: float = 0.0) -> Array:
    """−α where y > p, 1 − α where y < p, 0 in between."""
    side = _shrunk_sign(label - pred, delta)
    return np.where(side > 0.0, -quantile, np.where(side < 0.0, 1.0 - quantile, 0.0))


def expectile_error(pred: Array, label: Array, *, expectile: float) -> Array:
    """2α(p − y) where y ≥ p, else 2(1 − α)(p − y)."""
    difference = pred - label
    return np.where(difference <= 0.0, expectile, 1.0 - expectile) * 2.0 * difference


def fair_error(pred: Array, label: Array, *, c: float) -> Array:
    """d ÷ (1 + |d|/c)."""
    difference = pred - label
    return difference / (1.0 + np.abs(difference) / c)


def power_error(pred: Array, label: Array, *, q: float) -> Array:
    """q |d|^(q − 1) sign(d)."""
    difference = pred - label
    return q * np.abs(difference) ** (q - 1.0) * np.sign(difference)


def minkowski_error(pred: Array, label: Array, *, p: float) -> Array:
    """p |d|^(p − 1) sign(d)."""
    return power_error(pred, label, q=p)


def _shrunk_sign(difference: Array, delta: float) -> Array:
    sign = np.sign(difference)
    return np.where(np.abs(difference) > delta, sign, 0.0) if delta else sign
