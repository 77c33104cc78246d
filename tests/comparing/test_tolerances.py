"""Amounts and shares that a loss may differ by."""

from __future__ import annotations

import pytest

from losscli.comparing.tolerances import Tolerance, parse_tolerances, tolerances_of
from losscli.errors import UsageError


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


def test_a_loss_is_known_by_any_of_its_names() -> None:
    found = parse_tolerances(["bce=2%", "0.01"])
    assert found.share_and_amount("binary_cross_entropy") == (0.02, 0.0)
    assert found.share_and_amount("brier") == (0.0, 0.01)
