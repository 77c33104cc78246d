"""Models compared on the same rows, as plain data: what every renderer reads and none changes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from losscli.comparing.margins import NotWorse
from losscli.comparing.planning import Plan
from losscli.evaluating.report import Input, IntervalMethod
from losscli.inputs.findings import ReadRole, UnusedColumn
from losscli.plain import plain
from losscli.vocabulary import Evidence

SCHEMA = "losscli/compare/1"


class Verdict(StrEnum):
    """What the test says of the second model."""

    BETTER = "better"
    WORSE = "worse"
    NOT_PROVEN = "not proven"
    EQUAL = "equal"
    UNTESTED = "untested"


class Comparison(Struct, frozen=True):
    """One loss of one model against the reference, on the rows of both.

    `difference` is `value` − `reference_value`, 0 where both differ by rounding alone, with its
    standard error. `p` is the largest of three tests' (sign flips, Student's t, t corrected for
    skewness), `p_holm` the same adjusted for all tests of the report: the verdict rests on it.
    Losses that are one number under several transforms, such as MSE and RMSE, are one test:
    `same_test_as` is the loss that the test is counted for, None where it is this one. `interval`
    is adjusted with `p_holm`, to the confidence `level` (95 % of one test): it excludes 0 just
    where the difference is proven, and is None where fewer than ten rows (or clusters) differ.
    `better` and `equal` are the shares of rows where the model's loss is better than the
    reference's, and where both are equal but for rounding; `decisive` is how many rows, those that
    differ most, make up the whole difference, to a few percent (None for a loss that rows do not
    have one by one). `rows_needed` to `rows_needed_most` rows would show the difference with 80 %
    power: the range that its own uncertainty leaves (None where there is no telling; the first
    also where so many are there already). `words` says the verdict in a sentence. `units` are what
    was exchanged: rows, random groups of them, or clusters. Of rows that depend on each other,
    `clusters` is their number and `design_effect` by how much the variance of the difference grows
    (of means of rows); else None.
    """

    loss: str
    title: str
    reference: str
    model: str
    reference_value: float
    value: float
    difference: float
    interval: tuple[float, float] | None
    level: float
    standard_error: float | None
    p: float | None
    p_holm: float | None
    better: float | None
    equal: float | None
    n: int
    verdict: Verdict
    rows_needed: int | None
    rows_needed_most: int | None
    words: str
    unit: str
    params: Mapping[str, Any]
    lower_is_better: bool
    recommended: bool
    convention: str
    interval_method: IntervalMethod | None
    signatures: tuple[str, str]
    not_worse: NotWorse | None = None
    plan: Plan | None = None
    units: str = "rows"
    clusters: int | None = None
    design_effect: float | None = None
    decisive: int | None = None
    same_test_as: str | None = None

    def __repr__(self) -> str:
        """Who is compared by which loss, and the verdict: the other fields by name."""
        change = f"{self.reference_value!r} → {self.value!r}"
        p = "" if self.p is None else f", p {self.p:.3g}"
        pair = f"{self.model} against {self.reference}"
        return f"<Comparison {self.loss}: {pair}, {change}{p}: {self.words}>"


class ComparedSlice(Struct, frozen=True):
    """A group of rows: those where `column` (None: the class) is `value_of` (None: missing).

    The p-values of its `comparisons` are adjusted for the `tests` of all groups of the column.
    """

    column: str | None
    value_of: str | None
    tests: int
    comparisons: tuple[Comparison, ...]


class ComparisonReport(Struct, frozen=True):
    """Everything that one comparison found.

    The first of `models` is the reference of all comparisons. `tests` is how many tests of all
    rows were adjusted for. `slices` are the same comparisons in groups of rows. `read` says which
    columns were taken for what, `unused` which were not read, `evidence` why, and what the
    predictions were taken for.
    """

    version: str
    inputs: tuple[Input, ...]
    task: str
    rows: int
    models: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    tests: int
    resamples: int
    seed: int
    notes: tuple[str, ...]
    slices: tuple[ComparedSlice, ...] = ()
    read: tuple[ReadRole, ...] = ()
    unused: tuple[UnusedColumn, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def __repr__(self) -> str:
        """A line for each comparison and note, as a notebook shows it."""
        lines = [f"<ComparisonReport: {self.task}, {self.rows} rows", *map(repr, self.comparisons)]
        return "\n  ".join([*lines, *(f"note: {note}" for note in self.notes)]) + ">"

    def __getitem__(self, name: str) -> Comparison:
        """The first comparison by the loss of that name (canonical id or alias).

        Raises KeyError where the report holds no such loss.
        """
        from losscli.losses.registry import REGISTRY

        loss = REGISTRY.get(name).id
        for comparison in self.comparisons:
            if comparison.loss == loss:
                return comparison
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """The JSON document of schema `losscli/compare/1`: strict, full precision."""
        return {"schema": SCHEMA, **plain(self)}
