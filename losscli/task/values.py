"""What the values of predictions and labels show, whatever their number per row."""

from __future__ import annotations

from losscli.task.decision import Hints
from losscli.task.profile import LabelProfile, PredProfile
from losscli.vocabulary import Evidence, Kind

# Sums that are this near to 1 in every row are meant to be 1; whole numbers are near it by chance.
_CHANCE = 0.02


def in_unit(pred: PredProfile, hints: Hints) -> bool:
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


def range_of(pred: PredProfile) -> str:
    """The smallest and the largest prediction, in words."""
    return f"from {pred.low:.6g} to {pred.high:.6g}"


def value_evidence(pred: PredProfile, *, unit: bool) -> Evidence:
    """What the values say, read as probabilities (`unit`) or not."""
    if unit and pred.outside_unit == 0:
        but = "" if pred.low >= 0.0 and pred.high <= 1.0 else " but for rounding"
        return Evidence("values", f"all in [0, 1]{but} ({range_of(pred)})", "probabilities")
    if unit:
        return Evidence(
            "values",
            f"{pred.outside_unit:,} of {pred.items:,} outside [0, 1] ({range_of(pred)})",
            "probabilities with mistakes among them",
        )
    return Evidence(
        "values",
        f"{pred.outside_unit:,} of {pred.items:,} outside [0, 1] ({range_of(pred)})",
        "not probabilities",
    )


def two_labels(label: LabelProfile) -> str:
    """The two labels that there are, in words."""
    return " and ".join(sorted(f"{value}" for value in label.values or ())) + " only"
