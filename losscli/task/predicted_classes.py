"""Predictions that are classes or answers already, as the labels are."""

from __future__ import annotations

import dataclasses

from msgspec.structs import replace

from losscli.errors import Choice, UsageError
from losscli.task.decision import HIGH, LOW, MEDIUM, Decision, Hints, told_of_values
from losscli.task.profile import LabelProfile, PredProfile
from losscli.vocabulary import Evidence, Kind, Task

# Whole numbers that count classes: from 0 or 1 on, none left out, and not more than so many.
_FIRST_CLASSES, _MOST_CLASSES = (0, 1), 20
_COUNTS = (
    "predictions and labels are the same few whole numbers: read as classes; if they are counts or "
    "ratings, say -l mse"
)
_NUMBERED = (
    "predictions and labels are whole numbers: read as amounts; if they are classes, say "
    "-l zero_one or --task classes"
)


def _strangers(pred: frozenset[str], label: frozenset[str]) -> UsageError | None:
    """The question that predicted words raise which are no labels, or spelt otherwise."""
    known = {" ".join(word.split()).casefold(): word for word in sorted(label)}
    for word in sorted(pred - label):
        other = known.get(" ".join(word.split()).casefold())
        if other is not None:
            return UsageError(
                f"the prediction {word!r} and the label {other!r} are two words",
                hint="Write the classes alike on both sides: the same case, and the same blanks.",
            )
    if pred & label:
        return None
    shown = [", ".join(map(repr, sorted(side)[:5])) for side in (pred, label)]
    return UsageError(
        f"no predicted word is among the labels: predictions are {shown[0]}, labels {shown[1]}",
        hint="Name the columns (--pred-col NAME --label-col NAME), or write the classes alike.",
    )


_TWO_CODES = {frozenset((0, 1)), frozenset((-1, 1))}


def _written_in_two_ways() -> UsageError:
    return UsageError(
        "predictions and labels are two whole numbers each, but not the same: 0 and 1 on one side, "
        "−1 and 1 on the other",
        hint="Write the classes alike on both sides. If they are numbers:",
        choices=(Choice(("--task", Task.REGRESSION)),),
    )


def predicted_classes(
    pred: PredProfile, label: LabelProfile | None, hints: Hints
) -> Decision | None:
    """The decision where predictions are classes as the labels are; None where they are numbers."""
    if label is None or label.width > 1 or label.text != pred.text:
        return None
    there = f"{len(pred.values or ())} different ones, of {len(label.values or ())} labels"
    if pred.text:
        found = Evidence("values", f"words, {there}", "classes, predicted and true")
        if pred.values and label.values and (said := _strangers(pred.values, label.values)):
            return Decision(Task.CLASSES, Kind.CLASS, LOW, (found,), question=said)
        return Decision(Task.CLASSES, Kind.CLASS, HIGH, (found,))
    if told_of_values(hints):
        return None
    if not pred.values or not label.values:
        return None
    if 2 * len(pred.values & label.values) < min(len(pred.values), len(label.values)):
        return None
    if label.zero_one and pred.hard:
        found = Evidence("values", "all 0 or 1, as the labels", "answers, not probabilities")
        return Decision(Task.BINARY, Kind.PROBABILITY, HIGH, (found,), decided=True)
    if label.signs and pred.values <= {-1, 1}:
        found = Evidence("values", "all −1 or 1, as the labels", "answers, not scores")
        return Decision(Task.BINARY, Kind.SCORE, HIGH, (found,), decided=True)
    if {pred.values, label.values} == _TWO_CODES:
        found = Evidence("values", "0, 1 against −1, 1", "two classes, written in two ways")
        return Decision(Task.CLASSES, Kind.CLASS, LOW, (found,), question=_written_in_two_ways())
    found = Evidence("values", f"whole numbers, {there}", "classes, predicted and true")
    repeated = pred.rows >= 2 * len(label.values)
    if repeated and not hints.quantities and _count_classes(pred.values | label.values):
        return Decision(Task.CLASSES, Kind.CLASS, MEDIUM, (found,), (_COUNTS,))
    amounts = dataclasses.replace(found, follows="amounts, or classes")
    return Decision(Task.REGRESSION, Kind.VALUE, LOW, (amounts,), (_NUMBERED,))


def marked_decided(
    verdict: Decision, pred: PredProfile, label: LabelProfile | None, hints: Hints
) -> Decision:
    """The decision, with a word on rows of 0 and 1 that tell nothing of how sure the model is."""
    if told_of_values(hints) or label is None or not pred.hard or pred.rows < 2:
        return verdict
    if verdict.task not in (Task.MULTICLASS, Task.MULTILABEL):
        return verdict
    one_hot = verdict.task is Task.MULTICLASS
    found = Evidence(
        "values",
        "every row is one-hot" if one_hot else "all 0 or 1, as the labels",
        "answers, not probabilities",
    )
    return replace(verdict, evidence=(*verdict.evidence, found), decided=True)


def _count_classes(numbers: frozenset[int]) -> bool:
    first, last = min(numbers), max(numbers)
    return first in _FIRST_CLASSES and last - first + 1 == len(numbers) <= _MOST_CLASSES
