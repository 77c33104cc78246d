"""The losses that are asked for → evaluations with every choice settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from losscli.conventions.convention import Convention
from losscli.conventions.names import IS_A_SCORE, under
from losscli.conventions.table import convention as convention_named
from losscli.engine.evaluation import Evaluation
from losscli.errors import Choice, UsageError
from losscli.evaluating.requests import Request, Wanted, look_up
from losscli.losses.definition.loss import Labels, Loss, Name, Reading, Shape
from losscli.losses.definition.parameters import NamedNumbers
from losscli.losses.forms.categorical import Form
from losscli.losses.registry import REGISTRY
from losscli.losses.series import NAIVE, over_series
from losscli.task.advice import recommended
from losscli.task.decision import Decision
from losscli.vocabulary import Kind, Reduction, Task

_OVER_SERIES = (
    "scaled errors are those of each series, by its own naive error, averaged over the series "
    "(as M4 and utilsforecast do; the M5 competition weights them by sales)"
)


class PlanSettings(Struct, frozen=True):
    """What holds for all losses of one request."""

    convention: Convention
    reduction: Reduction | None = None
    kind: Kind | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    dtype: np.dtype[Any] | None = None
    dims: int = 2
    score: bool = False

    @property
    def like(self) -> str:
        """The name of the convention asked for."""
        return self.convention.name

    def convention_of(self, framework: str) -> Convention:
        """That framework's convention, for predictions stored as these are."""
        return convention_named(framework).stored_as(self.dtype)


def plan(
    requests: Sequence[Request],
    verdict: Decision,
    width: int,
    settings: PlanSettings,
    *,
    labelled: bool,
) -> tuple[Evaluation, ...]:
    """The evaluations of the losses asked for, or of those that fit where none is.

    Raises UsageError for unknown names and parameters, and for losses that cannot read the data.
    """
    if not requests:
        found: dict[str, Evaluation] = {}
        fits = fitting(verdict, labelled=labelled)
        theirs = [loss for loss in fits if settings.convention.has(loss)]
        for loss in theirs or fits:
            known = under(loss, verdict.task, settings.like)
            wanted = Wanted(known, Request(known.loss.id))
            evaluation = _evaluation(wanted, verdict, width, settings)
            remark = "" if theirs else evaluation.remark
            found.setdefault(known.loss.id, replace(evaluation, remark=remark))
        return tuple(found.values())
    chosen = []
    for wanted in look_up(requests, _likely(verdict.task, width), settings.like):
        if wanted.loss.needs_label and not labelled:
            raise UsageError(
                f"{wanted.loss.id} needs labels",
                hint="Give a label file after the prediction, or name the column: --label-col.",
            )
        chosen.append(_evaluation(wanted, verdict, width, settings))
    _refuse_strays(settings, chosen)
    return tuple(chosen)


def fitting(verdict: Decision, *, labelled: bool) -> list[Loss]:
    """The recommended loss, and the featured ones that read data of that task and kind too.

    Of decisions, it is the losses that count the wrong ones.
    """
    best = recommended(verdict)
    decided = verdict.decided or verdict.task is Task.CLASSES
    found = [
        loss
        for loss in REGISTRY
        if (reading := loss.reading_for(verdict.task)) is not None
        and verdict.kind in reading.kinds
        and labelled is loss.needs_label
        and (
            not labelled
            or loss.id == best
            or (_counts_decisions(loss, reading) if decided else _shown(loss, verdict.task))
        )
    ]
    return sorted(found, key=lambda loss: loss.id != best)


def _shown(loss: Loss, task: Task) -> bool:
    """Whether a loss is shown where none is named: once, if others always have its value."""
    return loss.featured and task not in loss.equals


def _counts_decisions(loss: Loss, reading: Reading) -> bool:
    """Whether a loss counts wrong decisions, without the rows being held for that."""
    counts = bool(loss.complement) and loss.family == "classification"
    return counts and reading.shape is not Shape.WHOLE


