"""Every loss, row by row or as a whole, against the same formula in 50-digit arithmetic."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from losscli.engine.evaluation import Evaluation
from losscli.engine.row_losses import measure
from losscli.losses.definition.loss import Labels, Loss, Param, Reading, Shape
from losscli.losses.forms.categorical import Form
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Kind, Task
from tests.losses.forecasts import FORECASTS as SCORES
from tests.losses.forecasts import crps_by_integral
from tests.losses.grids import Grid, grid
from tests.losses.numbers import Near, average, exact, read
from tests.losses.reference import FINISH, REFERENCE, ROWS, mean
from tests.losses.whole import WHOLE, spread
from tests.one_loss import batch_of, evaluation_of, tally

RELATIVE = 1e-13
# Where float64 has fewer digits than that: the subnormal numbers.
ABSOLUTE = 1e-307

# Values of parameters that are worth a try beside those that follow from their range; of one loss
# alone where a name is shared.
OTHER_VALUES: dict[str, tuple[Any, ...]] = {
    "alpha": (0.0, 0.25, 1.0),
    "average": ("micro", "weighted"),
    "base": (2.0, 10.0, 1.5),
    "beta": (1e-3, 0.7),
    "blank": (1,),
    "c": (1e-3, 40.0),
    "delta": (1e-10, 0.1, 1e3),
    "eps": (1e-6, 2.0),
    "eps_in": ("root",),
    "empty": (1.0, 0.25),
    "epsilon": (0.0, -1.0, 30.0),
    "estimator": ("fair", "akr", "pwm", "qd", "int"),
    "expectile": (0.0, 0.9),
    "floor": (1e-7, 2.0),
    "force_finite": (False,),
    "full": (True,),
    "gamma": (0.0, 0.5, 1.0, 5.0),
    "ignore_index": (1,),
    "k": (1, 3, 9),
    "label_smoothing": (0.1, 1.0),
    "layout": ("TNC",),
    "label_eps": (0.25,),
    "log_factorial": (True,),
    "log_input": (True,),
    "log_target": (True,),
    "margin": (0.3, 2.0),
    "mode": ("one-vs-all",),
    "multioutput": ("variance_weighted",),
    "n_bins": (1, 4),
    "naive": (0.25, 30.0),
    "near_zero": (1e-12,),
    "norm": ("l2", "max"),
    "normalization": ("range", "std", "l2"),
    "p": (1.0, 1.5, 3.0),
    "per": ("row",),
    "per_target": (True,),
    "pos_weight": (0.0, 0.3, 7.0),
    "pred_eps": (1e-6, 0.5),
    "power": (1.0, 1.5, 2.0, 3.0, -0.5),
    "q": (0.01, 0.99),
    "quantile": (0.0, 0.9),
    "safe": (False,),
    "scale": (100.0,),
    "season": (12,),
    "scale_by_half": ("of_two", "true", "false"),
    "smooth": (0.0, 1.0),
    "smooth_both": (True,),
    "squared": (True,),
    "swap": (True,),
    "temperature": (0.5, 0.003),
}
OF_ONE_LOSS: dict[tuple[str, str], tuple[Any, ...]] = {
    ("smooth_l1", "beta"): (0.0, 0.1, 30.0),
    ("lq", "q"): (1.0, 3.5),
    ("tweedie_nll", "power"): (1.1, 1.9),
    ("multi_margin", "p"): (2,),
    ("interval_score", "alpha"): (0.01, 0.5),
    ("energy_score", "estimator"): ("fair",),
    ("d2_pinball", "quantile"): (0.1, 0.9),
    ("cosine_embedding", "margin"): (-0.5, 0.3),
    ("circle", "gamma"): (1.0, 300.0),
    ("dice_score", "average"): ("micro",),
    ("token_perplexity", "average"): ("macro",),
    ("word_perplexity", "average"): ("macro",),
    ("byte_perplexity", "average"): ("macro",),
    ("character_perplexity", "average"): ("macro",),
    ("bits_per_byte", "average"): ("macro",),
}


def other_values(loss: Loss, name: str) -> tuple[Any, ...]:
    """Values of a parameter that are not its default."""
    return OF_ONE_LOSS.get((loss.id, name)) or OTHER_VALUES.get(name) or in_range(loss.params[name])


def in_range(param: Param) -> tuple[Any, ...]:
    if param.choices:
        return tuple(choice for choice in param.choices if choice != param.default)
    if isinstance(param.default, bool):
        return (not param.default,)
    default = 1.0 if param.default is None else float(param.default)
    scaled = (0.3 * default, 2.5 * default)
    return tuple(value for value in scaled if param.minimum <= value <= param.maximum)


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
        for reading in filter(None, map(loss.reading_for, loss.tasks)):
            assert loss.id in (ROWS if reading.shape is Shape.ROWS else WHOLE)


def test_every_parameter_is_tried_off_its_default() -> None:
    assert set(OTHER_VALUES) <= {name for loss in REGISTRY for name in loss.params}
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


def test_a_label_given_as_its_logarithm_is_the_same_label() -> None:
    logs = np.log(np.array([(0.2, 0.3, 0.5), (0.6, 0.3, 0.1)]))
    pred = np.array([(0.25, 0.25, 0.5), (0.1, 0.3, 0.6)])
    for name in ("kl_divergence", "generalized_kl_divergence"):
        one, other = (
            evaluation_of(name, Task.DISTRIBUTION, Kind.PROBABILITY, log_target=on)
            for on in (True, False)
        )
        by_log = measure(one, batch_of(pred, logs)).losses
        np.testing.assert_array_equal(by_log, measure(other, batch_of(pred, np.exp(logs))).losses)


def test_cross_entropy_that_is_not_safe_has_no_value_where_a_share_of_0_meets_log_0() -> None:
    unsafe = evaluation_of("ce", Task.DISTRIBUTION, Kind.LOGIT, like="exact", safe=False)
    rows = measure(unsafe, batch_of([(0.0, -np.inf), (0.0, 0.0)], [(1.0, 0.0), (1.0, 0.0)])).losses
    assert math.isnan(rows[0])
    assert rows[1] == pytest.approx(math.log(2), rel=1e-15)


# What the integral of each distribution is split at, beside the label.
BENDS: dict[str, list[float]] = {"uniform": [1.0, 3.0], "beta": [0.0, 1.0]}
INTEGRALS = {
    "normal": (1.0, 2.0),
    "logistic": (1.0, 0.5),
    "laplace": (1.0, 0.5),
    "exponential": (0.7,),
    "gamma": (2.0, 1.5),
    "lognormal": (0.3, 0.5),
    "uniform": (1.0, 3.0),
    "beta": (2.0, 3.0),
    "t": (4.0, 0.5, 2.0),
}


@pytest.mark.parametrize("name", INTEGRALS)
@pytest.mark.parametrize("label", [0.4, 2.5])
def test_the_closed_form_of_a_crps_is_its_integral(name: str, label: float) -> None:
    params = [mpf(number) for number in INTEGRALS[name]]
    closed = SCORES[f"crps_{name}"](params, mpf(label), {})
    bends = [mpf(x) for x in BENDS.get(name, [0.0, *params[:1]])]
    with mp.workdps(15):
        integral = crps_by_integral(name, params, mpf(label), bends)
    assert agree(float(integral), closed, 1e-7)


ROW_COUNT = 50


def whole_rows(loss: Loss, reading: Reading, task: Task, params: Any) -> tuple[Any, Any]:
    """A seeded array for a loss of whole arrays."""
    rng = np.random.default_rng(7)
    n = ROW_COUNT
    if reading.kinds == (Kind.CLASS,) and task in (Task.CLASSES, Task.REGRESSION):
        return rng.integers(0, 3, n), rng.integers(0, 3, n)
    if task is Task.SAMPLES:
        return rng.normal(size=n), np.round(rng.normal(size=n - 13), 1)
    if task is Task.EMBEDDING:
        vectors = rng.normal(size=(14, 3))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors, np.arange(14) % 4
    if task is Task.SEQUENCE:
        label = np.array([(1, 2), (2, 2), (0, 2)] if params.get("blank") else [(1, 2), (2, 2)])
        logits = rng.normal(size=(len(label), 4, 3))
        label[label == params.get("blank", 0)] = 2
        return (logits.transpose(1, 0, 2) if params.get("layout") == "TNC" else logits), label
    if task is Task.MASKS:
        return rng.normal(size=(6, 5, 3)), np.eye(3)[rng.integers(0, 3, (6, 5))]
    if task is Task.TEXTS:
        units = rng.integers(1, 60, (n, 4)).astype(float)
        return np.column_stack([-rng.gamma(2.0, units[:, 0]), units]), None
    if task is Task.MULTICLASS:
        return rng.dirichlet(np.ones(3), n), rng.integers(0, 3, n)
    if task is Task.MULTILABEL:
        return rng.uniform(size=(n, 4)), rng.integers(0, 2, (n, 4))
    if task is Task.BINARY:
        return rng.uniform(size=n), rng.integers(0, 2, n)
    label = np.exp(rng.normal(size=(n, 2))) if loss.by_column else np.exp(rng.normal(size=n))
    return label * np.exp(rng.normal(scale=0.5, size=label.shape)), label


WHOLE_CASES = [
    pytest.param(loss, reading, task, params, weighted, id=f"{loss.id}-{task}-{params}-{weighted}")
    for loss in REGISTRY
    for reading in loss.readings
    if reading.shape is not Shape.ROWS
    for task in reading.tasks
    if reading is loss.reading_for(task)
    for params in param_choices(loss)
    for weighted in (False, True)
    if not (weighted and (task is Task.SAMPLES or loss.id in ("ntxent", "max_error")))
]


def as_reference(array: Any, reading: Reading, kind: Kind, *, labels: bool) -> list[Any]:
    rows = array.tolist()
    if not labels:
        if reading.form is Form.DECISION and array.ndim == 2:
            return [[read(item, reading.form, kind) for item in row] for row in rows]
        return [read(row, reading.form, kind) for row in rows]
    if reading.labels is Labels.CLASSES:
        return [reference_label(row, reading) for row in rows]
    return [exact(row) for row in rows]


def by_brute_force(
    loss: Loss, reading: Reading, kind: Kind, pred: Any, label: Any, weight: Any, params: Any
) -> Any:
    """The value in 50 digits; the mean over columns, weighted by their spread if asked."""
    weights = [mpf(w) for w in weight.tolist()]
    if not (loss.by_column and pred.ndim == 2):
        return WHOLE[loss.id](
            as_reference(pred, reading, kind, labels=False),
            [] if label is None else as_reference(label, reading, kind, labels=True),
            weights,
            params,
        )
    if reading.labels is Labels.CLASSES:
        label = np.eye(pred.shape[1])[label]
    values, spreads = [], []
    for j in range(pred.shape[1]):
        column, labels = exact(pred[:, j].tolist()), exact(label[:, j].tolist())
        values.append(WHOLE[loss.id](column, labels, weights, params))
        spreads.append(spread(labels, weights))
    if params.get("multioutput") == "variance_weighted":
        return average(values, spreads)
    return mp.fsum(values) / len(values)


@pytest.mark.parametrize(("loss", "reading", "task", "params", "weighted"), WHOLE_CASES)
def test_whole_arrays_agree_with_brute_force(
    loss: Loss, reading: Reading, task: Task, params: dict[str, Any], weighted: bool
) -> None:
    kind = reading.kinds[0]
    pred, label = whole_rows(loss, reading, task, params)
    if loss.id == "ctc":
        kind = Kind.LOGIT
    evaluation = evaluation_of(loss.id, task, kind, like="exact", **params)
    rows = len(pred) if label is None else len(label)
    weight = np.random.default_rng(5).integers(1, 5, rows) / 4.0 if weighted else None
    classes = reading.form is Form.CATEGORICAL or reading.labels is Labels.CLASSES
    width = 3 if classes else 1
    found = tally(evaluation, batch_of(pred, label, weight=weight, width=width)).finished.value
    even = np.ones(rows) if weight is None else weight
    true = by_brute_force(loss, reading, kind, pred, label, even, evaluation.params)
    # A score of "explained" is a difference from 1.
    assert agree(found, Near(true, max(abs(true), mpf(not loss.lower_is_better))), 1e-12)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("offset", [0.0, 5e7])
@pytest.mark.parametrize(
    "name",
    [
        "r2",
        "explained_variance",
        "relative_squared_error",
        "concordance_correlation",
        "d2_tweedie",
        "normalized_root_mean_squared_error",
    ],
)
def test_no_digit_is_lost_far_from_0(name: str, offset: float, weighted: bool) -> None:
    rng = np.random.default_rng(3)
    label = 1e8 + rng.normal(size=ROW_COUNT)
    pred = label + rng.normal(scale=0.3, size=ROW_COUNT) - offset
    weight = rng.uniform(0.5, 2.0, ROW_COUNT) if weighted else None
    params = {"normalization": "std"} if name.startswith("normalized") else {}
    evaluation = evaluation_of(name, Task.REGRESSION, Kind.VALUE, **params)
    found = tally(evaluation, batch_of(pred, label, weight=weight)).finished.value
    even = np.ones(ROW_COUNT) if weight is None else weight
    loss = REGISTRY.get(name)
    true = by_brute_force(loss, loss.readings[0], Kind.VALUE, pred, label, even, evaluation.params)
    assert agree(found, true, 1e-14)


@pytest.mark.parametrize("power", [0.0, 1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("middle", [10.0, 1e4, 1e8])
def test_deviances_of_labels_that_lie_close_together_are_explained(
    power: float, middle: float
) -> None:
    rng = np.random.default_rng(4)
    label = middle + rng.normal(size=ROW_COUNT)
    pred = label + rng.normal(scale=0.3, size=ROW_COUNT)
    evaluation = evaluation_of("d2_tweedie", Task.REGRESSION, Kind.VALUE, power=power)
    found = tally(evaluation, batch_of(pred, label)).finished.value
    true = WHOLE["d2_tweedie"](
        exact(pred.tolist()), exact(label.tolist()), [mpf(1)] * ROW_COUNT, evaluation.params
    )
    assert agree(found, true, 1e-13)


def test_masks_without_any_item_have_no_dice_score() -> None:
    evaluation = evaluation_of("dice_score", Task.MASKS, Kind.CLASS)
    nothing, something = np.zeros((1, 2, 3)), np.ones((1, 2, 3))
    assert math.isnan(tally(evaluation, batch_of(nothing, nothing)).finished.value)
    assert tally(evaluation, batch_of(something, nothing)).finished.value == 0.0


def test_a_share_of_a_class_that_cannot_be_costs_infinity() -> None:
    evaluation = evaluation_of(
        "generalized_kl_divergence", Task.DISTRIBUTION, Kind.PROBABILITY, like="exact"
    )
    batch = batch_of([(0.0, 1.0)], [(0.5, 0.5)])
    assert tally(evaluation, batch).finished.value == math.inf


def test_an_item_that_cannot_be_and_has_no_relevance_costs_nothing() -> None:
    evaluation = evaluation_of("softmax_ranking", Task.RANKING, Kind.LOGIT)
    batch = batch_of([(-math.inf, 1.0)], [(0.0, 1.0)])
    assert tally(evaluation, batch).finished.value == 0.0


@pytest.mark.parametrize("name", ["crps_ensemble", "mean_squared_log_error"])
def test_losses_that_are_differences_are_zero_for_a_perfect_prediction(name: str) -> None:
    loss = REGISTRY.get(name)
    pred = [(2.5, 2.5)] if name == "crps_ensemble" else [2.5]
    evaluation = evaluation_of(name, loss.tasks[0], loss.kinds[0])
    assert tally(evaluation, batch_of(pred, [2.5])).finished.value == 0.0
