"""What the best constant prediction would score: the number that a loss has to beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from losscli.arrays import Array, median
from losscli.conventions.axes import Denominator
from losscli.engine.accumulators import accumulator
from losscli.engine.evaluation import Batch, Evaluation, RunSettings
from losscli.engine.exact import Sum, units
from losscli.engine.gate import Settled
from losscli.engine.run import block_rows
from losscli.evaluating.report import Baseline
from losscli.losses.definition.loss import Constant, Labels
from losscli.losses.forms.categorical import Classes, Form
from losscli.task.labels import CODED_TASKS, LabelCode, Misfit
from losscli.vocabulary import Kind, Task

# Real labels are kept for their median up to this many; beyond it only counts and sums are.
MOST_KEPT = 1 << 20


class LabelSummary(Struct):
    """The labels of a run: weight per class, or the real labels themselves where they are few.

    `counts` and `rows` hold the weight and the number of the rows by place: the class, or of
    yes-or-no labels the item (no) and the number of items plus the item (yes). A class that has
    not occurred may have no place: of a large vocabulary few occur in a block. Of real labels,
    `first` are those of the first row, `varied` says that another row has others, and `many` that
    there are more than are kept.
    """

    task: Task
    code: LabelCode
    ignore: float | None = None
    counts: dict[int, Sum] | None = None
    rows: dict[int, Sum] | None = None
    values: list[Array] = field(default_factory=list)
    weights: list[Array] = field(default_factory=list)
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
        self.kept += later.kept
        self.values += later.values
        self.weights += later.weights
        self._forget_too_many()

    def _keep(self, block: Settled) -> None:
        assert block.label is not None
        self._see(block.label)
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
        """Whether the labels of any item differ between rows; True where that is not known."""
        if self.task is Task.REGRESSION:
            return self.varied or self.first is None
        if self.rows is None or self.task not in CODED_TASKS:
            return True
        there = {place for place, rows in self.rows.items() if rows.exact > 0}
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


def baseline(
    evaluation: Evaluation, summary: LabelSummary, setting: RunSettings
) -> Baseline | None:
    """The loss of the best constant prediction of the summarised labels.

    None where the loss has none, or the labels were too many to keep.
    """
    constant = evaluation.loss.constant
    if constant is None or evaluation.task is not summary.task:
        return None
    if evaluation.task is Task.REGRESSION:
        return _real_baseline(evaluation, summary, setting)
    if evaluation.task is Task.CLASSES:
        return _majority(evaluation, summary, setting)
    if evaluation.task not in CODED_TASKS or _decides_rows(evaluation) or summary.counts is None:
        return None
    counts = summary.by_place(summary.counts)
    if counts.sum() <= 0:
        return None
    return _class_baseline(evaluation, counts, setting)


def _decides_rows(evaluation: Evaluation) -> bool:
    """Whether a row's loss depends on several labels at once, of which only counts are kept."""
    return evaluation.task is Task.MULTILABEL and evaluation.reading.form is Form.DECISION


def _class_baseline(evaluation: Evaluation, counts: Array, setting: RunSettings) -> Baseline | None:
    """One row per class that occurs, weighted by how often, all with the same prediction.

    They are scored in blocks, so that memory does not grow with the square of the classes.
    """
    width = setting.code.width
    form = evaluation.reading.form
    constant = evaluation.loss.constant
    assert constant is not None
    two_sided = evaluation.reading.labels in (Labels.SHARE, Labels.SIGN)
    if two_sided:
        weight = counts.reshape(2, width)
        rate = weight[1] / np.maximum(weight.sum(axis=0), 1e-300)
        if setting.class_weight is not None and width == 1:
            pulled = weight * np.asarray(setting.class_weight)[:, None]
            rate = pulled[1] / max(float(pulled.sum()), 1e-300)
        label: Array = np.repeat([[0.0], [1.0]], width, axis=1)
        candidates = _two_sided_candidates(form, rate)
    else:
        present = np.flatnonzero(counts)
        weight, label = counts[present], present.astype(np.float64)
        pulled = counts if setting.class_weight is None else counts * setting.class_weight
        rate = pulled / pulled.sum()
        candidates = [_one_hot(pulled) if form is Form.DECISION else rate]
    if width == 1:
        label, weight = label[:, 0], weight[:, 0]
    kind = Kind.PROBABILITY if form is not Form.MARGIN else Kind.SCORE
    plain = replace(
        evaluation,
        kind=kind,
        params={**evaluation.params, "ignore_index": None},
    )
    # Counts stand for rows, so the reading of the labels is that of numbers 0, 1, …
    clean = replace(setting, code=LabelCode(width))
    scores = []
    for candidate in candidates:
        row = np.asarray(candidate if width > 1 else candidate[0])
        scores.append(_score_of_row(_counting_weights(plain), row, label, weight, clean))
    return Baseline(min(scores), constant.value)


