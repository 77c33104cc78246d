"""The data of a search, and the evaluations that could have given a number for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.conventions.axes import Axes
from losscli.conventions.convention import Convention
from losscli.conventions.table import CONVENTIONS, guarded
from losscli.engine.evaluation import Evaluation
from losscli.losses.definition.loss import Loss, Reading, Shape
from losscli.losses.forms.categorical import Form
from losscli.losses.registry import REGISTRY
from losscli.task.advice import RECOMMENDED
from losscli.task.decide import Verdict
from losscli.task.labels import LabelCode
from losscli.vocabulary import Kind, Task

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """A number, what gives it, how to get it, and how far that is from the plain thing to do."""

    value: float
    loss: Loss
    convention: str
    flags: tuple[str, ...]
    unusual: tuple[str, ...]
    cost: float


@dataclass(frozen=True)
class Data:
    """Everything that is asked of the data: small enough to be gone through many times."""

    pred: Array
    label: Array | None
    weight: Array | None
    verdict: Verdict
    code: LabelCode
    tolerance: float
    dtype: np.dtype[Any] | None

    @property
    def width(self) -> int:
        """Items per row of the prediction."""
        return self.pred.shape[1] if self.pred.ndim == 2 else 1


# Floors that code in the wild uses beside the frameworks'.
_SIZES = (1e-15, 1e-16, 1e-12, 1e-10, 1e-9, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3)
LOG_FORMS = (Form.BERNOULLI, Form.CATEGORICAL)


def conventions(data: Data, *, plain: bool) -> Iterator[tuple[Convention, float]]:
    """The conventions to try, with their cost; floors of code in the wild come last."""
    for place, row in enumerate(CONVENTIONS.values()):
        yield row.stored_as(data.dtype), 0.0 if row.name == "standard" else 1.0 + 0.01 * place
    if plain:
        return
    for place, size in enumerate(_SIZES):
        for policy in ("clip", "add"):
            yield guarded(f"{policy}={size:g}"), 3.0 + 0.05 * place


def evaluations(
    loss: Loss, data: Data, conventions: Iterable[tuple[Convention, float]]
) -> Iterator[tuple[Evaluation, float]]:
    """A loss under each convention, for each kind that the predictions could be."""
    for reading in loss.readings:
        if reading.shape is Shape.WHOLE or reading.inputs or reading.dims or reading.items:
            continue
        task = _task(reading, data)
        if task is None:
            continue
        for kind in _kinds(reading, data):
            for row, cost in conventions:
                if row.name.partition("=")[0] in ("clip", "add") and (
                    kind is not Kind.PROBABILITY or reading.form not in LOG_FORMS
                ):
                    continue
                for params, dearer in _params(loss, row):
                    evaluation = Evaluation(loss, reading, task, kind, params, row, loss.reduction)
                    unlikely = (
                        3.0
                        if kind is not data.verdict.kind and len(_kinds(reading, data)) > 1
                        else 0.0
                    )
                    yield evaluation, cost + dearer + unlikely + _rarity(loss, data)


def _task(reading: Reading, data: Data) -> Task | None:
    order: tuple[Task, ...] = (data.verdict.task, Task.REGRESSION)
    if data.width > 1:
        order = (data.verdict.task, Task.MULTICLASS, Task.MULTILABEL, Task.REGRESSION)
    if reading.form in (Form.CATEGORICAL, Form.SCORES) and data.width == 1:
        return None
    return next((task for task in order if task in reading.tasks), None)


def _kinds(reading: Reading, data: Data) -> list[Kind]:
    if reading.form not in (*LOG_FORMS, Form.DECISION):
        return [reading.kinds[0]]
    wanted = (data.verdict.kind, Kind.PROBABILITY, Kind.LOGIT, Kind.LOG_PROBABILITY)
    return [kind for kind in dict.fromkeys(wanted) if kind in reading.kinds]


def _params(loss: Loss, row: Convention) -> Iterator[tuple[dict[str, Any], float]]:
    """The default parameters of a convention, and other common ones."""
    default = loss.settle(row.defaults_of(loss.id, loss.reduction))
    yield default, 0.0
    if row.name != "standard":
        return
    common: Mapping[str, Sequence[Any]] = {
        "gamma": (1.0, 2.0, 5.0),
        "alpha": (0.25, 0.75),
        "eps": (1e-6, 1e-8),
        "label_smoothing": (0.1, 0.05),
        "delta": (),
        "base": (),
    }
    for name, values in common.items():
        for value in values:
            if name in loss.params and default.get(name) != value:
                yield {**default, name: value}, 2.0


def _rarity(loss: Loss, data: Data) -> float:
    if loss.id == RECOMMENDED[data.verdict.task]:
        return 0.0
    return 0.5 if loss.featured else 1.5


def key_of(evaluation: Evaluation) -> Any:
    """What an evaluation comes down to: equal keys give equal numbers."""
    axes, form = evaluation.axes, evaluation.reading.form
    plain = Axes()
    if form is not Form.BERNOULLI:
        axes = replace(axes, floor=plain.floor)
    if form is not Form.CATEGORICAL:
        axes = replace(
            axes,
            class_floor=plain.class_floor,
            label_floor=plain.label_floor,
            renormalise=plain.renormalise,
            sums_checked=True,
        )
    params = tuple(evaluation.params.items())
    return (evaluation.reading.form, evaluation.task, evaluation.kind, axes, params)


def flags_of(evaluation: Evaluation, data_kind: Kind, *more: str) -> tuple[str, ...]:
    """The flags of `eval` that reproduce an evaluation, with `more` after them."""
    loss, row = evaluation.loss, evaluation.convention
    default = loss.settle(row.defaults_of(loss.id, loss.reduction))
    params = [
        f"{name}={_word(value)}"
        for name, value in evaluation.params.items()
        if default.get(name) != value
    ]
    named = f"{loss.short}:{','.join(params)}" if params else loss.short
    like = () if row.name == "standard" else (f"--like {row.name}",)
    needs_kind = evaluation.kind is not data_kind and evaluation.reading.form in (
        *LOG_FORMS,
        Form.DECISION,
    )
    kind = (f"--kind {evaluation.kind}",) if needs_kind else ()
    return (f"-l {named}", *like, *kind, *more)


def _word(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def fitting_losses(data: Data) -> list[Loss]:
    """The losses that could have given a number for these data."""
    return [
        loss
        for loss in REGISTRY
        if any(_task(reading, data) is not None for reading in loss.readings)
        and not all(reading.dims or reading.items for reading in loss.readings)
    ]
