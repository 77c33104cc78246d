"""How much of a loss the rows carry that the model gets right anyway."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.exact import Sum
from losscli.engine.labels import labelled
from losscli.engine.predictions import predicted
from losscli.engine.row_losses import Measured, apply_weight
from losscli.losses.forms.categorical import Classes, Form
from losscli.vocabulary import Task

# Above this probability of what turned out true, a decision at one half is right.
EASY_ABOVE = 0.5


def probability_of_truth(evaluation: Evaluation, batch: Batch) -> Array | None:
    """p_t: the predicted probability of what turned out true, (n,) or (n, c) for several questions.

    None where predictions are no probabilities, or labels are shares rather than answers.
    """
    form = evaluation.reading.form
    if form not in (Form.BERNOULLI, Form.CATEGORICAL):
        return None
    truth = labelled(evaluation, batch).encoded
    pred = predicted(evaluation, batch)
    if isinstance(truth, Classes):
        index = truth.index
        if index is None:
            assert truth.rows is not None
            if not ((truth.rows == 0.0) | (truth.rows == 1.0)).all():
                return None
            index = truth.rows.argmax(axis=1)
        return np.asarray(pred.p[np.arange(len(index)), index])
    if form is not Form.BERNOULLI or evaluation.task not in (Task.BINARY, Task.MULTILABEL):
        return None
    if not ((truth == 0.0) | (truth == 1.0)).all():
        return None
    return np.where(truth == 1.0, pred.p, pred.q)


class Split(Struct, frozen=True):
    """Easy items (p_t above one half) and hard ones: how many, and what each loss comes to.

    Items are rows, or the questions of a row of several. `known` is False once p_t was not.
    """

    easy: int = 0
    hard: int = 0
    easy_loss: tuple[Sum, ...] = ()
    hard_loss: tuple[Sum, ...] = ()
    known: bool = True

    def __add__(self, other: Split) -> Split:
        if not other.easy_loss or not self.easy_loss:
            kept = self if self.easy_loss else other
            return Split(
                self.easy + other.easy,
                self.hard + other.hard,
                kept.easy_loss,
                kept.hard_loss,
                self.known and other.known,
            )
        return Split(
            self.easy + other.easy,
            self.hard + other.hard,
            tuple(a + b for a, b in zip(self.easy_loss, other.easy_loss, strict=True)),
            tuple(a + b for a, b in zip(self.hard_loss, other.hard_loss, strict=True)),
            self.known and other.known,
        )


UNKNOWN = Split(known=False)


def split(evaluations: Sequence[Evaluation], measured: Sequence[Measured], batch: Batch) -> Split:
    """The items of a batch by p_t, which is that of the first loss that reads probabilities."""
    found = (probability_of_truth(evaluation, batch) for evaluation in evaluations)
    truth = next((p for p in found if p is not None), None)
    if truth is None:
        return UNKNOWN
    easy = truth > EASY_ABOVE
    here = np.ones(easy.shape, dtype=bool)
    for item in measured:
        if item.ignored is not None:
            here[item.ignored] = False
    amounts = [apply_weight(item.losses, item.multiplier) for item in measured]
    if any(amount.shape != truth.shape for amount in amounts):
        return UNKNOWN
    return Split(
        int(np.count_nonzero(easy & here)),
        int(np.count_nonzero(~easy & here)),
        tuple(Sum.of(amount[easy & here]) for amount in amounts),
        tuple(Sum.of(amount[~easy & here]) for amount in amounts),
    )
