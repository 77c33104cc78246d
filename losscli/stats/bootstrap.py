"""What a pass over the data keeps so that its losses can be resampled afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation
from losscli.stats.estimates import Estimate, resampled, rows_as_sums
from losscli.stats.groups import Resampling, Table
from losscli.stats.intervals import Interval, interval
from losscli.stats.units import Units


class Bootstrap:
    """The losses of a run by groups of rows; mergeable in any order."""

    def __init__(
        self,
        evaluations: Sequence[Evaluation],
        resampling: Resampling,
        units: Units | None = None,
    ) -> None:
        self._evaluations = tuple(evaluations)
        self._units = units or Units()
        self.resampling = resampling
        self._estimates: dict[int, Estimate] = {}
        self._sums = {
            place: self._units.sums(resampling.seed)
            for place, evaluation in enumerate(evaluations)
            if resampled(evaluation)
        }

    def add(self, batch: Batch) -> None:
        """Take in a batch. Raises Misfit where an item is not what its loss takes it for."""
        keys = self._units.keys(batch.block)
        for place, sums in self._sums.items():
            self._estimates[place], rows = rows_as_sums(self._evaluations[place], batch)
            sums.add([each[rows.entered] for each in keys], rows.sums[rows.entered])

    def fresh(self) -> Bootstrap:
        """Another for the same losses, with no rows."""
        return Bootstrap(self._evaluations, self.resampling, self._units)

    def merge(self, later: Bootstrap) -> None:
        """Add what another has kept."""
        self._estimates |= later._estimates
        for place, sums in self._sums.items():
            sums.merge(later._sums[place])

    def table(self, place: int) -> tuple[Estimate, Table] | None:
        """A loss as a function of sums, and the sums by unit; None where it has none."""
        sums = self._sums.get(place)
        table = None if sums is None else sums.table()
        return None if table is None else (self._estimates[place], table)

    def tables(self) -> list[Table]:
        """The sums by unit of each loss that has such."""
        found = [sums.table() for sums in self._sums.values()]
        return [table for table in found if table is not None]

    def within(self, place: int, whole: Bootstrap) -> Array:
        """The sums of a loss by the clusters of all rows, of which these are some."""
        return self._sums[place].within(whole._sums[place])

    def interval(self, place: int) -> tuple[Interval, Table] | None:
        """The 95 % interval of a loss, and what was resampled; None where it has none."""
        kept = self.table(place)
        if kept is None:
            return None
        estimate, table = kept
        found = interval(estimate, table, self.resampling)
        if found is None:
            return None
        [value] = estimate.value(table.sums.sum(axis=0, keepdims=True))
        low, high = self._evaluations[place].in_range((found.low, found.high), float(value))
        return replace(found, low=low, high=high), table
