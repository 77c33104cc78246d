"""Probabilities and labels summed by group, from which a proper score is taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.labels import labelled
from losscli.engine.predictions import predicted
from losscli.engine.row_losses import Measured, measure
from losscli.losses.calibration import CALIBRATION_ERROR, bin_of
from losscli.losses.definition.loss import ProperScore
from losscli.losses.forms.categorical import Classes, Form
from losscli.vocabulary import Task

# The bins of the calibration error, so that both speak of the same groups.
BINS = int(CALIBRATION_ERROR.params["n_bins"].default or 15)
# One more bin holds the probabilities of exactly 1.
PLACES = BINS + 1

# Of more classes, rows are grouped by confidence alone, and not by what was predicted too.
_MOST_CLASSES = 20


class ProbabilitySums(Struct, frozen=True):
    """Weighted sums by group, mergeable: g groups of rows of c items.

    `high` + `low` (g, 6 + 2c) are the sums of weight, and of weight times the score, Σ label², the
    labels' own entropy, the probability of what was predicted, whether it was so, and then each
    probability and each label, twice as precise as float64 (Dekker 1971). `least` and `most` (g, c)
    are the ends of the probabilities, `counts` (g,) the rows.
    """

    high: Array
    low: Array
    least: Array
    most: Array
    counts: NDArray[np.int64]

    def __add__(self, other: ProbabilitySums) -> ProbabilitySums:
        total = self.high + other.high
        back = total - self.high
        error = (self.high - (total - back)) + (other.high - back)
        return ProbabilitySums(
            total,
            self.low + other.low + error,
            np.minimum(self.least, other.least),
            np.maximum(self.most, other.most),
            self.counts + other.counts,
        )

    @property
    def sums(self) -> Array:
        """The sums as float64."""
        return self.high + self.low

    @property
    def single(self) -> bool:
        """Whether each group holds one prediction, however often."""
        here = self.counts > 0
        return bool((self.least[here] == self.most[here]).all())


_TASKS = frozenset((Task.BINARY, Task.MULTILABEL, Task.MULTICLASS, Task.DISTRIBUTION))

# The sums before those of the items.
FIXED = 6


class Grouping:
    """The sums by group of each loss that is a proper score, gathered in a pass over the data.

    `sums` holds None for a loss that cannot be taken apart.
    """

    def __init__(self, evaluations: Sequence[Evaluation]) -> None:
        self._evaluations = tuple(evaluations)
        self._can = [item.loss.score is not None and item.task in _TASKS for item in evaluations]
        self.sums: list[ProbabilitySums | None] = [None] * len(evaluations)
        # Why a proper score cannot be taken apart; empty for those that can, and for other losses.
        self.reasons = [
            f"not for {item.task.value} predictions"
            if item.loss.score is not None and not can
            else ""
            for item, can in zip(evaluations, self._can, strict=True)
        ]

    def add(self, batch: Batch) -> None:
        """Take in a batch."""
        for place, evaluation in enumerate(self._evaluations):
            if self._can[place]:
                new = groups_of(evaluation, batch, measure(evaluation, batch))
                self._take(place, new if isinstance(new, ProbabilitySums) else None)
                self.reasons[place] = new if isinstance(new, str) else ""

    def fresh(self) -> Grouping:
        """An empty one for the same losses."""
        return Grouping(self._evaluations)

    def merge(self, later: Grouping) -> None:
        """Take in the sums of later rows."""
        for place, new in enumerate(later.sums):
            if self._can[place] and not (later._can[place] and new is None):
                self._take(place, new)
                self.reasons[place] = later.reasons[place]

    def _take(self, place: int, new: ProbabilitySums | None) -> None:
        before = self.sums[place]
        self._can[place] = new is not None
        self.sums[place] = new if new is None or before is None else before + new


class _Forecasts(Struct, frozen=True):
    """Rows of one question each: probabilities and labels (n, c), what they weigh and scored."""

    pred: Array
    label: Array
    top: NDArray[np.intp]
    weight: Array
    score: Array
    group: NDArray[np.intp]
    groups: int


def groups_of(evaluation: Evaluation, batch: Batch, measured: Measured) -> ProbabilitySums | str:
    """The sums of one batch; a reason where the loss is not its score of predictions and labels."""
    found = _forecasts(evaluation, batch, measured)
    return found if isinstance(found, str) else _summed(found)


def _forecasts(evaluation: Evaluation, batch: Batch, measured: Measured) -> _Forecasts | str:
    label = labelled(evaluation, batch)
    if batch.block.pred.ndim > 2:
        return "a row has several questions of several answers"
    if label.class_weighted or evaluation.params.get("pos_weight", 1.0) != 1.0:
        return "with weights by class (class_weight, pos_weight) it is no proper score"
    form = evaluation.reading.form
    pred = predicted(evaluation, batch).p
    truth = (
        label.for_kernel.share(pred.shape[1])
        if isinstance(label.for_kernel, Classes)
        else label.for_kernel
    )
    losses = measured.losses
    if losses.shape != (pred.shape if form is Form.BERNOULLI else pred.shape[:1]):
        return "its rows are no single scores"
    multiplier = np.ones(1) if measured.multiplier is None else measured.multiplier
    if losses.ndim == 2 and multiplier.ndim == 1 and multiplier.size > 1:
        multiplier = multiplier[:, None]
    weight = np.broadcast_to(multiplier, losses.shape)
    score = losses
    if evaluation.loss.score is ProperScore.QUADRATIC:
        squares = (pred - truth) ** 2
        score = squares if form is Form.BERNOULLI else squares.sum(axis=1)
    if form is Form.BERNOULLI:
        group, groups = bin_of(pred, BINS), PLACES
        if pred.ndim == 2:
            groups *= pred.shape[1]
            group = group + np.arange(pred.shape[1]) * PLACES
        pred, truth = (np.ascontiguousarray(array).reshape(-1, 1) for array in (pred, truth))
        top = np.zeros(len(pred), np.intp)
    else:
        top, groups = pred.argmax(axis=1), PLACES
        group = bin_of(pred[np.arange(len(top)), top], BINS)
        if pred.shape[1] <= _MOST_CLASSES:
            groups *= pred.shape[1]
            group = group + top * PLACES
    weight, score, group = weight.ravel(), score.ravel(), group.ravel()
    # A weight of 0 takes a row out, however bad it is.
    here: Any = slice(None) if weight.all() else weight != 0.0
    return _Forecasts(
        pred[here], truth[here], top[here], weight[here], score[here], group[here], groups
    )


def _summed(found: _Forecasts) -> ProbabilitySums:
    width = found.pred.shape[1]
    order = np.argsort(found.group, kind="stable")
    group, weight = found.group[order], found.weight[order]
    pred, label = found.pred[order], found.label[order]
    place = np.arange(len(order)), found.top[order]
    columns = np.concatenate(
        [
            np.stack([np.ones_like(weight), found.score[order]], axis=1),
            (label * label).sum(axis=1, keepdims=True),
            _entropy(label)[:, None],
            np.stack([pred[place], label[place]], axis=1),
            pred,
            label,
        ],
        axis=1,
    )
    high = np.zeros((found.groups, FIXED + 2 * width))
    least = np.full((found.groups, width), np.inf)
    most = np.full((found.groups, width), -np.inf)
    counts = np.bincount(group, minlength=found.groups)
    if group.size:
        starts = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
        here = group[starts]
        high[here] = np.add.reduceat(columns * weight[:, None], starts, axis=0)
        least[here] = np.minimum.reduceat(pred, starts, axis=0)
        most[here] = np.maximum.reduceat(pred, starts, axis=0)
    return ProbabilitySums(high, np.zeros_like(high), least, most, counts)


def _entropy(label: Array) -> Array:
    """The entropy of each row of labels in nats; of one item, that of a yes-or-no answer."""
    parts = sum(_times_log(share) for share in _sides(label))
    return -np.asarray(parts).sum(axis=1)


def _sides(shares: Array) -> Iterator[Array]:
    yield shares
    if shares.shape[1] == 1:
        yield 1.0 - shares


def _times_log(share: Array) -> Array:
    """x log x, 0 at 0."""
    return share * np.log(np.where(share > 0.0, share, 1.0))
