"""Student's t and the binomial interval, held against scipy."""

from __future__ import annotations

import pytest

from losscli.stats.student import binomial_interval, t_above, t_quantile


@pytest.mark.parametrize("df", [1, 2.5, 5, 30, 999, 12_345, 1e7])
def test_t_is_that_of_scipy(df: float) -> None:
    stats = pytest.importorskip("scipy.stats")
    for share in (0.025, 0.6, 0.95, 0.9995):
        assert t_quantile(share, df) == pytest.approx(stats.t.ppf(share, df), rel=1e-7)
    for t in (-3.0, -0.1, 0.0, 0.5, 8.0):
        assert t_above(t, df) == pytest.approx(stats.t.sf(t, df), abs=1e-9)


@pytest.mark.parametrize(("trials", "truth"), [(50, 0.01), (200, 0.01), (50, 0.3)])
def test_the_interval_of_a_share_holds_it_in_about_95_percent_of_all_draws(
    trials: int, truth: float
) -> None:
    stats = pytest.importorskip("scipy.stats")
    held = 0.0
    for successes in range(trials + 1):
        low, high = binomial_interval(successes / trials, trials, 0.95)
        if low <= truth <= high:
            held += stats.binom.pmf(successes, trials, truth)
    assert 0.94 <= held <= 0.99


def test_the_interval_of_no_errors_is_open_to_some() -> None:
    low, high = binomial_interval(0.0, 50, 0.95)
    assert low == 0.0
    # Half the chance of none: (1 − p)⁵⁰ ÷ 2 = 2.5 %.
    assert high == pytest.approx(1 - 0.05 ** (1 / 50), rel=1e-9)
