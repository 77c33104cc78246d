"""The hardest rows of any number, kept block by block."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from losscli.engine.hardest import Extreme, Extremes

KEYS = st.lists(st.integers(-3, 3).map(float) | st.just(math.nan), max_size=40)


def gathered(keys: list[float], size: int, most: int) -> list[int]:
    found = Extremes(most)
    for start in range(0, len(keys), size):
        block = np.array(keys[start : start + size])
        rows = tuple(
            Extreme(float(block[place]), start + place, None)
            for place in found.candidates(block).tolist()
        )
        found += Extremes(most, rows)
    return [row.number for row in found.rows]


@given(keys=KEYS, size=st.integers(1, 9), most=st.integers(1, 6))
def test_they_are_the_first_of_a_stable_sort_and_rows_without_a_loss_are_none(
    keys: list[float], size: int, most: int
) -> None:
    order = sorted(
        (row for row, key in enumerate(keys) if not math.isnan(key)), key=lambda row: -keys[row]
    )
    assert gathered(keys, size, most) == order[:most]


def test_no_more_rows_are_looked_at_than_are_kept() -> None:
    assert Extremes(3).candidates(np.arange(1000.0)).tolist() == [997, 998, 999]
