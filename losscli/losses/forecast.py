"""Scores of forecast distributions: each row of the prediction holds a distribution's parameters.

The continuous ranked probability score (CRPS) is ∫ (F(x) − 1[x ≥ y])² dx; its closed forms are
those of Jordan, Krüger & Lerch 2019, J. Stat. Softw. 90(12), appendix A. The logarithmic score is
−log f(y), in nats.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from losscli.losses.bounds import NOT_NEGATIVE, POSITIVE, Bounds
from losscli.losses.definition import Example, Labels, Loss, Name, Param, Reading
from losscli.losses.deviance import poisson_deviance_error
from losscli.losses.forms import Array, Form
from losscli.vocabulary import Kind, Reduction, Task

_LOG_2PI = math.log(2.0 * math.pi)


def _columns(pred: Array, count: int) -> tuple[Array, ...]:
    columns = pred[:, None] if pred.ndim == 1 else pred
    return tuple(columns[:, j] for j in range(count))


def crps_normal(pred: Array, label: Array) -> Array:
    """CRPS of N(mean, std²), per row."""
    from scipy.special import ndtr

    mean, std = _columns(pred, 2)
    z = (label - mean) / std
    density = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    return std * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / math.sqrt(math.pi))


def crps_logistic(pred: Array, label: Array) -> Array:
    """CRPS of a logistic distribution, per row."""
    location, scale = _columns(pred, 2)
    z = (label - location) / scale
    return scale * (np.abs(z) + 2.0 * np.log1p(np.exp(-np.abs(z))) - 1.0)


def crps_laplace(pred: Array, label: Array) -> Array:
    """CRPS of a Laplace distribution, per row."""
    location, scale = _columns(pred, 2)
    size = np.abs(label - location) / scale
    return scale * (size + np.exp(-size) - 0.75)


def crps_exponential(pred: Array, label: Array) -> Array:
    """CRPS of an exponential distribution, per row."""
    (rate,) = _columns(pred, 1)
    below = -np.expm1(-rate * np.maximum(label, 0.0))
    return np.abs(label) - 2.0 * below / rate + 0.5 / rate


def _surprise_at_count(count: Array, mean: Array) -> Array:
    """mean − count · log(mean) + log count!, per row, where it is small too; counts may be real.

    From 16 on it is half the Poisson deviance plus Stirling's series (Loader 2000), whose terms do
    not cancel.
    """
    from scipy.special import gammaln, xlogy

    surprise = mean - xlogy(count, mean) + gammaln(count + 1.0)
    large = (count >= 16.0) & (mean > 0.0)
    n = count[large]
    rest = np.zeros_like(n)
    for coefficient in (1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12):
        rest = rest / (n * n) + coefficient
    deviance = poisson_deviance_error(mean[large], n)
    surprise[large] = 0.5 * (deviance + _LOG_2PI + np.log(n)) + rest / n
    return np.asarray(surprise)


def crps_poisson(pred: Array, label: Array) -> Array:
    """CRPS of a Poisson distribution, per row."""
    from scipy.special import ive, pdtr

    (mean,) = _columns(pred, 1)
    floor = np.floor(label)
    known = floor >= 0
    count = np.maximum(floor, 0.0)
    below = np.where(known, pdtr(count, mean), 0.0)
    mass = np.where(known, np.exp(-_surprise_at_count(count, mean)), 0.0)
    bessel = ive(0, 2.0 * mean) + ive(1, 2.0 * mean)
    return (label - mean) * (2.0 * below - 1.0) + 2.0 * mean * mass - mean * bessel


def crps_gamma(pred: Array, label: Array) -> Array:
    """CRPS of a gamma distribution, per row."""
    from scipy.special import beta, gammainc

    shape, rate = _columns(pred, 2)
    scaled = rate * np.maximum(label, 0.0)
    return (
        label * (2.0 * gammainc(shape, scaled) - 1.0)
        - shape / rate * (2.0 * gammainc(shape + 1.0, scaled) - 1.0)
        - 1.0 / (rate * beta(0.5, shape))
    )


def crps_lognormal(pred: Array, label: Array) -> Array:
    """CRPS of a log-normal distribution, per row."""
    from scipy.special import ndtr

    mulog, sigmalog = _columns(pred, 2)
    with np.errstate(divide="ignore"):
        z = (np.log(np.maximum(label, 0.0)) - mulog) / sigmalog
    mean = np.exp(mulog + 0.5 * sigmalog * sigmalog)
    return label * (2.0 * ndtr(z) - 1.0) - 2.0 * mean * (
        ndtr(z - sigmalog) + ndtr(sigmalog / math.sqrt(2.0)) - 1.0
    )


def crps_uniform(pred: Array, label: Array) -> Array:
    """CRPS of a uniform distribution, per row."""
    low, high = _columns(pred, 2)
    width = high - low
    z = (label - low) / width
    inside = np.clip(z, 0.0, 1.0)
    return width * (np.abs(z - inside) + inside * inside - inside + 1.0 / 3.0)


def crps_beta(pred: Array, label: Array) -> Array:
    """CRPS of a beta distribution on [0, 1], per row."""
    from scipy.special import betainc, betaln

    a, b = _columns(pred, 2)
    inside = np.clip(label, 0.0, 1.0)
    spread = 2.0 * np.exp(betaln(2.0 * a, 2.0 * b) - 2.0 * betaln(a, b)) / a
    return label * (2.0 * betainc(a, b, inside) - 1.0) + a / (a + b) * (
        1.0 - 2.0 * betainc(a + 1.0, b, inside) - spread
    )


def crps_t(pred: Array, label: Array) -> Array:
    """CRPS of Student's t distribution with more than one degree of freedom, per row."""
    from scipy.special import betaln, stdtr

    df, location, scale = _columns(pred, 3)
    z = (label - location) / scale
    density = np.exp(-0.5 * (df + 1.0) * np.log1p(z * z / df) - betaln(0.5, 0.5 * df)) / np.sqrt(df)
    spread = np.exp(betaln(0.5, df - 0.5) - 2.0 * betaln(0.5, 0.5 * df))
    return scale * (
        z * (2.0 * stdtr(df, z) - 1.0)
        + 2.0 * density * (df + z * z) / (df - 1.0)
        - 2.0 * np.sqrt(df) / (df - 1.0) * spread
    )


