"""Sums against the exact arithmetic of fractions."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.engine.exact import Sum, nearest, root

LARGEST = 1.7976931348623157e308
SMALLEST = 5e-324

ADVERSARIAL = {
    "empty": [],
    "zeros": [0.0, -0.0, 0.0],
    "one": [0.1],
    "tenths": [0.1] * 10,
    "largest": [LARGEST, LARGEST, LARGEST],
    "beyond-and-back": [LARGEST, LARGEST, -LARGEST, -LARGEST, 1.0],
    "1e308": [1e308, 1e292, -1e308],
    "subnormal": [SMALLEST] * 7,
    "1e-308": [1e-308, 3e-308, -1e-308, SMALLEST],
    "both-ends": [1e308, 1e-308, SMALLEST],
    "cancels-to-1": [1e16, 1.0, -1e16],
    "cancels-to-tiny": [1.0, 1e-30, -1.0],
    "half-an-ulp-and-a-bit": [1.0, 2.0**-53, 2.0**-80],
    "alternating": [(-1.0) ** k / (k + 1) for k in range(1000)],
    "ascending-scales": [10.0**k for k in range(-300, 300, 7)],
}

finite = st.floats(allow_nan=False, allow_infinity=False)
losses = st.floats(0.0, 1e300, allow_nan=False)


def exactly(values: list[float]) -> Fraction:
    return sum(map(Fraction, values), start=Fraction(0))


@pytest.mark.parametrize("values", list(ADVERSARIAL.values()), ids=list(ADVERSARIAL))
def test_the_sum_is_the_float_nearest_to_the_true_sum(values: list[float]) -> None:
    assert nearest(Sum.of(np.array(values)).exact) == nearest(exactly(values))


@given(st.lists(losses, max_size=60))
def test_the_sum_of_losses_errs_by_far_less_than_their_last_place(values: list[float]) -> None:
    true = exactly(values)
    assert abs(Sum.of(np.array(values)).exact - true) <= true * Fraction(1, 2**90)


@given(st.lists(finite, max_size=60))
def test_with_signs_the_error_is_small_beside_the_sizes(values: list[float]) -> None:
    size = exactly([abs(value) for value in values])
    assert abs(Sum.of(np.array(values)).exact - exactly(values)) <= size * Fraction(1, 2**90)


def test_a_whole_block_agrees_with_fsum() -> None:
    values = np.random.default_rng(1).lognormal(sigma=4.0, size=1 << 17)
    assert nearest(Sum.of(values).exact) == math.fsum(values)


@given(st.lists(losses, min_size=1, max_size=60), st.data())
def test_however_losses_are_cut_their_sum_is_the_same(
    values: list[float], drawn: st.DataObject
) -> None:
    array = np.array(values)
    cuts = sorted(drawn.draw(st.lists(st.integers(0, len(values)), max_size=5)))
    whole = Sum.of(array)
    pieces = sum((Sum.of(piece) for piece in np.split(array, cuts)), start=Sum())
    assert nearest(pieces.exact) == nearest(whole.exact)


@given(st.lists(st.lists(finite, max_size=8), min_size=1, max_size=8), st.randoms())
def test_blocks_merge_in_any_order_to_the_last_bit(
    blocks: list[list[float]], shuffled: object
) -> None:
    sums = [Sum.of(np.array(block, dtype=np.float64)) for block in blocks]
    forward = sum(sums, start=Sum())
    shuffled.shuffle(sums)
    assert sum(sums, start=Sum()) == forward


@given(st.lists(finite, max_size=20))
def test_the_empty_sum_changes_nothing(values: list[float]) -> None:
    one = Sum.of(np.array(values, dtype=np.float64))
    assert one + Sum() == one == Sum() + one


@given(st.lists(losses, max_size=20), st.lists(losses, max_size=20), st.lists(losses, max_size=20))
def test_merging_is_associative(a: list[float], b: list[float], c: list[float]) -> None:
    x, y, z = (Sum.of(np.array(values, dtype=np.float64)) for values in (a, b, c))
    assert (x + y) + z == x + (y + z)


class TestSpecialValues:
    """What is not finite follows IEEE 754 and stays out of the exact part."""

    def test_infinity_wins_over_finite_numbers(self) -> None:
        found = Sum.of(np.array([1.0, math.inf, 2.0]))
        assert found.exact == 3
        assert found.over(Fraction(3)) == math.inf

    def test_opposite_infinities_and_nan_are_nan(self) -> None:
        for values in ([math.inf, -math.inf], [math.nan, 1.0], [math.nan, math.inf]):
            assert math.isnan(Sum.of(np.array(values)).over(Fraction(1)))

    def test_infinity_survives_merging(self) -> None:
        merged = Sum.of(np.array([math.inf])) + Sum.of(np.array([1.0]))
        assert merged.over(Fraction(2)) == math.inf


class TestDivision:
    """A sum over what its mean divides by."""

    @given(st.lists(st.floats(0.0, 1e6), min_size=1, max_size=50))
    def test_a_mean_is_correctly_rounded(self, values: list[float]) -> None:
        found = Sum.of(np.array(values)).over(Fraction(len(values)))
        assert found == statistics.fmean(values) or found == nearest(exactly(values) / len(values))

    def test_nothing_over_nothing_is_nan(self) -> None:
        assert math.isnan(Sum().over(Fraction(0)))

    def test_a_sum_beyond_the_range_is_infinite_and_its_mean_is_not(self) -> None:
        found = Sum.of(np.array([LARGEST, LARGEST]))
        assert found.over(Fraction(1)) == math.inf
        assert found.over(Fraction(2)) == LARGEST
        assert Sum.of(np.array([-LARGEST, -LARGEST])).over(Fraction(1)) == -math.inf


class TestRoot:
    """Square roots of numbers that need not be floats themselves."""

    @given(st.floats(1e-300, 1e300))
    def test_of_a_float_it_is_that_of_math(self, number: float) -> None:
        assert root(*number.as_integer_ratio()) == pytest.approx(math.sqrt(number), rel=1e-15)

    @pytest.mark.parametrize("exponent", [-160, 0, 150, 300])
    def test_of_a_square_beyond_the_range_it_is_the_side(self, exponent: int) -> None:
        side = Fraction(3 * 10 ** max(0, exponent), 10 ** max(0, -exponent))
        assert root(*(side * side).as_integer_ratio()) == pytest.approx(float(side), rel=1e-15)

    def test_of_nothing_it_is_nothing(self) -> None:
        assert root(0, 1) == 0.0
        assert root(-1, 1) == 0.0
