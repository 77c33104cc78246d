"""What the names of quantile columns state: sure ones, doubtful ones, and families of them."""

from __future__ import annotations

import pytest

from losscli.inputs.evidence.quantiles import doubtful, family, level, levels

STATED = {
    "q0.9": 0.9,
    "q90": 0.9,
    "q05": 0.05,
    "q_10": 0.1,
    "q025": 0.025,
    "q_0_9": 0.9,
    "Q97.5": 0.975,
    "p10": 0.1,
    "p2.5": 0.025,
    "p97.5": 0.975,
    "P50": 0.5,
    "y_q10": 0.1,
    "yhat_p90": 0.9,
    "quantile_0.05": 0.05,
    "quantile=0.25": 0.25,
    "percentile_5": 0.05,
    "0.5": 0.5,
    ".05": 0.05,
    "10%": 0.1,
    "2.5 %": 0.025,
    "forecast_0.1": 0.1,
    "NHITS-ql0.1": 0.1,
    "TimeGPT-lo-90": 0.05,
    "TimeGPT-hi-80": 0.9,
}


@pytest.mark.parametrize(("name", "stated"), STATED.items())
def test_the_name_of_a_quantile_states_its_level(name: str, stated: float) -> None:
    assert level(name) == stated


@pytest.mark.parametrize(
    "name",
    "p0 p1 p_2 q q0 q1 q4 m1 quality 0 1.0 100% iq0.9x step10 temp90 median loss_0.1 v2.5".split(),
)
def test_other_names_state_no_level(name: str) -> None:
    assert level(name) is None


def test_a_single_digit_may_be_a_level_or_a_place() -> None:
    assert doubtful("q1") == doubtful("p1") == 0.01
    assert doubtful("q10") is doubtful("price") is None


@pytest.mark.parametrize(
    ("names", "stated"),
    [
        ("q0.1 q0.9", (0.1, 0.9)),
        ("p5 p50 p95", (0.05, 0.5, 0.95)),
        ("q05 q50 q95", (0.05, 0.5, 0.95)),
        ("q025 q500 q975", (0.025, 0.5, 0.975)),
        ("m-lo-90 m-median m-hi-90", (0.05, 0.5, 0.95)),
    ],
)
def test_a_family_states_levels_together(names: str, stated: tuple[float, ...]) -> None:
    assert levels(names.split()) == stated


@pytest.mark.parametrize(
    "names",
    [
        "q1 q2 q3 q4",
        "q9 q10 q11",
        "p_10 p_11 p_12",
        "q01 q05 q09",
        "q0.1 mean",
        "q0.5 q50",
        "p0 p1 p2",
    ],
)
def test_a_family_that_counts_or_can_be_read_twice_states_none(names: str) -> None:
    assert levels(names.split()) is None


def test_a_family_is_found_among_other_columns() -> None:
    assert family(["ds", "y", "q0.1", "mean", "q0.9"]) == (2, 4)
    assert family(["y", "q1", "q2"]) == ()
