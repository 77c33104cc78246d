"""What a loss is: one definition from which everything that losscli says about it is derived."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from losscli.errors import UsageError
from losscli.losses.forms import Form
from losscli.vocabulary import Kind, Reduction, Task


class Labels(StrEnum):
    """What a kernel wants of the labels."""

    REAL = "a number per prediction"
    SHARE = "0 or 1 (or a share between) per prediction"
    SIGN = "−1 or +1 per prediction"
    CLASSES = "a class per row, or a share per class"
    NONE = "nothing"


class Constant(StrEnum):
    """The constant prediction that a loss is compared with."""

    MEAN = "mean of the labels"
    MEDIAN = "median of the labels"
    FITTED = "best constant"
    BASE_RATE = "base rate of each class"
    MAJORITY = "most frequent class"


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a loss: its default, what it may be, and what it does."""

    default: float | int | bool | None
    doc: str
    minimum: float = -math.inf
    maximum: float = math.inf
    open_ends: bool = False

    def parse(self, name: str, text: str) -> Any:
        """The value that `text` stands for, of the default's type.

        Raises UsageError where it is no such value.
        """
        lowered = text.strip().lower()
        if isinstance(self.default, bool):
            words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
            if lowered in words:
                return words[lowered]
            raise UsageError(f"{name}={text}: say true or false")
        if lowered == "none" and self.default is None:
            return None
        try:
            number = float(lowered)
        except ValueError:
            raise UsageError(f"{name}={text}: {text!r} is not a number") from None
        whole = isinstance(self.default, int)
        if whole and not number.is_integer():
            raise UsageError(f"{name}={text}: {name} is a whole number")
        return self.check(name, int(number) if whole else number)

    def check(self, name: str, value: Any) -> Any:
        """`value`, if it lies in the range. Raises UsageError where it does not."""
        if value is None or isinstance(value, bool):
            return value
        if not math.isfinite(value):
            raise UsageError(f"{name}={value}: {name} is a finite number")
        inside = (
            self.minimum < value < self.maximum
            if self.open_ends
            else self.minimum <= value <= self.maximum
        )
        if not inside:
            raise UsageError(f"{name}={value}: {name} lies in {self.range}")
        return value

    @property
    def range(self) -> str:
        """The admitted interval, written out; empty where everything is admitted."""
        if math.isinf(self.minimum) and math.isinf(self.maximum):
            return ""
        left = "(" if self.open_ends or math.isinf(self.minimum) else "["
        right = ")" if self.open_ends or math.isinf(self.maximum) else "]"
        low = "−∞" if math.isinf(self.minimum) else f"{self.minimum:g}"
        high = "∞" if math.isinf(self.maximum) else f"{self.maximum:g}"
        return f"{left}{low}, {high}{right}"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a loss reads its arrays for some tasks, and the kernel that does the arithmetic.

    `kernel(pred, label, *, …)` is a pure function: `pred` in the reading's form, `label` as
    `labels` says; its keyword-only arguments are the loss's parameters that reach it. It gives one
    loss per row (n,) or per element (n, c) — or a tuple of such arrays, the loss and its `parts`.
    """

    kernel: Callable[..., Any]
    form: Form
    labels: Labels
    tasks: tuple[Task, ...]

    @property
    def params(self) -> tuple[str, ...]:
        """The names of the parameters that the kernel takes."""
        code = self.kernel.__code__
        start = code.co_argcount
        return code.co_varnames[start : start + code.co_kwonlyargcount]


@dataclass(frozen=True, slots=True)
class Name:
    """A loss's name in a framework, with the settings which that name implies."""

    name: str
    reduction: Reduction | None = None
    kind: Kind | None = None
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: arrays small enough to follow by hand."""

    pred: tuple[Any, ...]
    label: tuple[Any, ...] | None
    kind: Kind
    task: Task


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One loss of the registry.

    The value is `transform(scale · reduction of the kernel's rows)`. `lower` and `upper` bound it;
    `zero_at_perfect` says that a perfect prediction costs exactly 0 without any guard; `symmetric`
    that prediction and label may change places; `linear_in_label` that a soft label costs the
    average of its classes, so that class weights apply class by class. `featured` losses are shown by `eval` when none
    is named. `unit` is what the value is measured in.
    """

    id: str
    title: str
    family: str
    readings: tuple[Reading, ...]
    formula: str
    summary: str
    when: str
    reference: str
    example: Example
    aliases: tuple[str, ...] = ()
    names: Mapping[str, tuple[Name, ...]] = field(default_factory=lambda: MappingProxyType({}))
    params: Mapping[str, Param] = field(default_factory=lambda: MappingProxyType({}))
    reduction: Reduction = Reduction.MEAN
    scale: float = 1.0
    transform: Callable[[float, Mapping[str, Any]], float] | None = None
    parts: tuple[str, ...] = ()
    unit: str = ""
    lower: float = 0.0
    upper: float = math.inf
    lower_is_better: bool = True
    symmetric: bool = False
    zero_at_perfect: bool = True
    linear_in_label: bool = False
    constant: Constant | None = None
    featured: bool = True

    @property
    def short(self) -> str:
        """The shortest name to type."""
        return min((self.id, *self.aliases), key=len)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that the loss is made for."""
        return tuple(task for reading in self.readings for task in reading.tasks)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of prediction that it accepts, each once."""
        return tuple(dict.fromkeys(k for reading in self.readings for k in reading.form.kinds))

    @property
    def needs_label(self) -> bool:
        """False for a loss of the prediction alone, such as entropy."""
        return any(reading.labels is not Labels.NONE for reading in self.readings)

    @property
    def reads_distributions(self) -> bool:
        """Whether it can only read predictions whose rows are distributions over classes."""
        return all(reading.form is Form.CATEGORICAL for reading in self.readings)

    def reading_for(self, task: Task) -> Reading | None:
        """How this loss reads data of that task; None where it does not fit."""
        return next((reading for reading in self.readings if task in reading.tasks), None)

    def settle(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters: those given, checked, over the defaults.

        Raises UsageError for a parameter that the loss does not have, or a value out of range.
        """
        for name in given:
            if name not in self.params:
                raise UsageError(
                    f"{self.id} has no parameter {name!r}", hint=self._known_params(name)
                )
        return {
            name: param.check(name, given.get(name, param.default))
            for name, param in self.params.items()
        }

    def _known_params(self, name: str) -> str:
        from difflib import get_close_matches

        close = get_close_matches(name, self.params, n=1)
        if close:
            return f"Did you mean {close[0]!r}?"
        return f"It has: {', '.join(self.params)}." if self.params else "It has none."
