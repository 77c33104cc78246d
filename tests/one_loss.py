"""One loss on arrays in memory: what the engine does for a file, without the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from losscli.conventions.table import convention
from losscli.engine.accumulators import Tally, accumulator
from losscli.engine.evaluation import Batch, Evaluation, RunSettings
from losscli.engine.finish import Finished, finish
from losscli.engine.gate import Settled
from losscli.engine.row_losses import Measured, measure
from losscli.engine.totals import Totals, totals
from losscli.losses.registry import REGISTRY
from losscli.task.labels import LabelCode
from losscli.vocabulary import Kind, Reduction, Task


def evaluation_of(
    loss: str,
    task: Task,
    kind: Kind,
    *,
    like: str = "standard",
    reduction: Reduction | None = None,
    **params: Any,
) -> Evaluation:
    """A loss with every choice settled."""
    definition = REGISTRY.get(loss, task)
    reading = definition.reading_for(task)
    assert reading is not None
    chosen = convention(like)
    return Evaluation(
        loss=definition,
        reading=reading,
        task=task,
        kind=kind,
        params=definition.settle({**chosen.defaults_of(definition.id), **params}),
        convention=chosen,
        reduction=reduction or definition.reduction,
    )


def batch_of(
    pred: Any,
    label: Any,
    *,
    weight: Any = None,
    class_weight: tuple[float, ...] | None = None,
    width: int | None = None,
    tolerance: float = 1e-6,
    start: int = 0,
    inputs: Mapping[str, Any] | None = None,
    signs: bool = False,
) -> Batch:
    """A block of rows as it stands behind the gate."""
    pred = np.asarray(pred, dtype=np.float64)
    if width is None:
        width = pred.shape[1] if pred.ndim == 2 else 1
    block = Settled(
        start,
        pred,
        None if label is None else np.asarray(label),
        None if weight is None else np.asarray(weight, dtype=np.float64),
        0,
        inputs={role: np.asarray(array, np.float64) for role, array in (inputs or {}).items()},
    )
    return Batch(block, RunSettings(LabelCode(width, signs=signs), tolerance, class_weight))


def measured(evaluation: Evaluation, pred: Any, label: Any, **how: Any) -> Measured:
    """The loss of every row."""
    return measure(evaluation, batch_of(pred, label, **how))


def totals_of(evaluation: Evaluation, pred: Any, label: Any, **how: Any) -> Totals:
    """The totals of one block."""
    return totals(measured(evaluation, pred, label, **how))


def finished(evaluation: Evaluation, pred: Any, label: Any, **how: Any) -> Finished:
    """The value, its uncertainty and its parts."""
    return finish(evaluation, totals_of(evaluation, pred, label, **how))


def tally(evaluation: Evaluation, *batches: Batch) -> Tally:
    """What the batches come to, one after the other."""
    taken = accumulator(evaluation)
    for batch in batches:
        taken.add(batch)
    return taken.tally()


def value(evaluation: Evaluation, pred: Any, label: Any, **how: Any) -> float:
    """The value alone."""
    return finished(evaluation, pred, label, **how).value
