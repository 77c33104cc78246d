"""Charts as pictures: plain numbers → Altair → SVG or PNG. Needs the extra `report`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from losscli.charts.curves import Curves
from losscli.charts.histogram import Histogram
from losscli.errors import UsageError

if TYPE_CHECKING:
    import altair as alt

PICTURES = {".svg": "svg", ".png": "png"}

_WIDTH, _HEIGHT = 560, 300
# Told apart by everyone, on white and on black (Okabe & Ito 2008, without the yellow).
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
# Twice the pixels of a screen of 96 dots per inch.
_SCALE = 2


def is_picture(path: str | None) -> bool:
    """Whether a file's ending stands for a picture."""
    return path is not None and PurePath(path).suffix.lower() in PICTURES


def histogram_chart(chart: Histogram) -> alt.Chart:
    """A bar for each bin from 0 up; what it holds is its tooltip."""
    alt = _altair()
    carried = chart.carried or (None,) * len(chart.counts)
    bins = zip(chart.edges[:-1], chart.edges[1:], chart.counts, carried, strict=True)
    rows = [{"from": a, "to": b, "rows": count, "share": part} for a, b, count, part in bins]
    tooltip = ["from:Q", "to:Q", "rows:Q"]
    if chart.carried:
        tooltip.append(alt.Tooltip("share:Q", title="share of the total", format=".1%"))
    bars = (
        alt.Chart(_data(rows))
        .mark_bar(color=COLORS[0], stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("from:Q", title=chart.quantity, scale=alt.Scale(nice=False)),
            x2="to:Q",
            y=alt.Y("rows:Q", title="rows", scale=alt.Scale(zero=True)),
            tooltip=tooltip,
        )
    )
    return _sized(bars, chart.title)


def curves_chart(chart: Curves) -> alt.LayerChart:
    """A line for each curve; regions are named above, with a rule between them."""
    alt = _altair()
    rows = [
        {"x": x, "y": y, "curve": line.name}
        for line in chart.lines
        for x, y in zip(line.x, line.y, strict=True)
    ]
    names = [line.name for line in chart.lines]
    colors = [COLORS[place % len(COLORS)] for place in range(len(names))]
    # One legend for both, as both have the same names; none for a single curve.
    named = {"title": None, "sort": names, **({"legend": None} if len(names) == 1 else {})}
    lines = (
        alt.Chart(_data(rows))
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("x:Q", title=chart.x_label),
            y=alt.Y("y:Q", title=chart.y_label, scale=alt.Scale(zero=True)),
            color=alt.Color("curve:N", scale=alt.Scale(domain=names, range=colors), **named),
            strokeDash=alt.StrokeDash("curve:N", scale=alt.Scale(domain=names), **named),
        )
    )
    layers: list[Any] = [lines]
    if chart.regions:
        borders = [{"x": region.start} for region in chart.regions[1:]]
        middles = [{"x": (r.start + r.end) / 2, "name": r.name} for r in chart.regions]
        rule = alt.Chart(_data(borders)).mark_rule(strokeDash=[4, 4], color="#888").encode(x="x:Q")
        names_above = alt.Chart(_data(middles)).mark_text(baseline="top", dy=4, color="#666")
        layers += [rule, names_above.encode(x="x:Q", y=alt.value(0), text="name:N")]
    return _sized(alt.layer(*layers), chart.title)


def save_picture(path: str, chart: Any) -> None:
    """Write a chart to an SVG or PNG file, whole or not at all.

    Raises UsageError where it cannot be written, or the extra `report` is not installed.
    """
    from losscli.render.writing import whole_file

    try:
        import vl_convert
    except ImportError:
        raise _missing() from None
    spec = chart.to_json()
    if PICTURES[PurePath(path).suffix.lower()] == "svg":
        picture = vl_convert.vegalite_to_svg(spec).encode()
    else:
        picture = vl_convert.vegalite_to_png(spec, scale=_SCALE)
    with whole_file(path) as file:
        file.write(picture)


def _altair() -> Any:
    try:
        import altair
    except ImportError:
        raise _missing() from None
    return altair


def _missing() -> UsageError:
    return UsageError(
        "pictures need Altair and vl-convert, which are not installed",
        hint="Install them: pip install 'losscli[report]'.",
    )


def _data(rows: list[Mapping[str, Any]] | list[dict[str, Any]]) -> Any:
    return _altair().Data(values=rows)


def _sized(chart: Any, title: str) -> Any:
    return chart.properties(title=title, width=_WIDTH, height=_HEIGHT)
