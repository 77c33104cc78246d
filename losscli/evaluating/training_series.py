"""The training series of a forecast → the naive error that scaled losses divide by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from losscli.arrays import Array
from losscli.engine.exact import Sum
from losscli.errors import DataError, UsageError
from losscli.evaluating.options import Options
from losscli.evaluating.requests import Request, look_up
from losscli.inputs.columns import Columns
from losscli.inputs.evidence.looks import Look
from losscli.inputs.evidence.words import Says, says
from losscli.inputs.opening import Opener
from losscli.inputs.source import Selection, Source
from losscli.losses.definition.loss import Loss
from losscli.losses.definition.parameters import NamedNumbers

# The input that holds the series, the parameter that its naive error becomes, and its season.
TRAIN, _NAIVE, _SEASON = "train", "naive", "season"
# … and the role of the column that names the series of each row.
_NAME = "series"

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


class _Series(Struct):
    """The naive forecast's errors on one series, as far as it has been read."""

    rows: int = 0
    errors: int = 0
    total: Sum = field(default_factory=Sum)
    before: Array = field(default_factory=lambda: np.empty(0))

    def add(self, loss: Loss, values: Array, season: int) -> None:
        """Take in the next values."""
        series = np.concatenate([self.before, values])
        kernel = loss.readings[0].kernel
        errors = kernel(series[: len(series) - season], series[season:], **{_NAIVE: 1.0})
        self.total = self.total + Sum.of(errors)
        self.errors += len(errors)
        self.rows += len(values)
        self.before = series[-season:]

    def error(self, season: int, called: str, file: str) -> float:
        """The mean error. Raises DataError where there is none to divide by."""
        if not self.errors:
            raise DataError(
                f"{called} of {self.rows} rows: a season of {season} leaves none to compare",
                file=file,
            )
        error = self.total.over(Fraction(self.errors))
        if not error > 0.0:
            raise DataError(
                f"{called} whose naive error is {error:g}: nothing to scale by", file=file
            )
        return error


def naive_error(loss: Loss, train: Any, season: int, options: Options) -> float | NamedNumbers:
    """The mean error of the naive forecast on a series, as `loss` measures errors.

    Where a column names the series of each row (`columns.group`), that of each series, their rows
    in the order of the file.
    """
    columns = options.columns or Columns()
    source = Opener(None, columns.decimal).open(train, TRAIN)
    several = columns.group is not None
    found: dict[str, _Series] = {}
    for name, values in _pieces(source, columns):
        found.setdefault(name, _Series()).add(loss, values, season)
    if not several:
        return found[""].error(season, "is a training series", source.name)
    errors = {
        name: series.error(season, f"holds a training series ({name})", source.name)
        for name, series in found.items()
    }
    return NamedNumbers.of(f"{len(errors):,} series of {source.name}", errors)


def _pieces(source: Source, columns: Columns) -> Iterator[tuple[str, Array]]:
    """The numbers of the series, a piece at a time, each with the name of its series."""
    place = _column(source, columns)
    roles = {TRAIN: Selection(None if place is None else (place,))}
    named = _naming(source, columns)
    if named is not None:
        roles[_NAME] = Selection((named,), text=True)
    row, alone = 0, None
    for batch in source.batches(roles, _ROWS):
        values: Array = np.asarray(batch[TRAIN], np.float64).reshape(-1)
        if not np.isfinite(values).all():
            bad = row + int(np.argmin(np.isfinite(values)))
            raise DataError(
                "is missing or infinite", file=source.name, position=source.position(bad)
            )
        if named is None:
            yield "", values
        else:
            names = batch[_NAME][:, 0].astype(str)
            each, place_of = np.unique(names, return_inverse=True)
            if columns.group is None:
                alone = names[0] if alone is None else alone
                if set(each.tolist()) != {alone}:
                    raise _several(source, named)
                yield "", values
            else:
                order = np.argsort(place_of, kind="stable")
                ends = np.cumsum(np.bincount(place_of))[:-1]
                for name, rows in zip(each.tolist(), np.split(order, ends), strict=True):
                    yield name, values[rows]
        row += len(values)


def _several(source: Source, named: int) -> UsageError:
    column = source.column(named)
    return UsageError(
        f"{source.name} holds several series, by its column {column}",
        hint=f"Say --group-col {column}: each is scaled by its own, and their mean is taken. "
        "If it is one series, give its column alone.",
    )


def _naming(source: Source, columns: Columns) -> int | None:
    """The column that names the series of each row; None where there is no such column.

    Raises UsageError where one was asked for that the table does not have.
    """
    names = source.columns
    if columns.group is not None:
        if names is None or columns.group not in names:
            raise UsageError(
                f"{source.name} has no column {columns.group}, which names the series",
                hint="The training series need it as the forecasts do.",
            )
        return names.index(columns.group)
    for place, name in enumerate(names or ()):
        look = Look.of(source.firsts(place))
        words = source.is_text(place) and not look.dates
        if (words or says(name) is Says.KEY) and not look.unique:
            return place
    return None


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
        if not source.is_text(place)
        and not (source.index and place == 0)
        and names[place] != columns.group
    ]
    named = [place for place in numbers if names[place] in columns.label]
    found = named or numbers
    if len(found) != 1:
        raise UsageError(
            f"{source.name}: which column is the training series? It has: {', '.join(names)}",
            hint="Give a file of one column, or call it as --label-col does.",
        )
    return found[0]
