"""What a search knows of the data, and the evaluations that could have given a number for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from losscli.conventions.axes import Axes
from losscli.conventions.convention import Convention
from losscli.conventions.table import CONVENTIONS, guarded
from losscli.engine.evaluation import Evaluation
from losscli.errors import UsageError
from losscli.losses.definition.loss import Loss, Reading, Shape
from losscli.losses.forms.categorical import Form
from losscli.losses.registry import REGISTRY
from losscli.matching.command import Command, number_word
from losscli.task.advice import recommended
from losscli.task.decision import Decision
from losscli.task.labels import LabelCode
from losscli.task.rounding import UnitRounding
from losscli.vocabulary import Kind, Task


class Finding(Struct, frozen=True):
    """A number, what gives it, and how far that is from the plain thing to do.

    `base` is what `commands` (the first of them that does) print, which is `value` unless the
    number is made from it as `unusual` says. `alike` are conventions that settle the same way,
    `params` the parameters that are not the loss's own defaults.
    """

    value: float
    loss: Loss
    convention: str
    unusual: tuple[str, ...]
    cost: float
    base: float
    commands: tuple[Command, ...] = ()
    alike: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)


class Data(Struct, frozen=True):
    """What a search knows of its data before it goes over them.

    `dtype` is the type that predictions are stored in, `inside` says that all lie in [0, 1], and
    `same_shape` that labels have the shape of predictions. `class_weight` are those given, `count`
    the rows of each class where labels are classes, as far as they are known.
    """

    verdict: Decision
    code: LabelCode
    tolerance: float
    rounding: UnitRounding
    dtype: np.dtype[Any] | None
    width: int
    rows: int
    inside: bool
    even: bool
    labelled: bool
    same_shape: bool
    weighted: bool
    class_weight: tuple[float, ...] | None = None
    count: tuple[float, ...] | None = None
    zeros: bool = False


# Floors that code in the wild uses beside the frameworks'.
_SIZES = (1e-15, 1e-16, 1e-12, 1e-10, 1e-9, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3)
LOG_FORMS = (Form.BERNOULLI, Form.CATEGORICAL)

# Losses of the whole array are tried up to so many items; those that compare all rows with one
# another, up to so many rows.
MOST_HELD = 1 << 20
_MOST_PAIRED = 2000


def plain_conventions(data: Data) -> list[tuple[Convention, float]]:
    """The conventions of the frameworks, with their cost."""
    return [
        (row.stored_as(data.dtype), 0.0 if row.name == "standard" else 1.0 + 0.01 * place)
        for place, row in enumerate(CONVENTIONS.values())
    ]


def floors() -> list[tuple[Convention, float]]:
    """The floors of code in the wild, with their cost."""
    return [
        (guarded(f"{policy}={size:g}"), 3.0 + 0.05 * place)
        for place, size in enumerate(_SIZES)
        for policy in ("clip", "add")
    ]


def evaluations(
    loss: Loss,
    data: Data,
    conventions: Iterable[tuple[Convention, float]],
    *,
    rare: bool = True,
) -> Iterator[tuple[Evaluation, float]]:
    """A loss under each convention, for each kind that the predictions could be.

    Without `rare`, only for the kind that they are, and with the parameters that are the default.
    """
    own = any(data.verdict.task in reading.tasks for reading in loss.readings)
    for reading in loss.readings:
        if not _possible(reading, data):
            continue
        task = _task(reading, data)
        if task is None or (own and task is not data.verdict.task and not rare):
            continue
        foreign = 2.0 if own and task is not data.verdict.task else 0.0
        of_scores = reading.form in (Form.MARGIN, Form.SCORES)
        if of_scores and data.verdict.kind is Kind.PROBABILITY:
            # Probabilities are seldom meant as scores; a sigmoid too many looks the same.
            if not rare:
                continue
            foreign += 2.0
        kinds = _kinds(reading, data)
        for kind in kinds if rare else kinds[:1]:
            unlikely = 0.0 if kind is kinds[0] else 3.0
            for row, cost in conventions:
                if row.name in CONVENTIONS and not row.prints(loss):
                    continue
                if row.name.partition("=")[0] in ("clip", "add") and (
                    kind is not Kind.PROBABILITY or reading.form not in LOG_FORMS
                ):
                    continue
                for params, dearer in _params(loss, row, data, kind, rare=rare):
                    evaluation = Evaluation(loss, reading, task, kind, params, row, loss.reduction)
                    yield evaluation, cost + dearer + unlikely + foreign + rarity(loss, data)


def _possible(reading: Reading, data: Data) -> bool:
    if reading.inputs or reading.dims or not reading.paired:
        return False
    if reading.items and len(reading.items) != data.width:
        return False
    if reading.shape is Shape.WHOLE:
        if data.rows * data.width > MOST_HELD:
            return False
        return Task.REGRESSION in reading.tasks or data.rows <= _MOST_PAIRED
    return data.width >= reading.fewest_items


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


# Values of parameters that people set, beside the default.
COMMON_VALUES: Mapping[str, Sequence[Any]] = {
    "gamma": (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0),
    "alpha": (0.25, 0.5, 0.75),
    "eps": (1e-6, 1e-8, 1.0),
    "label_smoothing": (0.1, 0.05, 0.2, 0.01),
    "delta": (0.1, 0.5, 1.35, 2.0, 5.0, 10.0),
    "beta": (0.1, 0.5, 2.0),
    "quantile": (0.01, 0.05, 0.1, 0.25, 0.75, 0.9, 0.95, 0.99),
    "n_bins": (5, 10, 15, 20),
    "norm": ("l1", "l2", "max"),
    "power": (1.1, 1.2, 1.5, 1.8, 1.9),
    "log_input": (True, False),
    "full": (True,),
    "scale": (100.0,),
    "smooth": (1.0, 1e-6, 1e-5),
    "log_target": (True,),
    "squared": (True,),
    "scale_by_half": ("true", "false"),
    "average": ("weighted", "micro"),
    "pos_weight": (0.5, 2.0, 3.0, 5.0, 10.0),
    "multioutput": ("variance_weighted",),
    "normalization": ("mean", "range", "std", "l2"),
    "estimator": ("fair", "nrg", "pwm"),
}


def _params(
    loss: Loss, row: Convention, data: Data, kind: Kind, *, rare: bool
) -> Iterator[tuple[dict[str, Any], float]]:
    """The default parameters of a convention, and other common ones."""
    default = loss.settle(row.defaults_of(loss.id, loss.reduction))
    yield default, 0.0
    if not rare or row.name != "standard":
        return
    common = dict(COMMON_VALUES)
    # Frameworks weigh the positive class of logits alone.
    common["pos_weight"] = common["pos_weight"] if kind is Kind.LOGIT else ()
    if data.count is not None and len(data.count) == 2 and min(data.count) > 0.0:
        common["pos_weight"] = (data.count[0] / data.count[1], *common["pos_weight"])
    if data.verdict.task is not Task.DISTRIBUTION:
        common.pop("log_target")
    tried = [default]
    for name, values in common.items():
        for value in values:
            if name in loss.params and default.get(name) != value:
                tried += [{**default, name: value}]
    if {"gamma", "alpha"} <= set(loss.params):
        tried += [
            {**default, "gamma": gamma, "alpha": alpha}
            for gamma in COMMON_VALUES["gamma"]
            for alpha in COMMON_VALUES["alpha"]
        ]
    for params in tried[1:]:
        changed = sum(params[name] != default[name] for name in params)
        try:
            yield loss.settle(params), 1.5 + 0.5 * changed
        except UsageError:
            continue


def rarity(loss: Loss, data: Data) -> float:
    """How seldom that loss is what somebody printed for such data."""
    if loss.id == recommended(data.verdict):
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


def commands_of(evaluation: Evaluation, data: Data) -> tuple[Command, ...]:
    """Requests to `eval` that should give an evaluation, the shortest first."""
    loss, row = evaluation.loss, evaluation.convention
    default = loss.settle(row.defaults_of(loss.id, loss.reduction))
    params = [
        f"{name}={number_word(value)}"
        for name, value in evaluation.params.items()
        if default.get(name) != value
    ]
    asked = f":{','.join(params)}" if params else ""
    weights = data.class_weight
    plain = Command(f"{loss.short}{asked}", row.name, class_weight=weights)
    found = [plain]
    if evaluation.task is not data.verdict.task:
        found.append(replace(plain, task=evaluation.task.value))
    if len(evaluation.reading.kinds) > 1 and evaluation.kind is not data.verdict.kind:
        found.append(replace(plain, kind=evaluation.kind.value))
    # A framework's own name is taken at its word, where a kind is refused as a likely mistake.
    found += [
        Command(f"{framework}.{entry.name}{asked}", class_weight=weights)
        for framework, entries in loss.names.items()
        for entry in entries
        if entry.kind is evaluation.kind is not data.verdict.kind and "(" not in entry.name
    ][:3]
    return tuple(found)


def fitting_losses(data: Data) -> list[Loss]:
    """The losses that could have given a number for these data, those of their task first."""
    found = [
        loss
        for loss in REGISTRY
        if (data.labelled or not loss.needs_label)
        and any(
            _possible(reading, data) and _task(reading, data) is not None
            for reading in loss.readings
        )
    ]
    # Of equal numbers, as of the Brier score and the squared error, the first found leads.
    return sorted(found, key=lambda loss: loss.reading_for(data.verdict.task) is None)
