"""How scores of forecasts answer to the forecast's parameters, in the shape of the prediction.

A CRPS or log score of location and scale is a function g of z = (y − location)/scale: its slope in
the location is −g′, and in the scale g − z g′ (CRPS), or (1 − z g′)/scale (log score).
"""

from __future__ import annotations

import math

import numpy as np

from losscli.losses.forms import Array

_SQRT_PI = math.sqrt(math.pi)


def _columns(pred: Array) -> tuple[Array, ...]:
    """The parameters of each row, one array per parameter."""
    return tuple(pred.reshape(len(pred), -1).T)


def _like(pred: Array, *columns: Array) -> Array:
    """One slope per parameter, in the shape of the prediction."""
    return np.stack(columns, axis=1).reshape(pred.shape)


def interval_error(pred: Array, label: Array, *, alpha: float) -> Array:
    """−1 and 1, with 2/α against the end that the label lies beyond."""
    lower, upper = _columns(pred)
    fine = 2.0 / alpha
    below, above = np.where(lower > label, fine, 0.0), np.where(label > upper, fine, 0.0)
    return _like(pred, below - 1.0, 1.0 - above)


def gaussian_error(pred: Array, label: Array, *, eps: float) -> Array:
    """(μ − y)/v and ½(1/v − (y − μ)²/v²).

    A variance below `eps` answers as `eps` would, which is how PyTorch lets training raise it.
    """
    mean, variance = _columns(pred)
    variance = np.maximum(variance, eps)
    error = mean - label
    return _like(pred, error / variance, 0.5 * (1.0 - error * error / variance) / variance)


def _density(z: Array | float) -> Array:
    return np.asarray(np.exp(-0.5 * np.square(z)) / math.sqrt(2.0 * math.pi))


def crps_normal(pred: Array, label: Array) -> Array:
    """1 − 2Φ(z) and 2φ(z) − 1/√π."""
    from scipy.special import ndtr

    mean, std = _columns(pred)
    z = (label - mean) / std
    return _like(pred, 1.0 - 2.0 * ndtr(z), 2.0 * _density(z) - 1.0 / _SQRT_PI)


def crps_logistic(pred: Array, label: Array) -> Array:
    """−tanh(z/2) and |z| + 2 log(1 + e^−|z|) − 1 − z tanh(z/2)."""
    location, scale = _columns(pred)
    z = (label - location) / scale
    size, slope = np.abs(z), np.tanh(0.5 * z)
    # |z| − z tanh(z/2), without the difference of two large numbers.
    small = np.exp(-size)
    rest = 2.0 * size * small / (1.0 + small)
    return _like(pred, -slope, rest + 2.0 * np.log1p(small) - 1.0)


def crps_laplace(pred: Array, label: Array) -> Array:
    """−sign(z)(1 − e^−|z|) and (1 + |z|) e^−|z| − ¾."""
    location, scale = _columns(pred)
    z = (label - location) / scale
    size = np.abs(z)
    slope = -np.expm1(-size)
    return _like(pred, -np.sign(z) * slope, (1.0 + size) * np.exp(-size) - 0.75)


def crps_exponential(pred: Array, label: Array) -> Array:
    """2F(y)/λ² − 2y e^−λy/λ − 1/(2λ²), for labels above 0."""
    (rate,) = _columns(pred)
    x = rate * np.maximum(label, 0.0)
    return _like(pred, (-2.0 * np.expm1(-x) - 2.0 * x * np.exp(-x) - 0.5) / rate / rate)


def crps_poisson(pred: Array, label: Array) -> Array:
    """1 − 2F(y) + 2f(y)(1 + ⌊y⌋ − y) − e^−2λ I₀(2λ)."""
    from scipy.special import gammaln, ive, pdtr, xlogy

    (mean,) = _columns(pred)
    known = label >= 0.0
    count = np.maximum(np.floor(label), 0.0)
    below = np.where(known, pdtr(count, mean), 0.0)
    mass = np.where(known, np.exp(xlogy(count, mean) - mean - gammaln(count + 1.0)), 0.0)
    return _like(pred, 1.0 - 2.0 * below + 2.0 * mass * (1.0 + count - label) - ive(0, 2.0 * mean))


def crps_lognormal(pred: Array, label: Array) -> Array:
    """2m(1 − Φ(z − σ) − Φ(σ/√2)), and σ times that + 2m(φ(z − σ) − φ(σ/√2)/√2), m the mean."""
    from scipy.special import ndtr

    mulog, sigmalog = _columns(pred)
    with np.errstate(divide="ignore"):
        z = (np.log(np.maximum(label, 0.0)) - mulog) / sigmalog
    double = 2.0 * np.exp(mulog + 0.5 * sigmalog * sigmalog)
    half = sigmalog / math.sqrt(2.0)
    place = double * (1.0 - ndtr(z - sigmalog) - ndtr(half))
    spread = double * (_density(z - sigmalog) - _density(half) / math.sqrt(2.0))
    return _like(pred, place, sigmalog * place + spread)


