"""Notes on intervals that hold less often than they say."""

from __future__ import annotations

import numpy as np
import pytest

import losscli

RANDOM = np.random.default_rng(9)


def notes(errors: np.ndarray, losses: str = "mse") -> str:
    return "\n".join(losscli.evaluate(errors, np.zeros(len(errors)), losses).notes)


@pytest.mark.parametrize("rows", [5, 10, 19])
def test_few_rows_of_skewed_losses_are_said(rows: int) -> None:
    skewed = np.linspace(0.1, 1.0, rows) ** 4
    assert f"{rows} rows of such skewed losses are few (mse)" in notes(skewed)


def test_more_rows_and_losses_without_skewness_are_not_said() -> None:
    assert "are few" not in notes(np.linspace(0.1, 1.0, 20) ** 4)
    assert "are few" not in notes(np.sqrt(np.linspace(1.0, 2.0, 10)))


def test_one_row_that_makes_most_of_the_spread_is_said() -> None:
    errors = RANDOM.normal(size=200)
    assert "too low" not in notes(errors)
    errors[7] = 40.0
    assert "mse: one row is 99 % of the spread; the interval may end too low" in notes(errors)


def test_a_loss_by_several_conventions_is_named_once() -> None:
    errors = RANDOM.normal(size=200)
    errors[7] = 40.0
    said = notes(errors, "sklearn.mean_squared_error,torch.MSELoss,keras.MeanSquaredError")
    assert said.count("mse") == 1
    assert "mse: up to 99 % of the spread is one row" in said


class TestWhatVariesByRoundingAlone:
    """Of a perfect model, and of losses that are all the same, no interval is made up."""

    LABEL = (np.arange(300) % 2).astype(float)

    @pytest.mark.parametrize("ci", ["auto", "bootstrap"])
    @pytest.mark.parametrize("losses", ["bce", "focal", "ce", "f1", "mcc", "balanced_error_rate"])
    def test_has_no_interval_and_says_why(self, losses: str, ci: str) -> None:
        pred = np.stack([1.0 - self.LABEL, self.LABEL], axis=1) if losses == "ce" else self.LABEL
        report = losscli.evaluate(pred, self.LABEL, losses, ci=ci, resamples=200)
        [result] = report.results
        assert result.interval is None
        assert not result.standard_error
        assert any("nothing varies" in note for note in report.notes)

    def test_a_share_keeps_its_exact_interval(self) -> None:
        result = losscli.evaluate(self.LABEL, self.LABEL, "zero_one").results[0]
        assert result.interval is not None
        # Mid-p: half the chance of no error in 300 rows is 2.5 %.
        assert result.interval == (0.0, pytest.approx(1.0 - 0.05 ** (1.0 / 300.0), rel=1e-9))

    @pytest.mark.parametrize("losses", ["f1", "mcc", "balanced_error_rate", "r2", "rmsle"])
    def test_one_row_that_is_wrong_makes_an_interval(self, losses: str) -> None:
        pred = self.LABEL + 0.0
        pred[7] = 1.0 - pred[7]
        task = "regression" if losses in ("r2", "rmsle") else "binary"
        result = losscli.evaluate(pred, self.LABEL, losses, task=task).results[0]
        assert result.interval is not None
        low, high = result.interval
        assert high - low > 1e-3

    def test_small_differences_of_small_losses_are_differences(self) -> None:
        errors = RANDOM.normal(size=200) * 1e-20
        result = losscli.evaluate(errors, np.zeros(200), "mse").results[0]
        assert result.interval is not None

    def test_labels_far_from_zero_keep_theirs(self) -> None:
        label = 1e5 + RANDOM.normal(size=500)
        report = losscli.evaluate(label + 0.1 * RANDOM.normal(size=500), label, "r2")
        assert report.results[0].interval is not None


class TestTheRangeOfTheLoss:
    """An interval holds no value that the loss cannot have."""

    @pytest.mark.parametrize("ci", ["auto", "bootstrap", "normal"])
    @pytest.mark.parametrize(
        ("losses", "ceiling"),
        [("brier", 1.0), ("brier:scale_by_half=false", 2.0)],
    )
    def test_of_a_binary_brier_score_ends_at_its_largest_loss(
        self, losses: str, ceiling: float, ci: str
    ) -> None:
        report = losscli.evaluate([0.99, 0.95, 0.9, 0.1], [0, 0, 0, 0], losses, ci=ci)
        ends = report.results[0].interval
        assert ends is not None
        assert 0.0 <= ends[0] < ends[1] <= ceiling

    @pytest.mark.parametrize(
        ("losses", "ceiling"),
        [("brier", 2.0), ("jsd", np.log(2.0)), ("jsd:base=2", 1.0), ("gce:q=0.5", 2.0)],
    )
    def test_of_classes_too(self, losses: str, ceiling: float) -> None:
        pred = [[1.0, 0.0, 0.0], [0.98, 0.01, 0.01], [0.3, 0.3, 0.4]]
        result = losscli.evaluate(pred, [1, 2, 2], losses, task="multiclass").results[0]
        assert result.interval is not None
        assert result.value is not None
        assert result.interval[0] <= result.value <= result.interval[1] <= ceiling + 1e-12

    @pytest.mark.parametrize("ci", ["auto", "bootstrap"])
    def test_a_sum_has_no_upper_end(self, ci: str) -> None:
        pred = RANDOM.random(50)
        report = losscli.evaluate(pred, np.zeros(50), "brier", reduction="sum", ci=ci)
        [result] = report.results
        assert result.interval is not None
        assert result.value is not None
        assert result.interval[0] < result.value < result.interval[1]
