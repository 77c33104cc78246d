"""Quantiles, and the losses of real values that hang on a single row of the sorted errors."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Array, median
from losscli.losses.definition.loss import (
    Constant,
    Example,
    Labels,
    Loss,
    Name,
    Reading,
    Shape,
)
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Task

_EXAMPLE = Example((2.5, 0.0, 2.0, 8.0), (3.0, -0.5, 2.0, 7.0), Kind.VALUE, Task.REGRESSION)


def weighted_quantile_of(values: Array, weight: Array, quantile: float) -> float:
    """The value at which the weights of the sorted values reach a share `quantile` of their sum.

    Where a value reaches it exactly, the mean of that value and the next.
    """
    order = np.argsort(values, kind="stable")
    order = order[weight[order] > 0.0]
    if order.size == 0:
        return math.nan
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
        return median(error)
    return np.array([weighted_quantile_of(column, weight, 0.5) for column in error.T])


def _median_shares(values: Array, weight: Array | None) -> Array:
    """What each value counts in the median: 1, or ½ for each of two in the middle."""
    counted = np.ones_like(values) if weight is None else weight
    order = np.argsort(values, kind="stable")
    order = order[counted[order] > 0.0]
    reached = np.cumsum(counted[order])
    goal = 0.5 * reached[-1]
    place = int(np.searchsorted(reached, goal))
    middle = order[place : place + 2] if reached[place] == goal else order[[place]]
    shares = np.zeros_like(values)
    shares[middle] = 1.0 / len(middle)
    return shares


def median_error_gradient(
    pred: Array, label: Array, upstream: Array, *, weight: Array | None
) -> Array:
    """sign(p − y) at the row whose error is the median of its column, shared where two are."""
    difference = (pred - label).reshape(len(pred), -1)
    shares = [_median_shares(column, weight) for column in np.abs(difference).T]
    return (upstream * np.stack(shares, axis=1) * np.sign(difference)).reshape(pred.shape)


def largest_error(pred: Array, label: Array) -> Array:
    """The largest |p − y| of each column, (c,)."""
    return np.abs(pred - label).reshape(len(pred), -1).max(axis=0)


def largest_error_gradient(pred: Array, label: Array, upstream: Array) -> Array:
    """sign(p − y) at the row of the largest error of each column, the first of several."""
    difference = (pred - label).reshape(len(pred), -1)
    worst = np.abs(difference).argmax(axis=0)
    columns = np.arange(difference.shape[1])
    slope = np.zeros_like(difference)
    slope[worst, columns] = upstream * np.sign(difference[worst, columns])
    return slope.reshape(pred.shape)


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
            gradient=median_error_gradient,
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
            gradient=largest_error_gradient,
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
