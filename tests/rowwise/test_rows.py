"""What each row costs, against the same numbers by hand and the losses that `evaluate` gives."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import losscli
from losscli.engine import run as running
from losscli.rowwise.row_losses import RowLosses

RNG = np.random.default_rng(7)
P = RNG.beta(2.0, 2.0, 500)
Y = (RNG.random(500) < P).astype(int)
SOFTMAX = np.exp(RNG.normal(size=(300, 4)))
CLASSES = SOFTMAX / SOFTMAX.sum(axis=1, keepdims=True)
CLASS = RNG.integers(0, 4, 300)


def column(found: RowLosses, name: str) -> NDArray[Any]:
    return np.concatenate([block[name] for block in found.blocks()])


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BLOCK_ITEMS", 64)


class TestLosses:
    @pytest.mark.parametrize("loss", ["bce", "focal:gamma=2", "brier", "mse", "hinge", "mae"])
    def test_their_mean_is_the_value(self, loss: str) -> None:
        found = losscli.rows(P, Y, loss)
        value = found.report.results[0].value
        assert column(found, found.loss_columns[0]).mean() == pytest.approx(value, rel=1e-12)

    def test_a_row_of_several_items_costs_their_mean(self) -> None:
        pred, label = RNG.normal(size=(2, 50, 3))
        found = losscli.rows(pred, label, "mse")
        expected = ((pred - label) ** 2).mean(axis=1)
        np.testing.assert_allclose(column(found, "mean_squared_error"), expected, rtol=1e-14)

    def test_rows_of_a_sum_add_up_to_it(self) -> None:
        found = losscli.rows(P, Y + P, "sse")
        value = found.report.results[0].value
        assert column(found, "sum_squared_error").sum() == pytest.approx(value, rel=1e-12)

    def test_without_a_loss_it_is_the_recommended_one(self) -> None:
        assert losscli.rows(CLASSES, CLASS).loss_columns == ("categorical_cross_entropy",)

    def test_the_same_loss_twice_has_two_names(self) -> None:
        found = losscli.rows(P, Y, "focal:gamma=1,focal:gamma=2")
        assert found.loss_columns == ("binary_focal:gamma=1", "binary_focal:gamma=2")

    def test_under_two_conventions_it_has_two_names_too(self) -> None:
        found = losscli.rows(P, Y, "torch.nn.BCELoss,keras.BinaryCrossentropy")
        assert found.loss_columns == (
            "binary_cross_entropy (torch)",
            "binary_cross_entropy (keras)",
        )

    def test_names_of_the_data_give_way_to_those_of_losses(self, tmp_path: Path) -> None:
        table = tmp_path / "p.csv"
        table.write_text("row,mean_squared_error,a,b\n1,2,3,4\n")
        columns = losscli.Columns(pred=["row", "mean_squared_error"], label=["a", "b"])
        [block] = losscli.rows(str(table), losses="mse", columns=columns).blocks()
        assert list(block) == [
            "row",
            "a",
            "b",
            "row_2",
            "mean_squared_error_2",
            "mean_squared_error",
            "share_of_mean_squared_error",
        ]
        assert [float(column[0]) for column in block.values()] == [0, 3, 4, 1, 2, 4, 1]

    @pytest.mark.parametrize("loss", ["r2", "ece", "median_absolute_error"])
    def test_a_loss_of_all_rows_together_is_refused(self, loss: str) -> None:
        with pytest.raises(losscli.UsageError, match="a row has none of its own"):
            losscli.rows(P, Y, loss)

    def test_of_a_root_they_are_what_is_averaged_before_it(self) -> None:
        found = losscli.rows([3.0, 1.0], [0.0, 0.0], "rmse")
        assert column(found, "root_mean_squared_error").tolist() == [9.0, 1.0]
        assert any("what its mean takes in" in note for note in found.report.notes)

    def test_more_than_two_dimensions_are_refused(self) -> None:
        cube = RNG.random((4, 3, 2))
        with pytest.raises(losscli.UsageError, match="3 dimensions"):
            losscli.rows(cube, cube, "mse").hardest()


class TestShares:
    @pytest.mark.parametrize("loss", ["bce", "focal", "mse"])
    @pytest.mark.parametrize("weighted", [False, True])
    def test_they_sum_to_one(self, loss: str, weighted: bool) -> None:
        weight = RNG.random(500) if weighted else None
        found = losscli.rows(P, Y, loss, weight=weight)
        shares = column(found, f"share_of_{found.loss_columns[0]}")
        assert math.fsum(shares) == pytest.approx(1.0, abs=1e-14)

    def test_weights_count_in_the_shares_and_not_in_the_losses(self) -> None:
        found = losscli.rows([3.0, 1.0], [0.0, 0.0], "mse", weight=[1.0, 9.0])
        assert column(found, "mean_squared_error").tolist() == [9.0, 1.0]
        assert column(found, "share_of_mean_squared_error").tolist() == [0.5, 0.5]

    @pytest.mark.parametrize(
        ("pred", "label", "loss"),
        [
            ([1.0, 2.0], [1.0, 2.0], "mse"),
            ([0.0, 1.0], [1.0, 1.0], "bce"),
            ([[0.5, 0.1], [1.0, 3.0]], [0.5, 0.0], "gaussian_nll"),
        ],
    )
    def test_there_are_none_of_zero_infinity_or_losses_of_both_signs(
        self, pred: Any, label: Any, loss: str
    ) -> None:
        hardest = losscli.rows(pred, label, loss, like="exact").hardest()
        assert {row.shares for row in hardest.rows} == {(None,)}
        assert hardest.carried == (None,)


@pytest.mark.usefixtures("small_blocks")
class TestHardest:
    def test_are_those_of_a_sort(self) -> None:
        costs = np.where(Y == 1, -np.log(P), -np.log1p(-P))
        found = losscli.rows(P, Y, "bce").hardest(20)
        assert [row.row for row in found.rows] == np.argsort(-costs, kind="stable")[:20].tolist()
        np.testing.assert_allclose([row.losses[0] for row in found.rows], np.sort(costs)[:-21:-1])

    def test_easiest_are_the_other_end(self) -> None:
        costs = ((P - Y) ** 2).tolist()
        found = losscli.rows(P, Y, "mse").hardest(3, easiest=True)
        assert [row.losses[0] for row in found.rows] == sorted(costs)[:3]
        assert found.order == "easiest first"

    def test_of_a_measure_that_is_better_high_they_are_the_lowest(self) -> None:
        pred, label = RNG.normal(size=(2, 40, 5))
        found = losscli.rows(pred, label, "cosine_similarity").hardest(40)
        assert not found.report.results[0].lower_is_better
        values = [row.losses[0] for row in found.rows]
        assert values == sorted(values)

    def test_rows_keep_their_number_label_and_prediction_where_others_are_dropped(self) -> None:
        pred = np.array([0.9, math.nan, 0.2, 0.6])
        found = losscli.rows(pred, [1, 1, 0, 0], "bce", nan="drop")
        [first, *_] = found.hardest().rows
        assert (first.row, first.label, first.pred) == (3, (0,), (0.6,))
        assert found.count == 3

    def test_ignored_rows_are_neither_hard_nor_easy(self) -> None:
        label = CLASS.copy()
        label[:100] = -100
        found = losscli.rows(CLASSES, label, "ce:ignore_index=-100")
        easiest = found.hardest(300, easiest=True)
        assert sorted(row.row for row in easiest.rows) == list(range(100, 300))
        assert easiest.split is not None
        assert easiest.split.easy + easiest.split.hard == 200


@pytest.mark.usefixtures("small_blocks")
class TestEasyAndHard:
    def test_easy_is_a_truth_of_more_than_one_half(self) -> None:
        truth = np.where(Y == 1, P, 1.0 - P)
        entropy, focal = -np.log(truth), (1.0 - truth) ** 2 * -np.log(truth)
        split = losscli.rows(P, Y, "bce,focal").hardest().split
        assert split is not None
        assert (split.easy, split.hard) == ((truth > 0.5).sum(), (truth <= 0.5).sum())
        expected = [(costs * (truth > 0.5)).sum() / costs.sum() for costs in (entropy, focal)]
        assert split.easy_share == pytest.approx(expected, rel=1e-12)
        assert expected[1] < expected[0]

    def test_of_classes_it_is_the_probability_of_the_label(self) -> None:
        split = losscli.rows(CLASSES, CLASS, "ce").hardest().split
        assert split is not None
        assert split.easy == (CLASSES[np.arange(300), CLASS] > 0.5).sum()

    @pytest.mark.parametrize("kind", ["logit", "probability"])
    def test_it_does_not_depend_on_how_predictions_are_written(self, kind: str) -> None:
        pred = np.log(P / (1.0 - P)) if kind == "logit" else P
        split = losscli.rows(pred, Y, "bce", kind=kind).hardest().split
        assert split is not None
        assert split.easy == (np.where(Y == 1, P, 1.0 - P) > 0.5).sum()

    def test_questions_of_a_row_are_counted_one_by_one(self) -> None:
        pred, label = RNG.random((30, 3)), RNG.integers(0, 2, (30, 3))
        split = losscli.rows(pred, label, "bce", task="multilabel").hardest().split
        assert split is not None
        assert (split.items, split.easy + split.hard) == ("items", 90)

    @pytest.mark.parametrize(
        ("pred", "label", "loss"), [(P, P * 2, "mse"), (P, RNG.random(500), "bce")]
    )
    def test_numbers_and_soft_labels_have_no_easy_side(
        self, pred: Any, label: Any, loss: str
    ) -> None:
        assert losscli.rows(pred, label, loss).hardest().split is None
