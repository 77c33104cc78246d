"""Groups of rows: what a person sees of their losses."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from losscli.cli.formats import render
from losscli.evaluating.report import Slice
from losscli.render.screen import Screen
from tests.render.conftest import Snapshot
from tests.render.reports import HOSTILE, binary, report, result

SITES = ("north", "south", HOSTILE, None)


def grouped() -> object:
    found = binary()
    results = []
    for place, each in enumerate(found.results):
        slices = [
            Slice("site", site, 40 + rank, 0.1 * (rank + 1) + place, 0.01, None, 0.01, rank == 1)
            for rank, site in enumerate(SITES)
        ]
        results.append(each.changed(slices=tuple(slices)))
    return replace(found, results=tuple(results))


@pytest.mark.parametrize("width", [80, 40])
def test_groups_fit_their_screen(snapshot: Snapshot, width: int) -> None:
    text = render(grouped(), "table", Screen(width, False))  # type: ignore[arg-type]
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text
    snapshot(f"sliced_{width}.txt", text)


def test_markdown_shows_them_too() -> None:
    text = render(grouped(), "markdown", Screen(None, False))  # type: ignore[arg-type]
    assert "| south | 41 | ▲ 0.2 |" in text
    assert "| (missing) | 43 |" in text
    assert "<script>" not in text


def by_class(*losses: str, width: int) -> list[str]:
    results = []
    for place, loss in enumerate(losses):
        slices = [
            Slice(None, name, 40, 0.0123456 * (place + 1), 0.01, (0.0101, 0.0202), None, None)
            for name in ("grignolino", "barbera")
        ]
        results.append(result(loss, recommended=not place, slices=tuple(slices)))
    lines = render(report(results), "table", Screen(width)).splitlines()
    return lines[lines.index("By class") + 1 :]


def test_headings_stand_on_one_line_where_they_fit() -> None:
    head = by_class("binary_cross_entropy", "brier", width=90)[0]
    assert (
        head.split("  ", 1)[1].split()
        == "n binary cross entropy 95 % interval brier 95 % interval".split()
    )


def test_ids_stand_for_titles_before_an_interval_is_left_out() -> None:
    head, *_ = by_class("binary_cross_entropy", "binary_focal", width=80)
    assert head.split() == "n bce 95 % interval focal 95 % interval".split()


FIVE = ("binary_cross_entropy", "binary_focal", "brier", "zero_one", "hinge")


def test_what_does_not_fit_is_named_with_the_way_to_it() -> None:
    head, *rows, more, end = [line for line in by_class(*FIVE, width=40) if line][:5]
    more = f"{more} {end}"
    assert head.split()[:2] == ["n", "bce"]
    assert [row.split()[0] for row in rows] == ["grignolino", "barbera"]
    assert more.startswith("also ")
    assert more.endswith(": --format json")
    assert {*head.split(), *more.replace(",", " ").replace(":", " ").split()} >= {
        "bce",
        "focal",
        "brier",
        "zero_one",
        "hinge",
    }


@pytest.mark.parametrize("width", [20, 24, 30, 40, 60, 80, 120])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    assert max(map(len, by_class(*FIVE, width=width))) <= width
