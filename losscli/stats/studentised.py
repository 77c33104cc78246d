"""A value with its standard error and skewness → intervals and p-values that never contradict.

Both come from inverting the same tests: Student's t, and Student's t of a value whose skewness was
taken out by Hall's monotone transformation (1992, J. R. Statist. Soc. B 54). docs/intervals.md says
how often they hold.
"""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct

from losscli.arrays import Array
from losscli.stats.student import t_above, t_quantile

# The skewness of a few skewed numbers is too small on average: so much of it is taken to be missed.
_MISSED = 1.25
# Less skewness than this does not move an interval by a digit that is shown.
_NONE = 1e-9
# Numbers that are equal but for rounding differ by less than this share of them.
_ROUNDING = 1e-12
# From this share of the spread in one row on, tails are heavier than the correction can see.
HEAVY = 0.4
# Fewer numbers always have a row with so much.
_ENOUGH = 100
# Of fewer numbers than this that are more skewed than this (an exponential distribution has 2), the
# largest ones are likely not among them.
_FEW, _SKEWED = 20, 1.0
# Of fewer than this, nobody takes an interval for more than an example.
_FEWEST = 5


class Studentised(Struct, frozen=True):
    """An estimate, its standard error, and the skewness of its distribution (of a mean: γ ÷ √n).

    `df` are the degrees of freedom of the standard error. `one_sided_tail` says that what was
    averaged has its tail above, as losses that are bounded below have: then the corrected interval
    stands alone where the skewness is such. Otherwise it holds both intervals, because the skewness
    of symmetric heavy tails, and that to the other side, is all chance. `largest` is the share of
    the squared deviations in the largest one, `kurtosis` that of the numbers that were averaged.
    """

    value: float
    error: float
    skewness: float
    df: float
    one_sided_tail: bool = False
    largest: float = 0.0
    kurtosis: float = 3.0

    @property
    def heavy(self) -> bool:
        """Whether one row or cluster says so much of the spread that no interval holds."""
        return self.df + 1 >= _ENOUGH and self.largest > HEAVY

    @property
    def few(self) -> bool:
        """Whether so few skewed numbers were averaged that the interval holds less than it says."""
        numbers = self.df + 1
        return _FEWEST <= numbers < _FEW and abs(self.skewness) * math.sqrt(numbers) > _SKEWED

    @property
    def variance_error(self) -> float:
        """The standard error of the logarithm of the variance, by the kurtosis of the numbers."""
        units = self.df + 1.0
        return math.sqrt(max(0.0, self.kurtosis - (units - 3.0) / self.df) / units)

    def interval(self, level: float) -> tuple[float, float]:
        """The interval that holds the truth in a share `level` of all draws."""
        t = t_quantile((1.0 + level) / 2.0, self.df)
        return self.bound(t, above=False), self.bound(t, above=True)

    def bound(self, t: float, *, above: bool) -> float:
        """The end of the interval at ± t."""
        sign = -1.0 if above else 1.0
        shifts = [self._uncorrected(sign * t)]
        if not self._alone:
            shifts.append(sign * t)
        ends = [self.value - self.error * shift for shift in shifts]
        return max(ends) if above else min(ends)

    def p(self, truth: float = 0.0) -> float:
        """How often a value as far from `truth`, either way, would come about by chance."""
        return min(1.0, 2.0 * t_above(min(map(abs, self._ratios(truth))), self.df))

    def p_above(self, limit: float) -> float:
        """How often a value as high would come about by chance if the truth were at the limit."""
        return t_above(min(self._ratios(limit)), self.df)

    def p_below(self, limit: float) -> float:
        """How often a value as low would come about by chance if the truth were at the limit."""
        return t_above(-max(self._ratios(limit)), self.df)

    @property
    def _alone(self) -> bool:
        """Whether the corrected interval stands alone."""
        return self.one_sided_tail and self.skewness >= 0.0

    def _ratios(self, truth: float) -> list[float]:
        ratio = (self.value - truth) / self.error
        corrected = self._corrected(ratio)
        if self._alone:
            return [corrected]
        # Where the two are of different signs, neither side is proven.
        return [ratio, corrected] if ratio * corrected > 0.0 else [0.0, ratio, corrected]

    def _corrected(self, ratio: float) -> float:
        a = self.skewness
        if abs(a) < _NONE:
            return ratio
        return ((1.0 + a * ratio / 3.0) ** 3 - 1.0) / a + a / 6.0

    def _uncorrected(self, corrected: float) -> float:
        a = self.skewness
        if abs(a) < _NONE:
            return corrected
        return 3.0 / a * (math.cbrt(1.0 + a * (corrected - a / 6.0)) - 1.0)


def studentised(
    value: float, influence: Array, *, one_sided_tail: bool = False
) -> Studentised | None:
    """A value that is a sum over units, from what each of these (n,) adds to it.

    None of fewer than two units, and where nothing varies.
    """
    units = len(influence)
    if units < 2:
        return None
    deviation = influence - influence.mean()
    size = float(np.abs(deviation).max())
    largest = max(float(np.abs(influence).max()), abs(value) / units)
    if not (math.isfinite(size) and size > _ROUNDING * largest):
        return None
    scaled = deviation / size
    square = float(np.einsum("i,i->", scaled, scaled))
    cube = float(np.einsum("i,i,i->", scaled, scaled, scaled))
    return Studentised(
        value,
        size * math.sqrt(square * units / (units - 1)),
        corrected_skewness(cube / square**1.5, units),
        units - 1.0,
        one_sided_tail,
        float((scaled * scaled).max()) / square,
        units * float(np.einsum("i,i,i,i->", scaled, scaled, scaled, scaled)) / square**2,
    )


def corrected_skewness(skewness: float, units: int) -> float:
    """The skewness of a mean, with the bias that it has from so few units taken out."""
    if units < 3:
        return 0.0
    return _MISSED * skewness * math.sqrt(units * (units - 1.0)) / (units - 2.0)
