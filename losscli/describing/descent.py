"""One step of gradient descent on a loss's own example, every number computed."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from losscli.conventions.table import CONVENTIONS
from losscli.describing.worked_example import gradient_of, moved, worked_example
from losscli.engine.accumulators import tally_of
from losscli.engine.evaluation import Batch, Evaluation
from losscli.errors import UsageError
from losscli.losses.definition.loss import Loss
from losscli.losses.forms.categorical import Form
from losscli.task.labels import Misfit
from losscli.vocabulary import Kind, Reduction

_MOST_HALVINGS = 40


class Descent(Struct, frozen=True):
    """A prediction, the gradient of its loss, and where a step against that leads.

    `sign` is −1, or 1 for a score that should rise. Predictions are `kind`s: logits where the
    example holds probabilities, which a step could not leave as they have to be.
    """

    loss: str
    title: str
    derivative: str
    kind: str
    pred: Any
    label: Any
    value: float
    gradient: Any
    step: float
    sign: int
    new_pred: Any
    new_value: float


def descend(loss: Loss) -> Descent:
    """One step on the example. Raises UsageError for a loss without a gradient.

    The step is a quarter of what undoes the division by n, halved until the value gets better.
    """
    evaluation, batch = _free(*worked_example(loss, CONVENTIONS["standard"]))
    pred = batch.block.pred
    value = tally_of(evaluation, batch).finished.value
    gradient = gradient_of(evaluation, batch)
    sign = -1 if loss.lower_is_better else 1
    step = 0.25 if evaluation.reduction is Reduction.SUM else 0.25 * len(pred)
    for _ in range(_MOST_HALVINGS):
        new = pred + sign * step * gradient
        new_value = _value(evaluation, moved(batch, new))
        if new_value is not None and sign * (new_value - value) > 0.0:
            break
        step *= 0.5
    else:
        raise UsageError(f"the example of {loss.id} has no way downhill")
    label = batch.block.label
    return Descent(
        loss.id,
        loss.title,
        loss.derivative,
        evaluation.kind.value,
        pred.tolist(),
        None if label is None else label.tolist(),
        value,
        gradient.tolist(),
        step,
        sign,
        new.tolist(),
        new_value,
    )


def _free(evaluation: Evaluation, batch: Batch) -> tuple[Evaluation, Batch]:
    """The same example, its predictions logits where they are probabilities."""
    form, pred = evaluation.reading.form, batch.block.pred
    if evaluation.kind is not Kind.PROBABILITY or Kind.LOGIT not in evaluation.reading.kinds:
        return evaluation, batch
    if form is Form.BERNOULLI:
        logits = np.log(pred) - np.log1p(-pred)
    elif form is Form.CATEGORICAL:
        logits = np.log(pred)
    else:
        return evaluation, batch
    return replace(evaluation, kind=Kind.LOGIT), moved(batch, logits)


def _value(evaluation: Evaluation, batch: Batch) -> float | None:
    """The value, None where a prediction is no longer what it has to be."""
    try:
        return tally_of(evaluation, batch).finished.value
    except Misfit:
        return None
