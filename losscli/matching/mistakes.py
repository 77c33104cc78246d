"""Numbers that only a mistake gives."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.conventions.table import CONVENTIONS
from losscli.engine.accumulators import RowAccumulator
from losscli.engine.evaluation import Batch, Evaluation, Setting
from losscli.engine.gate import Settled
from losscli.errors import LosscliError
from losscli.losses.definition.loss import Loss, Shape
from losscli.matching.candidates import LOG_FORMS, Data, Finding, evaluations, flags_of
from losscli.task.labels import Misfit
from losscli.vocabulary import Reduction, Task

Array = NDArray[Any]


def mistaken_labels(data: Data) -> Iterator[tuple[Data, tuple[str, ...], tuple[str, ...], float]]:
    """The data with labels as mistakes would have them: swapped, or off by one."""
    label = data.label
    if label is None or label.dtype == object:
        return
    if label.shape == data.pred.shape and data.verdict.task is not Task.MULTILABEL:
        swapped = replace(data, pred=label.astype(np.float64), label=data.pred)
        yield swapped, (), ("prediction and label swapped",), 6.0
    if data.verdict.task is Task.MULTICLASS and label.ndim == 1:
        for step, said in ((1, "labels one too high"), (-1, "labels one too low")):
            moved = (label + step) % data.width
            yield replace(data, label=moved), (), (said + ", counted around the classes",), 6.0


def mistakes(loss: Loss, data: Data, batch: Batch, batch_size: int | None) -> Iterator[Finding]:
    """Numbers that only a mistake gives: a broadcast, a mean of means, rows that were dropped."""
    plain = [(CONVENTIONS["standard"], 0.0), (CONVENTIONS["exact"], 0.5)]
    for evaluation, cost in evaluations(loss, data, plain):
        if evaluation.kind is not data.verdict.kind and evaluation.reading.form in LOG_FORMS:
            continue
        losses = _row_losses(evaluation, batch)
        if losses is None:
            continue
        flags = flags_of(evaluation, evaluation.kind)
        base = Finding(math.nan, loss, evaluation.convention.name, flags, (), cost)
        finite = np.isfinite(losses)
        if not finite.all() and finite.any():
            said = f"{int((~finite).sum()):,} rows with a loss that is not finite left out"
            yield replace(base, value=_mean(losses[finite]), unusual=(said,), cost=cost + 4.0)
        if batch_size and losses.size > batch_size and losses.size % batch_size:
            means = [
                _mean(losses[start : start + batch_size])
                for start in range(0, losses.size, batch_size)
            ]
            said = f"the mean of the means of batches of {batch_size}, the last one shorter"
            yield replace(base, value=_mean(np.array(means)), unusual=(said,), cost=cost + 4.0)
        crossed = _broadcast(evaluation, data)
        if crossed is not None:
            said = "(n,) against (n, 1): every prediction with every label"
            yield replace(base, value=crossed, unusual=(said,), cost=cost + 5.0)


def _row_losses(evaluation: Evaluation, batch: Batch) -> Array | None:
    if evaluation.reading.shape is not Shape.ROWS or evaluation.loss.transform is not None:
        return None
    try:
        rows = RowAccumulator(replace(evaluation, reduction=Reduction.NONE))
        rows.add(batch)
        values = rows.tally().values
    except (LosscliError, Misfit, ValueError):
        return None
    if values is None:
        return None
    return np.asarray(evaluation.loss.scale * (values.mean(axis=1) if values.ndim == 2 else values))


def _mean(values: Array) -> float:
    return math.fsum(values.tolist()) / values.size


# Rows up to which every prediction is set against every label.
_MOST_CROSSED = 3000


def _broadcast(evaluation: Evaluation, data: Data) -> float | None:
    """The mean over all pairs of a prediction and a label."""
    if data.pred.ndim != 1 or data.label is None or len(data.pred) > _MOST_CROSSED:
        return None
    n = len(data.pred)
    total = 0.0
    labels, counts = np.unique(data.label, return_counts=True)
    setting = Setting(data.code, data.tolerance)
    for label, count in zip(labels, counts, strict=True):
        block = Settled(0, data.pred, np.full(n, label), None, 0)
        losses = _row_losses(evaluation, Batch(block, setting))
        if losses is None:
            return None
        total += float(count) / n * _mean(losses)
    return total
