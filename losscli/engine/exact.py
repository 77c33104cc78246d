"""Sums without rounding errors that could depend on how the data were cut."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from msgspec import Struct

from losscli.arrays import Array, Extent

# Every float64 is a whole multiple of 2⁻¹⁰⁷⁴: sums of them are kept as whole numbers of that unit,
# which are added many times faster than fractions.
UNIT = 1074

# Beyond these exponents the splitting below would overflow, or lose bits to underflow.
_LARGEST_EXPONENT = 960
_SMALLEST_EXPONENT = -900

# 2²⁷ + 1 splits a float64 into two halves whose products are exact (Dekker 1971).
_SPLITTER = 134217729.0


def units(number: float, unit: int = UNIT) -> int:
    """A finite number in units of 2⁻ᵘⁿⁱᵗ, of which it must be a multiple."""
    numerator, denominator = number.as_integer_ratio()
    return numerator << (unit + 1 - denominator.bit_length())


def _block_units(values: Array, peak: float) -> int:
    """The sum of a 1-D array of finite numbers of at most `peak`, in units of 2⁻¹⁰⁷⁴.

    Each number is split at one common bit into a high part, whose sum is exact in float64, and a
    low part of at most 2⁻⁵³ of the total, whose pairwise sum is rounded: the result errs by far
    less than one unit in the last place of the total (Rump, Ogita & Oishi 2008, AccSum).
    """
    if peak == 0.0:
        return 0
    exponent = math.frexp(peak)[1] + values.size.bit_length() + 1
    if not _SMALLEST_EXPONENT < exponent < _LARGEST_EXPONENT:
        return sum(map(units, values.tolist()))
    splitter = math.ldexp(1.0, exponent)
    high = values + splitter
    high -= splitter
    total = units(float(np.add.reduce(high)))
    np.subtract(values, high, out=high)
    return total + units(float(np.add.reduce(high)))


class Sum(Struct, frozen=True):
    """An exact sum that can be merged in any order, in units of 2⁻¹⁰⁷⁴.

    `special` holds what is not finite, `fine` what of products lies below the unit, in its square.
    """

    units: int = 0
    special: float = 0.0
    fine: int = 0

    @classmethod
    def of(cls, values: Array, extent: Extent | None = None) -> Sum:
        """The sum of a 1-D array; ±inf and NaN follow IEEE 754.

        `extent` is that of the array, where it is known.
        """
        if values.size == 0:
            return cls()
        extent = Extent.of(values) if extent is None else extent
        if extent.finite:
            return cls(_block_units(values, max(-extent.low, extent.high)))
        finite = np.isfinite(values)
        with np.errstate(invalid="ignore"):
            special = float(values[~finite].sum())
        return cls(cls.of(values[finite]).units, special)

    @classmethod
    def whole(cls, number: int) -> Sum:
        """The sum of a whole number."""
        return cls(number << UNIT)

    @property
    def exact(self) -> Fraction:
        """The sum of what is finite."""
        if self.fine:
            return Fraction((self.units << UNIT) + self.fine, 1 << 2 * UNIT)
        if not self.units:
            return Fraction(0)
        # Without the zeros at its end it is a short number, and cheap to reduce.
        zeros = min((self.units & -self.units).bit_length() - 1, UNIT)
        return Fraction(self.units >> zeros, 1 << (UNIT - zeros))

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.units + other.units, self.special + other.special, self.fine + other.fine)

    def __sub__(self, other: Sum) -> Sum:
        return Sum(self.units - other.units, self.special - other.special, self.fine - other.fine)

    def scaled(self, exponent: int) -> Sum:
        """This sum times 2 to the power of a whole number."""
        if exponent >= 0:
            return Sum(self.units << exponent, self.special)
        whole, rest = divmod(self.units, 1 << -exponent)
        return Sum(whole, self.special, (rest << UNIT) >> -exponent)

    def over(self, divisor: Fraction) -> float:
        """This sum ÷ `divisor`, correctly rounded; NaN for 0 ÷ 0."""
        if divisor == 0:
            return math.nan if self.units == 0 else math.inf
        numerator, denominator = divisor.as_integer_ratio()
        return quotient(self.units * denominator, numerator << UNIT) + self.special


def exact_product(a: Array, b: Array) -> tuple[Array, Array]:
    """a · b as rounded, and what the rounding left out (0 where it is beyond the range)."""
    with np.errstate(over="ignore", invalid="ignore"):
        product = a * b
        a_high, b_high = _upper_half(a), _upper_half(b)
        a_low, b_low = a - a_high, b - b_high
        rest = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, np.where(np.isfinite(rest), rest, 0.0)


def _upper_half(x: Array) -> Array:
    scaled = _SPLITTER * x
    return np.asarray(scaled - (scaled - x))


def nearest(number: Fraction) -> float:
    """The float64 nearest to `number`, ±inf beyond the range."""
    return quotient(*number.as_integer_ratio())


def quotient(numerator: int, denominator: int) -> float:
    """The float64 nearest to a quotient of whole numbers, ±inf beyond the range.

    It is what float() of the fraction gives, without reducing that to its lowest terms.
    """
    try:
        return numerator / denominator
    except OverflowError:
        return math.inf if (numerator > 0) == (denominator > 0) else -math.inf


def root(numerator: int, denominator: int) -> float:
    """The square root of a quotient of whole numbers, which may be beyond the range of float64.

    The denominator is above 0; of a numerator that is not, the root is 0.
    """
    if numerator <= 0:
        return 0.0
    exponent = (numerator.bit_length() - denominator.bit_length()) // 2
    if exponent > 0:
        denominator <<= 2 * exponent
    else:
        numerator <<= -2 * exponent
    return math.ldexp(math.sqrt(numerator / denominator), exponent)
