"""Every loss, row by row or as a whole, against the same formula in 50-digit arithmetic."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli.engine.batch import Evaluation
from losscli.engine.measuring import measure
from losscli.losses.definition import Labels, Loss, Reading, Shape
from losscli.losses.forms import Form
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Kind, Task
from tests.losses.grids import Grid, grid
from tests.losses.numbers import Near, exact, read
from tests.losses.reference import FINISH, REFERENCE, ROWS, mean
from tests.losses.whole import WHOLE
from tests.one_loss import batch_of, evaluation_of, tally

RELATIVE = 1e-13
# Where float64 has fewer digits than that: the subnormal numbers.
ABSOLUTE = 1e-307

# Every parameter at values that are not its default; of one loss alone where a name is shared.
OTHER_VALUES: dict[str, tuple[Any, ...]] = {
    "alpha": (0.0, 0.25, 1.0),
    "average": ("micro",),
    "base": (2.0, 10.0, 1.5),
    "beta": (1e-3, 0.7),
    "blank": (1,),
    "c": (1e-3, 40.0),
    "delta": (1e-10, 0.1, 1e3),
    "eps": (1e-6, 2.0),
    "eps_in": ("root",),
    "epsilon": (0.0, -1.0, 30.0),
    "estimator": ("fair", "akr", "pwm", "qd", "int"),
    "expectile": (0.0, 0.9),
    "floor": (1e-7, 2.0),
    "full": (True,),
    "gamma": (0.0, 0.5, 1.0, 5.0),
    "ignore_index": (1,),
    "k": (1, 3, 9),
    "label_smoothing": (0.1, 1.0),
    "layout": ("TNC",),
    "log_input": (True,),
    "log_target": (True,),
    "margin": (0.3, 2.0),
    "mode": ("one-vs-all",),
    "multioutput": ("variance_weighted",),
    "n_bins": (1, 4),
    "norm": ("l2", "max"),
    "normalization": ("range", "std", "l2"),
    "p": (1.0, 1.5, 3.0),
    "per": ("row",),
    "per_target": (True,),
    "pos_weight": (0.0, 0.3, 7.0),
    "power": (1.0, 1.5, 2.0, 3.0, -0.5),
    "q": (0.01, 0.99),
    "quantile": (0.0, 0.9),
    "safe": (False,),
    "scale": (100.0,),
    "scale_by_half": ("true", "false"),
    "smooth": (0.0, 1.0),
    "smooth_both": (True,),
    "squared": (True,),
    "swap": (True,),
    "temperature": (0.5, 0.003),
}
OF_ONE_LOSS: dict[tuple[str, str], tuple[Any, ...]] = {
    ("smooth_l1", "beta"): (0.0, 0.1, 30.0),
    ("lq", "q"): (1.0, 3.5),
    ("multi_margin", "p"): (2,),
    ("interval_score", "alpha"): (0.01, 0.5),
    ("energy_score", "estimator"): ("fair",),
    ("cosine_embedding", "margin"): (-0.5, 0.3),
    ("circle", "gamma"): (1.0, 300.0),
}


def other_values(loss: Loss, name: str) -> tuple[Any, ...]:
    return OF_ONE_LOSS.get((loss.id, name), OTHER_VALUES[name])


def param_choices(loss: Loss) -> list[dict[str, Any]]:
    """All defaults, each parameter off its default alone, and all of them together."""
    # Labels that are logarithms are the same labels once they are read; 0 · ∞ is no number.
    names = [name for name in loss.params if name not in ("log_target", "safe")]
    single = [{name: value} for name in names for value in other_values(loss, name)]
    together = [{name: other_values(loss, name)[-1] for name in names}] if len(names) > 1 else []
    return [{}, *single, *together]


def kinds_to_try(reading: Reading) -> tuple[Kind, ...]:
    """The kinds that change the arithmetic of a reading."""
    alike = (Form.VALUE, Form.PARAMETERS, Form.SCORES)
    return reading.kinds[:1] if reading.form in alike else reading.kinds


CASES = [
    pytest.param(loss, reading, task, kind, params, id=f"{loss.id}-{task}-{kind}-{params}")
    for loss in REGISTRY
    for reading in loss.readings
    if reading.shape is Shape.ROWS
    for task in reading.tasks
    for kind in kinds_to_try(reading)
    for params in param_choices(loss)
]


def reference_label(label: Any, reading: Reading) -> Any:
    if reading.labels is Labels.NONE:
        return None
    if reading.labels is not Labels.CLASSES:
        return exact(label)
    return [mpf(j == label) if isinstance(label, int) else mpf(label[j]) for j in range(3)]


def agree(ours: float, reference: Any, relative: float = RELATIVE) -> bool:
    if not isinstance(reference, Near):
        reference = Near(reference, abs(reference))
    value, size = reference.value, reference.size
    if mp.isnan(value):
        return math.isnan(ours)
    if mp.isinf(value) or abs(value) > mpf(np.finfo(np.float64).max):
        return ours == math.copysign(math.inf, value)
    return bool(abs(mpf(ours) - value) <= relative * max(size, abs(value)) + ABSOLUTE)


def expected_rows(loss: Loss, reading: Reading, kind: Kind, found: Grid, params: Any) -> list[Any]:
    """The losses of the rows of a grid, elements one after the other."""
    rows: list[Any] = []
    for i, (pred, label) in enumerate(zip(found.preds, found.labels, strict=True)):
        inputs = {role: exact(items[i]) for role, items in found.inputs.items()}
        one = ROWS[loss.id](
            read(pred, reading.form, kind), reference_label(label, reading), params, **inputs
        )
        rows += one if isinstance(one, list) else [one]
    return rows


def settled(
    loss: Loss, reading: Reading, task: Task, kind: Kind, params: dict[str, Any]
) -> tuple[Evaluation, Grid, Any]:
    """The evaluation, its rows, and the same as a batch."""
    found = grid(loss, reading, task, kind, params)
    evaluation = evaluation_of(loss.id, task, kind, like="exact", **params)
    width = 3 if reading.form is Form.CATEGORICAL or reading.labels is Labels.CLASSES else 1
    pred = np.array(found.preds, dtype=np.float64)
    label = None if found.labels[0] is None else np.array(found.labels)
    if task is Task.MULTILABEL and pred.ndim == 1:
        pred, label = pred[:, None], None if label is None else label[:, None]
    return evaluation, found, batch_of(pred, label, width=width, inputs=found.inputs)


def left_out(label: Any, evaluation: Evaluation) -> bool:
    ignored = evaluation.params.get("ignore_index")
    return ignored is not None and label == ignored


def test_every_loss_has_its_reference() -> None:
    assert set(REFERENCE) == {loss.id for loss in REGISTRY}
    assert set(FINISH) <= set(REFERENCE)
    for loss in REGISTRY:
        for reading in loss.readings:
            assert loss.id in (ROWS if reading.shape is Shape.ROWS else WHOLE)


def test_every_parameter_is_tried_off_its_default() -> None:
    assert set(OTHER_VALUES) == {name for loss in REGISTRY for name in loss.params}
    for loss in REGISTRY:
        for name, param in loss.params.items():
            assert any(value != param.default for value in other_values(loss, name))


@pytest.mark.parametrize(("loss", "reading", "task", "kind", "params"), CASES)
def test_rows_agree_with_the_reference(
    loss: Loss, reading: Reading, task: Task, kind: Kind, params: dict[str, Any]
) -> None:
    evaluation, found, batch = settled(loss, reading, task, kind, params)
    with np.errstate(over="ignore", under="ignore"):
        rows = measure(evaluation, batch).losses.ravel().tolist()
        value = tally(evaluation, batch).finished.value
    expected = expected_rows(loss, reading, kind, found, evaluation.params)
    width = len(expected) // len(found.labels)
    labels = [label for label in found.labels for _ in range(width)]
    preds = [pred for pred in found.preds for _ in range(width)]
    assert len(rows) == len(expected)
    wrong = [
        (pred, label, mine, true)
        for pred, label, mine, true in zip(preds, labels, rows, expected, strict=True)
        if not (agree(mine, true) or left_out(label, evaluation))
    ]
    assert wrong == []
    kept = [
        row for row, label in zip(expected, labels, strict=True) if not left_out(label, evaluation)
    ]
    values = [row.value if isinstance(row, Near) else row for row in kept]
    sizes = [row.size if isinstance(row, Near) else abs(row) for row in kept]
    done = FINISH.get(loss.id, mean)
    whole = done(values, evaluation.params)
    largest = max((size for size in sizes if not mp.isinf(size)), default=mpf(0))
    assert agree(value, whole if loss.id in FINISH else Near(whole, largest))
