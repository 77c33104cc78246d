"""The page of one loss, made from its definition: nothing here is written per loss."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct

from losscli.conventions.convention import Convention
from losscli.conventions.table import CONVENTIONS
from losscli.describing.worked_example import gradient_of, worked_example
from losscli.engine.accumulators import tally_of
from losscli.losses.definition.loss import Loss, Name
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Task

# The axes that matter to a reading, beside those that matter to every loss.
_AXES_OF_FORM = {
    Form.BERNOULLI: {"floor", "class_weighted_mean"},
    Form.CATEGORICAL: {
        "class_floor",
        "label_floor",
        "renormalise",
        "sums_checked",
        "class_weighted_mean",
        "soft_class_mean",
    },
    Form.MARGIN: {"squash", "zero_is_no_sign"},
    Form.SCORES: {"squash", "class_weighted_mean"},
}


class ParamLine(Struct, frozen=True):
    """One parameter: `gamma`, its default, its range, what it does."""

    name: str
    default: str
    range: str
    doc: str


class ConventionLine(Struct, frozen=True):
    """What a convention does differently, and what it makes of the worked example."""

    name: str
    differs: tuple[str, ...]
    value: float


class LossPage(Struct, frozen=True):
    """Everything `losses NAME` says."""

    id: str
    title: str
    family: str
    aliases: tuple[str, ...]
    formula: str
    gradient: str
    summary: str
    when: str
    tasks: tuple[str, ...]
    kinds: tuple[str, ...]
    params: tuple[ParamLine, ...]
    range: str
    direction: str
    reduction: str
    unit: str
    reference: str
    frameworks: tuple[tuple[str, tuple[str, ...]], ...]
    conventions: tuple[ConventionLine, ...]
    example_pred: str
    example_label: str
    example_value: float
    example_gradient: str
    command: str


def describe(loss: Loss) -> LossPage:
    """The page of a loss; the example's numbers are computed now."""
    example = loss.example
    return LossPage(
        id=loss.id,
        title=loss.title,
        family=loss.family,
        aliases=loss.aliases,
        formula=loss.formula,
        gradient=f"{loss.derivative or 'none'}. {loss.derivative_says}".rstrip(),
        summary=loss.summary,
        when=loss.when,
        tasks=tuple(task.value for task in loss.tasks),
        kinds=tuple(kind.value for kind in loss.kinds),
        params=tuple(
            ParamLine(name, _word(param.default), param.range, param.doc)
            for name, param in loss.params.items()
        ),
        range=_range(loss),
        direction="lower is better" if loss.lower_is_better else "higher is better",
        reduction=loss.reduction.value,
        unit=loss.unit,
        reference=loss.reference,
        frameworks=tuple(
            (framework, tuple(_call(name) for name in names))
            for framework, names in loss.names.items()
        ),
        conventions=tuple(_convention_lines(loss)),
        example_pred=_array(example.pred),
        example_label="" if example.label is None else _array(example.label),
        example_value=example_value(loss, CONVENTIONS["standard"]),
        example_gradient=_example_gradient(loss),
        command=f"losscli eval PRED{' LABEL' if loss.needs_label else ''} -l {_asked(loss)}",
    )


def _asked(loss: Loss) -> str:
    """The loss as it is typed, with the parameters of its example that have to be given."""
    needed = [name for name, param in loss.params.items() if param.given_by]
    given = ",".join(f"{name}={loss.example.params[name]:g}" for name in needed)
    return f"{loss.short}:{given}" if given else loss.short


def example_value(loss: Loss, convention: Convention) -> float:
    """The loss of the definition's worked example under a convention."""
    return tally_of(*worked_example(loss, convention)).finished.value


def _example_gradient(loss: Loss) -> str:
    """The gradient of the example's value, to six digits; empty for a loss without one."""
    evaluation, batch = worked_example(loss, CONVENTIONS["standard"])
    if evaluation.reading.gradient is None:
        return ""
    slopes = gradient_of(evaluation, batch)
    return str(np.vectorize(lambda slope: float(f"{slope:.6g}"))(slopes).tolist())


def deviations(loss: Loss, convention: Convention, other: Convention) -> tuple[str, ...]:
    """In words, what a convention does with a loss where the other does something else."""
    differs = convention.axes_of(loss.id).differences(other.axes_of(loss.id), _matter(loss))
    before = other.defaults_of(loss.id)
    defaults = (
        f"{name} = {_word(value)}"
        for name, value in convention.defaults_of(loss.id).items()
        if name not in before or before[name] != value
    )
    return tuple(dict.fromkeys((*differs, *defaults)))


def _matter(loss: Loss) -> set[str]:
    """The axes on which conventions can part for a loss."""
    matter = {"weighted_mean"}
    if {Task.REGRESSION, Task.MULTILABEL} & set(loss.tasks):
        matter |= {"mean_over", "row"}
    if loss.transform is not None:
        matter.add("separate")
    for reading in loss.readings:
        matter |= _AXES_OF_FORM.get(reading.form, set())
        if reading.by_element is not None:
            matter.add("row")
    return matter


def _convention_lines(loss: Loss) -> list[ConventionLine]:
    return [
        ConventionLine(convention.name, differs, example_value(loss, convention))
        for convention in CONVENTIONS.values()
        if convention.prints(loss)
        and (differs := deviations(loss, convention, CONVENTIONS["standard"]))
    ]


def _range(loss: Loss) -> str:
    if math.isinf(loss.upper):
        return "−∞ to ∞" if math.isinf(loss.lower) else f"{loss.lower:g} and up"
    return f"{loss.lower:g} to {loss.upper:.4g}"


def _call(name: Name) -> str:
    settings = [f"{key}={_word(value)}" for key, value in name.params.items()]
    if name.reduction is not None:
        settings.append(f"reduction={name.reduction}")
    if name.kind not in (None, Kind.VALUE):
        settings.append(str(name.kind))
    return f"{name.name} ({', '.join(settings)})" if settings else name.name


def significant(value: float) -> str:
    """Twelve digits: the last four of a float64 depend on the processor."""
    return f"{value:.12g}"


def _word(value: object) -> str:
    if isinstance(value, float):
        return "e" if value == math.e else f"{value:g}"
    return "none" if value is None else str(value).lower()


def _array(items: tuple[object, ...]) -> str:
    return str([list(item) if isinstance(item, tuple) else item for item in items])
