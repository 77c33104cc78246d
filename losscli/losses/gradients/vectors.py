"""How losses of rows as vectors, of pairs and of embeddings answer to the prediction."""

from __future__ import annotations

import numpy as np

from losscli.losses.forms import Array
from losscli.losses.logistic import sigmoid


def cosine(pred: Array, label: Array, *, eps: float) -> Array:
    """(ŷ − cos · p̂) ÷ ‖p‖ for unit vectors p̂ and ŷ; ŷ ÷ eps where that holds the norm."""
    size, other = (np.sqrt((rows * rows).sum(axis=1, keepdims=True)) for rows in (pred, label))
    held = np.maximum(size, eps)
    with np.errstate(invalid="ignore"):
        unit, toward = pred / held, label / np.maximum(other, eps)
        along = (unit * toward).sum(axis=1, keepdims=True)
        return np.where(size < eps, toward, toward - along * unit) / held


def cosine_distance(pred: Array, label: Array, *, eps: float) -> Array:
    """Minus the cosine's."""
    return -cosine(pred, label, eps=eps)


def pair_distance_error(_pred: Array, label: Array, *, margin: float) -> Array:
    """1 for a pair that belongs together, −1 for another that is nearer than the margin."""
    return np.where(label > 0, 1.0, np.where(_pred < margin, -1.0, 0.0))


def pair_order_error(pred: Array, label: Array, *, x2: Array, margin: float) -> Array:
    """−s where −s·(x₁ − x₂) + m > 0."""
    return np.where(-label * (pred - x2) + margin > 0.0, -label, 0.0)


def pair_cosine_error(pred: Array, label: Array, *, x2: Array, margin: float) -> Array:
    """Minus the cosine's slope, or the slope where strangers' cosine is above the margin."""
    eps = 1e-12
    own = (pred * pred).sum(axis=1, keepdims=True) + eps
    root = np.sqrt(own * ((x2 * x2).sum(axis=1, keepdims=True) + eps))
    along = (pred * x2).sum(axis=1, keepdims=True) / root
    slope = x2 / root - along * pred / own
    together = label[:, None] > 0
    return np.where(together, -slope, np.where(along > margin, slope, 0.0))


def triplet_error(
    pred: Array,
    _label: None,
    *,
    positive: Array,
    negative: Array,
    margin: float,
    p: float,
    eps: float,
    eps_in: str,
    swap: bool,
) -> Array:
    """The direction away from the positive less that away from the negative, where it counts."""

    def away(a: Array, b: Array) -> tuple[Array, Array]:
        """The distance (n, 1), and how it answers to `a`."""
        difference = a - b + (0.0 if eps_in == "root" else eps)
        size = np.abs(difference)
        total = (size**p).sum(axis=1, keepdims=True) + (eps if eps_in == "root" else 0.0)
        distance = total ** (1.0 / p)
        # (|d| ÷ distance)^(p − 1), which is 0 where there is no distance.
        safe = np.where(distance > 0.0, distance, 1.0)
        share = np.divide(size, safe)
        return distance, np.sign(difference) * share ** (p - 1.0)

    near, from_positive = away(pred, positive)
    far, from_negative = away(pred, negative)
    if swap:
        other, _ = away(positive, negative)
        from_negative = np.where(far <= other, from_negative, 0.0)
        far = np.minimum(far, other)
    return np.where(margin + near - far > 0.0, from_positive - from_negative, 0.0)


def contrastive_error(pred: Array, label: Array, answer: float, *, temperature: float) -> Array:
    """Through the similarities of all pairs, and the length that they are divided by."""
    length = np.sqrt((pred * pred).sum(axis=1, keepdims=True))
    unit = pred / length
    logits = unit @ unit.T / temperature
    same = label[:, None] == label[None, :]
    matches = same & ~np.eye(len(pred), dtype=bool)
    share, total = _softmax_over(logits, ~same)
    pull = np.where(matches, sigmoid(total[:, None] - logits), 0.0) / max(int(matches.sum()), 1)
    steepness = share * pull.sum(axis=1, keepdims=True) - pull
    slope = answer * ((steepness + steepness.T) @ unit) / temperature
    return (slope - (slope * unit).sum(axis=1, keepdims=True) * unit) / length


def circle_error(pred: Array, label: Array, answer: Array, *, gamma: float, margin: float) -> Array:
    """Through the distances of all pairs, whose weights move with them."""
    product = pred @ pred.T
    distance = np.maximum(1.0 - product, 0.0)
    same = label[:, None] == label[None, :]
    near = same & ~np.eye(len(pred), dtype=bool)
    room = np.maximum(1.0 + margin - distance, 0.0)
    pulled, pull = _softmax_over(gamma * (distance - margin) * (distance + margin), near)
    pushed, push = _softmax_over(gamma * room * (1.0 - margin - distance), ~same)
    by_push = np.where(room > 0.0, margin + distance - 1.0, 0.0) - room
    by_distance = gamma * (2.0 * distance * pulled + by_push * pushed)
    by_distance *= (answer * sigmoid(pull + push))[:, None] * (product < 1.0)
    return -(by_distance + by_distance.T) @ pred


def _softmax_over(terms: Array, counted: Array) -> tuple[Array, Array]:
    """The softmax of the counted items of each row, and log Σ eˣ; 0 and −∞ where there is none."""
    terms = np.where(counted, terms, -np.inf)
    top = terms.max(axis=1, keepdims=True)
    powers = np.exp(terms - np.where(np.isfinite(top), top, 0.0))
    total = powers.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        logs = np.log(total[:, 0]) + np.where(np.isfinite(top), top, 0.0)[:, 0]
    return powers / np.where(total > 0.0, total, 1.0), logs
