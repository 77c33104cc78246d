"""Two models of the same text: how far their distributions over the next token part.

The quantities, and how sure they are, are those of llama.cpp's perplexity tool (`--kl-divergence`,
tools/perplexity/perplexity.cpp), in float64 and without its rounding of the base model's logits to
16 bits, below which it leaves tokens of a probability under e⁻¹⁶ out of the divergence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.comparing.compare import names_of, readings_of
from losscli.engine.evaluation import Batch
from losscli.engine.gate import Settled
from losscli.engine.labels import labelled
from losscli.engine.predictions import predicted
from losscli.engine.row_losses import Measured
from losscli.engine.run import Outcome, over_all_blocks, through_gate
from losscli.engine.totals import Totals, totals
from losscli.errors import UsageError
from losscli.evaluating.one_pass import read_twice
from losscli.evaluating.options import Options
from losscli.evaluating.reading import DataReading
from losscli.evaluating.report import SCHEMA
from losscli.evaluating.requests import Request
from losscli.inputs.block import Block
from losscli.inputs.columns import Columns
from losscli.inputs.rivals import Rivals, open_rivals
from losscli.losses.forms.categorical import Categorical, times
from losscli.plain import plain
from losscli.task.labels import Misfit
from losscli.version import __version__

Array = NDArray[np.float64]

_LOSS = "categorical_cross_entropy"
_KL_SHARES = (1.0, 0.999, 0.99, 0.95, 0.9, 0.5, 0.1, 0.05, 0.01, 0.001, 0.0)
_DP_SHARES = (1.0, 0.999, 0.99, 0.95, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001, 0.0)


@dataclass(frozen=True, slots=True)
class Statistic:
    """One number of a divergence, and its standard error where it has one."""

    name: str
    value: float
    error: float | None = None


@dataclass(frozen=True, slots=True)
class Divergence:
    """How the model called `models[1]` (Q) parts from `models[0]` (base), over `tokens`.

    `perplexity` holds that of both and what it changes by, `kl` the Kullback–Leibler divergence of
    Q from base in nats, per token, `probability` by how much the probability of the true token
    differs (Q − base), and how often both models think the same token likeliest: as shares.
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


@dataclass
class Tokens:
    """What tokens say of both models: sums, and of two quantities every value (16 bytes a token).

    Mergeable in order.
    """

    sums: dict[str, Totals] = field(default_factory=dict)
    kl: list[Array] = field(default_factory=list)
    difference: list[Array] = field(default_factory=list)
    ignored: int = 0

    def add(self, base: Categorical, other: Categorical, label: Any, kept: Any) -> None:
        """Take in tokens; those that are not `kept` have no label."""
        with np.errstate(all="ignore"):
            kl = times(base.p, base.log_p - other.log_p).sum(axis=1)[kept]
            costs = [-form.log_likelihood(label)[kept] for form in (base, other)]
            difference = np.exp(-costs[1]) - np.exp(-costs[0])
        tops = [form.log_p.argmax(axis=1)[kept] for form in (base, other)]
        for name, values in {
            "base": costs[0],
            "other": costs[1],
            "ratio": costs[1] - costs[0],
            "kl": kl,
            "difference": difference,
            "difference²": difference * difference,
            "same": (tops[0] == tops[1]).astype(np.float64),
        }.items():
            found = totals(Measured(values, (), None, 1.0, 0, None))
            self.sums[name] = self.sums.get(name, Totals()) + found
        self.kl.append(kl)
        self.difference.append(difference)
        self.ignored += int((~kept).sum())

    def merge(self, later: Tokens) -> None:
        """Add what later tokens say."""
        for name, found in later.sums.items():
            self.sums[name] = self.sums.get(name, Totals()) + found
        self.kl += later.kl
        self.difference += later.difference
        self.ignored += later.ignored


