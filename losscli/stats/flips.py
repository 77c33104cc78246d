"""The sign-flip test (Fisher): what if the models had changed places at random?"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from losscli.arrays import Array
from losscli.stats.estimates import Difference, MeanOfRows
from losscli.stats.groups import Resampling, generator
from losscli.stats.intervals import DRAWN, totals_of

_FLIPS = 1
# Sums of the same numbers under other signs are equal up to their rounding.
_ROUNDING = 1e-9


def _flips(groups: int, resampling: Resampling) -> Iterator[Array]:
    """Which groups change places (1) or not (0): pieces of (r, groups).

    All ways there are, each once, where these are fewer than the resamples.
    """
    if _enumerable(groups, resampling):
        bits = np.arange(1 << groups)[:, None] >> np.arange(groups)
        yield (bits & 1).astype(np.float64)
        return
    random = generator(resampling, _FLIPS)
    most = max(1, DRAWN // groups)
    for start in range(0, resampling.resamples, most):
        count = min(most, resampling.resamples - start)
        yield random.integers(0, 2, (count, groups), np.int8).astype(np.float64)


def _enumerable(groups: int, resampling: Resampling) -> bool:
    return groups < resampling.resamples.bit_length()


def sign_flip(
    estimate: Difference, first: Array, second: Array, resampling: Resampling
) -> float | None:
    """The p-value of the difference under random exchanges; None where it is no number.

    Of drawn exchanges the observed one counts as one more, so p is never 0 (Phipson & Smyth 2010).
    """
    moved = second - first
    groups = len(moved)
    if is_one_mean(estimate, first):
        # Of one mean, with or without a transform, the sum of the differences says it all.
        shift = moved[:, :1]
        observed = abs(float(shift.sum()))
        found = [
            np.abs(shift.sum() - 2.0 * totals_of(flips, shift)[:, 0])
            for flips in _flips(groups, resampling)
        ]
    else:
        one, two = first.sum(axis=0), second.sum(axis=0)
        [difference] = estimate.value(np.concatenate([one, two])[None])
        observed = abs(float(difference))
        found = []
        for flips in _flips(groups, resampling):
            exchanged = totals_of(flips, moved)
            sums = np.concatenate([one + exchanged, two - exchanged], axis=1)
            found.append(np.abs(estimate.value(sums)))
    values = np.concatenate(found)
    if not (math.isfinite(observed) and np.isfinite(values).all()):
        return None
    as_large = int(np.count_nonzero(values >= observed * (1.0 - _ROUNDING)))
    if _enumerable(groups, resampling):
        return as_large / len(values)
    return (as_large + 1) / (len(values) + 1)


def is_one_mean(estimate: Difference, sums: Array) -> bool:
    """Whether a difference is one of means of single numbers, each under a transform or summed."""
    return isinstance(estimate.first, MeanOfRows) and sums.shape[1] == 2
