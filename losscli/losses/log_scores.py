"""The logarithmic score −log f(y) of forecast distributions, in nats.

Each row of the prediction holds a distribution's parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from losscli.arrays import Array
from losscli.losses.definition.loss import Example, Loss, Name
from losscli.losses.distributions import (
    LOG_2PI,
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


def log_score_normal(pred: Array, label: Array) -> Array:
    """−log density of N(mean, std²) in nats, per row."""
    mean, std = columns(pred, 2)
    z = (label - mean) / std
    return 0.5 * (z * z + LOG_2PI) + np.log(std)


def log_score_normal_gradient(pred: Array, label: Array) -> Array:
    """−z/σ and (1 − z²)/σ."""
    mean, std = columns_of(pred)
    z = (label - mean) / std
    return _standardised_gradient(pred, z, z, std)


def log_score_logistic(pred: Array, label: Array) -> Array:
    """−log density of a logistic distribution in nats, per row."""
    location, scale = columns(pred, 2)
    size = np.abs(label - location) / scale
    return size + 2.0 * np.log1p(np.exp(-size)) + np.log(scale)


def log_score_logistic_gradient(pred: Array, label: Array) -> Array:
    """−tanh(z/2)/s and (1 − z tanh(z/2))/s."""
    location, scale = columns_of(pred)
    z = (label - location) / scale
    return _standardised_gradient(pred, np.tanh(0.5 * z), z, scale)


def log_score_laplace(pred: Array, label: Array) -> Array:
    """−log density of a Laplace distribution in nats, per row."""
    location, scale = columns(pred, 2)
    return np.abs(label - location) / scale + np.log(2.0 * scale)


def log_score_laplace_gradient(pred: Array, label: Array) -> Array:
    """−sign(z)/s and (1 − |z|)/s."""
    location, scale = columns_of(pred)
    z = (label - location) / scale
    return _standardised_gradient(pred, np.sign(z), z, scale)


def log_score_exponential(pred: Array, label: Array) -> Array:
    """−log density of an exponential distribution in nats, per row; ∞ below 0."""
    (rate,) = columns(pred, 1)
    return np.where(label < 0.0, np.inf, rate * label - np.log(rate))


def log_score_exponential_gradient(pred: Array, label: Array) -> Array:
    """y − 1/λ; NaN below 0, where every forecast costs infinity."""
    (rate,) = columns_of(pred)
    return stacked_like(pred, np.where(label < 0.0, np.nan, label - 1.0 / rate))


def log_score_poisson(pred: Array, label: Array) -> Array:
    """−log probability of a Poisson distribution in nats, per row; ∞ for what is no count."""
    (mean,) = columns(pred, 1)
    counts = (label >= 0.0) & (label == np.floor(label))
    safe = np.where(counts, label, 0.0)
    return np.where(counts, surprise_at_count(safe, mean), np.inf)


def log_score_poisson_gradient(pred: Array, label: Array) -> Array:
    """1 − y/λ; NaN for what is no count."""
    (mean,) = columns_of(pred)
    counts = (label >= 0.0) & (label == np.floor(label))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(label == 0.0, 0.0, label / mean)
    return stacked_like(pred, np.where(counts, 1.0 - share, np.nan))


def log_score_gamma(pred: Array, label: Array) -> Array:
    """−log density of a gamma distribution in nats, per row; ∞ below 0."""
    from scipy.special import gammaln, xlogy

    shape, rate = columns(pred, 2)
    inside = np.where(label > 0.0, label, 1.0)
    # f(y) is the Poisson probability of the shape at the mean rate · y, times shape/y.
    score = surprise_at_count(shape, rate * inside) + np.log(inside / shape)
    at_zero = gammaln(shape) - shape * np.log(rate) - xlogy(shape - 1.0, 0.0)
    return np.where(label > 0.0, score, np.where(label < 0.0, np.inf, at_zero))


def log_score_gamma_gradient(pred: Array, label: Array) -> Array:
    """ψ(a) − log(b y) and y − a/b; NaN below 0."""
    from scipy.special import digamma

    shape, rate = columns_of(pred)
    with np.errstate(divide="ignore"):
        log = np.log(rate * np.where(label < 0.0, np.nan, label))
    return stacked_like(
        pred, digamma(shape) - log, np.where(label < 0.0, np.nan, label - shape / rate)
    )


def log_score_lognormal(pred: Array, label: Array) -> Array:
    """−log density of a log-normal distribution in nats, per row; ∞ at 0 and below."""
    mulog, sigmalog = columns(pred, 2)
    log = np.log(np.where(label > 0.0, label, 1.0))
    z = (log - mulog) / sigmalog
    return np.where(label > 0.0, log + np.log(sigmalog) + 0.5 * (z * z + LOG_2PI), np.inf)


def log_score_lognormal_gradient(pred: Array, label: Array) -> Array:
    """−z/σ and (1 − z²)/σ; NaN at 0 and below."""
    mulog, sigmalog = columns_of(pred)
    z = (np.log(np.where(label > 0.0, label, np.nan)) - mulog) / sigmalog
    return _standardised_gradient(pred, z, z, sigmalog)


def log_score_uniform(pred: Array, label: Array) -> Array:
    """−log density of a uniform distribution in nats, per row; ∞ outside it."""
    low, high = columns(pred, 2)
    return np.where((label < low) | (label > high), np.inf, np.log(high - low))


def log_score_uniform_gradient(pred: Array, label: Array) -> Array:
    """−1/w and 1/w; NaN outside."""
    low, high = columns_of(pred)
    slope = np.where((label < low) | (label > high), np.nan, 1.0 / (high - low))
    return stacked_like(pred, -slope, slope)


def log_score_beta(pred: Array, label: Array) -> Array:
    """−log density of a beta distribution in nats, per row; ∞ outside [0, 1]."""
    from scipy.special import betaln, xlog1py, xlogy

    a, b = columns(pred, 2)
    inside = np.clip(label, 0.0, 1.0)
    score = betaln(a, b) - xlogy(a - 1.0, inside) - xlog1py(b - 1.0, -inside)
    return np.where(label == inside, score, np.inf)


def log_score_beta_gradient(pred: Array, label: Array) -> Array:
    """ψ(a) − ψ(a + b) − log y and ψ(b) − ψ(a + b) − log(1 − y); NaN outside [0, 1]."""
    from scipy.special import digamma

    a, b = columns_of(pred)
    inside = np.where((label >= 0.0) & (label <= 1.0), label, np.nan)
    both = digamma(a + b)
    with np.errstate(divide="ignore"):
        return stacked_like(
            pred, digamma(a) - both - np.log(inside), digamma(b) - both - np.log1p(-inside)
        )


def log_score_t(pred: Array, label: Array) -> Array:
    """−log density of Student's t distribution in nats, per row."""
    from scipy.special import betaln

    df, location, scale = columns(pred, 3)
    z = (label - location) / scale
    return (
        0.5 * (df + 1.0) * np.log1p(z * z / df)
        + betaln(0.5, 0.5 * df)
        + 0.5 * np.log(df)
        + np.log(scale)
    )


