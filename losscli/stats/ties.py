"""Rows on which two models are equal but for rounding: the one rule of what counts as a tie.

A row is a tie where its losses differ by no more than `ROUNDING` of the larger one. Where a loss is
small beside what it is computed from, such as −log p near p = 1 or the square of a small error,
rounding of the predictions shows in it by more. So a row is a tie too where the predictions
themselves are equal, or equally far from the label, up to `ROUNDING`, and the losses agree in half
of their digits: where a loss is so steep that rounding moves it by more, the difference is real.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.evaluation import Batch

# Numbers that differ by no more units of the last place are equal but for rounding: the exp of a
# large logit, and sums of many terms, are off by so many.
ROUNDING = 64 * 2.0**-52
# Half the digits of a float64.
_HALF = 2.0**-26


def alike(first: Array, second: Array) -> NDArray[np.bool_]:
    """Where numbers are equal up to their own rounding; infinite ones where they are the same."""
    return _apart(first, second) <= ROUNDING * _finite(_larger(first, second))


def ties(
    first: Array,
    second: Array,
    weights: Array,
    batches: tuple[Batch, Batch],
    entered: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Which rows are ties of two models, by what they add to sums (n, width) of a loss.

    `weights` (n, 1) is what a loss of 1 would add. The rows are those of the batches that
    `entered`.
    """
    if first.shape != second.shape:
        return np.zeros(len(first), bool)
    apart, larger = _apart(first, second), _finite(_larger(first, second))
    found = _everywhere(apart <= ROUNDING * larger)
    agreeing = _everywhere(apart <= _HALF * np.maximum(larger, np.abs(weights)))
    places = np.flatnonzero(agreeing & ~found)
    if places.size:
        same, mirrored = _predicted(batches, np.flatnonzero(entered)[places], len(entered))
        close = _everywhere(apart[places] <= _HALF * larger[places])
        found[places] = same | (mirrored & close)
    return found


def _predicted(
    batches: tuple[Batch, Batch], rows: NDArray[Any], count: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where two predictions are equal up to rounding, and where they are as far from the label.

    Nowhere where the batches do not hold `count` rows of numbers of one shape.
    """
    one, two = (batch.block.pred for batch in batches)
    label = batches[0].block.label
    none = np.zeros(len(rows), bool)
    if not (_numbers(one) and _numbers(two)) or one.shape != two.shape or len(one) != count:
        return none, none
    one, two = _items(one, rows), _items(two, rows)
    same = _everywhere(alike(one, two))
    if label is None or not _numbers(label) or label.size != batches[0].block.pred.size:
        return same, none
    truth = _items(label, rows)
    size = np.maximum(_larger(one, two), np.abs(truth))
    off = _apart(np.abs(one - truth), np.abs(two - truth))
    return same, _everywhere(off <= ROUNDING * _finite(size))


def _everywhere(found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows hold it in every column."""
    return np.asarray(found.all(axis=1))


def _numbers(array: NDArray[Any]) -> bool:
    return array.dtype.kind in "biuf"


def _items(array: NDArray[Any], rows: NDArray[Any]) -> Array:
    return array[rows].astype(np.float64).reshape(len(rows), -1)


def _apart(first: Array, second: Array) -> Array:
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(first == second, 0.0, np.abs(second - first))


def _larger(first: Array, second: Array) -> Array:
    return np.maximum(np.abs(first), np.abs(second))


def _finite(sizes: Array) -> Array:
    """Sizes of which a share can be taken: none of what is infinite."""
    return np.where(np.isfinite(sizes), sizes, 0.0)
