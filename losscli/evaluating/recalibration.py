"""Predictions and labels of a sample of rows → what recalibration would bring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.labels import labelled
from losscli.engine.predictions import predicted
from losscli.engine.row_losses import measure
from losscli.losses.definition.loss import ProperScore
from losscli.losses.forms.categorical import Classes
from losscli.stats.estimates import Estimate, Kept, Rows
from losscli.stats.recalibrating import Recalibration, recalibrated
from losscli.stats.sample import RowSample
from losscli.vocabulary import Task

# A row of these is one question, whose answer has a probability.
_TASKS = frozenset((Task.BINARY, Task.MULTICLASS))


def sample_of(evaluations: Sequence[Evaluation]) -> RowSample:
    """Keeps predictions and labels of a sample of the rows of each proper score."""
    return RowSample(evaluations, measured=_forecasts, wanted=_is_wanted)


def _is_wanted(evaluation: Evaluation) -> bool:
    return evaluation.loss.score is not None and evaluation.task in _TASKS


def _forecasts(evaluation: Evaluation, batch: Batch) -> tuple[Estimate, Rows]:
    """The probabilities of each row, then its label as shares, then its weight."""
    pred = predicted(evaluation, batch).p
    pred = pred.reshape(len(pred), -1)
    label = labelled(evaluation, batch)
    truth = label.for_kernel
    shares = truth.share(pred.shape[1]) if isinstance(truth, Classes) else truth
    measured = measure(evaluation, batch)
    weight = np.ones(len(pred))
    if measured.multiplier is not None:
        weight = weight * measured.multiplier.reshape(-1)
    sums = np.concatenate([pred, shares.reshape(len(pred), -1), weight[:, None]], axis=1)
    return Kept(), Rows(sums, weight > 0.0)


def recalibration(evaluation: Evaluation, place: int, seen: RowSample) -> Recalibration | None:
    """What recalibration would bring a proper score; None where it cannot be told."""
    kept = seen.rows(place)
    if kept is None:
        return None
    _, sums = kept
    width = (sums.shape[1] - 1) // 2
    pred, label, weight = sums[:, :width], sums[:, width:-1], sums[:, -1]
    return recalibrated(pred, label, weight, log=evaluation.loss.score is ProperScore.LOG)
