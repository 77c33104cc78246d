"""One pass over several models on the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from typing import Any

import numpy as np
from msgspec.structs import replace

from losscli.engine.accumulators import HeldAccumulator, Tally, accumulator
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.gate import Settled
from losscli.engine.groups_of_rows import ByGroup, groups_of
from losscli.engine.run import Outcome, over_all_blocks, refuse_lost, through_gate
from losscli.evaluating.dependence import notes_on_dependence
from losscli.evaluating.options import Options
from losscli.evaluating.reading import DataReading
from losscli.inputs.block import Block
from losscli.inputs.columns import Columns
from losscli.inputs.rivals import Rivals
from losscli.stats.estimates import resampled
from losscli.stats.groups import Resampling
from losscli.stats.paired import PairedResult, PairedSums
from losscli.stats.paired_whole import PairedWhole
from losscli.stats.repeats import RepeatedRows
from losscli.stats.units import Units
from losscli.task.labels import Misfit


class Contest:
    """What rows say of all models: their losses, and what the differences are judged by.

    `evaluations` are those of each model, one per loss. Mergeable in any order.
    """

    def __init__(
        self,
        evaluations: Sequence[Sequence[Evaluation]],
        resampling: Resampling,
        units: Units | None = None,
    ) -> None:
        self._evaluations = evaluations
        self._resampling = resampling
        self._units = units
        self._losses = [[accumulator(item) for item in model] for model in evaluations]
        by_loss = list(zip(*evaluations, strict=True))
        self._paired = [
            PairedSums(same, resampling, units) if all(map(resampled, same)) else None
            for same in by_loss
        ]
        self._whole = [
            PairedWhole(same, units or Units()) if all(map(_has_components, same)) else None
            for same in by_loss
        ]

    def add(self, batches: Sequence[Batch]) -> None:
        """Take in the same rows of every model."""
        for model, batch in enumerate(batches):
            self.add_model(model, batch)
        self.add_pairs(batches)

    def add_model(self, model: int, batch: Batch) -> None:
        """Take in rows of one model. Raises Misfit where an item is not what a loss takes it for.

        The same rows of every model have to follow by `add_pairs`.
        """
        for loss in self._losses[model]:
            loss.add(batch)

    def add_pairs(self, batches: Sequence[Batch]) -> None:
        """Take in what the rows of every model say of each other."""
        for paired in (*self._paired, *self._whole):
            if paired is not None:
                paired.add(batches)

    def fresh(self) -> Contest:
        """The same for the same models, with no rows."""
        return Contest(self._evaluations, self._resampling, self._units)

    def merge(self, later: Contest) -> None:
        """Add what was found in later rows."""
        for mine, theirs in zip(self._losses, later._losses, strict=True):
            for loss, other in zip(mine, theirs, strict=True):
                loss.merge(other)
        for paired, ahead in zip(self._paired, later._paired, strict=True):
            if paired is not None and ahead is not None:
                paired.merge(ahead)
        for whole, rest in zip(self._whole, later._whole, strict=True):
            if whole is not None and rest is not None:
                whole.merge(rest)

    def tally(self, place: int, model: int) -> Tally:
        """What a loss of a model came to."""
        return self._losses[model][place].tally()

    def against_first(self, place: int, model: int) -> tuple[float, float, PairedResult | None]:
        """A loss of the first model, that of another, and how they differ.

        The last is None for a loss whose error is not known.
        """
        first, second = (self.tally(place, side).finished.value for side in (0, model))
        paired, whole = self._paired[place], self._whole[place]
        if paired is not None:
            return first, second, paired.against_first(model, second - first, first)
        if whole is None:
            return first, second, None
        rows = [self._losses[side][place] for side in (0, model)]
        held = [each.held for each in rows if isinstance(each, HeldAccumulator)]
        found = whole.against_first(model, held[0], held[1], second - first, first)
        return first, second, found


def _has_components(evaluation: Evaluation) -> bool:
    """Whether a number of all rows at once tells what each of them adds to its error."""
    return evaluation.reading.components is not None


class SideBySide:
    """One pass over all models: `whole` is what all rows say of them, `groups` each group."""

    def __init__(
        self,
        rivals: Rivals,
        readings: Sequence[DataReading],
        resampling: Resampling,
        options: Options,
    ) -> None:
        self.readings = tuple(readings)
        self.outcomes = [Outcome() for _ in readings]
        columns = options.columns or Columns()
        units = Units(tuple(columns.cluster), options.block_length)
        self.whole = Contest([each.evaluations for each in readings], resampling, units)
        self.groups = ByGroup(self.whole.fresh)
        self.repeated = RepeatedRows()
        self._rivals = rivals
        self._options = options

    def notes_on_dependence(self) -> list[str]:
        """That rows look dependent, where nobody said that they are."""
        columns = self._options.columns or Columns()
        if columns.cluster or self._options.block_length:
            return []
        return notes_on_dependence(self._rivals.together, self.repeated)

    @property
    def rows(self) -> int:
        """The rows that were seen."""
        return self.outcomes[0].rows

    def by_loss(self) -> list[tuple[Evaluation, ...]]:
        """For each loss its evaluation by each model."""
        return list(zip(*(reading.evaluations for reading in self.readings), strict=True))

    def run(self) -> None:
        """Read everything. Raises DataError at the first item that does not fit."""
        threads, progress = self._options.threads, self._options.progress
        over_all_blocks(
            self._rivals.together, lambda few, found: found.over(few), self, threads, progress
        )
        for model, reading in enumerate(self.readings):
            for place, evaluation in enumerate(reading.evaluations):
                refuse_lost(self._rivals.sides[model], evaluation, self.whole.tally(place, model))

    def fresh(self) -> SideBySide:
        """The same for the same models, with no rows."""
        other = copy(self)
        other.outcomes = [Outcome() for _ in self.readings]
        other.whole = self.whole.fresh()
        other.groups = ByGroup(self.whole.fresh)
        other.repeated = RepeatedRows()
        return other

    def merge(self, later: SideBySide) -> None:
        """Add what was found in later rows."""
        for outcome, theirs in zip(self.outcomes, later.outcomes, strict=True):
            outcome.merge(theirs)
        self.whole.merge(later.whole)
        self.groups.merge(later.groups)
        self.repeated.merge(later.repeated)

    def over(self, blocks: Iterable[Block]) -> SideBySide:
        """This one, with these blocks added."""
        taken = through_gate(
            self._rivals.together,
            map(self._profiled, blocks),
            self._take,
            drop_missing=self._options.nan == "drop",
        )
        for _ in taken:
            pass
        return self

    def _profiled(self, block: Block) -> Block:
        for reading, outcome, (pred, inputs) in zip(
            self.readings, self.outcomes, self._sides(block), strict=True
        ):
            own = replace(block, pred=pred, inputs=inputs)
            outcome.add_profiles(own, reading.setting.tolerance, reading.setting.rounding)
        return block

    def _take(self, settled: Settled) -> None:
        """Take in a block. Raises Misfit, which names the model's role, where one does not fit."""
        batches = []
        for side, (pred, inputs) in enumerate(self._sides(settled)):
            own = replace(settled, pred=pred, inputs=inputs)
            batches.append(Batch(own, self.readings[side].setting))
            try:
                self.whole.add_model(side, batches[-1])
            except Misfit as misfit:
                if misfit.role == "prediction":
                    misfit.role = self._rivals.roles[side]
                raise
        self.whole.add_pairs(batches)
        self.repeated.add(batches[0].block, [batch.block.pred for batch in batches])
        for column, value, rows in groups_of(settled, by_class=self._options.by_class):
            parts = [Batch(batch.block.take(rows), batch.setting) for batch in batches]
            self.groups.at(column, value).add(parts)
        for outcome in self.outcomes:
            outcome.dropped += settled.dropped

    def _sides(self, block: Block | Settled) -> Iterator[tuple[Any, dict[str, Any]]]:
        """The prediction of each model, and the inputs that all of them share."""
        roles = self._rivals.roles
        shared = {name: array for name, array in block.inputs.items() if name not in roles}
        for place, role in enumerate(roles):
            pred = block.inputs[role] if place else block.pred
            if self._options.cast is not None and pred.dtype != object:
                with np.errstate(over="ignore"):
                    pred = pred.astype(self._options.cast).astype(np.float64)
            yield pred, shared
