"""What is asked of a loss, and whether a value keeps to it."""

from __future__ import annotations

import math

import pytest

from losscli.checking.rules import (
    Bound,
    Tolerance,
    bounds_of,
    excess,
    parse_bounds,
    parse_tolerances,
    tolerances_of,
)
from losscli.errors import UsageError


def test_a_bound_is_a_loss_and_a_number() -> None:
    assert parse_bounds(["bce=0.30", "focal:gamma=5=1e-3"], "max") == (
        Bound("bce", "max", 0.3),
        Bound("focal:gamma=5", "max", 1e-3),
    )
    assert bounds_of({"bce": 0.3}, "max") == parse_bounds(["bce=0.3"], "max")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bce", "which bound"),
        ("=0.3", "which bound"),
        ("bce=", "'' is not a number"),
        ("bce=low", "'low' is not a number"),
        ("bce=nan", "nan bounds nothing"),
        ("bce=inf", "inf bounds nothing"),
    ],
)
def test_what_is_no_bound_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_bounds([text], "max")


@pytest.mark.parametrize("given", [0.3, ["bce"], {"bce": "0.3"}, {"bce": True}])
def test_a_configured_bound_is_a_table_of_numbers(given: object) -> None:
    with pytest.raises(UsageError):
        bounds_of(given, "max")


def test_a_tolerance_is_an_amount_or_a_share_for_all_or_for_one() -> None:
    found = parse_tolerances(["0.01", "bce=2%"])
    assert found.of(("mse",)) == Tolerance(0.01)
    assert found.of(("binary_cross_entropy", "bce")) == Tolerance(0.02, relative=True)
    assert tolerances_of("2%").of(("mse",)) == Tolerance(0.02, relative=True)
    assert tolerances_of({"bce": 0.5}).of(("mse",)) == Tolerance()


def test_a_share_and_an_amount_allow_the_larger_of_the_two() -> None:
    for found in (parse_tolerances(["2%", "0.001"]), tolerances_of(["2%", 0.001])):
        tolerance = found.of(("mse",))
        assert tolerance.limit(1.0, lower_is_better=True) == pytest.approx(1.02)
        assert tolerance.limit(0.01, lower_is_better=True) == pytest.approx(0.011)


@pytest.mark.parametrize("texts", [["2%", "3%"], ["0.1", "0.2"], ["bce=2%", "bce=1%"]])
def test_two_tolerances_of_one_sort_are_refused(texts: list[str]) -> None:
    with pytest.raises(UsageError, match="two"):
        parse_tolerances(texts)


@pytest.mark.parametrize("text", ["-1", "-1%", "much", "nan", "bce=", "%"])
def test_what_is_no_tolerance_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_tolerances([text])


@pytest.mark.parametrize(
    ("baseline", "lower_is_better", "limit"),
    [(2.0, True, 2.2), (2.0, False, 1.8), (-2.0, True, -1.8), (-2.0, False, -2.2)],
)
def test_a_share_of_the_baseline_is_room_on_its_worse_side(
    baseline: float, lower_is_better: bool, limit: float
) -> None:
    tolerance = Tolerance(0.1, relative=True)
    assert tolerance.limit(baseline, lower_is_better=lower_is_better) == pytest.approx(limit)


@pytest.mark.parametrize(
    ("value", "limit", "upper", "over"),
    [
        (0.5, 0.3, True, 0.2),
        (0.3, 0.3, True, 0.0),
        (0.5, 0.3, False, -0.2),
        (math.inf, 0.3, True, math.inf),
    ],
)
def test_excess_is_how_far_a_value_is_on_the_wrong_side(
    value: float, limit: float, upper: bool, over: float
) -> None:
    assert excess(value, limit, upper=upper) == pytest.approx(over)


def test_no_number_is_on_no_side() -> None:
    assert excess(math.nan, 0.3, upper=True) is None
    assert excess(None, 0.3, upper=True) is None
