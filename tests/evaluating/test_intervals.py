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
