"""The labels of a run, summed up: how much each class weighs, or the real labels while few."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct, field

from losscli.arrays import Array
from losscli.engine.evaluation import Batch
from losscli.engine.exact import Sum, units
from losscli.engine.gate import Settled
from losscli.losses.forms.categorical import Classes
from losscli.task.labels import CODED_TASKS, LabelCode
from losscli.vocabulary import Task

# Real labels are kept for their median up to this many; beyond it only counts and sums are.
MOST_KEPT = 1 << 20


class LabelSummary(Struct):
    """The labels of a run: weight per class, or the real labels themselves where they are few.

    `counts` and `rows` hold the weight and the number of the rows by place: the class, or of
    yes-or-no labels the item (no) and the number of items plus the item (yes). A class that has
    not occurred may have no place: of a large vocabulary few occur in a block. `soft` says that
    some label is neither yes nor no, but a share. Of real labels, `first` are those of the first
    row that weighs anything, `varied` says that another such row has others, and `many` that there
    are more than are kept.
    """

    task: Task
    code: LabelCode
    ignore: float | None = None
    counts: dict[int, Sum] | None = None
    rows: dict[int, Sum] | None = None
    values: list[Array] = field(default_factory=list)
    weights: list[Array] = field(default_factory=list)
    soft: bool = False
    kept: int = 0
    first: Array | None = None
    varied: bool = False
    many: bool = False

    def add(self, batch: Batch) -> None:
        """Take in the labels of one batch."""
        block = batch.block
        if block.label is None:
            return
        if self.task is Task.REGRESSION:
            self._keep(block)
            return
        raw, weight = block.label, block.weight
        if raw.ndim > 2:
            raw = raw.reshape(len(raw), -1)
        if self.ignore is not None and raw.dtype != object and raw.ndim == 1:
            here = raw != self.ignore
            raw, weight = raw[here], None if weight is None else weight[here]
        as_evaluated = raw is block.label and self.code is batch.setting.code
        label = batch.encoded(self.task) if as_evaluated else self.code.encode(raw, self.task)
        self.soft |= self.task in CODED_TASKS and _soft(label, batch)
        plain = _yes_and_no(label, batch) or self._by_class(label, None)
        counted = plain if weight is None else self._by_class(label, weight)
        self.rows = _merged(self.rows, plain)
        self.counts = _merged(self.counts, counted)

    def fresh(self) -> LabelSummary:
        """An empty one for labels of the same task."""
        return LabelSummary(self.task, self.code, ignore=self.ignore, many=self.many)

    def merge(self, later: LabelSummary) -> None:
        """Take in the summary of later labels."""
        if later.rows is not None and later.counts is not None:
            self.rows = _merged(self.rows, later.rows)
            self.counts = _merged(self.counts, later.counts)
        if later.first is not None:
            self._see(later.first[None])
        self.varied |= later.varied
        self.soft |= later.soft
        self.kept += later.kept
        self.values += later.values
        self.weights += later.weights
        self._forget_too_many()

    def _keep(self, block: Settled) -> None:
        assert block.label is not None
        weight = block.weight
        counted = None if weight is None else weight.reshape(len(weight), -1).any(axis=1)
        self._see(block.label if counted is None or counted.all() else block.label[counted])
        self.kept += block.label.size
        if self.many:
            return
        self.values.append(block.label.astype(np.float64))
        if block.weight is not None:
            self.weights.append(block.weight.copy())
        self._forget_too_many()

    def _see(self, label: Array) -> None:
        """Look whether real labels are all those of the first row."""
        if self.first is None and len(label):
            self.first = label[0].copy()
        if not self.varied:
            self.varied = bool((label != self.first).any())

    def _forget_too_many(self) -> None:
        if self.kept > MOST_KEPT:
            self.values.clear()
            self.weights.clear()

    def _by_class(self, label: Any, weight: Array | None) -> dict[int, Sum]:
        index = label.index if isinstance(label, Classes) else None
        if self.task is Task.CLASSES:
            index = label.astype(np.int64)
        if index is not None:
            present, inverse = np.unique(index, return_inverse=True)
            counts = np.bincount(inverse, weight, minlength=present.size)
            return {
                place: Sum(units(float(count)))
                for place, count in zip(present.tolist(), counts.tolist(), strict=True)
            }
        shares = label.rows if isinstance(label, Classes) else label
        assert shares is not None
        columns = shares[:, None] if shares.ndim == 1 else shares
        if weight is not None:
            columns = columns * (weight[:, None] if weight.ndim == 1 else weight)
        yes = [Sum.of(np.ascontiguousarray(column)) for column in columns.T]
        if isinstance(label, Classes):
            return dict(enumerate(yes))
        if weight is None:
            all_of = [Sum.whole(len(columns))] * len(yes)
        else:
            one = np.broadcast_to(weight[:, None] if weight.ndim == 1 else weight, columns.shape)
            all_of = [Sum.of(np.ascontiguousarray(column)) for column in one.T]
        no = [a - y for a, y in zip(all_of, yes, strict=True)]
        return dict(enumerate([*no, *yes]))

    def varies(self) -> bool:
        """Whether the labels of any item differ between rows; True where that is not known.

        Rows without weight do not count.
        """
        if self.task is Task.REGRESSION:
            return self.varied or self.first is None
        if self.counts is None or self.task not in CODED_TASKS:
            return True
        there = {place for place, weight in self.counts.items() if weight.exact > 0}
        if self.task in (Task.BINARY, Task.MULTILABEL):
            return any(item + self.code.width in there for item in there)
        return len(there) > 1

    def shares(self) -> tuple[tuple[str, float], ...]:
        """Each class (or each multilabel item) with its share of the rows, unweighted."""
        if self.rows is None:
            return ()
        names = self.code.classes
        if self.task is Task.CLASSES:
            places = sorted(self.rows)
            found = [float(self.rows[place].exact) for place in places]
            called = [names[place] if names else str(place) for place in places]
            return tuple(zip(called, (count / sum(found) for count in found), strict=True))
        counts = self.by_place(self.rows).tolist()
        if self.task is Task.MULTILABEL:
            width = self.code.width
            totals_ = [counts[j] + counts[width + j] for j in range(width)]
            return tuple(
                (names[j] if names and len(names) == width else str(j), counts[width + j] / total)
                for j, total in enumerate(totals_)
                if total
            )
        total = sum(counts)
        if not total:
            return ()
        return tuple(
            (names[j] if names else str(j), count / total) for j, count in enumerate(counts)
        )

    def by_place(self, sums: Mapping[int, Sum]) -> Array:
        """The sums of all places, those of classes that have not occurred being 0."""
        classes = self.task in (Task.MULTICLASS, Task.DISTRIBUTION)
        found = np.zeros(max(self.code.width * (1 if classes else 2), *(k + 1 for k in sums), 0))
        for place, entry in sums.items():
            found[place] = float(entry.exact)
        return found


def _soft(label: Any, batch: Batch) -> bool:
    """Whether some label is a share between 0 and 1."""
    shares = label.rows if isinstance(label, Classes) else label
    return shares is not None and shares.size > 0 and batch.extent(shares).ones is None


def _yes_and_no(label: Any, batch: Batch) -> dict[int, Sum] | None:
    """How many labels are no and yes, where all are one of these."""
    if not isinstance(label, np.ndarray) or label.ndim > 1:
        return None
    ones = batch.extent(label).ones
    return None if ones is None else {0: Sum.whole(label.size - ones), 1: Sum.whole(ones)}


def _merged(held: dict[int, Sum] | None, new: Mapping[int, Sum]) -> dict[int, Sum]:
    """What is held, with the new sums added to it."""
    if held is None:
        return dict(new)
    for place, entry in new.items():
        held[place] = held[place] + entry if place in held else entry
    return held
