"""Mergeable totals of a loss: everything its value and its uncertainty are finished from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from losscli.engine.exact import UNIT, Sum, ends_of, nearest, root, units
from losscli.engine.measuring import Measured, apply_weight

Array = NDArray[np.float64]


# Between these a sum of squares has neither overflowed nor lost a square that matters.
_SAFE_SQUARES = (1e-280, 1e300)


def _square_sum(values: Array) -> Fraction:
    with np.errstate(over="ignore"):
        total = float(np.einsum("i,i->", values, values))
    if _SAFE_SQUARES[0] < total < _SAFE_SQUARES[1] or not values.any():
        return Fraction(total)
    exponent = math.frexp(float(np.abs(values).max()))[1]
    scaled = np.ldexp(values, -exponent)
    return Fraction(float(np.einsum("i,i->", scaled, scaled))) * Fraction(4) ** exponent


# The unit of squares and products: 2⁻²²⁵². Every product of two float64 is a multiple of it, and so
# is a float64 times a power of two that keeps it above the least of these products.
_UNIT = 2 * UNIT + 104

# Where the spread is so small a share of the squares, it is taken from deviations: otherwise the
# rounding of the squares would show in it.
_MOSTLY_MEAN = 1.0 / 64.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Σ(u − m·v)² for any m, exactly: kept as the three coefficients of a polynomial in m.

    They are whole numbers of 2⁻²²⁵². A block whose losses lie close together contributes its
    deviations from its own mean, so no digits are lost where the spread is small beside the mean.
    """

    square: int = 0
    cross: int = 0
    weight: int = 0

    @classmethod
    def of(cls, loss: Array, weight: Array | float, total: Sum | None = None) -> Spread:
        """The spread of row losses (n,) with row weights (n,), or one weight for all.

        `total` is the sum of the losses, where it is known.
        """
        total = Sum.of(loss) if total is None else total
        if total.special != 0.0:
            return cls()
        if not isinstance(weight, float):
            return cls._of_deviations(loss, weight, total)
        level = nearest(total.exact)
        with np.errstate(over="ignore"):
            square = float(np.einsum("i,i->", loss, loss))
        if not _SAFE_SQUARES[0] < square < _SAFE_SQUARES[1]:
            return cls._of_deviations(loss, weight, total)
        if square - level * (level / loss.size) < _MOSTLY_MEAN * square:
            return cls._of_deviations(loss, weight, total)
        return cls(
            units(square, _UNIT),
            _product(total.units, weight),
            loss.size * _product(units(weight), weight),
        )

    @classmethod
    def _of_deviations(cls, loss: Array, weight: Array | float, total: Sum) -> Spread:
        divisor = loss.size * weight if isinstance(weight, float) else float(np.sum(weight))
        middle = nearest(total.exact / Fraction(divisor)) if divisor else 0.0
        if not math.isfinite(middle):
            middle = 0.0
        deviation = loss - middle * weight
        square = _square_sum(deviation)
        if isinstance(weight, float):
            cross = Fraction(weight) * Sum.of(deviation).exact
            weights = loss.size * Fraction(weight) ** 2
        else:
            cross = Fraction(float(np.einsum("i,i->", deviation, weight)))
            weights = _square_sum(weight)
        shift = Fraction(middle)
        return cls(
            _whole(square + 2 * shift * cross + shift * shift * weights),
            _whole(cross + shift * weights),
            _whole(weights),
        )

    def __add__(self, other: Spread) -> Spread:
        return Spread(
            self.square + other.square, self.cross + other.cross, self.weight + other.weight
        )

    def about(self, mean: Fraction) -> Fraction:
        """Σ(u − mean·v)²."""
        return (self.square - 2 * mean * self.cross + mean * mean * self.weight) / (1 << _UNIT)


def _product(units_: int, factor: float) -> int:
    """A whole number of 2⁻¹⁰⁷⁴ times a float64, in the unit of products."""
    return (units_ * units(factor)) << (_UNIT - 2 * UNIT)


def _whole(number: Fraction) -> int:
    """The nearest number of units of products."""
    return round(number * (1 << _UNIT))


@dataclass(frozen=True, slots=True)
class Totals:
    """What is summed over blocks: an empty one, a merge in any order, and the numbers at the end.

    `rows` counts the rows that entered, `items` their elements. `loss` is Σ weight · loss,
    `divisor` what a mean divides by, `parts` the sums of the named parts. `low` and `high` are the
    smallest and largest unweighted loss of an item.
    """

    rows: int = 0
    items: int = 0
    loss: Sum = field(default_factory=Sum)
    divisor: Sum = field(default_factory=Sum)
    spread: Spread = field(default_factory=Spread)
    low: float = math.inf
    high: float = -math.inf
    parts: tuple[Sum, ...] = ()
    clipped: int = 0
    ignored: int = 0

    def __add__(self, other: Totals) -> Totals:
        parts = (
            tuple(a + b for a, b in zip(self.parts, other.parts, strict=True))
            if self.parts and other.parts
            else self.parts or other.parts
        )
        return Totals(
            self.rows + other.rows,
            self.items + other.items,
            self.loss + other.loss,
            self.divisor + other.divisor,
            self.spread + other.spread,
            min(self.low, other.low),
            max(self.high, other.high),
            parts,
            self.clipped + other.clipped,
            self.ignored + other.ignored,
        )

    @property
    def weight(self) -> Fraction:
        """What a mean divides by."""
        return self.divisor.exact

    @property
    def mean(self) -> float:
        """Σ loss ÷ weight, correctly rounded; NaN where nothing entered."""
        return self.loss.over(self.weight)

    @property
    def standard_error(self) -> float | None:
        """The standard error of `mean`, rows being the units; None where it is not defined."""
        if self.rows < 2 or self.weight == 0 or self.loss.special != 0.0:
            return None
        mean = self.loss.exact / self.weight
        variance = self.spread.about(mean) * self.rows / (self.rows - 1) / self.weight**2
        return root(variance)


def totals(measured: Measured) -> Totals:
    """The totals of measured losses, rows being the units of its spread."""
    losses, numerator, denominator = measured.losses, measured.numerator, measured.denominator
    ignored = 0 if measured.ignored is None else int(measured.ignored.sum())
    shown = losses if measured.ignored is None else losses[~measured.ignored]
    ends = ends_of(shown) if shown.size else (math.inf, -math.inf)
    row_loss = _by_row(losses, numerator)
    loss = Sum.of(row_loss, ends if row_loss is shown else None)
    return Totals(
        len(losses) - ignored,
        shown.size,
        loss,
        Sum(len(losses) * units(denominator))
        if isinstance(denominator, float)
        else Sum.of(denominator),
        Spread.of(row_loss, denominator, loss),
        *ends,
        tuple(Sum.of(_by_row(part, numerator)) for part in measured.parts),
        measured.clipped,
        ignored,
    )


def _by_row(losses: Array, numerator: Array | None) -> Array:
    losses = apply_weight(losses, numerator)
    with np.errstate(over="ignore"):
        return np.asarray(losses.sum(axis=1)) if losses.ndim == 2 else losses
