"""How sure AUC and average precision are: against their definitions, and by trial."""

from __future__ import annotations

import math

import numpy as np
import pytest

import losscli
from losscli.losses.ordering import (
    misordered_components,
    missed_components,
    missed_precision,
)
from losscli.stats.student import logit_interval


def error_of(components: np.ndarray) -> float:
    return math.sqrt((components**2).sum())


def by_definition(pred: np.ndarray, label: np.ndarray) -> float:
    """Structural components over all pairs (DeLong et al. 1988, eq. 3 to 5)."""
    yes, no = pred[label == 1], pred[label == 0]
    pairs = (yes[:, None] > no[None, :]) + 0.5 * (yes[:, None] == no[None, :])
    of_yes, of_no = pairs.mean(axis=1), pairs.mean(axis=0)
    return math.sqrt(of_yes.var(ddof=1) / len(yes) + of_no.var(ddof=1) / len(no))


@pytest.mark.parametrize("decimals", [1, 6])
def test_the_error_is_that_of_the_components(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    label = rng.integers(0, 2, 200).astype(float)
    pred = np.round(rng.normal(size=200) + label, decimals)
    assert error_of(misordered_components(pred, label)) == pytest.approx(
        by_definition(pred, label), rel=1e-12
    )


def test_loss_and_score_have_the_same_interval_mirrored() -> None:
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 200)
    pred = rng.normal(size=200) + label
    loss = losscli.evaluate(pred, label, "auc", task="binary").results[0]
    score = losscli.evaluate(pred, label, "auc", task="binary", score=True).results[0]
    assert loss.interval is not None
    assert loss.interval_method is not None
    assert score.interval == pytest.approx([1.0 - end for end in loss.interval[::-1]], rel=1e-12)
    assert loss.interval_method.name == "DeLong"
    assert loss.standard_error == pytest.approx(by_definition(pred, label), rel=1e-12)


def test_an_interval_holds_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    # AUC of normal scores one and a half apart.
    true = 1.0 - 0.5 * math.erfc(1.5 / 2.0)
    label = np.repeat([0.0, 1.0], [60, 40])
    held = 0
    for _ in range(400):
        pred = rng.normal(size=100) + 1.5 * label
        yes, no = pred[label == 1], pred[label == 0]
        share = float((yes[:, None] > no[None, :]).mean())
        low, high = logit_interval(share, error_of(misordered_components(pred, label)), 0.95)
        held += low <= true <= high
    assert 0.92 <= held / 400 <= 0.985


@pytest.mark.parametrize(
    ("pred", "label"), [([0.1, 0.2, 0.8], [0, 0, 1]), ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])]
)
def test_of_too_few_rows_or_none_misordered_there_is_no_interval(
    pred: list[float], label: list[int]
) -> None:
    assert losscli.evaluate(pred, label, "auc").results[0].interval is None


@pytest.mark.parametrize("decimals", [1, 6])
def test_components_of_an_average_precision_are_its_slopes_by_the_weights(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    label = np.repeat([0.0, 1.0], [70, 40])
    pred = np.round(rng.normal(size=110) + label, decimals)
    found = missed_components(pred, label) * math.sqrt(109 / 110)
    step = 1e-6
    for row in range(0, 110, 7):
        weight = 1.0 + step * (np.arange(110) == row)
        [more] = missed_precision(pred, label, weight=weight)
        [less] = missed_precision(pred, label, weight=2.0 - weight)
        assert found[row] == pytest.approx((more - less) / (2 * step), rel=1e-6, abs=1e-9)
    assert found.sum() == pytest.approx(0.0, abs=1e-12)


def test_an_interval_of_average_precision_holds_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    label = np.repeat([0.0, 1.0], [150, 50])
    many = np.repeat([0.0, 1.0], [300_000, 100_000])
    [true] = missed_precision(rng.normal(size=len(many)) + many, many, weight=None)
    held = 0
    for _ in range(400):
        drawn = (rng.random(200) < 0.25).astype(float)
        pred = rng.normal(size=200) + drawn
        [level] = missed_precision(pred, drawn, weight=None)
        low, high = logit_interval(level, error_of(missed_components(pred, drawn)), 0.95)
        held += low <= true <= high
    assert 0.915 <= held / 400 <= 0.975
    report = losscli.evaluate(rng.normal(size=200) + label, label, "ap", task="binary")
    assert report.results[0].interval_method is not None
    assert report.results[0].interval_method.name == "infinitesimal jackknife"
    few = losscli.evaluate(rng.normal(size=80), np.repeat([0, 1], [60, 20]), "ap", task="binary")
    assert few.results[0].interval is None
