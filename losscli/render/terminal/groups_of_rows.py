"""The losses by groups of rows, on a screen: those of the worst group first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress

from rich.console import Group, RenderableType
from rich.text import Text

from losscli.evaluating.report import Report, Slice
from losscli.render.groups import by_column, name_of
from losscli.render.numbers import aligned, between, number, short_titles, titles
from losscli.render.terminal.layout import fits_table, table_or_lines
from losscli.render.terminal.printing import BOUNDLESS
from losscli.render.visible import visible

# So many groups are shown.
_MOST = 20
_INTERVAL = "95 % interval"
_LEGEND = "▲ worse than all other rows by more than chance (5 % for all groups together)"


def slices_block(report: Report, width: int | None) -> Group | None:
    """For each column that rows are grouped by, its groups with their losses; None for none."""
    here = [result.slices is not None for result in report.results]
    results = list(compress(report.results, here))
    if not results:
        return None
    full = list(map(visible, compress(titles(report), here)))
    short = list(map(visible, compress(short_titles(report), here)))
    blocks: list[RenderableType] = []
    marked = False
    for column, lines in by_column(results):
        blocks += [Text(), Text(f"By {visible(column)}", style="bold")]
        blocks += _table(full, short, lines[:_MOST], width or BOUNDLESS)
        if len(lines) > _MOST:
            blocks.append(Text(f"and {len(lines) - _MOST:,} more", style="dim"))
        marked = marked or any(item.worse for line in lines for item in line)
    if marked:
        blocks += [Text(), Text(_LEGEND, style="dim")]
    return Group(*blocks[1:])


def _table(
    full: Sequence[str], short: Sequence[str], lines: Sequence[tuple[Slice, ...]], width: int
) -> Iterator[RenderableType]:
    """The richest table that fits, and what it leaves out; where none does, a card per group."""
    known = any(item.interval for line in lines for item in line)
    layouts = [(full, len(full)), (short, len(full)), (short, 1), (short, 0)]
    for heads, intervals in layouts:
        named, rows = _columns(heads, lines, intervals)
        if fits_table(named, rows, width):
            yield table_or_lines(named, rows, width)
            if intervals < len(full) and known:
                whose = " of the other losses" if intervals else ""
                yield Text(f"95 % intervals{whose}: --format json", style="dim")
            return
    for shown in range(len(short) - 1, 0, -1):
        named, rows = _columns(short[:shown], lines, 0)
        if fits_table(named, rows, width):
            yield table_or_lines(named, rows, width)
            left = [*short[shown:], *(["95 % intervals"] if known else [])]
            yield Text(f"also {', '.join(left)}: --format json", style="dim")
            return
    yield table_or_lines(*_columns(short, lines, len(short)), width)


def _columns(
    heads: Sequence[str], lines: Sequence[tuple[Slice, ...]], intervals: int
) -> tuple[list[str], list[list[Text]]]:
    """The groups, their rows and each loss, so many of them with the interval beside it."""
    columns = [
        ("", [Text(visible(name_of(line[0]))) for line in lines]),
        ("n", [Text(cell, "dim") for cell in aligned([f"{line[0].n:,}" for line in lines])]),
    ]
    for place, head in enumerate(heads):
        items = [line[place] for line in lines]
        columns.append((head, _values(items)))
        if place < intervals and any(item.interval for item in items):
            columns.append((_INTERVAL, [Text(between(item.interval)) for item in items]))
    rows = zip(*(cells for _, cells in columns), strict=True)
    return [head for head, _ in columns], [list(row) for row in rows]


def _values(items: Sequence[Slice]) -> list[Text]:
    shown = aligned([number(item.value, 5) for item in items])
    return [
        Text(f"▲ {cell}", "red") if item.worse else Text(f"  {cell}")
        for item, cell in zip(items, shown, strict=True)
    ]
