"""The decision where a row has one item: an answer to one question, or a real value."""

from __future__ import annotations

from losscli.task.decision import HIGH, LOW, MEDIUM, Decision, Hints, told_of_values
from losscli.task.profile import LabelProfile, PredProfile
from losscli.task.values import in_unit, two_labels, value_evidence
from losscli.vocabulary import Evidence, Kind, Task

_PERCENT = (
    "none of the predictions is below 0: they are read as logits; if they are percent, divide them "
    "by 100 (if logits, --kind logit says so)"
)
_SWAPPED = (
    "the predictions are all 0 or 1, and the labels are not: if the two are swapped, give the "
    "predictions first"
)


def _maybe_percent(pred: PredProfile) -> bool:
    return pred.low >= 0.0 and 1.0 < pred.high <= 100.0


# Kinds that only the answer to a yes-or-no question has, where there is one item per row.
_ANSWERS = (Kind.PROBABILITY, Kind.LOGIT, Kind.LOG_PROBABILITY, Kind.TANH)


def one_item(pred: PredProfile, label: LabelProfile | None, hints: Hints) -> Decision:
    """The decision on predictions of one item per row, which are no classes already."""
    unit = in_unit(pred, hints)
    evidence = [value_evidence(pred, unit=unit)]
    confidence = HIGH if pred.outside_unit == 0 or not unit else LOW
    if label is None:
        if unit:
            return Decision(Task.BINARY, Kind.PROBABILITY, confidence, tuple(evidence))
        if hints.kind is None and hints.named is None:
            evidence.append(
                Evidence("labels", "none given", "logits or real values: the labels would tell")
            )
        return Decision(Task.BINARY, hints.named or Kind.LOGIT, LOW, tuple(evidence))
    few = len(label.values or ()) <= 2
    marked = label.marked and unit and hints.task is None
    yes_or_no = label.zero_one or label.signs or (few and (label.text or hints.worded)) or marked
    if label.width > 1:
        evidence.append(
            Evidence("labels", f"{label.width} columns", "more label columns than predictions")
        )
        return Decision(Task.BINARY, Kind.PROBABILITY, LOW, tuple(evidence))
    if yes_or_no:
        evidence.append(Evidence("labels", two_labels(label), "yes or no"))
        if unit:
            answers = pred.hard and pred.rows > 1 and not told_of_values(hints)
            return Decision(
                Task.BINARY, Kind.PROBABILITY, confidence, tuple(evidence), decided=answers
            )
        kind = hints.kind or hints.named or Kind.LOGIT
        if hints.kind is None and hints.named is None and pred.low >= -1.0 and pred.high <= 1.0:
            confidence = LOW
            evidence.append(
                Evidence(
                    "values",
                    "all in [−1, 1]",
                    "read as logits; if they are tanh outputs, say --kind tanh",
                )
            )
        if hints.kind is None and hints.named is None and _maybe_percent(pred):
            return Decision(Task.BINARY, kind, LOW, tuple(evidence), (_PERCENT,))
        return Decision(Task.BINARY, kind, confidence, tuple(evidence))
    if label.text:
        evidence.append(
            Evidence(
                "labels",
                f"{len(label.values or ())} different words",
                "classes, but only one prediction per row",
            )
        )
        return Decision(Task.BINARY, Kind.PROBABILITY if unit else Kind.LOGIT, LOW, tuple(evidence))
    if unit and hints.kind is None and label.values is not None and len(label.values) == 2:
        follows = "yes or no in other words, perhaps: --classes NEGATIVE,POSITIVE"
        evidence.append(Evidence("labels", two_labels(label), follows))
        return Decision(Task.BINARY, Kind.PROBABILITY, LOW, tuple(evidence))
    soft = label.low >= 0.0 and label.high <= 1.0
    seen = f"from {label.low:.6g} to {label.high:.6g}"
    if soft and unit and (hints.kind is not None or hints.named is not None):
        evidence.append(Evidence("labels", "between 0 and 1", "soft labels"))
        return Decision(Task.BINARY, Kind.PROBABILITY, MEDIUM, tuple(evidence))
    if hints.kind in _ANSWERS:
        evidence.append(Evidence("labels", seen, f"contradicts --kind {hints.kind}: not 0 or 1"))
        return Decision(Task.BINARY, hints.kind, LOW, tuple(evidence))
    follows = "real values: regression"
    if soft and pred.hard and hints.kind is None and hints.task is None:
        evidence.append(Evidence("labels", seen, "shares of answers that are 0 or 1 themselves"))
        return Decision(Task.REGRESSION, Kind.VALUE, LOW, tuple(evidence), (_SWAPPED,))
    if soft and unit:
        follows += "; if the labels are probabilities, say --task binary"
        confidence = MEDIUM
    evidence.append(Evidence("labels", seen, follows))
    return Decision(Task.REGRESSION, Kind.VALUE, confidence, tuple(evidence))
