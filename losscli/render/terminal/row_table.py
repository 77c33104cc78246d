"""The hardest rows on a screen, and how the total lies on all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct
from rich import box
from rich.cells import cell_len
from rich.console import Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from losscli.charts.histogram import Histogram
from losscli.differentiating.report import GradientCheck
from losscli.evaluating.report import Report
from losscli.render.numbers import NOTHING, aligned, number, share, titles
from losscli.render.screen import Screen
from losscli.render.terminal.headline import facts, file_names
from losscli.render.terminal.layout import columns, indented, labelled, listed
from losscli.render.terminal.plot import histogram_block, marks_of
from losscli.render.terminal.table import noted, text_of
from losscli.render.visible import visible
from losscli.rowwise.report import Carried, EasyHard, Row, RowReport
from losscli.vocabulary import Task

# Of more items than these, a row shows the largest and that of its label.
_MOST_ITEMS = 4
# Of a text it shows the log-likelihood, the tokens and the bytes.
_OF_TEXTS = 3
_GAP = 2
# Where lines may have any length, none is folded.
_BOUNDLESS = 100_000


class _Column(Struct, frozen=True):
    name: str
    cells: list[str]
    justify: JustifyMethod = "right"


def render_rows(report: RowReport, screen: Screen, plot: Histogram | None = None) -> str:
    """The rows, how few of them carry the total, what the easy ones carry, and the plot."""
    width = screen.width
    names = [visible(title) for title in titles(report.report)]
    read = listed([*facts(report.report), file_names(report.report)], width or _BOUNDLESS)
    title = Text(f"{_how_many(report)} by {names[0]}", "bold")
    parts: list[RenderableType] = [Group(title, Text(read, "dim", overflow="fold"))]
    parts += [_rows_block(report, names, width), _carried_block(report, names)]
    if report.split is not None:
        parts.append(_split_block(report.split, names))
    if plot is not None:
        parts.append(histogram_block(plot, width, marks_of(screen)))
    if screen.notes and (lines := list(noted(report.report))):
        parts.append(labelled(lines))
    return text_of(parts, screen)


def render_checks(checks: Sequence[GradientCheck], report: Report, screen: Screen) -> str:
    """How each gradient compares with central differences, and the rows where they part.

    The `report` is that of the losses, whose notes stand beneath.
    """
    parts = [_check_block(check, screen.width) for check in checks]
    if screen.notes and (lines := list(noted(report))):
        parts.append(labelled(lines))
    return text_of(parts, screen)


def _check_block(check: GradientCheck, width: int | None) -> RenderableType:
    counts = f"{check.checked:,} derivatives"
    if check.skipped:
        counts += f" ({check.skipped:,} at the end of their range skipped)"
    verdict = f"{check.apart:,} part from" if check.apart else "agree with"
    title = Text(f"{visible(check.title)}: ", style="bold")
    title.append(f"{counts} {verdict} central differences", style="not bold")
    if not check.parted:
        return title
    parted = check.parted
    shown = [_Column("row", [f"{one.row:,}" for one in parted])]
    if any(one.id is not None for one in parted):
        ids = [NOTHING if one.id is None else visible(one.id) for one in parted]
        shown.append(_Column("id", ids, "left"))
    shown.append(_Column("item", [visible(one.item) for one in parted], "left"))
    shown.append(_Column("gradient", aligned([number(one.analytic) for one in parted])))
    shown.append(_Column("difference", aligned([number(one.numeric) for one in parted])))
    if width is None or _width(shown) <= width:
        return Group(title, Text(), _table(shown))
    return Group(title, *_stacked(shown, len(parted)))


def _rows_block(report: RowReport, names: Sequence[str], width: int | None) -> RenderableType:
    shown = _columns(report, names)
    if width is None or _width(shown) <= width:
        return _table(shown)
    return Group(*_stacked(shown, len(report.rows))[1:])


def _how_many(report: RowReport) -> str:
    order = report.order.removesuffix(" first")
    count = len(report.rows)
    rows = "row" if count == 1 else "rows"
    return f"{count:,} {order} {rows} of {report.rows_read:,},"


def _columns(report: RowReport, names: Sequence[str]) -> list[_Column]:
    rows = report.rows
    shown = [_Column("row", [f"{row.row:,}" for row in rows])]
    if any(row.id is not None for row in rows):
        ids = [NOTHING if row.id is None else visible(row.id) for row in rows]
        shown.append(_Column("id", ids, "left"))
    if report.label_columns:
        shown.append(_Column("label", [_items(row.label) for row in rows], "left"))
    shown += _pred_columns(report)
    for place, name in enumerate(names):
        title = "loss" if len(names) == 1 else name.replace(" ", "\n")
        shown.append(_Column(title, aligned([number(row.losses[place]) for row in rows])))
        if any(row.shares[place] is not None for row in rows):
            shown.append(_Column("share", [_part(row.shares[place]) for row in rows]))
    for place, name in enumerate(names if rows and rows[0].gradients else ()):
        title = "gradient" if len(names) == 1 else f"{name} gradient".replace(" ", "\n")
        if len(report.columns) > 1:
            title = title.replace("gradient", "|gradient|")
        slopes = [_length(row.gradients[place]) for row in rows]
        shown.append(_Column(title, aligned([number(slope) for slope in slopes])))
    if rows and rows[0].shares[0] is not None:
        sums, so_far = [], 0.0
        for row in rows:
            so_far += row.shares[0] or 0.0
            sums.append(_part(so_far))
        shown.append(_Column("so far", sums))
    return shown


def _length(gradient: Sequence[float]) -> float:
    """The gradient of a single item, or the length of that of several."""
    return gradient[0] if len(gradient) == 1 else math.hypot(*gradient)


def _item(value: float | str) -> str:
    """A predicted number, or a predicted word."""
    return visible(value) if isinstance(value, str) else number(value, 6)


def _pred_columns(report: RowReport) -> list[_Column]:
    rows = report.rows
    names = report.columns
    if report.report.task == Task.TEXTS:
        names = names[:_OF_TEXTS]
    if len(names) <= _MOST_ITEMS:
        return [
            _Column(visible(name), aligned([_item(row.pred[place]) for row in rows]))
            for place, name in enumerate(names)
        ]
    largest = [max(range(len(row.pred)), key=row.pred.__getitem__) for row in rows]
    found = [
        _Column(
            "largest",
            [
                f"{visible(report.classes[place])}: {number(row.pred[place], 4)}"
                for row, place in zip(rows, largest, strict=True)
            ],
            "left",
        )
    ]
    places = [_place_of_label(report, row) for row in rows]
    if all(place is not None for place in places):
        items = [number(row.pred[place or 0], 4) for row, place in zip(rows, places, strict=True)]
        found.append(_Column("at label", aligned(items)))
    return found


def _place_of_label(report: RowReport, row: Row) -> int | None:
    """The item of the prediction that speaks of the row's label, where the label names one."""
    if len(row.label) != 1:
        return None
    word = str(row.label[0])
    return report.classes.index(word) if word in report.classes else None


