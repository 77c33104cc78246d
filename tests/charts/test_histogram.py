"""Losses counted in bins."""

from __future__ import annotations

import math

import numpy as np
import pytest

import losscli
from losscli.charts.histogram import counted, edges_for
from losscli.engine import run as running

RNG = np.random.default_rng(5)


@pytest.mark.parametrize(("low", "high"), [(0.0, 2.3), (-4.0, 7.7), (0.0, 1e-9), (3.0, 3.0)])
def test_edges_are_even_and_take_in_both_ends(low: float, high: float) -> None:
    edges = edges_for(low, high)
    assert edges[0] <= low
    assert edges[-1] >= high
    np.testing.assert_allclose(np.diff(edges), edges[1] - edges[0], rtol=1e-6)
    assert 3 <= len(edges) <= 15


def test_counts_are_numpys_and_the_last_bin_holds_its_end() -> None:
    losses = np.append(RNG.exponential(1.0, 999), 12.0)
    edges = (0.0, 1.0, 2.0, 4.0, 12.0)
    blocks = [(block, block / losses.sum()) for block in np.split(losses, 10)]
    counts, carried, beyond = counted(edges, blocks)
    expected, _ = np.histogram(losses, edges)
    assert counts == tuple(expected.tolist())
    weights, _ = np.histogram(losses, edges, weights=losses / losses.sum())
    assert carried == pytest.approx(weights.tolist())
    assert beyond == 0


def test_rows_of_infinite_loss_are_counted_apart() -> None:
    chart = losscli.rows([0.0, 0.5, 0.9], [1, 1, 1], "bce", like="exact").histogram()
    assert (sum(chart.counts), chart.beyond, chart.carried) == (2, 1, None)
    assert chart.rows == 3


def test_all_rows_are_in_it_whatever_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    pred, label = RNG.normal(size=(2, 1000))
    whole = losscli.rows(pred, label, "mse").histogram()
    monkeypatch.setattr(running, "BLOCK_ITEMS", 64)
    parts = losscli.rows(pred, label, "mse").histogram()
    assert (whole.counts, whole.edges) == (parts.counts, parts.edges)
    assert sum(whole.counts) == 1000
    assert whole.edges[0] == 0.0
    assert parts.carried is not None
    assert math.fsum(parts.carried) == pytest.approx(1.0, abs=1e-12)


def test_losses_below_zero_have_bins_of_their_own() -> None:
    chart = losscli.rows([[0.0, 1e-4], [0.0, 9.0]], [0.0, 3.0], "gaussian_nll").histogram()
    assert chart.edges[0] < 0.0
    assert sum(chart.counts) == 2
