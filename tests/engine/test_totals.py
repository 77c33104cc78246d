"""Totals of a loss against brute force over all rows at once."""

from __future__ import annotations

import itertools
import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from losscli.engine.row_losses import Measured
from losscli.engine.totals import Spread, Totals, totals

Array = NDArray[np.float64]

# The unit of the sums of squares is 2 to the minus this.
SQUARES = 2252

# Of a spread beside which float64 rounds the losses themselves, no more digits can be had.
DIGITS = 1e-11


def totals_of(losses: Array, weight: Array | None = None) -> Totals:
    denominator = 1.0 if weight is None else weight
    return totals(Measured(losses, (), weight, denominator, 0, None))


def brute_force_error(losses: Array, weight: Array) -> float:
    """The standard error of a weighted mean, rows being the units, in exact arithmetic."""
    u = [Fraction(a) * Fraction(b) for a, b in zip(losses.tolist(), weight.tolist(), strict=True)]
    v = [Fraction(w) for w in weight.tolist()]
    n, mean = len(u), sum(u) / sum(v)
    variance = sum((a - mean * b) ** 2 for a, b in zip(u, v, strict=True))
    return math.sqrt(variance * n / (n - 1) / sum(v) ** 2)


def textbook_error(losses: Array) -> float:
    return statistics.stdev(losses.tolist()) / math.sqrt(len(losses))


rows = st.lists(st.floats(0.0, 1e3), min_size=2, max_size=30).map(np.array)


@given(rows)
def test_the_standard_error_is_that_of_the_textbook(losses: Array) -> None:
    found = totals_of(losses).standard_error
    assert found == pytest.approx(textbook_error(losses), rel=DIGITS, abs=1e-13)


@given(rows, st.data())
def test_with_weights_it_is_the_spread_of_the_weighted_deviations(
    losses: Array, drawn: st.DataObject
) -> None:
    size = len(losses)
    weight = np.array(drawn.draw(st.lists(st.floats(0.1, 10.0), min_size=size, max_size=size)))
    found = totals_of(losses, weight).standard_error
    assert found == pytest.approx(brute_force_error(losses, weight), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e9, 1e15])
def test_a_small_spread_beside_a_large_mean_keeps_its_digits(offset: float) -> None:
    losses = offset + np.random.default_rng(3).integers(0, 64, 5000) / 8
    found = sum((totals_of(piece) for piece in np.split(losses, 7 * [0] + [1111, 4000])), Totals())
    assert found.standard_error == pytest.approx(
        brute_force_error(losses, np.ones(5000)), rel=DIGITS
    )
    assert found.mean == float(sum(map(Fraction, losses.tolist())) / 5000)


def test_equal_losses_have_no_error_at_all() -> None:
    assert totals_of(np.full(1000, 0.1)).standard_error == pytest.approx(0.0, abs=1e-17)


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e-150, 1e150, 1e200, 1e300])
def test_losses_whose_squares_leave_the_range_still_have_an_error(scale: float) -> None:
    sides = np.array([1.0, 2.0, 3.0, 7.0])
    found = totals_of(scale * sides).standard_error
    # Subnormal numbers are few and far between.
    digits = 1e-3 if scale < 1e-300 else 1e-12
    assert found == pytest.approx(scale * textbook_error(sides), rel=digits, abs=0.0)


def test_losses_whose_sum_leaves_the_range_still_have_a_mean_and_an_error() -> None:
    found = totals_of(np.array([1.0e308, 1.5e308, 1.7e308]))
    assert found.mean == pytest.approx(1.4e308, rel=1e-15)
    assert found.standard_error == pytest.approx(0.20816659994661327e308, rel=1e-12)


def test_no_error_is_given_where_none_is_defined() -> None:
    assert totals_of(np.array([0.5])).standard_error is None
    assert Totals().standard_error is None
    assert totals_of(np.array([1.0, math.inf, 2.0])).standard_error is None
    assert totals_of(np.array([1.0, 2.0]), np.zeros(2)).standard_error is None


def test_the_mean_of_nothing_is_nan() -> None:
    assert math.isnan(Totals().mean)
    assert math.isnan(totals_of(np.array([1.0, 2.0]), np.zeros(2)).mean)


@given(
    st.lists(
        st.lists(st.floats(0.0, 1e6), max_size=5).map(lambda a: np.array(a, float)),
        min_size=2,
        max_size=4,
    )
)
def test_blocks_merge_in_any_order_to_the_same_totals(blocks: list[Array]) -> None:
    parts = [totals_of(block) for block in blocks]
    orders = itertools.permutations(parts)
    assert len({sum(order, start=Totals()) for order in orders}) == 1


def test_merging_is_associative_and_the_empty_totals_change_nothing() -> None:
    a, b, c = (totals_of(np.array(values)) for values in ([0.1, 0.2], [3.0], [1e9, 1e-9, 0.5]))
    assert (a + b) + c == a + (b + c)
    assert a + Totals() == a == Totals() + a


def test_counts_and_extremes_are_those_of_all_blocks() -> None:
    losses = np.array([[0.5, 2.0], [0.25, 8.0], [4.0, 1.0]])
    first = totals(Measured(losses[:2], (), None, 2.0, 3, None))
    second = totals(Measured(losses[2:], (), None, 2.0, 1, np.array([False])))
    both = first + second
    assert (both.rows, both.items, both.clipped, both.ignored) == (3, 6, 4, 0)
    assert (both.low, both.high) == (0.25, 8.0)
    assert both.mean == losses.mean()


def test_ignored_rows_are_counted_and_enter_nothing() -> None:
    losses, ignored = np.array([1.0, 99.0, 3.0]), np.array([False, True, False])
    kept = (~ignored).astype(float)
    found = totals(Measured(losses, (), kept, kept, 0, ignored))
    assert (found.rows, found.items, found.ignored) == (2, 2, 1)
    assert (found.low, found.high, found.mean) == (1.0, 3.0, 2.0)
    assert found.standard_error == pytest.approx(textbook_error(np.array([1.0, 3.0])), rel=DIGITS)


def test_a_row_of_weight_0_counts_for_nothing_however_bad_it_is() -> None:
    found = totals_of(np.array([1.0, math.inf, 3.0]), np.array([1.0, 0.0, 1.0]))
    assert found.mean == 2.0


class TestSpread:
    """Σ(u − m·v)² for any m."""

    @given(rows, st.floats(-10.0, 10.0))
    def test_about_any_point_it_is_the_sum_of_squares(self, losses: Array, point: float) -> None:
        total, weight = point.as_integer_ratio()
        found = Spread.of(losses, 1.0).about(total, weight) / (weight**2 << SQUARES)
        true = float(sum((Fraction(u) - Fraction(point)) ** 2 for u in losses.tolist()))
        assert found == pytest.approx(true, rel=1e-12, abs=1e-24)

    def test_one_weight_for_all_is_the_same_as_a_weight_each(self) -> None:
        losses = np.array([0.5, 2.0, 8.0])
        even, each = Spread.of(losses, 2.0), Spread.of(losses, np.full(3, 2.0))
        assert even.about(1, 1) == each.about(1, 1)
