"""Models compared by groups of rows, on a screen: a table for each column and loss."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from losscli.comparing.report import Comparison, ComparisonReport, Verdict
from losscli.render.comparison_columns import chance, legend, losses_of, mark, signed
from losscli.render.groups import compared_by_column, name_of
from losscli.render.numbers import aligned, between, number
from losscli.render.terminal.layout import indented, table_or_lines
from losscli.render.visible import visible

_INDENT = 2
_COLORS = {Verdict.BETTER: "green", Verdict.WORSE: "red"}
# So many groups are shown.
_MOST = 20


def groups_blocks(report: ComparisonReport, width: int) -> list[RenderableType]:
    """For each column that rows are grouped by, what each loss says of the models in each group."""
    blocks: list[RenderableType] = []
    several = len(report.models) > 2
    for column, groups in compared_by_column(report):
        shown = groups[:_MOST]
        blocks += [Text(), Text(f"By {visible(column)}", style="bold")]
        for place, (title, first) in enumerate(losses_of(groups[0].comparisons)):
            lines = [
                (visible(name_of(group)), item)
                for group in shown
                for item in losses_of(group.comparisons)[place][1]
            ]
            unit = f", {visible(first[0].unit)}" if first[0].unit else ""
            heads = _heads(report, several=several)
            rows = _rows(lines, several=several)
            table = table_or_lines(heads, rows, width - _INDENT)
            blocks += [Text(), Text(visible(title) + unit), indented(table)]
        if len(groups) > _MOST:
            blocks.append(Text(f"and {len(groups) - _MOST:,} more", style="dim"))
        blocks += [Text(), Text(legend(groups), style="dim")]
    return blocks


def _heads(report: ComparisonReport, *, several: bool) -> list[str]:
    first, second = map(visible, report.models[:2])
    names = ["model", "n", first, "value"] if several else ["n", first, second]
    return ["", *names, "difference", "95 % interval", "p"]


def _rows(lines: Sequence[tuple[str, Comparison]], *, several: bool) -> list[list[Text]]:
    numbers = [item.reference_value for _, item in lines] + [item.value for _, item in lines]
    values = aligned([number(value, 5) for value in numbers])
    counts = aligned([f"{item.n:,}" for _, item in lines])
    rows = []
    for place, (name, item) in enumerate(lines):
        cells = [visible(item.model)] if several else []
        cells += [counts[place], values[place], values[len(lines) + place]]
        cells += [signed(item.difference), between(item.interval), chance(item.p_holm)]
        first = Text(f"{mark(item)} {name}", _COLORS.get(item.verdict, ""))
        rows.append([first, *map(Text, cells)])
    return rows
