"""What is asked of a loss, and whether a value keeps to it."""

from __future__ import annotations

import math

import pytest

from losscli.checking.rules import Bound, bounds_of, excess, parse_bounds
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
