"""Sums by group → the 95 % interval of a loss, by resampling the groups.

A loss whose slopes are cheap gets a bootstrap-t interval (Efron & Tibshirani 1993, ch. 12), any
other function of sums a BCa interval (ibid., ch. 14), and rows in the order of time percentiles of
a stationary bootstrap. docs/intervals.md says how often they hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from losscli.arrays import Array
from losscli.stats.estimates import Estimate, MeanOfRows, influence
from losscli.stats.groups import Resampling, Table, generator
from losscli.stats.series import runs
from losscli.stats.student import t_quantile

Method = Literal[
    "normal",
    "bootstrap-t",
    "BCa bootstrap",
    "stationary bootstrap",
    "skewness-corrected t",
    "binomial",
    "DeLong",
    "infinitesimal jackknife",
]

# Items of a table of draws that stay in the cache.
DRAWN = 1 << 18
_ENDS = (0.025, 0.975)
_DRAWS = 0


class Interval(Struct, frozen=True):
    """The ends of a 95 % interval, the standard error, and how they were found."""

    low: float
    high: float
    standard_error: float
    method: Method


def interval(estimate: Estimate, table: Table, resampling: Resampling) -> Interval | None:
    """The 95 % interval of a loss; None where its sums are not finite or nothing in them varies.

    Deterministic: it depends on the table and the seed alone.
    """
    if not table.finite or len(table.sums) < 2:
        return None
    transform = None
    # What a single mean is transformed by is monotone: its interval's ends are carried over.
    if isinstance(estimate, MeanOfRows) and table.sums.shape[1] == 2:
        estimate, transform = replace(estimate, transform=None), estimate.transform
    if table.run:
        found = _stationary(estimate, table, resampling)
    else:
        found = _bootstrap_t(estimate, table.sums, resampling) if estimate.smooth else None
        found = found or _bca(estimate, table.sums, resampling)
    if found is None or transform is None:
        return found
    low, high = transform(found.low), transform(found.high)
    error = found.standard_error * (high - low) / (found.high - found.low)
    return Interval(low, high, error, found.method)


def _draws(groups: int, resampling: Resampling) -> Iterator[Array]:
    """How often each group is drawn: pieces of (r, groups), r adding up to the resamples."""
    random = generator(resampling, _DRAWS)
    most = max(1, DRAWN // groups)
    for start in range(0, resampling.resamples, most):
        count = min(most, resampling.resamples - start)
        drawn = random.integers(0, groups, (count, groups))
        drawn += np.arange(count)[:, None] * groups
        times = np.bincount(drawn.ravel(), minlength=count * groups)
        yield times.reshape(count, groups).astype(np.float64)


def totals_of(times: Array, sums: Array) -> Array:
    """The sums of each resample: (r, groups) and (groups, width) → (r, width).

    Not by BLAS, whose bits change with the number of its threads.
    """
    return np.einsum("rg,gw->rw", times, sums)


def standard_error(estimate: Estimate, sums: Array) -> float:
    """By the delta method, groups being the units."""
    each = influence(estimate, sums)
    return float(math.sqrt(each.var() * len(sums) * len(sums) / (len(sums) - 1)))


def _bootstrap_t(estimate: Estimate, sums: Array, resampling: Resampling) -> Interval | None:
    """None where some resample has no spread to be measured by."""
    groups = len(sums)
    [value] = estimate.value(sums.sum(axis=0, keepdims=True))
    error = standard_error(estimate, sums)
    if not error > 0.0:
        return None
    ratios = []
    for times in _draws(groups, resampling):
        totals = totals_of(times, sums)
        each = np.einsum("gw,rw->rg", sums, estimate.gradient(totals))
        spread = np.einsum("rg,rg,rg->r", times, each, each)
        spread -= np.einsum("rg,rg->r", times, each) ** 2 / groups
        if not (spread > 1e-9 * error * error).all():
            return None
        errors = np.sqrt(spread * groups / (groups - 1))
        ratios.append((estimate.value(totals) - value) / errors)
    low, high = np.quantile(np.concatenate(ratios), _ENDS)
    return Interval(float(value - high * error), float(value - low * error), error, "bootstrap-t")


def _bca(estimate: Estimate, sums: Array, resampling: Resampling) -> Interval | None:
    """Percentiles of the resamples, corrected for bias and skewness; None where all are equal."""
    from statistics import NormalDist

    values = [estimate.value(totals_of(times, sums)) for times in _draws(len(sums), resampling)]
    normal = tuple(map(NormalDist().inv_cdf, _ENDS))
    return _percentiles(estimate, sums, np.concatenate(values), normal, "BCa bootstrap")


def _stationary(estimate: Estimate, table: Table, resampling: Resampling) -> Interval | None:
    """The same of resamples of runs, as wide as Student's t of as many numbers as there are runs.

    None where all are equal, and where the rows are no longer than two runs.
    """
    cells = len(table.sums)
    count = cells / table.run
    if count < 2.0:
        return None
    drawn = runs(cells, table.run, resampling)
    values = np.concatenate([estimate.value(totals_of(times, table.sums)) for times in drawn])
    # Percentiles of few numbers are too narrow (Hesterberg 2015, The American Statistician 69).
    wider = math.sqrt(count / (count - 1.0))
    ends = tuple(wider * t_quantile(end, count - 1.0) for end in _ENDS)
    starts = np.arange(0, cells, round(table.run))
    blocks = np.add.reduceat(table.sums, starts, axis=0)
    found = _percentiles(estimate, blocks, values, ends, "stationary bootstrap")
    return None if found is None else replace(found, standard_error=wider * found.standard_error)


def _percentiles(
    estimate: Estimate, sums: Array, values: Array, ends: Sequence[float], method: Method
) -> Interval | None:
    """The ends at those normal quantiles of the values of resamples, by BCa; sums are by unit."""
    from statistics import NormalDist

    [value] = estimate.value(sums.sum(axis=0, keepdims=True))
    if not (math.isfinite(value) and np.isfinite(values).all()) or np.ptp(values) == 0.0:
        return None
    each = influence(estimate, sums)
    each -= each.mean()
    size = float((each**2).sum()) ** 1.5
    acceleration = float((each**3).sum()) / (6.0 * size) if size > 0.0 else 0.0
    below = float((values < value).mean() + (values == value).mean() / 2.0)
    normal = NormalDist()
    bias = normal.inv_cdf(min(max(below, 0.5 / len(values)), 1.0 - 0.5 / len(values)))
    shares = []
    for end in ends:
        point = bias + end
        shares.append(normal.cdf(bias + point / max(1e-3, 1.0 - acceleration * point)))
    low, high = np.quantile(values, shares)
    return Interval(float(low), float(high), float(values.std(ddof=1)), method)
