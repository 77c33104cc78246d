"""The continuous ranked probability score of forecast distributions, in closed form.

Each row of the prediction holds a distribution's parameters. The CRPS is ∫ (F(x) − 1[x ≥ y])² dx;
the closed forms are those of Jordan, Krüger & Lerch 2019, J. Stat. Softw. 90(12), appendix A.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.bounds import ABOVE_ONE, Bounds
from losscli.losses.definition.loss import Example, Loss, Name
from losscli.losses.distributions import (
    PLACED,
    POSITIVE_PAIR,
    columns,
    columns_of,
    reading_of,
    stacked_like,
    surprise_at_count,
    with_article,
)
from losscli.vocabulary import Kind, Reduction, Task


def crps_normal(pred: Array, label: Array) -> Array:
    """CRPS of N(mean, std²), per row."""
    from scipy.special import ndtr

    mean, std = columns(pred, 2)
    z = (label - mean) / std
    density = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    return std * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / math.sqrt(math.pi))


def crps_normal_gradient(pred: Array, label: Array) -> Array:
    """1 − 2Φ(z) and 2φ(z) − 1/√π."""
    from scipy.special import ndtr

    mean, std = columns_of(pred)
    z = (label - mean) / std
    return stacked_like(pred, 1.0 - 2.0 * ndtr(z), 2.0 * _density(z) - 1.0 / math.sqrt(math.pi))


def crps_logistic(pred: Array, label: Array) -> Array:
    """CRPS of a logistic distribution, per row."""
    location, scale = columns(pred, 2)
    z = (label - location) / scale
    return scale * (np.abs(z) + 2.0 * np.log1p(np.exp(-np.abs(z))) - 1.0)


def crps_logistic_gradient(pred: Array, label: Array) -> Array:
    """−tanh(z/2) and |z| + 2 log(1 + e^−|z|) − 1 − z tanh(z/2)."""
    location, scale = columns_of(pred)
    z = (label - location) / scale
    size, slope = np.abs(z), np.tanh(0.5 * z)
    # |z| − z tanh(z/2), without the difference of two large numbers.
    small = np.exp(-size)
    rest = 2.0 * size * small / (1.0 + small)
    return stacked_like(pred, -slope, rest + 2.0 * np.log1p(small) - 1.0)


def crps_laplace(pred: Array, label: Array) -> Array:
    """CRPS of a Laplace distribution, per row."""
    location, scale = columns(pred, 2)
    size = np.abs(label - location) / scale
    return scale * (size + np.exp(-size) - 0.75)


def crps_laplace_gradient(pred: Array, label: Array) -> Array:
    """−sign(z)(1 − e^−|z|) and (1 + |z|) e^−|z| − ¾."""
    location, scale = columns_of(pred)
    z = (label - location) / scale
    size = np.abs(z)
    slope = -np.expm1(-size)
    return stacked_like(pred, -np.sign(z) * slope, (1.0 + size) * np.exp(-size) - 0.75)


def crps_exponential(pred: Array, label: Array) -> Array:
    """CRPS of an exponential distribution, per row."""
    (rate,) = columns(pred, 1)
    below = -np.expm1(-rate * np.maximum(label, 0.0))
    return np.abs(label) - 2.0 * below / rate + 0.5 / rate


def crps_exponential_gradient(pred: Array, label: Array) -> Array:
    """2F(y)/λ² − 2y e^−λy/λ − 1/(2λ²), for labels above 0."""
    (rate,) = columns_of(pred)
    x = rate * np.maximum(label, 0.0)
    return stacked_like(pred, (-2.0 * np.expm1(-x) - 2.0 * x * np.exp(-x) - 0.5) / rate / rate)


def crps_poisson(pred: Array, label: Array) -> Array:
    """CRPS of a Poisson distribution, per row."""
    from scipy.special import ive, pdtr

    (mean,) = columns(pred, 1)
    floor = np.floor(label)
    known = floor >= 0
    count = np.maximum(floor, 0.0)
    below = np.where(known, pdtr(count, mean), 0.0)
    mass = np.where(known, np.exp(-surprise_at_count(count, mean)), 0.0)
    bessel = ive(0, 2.0 * mean) + ive(1, 2.0 * mean)
    return (label - mean) * (2.0 * below - 1.0) + 2.0 * mean * mass - mean * bessel


def crps_poisson_gradient(pred: Array, label: Array) -> Array:
    """1 − 2F(y) + 2f(y)(1 + ⌊y⌋ − y) − e^−2λ I₀(2λ)."""
    from scipy.special import gammaln, ive, pdtr, xlogy

    (mean,) = columns_of(pred)
    known = label >= 0.0
    count = np.maximum(np.floor(label), 0.0)
    below = np.where(known, pdtr(count, mean), 0.0)
    mass = np.where(known, np.exp(xlogy(count, mean) - mean - gammaln(count + 1.0)), 0.0)
    return stacked_like(
        pred, 1.0 - 2.0 * below + 2.0 * mass * (1.0 + count - label) - ive(0, 2.0 * mean)
    )


def crps_gamma(pred: Array, label: Array) -> Array:
    """CRPS of a gamma distribution, per row."""
    from scipy.special import beta, gammainc

    shape, rate = columns(pred, 2)
    scaled = rate * np.maximum(label, 0.0)
    return (
        label * (2.0 * gammainc(shape, scaled) - 1.0)
        - shape / rate * (2.0 * gammainc(shape + 1.0, scaled) - 1.0)
        - 1.0 / (rate * beta(0.5, shape))
    )


def crps_lognormal(pred: Array, label: Array) -> Array:
    """CRPS of a log-normal distribution, per row."""
    from scipy.special import ndtr

    mulog, sigmalog = columns(pred, 2)
    with np.errstate(divide="ignore"):
        z = (np.log(np.maximum(label, 0.0)) - mulog) / sigmalog
    mean = np.exp(mulog + 0.5 * sigmalog * sigmalog)
    return label * (2.0 * ndtr(z) - 1.0) - 2.0 * mean * (
        ndtr(z - sigmalog) + ndtr(sigmalog / math.sqrt(2.0)) - 1.0
    )


def crps_lognormal_gradient(pred: Array, label: Array) -> Array:
    """2m(1 − Φ(z − σ) − Φ(σ/√2)), and σ times that + 2m(φ(z − σ) − φ(σ/√2)/√2), m the mean."""
    from scipy.special import ndtr

    mulog, sigmalog = columns_of(pred)
    with np.errstate(divide="ignore"):
        z = (np.log(np.maximum(label, 0.0)) - mulog) / sigmalog
    double = 2.0 * np.exp(mulog + 0.5 * sigmalog * sigmalog)
    half = sigmalog / math.sqrt(2.0)
    place = double * (1.0 - ndtr(z - sigmalog) - ndtr(half))
    spread = double * (_density(z - sigmalog) - _density(half) / math.sqrt(2.0))
    return stacked_like(pred, place, sigmalog * place + spread)


def crps_uniform(pred: Array, label: Array) -> Array:
    """CRPS of a uniform distribution, per row."""
    low, high = columns(pred, 2)
    width = high - low
    z = (label - low) / width
    inside = np.clip(z, 0.0, 1.0)
    return width * (np.abs(z - inside) + inside * inside - inside + 1.0 / 3.0)


def crps_uniform_gradient(pred: Array, label: Array) -> Array:
    """(1 − z)² − ⅓ and ⅓ − z² inside; one and two thirds outside, away from the label's side."""
    low, high = columns_of(pred)
    z = np.clip((label - low) / (high - low), 0.0, 1.0)
    # With g = z² − z + ⅓ the slopes at the ends are −g + g′(z − 1) and g − z g′; beyond them the
    # score does not change.
    return stacked_like(pred, (z - 1.0) ** 2 - 1.0 / 3.0, 1.0 / 3.0 - z * z)


