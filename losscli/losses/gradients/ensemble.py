"""How scores of ensembles answer to the members, in the shape of the prediction."""

from __future__ import annotations

import numpy as np

from losscli.losses.forms import Array


def ensemble_crps(pred: Array, label: Array, *, estimator: str) -> Array:
    """sign(x − y)/m, less what each member adds to the spread: (members below − above) ÷ pairs."""
    members = pred.shape[1]
    toward = np.sign(pred - label[:, None]) / members
    if estimator == "akr":
        step = np.sign(pred - np.roll(pred, 1, axis=1))
        return toward - 0.5 / members * (step - np.roll(step, -1, axis=1))
    pairs = members * (members - 1.0) if estimator in ("fair", "pwm") else members**2
    return toward - _below_less_above(pred) / pairs


def _below_less_above(rows: Array) -> Array:
    """For each item, how many of its row are below it, less how many are above it."""
    width = rows.shape[1]
    order = np.argsort(rows, axis=1, kind="stable")
    ordered = np.take_along_axis(rows, order, axis=1)
    place = np.arange(width)
    begins = np.ones(rows.shape, bool)
    begins[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    ends = np.ones(rows.shape, bool)
    ends[:, :-1] = begins[:, 1:]
    first = np.maximum.accumulate(np.where(begins, place, 0), axis=1)
    last = np.minimum.accumulate(np.where(ends, place, width)[:, ::-1], axis=1)[:, ::-1]
    counts = np.empty_like(rows)
    np.put_along_axis(counts, order, (first + last - (width - 1)).astype(np.float64), axis=1)
    return counts


def _direction(vectors: Array) -> Array:
    """Vectors (…, d) at unit length; 0 stays 0."""
    size = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.divide(vectors, size, out=np.zeros_like(vectors), where=size > 0.0)


def energy_error(pred: Array, label: Array, *, estimator: str) -> Array:
    """The direction away from the label over m, less those away from the other members ÷ pairs."""
    members = pred.shape[1]
    count = members**2 if estimator == "nrg" else members * (members - 1.0)
    apart = _direction(pred[:, :, None, :] - pred[:, None, :, :]).sum(axis=2)
    return _direction(pred - label[:, None, :]) / members - apart / count


def variogram_error(pred: Array, label: Array, *, p: float) -> Array:
    """−(4p/m) Σ_b (observed − expected) |x_a − x_b|^(p − 1) sign(x_a − x_b)."""
    difference = pred[:, :, :, None] - pred[:, :, None, :]
    size = np.abs(difference)
    expected = np.mean(size**p, axis=1)
    observed = np.abs(label[:, :, None] - label[:, None, :]) ** p
    steepness = np.where(size > 0.0, np.where(size > 0.0, size, 1.0) ** (p - 1.0), 0.0)
    short = (observed - expected)[:, None]
    return -4.0 * p / pred.shape[1] * (short * steepness * np.sign(difference)).sum(axis=3)


def dawid_sebastiani_error(pred: Array, label: Array) -> Array:
    """−2e/(m s²) through the mean, 2(1 − e²/s²)(x − mean) ÷ ((m − 1) s²) through the spread."""
    members = pred.shape[1]
    centred = pred - pred.mean(axis=1, keepdims=True)
    variance = pred.var(axis=1, ddof=1)[:, None]
    error = label[:, None] - pred.mean(axis=1, keepdims=True)
    through_spread = 2.0 * (1.0 - error * error / variance) * centred / (members - 1.0)
    return (through_spread - 2.0 * error / members) / variance


def error_spread(pred: Array, label: Array) -> Array:
    """2A · dA with A = s² − e² − e·s·g, where s·g = Σ (x − mean)³ ÷ ((m − 1)(m − 2) s²)."""
    members = pred.shape[1]
    centred = pred - pred.mean(axis=1, keepdims=True)
    variance = (centred * centred).sum(axis=1, keepdims=True) / (members - 1.0)
    cubes = (centred**3).sum(axis=1, keepdims=True)
    error = pred.mean(axis=1, keepdims=True) - label[:, None]
    count = (members - 1.0) * (members - 2.0)
    skew = cubes / variance / count
    by_variance = 2.0 * centred / (members - 1.0)
    by_cubes = 3.0 * (centred * centred - variance * (members - 1.0) / members)
    by_skew = (by_cubes - cubes / variance * by_variance) / variance / count
    whole = variance - error * error - error * skew
    return 2.0 * whole * (by_variance - (2.0 * error + skew) / members - error * by_skew)
