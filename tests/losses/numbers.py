"""Predictions and labels as 50-digit numbers, for the references of all losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mpmath import mp, mpf

from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind

mp.dps = 50

Row = Sequence[mpf]


@dataclass(frozen=True)
class Chance:
    """A probability and its complement, with their logarithms."""

    p: mpf
    q: mpf
    log_p: mpf
    log_q: mpf


@dataclass(frozen=True)
class Near:
    """A difference: float64 can only be right relative to the `size` of its terms."""

    value: mpf
    size: mpf

    @classmethod
    def sum_of(cls, *terms: mpf) -> Near:
        """The sum of terms that may cancel."""
        return cls(mp.fsum(terms), mp.fsum(abs(term) for term in terms))


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
    if kind not in (Kind.LOGIT, Kind.SCORE):
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


def exact(items: Any) -> Any:
    """Nested numbers in 50 digits."""
    if isinstance(items, (list, tuple)):
        return [exact(item) for item in items]
    return mpf(items)


def read(row: Any, form: Form, kind: Kind) -> Any:
    """One row of a prediction as the reference of a loss with that form takes it."""
    if form is Form.BERNOULLI:
        if isinstance(row, (list, tuple)):
            return [chance(item, kind) for item in row]
        return chance(row, kind)
    if form is Form.CATEGORICAL:
        return chances(row, kind)
    if form is Form.DECISION:
        return decided(row, kind)
    return exact(row)


def decided(row: Any, kind: Kind) -> Any:
    """The decision of one row over classes, or of one yes-or-no item."""
    if kind is Kind.CLASS:
        return int(row)
    if isinstance(row, (list, tuple)):
        return max(range(len(row)), key=lambda j: row[j])
    return int(row > (0.5 if kind is Kind.PROBABILITY else 0))


def product(weight: mpf, log: mpf) -> mpf:
    """weight · log, where 0 · log 0 = 0."""
    return mpf(0) if weight == 0 else weight * log


def average(values: Row, weights: Row) -> mpf:
    return mp.fsum(w * x for x, w in zip(values, weights, strict=True)) / mp.fsum(weights)


def dot(a: Row, b: Row) -> mpf:
    return mp.fsum(x * y for x, y in zip(a, b, strict=True))


def norm(a: Row) -> mpf:
    return mp.sqrt(dot(a, a))


def cosine(a: Row, b: Row) -> mpf:
    return dot(a, b) / (norm(a) * norm(b))