def _likely(task: Task, width: int) -> Task:
    """The task under which an ambiguous name is looked up."""
    if task in (Task.REGRESSION, Task.CLASSES):
        return Task.BINARY if width == 1 else Task.MULTICLASS
    return task


# Tasks under which data may be read for a loss that asks for them, by whether rows have several
# items. The first that the loss knows is taken.
_ANY_WIDTH = (
    Task.REGRESSION,
    Task.FORECAST,
    Task.RANKING,
    Task.PAIRS,
    Task.EMBEDDING,
    Task.MASKS,
    Task.SEQUENCE,
    Task.SAMPLES,
    Task.TEXTS,
)
_BY_WIDTH = {
    False: (Task.BINARY, *_ANY_WIDTH),
    True: (Task.MULTICLASS, Task.DISTRIBUTION, Task.MULTILABEL, *_ANY_WIDTH),
}


def _evaluation(
    wanted: Wanted, verdict: Decision, width: int, settings: PlanSettings
) -> Evaluation:
    if isinstance(wanted.request.params.get(NAIVE), NamedNumbers):
        meaning = replace(wanted.meaning, loss=over_series(wanted.loss), remark=_OVER_SERIES)
        wanted = replace(wanted, meaning=meaning)
    loss, name = wanted.loss, wanted.meaning.name
    convention = settings.convention
    if wanted.meaning.framework is not None:
        convention = settings.convention_of(wanted.meaning.framework)
    lacking = "" if convention.has(loss) else convention.name
    if lacking:
        convention = settings.convention_of("standard")
    own = {**wanted.request.params, **dict(wanted.meaning.given)}
    # Shared parameters go to those losses that have them; their own must all be known.
    shared = {key: value for key, value in settings.params.items() if convention.knows(loss, key)}
    said = convention.read(loss, {**shared, **own})
    switch = convention.off(loss.id, own) if wanted.meaning.framework is not None else ""
    if switch:
        raise UsageError(
            f"{wanted.request.name} does nothing with {', '.join(own)} without {switch}",
            hint=f"Add {switch}=True, or leave them out.",
        )
    kind = settings.kind or said.kind or (None if name is None else name.kind)
    if kind is None and verdict.task is not Task.REGRESSION and _several_levels(said.params):
        kind = Kind.QUANTILE
    task, reading = _reading(
        loss, verdict, width, settings.dims, kind, convention, wanted.request.name
    )
    reduction = settings.reduction or said.reduction or _reduction_of(name, width) or loss.reduction
    for key, param in loss.params.items():
        if param.given_by and key not in said.params:
            raise UsageError(
                f"{loss.short} needs {param.doc}", hint=param.given_by.format(loss=loss.short)
            )
    given = {
        key: loss.params[key].parse(key, value)
        if isinstance(value, str) and key in loss.params
        else value
        for key, value in said.params.items()
    }
    implied = {} if name is None else name.params
    params = loss.settle({**convention.defaults_of(loss.id, reduction), **implied, **given})
    shown, reading, remark = _as_asked(wanted, reading, settings)
    if lacking:
        remark = f"{lacking} has no {loss.title}: it is losscli's standard number"
    return Evaluation(
        loss=shown,
        reading=reading,
        task=task,
        kind=_kind(loss, reading, verdict, kind),
        params=params,
        convention=convention,
        reduction=reduction,
        recommended=loss.id == recommended(verdict),
        asked_as=wanted.request.name,
        remark=remark,
    )


def _as_asked(
    wanted: Wanted, reading: Reading, settings: PlanSettings
) -> tuple[Loss, Reading, str]:
    """The loss, its reading and what to say; the score where one is asked for and is 1 − loss."""
    loss, shown = wanted.loss, wanted.shown(score=settings.score)
    if shown is loss and settings.score and loss.lower_is_better:
        return loss, reading, f"{loss.short} is no 1 − score: the loss itself, lower is better"
    if shown is loss:
        return loss, reading, wanted.meaning.remark
    remark = f"{shown.id}{IS_A_SCORE}"
    return shown, shown.readings[loss.readings.index(reading)], remark


