"""What a run keeps of each loss between blocks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from losscli.engine.accumulators import (
    HeldAccumulator,
    RowAccumulator,
    SumAccumulator,
    accumulator,
    tally_of,
)
from losscli.losses.definition.loss import Loss, Reading, Shape
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Kind, Reduction, Task
from tests.one_loss import batch_of, evaluation_of, tally

SEED = np.random.default_rng(41)
PRED, LABEL = SEED.normal(size=(12, 2)), SEED.normal(size=(12, 2))
BY_SHAPE = {
    Shape.ROWS: RowAccumulator,
    Shape.SUMS: SumAccumulator,
    Shape.WHOLE: HeldAccumulator,
}


@pytest.mark.parametrize(
    ("loss", "reading"),
    [
        pytest.param(loss, reading, id=f"{loss.id}-{reading.form}-{reading.tasks[0]}")
        for loss in REGISTRY
        for reading in loss.readings
    ],
)
def test_each_shape_has_its_own(loss: Loss, reading: Reading) -> None:
    evaluation = evaluation_of(loss.id, reading.tasks[0], reading.kinds[0])
    evaluation = replace(evaluation, reading=reading)
    assert type(accumulator(evaluation)) is BY_SHAPE[reading.shape]


def test_a_mask_per_row_makes_rows_of_sums() -> None:
    evaluation = evaluation_of("dice", Task.MULTILABEL, Kind.PROBABILITY, per="row")
    assert type(accumulator(evaluation)) is RowAccumulator


def test_one_batch_alone_and_in_pieces() -> None:
    evaluation = evaluation_of("mse", Task.REGRESSION, Kind.VALUE)
    whole = tally_of(evaluation, batch_of(PRED, LABEL))
    cut = tally(evaluation, batch_of(PRED[:5], LABEL[:5]), batch_of(PRED[5:], LABEL[5:]))
    assert replace(cut, finished=whole.finished) == whole
    assert cut.finished.value == whole.finished.value
    # Files are always cut into the same blocks; cut otherwise, an error may differ in its last bit.
    assert cut.finished.standard_error == pytest.approx(whole.finished.standard_error, rel=1e-14)
    assert whole.rows == 12
    errors = (PRED - LABEL) ** 2
    assert (whole.low, whole.high) == (errors.min(), errors.max())
    assert whole.weight == 24.0


def test_nothing_has_no_value_and_no_extremes() -> None:
    empty = tally(evaluation_of("mse", Task.REGRESSION, Kind.VALUE))
    assert math.isnan(empty.finished.value)
    assert (empty.rows, empty.low, empty.high) == (0, None, None)


def test_the_losses_themselves() -> None:
    evaluation = evaluation_of("mae", Task.REGRESSION, Kind.VALUE, reduction=Reduction.NONE)
    found = tally(evaluation, batch_of(PRED[:5], LABEL[:5]), batch_of(PRED[5:], LABEL[5:]))
    np.testing.assert_array_equal(found.values, np.abs(PRED - LABEL))


@pytest.mark.parametrize("weight", [None, SEED.uniform(0.5, 2.0, 12)])
def test_the_mean_of_each_column(weight: Any) -> None:
    evaluation = evaluation_of("mse", Task.REGRESSION, Kind.VALUE, reduction=Reduction.COLUMNS)
    found = tally(evaluation, batch_of(PRED, LABEL, weight=weight))
    true = np.average((PRED - LABEL) ** 2, axis=0, weights=weight)
    np.testing.assert_allclose(found.values, true, rtol=1e-14)


def test_a_root_is_taken_column_by_column_where_the_convention_says_so() -> None:
    batch = batch_of(PRED, LABEL)
    squares = (PRED - LABEL) ** 2
    pooled = tally(evaluation_of("rmse", Task.REGRESSION, Kind.VALUE), batch)
    assert pooled.finished.value == pytest.approx(math.sqrt(squares.mean()), rel=1e-15)
    apart = tally(evaluation_of("rmse", Task.REGRESSION, Kind.VALUE, like="sklearn"), batch)
    roots = np.sqrt(squares.mean(axis=0))
    assert apart.finished.value == pytest.approx(roots.mean(), rel=1e-15)


def test_sums_know_what_was_ignored_and_clipped() -> None:
    evaluation = evaluation_of("d2_log_loss", Task.BINARY, Kind.PROBABILITY)
    found = tally(evaluation, batch_of([0.0, 0.5, 1.0], [0, 1, 1]))
    assert (found.rows, found.clipped, found.ignored) == (3, 2, 0)
