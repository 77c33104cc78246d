"""How each framework prints the same loss: a table of choices, one row per framework.

A kernel knows none of this. It is handed predictions that the convention's `floor` has guarded,
and its rows are reduced by the denominators that the convention names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from losscli.errors import UsageError
from losscli.losses.forms import Floor, Guard


class Denominator(StrEnum):
    """What a weighted mean divides by."""

    WEIGHTS = "sum of the weights"
    COUNT = "number of items"


class MeanOver(StrEnum):
    """What `mean` counts where a prediction has several items per row."""

    ELEMENTS = "elements"
    ROWS = "rows (first axis)"


_CLIP = Floor(Guard.CLIP, 1e-7)


@dataclass(frozen=True, slots=True)
class Axes:
    """The choices in which frameworks differ; the defaults are those of `standard`."""

    floor: Floor = _CLIP
    class_floor: Floor = _CLIP
    renormalise: bool = False
    mean_over: MeanOver = MeanOver.ELEMENTS
    weighted_mean: Denominator = Denominator.WEIGHTS
    class_weighted_mean: Denominator = Denominator.WEIGHTS

    def differences(self, other: Axes, matter: Collection[str]) -> tuple[str, ...]:
        """In words, what this does where `other` does something else, on the axes that matter."""
        return tuple(
            _WORDS[axis.name](getattr(self, axis.name))
            for axis in fields(self)
            if axis.name in matter and getattr(self, axis.name) != getattr(other, axis.name)
        )


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "floor": lambda floor: floor.words,
    "class_floor": lambda floor: floor.words,
    "renormalise": lambda on: "rows divided by their sum" if on else "rows taken as they are",
    "mean_over": lambda over: f"mean over {over}",
    "weighted_mean": lambda by: f"weighted mean divides by the {by}",
    "class_weighted_mean": lambda by: f"class-weighted mean divides by the {by}",
}


@dataclass(frozen=True, slots=True)
class Convention:
    """One framework's choices.

    `axes` hold for every loss but those in `exceptions` (loss id → axes that differ there);
    `defaults` are parameters whose default the framework sets otherwise (loss id → values).
    """

    name: str
    summary: str
    axes: Axes = Axes()
    exceptions: Mapping[str, Mapping[str, Any]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))

    def axes_of(self, loss: str) -> Axes:
        """The choices that hold for the loss of that canonical id."""
        return replace(self.axes, **self.exceptions.get(loss, {}))

    def defaults_of(self, loss: str) -> Mapping[str, Any]:
        """The parameters of that loss whose default differs here."""
        return self.defaults.get(loss, {})


_UNGUARDED = Floor()
_ADD = Floor(Guard.ADD, 1e-7)
_NO_FLOOR = {"floor": _UNGUARDED, "class_floor": _UNGUARDED}

_TABLE = (
    Convention(
        "standard",
        "float64; probabilities clipped to [1e-7, 1 − 1e-7] and counted; means over elements; "
        "weighted means divide by the sum of the weights",
    ),
    Convention(
        "exact",
        "the formula on paper: no clipping, so a sure and wrong prediction costs infinity",
        axes=Axes(floor=_UNGUARDED, class_floor=_UNGUARDED),
    ),
    Convention(
        "textbook",
        "1e-7 added inside each log; means divide by the length of the first axis",
        axes=Axes(floor=_ADD, class_floor=_ADD, mean_over=MeanOver.ROWS),
        exceptions={
            "cross_entropy_distribution": _NO_FLOOR,
            "entropy": _NO_FLOOR,
            "kl_divergence": _NO_FLOOR,
        },
    ),
    Convention(
        "scipy",
        "no clipping; distributions are divided by their sum",
        axes=Axes(floor=_UNGUARDED, class_floor=_UNGUARDED, renormalise=True),
    ),
)

CONVENTIONS: Mapping[str, Convention] = MappingProxyType({row.name: row for row in _TABLE})


def convention(name: str) -> Convention:
    """The convention of that name. Raises UsageError for a name that is none."""
    try:
        return CONVENTIONS[name]
    except KeyError:
        known = ", ".join(CONVENTIONS)
        raise UsageError(f"no convention {name!r}", hint=f"Known: {known}.") from None
