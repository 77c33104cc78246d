"""What a loss says of one prediction, as it moves; what a sum says of more and more rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct

from losscli.arrays import Array
from losscli.conventions.table import CONVENTIONS
from losscli.engine.accumulators import tally_of
from losscli.engine.evaluation import Batch, Evaluation, RunSettings
from losscli.engine.gate import Settled
from losscli.engine.row_losses import measure
from losscli.errors import UsageError
from losscli.losses.definition.loss import Loss, Reading, Shape
from losscli.losses.forms.categorical import Form
from losscli.task.labels import LabelCode, Misfit
from losscli.vocabulary import Kind, Reduction, Task

# How finely a curve is drawn, without its ends: a logarithm has none at 0.
_POINTS = 200

# The parameters that a picture varies, where a loss has one of them and both labels look alike.
_VARIED: Mapping[str, tuple[float, ...]] = {
    "gamma": (0.0, 0.5, 1.0, 2.0, 5.0),
    "delta": (0.5, 1.0, 2.0),
    "quantile": (0.1, 0.5, 0.9),
    "tau": (0.1, 0.5, 0.9),
}

_REACH = 3.0
_TIMES = 20


class Line(Struct, frozen=True):
    """One curve: its name and its points, `y` for each `x`, all finite."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


class Region(Struct, frozen=True):
    """A named part of the x-axis."""

    name: str
    start: float
    end: float


class Curves(Struct, frozen=True):
    """Curves over one axis; `regions` are named parts of it, next to each other."""

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    regions: tuple[Region, ...] = ()


def loss_curves(loss: Loss) -> Curves:
    """The loss of one prediction as it moves: over p_t, over the prediction, or over the residual.

    A loss that fades easy rows is drawn for several of its parameter's values, over the probability
    of the truth. Raises UsageError for a loss that is no function of one prediction and its label.
    """
    reading = next((r for r in loss.readings if _drawn(r)), None)
    of_vectors = Task.REGRESSION in loss.tasks and isinstance(loss.example.pred[0], tuple)
    if reading is None or of_vectors:
        raise UsageError(
            f"{loss.id} is no function of one prediction and its label: there is no curve of it"
        )
    shape = _AXES[reading.form](loss, reading)
    return Curves(f"{loss.title} of one prediction", shape.x_label, _quantity(loss), *shape.drawn())


def growth_curves(loss: Loss, mean: Loss) -> Curves:
    """A loss that is a sum beside one that is a mean, as more rows like its example come in."""
    example = loss.example
    assert example.label is not None
    pred, label = (np.asarray(items, float) for items in (example.pred, example.label))
    times = range(1, _TIMES + 1)
    batches = [_batch(np.tile(pred, time), np.tile(label, time)) for time in times]
    lines = []
    for one in (loss, mean):
        reading = one.reading_for(example.task)
        assert reading is not None
        evaluation = _evaluation(one, reading, example.task, example.kind, {})
        values = (tally_of(evaluation, batch).finished.value for batch in batches)
        rows = tuple(float(len(pred) * time) for time in times)
        lines.append(Line(one.title, rows, tuple(values)))
    return Curves(
        f"{loss.title}: the same {len(pred)} rows, again and again",
        "rows",
        _quantity(loss),
        tuple(lines),
    )


def _quantity(loss: Loss) -> str:
    return f"loss ({loss.unit})" if loss.unit else "loss"


def curves_of(loss: Loss, mean: Loss) -> Curves:
    """The picture of a loss: of a sum how it grows beside that `mean`, of others their curve.

    Raises UsageError as `loss_curves` does.
    """
    grows = loss.reduction is Reduction.SUM and loss.example.task is Task.REGRESSION
    one_item = not isinstance(loss.example.pred[0], tuple)
    return growth_curves(loss, mean) if grows and one_item else loss_curves(loss)


def _drawn(reading: Reading) -> bool:
    tasks = _TASKS.get(reading.form, frozenset())
    one_item = not reading.items and not reading.inputs and not reading.dims and reading.paired
    numbers = reading.form is not Form.VALUE or Kind.VALUE in reading.kinds
    fits = numbers and bool(tasks.intersection(reading.tasks))
    return reading.shape is Shape.ROWS and one_item and fits


def _evaluation(
    loss: Loss,
    reading: Reading,
    task: Task,
    kind: Kind,
    params: Mapping[str, float],
) -> Evaluation:
    return Evaluation(
        loss=loss,
        reading=reading,
        task=task,
        kind=kind,
        params=loss.settle(params),
        convention=CONVENTIONS["exact"],
        reduction=loss.reduction,
    )


def _batch(pred: Array, label: Array, width: int = 1) -> Batch:
    return Batch(Settled(0, pred, label, None, 0), RunSettings(LabelCode(width), 1e-6))


# Of each curve: its name, the parameters, the predictions and the labels.
_Settings = tuple[tuple[str, Mapping[str, float], Array, Array], ...]


class _Picture(Struct, frozen=True):
    """One way to draw a loss: predictions against labels, and the axis that they are drawn over."""

    loss: Loss
    reading: Reading
    task: Task
    kind: Kind
    x_label: str
    x: Array
    settings: _Settings
    regions: tuple[Region, ...] = ()
    width: int = 1

    def drawn(self) -> tuple[tuple[Line, ...], tuple[Region, ...]]:
        return tuple(self._lines()), self.regions

    def _lines(self) -> Iterator[Line]:
        for name, params, pred, label in self.settings:
            evaluation = _evaluation(self.loss, self.reading, self.task, self.kind, params)
            losses = _measured(evaluation, _batch(pred, label, self.width))
            finite = np.isfinite(losses)
            points = self.x[finite].tolist(), losses[finite].tolist()
            yield Line(name, *map(tuple, points))


