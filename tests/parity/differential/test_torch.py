"""PyTorch's losses, by name and by --like, against the PyTorch that is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.parity.differential import data as made
from tests.parity.differential.asked import Asked, every_name
from tests.parity.differential.data import Data

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
F = torch.nn.functional


def _tensor(array: Any) -> Any:
    numbers = np.asarray(array)
    return torch.tensor(numbers, dtype=torch.float64 if numbers.dtype.kind == "f" else torch.int64)


def _elementwise(function: Callable[..., Any], data: Data, **params: Any) -> float:
    """A loss of items, with a weight each by row or by class."""
    pred, label = _tensor(data.pred), _tensor(np.asarray(data.label, dtype=np.float64))
    label = label.reshape(pred.shape)
    if data.weight is not None:
        weight = _tensor(data.weight)
        params["weight"] = weight[:, None].expand(pred.shape) if pred.ndim == 2 else weight
    if data.class_weight is not None:
        weight = _tensor(data.class_weight)
        single = pred.ndim == 1 or pred.shape[1] == 1
        params["weight"] = weight[label.long()] if single else weight.expand(pred.shape)
    return float(function(pred, label, **params))


def _classes(function: Callable[..., Any], data: Data, **params: Any) -> float:
    """A loss of classes, with a weight for each."""
    label = _tensor(data.label)
    if data.class_weight is not None:
        params["weight"] = _tensor(data.class_weight)
    return float(function(_tensor(data.pred), label, **params))


def _asked(
    how: Callable[..., float],
    name: str,
    loss: str,
    data: Data,
    kind: str | None = None,
    like: dict[str, Any] | None = None,
    **params: Any,
) -> Asked:
    function = getattr(F, name)
    theirs = {
        key: _tensor(value) if isinstance(value, list) else value for key, value in params.items()
    }
    ask = lambda data: how(function, data, **theirs)  # noqa: E731
    return Asked(f"torch.nn.functional.{name}", loss, data, ask, params, kind, like)


def _shaped(data: Data) -> Iterator[Data]:
    yield data
    yield made.column(data)
    yield made.column_of_both(data)


def questions() -> Iterator[Asked]:
    for data in (*_shaped(made.chances()), made.indicators(), made.one_hot(made.classes())):
        for each in (data, data.weighted(), data.by_class()):
            if each.pred.ndim == 2 and each.pred.shape[1] > 1 and "one-hot" in each.name:
                continue
            for reduction in ("mean", "sum"):
                yield _asked(_elementwise, "binary_cross_entropy", "bce", each, reduction=reduction)
    for data in (*_shaped(made.logits()), made.indicator_logits()):
        for each in (data, data.weighted(), data.by_class()):
            yield _asked(_elementwise, "binary_cross_entropy_with_logits", "bce", each, "logit")
    yield _asked(
        _elementwise,
        "binary_cross_entropy_with_logits",
        "bce",
        made.indicator_logits(),
        "logit",
        pos_weight=[2.0, 0.5, 3.0, 1.25],
    )
    for data in (made.class_logits(), made.soft(made.class_logits())):
        for each in (data, data.by_class()):
            for reduction in ("mean", "sum"):
                yield _asked(_classes, "cross_entropy", "ce", each, "logit", reduction=reduction)
    for params in ({"label_smoothing": 0.1}, {"ignore_index": 2}):
        for each in (made.class_logits(), made.class_logits().by_class()):
            yield _asked(_classes, "cross_entropy", "ce", each, "logit", **params)
    # Probabilities go through a second softmax, as they do in PyTorch.
    yield _asked(_classes, "cross_entropy", "", made.classes())
    for each in (made.log_probabilities(), made.log_probabilities().by_class()):
        yield _asked(_classes, "nll_loss", "nll", each)
    for data in (made.real(), made.column_of_both(made.real()), made.real(2)):
        for each in (data, data.weighted()):
            for name in ("mse_loss", "l1_loss", "huber_loss"):
                yield _asked(_elementwise, name, OURS[name], each)
        yield _asked(_elementwise, "smooth_l1_loss", "smooth_l1", data, beta=0.5)
        yield _asked(_elementwise, "huber_loss", "huber", data, delta=0.4)
    for full in (False, True):
        for log_input in (False, True):
            params = {"full": full, "log_input": log_input}
            yield _asked(_elementwise, "poisson_nll_loss", "poisson", made.counts(), **params)
    for reduction in ("mean", "sum", "batchmean"):
        data = made.soft(made.log_probabilities())
        yield _asked(_elementwise, "kl_div", "kl", data, "log_probability", reduction=reduction)
    signs = made.logits()
    signs = replace(signs, name="(n,) scores of ±1", label=2 * signs.label - 1)
    yield _asked(_elementwise, "soft_margin_loss", "soft_margin", signs)
    yield _asked(_elementwise, "hinge_embedding_loss", "hinge_embedding", signs, margin=0.8)
    near = replace(signs, name="(n,) mostly below 1", pred=np.abs(signs.pred) / 3.0)
    yield _asked(_elementwise, "hinge_embedding_loss", "hinge_embedding", near)
    for each in (made.class_logits(), made.class_logits().by_class()):
        yield _asked(_classes, "multi_margin_loss", "multi_margin", each)
        yield _asked(_classes, "multi_margin_loss", "multi_margin", each, p=2, margin=0.5)
    for each in (made.indicator_logits(), made.indicator_logits().by_class()):
        yield _asked(
            _classes, "multilabel_soft_margin_loss", "multilabel_soft_margin", each, "logit"
        )


OURS = {"mse_loss": "mse", "l1_loss": "mae", "huber_loss": "huber"}


@pytest.mark.filterwarnings("ignore:reduction:UserWarning")
@every_name(questions())
def test_its_name_prints_its_number(questions: list[Asked]) -> None:
    for asked in questions:
        asked.agrees(asked.by_name())


@pytest.mark.filterwarnings("ignore:reduction:UserWarning")
@every_name(each for each in questions() if each.loss)
def test_its_convention_prints_its_number(questions: list[Asked]) -> None:
    for asked in questions:
        asked.agrees(asked.by_like())
