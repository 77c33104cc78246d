"""How much of a total few rows carry."""

from __future__ import annotations

import numpy as np
import pytest

from losscli.charts.lorenz import lorenz
from losscli.engine.concentration import Concentration


def test_equal_rows_lie_on_the_diagonal() -> None:
    chart = lorenz("loss", Concentration.of(np.full(1000, 2.0)), 1000, 0)
    assert chart.y == pytest.approx(chart.x)
    assert chart.half == 500


def test_it_is_the_sorted_rows_share_of_the_total() -> None:
    amounts = np.random.default_rng(0).exponential(size=400) ** 3
    chart = lorenz("loss", Concentration.of(amounts), 400, 0)
    so_far = np.concatenate([[0.0], np.cumsum(np.sort(amounts)[::-1])]) / amounts.sum()
    places = np.round(np.array(chart.x) * 400).astype(int)
    assert chart.y == pytest.approx(so_far[places])
    assert chart.half is not None
    assert so_far[chart.half - 1] < 0.5 <= so_far[chart.half]


def test_it_begins_at_nothing_and_ends_at_all_and_never_falls() -> None:
    chart = lorenz("loss", Concentration.of(np.array([5.0, 0.0, 1.0])), 3, 0)
    assert (chart.x[0], chart.y[0], chart.x[-1], chart.y[-1]) == (0.0, 0.0, 1.0, 1.0)
    assert list(chart.y) == sorted(chart.y)


@pytest.mark.parametrize("amounts", [None, Concentration.of(np.zeros(3))])
def test_a_total_that_rows_have_no_shares_of_has_no_curve(amounts: Concentration | None) -> None:
    chart = lorenz("loss", amounts, 3, 1)
    assert (chart.x, chart.y, chart.half, chart.beyond) == ((), (), None, 1)
