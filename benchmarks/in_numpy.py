"""What one writes in NumPy for a loss: one expression over whole arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from data import NAMED


def _bce(pred: Any, label: Any) -> Any:
    pred = np.clip(pred, 1e-7, 1 - 1e-7)
    return -np.mean(label * np.log(pred) + (1 - label) * np.log1p(-pred))


def _bce_with_logits(pred: Any, label: Any) -> Any:
    return np.mean(np.maximum(pred, 0) - pred * label + np.log1p(np.exp(-np.abs(pred))))


def _focal(pred: Any, label: Any) -> Any:
    true = np.clip(np.where(label == 1, pred, 1 - pred), 1e-7, 1 - 1e-7)
    return -np.mean((1 - true) ** 2 * np.log(true))


def _ce(pred: Any, label: Any) -> Any:
    return -np.mean(np.log(np.clip(pred[np.arange(len(pred)), label], 1e-7, 1 - 1e-7)))


def _ce_with_logits(pred: Any, label: Any) -> Any:
    shifted = pred - pred.max(axis=1, keepdims=True)
    norm = np.log(np.exp(shifted).sum(axis=1))
    return np.mean(norm - shifted[np.arange(len(pred)), label])


FORMULAS: dict[str, Callable[[Any, Any], Any]] = {
    "mse": lambda pred, label: np.mean((pred - label) ** 2),
    "mae": lambda pred, label: np.mean(np.abs(pred - label)),
    "bce": _bce,
    "bce with logits": _bce_with_logits,
    "focal": _focal,
    "ce": _ce,
    "ce with logits": _ce_with_logits,
}


def one_liner(name: str, dtype: str, items: int) -> Callable[[], Any]:
    """The formula on arrays of that type."""
    pred, label = NAMED[name].arrays(items, dtype)
    return lambda: FORMULAS[name](pred, label)
