"""Losses that are finished from a few sums: mergeable, exact, column by column."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from msgspec import Struct, field

from losscli.arrays import Array, Extent
from losscli.engine.evaluation import Batch, Evaluation, rows_of
from losscli.engine.exact import UNIT, Sum, exact_product
from losscli.engine.reach import WITHIN, Reach
from losscli.engine.row_losses import row_weight, terms_of
from losscli.vocabulary import Reduction

# The bits of the largest float64 in units of a sum.
_LARGEST = UNIT + 1024
# Between these the product of a weight and two factors has all of its digits.
_SAFE = (1e-70, 1e70)


class SumTotals(Struct, frozen=True):
    """The weighted sums of a kernel's terms, by name and column, with their extremes."""

    sums: Mapping[str, tuple[Sum, ...]] = field(default_factory=dict)
    extremes: Mapping[str, tuple[Array, Array]] = field(default_factory=dict)
    weight: Sum = field(default_factory=Sum)
    rows: int = 0
    items: int = 0
    clipped: int = 0
    ignored: int = 0
    reach: Reach = WITHIN

    def __add__(self, other: SumTotals) -> SumTotals:
        if not self.rows or not other.rows:
            return other if not self.rows else self
        return SumTotals(
            {
                name: tuple(a + b for a, b in zip(mine, other.sums[name], strict=True))
                for name, mine in self.sums.items()
            },
            {
                name: (np.minimum(low, lower), np.maximum(high, higher))
                for name, (low, high) in self.extremes.items()
                for lower, higher in (other.extremes[name],)
            },
            self.weight + other.weight,
            self.rows + other.rows,
            self.items + other.items,
            self.clipped + other.clipped,
            self.ignored + other.ignored,
            self.reach | other.reach,
        )

    @property
    def reach_of_sums(self) -> Reach:
        """Whether any of the sums, which are exact, is outside of the range of float64."""
        every = [entry for column in self.sums.values() for entry in column]
        return Reach(
            any(entry.units.bit_length() > _LARGEST for entry in every),
            any(entry.fine and not entry.units for entry in every),
        )

    @property
    def width(self) -> int:
        """The number of columns."""
        return max(map(len, self.sums.values()), default=1)


def sum_totals(evaluation: Evaluation, batch: Batch) -> SumTotals:
    """The sums of one batch. Raises Misfit where an item is not what the loss takes it for."""
    terms, label, clipped, reach = terms_of(evaluation, batch)
    weight = row_weight(evaluation, batch, label)
    rows = len(next(iter(_arrays(terms))))
    items = max(array.size for array in _arrays(terms))
    if weight is not None and not weight.all():
        # A weight of 0 takes a row out, however bad it is.
        kept = weight != 0.0
        weight = weight[kept]
        terms = {
            name: tuple(factor[kept] for factor in term) if isinstance(term, tuple) else term[kept]
            for name, term in terms.items()
        }
    ignored = 0 if label.ignored is None else int(label.ignored.sum())
    extremes = {
        name: (
            rows_of(term).min(axis=0, initial=math.inf),
            rows_of(term).max(axis=0, initial=-math.inf),
        )
        for name, term in terms.items()
        if not isinstance(term, tuple)
    }
    return SumTotals(
        {name: _summed(term, weight, extremes.get(name)) for name, term in terms.items()},
        extremes,
        Sum.whole(rows) if weight is None else Sum.of(weight),
        rows - ignored,
        items,
        clipped,
        ignored,
        reach,
    )


def _arrays(terms: Mapping[str, Any]) -> list[Array]:
    return [term[0] if isinstance(term, tuple) else term for term in terms.values()]


def _summed(
    term: Any, weight: Array | None, extremes: tuple[Array, Array] | None
) -> tuple[Sum, ...]:
    """The sum of each column of a term; `extremes` are its smallest and largest by column."""
    if isinstance(term, tuple):
        pairs = zip(rows_of(term[0]).T, rows_of(term[1]).T, strict=True)
        return tuple(_product_sum(a, b, weight) for a, b in pairs)
    columns = (np.ascontiguousarray(column) for column in rows_of(term).T)
    if weight is None:
        assert extremes is not None
        extents = map(Extent, *(ends.tolist() for ends in extremes))
        return tuple(map(Sum.of, columns, extents))
    return tuple(_product_sum(weight, column, None) for column in columns)


