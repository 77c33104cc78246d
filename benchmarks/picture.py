"""Curves on doubly logarithmic axes, as an SVG that needs no library."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 330, 230
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 24, 40
COLOURS = ("#0b6e99", "#b0622c", "#666666")


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (size, value), all above 0; `heavy` for the one that the picture is about."""

    name: str
    points: Sequence[tuple[float, float]]
    heavy: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves over the same sizes, and what both axes hold."""

    across: str
    up: str
    curves: Sequence[Curve]


def drawn(panels: Sequence[Panel]) -> str:
    """All panels, two in a line, as one SVG document."""
    lines = -(-len(panels) // 2)
    size = f"{2 * WIDTH} {lines * HEIGHT}"
    body = "\n".join(
        f'<g transform="translate({place % 2 * WIDTH} {place // 2 * HEIGHT})">\n'
        + "\n".join(_panel(panel))
        + "\n</g>"
        for place, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" '
        'font-family="sans-serif" font-size="11">\n'
        f'<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
    )


def _panel(panel: Panel) -> Iterator[str]:
    points = [point for curve in panel.curves for point in curve.points]
    across = _powers([size for size, _ in points])
    up = _powers([value for _, value in points])

    def place(size: float, value: float) -> tuple[float, float]:
        x = _share(size, across) * (WIDTH - LEFT - RIGHT) + LEFT
        return round(x, 1), round(HEIGHT - BOTTOM - _share(value, up) * (HEIGHT - TOP - BOTTOM), 1)

    yield f'<text x="{LEFT}" y="14">{panel.up}</text>'
    for power in across:
        x, _ = place(10.0**power, 10.0 ** up[0])
        yield _line(x, TOP, x, HEIGHT - BOTTOM)
        yield f'<text x="{x}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{_ten(power)}</text>'
    for power in up:
        _, y = place(10.0 ** across[0], 10.0**power)
        yield _line(LEFT, y, WIDTH - RIGHT, y)
        yield f'<text x="{LEFT - 5}" y="{y + 4}" text-anchor="end">{_ten(power)}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{panel.across}</text>'
    for number, curve in enumerate(panel.curves):
        colour = COLOURS[number % len(COLOURS)]
        places = [place(*point) for point in curve.points]
        path = " ".join(f"{x},{y}" for x, y in places)
        width = 2.5 if curve.heavy else 1.5
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        y = TOP + 14 + 14 * number
        yield f'<text x="{LEFT + 8}" y="{y}" fill="{colour}">{curve.name}</text>'


def _powers(values: Sequence[float]) -> range:
    """The powers of ten from below the smallest value to above the largest."""
    low, high = (math.log10(value) for value in (min(values), max(values)))
    return range(math.floor(low), max(math.ceil(high), math.floor(low) + 1) + 1)


def _share(value: float, powers: range) -> float:
    return (math.log10(value) - powers[0]) / (powers[-1] - powers[0])


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line x1="{x}" y1="{y}" x2="{to_x}" y2="{to_y}" stroke="#dddddd"/>'


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _ten(power: int) -> str:
    if -2 <= power <= 3:
        return f"{10.0**power:g}"
    return "10" + str(power).translate(_RAISED)
