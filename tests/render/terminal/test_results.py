"""Losses beside the one that leads: what stands in columns, what beneath."""

from __future__ import annotations

import pytest

from losscli.cli.formats import render
from losscli.render.screen import Screen
from tests.render.reports import binary, report, result

NAMES = ("binary_cross_entropy", "binary_focal", "brier", "zero_one", "hinge")


def screen_of(width: int, **changes: object) -> str:
    five = [result(name, recommended=not place, **changes) for place, name in enumerate(NAMES)]
    return render(report(five), "table", Screen(width))


@pytest.mark.parametrize("width", [40, 50, 60])
def test_on_a_narrow_screen_each_loss_takes_two_lines_at_most(width: int) -> None:
    lines = screen_of(width).splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("also"))
    table = lines[start + 1 : lines.index("", start)]
    assert len(table) <= 2 * 4
    for name in ("focal", "brier", "zero", "hinge"):
        assert any(line.startswith("  ") and name in line for line in table)
    assert sum("[0.0384, 0.1052]" in line for line in table) == 4


def test_the_rows_that_all_losses_share_are_said_once() -> None:
    assert "n\n" not in screen_of(80, n=227)
    assert "227 of 228 rows" in screen_of(80, n=227)
    uneven = [result(recommended=True), result("brier", n=227)]
    assert "  227\n" in render(report(uneven), "table", Screen(80))


def test_where_nothing_varies_no_standard_error_is_said() -> None:
    assert "standard error" not in screen_of(80, standard_error=0.0, interval=None)
    assert "standard error 0.01705" in screen_of(80, interval=None)


def test_a_score_says_once_that_higher_is_better() -> None:
    score = result("auc", title="AUC", lower_is_better=False)
    found = report([score], notes=("auc is a score: higher is better",))
    assert render(found, "table", Screen(80, notes=True)).count("higher is better") == 1


def test_columns_stand_one_below_the_other() -> None:
    lines = render(binary(), "table", Screen(40)).splitlines()
    table = [line for line in lines if line.startswith(("  brier ", "  mse "))]
    assert len({line.index(".") for line in table}) == 1
