"""Names of losses → evaluations with every choice settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from losscli.conventions import Convention
from losscli.engine.evaluation import Evaluation
from losscli.errors import UsageError
from losscli.losses.definition import Labels, Loss, Reading
from losscli.losses.registry import REGISTRY
from losscli.recommend import RECOMMENDED
from losscli.task import Verdict
from losscli.vocabulary import Kind, Reduction, Task


@dataclass(frozen=True, slots=True)
class Request:
    """One loss as it was asked for: `focal:gamma=2,alpha=0.25`."""

    name: str
    params: Mapping[str, str | float | bool | None] = field(default_factory=dict)


def parse_requests(texts: Iterable[str]) -> tuple[Request, ...]:
    """What `--loss` says: names separated by commas, each with parameters after a colon.

    `mse,focal:gamma=2,alpha=0.25` are two losses: a part with `=` belongs to the loss before it.
    Raises UsageError for a parameter without a loss.
    """
    requests: list[Request] = []
    for text in texts:
        for part in text.split(","):
            name, colon, first = part.partition(":")
            if colon and not name.strip():
                raise UsageError(f"{part!r} names no loss", hint="Write NAME:PARAMETER=VALUE.")
            if colon:
                requests.append(Request(name.strip(), dict([_assignment(first)])))
            elif "=" in part:
                if not requests or not requests[-1].params:
                    raise UsageError(
                        f"{part!r}: parameters follow a loss and a colon",
                        hint="Write --loss NAME:PARAMETER=VALUE.",
                    )
                key, value = _assignment(part)
                last = requests[-1]
                requests[-1] = Request(last.name, {**last.params, key: value})
            elif part.strip():
                requests.append(Request(part.strip()))
    return tuple(requests)


def _assignment(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise UsageError(f"{text!r} is no parameter", hint="Write NAME:PARAMETER=VALUE.")
    return key.strip(), value.strip()


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for all losses of one request."""

    convention: Convention
    reduction: Reduction | None = None
    kind: Kind | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


def plan(
    requests: Sequence[Request],
    verdict: Verdict,
    width: int,
    settings: Settings,
    *,
    labelled: bool,
) -> tuple[Evaluation, ...]:
    """The evaluations of the losses asked for, or of those that fit where none is.

    Raises UsageError for unknown names and parameters, and for losses that cannot read the data.
    """
    if not requests:
        found = [
            _evaluation(loss, {}, verdict, width, settings)
            for loss in fitting(verdict, labelled=labelled)
        ]
        return tuple(found)
    chosen = []
    for request in requests:
        loss = REGISTRY.get(request.name, _likely(verdict.task, width))
        if loss.needs_label and not labelled:
            raise UsageError(
                f"{loss.id} needs labels",
                hint="Give a label file after the prediction, or name the column: --label-col.",
            )
        given = {
            key: loss.params[key].parse(key, value)
            if isinstance(value, str) and key in loss.params
            else value
            for key, value in request.params.items()
        }
        chosen.append(_evaluation(loss, given, verdict, width, settings))
    _refuse_strays(settings.params, chosen)
    return tuple(chosen)


def fitting(verdict: Verdict, *, labelled: bool) -> list[Loss]:
    """The featured losses that read data of that task and kind, the recommended one first."""
    best = RECOMMENDED[verdict.task]
    found = [
        loss
        for loss in REGISTRY
        if (reading := loss.reading_for(verdict.task)) is not None
        and verdict.kind in reading.form.kinds
        and (labelled and loss.featured if loss.needs_label else not labelled)
    ]
    return sorted(found, key=lambda loss: loss.id != best)


def _likely(task: Task, width: int) -> Task:
    """The task under which an ambiguous name is looked up."""
    if task is Task.REGRESSION:
        return Task.BINARY if width == 1 else Task.MULTICLASS
    return task


_BY_WIDTH = {
    False: (Task.BINARY, Task.REGRESSION),
    True: (Task.MULTICLASS, Task.DISTRIBUTION, Task.MULTILABEL, Task.REGRESSION),
}


def _evaluation(
    loss: Loss, given: Mapping[str, Any], verdict: Verdict, width: int, settings: Settings
) -> Evaluation:
    task, reading = _reading(loss, verdict, width)
    shared = {key: value for key, value in settings.params.items() if key in loss.params}
    params = loss.settle({**settings.convention.defaults_of(loss.id), **shared, **given})
    return Evaluation(
        loss=loss,
        reading=reading,
        task=task,
        kind=_kind(loss, reading, verdict, settings),
        params=params,
        convention=settings.convention,
        reduction=settings.reduction or loss.reduction,
        recommended=loss.id == RECOMMENDED[verdict.task],
    )


def _reading(loss: Loss, verdict: Verdict, width: int) -> tuple[Task, Reading]:
    """The reading that fits the data's task, or else any that its shape allows."""
    for task in (verdict.task, *_BY_WIDTH[width > 1]):
        reading = loss.reading_for(task)
        if reading is not None:
            return task, reading
    if width == 1:
        raise UsageError(
            f"{loss.id} of one column is meaningless: a single class always has probability 1",
            hint="Say -l bce for one probability per row, "
            "or name a column per class: --pred-col 'p_*'.",
        )
    raise UsageError(
        f"{loss.id} reads one item per row; the prediction has {width}",
        hint="Choose one column: --pred-col NAME.",
    )


def _kind(loss: Loss, reading: Reading, verdict: Verdict, settings: Settings) -> Kind:
    if settings.kind is not None:
        if settings.kind not in reading.form.kinds:
            raise UsageError(
                f"{loss.id} cannot read a {settings.kind}",
                hint=f"It reads: {', '.join(reading.form.kinds)}.",
            )
        return settings.kind
    if reading.labels is Labels.REAL or verdict.kind not in reading.form.kinds:
        return reading.form.kinds[0]
    return verdict.kind


def _refuse_strays(params: Mapping[str, Any], chosen: Sequence[Evaluation]) -> None:
    for name in params:
        if not any(name in evaluation.loss.params for evaluation in chosen):
            ids = ", ".join(evaluation.loss.id for evaluation in chosen)
            raise UsageError(f"no loss here has a parameter {name!r} ({ids})")
