"""What a loss is: one definition from which everything that losscli says about it is derived."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from msgspec import Struct, field
from msgspec.structs import force_setattr

from losscli.errors import UsageError
from losscli.losses.definition.bounds import Bounds
from losscli.losses.definition.parameters import Param
from losscli.losses.definition.sums import Stats, Terms
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Reduction, Task

__all__ = [
    "BoundsBy",
    "Constant",
    "Example",
    "Floored",
    "Labels",
    "Loss",
    "Name",
    "Param",
    "ProperScore",
    "Reading",
    "RowLoss",
    "Shape",
    "Stats",
    "Terms",
]


class Labels(StrEnum):
    """What a kernel wants of the labels."""

    REAL = "a number per prediction"
    SHARE = "0 or 1 (or a share between) per prediction"
    SIGN = "−1 or +1 per prediction"
    CLASSES = "a class per row, or a share per class"
    NONE = "nothing"


class Constant(StrEnum):
    """The constant prediction that a loss is compared with: the best there is.

    FITTED has no closed form. It is searched for where an item has one number; of classes that
    compete the base rate stands in for it. The others are the best with the usual parameters.
    """

    MEAN = "mean of the labels"
    MEDIAN = "median of the labels"
    FITTED = "best constant"
    BASE_RATE = "base rate of each class"
    MAJORITY = "most frequent label"


class ProperScore(StrEnum):
    """The proper score that a loss of probabilities is, by which it can be taken apart."""

    LOG = "minus the log of what was true"
    QUADRATIC = "the squared distance from what was true"


class RowLoss(StrEnum):
    """What a row of several elements costs."""

    ELEMENTS = "each element is a loss of its own"
    SUM = "the sum over its elements"
    MEAN = "the mean over its elements"


class Shape(StrEnum):
    """How much of the data a kernel has to see before there is a number."""

    ROWS = "mean of rows"
    SUMS = "function of sums"
    WHOLE = "whole array"


def keyword_only(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a function's keyword-only arguments; a callable object has none."""
    code = getattr(function, "__code__", None)
    if code is None:
        return ()
    start = code.co_argcount
    return code.co_varnames[start : start + code.co_kwonlyargcount]


BoundsBy = Callable[[Mapping[str, Any]], tuple[Bounds | None, Bounds | None]]
"""Gives what predictions and labels may be, by the parameters of the loss."""


class Floored(Struct, frozen=True):
    """Which numbers a floor replaces: `where(pred, label, *, …)` is true of their items or rows.

    `words` say what became of them; a parameter's value stands in braces.
    """

    where: Callable[..., Any]
    words: str

    def count(self, pred: Any, label: Any, params: Mapping[str, Any]) -> int:
        """How many there are."""
        named = {name: params[name] for name in keyword_only(self.where)}
        return int(self.where(pred, label, **named).sum())


class Components(Struct, frozen=True):
    """What each row adds to the error of a number that is not a sum of rows.

    `of_rows(pred, label)` gives them, (n,), NaN where the rows are too few: the variance of the
    number is the sum of their squares, and that of the difference of two models on the same rows
    the sum of the squares of their differences. `by` is what the method is called.
    """

    of_rows: Callable[[Any, Any], Any]
    by: str


class Reading(Struct, frozen=True):
    """How a loss reads its arrays for some tasks, and the kernel that does the arithmetic.

    `kernel(pred, label, *, …)` is a pure function: `pred` in the reading's form, `label` as
    `labels` says; its keyword-only arguments are named inputs, `weight` (whole arrays only) and
    those parameters of the loss that reach it. What it gives depends on the `shape`:

    - ROWS: one loss per row (n,) or per element (n, c), or a tuple of such arrays, the loss and
      its `parts`; `row` says what a row of several elements costs.
    - SUMS: a mapping from names to arrays, (n,) or (n, c), or to pairs of arrays whose product is
      meant; the loss's `finish` makes the value of their weighted sums.
    - WHOLE: it is handed all rows at once, and gives a number or one loss per row.

    `kinds` are the kinds of prediction it reads, where those of its form are too many. `items`
    names what the items of a row are, where their number is fixed (mean and variance), and
    `fewest_items` is how many there must be. With `tokens`, rows (n, s) of classes are read as
    n · s rows; where shares are `unnormalised` their logarithm may be above 0. `by_element` is the
    kernel of the elements for conventions that do not add up a row whose kernel does, `of_answers`
    the same arithmetic for labels that are all 0 or 1, where that is shorter. Without `logs` it
    takes no logarithm of a probability that could be infinite, and no convention guards it.
    `bounds_by` gives the bounds of predictions and labels where they hang on a parameter;
    `floored` tells the numbers that a floor of the loss's own replaces. `upper_by` gives the
    largest loss of a row by the parameters, where that is not always the loss's `upper`.

    `dims` are the dimensions of each array by role, where they are not (rows) or (rows, items): the
    same letter stands for the same length. The rows of arrays that are not `paired` do not belong
    together. `inputs` are arrays beside prediction and label, with what they hold; the
    `optional_inputs` among them may be left out. `pred_bounds` and `label_bounds` hold unless the
    parameter `bounds_lifted_by` is given; `item_bounds` are those of single
    `items`, by name. `given` names the keywords of a kernel that hides them.

    `gradient` is the derivative with respect to `pred`, a pure function with those keywords of the
    kernel that matter to it; without it the loss is not differentiable, or not in closed form. It
    gives an array of the shape of `pred`, or a Slope where the form is one of probabilities:

    - ROWS: `gradient(pred, label, *, …)`, of each row's (or element's) loss;
    - SUMS: `gradient(pred, label, stats, *, …)`, of the value, for rows of weight 1;
    - WHOLE: `gradient(pred, label, upstream, *, …)`, where `upstream` is the
      derivative of the value by what the kernel gives: a number, or one per column or per row.

    `components` tell how sure a WHOLE loss of one column and rows of weight 1 is, where that is
    known; the value is then a share, 0 to 1.

    Where a loss has a kink, the gradient is a subgradient, 0 where that is one: sign(0) = 0.
    """

    kernel: Callable[..., Any]
    form: Form
    labels: Labels
    tasks: tuple[Task, ...]
    shape: Shape = Shape.ROWS
    row: RowLoss = RowLoss.ELEMENTS
    kinds: tuple[Kind, ...] = ()
    items: tuple[str, ...] = ()
    fewest_items: int = 1
    tokens: bool = False
    unnormalised: bool = False
    logs: bool = True
    bounds_by: BoundsBy | None = None
    upper_by: Callable[[Mapping[str, Any]], float] | None = None
    floored: Floored | None = None
    optional_inputs: frozenset[str] = frozenset()
    by_element: Callable[..., Any] | None = None
    of_answers: Callable[..., Any] | None = None
    dims: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    paired: bool = True
    inputs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    item_bounds: Mapping[str, Bounds] = field(default_factory=lambda: MappingProxyType({}))
    pred_bounds: Bounds | None = None
    label_bounds: Bounds | None = None
    bounds_lifted_by: str = ""
    given: tuple[str, ...] = ()
    gradient: Callable[..., Any] | None = None
    components: Components | None = None

    def __post_init__(self) -> None:
        if not self.kinds:
            force_setattr(self, "kinds", self.form.kinds)

    @property
    def keywords(self) -> tuple[str, ...]:
        """The names of the keyword-only arguments that the kernel takes."""
        return self.given or keyword_only(self.kernel)

    @property
    def params(self) -> tuple[str, ...]:
        """Those of them that are parameters of the loss."""
        return tuple(name for name in self.keywords if name not in self.inputs and name != "weight")


