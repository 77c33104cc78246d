"""Arrays → task and kind: what is predicted and how it is written, with the evidence.

The shape of the prediction is asked first, then its values, then the labels. Where they disagree
the disagreement is part of the evidence and lowers the confidence.
"""

from __future__ import annotations

from msgspec.structs import replace

from losscli.errors import Choice, UsageError
from losscli.task.decision import HIGH, NOTHING_SAID, Decision, Hints
from losscli.task.one_item import one_item
from losscli.task.predicted_classes import marked_decided, predicted_classes
from losscli.task.profile import LabelProfile, PredProfile
from losscli.task.several_items import several_items
from losscli.task.values import range_of
from losscli.vocabulary import Evidence, Kind, Task

# The kinds of prediction that only one task has.
_TASK_OF_KIND = {
    Kind.DISTRIBUTION: Task.FORECAST,
    Kind.INTERVAL: Task.FORECAST,
    Kind.ENSEMBLE: Task.FORECAST,
    Kind.QUANTILE: Task.FORECAST,
    Kind.EMBEDDING: Task.EMBEDDING,
    Kind.DISTANCE: Task.PAIRS,
    Kind.CLASS: Task.CLASSES,
}


def decide(
    pred: PredProfile, label: LabelProfile | None, width: int, hints: Hints = NOTHING_SAID
) -> Decision:
    """The task and kind of predictions of `width` items per row.

    Raises UsageError where a stated kind or task cannot be right for the shape.
    """
    shape = _shape_evidence(width)
    hints, doubts = _believed(pred, width, hints)
    if hints.named is Kind.QUANTILE:
        if _quantiles_of(pred, label, width):
            found = Evidence("names", "each states a level", "quantiles of one real value")
            return _settled(
                Decision(Task.FORECAST, Kind.QUANTILE, HIGH, (shape, found)), pred, width, hints
            )
        hints = replace(hints, named=None)
    if width == 1:
        verdict = predicted_classes(pred, label, hints) or one_item(pred, label, hints)
    else:
        verdict = marked_decided(several_items(pred, label, width, hints), pred, label, hints)
    verdict = replace(
        verdict, evidence=(shape, *verdict.evidence), doubts=(*verdict.doubts, *doubts)
    )
    if hints.kind is None and hints.task is None:
        verdict = _asking(verdict, pred, label, width)
    return _settled(verdict, pred, width, hints)


def _asking(
    verdict: Decision, pred: PredProfile, label: LabelProfile | None, width: int
) -> Decision:
    """The verdict, with the question that the data leave open, if any."""
    if verdict.kind is Kind.LOGIT and _percent(pred, width):
        rows = "every row sums to 100" if width > 1 else f"they are {range_of(pred)}"
        return replace(
            verdict,
            question=UsageError(
                f"the predictions look like percent, not like logits: {rows}",
                choices=(
                    Choice(("--kind", "percent"), "they are divided by 100"),
                    Choice(("--kind", "logit")),
                ),
            ),
        )
    if verdict.kind is Kind.LOGIT and width == 1 and pred.low >= 0.0 and pred.high > _BEYOND:
        return replace(
            verdict,
            question=UsageError(
                f"the predictions are {range_of(pred)}: neither probabilities nor logits",
                hint="Give probabilities, or say what they are.",
                choices=(
                    Choice(("-l", "auc"), "scores of any scale: how they rank the rows"),
                    Choice(("--task", Task.REGRESSION), "values in the label's own unit"),
                    Choice(("--kind", "logit")),
                ),
            ),
        )
    if width > 1 and pred.rows and pred.low == pred.high == 0.0:
        return replace(
            verdict,
            question=UsageError(
                "all predictions are 0: they say nothing, as probabilities or as logits",
                hint="Give the predictions that the model made.",
                choices=(Choice(("--kind", "probability")), Choice(("--kind", "logit"))),
            ),
        )
    if label is not None and verdict.task is Task.MULTILABEL and _two_of_one(label, width):
        return replace(
            verdict,
            question=UsageError(
                "each row has two probabilities, which do not sum to 1, and one label, 0 or 1: "
                "are they two models' predictions of it?",
                hint="Give those of one, or losscli compare both.",
                choices=(
                    Choice(
                        ("--task", Task.MULTILABEL), "an item for 0 and one for 1, each by itself"
                    ),
                ),
            ),
        )
    if label is None or verdict.task is not Task.REGRESSION:
        return verdict
    if not label.marked or label.text:
        return verdict
    marks = ", ".join(f"{mark:g}" for mark in sorted((label.values or frozenset()) - {0, 1}))
    task = Task.MULTILABEL if width > 1 else Task.BINARY
    asked = UsageError(
        f"the labels are 0 and 1, and {marks}, which often marks items to leave out",
        choices=(
            Choice(("--task", task, "--nan", "drop-items"), f"items marked {marks} are left out"),
            Choice(("--task", Task.REGRESSION), f"{marks} is a real value"),
        ),
    )
    return replace(verdict, question=asked)


