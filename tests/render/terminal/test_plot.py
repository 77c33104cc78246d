"""Charts on a screen."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from losscli.charts.curves import Curves, curves_of
from losscli.charts.histogram import Histogram
from losscli.losses.registry import REGISTRY
from losscli.render.screen import Screen
from losscli.render.terminal.plot import histogram_block, marks_of, render_curves
from losscli.render.terminal.table import text_of
from tests.render.conftest import Snapshot
from tests.render.reports import HOSTILE

SPREAD = Histogram(
    title="binary cross entropy, rows by their loss",
    quantity="loss (nats)",
    edges=(0.0, 0.5, 1.0, 1.5, 2.0, 2.5),
    counts=(219, 5, 2, 0, 2),
    carried=(0.361967, 0.223434, 0.152474, 0.0, 0.262125),
    mean=0.07177570909570363,
    beyond=0,
)


def drawn(name: str) -> Curves:
    return curves_of(REGISTRY.get(name), REGISTRY.get("mse"))


def bars(chart: Histogram, screen: Screen) -> str:
    return text_of([histogram_block(chart, screen.width, marks_of(screen))], screen)


@pytest.mark.parametrize("width", [80, 40, 20])
def test_focal_loss(snapshot: Snapshot, width: int) -> None:
    snapshot(f"plot_focal_{width}.txt", render_curves(drawn("focal"), Screen(width)))


def test_a_sum_beside_a_mean(snapshot: Snapshot) -> None:
    snapshot("plot_sse_80.txt", render_curves(drawn("sse"), Screen(80)))


def test_with_the_characters_of_a_typewriter(snapshot: Snapshot) -> None:
    screen = Screen(60, ascii=True)
    text = render_curves(drawn("huber"), screen) + "\n" + bars(SPREAD, screen)
    snapshot("plot_ascii_60.txt", text.replace("²", "2").replace("−", "-"))
    drawn_with = text.replace("²", "").replace("−", "")
    assert drawn_with.isascii()


@pytest.mark.parametrize("width", [80, 40, 20])
def test_a_histogram(snapshot: Snapshot, width: int) -> None:
    snapshot(f"plot_histogram_{width}.txt", bars(SPREAD, Screen(width)))


@pytest.mark.parametrize("width", [20, 24, 30, 40, 60, 80, 120])
@pytest.mark.parametrize("name", ["focal", "sse", "huber", "poisson", "hinge"])
def test_no_line_is_wider_than_the_screen(name: str, width: int) -> None:
    text = render_curves(drawn(name), Screen(width)) + bars(SPREAD, Screen(width))
    assert max(map(cell_len, text.split("\n"))) <= width


def test_bars_are_as_long_as_their_rows_are_many_and_start_at_zero() -> None:
    chart = replace(SPREAD, counts=(100, 50, 25, 0, 1), carried=None)
    lengths = [line.count("█") for line in bars(chart, Screen(80)).splitlines()[2:7]]
    assert lengths[0] == pytest.approx(2 * lengths[1], abs=1)
    assert lengths[0] == pytest.approx(4 * lengths[2], abs=3)
    assert lengths[3:] == [0, 0]


def test_whatever_is_there_shows_and_nothing_else() -> None:
    chart = replace(SPREAD, counts=(1_000_000, 1, 0, 0, 0))
    lines = bars(chart, Screen(80)).splitlines()
    assert "▏ 1" in lines[3]
    assert "│ 0" in lines[4]


def test_infinite_losses_are_said() -> None:
    assert "231 rows; mean 0.07177571; 3 of them infinite, in no bar" in bars(
        replace(SPREAD, beyond=3), Screen(80)
    )


def test_colours_only_where_they_are_wanted() -> None:
    assert "\x1b" not in render_curves(drawn("focal"), Screen(80))
    assert "\x1b" in render_curves(drawn("focal"), Screen(80, color=True))


def test_names_stand_as_text() -> None:
    chart = drawn("bce")
    hostile = replace(chart, title=HOSTILE, lines=(replace(chart.lines[0], name=HOSTILE),))
    text = render_curves(hostile, Screen(200))
    assert "[red]=cmd()<script>" in text
    assert "\x1b" not in text