class Name(Struct, frozen=True):
    """A loss's name in a framework, with the settings which that name implies.

    `at` is the parameter that may follow the name after an @, as in `tweedie-nloglik@1.5`; where
    `at_needed` there is no number without it. `tasks` are those of which the framework's number is
    the loss's; all of them where they are not given.
    """

    name: str
    reduction: Reduction | None = None
    kind: Kind | None = None
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    at: str = ""
    at_needed: bool = False
    tasks: tuple[Task, ...] = ()


class Example(Struct, frozen=True):
    """A worked example: arrays small enough to follow by hand."""

    pred: tuple[Any, ...]
    label: tuple[Any, ...] | None
    kind: Kind
    task: Task
    inputs: Mapping[str, tuple[Any, ...]] = field(default_factory=lambda: MappingProxyType({}))
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


class Loss(Struct, frozen=True, kw_only=True):
    """One loss of the registry.

    The value is `transform(scale · reduction of the kernel's rows)`, or what `finish` makes of the
    sums of the kernel's terms, column by column where the loss is `by_column` (`column_weight` says
    what a column counts). `lower` and `upper` bound it;
    `zero_at_perfect` says that a perfect prediction costs exactly 0 without any guard; `symmetric`
    that prediction and label may change places; `linear_in_label` that a soft label costs the
    average of its classes, so that class weights apply class by class. `score` names
    the proper score that it is, up to a factor. `featured` losses are shown by `eval` when none is
    named, but for the tasks in which one `equals` another, given by its id. Where it is
    `of_spread`, it sets the error beside the spread of the labels, and labels that do not vary
    leave it undefined. `unit` is what the value is measured in, `complement` a
    score that is 1 minus the loss, `complement_names` what else that score is called, and
    `score_names` the scores of frameworks that are it.
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
    transform_slope: Callable[[float, Mapping[str, Any]], float] | None = None
    finish: Callable[[Stats, Mapping[str, Any]], Any] | None = None
    by_column: bool = False
    column_weight: Callable[[Stats], Any] | None = None
    parts: tuple[str, ...] = ()
    unit: str = ""
    lower: float = 0.0
    upper: float = math.inf
    lower_is_better: bool = True
    symmetric: bool = False
    zero_at_perfect: bool = True
    linear_in_label: bool = False
    constant: Constant | None = None
    score: ProperScore | None = None
    featured: bool = True
    equals: Mapping[Task, str] = field(default_factory=lambda: MappingProxyType({}))
    of_spread: bool = False
    complement: str = ""
    complement_names: tuple[str, ...] = ()
    score_names: Mapping[str, tuple[Name, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    derivative: str = ""
    derivative_says: str = ""

    @property
    def short(self) -> str:
        """The name to type: the first alias, unless the id is shorter."""
        return min((self.id, *self.aliases[:1]), key=len)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that the loss is made for, each once."""
        return tuple(dict.fromkeys(task for reading in self.readings for task in reading.tasks))

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of prediction that it accepts, each once."""
        return tuple(dict.fromkeys(k for reading in self.readings for k in reading.kinds))

    @property
    def needs_label(self) -> bool:
        """False for a loss of the prediction alone, such as entropy."""
        return any(reading.labels is not Labels.NONE for reading in self.readings)

    @property
    def differentiable(self) -> bool:
        """Whether it has a gradient, for one reading at least."""
        return any(reading.gradient is not None for reading in self.readings)

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
