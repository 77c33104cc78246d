"""Charts of shares as SVG in the colours of the page: a frame from 0 to 100 % and what is in it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from msgspec import Struct

from losscli.charts.lorenz import Lorenz
from losscli.charts.reliability import FEW, Reliability, wilson
from losscli.render.numbers import number, share
from losscli.render.visible import visible
from losscli.rowwise.report import RowReport

_WIDTH, _HEIGHT = 440, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 14, 44
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
# The radius of a point: of one row, and of all rows.
_SMALLEST, _LARGEST = 3.0, 15.0


class Figure(Struct, frozen=True):
    """A chart with its words; without an SVG, the words alone."""

    title: str
    svg: str
    words: str


def lorenz_figure(chart: Lorenz, hardest: RowReport | None) -> Figure:
    """What few rows carry: the curve, the line of equal shares, and the rows that carry half."""
    words = []
    if chart.half is not None:
        rows = f"{chart.half:,} {'row' if chart.half == 1 else 'rows'}"
        words.append(
            f"Half of the total is carried by {rows} of {chart.rows:,} "
            f"({share(chart.half / chart.rows)}); equal rows would follow the dashed line."
        )
    if hardest is not None and hardest.rows:
        first = hardest.rows[0]
        words.append(f"The hardest, row {first.row:,}, has {number(first.losses[0])}.")
    if chart.beyond:
        words.append(f"Besides, rows whose loss is infinite: {chart.beyond:,}.")
    return Figure(chart.title, _lorenz(chart) if chart.x else "", " ".join(words))


def reliability_figure(chart: Reliability) -> Figure:
    """How often predictions came true over what they said: a point for each bin, with interval."""
    words = f"Calibration error {chart.calibration_error:.4f} over {chart.rows:,} rows."
    telling = [bin for bin in chart.bins if bin.rows >= FEW]
    if telling:
        worst = max(telling, key=lambda bin: abs(bin.mean_prediction - bin.frequency))
        low, high = wilson(worst.frequency, worst.rows)
        words += (
            f" Of bins of {FEW} rows or more, farthest off: predictions of "
            f"{worst.mean_prediction:.2f} came true in {share(worst.frequency)} of {worst.rows:,} "
            f"cases (95 % interval {100.0 * low:.0f} % to {100.0 * high:.0f} %)."
        )
    return Figure(chart.title, _reliability(chart), words)


def _lorenz(chart: Lorenz) -> str:
    points = " ".join(f"{_x(x)},{_y(y)}" for x, y in zip(chart.x, chart.y, strict=True))
    marks = [_diagonal(), f'<polyline class="curve" points="{points}"/>']
    if chart.half is not None:
        x = chart.half / chart.rows
        marks.append(f'<circle class="mark" cx="{_x(x)}" cy="{_y(0.5)}" r="4"/>')
        anchor, shift = ("start", 9) if x < 0.6 else ("end", -9)
        marks.append(
            f'<text x="{_x(x) + shift:.1f}" y="{_y(0.5) + 4:.1f}" text-anchor="{anchor}">'
            f"half: {chart.half:,} of {chart.rows:,}</text>"
        )
    return _framed(marks, "share of the rows, costliest first", "share of the total loss")


def _reliability(chart: Reliability) -> str:
    marks = [_diagonal()]
    for bin in chart.bins:
        x, y = _x(bin.mean_prediction), _y(bin.frequency)
        low, high = wilson(bin.frequency, bin.rows)
        size = _SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(bin.rows / chart.rows)
        said = (
            f"predictions from {bin.low:g} to {bin.high:g}, on average "
            f"{bin.mean_prediction:.3g}: true in {share(bin.frequency)} of {bin.rows:,} rows"
        )
        marks.append(
            f'<g class="{"bin" if bin.rows >= FEW else "bin few"}"><title>{escape(said)}</title>'
            f'<line x1="{x}" x2="{x}" y1="{_y(low)}" y2="{_y(high)}"/>'
            f'<circle class="mark" cx="{x}" cy="{y}" r="{size:.1f}"/></g>'
        )
    return _framed(marks, "mean prediction", "how often it came true")


def _framed(marks: list[str], x_title: str, y_title: str) -> str:
    """Marks in a frame of percents; the words beside it say what it shows."""
    body = "".join([*_axes(x_title, y_title), *marks])
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">{body}</svg>'


def _axes(x_title: str, y_title: str) -> Iterator[str]:
    for tick in _TICKS:
        words = f"{tick:.0%}"
        yield (
            f'<path class="grid" d="M{_x(0)} {_y(tick)}H{_x(1)}M{_x(tick)} {_y(0)}V{_y(1)}"/>'
            f'<text x="{_LEFT - 8}" y="{_y(tick) + 4:.1f}" text-anchor="end">{words}</text>'
            f'<text x="{_x(tick)}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{words}</text>'
        )
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    yield (
        f'<text x="{_x(0.5)}" y="{_HEIGHT - 6}" text-anchor="middle">{visible(x_title)}</text>'
        f'<text transform="translate(12 {middle}) rotate(-90)" text-anchor="middle">'
        f"{visible(y_title)}</text>"
    )


def _diagonal() -> str:
    return f'<path class="even" d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}"/>'


def _x(share: float) -> float:
    return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)


def _y(share: float) -> float:
    return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)
