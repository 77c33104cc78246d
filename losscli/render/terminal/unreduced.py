"""Losses that were not reduced to one number: the first of them, on a screen."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from losscli.evaluating.report import Report, Result
from losscli.render.numbers import aligned, number, rows_of
from losscli.render.terminal.layout import columns, indented
from losscli.render.visible import visible

_SHOWN = 10
_ALL = "-q, --format csv or json gives all"


def unreduced_block(title: str, result: Result, report: Report) -> RenderableType:
    """The first rows (or columns) of a loss, and how many more there are."""
    assert result.values is not None
    rows = rows_of(result.values[:_SHOWN])
    by_column = result.reduction == "columns"
    cells = [aligned([number(row[place]) for row in rows]) for place in range(_items(rows))]
    grid = columns(2)
    names = _column_names(result, report) if by_column else [str(p) for p in range(len(rows))]
    for name, *items in zip(names, *cells, strict=False):
        grid.add_row(Text(name, style="dim", justify="right"), Text("  ".join(items)))
    head = Text(title, style="bold")
    head.append(", column by column" if by_column else ", row by row", style="not bold")
    parts: list[RenderableType] = [head, indented(grid)]
    if words := _rest(result, rows):
        parts.append(indented(Text(words, style="dim")))
    return Group(*parts)


def _items(rows: list[list[float]]) -> int:
    return min(_SHOWN, len(rows[0])) if rows else 0


def _column_names(result: Result, report: Report) -> list[str]:
    """The predicted columns by name, where the file names them; else their places."""
    assert result.values is not None
    names = [name for item in report.inputs if item.role == "pred" for name in item.columns]
    if len(names) != len(result.values):
        names = [str(place) for place in range(len(result.values))]
    return [visible(name) for name in names]


def _rest(result: Result, rows: list[list[float]]) -> str:
    assert result.values is not None
    words = []
    unit = "columns" if result.reduction == "columns" else "rows"
    if more := len(result.values) - len(rows):
        words.append(f"{more:,} more {unit}")
    if more := (len(rows[0]) if rows else 0) - _items(rows):
        words.append(f"{more:,} more items in each")
    hardest = "; `losscli rows` shows the hardest" if unit == "rows" else ""
    return f"and {', '.join(words)}: {_ALL}{hardest}" if words else ""
