"""Columns of clusters: which of them holds the others, as hospitals hold patients?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from losscli.errors import UsageError

Keys = NDArray[np.int64]

# Of more clusters of a column, those with the smallest keys (which are hashes) stand for all.
_MOST = 1 << 12


class Nesting:
    """In which clusters of each column the clusters of each other column lie; mergeable."""

    def __init__(self, columns: Sequence[str], missing: int) -> None:
        """`missing` is the key of rows without a value: they may lie anywhere."""
        self._columns = tuple(columns)
        self._missing = missing
        empty = np.empty((3, 0), np.int64)
        # For each pair of columns: the keys of the first, and the smallest and the largest key of
        # the second that they stand beside.
        self._beside = dict.fromkeys(permutations(range(len(columns)), 2), empty)

    def add(self, keys: Sequence[Keys]) -> None:
        """Add rows with their keys in each column."""
        for (inner, outer), known in self._beside.items():
            given = keys[inner] != self._missing
            here = np.stack([keys[inner][given], keys[outer][given], keys[outer][given]])
            self._beside[inner, outer] = _joined(known, here)

    def merge(self, other: Nesting) -> None:
        """Add what another has seen."""
        for pair, theirs in other._beside.items():
            self._beside[pair] = _joined(self._beside[pair], theirs)

    def outermost(self) -> int:
        """The place of the column that holds all the others.

        Raises UsageError where none does.
        """
        count = max(1, len(self._columns))
        for outer in range(count):
            if all(not self._torn(inner, outer) for inner in range(count) if inner != outer):
                return outer
        raise self._crossed()

    def _torn(self, inner: int, outer: int) -> int:
        """How many clusters of one column stand in several of the other."""
        _, lowest, highest = self._beside[inner, outer]
        return int(np.count_nonzero(lowest != highest))

    def _crossed(self) -> UsageError:
        pairs = [(a, b) for a, b in self._beside if a < b and self._torn(a, b) and self._torn(b, a)]
        first, second = pairs[0] if pairs else (0, 1)
        torn, torn_back = self._torn(second, first), self._torn(first, second)
        one, two = self._columns[first], self._columns[second]
        return UsageError(
            f"the clusters of {one} and {two} are not nested: {torn:,} values of {two} stand with "
            f"several of {one}, and {torn_back:,} of {one} with several of {two}",
            hint=f"Where {two} is numbered anew in each {one}, say --cluster-col {one} alone; "
            "errors between clusters that cross are not taken.",
        )


def _joined(known: Keys, more: Keys) -> Keys:
    """Both with one column for each key, those of the smallest keys."""
    both = np.concatenate([known, more], axis=1)
    if not both.shape[1]:
        return both
    both = both[:, np.argsort(both[0], kind="stable")]
    starts = np.flatnonzero(np.concatenate([[True], both[0, 1:] != both[0, :-1]]))
    lowest = np.minimum.reduceat(both[1], starts)
    highest = np.maximum.reduceat(both[2], starts)
    return np.stack([both[0, starts], lowest, highest])[:, :_MOST]
