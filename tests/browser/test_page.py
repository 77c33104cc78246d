"""The page as a person opens it, in Chromium. Needs `chromium`, and the extra `browser`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import losscli
from losscli.describing.evaluation_page import page
from losscli.render.html.page import render_page
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
        text = render_page(page(SAMPLES / f"{name}.csv", columns=columns, **options))
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
        assert charts.nth(place).locator("path").count() > 5


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


def test_a_phone_scrolls_tables_and_not_the_page(opened: Any) -> None:
    opened.set_viewport_size({"width": 390, "height": 800})
    opened.reload()
    wide = opened.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_the_paper(opened: Any, scheme: str) -> None:
    opened.emulate_media(color_scheme=scheme)
    paper = luminance(opened, "body", "backgroundColor")
    for place in ("body", "caption", "th button", ".recommended > th", "figcaption"):
        if opened.locator(place).count():
            ink = luminance(opened, place, "color")
            light, dark = max(ink, paper), min(ink, paper)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, place


def luminance(tab: Any, place: str, name: str) -> float:
    text = tab.locator(place).first.evaluate(f"element => getComputedStyle(element).{name}")
    parts = [int(part) / 255 for part in text[text.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)
