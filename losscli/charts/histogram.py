"""How the losses of the rows are spread, as counts in bins of equal width."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from msgspec import Struct

from losscli.arrays import Array
from losscli.charts.axis import nice_step

BINS = 12


class Histogram(Struct, frozen=True):
    """Rows per bin: bin i holds losses from `edges[i]` to below `edges[i + 1]` (the last: up to).

    `counts` are rows, `carried` what each bin adds to the total as a share of it (None where rows
    have no shares). `mean` is the loss of all rows, `beyond` counts rows whose loss is infinite.
    """

    title: str
    quantity: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    carried: tuple[float, ...] | None
    mean: float | None
    beyond: int

    @property
    def rows(self) -> int:
        """All rows that were counted."""
        return sum(self.counts) + self.beyond


def edges_for(low: float, high: float, bins: int = BINS) -> tuple[float, ...]:
    """About so many edges at round numbers, from at or below `low` to at or above `high`."""
    if not low < high:
        room = abs(low) / 2 or 0.5
        low, high = low - room, high + room
    step = nice_step((high - low) / bins)
    first, last = math.floor(low / step), math.ceil(high / step)
    return tuple(float(f"{place * step:.12g}") for place in range(first, last + 1))


def counted(
    edges: tuple[float, ...], blocks: Iterable[tuple[Array, Array]]
) -> tuple[tuple[int, ...], tuple[float, ...], int]:
    """Rows per bin, the sum of their shares, and the infinite ones, of blocks (losses, shares)."""
    bins = len(edges) - 1
    counts = np.zeros(bins, np.int64)
    carried: list[list[float]] = [[] for _ in range(bins)]
    beyond = 0
    for losses, shares in blocks:
        finite = np.isfinite(losses)
        beyond += int(np.isinf(losses).sum())
        place = np.searchsorted(edges, losses[finite], side="right") - 1
        place = np.clip(place, 0, bins - 1)
        counts += np.bincount(place, minlength=bins)
        for bin, share in enumerate(np.bincount(place, weights=shares[finite], minlength=bins)):
            carried[bin].append(float(share))
    return tuple(counts.tolist()), tuple(map(math.fsum, carried)), beyond
