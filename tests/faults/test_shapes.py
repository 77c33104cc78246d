"""Every loss on every shape of prediction and label: a value or a refusal, without a warning."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from losscli import evaluate
from losscli.errors import DataError, LosscliError
from losscli.losses.registry import REGISTRY

RANDOM = np.random.default_rng(0)


def uniform(*shape: int) -> np.ndarray:
    return RANDOM.random(shape)


CLASSES = np.array([0, 1, 2, 1])
ANSWERS = np.array([0, 1, 1, 0])
SHAPES = {
    "numbers": (uniform(4), uniform(4)),
    "one row": (uniform(1), uniform(1)),
    "answers": (uniform(4), ANSWERS),
    "answers of one kind": (uniform(4), np.ones(4, int)),
    "a column": (uniform(4, 1), uniform(4)),
    "a square on a square": (uniform(3, 3), uniform(3, 3)),
    "rows on rows": (uniform(4, 3), uniform(4, 3)),
    "rows on numbers": (uniform(4, 3), uniform(4)),
    "numbers on rows": (uniform(4), uniform(4, 3)),
    "pairs on numbers": (uniform(4, 2), uniform(4)),
    "distributions": (RANDOM.dirichlet(np.ones(3), 4), CLASSES),
    "one distribution": (RANDOM.dirichlet(np.ones(3), 1), CLASSES[:1]),
    "scores": (RANDOM.normal(size=(4, 3)), CLASSES),
    "scores of one class": (RANDOM.normal(size=(4, 3)), np.zeros(4, int)),
    "no labels": (uniform(4), None),
    "rows without labels": (uniform(4, 3), None),
    "blocks on blocks": (uniform(3, 3, 2), uniform(3, 3, 2)),
    "blocks on rows": (uniform(3, 3, 2), RANDOM.integers(0, 2, (3, 3))),
    "blocks on numbers": (uniform(3, 3, 2), np.array([0, 1, 0])),
    "all the same": (np.ones(4), np.ones(4)),
    "nothing but zeros": (np.zeros(4), np.zeros(4)),
    "far below 0": (-5.0 * uniform(4), 5.0 * uniform(4)),
    "almost too large": (np.array([1e308, -1e308, 1e308]), np.array([1.0, 0.0, 1.0])),
    "scores almost too large": (np.array([[1e308, -1e308], [-1e308, 1e308]]), np.array([0, 1])),
    "words": (uniform(4), np.array(["a", "b", "a", "b"], object)),
    "uneven": (uniform(4), uniform(3)),
}


@pytest.mark.parametrize("loss", [loss.id for loss in REGISTRY])
def test_a_loss_answers_or_refuses(loss: str) -> None:
    for pred, label in SHAPES.values():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                evaluate(pred, label, loss, threads=1)
            except LosscliError:
                continue


@pytest.mark.parametrize("loss", ["mse", "mae", "medae", "bce", "r2", "huber"])
def test_weights_of_0_alone_leave_nothing_to_average(loss: str) -> None:
    with pytest.raises(DataError, match="all weights are 0"):
        evaluate(uniform(4), ANSWERS, loss, weight=np.zeros(4))


def test_a_sum_of_weights_of_0_is_0() -> None:
    assert (
        evaluate(uniform(4), ANSWERS, "mae", weight=np.zeros(4), reduction="sum").results[0].value
        == 0
    )


@pytest.mark.parametrize("loss", ["bce", "ce", "mse", "mae", "poisson_nll"])
def test_the_host_may_have_numpy_raise(loss: str) -> None:
    pred, label = SHAPES["scores almost too large" if loss == "ce" else "almost too large"]
    with np.errstate(all="raise"):
        evaluate(pred, label, loss)
        assert np.geterr()["over"] == "raise"


def test_one_member_scores_its_absolute_error() -> None:
    report = evaluate(np.array([1.0, 2.0]), np.array([1.5, 2.5]), "crps", kind="ensemble")
    assert report.results[0].value == 0.5


def test_labels_of_rows_are_not_broadcast_over_members() -> None:
    with pytest.raises(LosscliError, match="shape"):
        evaluate(uniform(3, 3), uniform(3, 3), "crps_ensemble", kind="ensemble")


def test_one_row_has_no_concordance() -> None:
    assert math.isnan(evaluate([1.0], [2.0], "ccc").results[0].value)
