"""The losses by groups of rows, on a screen: those of the worst group first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from losscli.evaluating.report import Report, Slice
from losscli.render.groups import by_column, name_of
from losscli.render.numbers import NOTHING, aligned, between, number, titles
from losscli.render.terminal.layout import indented
from losscli.render.visible import visible

_GAP = 2
# So many groups are shown.
_MOST = 20

_LEGEND = "▲ worse than all other rows by more than chance (5 % for all groups together)"


def slices_block(report: Report, width: int | None) -> Group | None:
    """For each column that rows are grouped by, its groups with their losses; None for none."""
    results = [
        (visible(title), result)
        for title, result in zip(titles(report), report.results, strict=True)
        if result.slices
    ]
    if not results:
        return None
    blocks: list[RenderableType] = []
    marked = False
    for column, lines in by_column([result for _, result in results]):
        heads = [title for title, _ in results]
        blocks += [Text(), Text(f"By {visible(column)}", style="bold")]
        blocks.append(_table(heads, lines[:_MOST], width))
        if len(lines) > _MOST:
            blocks.append(Text(f"and {len(lines) - _MOST:,} more", style="dim"))
        marked = marked or any(item.worse for line in lines for item in line)
    if marked:
        blocks += [Text(), Text(_LEGEND, style="dim")]
    return Group(*blocks[1:])


def _table(
    heads: Sequence[str], lines: Sequence[tuple[Slice, ...]], width: int | None
) -> RenderableType:
    names = [visible(name_of(line[0])) for line in lines]
    rows = aligned([f"{line[0].n:,}" for line in lines])
    cells = [_values([line[place] for line in lines]) for place in range(len(heads))]
    if len(heads) == 1 and any(line[0].interval for line in lines):
        heads = [*heads, "95\u00a0% interval"]
        cells.append([between(line[0].interval) for line in lines])
    wrapped = [head.replace(" ", "\n") for head in heads]
    widths = [max(map(cell_len, names)), max(map(cell_len, (*rows, "n")))]
    widths += [
        max(map(cell_len, (*column, *head.split("\n"))))
        for column, head in zip(cells, wrapped, strict=True)
    ]
    if width is not None and sum(widths) + _GAP * (len(widths) - 1) > width:
        return _stacked(heads, names, rows, cells)
    table = Table(
        box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim", show_edge=False
    )
    table.add_column("", overflow="fold")
    for head in ("n", *wrapped):
        table.add_column(Text(head), justify="right", no_wrap=True)
    for name, count, *values in zip(names, rows, *cells, strict=True):
        table.add_row(Text(name), Text(count, "dim"), *map(_cell, values))
    return table


def _values(items: Sequence[Slice]) -> list[str]:
    shown = aligned([number(item.value, 5) for item in items])
    return [f"{'▲' if item.worse else ' '} {cell}" for item, cell in zip(items, shown, strict=True)]


def _cell(text: str) -> Text:
    return Text(text, "red" if text.startswith("▲") else "")


def _stacked(
    heads: Sequence[str],
    names: Sequence[str],
    rows: Sequence[str],
    cells: Sequence[Sequence[str]],
) -> Group:
    blocks: list[RenderableType] = []
    for place, name in enumerate(names):
        blocks.append(Text(f"{name}  n {rows[place].strip()}", overflow="fold"))
        for head, column in zip(heads, cells, strict=True):
            value = column[place].strip()
            blocks.append(indented(Text.assemble(f"{head}  ", _cell(value))))
    return Group(*blocks) if blocks else Group(Text(NOTHING))
