"""Charts as characters: bars that start at 0, curves by marks, ticks with their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from losscli.charts.axis import ticks
from losscli.charts.curves import Curves
from losscli.charts.histogram import Histogram
from losscli.render.numbers import number, share
from losscli.render.screen import Screen
from losscli.render.terminal.printing import text_of
from losscli.render.visible import visible


class Marks(Struct, frozen=True):
    """The characters that charts are drawn with."""

    eighths: str
    curves: str
    corner: str
    across: str
    down: str
    tick_left: str
    tick_below: str
    border: str


UNICODE = Marks(" ▏▎▍▌▋▊▉█", "●○■□▲△", "└", "─", "│", "┤", "┬", "┊")
ASCII = Marks(" ########", "*o+x%@", "+", "-", "|", "|", "+", ":")


def marks_of(screen: Screen) -> Marks:
    """The characters that a screen can show."""
    return ASCII if screen.ascii else UNICODE


def render_curves(chart: Curves, screen: Screen) -> str:
    """A chart of curves alone, as text."""
    return text_of([curves_block(chart, screen.width, marks_of(screen))], screen)


_COLORS = ("cyan", "magenta", "yellow", "green", "blue", "red")
_WIDEST = 100
_HEIGHT = 16
_LEAST_BAR = 8


def histogram_block(chart: Histogram, width: int | None, marks: Marks) -> RenderableType:
    """A bar for each bin, as long as its rows are many, with their number beside it."""
    columns = min(width or _WIDEST, _WIDEST)
    ranges = _aligned([f"{_edge(a)} to {_edge(b)}" for a, b in _bins(chart)])
    counts = _aligned([f"{count:,}" for count in chart.counts])
    carried = _aligned([share(part) for part in chart.carried or ()])
    beside = max(map(len, ranges)) + 2 + len(counts[0]) + 1
    with_shares = bool(carried) and beside + 2 + len(carried[0]) + _LEAST_BAR <= columns
    room = columns - beside - (2 + len(carried[0]) if with_shares else 0)
    if room < _LEAST_BAR:
        return _listed(chart, ranges, counts)
    most = max(*chart.counts, 1)
    lines = [Text(visible(chart.title), style="bold")]
    heads = f"{chart.quantity:>{len(ranges[0])}}  rows"
    if with_shares:
        heads += "share of total".rjust(columns - len(heads))
    lines.append(Text(heads, style="dim"))
    for place, count in enumerate(chart.counts):
        bar = _bar(count / most, room, marks)
        line = Text(f"{ranges[place]} {marks.down}")
        line.append(bar, style="cyan").append(f" {counts[place].strip()}")
        if with_shares:
            line.append(" " * (columns - cell_len(line.plain) - len(carried[0])))
            line.append(carried[place], style="dim")
        lines.append(line)
    return Group(*lines, *map(Text, _footnotes(chart)))


def _bins(chart: Histogram) -> Iterator[tuple[float, float]]:
    return zip(chart.edges[:-1], chart.edges[1:], strict=True)


def _edge(value: float) -> str:
    return f"{value:.6g}"


def _aligned(texts: Sequence[str]) -> list[str]:
    longest = max(map(len, texts), default=0)
    return [text.rjust(longest) for text in texts]


def _bar(part: float, room: int, marks: Marks) -> str:
    """A bar of that part of the room; whatever is there shows."""
    eighths = round(part * room * 8)
    if part > 0.0 and eighths == 0:
        eighths = 1
    whole, rest = divmod(eighths, 8)
    return marks.eighths[8] * whole + (marks.eighths[rest] if rest else "")


def _listed(chart: Histogram, ranges: Sequence[str], counts: Sequence[str]) -> RenderableType:
    """Where no bar has room: the bins and their rows."""
    pairs = zip(ranges, counts, strict=True)
    lines = [Text(f"{a.strip()}: {count.strip()}") for a, count in pairs]
    return Group(Text(visible(chart.title), style="bold"), *lines, *map(Text, _footnotes(chart)))


def _footnotes(chart: Histogram) -> Iterator[str]:
    facts = [f"{chart.rows:,} rows"]
    if chart.mean is not None:
        facts.append(f"mean {number(chart.mean)}")
    if chart.beyond:
        facts.append(f"{chart.beyond:,} of them infinite, in no bar")
    yield "; ".join(facts)


def curves_block(chart: Curves, width: int | None, marks: Marks) -> RenderableType:
    """All curves in one frame, each by its own mark, both axes with their ticks."""
    columns = min(width or _WIDEST, _WIDEST)
    low = min(0.0, *(min(line.y) for line in chart.lines))
    high = max(max(line.y) for line in chart.lines)
    levels = ticks(low, high, 6)
    step = levels[1] - levels[0] if len(levels) > 1 else high - low or 1.0
    top = high if high <= levels[-1] else levels[-1] + step
    levels = tuple(dict.fromkeys((*levels, top))) if top > levels[-1] else levels
    names = _aligned([_edge(level) for level in levels])
    room = columns - len(names[0]) - 2
    lines = [Text(visible(chart.title), style="bold"), *_legend(chart, marks, columns)]
    lines.append(Text(chart.y_label, style="dim"))
    if chart.regions:
        lines.append(_regions(chart, room, len(names[0]) + 2, marks))
    rows = _frame(chart, room, (low, top), marks)
    at = {_row(level, low, top): name for level, name in zip(levels, names, strict=True)}
    for place, row in enumerate(rows):
        name = at.get(place, "")
        line = Text(f"{name:>{len(names[0])}} {marks.tick_left if name else marks.down}")
        lines.append(line.append_text(row))
    lines += _x_axis(chart, room, len(names[0]) + 1, marks)
    return Group(*lines)


def _legend(chart: Curves, marks: Marks, columns: int) -> list[Text]:
    """What each mark stands for, on as many lines as it takes."""
    lines = [Text()]
    for place, line in enumerate(chart.lines):
        entry = Text(marks.curves[place % len(marks.curves)], style=_color(place))
        entry.append(f" {visible(line.name)}", style="default")
        if lines[-1].plain and cell_len(lines[-1].plain) + 3 + cell_len(entry.plain) > columns:
            lines.append(Text())
        lines[-1].append("   " if lines[-1].plain else "").append_text(entry)
    return lines


def _color(place: int) -> str:
    return _COLORS[place % len(_COLORS)]


def _extent(chart: Curves) -> tuple[float, float]:
    if chart.regions:
        return chart.regions[0].start, chart.regions[-1].end
    left = min(min(line.x) for line in chart.lines)
    return left, max(max(line.x) for line in chart.lines)


def _row(value: float, low: float, top: float) -> int:
    """The line of the frame, from the top, that a value belongs to."""
    part = (value - low) / (top - low) if top > low else 0.0
    return _HEIGHT - 1 - round(min(1.0, max(0.0, part)) * (_HEIGHT - 1))


def _column(value: float, left: float, right: float, room: int) -> int:
    part = (value - left) / (right - left) if right > left else 0.0
    return round(min(1.0, max(0.0, part)) * (room - 1))


def _frame(chart: Curves, room: int, limits: tuple[float, float], marks: Marks) -> list[Text]:
    """The lines between the axes; where curves meet, the first one shows."""
    left, right = _extent(chart)
    grid: list[list[tuple[str, str]]] = [[(" ", "")] * room for _ in range(_HEIGHT)]
    for region in chart.regions[1:]:
        for row in grid:
            row[_column(region.start, left, right, room)] = (marks.border, "dim")
    for place in reversed(range(len(chart.lines))):
        line = chart.lines[place]
        mark = (marks.curves[place % len(marks.curves)], _color(place))
        cells: dict[int, list[int]] = {}
        for x, y in zip(line.x, line.y, strict=True):
            cells.setdefault(_column(x, left, right, room), []).append(_row(y, *limits))
        for column, rows in cells.items():
            for height in _joined(rows, cells.get(column - 1, rows)):
                grid[height][column] = mark
    return [Text.assemble(*row) for row in grid]


def _joined(rows: Sequence[int], before: Sequence[int]) -> range:
    """The lines that a curve takes in a column, up or down to where it was in the one before."""
    high, low = min(rows), max(rows)
    if min(before) > low:
        low = min(before) - 1
    if max(before) < high:
        high = max(before) + 1
    return range(high, low + 1)


def _regions(chart: Curves, room: int, indent: int, marks: Marks) -> Text:
    left, right = _extent(chart)
    line = [" "] * room
    for place, region in enumerate(chart.regions):
        start = _column(region.start, left, right, room)
        end = _column(region.end, left, right, room)
        name = region.name[: end - start - 1]
        middle = start + (end - start - len(name)) // 2 + 1
        line[middle : middle + len(name)] = name
        if place:
            line[start] = marks.border
    return Text(" " * indent + "".join(line[:room]), style="dim")


def _x_axis(chart: Curves, room: int, indent: int, marks: Marks) -> list[Text]:
    left, right = _extent(chart)
    line, names = [marks.across] * room, [" "] * (room + indent + 1)
    free = 0
    for tick in ticks(left, right, max(2, room // 10)):
        column = _column(tick, left, right, room)
        name = _edge(tick)
        start = min(max(0, indent + 1 + column - len(name) // 2), len(names) - len(name))
        if start < free:
            continue
        line[column] = marks.tick_below
        names[start : start + len(name)] = name
        free = start + len(name) + 1
    axis = " " * indent + marks.corner + "".join(line)
    return [Text(axis), Text("".join(names)), Text(chart.x_label.center(room + indent), "dim")]
