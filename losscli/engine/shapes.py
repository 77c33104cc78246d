"""Which shapes of prediction and label a loss can be computed of, where no reading says it all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numpy.typing import NDArray

from losscli.engine.evaluation import Evaluation
from losscli.errors import UsageError
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Task

Array = NDArray[Any]

# What the losses of a task take rows and columns for.
_WANTED = {
    Task.RANKING: "Give one row per list (query) and one column per item, for scores and "
    "relevances alike; or a row per item, and its query: --group-col COL.",
    Task.SAMPLES: "Give two samples of numbers, of shape (n,) and (m,).",
    Task.SEQUENCE: "Give logits of shape (n, t, c) and labels of shape (n, s), class indices "
    "below c.",
    Task.FORECAST: "Give one row of members or parameters per label: (n, m) and (n,).",
    Task.EMBEDDING: "Give one row per embedding and one label per row: (n, d) and (n,).",
    Task.PAIRS: "Give one distance and one label per pair.",
}


def check_shapes(evaluation: Evaluation, pred: Array, label: Array) -> None:
    """Raise UsageError where rows and columns are not what the loss takes them for.

    NumPy would broadcast some of these shapes without a word.
    """
    reading, task = evaluation.reading, evaluation.task
    if reading.dims:
        return
    fits = True
    if task is Task.RANKING and reading.inputs:
        fits = pred.ndim == 1 and label.shape == pred.shape
    elif task is Task.RANKING and reading.form is Form.VALUE:
        fits = pred.ndim == 2 and label.shape == pred.shape
    elif task is Task.SAMPLES:
        fits = pred.ndim == label.ndim == 1
    elif task is Task.SEQUENCE:
        fits = pred.ndim == 3 and label.ndim == 2
    elif task in (Task.FORECAST, Task.EMBEDDING):
        fits = label.ndim == 1
    elif task is Task.PAIRS:
        fits = label.shape == pred.shape
    if not fits:
        raise _unfit(evaluation, pred, label)


@contextmanager
def fitting(evaluation: Evaluation, pred: Array, label: Array | None) -> Iterator[None]:
    """What NumPy says of arrays that do not fit each other, as a UsageError of the loss."""
    try:
        yield
    except (ValueError, IndexError, ZeroDivisionError) as error:
        raise _unfit(evaluation, pred, label) from error


def _unfit(evaluation: Evaluation, pred: Array, label: Array | None) -> UsageError:
    labels = "" if label is None else f" and labels of shape {label.shape}"
    return UsageError(
        f"{evaluation.loss.id} cannot be computed of predictions of shape {pred.shape}{labels}",
        hint=_WANTED.get(evaluation.task, "`losscli losses NAME` shows what it reads."),
    )