def crps_uniform(pred: Array, label: Array) -> Array:
    """(1 − z)² − ⅓ and ⅓ − z² inside; one and two thirds outside, away from the label's side."""
    low, high = _columns(pred)
    z = np.clip((label - low) / (high - low), 0.0, 1.0)
    # With g = z² − z + ⅓ the ends answer −g + g′(z − 1) and g − z g′; beyond them nothing changes.
    return _like(pred, (z - 1.0) ** 2 - 1.0 / 3.0, 1.0 / 3.0 - z * z)


def _placed(pred: Array, slope: Array, z: Array, scale: Array) -> Array:
    """The slopes of a log score −log f(z) + log scale, by that of −log f."""
    return _like(pred, -slope / scale, (1.0 - z * slope) / scale)


def log_score_normal(pred: Array, label: Array) -> Array:
    """−z/σ and (1 − z²)/σ."""
    mean, std = _columns(pred)
    z = (label - mean) / std
    return _placed(pred, z, z, std)


def log_score_logistic(pred: Array, label: Array) -> Array:
    """−tanh(z/2)/s and (1 − z tanh(z/2))/s."""
    location, scale = _columns(pred)
    z = (label - location) / scale
    return _placed(pred, np.tanh(0.5 * z), z, scale)


def log_score_laplace(pred: Array, label: Array) -> Array:
    """−sign(z)/s and (1 − |z|)/s."""
    location, scale = _columns(pred)
    z = (label - location) / scale
    return _placed(pred, np.sign(z), z, scale)


def log_score_exponential(pred: Array, label: Array) -> Array:
    """y − 1/λ; NaN below 0, where every forecast costs infinity."""
    (rate,) = _columns(pred)
    return _like(pred, np.where(label < 0.0, np.nan, label - 1.0 / rate))


def log_score_poisson(pred: Array, label: Array) -> Array:
    """1 − y/λ; NaN for what is no count."""
    (mean,) = _columns(pred)
    counts = (label >= 0.0) & (label == np.floor(label))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(label == 0.0, 0.0, label / mean)
    return _like(pred, np.where(counts, 1.0 - share, np.nan))


def log_score_gamma(pred: Array, label: Array) -> Array:
    """ψ(a) − log(b y) and y − a/b; NaN below 0."""
    from scipy.special import digamma

    shape, rate = _columns(pred)
    with np.errstate(divide="ignore"):
        log = np.log(rate * np.where(label < 0.0, np.nan, label))
    return _like(pred, digamma(shape) - log, np.where(label < 0.0, np.nan, label - shape / rate))


def log_score_lognormal(pred: Array, label: Array) -> Array:
    """−z/σ and (1 − z²)/σ; NaN at 0 and below."""
    mulog, sigmalog = _columns(pred)
    z = (np.log(np.where(label > 0.0, label, np.nan)) - mulog) / sigmalog
    return _placed(pred, z, z, sigmalog)


def log_score_uniform(pred: Array, label: Array) -> Array:
    """−1/w and 1/w; NaN outside."""
    low, high = _columns(pred)
    slope = np.where((label < low) | (label > high), np.nan, 1.0 / (high - low))
    return _like(pred, -slope, slope)


def log_score_beta(pred: Array, label: Array) -> Array:
    """ψ(a) − ψ(a + b) − log y and ψ(b) − ψ(a + b) − log(1 − y); NaN outside [0, 1]."""
    from scipy.special import digamma

    a, b = _columns(pred)
    inside = np.where((label >= 0.0) & (label <= 1.0), label, np.nan)
    both = digamma(a + b)
    with np.errstate(divide="ignore"):
        return _like(
            pred, digamma(a) - both - np.log(inside), digamma(b) - both - np.log1p(-inside)
        )


def log_score_t(pred: Array, label: Array) -> Array:
    """The slopes in ν, location and scale, with g′ = (ν + 1) z ÷ (ν + z²)."""
    from scipy.special import digamma

    df, location, scale = _columns(pred)
    z = (label - location) / scale
    square = z * z
    slope = (df + 1.0) * z / (df + square)
    tail = np.log1p(square / df) - (df + 1.0) / df * (square / (df + square))
    tail += digamma(0.5 * df) - digamma(0.5 * (df + 1.0)) + 1.0 / df
    return _like(pred, 0.5 * tail, -slope / scale, (1.0 - z * slope) / scale)
