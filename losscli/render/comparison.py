"""Models compared, on a screen: a table for each loss, or a few lines where it is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from losscli.comparison import Comparison, ComparisonReport, Verdict
from losscli.render.compared import chance, losses_of, method, signed, verdict
from losscli.render.figures import aligned, between, number, share
from losscli.render.layout import hanging, indented
from losscli.render.visible import visible

_HEADS = ("", "value", "difference", "95 % interval", "p", "better rows")
_GAP = 2
_INDENT = 2
_COLORS = {Verdict.BETTER: "green", Verdict.WORSE: "red"}


def comparison_block(report: ComparisonReport, width: int) -> RenderableType:
    """Each loss with what it says of every model, and how that was found."""
    parts: list[RenderableType] = []
    for title, items in losses_of(report):
        first = items[0]
        name = visible(title) + (f", {visible(first.unit)}" if first.unit else "")
        name += "" if first.lower_is_better else ", higher is better"
        style = "bold green" if first.recommended else "bold"
        cells = _cells(items)
        needed = _INDENT + sum(_widths(cells)) + _GAP * (len(_HEADS) - 1)
        models = _table(cells) if needed <= width else _stacked(cells)
        words = [_words(report, item) for item in items]
        parts += [
            Text(),
            hanging("→" if first.recommended else " ", Text(name, style)),
            indented(models),
            *map(indented, words),
        ]
    parts += [Text(), Text(visible(method(report)), style="dim")]
    return Group(*parts[1:])


def _cells(items: Sequence[Comparison]) -> list[tuple[str, ...]]:
    """A line of cells for the reference and for every model."""
    first = items[0]
    values = aligned([number(first.reference_value), *(number(item.value) for item in items)])
    lines: list[tuple[str, ...]] = [(visible(first.reference), values[0], "", "", "", "")]
    for value, item in zip(values[1:], items, strict=True):
        shown = "" if item.better is None else share(item.better)
        cells = (signed(item.difference), between(item.interval), chance(item.p_holm), shown)
        lines.append((visible(item.model), value, *cells))
    return lines


def _widths(cells: Sequence[tuple[str, ...]]) -> list[int]:
    return [max(map(cell_len, column)) for column in zip(_HEADS, *cells, strict=True)]


def _table(cells: Sequence[tuple[str, ...]]) -> Table:
    table = Table(
        box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim", show_edge=False
    )
    for place, head in enumerate(_HEADS):
        table.add_column(Text(head), justify="right" if place else "left", no_wrap=True)
    for line in cells:
        table.add_row(*map(Text, line))
    return table


def _stacked(cells: Sequence[tuple[str, ...]]) -> Group:
    lines: list[RenderableType] = []
    for model, *facts in cells:
        lines.append(Text(model, overflow="fold"))
        lines += [
            indented(Text.assemble((f"{head:<14}", "dim"), fact.strip()))
            for head, fact in zip(_HEADS[1:], facts, strict=True)
            if fact
        ]
    return Group(*lines)


def _words(report: ComparisonReport, item: Comparison) -> Text:
    return Text(visible(verdict(report, item)), style=_COLORS.get(item.verdict, ""))