def log_score_t_gradient(pred: Array, label: Array) -> Array:
    """The slopes in ν, location and scale, with g′ = (ν + 1) z ÷ (ν + z²)."""
    from scipy.special import digamma

    df, location, scale = columns_of(pred)
    z = (label - location) / scale
    square = z * z
    slope = (df + 1.0) * z / (df + square)
    tail = np.log1p(square / df) - (df + 1.0) / df * (square / (df + square))
    tail += digamma(0.5 * df) - digamma(0.5 * (df + 1.0)) + 1.0 / df
    return stacked_like(pred, 0.5 * tail, -slope / scale, (1.0 - z * slope) / scale)


def _log_score(
    name: str,
    title: str,
    kernel: Callable[..., Any],
    gradient: Callable[..., Any] | None,
    items: tuple[str, ...],
    derivative: str,
    pred: tuple[tuple[float, ...], ...],
    label: tuple[float, ...],
) -> Loss:
    one = with_article(title)
    return Loss(
        id=f"log_score_{name}",
        title=f"log score of {one} forecast",
        family="forecast",
        names={"scoringrules": (Name(f"logs_{name}", reduction=Reduction.NONE),)},
        readings=reading_of(kernel, items, gradient),
        formula="mean −log f(y)",
        derivative=derivative,
        summary=f"The surprise, in nats, of {one} forecast ({', '.join(items)}) at the label.",
        when=f"The prediction is {one} distribution per row and the likelihood is what counts. "
        "A label that the forecast calls impossible costs infinity.",
        reference="Good 1952, J. R. Stat. Soc. B 14(1); scoringrules 0.10",
        example=Example(pred, label, Kind.DISTRIBUTION, Task.FORECAST),
        unit="nats",
        lower=0.0 if name == "poisson" else -math.inf,
        zero_at_perfect=False,
        featured=False,
    )


