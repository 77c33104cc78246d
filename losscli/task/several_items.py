"""The decision where a row has several items: classes that compete, or questions of their own."""

from __future__ import annotations

from losscli.task.decision import HIGH, LOW, MEDIUM, Decision, Hints
from losscli.task.profile import LEFT_OUT, LabelProfile, PredProfile, tolerance
from losscli.task.values import in_unit, two_labels, value_evidence
from losscli.vocabulary import Evidence, Kind, Task


def several_items(
    pred: PredProfile, label: LabelProfile | None, width: int, hints: Hints
) -> Decision:
    """The decision on predictions of `width` items per row."""
    unit = in_unit(pred, hints)
    evidence = [value_evidence(pred, unit=unit)]
    confidence = HIGH if pred.outside_unit == 0 or not unit else LOW
    if label is not None and not label.text and label.width == width and _real(label, unit=unit):
        if unit:
            confidence = LOW
        evidence.append(
            Evidence(
                "labels", f"from {label.low:.6g} to {label.high:.6g}", "real values: regression"
            )
        )
        return Decision(Task.REGRESSION, Kind.VALUE, confidence, tuple(evidence))
    if label is not None and not label.text and label.width == 1 and not label.whole:
        found = f"one per row, from {label.low:.6g} to {label.high:.6g}"
        evidence.append(
            Evidence("labels", found, "several items forecast one real value: an ensemble")
        )
        return Decision(Task.FORECAST, Kind.ENSEMBLE, MEDIUM, tuple(evidence))
    if unit:
        return _several_probabilities(pred, label, width, confidence, evidence)
    return _several_scores(pred, label, hints, evidence)


def _several_probabilities(
    pred: PredProfile,
    label: LabelProfile | None,
    width: int,
    confidence: str,
    evidence: list[Evidence],
) -> Decision:
    even = pred.rows - pred.uneven
    competing = even > pred.uneven
    rounding = max(tolerance(width, None, None), pred.rounded(width))
    one_class = label is not None and label.width == 1
    if pred.outside_unit == pred.items:
        # Stated to be probabilities, and all above 1: counts, as 20 red balls and 80 blue ones.
        competing = True
        sums = Evidence("row sums", "no item is in [0, 1]", "shares of classes, to be divided")
    elif pred.uneven == 0:
        found = "the row sums to 1" if pred.rows == 1 else f"all {pred.rows:,} rows sum to 1"
        sums = Evidence("row sums", found, "classes that compete")
    elif one_class and pred.worst <= rounding * (1 + 1e-9):
        competing = True
        found = f"all near 1 (at most {pred.worst:.3g} off)"
        sums = Evidence("row sums", found, f"classes, rounded to {pred.decimals} decimals")
    elif even == 0:
        found = "the row does not sum to 1" if pred.rows == 1 else "no row sums to 1"
        sums = Evidence("row sums", found, "items that do not compete")
    else:
        confidence = LOW if min(even, pred.uneven) > 0.05 * pred.rows else MEDIUM
        uneven = f"{pred.uneven:,} of {pred.rows:,} rows do not sum to 1"
        sums = Evidence(
            "row sums",
            f"{uneven} (worst: off by {pred.worst:.3g})",
            "classes that compete, with mistakes" if competing else "items that do not compete",
        )
    evidence.append(sums)
    task = Task.MULTICLASS if competing else Task.MULTILABEL
    if label is not None:
        task, confidence = _heed_labels(task, label, width, confidence, evidence)
    return Decision(task, Kind.PROBABILITY, confidence, tuple(evidence))


