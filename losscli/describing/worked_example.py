"""The worked example of a definition, as an evaluation and its one batch."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.conventions.convention import Convention
from losscli.engine.accumulators import accumulator
from losscli.engine.evaluation import Batch, Evaluation, RunSettings
from losscli.engine.gate import Settled
from losscli.engine.gradient import differentiator
from losscli.losses.definition.loss import Loss
from losscli.task.labels import LabelCode
from losscli.vocabulary import Reduction, Task


def worked_example(loss: Loss, convention: Convention) -> tuple[Evaluation, Batch]:
    """The loss of its example under a convention, every choice settled, and the example."""
    example = loss.example
    reading = loss.reading_for(example.task)
    assert reading is not None
    pred = np.asarray(example.pred, dtype=np.float64)
    label = None if example.label is None else np.asarray(example.label, dtype=np.float64)
    evaluation = Evaluation(
        loss=loss,
        reading=reading,
        task=example.task,
        kind=example.kind,
        params=loss.settle({**convention.defaults_of(loss.id), **example.params}),
        convention=convention,
        reduction=loss.reduction if loss.reduction is not Reduction.NONE else Reduction.MEAN,
    )
    signs = label is not None and set(label.ravel().tolist()) == {-1.0, 1.0}
    width = pred.shape[1] if pred.ndim == 2 and example.task is not Task.PAIRS else 1
    setting = RunSettings(LabelCode(width, signs=signs), 1e-6)
    inputs = {name: np.asarray(value, np.float64) for name, value in example.inputs.items()}
    return evaluation, Batch(Settled(0, pred, label, None, 0, inputs=inputs), setting)


def moved(batch: Batch, pred: NDArray[Any]) -> Batch:
    """The same example with another prediction."""
    return Batch(replace(batch.block, pred=pred), batch.setting)


def gradient_of(evaluation: Evaluation, batch: Batch) -> NDArray[np.float64]:
    """The gradient of the example's value. Raises UsageError for a loss that has none."""
    taken = accumulator(evaluation)
    taken.add(batch)
    return differentiator(evaluation, taken)(batch)
