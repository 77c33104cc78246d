"""All numbers that the data could give, set against the one that was printed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.engine.accumulators import Accumulator, RowAccumulator, Tally, accumulator
from losscli.engine.evaluation import Batch, Evaluation, RunSettings
from losscli.engine.gate import Settled
from losscli.engine.row_losses import measure
from losscli.errors import LosscliError
from losscli.losses.definition.loss import Labels, Loss
from losscli.losses.forms.categorical import Classes, Form
from losscli.matching.candidates import (
    LOG_FORMS,
    Data,
    Finding,
    commands_of,
    evaluations,
    floors,
    key_of,
    plain_conventions,
)
from losscli.matching.chance import PLAIN, Chance
from losscli.matching.mistakes import Changed, RowMistakes, SlipTotals, scaled, slips
from losscli.matching.target import Target
from losscli.matching.variants import Variant, mistaken_variants, ordinary_variants
from losscli.task.labels import Misfit
from losscli.vocabulary import Kind, Reduction, Task

Array = NDArray[Any]
Blocks = Callable[[], Iterator[Settled]]

# What a loss raises where the data are nothing for it.
_UNFIT = (LosscliError, Misfit, ValueError, ArithmeticError, IndexError)

# A search ends at the first stage whose best hit chance would give as seldom as this.
_SURE = 0.02


@dataclass
class Probe:
    """One evaluation of one variant of the data, block by block."""

    evaluation: Evaluation
    cost: float
    variant: Variant
    unusual: tuple[str, ...]
    rows: RowMistakes | None = None
    scales: bool = False
    alike: list[str] = field(default_factory=list)
    held: Accumulator = field(init=False)
    unfit: bool = False

    def __post_init__(self) -> None:
        self.held = accumulator(self.evaluation)

    def add(self, batch: Batch) -> None:
        """Take in a block."""
        if self.unfit:
            return
        try:
            if isinstance(self.held, RowAccumulator):
                measured = measure(self.evaluation, batch)
                self.held.add_measured(measured)
                if self.rows is not None:
                    self.rows.add(measured.losses)
            else:
                self.held.add(batch)
        except _UNFIT:
            self.unfit = True

    def findings(self, target: Target) -> Iterator[Finding]:
        """The numbers that it comes to, as far as they concern the target."""
        if self.unfit:
            return
        try:
            tally = self.held.tally()
        except _UNFIT:
            return
        own = tally.finished.value
        reduced = list(self._reduced(tally))
        changed = [] if not self.scales else list(scaled(self.evaluation.loss, own, tally.rows))
        changed += [] if self.rows is None else self.rows.changed()
        values = [own, *(value for _, value in reduced), *(each.value for each in changed)]
        if not any(map(target.concerns, values)):
            return
        plain = self.plain(own)
        if target.concerns(own):
            yield plain
        for reduction, value in reduced:
            if target.concerns(value):
                yield replace(
                    plain,
                    value=value,
                    base=value,
                    commands=tuple(replace(c, reduction=reduction.value) for c in plain.commands),
                    unusual=(*plain.unusual, f"reduced by {reduction}"),
                    cost=plain.cost + 1.0,
                )
        for each in changed:
            if target.concerns(each.value):
                yield each.of(plain)

    def value_on(self, block: Settled) -> float:
        """The loss's own value on this block alone; NaN where there is none."""
        _add([self], block)
        try:
            return math.nan if self.unfit else self.held.tally().finished.value
        except _UNFIT:
            return math.nan

    def plain(self, own: float) -> Finding:
        """The finding of the loss's own value."""
        evaluation, variant = self.evaluation, self.variant
        made = map(variant.command, commands_of(evaluation, variant.data))
        return Finding(
            own,
            evaluation.loss,
            evaluation.convention.name,
            (*variant.unusual, *self.unusual),
            self.cost + variant.cost,
            own,
            tuple(command for command in made if command is not None),
            tuple(self.alike),
            {
                name: value
                for name, value in evaluation.params.items()
                if value != evaluation.loss.params[name].default
            },
        )

    def _reduced(self, tally: Tally) -> Iterator[tuple[Reduction, float]]:
        """The sum, and the sum over rows, where the loss itself is a mean."""
        by_rows = isinstance(self.held, RowAccumulator) and not self.held.columns
        if not by_rows or tally.total is None or not tally.rows:
            return
        evaluation, variant = self.evaluation, self.variant
        loss = evaluation.loss
        values = {Reduction.SUM: tally.total, Reduction.BATCHMEAN: tally.total / tally.rows}
        if variant.data.weighted or variant.data.class_weight is not None:
            del values[Reduction.BATCHMEAN]
        if loss.reduction is not Reduction.MEAN:
            values[Reduction.MEAN] = tally.total / tally.rows
        for reduction, summed in values.items():
            if reduction is not loss.reduction:
                value = loss.scale * summed
                if loss.transform is not None:
                    value = loss.transform(value, evaluation.params)
                yield reduction, value


