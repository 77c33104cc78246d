"""CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from losscli.comparing.report import Comparison, ComparisonReport
from losscli.evaluating.report import Report, Result
from losscli.plain import differences
from losscli.render.numbers import rows_of
from losscli.render.screen import Screen
from losscli.render.visible import visible

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

_COMPARED: Mapping[str, Callable[[Comparison], Any]] = {
    "loss": lambda item: item.loss,
    "reference": lambda item: item.reference,
    "model": lambda item: item.model,
    "reference_value": lambda item: item.reference_value,
    "value": lambda item: item.value,
    "difference": lambda item: item.difference,
    "low": lambda item: item.interval[0] if item.interval else None,
    "high": lambda item: item.interval[1] if item.interval else None,
    "standard_error": lambda item: item.standard_error,
    "p": lambda item: item.p,
    "p_holm": lambda item: item.p_holm,
    "better": lambda item: item.better,
    "equal": lambda item: item.equal,
    "n": lambda item: item.n,
    "verdict": lambda item: item.verdict.value,
    "rows_needed": lambda item: item.rows_needed,
    "rows_needed_most": lambda item: item.rows_needed_most,
    "unit": lambda item: item.unit,
    "signature": lambda item: item.signatures[1],
}

# What stands before them where rows are grouped.
_GROUPED = ("by", "group")

# The wide forms are what some spreadsheets take for the narrow ones.
_FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")


def render(report: Report, _screen: Screen) -> str:
    """One row per loss; of unreduced losses one row per row of the data, a column per loss.

    A loss that is one number beside unreduced ones stands in every row of its column.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if any(result.values is not None for result in report.results):
        columns = _unreduced(report.results)
        heads = [head for head, _ in columns]
        writer.writerow(map(cell, [_index_name(report.results), *heads]))
        rows = zip_longest(*(column for _, column in columns))
        writer.writerows([place, *map(cell, row)] for place, row in enumerate(rows))
    else:
        writer.writerow(_COLUMNS)
        for result in report.results:
            writer.writerow([cell(get(result)) for get in _COLUMNS.values()])
    return text.getvalue()


def render_comparison(report: ComparisonReport, _screen: Screen) -> str:
    """One row per loss and model; then those of each group of rows, where rows are grouped."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    grouped = [("", "")] if report.slices else [()]
    writer.writerow([*(_GROUPED if report.slices else ()), *_COMPARED])
    parts = [*zip(grouped, [report.comparisons], strict=True)]
    parts += [
        ((group.column or "class", group.value_of or ""), group.comparisons)
        for group in report.slices
    ]
    for names, comparisons in parts:
        for item in comparisons:
            writer.writerow(map(cell, [*names, *(get(item) for get in _COMPARED.values())]))
    return text.getvalue()


def cell(value: Any) -> Any:
    """A value as it stands in a cell: every digit of a number, text that is not a formula.

    Text that a spreadsheet would take for a formula gets an apostrophe in front; what is not
    printable is written out as an escape.
    """
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, str):
        return f"'{visible(value)}" if value.startswith(_FORMULA_STARTS) else visible(value)
    return value


def _unreduced(results: Sequence[Result]) -> list[tuple[str, list[Any]]]:
    length = max(len(result.values) for result in results if result.values is not None)
    columns: list[tuple[str, list[Any]]] = []
    several = len({result.convention for result in results}) > 1
    for params, result in zip(differences(results), results, strict=True):
        name = f"{result.loss}:{','.join(params)}" if params else result.loss
        name += f" ({result.convention})" if several else ""
        if result.values is None:
            columns.append((name, [result.value] * length))
        elif result.values.ndim == 1:
            columns.append((name, result.values.tolist()))
        else:
            parts = zip(*rows_of(result.values), strict=True)
            columns += [(f"{name}[{place}]", list(part)) for place, part in enumerate(parts)]
    return columns


def _index_name(results: Sequence[Result]) -> str:
    reductions = {result.reduction for result in results if result.values is not None}
    return "column" if reductions == {"columns"} else "row"
