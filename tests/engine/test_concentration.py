"""How few rows carry how much of a total."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.engine import concentration
from losscli.engine.concentration import Concentration, Gathering

AMOUNTS = st.lists(st.floats(0.0, 1e300, allow_subnormal=True), min_size=1, max_size=60)


def sorted_count(amounts: list[float], share: Fraction) -> int | None:
    """How many of the largest it takes, by exact arithmetic on the sorted amounts."""
    total = sum(map(Fraction, amounts), Fraction(0))
    if not total:
        return None
    so_far = Fraction(0)
    for place, amount in enumerate(sorted(amounts, reverse=True)):
        so_far += Fraction(amount)
        if so_far >= share * total:
            return place + 1
    raise AssertionError


def counts_of(found: Concentration) -> tuple[list[int], list[int], int]:
    return found.keys.tolist(), found.counts.tolist(), found.dropped


class TestExactCounts:
    @given(amounts=st.lists(st.integers(0, 40), min_size=1, max_size=60))
    def test_are_those_of_the_sorted_amounts(self, amounts: list[int]) -> None:
        found = Concentration.of(np.array(amounts, float))
        assert found.carrying(0.5) == sorted_count(list(map(float, amounts)), Fraction(1, 2))
        assert found.exact

    @pytest.mark.parametrize("rows", [2, 6, 10, 1000, 12345678])
    @pytest.mark.parametrize("amount", [0.1, 0.3, 1 / 3, 1e-300])
    def test_half_of_equal_amounts_is_half_of_the_rows(self, amount: float, rows: int) -> None:
        one = Concentration.of(np.array([amount]))
        found = Concentration(one.keys, np.array([rows]), 0)
        assert found.carrying(0.5) == rows // 2

    def test_a_total_of_zero_is_carried_by_none(self) -> None:
        found = Concentration.of(np.zeros(5))
        assert (found.carrying(0.5), found.share_of(2)) == (None, None)

    def test_minus_zero_is_zero(self) -> None:
        assert Concentration.of(np.array([-0.0, 0.0, 1.0])).carrying(0.5) == 1

    @given(amounts=st.lists(st.integers(0, 40), min_size=1, max_size=60), rows=st.integers(0, 70))
    def test_the_share_of_the_first_rows(self, amounts: list[int], rows: int) -> None:
        share = Concentration.of(np.array(amounts, float)).share_of(rows)
        if not sum(amounts):
            assert share is None
        else:
            largest = sorted(amounts, reverse=True)[:rows]
            assert share == pytest.approx(sum(largest) / sum(amounts), rel=1e-15)


class TestMerging:
    @given(amounts=AMOUNTS, cut=st.integers(0, 60), most=st.integers(1, 40))
    def test_the_cut_does_not_matter(self, amounts: list[float], cut: int, most: int) -> None:
        values = np.array(amounts)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(concentration, "MOST_KEYS", most)
            whole = Concentration.of(values)
            one, other = Concentration.of(values[:cut]), Concentration.of(values[cut:])
            gathering = Gathering()
            for amount in amounts:
                gathering.add(np.array([amount]))
            assert counts_of(one + other) == counts_of(whole)
            assert counts_of(other + one) == counts_of(whole)
            assert counts_of(gathering.finish()) == counts_of(whole)
            assert counts_of(whole + Concentration()) == counts_of(whole)
        assert whole.rows == len(amounts)
        assert len(whole.keys) <= most

    @given(amounts=AMOUNTS, most=st.integers(1, 40))
    def test_no_more_bits_are_dropped_than_need_be(self, amounts: list[float], most: int) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(concentration, "MOST_KEYS", most)
            found = Concentration.of(np.array(amounts))
        if found.dropped:
            finer = np.unique(np.array(amounts).view(np.uint64) >> np.uint64(found.dropped - 1))
            assert finer.size > most


def test_more_amounts_than_are_told_apart_are_counted_within_their_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(concentration, "MOST_KEYS", 1 << 12)
    amounts = np.random.default_rng(3).lognormal(0.0, 2.0, 200_000)
    gathering = Gathering()
    for block in np.split(amounts, 10):
        gathering.add(block)
    found = gathering.finish()
    assert not found.exact
    ordered = np.sort(amounts)[::-1]
    error = math.ldexp(1.0, found.dropped - 53)
    for share in (0.5, 0.9):
        needed = int(np.searchsorted(np.cumsum(ordered), share * ordered.sum())) + 1
        counted = found.carrying(share)
        assert counted is not None
        carried = ordered[:counted].sum() / ordered.sum()
        assert carried == pytest.approx(share, abs=2 * error)
        assert counted == pytest.approx(needed, rel=0.01)
    assert found.share_of(2000) == pytest.approx(ordered[:2000].sum() / ordered.sum(), abs=error)
