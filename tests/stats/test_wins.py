"""How few rows make a difference, against sorting them."""

from __future__ import annotations

import numpy as np
import pytest

from losscli.stats.wins import Wins

RANDOM = np.random.default_rng(3)


def sorted_count(shift: np.ndarray) -> int:
    """How many of the largest shifts towards the total reach it."""
    total = shift.sum()
    harms = np.sort(shift * np.sign(total))[::-1]
    return int(np.searchsorted(np.cumsum(harms), abs(total)) + 1)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("heavy", [0.1, 1.0, 2.0])
def test_decisive_rows_are_those_of_sorted_differences(scale: float, heavy: float) -> None:
    size = scale * np.exp(heavy * RANDOM.normal(size=3000))
    shift = np.where(RANDOM.random(3000) < 0.6, size, -0.5 * size)
    wins = Wins()
    for part in (slice(0, 700), slice(700, 3000)):
        piece = Wins()
        piece.add(np.zeros(len(shift[part])), shift[part])
        wins.merge(piece)
    assert wins.decisive(shift.sum()) == pytest.approx(sorted_count(shift), rel=0.07, abs=1)


def test_one_huge_miss_is_decisive_alone() -> None:
    wins = Wins()
    wins.add(np.full(100, 0.2), np.array([*[0.1] * 99, 50.0]))
    assert (wins.lower, wins.equal, wins.decisive(40.0)) == (99, 0, 1)


@pytest.mark.parametrize("total", [0.0, np.inf, np.nan])
def test_without_a_difference_no_rows_make_it(total: float) -> None:
    wins = Wins()
    wins.add(np.zeros(3), np.array([1.0, -1.0, 0.0]))
    assert wins.decisive(total) is None
    assert Wins().decisive(1.0) is None
