"""Predictions and labels in the shapes that people have, small and always the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
ROWS, CLASSES = 40, 4


@dataclass(frozen=True)
class Data:
    """One data set: `pred` and `label` as losscli gets them; `name` tells it from others."""

    name: str
    pred: Array
    label: Array
    weight: Array | None = None
    class_weight: Array | None = None

    def weighted(self) -> Data:
        """The same rows with a weight each, a few of them 0."""
        weight = np.random.default_rng(7).uniform(0.1, 3.0, len(self.pred))
        weight[::9] = 0.0
        return replace(self, name=f"{self.name}, weights", weight=exact(weight))

    def by_class(self) -> Data:
        """The same rows with a weight for each class (or item)."""
        width = 2 if self.pred.ndim == 1 or self.pred.shape[1] == 1 else self.pred.shape[1]
        weight = exact(np.random.default_rng(8).uniform(0.2, 3.0, width))
        return replace(self, name=f"{self.name}, class weights", class_weight=weight)


def exact(numbers: Array) -> Array:
    """Numbers that float32 holds too, since some frameworks know no other."""
    return np.asarray(numbers).astype(np.float32).astype(np.float64)


def _random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def chances() -> Data:
    """(n,) probabilities, a sure and wrong one among them."""
    pred = exact(_random(1).uniform(0.01, 0.99, ROWS))
    label = (_random(2).random(ROWS) < pred).astype(np.int64)
    pred[:4] = [0.0, 1.0, 1e-9, 1.0]
    label[:4] = [0, 1, 1, 0]
    return Data("(n,) probabilities", exact(pred), label)


def inner_chances() -> Data:
    """(n,) probabilities without 0 and 1."""
    found = chances()
    return Data("(n,) inner probabilities", found.pred[4:], found.label[4:])


def column(data: Data) -> Data:
    """The same in one column, (n, 1)."""
    return replace(data, name=data.name.replace("(n,)", "(n, 1)"), pred=data.pred[:, None])


def column_of_both(data: Data) -> Data:
    """Prediction and label in one column each, (n, 1)."""
    found = column(data)
    return replace(found, name=f"{found.name}, both", label=data.label[:, None])


def two_columns() -> Data:
    """(n, 2) probabilities of no and yes."""
    yes = exact(_random(3).uniform(0.05, 0.95, ROWS))
    label = (_random(4).random(ROWS) < yes).astype(np.int64)
    return Data("(n, 2) probabilities", np.stack([1.0 - yes, yes], axis=1), label)


def classes() -> Data:
    """(n, c) probabilities that sum to 1, labels that are indices."""
    pred = _softmax(_random(5).normal(size=(ROWS, CLASSES)))
    return Data("(n, c) probabilities", pred, _random(6).integers(0, CLASSES, ROWS))


def uneven_classes() -> Data:
    """(n, c) probabilities whose rows do not sum to 1."""
    pred = exact(_random(9).uniform(0.02, 0.98, (ROWS, CLASSES)))
    return Data("(n, c) uneven rows", pred, _random(10).integers(0, CLASSES, ROWS))


def one_hot(data: Data) -> Data:
    """The same labels, one-hot."""
    return replace(data, name=f"{data.name}, one-hot", label=np.eye(data.pred.shape[1])[data.label])


def indicators() -> Data:
    """(n, c) probabilities and labels with several ones or none in a row."""
    pred = exact(_random(11).uniform(0.02, 0.98, (ROWS, CLASSES)))
    return Data("(n, c) indicators", pred, (_random(12).random((ROWS, CLASSES)) < 0.5) * 1)


def logits() -> Data:
    """(n,) logits."""
    pred = exact(_random(13).normal(0.0, 2.0, ROWS))
    return Data("(n,) logits", pred, (_random(14).random(ROWS) < 0.5).astype(np.int64))


def class_logits() -> Data:
    """(n, c) logits, labels that are indices."""
    pred = exact(_random(15).normal(0.0, 2.0, (ROWS, CLASSES)))
    return Data("(n, c) logits", pred, _random(16).integers(0, CLASSES, ROWS))


def indicator_logits() -> Data:
    """(n, c) logits and labels with several ones or none in a row."""
    pred = exact(_random(17).normal(0.0, 2.0, (ROWS, CLASSES)))
    return Data("(n, c) logits, indicators", pred, (_random(18).random((ROWS, CLASSES)) < 0.5) * 1)


def log_probabilities() -> Data:
    """(n, c) log-probabilities."""
    found = classes()
    return replace(found, name="(n, c) log-probabilities", pred=np.log(found.pred))


def soft(data: Data) -> Data:
    """The same with a distribution for a label."""
    label = _softmax(_random(19).normal(size=data.pred.shape))
    return replace(data, name=f"{data.name}, soft labels", label=label)


def real(width: int | None = None) -> Data:
    """Real numbers, (n,) or (n, width)."""
    shape = (ROWS,) if width is None else (ROWS, width)
    label = exact(_random(20).normal(3.0, 2.0, shape))
    pred = exact(label + _random(21).normal(0.0, 0.7, shape))
    return Data(f"({', '.join(map(str, ('n', *shape[1:])))}) values", pred, label)


def positive(width: int | None = None) -> Data:
    """Positive numbers, (n,) or (n, width)."""
    shape = (ROWS,) if width is None else (ROWS, width)
    label = exact(_random(22).gamma(2.0, 1.0, shape) + 0.1)
    pred = exact(label * _random(23).uniform(0.5, 1.8, shape))
    return Data(f"({', '.join(map(str, ('n', *shape[1:])))}) positive", pred, label)


def counts() -> Data:
    """Counts, and rates for them."""
    found = positive()
    return Data("(n,) counts", found.pred, np.floor(found.label * 2.0))


def near_constant() -> Data:
    """Labels that hardly vary."""
    noise = _random(24).normal(0.0, 1e-4, ROWS)
    return Data("(n,) nearly constant", 0.5 + 3.0 * noise, 0.5 + noise)


def constant() -> Data:
    """Labels that do not vary."""
    return Data("(n,) constant", exact(_random(25).normal(1.0, 0.3, ROWS)), np.full(ROWS, 0.5))