def log_score_normal(pred: Array, label: Array) -> Array:
    """−log density of N(mean, std²) in nats, per row."""
    mean, std = _columns(pred, 2)
    z = (label - mean) / std
    return 0.5 * (z * z + _LOG_2PI) + np.log(std)


def log_score_logistic(pred: Array, label: Array) -> Array:
    """−log density of a logistic distribution in nats, per row."""
    location, scale = _columns(pred, 2)
    size = np.abs(label - location) / scale
    return size + 2.0 * np.log1p(np.exp(-size)) + np.log(scale)


def log_score_laplace(pred: Array, label: Array) -> Array:
    """−log density of a Laplace distribution in nats, per row."""
    location, scale = _columns(pred, 2)
    return np.abs(label - location) / scale + np.log(2.0 * scale)


def log_score_exponential(pred: Array, label: Array) -> Array:
    """−log density of an exponential distribution in nats, per row; ∞ below 0."""
    (rate,) = _columns(pred, 1)
    return np.where(label < 0.0, np.inf, rate * label - np.log(rate))


def log_score_poisson(pred: Array, label: Array) -> Array:
    """−log probability of a Poisson distribution in nats, per row; ∞ for what is no count."""
    (mean,) = _columns(pred, 1)
    counts = (label >= 0.0) & (label == np.floor(label))
    safe = np.where(counts, label, 0.0)
    return np.where(counts, _surprise_at_count(safe, mean), np.inf)


def log_score_gamma(pred: Array, label: Array) -> Array:
    """−log density of a gamma distribution in nats, per row; ∞ below 0."""
    from scipy.special import gammaln, xlogy

    shape, rate = _columns(pred, 2)
    inside = np.where(label > 0.0, label, 1.0)
    # f(y) is the Poisson probability of the shape at the mean rate · y, times shape/y.
    score = _surprise_at_count(shape, rate * inside) + np.log(inside / shape)
    at_zero = gammaln(shape) - shape * np.log(rate) - xlogy(shape - 1.0, 0.0)
    return np.where(label > 0.0, score, np.where(label < 0.0, np.inf, at_zero))


