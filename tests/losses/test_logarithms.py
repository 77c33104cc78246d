"""A loss that is infinite for a sure and wrong prediction is guarded; no other one is."""

from __future__ import annotations

import math

import numpy as np
import pytest

import losscli
from losscli.losses.definition.loss import Loss, Reading
from losscli.losses.forms.categorical import Form
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Kind, Task

WRONG = {
    Task.BINARY: ([0.0, 1.0, 0.5], [1, 0, 1]),
    Task.MULTILABEL: ([[0.0, 1.0], [0.5, 0.5]], [[1, 0], [1, 1]]),
    Task.MULTICLASS: (np.eye(3), [1, 2, 0]),
    Task.DISTRIBUTION: (np.eye(3), [[0.2, 0.5, 0.3], [0.3, 0.2, 0.5], [0.5, 0.3, 0.2]]),
}
READINGS = [
    pytest.param(loss, reading, task, id=f"{loss.id}-{task}")
    for loss in REGISTRY
    for reading in loss.readings
    if reading.form in (Form.BERNOULLI, Form.CATEGORICAL) and Kind.PROBABILITY in reading.kinds
    for task in reading.tasks
    # Of labels that are shares the ranked logarithmic score is infinite for a few alone.
    if task in WRONG and (loss.id, task) != ("ranked_logarithmic_score", Task.DISTRIBUTION)
]


@pytest.mark.parametrize(("loss", "reading", "task"), READINGS)
def test_only_what_may_be_infinite_is_guarded(loss: Loss, reading: Reading, task: Task) -> None:
    pred, label = WRONG[task]
    how = {"task": task.value, "kind": "probability"}
    given = label if loss.needs_label else None
    [exact] = losscli.evaluate(pred, given, loss.id, like="exact", **how).results
    [standard] = losscli.evaluate(pred, given, loss.id, **how).results
    assert exact.value is not None
    assert standard.value is not None
    assert math.isfinite(exact.value) != reading.logs
    assert math.isfinite(standard.value)
    assert bool(standard.clipped) == reading.logs
