"""Which losses may have given a number."""

from __future__ import annotations

import numpy as np

import losscli


def test_of_equal_numbers_the_loss_of_the_task_leads() -> None:
    pred, label = np.array([0.9, 0.2, 0.6, 0.35]), np.array([1, 0, 0, 1])
    value = f"{np.mean((pred - label) ** 2):.6f}"
    first, *others = (found.loss for found in losscli.match(value, pred, label))
    assert first == "brier"
    assert "mean_squared_error" in others
    real = label + np.array([0.25, 0.5, 0.0, 0.125])
    value = f"{np.mean((pred - real) ** 2):.6f}"
    assert losscli.match(value, pred, real)[0].loss == "mean_squared_error"
