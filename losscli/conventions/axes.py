"""The choices in which frameworks differ when they print the same loss."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from losscli.losses.definition.loss import RowLoss
from losscli.losses.forms.floors import Floor, Guard


class Denominator(StrEnum):
    """What a weighted mean divides by."""

    WEIGHTS = "sum of the weights"
    COUNT = "number of items"


class MeanOver(StrEnum):
    """What `mean` counts where a prediction has several items per row."""

    ELEMENTS = "elements"
    ROWS = "rows (first axis)"


class Renormalise(StrEnum):
    """Which rows of shares are divided by their sum before anything else."""

    NO = "rows taken as they are"
    PREDICTIONS = "rows of predictions divided by their sum"
    BOTH = "rows of predictions and labels divided by their sum"


STANDARD_FLOOR = Floor(Guard.CLIP, 1e-7, logs_only=True)
UNGUARDED = Floor()


class Axes(Struct, frozen=True):
    """The choices in which frameworks differ; the defaults are those of `standard`.

    `row` overrides what a row of several elements costs; `separate` finishes a loss that is no
    plain mean column by column; `squash` turns scores into probabilities where any lies outside
    [0, 1]; `sums_checked` refuses rows of probabilities that do not sum to 1; `zero_is_no_sign`
    leaves a label of 0 in a margin as 0; `nothing_is_zero` makes 0 of a mean over no rows, which
    else is NaN; `several_compete` takes several probabilities per row as classes, whatever they
    sum to; `pooled` finishes a loss that is taken column by column from all columns at once;
    `unit_labels` refuses labels of several columns above 1, where their sums are not checked.
    """

    floor: Floor = STANDARD_FLOOR
    class_floor: Floor = STANDARD_FLOOR
    label_floor: Floor = UNGUARDED
    renormalise: Renormalise = Renormalise.NO
    row: RowLoss | None = None
    mean_over: MeanOver = MeanOver.ELEMENTS
    weighted_mean: Denominator = Denominator.WEIGHTS
    class_weighted_mean: Denominator = Denominator.WEIGHTS
    soft_class_mean: Denominator = Denominator.WEIGHTS
    separate: bool = False
    squash: bool = False
    sums_checked: bool = True
    zero_is_no_sign: bool = False
    nothing_is_zero: bool = False
    several_compete: bool = False
    pooled: bool = False
    unit_labels: bool = False

    def differences(self, other: Axes, matter: Collection[str]) -> tuple[str, ...]:
        """In words, what this does where `other` does something else, on the axes that matter."""
        return tuple(
            _WORDS[axis](getattr(self, axis))
            for axis in self.__struct_fields__
            if axis in matter and getattr(self, axis) != getattr(other, axis)
        )


def _row_words(row: RowLoss | None) -> str:
    return "a row costs as defined" if row is None else f"in a row, {row}"


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "floor": lambda floor: floor.words,
    "class_floor": lambda floor: floor.words,
    "label_floor": lambda floor: f"labels: {floor.words}",
    "renormalise": str,
    "row": _row_words,
    "mean_over": lambda over: f"mean over {over}",
    "weighted_mean": lambda by: f"weighted mean divides by the {by}",
    "class_weighted_mean": lambda by: f"class-weighted mean divides by the {by}",
    "soft_class_mean": lambda by: f"with soft labels it divides by the {by}",
    "separate": lambda on: "columns finished one by one, then averaged" if on else "columns pooled",
    "squash": lambda on: "scores outside [0, 1] go through a sigmoid or softmax" if on else "",
    "sums_checked": lambda on: "rows must sum to 1" if on else "rows need not sum to 1",
    "nothing_is_zero": lambda on: "a mean over no rows is 0" if on else "",
    "several_compete": lambda on: "several items per row are classes that compete" if on else "",
    "pooled": lambda on: "columns pooled" if on else "columns finished one by one, then averaged",
    "unit_labels": lambda on: "labels of several columns lie in [0, 1]" if on else "",
    "zero_is_no_sign": lambda on: "labels of 0 are not read as −1" if on else "",
}
