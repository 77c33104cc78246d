"""Round numbers for axes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.charts.axis import nice_step, ticks


@pytest.mark.parametrize(
    ("least", "step"), [(1.0, 1.0), (1.1, 2.0), (0.03, 0.05), (6.0, 10.0), (400.0, 500.0)]
)
def test_a_step_is_one_two_or_five_times_a_power_of_ten(least: float, step: float) -> None:
    assert nice_step(least) == step


def test_ticks_are_round_numbers_within_the_axis() -> None:
    assert ticks(0.0, 1.0, 6) == (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    assert ticks(-3.0, 3.0, 4) == (-2.0, 0.0, 2.0)


@given(low=st.floats(-1e6, 1e6), size=st.floats(1e-3, 1e6), most=st.integers(2, 12))
def test_there_are_never_more_than_asked_for(low: float, size: float, most: int) -> None:
    found = ticks(low, low + size, most)
    assert len(found) <= most
    assert all(low - size * 1e-6 <= tick <= low + size * (1 + 1e-6) for tick in found)
