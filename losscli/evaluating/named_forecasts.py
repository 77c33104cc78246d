"""Columns of a forecast whose names say what a loss reads of them, or contradict it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from losscli.engine.evaluation import Evaluation
from losscli.errors import Choice, UsageError
from losscli.evaluating.requests import Request
from losscli.inputs.evidence.quantiles import doubtful, level, levels
from losscli.inputs.evidence.words import Says, item
from losscli.vocabulary import Kind, Reduction

# An item that a loss reads, what a column of that place must not be called, and what serves it.
_CONTRADICTIONS = {
    "mean": (
        (Says.SCALE, Says.VARIANCE),
        "a mean there",
        "Name the columns in the order that the loss takes: {items}.",
    ),
    "variance": (
        (Says.SCALE, Says.MEAN),
        "a variance",
        "Square a standard deviation first, or say -l log_score_normal, which reads one.",
    ),
    "std": (
        (Says.VARIANCE, Says.MEAN),
        "a standard deviation",
        "Take the root of a variance first, or say -l gaussian_nll, which reads one.",
    ),
    "lower": ((Says.UPPER,), "a lower end there", "Name the lower end first."),
    "upper": ((Says.LOWER,), "an upper end there", "Name the lower end first."),
}
_QUANTILE = "quantile"
# What a request calls the level of a quantile.
_LEVELS = frozenset((_QUANTILE, "alpha", "quantile_alpha"))


def levels_of(columns: Sequence[str]) -> tuple[float, ...] | None:
    """The levels of quantiles that the names of the prediction's columns state; None without."""
    if len(columns) == 1:
        stated = level(columns[0])
        return None if stated is None else (stated,)
    return levels(columns)


def at_named_levels(
    columns: Sequence[str], evaluations: Sequence[Evaluation], requests: Sequence[Request]
) -> tuple[Evaluation, ...]:
    """The evaluations, those of quantiles at the levels that the columns' names state.

    A level that was asked for stays, and so does that of a framework's name: where the column says
    another, UsageError is raised, as it is for a name that may state a level or not.
    """
    asked = {name for request in requests for name in request.params}
    if asked & _LEVELS:
        return tuple(evaluations)
    return tuple(
        _at_level(columns, each) if _QUANTILE in each.params else each for each in evaluations
    )


def _at_level(columns: Sequence[str], evaluation: Evaluation) -> Evaluation:
    stated = levels_of(columns)
    given = evaluation.params[_QUANTILE]
    loss = evaluation.loss.id
    if stated is None:
        if len(columns) == 1 and (maybe := doubtful(columns[0])) is not None and maybe != given:
            raise UsageError(
                f"{columns[0]} may be the quantile {maybe:g} by its name, or another",
                choices=[_at(evaluation, f"{each:g}") for each in (maybe, given)],
            )
        return evaluation
    if len(stated) == 1 and stated[0] == given:
        return evaluation
    if evaluation.convention.name != "standard":
        listed = ", ".join(f"{each:g}" for each in stated)
        raise UsageError(
            f"{loss} scores the quantile {given:g}, and the names of the columns say {listed}",
            choices=[
                _at(evaluation, ",".join(f"{each:g}" for each in stated)),
                _at(evaluation, f"{given:g}"),
            ],
        )
    if len(stated) > 1 and evaluation.kind is not Kind.QUANTILE:
        return evaluation
    said = ", ".join(f"{name} at {each:g}" for name, each in zip(columns, stated, strict=True))
    each = "" if len(stated) == 1 else "; one number over all: --reduction columns gives each"
    if evaluation.reduction is not Reduction.MEAN:
        each = ""
    params = {**evaluation.params, _QUANTILE: stated if len(stated) > 1 else stated[0]}
    return replace(
        evaluation, params=params, remark=f"{loss} at the levels of the names: {said}{each}"
    )


def _at(evaluation: Evaluation, levels: str) -> Choice:
    """The loss at these levels, in place of the request as it was typed."""
    asked = evaluation.asked_as
    return Choice(("-l", f"{asked}:{_QUANTILE}={levels}"), instead_of=asked)


def check_levels(evaluations: Sequence[Evaluation], width: int) -> None:
    """Raise UsageError where several quantiles are to be scored and the levels are not known."""
    for evaluation in evaluations:
        given = evaluation.params.get(_QUANTILE)
        count = len(given) if isinstance(given, tuple) else 1
        needed = width if evaluation.kind is Kind.QUANTILE or count > 1 else 1
        if given is None or count == needed:
            continue
        example = ",".join(f"{(place + 1) / (width + 1):.2g}" for place in range(width))
        raise UsageError(
            f"{evaluation.loss.id} has {count} level{'s' * (count > 1)} for {width} columns",
            hint="Say the level of each, such as these:",
            choices=[_at(evaluation, example)],
        )


def check_names(columns: Sequence[str], evaluations: Sequence[Evaluation]) -> None:
    """Raise UsageError where the names of the prediction's columns contradict what a loss reads.

    A standard deviation is no variance, and quantiles and parameters of a distribution are no
    members of an ensemble.
    """
    for evaluation in evaluations:
        _check_items(columns, evaluation)
        if not evaluation.reading.items and Kind.ENSEMBLE in evaluation.reading.kinds:
            _check_members(columns, evaluation.loss.id)


def _check_items(columns: Sequence[str], evaluation: Evaluation) -> None:
    items = evaluation.reading.items
    for name, column in zip(items, columns, strict=False):
        contrary, words, hint = _CONTRADICTIONS.get(name, ((), "", ""))
        if (said := item(column)) in contrary:
            raise UsageError(
                f"{evaluation.loss.id} reads {words}, and {column} is a {said} by its name",
                hint=hint.format(items=", ".join(items)),
            )


def _check_members(columns: Sequence[str], loss: str) -> None:
    said = [item(column) for column in columns]
    listed = " ".join(f"-p {column}" for column in columns)
    if Says.MEAN in said and (Says.SCALE in said or Says.VARIANCE in said):
        fits = "crps_normal" if Says.SCALE in said else "gaussian_nll"
        spread = Says.SCALE if Says.SCALE in said else Says.VARIANCE
        raise UsageError(
            f"{loss} reads the members of an ensemble, and {', '.join(columns)} are parameters of "
            "a distribution by their names",
            hint=f"Say {listed} -l {fits}, which reads a mean and a {spread}.",
        )
    if len(columns) > 1 and levels(tuple(columns)) is not None:
        raise UsageError(
            f"{loss} reads the members of an ensemble, and {', '.join(columns)} are quantiles by "
            "their names",
            hint=f"Score each at its level: {listed} -l pinball.",
        )
