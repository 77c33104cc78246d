"""Predictions in the form that a kernel's arithmetic wants."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.gate import check_bounds, check_item_bounds, check_sums
from losscli.losses.forms.bernoulli import Bernoulli
from losscli.losses.forms.categorical import Categorical, Form
from losscli.losses.forms.logistic import sigmoid
from losscli.vocabulary import Kind, Task


def predicted(evaluation: Evaluation, batch: Batch) -> Any:
    """The prediction of a batch in the reading's form, checked once per kind.

    Raises Misfit where an item is not what the kind takes it for.
    """
    reading, kind, axes = evaluation.reading, evaluation.kind, evaluation.axes
    form = reading.form
    pred = _in_unit(batch.pred_as(reading), evaluation, batch)
    for key, bounds in evaluation.pred_checks:
        check = partial(check_bounds, pred, bounds, "prediction", batch.extent(pred))
        batch.once(key, check)
    if reading.item_bounds:
        batch.once(("items", reading.items), lambda: check_item_bounds(pred, reading))
    if form is Form.BERNOULLI:
        return batch.once(
            evaluation.pred_key,
            lambda: Bernoulli.read(pred, kind, axes.floor, batch.extent(pred)),
        )
    if form is Form.CATEGORICAL:
        divided = evaluation.divided
        if kind is Kind.PROBABILITY and not divided and axes.sums_checked:
            batch.once("sums", lambda: _check_sums(pred, batch))
        return batch.once(
            evaluation.pred_key,
            lambda: Categorical.read(
                pred, kind, axes.class_floor, renormalise=divided, extent=batch.extent(pred)
            ),
        )
    if form is Form.DECISION:
        return batch.once((form, kind), lambda: _decided(pred, kind, evaluation.task))
    scores = form in (Form.MARGIN, Form.SCORES)
    if scores and axes.squash and batch.setting.outside_unit:
        return batch.once(("squashed", form), lambda: _squashed(pred, form))
    return pred


def rounded_off(evaluation: Evaluation, batch: Batch) -> int:
    """How many probabilities of the batch lie outside [0, 1] by rounding, and were moved there."""
    if evaluation.kind is not Kind.PROBABILITY:
        return 0
    beyond = _beyond(batch.pred_as(evaluation.reading), batch)
    return 0 if beyond is None else int(np.count_nonzero(beyond))


def _in_unit(pred: Array, evaluation: Evaluation, batch: Batch) -> Array:
    """Predictions, those that rounding put outside [0, 1] moved to its ends."""
    if evaluation.kind is not Kind.PROBABILITY or (beyond := _beyond(pred, batch)) is None:
        return pred
    moved: Array = batch.once(
        ("in unit", pred.shape), lambda: np.where(beyond, np.clip(pred, 0.0, 1.0), pred)
    )
    return moved


def _beyond(pred: Array, batch: Batch) -> NDArray[np.bool_] | None:
    """Which predictions lie outside [0, 1] by rounding; None where none does."""
    found: NDArray[np.bool_] | None = batch.once(
        ("beyond", pred.shape), lambda: batch.setting.rounding.beyond(pred, batch.extent(pred))
    )
    return found


def _check_sums(pred: Array, batch: Batch) -> None:
    check_sums(
        pred,
        batch.setting.tolerance,
        "prediction",
        "Classes that compete must sum to 1: say --kind logit if these are logits, "
        "-l bce if each item is a question of its own, "
        "or --like scipy to divide each row by its sum.",
    )


def _decided(pred: Array, kind: Kind, task: Task) -> Array:
    if kind is Kind.CLASS:
        return pred
    if task is Task.MULTICLASS:
        return pred.argmax(axis=1).astype(np.float64)
    return (pred > (0.5 if kind is Kind.PROBABILITY else 0.0)).astype(np.float64)


def _squashed(pred: Array, form: Form) -> Array:
    """Scores as probabilities: a sigmoid of each, or a softmax of each row of classes."""
    if form is not Form.SCORES:
        return sigmoid(pred)
    powers = np.exp(pred - pred.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
