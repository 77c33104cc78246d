"""optax's losses, by name and by --like, against the optax that is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.parity.differential import data as made
from tests.parity.differential.asked import Asked, every_name
from tests.parity.differential.data import Data

jax = pytest.importorskip("jax", reason="JAX is not installed")
optax = pytest.importorskip("optax", reason="optax is not installed")


@pytest.fixture(autouse=True, scope="module")
def in_float64() -> Iterator[None]:
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def _asked(
    name: str,
    loss: str,
    data: Data,
    kind: str | None = None,
    label: Callable[[Any], Any] = lambda label: np.asarray(label, dtype=np.float64),
    **params: Any,
) -> Asked:
    def call(data: Data) -> Any:
        found = getattr(optax.losses, name)(data.pred, label(data.label), **params)
        return np.mean(np.asarray(found))

    return Asked(f"optax.{name}", loss, data, call, params, kind)


def questions() -> Iterator[Asked]:
    for data in (made.logits(), made.indicator_logits()):
        yield _asked("sigmoid_binary_cross_entropy", "bce", data, "logit")
        yield _asked("sigmoid_focal_loss", "binary_focal", data, "logit")
        yield _asked("sigmoid_focal_loss", "binary_focal", data, "logit", alpha=0.3, gamma=1.0)
    whole = np.asarray
    for data in (made.class_logits(), made.classes()):
        loss = "ce" if data.pred.min() < 0 else ""
        name = "softmax_cross_entropy_with_integer_labels"
        yield _asked(name, loss, data, "logit", whole)
        yield _asked("softmax_cross_entropy", loss, made.one_hot(data), "logit")
    yield _asked("softmax_cross_entropy", "ce", made.soft(made.class_logits()), "logit")
    hot = made.one_hot(made.class_logits())
    yield _asked("poly_loss_cross_entropy", "poly_cross_entropy", hot, "logit", epsilon=0.7)
    soft = made.soft(made.log_probabilities())
    yield _asked("kl_divergence", "kl", soft, "log_probability")
    yield _asked("multiclass_hinge_loss", "multiclass_hinge", made.class_logits(), None, whole)
    perceptron = "multiclass_perceptron_loss"
    yield _asked(perceptron, "multiclass_perceptron", made.class_logits(), None, whole)
    signs = made.logits()
    for data in (signs, replace(signs, name="(n,) ±1", label=2 * signs.label - 1)):
        yield _asked("hinge_loss", "hinge", data)
        yield _asked("perceptron_loss", "perceptron", data)
    yield _asked("sparsemax_loss", "sparsemax", signs)
    for data in (made.real(), made.real(2)):
        for name, ours in OF_VALUES.items():
            yield _asked(name, ours, data)
        yield _asked("huber_loss", "huber", data, delta=0.4)
    yield _asked("cosine_distance", "cosine_distance", made.real(5))


OF_VALUES = {
    "squared_error": "mse",
    "l2_loss": "half_squared_error",
    "huber_loss": "huber",
    "log_cosh": "log_cosh",
}


@every_name(questions())
def test_its_name_prints_its_number(questions: list[Asked]) -> None:
    for asked in questions:
        asked.agrees(asked.by_name())


@every_name(each for each in questions() if each.loss)
def test_its_convention_prints_its_number(questions: list[Asked]) -> None:
    for asked in questions:
        asked.agrees(asked.by_like())