class _Pass:
    """One pass over the tokens of two models."""

    def __init__(self, rivals: Rivals, readings: Sequence[DataReading], options: Options) -> None:
        self.outcomes = [Outcome(), Outcome()]
        self.tokens = Tokens()
        self._rivals, self._readings, self._options = rivals, readings, options

    @property
    def rows(self) -> int:
        """The rows that were seen."""
        return self.outcomes[0].rows

    def fresh(self) -> _Pass:
        """The same for the same models, with no rows."""
        return _Pass(self._rivals, self._readings, self._options)

    def merge(self, later: _Pass) -> None:
        """Add what was found in later rows."""
        for mine, theirs in zip(self.outcomes, later.outcomes, strict=True):
            mine.merge(theirs)
        self.tokens.merge(later.tokens)

    def over(self, blocks: Iterable[Block]) -> _Pass:
        """This one, with these blocks added."""
        drop = self._options.nan == "drop"
        together = self._rivals.together
        for block, _ in through_gate(together, blocks, self._take, drop_missing=drop):
            for place, outcome in enumerate(self.outcomes):
                own = Block(block.start, self._pred(block, place), block.label, None)
                outcome.add_profiles(own, self._readings[place].setting.tolerance)
        return self

    def _pred(self, block: Block | Settled, place: int) -> Any:
        return block.inputs[self._rivals.roles[place]] if place else block.pred

    def _take(self, settled: Settled) -> None:
        forms = []
        for place, reading in enumerate(self._readings):
            [evaluation] = reading.evaluations
            own = Settled(settled.start, self._pred(settled, place), settled.label, None, 0)
            batch = Batch(own, reading.setting)
            try:
                forms.append(predicted(evaluation, batch))
                label = labelled(evaluation, batch)
            except Misfit as misfit:
                if misfit.role == "prediction":
                    misfit.role = self._rivals.roles[place]
                raise
        ignored = label.ignored
        kept = np.ones(len(settled.pred), bool) if ignored is None else ~ignored
        self.tokens.add(forms[0], forms[1], label.encoded, kept)


def divergence(
    base: Any,
    other: Any,
    label: Any,
    *,
    kind: str | None = None,
    like: str = "standard",
    nan: str = "error",
    columns: Columns | None = None,
    threads: int | None = None,
    progress: Callable[[int], Any] | None = None,
    **params: Any,
) -> Divergence:
    """How far the distributions of another model part from those of a base model.

    `base` and `other` are arrays of logits (or probabilities), (n, v) or (n, t, v), or name files
    of such, `label` holds the true tokens; those of −100 are left out. Further keyword arguments
    are those of `compare`, such as `shift=True`. Nothing is held but two numbers for each token.

    Raises UsageError and DataError as `compare` does.

    >>> logits = [[2.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    >>> round(divergence(logits, [[1.5, 0.0], [0.0, 1.2], [1.0, 1.0]], [0, 1, 1])["mean"].value, 6)
    0.006446
    """
    options = Options.of(
        "compare",
        params,
        kind=kind,
        like=like,
        nan=nan,
        columns=columns,
        threads=threads,
        progress=progress,
    )
    options.refuse_parameters("compare")
    return divergence_of((base, other), label, options)


@np.errstate(all="ignore")
def divergence_of(models: Sequence[Any], label: Any, options: Options) -> Divergence:
    """`divergence`, its options in one object."""
    if len(models) != 2:
        raise UsageError(
            f"a divergence is of two models, not of {len(models)}", hint="Name base and other."
        )
    rivals = open_rivals(models, label, columns=options.columns or Columns(), shift=options.shift)
    names = names_of(rivals, models, by_pattern=False)
    requests = (Request(_LOSS),)

    def read(seen: Sequence[Outcome]) -> list[DataReading]:
        return readings_of(rivals.sides, seen, requests, options)

    def attempt(readings: Sequence[DataReading]) -> _Pass:
        done = _Pass(rivals, readings, options)
        over_all_blocks(
            rivals.together,
            lambda few, found: found.over(few),
            done,
            options.threads,
            options.progress,
        )
        return done

    done, _ = read_twice(rivals.sides, read, attempt, lambda found: found.outcomes)
    return _report((names[0], names[1]), done.tokens, rivals.notes)


def _report(models: tuple[str, str], found: Tokens, notes: tuple[str, ...]) -> Divergence:
    sums: Mapping[str, Totals] = found.sums
    kl, difference = np.concatenate(found.kl), np.concatenate(found.difference)
    if not kl.size:
        raise UsageError("no token has a label: there is nothing to compare")
    return Divergence(
        models,
        sums["kl"].rows,
        found.ignored,
        tuple(_perplexity(sums)),
        (_mean(sums["kl"], "mean"), *_quantiles(kl, _KL_SHARES)),
        (
            _mean(sums["difference"], "mean Δp"),
            *_quantiles(difference, _DP_SHARES, " Δp"),
            _root(sums["difference²"], "RMS Δp"),
            _same(sums["same"], "same top p"),
        ),
        notes,
    )


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
