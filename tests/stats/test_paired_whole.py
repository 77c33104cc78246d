"""AUC and average precision of two models: DeLong's test by its definition, and by trial."""

from __future__ import annotations

import math
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

import losscli
from losscli import Columns
from losscli.comparing.report import Comparison
from losscli.losses.ordering import (
    misordered_components,
    misordered_pairs,
    missed_components,
    missed_precision,
)

RNG = np.random.default_rng(8)
LABEL = RNG.integers(0, 2, 150)
FIRST = np.round(RNG.normal(size=150) + 1.5 * LABEL, 1)
SECOND = np.round(FIRST + RNG.normal(size=150), 1)


def compared(
    first: np.ndarray, second: np.ndarray, loss: str = "auc", **given: object
) -> Comparison:
    options: dict[str, object] = {"task": "binary", **given}
    label = options.pop("label", LABEL)
    return losscli.compare([first, second], label, loss, **options).comparisons[0]  # type: ignore[arg-type]


def delong(first: np.ndarray, second: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    """Difference of 1 − AUC and its error, over all pairs (DeLong et al. 1988, eq. 4 to 7)."""
    of_yes, of_no = [], []
    for pred in (first, second):
        yes, no = pred[label == 1], pred[label == 0]
        wrong = (yes[:, None] < no[None, :]) + 0.5 * (yes[:, None] == no[None, :])
        of_yes.append(wrong.mean(axis=1))
        of_no.append(wrong.mean(axis=0))
    contrast = np.array([-1.0, 1.0])
    covariance = np.cov(of_yes) / len(of_yes[0]) + np.cov(of_no) / len(of_no[0])
    difference = of_yes[1].mean() - of_yes[0].mean()
    return difference, math.sqrt(contrast @ covariance @ contrast)


def test_the_difference_of_two_aucs_is_tested_as_delong_has_it() -> None:
    found = compared(FIRST, SECOND)
    difference, error = delong(FIRST, SECOND, LABEL)
    assert found.difference == pytest.approx(difference, rel=1e-12)
    assert found.standard_error == pytest.approx(error, rel=1e-12)
    normal = NormalDist()
    assert found.p == pytest.approx(2.0 * normal.cdf(-abs(difference / error)), rel=1e-6)
    reach = normal.inv_cdf(0.975) * error
    assert found.interval == pytest.approx((difference - reach, difference + reach), rel=1e-6)
    assert found.interval_method is not None
    assert (found.interval_method.name, found.interval_method.units) == ("DeLong", "rows")


def test_a_score_is_tested_as_its_loss_the_other_way_round() -> None:
    loss, score = compared(FIRST, SECOND), compared(FIRST, SECOND, score=True)
    assert score.p == pytest.approx(loss.p, rel=1e-9)
    assert score.difference == pytest.approx(-loss.difference, rel=1e-12)
    assert score.verdict is loss.verdict


@pytest.mark.parametrize("loss", ["auc", "ap"])
def test_no_bit_hangs_on_threads_or_blocks(loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compared(FIRST, SECOND, loss, threads=1)
    monkeypatch.setattr("losscli.engine.run.BLOCK_ITEMS", 7)
    assert compared(FIRST, SECOND, loss, threads=3) == whole


@pytest.mark.parametrize(
    ("kernel", "components"),
    [(misordered_pairs, misordered_components), (missed_precision, missed_components)],
)
def test_a_false_alarm_is_as_rare_as_said(kernel: Any, components: Any) -> None:
    rng = np.random.default_rng(2)
    label = np.repeat([0.0, 1.0], [50, 40])
    alarms = 0
    for _ in range(600):
        signal = rng.normal(size=90) + label
        models = [signal + 0.7 * rng.normal(size=90) for _ in range(2)]
        one, two = (kernel(model, label, weight=None)[0] for model in models)
        first, second = (components(model, label) for model in models)
        alarms += abs(two - one) > 1.96 * math.sqrt(((second - first) ** 2).sum())
    assert 0.03 <= alarms / 600 <= 0.075


def test_rows_of_a_cluster_count_together() -> None:
    once = compared(FIRST, SECOND)
    three = [np.repeat(each, 3) for each in (FIRST, SECOND, LABEL)]
    report = losscli.compare(three[:2], three[2], "auc", task="binary", block_length=3)
    found = report.comparisons[0]
    assert found.interval_method is not None
    assert found.interval_method.units == "150 blocks of 3 rows"
    assert found.standard_error == pytest.approx(once.standard_error, rel=0.02)
    alone = losscli.compare(three[:2], three[2], "auc", task="binary").comparisons[0]
    assert alone.standard_error == pytest.approx(
        (once.standard_error or 0) / math.sqrt(3), rel=0.02
    )


def test_equal_models_are_a_tie_and_few_changes_are_not_tested() -> None:
    assert compared(FIRST, FIRST).words == "equal on every row"
    changed = FIRST.copy()
    changed[:5] += 1.0
    found = compared(FIRST, changed)
    assert (found.p, found.interval) == (None, None)
    assert found.words.startswith("not tested")


def test_too_few_rows_weights_and_several_columns_are_not_tested() -> None:
    assert compared(FIRST[:12], SECOND[:12], label=np.eye(1, 12)[0]).p is None
    assert compared(FIRST, SECOND, weight=np.arange(1.0, 151.0)).p is None
    many = [RNG.dirichlet(np.ones(3), 60) for _ in range(2)]
    report = losscli.compare(many, RNG.integers(0, 3, 60), "auc")
    assert report.comparisons[0].p is None


def test_groups_of_rows_are_tested_too(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    rows = zip(FIRST.tolist(), SECOND.tolist(), LABEL.tolist(), np.arange(150) % 2, strict=True)
    file.write_text("a,b,y,site\n" + "".join(f"{a},{b},{y},s{s}\n" for a, b, y, s in rows))
    columns = Columns(pred=("a", "b"), label=("y",), by=("site",))
    report = losscli.compare([str(file)], None, "auc", task="binary", columns=columns)
    for place, group in enumerate(report.slices):
        [found] = group.comparisons
        some = slice(place, None, 2)
        _, error = delong(FIRST[some], SECOND[some], LABEL[some])
        assert found.standard_error == pytest.approx(error, rel=1e-12)
