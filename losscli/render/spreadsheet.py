"""CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

from losscli.render import Screen
from losscli.report import Report, Result

_COLUMNS: Mapping[str, Callable[[Result], Any]] = {
    "loss": lambda result: result.loss,
    "value": lambda result: result.value,
    "n": lambda result: result.n,
    "standard_error": lambda result: result.standard_error,
    "low": lambda result: result.interval[0] if result.interval else None,
    "high": lambda result: result.interval[1] if result.interval else None,
    "baseline": lambda result: result.baseline.value if result.baseline else None,
    "skill": lambda result: result.skill,
    "reduction": lambda result: result.reduction,
    "convention": lambda result: result.convention,
    "kind": lambda result: result.kind,
    "unit": lambda result: result.unit,
    "clipped": lambda result: result.clipped,
    "dropped": lambda result: result.dropped,
    "ignored": lambda result: result.ignored,
    "signature": lambda result: result.signature,
}

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render(report: Report, _screen: Screen) -> str:
    """One row per loss; of unreduced losses one row per row of the data, a column per loss."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    unreduced = [result for result in report.results if result.values is not None]
    if unreduced:
        _write_rows(writer, unreduced)
    else:
        writer.writerow(_COLUMNS)
        for result in report.results:
            writer.writerow([cell(get(result)) for get in _COLUMNS.values()])
    return text.getvalue()


def _write_rows(writer: Any, results: list[Result]) -> None:
    columns: dict[str, list[float]] = {}
    for result in results:
        assert result.values is not None
        if result.values.ndim == 1:
            columns[result.loss] = result.values.tolist()
        else:
            for place, column in enumerate(result.values.T):
                columns[f"{result.loss}[{place}]"] = column.tolist()
    writer.writerow(["row", *columns])
    for place, row in enumerate(zip(*columns.values(), strict=True)):
        writer.writerow([place, *map(cell, row)])


def cell(value: Any) -> Any:
    """A value as it stands in a cell: text that looks like a formula is quoted with an apostrophe.

    Line breaks within text become blanks.
    """
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        text = " ".join(value.splitlines())
        return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
    return value