def crps_beta(pred: Array, label: Array) -> Array:
    """CRPS of a beta distribution on [0, 1], per row."""
    from scipy.special import betainc, betaln

    a, b = columns(pred, 2)
    inside = np.clip(label, 0.0, 1.0)
    spread = 2.0 * np.exp(betaln(2.0 * a, 2.0 * b) - 2.0 * betaln(a, b)) / a
    return label * (2.0 * betainc(a, b, inside) - 1.0) + a / (a + b) * (
        1.0 - 2.0 * betainc(a + 1.0, b, inside) - spread
    )


def crps_t(pred: Array, label: Array) -> Array:
    """CRPS of Student's t distribution with more than one degree of freedom, per row."""
    from scipy.special import betaln, stdtr

    df, location, scale = columns(pred, 3)
    z = (label - location) / scale
    density = np.exp(-0.5 * (df + 1.0) * np.log1p(z * z / df) - betaln(0.5, 0.5 * df)) / np.sqrt(df)
    spread = np.exp(betaln(0.5, df - 0.5) - 2.0 * betaln(0.5, 0.5 * df))
    return scale * (
        z * (2.0 * stdtr(df, z) - 1.0)
        + 2.0 * density * (df + z * z) / (df - 1.0)
        - 2.0 * np.sqrt(df) / (df - 1.0) * spread
    )


