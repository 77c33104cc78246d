"""Predictions that are classes already: when whole numbers are classes, and when quantities."""

from __future__ import annotations

import re
from dataclasses import dataclass

from losscli.task.profile import LabelProfile, PredProfile

# A person lists so many classes by whole numbers; more are likely counts or amounts.
_MOST_CLASSES = 20

# Words in the names of columns whose whole numbers have an order and a distance.
_QUANTITIES = frozenset(
    "age ages amount bedrooms clicks count counts counted days demand distance duration frequency "
    "goals grade guests height hours income items km likes miles minutes month months num number "
    "orders passengers people points population price qty quality quantity rank rating ratings "
    "rentals salary sales score scores seconds speed stars stock temperature time total units "
    "visits votes weeks weight width year years".split()
)


def quantities_named_by(columns: tuple[str, ...]) -> bool:
    """Whether a column's name speaks of something counted or measured: `predicted_rating`."""
    return any(
        word.lower() in _QUANTITIES
        for name in columns
        for word in re.findall(r"[A-Za-z][a-z]*|[A-Z]+", name)
    )


@dataclass(frozen=True, slots=True)
class WholeNumbers:
    """Whole numbers on both sides: whether they are classes, what says so, and what may be else."""

    classes: bool
    sure: bool
    finding: str
    doubts: tuple[str, ...] = ()


def whole_numbers(
    pred: PredProfile, label: LabelProfile, *, quantities: bool
) -> WholeNumbers | None:
    """What whole numbers on both sides are; None where one side has others, or no value in common.

    Few values, repeated, with no predicted value but the labels' (or the reverse) are classes: with
    a doubt, for ratings and small counts look alike. `quantities` says that names speak of these.
    """
    if label.text or not label.whole or not pred.values or not label.values:
        return None
    both = pred.values | label.values
    shared = pred.values & label.values
    seen = f"whole numbers on both sides, {len(both)} different ones"
    if both <= {0, 1}:
        return WholeNumbers(classes=True, sure=True, finding="0 and 1 on both sides")
    if both <= {-1, 1} and shared:
        return WholeNumbers(classes=True, sure=True, finding="−1 and 1 on both sides")
    if 2 * len(shared) < min(len(pred.values), len(label.values)) or not shared:
        return None
    one_set = pred.values <= label.values or label.values <= pred.values
    repeated = min(pred.rows, label.rows) >= 2 * len(both)
    if quantities:
        doubt = (
            "predictions and labels are whole numbers, read as quantities by their name: "
            "if they are classes, say -l zero_one"
        )
        return WholeNumbers(classes=False, sure=False, finding=seen, doubts=(doubt,))
    if one_set and repeated and len(both) <= _MOST_CLASSES:
        doubt = (
            "predictions and labels are the same few whole numbers, read as classes: if they are "
            "counts, ratings or amounts, say --task regression (-l mse)"
        )
        return WholeNumbers(classes=True, sure=False, finding=seen, doubts=(doubt,))
    doubt = (
        "predictions and labels are whole numbers, read as quantities: if they are classes, "
        "say -l zero_one (--task classes)"
    )
    return WholeNumbers(classes=False, sure=False, finding=seen, doubts=(doubt,))
