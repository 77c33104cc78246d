"""What chance alone makes of a calibration error: labels drawn from the stated probabilities."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.stats.groups import Resampling, generator

_LABELS = 3
_FEWEST, _MOST = 100, 1000
# So many numbers are drawn at most, where these are not too few.
_NUMBERS = 1 << 19


class ByChance(Struct, frozen=True):
    """The calibration error that a perfectly calibrated model shows on as many rows.

    Its mean, and the ends between which it lies in 90 % of the draws.
    """

    mean: float
    low: float
    high: float


def by_chance(shares: Array, counts: NDArray[np.int64], cost: Callable[[Array], float]) -> ByChance:
    """What labels cost that are drawn from stated probabilities.

    Groups of `counts` (g,) rows each state `shares` (g, c) on average; of one column, c = 1, that
    of a yes. `cost` is given what came true of each group, (g, c).
    """
    random = generator(Resampling(), _LABELS)
    draws = min(_MOST, max(_FEWEST, _NUMBERS // max(1, shares.size)))
    shares = np.clip(shares, 0.0, 1.0)
    if shares.shape[1] == 1:
        hits = random.binomial(counts, shares[:, 0], (draws, len(counts)))[:, :, None]
    else:
        hits = random.multinomial(
            counts, shares / shares.sum(axis=1, keepdims=True), (draws, len(counts))
        )
    costs = np.array([cost(each / counts[:, None]) for each in hits])
    low, high = np.quantile(costs, (0.05, 0.95))
    return ByChance(float(costs.mean()), float(low), float(high))
