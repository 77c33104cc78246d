"""What is resampled as a whole: single rows, clusters of rows that depend on each other, or blocks.

Rows of a cluster (a patient, a document, a day of a series) go together: standard errors are taken
between clusters, resampling draws whole clusters, and models are exchanged in whole clusters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.gate import Settled
from losscli.errors import UsageError
from losscli.stats.groups import ExactSums, GroupSums, Table, group_count, group_of, row_numbers
from losscli.stats.nesting import Nesting
from losscli.stats.series import SeriesSums

Keys = NDArray[np.int64]

# Tables of clusters begin as small as this and grow.
_FIRST_CLUSTERS = 1 << 6
# Of fewer clusters, a standard error is itself a guess.
FEW_CLUSTERS = 20
# What a missing value is hashed as.
_MISSING = "\0"


def few_clusters(count: int) -> Iterator[str]:
    """A note on clusters that are too few to trust the errors between them; none where enough."""
    if count == 1:
        yield "all rows are one cluster: no interval and no test can be taken between clusters"
    elif count < FEW_CLUSTERS:
        yield (
            f"{count:,} clusters are few: intervals hold the truth less often than 95 % where "
            "clusters differ in size or skew"
        )


class Sums(Protocol):
    """Sums of a few columns by unit, mergeable in any order."""

    def add(self, keys: Sequence[Keys], values: Array) -> None:
        """Add rows with the keys of their units, one array (n,) for each level of nesting."""

    def merge(self, other: Any) -> None:
        """Add what another has summed."""

    def table(self) -> Table | None:
        """The sums by unit; None where nothing was added."""

    def within(self, whole: Any) -> Array:
        """The sums by the units of all rows, of which these are some; 0 for units without any."""


class Units(Struct, frozen=True):
    """Which rows are resampled together.

    Rows of one value of `clusters` are (of several columns: of that which holds the others), or so
    many consecutive rows as `block_length` says; without either, each row stands alone. Blocks
    stand at fixed places, or are runs that begin anywhere, of random length, where they are
    `stationary`. Raises UsageError for what cannot be.
    """

    clusters: tuple[str, ...] = ()
    block_length: int | None = None
    stationary: bool = False

    def __post_init__(self) -> None:
        if self.block_length is not None and self.block_length < 1:
            raise UsageError(f"a block of {self.block_length} rows: say a number from 1 up")
        if self.block_length is not None and self.clusters:
            raise UsageError(
                "a column names the rows that belong together, a length counts them",
                hint="Say --cluster-col (or --block-col), or --block-length.",
            )

    @property
    def single(self) -> bool:
        """Whether each row is a unit of its own: no clusters, no blocks."""
        return not self.clusters and self.block_length is None

    def keys(self, block: Settled) -> list[Keys]:
        """The keys of the rows of a block, level by level."""
        numbers = row_numbers(block)
        if self.block_length is not None and not self.stationary:
            return [numbers // self.block_length]
        if not self.clusters:
            return [numbers]
        return [hashed(values) for values in block.clusters.values()]

    def sums(self, seed: int) -> Sums:
        """Empty sums of such units."""
        if self.block_length is not None and self.stationary:
            return SeriesSums(self.block_length)
        return _RowSums(seed) if self.single else _ClusterSums(self, seed)

    def words(self, units: int, columns: Sequence[str]) -> str:
        """What so many of them are called."""
        if self.block_length is None:
            many = "1 cluster" if units == 1 else f"{units:,} clusters"
            return f"{many} ({', '.join(columns)})"
        many = "1 block" if units == 1 else f"{units:,} blocks"
        return f"{many} of {self.block_length:,} rows"


class _RowSums:
    """Of single rows."""

    def __init__(self, seed: int) -> None:
        self._sums = GroupSums(seed)

    def add(self, keys: Sequence[Keys], values: Array) -> None:
        [numbers] = keys
        self._sums.add(numbers, values)

    def merge(self, other: _RowSums) -> None:
        self._sums.merge(other._sums)

    def table(self) -> Table | None:
        return self._sums.table()

    def within(self, whole: _RowSums) -> Array:
        raise TypeError("rows that stand alone are in no unit of others")


def hashed(values: NDArray[Any]) -> Keys:
    """A whole number for each value, the same everywhere. A missing value is one of its own."""
    # Imported here: it loads OpenSSL, which an evaluation without such values does not need.
    from hashlib import blake2b

    texts = np.where(np.equal(values, np.array(None)), _MISSING, values).astype(str)
    each, places = np.unique(texts, return_inverse=True)
    digests = [blake2b(text.encode(), digest_size=8).digest() for text in each.tolist()]
    numbers = [int.from_bytes(digest, "little", signed=True) for digest in digests]
    return np.array(numbers, np.int64)[places]


class _Level(Struct):
    """The clusters of one column."""

    places: dict[int, int] = field(default_factory=dict)
    sums: ExactSums | None = None
    folded: bool = False

    def add(self, keys: Keys, values: Array, seed: int) -> None:
        width = values.shape[1]
        most = group_count(width)
        if self.sums is None:
            self.sums = ExactSums(min(most, _FIRST_CLUSTERS), width)
        if not self.folded:
            each, inverse = np.unique(keys, return_inverse=True)
            new = [key for key in each.tolist() if key not in self.places]
            if len(self.places) + len(new) > most:
                self.fold(seed)
            else:
                self._enter(new)
                slots = np.array([self.places[key] for key in each.tolist()], np.int64)
                self.sums.add(slots[inverse], values)
                return
        self.sums.add(group_of(keys, self.sums.groups, seed), values)

    def fold(self, seed: int) -> None:
        """Put the clusters that are kept one by one into random groups."""
        if self.sums is None or self.folded:
            return
        keys = np.array(list(self.places), np.int64)
        most = group_count(self.sums.width)
        self.sums = self._moved(self.sums, group_of(keys, most, seed), most)
        self.places.clear()
        self.folded = True

    def _enter(self, new: Sequence[int]) -> None:
        """Give clusters a place each, in a table that is large enough."""
        assert self.sums is not None
        self.places |= {key: len(self.places) + at for at, key in enumerate(new)}
        if len(self.places) > self.sums.groups:
            here = np.arange(len(self.places) - len(new))
            size = min(group_count(self.sums.width), 1 << (len(self.places) - 1).bit_length())
            self.sums = self._moved(self.sums, here, size)

    @staticmethod
    def _moved(sums: ExactSums, slots: Keys, size: int) -> ExactSums:
        """The same sums with the cluster at each place moved to a slot, added where several are."""
        moved = ExactSums(size, sums.width, finite=sums.finite)
        for digit, counts in sums.digits.items():
            there = np.zeros((sums.width, size), counts.dtype)
            for column in range(sums.width):
                np.add.at(there[column], slots, counts[column, : len(slots)])
            moved.digits[digit] = there
        return moved

    def merge(self, other: _Level, seed: int) -> None:
        if other.sums is None:
            return
        if self.sums is None:
            self.sums = ExactSums(_FIRST_CLUSTERS, other.sums.width)
        new = [key for key in other.places if key not in self.places]
        most = group_count(self.sums.width)
        if other.folded or (not self.folded and len(self.places) + len(new) > most):
            self.fold(seed)
        if self.folded:
            other.fold(seed)
            self.sums.merge(other.sums)
            return
        self._enter(new)
        slots = np.array([self.places[key] for key in other.places], np.int64)
        self.sums.merge(self._moved(other.sums, slots, self.sums.groups))

    def table(self) -> tuple[Array, bool]:
        """The sums by cluster in an order that is the same everywhere, and whether folded."""
        assert self.sums is not None
        values = self.sums.values()
        if self.folded:
            return values, True
        order = np.array([self.places[key] for key in sorted(self.places)], np.intp)
        return values[order], False

    def within(self, whole: _Level, seed: int) -> Array:
        """The sums by the clusters of another that has all of these and more, 0 for the others."""
        assert self.sums is not None
        assert whole.sums is not None
        if whole.folded:
            self.fold(seed)
            return self.sums.values()
        values = self.sums.values()
        found = np.zeros((len(whole.places), self.sums.width))
        for place, key in enumerate(sorted(whole.places)):
            if key in self.places:
                found[place] = values[self.places[key]]
        return found


class _ClusterSums:
    """Of clusters, level by level of nesting."""

    def __init__(self, units: Units, seed: int) -> None:
        self._units = units
        self._seed = seed
        self._rows = 0
        self._levels = [_Level() for _ in units.clusters or ("rows",)]
        self._nesting = Nesting(units.clusters, int(hashed(np.array([None]))[0]))

    def add(self, keys: Sequence[Keys], values: Array) -> None:
        self._rows += len(values)
        if len(values):
            self._nesting.add(keys)
            for level, mine in zip(self._levels, keys, strict=True):
                level.add(mine, values, self._seed)

    def merge(self, other: _ClusterSums) -> None:
        self._rows += other._rows
        self._nesting.merge(other._nesting)
        for mine, theirs in zip(self._levels, other._levels, strict=True):
            mine.merge(theirs, self._seed)

    def table(self) -> Table | None:
        if not self._rows:
            return None
        place = self._nesting.outermost()
        values, folded = self._levels[place].table()
        names = self._units.clusters[place : place + 1]
        words = self._units.words(len(values), names)
        if folded:
            words = f"{len(values):,} random groups of clusters"
        level = self._levels[place]
        assert level.sums is not None
        return Table(values, self._rows, False, level.sums.finite, words, not folded)

    def within(self, whole: _ClusterSums) -> Array:
        """The sums by the units of all rows, of which these are some; 0 for units without any."""
        place = whole._nesting.outermost()
        return self._levels[place].within(whole._levels[place], self._seed)
