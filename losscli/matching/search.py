"""All numbers that the data could give, set against the one that was printed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from losscli.engine.accumulators import RowAccumulator, accumulator
from losscli.engine.evaluation import Batch, Evaluation, Setting
from losscli.engine.gate import Settled
from losscli.errors import LosscliError
from losscli.losses.definition.loss import Loss
from losscli.losses.forms.categorical import Form
from losscli.matching.candidates import (
    LOG_FORMS,
    Data,
    Finding,
    conventions,
    evaluations,
    flags_of,
    key_of,
)
from losscli.matching.mistakes import mistaken_labels, mistakes
from losscli.matching.report import Match
from losscli.matching.target import Target
from losscli.task.labels import Misfit
from losscli.vocabulary import Kind, Reduction

_BASES = {2.0: ("bits", "log base 2"), 10.0: ("bans", "log base 10")}

# A number this close is worth showing where nothing agrees.
NEAR = 0.02
MOST_NEAR = 5


def search(
    data: Data, target: Target, losses: Sequence[Loss], batch_size: int | None
) -> list[Match]:
    """What agrees with the target, the simplest first, and then the nearest misses.

    Of several ways to the same number the simplest is kept, with the conventions that share it.
    """
    found: list[Finding] = []
    for variant, flags, unusual, cost in _variants(data):
        found.extend(
            replace(
                item,
                flags=(*item.flags, *flags),
                unusual=(*unusual, *item.unusual),
                cost=item.cost + cost,
            )
            for item in _numbers(variant, losses, batch_size, shifted=bool(unusual))
        )
    found.sort(key=lambda item: item.cost)
    hits = [item for item in found if target.is_met_by(item.value)]
    near = sorted(
        (item for item in found if target.distance(item.value) <= NEAR and item not in hits),
        key=lambda item: (target.distance(item.value), item.cost),
    )
    return [
        *_as_matches(hits, target, agrees=True),
        *_as_matches(near, target, agrees=False)[:MOST_NEAR],
    ]


def _as_matches(found: Sequence[Finding], target: Target, *, agrees: bool) -> list[Match]:
    matches: dict[tuple[Any, ...], Match] = {}
    for item in found:
        # The same number with less that is unusual has been said already.
        if any(
            value == item.value and loss == item.loss.id and set(unusual) < set(item.unusual)
            for value, loss, unusual in matches
        ):
            continue
        key = (item.value, item.loss.id, item.unusual)
        if key in matches:
            first = matches[key]
            if item.convention not in (first.convention, *first.shared):
                matches[key] = replace(first, shared=(*first.shared, item.convention))
            continue
        matches[key] = Match(
            loss=item.loss.id,
            title=item.loss.title,
            value=item.value,
            agrees=agrees,
            distance=item.value - target.value,
            convention=item.convention,
            flags=" ".join(item.flags),
            unusual=item.unusual,
        )
    return list(matches.values())


def _variants(data: Data) -> Iterator[tuple[Data, tuple[str, ...], tuple[str, ...], float]]:
    """The data as they are, in smaller types, and as mistakes would have them."""
    yield data, (), (), 0.0
    for name, cost in (("float32", 2.0), ("float16", 4.0)):
        stored = np.dtype(name)
        if data.dtype is None or data.dtype.itemsize > stored.itemsize:
            with np.errstate(over="ignore"):
                cast = data.pred.astype(stored).astype(np.float64)
            if not np.array_equal(cast, data.pred) and np.isfinite(cast).all():
                said = f"predictions cast to {name}"
                yield replace(data, pred=cast, dtype=stored), (f"--cast {name}",), (said,), cost
    yield from mistaken_labels(data)


def _numbers(
    data: Data, losses: Sequence[Loss], batch_size: int | None, *, shifted: bool
) -> Iterator[Finding]:
    """Every number that the losses give for one variant of the data."""
    rows = list(conventions(data, plain=shifted))
    weights = [None] if data.weight is None else [data.weight, None]
    for weight in weights:
        unweighted = data.weight is not None and weight is None
        block = Settled(0, data.pred, data.label, weight, 0)
        outside = bool(((data.pred < 0) | (data.pred > 1)).any())
        batch = Batch(block, Setting(data.code, data.tolerance, None, outside))
        for loss in losses:
            seen: set[Any] = set()
            for evaluation, cost in evaluations(loss, data, rows):
                key = key_of(evaluation)
                known = key in seen
                seen.add(key)
                extra = ("weights left out",) if unweighted else ()
                for item in _finished(evaluation, batch, cost + 2.0 * unweighted, known=known):
                    yield replace(item, unusual=(*extra, *item.unusual))
            if loss.readings and not shifted and not unweighted:
                yield from mistakes(loss, data, batch, batch_size)


def _finished(
    evaluation: Evaluation, batch: Batch, cost: float, *, known: bool
) -> Iterator[Finding]:
    """The numbers of one evaluation: its reductions, its bases, its scales."""
    if known:
        cost += 0.001
    try:
        held = accumulator(evaluation)
        with np.errstate(all="ignore"):
            held.add(batch)
        own = held.tally().finished.value
    except (LosscliError, Misfit, ValueError, FloatingPointError):
        return
    loss = evaluation.loss
    data_kind = evaluation.kind
    unusual = _unusual(evaluation, batch)
    base = Finding(own, loss, evaluation.convention.name, (), unusual, cost)

    def say(value: float, more: float, *flags: str, said: str = "") -> Finding:
        shown = (*unusual, said) if said else unusual
        kind = Kind.LOGIT if evaluation.kind is not Kind.LOGIT else Kind.PROBABILITY
        return replace(
            base,
            value=value,
            flags=flags_of(evaluation, kind if unusual else data_kind, *flags),
            unusual=shown,
            cost=cost + more,
        )

    yield say(own, 0.0)
    if not isinstance(held, RowAccumulator):
        return
    for reduction in (Reduction.MEAN, Reduction.SUM, Reduction.BATCHMEAN):
        if reduction is loss.reduction:
            continue
        other = RowAccumulator(replace(evaluation, reduction=reduction))
        other.add(batch)
        value = other.tally().finished.value
        yield say(value, 1.5, f"--reduction {reduction}", said=f"reduced by {reduction}")
    if loss.unit == "nats" and loss.transform is None:
        for number, (unit, said) in _BASES.items():
            yield say(own / math.log(number), 2.5, said=f"in {unit} ({said})")
    yield say(0.5 * own, 3.0, said="halved")
    yield say(2.0 * own, 3.0, said="doubled")
    if loss.upper <= 1.0 or "percentage" in loss.id:
        yield say(100.0 * own, 2.5, said="in percent")
    if not loss.lower_is_better or loss.id == "zero_one":
        yield say(1.0 - own, 1.5, said="subtracted from 1 (the accuracy)")
    if own > 0.0 and loss.transform is None and loss.family == "regression":
        yield say(math.sqrt(own), 3.0, said="its square root")


def _unusual(evaluation: Evaluation, batch: Batch) -> tuple[str, ...]:
    """What is odd about reading these predictions as that kind."""
    pred = batch.block.pred
    inside = bool(((pred >= 0) & (pred <= 1)).all())
    if evaluation.reading.form in LOG_FORMS and evaluation.kind is Kind.LOGIT and inside:
        if pred.ndim == 1:
            return ("probabilities read as logits: a sigmoid too many",)
        softmax = evaluation.reading.form is Form.CATEGORICAL
        return (f"probabilities read as logits: a {'softmax' if softmax else 'sigmoid'} too many",)
    return ()
