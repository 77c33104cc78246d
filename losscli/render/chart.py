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


def histogram_chart(chart: Histogram) -> alt.LayerChart:
    """A bar for each bin from 0 up, its rows written above; what it holds is its tooltip."""
    alt = _altair()
    carried = chart.carried or (None,) * len(chart.counts)
    bins = zip(chart.edges[:-1], chart.edges[1:], chart.counts, carried, strict=True)
    rows = [{"from": a, "to": b, "rows": count, "share": part} for a, b, count, part in bins]
    tooltip = ["from:Q", "to:Q", "rows:Q"]
    if chart.carried:
        tooltip.append(alt.Tooltip("share:Q", title="share of the total", format=".1%"))
    ends = (chart.edges[0], chart.edges[-1])
    return _sized(_bars(rows, chart.quantity, ends, tooltip), chart.title)


def _bars(
    rows: list[dict[str, Any]], title: str, ends: tuple[float, float], tooltip: list[Any]
) -> Any:
    """Bars of `rows` from 0 up, between `from` and `to`, with their number above."""
    alt = _altair()
    scale = alt.Scale(domain=list(ends), nice=False, padding=0)
    y = alt.Y("rows:Q", title="rows", scale=alt.Scale(zero=True))
    bars = alt.Chart(_data(rows)).mark_bar(orient="vertical", color=COLORS[0])
    words = [{"at": (row["from"] + row["to"]) / 2, "rows": row["rows"]} for row in rows]
    numbers = alt.Chart(_data(words)).mark_text(dy=-6, color="#666")
    return alt.layer(
        bars.encode(x=alt.X("from:Q", title=title, scale=scale), x2="to:Q", y=y, tooltip=tooltip),
        numbers.encode(x=alt.X("at:Q", title=title, scale=scale), y=y, text="rows:Q"),
    )


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
    from losscli.machine.whole_files import whole_file

    try:
        import vl_convert
    except ImportError:
        raise _missing() from None
    spec = chart.to_dict()
    if PICTURES[PurePath(path).suffix.lower()] == "svg":
        spec |= {"background": None, "config": _CONFIG}
        picture = _on_any_paper(str(vl_convert.vegalite_to_svg(spec))).encode()
    else:
        picture = vl_convert.vegalite_to_png(spec, scale=_SCALE)
    with whole_file(path) as file:
        file.write(picture)


def _on_any_paper(svg: str) -> str:
    """An SVG in the colours of the reader's scheme: dark text on white, light text on black."""
    for color in (_INK, "#666", "#888"):
        svg = svg.replace(f'"{color}"', '"currentColor"')
    return svg.replace(">", f"><style>{_PAPERS}</style>", 1)


# A colour that no chart has, to be put in place of by that of the words.
_INK = "#010203"
_AXIS = dict.fromkeys(("labelColor", "titleColor", "tickColor", "domainColor"), _INK)
_CONFIG = {
    "axis": {**_AXIS, "gridColor": _INK, "gridOpacity": 0.15},
    "title": {"color": _INK},
    "legend": {"labelColor": _INK, "titleColor": _INK},
    "view": {"stroke": None},
}
_PAPERS = (
    "svg{color:#1b1f24;background:#fff}"
    "@media(prefers-color-scheme:dark){svg{color:#e6edf3;background:#0d1117}}"
)


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
