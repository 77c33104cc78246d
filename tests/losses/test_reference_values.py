"""Every loss, row by row, against the same formula in 50-digit arithmetic."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli.engine.batch import Evaluation
from losscli.losses.definition import Labels, Loss, Reading
from losscli.losses.forms import Form
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Kind, Task
from tests.losses.reference import FINISH, REFERENCE, mean, read
from tests.one_loss import evaluation_of, finished, measured

RELATIVE = 1e-13
# Where float64 has fewer digits than that: the subnormal numbers.
ABSOLUTE = 1e-307

# Every parameter at values that are not its default.
OTHER_VALUES: dict[str, tuple[Any, ...]] = {
    "alpha": (0.0, 0.25, 1.0),
    "base": (2.0, 10.0, 1.5),
    "delta": (1e-10, 0.1, 1e3),
    "eps": (1e-6, 2.0),
    "gamma": (0.0, 0.5, 1.0, 5.0),
    "ignore_index": (1,),
    "label_smoothing": (0.1, 1.0),
    "pos_weight": (0.0, 0.3, 7.0),
}

CHANCES: dict[Kind, tuple[float, ...]] = {
    Kind.PROBABILITY: (
        *(0.0, 5e-324, 1e-300, 1e-17, 1e-7, 0.1, 1 / 3, 0.5, 0.9),
        *(1 - 1e-7, 1 - 1e-12, 1 - 1e-16, 1.0),
    ),
    Kind.LOGIT: (
        *(-1e4, -745.0, -700.0, -50.0, -37.0, -1.5, -1e-9, 0.0),
        *(1e-300, 0.3, 2.0, 36.5, 50.0, 700.0, 745.0, 1e4),
    ),
    Kind.LOG_PROBABILITY: (
        *(-1e4, -745.0, -700.0, -50.0, -2.0, -math.log(2), -0.5),
        *(-1e-7, -1e-16, -1e-300, 0.0),
    ),
    Kind.TANH: (
        *(-1.0, -1 + 1.2e-16, -1 + 1e-9, -0.3, -1e-17, 0.0, 1e-300),
        *(0.4, 0.9, 1 - 1e-9, 1 - 3e-16, 1 - 1.2e-16, 1.0),
    ),
    Kind.SCORE: (-1e300, -7.0, -1.0, -1e-9, 0.0, 1e-17, 0.5, 1.0, 3.0, 1e300),
    Kind.CLASS: (0.0, 1.0),
}

VALUES = (-1e6, -3.5, -1e-9, 0.0, 1e-300, 1e-9, 0.02, 0.999, 1.0, 1.001, 2.5, 700.0, 1e6)

VALUE_BOUNDS = {Kind.PROBABILITY: (0.0, 1.0), Kind.TANH: (-1.0, 1.0)}

# Rows over three classes that sum to 1, as probabilities; then as logits and as log-probabilities.
ROWS: dict[Kind, tuple[tuple[float, ...], ...]] = {
    Kind.PROBABILITY: (
        (0.2, 0.3, 0.5),
        (1 / 3, 1 / 3, 1 / 3),
        (0.0, 0.4, 0.6),
        (1.0, 0.0, 0.0),
        (1e-300, 1e-17, 1.0),
        (1 - 1e-16, 1e-16, 1e-200),
        (1 - 1e-7, 6e-8, 4e-8),
        (1e-7, 1 - 2e-7, 1e-7),
        (0.6, 0.3, 0.1),
        (0.6 + 1e-9, 0.3 - 1e-9, 0.1),
        (0.609, 0.2955, 0.0955),
        (0.622, 0.2895, 0.0885),
        (0.58, 0.3098, 0.1102),
    ),
    Kind.LOGIT: (
        (0.0, 0.0, 0.0),
        (1.5, -0.3, 0.2),
        (50.0, -50.0, 0.0),
        (20.0, 20.0, -20.0),
        (0.0, 36.0, -1.0),
        (700.0, -700.0, 699.0),
        (1e4, -1e4, 0.0),
        (-1e4, -1e4, -9999.0),
        (1e-12, 0.0, -1e-12),
    ),
    Kind.LOG_PROBABILITY: (
        (math.log(0.2), math.log(0.3), math.log(0.5)),
        (-1e-12, math.log(1e-12) - math.log(2), math.log(1e-12) - math.log(2)),
        (0.0, -700.0, -1e4),
        (-math.log(3), -math.log(3), -math.log(3)),
    ),
    Kind.SCORE: ((3.0, -1e300, 1e-9), (0.0, 0.1, 0.05)),
    Kind.TANH: ((0.9, -1.0, 0.1), (0.0, -0.2, 0.05)),
    Kind.CLASS: ((0.0,), (1.0,), (2.0,)),
}

RANDOM = np.random.default_rng(20240607)
for _ in range(20):
    z = float(RANDOM.normal(scale=4.0))
    CHANCES[Kind.LOGIT] += (z,)
    CHANCES[Kind.PROBABILITY] += (1 / (1 + math.exp(-z)),)
    CHANCES[Kind.LOG_PROBABILITY] += (-math.log1p(math.exp(-z)),)
    CHANCES[Kind.TANH] += (math.tanh(z),)
    row = RANDOM.normal(scale=4.0, size=3)
    shares = np.exp(row) / np.exp(row).sum()
    ROWS[Kind.LOGIT] += (tuple(row.tolist()),)
    ROWS[Kind.PROBABILITY] += (tuple(shares.tolist()),)
    ROWS[Kind.LOG_PROBABILITY] += (tuple(np.log(shares).tolist()),)

SHARES = (
    (0.0, 0.0, 1.0),
    (0.25, 0.25, 0.5),
    (0.6, 0.3, 0.1),
    (0.0, 0.45, 0.55),
    (1e-17, 1e-300, 1.0),
)


def param_choices(loss: Loss) -> list[dict[str, Any]]:
    """All defaults, each parameter off its default alone, and all of them together."""
    single = [{name: value} for name in loss.params for value in OTHER_VALUES[name]]
    together = (
        [{name: OTHER_VALUES[name][-1] for name in loss.params}] if len(loss.params) > 1 else []
    )
    return [{}, *single, *together]


CASES = [
    pytest.param(loss, reading, task, kind, params, id=f"{loss.id}-{task}-{kind}-{params}")
    for loss in REGISTRY
    for reading in loss.readings
    for task in reading.tasks
    for kind in reading.form.kinds
    for params in param_choices(loss)
]


def grid(reading: Reading, task: Task, kind: Kind) -> tuple[list[Any], list[Any]]:
    """Predictions and labels, every one with every other."""
    if reading.form is Form.VALUE:
        low, high = VALUE_BOUNDS.get(kind, (-math.inf, math.inf))
        return every_pair([number for number in VALUES if low <= number <= high], VALUES)
    if reading.labels is Labels.NONE:
        alone: list[Any] = list((ROWS if reading.form is Form.CATEGORICAL else CHANCES)[kind])
        return alone, [None] * len(alone)
    if reading.labels is Labels.CLASSES:
        shares: tuple[Any, ...] = (0, 1, 2) if task is Task.MULTICLASS else SHARES
        rows = [row[0] if kind is Kind.CLASS else row for row in ROWS[kind]]
        return every_pair(rows, shares)
    hard = reading.form is Form.DECISION
    return every_pair(CHANCES[kind], (0.0, 1.0) if hard else (0.0, 1.0, 0.3))


def every_pair(preds: Any, labels: Any) -> tuple[list[Any], list[Any]]:
    pairs = list(itertools.product(preds, labels))
    return [pred for pred, _ in pairs], [label for _, label in pairs]


def reference_label(label: Any, reading: Reading) -> Any:
    if reading.labels is Labels.NONE:
        return None
    if reading.labels is not Labels.CLASSES:
        return mpf(label)
    return [mpf(j == label) if isinstance(label, int) else mpf(label[j]) for j in range(3)]


def agree(ours: float, reference: mpf) -> bool:
    if mp.isinf(reference) or abs(reference) > mpf(np.finfo(np.float64).max):
        return ours == math.copysign(math.inf, reference)
    return bool(abs(mpf(ours) - reference) <= RELATIVE * abs(reference) + ABSOLUTE)


def computed(
    loss: Loss, reading: Reading, task: Task, kind: Kind, params: dict[str, Any]
) -> tuple[np.ndarray, list[mpf], Any]:
    """The rows of the grid as losscli and as the reference have them, and what they come to."""
    preds, labels = grid(reading, task, kind)
    evaluation = evaluation_of(loss.id, task, kind, like="exact", **params)
    width = 3 if reading.form is Form.CATEGORICAL or reading.labels is Labels.CLASSES else 1
    pred = np.array(preds, dtype=np.float64)
    label = None if labels[0] is None else np.array(labels)
    if task is Task.MULTILABEL:
        pred, label = pred[:, None], None if label is None else label[:, None]
    with np.errstate(over="ignore", under="ignore"):
        rows = measured(evaluation, pred, label, width=width)
        done = finished(evaluation, pred, label, width=width)
    expected = [
        REFERENCE[loss.id](
            read(one, reading.form, kind), reference_label(other, reading), evaluation.params
        )
        for one, other in zip(preds, labels, strict=True)
    ]
    return rows.losses.ravel(), expected, (evaluation, done, labels)


def left_out(label: Any, evaluation: Evaluation) -> bool:
    ignored = evaluation.params.get("ignore_index")
    return ignored is not None and label == ignored


def test_every_loss_has_its_reference() -> None:
    assert set(REFERENCE) == {loss.id for loss in REGISTRY}
    assert set(FINISH) <= set(REFERENCE)


def test_every_parameter_is_tried_off_its_default() -> None:
    assert set(OTHER_VALUES) == {name for loss in REGISTRY for name in loss.params}
    for loss in REGISTRY:
        for name, param in loss.params.items():
            assert any(value != param.default for value in OTHER_VALUES[name])


@pytest.mark.parametrize(("loss", "reading", "task", "kind", "params"), CASES)
def test_rows_agree_with_the_reference(
    loss: Loss, reading: Reading, task: Task, kind: Kind, params: dict[str, Any]
) -> None:
    ours, expected, (evaluation, _, labels) = computed(loss, reading, task, kind, params)
    preds, _ = grid(reading, task, kind)
    wrong = [
        (pred, label, float(mine), mp.nstr(true, 18))
        for pred, label, mine, true in zip(preds, labels, ours.tolist(), expected, strict=True)
        if not (agree(mine, true) or left_out(label, evaluation))
    ]
    assert wrong == []


@pytest.mark.parametrize(("loss", "reading", "task", "kind", "params"), CASES)
def test_the_value_is_what_the_rows_come_to(
    loss: Loss, reading: Reading, task: Task, kind: Kind, params: dict[str, Any]
) -> None:
    _, expected, (evaluation, done, labels) = computed(loss, reading, task, kind, params)
    kept = [
        row for row, label in zip(expected, labels, strict=True) if not left_out(label, evaluation)
    ]
    assert agree(done.value, FINISH.get(loss.id, mean)(kept, evaluation.params))
