"""What the arrays look like: mergeable evidence about predictions and labels.

Every count is exact over all the rows that were seen, so that the reading of the data never rests
on a sample.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.arrays import Extent
from losscli.task.rounding import NO_ROUNDING, UnitRounding

Array = NDArray[Any]

# More different values than this are no class labels that a person would list.
MOST_VALUES = 1000

# The label of tokens that are not predicted, as torch (`ignore_index`) and Hugging Face write it.
LEFT_OUT = -100
# Labels that say "leave this out" beside 0 and 1: not judged, torch's ignore_index, void pixels.
MARKS = frozenset((-1, LEFT_OUT, 255))


class PredProfile(Struct, frozen=True):
    """The predictions seen: `low` and `high`, and how many break each reading.

    `outside_unit` counts items outside [0, 1] but for rounding, `uneven` rows whose sum is off 1 by
    more than the tolerance, `worst` is the largest such distance, `uneven_log` counts the same for
    rows of exponentials. `hard` says that all are 0 or 1, `text` that they are words. Of one item
    per row, `values` are the different ones where they are few, whole or words (None otherwise).
    `off_percent` is the largest distance of a row's sum from 100, `decimals` how many decimals hold
    all items of rows that do not sum to 1 (None: more than 4).
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
    hard: bool = True
    text: bool = False
    values: frozenset[Any] | None = frozenset()
    off_percent: float = 0.0
    decimals: int | None = 0

    @classmethod
    def of(
        cls,
        pred: Array,
        tolerance: float,
        extent: Extent | None = None,
        rounding: UnitRounding = NO_ROUNDING,
    ) -> PredProfile:
        """The profile of one block, (n,) or (n, c), of numbers or (n,) of text.

        `extent` is that of its numbers, `rounding` what may lie outside [0, 1].
        """
        if pred.dtype == object:
            missing, words = _words(pred)
            return cls(len(pred), pred.size, missing, hard=False, text=True, values=words)
        low, high, ones = Extent.of(pred) if extent is None else extent
        missing = 0
        if math.isnan(low):
            missing = int(np.isnan(pred).sum())
            low, high, _ = Extent.of(pred[~np.isnan(pred)])
        inside = low >= 0.0 and high <= 1.0
        outside = 0 if inside else _outside_unit(pred, low, high)
        if outside and low >= -rounding.widest and high <= 1.0 + rounding.widest:
            outside -= rounding.count(pred, Extent(low, high))
        uneven, worst, uneven_log, off_percent = 0, 0.0, 0, math.inf
        decimals: int | None = 0
        if pred.ndim == 2:
            sums = _row_sums(pred)
            off = np.abs(sums - 1.0)
            uneven = int(np.count_nonzero(off > tolerance))
            worst = float(np.max(off, initial=0.0, where=~np.isnan(off)))
            if low >= 0.0 and high > 1.0:
                off_percent = float(np.max(np.abs(sums - 100.0), initial=0.0))
            if uneven and inside:
                decimals = _decimals(pred)
            if high <= 0.0:
                off = np.abs(np.exp(pred).sum(axis=1) - 1.0)
                uneven_log = int(np.count_nonzero(off > max(tolerance, 1e-4)))
        return cls(
            len(pred),
            pred.size,
            missing,
            low,
            high,
            outside,
            uneven,
            worst,
            uneven_log,
            ones is not None,
            values=None if missing or pred.ndim > 1 else _whole_values(pred, low, high, ones)[1],
            off_percent=off_percent,
            decimals=decimals,
        )

    def __add__(self, other: PredProfile) -> PredProfile:
        if self.rows == 0 or other.rows == 0:
            return self if other.rows == 0 else other
        return PredProfile(
            self.rows + other.rows,
            self.items + other.items,
            self.missing + other.missing,
            min(self.low, other.low),
            max(self.high, other.high),
            self.outside_unit + other.outside_unit,
            self.uneven + other.uneven,
            max(self.worst, other.worst),
            self.uneven_log + other.uneven_log,
            self.hard and other.hard,
            self.text,
            _united(self.values, other.values),
            max(self.off_percent, other.off_percent),
            None
            if self.decimals is None or other.decimals is None
            else max(self.decimals, other.decimals),
        )

    def rounded(self, width: int) -> float:
        """How far a row's sum may be off 1 by the rounding that all items show; 0 for none.

        Rounding that lets a sum be anything is no excuse, and counts as none.
        """
        decimals = self.decimals or 0
        # One decimal hides anything.
        most = 0.5 * width * 10.0**-decimals if decimals > 1 else 0.0
        return most if most <= _MOST_OFF else 0.0


# Probabilities are written with fewer decimals than that where someone rounded them.
_MOST_DECIMALS = 4
_MOST_OFF = 0.1


def _decimals(pred: Array) -> int | None:
    """How many decimals hold all items; None for more than `_MOST_DECIMALS`."""
    rounding = 1e-6 if pred.dtype.itemsize < 8 else 1e-9
    for rows in (pred[:_FIRST], pred):
        for decimals in range(1, _MOST_DECIMALS + 1):
            scaled = rows * 10.0**decimals
            if (np.abs(scaled - np.rint(scaled)) <= rounding * 10.0**decimals).all():
                break
        else:
            return None
    return decimals


