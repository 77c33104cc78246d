"""What a pass over the data found → the report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache, partial
from shlex import quote
from typing import Any

import numpy as np

from losscli.arrays import EXACT
from losscli.engine.evaluation import Evaluation, RunSettings
from losscli.engine.run import Outcome
from losscli.evaluating.baseline import baseline
from losscli.evaluating.counts import counts
from losscli.evaluating.label_summary import LabelSummary
from losscli.evaluating.misread import (
    kind_read,
    labels_as_places,
    misread_as_logits,
    unshifted_labels,
)
from losscli.evaluating.reading import DataReading
from losscli.evaluating.report import Baseline, Input, IntervalMethod, Report, Result
from losscli.evaluating.signature import signature
from losscli.inputs.dataset import Dataset
from losscli.losses.probabilistic import ENTROPY
from losscli.task.advice import recommend_for
from losscli.version import __version__
from losscli.vocabulary import Reduction

# What a note ends with that is of the baseline alone.
NO_BASELINE = ": there is no baseline, nor any skill beside it"


def report_of(
    dataset: Dataset,
    reading: DataReading,
    outcome: Outcome,
    summary: LabelSummary | None,
) -> Report:
    """Everything that a pass over the data found, as plain data."""
    results = results_of(reading, outcome, summary)
    notes = [*dataset.notes, *reading.verdict.doubts]
    if outcome.dropped:
        notes.append(f"{outcome.dropped:,} of {outcome.rows:,} rows dropped for a missing value")
    notes += _rounded_notes(dataset, outcome)
    notes += [count.note for count in counts(results)]
    notes += _floor_notes(reading.evaluations, results)
    notes += _undefined_notes(reading.evaluations, outcome)
    if summary is not None and not summary.varies():
        those = "the labels" if dataset.weight is None else "the labels that weigh anything"
        notes.append(f"{those} are all the same{NO_BASELINE}")
    notes += _sure_notes(dataset, reading)
    notes += [item.remark for item in reading.evaluations if item.remark]
    values = [tally.finished.value for tally in outcome.tallies]
    notes += misread_as_logits(dataset, reading, outcome, values)
    notes += unshifted_labels(dataset, reading)
    notes += labels_as_places(dataset, reading, outcome)
    if any(result.reduction == Reduction.SUM for result in results):
        notes.append(
            f"a sum grows with the rows (here {outcome.rows:,}): compare it only over the same rows"
        )
    return Report(
        version=__version__,
        inputs=_inputs(dataset, outcome.rows),
        task=reading.verdict.task.value,
        kind=kind_read(reading).value,
        results=results,
        recommendation=recommend_for(reading.verdict, () if summary is None else summary.shares()),
        notes=tuple(dict.fromkeys(notes)),
        read=dataset.findings.read,
        unused=dataset.findings.unused,
        evidence=dataset.findings.evidence,
        class_weight=reading.setting.class_weight,
    )


def results_of(
    reading: DataReading, outcome: Outcome, summary: LabelSummary | None
) -> tuple[Result, ...]:
    """What each loss came to; without a summary of the labels, there is no baseline."""
    return tuple(
        _result(evaluation, outcome, place, summary, reading.setting)
        for place, evaluation in enumerate(reading.evaluations)
    )


def _sure_notes(dataset: Dataset, reading: DataReading) -> Iterator[str]:
    """That a loss which looks at no labels does not say how wrong the predictions are."""
    if dataset.label is None and any(item.loss is ENTROPY for item in reading.evaluations):
        yield (
            "no labels: this is how sure the predictions are, not how wrong; give labels: losscli "
            f"{quote(dataset.pred.file)} LABEL"
        )


def _floor_notes(evaluations: Sequence[Evaluation], results: Sequence[Result]) -> Iterator[str]:
    for evaluation, result in zip(evaluations, results, strict=True):
        floored = evaluation.reading.floored
        if result.floored and floored is not None:
            words = floored.words.format(**evaluation.params)
            yield f"{result.floored:,} {words} ({result.convention}): {evaluation.loss.short}"


def _undefined_notes(evaluations: Sequence[Evaluation], outcome: Outcome) -> Iterator[str]:
    for evaluation, tally in zip(evaluations, outcome.tallies, strict=True):
        for words in (tally.undefined, tally.beyond):
            if words:
                yield f"{evaluation.loss.short}: {words}"


def _rounded_notes(dataset: Dataset, outcome: Outcome) -> Iterator[str]:
    """A word on written numbers so large that whole ones were rounded on the way to float64."""
    for part, seen in ((dataset.pred, outcome.pred), (dataset.label, outcome.label)):
        if part is None or seen is None or seen.text or part.dtype is not None:
            continue
        if EXACT <= max(-seen.low, seen.high) < math.inf:
            yield (
                f"{part.file}: numbers beyond 2⁵³ are read as float64, and whole ones may be "
                "rounded"
            )


@lru_cache(maxsize=64)
def _name(dtype: np.dtype[Any]) -> str:
    """What NumPy calls a type, which it takes long to say."""
    return str(dtype)


def _inputs(dataset: Dataset, rows: int) -> tuple[Input, ...]:
    roles = {"pred": dataset.pred, "label": dataset.label, "weight": dataset.weight}
    return tuple(
        Input(
            role=role,
            file=part.file,
            columns=tuple(part.columns or ()),
            rows=rows,
            dtype="text" if part.dtype is None else _name(part.dtype),
        )
        for role, part in roles.items()
        if part is not None
    )


def _result(
    evaluation: Evaluation,
    outcome: Outcome,
    place: int,
    summary: LabelSummary | None,
    setting: RunSettings,
) -> Result:
    tally = outcome.tallies[place]
    finished = tally.finished
    reduced = tally.values is None
    loss = evaluation.loss
    # Of labels that are all the same a constant knows everything: it is nothing to be judged by.
    judged = None
    if summary is not None and reduced and summary.varies():
        judged = _Judged(evaluation, summary, setting, finished.value)
    return Result(
        loss=loss.id,
        title=loss.title,
        value=finished.value if reduced else None,
        n=tally.rows,
        reduction=evaluation.reduction.value,
        convention=evaluation.convention.name,
        kind=evaluation.kind.value,
        unit=loss.unit,
        params=dict(evaluation.params),
        lower_is_better=loss.lower_is_better,
        recommended=evaluation.recommended,
        standard_error=finished.standard_error,
        interval=finished.interval,
        minimum=tally.low,
        maximum=tally.high,
        weight=tally.weight,
        baseline=None if judged is None else judged.against,
        skill=None if judged is None else judged.skill,
        clipped=tally.clipped,
        dropped=outcome.dropped,
        ignored=tally.ignored,
        parts=dict(zip(loss.parts, finished.parts, strict=True)) if finished.parts else {},
        signature=signature(evaluation, tally.rows, setting),
        floored=tally.floored,
        interval_method=None if finished.interval is None else IntervalMethod("normal"),
        values=tally.values,
    )


class _Judged:
    """A value beside that of the best constant prediction, which is computed where it is read."""

    def __init__(
        self, evaluation: Evaluation, summary: LabelSummary, setting: RunSettings, value: float
    ) -> None:
        self._loss, self._value = evaluation.loss, value
        self._baseline = partial(baseline, evaluation, summary, setting)

    def against(self) -> Baseline | None:
        """The loss of the best constant prediction; None where there is none."""
        return self._against

    def skill(self) -> float | None:
        """1 − value ÷ baseline; None where there is no baseline above 0, and of a score."""
        against = self._against
        if against is None or against.value <= 0.0 or not self._loss.lower_is_better:
            return None
        return 1.0 - self._value / against.value

    @cached_property
    @np.errstate(all="ignore")
    def _against(self) -> Baseline | None:
        found = self._baseline()
        # The labels that it was computed from are not held any longer.
        del self._baseline
        return found
