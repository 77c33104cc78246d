"""How losses of sorted errors, of samples and of sequences answer to the prediction."""

from __future__ import annotations

import math

import numpy as np

from losscli.losses.forms import Array


def largest_error(pred: Array, label: Array, answer: Array) -> Array:
    """sign(p − y) at the row of the largest error of each column, the first of several."""
    difference = (pred - label).reshape(len(pred), -1)
    worst = np.abs(difference).argmax(axis=0)
    columns = np.arange(difference.shape[1])
    slope = np.zeros_like(difference)
    slope[worst, columns] = answer * np.sign(difference[worst, columns])
    return slope.reshape(pred.shape)


def median_error(pred: Array, label: Array, answer: Array, *, weight: Array | None) -> Array:
    """sign(p − y) at the row whose error is the median of its column, shared where two are."""
    difference = (pred - label).reshape(len(pred), -1)
    shares = [_median_shares(column, weight) for column in np.abs(difference).T]
    return (answer * np.stack(shares, axis=1) * np.sign(difference)).reshape(pred.shape)


def _median_shares(values: Array, weight: Array | None) -> Array:
    """What each value counts in the median: 1, or ½ for each of two in the middle."""
    counted = np.ones_like(values) if weight is None else weight
    order = np.argsort(values, kind="stable")
    order = order[counted[order] > 0.0]
    reached = np.cumsum(counted[order])
    goal = 0.5 * reached[-1]
    place = int(np.searchsorted(reached, goal))
    middle = order[place : place + 2] if reached[place] == goal else order[[place]]
    shares = np.zeros_like(values)
    shares[middle] = 1.0 / len(middle)
    return shares


def _sides(pred: Array, label: Array) -> tuple[Array, Array]:
    """F − G just left of each predicted value and just right of it."""
    ordered = np.sort(pred), np.sort(label)
    left, right = (
        np.searchsorted(ordered[0], pred, side=side) / pred.size
        - np.searchsorted(ordered[1], pred, side=side) / label.size
        for side in ("left", "right")
    )
    return left, right


def earth_movers_distance(pred: Array, label: Array, answer: float) -> Array:
    """|F − G| left of a value less that right of it; the mean of both ways where values tie."""
    left, right = _sides(pred, label)
    step = 1.0 / pred.size
    ahead = np.abs(right - step) - np.abs(right)
    behind = np.abs(left) - np.abs(left + step)
    return answer * 0.5 * (ahead + behind)


def root_energy_distance(pred: Array, label: Array, answer: float) -> Array:
    """((F − G)² left of a value less that right of it) ÷ the distance, 0 where there is none."""
    from losscli.losses.samples import root_energy_distance as distance_of

    left, right = _sides(pred, label)
    distance = distance_of(pred, label)
    if distance == 0.0:
        return np.zeros_like(pred)
    step = 1.0 / pred.size
    ahead = (right - step) ** 2 - right**2
    behind = left**2 - (left + step) ** 2
    return answer * 0.5 * (ahead + behind) / distance


def alignment_error(
    pred: Array,
    label: Array,
    answer: Array,
    *,
    input_lengths: Array | None,
    target_lengths: Array | None,
    logit_paddings: Array | None,
    label_paddings: Array | None,
    blank: int,
    layout: str,
    per_target: bool,
) -> Array:
    """softmax(z) less the share of the alignments that pass each class at each step.

    Steps beyond a sequence's length do not count. NaN where no alignment is possible.
    """
    from losscli.losses.sequence import lengths_of, log_softmax

    logits = pred if layout == "NTC" else pred.transpose(1, 0, 2)
    steps = lengths_of(input_lengths, logit_paddings, logits)
    items = lengths_of(target_lengths, label_paddings, label)
    weight = answer / np.maximum(items, 1.0) if per_target else answer
    slope = np.zeros_like(logits)
    for i in range(len(logits)):
        log_p = log_softmax(logits[i, : int(steps[i])])
        target = label[i, : int(items[i])].astype(np.intp)
        passed = _share_of_alignments(log_p, target, blank)
        slope[i, : len(log_p)] = weight[i] * (np.exp(log_p) - passed)
    return slope if layout == "NTC" else slope.transpose(1, 0, 2)


def _share_of_alignments(log_p: Array, target: np.ndarray, blank: int) -> Array:
    """The share of the probability of all alignments in each class at each step, (t, c)."""
    extended = np.full(2 * len(target) + 1, blank)
    extended[1::2] = target
    skips = np.zeros(len(extended), bool)
    skips[2:] = (extended[2:] != blank) & (extended[2:] != extended[:-2])
    emitted = log_p[:, extended]
    ahead = _reached(emitted, skips, len(extended))
    # Read from its end, an alignment skips the blank before the item that it came from.
    skips_back = np.zeros(len(extended), bool)
    skips_back[2:] = skips[::-1][:-2]
    back = _reached(emitted[::-1, ::-1], skips_back, len(extended))[::-1, ::-1]
    through = ahead + back - emitted
    total = np.logaddexp.reduce(ahead[-1, -2:])
    shares = np.zeros_like(log_p)
    passed = np.exp(through - total) if math.isfinite(total) else np.full(through.shape, math.nan)
    for place, kind in enumerate(extended):
        shares[:, kind] += passed[:, place]
    return shares


def _reached(emitted: Array, skips: Array, places: int) -> Array:
    """The log-probability of being at each place after each step, (t, places)."""
    reached = np.full((len(emitted), places), -np.inf)
    reached[0, :2] = emitted[0, :2]
    for t in range(1, len(emitted)):
        before = reached[t - 1]
        one = np.concatenate([[-np.inf], before[:-1]])
        two = np.concatenate([[-np.inf, -np.inf], before[:-2]])[:places]
        step = np.logaddexp(np.logaddexp(before, one), np.where(skips, two, -np.inf))
        reached[t] = step + emitted[t]
    return reached
