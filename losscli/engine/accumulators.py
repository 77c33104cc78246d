"""What a run keeps of each loss between blocks, by how much of the data the loss has to see."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.exact import UNIT, quotient
from losscli.engine.finish import Finished, finish, finish_columns, finish_sums, of_columns
from losscli.engine.held import Held, computed_whole, measured_whole, standard_error_whole
from losscli.engine.reach import Reach, lost, said_of
from losscli.engine.row_losses import Measured, measure, weighted
from losscli.engine.sums import SumTotals, sum_totals
from losscli.engine.totals import Totals, totals
from losscli.engine.undefined import ALL_IGNORED, NO_WEIGHT, unvaried, why_undefined
from losscli.losses.definition.loss import Shape
from losscli.vocabulary import Reduction


class Tally(Struct, frozen=True):
    """What a loss came to, and what entered it.

    `values` are the losses of the rows, or the values of the columns, where the reduction asks for
    them. `total` is Σ weight · loss of a loss that is a mean of rows. `floored` counts the numbers
    that a floor of the loss replaced; `undefined` says why the value is none, or none of the loss's
    own making. `beyond` says that float64 cannot hold it, `lost` why it cannot be told at all.
    """

    finished: Finished
    rows: int
    values: Array | None = None
    low: float | None = None
    high: float | None = None
    weight: float | None = None
    clipped: int = 0
    ignored: int = 0
    total: float | None = None
    floored: int = 0
    undefined: str = ""
    beyond: str = ""
    lost: str = ""


class Accumulator(Protocol):
    """Takes in batches, and says at the end what they came to."""

    def add(self, batch: Batch) -> None:
        """Take in a batch. Raises Misfit where an item is not what the loss takes it for."""

    def fresh(self) -> Accumulator:
        """An empty one for the same loss."""

    def merge(self, later: Any) -> None:
        """Take in what another one for the same loss holds of later rows."""

    def tally(self) -> Tally:
        """What all batches came to."""


class RowAccumulator:
    """A mean (or sum) of rows: exact totals, column by column where a convention wants it so."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._totals = Totals()
        self._columns: list[Totals] = []
        self._losses: list[Array] = []
        self._separate = evaluation.reduction is Reduction.COLUMNS or (
            evaluation.axes.separate and evaluation.loss.transform is not None
        )

    @property
    def totals(self) -> Totals:
        """What has been summed so far."""
        return self._totals

    @property
    def columns(self) -> Sequence[Totals]:
        """The same column by column, where columns are finished one by one; else nothing."""
        return self._columns

    def add(self, batch: Batch) -> None:
        """Add the totals of a batch."""
        measured = measure(self._evaluation, batch)
        self._take_in(measured, _shared_totals(measured, batch))

    def add_measured(self, measured: Measured) -> None:
        """Add the totals of losses that are known already."""
        self._take_in(measured, totals(measured))

    def _take_in(self, measured: Measured, found: Totals) -> None:
        self._totals += found
        if self._separate and measured.losses.ndim == 2:
            self._add_columns([totals(column) for column in measured.columns()])
        if self._evaluation.reduction is Reduction.NONE:
            self._losses.append(weighted(measured).copy())

    def _add_columns(self, new: list[Totals]) -> None:
        held = self._columns or [Totals()] * len(new)
        self._columns = [a + b for a, b in zip(held, new, strict=True)]

    def fresh(self) -> RowAccumulator:
        """An empty one for the same loss."""
        return RowAccumulator(self._evaluation)

    def merge(self, later: RowAccumulator) -> None:
        """Add the totals of later rows."""
        self._totals += later._totals
        if later._columns:
            self._add_columns(later._columns)
        self._losses += later._losses

    def tally(self) -> Tally:
        """The finished totals."""
        found = self._totals
        if self._columns:
            finished = finish_columns(self._evaluation, self._columns)
        elif self._evaluation.reduction is Reduction.COLUMNS:
            finished = finish_columns(self._evaluation, [found])
        else:
            finished = finish(self._evaluation, found)
        values = np.concatenate(self._losses) if self._losses else finished.columns
        undefined = self._undefined()
        return Tally(
            finished,
            found.rows,
            values,
            found.low if found.items else None,
            found.high if found.items else None,
            quotient(found.divisor.units, 1 << UNIT),
            found.clipped,
            found.ignored,
            quotient(found.loss.units, 1 << UNIT) + found.loss.special,
            found.floored,
            undefined,
            "" if undefined else said_of(finished.value, self._reach(finished)),
            "" if undefined else self._lost(finished),
        )

    def _reach(self, finished: Finished) -> Reach:
        """What left the range of float64, the transform included."""
        above = math.isinf(finished.value) and math.isfinite(finished.level)
        return self._totals.reach | Reach(above=above)

    def _lost(self, finished: Finished) -> str:
        level = None
        if self._evaluation.loss.transform is not None:
            level = finished.level
            if math.isnan(level):
                # Columns are finished one by one: what is infinite or 0 was so before.
                each = [finished.value] if finished.columns is None else finished.columns
                level = max(each, key=lambda value: not 0.0 < value < math.inf, default=level)
        return lost(finished.value, self._totals.reach, level)

    def _undefined(self) -> str:
        summed = self._evaluation.reduction is Reduction.SUM
        if summed or self._totals.divisor.units:
            return ""
        if not self._totals.rows:
            return ALL_IGNORED if self._totals.ignored else ""
        return NO_WEIGHT