_SAYS = (
    "The forecast is drawn to the label, and made sharper or wider until its spread is like the "
    "error."
)
_NO_CLOSED_FORM = (
    "There is one, but none in closed form for all parameters; the log score has one to train by."
)


def _crps(
    name: str,
    title: str,
    kernel: Callable[..., Any],
    gradient: Callable[..., Any] | None,
    items: tuple[str, ...],
    formula: str,
    derivative: str,
    pred: tuple[tuple[float, ...], ...],
    label: tuple[float, ...],
    **narrower: Bounds,
) -> Loss:
    one = with_article(title)
    return Loss(
        id=f"crps_{name}",
        title=f"CRPS of {one} forecast",
        family="forecast",
        names={"scoringrules": (Name(f"crps_{name}", reduction=Reduction.NONE),)},
        readings=reading_of(kernel, items, gradient, **narrower),
        formula=formula,
        derivative=derivative,
        derivative_says=_SAYS if derivative else _NO_CLOSED_FORM,
        summary=f"How far {one} forecast ({', '.join(items)}) lies from the label, in the "
        "label's unit.",
        when=f"The prediction is {one} distribution per row; sharp and well placed is best.",
        reference="Gneiting & Raftery 2007, J. Am. Stat. Assoc. 102; Jordan, Krüger & Lerch 2019; "
        "scoringrules 0.10",
        example=Example(pred, label, Kind.DISTRIBUTION, Task.FORECAST),
        unit="label",
        zero_at_perfect=False,
        featured=False,
    )


def _density(z: Array | float) -> Array:
    return np.asarray(np.exp(-0.5 * np.square(z)) / math.sqrt(2.0 * math.pi))


