"""What holds for every loss on any data; which property a loss has, its definition says."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from losscli.engine.finish import finish
from losscli.losses.definition.loss import Labels, Loss, Reading, Shape
from losscli.losses.forms.categorical import Form
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Kind, Reduction, Task
from tests.one_loss import (
    batch_of,
    evaluation_of,
    finished,
    measured,
    tally,
    totals_of,
    value,
)

Array = NDArray[Any]

WIDTH = 3

# Drawing data takes time: the losses that are shown unasked stand for their forms here; what holds
# for every loss is tested on grids in test_registry.
CORE = [
    (loss, reading)
    for loss in REGISTRY
    if loss.featured or loss.id in ("entropy", "jensen_shannon_divergence", "nll")
    for reading in loss.readings
    if reading.shape is Shape.ROWS and reading.form is not Form.PARAMETERS
]


def kinds_of(reading: Reading) -> tuple[Kind, ...]:
    """The kinds that change the arithmetic of a reading."""
    return reading.kinds[:1] if reading.form is Form.VALUE else reading.kinds


CASES = [
    pytest.param(loss, reading, task, kind, id=f"{loss.id}-{task}-{kind}")
    for loss, reading in CORE
    for task in reading.tasks
    for kind in kinds_of(reading)
]
every_kind = pytest.mark.parametrize(("loss", "reading", "task", "kind"), CASES)
# For what the engine does to rows whatever their kind, the first kind stands for all.
every_task = pytest.mark.parametrize(
    ("loss", "reading", "task", "kind"),
    [case for case in CASES if case.values[3] is case.values[1].kinds[0]],
)

# What rounding may leave of a row whose shares sum to 1 only nearly: a divergence of two such
# rows is, by its formula, off 0 by the difference of their sums.
ROUNDING = 4 * WIDTH * float(np.finfo(np.float64).eps)

LIMITS = {
    Kind.PROBABILITY: (0.0, 1.0),
    Kind.TANH: (-1.0, 1.0),
    # No convention guards what is given as a logarithm: at 0 the other label costs infinity.
    Kind.LOG_PROBABILITY: (-800.0, -1e-300),
    Kind.LOGIT: (-1e4, 1e4),
    Kind.SCORE: (-1e6, 1e6),
    Kind.VALUE: (-1e6, 1e6),
}


@dataclass(frozen=True)
class Data:
    """Rows of predictions and their labels."""

    pred: Array
    label: Array | None

    def __getitem__(self, rows: Any) -> Data:
        return Data(self.pred[rows], None if self.label is None else self.label[rows])

    @property
    def rows(self) -> int:
        return len(self.pred)


def numbers(kind: Kind) -> st.SearchStrategy[float]:
    low, high = LIMITS.get(kind, LIMITS[Kind.VALUE])
    return st.floats(low, high)


def share_rows(rows: int) -> st.SearchStrategy[Array]:
    """Rows of shares that sum to 1."""
    item = st.floats(0.0, 1.0) | st.sampled_from([0.0, 1.0, 1e-300, 1e-17, 1e-9])
    row = st.lists(item, min_size=WIDTH, max_size=WIDTH).filter(lambda row: sum(row) > 1e-3)
    return st.lists(row, min_size=rows, max_size=rows).map(
        lambda found: np.array(found) / np.sum(found, axis=1, keepdims=True)
    )


def tables(items: st.SearchStrategy[Any], rows: int, width: int | None) -> st.SearchStrategy[Array]:
    size = rows * (width or 1)
    shape = (rows,) if width is None else (rows, width)
    flat = st.lists(items, min_size=size, max_size=size)
    return flat.map(lambda found: np.array(found).reshape(shape))


def preds(reading: Reading, task: Task, kind: Kind, rows: int) -> st.SearchStrategy[Array]:
    if kind is Kind.CLASS:
        classes = WIDTH if task is Task.MULTICLASS else 2
        width = WIDTH if task is Task.MULTILABEL else None
        return tables(st.integers(0, classes - 1), rows, width).map(lambda a: a.astype(float))
    over_classes = reading.form is Form.CATEGORICAL or task is Task.MULTICLASS
    if over_classes and kind is Kind.PROBABILITY:
        return share_rows(rows)
    if over_classes and kind is Kind.LOG_PROBABILITY:
        return share_rows(rows).map(lambda shares: np.log(np.maximum(shares, 1e-300)))
    width = WIDTH if over_classes or task is Task.MULTILABEL else None
    return tables(numbers(kind), rows, width)


def labels(reading: Reading, task: Task, rows: int) -> st.SearchStrategy[Array | None]:
    if reading.labels is Labels.NONE:
        return st.none()
    if reading.labels is Labels.REAL:
        return tables(numbers(Kind.VALUE), rows, None)
    if task is Task.DISTRIBUTION:
        return share_rows(rows)
    if reading.labels is Labels.CLASSES:
        return tables(st.integers(0, WIDTH - 1), rows, None)
    return tables(st.integers(0, 1), rows, WIDTH if task is Task.MULTILABEL else None)


@st.composite
def data(
    draw: st.DrawFn, reading: Reading, task: Task, kind: Kind, least: int = 1, most: int = 6
) -> Data:
    rows = draw(st.integers(least, most))
    return Data(draw(preds(reading, task, kind, rows)), draw(labels(reading, task, rows)))


def perfect(reading: Reading, task: Task, kind: Kind) -> Data | None:
    """Predictions that are exactly right; None for a kind that cannot be quite sure."""
    sure = {
        Kind.PROBABILITY: (0.0, 1.0),
        Kind.TANH: (-1.0, 1.0),
        Kind.LOGIT: (-1e4, 1e4),
        Kind.LOG_PROBABILITY: (-1e4, 0.0),
        Kind.SCORE: (-1e4, 1e4),
        Kind.CLASS: (0.0, 1.0),
    }
    if reading.labels is Labels.NONE:
        return None
    if reading.labels is Labels.REAL:
        real = np.array([0.5, 0.25, 1.0])
        return Data(real, real)
    no, yes = sure[kind]
    if reading.labels is Labels.CLASSES:
        label = np.arange(WIDTH)
        if kind is Kind.CLASS:
            return Data(label.astype(float), label)
        return Data(
            np.where(np.eye(WIDTH) == 1, yes, no),
            np.eye(WIDTH) if task is Task.DISTRIBUTION else label,
        )
    label = np.array([0, 1, 1, 0])
    pred = np.where(label == 1, yes, no)
    if task is Task.MULTILABEL:
        label, pred = label.reshape(2, 2), pred.reshape(2, 2)
    return Data(pred, label)


def width_of(found: Data, task: Task) -> int:
    if found.pred.ndim == 2:
        return found.pred.shape[1]
    return WIDTH if task is Task.MULTICLASS else 1


@every_kind
@given(drawn=st.data())
def test_rows_lie_within_the_bounds_and_are_finite_under_standard(
    loss: Loss, reading: Reading, task: Task, kind: Kind, drawn: st.DataObject
) -> None:
    found = drawn.draw(data(reading, task, kind))
    width = width_of(found, task)
    exact = evaluation_of(loss.id, task, kind, like="exact")
    rows = measured(exact, found.pred, found.label, width=width).losses
    assert not np.isnan(rows).any()
    assert (rows >= loss.lower - (ROUNDING if loss.parts else 0.0)).all()
    assert (rows <= loss.upper * (1 + 1e-15)).all()
    standard = evaluation_of(loss.id, task, kind)
    assert math.isfinite(finished(standard, found.pred, found.label, width=width).value)


@pytest.mark.parametrize(
    ("loss", "reading", "task", "kind"),
    [
        pytest.param(loss, reading, task, kind, id=f"{loss.id}-{task}-{kind}")
        for loss in REGISTRY
        if loss.zero_at_perfect
        for reading in loss.readings
        for task in reading.tasks
        for kind in kinds_of(reading)
    ],
)
def test_a_perfect_prediction_costs_nothing(
    loss: Loss, reading: Reading, task: Task, kind: Kind
) -> None:
    found = perfect(reading, task, kind)
    assert found is not None
    exact = evaluation_of(loss.id, task, kind, like="exact")
    batch = batch_of(found.pred, found.label, width=width_of(found, task))
    assert tally(exact, batch).finished.value == 0.0


@every_task
@given(drawn=st.data())
def test_the_order_of_the_rows_does_not_change_a_bit(
    loss: Loss, reading: Reading, task: Task, kind: Kind, drawn: st.DataObject
) -> None:
    found = drawn.draw(data(reading, task, kind, least=2))
    order = np.array(drawn.draw(st.permutations(range(found.rows))))
    evaluation = evaluation_of(loss.id, task, kind)
    width = width_of(found, task)
    shuffled = found[order]
    straight = totals_of(evaluation, found.pred, found.label, width=width)
    other = totals_of(evaluation, shuffled.pred, shuffled.label, width=width)
    assert finish(evaluation, other).value == finish(evaluation, straight).value


@every_task
@given(drawn=st.data())
def test_the_mean_lies_between_the_smallest_row_and_the_largest(
    loss: Loss, reading: Reading, task: Task, kind: Kind, drawn: st.DataObject
) -> None:
    found = drawn.draw(data(reading, task, kind))
    evaluation = evaluation_of(loss.id, task, kind, reduction=Reduction.MEAN)
    totals = totals_of(evaluation, found.pred, found.label, width=width_of(found, task))
    slack = 1e-15 * max(abs(totals.low), abs(totals.high))
    assert totals.low - slack <= totals.mean <= totals.high + slack


@pytest.mark.parametrize(
    ("loss", "reading", "task"),
    [
        pytest.param(loss, reading, task, id=f"{loss.id}-{task}")
        for loss, reading in CORE
        if loss.symmetric
        for task in reading.tasks
        if task in (Task.REGRESSION, Task.DISTRIBUTION)
    ],
)
@given(drawn=st.data())
def test_prediction_and_label_of_a_symmetric_loss_may_change_places(
    loss: Loss, reading: Reading, task: Task, drawn: st.DataObject
) -> None:
    kind = reading.kinds[0]
    found = drawn.draw(data(reading, task, kind))
    evaluation = evaluation_of(loss.id, task, kind, like="exact")
    assert value(evaluation, found.pred, found.label) == value(evaluation, found.label, found.pred)


@every_task
@given(drawn=st.data())
def test_weights_of_1_change_nothing(
    loss: Loss, reading: Reading, task: Task, kind: Kind, drawn: st.DataObject
) -> None:
    found = drawn.draw(data(reading, task, kind))
    evaluation = evaluation_of(loss.id, task, kind)
    width = width_of(found, task)
    plain = finished(evaluation, found.pred, found.label, width=width)
    weight = np.ones(found.rows)
    weighted = finished(evaluation, found.pred, found.label, weight=weight, width=width)
    assert weighted.value == plain.value
    assert weighted.standard_error == plain.standard_error


@every_task
@given(drawn=st.data())
def test_under_standard_the_scale_of_the_weights_does_not_matter(
    loss: Loss, reading: Reading, task: Task, kind: Kind, drawn: st.DataObject
) -> None:
    found = drawn.draw(data(reading, task, kind))
    weight = drawn.draw(tables(st.floats(0.5, 8.0), found.rows, None))
    evaluation = evaluation_of(loss.id, task, kind, reduction=Reduction.MEAN)
    width = width_of(found, task)
    small, large = (
        value(evaluation, found.pred, found.label, weight=scale * weight, width=width)
        for scale in (1.0, 1024.0)
    )
    # A power of two scales without rounding, so nothing at all may change.
    assert large == small


@every_task
@given(drawn=st.data())
def test_a_weight_of_0_takes_a_row_out_and_a_weight_of_2_repeats_it(
    loss: Loss, reading: Reading, task: Task, kind: Kind, drawn: st.DataObject
) -> None:
    found = drawn.draw(data(reading, task, kind, least=2))
    times = np.array(
        [
            0,
            *drawn.draw(
                st.lists(st.integers(0, 3), min_size=found.rows - 2, max_size=found.rows - 2)
            ),
            2,
        ]
    )
    repeated = found[np.repeat(np.arange(found.rows), times)]
    evaluation = evaluation_of(loss.id, task, kind)
    width = width_of(found, task)
    assert value(
        evaluation, found.pred, found.label, weight=times.astype(float), width=width
    ) == pytest.approx(
        value(evaluation, repeated.pred, repeated.label, width=width), rel=1e-12, abs=1e-300
    )


@pytest.mark.parametrize(
    ("loss", "reading", "kind"),
    [
        pytest.param(loss, reading, kind, id=f"{loss.id}-{kind}")
        for loss, reading in CORE
        if reading.labels is Labels.CLASSES
        for kind in reading.kinds
    ],
)
@given(drawn=st.data())
def test_a_class_index_and_its_one_hot_row_are_the_same_label(
    loss: Loss, reading: Reading, kind: Kind, drawn: st.DataObject
) -> None:
    found = drawn.draw(data(reading, Task.MULTICLASS, kind))
    assert found.label is not None
    evaluation = evaluation_of(loss.id, Task.MULTICLASS, kind, like="exact")
    width = width_of(found, Task.MULTICLASS)
    by_index = measured(evaluation, found.pred, found.label, width=width).losses
    one_hot = np.eye(WIDTH)[found.label.astype(int)]
    by_share = measured(evaluation, found.pred, one_hot, width=width).losses
    np.testing.assert_allclose(by_share, by_index, rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize(
    ("loss", "reading", "kind"),
    [
        pytest.param(loss, reading, kind, id=f"{loss.id}-{kind}")
        for loss, reading in CORE
        if Task.MULTICLASS in reading.tasks
        for kind in reading.kinds
        if kind is not Kind.CLASS
    ],
)
@given(drawn=st.data())
def test_the_order_of_the_classes_does_not_matter(
    loss: Loss, reading: Reading, kind: Kind, drawn: st.DataObject
) -> None:
    found = drawn.draw(data(reading, Task.MULTICLASS, kind))
    if reading.form is Form.DECISION:
        # Between equal scores the first class wins, whichever that is.
        tops = found.pred == found.pred.max(axis=1, keepdims=True)
        found = found[tops.sum(axis=1) == 1]
    evaluation = evaluation_of(loss.id, Task.MULTICLASS, kind, like="exact")
    straight = measured(evaluation, found.pred, found.label).losses
    for order in itertools.permutations(range(WIDTH)):
        label = None if found.label is None else np.argsort(order)[found.label.astype(int)]
        other = measured(evaluation, found.pred[:, order], label).losses
        np.testing.assert_allclose(other, straight, rtol=1e-14, atol=ROUNDING)


@pytest.mark.parametrize(
    ("loss", "reading", "task"),
    [
        pytest.param(loss, reading, task, id=f"{loss.id}-{task}")
        for loss, reading in CORE
        if reading.form in (Form.BERNOULLI, Form.CATEGORICAL)
        for task in reading.tasks
    ],
)
@given(drawn=st.data())
def test_all_kinds_of_the_same_prediction_cost_the_same(
    loss: Loss, reading: Reading, task: Task, drawn: st.DataObject
) -> None:
    logits = drawn.draw(
        tables(
            st.floats(-8.0, 8.0),
            4,
            WIDTH if task is not Task.BINARY or reading.form is Form.CATEGORICAL else None,
        )
    )
    label = drawn.draw(labels(reading, task, 4))
    as_kind = {Kind.LOGIT: logits}
    if reading.form is Form.CATEGORICAL:
        powers = np.exp(logits)
        as_kind[Kind.PROBABILITY] = powers / powers.sum(axis=1, keepdims=True)
        as_kind[Kind.LOG_PROBABILITY] = logits - np.log(powers.sum(axis=1, keepdims=True))
    else:
        as_kind[Kind.PROBABILITY] = 1 / (1 + np.exp(-logits))
        as_kind[Kind.LOG_PROBABILITY] = -np.log1p(np.exp(-logits))
        as_kind[Kind.TANH] = np.tanh(logits / 2)
    found = [
        measured(evaluation_of(loss.id, task, kind, like="exact"), pred, label).losses
        for kind, pred in as_kind.items()
        if kind in reading.kinds
    ]
    for other in found[1:]:
        # tanh and the softmax round near 1, where e⁻⁸ leaves 3 digits fewer; a square root of a
        # divergence near 0 halves what is left.
        np.testing.assert_allclose(other, found[0], rtol=1e-10, atol=1e-7)


@pytest.mark.parametrize("gap", [40.0, 745.0, 1e4])
def test_huge_logits_cost_their_distance_or_nothing(gap: float) -> None:
    bce = evaluation_of("bce", Task.BINARY, Kind.LOGIT)
    ce = evaluation_of("ce", Task.MULTICLASS, Kind.LOGIT)
    right, wrong = measured(bce, [gap, gap], [1, 0]).losses
    np.testing.assert_allclose([right, wrong], [math.exp(-gap), gap], rtol=1e-15)
    right, wrong = measured(ce, [(gap, 0.0), (gap, 0.0)], [0, 1]).losses
    np.testing.assert_allclose([right, wrong], [math.exp(-gap), gap], rtol=1e-15)


@pytest.mark.parametrize("p", [1e-300, 1e-100, 1e-17, 1e-9])
def test_a_tiny_probability_of_the_wrong_label_costs_itself(p: float) -> None:
    bce = evaluation_of("bce", Task.BINARY, Kind.PROBABILITY, like="exact")
    right, wrong = measured(bce, [p, p], [0, 1]).losses
    assert right == pytest.approx(p + p * p / 2, rel=1e-15)
    assert wrong == pytest.approx(-math.log(p), rel=1e-15)
