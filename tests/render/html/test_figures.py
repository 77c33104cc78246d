"""The charts of a page."""

from __future__ import annotations

from xml.etree import ElementTree

from losscli.charts.lorenz import lorenz
from losscli.charts.reliability import Reliability
from losscli.evaluating.report import Bin
from losscli.render.html.figures import lorenz_figure, reliability_figure

BINS = (
    Bin(0.0, 0.1, 400, 0.02, 0.03),
    Bin(0.4, 0.5, 100, 0.45, 0.60),
    Bin(0.9, 1.0, 1, 0.95, 0.0),
)


def circles(svg: str) -> list[tuple[float, float, float]]:
    found = [item for item in ElementTree.fromstring(svg).iter() if item.tag == "circle"]
    return [(float(c.attrib["cx"]), float(c.attrib["cy"]), float(c.attrib["r"])) for c in found]


def test_points_of_more_rows_are_larger_and_none_are_joined() -> None:
    svg = reliability_figure(Reliability("Reliability", BINS)).svg
    large, middle, small = (size for _, _, size in circles(svg))
    assert large > middle > small
    assert "polyline" not in svg


def test_a_point_stands_within_its_interval() -> None:
    svg = reliability_figure(Reliability("Reliability", BINS)).svg
    lines = [item for item in ElementTree.fromstring(svg).iter() if item.tag == "line"]
    for (_, y, _), line in zip(circles(svg), lines, strict=True):
        assert float(line.attrib["y2"]) <= y <= float(line.attrib["y1"])


def test_words_say_nothing_of_bins_of_few_rows() -> None:
    words = reliability_figure(Reliability("Reliability", BINS)).words
    assert "predictions of 0.45 came true in 60.0 % of 100 cases" in words
    assert "0.95" not in words
    alone = reliability_figure(Reliability("Reliability", BINS[2:])).words
    assert "came true" not in alone


def test_losses_without_shares_have_words_and_no_curve() -> None:
    figure = lorenz_figure(lorenz("loss", None, 3, 2), None)
    assert figure.svg == ""
    assert figure.words == "Besides, rows whose loss is infinite: 2."