def _outside_unit(pred: Array, low: float, high: float) -> int:
    """How many items are outside [0, 1]; `low` and `high` are the smallest and the largest."""
    below = np.count_nonzero(pred < 0.0) if low < 0.0 else 0
    above = np.count_nonzero(pred > 1.0) if high > 1.0 else 0
    return int(below + above)


class LabelProfile(Struct, frozen=True):
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
    one_hot: int = 0
    uneven: int = 0

    @classmethod
    def of(cls, label: Array, tolerance: float, extent: Extent | None = None) -> LabelProfile:
        """The profile of one block, (n,) or (n, k), of numbers or of text.

        `extent` is that of its numbers.
        """
        width = label.shape[1] if label.ndim == 2 else 1
        if label.dtype == object:
            missing, words = _words(label)
            return cls(len(label), width, True, missing, whole=False, values=words)
        extent = Extent.of(label) if extent is None else extent
        present, missing = label, 0
        if extent.missing:
            present = label[~np.isnan(label)]
            missing = label.size - present.size
            extent = Extent.of(present)
        whole, values = _whole_values(present, *extent)
        one_hot = uneven = 0
        if width > 1:
            ones = (label == 1).sum(axis=1)
            one_hot = int(np.count_nonzero((ones == 1) & ((label == 0).sum(axis=1) == width - 1)))
            uneven = int(np.count_nonzero(np.abs(_row_sums(label) - 1.0) > tolerance))
        return cls(
            len(label),
            width,
            False,
            missing,
            extent.low,
            extent.high,
            whole,
            values,
            one_hot,
            uneven,
        )

    def __add__(self, other: LabelProfile) -> LabelProfile:
        if self.rows == 0 or other.rows == 0:
            return self if other.rows == 0 else other
        return LabelProfile(
            self.rows + other.rows,
            self.width,
            self.text,
            self.missing + other.missing,
            min(self.low, other.low),
            max(self.high, other.high),
            self.whole and other.whole,
            _united(self.values, other.values),
            self.one_hot + other.one_hot,
            self.uneven + other.uneven,
        )

    @property
    def zero_one(self) -> bool:
        """Whether every label is 0 or 1."""
        return self.values is not None and bool(self.values) and self.values <= {0, 1}

    @property
    def marked(self) -> bool:
        """Whether every label is 0 or 1 or marks an item to leave out, and one does so."""
        marks = (self.values or frozenset()) - {0, 1}
        return bool(marks) and marks <= MARKS and bool((self.values or frozenset()) & {0, 1})

    @property
    def signs(self) -> bool:
        """Whether every label is −1 or +1, and −1 occurs."""
        return self.values is not None and -1 in self.values and self.values <= {-1, 1}


def _row_sums(rows: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return rows.sum(axis=1)


# So many rows are looked at before all of them are.
_FIRST = 64
# Whole numbers below this are the same as floats.
_EXACT = 2.0**53


def _words(text: Array) -> tuple[int, frozenset[Any]]:
    """How many are missing, and the different words."""
    seen = set(text.ravel().tolist())
    missing = sum(1 for item in text.ravel() if item is None) if None in seen else 0
    return missing, frozenset(seen - {None})


def _whole_values(
    values: Array, low: float, high: float, ones: int | None
) -> tuple[bool, frozenset[Any] | None]:
    """Whether all `values` are whole, and which they are; None where there may be very many.

    `low`, `high` and `ones` are their extent.
    """
    if values.size == 0:
        return True, frozenset()
    if ones is not None:
        zeros = values.size - ones
        return True, frozenset(([0] if zeros else []) + ([1] if ones else []))
    if values.dtype.kind == "f":
        some = values[:_FIRST]
        if not ((some == np.rint(some)).all() and (values == np.rint(values)).all()):
            return False, None
    return True, _few(values, low, high)


def _few(values: Array, low: float, high: float) -> frozenset[Any] | None:
    if high - low < MOST_VALUES and max(-low, high) < _EXACT:
        places = values.ravel().astype(np.int64, copy=False) - int(low)
        return frozenset((np.flatnonzero(np.bincount(places)) + int(low)).tolist())
    unique = np.unique(values)
    return frozenset(unique.tolist()) if unique.size <= MOST_VALUES else None


def _united(one: frozenset[Any] | None, other: frozenset[Any] | None) -> frozenset[Any] | None:
    if one is None or other is None:
        return None
    united = one if one == other else one | other
    return None if len(united) > MOST_VALUES else united


def tolerance(width: int, dtype: np.dtype[Any] | None, decimals: int | None) -> float:
    """How far the sum of a row of probabilities may be off 1 by rounding alone.

    `dtype` is the type they are stored in, `decimals` how many decimals a text file writes.
    """
    stored = 1e-6
    if dtype is not None and dtype.kind == "f" and dtype.itemsize < 8:
        # However many the items, no softmax is off by more than a few hundredths.
        stored = max(stored, min(8 * width * float(np.finfo(dtype).eps), 0.05))
    written = 0.0 if decimals is None else 0.5 * width * 10.0**-decimals
    return max(stored, written)