def log_score_lognormal(pred: Array, label: Array) -> Array:
    """−log density of a log-normal distribution in nats, per row; ∞ at 0 and below."""
    mulog, sigmalog = _columns(pred, 2)
    log = np.log(np.where(label > 0.0, label, 1.0))
    z = (log - mulog) / sigmalog
    return np.where(label > 0.0, log + np.log(sigmalog) + 0.5 * (z * z + _LOG_2PI), np.inf)


def log_score_uniform(pred: Array, label: Array) -> Array:
    """−log density of a uniform distribution in nats, per row; ∞ outside it."""
    low, high = _columns(pred, 2)
    return np.where((label < low) | (label > high), np.inf, np.log(high - low))


def log_score_beta(pred: Array, label: Array) -> Array:
    """−log density of a beta distribution in nats, per row; ∞ outside [0, 1]."""
    from scipy.special import betaln, xlog1py, xlogy

    a, b = _columns(pred, 2)
    inside = np.clip(label, 0.0, 1.0)
    score = betaln(a, b) - xlogy(a - 1.0, inside) - xlog1py(b - 1.0, -inside)
    return np.where(label == inside, score, np.inf)


def log_score_t(pred: Array, label: Array) -> Array:
    """−log density of Student's t distribution in nats, per row."""
    from scipy.special import betaln

    df, location, scale = _columns(pred, 3)
    z = (label - location) / scale
    return (
        0.5 * (df + 1.0) * np.log1p(z * z / df)
        + betaln(0.5, 0.5 * df)
        + 0.5 * np.log(df)
        + np.log(scale)
    )


def interval_error(pred: Array, label: Array, *, alpha: float) -> Array:
    """(u − l) + 2/α · how far the label lies outside [l, u], per row."""
    lower, upper = _columns(pred, 2)
    outside = np.maximum(lower - label, 0.0) + np.maximum(label - upper, 0.0)
    return (upper - lower) + 2.0 / alpha * outside


def gaussian_error(pred: Array, label: Array, *, full: bool, eps: float) -> Array:
    """½(log v + (y − μ)²/v), v raised to at least `eps`, per row; `full` adds ½ log 2π."""
    mean, variance = _columns(pred, 2)
    variance = np.maximum(variance, eps)
    error = label - mean
    loss = 0.5 * (np.log(variance) + error * error / variance)
    return loss + 0.5 * _LOG_2PI if full else loss


_ABOVE_0 = ("std", "scale", "rate", "shape", "sigmalog", "a", "b", "df")


def _bounds_of(items: tuple[str, ...]) -> Mapping[str, Bounds]:
    """What the parameters of a distribution may be."""
    bounds = {name: POSITIVE for name in items if name in _ABOVE_0}
    if items == ("mean",):
        bounds["mean"] = NOT_NEGATIVE
    if "variance" in items:
        bounds["variance"] = NOT_NEGATIVE
    return bounds


def _reading(
    kernel: Callable[..., Any], items: tuple[str, ...], bounds: Bounds | None = None
) -> tuple[Reading, ...]:
    return (
        Reading(
            kernel,
            Form.PARAMETERS,
            Labels.REAL,
            (Task.FORECAST,),
            items=items,
            item_bounds=_bounds_of(items),
            label_bounds=bounds,
        ),
    )


def _crps(
    name: str,
    title: str,
    kernel: Callable[..., Any],
    items: tuple[str, ...],
    formula: str,
    pred: tuple[tuple[float, ...], ...],
    label: tuple[float, ...],
) -> Loss:
    return Loss(
        id=f"crps_{name}",
        title=f"CRPS of a {title} forecast",
        family="forecast",
        names={"scoringrules": (Name(f"crps_{name}", reduction=Reduction.NONE),)},
        readings=_reading(kernel, items),
        formula=formula,
        summary=f"How far a {title} forecast ({', '.join(items)}) lies from the label, in the "
        "label's unit.",
        when=f"The prediction is a {title} distribution per row; sharp and well placed is best.",
        reference="Gneiting & Raftery 2007, J. Am. Stat. Assoc. 102; Jordan, Krüger & Lerch 2019; "
        "scoringrules 0.10",
        example=Example(pred, label, Kind.DISTRIBUTION, Task.FORECAST),
        unit="label",
        zero_at_perfect=False,
        featured=False,
    )


