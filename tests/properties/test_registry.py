"""What holds for every loss of the registry, on the grids of its reference and a seeded order."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.engine.accumulators import accumulator
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.row_losses import measure
from losscli.losses.definition.loss import Labels, Loss, Reading, Shape
from losscli.losses.forms.categorical import Form
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Reduction, Task
from tests.losses.grids import grid
from tests.losses.test_reference_values import whole_rows
from tests.one_loss import batch_of, evaluation_of, tally

Array = NDArray[Any]

ROWS = 40

READINGS = [
    pytest.param(loss, reading, task, id=f"{loss.id}-{task}")
    for loss in REGISTRY
    for reading in loss.readings
    for task in reading.tasks
    if reading is loss.reading_for(task)
]


def over(cases: list[Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("loss", "reading", "task"), cases)


every_reading = over(READINGS)
# The rows of two samples do not belong together, and have no weights.
PAIRED = [case for case in READINGS if case.values[2] is not Task.SAMPLES]
every_paired_reading = over(PAIRED)


@dataclass(frozen=True)
class Data:
    """Rows of a loss, with what they are cut, shuffled and repeated by."""

    pred: Array
    label: Array | None
    inputs: dict[str, Array]
    width: int

    def take(self, rows: Any) -> Data:
        return Data(
            self.pred[rows],
            None if self.label is None else self.label[rows],
            {role: array[rows] for role, array in self.inputs.items()},
            self.width,
        )

    def batch(self, weight: Array | None = None) -> Batch:
        return batch_of(self.pred, self.label, weight=weight, width=self.width, inputs=self.inputs)


def data(loss: Loss, reading: Reading, task: Task) -> Data:
    width = 3 if reading.form is Form.CATEGORICAL or reading.labels is Labels.CLASSES else 1
    if reading.shape is not Shape.ROWS:
        pred, label = whole_rows(loss, reading, task, {})
        return Data(pred, label, {}, width)
    found = grid(loss, reading, task, reading.kinds[0], {})
    pred = np.array(found.preds, dtype=np.float64)
    label = None if found.labels[0] is None else np.array(found.labels)
    if task is Task.MULTILABEL and pred.ndim == 1:
        pred, label = pred[:, None], None if label is None else label[:, None]
    inputs = {role: np.array(items, np.float64) for role, items in found.inputs.items()}
    whole = Data(pred, label, inputs, width)
    with np.errstate(over="ignore"):
        losses = measure(settled(loss, reading, task), whole.batch()).losses
    finite = np.isfinite(losses.reshape(len(pred), -1)).all(axis=1)
    order = np.random.default_rng(17).permutation(np.flatnonzero(finite))
    return whole.take(order[:ROWS])


def settled(loss: Loss, reading: Reading, task: Task, **more: Any) -> Evaluation:
    params = {"layout": "NTC"} if loss.id == "ctc" else {}
    return evaluation_of(loss.id, task, reading.kinds[0], **params, **more)


def value(evaluation: Evaluation, *batches: Batch) -> float:
    with np.errstate(over="ignore"):
        return tally(evaluation, *batches).finished.value


@every_paired_reading
def test_the_order_of_the_rows_does_not_change_a_bit(
    loss: Loss, reading: Reading, task: Task
) -> None:
    found, evaluation = data(loss, reading, task), settled(loss, reading, task)
    straight = value(evaluation, found.batch())
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(found.pred))
        other = value(evaluation, found.take(order).batch())
        # Losses of the whole array add up in the order of the rows.
        exactly = 1e-12 if reading.shape is Shape.WHOLE else 0.0
        assert other == pytest.approx(straight, rel=exactly, abs=0.0)


@every_paired_reading
def test_how_the_rows_are_cut_into_blocks_does_not_change_a_bit(
    loss: Loss, reading: Reading, task: Task
) -> None:
    found, evaluation = data(loss, reading, task), settled(loss, reading, task)
    rows = len(found.pred)
    whole = value(evaluation, found.batch())
    for cuts in ([1], [rows - 1], [rows // 3, rows // 2], list(range(1, rows))):
        blocks = [found.take(piece).batch() for piece in np.split(np.arange(rows), cuts)]
        assert value(evaluation, *blocks) == whole


@every_paired_reading
def test_totals_merge_in_any_grouping_and_with_nothing(
    loss: Loss, reading: Reading, task: Task
) -> None:
    found, evaluation = data(loss, reading, task), settled(loss, reading, task)
    rows = np.arange(len(found.pred))
    blocks = [found.take(piece).batch() for piece in np.split(rows, [len(rows) // 4, -3])]

    def seen(*batches: Batch) -> Any:
        taken = accumulator(evaluation)
        with np.errstate(over="ignore"):
            for batch in batches:
                taken.add(batch)
        return taken

    def merged(*parts: Any) -> Any:
        whole = seen()
        for part in parts:
            whole.merge(part)
        return whole

    one, two, three = blocks
    straight = comparable(seen(*blocks))
    assert comparable(merged(seen(one), seen(two), seen(three))) == straight
    assert comparable(merged(seen(one), merged(seen(two), seen(three)))) == straight
    assert comparable(merged(seen(), merged(seen(one, two), seen()), seen(three))) == straight


def comparable(taken: Any) -> Any:
    with np.errstate(over="ignore"):
        found = taken.tally()
    columns = found.finished.columns
    listed = None if columns is None else columns.tolist()
    values = None if found.values is None else found.values.tolist()
    return replace(found, finished=replace(found.finished, columns=listed), values=values)


@every_reading
def test_the_value_lies_within_the_bounds(loss: Loss, reading: Reading, task: Task) -> None:
    found = data(loss, reading, task)
    for like in ("standard", "exact"):
        evaluation = settled(loss, reading, task, like=like)
        slack = 1e-15 * max(1.0, abs(loss.upper) if np.isfinite(loss.upper) else 1.0)
        assert loss.lower - slack <= value(evaluation, found.batch()) <= loss.upper + slack


def is_symmetric(loss: Loss, reading: Reading, task: Task) -> bool:
    """Whether the loss says so, of labels that could be predictions."""
    return loss.symmetric and (reading.labels is not Labels.CLASSES or task is Task.DISTRIBUTION)


@over([case for case in READINGS if is_symmetric(*case.values)])
def test_prediction_and_label_of_a_symmetric_loss_may_change_places(
    loss: Loss, reading: Reading, task: Task
) -> None:
    found = data(loss, reading, task)
    assert found.label is not None
    mirrored = dataclasses.replace(found, pred=found.label.astype(float), label=found.pred)
    evaluation = settled(loss, reading, task, like="exact")
    assert value(evaluation, mirrored.batch()) == value(evaluation, found.batch())


# At their default parameters, or as scores, these are symmetric all the same.
SYMMETRIC_BY_DEFAULT = {"pinball", "expectile", "tweedie_deviance", "concordance_correlation"}


def not_symmetric(loss: Loss) -> bool:
    """Losses not called symmetric that could be, since prediction and label are alike to them."""
    reading = loss.readings[0]
    return (
        not loss.symmetric
        and loss.id not in SYMMETRIC_BY_DEFAULT
        and reading.tasks[0] in (Task.REGRESSION, Task.DISTRIBUTION)
        and reading.labels is not Labels.NONE
    )


@pytest.mark.parametrize("loss", list(filter(not_symmetric, REGISTRY)), ids=lambda loss: loss.id)
def test_a_loss_not_called_symmetric_is_not(loss: Loss) -> None:
    evaluation = settled(loss, loss.readings[0], loss.tasks[0])
    pred, label = np.array([0.7, 2.5, 3.0]), np.array([0.5, 2.0, 7.0])
    straight, other = batch_of(pred, label), batch_of(label, pred)
    assert value(evaluation, straight) != value(evaluation, other)


@every_paired_reading
def test_weights_of_1_change_nothing(loss: Loss, reading: Reading, task: Task) -> None:
    found, evaluation = data(loss, reading, task), settled(loss, reading, task)
    ones = np.ones(len(found.pred))
    # Averages of NumPy add up in another order with weights.
    exactly = 1e-15 if reading.shape is Shape.WHOLE else 0.0
    assert value(evaluation, found.batch(ones)) == pytest.approx(
        value(evaluation, found.batch()), rel=exactly, abs=0.0
    )


# A constant beside the sums (the smoothing of masks, one degree of freedom) is felt by weights.
FEEL_THE_SCALE = {"dice", "tversky", "concordance_correlation"}


def is_relative(loss: Loss, reading: Reading, _task: Task) -> bool:
    return not (loss.id in FEEL_THE_SCALE and reading.shape is Shape.SUMS)


@over([case for case in PAIRED if is_relative(*case.values)])
def test_under_standard_the_scale_of_the_weights_does_not_matter(
    loss: Loss, reading: Reading, task: Task
) -> None:
    found = data(loss, reading, task)
    by_column = loss.by_column or loss.finish is not None
    reduction = loss.reduction if by_column else Reduction.MEAN
    evaluation = settled(loss, reading, task, reduction=reduction)
    weight = np.random.default_rng(1).uniform(0.5, 8.0, len(found.pred))
    # A power of two scales without rounding, so nothing at all may change.
    assert value(evaluation, found.batch(1024.0 * weight)) == pytest.approx(
        value(evaluation, found.batch(weight)),
        rel=1e-14 if by_column else 0.0,
        abs=0.0,
    )


# They compare rows with one another, or weigh classes by the labels they hold.
BEYOND_ROWS = {"ntxent", "circle", "generalized_dice", "max_error"}


@over([case for case in PAIRED if case.values[0].id not in BEYOND_ROWS])
def test_an_integer_weight_repeats_a_row(loss: Loss, reading: Reading, task: Task) -> None:
    found, evaluation = data(loss, reading, task), settled(loss, reading, task)
    times = np.random.default_rng(2).integers(0, 4, len(found.pred))
    times[-1] = 2
    repeated = found.take(np.repeat(np.arange(len(times)), times))
    assert value(evaluation, found.batch(times.astype(float))) == pytest.approx(
        value(evaluation, repeated.batch()), rel=1e-12, abs=1e-300
    )


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "name", ["r2", "explained_variance", "concordance_correlation", "relative_squared_error"]
)
def test_blocks_of_labels_far_from_0_do_not_change_a_bit(name: str, weighted: bool) -> None:
    rng = np.random.default_rng(9)
    label = 1e8 + rng.normal(size=1000)
    pred = label + rng.normal(scale=0.3, size=1000)
    weight = rng.uniform(0.5, 2.0, 1000) if weighted else None
    loss = REGISTRY.get(name)
    evaluation = settled(loss, loss.readings[0], Task.REGRESSION)
    found = []
    for pieces in (1, 2, 7, 100):
        cuts = np.array_split(rng.permutation(1000) if pieces > 2 else np.arange(1000), pieces)
        blocks = [
            batch_of(pred[rows], label[rows], weight=None if weight is None else weight[rows])
            for rows in cuts
        ]
        found.append(value(evaluation, *blocks))
    assert len(set(found)) == 1
