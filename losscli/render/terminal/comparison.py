"""Models compared, on a screen: a table for each loss, or a few lines where it is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from losscli.comparing.report import Comparison, ComparisonReport, Verdict
from losscli.render.comparison_columns import chance, losses_of, method, signed, verdict
from losscli.render.numbers import aligned, between, number, share
from losscli.render.terminal.compared_groups import groups_blocks
from losscli.render.terminal.layout import hanging, indented, table_or_lines
from losscli.render.visible import visible

_HEADS = ("", "value", "difference", "95 % interval", "p", "better rows")
_INDENT = 2
_COLORS = {Verdict.BETTER: "green", Verdict.WORSE: "red"}


def comparison_block(report: ComparisonReport, width: int) -> RenderableType:
    """Each loss with what it says of every model, and how that was found."""
    parts: list[RenderableType] = []
    for title, items in losses_of(report.comparisons):
        first = items[0]
        name = visible(title) + (f", {visible(first.unit)}" if first.unit else "")
        name += "" if first.lower_is_better else ", higher is better"
        style = "bold green" if first.recommended else "bold"
        cells = _cells(items)
        models = table_or_lines(_HEADS, cells, width - _INDENT)
        words = [_words(report, item) for item in items]
        parts += [
            Text(),
            hanging("→" if first.recommended else " ", Text(name, style)),
            indented(models),
            *map(indented, words),
        ]
    parts += [Text(), Text(visible(method(report)), style="dim")]
    parts += groups_blocks(report, width)
    return Group(*parts[1:])


def _cells(items: Sequence[Comparison]) -> list[list[Text]]:
    """A line of cells for the reference and for every model."""
    first = items[0]
    values = aligned([number(first.reference_value), *(number(item.value) for item in items)])
    lines: list[tuple[str, ...]] = [(visible(first.reference), values[0], "", "", "", "")]
    for value, item in zip(values[1:], items, strict=True):
        shown = "" if item.better is None else share(item.better)
        cells = (signed(item.difference), between(item.interval), chance(item.p_holm), shown)
        lines.append((visible(item.model), value, *cells))
    return [[Text(cell) for cell in line] for line in lines]


def _words(report: ComparisonReport, item: Comparison) -> Text:
    return Text(visible(verdict(report, item)), style=_COLORS.get(item.verdict, ""))