def _standardised_gradient(pred: Array, slope: Array, z: Array, scale: Array) -> Array:
    """The slopes of a log score −log f(z) + log scale, by that of −log f."""
    return stacked_like(pred, -slope / scale, (1.0 - z * slope) / scale)


LOG_SCORE_NORMAL = _log_score(
    "normal",
    "normal",
    log_score_normal,
    log_score_normal_gradient,
    ("mean", "std"),
    "∂/∂μ = −z/σ; ∂/∂σ = (1 − z²)/σ, z = (y − μ)/σ",
    PLACED,
    (0.5, -1.0),
)
LOG_SCORE_LOGISTIC = _log_score(
    "logistic",
    "logistic",
    log_score_logistic,
    log_score_logistic_gradient,
    ("location", "scale"),
    "∂/∂m = −tanh(z/2)/s; ∂/∂s = (1 − z tanh(z/2))/s, z = (y − m)/s",
    PLACED,
    (0.5, -1.0),
)
LOG_SCORE_LAPLACE = _log_score(
    "laplace",
    "Laplace",
    log_score_laplace,
    log_score_laplace_gradient,
    ("location", "scale"),
    "∂/∂m = −sign(z)/s; ∂/∂s = (1 − |z|)/s, z = (y − m)/s",
    PLACED,
    (0.5, -1.0),
)
LOG_SCORE_EXPONENTIAL = _log_score(
    "exponential",
    "exponential",
    log_score_exponential,
    log_score_exponential_gradient,
    ("rate",),
    "∂/∂λ = y − 1/λ",
    ((1.0,), (0.5,)),
    (0.7, 3.0),
)
LOG_SCORE_POISSON = _log_score(
    "poisson",
    "Poisson",
    log_score_poisson,
    log_score_poisson_gradient,
    ("mean",),
    "∂/∂λ = 1 − y/λ",
    ((1.0,), (4.0,)),
    (2.0, 3.0),
)
LOG_SCORE_GAMMA = _log_score(
    "gamma",
    "gamma",
    log_score_gamma,
    log_score_gamma_gradient,
    ("shape", "rate"),
    "∂/∂a = ψ(a) − log(b y); ∂/∂b = y − a/b",
    POSITIVE_PAIR,
    (1.5, 2.0),
)
LOG_SCORE_LOGNORMAL = _log_score(
    "lognormal",
    "log-normal",
    log_score_lognormal,
    log_score_lognormal_gradient,
    ("mulog", "sigmalog"),
    "∂/∂μ = −z/σ; ∂/∂σ = (1 − z²)/σ, z = (log y − μ)/σ",
    ((0.0, 1.0), (1.0, 0.5)),
    (1.5, 2.0),
)
LOG_SCORE_UNIFORM = _log_score(
    "uniform",
    "uniform",
    log_score_uniform,
    log_score_uniform_gradient,
    ("min", "max"),
    "∂/∂a = −1/(b − a); ∂/∂b = 1/(b − a), for labels inside",
    ((0.0, 1.0), (1.0, 3.0)),
    (0.5, 2.0),
)
LOG_SCORE_BETA = _log_score(
    "beta",
    "beta",
    log_score_beta,
    log_score_beta_gradient,
    ("a", "b"),
    "∂/∂a = ψ(a) − ψ(a + b) − log y; ∂/∂b = ψ(b) − ψ(a + b) − log(1 − y)",
    POSITIVE_PAIR,
    (0.5, 0.8),
)
LOG_SCORE_T = _log_score(
    "t",
    "Student t",
    log_score_t,
    log_score_t_gradient,
    ("df", "location", "scale"),
    "∂/∂ν = ½(log(1 + z²/ν) − z g/ν + ψ(ν/2) − ψ((ν + 1)/2) + 1/ν); ∂/∂m = −g/s; "
    "∂/∂s = (1 − z g)/s, g = (ν + 1) z ÷ (ν + z²), z = (y − m)/s",
    ((5.0, 0.0, 1.0), (3.0, 1.0, 2.0)),
    (0.5, -1.0),
)
