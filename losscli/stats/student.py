"""Student's t and the binomial distribution by the incomplete beta function.

scipy.stats has the same, but takes longer to import than most evaluations take.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

# With so many degrees of freedom, Student's t is the normal distribution.
NORMAL = 1e12

_TINY = 1e-300
_PRECISION = 1e-15
_MOST_STEPS = 20_000
# From so many degrees of freedom on, the approximation below is right to 1e-9.
_NEARLY_NORMAL = 1e4


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function Iₓ(a, b), by its continued fraction.

    Lentz's method (Press et al., Numerical Recipes, 3rd ed., § 6.4).
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - incomplete_beta(1.0 - x, b, a)
    log_front = a * math.log(x) + b * math.log1p(-x) - _log_beta(a, b)
    front = math.exp(log_front) / a
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    fraction = d
    for m in range(1, _MOST_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for term in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            fraction *= c * d
        if abs(c * d - 1.0) < _PRECISION:
            break
    return front * fraction


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _away_from_zero(x: float) -> float:
    return x if abs(x) > _TINY else _TINY


def t_above(t: float, df: float) -> float:
    """How often Student's t with `df` degrees of freedom is above `t`."""
    if math.isinf(t):
        return 0.0 if t > 0.0 else 1.0
    if df > _NEARLY_NORMAL:
        # Abramowitz & Stegun 26.7.8.
        z = t * (1.0 - 0.25 / df) / math.sqrt(1.0 + t * t / (2.0 * df))
        return 0.5 * math.erfc(z / math.sqrt(2.0))
    tail = 0.5 * incomplete_beta(df / (df + t * t), df / 2.0, 0.5)
    return tail if t >= 0.0 else 1.0 - tail


@lru_cache(maxsize=1024)
def t_quantile(share: float, df: float) -> float:
    """The t that a share of Student's distribution is below."""
    if share == 0.5:
        return 0.0
    if share < 0.5:
        return -t_quantile(1.0 - share, df)
    high = 2.0
    while t_above(high, df) > 1.0 - share:
        high *= 2.0
    return _root(lambda t: t_above(t, df) - (1.0 - share), 0.0, high)


def binomial_interval(share: float, trials: float, level: float) -> tuple[float, float]:
    """The mid-p interval of a probability of which `share` of `trials` came true.

    Clopper & Pearson's interval (1934) with only half the chance of the very number that was seen
    in each tail (Lancaster 1961), so that it holds the truth near `level` and not far more often.
    Numbers of trials need not be whole: those of weighted or dependent rows are not.
    """
    successes = share * trials
    tail = (1.0 - level) / 2.0

    def as_many(p: float, x: float) -> float:
        """The chance of more than x successes, and half that of x."""
        at_least = incomplete_beta(p, x, trials - x + 1.0) if x > 0.0 else 1.0
        more = incomplete_beta(p, x + 1.0, trials - x) if x < trials else 0.0
        return (at_least + more) / 2.0

    low = 0.0
    if successes > 0.0:
        low = _root(lambda p: tail - as_many(p, successes), 0.0, share)
    high = 1.0
    if successes < trials:
        high = _root(lambda p: (1.0 - tail) - as_many(p, successes), share, 1.0)
    return low, high


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses 0 between two ends, by Ridders' method (1979)."""
    at_low, at_high = falling(low), falling(high)
    before = math.nan
    for _ in range(200):
        middle = 0.5 * (low + high)
        at_middle = falling(middle)
        if at_middle == 0.0 or not low < middle < high:
            return middle
        scale = math.sqrt(at_middle * at_middle - at_low * at_high)
        found = middle + (middle - low) * at_middle / scale if scale else middle
        if abs(found - before) <= 2.0 * math.ulp(found) or not low < found < high:
            return found
        before, at_found = found, falling(found)
        for place, value in ((middle, at_middle), (found, at_found)):
            if value > 0.0 and place > low:
                low, at_low = place, value
            elif value <= 0.0 and place < high:
                high, at_high = place, value
    return before


def logit_interval(share: float, error: float, level: float) -> tuple[float, float]:
    """The interval of a share inside (0, 1) with a standard error, by a normal logit.

    It stays inside (0, 1), and is wider towards the middle.
    """
    middle = math.log(share) - math.log1p(-share)
    reach = t_quantile(0.5 + 0.5 * level, NORMAL) * error / (share * (1.0 - share))
    low, high = (1.0 / (1.0 + math.exp(-end)) for end in (middle - reach, middle + reach))
    return low, high
