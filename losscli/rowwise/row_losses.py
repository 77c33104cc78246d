"""The losses of a prediction row by row: read anew for each question."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.charts.histogram import Histogram, counted, edges_for
from losscli.charts.lorenz import Lorenz, lorenz
from losscli.differentiating.report import GradientCheck
from losscli.engine.accumulators import Accumulator
from losscli.engine.concentration import Concentration, Gathering
from losscli.engine.easiness import Split, split
from losscli.engine.evaluation import Evaluation, RunSettings
from losscli.engine.exact import Sum
from losscli.engine.hardest import Extreme, Extremes
from losscli.engine.rows import RowCosts, row_costs
from losscli.evaluating.report import Report
from losscli.inputs.dataset import Dataset
from losscli.inputs.scores import WEIGHT
from losscli.rowwise.columns import RowColumns, item_names, loss_names, weight_column
from losscli.rowwise.report import Carried, EasyHard, Row, RowReport
from losscli.rowwise.sequences import as_sequences, as_tokens

if TYPE_CHECKING:
    from losscli.engine.gradient import Differentiator

Progress = Callable[[int], Any] | None

# What the tokens of a sequence that count are called.
TOKENS = "tokens"

# Half of the total, and most of it.
_HALF, _MOST = 0.5, 0.9


class RowLosses(Struct, frozen=True):
    """The losses of a prediction row by row; the data are read anew for each question.

    `report` holds the losses reduced, in the order of the columns of losses. `whole_labels` says
    that labels are answers or classes, so that 1.0 says no more than 1; with `grad`, rows have the
    gradients of the values, as `gradient` gives them. Where the data are arrays of tokens, a row is
    a sequence, or one of its tokens with `tokens`.
    """

    report: Report
    dataset: Dataset
    evaluations: tuple[Evaluation, ...]
    setting: RunSettings
    totals: tuple[float | None, ...]
    accumulators: tuple[Accumulator, ...]
    whole_labels: bool = False
    drop_missing: bool = False
    grad: bool = False
    tokens: bool = False

    @property
    def count(self) -> int:
        """The rows that enter: all but those that were dropped for a missing value."""
        if self._sequences:
            return self.report.inputs[0].rows // self.dataset.pred.tokens
        return self.report.inputs[0].rows - self.report.results[0].dropped

    @property
    def _sequences(self) -> bool:
        """Whether rows are sequences of tokens."""
        return bool(self.dataset.pred.tokens) and not self.tokens

    @property
    def loss_columns(self) -> tuple[str, ...]:
        """The names of the columns of losses: ids, with what tells them apart."""
        return loss_names(self.report.results)

    @property
    def _names(self) -> RowColumns:
        pred, label = self.dataset.pred, self.dataset.label
        if pred.tokens:
            return RowColumns((), (TOKENS if self._sequences else "label",), self.loss_columns)
        return RowColumns(
            item_names("pred", pred.columns, pred.width),
            () if label is None else item_names("label", label.columns, label.width),
            self.loss_columns,
        )

    def blocks(self, progress: Progress = None) -> Iterator[dict[str, NDArray[Any]]]:
        """All rows in the order of the data, in blocks of columns (n,) by name.

        `row` counts from 0, `id` is there where the data have a key, `label` and the prediction are
        as they stand in the data; then for each loss what the row costs, `share_of_…`, what it adds
        to the total (NaN where there are no shares), and `grad_of_…`, where it is asked for. Valid
        until the next block.

        Raises DataError where the data have changed and no longer fit.
        """
        for found in self._pass(progress):
            yield self._columns(found)

    @np.errstate(all="ignore")
    def hardest(
        self, top: int = 10, *, easiest: bool = False, progress: Progress = None
    ) -> RowReport:
        """The `top` rows of largest loss (or smallest), and how the losses lie on all rows.

        In bounded memory: about 64 MiB for each loss, beside the rows asked for.
        """
        sign = -1.0 if easiest else 1.0
        if not self.report.results[0].lower_is_better:
            sign = -sign
        extremes = Extremes(top)
        counted = Split()
        carried = [None if total is None else Gathering() for total in self.totals]
        for found in self._pass(progress):
            keys = sign * found.losses[:, 0]
            extremes += Extremes(
                top,
                tuple(
                    Extreme(float(keys[place]), int(found.numbers[place]), self._row(found, place))
                    for place in extremes.candidates(keys).tolist()
                ),
            )
            if not self.dataset.pred.tokens:
                counted += split(self.evaluations, found.measured, found.batch)
            for gathering, amounts in zip(carried, found.amounts.T, strict=True):
                if gathering is not None:
                    gathering.add(amounts[~np.isnan(amounts)])
        return RowReport(
            report=self.report,
            order="easiest first" if easiest else "hardest first",
            columns=self._names.pred,
            classes=self._class_names(),
            label_columns=self._names.label,
            rows_read=self.count,
            rows=tuple(row.known for row in extremes.rows),
            carried=tuple(None if found is None else _carried(found.finish()) for found in carried),
            split=self._easy_hard(counted),
        )

    @np.errstate(all="ignore")
    def histogram(self, place: int = 0, *, progress: Progress = None) -> Histogram:
        """How the losses of the rows are spread, of the loss that is `place` in the report."""
        result = self.report.results[place]
        low, high = math.inf, -math.inf
        for found in self._pass(None):
            finite = found.losses[:, place][np.isfinite(found.losses[:, place])]
            if finite.size:
                low, high = min(low, float(finite.min())), max(high, float(finite.max()))
        # Bars of losses are compared with 0, which none goes below.
        edges = edges_for(min(low, 0.0) if low >= 0.0 else low, high) if low <= high else (0.0, 1.0)
        blocks = (
            (found.losses[:, place], self._shares(found.amounts)[:, place])
            for found in self._pass(progress)
        )
        counts, carried, beyond = counted(edges, blocks)
        return Histogram(
            title=f"{result.title}, rows by their loss",
            quantity=f"loss ({result.unit})" if result.unit else "loss",
            edges=edges,
            counts=counts,
            carried=None if self.totals[place] is None else carried,
            mean=result.value,
            beyond=beyond,
        )

    @np.errstate(all="ignore")
    def lorenz(self, place: int = 0, *, progress: Progress = None) -> Lorenz:
        """How much of the total few rows carry, of the loss that is `place` in the report."""
        gathering = None if self.totals[place] is None else Gathering()
        beyond = 0
        for found in self._pass(progress):
            beyond += int(np.isinf(found.losses[:, place]).sum())
            amounts = found.amounts[:, place]
            if gathering is not None:
                gathering.add(amounts[~np.isnan(amounts)])
        title = f"{self.report.results[place].title}: what few rows carry"
        merged = None if gathering is None else gathering.finish()
        return lorenz(title, merged, self.count, beyond)

    def columns_of(self, report: RowReport) -> dict[str, NDArray[Any]]:
        """The rows of a report as columns, as `blocks` has them."""
        numbers = np.array([row.row for row in report.rows])
        ids = np.array([row.id for row in report.rows], dtype=object)
        known = any(row.id is not None for row in report.rows)
        shares = [[math.nan if s is None else s for s in row.shares] for row in report.rows]
        return self._names.joined(
            numbers,
            ids if known else None,
            np.array([row.label for row in report.rows]) if report.label_columns else None,
            np.array([row.pred for row in report.rows]),
            np.array([row.losses for row in report.rows]),
            np.array(shares),
            [np.array(rows) for rows in zip(*(row.gradients for row in report.rows), strict=True)],
        )

    @np.errstate(all="ignore")
    def check_gradient(self, place: int = 0, *, progress: Progress = None) -> GradientCheck:
        """The gradient of a loss against central differences, item by item.

        Raises UsageError for a loss without a gradient.
        """
        from losscli.differentiating.central_differences import gradient_check

        rows = replace(self, grad=False)._pass(progress)
        return gradient_check(self.evaluations[place], self.setting, rows, self._names.pred)

    def _pass(self, progress: Progress) -> Iterator[RowCosts]:
        found = self._costs(progress)
        tokens = self.dataset.pred.tokens
        if not tokens:
            return found
        if self._sequences:
            return as_sequences(found, tokens)
        return (as_tokens(costs, tokens) for costs in found)

    def _costs(self, progress: Progress) -> Iterator[RowCosts]:
        return row_costs(
            self.dataset,
            self.evaluations,
            self.setting,
            drop_missing=self.drop_missing,
            differentiators=self._differentiators() if self.grad else (),
            progress=progress,
        )

    def _differentiators(self) -> list[Differentiator]:
        from losscli.engine.gradient import differentiator

        pairs = zip(self.evaluations, self.accumulators, strict=True)
        return [differentiator(evaluation, found) for evaluation, found in pairs]

    def _shares(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Amounts (…, k) as shares of the totals."""
        return amounts / np.array([math.nan if t is None else t for t in self.totals])

    def _row(self, found: RowCosts, place: int) -> Row:
        block = found.settled
        shares = self._shares(found.amounts[place]).tolist()
        return Row(
            row=int(found.numbers[place]),
            id=None if block.ids is None else _text(block.ids[place]),
            label=() if block.label is None else tuple(_items(self._label(block.label)[place])),
            pred=tuple(_items(block.pred[place])),
            losses=tuple(found.losses[place].tolist()),
            shares=tuple(None if math.isnan(share) else share for share in shares),
            gradients=tuple(tuple(found[place].tolist()) for found in found.gradients),
        )

    def _label(self, label: NDArray[Any]) -> NDArray[Any]:
        """Labels as they are written: whole numbers where they are 0 and 1, or classes."""
        return label.astype(np.int64) if self.whole_labels else label

    @np.errstate(all="ignore")
    def _columns(self, found: RowCosts) -> dict[str, NDArray[Any]]:
        block = found.settled
        label = None if block.label is None else self._label(block.label)
        shares = self._shares(found.amounts)
        return self._names.joined(
            found.numbers,
            block.ids,
            label,
            block.pred,
            found.losses,
            shares,
            found.gradients,
            self._weights(found),
        )

    def _weights(self, found: RowCosts) -> Mapping[str, NDArray[Any]]:
        """The column of weights; a sequence counts as its tokens do."""
        if self._sequences and found.settled.weight is not None:
            return {WEIGHT: found.settled.weight}
        return weight_column(found.measured)

    def _class_names(self) -> tuple[str, ...]:
        code, width = self.setting.code, self.dataset.width
        names = code.classes or self.dataset.class_names or ()
        return names if len(names) == width > 1 else tuple(map(str, range(width)))

    def _easy_hard(self, counted: Split) -> EasyHard | None:
        if not counted.known or not counted.easy_loss:
            return None
        items = "rows" if counted.easy + counted.hard <= self.count else "items"
        shares = (
            None if total is None else _share_of(easy, hard)
            for total, easy, hard in zip(
                self.totals, counted.easy_loss, counted.hard_loss, strict=True
            )
        )
        return EasyHard(items, counted.easy, counted.hard, tuple(shares))


def _share_of(one: Sum, other: Sum) -> float | None:
    total = one.exact + other.exact
    return float(one.exact / total) if total else None


def _carried(found: Concentration) -> Carried:
    return Carried(
        half=found.carrying(_HALF),
        most=found.carrying(_MOST),
        tenth=found.share_of(math.ceil(found.rows / 10)),
        exact=found.exact,
    )


def _text(item: Any) -> str | None:
    return None if item is None else str(item)


def _items(row: Any) -> list[Any]:
    items: list[Any] = np.atleast_1d(row).tolist()
    return items