def _shared_totals(measured: Measured, batch: Batch) -> Totals:
    """The totals of losses; what two evaluations share, as MSE and RMSE do, is summed once."""
    divisor = measured.denominator
    plain = measured.multiplier is None and measured.ignored is None and not measured.parts
    if not plain or not isinstance(divisor, float):
        return totals(measured)
    # The losses are kept beside their totals, so that no other array can have their id.
    key = ("totals", id(measured.losses), divisor, measured.clipped, measured.floored)
    _, found = batch.once(key, lambda: (measured.losses, totals(measured)))
    return cast(Totals, found)


class SumAccumulator:
    """A function of sums."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._totals = SumTotals()

    @property
    def totals(self) -> SumTotals:
        """What has been summed so far."""
        return self._totals

    def add(self, batch: Batch) -> None:
        """Add the sums of a batch."""
        self._totals += sum_totals(self._evaluation, batch)

    def fresh(self) -> SumAccumulator:
        """An empty one for the same loss."""
        return SumAccumulator(self._evaluation)

    def merge(self, later: SumAccumulator) -> None:
        """Add the sums of later rows."""
        self._totals += later._totals

    def tally(self) -> Tally:
        """What the sums come to."""
        found = self._totals
        finished = finish_sums(self._evaluation, found)
        undefined = why_undefined(self._evaluation, found)
        reach = found.reach | found.reach_of_sums
        return Tally(
            finished,
            found.rows,
            finished.columns,
            weight=float(found.weight.exact),
            clipped=found.clipped,
            ignored=found.ignored,
            undefined=undefined,
            beyond="" if undefined else said_of(finished.value, reach),
            lost="" if undefined else lost(finished.value, reach),
        )


class HeldAccumulator:
    """A loss of the whole array: every row is held until the last has come."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._held = Held()

    @property
    def held(self) -> Held:
        """All rows so far."""
        return self._held

    def add(self, batch: Batch) -> None:
        """Keep a batch."""
        self._held.add(self._evaluation, batch)

    def fresh(self) -> HeldAccumulator:
        """An empty one for the same loss."""
        return HeldAccumulator(self._evaluation)

    def merge(self, later: HeldAccumulator) -> None:
        """Append later rows."""
        self._held.merge(later._held)

    def tally(self) -> Tally:
        """What all rows come to."""
        held = self._held
        if held.rows == 0:
            return Tally(Finished(math.nan, None, None, ()), 0)
        if held.weights and not any(weight.any() for weight in held.weights):
            nothing = Finished(math.nan, None, None, ())
            return Tally(nothing, held.rows, undefined=NO_WEIGHT)
        found, reach = computed_whole(self._evaluation, held)
        if self._evaluation.loss.by_column:
            finished = of_columns(self._evaluation, np.asarray(found))
            finished = _with_error(finished, standard_error_whole(self._evaluation, held))
            undefined = unvaried(self._evaluation, held.label_varies())
            return Tally(
                finished,
                held.rows,
                finished.columns,
                undefined=undefined,
                beyond="" if undefined else said_of(finished.value, reach),
                lost="" if undefined else lost(finished.value, reach),
            )
        if np.ndim(found) == 0:
            value = float(found)
            return Tally(
                Finished(value, None, None, ()),
                held.rows,
                beyond=said_of(value, reach),
                lost=lost(value, reach),
            )
        rows = RowAccumulator(self._evaluation)
        rows.add_measured(replace(measured_whole(found, held), reach=reach))
        return rows.tally()


def _with_error(finished: Finished, error: float | None) -> Finished:
    """The value with its standard error, where there is one."""
    if error is None or not math.isfinite(error):
        return finished
    return replace(finished, standard_error=error, level=finished.value, level_error=error)


_BY_SHAPE: Mapping[Shape, Callable[[Evaluation], Accumulator]] = {
    Shape.ROWS: RowAccumulator,
    Shape.SUMS: SumAccumulator,
    Shape.WHOLE: HeldAccumulator,
}


def accumulator(evaluation: Evaluation) -> Accumulator:
    """An empty accumulator for a loss."""
    if evaluation.by_row:
        return RowAccumulator(evaluation)
    return _BY_SHAPE[evaluation.reading.shape](evaluation)


def tally_of(evaluation: Evaluation, batch: Batch) -> Tally:
    """What a single batch comes to."""
    alone = accumulator(evaluation)
    alone.add(batch)
    return alone.tally()