CRPS_NORMAL = _crps(
    "normal",
    "normal",
    crps_normal,
    crps_normal_gradient,
    ("mean", "std"),
    "σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π), z = (y − μ)/σ",
    "∂/∂μ = 1 − 2Φ(z); ∂/∂σ = 2φ(z) − 1/√π",
    PLACED,
    (0.5, -1.0),
)
CRPS_LOGISTIC = _crps(
    "logistic",
    "logistic",
    crps_logistic,
    crps_logistic_gradient,
    ("location", "scale"),
    "s (|z| + 2 log(1 + e^−|z|) − 1), z = (y − m)/s",
    "∂/∂m = −tanh(z/2); ∂/∂s = |z| + 2 log(1 + e^−|z|) − 1 − z tanh(z/2)",
    PLACED,
    (0.5, -1.0),
)
CRPS_LAPLACE = _crps(
    "laplace",
    "Laplace",
    crps_laplace,
    crps_laplace_gradient,
    ("location", "scale"),
    "s (|z| + e^−|z| − ¾), z = (y − m)/s",
    "∂/∂m = −sign(z)(1 − e^−|z|); ∂/∂s = (1 + |z|) e^−|z| − ¾",
    PLACED,
    (0.5, -1.0),
)
CRPS_EXPONENTIAL = _crps(
    "exponential",
    "exponential",
    crps_exponential,
    crps_exponential_gradient,
    ("rate",),
    "|y| − 2F(y)/λ + 1/(2λ)",
    "∂/∂λ = 2F(y)/λ² − 2y e^−λy/λ − 1/(2λ²)",
    ((1.0,), (0.5,)),
    (0.7, 3.0),
)
CRPS_POISSON = _crps(
    "poisson",
    "Poisson",
    crps_poisson,
    crps_poisson_gradient,
    ("mean",),
    "(y − λ)(2F(y) − 1) + 2λ f(y) − λ e^−2λ (I₀(2λ) + I₁(2λ))",
    "∂/∂λ = 1 − 2F(y) + 2f(y)(1 + ⌊y⌋ − y) − e^−2λ I₀(2λ)",
    ((1.0,), (4.0,)),
    (2.0, 3.0),
)
CRPS_GAMMA = _crps(
    "gamma",
    "gamma",
    crps_gamma,
    None,
    ("shape", "rate"),
    "y(2F_a(y) − 1) − a/b (2F_{a+1}(y) − 1) − 1/(b B(½, a))",
    "",
    POSITIVE_PAIR,
    (1.5, 2.0),
)
CRPS_LOGNORMAL = _crps(
    "lognormal",
    "log-normal",
    crps_lognormal,
    crps_lognormal_gradient,
    ("mulog", "sigmalog"),
    "y(2F(y) − 1) − 2e^(μ+σ²/2) (Φ(z − σ) + Φ(σ/√2) − 1), z = (log y − μ)/σ",
    "∂/∂μ = D = 2m(1 − Φ(z − σ) − Φ(σ/√2)); ∂/∂σ = σD + 2m(φ(z − σ) − φ(σ/√2)/√2), m = e^(μ+σ²/2)",
    ((0.0, 1.0), (1.0, 0.5)),
    (1.5, 2.0),
)
CRPS_UNIFORM = _crps(
    "uniform",
    "uniform",
    crps_uniform,
    crps_uniform_gradient,
    ("min", "max"),
    "w (|z − c| + c² − c + ⅓), z = (y − a)/w, c = z clipped to [0, 1]",
    "∂/∂a = (1 − c)² − ⅓; ∂/∂b = ⅓ − c²",
    ((0.0, 1.0), (1.0, 3.0)),
    (0.5, 4.0),
)
CRPS_BETA = _crps(
    "beta",
    "beta",
    crps_beta,
    None,
    ("a", "b"),
    "y(2F_a(y) − 1) + a/(a+b) (1 − 2F_{a+1}(y) − 2B(2a, 2b)/(a B(a, b)²))",
    "",
    POSITIVE_PAIR,
    (0.5, 0.8),
)
CRPS_T = _crps(
    "t",
    "Student t",
    crps_t,
    None,
    ("df", "location", "scale"),
    "s (z(2F(z) − 1) + 2f(z)(ν + z²)/(ν − 1) − 2√ν B(½, ν − ½)/((ν − 1) B(½, ν/2)²))",
    "",
    ((5.0, 0.0, 1.0), (3.0, 1.0, 2.0)),
    (0.5, -1.0),
    df=ABOVE_ONE,
)
