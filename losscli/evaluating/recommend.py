"""Which loss fits the data: BCE, CE or a regression loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from losscli.engine.evaluation import RunSettings
from losscli.engine.run import run
from losscli.errors import DataError
from losscli.evaluating.baseline import LabelSummary
from losscli.evaluating.options import Options
from losscli.evaluating.reading import check_words, code_for, full_look, hints_for, tolerance_of
from losscli.inputs.assembling import open_dataset
from losscli.inputs.columns import Columns
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
    dataset = open_dataset(pred, label, columns=options.columns)
    seen = full_look(dataset)
    verdict = decide(seen.pred, seen.label, dataset.width, hints_for(options, dataset))
    if dataset.words is not None:
        check_words(dataset.words, seen)
    if seen.label is None or verdict.task in (Task.REGRESSION, Task.CLASSES):
        return recommend_for(verdict)
    code = code_for(dataset, seen, options, dataset.width)
    setting = RunSettings(code, tolerance_of(dataset))
    summary = LabelSummary(verdict.task, code)
    try:
        run(dataset, (), setting, drop_missing=True, observers=[summary])
    except DataError:
        return recommend_for(verdict)
    return recommend_for(verdict, summary.shares())