def _part(value: float | None) -> str:
    """A share of a total, which says 0 % of nothing that is there."""
    return "< 0.1 %" if value is not None and 0.0 < value < 5e-4 else share(value)


def _items(items: Sequence[object]) -> str:
    words = [visible(number(i, 6) if isinstance(i, float) else str(i)) for i in items]
    if len(words) > _MOST_ITEMS:
        words[_MOST_ITEMS:] = ["…"]
    return " ".join(words)


def _table(shown: Sequence[_Column]) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),
        show_edge=False,
        border_style="dim",
    )
    for column in shown:
        table.add_column(
            Text(column.name, justify=column.justify),
            justify=column.justify,
            no_wrap=True,
            vertical="bottom",
        )
    for cells in zip(*(column.cells for column in shown), strict=True):
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _stacked(shown: Sequence[_Column], count: int) -> list[RenderableType]:
    """Each row below the last, its cells below each other."""
    blocks: list[RenderableType] = []
    for place in range(count):
        grid = columns(2)
        for column in shown[1:]:
            grid.add_row(
                Text(column.name.replace("\n", " "), style="dim"), Text(column.cells[place].strip())
            )
        blocks += [Text(), Text(f"row {shown[0].cells[place]}", "bold"), indented(grid)]
    return blocks


def _carried_block(report: RowReport, names: Sequence[str]) -> RenderableType:
    lines = [
        Text(f"{name}: {_carried(found, report.rows_read)}")
        for name, found in zip(names, report.carried, strict=True)
    ]
    return Group(Text("How few rows carry the total", style="bold"), *map(indented, lines))


def _carried(found: Carried | None, rows: int) -> str:
    if found is None or found.half is None or found.most is None:
        return "no shares: losses of both signs, or a total of 0 or infinity"
    about = "" if found.exact else "about "
    return (
        f"half by {about}{_rows(found.half, rows)}, nine tenths by {about}"
        f"{_rows(found.most, rows)}; the costliest tenth of the rows carries {_part(found.tenth)}"
    )


def _rows(count: int, rows: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'} ({_part(count / rows)})"


def _split_block(split: EasyHard, names: Sequence[str]) -> RenderableType:
    total = max(1, split.easy + split.hard)
    easy, hard = (f"{count:,} ({_part(count / total)})" for count in (split.easy, split.hard))
    title = Text("Easy and hard", style="bold")
    title.append(" (easy: p_t > 0.5, the truth was given more than one half)", style="not bold")
    lines = [Text(f"{split.items}: {easy} easy, {hard} hard")]
    for name, part in zip(names, split.easy_share, strict=True):
        rest = None if part is None else 1.0 - part
        lines.append(Text(f"share of {name}: {_part(part)} easy, {_part(rest)} hard"))
    return Group(title, *map(indented, lines))


def _width(shown: Sequence[_Column]) -> int:
    widths = (max(map(cell_len, (*c.name.split("\n"), *c.cells))) for c in shown)
    return sum(width + _GAP for width in widths) - _GAP
