"""Row by row: what each costs, which cost most, and how much of the total they carry."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from msgspec.structs import replace

from losscli.engine.accumulators import Tally
from losscli.engine.evaluation import Evaluation
from losscli.engine.rows import check_of_rows, is_of_rows
from losscli.errors import UsageError
from losscli.evaluating.one_pass import Evaluated, Losses, evaluated
from losscli.evaluating.options import Options
from losscli.evaluating.results import report_of
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset
from losscli.rowwise.row_losses import RowLosses
from losscli.task.labels import CODED_TASKS

_OF_SEQUENCES = "rows are sequences, by the mean over their tokens: --tokens shows single tokens"


def rows(
    pred: Any,
    label: Any = None,
    losses: Losses = None,
    *,
    kind: str | None = None,
    task: str | None = None,
    like: str = "standard",
    weight: Any = None,
    class_weight: Sequence[float] | Mapping[Any, float] | None = None,
    classes: Sequence[str] | None = None,
    nan: Literal["error", "drop"] = "error",
    columns: Columns | None = None,
    inputs: Mapping[str, Any] | None = None,
    cast: str | None = None,
    grad: bool = False,
    tokens: bool = False,
    threads: int | None = None,
    progress: Callable[[int], Any] | None = None,
    **params: Any,
) -> RowLosses:
    """What each row costs: which rows are hardest, and how much of the total they carry.

    The arguments are those of `evaluate`; without `losses`, the recommended one. Only losses that
    are means of rows have a loss per row. With `grad`, each row also has the gradient of the value
    with respect to its prediction, as `gradient` has it. Of arrays of tokens a row is a sequence
    (the mean over its tokens), or a token with `tokens`.

    Raises UsageError and DataError as `evaluate` does.

    >>> hardest = rows([0.9, 0.2, 0.6], [1, 0, 0], "bce").hardest(1).rows[0]
    >>> hardest.row, round(hardest.losses[0], 6), round(hardest.shares[0], 3)
    (2, 0.916291, 0.736)
    """
    options = Options.of(
        "rows",
        params,
        kind=kind,
        task=task,
        like=like,
        weight=weight,
        class_weight=class_weight,
        classes=classes,
        nan=nan,
        columns=columns,
        inputs=inputs,
        cast=cast,
        threads=threads,
        progress=progress,
    )
    return rows_of(pred, label, losses, options, grad=grad, tokens=tokens)


def rows_of(
    pred: Any,
    label: Any,
    losses: Losses,
    options: Options,
    *,
    grad: bool = False,
    tokens: bool = False,
) -> RowLosses:
    """`rows`, its options in one object."""
    found = evaluated(pred, label, losses, options, ids=True)
    _check_tokens(found.dataset, tokens=tokens, grad=grad)
    places = chosen(found.reading.evaluations, asked=losses is not None)
    reading = replace(
        found.reading, evaluations=tuple(found.reading.evaluations[place] for place in places)
    )
    outcome = replace(found.outcome, losses=[found.outcome.losses[place] for place in places])
    report = report_of(found.dataset, reading, outcome, found.summary)
    return RowLosses(
        replace(
            report,
            notes=(
                *report.notes,
                *before_transform(reading.evaluations),
                *([_OF_SEQUENCES] if found.dataset.pred.tokens and not tokens else []),
            ),
        ),
        found.dataset,
        reading.evaluations,
        reading.setting,
        tuple(total_of(loss.tally()) for loss in outcome.losses),
        tuple(outcome.losses),
        whole_labels=_whole_labels(found),
        drop_missing=options.nan == "drop",
        grad=grad,
        tokens=tokens,
    )


def chosen(evaluations: Sequence[Evaluation], *, asked: bool) -> list[int]:
    """The places of the losses to tell of: those asked for, else the recommended or the first.

    Raises UsageError where a loss is no mean of rows.
    """
    if asked:
        for evaluation in evaluations:
            check_of_rows(evaluation)
        return list(range(len(evaluations)))
    of_rows = [place for place, item in enumerate(evaluations) if is_of_rows(item)]
    recommended = [place for place in of_rows if evaluations[place].recommended]
    if not of_rows:
        check_of_rows(evaluations[0])
    return (recommended or of_rows)[:1]


def total_of(tally: Tally) -> float | None:
    """The total that rows have shares of; None for 0 or infinity, or where losses are negative."""
    if tally.total is None or tally.low is None or tally.low < 0.0:
        return None
    return tally.total if 0.0 < tally.total < math.inf else None


def before_transform(evaluations: Sequence[Evaluation]) -> list[str]:
    """A note on each loss that is a function of a mean, such as a root."""
    return [
        f"{item.loss.id}: a row shows what its mean takes in, before {item.loss.formula}"
        for item in evaluations
        if item.loss.transform is not None
    ]


def _check_tokens(dataset: Dataset, *, tokens: bool, grad: bool) -> None:
    """Raise UsageError for tokens of data that have none, and for their gradients."""
    if tokens and not dataset.pred.tokens:
        raise UsageError(
            f"{dataset.pred.file} holds no tokens: its rows are shown",
            hint="Logits of tokens have the shape (sequences, tokens, classes).",
        )
    if grad and dataset.pred.tokens:
        raise UsageError(
            "rows of tokens have no gradients here", hint="losscli.gradient gives them."
        )


def _whole_labels(found: Evaluated) -> bool:
    """Whether labels are 0 and 1, or classes, that are written as whole numbers."""
    label = found.outcome.label
    coded = found.reading.verdict.task in CODED_TASKS
    return coded and label is not None and label.whole and not label.text
