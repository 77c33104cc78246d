"""The losses of a run by groups of rows: those of each value of a column, or of each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.engine.accumulators import Accumulator, accumulator
from losscli.engine.batch import Batch, Evaluation
from losscli.errors import DataError, UsageError

# More groups than this are no groups, but names of rows.
MOST = 1000


class Slices:
    """The losses of each group of rows, gathered in a pass over the data; mergeable in any order.

    `columns` are those that rows carry to be grouped by, and the class (None) with `by_class`.
    """

    def __init__(self, evaluations: Sequence[Evaluation], *, by_class: bool = False) -> None:
        self._evaluations = tuple(evaluations)
        self._by_class = by_class
        self.columns: dict[str | None, Groups] = {}

    def add(self, batch: Batch) -> None:
        """Take in a batch. Raises DataError for a column of more than 1,000 values."""
        for column, values in batch.block.by.items():
            self._of(column).add(batch, _texts(values))
        if self._by_class:
            self._of(None).add(batch, _classes(batch))

    def _of(self, column: str | None) -> Groups:
        return self.columns.setdefault(column, Groups(self._evaluations, column))

    def fresh(self) -> Slices:
        """Another for the same losses, with no rows."""
        return Slices(self._evaluations, by_class=self._by_class)

    def merge(self, later: Slices) -> None:
        """Add the losses of later rows."""
        for column, groups in later.columns.items():
            self._of(column).merge(groups)


def _texts(values: NDArray[Any]) -> NDArray[Any]:
    # A missing value and one of no letters are the same to whoever reads of them.
    return np.where(np.equal(values, np.array(None)), "", values).astype(str)


def _classes(batch: Batch) -> NDArray[Any]:
    label = batch.block.label
    if label is None or label.ndim != 1:
        raise UsageError(
            "rows have no one class to group by",
            hint="--by-class is for labels that are one class per row.",
        )
    if label.dtype.kind == "f":
        return np.array([f"{value:g}" for value in label.tolist()])
    return label.astype(str)


class Groups:
    """The losses by the values of one column.

    `groups` holds for each of its values (None: missing) one accumulator per evaluation.
    """

    def __init__(self, evaluations: Sequence[Evaluation], column: str | None) -> None:
        self._evaluations = tuple(evaluations)
        self.column = column
        self.groups: dict[str | None, list[Accumulator]] = {}

    def add(self, batch: Batch, names: NDArray[Any]) -> None:
        """Take in a batch, group by group."""
        values, places = np.unique(names, return_inverse=True)
        for place, value in enumerate(values.tolist()):
            rows = np.flatnonzero(places == place)
            part = Batch(batch.block.take(rows), batch.setting)
            for loss in self._of(value or None):
                loss.add(part)

    def _of(self, value: str | None) -> list[Accumulator]:
        if value not in self.groups:
            if len(self.groups) >= MOST:
                name = self.column or "the label"
                raise DataError(
                    f"{name} has more than {MOST:,} values",
                    hint="Group by a column of fewer values.",
                )
            self.groups[value] = [accumulator(evaluation) for evaluation in self._evaluations]
        return self.groups[value]

    def merge(self, later: Groups) -> None:
        """Add the losses of later rows."""
        for value, losses in later.groups.items():
            for mine, theirs in zip(self._of(value), losses, strict=True):
                mine.merge(theirs)

    def rests(self) -> dict[str | None, list[Accumulator]]:
        """For each group the losses of all other rows."""
        order = list(self.groups)
        before = self._summed(order)
        after = self._summed(order[::-1])[::-1]
        return {
            value: [
                _merged(ahead, behind)
                for ahead, behind in zip(before[place], after[place + 1], strict=True)
            ]
            for place, value in enumerate(order)
        }

    def _summed(self, order: Sequence[str | None]) -> list[list[Accumulator]]:
        """Of each number of groups, from the first on, the losses of all their rows."""
        sums = [[accumulator(evaluation) for evaluation in self._evaluations]]
        for value in order:
            pairs = zip(sums[-1], self.groups[value], strict=True)
            sums.append([_merged(whole, part) for whole, part in pairs])
        return sums


def _merged(one: Accumulator, two: Accumulator) -> Accumulator:
    whole = one.fresh()
    whole.merge(one)
    whole.merge(two)
    return whole