def _heed_labels(
    task: Task, label: LabelProfile, width: int, confidence: str, evidence: list[Evidence]
) -> tuple[Task, str]:
    """What labels add to a reading that shape and values suggest."""
    if label.width == 1:
        found = "one class per row"
        if not label.text and label.whole and (label.low < 0 or label.high > width - 1):
            if label.low == LEFT_OUT and _classes_but_left_out(label, width):
                found += f", or {LEFT_OUT} for rows that are left out"
            else:
                found += f" ({label.low:g} to {label.high:g}, outside 0..{width - 1})"
                confidence = LOW
        if task is Task.MULTICLASS:
            evidence.append(Evidence("labels", found, "one of several classes"))
            return task, confidence
        evidence.append(
            Evidence(
                "labels", found, "contradicts row sums that are not 1: each label is read one-hot"
            )
        )
        return task, LOW
    if label.one_hot == label.rows:
        if task is Task.MULTICLASS:
            evidence.append(Evidence("labels", "one-hot", "one of several classes"))
            return task, confidence
        evidence.append(
            Evidence("labels", "one-hot", "contradicts row sums that are not 1: items taken singly")
        )
        return task, LOW
    if label.zero_one or label.signs or label.marked:
        found = _multi_hot(label)
        if task is Task.MULTILABEL:
            evidence.append(Evidence("labels", found, "several yes-or-no items per row"))
            return task, confidence
        evidence.append(
            Evidence("labels", found, "contradicts rows that sum to 1: several labels per row")
        )
        return Task.MULTILABEL, LOW
    if label.uneven == 0:
        evidence.append(Evidence("labels", "rows sum to 1", "distributions over classes"))
        return (Task.DISTRIBUTION, confidence) if task is Task.MULTICLASS else (task, LOW)
    evidence.append(Evidence("labels", "shares between 0 and 1", "soft yes-or-no labels"))
    return Task.MULTILABEL, confidence if task is Task.MULTILABEL else LOW


def _classes_but_left_out(label: LabelProfile, width: int) -> bool:
    """Whether labels are classes but for those of −100; of very many values the highest tells."""
    others = (label.values or frozenset((label.high,))) - {LEFT_OUT}
    return all(0 <= value < width for value in others)


def _several_scores(
    pred: PredProfile,
    label: LabelProfile | None,
    hints: Hints,
    evidence: list[Evidence],
) -> Decision:
    kind = hints.kind or hints.named or Kind.LOGIT
    if hints.kind is None and pred.high <= 0.0 and pred.uneven_log == 0:
        kind = Kind.LOG_PROBABILITY
        evidence.append(
            Evidence("row sums", "the exponentials of every row sum to 1", "log-probabilities")
        )
    if label is None:
        evidence.append(
            Evidence("labels", "none given", "one class per row or several: the labels would tell")
        )
        return Decision(Task.MULTICLASS, kind, LOW, tuple(evidence))
    if label.width == 1:
        evidence.append(Evidence("labels", "one class per row", "one of several classes"))
        return Decision(Task.MULTICLASS, kind, HIGH, tuple(evidence))
    if label.one_hot == label.rows:
        evidence.append(Evidence("labels", "one-hot", "one of several classes"))
        return Decision(Task.MULTICLASS, kind, HIGH, tuple(evidence))
    if label.zero_one or label.signs:
        evidence.append(Evidence("labels", _multi_hot(label), "several yes-or-no items per row"))
        return Decision(Task.MULTILABEL, kind, HIGH, tuple(evidence))
    if label.uneven:
        evidence.append(
            Evidence(
                "labels", f"from {label.low:.6g} to {label.high:.6g}", "real values: regression"
            )
        )
        return Decision(Task.REGRESSION, Kind.VALUE, MEDIUM, tuple(evidence))
    evidence.append(Evidence("labels", "rows sum to 1", "distributions over classes"))
    return Decision(Task.DISTRIBUTION, kind, HIGH, tuple(evidence))


def _multi_hot(label: LabelProfile) -> str:
    if label.signs:
        return two_labels(label)
    several = label.rows - label.one_hot
    return f"{several:,} of {label.rows:,} rows have no 1 or several"


def _real(label: LabelProfile, *, unit: bool) -> bool:
    """Whether labels of several columns are neither classes nor shares of a distribution."""
    if label.zero_one or label.signs or (unit and label.marked):
        return False
    return label.low < 0.0 or label.high > 1.0