def _log_score(
    name: str,
    title: str,
    kernel: Callable[..., Any],
    items: tuple[str, ...],
    pred: tuple[tuple[float, ...], ...],
    label: tuple[float, ...],
) -> Loss:
    return Loss(
        id=f"log_score_{name}",
        title=f"log score of a {title} forecast",
        family="forecast",
        names={"scoringrules": (Name(f"logs_{name}", reduction=Reduction.NONE),)},
        readings=_reading(kernel, items),
        formula="mean −log f(y)",
        summary=f"The surprise, in nats, of a {title} forecast ({', '.join(items)}) at the label.",
        when=f"The prediction is a {title} distribution per row and the likelihood is what counts. "
        "A label that the forecast calls impossible costs infinity.",
        reference="Good 1952, J. R. Stat. Soc. B 14(1); scoringrules 0.10",
        example=Example(pred, label, Kind.DISTRIBUTION, Task.FORECAST),
        unit="nats",
        lower=0.0 if name == "poisson" else -math.inf,
        zero_at_perfect=False,
        featured=False,
    )


_POSITIVE_PAIR = ((2.0, 1.0), (3.0, 2.0))
_PLACED = ((0.0, 1.0), (1.0, 2.0))

CRPS_NORMAL = _crps(
    "normal",
    "normal",
    crps_normal,
    ("mean", "std"),
    "σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π), z = (y − μ)/σ",
    _PLACED,
    (0.5, -1.0),
)
CRPS_LOGISTIC = _crps(
    "logistic",
    "logistic",
    crps_logistic,
    ("location", "scale"),
    "s (|z| + 2 log(1 + e^−|z|) − 1), z = (y − m)/s",
    _PLACED,
    (0.5, -1.0),
)
CRPS_LAPLACE = _crps(
    "laplace",
    "Laplace",
    crps_laplace,
    ("location", "scale"),
    "s (|z| + e^−|z| − ¾), z = (y − m)/s",
    _PLACED,
    (0.5, -1.0),
)
CRPS_EXPONENTIAL = _crps(
    "exponential",
    "exponential",
    crps_exponential,
    ("rate",),
    "|y| − 2F(y)/λ + 1/(2λ)",
    ((1.0,), (0.5,)),
    (0.7, 3.0),
)
CRPS_POISSON = _crps(
    "poisson",
    "Poisson",
    crps_poisson,
    ("mean",),
    "(y − λ)(2F(y) − 1) + 2λ f(y) − λ e^−2λ (I₀(2λ) + I₁(2λ))",
    ((1.0,), (4.0,)),
    (2.0, 3.0),
)
CRPS_GAMMA = _crps(
    "gamma",
    "gamma",
    crps_gamma,
    ("shape", "rate"),
    "y(2F_a(y) − 1) − a/b (2F_{a+1}(y) − 1) − 1/(b B(½, a))",
    _POSITIVE_PAIR,
    (1.5, 2.0),
)
CRPS_LOGNORMAL = _crps(
    "lognormal",
    "log-normal",
    crps_lognormal,
    ("mulog", "sigmalog"),
    "y(2F(y) − 1) − 2e^(μ+σ²/2) (Φ(z − σ) + Φ(σ/√2) − 1), z = (log y − μ)/σ",
    ((0.0, 1.0), (1.0, 0.5)),
    (1.5, 2.0),
)
CRPS_UNIFORM = _crps(
    "uniform",
    "uniform",
    crps_uniform,
    ("min", "max"),
    "w (|z − c| + c² − c + ⅓), z = (y − a)/w, c = z clipped to [0, 1]",
    ((0.0, 1.0), (1.0, 3.0)),
    (0.5, 4.0),
)
CRPS_BETA = _crps(
    "beta",
    "beta",
    crps_beta,
    ("a", "b"),
    "y(2F_a(y) − 1) + a/(a+b) (1 − 2F_{a+1}(y) − 2B(2a, 2b)/(a B(a, b)²))",
    _POSITIVE_PAIR,
    (0.5, 0.8),
)
CRPS_T = _crps(
    "t",
    "Student t",
    crps_t,
    ("df", "location", "scale"),
    "s (z(2F(z) − 1) + 2f(z)(ν + z²)/(ν − 1) − 2√ν B(½, ν − ½)/((ν − 1) B(½, ν/2)²))",
    ((5.0, 0.0, 1.0), (3.0, 1.0, 2.0)),
    (0.5, -1.0),
)

