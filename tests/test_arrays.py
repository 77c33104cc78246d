"""What arrays of numbers are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from losscli.arrays import median


@pytest.mark.parametrize("columns", [(), (1,), (3,), (2, 2)])
@pytest.mark.parametrize("last", [0.0, np.nan, np.inf])
def test_the_median_is_that_of_numpy_bit_for_bit(columns: tuple[int, ...], last: float) -> None:
    draws = np.random.default_rng(0)
    for rows in range(1, 12):
        values = draws.normal(size=(rows, *columns)) * 10.0 ** draws.integers(-8, 8)
        values.flat[-1] = last
        np.testing.assert_array_equal(median(values), np.median(values, axis=0), strict=True)


def test_no_rows_have_no_median() -> None:
    assert np.isnan(median(np.empty((0, 2)))).tolist() == [True, True]
