"""Rows that stand in the data several times: looked for among the first ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.engine.gate import Settled
from losscli.stats.groups import mixed, row_numbers
from losscli.stats.units import hashed

Hashes = NDArray[np.uint64]

# Among so many first rows, by so many of their items.
_ROWS, _ITEMS = 1 << 13, 16
_FEWEST = 10
# So many of the different rows have to repeat, and to be told apart by their predictions alone:
# those of a tree repeat too, each with several labels.
_MOST = 0.8
# Of fewer rows there cannot be so many different ones that repeat.
FEWEST_ROWS = _FEWEST + math.ceil(_MOST * _FEWEST)


class RepeatedRows:
    """Hashes of the first rows with the hashes of their predictions; mergeable in any order."""

    def __init__(self) -> None:
        self._rows: list[tuple[NDArray[np.int64], Hashes, Hashes]] = []
        self._fractions = False

    def add(self, block: Settled, preds: Sequence[NDArray[Any]]) -> None:
        """Take in a block with the predictions of one or more models."""
        if block.start >= _ROWS or not len(block.pred):
            return
        # Numbers grow, so that the first rows stand first.
        numbers = row_numbers(block)[:_ROWS]
        here = slice(0, int(np.count_nonzero(numbers < _ROWS)))
        pred = np.zeros(here.stop, np.uint64)
        for array in preds:
            few = array[here]
            self._fractions |= bool((few != np.rint(few)).any())
            pred = _mixed_in(pred, few)
        whole = pred
        for other in (block.label, block.weight, *block.inputs.values()):
            # The rows of two samples do not belong together.
            if other is not None and len(other) == len(block.pred):
                whole = _mixed_in(whole, other[here])
        self._rows.append((numbers[here], whole, pred))

    def merge(self, later: RepeatedRows) -> None:
        """Add what another one has seen."""
        self._rows += later._rows
        self._fractions |= later._fractions

    def note(self) -> str:
        """That rows repeat, in a sentence; empty where they do not."""
        if not self._rows or not self._fractions:
            return ""
        numbers, whole, pred = (np.concatenate(part) for part in zip(*self._rows, strict=True))
        different, repeated = _different(whole)
        if different < _FEWEST or repeated < _MOST * different:
            return ""
        if _different(pred)[0] < _MOST * different:
            return ""
        said = (
            f"{len(whole):,} rows are {different:,} different ones, the same prediction and "
            "label again and again: intervals and tests take them for independent, and are too sure"
        )
        length = _run(whole[np.argsort(numbers, kind="stable")])
        return f"{said}; say --block-length {length}" if length else f"{said}; keep one of each"


def _different(hashes: Hashes) -> tuple[int, int]:
    """How many different ones there are, and how many of these stand there more than once."""
    # Sorting so few is several times faster than the table of hashes behind np.unique.
    ordered = np.sort(hashes)
    first = np.concatenate([[True], ordered[1:] != ordered[:-1], [True]])
    different = int(np.count_nonzero(first)) - 1
    return different, different - int(np.count_nonzero(first[1:] & first[:-1]))


def _mixed_in(hashes: Hashes, array: NDArray[Any]) -> Hashes:
    """Hashes of rows with the first items of each row of an array added."""
    for column in array.reshape(len(array), -1)[:, :_ITEMS].T:
        if column.dtype.kind in "OUS":
            bits = hashed(column).view(np.uint64)
        else:
            # Both zeros are one number.
            bits = (column.astype(np.float64) + 0.0).view(np.uint64)
        hashes = mixed(hashes ^ bits)
    return hashes


def _run(hashes: Hashes) -> int:
    """How often each row stands in a row, where all do as often; 0 where they do not."""
    starts = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]]))
    lengths = np.diff(starts)
    if not len(lengths) or (lengths != lengths[0]).any() or lengths[0] < 2:
        return 0
    return int(lengths[0])
