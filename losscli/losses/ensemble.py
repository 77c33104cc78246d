"""Scores of ensemble forecasts: each row of the prediction holds the members of an ensemble.

Where an outcome has several variables (d of them), a row holds m members of d numbers each.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import Example, Labels, Loss, Name, Param, Reading
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Reduction, Task

_MEMBERS = Example(((0.0, 1.0, 2.0), (1.0, 3.0, 2.0)), (0.5, 4.0), Kind.ENSEMBLE, Task.FORECAST)


def ensemble_crps(pred: Array, label: Array, *, estimator: str) -> Array:
    """E|X − y| − ½ E|X − X'| over the members of each row (n, m), per row.

    The second expectation is over all pairs (`nrg`, `qd`, `int`), over pairs of different members
    (`fair`, `pwm`), or over each member and the one before it as they stand (`akr`).
    """
    # One member stands in a column of its own.
    offset = pred.reshape(len(pred), -1) - label[:, None]
    members = offset.shape[1]
    if members < 2 and estimator in ("fair", "pwm"):
        raise ValueError("pairs of different members need two of them")
    distance = np.abs(offset).mean(axis=1)
    if estimator == "akr":
        return distance - 0.5 * np.abs(offset - np.roll(offset, 1, axis=1)).mean(axis=1)
    rank = 2.0 * np.arange(1, members + 1) - members - 1.0
    pairs = np.sort(offset, axis=1) @ rank
    if estimator in ("fair", "pwm"):
        return distance - pairs / (members * (members - 1.0))
    return distance - pairs / members**2


def _below_less_above(rows: Array) -> Array:
    """For each item, how many of its row are below it, less how many are above it."""
    width = rows.shape[1]
    order = np.argsort(rows, axis=1, kind="stable")
    ordered = np.take_along_axis(rows, order, axis=1)
    place = np.arange(width)
    begins = np.ones(rows.shape, bool)
    begins[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    ends = np.ones(rows.shape, bool)
    ends[:, :-1] = begins[:, 1:]
    first = np.maximum.accumulate(np.where(begins, place, 0), axis=1)
    last = np.minimum.accumulate(np.where(ends, place, width)[:, ::-1], axis=1)[:, ::-1]
    counts = np.empty_like(rows)
    np.put_along_axis(counts, order, (first + last - (width - 1)).astype(np.float64), axis=1)
    return counts


def ensemble_crps_gradient(pred: Array, label: Array, *, estimator: str) -> Array:
    """sign(x − y)/m, less what each member adds to the spread: (members below − above) ÷ pairs."""
    members = pred.shape[1]
    toward = np.sign(pred - label[:, None]) / members
    if estimator == "akr":
        step = np.sign(pred - np.roll(pred, 1, axis=1))
        return toward - 0.5 / members * (step - np.roll(step, -1, axis=1))
    pairs = members * (members - 1.0) if estimator in ("fair", "pwm") else members**2
    return toward - _below_less_above(pred) / pairs


def energy_error(pred: Array, label: Array, *, estimator: str) -> Array:
    """E‖X − y‖ − ½ E‖X − X'‖ over the members (n, m, d), per row.

    The second expectation is over all pairs (`nrg`) or pairs of different members (`fair`).
    """
    members = pred.shape[1]
    distance = np.linalg.norm(pred - label[:, None, :], axis=2).mean(axis=1)
    pairs = np.linalg.norm(pred[:, :, None, :] - pred[:, None, :, :], axis=3)
    count = members**2 if estimator == "nrg" else members * (members - 1.0)
    return distance - 0.5 * pairs.sum(axis=(1, 2)) / count


def energy_error_gradient(pred: Array, label: Array, *, estimator: str) -> Array:
    """The direction away from the label over m, less those away from the other members ÷ pairs."""
    members = pred.shape[1]
    count = members**2 if estimator == "nrg" else members * (members - 1.0)
    apart = _direction(pred[:, :, None, :] - pred[:, None, :, :]).sum(axis=2)
    return _direction(pred - label[:, None, :]) / members - apart / count


def variogram_error(pred: Array, label: Array, *, p: float) -> Array:
    """Σᵢⱼ (|yᵢ − yⱼ|ᵖ − E|Xᵢ − Xⱼ|ᵖ)² over the variables of (n, m, d), per row."""
    expected = np.mean(np.abs(pred[:, :, :, None] - pred[:, :, None, :]) ** p, axis=1)
    observed = np.abs(label[:, :, None] - label[:, None, :]) ** p
    return ((observed - expected) ** 2).sum(axis=(1, 2))


def variogram_error_gradient(pred: Array, label: Array, *, p: float) -> Array:
    """−(4p/m) Σ_b (observed − expected) |x_a − x_b|^(p − 1) sign(x_a − x_b)."""
    difference = pred[:, :, :, None] - pred[:, :, None, :]
    size = np.abs(difference)
    expected = np.mean(size**p, axis=1)
    observed = np.abs(label[:, :, None] - label[:, None, :]) ** p
    steepness = np.where(size > 0.0, np.where(size > 0.0, size, 1.0) ** (p - 1.0), 0.0)
    short = (observed - expected)[:, None]
    return -4.0 * p / pred.shape[1] * (short * steepness * np.sign(difference)).sum(axis=3)


def dawid_sebastiani_error(pred: Array, label: Array) -> Array:
    """(y − m)²/s² + 2 log s with the mean and the standard deviation of the members, per row."""
    mean, std = pred.mean(axis=1), pred.std(axis=1, ddof=1)
    return ((label - mean) / std) ** 2 + 2.0 * np.log(std)


def dawid_sebastiani_error_gradient(pred: Array, label: Array) -> Array:
    """−2e/(m s²) through the mean, 2(1 − e²/s²)(x − mean) ÷ ((m − 1) s²) through the spread."""
    members = pred.shape[1]
    centred = pred - pred.mean(axis=1, keepdims=True)
    variance = pred.var(axis=1, ddof=1)[:, None]
    error = label[:, None] - pred.mean(axis=1, keepdims=True)
    through_spread = 2.0 * (1.0 - error * error / variance) * centred / (members - 1.0)
    return (through_spread - 2.0 * error / members) / variance


def error_spread(pred: Array, label: Array) -> Array:
    """(s² − e² − e·s·g)² with error e, spread s and skewness g of the members, per row."""
    members = pred.shape[1]
    mean = pred.mean(axis=1)
    centred = pred - mean[:, None]
    std = np.sqrt((centred * centred).sum(axis=1) / (members - 1.0))
    skewness = ((centred / std[:, None]) ** 3).sum(axis=1)
    skewness /= (members - 1.0) * (members - 2.0)
    error = mean - label
    return (std * std - error * error - error * std * skewness) ** 2


def error_spread_gradient(pred: Array, label: Array) -> Array:
    """2A · dA with A = s² − e² − e·s·g, where s·g = Σ (x − mean)³ ÷ ((m − 1)(m − 2) s²)."""
    members = pred.shape[1]
    centred = pred - pred.mean(axis=1, keepdims=True)
    variance = (centred * centred).sum(axis=1, keepdims=True) / (members - 1.0)
    cubes = (centred**3).sum(axis=1, keepdims=True)
    error = pred.mean(axis=1, keepdims=True) - label[:, None]
    count = (members - 1.0) * (members - 2.0)
    skew = cubes / variance / count
    by_variance = 2.0 * centred / (members - 1.0)
    by_cubes = 3.0 * (centred * centred - variance * (members - 1.0) / members)
    by_skew = (by_cubes - cubes / variance * by_variance) / variance / count
    whole = variance - error * error - error * skew
    return 2.0 * whole * (by_variance - (2.0 * error + skew) / members - error * by_skew)


def _reading(
    kernel: Callable[..., Any], gradient: Callable[..., Any] | None, fewest: int
) -> tuple[Reading, ...]:
    return (
        Reading(
            kernel,
            Form.PARAMETERS,
            Labels.REAL,
            (Task.FORECAST,),
            fewest_items=fewest,
            gradient=gradient,
        ),
    )


def _vectors(kernel: Callable[..., Any], gradient: Callable[..., Any]) -> tuple[Reading, ...]:
    dims = MappingProxyType({"pred": "n m d", "label": "n d"})
    return (
        Reading(
            kernel, Form.PARAMETERS, Labels.REAL, (Task.FORECAST,), dims=dims, gradient=gradient
        ),
    )


def _direction(vectors: Array) -> Array:
    """Vectors (…, d) at unit length; 0 stays 0."""
    size = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.divide(vectors, size, out=np.zeros_like(vectors), where=size > 0.0)


_VECTORS = Example(
    (((0.0, 1.0), (1.0, 1.0)), ((2.0, 0.0), (3.0, 1.0))),
    ((0.5, 1.0), (2.0, 2.0)),
    Kind.ENSEMBLE,
    Task.FORECAST,
)

CRPS_ENSEMBLE = Loss(
    id="crps_ensemble",
    title="CRPS of an ensemble",
    family="forecast",
    aliases=("crps",),
    names={
        "scoringrules": (
            Name("crps_ensemble", reduction=Reduction.NONE, params={"estimator": "qd"}),
        ),
        "torchmetrics": (Name("continuous_ranked_probability_score"),),
    },
    params={
        "estimator": Param(
            "nrg",
            "which pairs of members count",
            choices=("nrg", "qd", "int", "fair", "pwm", "akr"),
        )
    },
    readings=_reading(ensemble_crps, ensemble_crps_gradient, 1),
    formula="mean E|X − y| − ½ E|X − X'|",
    derivative="∂/∂xᵢ = sign(xᵢ − y)/m − (members below xᵢ − above)/m²",
    derivative_says="Each member is pulled to the label, and pushed away from the other members: "
    "what balances is a spread like the error.",
    summary="How far an ensemble lies from the label, less half its own spread.",
    when="Each row of the prediction holds the members of an ensemble; one member gives the "
    "absolute error.",
    reference="Gneiting & Raftery 2007, J. Am. Stat. Assoc. 102; scoringrules 0.10",
    example=_MEMBERS,
    unit="label",
    lower=-np.inf,
    zero_at_perfect=False,
    featured=True,
)

ENERGY_SCORE = Loss(
    id="energy_score",
    title="energy score",
    family="forecast",
    aliases=("es",),
    names={"scoringrules": (Name("es_ensemble", reduction=Reduction.NONE),)},
    params={"estimator": Param("nrg", "which pairs of members count", choices=("nrg", "fair"))},
    readings=_vectors(energy_error, energy_error_gradient),
    formula="mean E‖X − y‖ − ½ E‖X − X'‖",
    derivative="∂/∂xᵢ = (xᵢ − y)/‖xᵢ − y‖ ÷ m − Σⱼ (xᵢ − xⱼ)/‖xᵢ − xⱼ‖ ÷ m²",
    summary="The CRPS of an ensemble for outcomes of several variables.",
    when="Each row holds an ensemble (m, d) of an outcome of d variables.",
    reference="Gneiting & Raftery 2007, J. Am. Stat. Assoc. 102; scoringrules 0.10",
    example=_VECTORS,
    unit="label",
    zero_at_perfect=False,
    featured=False,
)

VARIOGRAM_SCORE = Loss(
    id="variogram_score",
    title="variogram score",
    family="forecast",
    aliases=("vs",),
    names={"scoringrules": (Name("vs_ensemble", reduction=Reduction.NONE),)},
    params={"p": Param(0.5, "the order of the variogram", minimum=0.0, open_ends=True)},
    readings=_vectors(variogram_error, variogram_error_gradient),
    formula="mean Σᵢⱼ (|yᵢ − yⱼ|ᵖ − E|Xᵢ − Xⱼ|ᵖ)²",
    derivative="∂/∂x_a = −(4p/m) Σ_b (|y_a − y_b|ᵖ − E|X_a − X_b|ᵖ) |x_a − x_b|^(p − 1) sign(x_a − "
    "x_b)",
    summary="How well an ensemble tells the differences between the variables of an outcome.",
    when="The dependence between variables matters, which the energy score hardly sees.",
    reference="Scheuerer & Hamill 2015, Monthly Weather Review 143; scoringrules 0.10",
    example=_VECTORS,
    unit="label²ᵖ",
    zero_at_perfect=False,
    featured=False,
)

DAWID_SEBASTIANI_ENSEMBLE = Loss(
    id="dawid_sebastiani_ensemble",
    title="Dawid–Sebastiani score of an ensemble",
    family="forecast",
    aliases=("dss",),
    names={"scoringrules": (Name("dssuv_ensemble", reduction=Reduction.NONE),)},
    readings=_reading(dawid_sebastiani_error, dawid_sebastiani_error_gradient, 2),
    formula="mean (y − m)²/s² + 2 log s",
    derivative="∂/∂xᵢ = 2(1 − e²/s²)(xᵢ − m) ÷ ((M − 1) s²) − 2e ÷ (M s²), e = y − m, of M members",
    summary="A log score that looks at the mean and the spread of an ensemble alone.",
    when="As the log score, where a density is not to be estimated.",
    reference="Dawid & Sebastiani 1999, Ann. Statist. 27(1); scoringrules 0.10",
    example=_MEMBERS,
    unit="nats",
    lower=-np.inf,
    zero_at_perfect=False,
    featured=False,
)

ERROR_SPREAD_ENSEMBLE = Loss(
    id="error_spread_ensemble",
    title="error-spread score of an ensemble",
    family="forecast",
    aliases=("error_spread",),
    names={"scoringrules": (Name("error_spread_score", reduction=Reduction.NONE),)},
    readings=_reading(error_spread, error_spread_gradient, 3),
    formula="mean (s² − e² − e·s·g)²",
    derivative="∂/∂xᵢ = 2(s² − e² − e·s·g) ∂(s² − e² − e·s·g)/∂xᵢ",
    summary="Whether the spread of an ensemble matches its error, row by row.",
    when="To judge the reliability of an ensemble's spread.",
    reference="Christensen, Moroz & Palmer 2015, Q. J. R. Meteorol. Soc. 141; scoringrules 0.10",
    example=_MEMBERS,
    unit="label⁴",
    zero_at_perfect=False,
    featured=False,
)
