"""How far two models' distributions part, as numbers: what llama.cpp's perplexity tool prints."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from losscli.arrays import Array
from losscli.comparing.token_sums import TokenSums
from losscli.engine.totals import Totals
from losscli.errors import UsageError
from losscli.evaluating.report import SCHEMA
from losscli.plain import plain
from losscli.version import __version__

_KL_SHARES = (1.0, 0.999, 0.99, 0.95, 0.9, 0.5, 0.1, 0.05, 0.01, 0.001, 0.0)
_DP_SHARES = (1.0, 0.999, 0.99, 0.95, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001, 0.0)


class Statistic(Struct, frozen=True):
    """One number of a divergence, and its standard error where it has one."""

    name: str
    value: float
    error: float | None = None


class Divergence(Struct, frozen=True):
    """How the model called `models[1]` (Q) parts from `models[0]` (base), over `tokens`.

    `perplexity` holds that of both and what it changes by, `kl` the Kullback–Leibler divergence of
    Q from base in nats, per token, `probability` by how much the probability of the true token
    differs (Q − base), and how often both models think the same token likeliest: as shares.
    Without labels there are no true tokens: `perplexity` is empty, and `probability` holds the
    share of the same likeliest token alone.
    """

    models: tuple[str, str]
    tokens: int
    ignored: int
    perplexity: tuple[Statistic, ...]
    kl: tuple[Statistic, ...]
    probability: tuple[Statistic, ...]
    notes: tuple[str, ...] = ()
    version: str = __version__

    def to_dict(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {"schema": SCHEMA, **plain(self)}

    def __getitem__(self, name: str) -> Statistic:
        """The statistic of that name. Raises KeyError where there is none."""
        for found in (*self.perplexity, *self.kl, *self.probability):
            if found.name == name:
                return found
        raise KeyError(name)


def report_of(models: tuple[str, str], found: TokenSums, notes: tuple[str, ...]) -> Divergence:
    """The report of all tokens. Raises UsageError where none has a label."""
    sums = found.sums
    if not found.kl:
        raise UsageError("no token has a label: there is nothing to compare")
    kl = np.concatenate(found.kl)
    same = _same(sums["same"], "same top p")
    labelled = bool(found.difference)
    return Divergence(
        models,
        sums["kl"].rows,
        found.ignored,
        tuple(_perplexity(sums)) if labelled else (),
        (_mean(sums["kl"], "mean"), *_quantiles(kl, _KL_SHARES)),
        (*(_probability(found) if labelled else ()), same),
        notes,
    )


def _probability(found: TokenSums) -> Iterable[Statistic]:
    yield _mean(found.sums["difference"], "mean Δp")
    yield from _quantiles(np.concatenate(found.difference), _DP_SHARES, " Δp")
    yield _root(found.sums["difference²"], "RMS Δp")


def _mean(found: Totals, name: str) -> Statistic:
    return Statistic(name, found.mean, found.standard_error)


def _perplexity(sums: Mapping[str, Totals]) -> Iterable[Statistic]:
    """Perplexities by the delta method: the error of the logarithm, times the value."""
    base, other, ratio = (_mean(sums[name], name) for name in ("base", "other", "ratio"))
    of_base, of_other = _exponential("PPL(base)", base), _exponential("PPL(Q)", other)
    yield of_other
    yield of_base
    errors = [each.error for each in (base, other, ratio)]
    correlation = cross = None
    if None not in errors:
        a, b, c = (float(error or 0.0) for error in errors)
        covariance = 0.5 * (a * a + b * b - c * c)
        correlation = covariance / (a * b) if a and b else math.nan
        p, q = of_base.value, of_other.value
        cross = math.sqrt(max(0.0, (q * b) ** 2 + (p * a) ** 2 - 2.0 * p * q * covariance))
    if correlation is not None:
        yield Statistic("cor(ln PPL(Q), ln PPL(base))", correlation)
    yield Statistic("ln(PPL(Q)/PPL(base))", ratio.value, ratio.error)
    yield _exponential("PPL(Q)/PPL(base)", ratio)
    yield Statistic("PPL(Q)-PPL(base)", of_other.value - of_base.value, cross)


def _exponential(name: str, found: Statistic) -> Statistic:
    try:
        value = math.exp(found.value)
    except OverflowError:
        value = math.inf
    return Statistic(name, value, None if found.error is None else value * found.error)


def _root(squares: Totals, name: str) -> Statistic:
    value, error = math.sqrt(squares.mean), squares.standard_error
    return Statistic(name, value, 0.5 / value * error if error is not None and value else None)


def _same(found: Totals, name: str) -> Statistic:
    share, rows = found.mean, found.rows
    error = math.sqrt(share * (1.0 - share) / (rows - 1)) if rows > 1 else None
    return Statistic(name, share, error)


def _quantiles(values: Array, shares: Sequence[float], of: str = "") -> Iterable[Statistic]:
    """Quantiles between the two values that are nearest, by how far it is to each."""
    names = {1.0: "maximum", 0.5: "median", 0.0: "minimum"}
    found = np.quantile(values, shares)
    for share, value in zip(shares, found.tolist(), strict=True):
        yield Statistic(f"{names.get(share, f'{100.0 * share:.1f} %')}{of}", value)
