"""Labels that say "leave out", and predictions in percent: asked about, or read as said."""

from __future__ import annotations

import numpy as np
import pytest

import losscli
from losscli.errors import UsageError

SEED = np.random.default_rng(14)
SHARES = SEED.dirichlet(np.ones(4), 50)
CLASS = SEED.integers(0, 4, 50)
ITEMS = SEED.integers(0, 2, (50, 4))


@pytest.mark.parametrize("mark", [-1, -100, 255])
@pytest.mark.parametrize(("width", "task"), [(1, "binary"), (4, "multilabel")])
def test_a_mark_beside_logits_gives_no_squared_error(mark: int, width: int, task: str) -> None:
    label = ITEMS[:, :width].copy()
    label[3, 0] = mark
    logits = 3.0 * SEED.normal(size=(50, width))
    with pytest.raises(UsageError, match=f"0 and 1, and {mark}") as asked:
        losscli.evaluate(logits, label)
    with pytest.raises(UsageError, match=f"0 and 1, and {mark}"):
        losscli.recommend(logits, label)
    assert f"--task {task} --nan drop-items" in (asked.value.hint or "")
    found = losscli.evaluate(logits, label, losses="bce", task=task, nan="drop-items").results[0]
    loss = np.logaddexp(0.0, logits) - label * logits
    assert found.value == pytest.approx(loss[label != mark].mean(), rel=1e-12)
    assert losscli.evaluate(logits, label, task="regression").task == "regression"


def test_an_item_with_a_weight_of_0_is_left_out() -> None:
    weight = np.ones((50, 4))
    weight[3, 0] = 0
    pred = SEED.random((50, 4))
    found = losscli.evaluate(pred, ITEMS, losses="bce", weight=weight).results[0].value
    log = -np.where(ITEMS == 1, np.log(pred), np.log1p(-pred))
    assert found == pytest.approx(log[weight == 1].mean(), rel=1e-12)


@pytest.mark.parametrize("losses", [None, "ce"])
def test_rows_that_sum_to_100_are_no_logits(losses: str | None) -> None:
    with pytest.raises(UsageError, match="look like percent"):
        losscli.evaluate(100 * SHARES, CLASS, losses=losses)


def test_percent_is_divided_by_100_and_said() -> None:
    plain = losscli.evaluate(SHARES, CLASS, losses="ce").results[0].value
    report = losscli.evaluate(100 * SHARES, CLASS, losses="ce", kind="percent")
    assert report.results[0].value == pytest.approx(plain, rel=1e-12)
    assert any("divided by 100" in note for note in report.notes)


def test_percent_is_read_alike_by_every_verb() -> None:
    pred, label = SEED.random(50), ITEMS[:, 0]
    plain = losscli.evaluate(pred, label, losses="bce").results[0].value
    compared = losscli.compare(
        [100 * pred, 100 * pred[::-1]], label=label, losses="bce", kind="percent"
    )
    assert compared.comparisons[0].reference_value == pytest.approx(plain, rel=1e-12)
    assert losscli.recommend(100 * pred, label, kind="percent").loss == "binary_cross_entropy"


def test_losses_that_fit_leave_single_items_out_where_they_can() -> None:
    label = ITEMS.astype(np.float64)
    label[3, 0] = np.nan
    report = losscli.evaluate(SEED.random((50, 4)), label, nan="drop-items")
    assert report.results[0].loss == "binary_cross_entropy"
    assert "zero_one" not in [result.loss for result in report.results]


@pytest.mark.parametrize("width", [4, 2000])
def test_labels_of_minus_100_leave_the_reading_of_probabilities_sure(width: int) -> None:
    pred = SEED.dirichlet(np.ones(width), 40)
    label = SEED.integers(0, width, 40)
    label[:5] = -100
    advice = losscli.recommend(pred.reshape(2, 20, width), label.reshape(2, 20))
    assert advice.confidence == "high"
    assert any("or -100 for rows that are left out" in each.finding for each in advice.evidence)
