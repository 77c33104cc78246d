"""Distances between two samples whose rows do not belong together."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import Example, Labels, Loss, Name, Reading, Shape
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Task


def _steps(pred: Array, label: Array) -> tuple[Array, Array]:
    """The gaps between all values in order, and the difference of the two CDFs over each."""
    values = np.sort(np.concatenate([pred, label]))
    gaps = np.diff(values)
    below = [
        np.searchsorted(np.sort(sample), values[:-1], side="right") / sample.size
        for sample in (pred, label)
    ]
    return gaps, below[0] - below[1]


def earth_movers_distance(pred: Array, label: Array) -> float:
    """∫ |F(x) − G(x)| dx between two samples (n,) and (m,)."""
    gaps, difference = _steps(pred, label)
    return math.fsum((gaps * np.abs(difference)).tolist())


def earth_movers_distance_gradient(pred: Array, label: Array, upstream: float) -> Array:
    """|F − G| left of a value less that right of it; the mean of both ways where values tie."""
    left, right = _sides(pred, label)
    step = 1.0 / pred.size
    ahead = np.abs(right - step) - np.abs(right)
    behind = np.abs(left) - np.abs(left + step)
    return upstream * 0.5 * (ahead + behind)


def root_energy_distance(pred: Array, label: Array) -> float:
    """√(2 ∫ (F(x) − G(x))² dx) between two samples (n,) and (m,)."""
    gaps, difference = _steps(pred, label)
    return math.sqrt(2.0 * math.fsum((gaps * difference * difference).tolist()))


def root_energy_distance_gradient(pred: Array, label: Array, upstream: float) -> Array:
    """((F − G)² left of a value less that right of it) ÷ the distance, 0 where there is none."""
    left, right = _sides(pred, label)
    distance = root_energy_distance(pred, label)
    if distance == 0.0:
        return np.zeros_like(pred)
    step = 1.0 / pred.size
    ahead = (right - step) ** 2 - right**2
    behind = left**2 - (left + step) ** 2
    return upstream * 0.5 * (ahead + behind) / distance


_EXAMPLE = Example((0.0, 1.0, 3.0), (5.0, 6.0, 8.0), Kind.VALUE, Task.SAMPLES)


def _reading(
    kernel: Callable[..., Any], gradient: Callable[..., Any] | None
) -> tuple[Reading, ...]:
    return (
        Reading(
            kernel,
            Form.VALUE,
            Labels.REAL,
            (Task.SAMPLES,),
            shape=Shape.WHOLE,
            paired=False,
            gradient=gradient,
        ),
    )


def _sides(pred: Array, label: Array) -> tuple[Array, Array]:
    """F − G just left of each predicted value and just right of it."""
    ordered = np.sort(pred), np.sort(label)
    left, right = (
        np.searchsorted(ordered[0], pred, side=side) / pred.size
        - np.searchsorted(ordered[1], pred, side=side) / label.size
        for side in ("left", "right")
    )
    return left, right


WASSERSTEIN_DISTANCE = Loss(
    id="wasserstein_distance",
    title="Wasserstein distance",
    family="samples",
    aliases=("emd", "earth_movers_distance"),
    names={"scipy": (Name("wasserstein_distance"),)},
    readings=_reading(earth_movers_distance, earth_movers_distance_gradient),
    formula="∫ |F(x) − G(x)| dx",
    derivative="∂/∂xᵢ = |F − G| left of xᵢ less that right of it",
    derivative_says="No value pulls harder than 1/n, and towards where the other sample has more.",
    summary="How far one sample has to be moved to become the other.",
    when="Two samples are to be compared as distributions; their rows do not belong together and "
    "their lengths may differ.",
    reference="Ramdas, Garcia Trillos & Cuturi 2017, Entropy 19(2); SciPy 1.17",
    example=_EXAMPLE,
    unit="label",
    symmetric=True,
    featured=False,
)

ENERGY_DISTANCE = Loss(
    id="energy_distance",
    title="energy distance",
    family="samples",
    names={"scipy": (Name("energy_distance"),)},
    readings=_reading(root_energy_distance, root_energy_distance_gradient),
    formula="√(2 ∫ (F(x) − G(x))² dx)",
    derivative="∂/∂xᵢ = ((F − G)² left of xᵢ less that right of it) ÷ distance",
    summary="The root of the squared distance between the distributions of two samples.",
    when="As the Wasserstein distance, with less weight on far tails.",
    reference="Székely & Rizzo 2013, J. Stat. Plan. Inference 143; SciPy 1.17",
    example=_EXAMPLE,
    unit="√label",
    symmetric=True,
    featured=False,
)
