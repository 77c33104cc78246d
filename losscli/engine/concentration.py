"""How few rows carry how much of a total: a mergeable count of losses by their size."""

from __future__ import annotations

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.exact import Sum

Keys = NDArray[np.uint64]

# Different amounts that are told apart: 16 bytes each.
MOST_KEYS = 1 << 20

# A share is reached where only the rounding of its sum is missing.
_NEARLY = 1.0 - 2.0**-50


def _no_keys() -> Keys:
    return np.empty(0, np.uint64)


def _no_counts() -> NDArray[np.int64]:
    return np.empty(0, np.int64)


class Concentration(Struct, frozen=True):
    """Amounts ≥ 0 and how often each occurs, in at most 16 MiB.

    The bits of a float64 ≥ 0, read as a whole number, are in the order of the floats. `keys` are
    those bits without the last `dropped` ones: none while there are at most 2²⁰ different amounts,
    then as few as bring their number below. What is told apart so depends on the amounts alone,
    not on how they were cut into blocks or merged, and an amount is known to a relative
    2^(dropped − 53).
    """

    keys: Keys = field(default_factory=_no_keys)
    counts: NDArray[np.int64] = field(default_factory=_no_counts)
    dropped: int = 0

    @classmethod
    def of(cls, amounts: Array) -> Concentration:
        """The amounts (n,) of one block: finite, none below 0."""
        # Adding zero makes 0 of −0, whose bits would come last.
        keys, counts = np.unique((amounts + 0.0).view(np.uint64), return_counts=True)
        return cls(keys, counts.astype(np.int64))._within(MOST_KEYS)

    def __add__(self, other: Concentration) -> Concentration:
        if not self.keys.size or not other.keys.size:
            return self if self.keys.size else other
        dropped = max(self.dropped, other.dropped)
        mine, theirs = self._coarser(dropped), other._coarser(dropped)
        both = np.concatenate([mine.keys, theirs.keys])
        counts = np.concatenate([mine.counts, theirs.counts])
        return Concentration(*_summed(both, counts), dropped)._within(MOST_KEYS)

    def _coarser(self, dropped: int) -> Concentration:
        if dropped == self.dropped:
            return self
        keys = self.keys >> np.uint64(dropped - self.dropped)
        return Concentration(*_summed(keys, self.counts), dropped)

    def _within(self, most: int) -> Concentration:
        """The same with as few bits dropped as leave at most so many keys."""
        if self.keys.size <= most:
            return self
        # Neighbours fall together once all bits in which they differ are dropped.
        apart = _bit_lengths(self.keys[1:] ^ self.keys[:-1])
        fallen = np.cumsum(np.bincount(apart, minlength=65))
        drop = int(np.searchsorted(fallen, self.keys.size - most))
        return self._coarser(self.dropped + drop)

    @property
    def rows(self) -> int:
        """How many amounts there are."""
        return int(self.counts.sum())

    @property
    def exact(self) -> bool:
        """Whether all different amounts are told apart."""
        return self.dropped == 0

    def carrying(self, share: float) -> int | None:
        """How many of the largest amounts it takes to reach `share` of the total.

        None where the total is 0. The count is that of sorted amounts where all are told apart.
        """
        amounts, counts = self._amounts()[::-1], self.counts[::-1]
        products = amounts * counts
        target = share * float(Sum.of(products).exact) * _NEARLY
        if target <= 0.0:
            return None
        place = min(int(np.searchsorted(np.cumsum(products), target)), len(products) - 1)
        missing = max(0.0, target - float(Sum.of(products[:place]).exact))
        inside = min(int(np.ceil(missing / amounts[place])), int(counts[place]))
        return int(counts[:place].sum()) + inside

    def share_of(self, rows: int) -> float | None:
        """The share of the total that the largest `rows` amounts carry; None for a total of 0."""
        amounts, counts = self._amounts()[::-1], self.counts[::-1]
        total = float(Sum.of(amounts * counts).exact)
        if total <= 0.0:
            return None
        before = np.concatenate([[0], np.cumsum(counts)[:-1]])
        taken = np.clip(rows - before, 0, counts)
        return min(1.0, float(Sum.of(amounts * taken).exact) / total)

    def _amounts(self) -> Array:
        """The amounts that the keys stand for: the middle of what a key covers."""
        bits = self.keys << np.uint64(self.dropped)
        if self.dropped:
            bits = bits + np.uint64(1 << (self.dropped - 1))
        return bits.view(np.float64)


def _bit_lengths(numbers: Keys) -> NDArray[np.int32]:
    """How many bits each number has, counted in halves that float64 holds exactly."""
    high = np.frexp((numbers >> np.uint64(32)).astype(np.float64))[1]
    low = np.frexp((numbers & np.uint64(0xFFFFFFFF)).astype(np.float64))[1]
    return np.where(high > 0, high + 32, low)


class Gathering(Struct):
    """Collects amounts for a Concentration: one large sort beats many small ones."""

    merged: Concentration = field(default_factory=Concentration)
    waiting: list[Array] = field(default_factory=list)
    count: int = 0

    def add(self, amounts: Array) -> None:
        """Take in the amounts (n,) of one block: finite, none below 0."""
        self.waiting.append(amounts)
        self.count += amounts.size
        if self.count >= MOST_KEYS:
            self.finish()

    def finish(self) -> Concentration:
        """The concentration of all amounts so far."""
        if self.waiting:
            self.merged += Concentration.of(np.concatenate(self.waiting))
            self.waiting, self.count = [], 0
        return self.merged


def _summed(keys: Keys, counts: NDArray[np.int64]) -> tuple[Keys, NDArray[np.int64]]:
    """Each key once, with the sum of its counts."""
    if not keys.size:
        return keys, counts
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[first], np.add.reduceat(counts, first)
