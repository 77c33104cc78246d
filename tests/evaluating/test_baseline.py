"""The baseline is what its constant costs on these labels, and no other constant costs less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

import losscli
from losscli import LosscliError
from losscli.losses.definition.loss import Constant, Loss, Reading
from losscli.losses.forms.categorical import Form
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Kind, Task

N = 30
_RANDOM = np.random.default_rng(0)
LABELS = {
    Task.REGRESSION: np.round(_RANDOM.gamma(1.5, 2.0, N)) + 1.0,
    Task.BINARY: (_RANDOM.random(N) < 0.3).astype(float),
    Task.MULTILABEL: (_RANDOM.random((N, 2)) < [0.2, 0.7]).astype(float),
    Task.MULTICLASS: _RANDOM.choice(3, N, p=[0.5, 0.3, 0.2]).astype(float),
    Task.CLASSES: _RANDOM.choice(3, N, p=[0.5, 0.3, 0.2]).astype(float),
    Task.DISTRIBUTION: _RANDOM.dirichlet([1.0, 1.0, 1.0], N),
}
WEIGHT = 3.0 * _RANDOM.random(N)
CLASS_WEIGHT = {Task.BINARY: [1, 3], Task.MULTILABEL: [1, 3], Task.MULTICLASS: [1, 3, 2]}

# Values of parameters by which the best constant moves, or might.
MOVED: Mapping[str, Any] = {
    "label_smoothing": 0.1,
    "pos_weight": 3.0,
    "gamma": 0.5,
    "alpha": 0.25,
    "epsilon": 0.5,
    "q": 0.6,
    "quantile": 0.9,
    "delta": 0.7,
    "power": 1.3,
    "expectile": 0.8,
    "c": 0.3,
    "beta": 0.3,
    "a": -0.7,
    "log_input": True,
    "eps": 0.5,
    "floor": 0.5,
    "pred_eps": 0.5,
    "label_eps": 0.5,
    "base": 2.0,
    "scale_by_half": True,
}
# What a loss cannot do without.
NEEDED = {
    "mean_absolute_scaled_error": {"naive": 2.0},
    "root_mean_squared_scaled_error": {"naive": 4.0},
    "lq": {"q": 1.6},
}


def _cases() -> Iterator[Any]:
    for loss in REGISTRY:
        if loss.constant is None:
            continue
        for reading in loss.readings:
            for task in reading.tasks:
                if task not in LABELS or task in (Task.DISTRIBUTION, Task.FORECAST):
                    continue
                needed = NEEDED.get(loss.id, {})
                moved = [{name: MOVED[name]} for name in loss.params if name in MOVED]
                for params in [needed, *(moved if not needed else [])]:
                    said = ",".join(f"{name}={value}" for name, value in params.items())
                    yield pytest.param(
                        loss, reading, task, params, id=f"{loss.id}-{task.value}-{said}"
                    )


def kind_of(reading: Reading) -> str:
    usual = {Form.VALUE: Kind.VALUE, Form.MARGIN: Kind.SCORE}.get(reading.form, Kind.PROBABILITY)
    return (usual if usual in reading.kinds else reading.kinds[0]).value


def as_kind(row: np.ndarray, kind: str, task: Task) -> np.ndarray:
    if kind == "log_probability":
        return np.log(row)
    if kind == "logit":
        return np.log(row) - np.log1p(-row) if task is Task.MULTILABEL else np.log(row)
    return row


def result(loss: Loss, reading: Reading, task: Task, row: np.ndarray, **how: Any) -> losscli.Result:
    kind = kind_of(reading)
    label = LABELS[task]
    one = task in (Task.REGRESSION, Task.BINARY, Task.CLASSES)
    pred = as_kind(np.tile(row[0] if one else row, (N,) if one else (N, 1)), kind, task)
    report = losscli.evaluate(pred, label, loss.id, kind=kind, task=task.value, ci="none", **how)
    return report.results[0]


def rivals(reading: Reading, task: Task) -> np.ndarray:
    """Constant predictions, row by row: a grid of all that there are."""
    if task is Task.REGRESSION:
        fine = np.concatenate([np.linspace(0.5, 6.0, 23), [LABELS[task].mean()]])
        return fine[:, None]
    if task is Task.CLASSES:
        return np.arange(3.0)[:, None]
    if task is Task.BINARY:
        low = -1.5 if reading.form is Form.MARGIN else 0.01
        return np.linspace(low, 1.5 if low < 0.0 else 0.99, 25)[:, None]
    if task is Task.MULTILABEL:
        low = -1.2 if reading.form is Form.MARGIN else 0.05
        line = np.linspace(low, 1.2 if low < 0.0 else 0.95, 6)
        return np.array([(a, b) for a in line for b in line])
    line = np.linspace(0.02, 0.96, 9)
    grid = [(a, b, 1.0 - a - b) for a in line for b in line if a + b < 0.995]
    return np.array(grid)


def middle(task: Task) -> np.ndarray:
    return np.array(
        {Task.REGRESSION: [2.0], Task.CLASSES: [1.0], Task.MULTICLASS: [1 / 3] * 3}.get(
            task, [0.3, 0.3]
        )
    )


def _ways() -> Iterator[Any]:
    for case in _cases():
        task = case.values[2]
        ways: dict[str, dict[str, Any]] = {"plain": {}, "weighted": {"weight": WEIGHT}}
        if task in CLASS_WEIGHT:
            ways["class-weighted"] = {"class_weight": CLASS_WEIGHT[task]}
            ways["weighted as torch"] = {"weight": WEIGHT, "like": "torch"}
        for name, how in ways.items():
            yield pytest.param(*case.values, how, id=f"{case.id}-{name}")


@pytest.mark.parametrize(("loss", "reading", "task", "params", "how"), list(_ways()))
def test_no_other_constant_costs_less_than_the_best(
    loss: Loss, reading: Reading, task: Task, params: dict[str, Any], how: dict[str, Any]
) -> None:
    found = result(loss, reading, task, middle(task), **params, **how).baseline
    if task is Task.MULTILABEL and reading.form is Form.DECISION:
        assert found is None
        return
    assert found is not None
    if not found.best:
        assert loss.constant is Constant.FITTED or loss.id == "median_absolute_error"
        assert found.constant in (Constant.BASE_RATE.value, Constant.MEDIAN.value)
        return
    costs = []
    for row in rivals(reading, task):
        try:
            value = result(loss, reading, task, row, **params, **how).value
        except LosscliError:
            continue
        costs.append(np.inf if value is None else value)
    least = np.nanmin(costs)
    assert found.value <= least + 1e-7 * max(1.0, abs(least))
    # And it is the loss of some constant: the best of the grid is not far above it.
    assert found.value >= least - 0.15 * max(1.0, abs(least))


@pytest.mark.parametrize("like", ["standard", "torch", "keras", "textbook", "sklearn"])
@pytest.mark.parametrize("name", ["bce", "brier", "ce", "mse", "squared_hinge"])
@pytest.mark.parametrize("weights", ["weight", "class_weight", "both"])
def test_a_prediction_that_is_the_constant_has_no_skill(like: str, name: str, weights: str) -> None:
    task = {"ce": Task.MULTICLASS, "mse": Task.REGRESSION}.get(name, Task.BINARY)
    loss = REGISTRY.get(name)
    reading = loss.reading_for(task)
    assert reading is not None
    label, how = LABELS[task], {"like": like}
    weight = WEIGHT if weights != "class_weight" else np.ones(N)
    given: dict[str, Any] = {}
    if weights != "class_weight":
        given["weight"] = WEIGHT
    if weights != "weight" and task is not Task.REGRESSION:
        given["class_weight"] = CLASS_WEIGHT[task]
        weight = weight * np.array(CLASS_WEIGHT[task])[label.astype(int)]
    if task is Task.REGRESSION:
        row = np.array([np.average(label, weights=weight)])
    else:
        row = np.bincount(label.astype(int), weight) / weight.sum()
    if name == "squared_hinge":
        row = 2.0 * row - 1.0
    found = result(loss, reading, task, row[1:] if task is Task.BINARY else row, **how, **given)
    assert found.skill == pytest.approx(0.0, abs=1e-6)


class TestSoftLabels:
    def test_a_loss_that_is_linear_in_them_has_the_entropy_of_their_mean(self) -> None:
        label = LABELS[Task.DISTRIBUTION]
        rate = label.mean(axis=0)
        found = losscli.evaluate(np.tile(rate, (N, 1)), label, "ce", task="distribution")["ce"]
        assert found.baseline is not None
        assert found.baseline.value == pytest.approx(-(rate * np.log(rate)).sum(), rel=1e-12)

    @pytest.mark.parametrize("name", ["kl", "brier", "jsd", "rps"])
    def test_of_any_other_no_baseline_is_made_up(self, name: str) -> None:
        label = LABELS[Task.DISTRIBUTION]
        pred = np.tile(label.mean(axis=0), (N, 1))
        assert losscli.evaluate(pred, label, name, task="distribution").results[0].baseline is None

    def test_of_yes_and_no_too(self) -> None:
        label = _RANDOM.random(N)
        report = losscli.evaluate(np.full(N, label.mean()), label, "bce,brier", task="binary")
        assert report["bce"].skill == pytest.approx(0.0, abs=1e-9)
        assert report["brier"].baseline is None

    def test_shares_that_are_all_0_or_1_are_classes(self) -> None:
        label = np.eye(3)[LABELS[Task.MULTICLASS].astype(int)]
        pred = np.tile(label.mean(axis=0), (N, 1))
        found = losscli.evaluate(pred, label, "brier", task="distribution").results[0]
        assert found.skill == pytest.approx(0.0, abs=1e-9)


def test_rows_without_weight_do_not_make_labels_vary() -> None:
    label = LABELS[Task.BINARY]
    report = losscli.evaluate(np.full(N, 0.5), label, "bce", task="binary", weight=label)
    assert report["bce"].baseline is None
    assert any("weigh anything are all the same" in note for note in report.notes)
    real = losscli.evaluate(np.zeros(N), label, "mse", task="regression", weight=label)
    assert real["mse"].baseline is None
