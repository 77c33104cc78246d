"""Clusters of rows: the same sums however they come, and the errors of those who know them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

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


def test_standard_errors_between_clusters_are_those_of_statsmodels() -> None:
    api = pytest.importorskip("statsmodels.api")
    loss = np.repeat(RANDOM.normal(size=60), 5) + RANDOM.normal(size=300)
    groups = np.arange(300) // 5
    fit = api.OLS(loss**2, np.ones(300)).fit(cov_type="cluster", cov_kwds={"groups": groups})
    result = losscli.evaluate(loss, np.zeros(300), "mse", task="regression", block_length=5)["mse"]
    # statsmodels has (G ÷ (G − 1)) · ((n − 1) ÷ (n − k)) with k = 1.
    assert result.standard_error == pytest.approx(float(fit.bse[0]), rel=1e-9)


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
