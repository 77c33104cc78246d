"""The numbers that common mistakes give."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from losscli.arrays import Array
from losscli.engine.evaluation import Evaluation
from losscli.engine.exact import Sum, nearest
from losscli.losses.definition.loss import Loss
from losscli.losses.registry import REGISTRY
from losscli.matching.candidates import Data, Finding
from losscli.vocabulary import Kind, Task

# Sizes of batches that people take.
_SIZES = (8, 16, 32, 64, 100, 128, 256, 512, 1000, 1024)


class Changed(NamedTuple):
    """A number that is made from that of a loss, how it is made, and how seldom that is."""

    value: float
    said: str
    cost: float

    def of(self, base: Finding) -> Finding:
        """The finding that says so of the loss's own."""
        return replace(
            base,
            value=self.value,
            unusual=(*base.unusual, self.said),
            cost=base.cost + self.cost,
        )


class BatchMeans(Struct):
    """The mean of the means of batches of so many rows, the last one shorter."""

    size: int
    transform: Callable[[float], float]
    total: float = 0.0
    batches: int = 0
    rest: Array = field(default_factory=lambda: np.empty(0))
    last: Array = field(default_factory=lambda: np.empty(0))

    def add(self, losses: Array) -> None:
        """Take in the losses of the next rows."""
        losses = np.concatenate([self.rest, losses])
        whole = len(losses) // self.size * self.size
        if whole:
            batches = losses[:whole].reshape(-1, self.size)
            self.total += math.fsum(map(self.transform, batches.mean(axis=1).tolist()))
            self.batches += len(batches)
            self.last = batches[-1].copy()
        self.rest = losses[whole:].copy()

    def mean(self) -> float:
        """The mean of all batches' values."""
        if not self.rest.size:
            return self.total / self.batches
        return (self.total + self.transform(float(self.rest.mean()))) / (self.batches + 1)


class RowMistakes(Struct):
    """What is made of the losses of the rows by mistake: some left out, a mean of means."""

    evaluation: Evaluation
    sizes: Sequence[int]
    given: int | None
    finite: Sum = field(default_factory=Sum)
    counted: int = 0
    rows: int = 0
    means: list[BatchMeans] = field(default_factory=list)

    @classmethod
    def of(cls, evaluation: Evaluation, batch_size: int | None, rows: int) -> RowMistakes:
        """Those of an evaluation of so many rows; `batch_size` is one that the user named."""
        sizes = list(dict.fromkeys([*([batch_size] if batch_size else []), *_SIZES]))
        found = cls(evaluation, [size for size in sizes if size < rows], batch_size)
        found.means = [BatchMeans(size, found._finished) for size in found.sizes]
        return found

    def _finished(self, mean: float) -> float:
        loss = self.evaluation.loss
        mean *= loss.scale
        return mean if loss.transform is None else loss.transform(mean, self.evaluation.params)

    def add(self, losses: Array) -> None:
        """Take in the losses of the next rows, (n,) or (n, c)."""
        by_row = losses.mean(axis=1) if losses.ndim == 2 else losses
        finite = np.isfinite(by_row)
        kept = by_row if finite.all() else by_row[finite]
        self.finite = self.finite + Sum.of(np.ascontiguousarray(kept))
        self.counted += len(kept)
        self.rows += len(by_row)
        for each in self.means:
            each.add(by_row)

    def changed(self) -> Iterator[Changed]:
        """The numbers, each as a change of what the loss itself gives."""

        missing = self.rows - self.counted
        if missing and self.counted:
            mean = nearest(self.finite.exact) / self.counted
            said = f"{missing:,} rows with a loss that is not finite left out"
            yield Changed(self._finished(mean), said, 3.0)
        known = set()
        for each in self.means:
            meant = each.size == self.given
            if each.rest.size:
                said = f"the mean of the means of batches of {each.size}, the last one shorter"
                yield Changed(each.mean(), said, 1.0 if meant else 3.0)
            elif self.evaluation.loss.transform is not None:
                said = f"the mean over batches of {each.size}, each finished on its own"
                yield Changed(each.mean(), said, 1.0 if meant else 3.0)
            last = each.rest if each.rest.size else each.last
            if len(last) in known:
                continue
            known.add(len(last))
            said = (
                f"the last batch alone: {len(last):,} of {self.rows:,} rows, batches of {each.size}"
            )
            yield Changed(self._finished(float(last.mean())), said, 1.5 if meant else 3.0)
            if each.rest.size and not missing:
                total = nearest(self.finite.exact) - math.fsum(last.tolist())
                said = f"the last {len(last):,} rows left out, a shorter batch than {each.size}"
                yield Changed(
                    self._finished(total / (self.rows - len(last))), said, 1.5 if meant else 3.5
                )