@dataclass
class Search:
    """The stages of a search: ordinary hypotheses first, each stage one pass over the blocks."""

    data: Data
    target: Target
    losses: Sequence[Loss]
    batch_size: int | None
    blocks: Blocks
    whole: bool
    found: list[Finding] = field(default_factory=list)
    seen: set[Any] = field(default_factory=set)

    def run(self) -> list[Finding]:
        """All numbers of the stages that were needed."""
        with np.errstate(all="ignore"):
            later = self._plain()
            if self.sure():
                return self.found
            self.found += later
            self._ordinary()
            if self.sure():
                return self.found
            self._mistaken()
        return self.found

    def sure(self) -> bool:
        """Whether something agrees that chance would hardly give."""
        hits = [item.cost for item in self.found if self.target.is_met_by(item.value)]
        return bool(hits) and Chance.of(self.found, self.target).hits(min(hits)) < _SURE

    def _plain(self) -> list[Finding]:
        """The losses under each convention; what is made of them by seldom scales comes later."""
        rows = plain_conventions(self.data)
        self._over(
            list(self._probes(Variant(self.data), rows, rare=False, scales=True)), count=True
        )
        made, self.found = self.found, []
        for item in made:
            if item.cost <= PLAIN or not _is_scaled(item):
                self.found.append(item)
        return [item for item in made if item.cost > PLAIN and _is_scaled(item)]

    def _ordinary(self) -> None:
        rows = [*plain_conventions(self.data), *floors()]
        probes = list(self._probes(Variant(self.data), rows, rare=True, scales=True))
        for variant in ordinary_variants(self.data):
            given = variant.conventions or plain_conventions(variant.data)
            probes += self._probes(variant, given, rare=False)
        self._over(probes)

    def _mistaken(self) -> None:
        probes: list[Probe] = []
        for variant in mistaken_variants(self.data, whole=self.whole):
            given = variant.conventions or plain_conventions(variant.data)
            probes += self._probes(variant, given, rare=False)
        plain = Variant(self.data)
        self.seen.clear()
        for probe in self._probes(plain, plain_conventions(self.data), rare=False):
            if isinstance(probe.held, RowAccumulator) and probe.evaluation.loss.featured:
                probe.rows = RowMistakes.of(probe.evaluation, self.batch_size, self.data.rows)
                probes.append(probe)
        named = {loss.id for loss in self.losses}
        totals = [
            SlipTotals(slip, self.data.width) for slip in slips(self.data) if slip.loss in named
        ]
        self._over(probes, totals)
        for each in totals:
            if each.rows:
                self.found += each.findings()
        if self.whole:
            self.found += self._crossed()

    def _probes(
        self, variant: Variant, rows: Sequence[Any], *, rare: bool, scales: bool = False
    ) -> Iterator[Probe]:
        """The evaluations of a variant, those that settle alike once."""
        for loss in self.losses:
            if not variant.fits(loss):
                continue
            known: dict[Any, Probe] = {}
            for evaluation, cost in evaluations(loss, variant.data, rows, rare=rare):
                key = key_of(evaluation)
                if key in known:
                    known[key].alike.append(evaluation.convention.name)
                    continue
                mark = (variant.unusual, loss.id, key)
                unusual = _too_many(evaluation, variant.data)
                known[key] = Probe(evaluation, cost, variant, unusual, scales=scales)
                if mark in self.seen:
                    continue
                self.seen.add(mark)
                yield known[key]

    def _over(
        self, probes: Sequence[Probe], totals: Sequence[SlipTotals] = (), *, count: bool = False
    ) -> None:
        """Take all blocks into probes, variant by variant."""
        by_variant: dict[int, list[Probe]] = {}
        for probe in probes:
            by_variant.setdefault(id(probe.variant), []).append(probe)
        counts: list[Array] = []
        for block in self.blocks():
            for group in by_variant.values():
                _add(group, block)
            if count or totals:
                label = _as_classes(self.data, block)
                if count and label is not None:
                    counts.append(_counted(label, max(2, self.data.width)))
                for each in totals if isinstance(label, Classes) else ():
                    assert isinstance(label, Classes)
                    each.add(block.pred, label.share(self.data.width))
        if counts:
            self.data = replace(self.data, count=tuple(np.sum(counts, axis=0).tolist()))
        for probe in probes:
            self.found += probe.findings(self.target)

    def _crossed(self) -> Iterator[Finding]:
        """(n,) against (n, 1): the mean over all pairs of a prediction and a label."""
        [block] = self.blocks()
        if block.pred.ndim != 1 or block.label is None or len(block.pred) > _MOST_CROSSED:
            return
        if block.label.dtype == object or block.weight is not None:
            return
        labels, counts = np.unique(block.label, return_counts=True)
        plain = Variant(self.data)
        for loss in self.losses:
            rows = plain_conventions(self.data)[:2]
            for evaluation, cost in evaluations(loss, self.data, rows, rare=False):
                probe = Probe(evaluation, cost, plain, ())
                if not isinstance(probe.held, RowAccumulator) or not loss.featured:
                    continue
                total = 0.0
                for label, number in zip(labels, counts, strict=True):
                    one = replace(block, label=np.full(len(block.pred), label))
                    each = Probe(evaluation, cost, plain, ())
                    total += each.value_on(one) * float(number)
                value = total / len(block.pred)
                own = probe.value_on(block)
                if self.target.concerns(value) and not math.isnan(own):
                    said = "(n,) against (n, 1): every prediction with every label"
                    yield Changed(value, said, 3.0).of(probe.plain(own))


