"""The formulas of all losses once more, in 50-digit arithmetic and without a thought for speed.

Each takes one row as mpmath sees it: a real prediction as a number, a yes-or-no prediction as a
`Chance`, a distribution as a list of them; a class label as its list of shares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpmath import mp, mpf

from losscli.losses.forms import Form
from losscli.vocabulary import Kind

mp.dps = 50


@dataclass(frozen=True)
class Chance:
    """A probability and its complement, with their logarithms."""

    p: mpf
    q: mpf
    log_p: mpf
    log_q: mpf


def chance(number: float, kind: Kind) -> Chance:
    """What a yes-or-no prediction of that kind says."""
    x = mpf(number)
    if kind is Kind.PROBABILITY:
        return Chance(x, 1 - x, mp.log(x), mp.log1p(-x))
    if kind is Kind.TANH:
        p, q = (1 + x) / 2, (1 - x) / 2
        return Chance(p, q, mp.log(p), mp.log(q))
    if kind is Kind.LOG_PROBABILITY:
        p, q = mp.exp(x), -mp.expm1(x)
        return Chance(p, q, x, mp.log(q) if p > 0.5 else mp.log1p(-p))
    log_p, log_q = -mp.log1p(mp.exp(-x)), -mp.log1p(mp.exp(x))
    return Chance(mp.exp(log_p), mp.exp(log_q), log_p, log_q)


def chances(row: Sequence[float], kind: Kind) -> list[Chance]:
    """What a row of a prediction over classes says."""
    if kind is not Kind.LOGIT:
        return [chance(number, kind) for number in row]
    z = [mpf(number) for number in row]
    powers = [mp.exp(number - max(z)) for number in z]
    total = mp.fsum(powers)
    found = []
    for j, power in enumerate(powers):
        q = mp.fsum(powers[:j] + powers[j + 1 :]) / total
        log_p = mp.log1p(-q) if z[j] == max(z) else z[j] - max(z) - mp.log(total)
        found.append(Chance(power / total, q, log_p, mp.log(q)))
    return found


def read(row: Any, form: Form, kind: Kind) -> Any:
    """One row of a prediction as the reference of a loss with that form takes it."""
    if form is Form.BERNOULLI:
        return chance(row, kind)
    if form is Form.CATEGORICAL:
        return chances(row, kind)
    if form is Form.DECISION:
        if kind is Kind.CLASS:
            return int(row)
        if isinstance(row, Sequence):
            return max(range(len(row)), key=lambda j: row[j])
        return int(row > (0.5 if kind is Kind.PROBABILITY else 0))
    return mpf(row)


def product(weight: mpf, log: mpf) -> mpf:
    """weight · log, where 0 · log 0 = 0."""
    return mpf(0) if weight == 0 else weight * log


def smooth(label: Any, params: Mapping[str, Any]) -> Any:
    """The label mixed with the uniform distribution over its classes."""
    s = mpf(params["label_smoothing"])
    if isinstance(label, list):
        return [y * (1 - s) + s / len(label) for y in label]
    return label * (1 - s) + s / 2


def squared_error(pred: mpf, label: mpf, _params: Mapping[str, Any]) -> mpf:
    return (pred - label) ** 2


def absolute_error(pred: mpf, label: mpf, _params: Mapping[str, Any]) -> mpf:
    return abs(pred - label)


def huber(pred: mpf, label: mpf, params: Mapping[str, Any]) -> mpf:
    d, delta = abs(pred - label), mpf(params["delta"])
    return d**2 / 2 if d <= delta else delta * (d - delta / 2)


def log_cosh(pred: mpf, label: mpf, _params: Mapping[str, Any]) -> mpf:
    return mp.log1p(2 * mp.sinh((pred - label) / 2) ** 2)


def binary_cross_entropy(pred: Chance, label: mpf, params: Mapping[str, Any]) -> mpf:
    y = smooth(label, params)
    return -product(mpf(params["pos_weight"]) * y, pred.log_p) - product(1 - y, pred.log_q)


def binary_focal(pred: Chance, label: mpf, params: Mapping[str, Any]) -> mpf:
    y, gamma, alpha = smooth(label, params), mpf(params["gamma"]), params["alpha"]
    positive, negative = (1, 1) if alpha is None else (mpf(alpha), 1 - mpf(alpha))
    return -product(positive * y * pred.q**gamma, pred.log_p) - product(
        negative * (1 - y) * pred.p**gamma, pred.log_q
    )


def hinge(pred: mpf, label: mpf, _params: Mapping[str, Any]) -> mpf:
    return max(mpf(0), 1 - (2 * label - 1) * pred)


def categorical_cross_entropy(
    pred: list[Chance], label: list[mpf], params: Mapping[str, Any]
) -> mpf:
    y = smooth(label, params)
    return -mp.fsum(product(y[j], item.log_p) for j, item in enumerate(pred))


def categorical_focal(pred: list[Chance], label: list[mpf], params: Mapping[str, Any]) -> mpf:
    y, gamma = smooth(label, params), mpf(params["gamma"])
    alpha = 1 if params["alpha"] is None else mpf(params["alpha"])
    return -mp.fsum(
        product(alpha * y[j] * item.q**gamma, item.log_p) for j, item in enumerate(pred)
    )


def brier(pred: Any, label: Any, params: Mapping[str, Any]) -> mpf:
    if isinstance(pred, Chance):
        return pred.q**2 if label == 1 else (pred.p - label) ** 2
    return mp.fsum(brier(item, y, params) for item, y in zip(pred, label, strict=True))


def zero_one(pred: int, label: Any, _params: Mapping[str, Any]) -> mpf:
    truth = label.index(max(label)) if isinstance(label, list) else label
    return mpf(pred != truth)


def entropy(pred: Any, _label: None, params: Mapping[str, Any]) -> mpf:
    if isinstance(pred, Chance):
        nats = -product(pred.p, pred.log_p) - product(pred.q, pred.log_q)
        return nats / mp.log(params["base"])
    return -mp.fsum(product(item.p, item.log_p) for item in pred) / mp.log(params["base"])


def cross_entropy(pred: list[Chance], label: list[mpf], params: Mapping[str, Any]) -> mpf:
    terms = (product(y, item.log_p) for item, y in zip(pred, label, strict=True))
    return -mp.fsum(terms) / mp.log(params["base"])


def kl_divergence(pred: list[Chance], label: list[mpf], params: Mapping[str, Any]) -> mpf:
    certain = mp.fsum(product(y, mp.log(y)) for y in label) / mp.log(params["base"])
    return cross_entropy(pred, label, params) + certain


def js_divergence(pred: list[Chance], label: list[mpf], params: Mapping[str, Any]) -> mpf:
    total = mpf(0)
    for item, y in zip(pred, label, strict=True):
        middle = (item.p + y) / 2
        total += product(y, mp.log(y / middle) if y else 0)
        total += product(item.p, mp.log(item.p / middle) if item.p else 0)
    return total / 2 / mp.log(params["base"])


def js_distance(pred: list[Chance], label: list[mpf], params: Mapping[str, Any]) -> mpf:
    return mp.sqrt(js_divergence(pred, label, params))


REFERENCE: dict[str, Callable[[Any, Any, Mapping[str, Any]], mpf]] = {
    "mean_squared_error": squared_error,
    "root_mean_squared_error": squared_error,
    "sum_squared_error": squared_error,
    "mean_absolute_error": absolute_error,
    "huber": huber,
    "log_cosh": log_cosh,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_focal": binary_focal,
    "hinge": hinge,
    "categorical_cross_entropy": categorical_cross_entropy,
    "categorical_focal": categorical_focal,
    "brier": brier,
    "zero_one": zero_one,
    "entropy": entropy,
    "cross_entropy_distribution": cross_entropy,
    "kl_divergence": kl_divergence,
    "jensen_shannon_divergence": js_divergence,
    "jensen_shannon_distance": js_distance,
}


def mean(rows: Sequence[mpf], _params: Mapping[str, Any]) -> mpf:
    return mp.fsum(rows) / len(rows)


# How the rows of a loss come to one number, where that is not their mean.
FINISH: dict[str, Callable[[Sequence[mpf], Mapping[str, Any]], mpf]] = {
    "root_mean_squared_error": lambda rows, params: mp.sqrt(mean(rows, params) + params["eps"]),
    "sum_squared_error": lambda rows, _params: mp.fsum(rows) / 2,
    "cross_entropy_distribution": lambda rows, _params: mp.fsum(rows),
}
