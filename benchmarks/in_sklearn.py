"""The same losses in scikit-learn, where it has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from data import NAMED

METRICS = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "bce": "log_loss",
    "ce": "log_loss",
}


def metric(name: str, dtype: str, items: int) -> Callable[[], Any]:
    """The metric of that name."""
    from sklearn import metrics

    pred, label = NAMED[name].arrays(items, dtype)
    function = getattr(metrics, METRICS[name])
    return lambda: function(label, pred)


def small(rows: int) -> Callable[[], Any]:
    """`log_loss` of a few rows."""
    from sklearn.metrics import log_loss

    label = np.arange(rows) % 2.0
    pred = np.full(rows, 0.5)
    return lambda: log_loss(label, pred)
