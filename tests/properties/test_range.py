"""Numbers at the ends of float64: a right value, or a word on it; never inf or 0 in silence."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from losscli import compare, evaluate
from losscli.engine.exact import Sum
from losscli.errors import DataError, LosscliError
from losscli.losses.registry import REGISTRY

PRED = np.array([1.0, 2.0, 4.0, 2.5]) / 4
LABEL = np.array([2.0, 1.0, 3.0, 2.0]) / 4
ROWS = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 1.0], [3.0, 1.0, 2.0]]) / 4
SHAPES = {
    "numbers": (PRED, LABEL),
    "rows": (ROWS, ROWS[::-1]),
    "scores of classes": (ROWS, np.array([0, 1, 1])),
    "answers": (PRED, np.array([0, 1, 1, 0])),
}
SCALES = (1e200, 1e300, 1e-200, 1e-300)
# The power that a value goes with where all numbers are multiplied by the same.
DEGREE = {
    "mean_absolute_error": 1,
    "median_absolute_error": 1,
    "max_error": 1,
    "quantile": 1,
    "r2": 0,
    "explained_variance": 0,
    "concordance_correlation": 0,
    "relative_squared_error": 0,
    "normalized_root_mean_squared_error": 0,
    "pearson_loss": 0,
}


def values(loss: str, scale: float) -> Iterator[tuple[str, float, bool]]:
    """What the loss makes of each shape at that scale, and whether a word is said on its range."""
    for shape, (pred, label) in SHAPES.items():
        scaled = label * scale if label.dtype.kind == "f" else label
        try:
            report = evaluate(pred * scale, scaled, loss, threads=1)
        except LosscliError:
            continue
        said = any("range of float64" in note for note in report.notes)
        yield shape, float(report.results[0].value or 0.0), said


# Of these 0 or inf is the value itself: of ranks, of margins kept, of counts that are none.
THEMSELVES = {"label_ranking_loss", "multilabel_margin", "log_score_poisson"}


@pytest.mark.parametrize("loss", [loss.id for loss in REGISTRY if loss.id not in THEMSELVES])
def test_no_loss_is_infinite_or_zero_in_silence(loss: str) -> None:
    usual = {shape: value for shape, value, _ in values(loss, 1.0)}
    for scale in SCALES:
        for shape, value, said in values(loss, scale):
            # Beside labels that stay as they are, 0 may be the value itself.
            may_be_0 = SHAPES[shape][1].dtype.kind != "f" or usual.get(shape) == 0.0
            ordinary = math.isfinite(value) and (value != 0.0 or may_be_0)
            undefined = math.isnan(value) and math.isnan(usual.get(shape, 0.0))
            assert ordinary or undefined or said, (scale, shape, value)


@pytest.mark.parametrize("loss", [loss.id for loss in REGISTRY if loss.id in DEGREE])
@pytest.mark.parametrize("scale", SCALES)
def test_a_value_goes_with_the_scale_of_the_data(loss: str, scale: float) -> None:
    at_one = evaluate(PRED, LABEL, loss).results[0].value
    assert at_one
    found = evaluate(PRED * scale, LABEL * scale, loss).results[0].value
    assert found == pytest.approx(at_one * scale ** DEGREE[loss], rel=1e-12)


@pytest.mark.parametrize(("scale", "said"), [(1e200, "beyond"), (1e-200, "below")])
@pytest.mark.parametrize("loss", ["rmse", "minkowski_distance:p=4"])
def test_a_root_is_refused_where_its_squares_are_lost(loss: str, scale: float, said: str) -> None:
    with pytest.raises(DataError, match=f"{said} the range of float64.*Divide"):
        evaluate(PRED * scale, LABEL * scale, loss)


@pytest.mark.parametrize(("scale", "said"), [(1e200, "beyond"), (1e-200, "below")])
def test_so_is_one_of_a_column_or_of_a_model(scale: float, said: str) -> None:
    with pytest.raises(DataError, match=f"{said} the range of float64"):
        evaluate(ROWS * scale, ROWS[::-1] * scale, "rmse", reduction="columns")
    with pytest.raises(DataError, match=f"{said} the range of float64"):
        compare([PRED * scale, LABEL], LABEL * scale, "rmse")


def test_one_small_difference_is_no_reason_to_refuse() -> None:
    few = ROWS.copy()
    few[0] += 1e-3
    ones = np.column_stack([few, np.array([1e-200, 2e-200, 1.0])])
    label = np.column_stack([ROWS, np.array([2e-200, 1e-200, 3.0])])
    assert evaluate(ones, label, "rmse").results[0].value > 0.0
    assert (evaluate(ones, label, "rmse", reduction="columns").results[0].values[3]) > 1.0


@pytest.mark.parametrize(("scale", "value"), [(1e200, math.inf), (1e-200, 0.0)])
def test_a_square_that_float64_cannot_hold_is_said(scale: float, value: float) -> None:
    report = evaluate(PRED * scale, LABEL * scale, "mse")
    assert report.results[0].value == value
    [note] = [note for note in report.notes if "range of float64" in note]
    assert note.startswith("mse: it is ")
    assert not any("nothing varies" in note for note in report.notes)


def test_an_infinite_loss_is_not_taken_for_one_out_of_range() -> None:
    # Of a count of 0.5 there is no chance at all.
    report = evaluate([1.5, 2.5], [0.5, 1.0], "log_score_poisson")
    assert report.results[0].value == math.inf
    assert not any("range of float64" in note for note in report.notes)


@pytest.mark.parametrize("scale", SCALES)
def test_the_cosine_of_long_rows_is_that_of_short_ones(scale: float) -> None:
    at_one = evaluate(ROWS, ROWS[::-1], "cosine_similarity:eps=0").results[0].value
    found = evaluate(ROWS * scale, ROWS[::-1] * scale, "cosine_similarity:eps=0").results[0].value
    assert found == pytest.approx(at_one, rel=1e-14)


def test_a_scaled_sum_is_exact_above_and_below() -> None:
    number = Sum.of(np.array([3.0]))
    for exponent in (0, 1, 2000, -2, -1080, -2000):
        assert (
            number.scaled(exponent).exact == 3 * 2**exponent
            if exponent >= 0
            else (number.scaled(exponent).exact * 2**-exponent == 3)
        )
    assert (number.scaled(-2000) + number.scaled(-2000)).exact * 2**2000 == 6
    assert (number.scaled(-2000) - number.scaled(-2000)).exact == 0
