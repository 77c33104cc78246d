"""Clusters of rows: the same sums however they come, and the errors of those who know them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.signal import lfilter

import losscli
from losscli.engine.gate import Settled
from losscli.errors import UsageError
from losscli.inputs.columns import Columns
from losscli.stats.groups import Table
from losscli.stats.units import Units

RANDOM = np.random.default_rng(11)


def block(start: int, names: np.ndarray, **further: np.ndarray) -> Settled:
    clusters = {"patient": names.astype(object), **further}
    return Settled(start, np.zeros(len(names)), None, None, 0, clusters=clusters)


def table(units: Units, *blocks: tuple[Settled, np.ndarray], backwards: bool = False) -> Table:
    parts = []
    for rows, values in blocks:
        part = units.sums(0)
        part.add(units.keys(rows), values)
        parts.append(part)
    whole = units.sums(0)
    for part in reversed(parts) if backwards else parts:
        whole.merge(part)
    found = whole.table()
    assert found is not None
    return found


@pytest.mark.parametrize("patients", [30, 9000])
def test_sums_by_cluster_are_the_same_bits_in_any_order(patients: int) -> None:
    units = Units(("patient",))
    names = np.array([f"p{n}" for n in RANDOM.integers(0, patients, 20_000)])
    values = RANDOM.lognormal(sigma=5.0, size=(20_000, 2))
    pieces = [
        (block(at, names[at : at + 3000]), values[at : at + 3000]) for at in range(0, 20_000, 3000)
    ]
    one, two = table(units, *pieces), table(units, *pieces, backwards=True)
    whole = table(units, (block(0, names), values))
    assert np.array_equal(one.sums, two.sums)
    assert np.array_equal(one.sums, whole.sums)
    assert one.sums.sum(axis=0) == pytest.approx(values.sum(axis=0), rel=1e-12)
    assert len(one.sums) == (30 if patients == 30 else 4096)


def test_nested_clusters_are_resampled_at_the_outermost_level() -> None:
    names = np.array([f"p{n}" for n in range(60)])
    site = np.array([f"s{n // 10}" for n in range(60)], dtype=object)
    found = table(Units(("patient", "site")), (block(0, names, site=site), np.ones((60, 1))))
    assert found.units == "6 clusters (site)"


@pytest.mark.parametrize("given", [{"block_length": 0}, {"block_length": 5, "clusters": ("a",)}])
def test_what_names_no_units_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Units(**given)


def clustered(loss: np.ndarray, size: int) -> losscli.Result:
    """The mean of losses (their squares) whose clusters are so many consecutive rows."""
    return losscli.evaluate(loss, np.zeros(len(loss)), "mse", task="regression", block_length=size)[
        "mse"
    ]


def test_standard_errors_between_clusters_are_those_of_the_sandwich_formula() -> None:
    # Liang & Zeger (1986), with G ÷ (G − 1) for few clusters.
    loss = np.repeat(RANDOM.normal(size=60), 5) + RANDOM.normal(size=300)
    scores = (loss**2 - np.mean(loss**2)).reshape(60, 5).sum(axis=1)
    error = math.sqrt(60 / 59 * np.sum(scores**2)) / 300
    assert clustered(loss, 5).standard_error == pytest.approx(error, rel=1e-12)


def test_standard_errors_between_clusters_are_those_of_statsmodels() -> None:
    linear = pytest.importorskip("statsmodels.regression.linear_model")
    loss = np.repeat(RANDOM.normal(size=60), 5) + RANDOM.normal(size=300)
    groups = {"groups": np.arange(300) // 5}
    fit = linear.OLS(loss**2, np.ones(300)).fit(cov_type="cluster", cov_kwds=groups)
    assert clustered(loss, 5).standard_error == pytest.approx(float(fit.bse[0]), rel=1e-9)


class TestSeries:
    """Blocks of a series, held against Diebold & Mariano's test (1995) with HAC errors."""

    LAGS = 19

    def pair(self, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A label and two forecasts of it whose errors remember the last ones (φ = 0.7)."""
        random = np.random.default_rng(seed)
        errors = lfilter([math.sqrt(1 - 0.7**2)], [1, -0.7], random.normal(size=(2, 1100)))[:, 100:]
        label = random.normal(size=1000)
        return label, label + errors[0], label + errors[1]

    def hac_error(self, values: np.ndarray) -> float:
        """The standard error of a mean with Bartlett's weights (Newey & West 1987)."""
        rest = values - values.mean()
        covariances = [rest[lag:] @ rest[: len(rest) - lag] for lag in range(self.LAGS + 1)]
        weights = 2.0 * (1.0 - np.arange(self.LAGS + 1) / (self.LAGS + 1))
        weights[0] = 1.0
        return float(math.sqrt(weights @ covariances) / len(values))

    def test_the_formula_is_that_of_statsmodels(self) -> None:
        linear = pytest.importorskip("statsmodels.regression.linear_model")
        label, one, two = self.pair(0)
        shift = (two - label) ** 2 - (one - label) ** 2
        fit = linear.OLS(shift, np.ones(1000)).fit(cov_type="HAC", cov_kwds={"maxlags": self.LAGS})
        assert self.hac_error(shift) == pytest.approx(float(fit.bse[0]), rel=1e-9)

    def test_blocks_and_diebold_mariano_say_the_same(self) -> None:
        errors, ratios, alone = [], [], []
        for seed in range(30):
            label, one, two = self.pair(seed)
            shift = (two - label) ** 2 - (one - label) ** 2
            report = losscli.compare([one, two], label, "mse", block_length=20, resamples=100)
            [found] = report.comparisons
            assert found.difference == pytest.approx(shift.mean(), rel=1e-9)
            assert found.standard_error is not None
            error = self.hac_error(shift)
            errors.append(found.standard_error / error)
            ratios.append((found.difference / found.standard_error, found.difference / error))
            alone.append(shift.std(ddof=1) / math.sqrt(1000) / error)
        assert np.mean(errors) == pytest.approx(1.0, abs=0.05)
        assert np.corrcoef(np.transpose(ratios))[0, 1] > 0.97
        # Rows that are taken for independent are too sure.
        assert np.mean(alone) < 0.75


def test_each_row_five_times_says_no_more_than_each_once() -> None:
    label = RANDOM.normal(size=80)
    one, two = (label + RANDOM.normal(size=80) for _ in range(2))
    once = losscli.compare([one, two], label, "mse").comparisons[0]
    often = losscli.compare(
        [np.repeat(one, 5), np.repeat(two, 5)], np.repeat(label, 5), "mse", block_length=5
    ).comparisons[0]
    assert often.interval == pytest.approx(once.interval, rel=1e-9)
    assert often.p == pytest.approx(once.p, abs=0.02)


def test_a_column_names_the_clusters(tmp_path: Any) -> None:
    path = tmp_path / "scores.csv"
    rows = [f"{n // 4},{n % 7},{(n * 5) % 7}" for n in range(80)]
    path.write_text("\n".join(["patient,pred,label", *rows]))
    columns = Columns(pred="pred", label="label", cluster="patient")
    report = losscli.evaluate(path, None, "mse", columns=columns)
    assert any("20 clusters (patient); design effect" in note for note in report.notes)
    blocks = losscli.evaluate(
        path, None, "mse", columns=Columns(pred="pred", label="label"), block_length=4
    )
    assert report["mse"].interval == pytest.approx(blocks["mse"].interval, rel=1e-12)


def test_few_clusters_and_what_dependence_costs_are_said_by_eval_and_compare() -> None:
    label = RANDOM.normal(size=300)
    shared = np.repeat(RANDOM.normal(size=(2, 12)), 25, axis=1)
    one, two = label + shared + 0.5 * RANDOM.normal(size=(2, 300))
    report = losscli.evaluate(one, label, "mse", task="regression", block_length=25)
    both = losscli.compare([one, two], label, "mse", block_length=25, resamples=100)
    for notes in (report.notes, both.notes):
        assert any("12 blocks of 25 rows; design effect: mse" in n for n in notes)
        assert any(note.startswith("12 clusters are few") for note in notes)
    [found] = both.comparisons
    assert (found.units, found.clusters) == ("12 blocks of 25 rows", 12)
    shift = (two - label) ** 2 - (one - label) ** 2
    assert found.standard_error is not None
    effect = (found.standard_error / (shift.std(ddof=1) / math.sqrt(300))) ** 2
    assert found.design_effect == pytest.approx(effect, rel=1e-9)


def test_rows_of_one_cluster_alone_tell_no_spread() -> None:
    label = RANDOM.normal(size=40)
    pred = label + RANDOM.normal(size=40)
    report = losscli.evaluate(pred, label, "mse,r2", task="regression", block_length=100)
    both = losscli.compare([pred, pred + 0.1], label, "mse", block_length=100, resamples=100)
    for result in report.results:
        assert (result.interval, result.standard_error) == (None, None)
    for notes in (report.notes, both.notes):
        assert any(note.startswith("all rows are one cluster") for note in notes)
    assert both["mse"].interval is None