class Slip(Struct, frozen=True):
    """A loss that was handed another scale than it reads: its own formula on what it got.

    `rows` gives the losses (n, c) of predictions (n, c) and labels as shares (n, c).
    """

    loss: str
    said: str
    cost: float
    rows: Callable[[Array, Array], Array]


def slips(data: Data) -> Iterator[Slip]:
    """The wrong scales that losses of log-probabilities are given."""
    if data.width < 2 or data.verdict.task not in (Task.MULTICLASS, Task.DISTRIBUTION):
        return
    if data.verdict.kind is Kind.LOG_PROBABILITY:
        return
    got = "probabilities" if data.inside else "logits"
    raw = f"{got} given where log-probabilities belong"
    hard = data.verdict.task is Task.MULTICLASS
    yield Slip("nll", f"{raw}: minus the mean of those of the true class", 2.5, _raw_nll)
    yield Slip("kl_divergence", raw, 3.5 if hard else 2.0, _raw_kl)
    if not hard:
        said = "log_target=True, though the labels are no logarithms"
        yield Slip("kl_divergence", f"{raw}; {said}", 3.5, _raw_kl_of_logs)
        if data.inside:
            yield Slip("kl_divergence", said, 3.5, lambda p, y: _raw_kl_of_logs(np.log(p), y))


def _raw_nll(pred: Array, label: Array) -> Array:
    return -pred * label


def _raw_kl(pred: Array, label: Array) -> Array:
    return label * np.log(np.where(label > 0.0, label, 1.0)) - label * pred


def _raw_kl_of_logs(pred: Array, label: Array) -> Array:
    return np.exp(label) * (label - pred)


class SlipTotals(Struct):
    """What a slip comes to, under the reductions of its framework."""

    slip: Slip
    width: int
    total: Sum = field(default_factory=Sum)
    rows: int = 0

    def add(self, pred: Array, label: Array) -> None:
        """Take in predictions and shares, (n, c)."""
        self.total = self.total + Sum.of(np.ascontiguousarray(self.slip.rows(pred, label).ravel()))
        self.rows += len(pred)

    def findings(self) -> Iterator[Finding]:
        """Its mean over rows or over elements, and its sum."""
        loss = REGISTRY.get(self.slip.loss)
        total = nearest(self.total.exact) + self.total.special
        by_row = total / self.rows
        is_nll = self.slip.loss == "nll"
        by_element = (by_row / self.width, "mean over all elements")
        ways = [(by_row, "batchmean"), by_element, (total, "sum")]
        if is_nll:
            ways = [(by_row, ""), (total, "sum")]
        for place, (value, said) in enumerate(ways):
            words = self.slip.said + (f"; {said}" if said else "")
            cost = self.slip.cost + 0.2 * place
            yield Finding(value, loss, "torch", (words,), cost, value)


def scaled(loss: Loss, own: float, rows: int) -> Iterator[Changed]:
    """The value of a loss of so many rows in other bases, halved, in percent, one minus it …"""

    if loss.complement or not loss.lower_is_better:
        said = f"1 minus it: the {loss.complement}" if loss.complement else "subtracted from 1"
        yield Changed(1.0 - own, said, 0.5)
        if loss.complement:
            yield Changed(100.0 * (1.0 - own), f"{said}, in percent", 1.0)
    if loss.upper <= 1.0 or "percentage" in loss.id:
        yield Changed(100.0 * own, "in percent", 1.5)
    if "percentage" in loss.id:
        yield Changed(own / 100.0, "as a share, not in percent", 1.5)
    if loss.unit == "nats" and loss.transform is None:
        yield Changed(own / math.log(2.0), "in bits (log base 2)", 2.5)
        yield Changed(own / math.log(10.0), "in bans (log base 10)", 3.0)
        if own < 500.0 and loss.id in ("categorical_cross_entropy", "nll"):
            yield Changed(math.exp(own), "its exponential (the perplexity)", 2.5)
    yield Changed(-own, "with the sign turned (a score, where higher is better)", 1.5)
    yield Changed(0.5 * own, "halved", 2.5)
    yield Changed(2.0 * own, "doubled", 3.0)
    if own > 0.0 and loss.transform is None and loss.family == "regression":
        yield Changed(math.sqrt(own), "its square root", 3.0)
    n = rows
    if n > 1 and loss.upper == math.inf and loss.unit != "nats":
        by = n / (n - 1.0)
        value = own * (math.sqrt(by) if loss.transform is not None else by)
        yield Changed(value, "divided by n − 1 instead of n", 2.5)
