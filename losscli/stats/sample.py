"""A few thousand rows of a pass, evenly spread over it: from these spread and skewness are told.

All rows while they are few. Of more, rows are cut into windows of 2ʲ rows, and one is drawn of
each; what is drawn of a window is one of what is drawn of its halves. So the sample depends on the
numbers of the rows alone, whatever the chunks, their order, the threads or the engine, and no row
outside of it costs anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation, RunSettings
from losscli.engine.gate import Settled
from losscli.stats.estimates import Estimate, Rows, resampled, rows_as_sums
from losscli.stats.groups import mixed, row_numbers

Places = NDArray[np.int64]
Measure = Callable[[Evaluation, Batch], tuple[Estimate, Rows]]

MOST_ROWS = 1 << 13
# Numbers that are kept of each loss: rows of many sums are kept in smaller numbers.
_MOST_NUMBERS = 1 << 19
# Rows that wait to be measured together, and the numbers of their predictions.
_MEASURED_AT_ONCE, _NUMBERS_AT_ONCE = 1 << 12, 1 << 19
# Of so many windows (a power of two) rows are drawn at once.
_WINDOWS_AT_ONCE = 12
# A multiplier that spreads bits well (Steele & Vigna 2022).
_ODD = np.uint64(0xD1342543DE82EF95)


class RowSample:
    """The losses of a run on a sample of its rows; mergeable in any order."""

    def __init__(
        self,
        evaluations: Sequence[Evaluation],
        level: int = 0,
        most: int = MOST_ROWS,
        measured: Measure = rows_as_sums,
        wanted: Callable[[Evaluation], bool] = resampled,
        rows: int | None = None,
    ) -> None:
        """`measured` says what is kept of the rows of each evaluation that is `wanted`.

        With the number of `rows` that will come, none is drawn and measured to be thrown away.
        """
        self._evaluations = tuple(evaluations)
        self._measured_by, self._wanted = measured, wanted
        self._estimates: dict[int, Estimate] = {}
        self._sampled = [at for at, item in enumerate(evaluations) if wanted(item)]
        self._level = level if rows is None else max(level, _least_level(rows, most))
        self._most = most
        self._rows: list[Places] = []
        self._sums: dict[int, list[tuple[Array, NDArray[np.bool_]]]] = {
            place: [] for place in self._sampled
        }
        # Rows whose losses are not measured yet: few of each block, and many are done at once.
        self._waiting: list[tuple[int, Places, Settled]] = []
        self._rows_waiting = 0
        self._rows_kept = 0
        self._setting: RunSettings | None = None
        self._windows = _Windows()

    def add(self, batch: Batch) -> None:
        """Take in a batch. Raises Misfit where an item is not what its loss takes it for."""
        if not self._sampled or not len(batch.block.pred):
            return
        level, numbers, places = self._drawn(batch.block)
        self._raise(level)
        if level == 0:
            self._measure(numbers, batch)
        elif len(numbers):
            self._setting = batch.setting
            self._waiting.append((level, numbers, batch.block.take(places)))
            self._rows_waiting += len(numbers)
            width = batch.block.pred[0].size
            if self._rows_waiting >= min(_MEASURED_AT_ONCE, _NUMBERS_AT_ONCE // width):
                self._measure_waiting()
        self._thin()

    def _measure_waiting(self) -> None:
        if not self._waiting:
            return
        assert self._setting is not None
        numbers = np.concatenate([rows for _, rows, _ in self._waiting])
        stay = [_staying(rows, at, self._level) for at, rows, _ in self._waiting]
        starts = np.cumsum([0, *(len(rows) for _, rows, _ in self._waiting)])[:-1]
        block = _joined([block for *_, block in self._waiting])
        self._waiting.clear()
        self._rows_waiting = 0
        self._measure(numbers, Batch(block, self._setting))
        if sum(map(len, stay)) < len(numbers):
            kept = np.concatenate(
                [places + start for places, start in zip(stay, starts, strict=True)]
            )
            self._rows[-1] = numbers[kept]
            self._rows_kept += len(kept) - len(numbers)
            for pieces in self._sums.values():
                sums, entered = pieces[-1]
                pieces[-1] = sums[kept], entered[kept]

    def _measure(self, numbers: Places, batch: Batch) -> None:
        for place in self._sampled:
            self._estimates[place], rows = self._measured_by(self._evaluations[place], batch)
            self._most = min(self._most, max(64, _MOST_NUMBERS // rows.sums.shape[1]))
            self._sums[place].append((rows.sums.copy(), rows.entered))
        self._rows.append(numbers)
        self._rows_kept += len(numbers)

    def _drawn(self, block: Settled) -> tuple[int, Places, NDArray[np.intp]]:
        """The rows of a block that are drawn: at which level, their numbers, their places."""
        count = len(block.pred)
        level = self._level
        if block.kept is None:
            # Each level halves the rows, but for one at each end.
            level = max(level, (count // self._most).bit_length() - 2)
        if block.kept is not None:
            return self._drawn_of_some(row_numbers(block), level)
        numbers = self._numbers(block, level)
        while len(numbers) > self._most:
            level += 1
            numbers = self._numbers(block, level)
        return level, numbers, numbers - block.start

    def _drawn_of_some(self, numbers: Places, level: int) -> tuple[int, Places, NDArray[np.intp]]:
        """The same of rows that do not follow each other."""
        places = _staying(numbers, 0, level)
        while len(places) > self._most:
            level += 1
            places = places[_staying(numbers[places], level - 1, level)]
        return level, numbers[places], places

    def _numbers(self, block: Settled, level: int) -> Places:
        stop = block.start + len(block.pred)
        if level == 0:
            return np.arange(block.start, stop, dtype=np.int64)
        return self._windows.between(block.start, stop, level)

    def _raise(self, level: int) -> None:
        """Keep of the rows those that are drawn at a higher level."""
        if level <= self._level:
            return
        kept = [_staying(numbers, self._level, level) for numbers in self._rows]
        self._level = level
        self._rows = [numbers[keep] for numbers, keep in zip(self._rows, kept, strict=True)]
        self._rows_kept = sum(map(len, self._rows))
        for place, pieces in self._sums.items():
            self._sums[place] = [
                (sums[keep], entered[keep])
                for (sums, entered), keep in zip(pieces, kept, strict=True)
            ]

    def _thin(self) -> None:
        """Raise the level until no more rows are kept than may be."""
        if self._rows_kept + self._rows_waiting <= self._most:
            return
        self._measure_waiting()
        while self._rows_kept > self._most:
            self._raise(self._level + 1)

    def fresh(self) -> RowSample:
        """Another for the same losses, with no rows; of fewer rows no more can be drawn."""
        how = (self._measured_by, self._wanted)
        return RowSample(self._evaluations, self._level, self._most, *how)

    def merge(self, later: RowSample) -> None:
        """Add what another has kept."""
        self._measure_waiting()
        later._measure_waiting()
        self._most = min(self._most, later._most)
        level = max(self._level, later._level)
        self._raise(level)
        later._raise(level)
        self._estimates |= later._estimates
        self._rows += later._rows
        self._rows_kept += later._rows_kept
        for place in self._sampled:
            self._sums[place] += later._sums[place]
        self._thin()

    def rows(self, place: int) -> tuple[Estimate, Array] | None:
        """A loss as a function of sums, and the sums (n, width) of the sampled rows in order.

        None for a loss that is no such function, or of no rows.
        """
        self._measure_waiting()
        self._thin()
        if place not in self._estimates or not self._rows:
            return None
        order = np.argsort(np.concatenate(self._rows), kind="stable")
        sums = np.concatenate([sums for sums, _ in self._sums[place]])[order]
        entered = np.concatenate([entered for _, entered in self._sums[place]])[order]
        return self._estimates[place], sums[entered]


class _Windows:
    """What is drawn of consecutive windows, of many at once."""

    def __init__(self) -> None:
        self._key: tuple[int, int] | None = None
        self._rows: Places = np.empty(0, np.int64)

    def between(self, start: int, stop: int, level: int) -> Places:
        """The rows from `start` to before `stop` that are drawn at a level."""
        found = []
        shift = level + _WINDOWS_AT_ONCE
        for many in range(start >> shift, ((stop - 1) >> shift) + 1):
            if self._key != (level, many):
                first = many << _WINDOWS_AT_ONCE
                windows = np.arange(first, first + (1 << _WINDOWS_AT_ONCE), dtype=np.int64)
                self._key, self._rows = (level, many), drawn(windows, level)
            low, high = np.searchsorted(self._rows, (start, stop))
            found.append(self._rows[low:high])
        return np.concatenate(found)


def _least_level(rows: int, most: int) -> int:
    """The first level at which no more than `most` whole windows, of one row each, are drawn."""
    level = 0
    while rows >> level > most:
        level += 1
    return level


def _joined(blocks: Sequence[Settled]) -> Settled:
    """Rows of several blocks as one."""
    first = blocks[0]
    return Settled(
        0,
        np.concatenate([block.pred for block in blocks]),
        None if first.label is None else np.concatenate([_given(b.label) for b in blocks]),
        None if first.weight is None else np.concatenate([_given(b.weight) for b in blocks]),
        0,
        inputs={
            name: np.concatenate([block.inputs[name] for block in blocks]) for name in first.inputs
        },
    )


def _given(array: NDArray[Any] | None) -> NDArray[Any]:
    assert array is not None
    return array


def drawn(windows: Places, level: int) -> Places:
    """The row that is drawn of each window of 2ˡᵉᵛᵉˡ rows: from half to half by a hash."""
    rows = windows
    for each in range(level, 0, -1):
        rows = 2 * rows + _half(rows, each)
    return rows


def _staying(rows: Places, level: int, above: int) -> NDArray[np.intp]:
    """The places of those rows drawn at a level that are also drawn at one above it."""
    places = np.arange(len(rows))
    for each in range(level + 1, above + 1):
        few = rows[places]
        places = places[_half(few >> each, each) == ((few >> (each - 1)) & 1)]
    return places


def _half(windows: Places, level: int) -> Places:
    """Which half of each window of 2ˡᵉᵛᵉˡ rows goes on: 0 or 1, by a hash of its number."""
    hashed = windows.astype(np.uint64)
    hashed *= _odd(level)
    hashed ^= hashed >> np.uint64(32)
    hashed *= _ODD
    hashed >>= np.uint64(63)
    return hashed.view(np.int64)


@cache
def _odd(level: int) -> np.uint64:
    """An odd number that is the level's own."""
    [hashed] = mixed(np.array([level], np.uint64))
    return np.uint64(hashed | np.uint64(1))
