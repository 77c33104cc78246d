"""Probabilities that a loss takes for logits because its name says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from losscli.conventions.table import CONVENTIONS
from losscli.engine.evaluation import Evaluation
from losscli.engine.run import Outcome, run
from losscli.errors import DataError
from losscli.evaluating.reading import DataReading
from losscli.inputs.dataset import Dataset
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Reduction

_CHANCES = (Kind.PROBABILITY, Kind.LOGIT, Kind.LOG_PROBABILITY, Kind.TANH)


def kind_read(reading: DataReading) -> Kind:
    """How the predictions were read: as all losses of chances did, or as they look."""
    kinds = {item.kind for item in reading.evaluations if item.kind in _CHANCES}
    seen = reading.verdict.kind
    return kinds.pop() if len(kinds) == 1 and seen in _CHANCES else seen


def misread_as_logits(dataset: Dataset, reading: DataReading, outcome: Outcome) -> Iterator[str]:
    """A warning for each loss whose name reads logits where the predictions are probabilities.

    The number that was probably wanted takes a second pass over the data.
    """
    if reading.verdict.kind is not Kind.PROBABILITY or outcome.pred.outside_unit:
        return
    for place, item in enumerate(reading.evaluations):
        if item.kind is Kind.LOGIT and Kind.PROBABILITY in item.reading.kinds:
            through = "softmax" if item.reading.form is Form.CATEGORICAL else "sigmoid"
            looks = "all in [0, 1]"
            if dataset.width > 1 and not outcome.pred.uneven:
                looks += ", every row sums to 1"
            number = outcome.losses[place].tally().finished.value
            yield (
                f"WARNING: {item.asked_as} reads logits, and the predictions are probabilities "
                f"({looks}): they went through a {through} once more, which gives {number:.6g}. "
                f"{_as_probabilities(dataset, reading, item)}"
            )


def _as_probabilities(dataset: Dataset, reading: DataReading, item: Evaluation) -> str:
    """What the loss is of the predictions as they are, and how to ask for it."""
    plain = replace(item, kind=Kind.PROBABILITY, convention=CONVENTIONS["standard"])
    if item.reduction in (Reduction.NONE, Reduction.COLUMNS):
        return f"As probabilities: -l {item.loss.short}."
    try:
        value = run(dataset, [plain], reading.setting).losses[0].tally().finished.value
    except DataError:
        return f"As probabilities: -l {item.loss.short}, if the rows sum to 1."
    return f"As probabilities it is {value:.6g}: -l {item.loss.short}."
