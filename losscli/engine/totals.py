"""Mergeable totals of a loss: everything its value and its uncertainty are finished from."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from msgspec import Struct, field

from losscli.arrays import Array, Extent
from losscli.engine.exact import UNIT, Sum, exact_product, root, units
from losscli.engine.reach import WITHIN, Reach
from losscli.engine.row_losses import Measured, apply_weight

# Between these a sum of squares has neither overflowed nor lost a square that matters.
_SAFE_SQUARES = (1e-280, 1e300)

# The unit of squares and products: 2⁻²²⁵². Every product of two float64 is a multiple of it.
_UNIT = 2 * UNIT + 104
_ONE = 1 << _UNIT

# Where the spread is so small a share of the squares, it is taken from deviations: otherwise the
# rounding of the squares would show in it.
_MOSTLY_MEAN = 1.0 / 64.0


class Spread(Struct, frozen=True):
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
        weights = _squares(weight, loss.size)
        square = _plain_squares(loss)
        if _safe(square) and _safe(weights / _ONE):
            cross = _cross(loss, weight, total)
            explained = cross / weights * (cross / _ONE)
            if square - explained > _MOSTLY_MEAN * square:
                return cls(units(square, _UNIT), cross, weights)
        return cls._of_deviations(loss, weight, weights)

    @classmethod
    def _of_deviations(cls, loss: Array, weight: Array | float, weights: int) -> Spread:
        divisor = loss.size * weight if isinstance(weight, float) else float(np.sum(weight))
        with np.errstate(over="ignore"):
            middle = float(np.sum(loss)) / divisor if divisor else 0.0
        if not math.isfinite(middle):
            middle = 0.0
        deviation = loss - middle * weight
        cross = Fraction(_cross(deviation, weight, Sum.of(deviation)), _ONE)
        shift, width = Fraction(middle), Fraction(weights, _ONE)
        square = Fraction(_squares(deviation, loss.size), _ONE)
        return cls(
            round((square + 2 * shift * cross + shift * shift * width) * _ONE),
            round((cross + shift * width) * _ONE),
            weights,
        )

    def __add__(self, other: Spread) -> Spread:
        return Spread(
            self.square + other.square, self.cross + other.cross, self.weight + other.weight
        )

    def about(self, total: int, weight: int) -> int:
        """Σ(weight·u − total·v)² in units of 2⁻²²⁵²: weight² times the spread about their ratio."""
        return weight * (weight * self.square - 2 * total * self.cross) + total**2 * self.weight


def _safe(square: float) -> bool:
    return _SAFE_SQUARES[0] < square < _SAFE_SQUARES[1]


def _cross(loss: Array, weight: Array | float, total: Sum) -> int:
    """Σ loss · weight; `total` is Σ loss."""
    if isinstance(weight, float):
        return (total.units * units(weight)) << (_UNIT - 2 * UNIT)
    products, rest = exact_product(loss, weight)
    return (Sum.of(products).units + Sum.of(rest).units) << (_UNIT - UNIT)


def _squares(values: Array | float, size: int) -> int:
    """The sum of the squares of some numbers, or of one number that stands for so many."""
    if isinstance(values, float):
        return size * units(values) ** 2 << (_UNIT - 2 * UNIT)
    total = _plain_squares(values)
    if _safe(total) or not values.any():
        return units(total, _UNIT)
    exponent = math.frexp(float(np.abs(values).max()))[1]
    scaled = Fraction(_plain_squares(np.ldexp(values, -exponent)))
    return round(scaled * Fraction(4) ** exponent * _ONE)


def _plain_squares(values: Array) -> float:
    with np.errstate(over="ignore"):
        return float(np.einsum("i,i->", values, values))


class Totals(Struct, frozen=True):
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
    floored: int = 0
    reach: Reach = WITHIN

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
            self.floored + other.floored,
            self.reach | other.reach,
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
        if self.rows < 2 or self.divisor.units == 0 or self.loss.special != 0.0:
            return None
        total, weight = self.loss.units, self.divisor.units
        spread = self.spread.about(total, weight) << (2 * UNIT)
        return root(spread * self.rows, (weight**4 * (self.rows - 1)) << _UNIT)


def totals(measured: Measured) -> Totals:
    """The totals of measured losses, rows being the units of its spread."""
    losses, multiplier, denominator = measured.losses, measured.multiplier, measured.denominator
    ignored = 0 if measured.ignored is None else int(measured.ignored.sum())
    shown = losses if measured.ignored is None else losses[~measured.ignored]
    extent = Extent.of(shown)
    row_loss = _by_row(losses, multiplier)
    loss = Sum.of(row_loss, extent if row_loss is shown else None)
    return Totals(
        measured.rows,
        shown.size,
        loss,
        Sum(len(losses) * units(denominator))
        if isinstance(denominator, float)
        else Sum.of(denominator),
        Spread.of(row_loss, denominator, loss),
        extent.low,
        extent.high,
        tuple(Sum.of(_by_row(part, multiplier)) for part in measured.parts),
        measured.clipped,
        ignored,
        measured.floored,
        measured.reach,
    )


def _by_row(losses: Array, multiplier: Array | None) -> Array:
    losses = apply_weight(losses, multiplier)
    with np.errstate(over="ignore"):
        return np.asarray(losses.sum(axis=1)) if losses.ndim == 2 else losses
