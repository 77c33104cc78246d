"""Sums without rounding errors that could depend on how the data were cut."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Beyond these exponents the splitting below would overflow, or lose bits to underflow.
_LARGEST_EXPONENT = 960
_SMALLEST_EXPONENT = -900


def block_sum(values: Array) -> Fraction:
    """The sum of a 1-D array of finite numbers.

    Each number is split at one common bit into a high part, whose sum is exact in float64, and a
    low part of at most 2⁻⁵³ of the total, whose pairwise sum is rounded: the result errs by far
    less than one unit in the last place of the total (Rump, Ogita & Oishi 2008, AccSum).
    """
    if values.size == 0:
        return Fraction(0)
    peak = max(float(values.max()), -float(values.min()))
    if peak == 0.0:
        return Fraction(0)
    exponent = math.frexp(peak)[1] + values.size.bit_length() + 1
    if not _SMALLEST_EXPONENT < exponent < _LARGEST_EXPONENT:
        return sum(map(Fraction, values.tolist()), start=Fraction(0))
    splitter = math.ldexp(1.0, exponent)
    high = values + splitter
    high -= splitter
    total = Fraction(float(high.sum()))
    np.subtract(values, high, out=high)
    return total + Fraction(float(high.sum()))


@dataclass(frozen=True, slots=True)
class Sum:
    """An exact sum that can be merged in any order; `special` holds what is not finite."""

    exact: Fraction = Fraction(0)
    special: float = 0.0

    @classmethod
    def of(cls, values: Array) -> Sum:
        """The sum of a 1-D array; ±inf and NaN follow IEEE 754."""
        finite = np.isfinite(values)
        if finite.all():
            return cls(block_sum(values))
        with np.errstate(invalid="ignore"):
            special = float(values[~finite].sum())
        return cls(block_sum(values[finite]), special)

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.exact + other.exact, self.special + other.special)

    def over(self, divisor: Fraction) -> float:
        """This sum ÷ `divisor`, correctly rounded; NaN for 0 ÷ 0."""
        if divisor == 0:
            return math.nan if self.exact == 0 else math.inf
        return nearest(self.exact / divisor) + self.special


def nearest(number: Fraction) -> float:
    """The float64 nearest to `number`, ±inf beyond the range."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def root(number: Fraction) -> float:
    """The square root of a number ≥ 0, which itself may be beyond the range of float64."""
    if number <= 0:
        return 0.0
    exponent = (number.numerator.bit_length() - number.denominator.bit_length()) // 2
    return math.ldexp(math.sqrt(number / Fraction(4) ** exponent), exponent)
