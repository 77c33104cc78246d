"""Losses that need every row at once: the rows are held in memory until the last has come."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from msgspec import Struct, field

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.finish import slope
from losscli.engine.labels import Labelled, labelled
from losscli.engine.predictions import predicted
from losscli.engine.reach import Reach, reaching
from losscli.engine.row_losses import Measured, inputs_of
from losscli.engine.shapes import fitting
from losscli.engine.totals import totals
from losscli.losses.definition.loss import keyword_only
from losscli.losses.forms.categorical import Classes
from losscli.vocabulary import Reduction


class Held(Struct):
    """All rows of a run, piece by piece."""

    preds: list[Array] = field(default_factory=list)
    labels: list[Array] = field(default_factory=list)
    weights: list[Array] = field(default_factory=list)
    inputs: dict[str, list[Array]] = field(default_factory=dict)

    def add(self, evaluation: Evaluation, batch: Batch) -> None:
        """Keep a batch. Raises Misfit where an item is not what the loss takes it for."""
        self.preds.append(np.array(predicted(evaluation, batch)))
        label: Labelled = labelled(evaluation, batch)
        if label.for_kernel is not None:
            self.labels.append(_kept(label.for_kernel, evaluation, batch))
        if batch.block.weight is not None:
            self.weights.append(np.array(batch.block.weight))
        for name, array in inputs_of(evaluation.reading, batch).items():
            if array is not None:
                self.inputs.setdefault(name, []).append(np.array(array))

    def merge(self, later: Held) -> None:
        """Append the rows that another one keeps."""
        self.preds += later.preds
        self.labels += later.labels
        self.weights += later.weights
        for name, pieces in later.inputs.items():
            self.inputs.setdefault(name, []).extend(pieces)

    def label_varies(self) -> list[bool]:
        """Whether the labels of each column differ anywhere."""
        label = np.concatenate(self.labels)
        rows = label.reshape(len(label), -1)
        return [bool((column != column[0]).any()) for column in rows.T]

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(map(len, self.preds))


def _kept(label: Any, evaluation: Evaluation, batch: Batch) -> Array:
    """A copy of a batch's labels; those of classes as a share per class, (n, c)."""
    if isinstance(label, Classes):
        return np.array(label.share(batch.pred_as(evaluation.reading).shape[1]))
    return np.array(label)


def computed_whole(evaluation: Evaluation, held: Held) -> tuple[Any, Reach]:
    """What the kernel makes of all rows, a number, one per column or one per row; and its reach."""
    pred, label, keywords = _arguments(evaluation, held)
    with reaching() as reach, fitting(evaluation, pred, label):
        found = evaluation.reading.kernel(pred, label, **keywords)
    return found, reach()


def components_whole(evaluation: Evaluation, held: Held) -> Array | None:
    """What each row adds to the error of a value of one column, (n,); None where none is known."""
    components = evaluation.reading.components
    label = held.labels[0] if held.labels else None
    if components is None or held.weights or label is None or label.ndim != 1:
        return None
    pred, label, _ = _arguments(evaluation, held)
    found = np.asarray(components.of_rows(pred, label))
    return found if np.isfinite(found).all() else None


def standard_error_whole(evaluation: Evaluation, held: Held) -> float | None:
    """The standard error of a value of one column; None where none is known."""
    found = components_whole(evaluation, held)
    return None if found is None else math.sqrt(float((found * found).sum()))


def gradient_whole(evaluation: Evaluation, held: Held) -> Array:
    """The gradient of the value with respect to all rows, in the shape of the prediction."""
    gradient = evaluation.reading.gradient
    assert gradient is not None
    pred, label, keywords = _arguments(evaluation, held)
    found, _ = computed_whole(evaluation, held)
    answer: Any = 1.0
    if evaluation.loss.by_column:
        each = evaluation.reduction is Reduction.COLUMNS
        answer = np.full(len(found), 1.0 if each else 1.0 / len(found))
    elif np.ndim(found):
        rows = measured_whole(found, held)
        answer = np.ones(len(found)) if rows.multiplier is None else rows.multiplier
        answer = answer * slope(evaluation, totals(rows))
    named = {name: keywords[name] for name in keyword_only(gradient)}
    return np.asarray(gradient(pred, label, answer, **named))


def _arguments(evaluation: Evaluation, held: Held) -> tuple[Array, Array | None, dict[str, Any]]:
    """The predictions, the labels, and the keywords of the kernel."""
    reading = evaluation.reading
    keywords = dict(evaluation.kernel_params)
    if "weight" in reading.keywords:
        keywords["weight"] = np.concatenate(held.weights) if held.weights else None
    keywords.update(dict.fromkeys(reading.inputs))
    keywords.update({name: np.concatenate(pieces) for name, pieces in held.inputs.items()})
    label = np.concatenate(held.labels) if held.labels else None
    return np.concatenate(held.preds), label, keywords


def measured_whole(losses: Any, held: Held) -> Measured:
    """Losses of rows with their weights; masked ones do not count in a mean."""
    multiplier = np.concatenate(held.weights) if held.weights else None
    denominator: Array | float = 1.0 if multiplier is None else multiplier
    if isinstance(losses, np.ma.MaskedArray):
        counted = (~np.ma.getmaskarray(losses)).astype(np.float64)
        plain = np.asarray(losses.data)
        if multiplier is None:
            return Measured(plain, (), counted, counted, 0, None)
        return Measured(plain, (), counted * multiplier, counted * multiplier, 0, None)
    return Measured(losses, (), multiplier, denominator, 0, None)
