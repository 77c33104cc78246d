"""What the arrays look like: mergeable evidence about predictions and labels.

Every count is exact over all the rows that were seen, so that the reading of the data never rests
on a sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# More different values than this are no class labels that a person would list.
MOST_VALUES = 1000


@dataclass(frozen=True, slots=True)
class PredProfile:
    """The predictions seen: `low` and `high`, and how many break each reading.

    `uneven` counts rows whose sum is off 1 by more than the tolerance, `worst` is the largest such
    distance, `uneven_log` the same for rows of exponentials.
    """

    rows: int = 0
    items: int = 0
    missing: int = 0
    low: float = math.inf
    high: float = -math.inf
    outside_unit: int = 0
    uneven: int = 0
    worst: float = 0.0
    uneven_log: int = 0

    @classmethod
    def of(cls, pred: Array, tolerance: float) -> PredProfile:
        """The profile of one block, (n,) or (n, c)."""
        low, high = _ends(pred)
        missing = 0
        if math.isnan(low):
            missing = int(np.isnan(pred).sum())
            low, high = _ends(pred[~np.isnan(pred)])
        inside = low >= 0.0 and high <= 1.0
        outside = 0 if inside else int(np.count_nonzero((pred < 0.0) | (pred > 1.0)))
        uneven, worst, uneven_log = 0, 0.0, 0
        if pred.ndim == 2:
            if outside < pred.size:
                off = np.abs(_row_sums(pred) - 1.0)
                uneven = int(np.count_nonzero(off > tolerance))
                worst = float(np.max(off, initial=0.0, where=~np.isnan(off)))
            if high <= 0.0:
                off = np.abs(np.exp(pred).sum(axis=1) - 1.0)
                uneven_log = int(np.count_nonzero(off > max(tolerance, 1e-4)))
        return cls(len(pred), pred.size, missing, low, high, outside, uneven, worst, uneven_log)

    def __add__(self, other: PredProfile) -> PredProfile:
        return _merged(self, other)


@dataclass(frozen=True, slots=True)
class LabelProfile:
    """The labels seen.

    `values` are the different labels where they are few, whole or text (None: too many, or not
    whole); for labels of several columns `one_hot` counts rows with a single 1 among 0s, `binary`
    says that all items are 0 or 1, `uneven` counts rows whose sum is off 1.
    """

    rows: int = 0
    width: int = 1
    text: bool = False
    missing: int = 0
    low: float = math.inf
    high: float = -math.inf
    whole: bool = True
    values: frozenset[Any] | None = frozenset()
    positive: float = 0.0
    one_hot: int = 0
    uneven: int = 0

    @classmethod
    def of(cls, label: Array, tolerance: float) -> LabelProfile:
        """The profile of one block, (n,) or (n, k), of numbers or of text."""
        width = label.shape[1] if label.ndim == 2 else 1
        if label.dtype == object:
            seen = set(label.ravel().tolist())
            missing = sum(1 for item in label.ravel() if item is None) if None in seen else 0
            return cls(
                len(label), width, True, missing, whole=False, values=frozenset(seen - {None})
            )
        numbers = label.astype(np.float64, copy=False)
        low, high = _ends(numbers)
        missing = 0
        if math.isnan(low):
            missing = int(np.isnan(numbers).sum())
            low, high = _ends(numbers[~np.isnan(numbers)])
        present = numbers if not missing else numbers[~np.isnan(numbers)]
        whole = bool((present == np.rint(present)).all())
        one_hot = uneven = 0
        if width > 1:
            ones = (numbers == 1.0).sum(axis=1)
            one_hot = int(
                np.count_nonzero((ones == 1) & ((numbers == 0.0).sum(axis=1) == width - 1))
            )
            uneven = int(np.count_nonzero(np.abs(_row_sums(numbers) - 1.0) > tolerance))
        return cls(
            len(label),
            width,
            False,
            missing,
            low,
            high,
            whole,
            _few(present, low, high) if whole else None,
            float(np.count_nonzero(present > 0)),
            one_hot,
            uneven,
        )

    def __add__(self, other: LabelProfile) -> LabelProfile:
        return _merged(self, other)

    @property
    def zero_one(self) -> bool:
        """Whether every label is 0 or 1."""
        return self.values is not None and bool(self.values) and self.values <= {0, 1}

    @property
    def signs(self) -> bool:
        """Whether every label is −1 or +1, and −1 occurs."""
        return self.values is not None and -1 in self.values and self.values <= {-1, 1}


def _ends(values: Array) -> tuple[float, float]:
    if values.size == 0:
        return math.inf, -math.inf
    return float(values.min()), float(values.max())


def _row_sums(rows: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return rows.sum(axis=1)


def _few(values: Array, low: float, high: float) -> frozenset[Any] | None:
    """The different whole numbers among `values`, None where there may be very many."""
    if values.size == 0:
        return frozenset()
    if high - low < MOST_VALUES:
        counts = np.bincount((values.ravel() - low).astype(np.int64))
        return frozenset((np.flatnonzero(counts) + int(low)).tolist())
    unique = np.unique(values)
    return frozenset(unique.tolist()) if unique.size <= MOST_VALUES else None


_LOWEST = ("low",)
_HIGHEST = ("high", "worst")
_SAME = ("width", "text")


def _merged(a: Any, b: Any) -> Any:
    """Two profiles as one: counts add, ends widen, sets unite."""
    if a.rows == 0 or b.rows == 0:
        return a if b.rows == 0 else b
    merged: dict[str, Any] = {}
    for item in fields(a):
        name = item.name
        x, y = getattr(a, name), getattr(b, name)
        if name in _LOWEST:
            merged[name] = min(x, y)
        elif name in _HIGHEST:
            merged[name] = max(x, y)
        elif name in _SAME:
            merged[name] = x
        elif name == "whole":
            merged[name] = x and y
        elif name == "values":
            united = None if x is None or y is None else x | y
            merged[name] = None if united is None or len(united) > MOST_VALUES else united
        else:
            merged[name] = x + y
    return type(a)(**merged)


def tolerance(width: int, dtype: np.dtype[Any] | None, decimals: int | None) -> float:
    """How far the sum of a row of probabilities may be off 1 by rounding alone.

    `dtype` is the type they are stored in, `decimals` how many decimals a text file writes.
    """
    stored = 1e-6
    if dtype is not None and dtype.kind == "f" and dtype.itemsize < 8:
        stored = max(stored, 8 * width * float(np.finfo(dtype).eps))
    written = 0.0 if decimals is None else 0.5 * width * 10.0**-decimals
    return max(stored, written)