def _product_sum(a: Array, b: Array, weight: Array | None) -> Sum:
    """Σ weight · a · b, with the rounding errors of the products."""
    shifts = [_shift(factor) for factor in (a, b) if factor.size]
    if any(shifts):
        # Their products may leave the range of float64, which the sum does not.
        a, b = np.ldexp(a, -shifts[0]), np.ldexp(b, -shifts[1])
        return _product_sum(a, b, weight).scaled(sum(shifts))
    if weight is None:
        high, low = exact_product(a, b)
        return Sum.of(high) + Sum.of(low)
    high, low = exact_product(weight, a)
    top, rest = exact_product(high, b)
    return Sum.of(top) + Sum.of(rest) + Sum.of(low * b)


def _shift(factor: Array) -> int:
    """The power of 2 to divide a factor by; 0 where its products are safe as it is."""
    extent = Extent.of(factor)
    peak = max(-extent.low, extent.high)
    if peak == 0.0 or not math.isfinite(peak) or _SAFE[0] < peak < _SAFE[1]:
        return 0
    return math.frexp(peak)[1]


class NotFinite(Exception):
    """A sum is infinite or no number: what is finished from it is no number either."""


class SumStats(Struct, frozen=True):
    """The sums as a loss finishes them: all columns together, or one of them.

    Where they are `pooled`, every item counts as a row.
    """

    totals: SumTotals
    column: int | None = None
    pooled: bool = False

    @property
    def rows(self) -> int:
        """The rows that entered."""
        return self.totals.rows * self._items

    @property
    def weight(self) -> Fraction:
        """The sum of their weights."""
        return self.totals.weight.exact * self._items

    @property
    def _items(self) -> int:
        return self.totals.width if self.pooled else 1

    def __contains__(self, name: str) -> bool:
        return name in self.totals.sums

    def columns(self, name: str) -> list[Fraction]:
        """The sum of each column, exact. Raises NotFinite where one is infinite or no number."""
        sums = self.totals.sums[name]
        if any(entry.special != 0.0 for entry in sums):
            raise NotFinite
        if self.column is not None and len(sums) > 1:
            return [sums[self.column].exact]
        return [entry.exact for entry in sums]

    def total(self, name: str) -> Fraction:
        """The sum of all terms of that name, exact. Raises NotFinite as `columns` does."""
        return sum(self.columns(name), start=Fraction(0))

    def value(self, name: str) -> float:
        """The same as a float."""
        return float(self.total(name))

    def low(self, name: str) -> float:
        """The smallest of the terms."""
        return float(self._here(self.totals.extremes[name][0]).min())

    def high(self, name: str) -> float:
        """The largest of the terms."""
        return float(self._here(self.totals.extremes[name][1]).max())

    def _here(self, columns: Array) -> Array:
        return columns if self.column is None else columns[[self.column]]


def finished_columns(evaluation: Evaluation, totals: SumTotals) -> Array:
    """The value of each column, or one value where the loss takes all columns together."""
    return np.array([_finished(evaluation, stats) for stats in column_stats(evaluation, totals)])


def column_stats(evaluation: Evaluation, totals: SumTotals) -> list[SumStats]:
    """The sums that the loss is finished from one by one: those of each column, or of all."""
    if not evaluation.loss.by_column:
        return [SumStats(totals)]
    if evaluation.axes.pooled and evaluation.reduction is not Reduction.COLUMNS:
        return [SumStats(totals, pooled=True)]
    return [SumStats(totals, place) for place in range(totals.width)]


def _finished(evaluation: Evaluation, stats: SumStats) -> float:
    assert evaluation.loss.finish is not None
    if stats.weight == 0:
        return math.nan
    try:
        return float(evaluation.loss.finish(stats, evaluation.params))
    except NotFinite:
        return math.nan
    except OverflowError:
        # Exact as it is, beyond the range of float64.
        return math.inf


def column_weights(evaluation: Evaluation, totals: SumTotals) -> Array | None:
    """What each column counts in their average (None: all the same)."""
    weigh = evaluation.loss.column_weight
    if weigh is None or evaluation.params.get("multioutput") != "variance_weighted":
        return None
    weights = np.array([float(weigh(SumStats(totals, j))) for j in range(totals.width)])
    return weights if weights.any() else None
