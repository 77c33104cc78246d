"""The training series of a forecast → the naive error that scaled losses divide by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.engine.exact import Sum
from losscli.errors import DataError, UsageError
from losscli.evaluating.options import Options
from losscli.evaluating.requests import Request, look_up
from losscli.inputs.columns import Columns
from losscli.inputs.opening import Opener
from losscli.inputs.source import Selection, Source
from losscli.losses.definition.loss import Loss

# The input that holds the series, the parameter that its naive error becomes, and its season.
TRAIN, _NAIVE, _SEASON = "train", "naive", "season"

_ROWS = 1 << 16


def scaled_by_training(
    requests: tuple[Request, ...], options: Options
) -> tuple[tuple[Request, ...], Options]:
    """Requests with the naive error of the input `train`, and options without that input.

    The series is read once, in its order, and never held. Raises UsageError where it is unclear
    which column it is, DataError for a series that is too short or never changes.
    """
    inputs: Mapping[str, Any] = options.inputs or {}
    if TRAIN not in inputs:
        return requests, options
    wanted = look_up(requests, like=options.like)
    scaled = [
        _scaled(each.request, each.loss, inputs[TRAIN], options)
        if _NAIVE in each.loss.params and _NAIVE not in {**options.params, **each.request.params}
        else each.request
        for each in wanted
    ]
    rest = {name: given for name, given in inputs.items() if name != TRAIN}
    return tuple(scaled), replace(options, inputs=rest or None)


def _scaled(request: Request, loss: Loss, train: Any, options: Options) -> Request:
    given = {**options.params, **request.params}.get(_SEASON, loss.params[_SEASON].default)
    param = loss.params[_SEASON]
    season = param.parse(_SEASON, given) if isinstance(given, str) else param.check(_SEASON, given)
    return Request(
        request.name, {**request.params, _NAIVE: naive_error(loss, train, season, options)}
    )


def naive_error(loss: Loss, train: Any, season: int, options: Options) -> float:
    """The mean error of the naive forecast on a series, as `loss` measures errors."""
    columns = options.columns or Columns()
    source = Opener(None, columns.decimal).open(train, TRAIN)
    kernel = loss.readings[0].kernel
    total, rows, before = Sum(), 0, np.empty(0)
    for values in _values(source, columns):
        series = np.concatenate([before, values])
        errors = kernel(series[: len(series) - season], series[season:], **{_NAIVE: 1.0})
        total, rows = total + Sum.of(errors), rows + len(errors)
        before = series[-season:]
    if not rows:
        raise DataError(
            f"is a training series of {len(before)} rows: a season of {season} leaves none to "
            "compare",
            file=source.name,
        )
    error = total.over(Fraction(rows))
    if not error > 0.0:
        raise DataError(
            f"is a training series whose naive error is {error:g}: nothing to scale by",
            file=source.name,
        )
    return error


def _values(source: Source, columns: Columns) -> Any:
    """The numbers of the series, a batch at a time."""
    place = _column(source, columns)
    roles = {TRAIN: Selection(None if place is None else (place,))}
    row = 0
    for batch in source.batches(roles, _ROWS):
        values: NDArray[np.float64] = np.asarray(batch[TRAIN], np.float64).reshape(-1)
        if not np.isfinite(values).all():
            bad = row + int(np.argmin(np.isfinite(values)))
            raise DataError(
                "is missing or infinite", file=source.name, position=source.position(bad)
            )
        row += len(values)
        yield values


def _column(source: Source, columns: Columns) -> int | None:
    """The column of a table: the only one of numbers, or the one called as the labels are."""
    if source.columns is None:
        if source.shape is not None and len(source.shape) != 1 and source.shape[1:] != (1,):
            raise UsageError(f"{source.name}: a training series is one column of numbers")
        return None
    names = source.columns
    numbers = [
        place
        for place in range(len(names))
        if not source.is_text(place) and not (source.index and place == 0)
    ]
    named = [place for place in numbers if names[place] in columns.label]
    found = named or numbers
    if len(found) != 1:
        raise UsageError(
            f"{source.name}: which column is the training series? It has: {', '.join(names)}",
            hint="Give a file of one column, or call it as --label-col does.",
        )
    return found[0]
