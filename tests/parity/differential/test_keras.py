"""Keras' losses, by name and by --like, against the Keras that is installed (PyTorch below it)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.parity.differential import data as made
from tests.parity.differential.asked import Asked, every_name
from tests.parity.differential.data import Data

pytest.importorskip("torch", reason="PyTorch is not installed")
pytest.importorskip("keras", reason="Keras is not installed")


@pytest.fixture(autouse=True, scope="module")
def in_float64() -> Iterator[None]:
    """Keras computes in float32 whatever its floatx, but for one entry of a table."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", "torch")
        import keras
        from keras.src.backend.common import dtypes

        if keras.backend.backend() != "torch":
            pytest.skip("Keras runs on another backend than PyTorch")
        patch.setitem(dtypes.BIT64_TO_BIT32_DTYPE, "float64", "float64")
        before = keras.config.floatx()
        keras.config.set_floatx("float64")
        yield
        keras.config.set_floatx(before)


def _call(name: str, **params: Any) -> Any:
    def call(data: Data) -> float:
        import keras
        import torch

        pred, label = np.asarray(data.pred, dtype=np.float64), np.asarray(data.label)
        if pred.ndim == 1:
            pred, label = pred[:, None], label[:, None]
        elif label.shape == (len(pred), 1) or label.ndim == pred.ndim:
            pass
        elif not name.startswith("Sparse"):
            label = label[:, None] if pred.shape[1] == 1 else np.eye(pred.shape[1])[label]
        label = label.astype(np.int64 if name.startswith("Sparse") else np.float64)
        weight = data.weight
        if data.class_weight is not None:
            weight = data.class_weight[np.asarray(data.label).reshape(len(pred))]
        loss = getattr(keras.losses, name)(dtype="float64", **params)
        weight = None if weight is None else torch.tensor(weight, dtype=torch.float64)
        return float(loss(torch.tensor(label), torch.tensor(pred), sample_weight=weight))

    return call


def _asked(
    name: str,
    loss: str,
    data: Data,
    kind: str | None = None,
    like: dict[str, Any] | None = None,
    ours: dict[str, Any] | None = None,
    **params: Any,
) -> Asked:
    return Asked(
        f"keras.losses.{name}",
        loss,
        data,
        _call(name, **params),
        params if ours is None else ours,
        kind,
        like,
    )


def questions() -> Iterator[Asked]:
    for data in (
        made.chances(),
        made.column(made.chances()),
        made.column_of_both(made.chances()),
        made.indicators(),
    ):
        for each in (data, data.weighted()):
            yield _asked("BinaryCrossentropy", "bce", each)
            yield _asked("BinaryCrossentropy", "bce", each, label_smoothing=0.1)
            yield _asked("BinaryFocalCrossentropy", "binary_focal", each)
            yield _asked("BinaryFocalCrossentropy", "binary_focal", each, gamma=1.0)
            for balanced in ({}, {"alpha": 0.8}):
                yield _asked(
                    "BinaryFocalCrossentropy",
                    "binary_focal",
                    each,
                    apply_class_balancing=True,
                    **balanced,
                )
            yield _asked(
                "BinaryFocalCrossentropy",
                "binary_focal",
                each,
                apply_class_balancing=False,
                alpha=0.8,
            )
    yield _asked("BinaryCrossentropy", "bce", made.chances().by_class())
    for data in (made.logits(), made.indicator_logits()):
        yield _asked("BinaryCrossentropy", "bce", data, from_logits=True)
    for data in (made.classes(), made.uneven_classes(), made.classes().by_class()):
        yield _asked("SparseCategoricalCrossentropy", "ce", data)
    for data in (made.one_hot(made.classes()), made.one_hot(made.uneven_classes())):
        for each in (data, data.weighted()):
            yield _asked("CategoricalCrossentropy", "ce", each)
            yield _asked("CategoricalCrossentropy", "ce", each, label_smoothing=0.2)
            yield _asked("CategoricalFocalCrossentropy", "categorical_focal", each)
            yield _asked("CategoricalFocalCrossentropy", "categorical_focal", each, alpha=0.6)
    for name in ("SparseCategoricalCrossentropy", "CategoricalCrossentropy"):
        yield _asked(name, "ce", made.class_logits(), from_logits=True)
        yield _asked(name, "", made.classes(), from_logits=True)
    yield _asked("SparseCategoricalCrossentropy", "ce", made.classes(), ignore_class=2)
    yield _asked("KLDivergence", "kl", made.soft(made.classes()))
    for data in (made.real(), made.column_of_both(made.real()), made.real(2)):
        for each in (data, data.weighted()):
            for name, ours in OF_VALUES.items():
                yield _asked(name, ours, each)
    for data in (made.positive(), made.positive(2)):
        yield _asked("MeanSquaredLogarithmicError", "msle", data)
    yield _asked("Poisson", "poisson", made.counts())
    yield _asked("CosineSimilarity", "cosine_similarity_loss", made.real(5))
    signs = made.logits()
    for data in (signs, replace(signs, name="(n,) ±1", label=2 * signs.label - 1)):
        yield _asked("Hinge", "hinge", data)
        yield _asked("SquaredHinge", "squared_hinge", data)
    yield _asked("CategoricalHinge", "categorical_hinge", made.one_hot(made.class_logits()))


OF_VALUES = {
    "MeanSquaredError": "mse",
    "MeanAbsoluteError": "mae",
    "MeanAbsolutePercentageError": "mape",
    "Huber": "huber",
    "LogCosh": "log_cosh",
}


@every_name(questions())
def test_its_name_prints_its_number(questions: list[Asked]) -> None:
    for asked in questions:
        asked.agrees(asked.by_name())


@every_name(each for each in questions() if each.loss)
def test_its_convention_prints_its_number(questions: list[Asked]) -> None:
    for asked in questions:
        asked.agrees(asked.by_like())
