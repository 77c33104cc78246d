"""`losscli.gradient` is the gradient of the number that `losscli.evaluate` gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli

RNG = np.random.default_rng(8)
VALUES, TRUTH = RNG.normal(size=(2, 5, 3))
SCORES = RNG.normal(scale=2.0, size=(5, 3))
WEIGHT = RNG.uniform(0.5, 2.0, 5)
CLASSES = np.array([0, 1, 2, 1, 0])
ITEMS = RNG.integers(0, 2, (5, 3))

ASKED: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "columns finished one by one": (VALUES, TRUTH, {"loss": "rmse", "like": "sklearn"}),
    "columns by their variance": (
        VALUES,
        TRUTH,
        {"loss": "r2", "multioutput": "variance_weighted", "weight": WEIGHT},
    ),
    "columns of a whole array": (VALUES, TRUTH, {"loss": "d2_pinball", "weight": WEIGHT}),
    "batchmean": (VALUES, TRUTH, {"loss": "mse", "reduction": "batchmean"}),
    "weighted mean": (
        VALUES,
        TRUTH,
        {"loss": "mse", "reduction": "weighted_mean", "like": "torch", "weight": WEIGHT},
    ),
    "weights per item": (VALUES, TRUTH, {"loss": "huber", "weight": RNG.uniform(size=(5, 3))}),
    "scores squashed by a sigmoid": (
        SCORES[:, 0],
        ITEMS[:, 0],
        {"loss": "hinge", "like": "torchmetrics", "kind": "score"},
    ),
    "scores squashed by a softmax": (
        SCORES,
        CLASSES,
        {"loss": "multiclass_hinge", "like": "torchmetrics", "kind": "score"},
    ),
    "class weights of soft labels": (
        SCORES,
        RNG.dirichlet(np.ones(3), 5),
        {"loss": "ce", "kind": "logit", "class_weight": [1.0, 2.0, 0.5]},
    ),
    "smoothed labels": (SCORES, CLASSES, {"loss": "ce", "kind": "logit", "label_smoothing": 0.2}),
    "weights per label": (
        SCORES,
        ITEMS,
        {"loss": "bce", "kind": "logit", "pos_weight": (1.0, 2.0, 0.5), "task": "multilabel"},
    ),
    "elements of a softmax": (
        SCORES,
        RNG.dirichlet(np.ones(3), 5),
        {"loss": "kl", "kind": "logit", "like": "torch", "weight": RNG.uniform(size=(5, 3))},
    ),
    "a mask per row": (
        SCORES,
        ITEMS,
        {"loss": "dice", "kind": "logit", "per": "row", "weight": WEIGHT, "task": "multilabel"},
    ),
    "two samples": (SCORES[:, 0], TRUTH[:4, 0], {"loss": "wasserstein_distance"}),
}


@pytest.mark.parametrize("case", ASKED)
def test_it_is_what_a_small_change_of_the_prediction_does(case: str) -> None:
    pred, label, asked = ASKED[case]

    def value(moved: Any) -> float:
        [result] = losscli.evaluate(moved, label, asked["loss"], **more).results
        assert result.value is not None
        return result.value

    more = {name: item for name, item in asked.items() if name != "loss"}
    numeric = np.empty_like(pred)
    for place in np.ndindex(pred.shape):
        step = np.zeros_like(pred)
        step[place] = 1e-5
        numeric[place] = (value(pred + step) - value(pred - step)) / 2e-5
    found = losscli.gradient(pred, label, asked["loss"], **more)
    assert np.abs(numeric).max() > 0.0
    np.testing.assert_allclose(found, numeric, rtol=1e-6, atol=1e-9)


def test_columns_have_a_gradient_each() -> None:
    found = losscli.gradient(VALUES, TRUTH, "rmse", reduction="columns")
    for j in range(3):
        alone = losscli.gradient(VALUES[:, j], TRUTH[:, j], "rmse")
        np.testing.assert_allclose(found[:, j], alone, rtol=1e-14)


def test_without_reduction_each_row_has_that_of_its_own_loss() -> None:
    found = losscli.gradient([1.0, 3.0], [0.0, 0.0], "mse", reduction="none", weight=[1.0, 0.5])
    assert found.tolist() == [2.0, 3.0]


def test_files_are_read_as_by_evaluate(tmp_path: Path) -> None:
    table = tmp_path / "results.csv"
    table.write_text("prob,label\n0.9,1\n0.2,0\n0.6,0\n")
    found = losscli.gradient(table, None, "bce")
    np.testing.assert_array_equal(found, losscli.gradient([0.9, 0.2, 0.6], [1, 0, 0], "bce"))


def test_one_loss_is_to_be_named() -> None:
    with pytest.raises(losscli.UsageError, match="which loss"):
        losscli.gradient([0.9, 0.2], [1, 0], "bce,mse")


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_a_gradient_has_the_shape_of_the_prediction(shape: tuple[int, ...]) -> None:
    pred, label = np.array([0.9, 0.2, 0.6]), [1, 0, 0]
    found = losscli.gradient(pred.reshape(shape), label, "bce")
    assert found.shape == shape
    assert found.ravel().tolist() == losscli.gradient(pred, label, "bce").tolist()
