"""Errors of forecasts as a multiple of the naive forecast's error on the training series.

The naive forecast repeats the value of one season before. Its error is no matter of the forecasts
and labels, so it is given: as a number, or by the training series (`--input train=FILE`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import Constant, Example, Labels, Loss, Param, Reading
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Task

_SEASON = Param(1, "rows of a season of the training series: 12 for months", minimum=1, whole=True)


def scaled_absolute_error(pred: Array, label: Array, *, naive: float) -> Array:
    """|p − y| ÷ naive, elementwise."""
    return np.abs(pred - label) / naive


def scaled_absolute_error_gradient(pred: Array, label: Array, *, naive: float) -> Array:
    """sign(p − y) ÷ naive."""
    return np.sign(pred - label) / naive


def scaled_squared_error(pred: Array, label: Array, *, naive: float) -> Array:
    """(p − y)² ÷ naive, elementwise."""
    difference = pred - label
    return difference * difference / naive


def scaled_squared_error_gradient(pred: Array, label: Array, *, naive: float) -> Array:
    """2(p − y) ÷ naive."""
    return 2.0 * (pred - label) / naive


def _root(mean: float, _params: Mapping[str, Any]) -> float:
    return math.sqrt(mean)


def _root_slope(mean: float, _params: Mapping[str, Any]) -> float:
    # 0 at a perfect prediction, where the root has a corner.
    return 0.5 / math.sqrt(mean) if mean > 0.0 else 0.0


def _naive(power: str) -> Param:
    return Param(
        1.0,
        f"the mean {power} error of the naive forecast on the training series",
        minimum=0.0,
        open_ends=True,
        given_by="Say --input train=FILE, the training series (of seasons: {loss}:season=12; of "
        "many series: --group-col COL), or the number itself: -l {loss}:naive=NUMBER.",
    )


def _readings(kernel: Callable[..., Array], gradient: Callable[..., Array]) -> tuple[Reading, ...]:
    return (Reading(kernel, Form.VALUE, Labels.REAL, (Task.REGRESSION,), gradient=gradient),)


def _example(naive: float) -> Example:
    return Example(
        (2.5, 0.0, 2.0, 8.0),
        (3.0, -0.5, 2.0, 7.0),
        Kind.VALUE,
        Task.REGRESSION,
        params={"naive": naive},
    )


MASE = Loss(
    id="mean_absolute_scaled_error",
    title="mean absolute scaled error",
    family="forecast",
    aliases=("mase",),
    params={"naive": _naive("absolute"), "season": _SEASON},
    readings=_readings(scaled_absolute_error, scaled_absolute_error_gradient),
    formula="mean |p − y| ÷ naive, naive = mean |yₜ − yₜ₋ₘ| of the training series",
    derivative="∂/∂p = sign(p − y) ÷ naive",
    summary="The mean absolute error beside that of repeating the last season.",
    when="Forecasts of series in different units are compared; below 1 beats the naive forecast. "
    "With --group-col each series is scaled by its own, and they are averaged, as in M4.",
    reference="Hyndman & Koehler 2006, Int. J. Forecasting 22(4)",
    example=_example(2.0),
    constant=Constant.MEDIAN,
    symmetric=True,
    featured=False,
)

RMSSE = Loss(
    id="root_mean_squared_scaled_error",
    title="root mean squared scaled error",
    family="forecast",
    aliases=("rmsse",),
    params={"naive": _naive("squared"), "season": _SEASON},
    readings=_readings(scaled_squared_error, scaled_squared_error_gradient),
    transform=_root,
    transform_slope=_root_slope,
    formula="√(mean (p − y)² ÷ naive), naive = mean (yₜ − yₜ₋ₘ)² of the training series",
    derivative="∂/∂pᵢ = (pᵢ − yᵢ) ÷ (naive · n · RMSSE)",
    summary="The root mean squared error beside that of repeating the last season.",
    when="As MASE, where large errors should rule. The M5 competition weights the series.",
    reference="Hyndman & Koehler 2006; Makridakis et al. 2022, Int. J. Forecasting 38(4)",
    example=_example(4.0),
    constant=Constant.MEAN,
    symmetric=True,
    featured=False,
)
