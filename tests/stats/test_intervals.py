"""Intervals by resampling: against scipy, and against the truth."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from losscli.engine.evaluation import Evaluation
from losscli.stats.bootstrap import Bootstrap
from losscli.stats.estimates import MeanOfRows, rows_as_sums
from losscli.stats.groups import GroupSums, Resampling, Table
from losscli.stats.intervals import Interval, interval
from losscli.vocabulary import Kind, Reduction, Task
from tests.one_loss import batch_of, evaluation_of, tally

RANDOM = np.random.default_rng(2024)
LABEL = RANDOM.normal(size=300)
PRED = LABEL + RANDOM.exponential(size=300)
MANY = Resampling(20_000, 1)


def table(losses: np.ndarray, weight: np.ndarray | None = None) -> Table:
    ones = np.ones(len(losses)) if weight is None else weight
    sums = GroupSums(0)
    sums.add(np.arange(len(losses)), np.stack([losses * ones, ones], axis=1))
    found = sums.table()
    assert found is not None
    return found


def of_loss(evaluation: Evaluation, *pieces: Any, resampling: Resampling = MANY) -> Interval:
    """The interval of a loss of rows that come in pieces (pred, label), merged backwards."""
    whole, start = Bootstrap([evaluation], resampling), 0
    parts = []
    for pred, label in pieces:
        part = whole.fresh()
        part.add(batch_of(pred, label, start=start))
        start += len(pred)
        parts.append(part)
    for part in reversed(parts):
        whole.merge(part)
    found = whole.interval(0)
    assert found is not None
    return found[0]


class TestBootstrapT:
    def test_of_a_mean_it_is_what_a_plain_loop_finds(self) -> None:
        losses = (PRED - LABEL) ** 2
        random, ratios = np.random.default_rng(0), []
        mean, error = losses.mean(), losses.std(ddof=1) / math.sqrt(len(losses))
        for _ in range(20_000):
            drawn = random.choice(losses, len(losses))
            spread = drawn.std(ddof=1) / math.sqrt(len(drawn))
            ratios.append((drawn.mean() - mean) / spread)
        low, high = np.quantile(ratios, [0.025, 0.975])
        found = interval(MeanOfRows(1.0), table(losses), MANY)
        assert found is not None
        assert found.method == "bootstrap-t"
        assert found.standard_error == pytest.approx(error, rel=1e-12)
        assert found.low == pytest.approx(mean - high * error, abs=0.05 * error)
        assert found.high == pytest.approx(mean - low * error, abs=0.1 * error)

    def test_of_a_weighted_mean_its_error_is_that_of_a_ratio(self) -> None:
        losses, weight = (PRED - LABEL) ** 2, RANDOM.exponential(size=300)
        mean = np.average(losses, weights=weight)
        residual = weight * (losses - mean)
        error = math.sqrt((residual**2).sum() * 300 / 299) / weight.sum()
        found = interval(MeanOfRows(1.0), table(losses, weight), MANY)
        assert found is not None
        assert found.standard_error == pytest.approx(error, rel=1e-12)

    def test_a_transform_carries_the_ends_of_the_mean_over(self) -> None:
        mse = of_loss(evaluation_of("mse", Task.REGRESSION, Kind.VALUE), (PRED, LABEL))
        rmse = of_loss(evaluation_of("rmse", Task.REGRESSION, Kind.VALUE), (PRED, LABEL))
        assert (rmse.low, rmse.high) == (math.sqrt(mse.low), math.sqrt(mse.high))

    def test_a_sum_is_a_mean_times_its_rows(self) -> None:
        mean = of_loss(evaluation_of("mae", Task.REGRESSION, Kind.VALUE), (PRED, LABEL))
        evaluation = evaluation_of("mae", Task.REGRESSION, Kind.VALUE, reduction=Reduction.SUM)
        total = of_loss(evaluation, (PRED, LABEL))
        assert total.low == pytest.approx(300 * mean.low, rel=1e-9)
        assert total.high == pytest.approx(300 * mean.high, rel=1e-9)


class TestBca:
    def test_of_r2_it_is_that_of_scipy(self) -> None:
        def r2(pred: np.ndarray, label: np.ndarray, axis: int = -1) -> Any:
            spread = ((label - label.mean(axis=axis, keepdims=True)) ** 2).sum(axis=axis)
            return 1 - ((label - pred) ** 2).sum(axis=axis) / spread

        theirs = stats.bootstrap(
            (PRED, LABEL), r2, paired=True, vectorized=True, n_resamples=20_000, random_state=3
        )
        evaluation = evaluation_of("r2", Task.REGRESSION, Kind.VALUE)
        ours = of_loss(evaluation, (PRED, LABEL), resampling=Resampling(4000))
        assert ours.method == "BCa bootstrap"
        error = theirs.standard_error
        assert ours.standard_error == pytest.approx(error, rel=0.05)
        assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.15 * error)
        assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.15 * error)

    def test_it_stands_in_where_a_resample_has_no_spread(self) -> None:
        losses = np.zeros(200)
        losses[:2] = 1.0
        found = interval(MeanOfRows(1.0), table(losses), Resampling())
        assert found is not None
        assert found.method == "BCa bootstrap"
        assert 0.0 <= found.low < 0.01 < found.high < 0.05


class TestRepeatability:
    @pytest.mark.parametrize("loss", ["mse", "rmse", "r2"])
    @pytest.mark.parametrize("rows", [300, 9000])
    def test_pieces_in_any_order_give_the_same_bits(self, loss: str, rows: int) -> None:
        random = np.random.default_rng(rows)
        label = random.normal(size=rows)
        pred = label + random.exponential(size=rows)
        evaluation = evaluation_of(loss, Task.REGRESSION, Kind.VALUE)
        cuts = np.split(np.arange(rows), [rows // 7, rows // 2])
        few = Resampling(100)
        whole = of_loss(evaluation, (pred, label), resampling=few)
        cut = of_loss(evaluation, *[(pred[c], label[c]) for c in cuts], resampling=few)
        assert cut == whole

    def test_another_seed_is_another_draw(self) -> None:
        one, two = (
            interval(MeanOfRows(1.0), table(PRED**2), Resampling(seed=seed)) for seed in (0, 1)
        )
        assert one != two


@pytest.mark.parametrize("losses", [np.ones(50), np.array([1.0]), np.array([1.0, np.inf, 0.5])])
def test_there_is_none_where_nothing_varies_or_is_finite(losses: np.ndarray) -> None:
    assert interval(MeanOfRows(1.0), table(losses), Resampling()) is None


CASES: dict[str, tuple[Callable[[Any, int], Any], float]] = {
    "exponential": (lambda random, n: random.exponential(size=n), 1.0),
    "squared normal": (lambda random, n: random.normal(size=n) ** 2, 1.0),
}


@pytest.mark.parametrize("name", CASES)
def test_it_holds_the_truth_in_about_95_of_100_samples(name: str) -> None:
    # docs/intervals.md has the whole table; 300 samples tell 90 % from 95 %.
    draw, truth = CASES[name]
    random = np.random.default_rng(11)
    hits = 0
    for _ in range(300):
        found = interval(MeanOfRows(1.0), table(draw(random, 200)), Resampling(500))
        assert found is not None
        hits += found.low <= truth <= found.high
    assert 0.92 <= hits / 300 <= 0.98


@pytest.mark.parametrize(
    ("loss", "task", "kind"),
    [
        ("rmse", Task.REGRESSION, Kind.VALUE),
        ("r2", Task.REGRESSION, Kind.VALUE),
        ("bce", Task.BINARY, Kind.PROBABILITY),
        ("dice", Task.BINARY, Kind.PROBABILITY),
        ("ece", Task.BINARY, Kind.PROBABILITY),
    ],
)
def test_the_sums_come_to_the_loss_itself(loss: str, task: Task, kind: Kind) -> None:
    random = np.random.default_rng(5)
    pred, weight = random.random(40), random.random(40)
    label = (random.random(40) < pred).astype(float)
    evaluation = evaluation_of(loss, task, kind)
    batch = batch_of(pred, label, weight=weight)
    estimate, rows = rows_as_sums(evaluation, batch)
    [found] = estimate.value(rows.sums.sum(axis=0, keepdims=True))

    assert found == pytest.approx(tally(evaluation, batch).finished.value, rel=1e-12)
