"""The gradient of every loss that has one, against central differences of what the kernel gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import losscli
from losscli.conventions.table import CONVENTIONS
from losscli.engine.accumulators import accumulator
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.gradient import differentiator
from losscli.errors import UsageError
from losscli.losses.definition.loss import Loss, Reading, Shape, keyword_only
from losscli.losses.forms.categorical import Form
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Kind, Reduction, Task
from tests.losses.smooth_data import Smooth, smooth_data
from tests.losses.test_reference_values import kinds_to_try, param_choices
from tests.one_loss import batch_of, evaluation_of, tally

STEP = 1e-5
# Of the error of a central difference, beside the largest slope of the array.
NEAR = 1e-7

READINGS = [
    (loss, reading, task)
    for loss in REGISTRY
    for reading in loss.readings
    if reading.gradient is not None
    for task in reading.tasks
]


def settled(
    loss: Loss, reading: Reading, task: Task, kind: Kind, like: str = "exact", **more: Any
) -> Evaluation:
    """An evaluation that takes rows as they are, so that single items can be moved."""
    evaluation = evaluation_of(loss.id, task, kind, like=like, **more)
    axes = replace(evaluation.convention.axes, sums_checked=False)
    return replace(
        evaluation, convention=replace(evaluation.convention, axes=axes), reading=reading
    )


def batch(data: Smooth, pred: Any, reading: Reading, **how: Any) -> Batch:
    width = 3 if reading.form in (Form.CATEGORICAL, Form.SCORES) else 1
    return batch_of(pred, data.label, width=width, inputs=data.inputs, **how)


def gradient(evaluation: Evaluation, found: Batch) -> Any:
    taken = accumulator(evaluation)
    taken.add(found)
    return differentiator(evaluation, taken)(found)


def differences(value: Callable[[Any], float], pred: Any) -> Any:
    """∂value/∂pred, item by item."""
    slopes = np.empty_like(pred)
    for place in np.ndindex(pred.shape):
        low, high = pred.copy(), pred.copy()
        low[place] -= STEP
        high[place] += STEP
        slopes[place] = (value(high) - value(low)) / (high[place] - low[place])
    return slopes


def agree(ours: Any, numeric: Any) -> None:
    assert ours.shape == numeric.shape
    np.testing.assert_allclose(ours, numeric, rtol=1e-6, atol=NEAR * np.abs(numeric).max())


CASES = [
    pytest.param(loss, reading, task, kind, params, id=f"{loss.id}-{task}-{kind}-{params}")
    for loss, reading, task in READINGS
    for kind in kinds_to_try(reading)
    for params in param_choices(loss)
    if not (loss.id == "gaussian_nll" and "eps" in params)
]


@pytest.mark.parametrize(("loss", "reading", "task", "kind", "params"), CASES)
def test_a_gradient_is_what_central_differences_find(
    loss: Loss, reading: Reading, task: Task, kind: Kind, params: dict[str, Any]
) -> None:
    data = smooth_data(loss, reading, task, kind, params)
    pred = np.array(data.pred, dtype=float)
    evaluation = settled(loss, reading, task, kind, **params)
    by_rows = reading.shape is Shape.ROWS and pred.ndim <= 2
    if not by_rows:
        numeric = differences(
            lambda moved: tally(evaluation, batch(data, moved, reading)).finished.value, pred
        )
        agree(gradient(evaluation, batch(data, pred, reading)), numeric)
        return
    alone = replace(evaluation, reduction=Reduction.NONE)

    def losses(moved: Any) -> Any:
        found = tally(alone, batch(data, moved, reading)).values
        return found.reshape(len(moved), -1).sum(axis=1)

    # Rows do not feel one another, so one item of each is moved at once.
    table = pred.reshape(len(pred), -1)
    numeric = np.empty_like(table)
    for j in range(table.shape[1]):
        step = STEP * (np.arange(table.shape[1]) == j)
        low, high = (table - step).reshape(pred.shape), (table + step).reshape(pred.shape)
        numeric[:, j] = (losses(high) - losses(low)) / (2.0 * STEP)
    agree(gradient(alone, batch(data, pred, reading)), numeric.reshape(pred.shape))


@pytest.mark.parametrize(
    ("loss", "reading", "task"),
    [pytest.param(*case, id=f"{case[0].id}-{case[2]}") for case in READINGS],
)
def test_a_gradient_is_that_of_the_weighted_and_reduced_number(
    loss: Loss, reading: Reading, task: Task
) -> None:
    kind = reading.kinds[0]
    data = smooth_data(loss, reading, task, kind, {})
    pred = np.array(data.pred, dtype=float)
    weighted = task not in (Task.SAMPLES, Task.EMBEDDING) and loss.id != "max_error"
    weight = np.linspace(0.5, 2.0, len(pred)) if weighted else None
    if weight is not None:
        weight[1] = 0.0
    params = {"layout": "NTC"} if loss.id == "ctc" else {}
    likes = [name for name in CONVENTIONS if name in ("standard", "textbook", *loss.names)]
    for like in likes:
        evaluation = settled(loss, reading, task, kind, like, **params)

        def value(moved: Any, evaluation: Evaluation = evaluation) -> float:
            moved_batch = batch(data, moved, reading, weight=weight)
            return tally(evaluation, moved_batch).finished.value

        found = gradient(evaluation, batch(data, pred, reading, weight=weight))
        agree(found, differences(value, pred))


def test_a_variance_below_eps_answers_as_eps_would() -> None:
    # The loss does not move there, but PyTorch lets the gradient through, and so training out.
    evaluation = evaluation_of("gaussian_nll", Task.FORECAST, Kind.DISTRIBUTION, eps=2.0)
    below, at = (
        gradient(evaluation, batch_of([(0.0, variance)], [1.0])) for variance in (0.5, 2.0)
    )
    np.testing.assert_array_equal(below, at)


@pytest.mark.parametrize(
    "loss", ["mae", "rmse", "huber", "pinball", "lq:q=1", "minkowski_distance"]
)
def test_at_a_kink_the_gradient_is_0(loss: str) -> None:
    assert losscli.gradient([1.0, 2.0], [1.0, 2.0], loss).tolist() == [0.0, 0.0]


def test_what_a_convention_clips_answers_0() -> None:
    pred, label = [1e-9, 0.5, 1.0], [1, 1, 0]
    assert losscli.gradient(pred, label, "bce", reduction="sum").tolist() == [0.0, -2.0, 0.0]
    paper = losscli.gradient(pred, label, "bce", like="exact", reduction="sum")
    np.testing.assert_allclose(paper, [-1e9, -2.0, np.inf], rtol=1e-15)
    torch = losscli.gradient([1e-60, 0.5], [1, 1], "bce", like="torch", reduction="sum")
    assert torch.tolist() == [0.0, -2.0]


def test_the_gradient_of_a_sure_and_right_logit_keeps_its_digits() -> None:
    assert losscli.gradient([40.0], [1], "bce", kind="logit")[0] == pytest.approx(
        -4.248354255291589e-18, rel=1e-14
    )
    slope = losscli.gradient([[40.0, 0.0]], [0], "ce", kind="logit")
    np.testing.assert_allclose(slope, [[-4.248354255291589e-18, 4.248354255291589e-18]], rtol=1e-14)


def test_rows_that_are_left_out_answer_0() -> None:
    slope = losscli.gradient([0.9, np.nan, 0.6], [1, 0, 0], "mse", nan="drop")
    np.testing.assert_allclose(slope, [-0.1, 0.0, 0.6], rtol=1e-14)
    ignored = losscli.gradient(
        [[2.0, 2.0], [2.0, 2.0]], [0, 1], "ce", kind="logit", like="exact", ignore_index=1
    )
    assert ignored.tolist() == [[-0.5, 0.5], [0.0, 0.0]]


def test_how_the_rows_are_cut_into_blocks_changes_no_bit() -> None:
    rng = np.random.default_rng(3)
    pred, label = rng.uniform(size=300_000), rng.integers(0, 2, 300_000)
    for loss in ("bce", "dice", "rmse"):
        whole = losscli.gradient(pred, label, loss)
        task = Task.REGRESSION if loss == "rmse" else Task.BINARY
        evaluation = evaluation_of(loss, task, Kind.PROBABILITY)
        np.testing.assert_array_equal(whole, gradient(evaluation, batch_of(pred, label)))


def test_what_a_gradient_asks_for_is_what_its_kernel_asks_for() -> None:
    for _, reading, _ in READINGS:
        assert reading.gradient is not None
        assert set(keyword_only(reading.gradient)) <= {*reading.keywords, *_finished(reading)}


def _finished(reading: Reading) -> set[str]:
    """Parameters that reach the finish of sums."""
    if reading.shape is not Shape.SUMS:
        return set()
    return {name for loss, held, _ in READINGS if held is reading for name in loss.params}


def test_losses_that_move_in_steps_have_no_gradient() -> None:
    steps = {loss.id for loss in REGISTRY if not loss.differentiable}
    assert {"zero_one", "hamming", "jaccard", "calibration_error", "ndcg", "dcg"} <= steps
    evaluation = evaluation_of("zero_one", Task.BINARY, Kind.PROBABILITY)
    with pytest.raises(UsageError, match="zero_one has no gradient"):
        gradient(evaluation, batch_of([0.3], [1]))