def _measured(evaluation: Evaluation, batch: Batch) -> Array:
    found = evaluation.loss.scale * measure(evaluation, batch).losses
    transform = evaluation.loss.transform
    if transform is None:
        return found
    return np.array([transform(level, evaluation.params) for level in found.tolist()])


def _varied(loss: Loss) -> tuple[str, tuple[float, ...]] | None:
    """The parameter that a picture varies: one that is at work by default."""
    names = (name for name, param in loss.params.items() if name in _VARIED and param.default)
    return next(((name, _VARIED[name]) for name in names), None)


def _between(low: float, high: float) -> Array:
    """Points between two ends, without the ends."""
    places = (np.arange(_POINTS) + 0.5) / _POINTS
    return low + (high - low) * places


def _over_probability(loss: Loss, reading: Reading) -> _Picture:
    x = _between(0.0, 1.0)
    ones, zeros = np.ones_like(x), np.zeros_like(x)
    varied = _varied(loss)
    kind, task = Kind.PROBABILITY, Task.BINARY
    if varied is None:
        settings: _Settings = (("label 1", {}, x, ones), ("label 0", {}, x, zeros))
        return _Picture(loss, reading, task, kind, "predicted probability", x, settings)
    settings = _named(loss, varied, x, ones)
    return _Picture(loss, reading, task, kind, _TRUTH, x, settings, _EASY_HARD)


def _over_classes(loss: Loss, reading: Reading) -> _Picture:
    """Over the probability of the true class, the rest shared evenly between two others."""
    x = _between(0.0, 1.0)
    pred = np.stack([x, (1.0 - x) / 2.0, (1.0 - x) / 2.0], axis=1)
    label = np.zeros_like(x)
    varied = _varied(loss)
    settings: _Settings = (("three classes", {}, pred, label),)
    if varied is not None:
        settings = _named(loss, varied, pred, label)
    kind, task = Kind.PROBABILITY, Task.MULTICLASS
    return _Picture(loss, reading, task, kind, _TRUTH, x, settings, _EASY_HARD, width=3)


def _over_margin(loss: Loss, reading: Reading) -> _Picture:
    x = _between(-_REACH, _REACH)
    settings: _Settings = (
        ("label 1", {}, x, np.ones_like(x)),
        ("label 0", {}, x, np.zeros_like(x)),
    )
    return _Picture(loss, reading, Task.BINARY, Kind.SCORE, "predicted score", x, settings)


def _over_residual(loss: Loss, reading: Reading) -> _Picture:
    """Over prediction − label; over the prediction where the loss is no function of that alone."""
    task = reading.tasks[0]
    probe = np.array([-1.0, -0.5, 0.5, 1.0])
    kind = Kind.VALUE if Kind.VALUE in reading.kinds else reading.kinds[0]
    x, label, x_label = _between(-_REACH, _REACH), 0.0, "prediction − label"
    evaluation = _evaluation(loss, reading, task, kind, {})
    try:
        with np.errstate(divide="ignore", invalid="ignore"):
            near, far = (
                measure(evaluation, _batch(probe + shift, np.full_like(probe, shift))).losses
                for shift in (0.0, 2.0)
            )
        of_residual = bool(np.allclose(near, far, rtol=1e-9))
    except Misfit:
        of_residual = False
    if not of_residual:
        x, label, x_label = _between(0.0, 1.0 + _REACH), 1.0, "prediction, for the label 1"
    varied = _varied(loss)
    labels = np.full_like(x, label)
    pairs = [(loss.title, {})] if varied is None else [(n, p) for n, p in _values(loss, varied)]
    settings = tuple((name, params, x + 0.0, labels) for name, params in pairs)
    return _Picture(loss, reading, task, kind, x_label, x, settings)


_AXES = {
    Form.BERNOULLI: _over_probability,
    Form.CATEGORICAL: _over_classes,
    Form.MARGIN: _over_margin,
    Form.VALUE: _over_residual,
}

_TASKS = {
    Form.BERNOULLI: frozenset((Task.BINARY, Task.MULTILABEL)),
    Form.CATEGORICAL: frozenset((Task.MULTICLASS, Task.DISTRIBUTION)),
    Form.MARGIN: frozenset((Task.BINARY,)),
    Form.VALUE: frozenset((Task.REGRESSION,)),
}

_TRUTH = "p_t, the probability given to the truth"
_EASY_HARD = (Region("hard", 0.0, 0.5), Region("easy", 0.5, 1.0))


def _values(
    loss: Loss, varied: tuple[str, Sequence[float]]
) -> Iterator[tuple[str, dict[str, float]]]:
    param, values = varied
    for value in values:
        bounds = loss.params[param]
        if bounds.minimum <= value <= bounds.maximum:
            yield f"{param} = {value:g}", {param: value}


def _named(loss: Loss, varied: tuple[str, Sequence[float]], pred: Array, label: Array) -> _Settings:
    """A setting for each value of the parameter; that which is cross entropy is called so."""
    return tuple(
        (f"{name} (cross entropy)" if params == {"gamma": 0.0} else name, params, pred, label)
        for name, params in _values(loss, varied)
    )
