"""The result of an evaluation as plain data: what every renderer reads and none changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.evaluating.deferred import Deferred
from losscli.inputs.findings import ReadRole, UnusedColumn
from losscli.plain import plain
from losscli.vocabulary import Evidence, Task

if TYPE_CHECKING:
    from losscli.stats.calibrated import ByChance
    from losscli.stats.recalibrating import Recalibration
    from losscli.task.advice import Recommendation

SCHEMA = "losscli/1"


class Input(Struct, frozen=True):
    """One file or array that was read, and the part it played."""

    role: str
    file: str
    columns: tuple[str, ...]
    rows: int
    dtype: str


class Baseline(Struct, frozen=True):
    """The loss of a constant prediction; `skill` of a result is 1 − loss ÷ baseline.

    `constant` says which. It is the `best` one, or the best is not known: it is then the one that
    knows no more than how frequent the labels are.
    """

    value: float
    constant: str
    best: bool = True


class IntervalMethod(Struct, frozen=True):
    """How an interval was found: `name` is a method of losscli.stats.intervals.Method.

    `resamples`, `units` (what was drawn: rows, random groups of them, clusters, or runs of
    consecutive rows) and `seed` are those of a bootstrap.
    """

    name: str
    resamples: int | None = None
    units: str | None = None
    seed: int | None = None


class Bin(Struct, frozen=True):
    """Predictions of a probability from `low` to below `high`, and how often they came true.

    Of several classes, the probability is that of the predicted one.
    """

    low: float
    high: float
    rows: int
    mean_prediction: float
    frequency: float


class Decomposition(Struct, frozen=True):
    """What the value of a proper score is made of.

    value = `calibration` + `refinement` + `within`: stated probabilities against what happened at
    them, what a calibrated model with the same groups of rows would still pay, and what the bins
    are too coarse for. `refinement` = `uncertainty` − `resolution`: the base rates alone, and what
    telling rows apart gains. They speak of `groups` of rows of like predictions; of few rows each,
    chance makes calibration look worse and refinement better. Where labels are shares, value =
    `entropy` + `divergence`: what no prediction could save, and the rest. `bins` group rows by the
    probability stated. `calibration_by_chance` is the calibration of a perfectly calibrated model
    with as many rows in each group (None for weighted rows and for labels that are shares): only
    what exceeds it speaks of the model. `recalibration` is what a temperature or an isotonic curve
    would bring (None of fewer than 50 rows, or of rows of several questions).
    """

    calibration: float
    refinement: float
    within: float
    uncertainty: float
    resolution: float
    entropy: float | None
    divergence: float | None
    groups: int
    bins: tuple[Bin, ...]
    calibration_by_chance: ByChance | None = None
    recalibration: Recalibration | None = None


class Slice(Struct, frozen=True):
    """A loss of one group of rows: those with `value_of` in a `column` (None: those of a class).

    `value_of` is None for the rows where the column is empty. `worse` says that the group is worse
    than all other rows by more than chance, at 5 % with `p` adjusted for all groups and losses;
    both are None where that is not tested. Standard error and 95 % interval are found as those of
    all rows are.
    """

    column: str | None
    value_of: str | None
    n: int
    value: float
    standard_error: float | None
    interval: tuple[float, float] | None
    p: float | None
    worse: bool | None


def slice_name(column: str | None, value: str | None) -> str:
    """What a group of rows is called: its column (None: the class) and value (None: missing)."""
    return f"{column or 'class'} {value or '(missing)'}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """One loss of one prediction.

    `n` counts the rows that entered the value; `clipped` counts probabilities that the convention
    moved, `floored` numbers that a floor of the loss's own replaced, `dropped` rows left out for a
    NaN, `ignored` rows left out by their label. `parts` are named
    quantities that the value is made of (cross entropy and entropy of a KL divergence).
    `interval` is the 95 % confidence interval of the value, found by `interval_method`. `values`
    are the losses of the rows where the reduction is `none`, and those of the columns where it is
    `columns`; `value` is then None. `decomposition` is there where it was asked for and the loss
    has one; `slices` are there where rows are grouped. `baseline` and `skill` are computed when
    they are first read.
    """

    loss: str
    title: str
    value: float | None
    n: int
    reduction: str
    convention: str
    kind: str
    unit: str
    params: Mapping[str, Any]
    lower_is_better: bool
    recommended: bool
    standard_error: float | None
    interval: tuple[float, float] | None
    minimum: float | None
    maximum: float | None
    weight: float | None
    baseline: Deferred[Baseline | None] = Deferred()  # noqa: RUF009
    skill: Deferred[float | None] = Deferred()  # noqa: RUF009
    clipped: int
    dropped: int
    ignored: int
    parts: Mapping[str, float]
    signature: str
    floored: int = 0
    interval_method: IntervalMethod | None = None
    values: NDArray[np.float64] | None = field(default=None, compare=False)
    decomposition: Decomposition | None = None
    slices: tuple[Slice, ...] | None = None

    def __repr__(self) -> str:
        """The loss, its value and interval: the other fields by name, or from `to_dict()`."""
        value = f"{len(self.values)} values" if self.values is not None else repr(self.value)
        unit = f" {self.unit}" if self.unit else ""
        interval = "" if self.interval is None else ", interval ({:g}, {:g})".format(*self.interval)
        return f"<Result {self.loss}: {value}{unit}, n {self.n}{interval}>"

    def changed(self, **fields: Any) -> Result:
        """The same with other `fields`; unlike `dataclasses.replace`, it computes none."""
        other = object.__new__(Result)
        other.__dict__.update(self.__dict__, **fields)
        return other

    def __getstate__(self) -> dict[str, Any]:
        """Plain data, so that a copy and a pickle hold no work that is still to be done."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


class Report(Struct, frozen=True):
    """Everything one evaluation found.

    Index it by any name of a loss: `report["bce"].value`. `read` says which columns were taken
    for what, `unused` which were not read, `evidence` why. `class_weight` is what each class
    weighs, in the order of the classes; None where they were given no weights.
    """

    version: str
    inputs: tuple[Input, ...]
    task: str
    kind: str
    results: tuple[Result, ...]
    recommendation: Recommendation | None
    notes: tuple[str, ...]
    read: tuple[ReadRole, ...] = ()
    unused: tuple[UnusedColumn, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    class_weight: tuple[float, ...] | None = None

    def __repr__(self) -> str:
        """A line for each result and note, as a notebook shows it: the rest is in `to_dict()`."""
        lines = [f"<Report: {self.task}, {self.kind}", *map(repr, self.results)]
        return "\n  ".join([*lines, *(f"note: {note}" for note in self.notes)]) + ">"

    def __getitem__(self, name: str) -> Result:
        """The first result of the loss of that name, as `--loss` takes it.

        Raises KeyError where the report holds no such loss.
        """
        from losscli.conventions.names import meaning

        loss = meaning(name, Task(self.task)).loss.id
        for result in self.results:
            if result.loss == loss:
                return result
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """The report as the JSON document of schema `losscli/1`: strict, full precision.

        A value that is not finite is None, with `"nonfinite": "inf"` beside it; so is any other
        number, with `"<its name>_nonfinite"` beside it.
        """
        return {"schema": SCHEMA, **plain(self)}
