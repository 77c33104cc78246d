"""Quantiles, and the losses of real values that hang on a single row of the sorted errors."""

from __future__ import annotations

import numpy as np

from losscli.losses.definition import (
    Constant,
    Example,
    Labels,
    Loss,
    Name,
    Reading,
    Shape,
)
from losscli.losses.forms import Array, Form
from losscli.losses.gradients import arrays as gradients
from losscli.vocabulary import Kind, Task

_EXAMPLE = Example((2.5, 0.0, 2.0, 8.0), (3.0, -0.5, 2.0, 7.0), Kind.VALUE, Task.REGRESSION)


def weighted_quantile_of(values: Array, weight: Array, quantile: float) -> float:
    """The value at which the weights of the sorted values reach a share `quantile` of their sum.

    Where a value reaches it exactly, the mean of that value and the next.
    """
    order = np.argsort(values, kind="stable")
    order = order[weight[order] > 0.0]
    reached = np.cumsum(weight[order])
    goal = quantile * reached[-1]
    place = min(int(np.searchsorted(reached, goal)), len(order) - 1)
    value = float(values[order[place]])
    if reached[place] == goal and place + 1 < len(order):
        return 0.5 * (value + float(values[order[place + 1]]))
    return value


def median_error(pred: Array, label: Array, *, weight: Array | None) -> Array:
    """The median of |p − y| of each column, (c,)."""
    error = np.abs(pred - label).reshape(len(pred), -1)
    if weight is None:
        return np.median(error, axis=0)
    return np.array([weighted_quantile_of(column, weight, 0.5) for column in error.T])


def largest_error(pred: Array, label: Array) -> Array:
    """The largest |p − y| of each column, (c,)."""
    return np.abs(pred - label).reshape(len(pred), -1).max(axis=0)


MEDIAN_ABSOLUTE_ERROR = Loss(
    id="median_absolute_error",
    title="median absolute error",
    family="regression",
    aliases=("medae",),
    names={
        "sklearn": (Name("median_absolute_error"),),
        "catboost": (Name("MedianAbsoluteError"),),
    },
    readings=(
        Reading(
            median_error,
            Form.VALUE,
            Labels.REAL,
            (Task.REGRESSION,),
            shape=Shape.WHOLE,
            gradient=gradients.median_error,
        ),
    ),
    by_column=True,
    formula="median |p − y|",
    derivative="∂/∂pᵢ = sign(pᵢ − yᵢ) in the row of the median, half of it in each of two; else 0",
    summary="The error that half of the rows stay below.",
    when="A few wild errors should not count at all. It holds all rows in memory.",
    reference="scikit-learn 1.9 median_absolute_error",
    example=_EXAMPLE,
    unit="label",
    symmetric=True,
    constant=Constant.MEDIAN,
    featured=False,
)

MAX_ERROR = Loss(
    id="max_error",
    title="largest error",
    family="regression",
    names={"sklearn": (Name("max_error"),)},
    readings=(
        Reading(
            largest_error,
            Form.VALUE,
            Labels.REAL,
            (Task.REGRESSION,),
            shape=Shape.WHOLE,
            gradient=gradients.largest_error,
        ),
    ),
    by_column=True,
    formula="max |p − y|",
    derivative="∂/∂pᵢ = sign(pᵢ − yᵢ) in the row of the largest error; else 0",
    derivative_says="Only the worst row pulls.",
    summary="The worst row.",
    when="A bound on the error is what counts.",
    reference="scikit-learn 1.9 max_error",
    example=_EXAMPLE,
    unit="label",
    symmetric=True,
    featured=False,
)
