"""Losses that are functions of sums: exact, mergeable in any order, column by column."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from losscli.engine.evaluation import Evaluation
from losscli.engine.exact import exact_product
from losscli.engine.finish import finish_sums
from losscli.engine.sums import SumTotals, sum_totals
from losscli.vocabulary import Kind, Reduction, Task
from tests.one_loss import batch_of, evaluation_of, tally

SEED = np.random.default_rng(31)
LABEL = SEED.normal(size=(40, 3)) * (1.0, 10.0, 0.1) + (0.0, 5.0, 100.0)
PRED = LABEL + SEED.normal(size=(40, 3)) * (0.5, 1.0, 0.2)
WEIGHT = SEED.uniform(0.1, 4.0, 40)


def regression(name: str, **more: Any) -> Evaluation:
    return evaluation_of(name, Task.REGRESSION, Kind.VALUE, **more)


class TestProducts:
    """A product of two float64 numbers is kept with what its rounding left out."""

    @pytest.mark.parametrize(
        ("a", "b"),
        [
            (1.0 + 2**-30, 1.0 + 2**-30),
            (1 / 3, 1e8 + 0.1),
            (-1e150, 1e-150 / 3),
            (123456789.123456789, -987654321.987654321),
            (0.0, 1e300),
        ],
    )
    def test_both_parts_together_are_the_product(self, a: float, b: float) -> None:
        product, rest = exact_product(np.array([a]), np.array([b]))
        assert Fraction(float(product[0])) + Fraction(float(rest[0])) == Fraction(a) * Fraction(b)

    @pytest.mark.parametrize(("a", "b"), [(1e200, 1e200), (1e300, 2.0), (math.inf, 1.0)])
    def test_beyond_the_range_nothing_is_left(self, a: float, b: float) -> None:
        product, rest = exact_product(np.array([a]), np.array([b]))
        assert product[0] == a * b
        assert rest[0] == 0.0

    def test_weighted_sums_of_squares_are_exact(self) -> None:
        label = 1e8 + LABEL[:, 0]
        totals = sum_totals(regression("r2"), batch_of(label, label, weight=WEIGHT))
        rows = list(zip(WEIGHT.tolist(), label.tolist(), strict=True))
        first = sum((Fraction(w) * Fraction(y) for w, y in rows), start=Fraction(0))
        second = sum((Fraction(w) * Fraction(y) ** 2 for w, y in rows), start=Fraction(0))
        found = [totals.sums[name][0].exact for name in ("label", "label²")]
        for mine, true in zip(found, (first, second), strict=True):
            assert abs(mine - true) <= true * Fraction(1, 2**90)


class TestMerging:
    """Totals of blocks add up in any order, an empty one among them."""

    @pytest.mark.parametrize("name", ["r2", "explained_variance", "concordance_correlation"])
    @pytest.mark.parametrize("weight", [None, WEIGHT])
    def test_the_order_does_not_change_a_bit(self, name: str, weight: Any) -> None:
        evaluation = regression(name)
        cuts = np.array_split(np.arange(40), 3)
        blocks = [
            sum_totals(
                evaluation,
                batch_of(PRED[r], LABEL[r], weight=None if weight is None else weight[r]),
            )
            for r in cuts
        ]
        whole = tally(evaluation, batch_of(PRED, LABEL, weight=weight)).finished.value
        for order in itertools.permutations([*blocks, SumTotals()]):
            merged = sum(order, start=SumTotals())
            assert finish_sums(evaluation, merged).value == whole
            assert (merged.rows, merged.items) == (40, 120)

    def test_nothing_has_no_value(self) -> None:
        assert math.isnan(finish_sums(regression("r2"), SumTotals()).value)

    def test_a_single_row_has_no_r2(self) -> None:
        assert math.isnan(tally(regression("r2"), batch_of([1.0], [2.0])).finished.value)


class TestColumns:
    """Each column is finished on its own, then averaged."""

    def alone(self, name: str, **params: Any) -> list[float]:
        evaluation = regression(name, **params)
        return [
            tally(evaluation, batch_of(PRED[:, j], LABEL[:, j])).finished.value for j in range(3)
        ]

    def test_the_mean_of_the_columns(self) -> None:
        found = tally(regression("r2"), batch_of(PRED, LABEL)).finished.value
        assert found == pytest.approx(np.mean(self.alone("r2")), rel=1e-15)

    def test_one_value_per_column(self) -> None:
        found = tally(regression("r2", reduction=Reduction.COLUMNS), batch_of(PRED, LABEL))
        assert found.values is not None
        assert found.values.tolist() == self.alone("r2")

    @pytest.mark.parametrize("name", ["r2", "explained_variance"])
    def test_columns_weighted_by_the_variance_of_their_labels(self, name: str) -> None:
        evaluation = regression(name, multioutput="variance_weighted")
        found = tally(evaluation, batch_of(PRED, LABEL)).finished.value
        true = np.average(self.alone(name), weights=LABEL.var(axis=0))
        assert found == pytest.approx(true, rel=1e-13)

    def test_where_no_column_varies_all_count_the_same(self) -> None:
        evaluation = regression("r2", multioutput="variance_weighted")
        label = np.ones((4, 2))
        assert tally(evaluation, batch_of(label, label)).finished.value == 1.0
        shifted = batch_of(label + np.array([0.0, 1.0]), label)
        assert tally(evaluation, shifted).finished.value == 0.5

    def test_the_range_is_that_of_each_column(self) -> None:
        evaluation = regression("nrmse", normalization="range")
        found = tally(evaluation, batch_of(PRED[:7], LABEL[:7]), batch_of(PRED[7:], LABEL[7:]))
        true = np.mean(np.sqrt(((PRED - LABEL) ** 2).mean(axis=0)) / np.ptp(LABEL, axis=0))
        assert found.finished.value == pytest.approx(true, rel=1e-14)


class TestRowsThatDoNotCount:
    """A weight of 0 takes a row out, however bad it is."""

    def test_of_an_infinite_loss(self) -> None:
        evaluation = evaluation_of("d2_log_loss", Task.BINARY, Kind.PROBABILITY, like="exact")
        label, pred = [1, 0, 1, 0], [0.8, 0.3, 0.6, 1.0]
        found = tally(evaluation, batch_of(pred, label, weight=[1, 1, 1, 0])).finished.value
        assert found == tally(evaluation, batch_of(pred[:3], label[:3])).finished.value

    def test_of_the_largest_label(self) -> None:
        evaluation = regression("nrmse", normalization="range")
        batch = batch_of([1.0, 2.0, 0.0], [1.5, 2.0, 1e9], weight=[1.0, 1.0, 0.0])
        alone = batch_of([1.0, 2.0], [1.5, 2.0])
        assert tally(evaluation, batch).finished.value == tally(evaluation, alone).finished.value

    def test_a_block_of_which_no_row_counts(self) -> None:
        evaluation = regression("r2")
        none = batch_of(PRED[:5], LABEL[:5], weight=np.zeros(5))
        rest = batch_of(PRED[5:], LABEL[5:], weight=np.ones(35))
        found = tally(evaluation, none, rest).finished.value
        assert found == tally(evaluation, rest).finished.value
        assert math.isnan(tally(evaluation, none).finished.value)

    def test_an_infinite_loss_that_counts_leaves_no_value(self) -> None:
        evaluation = evaluation_of("d2_log_loss", Task.BINARY, Kind.PROBABILITY, like="exact")
        assert math.isnan(tally(evaluation, batch_of([0.5, 1.0], [1, 0])).finished.value)


def test_sums_of_each_row_alone() -> None:
    label = SEED.integers(0, 2, (6, 4))
    pred = SEED.uniform(size=(6, 4))
    by_row = evaluation_of("dice", Task.MULTILABEL, Kind.PROBABILITY, like="exact", per="row")
    whole = evaluation_of("dice", Task.MULTILABEL, Kind.PROBABILITY, like="exact")
    rows = [
        tally(whole, batch_of(pred[i : i + 1], label[i : i + 1])).finished.value for i in range(6)
    ]
    found = tally(by_row, batch_of(pred, label))
    assert found.finished.value == pytest.approx(np.mean(rows), rel=1e-14)
    assert (found.low, found.high) == pytest.approx((min(rows), max(rows)), rel=1e-14)
