"""The gate in front of all kernels: what is missing, and what does not fit its kind."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from losscli.engine.gate import bounds_of, check_bounds, check_sums, settle
from losscli.inputs.block import Block
from losscli.losses.definition.bounds import (
    ABOVE_MINUS_ONE,
    FINITE,
    LOG_PROBABILITY,
    LOGIT_OF_CLASS,
    NOT_NEGATIVE,
    POSITIVE,
    PROBABILITY,
    TANH,
    Bounds,
)
from losscli.losses.registry import REGISTRY
from losscli.task.labels import Misfit
from losscli.vocabulary import Kind, Task
from tests.one_loss import batch_of, evaluation_of, tally

NAN = math.nan


def block(pred: Any, label: Any = None, weight: Any = None) -> Block:
    return Block(
        0,
        np.asarray(pred, dtype=np.float64),
        None if label is None else np.asarray(label),
        None if weight is None else np.asarray(weight, dtype=np.float64),
    )


class TestMissing:
    """A missing value is an error, unless rows with one are to be dropped."""

    def test_a_whole_block_passes_as_it_is(self) -> None:
        whole = block([0.1, 0.9], [0, 1], [1.0, 2.0])
        settled = settle(whole, drop_missing=False)
        assert settled.pred is whole.pred
        assert settled.label is whole.label
        assert (settled.dropped, settled.kept) == (0, None)

    @pytest.mark.parametrize(
        ("found", "role", "row", "column"),
        [
            (block([0.1, NAN, 0.3], [0, 1, 1]), "prediction", 1, 0),
            (block([(0.1, 0.9), (0.5, NAN)], [0, 1]), "prediction", 1, 1),
            (block([0.1, 0.2, 0.3], [0.0, 1.0, NAN]), "label", 2, 0),
            (block([0.1, 0.2], np.array(["yes", None], dtype=object)), "label", 1, 0),
            (block([0.1, 0.2], [0, 1], [NAN, 1.0]), "weight", 0, 0),
            (block([0.1, NAN], [NAN, 1.0]), "label", 0, 0),
        ],
    )
    def test_the_first_missing_value_is_named(
        self, found: Block, role: str, row: int, column: int
    ) -> None:
        with pytest.raises(Misfit) as refused:
            settle(found, drop_missing=False)
        misfit = refused.value
        assert (misfit.role, misfit.row, misfit.column) == (role, row, column)
        assert "--nan drop" in misfit.hint

    def test_dropped_rows_are_dropped_everywhere_and_counted(self) -> None:
        found = block([0.1, NAN, 0.3, 0.4, 0.5], [0.0, 1.0, NAN, 0.0, 1.0], [1, 1, 1, 1, NAN])
        settled = settle(found, drop_missing=True)
        np.testing.assert_array_equal(settled.pred, [0.1, 0.4])
        np.testing.assert_array_equal(settled.label, [0.0, 0.0])
        np.testing.assert_array_equal(settled.weight, [1.0, 1.0])
        np.testing.assert_array_equal(settled.kept, [0, 3])
        assert settled.dropped == 3

    def test_all_rows_may_be_dropped(self) -> None:
        settled = settle(block([NAN, NAN], [0, 1]), drop_missing=True)
        assert (settled.pred.size, settled.dropped) == (0, 2)

    def test_infinity_is_not_missing(self) -> None:
        assert settle(block([math.inf, 0.5], [0, 1]), drop_missing=True).dropped == 0


class TestWeights:
    """Weights are finite and not negative."""

    @pytest.mark.parametrize("bad", [-1.0, math.inf])
    def test_another_is_named(self, bad: float) -> None:
        with pytest.raises(Misfit) as refused:
            settle(block([0.1, 0.2], [0, 1], [1.0, bad]), drop_missing=False)
        assert (refused.value.role, refused.value.row, refused.value.value) == (
            "weight",
            1,
            repr(bad),
        )

    def test_zero_is_a_weight(self) -> None:
        assert settle(block([0.1, 0.2], [0, 1], [0.0, 1.0]), drop_missing=False).weight is not None


class TestBounds:
    """Each kind of prediction has its bounds."""

    @pytest.mark.parametrize(
        ("bounds", "values"),
        [
            (PROBABILITY, [0.0, 0.5, 1.0]),
            (TANH, [-1.0, 0.0, 1.0]),
            (LOG_PROBABILITY, [-1e300, -1.0, 0.0, -math.inf]),
            (FINITE, [-1e300, 0.0, 1e300]),
            (PROBABILITY, []),
            (POSITIVE, [5e-324, 1e300]),
            (NOT_NEGATIVE, [0.0, 1e300]),
            (ABOVE_MINUS_ONE, [-1.0 + 1e-16, 0.0]),
        ],
    )
    def test_what_lies_within_passes(self, bounds: Bounds, values: list[float]) -> None:
        check_bounds(np.array(values), bounds, "prediction")

    @pytest.mark.parametrize(
        ("bounds", "bad", "noun"),
        [
            (PROBABILITY, 1.0000001, "probability"),
            (PROBABILITY, -1e-300, "probability"),
            (TANH, -1.1, "tanh"),
            (LOG_PROBABILITY, 1e-9, "log-probability"),
            (FINITE, math.inf, "finite"),
            (FINITE, -math.inf, "finite"),
            (NOT_NEGATIVE, -5e-324, "0 or more"),
            (POSITIVE, 0.0, "above 0"),
            (ABOVE_MINUS_ONE, -1.0, "above −1"),
        ],
    )
    def test_the_first_beyond_is_named(self, bounds: Bounds, bad: float, noun: str) -> None:
        good = -0.5 if bounds is LOG_PROBABILITY else 0.5
        assert bounds.low <= good <= bounds.high
        with pytest.raises(Misfit) as refused:
            check_bounds(np.array([(good, good), (good, bad), (bad, bad)]), bounds, "prediction")
        misfit = refused.value
        assert (misfit.row, misfit.column, misfit.value) == (1, 1, repr(bad))
        assert noun in misfit.problem

    def test_a_class_that_cannot_be_has_the_logit_minus_infinity(self) -> None:
        over_classes = REGISTRY.get("categorical_cross_entropy").readings[0]
        alone = REGISTRY.get("binary_cross_entropy").readings[0]
        assert bounds_of(Kind.LOGIT, over_classes) is LOGIT_OF_CLASS
        assert bounds_of(Kind.LOGIT, alone) is FINITE

    def test_the_logarithm_of_a_measure_may_be_above_0(self) -> None:
        measure = REGISTRY.get("generalized_kl_divergence").readings[0]
        assert bounds_of(Kind.LOG_PROBABILITY, measure) is LOGIT_OF_CLASS


class TestItems:
    """Named items of a row, such as a scale, have bounds of their own."""

    @pytest.mark.parametrize(
        ("name", "row", "column", "noun"),
        [
            ("crps_normal", (0.0, -1.0), 1, "std, but not a number above 0"),
            ("log_score_t", (0.0, 1.0, 1.0), 0, "df, but not a number above 0"),
            ("crps_poisson", (-1.0,), 0, "mean, but not a number of 0 or more"),
            ("gaussian_nll", (0.0, -1e-9), 1, "variance, but not a number of 0 or more"),
        ],
    )
    def test_the_first_beyond_is_named(
        self, name: str, row: tuple[float, ...], column: int, noun: str
    ) -> None:
        evaluation = evaluation_of(name, Task.FORECAST, Kind.DISTRIBUTION)
        good = tuple(2.0 for _ in row)
        with pytest.raises(Misfit) as refused:
            tally(evaluation, batch_of([good, row], [1.0, 1.0]))
        misfit = refused.value
        assert (misfit.row, misfit.column, misfit.value) == (1, column, repr(row[column]))
        assert noun in misfit.problem

    def test_a_single_item_may_stand_without_a_dimension(self) -> None:
        evaluation = evaluation_of("crps_exponential", Task.FORECAST, Kind.DISTRIBUTION)
        with pytest.raises(Misfit):
            tally(evaluation, batch_of([2.0, 0.0], [1.0, 1.0]))


class TestSums:
    """Rows of shares sum to 1 within a tolerance."""

    def test_rows_within_the_tolerance_pass(self) -> None:
        check_sums(np.array([(0.5, 0.5), (0.33, 0.66)]), 0.011, "prediction", "")

    def test_the_first_row_beyond_is_named_with_its_sum(self) -> None:
        with pytest.raises(Misfit) as refused:
            check_sums(np.array([(0.5, 0.5), (0.7, 0.6), (0.9, 0.9)]), 1e-6, "label", "what to do")
        misfit = refused.value
        assert (misfit.role, misfit.row, misfit.hint) == ("label", 1, "what to do")
        assert "sum to 1.3" in misfit.problem
