"""How losses of scores answer to them. At the margin itself, where they bend, they answer 0."""

from __future__ import annotations

import numpy as np

from losscli.losses.forms import Array, Classes
from losscli.losses.logistic import sigmoid


def hinge_error(pred: Array, label: Array) -> Array:
    """−s where 1 − s·z > 0, elementwise."""
    return np.where(1.0 - label * pred > 0.0, -label, 0.0)


def squared_hinge_error(pred: Array, label: Array) -> Array:
    """−2s max(0, 1 − s·z), elementwise."""
    return -2.0 * label * np.maximum(0.0, 1.0 - label * pred)


def perceptron_error(pred: Array, label: Array) -> Array:
    """−s where −s·z > 0, elementwise."""
    return np.where(label * pred < 0.0, -label, 0.0)


def logistic_error(pred: Array, label: Array) -> Array:
    """−s σ(−s·z), elementwise."""
    return -label * sigmoid(-label * pred)


def sparsemax_error(pred: Array, label: Array) -> Array:
    """−s (1 − s·z)/2, between 0 and −s, elementwise."""
    return -label * np.clip(0.5 * (1.0 - label * pred), 0.0, 1.0)


def class_hinge_error(pred: Array, label: Classes, *, mode: str, squared: bool) -> Array:
    """1 at the best other class and −1 at the true one, where the margin is missed, (n, c)."""
    rows, true = np.arange(len(pred)), label.most()
    if mode == "one-vs-all":
        sign = np.full(pred.shape, -1.0)
        sign[rows, true] = 1.0
        return squared_hinge_error(pred, sign) if squared else hinge_error(pred, sign)
    others = pred.copy()
    others[rows, true] = -np.inf
    best = others.argmax(axis=1)
    short = np.maximum(0.0, 1.0 + (pred[rows, best] - pred[rows, true]))
    size = 2.0 * short if squared else (short > 0.0).astype(np.float64)
    slope = np.zeros_like(pred)
    slope[rows, best] = size
    slope[rows, true] = -size
    return slope


def categorical_hinge_error(pred: Array, label: Classes) -> Array:
    """1 − yⱼ at the largest (1 − yⱼ) zⱼ, less yⱼ, where the sum is above 0, (n, c)."""
    share = label.share(pred.shape[1])
    other = (1.0 - share) * pred
    rows, best = np.arange(len(pred)), other.argmax(axis=1)
    missed = 1.0 + other[rows, best] - (share * pred).sum(axis=1) > 0.0
    slope = -share
    slope[rows, best] += 1.0 - share[rows, best]
    return np.where(missed[:, None], slope, 0.0)


def multi_margin_error(pred: Array, label: Classes, *, p: int, margin: float) -> Array:
    """p max(0, m − z_y + zⱼ)^(p − 1) ÷ c at every other class that comes too close, (n, c)."""
    rows, true = np.arange(len(pred)), label.most()
    short = np.maximum(0.0, margin + (pred - pred[rows, true][:, None]))
    short[rows, true] = 0.0
    slope = 2.0 * short if p == 2 else (short > 0.0).astype(np.float64)
    slope[rows, true] = -slope.sum(axis=1)
    return slope / pred.shape[1]


def class_perceptron_error(pred: Array, label: Classes) -> Array:
    """1 at the largest score and −1 at the true one, where they are not the same, (n, c)."""
    rows = np.arange(len(pred))
    slope = np.zeros_like(pred)
    slope[rows, pred.argmax(axis=1)] = 1.0
    slope[rows, label.most()] -= 1.0
    return slope


def class_sparsemax_error(pred: Array, label: Classes) -> Array:
    """sparsemax(z) − y, (n, c)."""
    gap = pred - pred.max(axis=1, keepdims=True)
    ordered = -np.sort(-gap, axis=1)
    total = np.cumsum(ordered, axis=1) - 1.0
    size = (ordered * np.arange(1, pred.shape[1] + 1) > total).sum(axis=1)
    rows = np.arange(len(pred))
    threshold = total[rows, size - 1] / size
    slope = np.maximum(gap - threshold[:, None], 0.0)
    slope[rows, label.most()] -= 1.0
    return slope


def multilabel_margin_error(pred: Array, label: Array) -> Array:
    """Per pair that comes too close, −1/c at the label and 1/c at the other, (n, c)."""
    width = pred.shape[1]
    index = label.astype(np.intp)
    listed = np.logical_and.accumulate(index >= 0, axis=1)
    own = np.where(listed, index, 0)
    true = np.zeros(pred.shape, bool)
    rows = np.arange(len(pred))[:, None]
    true[np.broadcast_to(rows, own.shape)[listed], own[listed]] = True
    lead = np.take_along_axis(pred, own, axis=1)[:, :, None] - pred[:, None, :]
    missed = (lead < 1.0) & listed[:, :, None] & ~true[:, None, :]
    slope = missed.sum(axis=1).astype(np.float64)
    np.subtract.at(slope, (np.broadcast_to(rows, own.shape), own), missed.sum(axis=2))
    return slope / width
