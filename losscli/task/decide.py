"""Arrays → task and kind: what is predicted and how it is written, with the evidence.

The shape of the prediction is asked first, then its values, then the labels. Where they disagree
the disagreement is part of the evidence and lowers the confidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from losscli.errors import UsageError
from losscli.task.profile import LabelProfile, PredProfile, tolerance
from losscli.vocabulary import Evidence, Kind, Task

HIGH, MEDIUM, LOW = "high", "medium", "low"


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user said, or the names of the columns suggest, about the reading."""

    kind: Kind | None = None
    task: Task | None = None
    named: Kind | None = None
    """The kind that the prediction columns' names speak of (`prob`, `logit`, `q0.9`)."""
    worded: bool = False
    """Whether the labels' words were given in order, so that they are no real values."""
    quantities: bool = False
    """Whether a column's name speaks of something counted or measured (`rating`, `sales`)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The task and kind of the data, how sure that is, and why.

    `doubts` are what may be a slip of whoever gave the data, and how to mend it. `decided` says
    that the predictions are answers or one-hot rows, as labels are, and tell nothing of how sure
    the model is.
    """

    task: Task
    kind: Kind
    confidence: str
    evidence: tuple[Evidence, ...]
    doubts: tuple[str, ...] = ()
    decided: bool = False
    question: tuple[str, str] | None = None
    """What has to be said before this reading gives a number, and how to say it."""


# What the name of a prediction column says about its kind: whole names and first parts.
NAMED_KINDS = {
    "p": Kind.PROBABILITY,
    "prob": Kind.PROBABILITY,
    "proba": Kind.PROBABILITY,
    "probs": Kind.PROBABILITY,
    "probability": Kind.PROBABILITY,
    "logit": Kind.LOGIT,
    "logits": Kind.LOGIT,
    "tanh": Kind.TANH,
    "logp": Kind.LOG_PROBABILITY,
    "logprob": Kind.LOG_PROBABILITY,
}


def kind_named_by(columns: tuple[str, ...]) -> Kind | None:
    """The kind on which the columns' names agree, if any: `prob_rf` says probability."""
    kinds = {NAMED_KINDS.get(name.lower().replace(".", "_").split("_")[0]) for name in columns}
    return kinds.pop() if len(kinds) == 1 else None


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
    pred: PredProfile, label: LabelProfile | None, width: int, hints: Hints = Hints()
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
        verdict = _classes(pred, label, hints) or _one_item(pred, label, hints)
    else:
        verdict = _decided(_several_items(pred, label, width, hints), pred, label, hints)
    verdict = replace(
        verdict, evidence=(shape, *verdict.evidence), doubts=(*verdict.doubts, *doubts)
    )
    if hints.kind is None and hints.task is None:
        verdict = _asking(verdict, pred, label, width)
    return _settled(verdict, pred, width, hints)


_ALL_ZERO = (
    "all predictions are 0: they say nothing, as probabilities or as logits",
    "Give the predictions that the model made, or say --kind probability or --kind logit.",
)


def _asking(
    verdict: Decision, pred: PredProfile, label: LabelProfile | None, width: int
) -> Decision:
    """The verdict, with the question that the data leave open, if any."""
    if verdict.kind is Kind.LOGIT and _percent(pred, width):
        rows = "every row sums to 100" if width > 1 else f"they are {_range(pred)}"
        return replace(
            verdict,
            question=(
                f"the predictions look like percent, not like logits: {rows}",
                "Say --kind percent (they are divided by 100), or --kind logit.",
            ),
        )
    if width > 1 and pred.rows and pred.low == pred.high == 0.0:
        return replace(verdict, question=_ALL_ZERO)
    if label is None or verdict.task is not Task.REGRESSION:
        return verdict
    if not label.marked or label.text:
        return verdict
    marks = ", ".join(f"{mark:g}" for mark in sorted((label.values or frozenset()) - {0, 1}))
    asked = (
        f"the labels are 0 and 1, and {marks}, which often marks items to leave out",
        f"Say --task {'multilabel' if width > 1 else 'binary'} --nan drop-items to leave them out, "
        f"or --task regression if {marks} is a real value.",
    )
    return replace(verdict, question=asked)


# Nobody's logits are all 0 or more and go as far as this.
_FAR = 30.0


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


# Sums that are this near to 1 in every row are meant to be 1; whole numbers are near it by chance.
_CHANCE = 0.02


def _in_unit(pred: PredProfile, hints: Hints) -> bool:
    """Whether the values are to be read as probabilities.

    A few values outside [0, 1] among many inside are mistakes to be named, not logits; and so are
    any in rows that all sum to 1, which logits do not.
    """
    if hints.kind is not None:
        return hints.kind is Kind.PROBABILITY
    if hints.named is not None:
        return hints.named is Kind.PROBABILITY
    if pred.outside_unit == 0:
        return True
    if pred.items > pred.rows and pred.uneven == 0 and pred.worst <= _CHANCE:
        return True
    share = pred.outside_unit / max(1, pred.items)
    return share <= 0.1 or (pred.low >= 0.0 and share < 0.5)


