"""Scores that are 1 minus a loss, under the names of the frameworks that are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.vocabulary import Task
from tests.parity.differential import data as made
from tests.parity.differential.asked import Asked, every_name
from tests.parity.differential.data import Data
from tests.parity.differential.test_boosting import asked_of_booster

_SINGLE = 1e-6


def _decided(data: Data) -> Any:
    """What predictions decide: yes above ½, or the largest class."""
    several = data.pred.ndim == 2 and data.label.ndim == 1
    return data.pred.argmax(axis=1) if several else (data.pred > 0.5).astype(int)


def _sklearn(name: str, data: Data, *, decided: bool = False, **params: Any) -> Asked:
    def call(data: Data) -> Any:
        metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
        pred = _decided(data) if decided else data.pred
        return getattr(metrics, name)(data.label, pred, sample_weight=data.weight, **params)

    return Asked(f"sklearn.{name}", "", data, call, params)


def _torchmetrics(name: str, task: Task, data: Data) -> Asked:
    def call(data: Data) -> Any:
        torch = pytest.importorskip("torch", reason="PyTorch is not installed")
        functional = pytest.importorskip("torchmetrics.functional", reason="not installed")
        width = data.pred.shape[1] if data.pred.ndim == 2 else 2
        count = {Task.MULTICLASS: "num_classes", Task.MULTILABEL: "num_labels"}.get(task)
        how = {} if count is None else {count: width}
        pred, label = torch.tensor(data.pred), torch.tensor(data.label)
        return getattr(functional, name)(pred, label, task=task.value, **how).numpy()

    return Asked(f"torchmetrics.functional.{name}", "", data, call, rtol=_SINGLE)


def _keras(name: str, data: Data, label: Callable[[Data], Any]) -> Asked:
    def call(data: Data) -> Any:
        pytest.importorskip("torch", reason="PyTorch is not installed")
        keras = pytest.importorskip("keras", reason="Keras is not installed")
        metric = getattr(keras.metrics, name)()
        metric.update_state(label(data), data.pred.reshape(len(data.pred), -1))
        return float(metric.result())

    return Asked(f"keras.metrics.{name}", "", data, call, rtol=_SINGLE)


def questions() -> Iterator[Asked]:
    two, several, items = made.inner_chances(), made.classes(), made.indicators()
    for plain in (two, several, items):
        for data in (plain, plain.weighted()):
            yield _sklearn("accuracy_score", data, decided=True)
            yield _sklearn("average_precision_score", data)
    for data in (two, two.weighted(), items, items.weighted()):
        yield _sklearn("f1_score", data, decided=True, **({} if data.pred.ndim == 1 else MACRO))
        yield _sklearn("roc_auc_score", data)
    yield _sklearn("roc_auc_score", several, multi_class="ovr")
    for average in ("macro", "weighted", "micro"):
        yield _sklearn("f1_score", several, decided=True, average=average)
    for data in (two, several, two.weighted(), several.weighted()):
        yield _sklearn("balanced_accuracy_score", data, decided=True)
        yield _sklearn("matthews_corrcoef", data, decided=True)
    for task, data in ((Task.BINARY, two), (Task.MULTICLASS, several), (Task.MULTILABEL, items)):
        for name in ("auroc", "average_precision", "f1_score"):
            yield _torchmetrics(name, task, data)
        if task is not Task.MULTILABEL:
            yield _torchmetrics("accuracy", task, data)
            yield _torchmetrics("matthews_corrcoef", task, data)
    yield _keras("BinaryAccuracy", two, lambda data: data.label[:, None])
    yield _keras("CategoricalAccuracy", several, lambda data: np.eye(made.CLASSES)[data.label])
    yield _keras("SparseCategoricalAccuracy", several, lambda data: data.label)
    yield from asked_of_booster("xgboost.auc", "", two)
    yield from asked_of_booster("lightgbm.auc", "", two)
    yield from asked_of_booster("lightgbm.average_precision", "", two)
    for name in ("AUC", "Accuracy", "F1", "MCC", "BalancedAccuracy"):
        yield from asked_of_booster(f"catboost.{name}", "", made.logits())


MACRO = {"average": "macro"}


@pytest.mark.filterwarnings("ignore")
@every_name(questions())
def test_its_name_prints_its_number(questions: list[Asked]) -> None:
    for asked in questions:
        asked.agrees(asked.by_name())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("xgboost.auc", made.classes()),
        ("xgboost.aucpr", made.inner_chances()),
        ("keras.metrics.AUC", made.inner_chances()),
        ("keras.metrics.BinaryAccuracy", made.indicators()),
        ("torchmetrics.Accuracy", made.indicators()),
        ("catboost.MCC", made.classes()),
    ],
)
def test_a_number_that_is_another_one_is_refused_with_the_one_there_is(
    name: str, data: Data
) -> None:
    with pytest.raises(losscli.UsageError, match="does not compute") as refused:
        losscli.evaluate(data.pred, data.label, name)
    assert "-l " in str(refused.value.hint)
