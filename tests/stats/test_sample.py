"""A sample of rows that depends on their numbers alone."""

from __future__ import annotations

import numpy as np
import pytest

from losscli.engine.evaluation import Batch, Evaluation
from losscli.stats.estimates import Estimate, Rows, rows_as_sums
from losscli.stats.sample import MOST_ROWS, RowSample, drawn
from losscli.vocabulary import Kind, Task
from tests.one_loss import batch_of, evaluation_of

RANDOM = np.random.default_rng(3)


def test_what_is_drawn_of_a_window_is_drawn_of_one_of_its_halves() -> None:
    for level in range(1, 12):
        windows = np.arange(50)
        rows = drawn(windows, level)
        assert np.array_equal(rows >> level, windows)
        assert np.array_equal(drawn(rows >> (level - 1), level - 1), rows)


@pytest.mark.parametrize("rows", [500, 50_000])
@pytest.mark.parametrize("step", [777, 20_000])
def test_pieces_in_any_order_give_the_same_rows(rows: int, step: int) -> None:
    label = RANDOM.normal(size=rows)
    pred = label + RANDOM.normal(size=rows)
    evaluation = evaluation_of("mse", Task.REGRESSION, Kind.VALUE)
    whole = RowSample([evaluation])
    whole.add(batch_of(pred, label))
    pieces = []
    for start in range(0, rows, step):
        part = whole.fresh()
        stop = min(rows, start + step)
        part.add(batch_of(pred[start:stop], label[start:stop], start=start))
        pieces.append(part)
    merged = pieces.pop()
    for part in reversed(pieces):
        merged.merge(part)
    one, two = whole.rows(0), merged.rows(0)
    assert one is not None
    assert two is not None
    assert np.array_equal(one[1], two[1])
    assert MOST_ROWS / 4 < len(one[1]) <= MOST_ROWS or len(one[1]) == rows
    assert one[1][:, 0].mean() == pytest.approx(1.0, abs=0.2)


def test_rows_of_many_classes_do_not_wait_for_as_many_as_narrow_ones() -> None:
    width = 1 << 15
    sample = RowSample([evaluation_of("ce", Task.MULTICLASS, Kind.LOGIT)], level=1)
    held = 0
    for start in range(0, 96, 4):
        sample.add(batch_of(np.zeros((4, width)), np.zeros(4, int), start=start))
        held = max(held, sum(block.pred.size for *_, block in sample._waiting))
    assert 0 < held < 17 * width


@pytest.mark.parametrize("rows", [500, 8192, 8193, 16_384, 50_000, 200_001])
def test_a_sample_that_knows_how_many_rows_there_are_is_the_same(rows: int) -> None:
    label = np.cos(np.arange(rows))
    evaluation = evaluation_of("mse", Task.REGRESSION, Kind.VALUE)
    told = RowSample([evaluation], rows=rows)
    untold = RowSample([evaluation])
    for sample in (told, untold):
        for start in range(0, rows, 16_000):
            part = slice(start, start + 16_000)
            sample.add(batch_of(np.sin(label[part]), label[part], start=start))
    one, two = told.rows(0), untold.rows(0)
    assert one is not None
    assert two is not None
    assert np.array_equal(one[1], two[1])


def test_few_rows_are_measured_in_vain() -> None:
    measured = 0

    def counted(evaluation: Evaluation, batch: Batch) -> tuple[Estimate, Rows]:
        nonlocal measured
        measured += len(batch.block.pred)
        return rows_as_sums(evaluation, batch)

    evaluation = evaluation_of("mse", Task.REGRESSION, Kind.VALUE)
    rows = 1 << 20
    sample = RowSample([evaluation], rows=rows, measured=counted)
    for start in range(0, rows, 1 << 16):
        values = np.zeros(1 << 16)
        sample.add(batch_of(values, values, start=start))
    assert sample.rows(0) is not None
    assert measured <= 2 * MOST_ROWS
