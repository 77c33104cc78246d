"""Mergeable totals of a loss: everything its value and its uncertainty are finished from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.engine.exact import Sum, block_sum, root
from losscli.engine.measuring import Measured, apply_weight

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """Σ(u − m·v)² for any m, exactly: kept as the three coefficients of a polynomial in m.

    Each block contributes its deviations from its own mean, so no digits are lost where the
    spread is small beside the mean.
    """

    square: Fraction = Fraction(0)
    cross: Fraction = Fraction(0)
    weight: Fraction = Fraction(0)

    @classmethod
    def of(cls, loss: Array, weight: Array | float) -> Spread:
        """The spread of row losses (n,) with row weights (n,), or one weight for all."""
        if not np.isfinite(loss).all():
            return cls()
        total = loss.size * weight if isinstance(weight, float) else float(np.sum(weight))
        with np.errstate(over="ignore"):
            middle = float(np.sum(loss)) / total if total else 0.0
        if not math.isfinite(middle):
            middle = 0.0
        deviation = loss - middle * weight
        square = _square_sum(deviation)
        if isinstance(weight, float):
            cross = Fraction(weight) * block_sum(deviation)
            weights = loss.size * Fraction(weight) ** 2
        else:
            cross = Fraction(float(np.einsum("i,i->", deviation, weight)))
            weights = _square_sum(weight)
        shift = Fraction(middle)
        return cls(
            square + 2 * shift * cross + shift * shift * weights, cross + shift * weights, weights
        )

    def __add__(self, other: Spread) -> Spread:
        return Spread(
            self.square + other.square, self.cross + other.cross, self.weight + other.weight
        )

    def about(self, mean: Fraction) -> Fraction:
        """Σ(u − mean·v)²."""
        return self.square - 2 * mean * self.cross + mean * mean * self.weight


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


@dataclass(frozen=True, slots=True)
class Totals:
    """What is summed over blocks: an empty one, a merge in any order, and the numbers at the end.

    `rows` counts the rows that entered, `items` their elements. `loss` is Σ weight · loss, `weight`
    what a mean divides by, `parts` the sums of the loss's named parts. `low` and `high` are the
    smallest and largest unweighted loss of an item.
    """

    rows: int = 0
    items: int = 0
    loss: Sum = field(default_factory=Sum)
    weight: Fraction = Fraction(0)
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
        special: dict[str, Any] = {
            "low": min(self.low, other.low),
            "high": max(self.high, other.high),
            "parts": parts,
        }
        added = {
            item.name: getattr(self, item.name) + getattr(other, item.name)
            for item in fields(Totals)
            if item.name not in special
        }
        return Totals(**added, **special)

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
    losses = measured.losses
    row_loss = _by_row(losses, measured.numerator)
    parts = tuple(Sum.of(_by_row(part, measured.numerator)) for part in measured.parts)
    even = isinstance(measured.denominator, float)
    ignored = 0 if measured.ignored is None else int(measured.ignored.sum())
    shown = losses if measured.ignored is None else losses[~measured.ignored]
    return Totals(
        rows=len(losses) - ignored,
        items=shown.size,
        loss=Sum.of(row_loss),
        weight=(
            Sum.of(np.full(1, measured.denominator)).exact * len(losses)
            if even
            else Sum.of(np.asarray(measured.denominator)).exact
        ),
        spread=Spread.of(row_loss, measured.denominator),
        low=float(shown.min()) if shown.size else math.inf,
        high=float(shown.max()) if shown.size else -math.inf,
        parts=parts,
        clipped=measured.clipped,
        ignored=ignored,
    )


def _by_row(losses: Array, numerator: Array | None) -> Array:
    losses = apply_weight(losses, numerator)
    with np.errstate(over="ignore"):
        return np.asarray(losses.sum(axis=1)) if losses.ndim == 2 else losses
