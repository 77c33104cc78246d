"""Which loss fits the data: BCE, CE or a regression loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from losscli.engine.evaluation import Setting
from losscli.engine.run import run
from losscli.errors import DataError
from losscli.evaluating.baseline import LabelSummary
from losscli.evaluating.reading import (
    full_look,
    hints_for,
)
from losscli.inputs.dataset import open_dataset
from losscli.inputs.roles import Columns
from losscli.task.advice import Recommendation, recommend_for
from losscli.task.decide import decide
from losscli.task.labels import label_code
from losscli.task.profile import tolerance
from losscli.vocabulary import Task

if TYPE_CHECKING:
    pass


def recommend(
    pred: Any,
    label: Any = None,
    *,
    kind: str | None = None,
    task: str | None = None,
    classes: Sequence[str] | None = None,
    columns: Columns | None = None,
) -> Recommendation:
    """Say which loss fits the data: BCE, CE or a regression loss, with the evidence.

    `pred` and `label` are arrays of shape (n,) or (n, c), or paths; labels may be left out.

    Raises UsageError and DataError as `evaluate` does.

    >>> recommend([[0.5, 0.2, 0.3]]).loss
    'categorical_cross_entropy'
    """
    dataset = open_dataset(pred, label, columns=columns or Columns())
    hints = hints_for(kind, task, classes, dataset)
    seen = full_look(dataset)
    verdict = decide(seen.pred, seen.label, dataset.width, hints)
    if seen.label is None or verdict.task is Task.REGRESSION:
        return recommend_for(verdict)
    given = None if classes is None else tuple(classes)
    code = label_code(seen.label, dataset.width, given=given, columns=dataset.class_names)
    setting = Setting(code, tolerance(dataset.width, dataset.pred.dtype, dataset.pred.decimals))
    summary = LabelSummary(verdict.task, code)
    try:
        run(dataset, (), setting, drop_missing=True, observers=[summary])
    except DataError:
        return recommend_for(verdict)
    return recommend_for(verdict, () if summary is None else summary.shares())