def _two_of_one(label: LabelProfile, width: int) -> bool:
    """Whether two items stand beside one label that is no or yes."""
    yes_or_no = label.whole and label.low >= 0.0 and label.high <= 1.0
    return width == 2 and label.width == 1 and not label.text and yes_or_no


# Nobody's logits are all 0 or more and go as far as this: percent, or scores of a scale of its own.
_FAR, _BEYOND = 30.0, 100.0


def _percent(pred: PredProfile, width: int) -> bool:
    """Whether values above 1 are percent: rows that sum to 100, or one item from 0 to 100."""
    if not pred.rows or pred.low < 0.0 or pred.high > 100.0:
        return False
    if width == 1:
        return pred.high > _FAR
    return pred.off_percent <= min(0.5 * width, 2.0)


def _settled(verdict: Decision, pred: PredProfile, width: int, hints: Hints) -> Decision:
    """The verdict under what the user said of task and kind."""
    if hints.kind is not None:
        task = _TASK_OF_KIND.get(hints.kind, verdict.task)
        if hints.kind is Kind.CLASS and width > 1:
            task = Task.MULTILABEL
        verdict = replace(verdict, task=task, kind=hints.kind, confidence=HIGH)
        if hints.kind is Kind.VALUE and hints.task is None:
            verdict = replace(verdict, task=Task.REGRESSION)
    if hints.task is not None:
        verdict = _told(verdict, hints, width, pred)
    return verdict


def _quantiles_of(pred: PredProfile, label: LabelProfile | None, width: int) -> bool:
    """Whether columns that are named after levels can be quantiles: not shares, of real labels."""
    if label is None or label.text or label.width > 1:
        return False
    shares = width > 1 and pred.outside_unit == 0 and pred.uneven == 0
    answers = width == 1 and (label.zero_one or label.signs)
    return not shares and not answers


def _believed(pred: PredProfile, width: int, hints: Hints) -> tuple[Hints, tuple[str, ...]]:
    """What the columns' names say, unless the values cannot be that; and a word about it."""
    if (
        hints.named is not Kind.LOGIT
        or hints.kind is not None
        or pred.outside_unit
        or not pred.rows
    ):
        return hints, ()
    if width > 1 and not pred.uneven:
        return replace(hints, named=Kind.PROBABILITY), (
            "the columns are called logits, but all values are in [0, 1] and every row sums to 1: "
            "read as probabilities",
        )
    return hints, (
        "the columns are called logits, and all values are in [0, 1]: if they are probabilities, "
        "say --kind probability",
    )


def _told(verdict: Decision, hints: Hints, width: int, pred: PredProfile) -> Decision:
    task = hints.task
    assert task is not None
    if task is Task.CLASSES and width > 1:
        raise UsageError(
            f"the task cannot be classes: the prediction has {width} items per row",
            hint="Name the column of predicted classes: --pred-col NAME.",
        )
    if task in (Task.MULTICLASS, Task.DISTRIBUTION, Task.MULTILABEL) and width == 1:
        raise UsageError(f"the task cannot be {task}: the prediction has one item per row")
    if task is Task.BINARY and width > 1:
        raise UsageError(
            f"the task cannot be binary: the prediction has {width} items per row",
            hint="Say --task multilabel for several yes-or-no items per row.",
        )
    kind = verdict.kind
    if hints.kind is None and task in (Task.REGRESSION, Task.CLASSES):
        kind = Kind.VALUE if task is Task.REGRESSION else Kind.CLASS
    elif hints.kind is None and kind is Kind.VALUE:
        kind = Kind.LOGIT if pred.outside_unit else Kind.PROBABILITY
    told = Evidence("task", f"given as {task}", f"read as {task}")
    return replace(verdict, task=task, kind=kind, evidence=(*verdict.evidence, told))


def _shape_evidence(width: int) -> Evidence:
    if width == 1:
        return Evidence("shape", "one item per row", "one yes-or-no question, or one number")
    return Evidence("shape", f"{width} items per row", "several classes or several labels")
