"""Columns of scores that are there already → evaluations, one per column."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from losscli.conventions.table import convention
from losscli.engine.evaluation import Evaluation
from losscli.errors import UsageError
from losscli.evaluating.options import Options
from losscli.evaluating.requests import Request, parse_requests
from losscli.losses.definition.loss import Loss
from losscli.losses.given import given_scores
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Kind, Reduction, Task


def score_evaluations(
    names: Sequence[str], requests: Sequence[Request], options: Options, *, written: bool
) -> tuple[Evaluation, ...]:
    """The evaluations of columns of scores; of those that `requests` name, where there are any.

    With `written`, `losscli rows` has written the columns and named them after losses.

    Raises UsageError for a request that names no column.
    """
    losses = [_loss(name, place, options, written) for place, name in enumerate(names)]
    places = [_asked(request, names) for request in requests] or list(range(len(names)))
    if options.reduction not in (None, Reduction.MEAN, Reduction.SUM, Reduction.NONE):
        raise UsageError(f"scores have no reduction {options.reduction}")
    return tuple(
        Evaluation(
            loss=losses[place],
            reading=losses[place].readings[0],
            task=Task.SCORES,
            kind=Kind.SCORE,
            params=_params(losses[place], names[place]),
            convention=convention("standard"),
            reduction=Reduction(options.reduction or losses[place].reduction),
            recommended=place == places[0],
        )
        for place in places
    )


def _loss(name: str, place: int, options: Options, written: bool) -> Loss:
    """The loss of a column: that of the registry whose rows it holds, or a mean of its own."""
    known = _known(name) if written else None
    if known is None:
        return given_scores(name, place, lower_is_better=not options.higher_is_better)
    if options.higher_is_better and known.lower_is_better:
        raise UsageError(
            f"{name} holds what rows cost by {known.title}: lower is better",
            hint="Leave out --higher-is-better.",
        )
    return given_scores(name, place, of=known)


def _request(name: str) -> Request:
    """What a column of `losscli rows` is named after, its convention left away."""
    found = parse_requests([name.partition(" (")[0]]) if name.strip(" ,:=") else ()
    return found[0] if len(found) == 1 else Request(name)


def _known(name: str) -> Loss | None:
    """The loss that a column of `losscli rows` is named after; None for a name of another kind."""
    request = _request(name)
    return REGISTRY.get(request.name) if REGISTRY.knows(request.name) else None


def _params(loss: Loss, name: str) -> dict[str, Any]:
    """The parameters of a loss that the name of its column tells, over the defaults."""
    given = _request(name).params if loss.params else {}
    return loss.settle(
        {
            key: loss.params[key].parse(key, value) if isinstance(value, str) else value
            for key, value in given.items()
            if key in loss.params
        }
    )


def _asked(request: Request, names: Sequence[str]) -> int:
    """The column that a request names, by its name or by an alias of the loss."""
    if str(request) in names:
        return names.index(str(request))
    known = _known(request.name)
    found = [place for place, name in enumerate(names) if known and _known(name) is known]
    if len(found) == 1 and not request.params:
        return found[0]
    close = get_close_matches(request.name, names, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(names)}."
    raise UsageError(f"no column of scores is named {str(request)!r}", hint=hint)
