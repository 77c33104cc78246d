"""Which loss fits the data: BCE, CE or a regression loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from losscli.engine.evaluation import RunSettings
from losscli.engine.run import run
from losscli.errors import DataError
from losscli.evaluating.label_summary import LabelSummary
from losscli.evaluating.options import Options
from losscli.evaluating.reading import code_for, full_look, hints_for, read_as, tolerance_of
from losscli.inputs.assembling import open_dataset
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset
from losscli.task.advice import Recommendation, recommend_for
from losscli.task.decide import decide
from losscli.vocabulary import Task


def recommend(
    pred: Any,
    label: Any = None,
    *,
    kind: str | None = None,
    task: str | None = None,
    classes: Sequence[str] | None = None,
    columns: Columns | None = None,
    **others: Any,
) -> Recommendation:
    """Say which loss fits the data: BCE, CE or a regression loss, with the evidence.

    `pred` and `label` are arrays of shape (n,) or (n, c), or paths; labels may be left out.

    Raises UsageError and DataError as `evaluate` does.

    >>> recommend([[0.5, 0.2, 0.3]]).loss
    'categorical_cross_entropy'
    """
    options = Options.of(
        "recommend", others, kind=kind, task=task, classes=classes, columns=columns
    )
    options.refuse_parameters("recommend")
    return advised(pred, label, options)[0]


def advised(pred: Any, label: Any, options: Options) -> tuple[Recommendation, Dataset]:
    """`recommend`, its options in one object, with the data and what was read as what."""
    dataset = open_dataset(pred, label, columns=options.columns)
    advice = _advice(dataset, options)
    return advice, dataset


def _advice(dataset: Dataset, options: Options) -> Recommendation:
    seen = full_look(dataset)
    if dataset.pred.scores is not None:
        return recommend_for(read_as(dataset, seen, (), options).verdict)
    verdict = decide(seen.pred, seen.label, dataset.width, hints_for(options, dataset))
    if verdict.question is not None:
        raise verdict.question
    if seen.label is None or verdict.task is Task.REGRESSION:
        return recommend_for(verdict)
    if verdict.task is Task.CLASSES:
        return recommend_for(verdict)
    code = code_for(dataset, seen, options, dataset.width)
    setting = RunSettings(code, tolerance_of(dataset))
    summary = LabelSummary(verdict.task, code)
    try:
        run(dataset, (), setting, drop_missing=True, observers=[summary])
    except DataError:
        return recommend_for(verdict)
    return recommend_for(verdict, summary.shares())
