"""Names of losses → evaluations with every choice settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from losscli.conventions.convention import Convention
from losscli.conventions.names import Meaning, meaning, under
from losscli.conventions.table import convention as convention_named
from losscli.engine.evaluation import Evaluation
from losscli.errors import UsageError
from losscli.losses.definition.loss import Labels, Loss, Name, Reading
from losscli.losses.forms.categorical import Form
from losscli.losses.registry import REGISTRY
from losscli.task.advice import recommended
from losscli.task.decide import Decision
from losscli.vocabulary import Kind, Reduction, Task


@dataclass(frozen=True, slots=True)
class Request:
    """One loss as it was asked for: `focal:gamma=2,alpha=0.25`."""

    name: str
    params: Mapping[str, str | float | bool | None] = field(default_factory=dict)

    def __str__(self) -> str:
        params = ",".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.name}:{params}" if params else self.name


def parse_requests(texts: Iterable[str]) -> tuple[Request, ...]:
    """What `--loss` says: names separated by commas, each with parameters after a colon.

    `mse,focal:gamma=2,alpha=0.25` are two losses: a part with `=` belongs to the loss before it.
    Raises UsageError for a parameter without a loss.
    """
    requests: list[Request] = []
    asked = list(texts)
    for text in asked:
        for part in text.split(","):
            name, colon, first = _named(part)
            if colon and not name.strip():
                raise UsageError(f"{part!r} names no loss", hint="Write NAME:PARAMETER=VALUE.")
            if colon:
                requests.append(Request(name.strip(), dict([_assignment(first)])))
            elif requests and requests[-1].params and _is_number(part):
                # `pos_weight=2,0.5,3` is one parameter of three numbers.
                last = requests[-1]
                key = list(last.params)[-1]
                requests[-1] = Request(
                    last.name, {**last.params, key: _longer(last.params[key], part)}
                )
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
    if asked and not requests:
        raise UsageError("--loss names no loss", hint="`losscli losses` lists them.")
    return tuple(requests)


def asked_again(loss: str, params: Mapping[str, Any], like: str) -> str:
    """The text that asks for a loss with these parameters, whatever the convention.

    `like` is the convention under which they were settled: what it sets is left unsaid.
    """
    known = REGISTRY.get(loss)
    set_there = convention_named(like).defaults_of(loss)
    given = [
        f"{name}={_written(value)}"
        for name, value in params.items()
        if (param := known.params.get(name)) is not None
        and value is not None
        and value != set_there.get(name, param.default)
    ]
    return f"{loss}:{','.join(given)}" if given else loss


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _longer(value: Any, part: str) -> str:
    return f"[{str(value).strip('[]')};{part.strip()}]"


def _written(value: Any) -> str:
    return f"[{';'.join(map(str, value))}]" if isinstance(value, (list, tuple)) else str(value)


def _named(part: str) -> tuple[str, str, str]:
    """A request as name, colon and first parameter; `package.module:function` is one name."""
    name, colon, rest = part.partition(":")
    if rest and "=" not in rest.partition(":")[0] and not REGISTRY.knows(name):
        function, colon, rest = rest.partition(":")
        return f"{name}:{function}", colon, rest
    return name, colon, rest


def _assignment(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise UsageError(f"{text!r} is no parameter", hint="Write NAME:PARAMETER=VALUE.")
    return key.strip(), value.strip()


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """What holds for all losses of one request."""

    convention: Convention
    reduction: Reduction | None = None
    kind: Kind | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    dtype: np.dtype[Any] | None = None
    dims: int = 2

    @property
    def like(self) -> str:
        """The name of the convention asked for."""
        return self.convention.name

    def convention_of(self, framework: str) -> Convention:
        """That framework's convention, for predictions stored as these are."""
        return convention_named(framework).stored_as(self.dtype)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One loss as it was asked for, and what the name that was typed stands for."""

    meaning: Meaning
    request: Request

    @property
    def loss(self) -> Loss:
        """The definition of the loss."""
        return self.meaning.loss


def look_up(
    requests: Sequence[Request], task: Task | None = None, like: str = "standard"
) -> tuple[Wanted, ...]:
    """The losses that requests name, by an id, an alias or a framework's own name.

    `task` decides between losses that share a name, `like` is the convention they are asked under.
    Raises UsageError for a name that none has, or that several have.
    """
    return tuple(Wanted(_meaning(request.name, task, like), request) for request in requests)


def _meaning(name: str, task: Task | None, like: str) -> Meaning:
    from losscli.losses.plugins import installed, load

    if ":" in name:
        return Meaning(load(name))
    try:
        return meaning(name, task, like)
    except UsageError:
        plugin = installed(name)
        if plugin is None:
            raise
        return Meaning(plugin)


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
        for loss in fitting(verdict, labelled=labelled):
            known = under(loss, verdict.task, settings.like)
            wanted = Wanted(known, Request(known.loss.id))
            found.setdefault(known.loss.id, _evaluation(wanted, verdict, width, settings))
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
    """The recommended loss, and the featured ones that read data of that task and kind too."""
    best = recommended(verdict)
    found = [
        loss
        for loss in REGISTRY
        if (reading := loss.reading_for(verdict.task)) is not None
        and verdict.kind in reading.kinds
        and (labelled and (loss.featured or loss.id == best) if loss.needs_label else not labelled)
    ]
    return sorted(found, key=lambda loss: loss.id != best)


def _likely(task: Task, width: int) -> Task:
    """The task under which an ambiguous name is looked up."""
    if task is Task.REGRESSION:
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
)
_BY_WIDTH = {
    False: (Task.BINARY, *_ANY_WIDTH),
    True: (Task.MULTICLASS, Task.DISTRIBUTION, Task.MULTILABEL, *_ANY_WIDTH),
}


def _evaluation(
    wanted: Wanted, verdict: Decision, width: int, settings: PlanSettings
) -> Evaluation:
    loss, name = wanted.loss, wanted.meaning.name
    convention = settings.convention
    if wanted.meaning.framework is not None:
        convention = settings.convention_of(wanted.meaning.framework)
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
    task, reading = _reading(loss, verdict, width, settings.dims, kind, convention)
    reduction = settings.reduction or said.reduction or _reduction_of(name, width) or loss.reduction
    given = {
        key: loss.params[key].parse(key, value)
        if isinstance(value, str) and key in loss.params
        else value
        for key, value in said.params.items()
    }
    implied = {} if name is None else name.params
    params = loss.settle({**convention.defaults_of(loss.id, reduction), **implied, **given})
    return Evaluation(
        loss=loss,
        reading=reading,
        task=task,
        kind=_kind(loss, reading, verdict, kind),
        params=params,
        convention=convention,
        reduction=reduction,
        recommended=loss.id == recommended(verdict),
        asked_as=wanted.request.name,
        remark=wanted.meaning.remark,
    )


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
            hint="Say -l bce for one probability per row, "
            "or name a column per class: --pred-col 'p_*'.",
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
