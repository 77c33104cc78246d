"""The stationary bootstrap: against the formula of those who proposed it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.signal import lfilter

import losscli
from losscli.stats.estimates import MeanOfRows
from losscli.stats.groups import Resampling, Table
from losscli.stats.intervals import interval
from losscli.stats.series import SeriesSums, runs
from losscli.vocabulary import Kind, Task

RANDOM = np.random.default_rng(6)


def remembering(rows: int) -> np.ndarray:
    """Losses of a series whose errors remember the last ones (φ = 0.7), of mean 1."""
    noise = RANDOM.normal(size=rows + 100) * math.sqrt(1 - 0.7**2)
    return np.asarray(lfilter([1.0], [1, -0.7], noise)[100:] ** 2)


def table(values: np.ndarray, run: int, step: int = 1 << 20, backwards: bool = False) -> Table:
    """The sums of a mean, from pieces of so many rows."""
    columns = np.stack([values, np.ones(len(values))], axis=1)
    pieces = []
    for start in range(0, len(values), step):
        pieces.append(SeriesSums(run))
        numbers = np.arange(start, min(start + step, len(values)))
        pieces[-1].add([numbers], columns[numbers])
    whole = SeriesSums(run)
    for piece in reversed(pieces) if backwards else pieces:
        whole.merge(piece)
    found = whole.table()
    assert found is not None
    return found


@pytest.mark.parametrize("run", [1, 5, 20])
def test_the_standard_error_is_that_of_politis_and_romano(run: int) -> None:
    values = remembering(400)
    rows, rest = len(values), values - values.mean()
    covariance = np.array([rest[lag:] @ rest[: rows - lag] for lag in range(rows)]) / rows
    lags, stay = np.arange(1, rows), 1.0 - 1.0 / run
    # Their Lemma 1: the weights of the circular covariances.
    weights = (1 - lags / rows) * stay**lags + lags / rows * stay ** (rows - lags)
    variance = (covariance[0] + 2.0 * np.sum(weights * covariance[1:])) / rows
    few = rows / run
    found = interval(MeanOfRows(1.0), table(values, run), Resampling(10_000))
    assert found is not None
    error = math.sqrt(variance * few / (few - 1))
    assert found.standard_error == pytest.approx(error, rel=0.03)
    assert found.low < values.mean() < found.high


def test_runs_begin_anywhere_and_are_of_that_length_on_average() -> None:
    times = np.concatenate(list(runs(50, 10.0, Resampling(4000))))
    assert times.shape == (4000, 50)
    assert (times.sum(axis=1) == 50).all()
    assert times.mean(axis=0) == pytest.approx(np.ones(50), abs=0.1)
    # Cells that follow each other are drawn together in nine of ten steps, others by chance.
    assert np.corrcoef(times[:, 10], times[:, 11])[0, 1] > 0.75
    assert np.corrcoef(times[:, 10], times[:, 35])[0, 1] < 0.1


@pytest.mark.parametrize("step", [333, 5000])
def test_sums_are_the_same_bits_in_any_order(step: int) -> None:
    values = RANDOM.lognormal(sigma=5.0, size=30_000)
    whole = table(values, 100)
    for backwards in (True, False):
        assert np.array_equal(table(values, 100, step, backwards).sums, whole.sums)
    # Cells of 8 rows are 3,750: of 4 they were too many.
    assert len(whole.sums) == 3750
    assert whole.run == 100 / 8
    assert whole.sums[0, 0] == pytest.approx(values[:8].sum(), rel=1e-12)


def test_it_is_what_a_bootstrap_of_blocks_draws() -> None:
    losses = remembering(1000)
    asked = {"task": Task.REGRESSION.value, "kind": Kind.VALUE.value}
    report = losscli.evaluate(losses, np.zeros(1000), "mae,r2", ci="bootstrap", block_length=20)
    alone = losscli.evaluate(losses, np.zeros(1000), "mae", ci="bootstrap", **asked)["mae"]
    found = report["mae"]
    assert found.interval_method is not None
    assert found.interval_method.name == "stationary bootstrap"
    assert found.interval_method.units == "runs of about 20 rows"
    assert found.interval is not None
    assert alone.interval is not None
    wide, narrow = (high - low for low, high in (found.interval, alone.interval))
    assert wide > 1.3 * narrow


def test_rows_of_one_run_tell_no_spread() -> None:
    losses = remembering(30)
    report = losscli.evaluate(losses, np.zeros(30), "mae", ci="bootstrap", block_length=20)
    assert report["mae"].interval is None