def _majority(
    evaluation: Evaluation, summary: LabelSummary, setting: RunSettings
) -> Baseline | None:
    """The loss of predicting the class that weighs most in every row."""
    counts = summary.counts or {}
    classes = np.array(list(counts), dtype=np.float64)
    weight = np.array([float(total.exact) for total in counts.values()])
    if not weight.any():
        return None
    value = _score_of_row(
        _counting_weights(evaluation), classes[weight.argmax()], classes, weight, setting
    )
    return Baseline(value, Constant.MAJORITY.value)


def _one_hot(counts: Array) -> Array:
    """Certain of the class that weighs most."""
    row = np.zeros(counts.size)
    row[counts.argmax()] = 1.0
    return row


def _score_of_row(
    evaluation: Evaluation,
    row: Array,
    label: Array,
    weight: Array | None,
    setting: RunSettings,
) -> float:
    """The loss of one prediction, whatever the label."""
    scored = accumulator(evaluation)
    rows = block_rows(row.size)
    for first in range(0, len(label), rows):
        here = slice(first, first + rows)
        pred = np.repeat(row[None, ...], len(label[here]), axis=0)
        weighed = None if weight is None else weight[here]
        scored.add(Batch(Settled(first, pred, label[here], weighed, 0), setting))
    return scored.tally().finished.value


def _counting_weights(evaluation: Evaluation) -> Evaluation:
    """The same evaluation, with weights that stand for rows: a mean divides by their sum."""
    axes = replace(evaluation.axes, weighted_mean=Denominator.WEIGHTS)
    return replace(evaluation, convention=replace(evaluation.convention, axes=axes, exceptions={}))


def _two_sided_candidates(form: Form, rate: Array) -> list[Array]:
    if form is Form.MARGIN:
        return [np.where(rate > 0.5, 1.0, -1.0)]
    if form is Form.DECISION:
        return [(rate > 0.5).astype(np.float64)]
    return [rate]


def _real_baseline(
    evaluation: Evaluation, summary: LabelSummary, setting: RunSettings
) -> Baseline | None:
    if not summary.values:
        return None
    label = _flat(np.concatenate(summary.values))
    weight = _flat(np.concatenate(summary.weights)) if summary.weights else None
    constant = evaluation.loss.constant
    assert constant is not None
    if weight is not None and not weight.any():
        return None
    columns = label if label.ndim == 2 else label[:, None]
    by_column = None if weight is None else (weight if weight.ndim == 2 else weight[:, None])
    with np.errstate(over="ignore", invalid="ignore"):
        best = np.array(
            [
                _best_constant(
                    constant,
                    columns[:, j],
                    None if by_column is None else np.broadcast_to(by_column, columns.shape)[:, j],
                    lambda c, y, w: float(
                        np.average(
                            evaluation.reading.kernel(
                                np.full_like(y, c), y, **evaluation.kernel_params
                            ),
                            weights=w,
                        )
                    ),
                )
                for j in range(columns.shape[1])
            ]
        )
    if not np.isfinite(best).all():
        return None
    row = best if label.ndim == 2 else best[0]
    plain = replace(evaluation, kind=Kind.VALUE)
    try:
        value = _score_of_row(plain, row, label, weight, setting)
    except Misfit:
        # The best constant is on the bound of what the loss takes: a mean of 0 of counts.
        return None
    return Baseline(value, constant.value)


def _flat(array: Array) -> Array:
    """Rows of items, however many dimensions those have."""
    return array.reshape(len(array), -1) if array.ndim > 2 else array


def _best_constant(
    constant: Constant,
    label: Array,
    weight: Array | None,
    cost: Callable[[float, Array, Array | None], float],
) -> float:
    if constant is Constant.MEAN:
        return float(np.average(label, weights=weight))
    if constant is Constant.MEDIAN:
        return _median(label, weight)
    return _minimise(lambda c: cost(c, label, weight), float(label.min()), float(label.max()))


def _median(label: Array, weight: Array | None) -> float:
    if weight is None:
        return float(median(label))
    order = np.argsort(label, kind="stable")
    reached = np.cumsum(weight[order])
    return float(label[order][np.searchsorted(reached, 0.5 * reached[-1])])


def _minimise(cost: Callable[[float], float], low: float, high: float) -> float:
    """Where a convex function of one number is smallest, by golden section."""
    ratio = (5.0**0.5 - 1.0) / 2.0
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = cost(left), cost(right)
    for _ in range(50):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = cost(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = cost(right)
    return left if at_left <= at_right else right