def _several_levels(params: Mapping[str, Any]) -> bool:
    """Whether a level is given for each of several quantiles."""
    given = params.get("quantile")
    return given is not None and (np.ndim(given) == 1 or str(given).startswith("["))


def _reduction_of(name: Name | None, width: int) -> Reduction | None:
    """The reduction that a framework's name implies; a loss per row is reduced all the same."""
    if name is None or name.reduction is Reduction.NONE:
        return None
    return None if name.reduction is Reduction.COLUMNS and width == 1 else name.reduction


def _reading(
    loss: Loss,
    verdict: Decision,
    width: int,
    dims: int,
    kind: Kind | None,
    convention: Convention,
    asked_as: str,
) -> tuple[Task, Reading]:
    """The reading that fits the data's task, or else any that its shape allows."""
    tasks = (verdict.task, *_BY_WIDTH[width > 1])
    if width > 1 and convention.axes_of(loss.id).several_compete:
        tasks = _BY_WIDTH[True]
    fits = [
        (task, reading)
        for task in tasks
        for reading in loss.readings
        if task in reading.tasks and _fits(reading, width, dims)
    ]
    if fits:
        readable = [pair for pair in fits if (kind or verdict.kind) in pair[1].kinds]
        return max(readable or fits, key=lambda pair: dims > 2 and bool(pair[1].dims))
    if width == 1 and any(reading.form is Form.CATEGORICAL for reading in loss.readings):
        raise UsageError(
            f"{loss.id} of one column is meaningless: a single class always has probability 1",
            hint="Name a column per class: --pred-col 'p_*'. For one probability per row:",
            choices=(Choice(("-l", "bce"), instead_of=asked_as),),
        )
    wanted = " or ".join(dict.fromkeys(map(_shape_words, loss.readings)))
    raise UsageError(
        f"{loss.id} reads {wanted} per row; the prediction has {width}",
        hint="Choose its columns: --pred-col NAME.",
    )


def _fits(reading: Reading, width: int, dims: int) -> bool:
    """Whether a prediction of that many items per row and dimensions can be what it wants."""
    if reading.dims:
        return len(reading.dims["pred"].split()) == dims
    if reading.items:
        return width == len(reading.items)
    if reading.form in (Form.CATEGORICAL, Form.SCORES):
        return width > 1 or Task.BINARY in reading.tasks
    if Task.MULTILABEL not in reading.tasks and reading.tasks == (Task.BINARY,):
        return width == 1
    return width >= reading.fewest_items


def _shape_words(reading: Reading) -> str:
    if reading.dims:
        return f"arrays of shape ({reading.dims['pred'].replace(' ', ', ')})"
    if reading.items:
        return f"{len(reading.items)} items ({', '.join(reading.items)})"
    if reading.fewest_items > 1:
        return f"at least {reading.fewest_items} items"
    return "one item"


def _kind(loss: Loss, reading: Reading, verdict: Decision, asked: Kind | None) -> Kind:
    if asked is not None:
        if asked not in reading.kinds:
            raise UsageError(
                f"{loss.id} cannot read a {asked}",
                hint=f"It reads: {', '.join(reading.kinds)}.",
            )
        return asked
    # Numbers are taken as they are, whatever they look like.
    as_numbers = reading.form is Form.VALUE or reading.labels is Labels.REAL
    if as_numbers or verdict.kind not in reading.kinds:
        return reading.kinds[0]
    return verdict.kind


def _refuse_strays(settings: PlanSettings, chosen: Sequence[Evaluation]) -> None:
    for name in settings.params:
        if not any(item.convention.knows(item.loss, name) for item in chosen):
            ids = ", ".join(evaluation.loss.id for evaluation in chosen)
            raise UsageError(f"no loss here has a parameter {name!r} ({ids})")