def _range(pred: PredProfile) -> str:
    return f"from {pred.low:.6g} to {pred.high:.6g}"


def _value_evidence(pred: PredProfile, *, unit: bool) -> Evidence:
    if unit and pred.outside_unit == 0:
        return Evidence("values", f"all in [0, 1] ({_range(pred)})", "probabilities")
    if unit:
        return Evidence(
            "values",
            f"{pred.outside_unit:,} of {pred.items:,} outside [0, 1] ({_range(pred)})",
            "probabilities with mistakes among them",
        )
    return Evidence(
        "values",
        f"{pred.outside_unit:,} of {pred.items:,} outside [0, 1] ({_range(pred)})",
        "not probabilities",
    )


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


def _one_item(pred: PredProfile, label: LabelProfile | None, hints: Hints) -> Decision:
    unit = _in_unit(pred, hints)
    evidence = [_value_evidence(pred, unit=unit)]
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
        evidence.append(Evidence("labels", _two(label), "yes or no"))
        if unit:
            answers = pred.hard and pred.rows > 1 and not _told_of_values(hints)
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
        evidence.append(Evidence("labels", _two(label), follows))
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


def _told_of_values(hints: Hints) -> bool:
    """Whether something but the values says how they are to be read.

    Columns that are called probabilities may hold answers all the same.
    """
    named = hints.named not in (None, Kind.PROBABILITY)
    return hints.kind is not None or hints.task is not None or named


def _strangers(pred: frozenset[str], label: frozenset[str]) -> tuple[str, str] | None:
    """The question that predicted words raise which are no labels, or spelt otherwise."""
    known = {" ".join(word.split()).casefold(): word for word in sorted(label)}
    for word in sorted(pred - label):
        other = known.get(" ".join(word.split()).casefold())
        if other is not None:
            return (
                f"the prediction {word!r} and the label {other!r} are two words",
                "Write the classes alike on both sides: the same case, and the same blanks.",
            )
    if pred & label:
        return None
    shown = [", ".join(map(repr, sorted(side)[:5])) for side in (pred, label)]
    return (
        f"no predicted word is among the labels: predictions are {shown[0]}, labels {shown[1]}",
        "Name the columns (--pred-col NAME --label-col NAME), or write the classes alike.",
    )


_TWO_CODES = {frozenset((0, 1)), frozenset((-1, 1))}
_WRITTEN_IN_TWO_WAYS = (
    "predictions and labels are two whole numbers each, but not the same: 0 and 1 on one side, "
    "−1 and 1 on the other",
    "Write the classes alike on both sides; if they are numbers, say --task regression.",
)


def _classes(pred: PredProfile, label: LabelProfile | None, hints: Hints) -> Decision | None:
    """The decision where predictions are classes as the labels are; None where they are numbers."""
    if label is None or label.width > 1 or label.text != pred.text:
        return None
    there = f"{len(pred.values or ())} different ones, of {len(label.values or ())} labels"
    if pred.text:
        found = Evidence("values", f"words, {there}", "classes, predicted and true")
        if pred.values and label.values and (said := _strangers(pred.values, label.values)):
            return Decision(Task.CLASSES, Kind.CLASS, LOW, (found,), question=said)
        return Decision(Task.CLASSES, Kind.CLASS, HIGH, (found,))
    if _told_of_values(hints):
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
        return Decision(Task.CLASSES, Kind.CLASS, LOW, (found,), question=_WRITTEN_IN_TWO_WAYS)
    found = Evidence("values", f"whole numbers, {there}", "classes, predicted and true")
    repeated = pred.rows >= 2 * len(label.values)
    if repeated and not hints.quantities and _count_classes(pred.values | label.values):
        return Decision(Task.CLASSES, Kind.CLASS, MEDIUM, (found,), (_COUNTS,))
    amounts = replace(found, follows="amounts, or classes")
    return Decision(Task.REGRESSION, Kind.VALUE, LOW, (amounts,), (_NUMBERED,))


def _decided(
    verdict: Decision, pred: PredProfile, label: LabelProfile | None, hints: Hints
) -> Decision:
    """The decision, with a word on rows of 0 and 1 that tell nothing of how sure the model is."""
    if _told_of_values(hints) or label is None or not pred.hard or pred.rows < 2:
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


def _two(label: LabelProfile) -> str:
    return " and ".join(sorted(f"{value}" for value in label.values or ())) + " only"


def _several_items(
    pred: PredProfile, label: LabelProfile | None, width: int, hints: Hints
) -> Decision:
    unit = _in_unit(pred, hints)
    evidence = [_value_evidence(pred, unit=unit)]
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
        return _two(label)
    several = label.rows - label.one_hot
    return f"{several:,} of {label.rows:,} rows have no 1 or several"


def _real(label: LabelProfile, *, unit: bool) -> bool:
    """Whether labels of several columns are neither classes nor shares of a distribution."""
    if label.zero_one or label.signs or (unit and label.marked):
        return False
    return label.low < 0.0 or label.high > 1.0
