"""Groups of rows: what a person sees of their losses."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from losscli.cli.formats import render
from losscli.evaluating.report import Slice
from losscli.render.screen import Screen
from tests.render.conftest import Snapshot
from tests.render.reports import HOSTILE, binary

SITES = ("north", "south", HOSTILE, None)


def grouped() -> object:
    report = binary()
    results = []
    for place, result in enumerate(report.results):
        slices = [
            Slice("site", site, 40 + rank, 0.1 * (rank + 1) + place, 0.01, None, 0.01, rank == 1)
            for rank, site in enumerate(SITES)
        ]
        results.append(result.changed(slices=tuple(slices)))
    return replace(report, results=tuple(results))


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
