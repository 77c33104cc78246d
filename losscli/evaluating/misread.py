"""What looks misread: probabilities taken for logits, labels not shifted or counted from 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from losscli.conventions.table import CONVENTIONS
from losscli.engine.evaluation import Evaluation
from losscli.engine.run import Outcome, block_rows, run
from losscli.errors import Choice, DataError, UsageError
from losscli.evaluating.reading import DataReading
from losscli.inputs.block import Block
from losscli.inputs.dataset import Dataset
from losscli.losses.forms.categorical import Categorical, Classes, Form
from losscli.losses.forms.floors import Floor
from losscli.task.decision import Decision
from losscli.task.profile import LabelProfile
from losscli.vocabulary import YES_OR_NO, Kind, Reduction, Task

# Begins what is to be read before a number is believed.
WARNING = "WARNING: "

_CHANCES = (Kind.PROBABILITY, Kind.LOGIT, Kind.LOG_PROBABILITY, Kind.TANH)


# Rows by which one reading of labels is told from another, and how many standard errors apart.
_TOLD_BY, _APART = 32, 5.0
# So many classes are named in a note.
_SHOWN = 4
# Less than this share of a column's mean is the rounding of that mean.
_ROUNDING = 1e-9


def unshifted_labels(dataset: Dataset, reading: DataReading) -> Iterator[str]:
    """A warning where tokens' logits fit the next label far better than their own.

    By the first block: a causal language model predicts the next token, and most dumps of one hold
    logits and labels that its own loss would shift.
    """
    tokens, kind = dataset.pred.tokens, reading.verdict.kind
    if tokens < 2 or kind not in (Kind.LOGIT, Kind.LOG_PROBABILITY):
        return
    block = next(dataset.blocks(block_rows(dataset.width)))
    label, pred = block.label, block.pred
    if label is None or label.dtype == object or len(label) < 2:
        return
    places = np.arange(len(label) - 1)
    kept = (places % tokens) < tokens - 1
    for answers in (label[:-1], label[1:]):
        kept &= (answers >= 0) & (answers < dataset.width)
    places = places[kept]
    if len(places) < _TOLD_BY:
        return
    form = Categorical.read(pred[places], kind, Floor(), renormalise=False)
    own, other = (
        -form.log_likelihood(Classes(index=label[at].astype(np.intp)))
        for at in (places, places + 1)
    )
    gain = own - other
    if gain.mean() * len(gain) ** 0.5 > _APART * gain.std(ddof=1):
        yield (
            f"{WARNING}the logits fit the next label better than their own: {other.mean():.6g} "
            f"against {own.mean():.6g} nats over the first {len(gain):,} tokens. If they are a "
            "causal model's, say --shift."
        )


def labels_as_places(dataset: Dataset, reading: DataReading, outcome: Outcome) -> Iterator[str]:
    """Notes on numbers as labels that are taken as places of the prediction's columns.

    Raises UsageError where the predictions say that they count from 1, and where the columns are
    called yes and no, in that order.
    """
    label, code = outcome.label, reading.setting.code
    if label is None or label.text or label.width > 1 or not label.whole:
        return
    if reading.verdict.task is not Task.MULTICLASS or code.classes is not None:
        return
    names = dataset.pred.classes
    if dataset.pred.columns is None:
        yield from _labels_from_one(dataset, label)
    elif names is not None and not any(map(str.isdecimal, names)):
        if tuple(name.lower() for name in reversed(names)) in YES_OR_NO:
            yes, no = names
            raise UsageError(
                f"{dataset.pred.file}: {yes} stands before {no}: which of them is the label 1?",
                choices=(
                    Choice(("--classes", "1,0"), f"{yes} is 1"),
                    Choice(("--classes", "0,1"), f"{no} is 1"),
                ),
            )
        shown = ", ".join(f"{place} as {name}" for place, name in enumerate(names[:_SHOWN]))
        more = ", …" if len(names) > _SHOWN else ""
        yield (
            f"the labels are numbers, and taken for the columns in turn: {shown}{more}; --classes "
            "names the label of each column"
        )


def _labels_from_one(dataset: Dataset, label: LabelProfile) -> Iterator[str]:
    """A note where nothing tells whether labels count an array's columns from 0 or from 1.

    Labels of which none is 0 and none the number of columns may do either. The predictions tell:
    those of one's own class are higher in the rows that have it than on average. Raises UsageError
    where that holds for the class before the label's, and not for the label as a place from 0.
    """
    width = dataset.width
    if dataset.pred.tokens or not 1 <= label.low < label.high < width:
        return
    rows, apart = _gain_from_one(next(dataset.blocks(block_rows(width))))
    ends = f"{label.low:.0f} to {label.high:.0f}"
    from_zero, from_one = (",".join(map(str, range(low, low + width))) for low in (0, 1))
    if rows >= _TOLD_BY and apart > _APART:
        raise UsageError(
            f"the labels ({ends}) seem to count the {width} columns of classes from 1: neither 0 "
            f"nor {width} occurs, and in the first {rows:,} rows the predictions go with the class "
            f"before ({apart:.0f} standard errors better)",
            choices=[
                Choice(("--classes", from_one), "from 1"),
                Choice(("--classes", from_zero), "from 0"),
            ],
        )
    if label.low == 1 and not apart < -_APART:
        yield (
            f"the labels ({ends}) are taken as places counted from 0, though neither 0 nor "
            f"{width} occurs; if they count from 1: --classes {from_one}"
        )


def _gain_from_one(block: Block) -> tuple[int, float]:
    """How many rows tell, and by how many standard errors the column before fits better.

    A column fits by how far it lies above its own mean in the rows of its label, so that columns
    that are high or low in all rows favour neither.
    """
    pred, label = block.pred, block.label
    assert label is not None
    kept = ~(np.isnan(label.astype(np.float64)) | np.isnan(pred).any(axis=1))
    pred, place = pred[kept], label[kept].astype(np.intp)
    rows = np.arange(len(pred))
    with np.errstate(all="ignore"):
        means = pred.mean(axis=0)
        gain = (pred[rows, place - 1] - means[place - 1]) - (pred[rows, place] - means[place])
        gain[np.abs(gain) <= _ROUNDING * np.abs(means).max()] = 0.0
        apart = gain.mean() / (gain.std(ddof=1) / len(gain) ** 0.5) if len(gain) > 1 else 0.0
    return len(gain), float(apart)


def kind_read(reading: DataReading) -> Kind:
    """How the predictions were read: as all losses of chances did, or as they look."""
    kinds = {item.kind for item in reading.evaluations if item.kind in _CHANCES}
    seen = reading.verdict.kind
    return kinds.pop() if len(kinds) == 1 and seen in _CHANCES else seen


def misread_as_logits(
    dataset: Dataset,
    reading: DataReading,
    outcome: Outcome,
    values: Sequence[float],
    whose: str = "",
) -> Iterator[str]:
    """A warning for each loss whose name reads logits where the predictions are probabilities.

    `values` are what the losses came to, `whose` names the predictions where there are several. The
    number that was probably wanted takes a second pass over the data.
    """
    if reading.verdict.kind is not Kind.PROBABILITY or outcome.pred.outside_unit:
        return
    for value, item in zip(values, reading.evaluations, strict=True):
        if item.kind is Kind.LOGIT and Kind.PROBABILITY in item.reading.kinds:
            through = "softmax" if item.reading.form is Form.CATEGORICAL else "sigmoid"
            looks = "all in [0, 1]"
            if dataset.width > 1 and not outcome.pred.uneven:
                looks += ", every row sums to 1"
            of_whom = f" of {whose}" if whose else ""
            yield (
                f"{WARNING}{item.asked_as} reads logits, and the predictions{of_whom} are "
                f"probabilities ({looks}): they went through a {through} once more, which gives "
                f"{value:.6g}. {_as_probabilities(dataset, reading, item, outcome)}"
            )


def _as_probabilities(
    dataset: Dataset, reading: DataReading, item: Evaluation, outcome: Outcome
) -> str:
    """What the loss is of the predictions as they are, and how to ask for it."""
    plain = replace(item, kind=Kind.PROBABILITY, convention=CONVENTIONS["standard"])
    if item.reduction in (Reduction.NONE, Reduction.COLUMNS):
        return f"As probabilities: -l {item.loss.short}."
    try:
        found = run(dataset, [plain], reading.setting, drop_missing=outcome.dropped > 0)
    except DataError:
        return f"As probabilities: -l {item.loss.short}, if the rows sum to 1."
    value = found.losses[0].tally().finished.value
    return f"As probabilities it is {value:.6g}: -l {item.loss.short}."


def refuse_second_softmax(
    dataset: Dataset, verdict: Decision, outcome: Outcome, kind: str | None, value: float
) -> None:
    """Raise UsageError where predictions that are called logits went through a softmax already.

    `value` is what the first loss made of them.
    """
    if kind != Kind.LOGIT or dataset.width == 1 or verdict.task in (Task.REGRESSION, Task.CLASSES):
        return
    if outcome.pred.outside_unit == 0 and outcome.pred.uneven == 0:
        raise UsageError(
            "the predictions are probabilities already (all in [0, 1], every row sums to 1); "
            f"as logits they would go through a second softmax and score {value:.6g}",
            choices=(Choice(("--kind", Kind.PROBABILITY)),),
        )
