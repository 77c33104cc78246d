"""Rows → groups with exact sums, whatever the order in which they come."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.errors import UsageError
from losscli.stats.groups import (
    FEWEST_GROUPS,
    MOST_GROUPS,
    ExactSums,
    GroupSums,
    Resampling,
    Table,
    group_count,
    group_of,
)

MANY = 3 * MOST_GROUPS


def losses(rows: int) -> np.ndarray:
    """Two columns over many orders of magnitude, of both signs."""
    random = np.random.default_rng(rows)
    return random.normal(size=(rows, 2)) * 10.0 ** random.integers(-12, 6, (rows, 2))


def table_of(*pieces: tuple[int, np.ndarray], seed: int = 0) -> Table:
    """The table of pieces (first row, values) that were summed apart and then merged."""
    whole = GroupSums(seed)
    for start, values in pieces:
        part = GroupSums(seed)
        part.add(np.arange(start, start + len(values)), values)
        whole.merge(part)
    found = whole.table()
    assert found is not None
    return found


class TestGroupSums:
    @pytest.mark.parametrize("rows", [1, 100, MOST_GROUPS, MOST_GROUPS + 1, MANY])
    @given(data=st.data())
    def test_no_cut_and_no_order_changes_a_bit(self, rows: int, data: st.DataObject) -> None:
        values = losses(rows)
        cuts = data.draw(st.lists(st.integers(0, rows), max_size=5))
        ends = pairwise([0, *sorted(cuts), rows])
        pieces = [(start, values[start:stop]) for start, stop in ends]
        shuffled = data.draw(st.permutations(pieces))
        whole, cut = table_of((0, values)), table_of(*shuffled)
        assert np.array_equal(cut.sums, whole.sums)
        assert (cut.rows, cut.single) == (rows, rows <= MOST_GROUPS)

    def test_few_rows_are_groups_of_their_own_in_their_order(self) -> None:
        values = losses(50)
        assert np.array_equal(table_of((20, values[20:]), (0, values[:20])).sums, values)

    def test_groups_hold_the_rows_that_the_seed_puts_there(self) -> None:
        values = losses(MANY)
        table = table_of((0, values), seed=5)
        group = group_of(np.arange(MANY), MOST_GROUPS, 5)
        for place in (0, 1, MOST_GROUPS - 1):
            wanted = [math.fsum(column) for column in values[group == place].T]
            assert table.sums[place] == pytest.approx(wanted, rel=1e-15)
        assert table.units == "4,096 random groups of rows"

    def test_another_seed_makes_other_groups(self) -> None:
        values = losses(MANY)
        one, two = (table_of((0, values), seed=seed) for seed in (0, 1))
        assert not np.array_equal(one.sums, two.sums)

    def test_nothing_has_no_table(self) -> None:
        assert GroupSums(0).table() is None

    def test_what_is_not_finite_is_known(self) -> None:
        values = losses(MANY)
        values[7, 1] = np.inf
        assert not table_of((0, values)).finite
        assert not table_of((0, values[:10])).finite


class TestExactSums:
    @given(
        st.lists(st.floats(-1e300, 1e300).filter(lambda x: x == 0 or abs(x) > 1e-280), min_size=1)
    )
    def test_they_are_those_of_fsum(self, numbers: list[float]) -> None:
        sums = ExactSums(1, 1)
        sums.add(np.zeros(len(numbers), np.int64), np.array(numbers)[:, None])
        largest = max(map(abs, numbers))
        assert abs(sums.values()[0, 0] - math.fsum(numbers)) <= 2**-50 * largest

    def test_small_numbers_are_not_lost_beside_large_ones(self) -> None:
        sums = ExactSums(1, 1)
        for number in (1e16, 1.0, -1e16):
            sums.add(np.zeros(1, np.int64), np.array([[number]]))
        assert sums.values()[0, 0] == 1.0


class TestGroups:
    def test_rows_spread_evenly(self) -> None:
        counts = np.bincount(group_of(np.arange(1 << 20), 256, 3), minlength=256)
        # Of a fair draw, χ² with 255 degrees of freedom lies in this range in 99.99 % of cases.
        assert 175 < ((counts - 4096) ** 2 / 4096).sum() < 350

    def test_neighbours_do_not_stay_together(self) -> None:
        group = group_of(np.arange(1 << 16), 256, 0)
        assert np.mean(group[1:] == group[:-1]) == pytest.approx(1 / 256, abs=1e-3)

    def test_many_sums_get_fewer_groups(self) -> None:
        assert [group_count(width) for width in (2, 64, 65, 1024)] == [4096, 4096, 2048, 256]
        assert group_count(1024) == FEWEST_GROUPS
        with pytest.raises(UsageError, match="too many to resample"):
            group_count(1025)


@pytest.mark.parametrize("wrong", [{"resamples": 99}, {"resamples": 1_000_001}, {"seed": -1}])
def test_a_resampling_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        Resampling(**wrong)
