"""The page as a person opens it, in Chromium. Needs `chromium`, and the extra `browser`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import losscli
from losscli.describing.evaluation_page import page
from losscli.render.html.page import render_comparison, render_page
from tests.cli.program import SAMPLES

pytestmark = pytest.mark.browser

PAGES = ("breast_cancer", "wine", "multilabel", "diabetes")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    assert path is not None, "install Chromium: apt-get install chromium"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pages")
    for name in PAGES:
        columns = losscli.Columns(pred="prob" if name == "breast_cancer" else ())
        options = {"by_class": name in ("breast_cancer", "wine")}
        command = f"losscli {name}.csv -o {name}.html"
        found = page(SAMPLES / f"{name}.csv", columns=columns, command=command, **options)
        text = render_page(found)
        (made / f"{name}.html").write_text(text, encoding="utf-8")
    return made


@pytest.fixture(params=PAGES)
def opened(request: pytest.FixtureRequest, chromium: Any, folder: Path) -> Iterator[Any]:
    tab = chromium.new_page(viewport={"width": 1280, "height": 900})
    tab.said, tab.asked = [], []
    tab.on("console", lambda message: tab.said.append(message.text))
    tab.on("pageerror", lambda error: tab.said.append(str(error)))
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.goto((folder / f"{request.param}.html").as_uri())
    yield tab
    tab.close()


def test_it_says_nothing_and_asks_for_nothing(opened: Any) -> None:
    assert opened.said == []
    assert len(opened.asked) == 1
    assert opened.asked[0].startswith("file:")


def test_charts_are_drawn(opened: Any) -> None:
    charts = opened.locator("figure svg")
    assert charts.count() >= 1
    for place in range(charts.count()):
        box = charts.nth(place).bounding_box()
        assert box["width"] > 200
        assert box["height"] > 100
        assert charts.nth(place).locator("path, circle, polyline").count() > 5


def column(tab: Any, place: int) -> list[float]:
    cells = tab.locator(f"#losses tbody tr > :nth-child({place})")
    values = [cells.nth(row).get_attribute("data-value") for row in range(cells.count())]
    return [float(value) for value in values if value is not None]


def test_tables_sort_by_click_and_by_key(opened: Any) -> None:
    head = opened.locator("#losses thead th").nth(1)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(opened, 2) == sorted(column(opened, 2))
    head.locator("button").focus()
    opened.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert column(opened, 2) == sorted(column(opened, 2), reverse=True)


def test_on_a_phone_nothing_stands_beyond_the_screen(opened: Any) -> None:
    opened.set_viewport_size({"width": 390, "height": 800})
    opened.reload()
    wide = opened.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    assert (
        opened.evaluate(
            "[...document.querySelectorAll('td, th[scope=row]')]"
            ".filter(e => e.getBoundingClientRect().right > innerWidth).length"
        )
        == 0
    )


def test_the_number_is_large_and_on_the_first_screen(opened: Any) -> None:
    for width in (390, 1280):
        opened.set_viewport_size({"width": width, "height": 800})
        number = opened.locator(".hero .large")
        assert number.bounding_box()["y"] < 400
        size = number.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
        assert size > 30


def test_the_command_can_be_copied(opened: Any) -> None:
    button = opened.locator(".copy")
    button.click()
    assert button.text_content() in ("Copied", "Press Ctrl+C")
    chosen = opened.evaluate("getSelection().toString()")
    assert chosen.strip() == opened.locator(".command code").text_content()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_the_paper(opened: Any, scheme: str, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 800})
    opened.emulate_media(color_scheme=scheme)
    paper = luminance(opened, "body", "backgroundColor")
    band = luminance(opened, ".hero", "backgroundColor")
    inks = {
        "color": ("body", "caption", "tbody th", ".recommended > th", "figcaption", "summary"),
        "fill": ("figure svg text", "figure svg .mark"),
        "stroke": ("figure svg .curve", "figure svg .even", "figure svg .bin line"),
    }
    for name, places in inks.items():
        for place in places:
            if opened.locator(place).count():
                assert contrast(luminance(opened, place, name), paper) >= 4.5, place
    for place in (".hero .unit", ".bar p", ".hero .what"):
        assert contrast(luminance(opened, place, "color"), band) >= 4.5, place


def contrast(one: float, other: float) -> float:
    light, dark = max(one, other), min(one, other)
    return (light + 0.05) / (dark + 0.05)


def luminance(tab: Any, place: str, name: str) -> float:
    text = tab.locator(place).first.evaluate(f"element => getComputedStyle(element).{name}")
    parts = [int(part) / 255 for part in text[text.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_comparison_shows_its_verdict_and_a_forest_around_0(
    chromium: Any, tmp_path: Path, scheme: str, width: int
) -> None:
    models = [SAMPLES / f"model_{name}.csv" for name in "ab"]
    report = losscli.compare(models, SAMPLES / "labels.csv")
    file = tmp_path / "comparison.html"
    file.write_text(render_comparison(report, "losscli compare"), encoding="utf-8")
    tab = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    tab.goto(file.as_uri())
    assert tab.locator("h1").text_content() == "No winner yet"
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    zeros = tab.locator(".forest .zero")
    assert zeros.count() == len(report.comparisons)
    lefts = {round(zeros.nth(place).bounding_box()["x"]) for place in range(zeros.count())}
    assert len(lefts) == 1
    band = luminance(tab, ".hero", "backgroundColor")
    for place in (".forest .name", ".forest .said", ".scale"):
        assert contrast(luminance(tab, place, "color"), band) >= 4.5, place
    tab.close()
