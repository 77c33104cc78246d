"""The loss of one prediction as it moves."""

from __future__ import annotations

import numpy as np
import pytest

import losscli
from losscli.charts.curves import curves_of, growth_curves, loss_curves
from losscli.errors import UsageError
from losscli.losses.definition.loss import Loss
from losscli.losses.registry import REGISTRY


def drawable() -> list[Loss]:
    found = []
    for loss in REGISTRY:
        try:
            loss_curves(loss)
        except UsageError:
            continue
        found.append(loss)
    return found


DRAWABLE = drawable()


def test_most_losses_of_rows_can_be_drawn() -> None:
    ids = {loss.id for loss in DRAWABLE}
    assert {"mean_squared_error", "huber", "binary_focal", "hinge", "kl_divergence"} <= ids
    assert len(ids) > 35


@pytest.mark.parametrize("loss", DRAWABLE, ids=lambda loss: loss.id)
def test_points_are_finite_and_within_the_range_of_the_loss(loss: Loss) -> None:
    for line in loss_curves(loss).lines:
        assert len(line.x) == len(line.y) > 100
        assert np.isfinite(line.y).all()
        assert min(line.y) >= loss.lower - 1e-12
        assert list(line.x) == sorted(line.x)


@pytest.mark.parametrize("name", ["binary_focal", "categorical_focal"])
def test_focal_loss_is_cross_entropy_where_gamma_is_zero_and_fades_beyond(name: str) -> None:
    curves = loss_curves(REGISTRY.get(name))
    assert [line.name for line in curves.lines] == [
        "gamma = 0 (cross entropy)",
        "gamma = 0.5",
        "gamma = 1",
        "gamma = 2",
        "gamma = 5",
    ]
    for line, gamma in zip(curves.lines, (0.0, 0.5, 1.0, 2.0, 5.0), strict=True):
        truth = np.array(line.x)
        np.testing.assert_allclose(line.y, -((1 - truth) ** gamma) * np.log(truth), rtol=1e-12)
    assert [(region.name, region.start, region.end) for region in curves.regions] == [
        ("hard", 0.0, 0.5),
        ("easy", 0.5, 1.0),
    ]


def test_a_root_of_one_row_is_its_distance() -> None:
    [line] = loss_curves(REGISTRY.get("rmse")).lines
    np.testing.assert_allclose(line.y, np.abs(line.x))


def test_a_ratio_is_drawn_over_the_prediction_for_a_label() -> None:
    curves = loss_curves(REGISTRY.get("mape"))
    assert curves.x_label == "prediction, for the label 1"
    np.testing.assert_allclose(curves.lines[0].y, np.abs(np.array(curves.lines[0].x) - 1.0))


def test_a_sum_grows_with_the_rows_and_a_mean_does_not() -> None:
    sse, mse = REGISTRY.get("sse"), REGISTRY.get("mse")
    total, mean = growth_curves(sse, mse).lines
    assert len(set(mean.y)) == 1
    np.testing.assert_allclose(np.diff(total.y), total.y[0])
    again = losscli.evaluate(sse.example.pred * 20, sse.example.label * 20, "sse,mse")
    assert (total.y[-1], mean.y[-1]) == (again["sse"].value, again["mse"].value)
    assert curves_of(sse, mse) == growth_curves(sse, mse)


@pytest.mark.parametrize("name", ["r2", "ece", "cosine_distance", "zero_one"])
def test_what_is_no_function_of_one_prediction_has_no_curve(name: str) -> None:
    with pytest.raises(UsageError, match="no curve"):
        loss_curves(REGISTRY.get(name))
