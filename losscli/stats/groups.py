"""Rows → groups of rows with exact sums: what resampling draws from.

A group is one row while rows are few; of many rows each is put into one of a fixed number of
groups by a hash of its absolute number and the seed. So the groups, and all that is drawn from
them, are the same whatever the chunks, their order, the threads or the engine.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.gate import Settled
from losscli.errors import UsageError

# A row is a group of its own up to this many rows, and no more groups are made.
MOST_GROUPS = 1 << 12
# Wide tables of sums get fewer groups, down to the fewest that a spread can be told from.
MOST_SUMS = 1 << 18
FEWEST_GROUPS = 1 << 8

RESAMPLES = 2000
_FEWEST_RESAMPLES = 100
_MOST_RESAMPLES = 1_000_000


class Resampling(Struct, frozen=True):
    """How often to resample, and the seed of all that is drawn.

    Raises UsageError for numbers that cannot be.
    """

    resamples: int = RESAMPLES
    seed: int = 0

    def __post_init__(self) -> None:
        if not _FEWEST_RESAMPLES <= self.resamples <= _MOST_RESAMPLES:
            raise UsageError(
                f"{self.resamples} resamples: say {_FEWEST_RESAMPLES} to {_MOST_RESAMPLES:,}"
            )
        if not 0 <= self.seed < 1 << 63:
            raise UsageError(f"the seed {self.seed} is not a whole number from 0 to 2⁶³ − 1")


def group_count(width: int) -> int:
    """How many groups rows with that many sums are put into: a power of two.

    Raises UsageError where the sums are too many.
    """
    groups = min(MOST_GROUPS, 1 << ((MOST_SUMS // width).bit_length() - 1))
    if groups < FEWEST_GROUPS:
        raise UsageError(f"{width:,} sums are too many to resample")
    return groups


def group_of(rows: NDArray[np.int64], groups: int, seed: int) -> NDArray[np.int64]:
    """The group (from 0) of each absolute row number: its hash by splitmix64 (Steele 2014)."""
    hashed = mixed(rows.astype(np.uint64) + mixed(np.array([seed], np.uint64)))
    return (hashed >> np.uint64(64 - (groups.bit_length() - 1))).astype(np.int64)


def mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The hash of whole numbers by splitmix64."""
    x = (x + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def row_numbers(block: Settled) -> NDArray[np.int64]:
    """The absolute numbers of the rows of a settled block."""
    places = np.arange(len(block.pred)) if block.kept is None else block.kept
    return places.astype(np.int64) + block.start


_DIGIT = 32
# Below 2⁻⁹⁶⁰ a number adds nothing to any loss.
_LOWEST = -30
# So many digits of 32 bits can be added in float64 without rounding.
_CHUNK = 1 << 20


class ExactSums(Struct):
    """Sums by group and column that no order of adding can change.

    Each number is cut into digits of 32 bits at fixed places, and the digits are added as whole
    numbers: `digits[b][column, group]` counts 2³²ᵇ.
    """

    groups: int
    width: int
    digits: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    finite: bool = True

    def add(self, group: NDArray[np.int64], values: Array) -> None:
        """Add the rows of `values` (n, width), each to its group (n,)."""
        for start in range(0, len(values), _CHUNK):
            part = slice(start, start + _CHUNK)
            for column in range(self.width):
                self._add_column(column, group[part], values[part, column])

    def _add_column(self, column: int, group: NDArray[np.int64], values: Array) -> None:
        rest = np.array(values)
        peak = float(np.abs(rest).max(initial=0.0))
        if not math.isfinite(peak):
            self.finite = False
            return
        place = (math.frexp(peak)[1] - 1) // _DIGIT
        while rest.size and place >= _LOWEST:
            unit = 2.0 ** (_DIGIT * place)
            digit = np.trunc(rest / unit)
            summed = np.bincount(group, digit, self.groups).astype(np.int64)
            self._at(place)[column] += summed
            rest -= digit * unit
            left = rest != 0.0
            # Few rows have digits further down.
            if np.count_nonzero(left) * 2 < rest.size:
                rest, group = rest[left], group[left]
            place -= 1

    def _at(self, place: int) -> NDArray[np.int64]:
        if place not in self.digits:
            self.digits[place] = np.zeros((self.width, self.groups), np.int64)
        return self.digits[place]

    def merge(self, other: ExactSums) -> None:
        """Add what another has summed."""
        for place, digits in other.digits.items():
            self._at(place)[:] += digits
        self.finite &= other.finite

    def values(self) -> Array:
        """The sums, (groups, width)."""
        total = np.zeros((self.width, self.groups))
        for place in sorted(self.digits):
            total += self.digits[place] * 2.0 ** (_DIGIT * place)
        return np.ascontiguousarray(total.T)


class Table(Struct, frozen=True):
    """Sums by group: `sums` (groups, width). `single` says that each group is one row.

    `words` say what the groups are, where they are clusters of dependent rows; `clusters` that each
    group is one cluster. Groups that follow each other in time are drawn in runs of `run` on
    average; of other groups that is 0.
    """

    sums: Array
    rows: int
    single: bool
    finite: bool
    words: str = ""
    clusters: bool = False
    run: float = 0.0

    @property
    def units(self) -> str:
        """What is resampled, in words."""
        if self.words:
            return self.words
        return "rows" if self.single else f"{len(self.sums):,} random groups of rows"


class GroupSums:
    """Sums of a few columns by group of rows; mergeable in any order."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._rows = 0
        self._single: list[tuple[NDArray[np.int64], Array]] = []
        self._sums: ExactSums | None = None

    def add(self, rows: NDArray[np.int64], values: Array) -> None:
        """Add rows by their absolute numbers (n,) with their columns (n, width)."""
        if not len(rows):
            return
        self._rows += len(rows)
        if self._sums is None and self._rows > group_count(values.shape[1]):
            self._fold(values.shape[1])
        if self._sums is None:
            self._single.append((rows, np.array(values)))
        else:
            self._sums.add(group_of(rows, self._sums.groups, self._seed), values)

    def _fold(self, width: int) -> None:
        """Put the rows that are held one by one into groups."""
        self._sums = ExactSums(group_count(width), width)
        for rows, values in self._single:
            self._sums.add(group_of(rows, self._sums.groups, self._seed), values)
        self._single.clear()

    def merge(self, other: GroupSums) -> None:
        """Add what another has summed."""
        if other._sums is not None:
            if self._sums is None:
                self._fold(other._sums.width)
            assert self._sums is not None
            self._sums.merge(other._sums)
            self._rows += other._rows
        for rows, values in other._single:
            self.add(rows, values)

    def table(self) -> Table | None:
        """The sums, single rows in their order; None where nothing was added."""
        if self._sums is not None:
            return Table(self._sums.values(), self._rows, False, self._sums.finite)
        if not self._single:
            return None
        order = np.argsort(np.concatenate([rows for rows, _ in self._single]), kind="stable")
        values = np.concatenate([values for _, values in self._single])[order]
        return Table(values, self._rows, True, bool(np.isfinite(values).all()))


def generator(resampling: Resampling, stream: int) -> Any:
    """Random numbers that depend on the seed and the stream alone."""
    return np.random.Generator(np.random.Philox(key=[resampling.seed, stream]))