LOG_SCORE_NORMAL = _log_score(
    "normal", "normal", log_score_normal, ("mean", "std"), _PLACED, (0.5, -1.0)
)
LOG_SCORE_LOGISTIC = _log_score(
    "logistic", "logistic", log_score_logistic, ("location", "scale"), _PLACED, (0.5, -1.0)
)
LOG_SCORE_LAPLACE = _log_score(
    "laplace", "Laplace", log_score_laplace, ("location", "scale"), _PLACED, (0.5, -1.0)
)
LOG_SCORE_EXPONENTIAL = _log_score(
    "exponential", "exponential", log_score_exponential, ("rate",), ((1.0,), (0.5,)), (0.7, 3.0)
)
LOG_SCORE_POISSON = _log_score(
    "poisson", "Poisson", log_score_poisson, ("mean",), ((1.0,), (4.0,)), (2.0, 3.0)
)
LOG_SCORE_GAMMA = _log_score(
    "gamma", "gamma", log_score_gamma, ("shape", "rate"), _POSITIVE_PAIR, (1.5, 2.0)
)
LOG_SCORE_LOGNORMAL = _log_score(
    "lognormal",
    "log-normal",
    log_score_lognormal,
    ("mulog", "sigmalog"),
    ((0.0, 1.0), (1.0, 0.5)),
    (1.5, 2.0),
)
LOG_SCORE_UNIFORM = _log_score(
    "uniform", "uniform", log_score_uniform, ("min", "max"), ((0.0, 1.0), (1.0, 3.0)), (0.5, 2.0)
)
LOG_SCORE_BETA = _log_score("beta", "beta", log_score_beta, ("a", "b"), _POSITIVE_PAIR, (0.5, 0.8))
LOG_SCORE_T = _log_score(
    "t",
    "Student t",
    log_score_t,
    ("df", "location", "scale"),
    ((5.0, 0.0, 1.0), (3.0, 1.0, 2.0)),
    (0.5, -1.0),
)

INTERVAL_SCORE = Loss(
    id="interval_score",
    title="interval score",
    family="forecast",
    aliases=("winkler_score",),
    names={"scoringrules": (Name("interval_score", reduction=Reduction.NONE),)},
    params={
        "alpha": Param(
            0.1, "the interval holds 1 − α of the labels", minimum=0.0, maximum=1.0, open_ends=True
        )
    },
    readings=_reading(interval_error, ("lower", "upper")),
    formula="mean (u − l) + 2/α · max(0, l − y, y − u)",
    summary="The width of a prediction interval, and a fine for every label outside.",
    when="The prediction is a central 1 − α interval per row; narrow and honest is best.",
    reference="Gneiting & Raftery 2007, J. Am. Stat. Assoc. 102, eq. 43; scoringrules 0.10",
    example=Example(((0.0, 1.0), (1.0, 3.0)), (0.5, 4.0), Kind.INTERVAL, Task.FORECAST),
    unit="label",
    zero_at_perfect=False,
    featured=False,
)

GAUSSIAN_NLL = Loss(
    id="gaussian_nll",
    title="Gaussian negative log likelihood",
    family="forecast",
    aliases=("gaussian_nll_loss",),
    names={"torch": (Name("gaussian_nll_loss"), Name("GaussianNLLLoss"))},
    params={
        "full": Param(False, "add the constant ½ log 2π"),
        "eps": Param(1e-6, "variances are raised to at least this", minimum=0.0),
    },
    readings=(
        Reading(
            gaussian_error,
            Form.PARAMETERS,
            Labels.REAL,
            (Task.FORECAST,),
            items=("mean", "variance"),
            item_bounds=_bounds_of(("mean", "variance")),
        ),
    ),
    formula="mean ½(log v + (y − μ)²/v), v = max(variance, eps)",
    summary="What a normal forecast of mean and variance costs, in nats.",
    when="A network predicts a mean and a variance per row.",
    reference="Nix & Weigend 1994, ICNN; PyTorch 2.13 gaussian_nll_loss",
    example=Example(((0.0, 1.0), (1.0, 4.0)), (0.5, -1.0), Kind.DISTRIBUTION, Task.FORECAST),
    unit="nats",
    lower=-math.inf,
    zero_at_perfect=False,
    featured=False,
)