# Rows up to which every prediction is set against every label.
_MOST_CROSSED = 3000


def _is_scaled(item: Finding) -> bool:
    return item.value != item.base


def _add(group: Sequence[Probe], block: Settled) -> None:
    """Take a block, as their variant has it, into probes of one variant."""
    variant = group[0].variant
    data = variant.data
    try:
        changed = variant.change(block)
    except (ValueError, TypeError):
        for probe in group:
            probe.unfit = True
        return
    if not len(changed.pred):
        return
    changed = Settled(
        changed.start, changed.pred, changed.label, changed.weight, changed.dropped, changed.kept
    )
    setting = RunSettings(
        data.code, data.tolerance, data.class_weight, not data.inside, rounding=data.rounding
    )
    batch = Batch(changed, setting)
    for probe in group:
        probe.add(batch)


def _as_classes(data: Data, block: Settled) -> Any:
    """The labels as classes or as 0 and 1, None where they are neither."""
    if block.label is None or data.verdict.task not in (
        Task.BINARY,
        Task.MULTICLASS,
        Task.DISTRIBUTION,
    ):
        return None
    try:
        return data.code.encode(block.label, data.verdict.task)
    except Misfit:
        return None


def _counted(label: Any, classes: int) -> Array:
    if isinstance(label, Classes):
        if label.index is not None:
            return np.bincount(label.index, minlength=classes).astype(np.float64)
        assert label.rows is not None
        return np.asarray(label.rows.sum(axis=0))
    yes = float(np.sum(label))
    return np.array([label.size - yes, yes])


def _too_many(evaluation: Evaluation, data: Data) -> tuple[str, ...]:
    """What is odd about reading these predictions as that kind."""
    form = evaluation.reading.form
    if form not in LOG_FORMS or evaluation.kind is not Kind.LOGIT or not data.inside:
        return ()
    if evaluation.reading.labels is Labels.REAL:
        return ()
    once = "softmax" if form is Form.CATEGORICAL else "sigmoid"
    return (f"probabilities read as logits: a {once} too many",)
