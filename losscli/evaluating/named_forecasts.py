"""Columns of a forecast whose names contradict what a loss reads: refused, with the way on."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.engine.evaluation import Evaluation
from losscli.errors import UsageError
from losscli.evaluating.requests import Request
from losscli.inputs.evidence.words import Says, level, levels, says
from losscli.vocabulary import Kind

# An item that a loss reads, what a column of that place must not be called, and what serves it.
_CONTRADICTIONS = {
    "variance": (
        Says.SCALE,
        "a variance, and {column} is a standard deviation by its name",
        "Square it first, or say -l log_score_normal, which reads a standard deviation.",
    ),
    "std": (
        Says.VARIANCE,
        "a standard deviation, and {column} is a variance by its name",
        "Take its root first, or say -l gaussian_nll, which reads a variance.",
    ),
}


def check_names(
    columns: Sequence[str], evaluations: Sequence[Evaluation], requests: Sequence[Request]
) -> None:
    """Raise UsageError where the names of the prediction's columns contradict what a loss reads.

    A standard deviation is no variance, quantiles and parameters of a distribution are no members
    of an ensemble, and the column of one quantile is scored at the level in its name.
    """
    asked = {name for request in requests for name in request.params}
    for evaluation in evaluations:
        _check_items(columns, evaluation)
        if not evaluation.reading.items and Kind.ENSEMBLE in evaluation.reading.kinds:
            _check_members(columns, evaluation.loss.id)
        if "quantile" in evaluation.params and not asked & {"quantile", "alpha"}:
            _check_level(columns, evaluation)


def _check_items(columns: Sequence[str], evaluation: Evaluation) -> None:
    for item, column in zip(evaluation.reading.items, columns, strict=False):
        contrary, words, hint = _CONTRADICTIONS.get(item, (None, "", ""))
        if contrary is not None and says(column) is contrary:
            problem = f"{evaluation.loss.id} reads {words.format(column=column)}"
            raise UsageError(problem, hint=hint)


def _check_members(columns: Sequence[str], loss: str) -> None:
    said = [says(column) for column in columns]
    listed = " ".join(f"-p {column}" for column in columns)
    if Says.MEAN in said and (Says.SCALE in said or Says.VARIANCE in said):
        raise UsageError(
            f"{loss} reads the members of an ensemble, and {', '.join(columns)} are parameters of "
            "a distribution by their names",
            hint=f"Say {listed} -l crps_normal, which reads a mean and a standard deviation.",
        )
    if len(columns) > 1 and levels(tuple(columns)) is not None:
        first = columns[0]
        raise UsageError(
            f"{loss} reads the members of an ensemble, and {', '.join(columns)} are quantiles by "
            "their names",
            hint=f"Score each at its level: -p {first} -l pinball:quantile={level(first):g}.",
        )


def _check_level(columns: Sequence[str], evaluation: Evaluation) -> None:
    named = level(columns[0]) if len(columns) == 1 else None
    quantile = evaluation.params["quantile"]
    if named is not None and named != quantile:
        loss = evaluation.loss.id
        raise UsageError(
            f"{loss} scores the quantile {quantile:g}, and {columns[0]} is the quantile {named:g} "
            "by its name",
            hint=f"Say -l {loss}:quantile={named:g}, or :quantile={quantile:g} if it is meant.",
        )
