"""How losses of relative errors and deviances answer to the prediction, elementwise."""

from __future__ import annotations

import numpy as np

from losscli.losses.forms import Array
from losscli.losses.stats import Stats


def percentage_error(pred: Array, label: Array, *, eps: float, scale: float) -> Array:
    """sign(p − y) ÷ max(|y|, eps), times `scale`."""
    return scale * (np.sign(pred - label) / np.maximum(np.abs(label), eps))


def symmetric_percentage_error(pred: Array, label: Array, *, eps: float, scale: float) -> Array:
    """2 sign(p − y) (|y| + y sign p) ÷ (|p| + |y|)²; 2 sign(p − y) ÷ eps where that is larger."""
    size = np.abs(pred) + np.abs(label)
    side = 2.0 * scale * np.sign(pred - label)
    safe = np.where(size > 0.0, size, 1.0)
    far = side * ((np.abs(label) + label * np.sign(pred)) / safe / safe)
    return np.where(size < eps, side / eps, far) if eps else far


def squared_percentage_error(pred: Array, label: Array, *, eps: float) -> Array:
    """2(p − y) ÷ max(|y|, eps)²."""
    size = np.maximum(np.abs(label), eps)
    return 2.0 * ((pred - label) / size) / size


def squared_log_error(pred: Array, label: Array, *, floor: float | None) -> Array:
    """2(log(1 + p) − log(1 + y)) ÷ (1 + p), 0 where `floor` holds the prediction."""
    given = pred
    if floor is not None:
        pred, label = np.maximum(pred, floor), np.maximum(label, floor)
    distance = np.log1p(np.abs(pred - label) / (1.0 + np.minimum(pred, label)))
    slope = 2.0 * np.sign(pred - label) * distance / (1.0 + pred)
    return slope if floor is None else np.where(given < floor, 0.0, slope)


def absolute_sums(pred: Array, label: Array, stats: Stats, *, eps: float) -> Array:
    """sign(p − y) ÷ max(Σ |y|, eps)."""
    return np.sign(pred - label) / max(float(stats.total("label")), eps)


def poisson_error(pred: Array, label: Array, *, log_input: bool, eps: float) -> Array:
    """1 − y/(μ + eps), or eˣ − y for a log rate x."""
    if log_input:
        return np.exp(pred) - label
    with np.errstate(divide="ignore", invalid="ignore"):
        share = label / (pred + eps)
    return 1.0 - np.where(label == 0.0, 0.0, share)


def unit_deviance(pred: Array, label: Array, *, power: float) -> Array:
    """2(μ − y) ÷ μ^p."""
    difference = 2.0 * (pred - label)
    return difference if power == 0.0 else difference / pred**power


def poisson_deviance_error(pred: Array, label: Array) -> Array:
    """2(μ − y) ÷ μ."""
    return unit_deviance(pred, label, power=1.0)


def gamma_deviance_error(pred: Array, label: Array) -> Array:
    """2(μ − y) ÷ μ²."""
    return unit_deviance(pred, label, power=2.0)
