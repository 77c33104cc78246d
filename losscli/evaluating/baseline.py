"""What the best constant prediction would score: the number that a loss has to beat."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec.structs import replace

from losscli.arrays import Array, median
from losscli.conventions.axes import Denominator
from losscli.engine.accumulators import Tally, accumulator
from losscli.engine.evaluation import Batch, Evaluation, RunSettings
from losscli.engine.gate import Settled
from losscli.engine.row_losses import measure, weighted
from losscli.engine.run import block_rows
from losscli.evaluating.label_summary import LabelSummary
from losscli.evaluating.report import Baseline
from losscli.losses.definition.loss import Constant, Labels, RowLoss, Shape
from losscli.losses.forms.categorical import Form
from losscli.task.labels import CODED_TASKS, LabelCode, Misfit
from losscli.vocabulary import Kind, Reduction, Task

# Where golden section stops: the argument is then known to about 1e-8 of its range, and the value,
# which is flat there, to the last digits.
_STEPS = 40
_GOLDEN = (5.0**0.5 - 1.0) / 2.0
# Reductions that do not divide by what the convention says.
_OWN_DIVISOR = (Reduction.SUM, Reduction.WEIGHTED_MEAN)


def baseline(
    evaluation: Evaluation, summary: LabelSummary, setting: RunSettings
) -> Baseline | None:
    """The loss of the best constant prediction of the summarised labels.

    Where that is not known, it is the loss of the constant that the baseline names. None where the
    loss has none, or the labels were too many to keep.
    """
    constant = evaluation.loss.constant
    if constant is None or evaluation.task is not summary.task:
        return None
    if evaluation.task is Task.REGRESSION:
        return _real_baseline(evaluation, summary, setting)
    if evaluation.task is Task.CLASSES:
        return _majority(evaluation, summary, setting)
    if evaluation.task not in CODED_TASKS or _depends_on_more(evaluation, summary, setting):
        return None
    return _class_baseline(evaluation, summary, setting)


def _depends_on_more(evaluation: Evaluation, summary: LabelSummary, setting: RunSettings) -> bool:
    """Whether the loss of a constant takes more than the counts of the labels to tell.

    A decision is right or wrong by all labels of its row at once, and of labels that are shares
    only the mean is known: it is enough where the loss is linear in them.
    """
    if evaluation.task is Task.MULTILABEL and evaluation.reading.form is Form.DECISION:
        return True
    if not summary.soft:
        return False
    by_class = evaluation.reading.labels is Labels.CLASSES
    return not evaluation.loss.linear_in_label or not (by_class or setting.class_weight is None)


def _closed(evaluation: Evaluation) -> bool:
    """Whether the constant that the loss names is the best: it is with the usual parameters."""
    loss, params = evaluation.loss, evaluation.params
    usual = all(params[name] == param.default for name, param in loss.params.items())
    return loss.constant is not Constant.FITTED and usual


class _CountedLabels:
    """One row for each class (or for no and yes) that occurs, which stands for all of its rows.

    `weight` (n,) or (n, width) is what these weigh together, `rows` how many they are.
    """

    def __init__(
        self,
        evaluation: Evaluation,
        setting: RunSettings,
        label: Array,
        weight: Array,
        rows: Array,
    ) -> None:
        self._by_count = evaluation.axes.weighted_mean is not Denominator.WEIGHTS
        self._by_count &= evaluation.reduction not in _OWN_DIVISOR
        self._by_count &= not np.array_equal(weight, rows)
        axes = replace(evaluation.axes, weighted_mean=Denominator.WEIGHTS)
        if weight.ndim == 2:
            # The mean over the items of a row, then over rows, is that over all items.
            axes = replace(axes, row=RowLoss.ELEMENTS)
        convention = replace(evaluation.convention, axes=axes, exceptions={})
        self._evaluation = replace(evaluation, convention=convention)
        self._setting, self._label = setting, label
        self._weight, self._rows = weight, rows

    def loss_of(self, row: Array) -> float:
        """The loss of one prediction in all rows.

        They are scored in blocks, so that memory does not grow with the square of the classes.
        """
        tally = self._tally(row, self._weight)
        if not self._by_count:
            return tally.finished.value
        # The convention divides the weighted sum by the number of rows, not by their weight.
        divisors = (tally.weight, self._tally(row, self._rows).weight)
        level = tally.finished.level * (divisors[0] or 0.0) / (divisors[1] or 1.0)
        loss = self._evaluation.loss
        return level if loss.transform is None else loss.transform(level, self._evaluation.params)

    def costs(self, row: Array) -> Array:
        """What each item of one prediction (width,) costs in all rows: sums, not means."""
        pred = np.broadcast_to(row if self._weight.ndim == 2 else row[0], self._weight.shape)
        block = Settled(0, np.ascontiguousarray(pred), self._label, self._weight, 0)
        losses = weighted(measure(self._evaluation, Batch(block, self._setting)))
        return np.asarray(losses.reshape(len(losses), -1).sum(axis=0))

    def _tally(self, row: Array, weight: Array) -> Tally:
        return _tally_of_row(self._evaluation, row, self._label, weight, self._setting)


def _class_baseline(
    evaluation: Evaluation, summary: LabelSummary, setting: RunSettings
) -> Baseline | None:
    if summary.counts is None or summary.rows is None:
        return None
    counts, rows = summary.by_place(summary.counts), summary.by_place(summary.rows)
    if counts.sum() <= 0:
        return None
    form = evaluation.reading.form
    plain = replace(
        evaluation,
        kind=Kind.PROBABILITY if form is not Form.MARGIN else Kind.SCORE,
        params={**evaluation.params, "ignore_index": None},
    )
    # Counts stand for rows, so the reading of the labels is that of numbers 0, 1, …
    clean = replace(setting, code=LabelCode(setting.code.width))
    if evaluation.reading.labels in (Labels.SHARE, Labels.SIGN):
        return _of_items(plain, counts, rows, clean)
    return _of_classes(plain, counts, rows, clean)


def _of_items(
    evaluation: Evaluation, counts: Array, rows: Array, setting: RunSettings
) -> Baseline | None:
    """Of yes-or-no labels, item by item; `counts` and `rows` are of all no, then of all yes."""
    width, constant, form = setting.code.width, evaluation.loss.constant, evaluation.reading.form
    assert constant is not None
    weight, rows = counts.reshape(2, width), rows.reshape(2, width)
    pulled = weight
    if setting.class_weight is not None and width == 1:
        pulled = weight * np.asarray(setting.class_weight)[:, None]
    rate = pulled[1] / np.maximum(pulled.sum(axis=0), 1e-300)
    label: Array = np.repeat([[0.0], [1.0]], width, axis=1)
    if width == 1:
        label, weight, rows = label[:, 0], weight[:, 0], rows[:, 0]
    known = _CountedLabels(evaluation, setting, label, weight, rows)

    def loss_of(values: Array) -> float:
        return known.loss_of(np.asarray(values if width > 1 else values[0]))

    lowest = -1.0 if form is Form.MARGIN else 0.0
    if constant is Constant.MAJORITY:
        return Baseline(loss_of(np.where(rate > 0.5, 1.0, lowest)), constant.value)
    named = Baseline(loss_of(rate), constant.value)
    if _closed(evaluation):
        return named
    fitted = _least(known.costs, np.full(width, lowest), np.ones(width))
    found = Baseline(loss_of(fitted), Constant.FITTED.value)
    return found if constant is Constant.FITTED or found.value < named.value else named


def _of_classes(
    evaluation: Evaluation, counts: Array, rows: Array, setting: RunSettings
) -> Baseline | None:
    """Of labels that are one class a row, or shares of classes."""
    constant = evaluation.loss.constant
    assert constant is not None
    present = np.flatnonzero(counts)
    pulled = counts if setting.class_weight is None else counts * setting.class_weight
    rate = pulled / pulled.sum()
    known = _CountedLabels(
        evaluation, setting, present.astype(np.float64), counts[present], rows[present]
    )
    if constant is Constant.MAJORITY:
        return Baseline(known.loss_of(_one_hot(pulled)), constant.value)
    smoothing = evaluation.params.get("label_smoothing", 0.0)
    if constant is Constant.BASE_RATE and smoothing:
        even = smoothing / counts.size
        before = (1.0 - smoothing) * rate + even
        # Class weights reach the labels before they are smoothed or after, as conventions differ.
        after = (1.0 - smoothing) * counts / counts.sum() + even
        after = after if setting.class_weight is None else after * setting.class_weight
        rates = [before, after / after.sum()]
        return Baseline(min(map(known.loss_of, rates)), Constant.FITTED.value)
    # The best is not known where it is not the base rate: that has as many numbers as classes.
    best = constant is Constant.BASE_RATE
    return Baseline(known.loss_of(rate), Constant.BASE_RATE.value, best=best)


def _majority(
    evaluation: Evaluation, summary: LabelSummary, setting: RunSettings
) -> Baseline | None:
    """The loss of predicting the class that weighs most in every row."""
    counts, rows = summary.counts or {}, summary.rows or {}
    classes = np.array(list(counts), dtype=np.float64)
    weight = np.array([float(total.exact) for total in counts.values()])
    if not weight.any():
        return None
    number = np.array([float(rows[place].exact) for place in counts])
    known = _CountedLabels(evaluation, setting, classes, weight, number)
    return Baseline(known.loss_of(classes[weight.argmax()]), Constant.MAJORITY.value)


def _one_hot(counts: Array) -> Array:
    """Certain of the class that weighs most."""
    row = np.zeros(counts.size)
    row[counts.argmax()] = 1.0
    return row


def _tally_of_row(
    evaluation: Evaluation,
    row: Array,
    label: Array,
    weight: Array | None,
    setting: RunSettings,
) -> Tally:
    """What one prediction comes to, whatever the label."""
    scored = accumulator(evaluation)
    rows = block_rows(row.size)
    for first in range(0, len(label), rows):
        here = slice(first, first + rows)
        pred = np.repeat(row[None, ...], len(label[here]), axis=0)
        weighed = None if weight is None else weight[here]
        scored.add(Batch(Settled(first, pred, label[here], weighed, 0), setting))
    return scored.tally()


def _real_baseline(
    evaluation: Evaluation, summary: LabelSummary, setting: RunSettings
) -> Baseline | None:
    """Of real labels, column by column."""
    constant = evaluation.loss.constant
    if not summary.values or constant is None:
        return None
    label = _flat(np.concatenate(summary.values))
    weight = _flat(np.concatenate(summary.weights)) if summary.weights else None
    if weight is not None and not weight.any():
        return None
    columns = label if label.ndim == 2 else label[:, None]
    by_column = None
    if weight is not None:
        by_column = np.broadcast_to(weight if weight.ndim == 2 else weight[:, None], columns.shape)
    plain = replace(evaluation, kind=Kind.VALUE)

    def scored(row: Array, named: Constant, *, best: bool) -> Baseline | None:
        if not np.isfinite(row).all():
            return None
        try:
            one = row if label.ndim == 2 else row[0]
            value = _tally_of_row(plain, one, label, weight, setting).finished.value
        except Misfit:
            # The constant is on the bound of what the loss takes: a mean of 0 of counts.
            return None
        return Baseline(value, named.value, best=best)

    # The closed forms are those of means of rows.
    rows = evaluation.reading.shape is Shape.ROWS
    named = None
    if constant in _CLOSED_FORMS:
        row = np.array(
            [
                _CLOSED_FORMS[constant](column, None if by_column is None else by_column[:, j])
                for j, column in enumerate(columns.T)
            ]
        )
        named = scored(row, constant, best=rows)
        if _closed(evaluation) or not rows:
            return named
    fitted = scored(_best_constants(evaluation, columns, by_column), Constant.FITTED, best=True)
    found = [known for known in (named, fitted) if known is not None]
    return min(found, key=lambda known: known.value, default=None)


def _flat(array: Array) -> Array:
    """Rows of items, however many dimensions those have."""
    return array.reshape(len(array), -1) if array.ndim > 2 else array


def _mean(label: Array, weight: Array | None) -> float:
    return float(np.average(label, weights=weight))


def _median(label: Array, weight: Array | None) -> float:
    if weight is None:
        return float(median(label))
    order = np.argsort(label, kind="stable")
    reached = np.cumsum(weight[order])
    return float(label[order][np.searchsorted(reached, 0.5 * reached[-1])])


def _mode(label: Array, weight: Array | None) -> float:
    values, place = np.unique(label, return_inverse=True)
    return float(values[np.bincount(place, weight).argmax()])


_CLOSED_FORMS = {Constant.MEAN: _mean, Constant.MEDIAN: _median, Constant.MAJORITY: _mode}


def _best_constants(evaluation: Evaluation, label: Array, weight: Array | None) -> Array:
    """The constant of each column (n, c) whose mean loss is least, by the kernel: (c,)."""
    bounds = evaluation.pred_bounds
    kernel, params = evaluation.reading.kernel, evaluation.kernel_params

    @np.errstate(all="ignore")
    def costs(row: Array) -> Array:
        losses = kernel(np.broadcast_to(row, label.shape), label, **params)
        if weight is not None:
            losses = losses * weight
        total = losses.sum(axis=0)
        if bounds is not None:
            outside = (row < bounds.low) | (row > bounds.high)
            total = np.where(outside | (bounds.open_low & (row == bounds.low)), np.inf, total)
        return np.asarray(total)

    low, high = label.min(axis=0), label.max(axis=0)
    low = _widened(costs, low, low - high)
    high = _widened(costs, high, high - low)
    return _least(costs, low, high)


def _widened(costs: Callable[[Array], Array], end: Array, step: Array) -> Array:
    """An end of the range of a minimum, moved on by step after step while it gets better there.

    A rate's logarithm may be least far outside the range of the labels.
    """
    here = costs(end)
    for _ in range(_STEPS):
        there = costs(end + step)
        better = there < here
        if not better.any():
            break
        end, here = np.where(better, end + step, end), np.where(better, there, here)
        step = np.where(better, 2.0 * step, 0.0)
    return end


def _least(costs: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Where convex functions of one number each are smallest between two ends, by golden section.

    `costs` gives the value of each function (c,) at its own argument (c,).
    """

    def at(values: Array) -> Array:
        found = costs(values)
        return np.where(np.isnan(found), np.inf, found)

    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = at(left), at(right)
    for _ in range(_STEPS):
        lower = at_left <= at_right
        low, high = np.where(lower, low, left), np.where(lower, right, high)
        new = np.where(lower, high - _GOLDEN * (high - low), low + _GOLDEN * (high - low))
        at_new = at(new)
        left, right = np.where(lower, new, right), np.where(lower, left, new)
        at_left, at_right = np.where(lower, at_new, at_right), np.where(lower, at_left, at_new)
    return np.where(at_left <= at_right, left, right)
