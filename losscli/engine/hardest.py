"""The hardest or easiest rows of any number, in memory for as many as are wanted."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.arrays import Array


class Extreme(Struct, frozen=True):
    """One row kept: its place in the order, its number in the data, and all that is known of it."""

    key: float
    number: int
    known: Any


class Extremes(Struct, frozen=True):
    """The `most` rows of largest key seen, in order; of equal keys the row that came first."""

    most: int
    rows: tuple[Extreme, ...] = ()

    def candidates(self, keys: Array) -> NDArray[np.intp]:
        """The positions of those new rows that may belong here; a key of NaN never does."""
        places = np.flatnonzero(~np.isnan(keys))
        if len(self.rows) == self.most and self.rows:
            places = places[keys[places] >= self.rows[-1].key]
        if places.size > self.most:
            order = np.argsort(-keys[places], kind="stable")
            places = np.sort(places[order[: self.most]])
        return places

    def __add__(self, other: Extremes) -> Extremes:
        both = sorted((*self.rows, *other.rows), key=lambda row: (-row.key, row.number))
        return Extremes(max(self.most, other.most), tuple(both[: max(self.most, other.most)]))
