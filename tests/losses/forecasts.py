"""Scores of forecast distributions from mpmath's own distribution functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mpmath import mp, mpf

from tests.losses.numbers import Near, Row, average, norm

Score = Callable[[Row, mpf, Mapping[str, Any]], Any]


def phi(z: mpf) -> mpf:
    return mp.exp(-(z**2) / 2) / mp.sqrt(2 * mp.pi)


def ncdf(z: mpf) -> mpf:
    return mp.erfc(-z / mp.sqrt(2)) / 2


def clipped(y: mpf, low: float, high: float) -> mpf:
    return min(max(y, mpf(low)), mpf(high))


# The distribution functions, from which the integral of the score is taken.
CDF: dict[str, Callable[[Row, mpf], mpf]] = {
    "normal": lambda a, x: ncdf((x - a[0]) / a[1]),
    "logistic": lambda a, x: 1 / (1 + mp.exp(-(x - a[0]) / a[1])),
    "laplace": lambda a, x: (
        mp.exp((x - a[0]) / a[1]) / 2 if x < a[0] else 1 - mp.exp(-(x - a[0]) / a[1]) / 2
    ),
    "exponential": lambda a, x: -mp.expm1(-a[0] * x) if x > 0 else mpf(0),
    "gamma": lambda a, x: mp.gammainc(a[0], 0, a[1] * x, regularized=True) if x > 0 else mpf(0),
    "lognormal": lambda a, x: ncdf((mp.log(x) - a[0]) / a[1]) if x > 0 else mpf(0),
    "uniform": lambda a, x: clipped((x - a[0]) / (a[1] - a[0]), 0, 1),
    "beta": lambda a, x: mp.betainc(a[0], a[1], 0, clipped(x, 0, 1), regularized=True),
    "t": lambda a, x: tcdf(a[0], (x - a[1]) / a[2]),
}


def tcdf(df: mpf, z: mpf) -> mpf:
    tail = mp.betainc(df / 2, mpf(1) / 2, 0, df / (df + z**2), regularized=True) / 2
    return tail if z < 0 else 1 - tail


def crps_by_integral(name: str, params: Row, label: mpf, bends: list[mpf]) -> mpf:
    """∫ (F(x) − 1[x ≥ y])² dx by quadrature, split at the label and where F bends."""
    points = sorted({*bends, label})

    def distance(x: mpf) -> mpf:
        return (CDF[name](params, x) - (1 if x >= label else 0)) ** 2

    return mp.quad(distance, [-mp.inf, *points, mp.inf])


def crps_normal(a: Row, y: mpf, _params: Any) -> mpf:
    z = (y - a[0]) / a[1]
    return a[1] * (z * (2 * ncdf(z) - 1) + 2 * phi(z) - 1 / mp.sqrt(mp.pi))


def crps_logistic(a: Row, y: mpf, _params: Any) -> mpf:
    z = (y - a[0]) / a[1]
    return a[1] * (z - 2 * mp.log(1 / (1 + mp.exp(-z))) - 1)


def crps_laplace(a: Row, y: mpf, _params: Any) -> mpf:
    z = abs(y - a[0]) / a[1]
    return a[1] * (z + mp.exp(-z) - mpf(3) / 4)


def crps_exponential(a: Row, y: mpf, _params: Any) -> mpf:
    return abs(y) - 2 * CDF["exponential"](a, y) / a[0] + 1 / (2 * a[0])


def crps_poisson(a: Row, y: mpf, _params: Any) -> Near:
    """∫ (F(x) − 1[x ≥ y])² dx, which between counts is a sum."""
    mean = a[0]
    last = int(mp.ceil(max(y, mean) + 12 * mp.sqrt(mean) + 40))
    mass, below = mp.exp(-mean), mpf(0)
    total = max(-y, mpf(0))
    for k in range(last):
        below += mass
        mass = mass * mean / (k + 1)
        before = clipped(y, k, k + 1) - k
        total += before * below**2 + (1 - before) * (1 - below) ** 2
    # With a mean near 0 the closed form is a difference of terms of its size.
    return Near(total, total + min(mean, mpf(1)))


def crps_gamma(a: Row, y: mpf, _params: Any) -> Near:
    shape, rate = a
    more = [shape + 1, rate]
    return Near.sum_of(
        y * (2 * CDF["gamma"](a, y) - 1),
        -shape / rate * (2 * CDF["gamma"](more, y) - 1),
        -1 / (rate * mp.beta(mpf(1) / 2, shape)),
    )


def crps_lognormal(a: Row, y: mpf, _params: Any) -> Near:
    mean, sigma = mp.exp(a[0] + a[1] ** 2 / 2), a[1]
    z = (mp.log(y) - a[0]) / sigma if y > 0 else -mp.inf
    return Near.sum_of(
        y * (2 * CDF["lognormal"](a, y) - 1),
        -2 * mean * (ncdf(z - sigma) if y > 0 else 0),
        -2 * mean * (ncdf(sigma / mp.sqrt(2)) - 1),
    )


def crps_uniform(a: Row, y: mpf, _params: Any) -> mpf:
    low, high = a
    f = clipped((y - low) / (high - low), 0, 1)
    outside = max(low - y, 0) + max(y - high, 0)
    return outside + (high - low) * (f**3 + (1 - f) ** 3) / 3


def crps_beta(a: Row, y: mpf, _params: Any) -> Near:
    p, q = a
    mean = p / (p + q)
    return Near.sum_of(
        y * (2 * CDF["beta"](a, y) - 1),
        mean * (1 - 2 * CDF["beta"]([p + 1, q], y)),
        -mean * 2 * mp.beta(2 * p, 2 * q) / (p * mp.beta(p, q) ** 2),
    )


def crps_t(a: Row, y: mpf, _params: Any) -> Near:
    df, location, scale = a
    z = (y - location) / scale
    half = mp.beta(mpf(1) / 2, df / 2)
    density = (1 + z**2 / df) ** (-(df + 1) / 2) / (mp.sqrt(df) * half)
    return Near.sum_of(
        scale * z * (2 * tcdf(df, z) - 1),
        scale * 2 * density * (df + z**2) / (df - 1),
        -scale * 2 * mp.sqrt(df) / (df - 1) * mp.beta(mpf(1) / 2, df - mpf(1) / 2) / half**2,
    )


def log_score_normal(a: Row, y: mpf, _params: Any) -> Near:
    z = (y - a[0]) / a[1]
    return Near.sum_of(z**2 / 2, mp.log(2 * mp.pi) / 2, mp.log(a[1]))


def log_score_logistic(a: Row, y: mpf, _params: Any) -> Near:
    z = (y - a[0]) / a[1]
    return Near.sum_of(abs(z), 2 * mp.log1p(mp.exp(-abs(z))), mp.log(a[1]))


def log_score_laplace(a: Row, y: mpf, _params: Any) -> Near:
    return Near.sum_of(abs(y - a[0]) / a[1], mp.log(2), mp.log(a[1]))


def log_score_exponential(a: Row, y: mpf, _params: Any) -> Any:
    return mp.inf if y < 0 else Near.sum_of(a[0] * y, -mp.log(a[0]))


def log_score_poisson(a: Row, y: mpf, _params: Any) -> Any:
    if y < 0 or y != mp.floor(y):
        return mp.inf
    return a[0] - y * mp.log(a[0]) + mp.loggamma(y + 1)


def log_score_gamma(a: Row, y: mpf, _params: Any) -> Any:
    shape, rate = a
    if y < 0 or (y == 0 and shape > 1):
        return mp.inf
    score = rate * y - shape * mp.log(rate) + mp.loggamma(shape)
    if y == 0:
        return score if shape == 1 else -mp.inf
    score -= (shape - 1) * mp.log(y)
    return Near(score, abs(score) + abs(mp.log(y)) + abs(mp.log(rate)) + 1)


def log_score_lognormal(a: Row, y: mpf, _params: Any) -> Any:
    if y <= 0:
        return mp.inf
    z = (mp.log(y) - a[0]) / a[1]
    # The error of the logarithm is divided by sigma.
    wrong = abs(z) * (abs(mp.log(y)) + abs(a[0])) / a[1]
    score = mp.log(y) + mp.log(a[1]) + z**2 / 2 + mp.log(2 * mp.pi) / 2
    return Near(score, abs(mp.log(y)) + abs(mp.log(a[1])) + z**2 + 1 + wrong)


def log_score_uniform(a: Row, y: mpf, _params: Any) -> mpf:
    return mp.log(a[1] - a[0]) if a[0] <= y <= a[1] else mp.inf


def log_score_beta(a: Row, y: mpf, _params: Any) -> Any:
    p, q = a
    if not 0 <= y <= 1:
        return mp.inf
    if y in (0, 1):
        power = (p if y == 0 else q) - 1
        other = mp.log(mp.beta(p, q))
        return other if power == 0 else mp.inf * mp.sign(power)
    return Near.sum_of(mp.log(mp.beta(p, q)), -(p - 1) * mp.log(y), -(q - 1) * mp.log1p(-y))


def log_score_t(a: Row, y: mpf, _params: Any) -> Near:
    df, location, scale = a
    z = (y - location) / scale
    return Near.sum_of(
        (df + 1) / 2 * mp.log1p(z**2 / df),
        mp.log(mp.beta(mpf(1) / 2, df / 2)),
        mp.log(df) / 2,
        mp.log(scale),
    )


def interval_score(a: Row, y: mpf, params: Mapping[str, Any]) -> mpf:
    low, high = a
    outside = max(low - y, 0) + max(y - high, 0)
    return high - low + 2 / mpf(params["alpha"]) * outside


def gaussian_nll(a: Row, y: mpf, params: Mapping[str, Any]) -> Near:
    variance = max(a[1], mpf(params["eps"]))
    constant = mp.log(2 * mp.pi) / 2 if params["full"] else mpf(0)
    return Near.sum_of(mp.log(variance) / 2, (y - a[0]) ** 2 / variance / 2, constant)


def crps_ensemble(a: Row, y: mpf, params: Mapping[str, Any]) -> Near:
    m = len(a)
    distance = mp.fsum(abs(x - y) for x in a) / m
    if params["estimator"] == "akr":
        spread = mp.fsum(abs(a[i] - a[i - 1]) for i in range(m)) / m
    else:
        fair = params["estimator"] in ("fair", "pwm")
        spread = mp.fsum(abs(x - z) for x in a for z in a) / (m * (m - 1) if fair else m * m)
    # Members are sorted by what they are off the label.
    return Near(distance - spread / 2, distance + spread)


def energy_score(a: Any, y: Row, params: Mapping[str, Any]) -> Near:
    m = len(a)

    def apart(one: Row, other: Row) -> mpf:
        return norm([p - q for p, q in zip(one, other, strict=True)])

    pairs = mp.fsum(apart(one, other) for one in a for other in a)
    count = m * m if params["estimator"] == "nrg" else m * (m - 1)
    return Near.sum_of(mp.fsum(apart(one, y) for one in a) / m, -pairs / (2 * count))


def variogram_score(a: Any, y: Row, params: Mapping[str, Any]) -> Near:
    p, d = mpf(params["p"]), range(len(y))
    value = size = mpf(0)
    for i in d:
        for j in d:
            seen = abs(y[i] - y[j]) ** p if i != j else mpf(0)
            expected = mp.fsum(abs(x[i] - x[j]) ** p for x in a if i != j) / len(a)
            value += (seen - expected) ** 2
            size += abs(seen - expected) * (seen + expected)
    return Near(value, size)


def dawid_sebastiani(a: Row, y: mpf, _params: Any) -> Near:
    even = [mpf(1)] * len(a)
    mean = average(a, even)
    variance = mp.fsum((x - mean) ** 2 for x in a) / (len(a) - 1)
    blur = abs(y - mean) * (abs(y) + abs(mean)) / variance
    score = (y - mean) ** 2 / variance + mp.log(variance)
    return Near(score, score + blur + 2 * abs(mp.log(variance)))


def error_spread(a: Row, y: mpf, _params: Any) -> Near:
    m = len(a)
    mean = mp.fsum(a) / m
    s = mp.sqrt(mp.fsum((x - mean) ** 2 for x in a) / (m - 1))
    g = mp.fsum(((x - mean) / s) ** 3 for x in a) / ((m - 1) * (m - 2))
    e = mean - y
    off = s**2 - e**2 - e * s * g
    blur = s**2 + (abs(e) + abs(s * g)) * (abs(mean) + abs(y) + abs(e)) + abs(e) * s
    return Near(off**2, 2 * abs(off) * blur + off**2)


FORECASTS: dict[str, Score] = {
    "crps_normal": crps_normal,
    "crps_logistic": crps_logistic,
    "crps_laplace": crps_laplace,
    "crps_exponential": crps_exponential,
    "crps_poisson": crps_poisson,
    "crps_gamma": crps_gamma,
    "crps_lognormal": crps_lognormal,
    "crps_uniform": crps_uniform,
    "crps_beta": crps_beta,
    "crps_t": crps_t,
    "log_score_normal": log_score_normal,
    "log_score_logistic": log_score_logistic,
    "log_score_laplace": log_score_laplace,
    "log_score_exponential": log_score_exponential,
    "log_score_poisson": log_score_poisson,
    "log_score_gamma": log_score_gamma,
    "log_score_lognormal": log_score_lognormal,
    "log_score_uniform": log_score_uniform,
    "log_score_beta": log_score_beta,
    "log_score_t": log_score_t,
    "interval_score": interval_score,
    "gaussian_nll": gaussian_nll,
    "crps_ensemble": crps_ensemble,
    "energy_score": energy_score,
    "variogram_score": variogram_score,
    "dawid_sebastiani_ensemble": dawid_sebastiani,
    "error_spread_ensemble": error_spread,
}
