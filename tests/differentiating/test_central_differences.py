"""Gradients beside the rows, and against central differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import losscli
from losscli.engine import run as running
from losscli.rowwise.row_losses import RowLosses

RNG = np.random.default_rng(13)
P = RNG.uniform(0.0, 1.0, 400)
Y = RNG.integers(0, 2, 400)
LOGITS = RNG.normal(size=(200, 4)) * 3.0
CLASSES = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
CLASS = RNG.integers(0, 4, 200)
REAL = RNG.normal(size=300)

CASES = [
    ("bce", P, Y, {}),
    ("focal", P, Y, {}),
    ("brier", P, Y, {"weight": RNG.uniform(0.0, 2.0, 400)}),
    ("bce", np.log(P / (1.0 - P)), Y, {"kind": "logit"}),
    ("ce", CLASSES, CLASS, {}),
    ("ce", LOGITS, CLASS, {"kind": "logit", "class_weight": [1.0, 2.0, 0.5, 0.0]}),
    ("brier", CLASSES, CLASS, {}),
    ("mse", REAL, REAL[::-1].copy(), {}),
    ("huber", REAL, REAL[::-1].copy(), {}),
    ("poisson_deviance", np.exp(REAL), np.exp(REAL[::-1]), {}),
    ("gaussian_nll", np.stack([REAL, np.exp(REAL)], axis=1), REAL[::-1].copy(), {}),
]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BLOCK_ITEMS", 128)


@pytest.mark.parametrize(
    ("loss", "pred", "label", "options"),
    CASES,
    ids=lambda given: given if isinstance(given, str) else "",
)
class TestOfLosses:
    def test_columns_are_the_gradient_of_the_value(
        self, loss: str, pred: Any, label: Any, options: dict[str, Any]
    ) -> None:
        found = losscli.rows(pred, label, loss, grad=True, **options)
        blocks = list(found.blocks())
        names = [name for name in blocks[0] if name.startswith("grad_of_")]
        ours = np.stack([np.concatenate([b[name] for b in blocks]) for name in names], axis=1)
        whole = losscli.gradient(pred, label, loss, **options).reshape(len(pred), -1)
        np.testing.assert_array_equal(ours, whole)
        for row in found.hardest(5).rows:
            assert row.gradients == (tuple(whole[row.row].tolist()),)

    def test_they_agree_with_central_differences(
        self, loss: str, pred: Any, label: Any, options: dict[str, Any]
    ) -> None:
        check = losscli.rows(pred, label, loss, **options).check_gradient()
        assert (check.apart, check.parted) == (0, ())
        assert check.checked + check.skipped == np.size(pred)
        assert check.checked > 0.9 * np.size(pred)


def with_gradient(found: RowLosses, change: Any) -> RowLosses:
    """The same losses with another gradient."""
    [evaluation] = found.evaluations
    right = evaluation.reading.gradient
    assert right is not None

    def wrong(pred: Any, label: Any) -> Any:
        return change(right(pred, label))

    reading = replace(evaluation.reading, gradient=wrong)
    return replace(found, evaluations=(replace(evaluation, reading=reading),))


class TestApart:
    def test_a_wrong_gradient_is_found_and_its_worst_rows_are_named(self) -> None:
        pred, label = np.arange(20.0), np.zeros(20)
        found = with_gradient(losscli.rows(pred, label, "mse"), lambda slope: 1.01 * slope)
        check = found.check_gradient()
        # At 0 the gradient is 0, which no factor spoils.
        assert check.apart == 19
        assert [one.row for one in check.parted] == list(range(19, 9, -1))
        worst = check.parted[0]
        assert worst.analytic == pytest.approx(1.01 * worst.numeric)
        assert worst.numeric == pytest.approx(38.0)

    def test_one_that_is_no_number_is_the_worst(self) -> None:
        def spoiled(slope: Any) -> Any:
            slope = slope.copy()
            slope[3] = np.nan
            return slope

        found = with_gradient(losscli.rows(np.ones(8), np.zeros(8), "mse"), spoiled)
        check = found.check_gradient()
        assert [one.row for one in check.parted] == [3]

    def test_a_kink_is_seen(self) -> None:
        check = losscli.rows([1.0, 2.0 + 1e-6], [0.0, 2.0], "mae").check_gradient()
        assert [one.row for one in check.parted] == [1]

    def test_what_cannot_be_moved_both_ways_is_skipped(self) -> None:
        check = losscli.rows([0.0, 0.5, 1.0], [0, 1, 1], "brier").check_gradient()
        assert (check.checked, check.skipped, check.apart) == (1, 2, 0)

    def test_rows_keep_their_numbers_where_others_are_dropped(self) -> None:
        found = losscli.rows([np.nan, 1.0, 3.0], [0.0, 1.0, 1.0], "mse", nan="drop", grad=True)
        [block] = found.blocks()
        assert block["row"].tolist() == [1, 2]
        assert block["grad_of_mean_squared_error"].tolist() == [0.0, 2.0]

    def test_a_loss_without_a_gradient_says_so(self) -> None:
        with pytest.raises(losscli.UsageError, match="no gradient"):
            losscli.rows(P, Y, "zero_one").check_gradient()
