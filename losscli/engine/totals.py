"""Mergeable totals of a loss: everything its value and its uncertainty are finished from."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from losscli.engine.exact import Sum, block_sum, root

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
        even = isinstance(weight, float)
        total = float(loss.size * weight) if even else float(np.sum(weight))
        middle = float(np.sum(loss)) / total if total else 0.0
        if not math.isfinite(middle):
            return cls()
        deviation = loss - middle * weight
        square = Fraction(_square_sum(deviation))
        if even:
            cross = Fraction(weight) * block_sum(deviation)
            weights = loss.size * Fraction(weight) ** 2
        else:
            cross = Fraction(float(np.einsum("i,i->", deviation, weight)))
            weights = Fraction(_square_sum(np.asarray(weight)))
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


def _square_sum(values: Array) -> float:
    with np.errstate(over="ignore"):
        total = float(np.einsum("i,i->", values, values))
    return total if math.isfinite(total) else 0.0


@dataclass(frozen=True, slots=True)
class Totals:
    """What is summed over blocks: an empty one, a merge in any order, and the numbers at the end.

    `rows` counts the rows that entered, `items` their elements. `loss` is Σ weight · loss, `weight`
    what a mean divides by, `parts` the sums of the loss's named parts. `low` and `high` are the
    smallest and largest unweighted loss of an item.
    """

    rows: int = 0
    items: int = 0
    loss: Sum = Sum()
    weight: Fraction = Fraction(0)
    spread: Spread = Spread()
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
        special = {
            "low": min(self.low, other.low),
            "high": max(self.high, other.high),
            "parts": parts,
        }
        added = {
            field.name: getattr(self, field.name) + getattr(other, field.name)
            for field in fields(Totals)
            if field.name not in special
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
