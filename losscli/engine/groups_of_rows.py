"""Rows in groups, by the values of a column or by class, and what is gathered of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from losscli.engine.accumulators import Accumulator, accumulator
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.gate import Settled
from losscli.engine.run import Observer
from losscli.errors import DataError, UsageError

# More groups than this are no groups, but names of rows.
MOST = 1000


class Mergeable(Protocol):
    """Something that is gathered of rows."""

    def merge(self, later: Any) -> None:
        """Take in what another one of the same kind has gathered of later rows."""


Member = TypeVar("Member", bound=Mergeable)


class ByGroup(Generic[Member]):
    """What is gathered of each group of rows, from nothing (`empty`); mergeable in any order.

    `columns` holds for each column (None: the class), by its values (None: missing), what was
    gathered of their rows.
    """

    def __init__(self, empty: Callable[[], Member]) -> None:
        self._empty = empty
        self.columns: dict[str | None, dict[str | None, Member]] = {}

    def at(self, column: str | None, value: str | None) -> Member:
        """What is gathered of a group. Raises DataError for a column of more than 1,000 values."""
        groups = self.columns.setdefault(column, {})
        if value not in groups:
            if len(groups) >= MOST:
                raise DataError(
                    f"{column or 'the label'} has more than {MOST:,} values",
                    hint="Group by a column of fewer values.",
                )
            groups[value] = self._empty()
        return groups[value]

    def merge(self, later: ByGroup[Member]) -> None:
        """Add what was gathered of later rows."""
        for column, groups in later.columns.items():
            for value, found in groups.items():
                self.at(column, value).merge(found)


def groups_of(
    block: Settled, *, by_class: bool
) -> Iterator[tuple[str | None, str | None, NDArray[np.intp]]]:
    """The groups of a block's rows: column (None: the class), value (None: missing), places.

    Raises UsageError for `by_class` where labels are no classes.
    """
    columns: dict[str | None, NDArray[Any]] = {
        column: _texts(values) for column, values in block.by.items()
    }
    if by_class:
        columns[None] = _classes(block.label)
    for column, names in columns.items():
        values, places = np.unique(names, return_inverse=True)
        for place, value in enumerate(values.tolist()):
            yield column, value or None, np.flatnonzero(places == place)


def _texts(values: NDArray[Any]) -> NDArray[Any]:
    # A missing value and one of no letters are the same to whoever reads of them.
    return np.where(np.equal(values, np.array(None)), "", values).astype(str)


def _classes(label: NDArray[Any] | None) -> NDArray[Any]:
    if label is None or label.ndim != 1:
        raise UsageError(
            "rows have no one class to group by",
            hint="--by-class is for labels that are one class per row.",
        )
    if label.dtype.kind == "f":
        return np.array([f"{value:g}" for value in label.tolist()])
    return label.astype(str)


class GroupLosses:
    """The losses of one group of rows, in the order of their evaluations.

    An `observer`, where there is one, sees the group's rows too.
    """

    def __init__(self, evaluations: Sequence[Evaluation], observer: Observer | None = None) -> None:
        self.losses: list[Accumulator] = [accumulator(evaluation) for evaluation in evaluations]
        self.observer = observer

    def add(self, batch: Batch) -> None:
        """Take in a batch of the group's rows."""
        for loss in self.losses:
            loss.add(batch)
        if self.observer is not None:
            self.observer.add(batch)

    def merge(self, later: GroupLosses) -> None:
        """Add the losses of later rows."""
        for mine, theirs in zip(self.losses, later.losses, strict=True):
            mine.merge(theirs)
        if self.observer is not None and later.observer is not None:
            self.observer.merge(later.observer)


class Slices:
    """The losses of each group of rows, gathered in a pass over the data.

    Rows are grouped by the columns that they carry for it, and by their class with `by_class`. Of
    an `observer`, where there is one, each group gets a fresh copy that sees its rows.
    """

    def __init__(
        self,
        evaluations: Sequence[Evaluation],
        *,
        by_class: bool = False,
        observer: Observer | None = None,
    ) -> None:
        self._evaluations = tuple(evaluations)
        self._by_class = by_class
        self._observer = observer
        self._found = ByGroup(self._empty)

    @property
    def columns(self) -> Mapping[str | None, Mapping[str | None, GroupLosses]]:
        """The losses by column (None: the class) and value (None: missing)."""
        return self._found.columns

    def _empty(self) -> GroupLosses:
        observer = None if self._observer is None else self._observer.fresh()
        return GroupLosses(self._evaluations, observer)

    def add(self, batch: Batch) -> None:
        """Take in a batch. Raises DataError for a column of more than 1,000 values."""
        for column, value, rows in groups_of(batch.given, by_class=self._by_class):
            part = Batch(batch.block.take(rows), batch.setting)
            self._found.at(column, value).add(part)

    def fresh(self) -> Slices:
        """Another for the same losses, with no rows."""
        return Slices(self._evaluations, by_class=self._by_class, observer=self._observer)

    def merge(self, later: Slices) -> None:
        """Add the losses of later rows."""
        self._found.merge(later._found)

    def rests(self, column: str | None) -> dict[str | None, GroupLosses]:
        """For each group of a column the losses of all other rows."""
        groups = self.columns[column]
        order = list(groups)
        before = self._summed(groups, order)
        after = self._summed(groups, order[::-1])[::-1]
        return {
            value: self._merged(before[place], after[place + 1])
            for place, value in enumerate(order)
        }

    def _summed(
        self, groups: Mapping[str | None, GroupLosses], order: Sequence[str | None]
    ) -> list[GroupLosses]:
        """Of each number of groups, from the first on, the losses of all their rows."""
        sums = [GroupLosses(self._evaluations)]
        for value in order:
            sums.append(self._merged(sums[-1], groups[value]))
        return sums

    def _merged(self, one: GroupLosses, two: GroupLosses) -> GroupLosses:
        whole = GroupLosses(self._evaluations)
        whole.merge(one)
        whole.merge(two)
        return whole
