"""Checks of real numbers: bounds, baselines, significance."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.checking.baseline import read_baseline
from losscli.checking.request import Check
from losscli.checking.rules import MAX, bounds_of
from losscli.checking.run import run_checks
from losscli.errors import DataError, UsageError
from losscli.losses.registry import REGISTRY

PRED, LABEL = [0.9, 0.2, 0.6], [1, 0, 0]
BCE = -math.fsum(map(math.log, (0.9, 0.8, 0.4))) / 3


def saved(path: Path, losses: Any = "bce", pred: Any = PRED, **options: Any) -> str:
    report = losscli.evaluate(pred, LABEL[: len(pred)], losses, **options)
    path.write_text(json.dumps(report.to_dict()))
    return str(path)


def only(report: losscli.CheckReport) -> Any:
    [check] = report.checks
    [finding] = check.findings
    return finding


def test_a_bound_is_kept_or_exceeded_by_so_much() -> None:
    finding = only(losscli.check(PRED, LABEL, max={"bce": 0.3}))
    assert (finding.passed, finding.bound) == (False, 0.3)
    assert finding.value == pytest.approx(BCE, rel=1e-15)
    assert finding.excess == finding.value - 0.3
    assert only(losscli.check(PRED, LABEL, max={"bce": 0.5})).passed


def test_a_bound_from_below() -> None:
    assert not only(losscli.check([1.0, 2.0, 4.0], [1.0, 2.0, 3.0], min={"r2": 0.8})).passed
    assert only(losscli.check([1.0, 2.0, 3.1], [1.0, 2.0, 3.0], min={"r2": 0.8})).passed


@pytest.mark.parametrize(
    ("bound", "right"),
    [({"min": {"rmse": 0.5}}, "--max rmse=0.5"), ({"max": {"r2": "90%"}}, "--min r2=90%")],
)
def test_a_bound_against_the_direction_of_its_loss_is_refused(
    bound: dict[str, Any], right: str
) -> None:
    with pytest.raises(UsageError) as raised:
        losscli.check([1.0, 2.0, 4.0], [1.0, 2.0, 3.0], **bound)
    assert right in str(raised.value)


def test_a_percentage_bounds_a_loss_that_is_a_share() -> None:
    finding = only(losscli.check([1.1, 2.6], [1.0, 2.0], max={"mape": "20%"}))
    assert finding.bound == 0.2
    assert finding.value == pytest.approx(0.2)


def test_a_bound_that_is_met_exactly_is_kept() -> None:
    value = losscli.evaluate(PRED, LABEL, "bce")["bce"].value
    assert value is not None
    assert only(losscli.check(PRED, LABEL, max={"bce": value})).passed


def test_a_value_that_is_no_number_never_passes() -> None:
    finding = only(losscli.check([3.0, 3.0], [3.0, 3.0], like="exact", min={"ccc": -1.0}))
    assert finding.value is not None
    assert math.isnan(finding.value)
    assert (finding.passed, finding.excess) == (False, None)
    infinite = only(losscli.check([0.0], [1], like="exact", max={"bce": 1e300}))
    assert not infinite.passed


def test_the_same_loss_may_be_bound_twice_with_other_parameters() -> None:
    report = losscli.check(PRED, LABEL, max={"focal:gamma=0": 0.1, "focal:gamma=5": 0.1})
    [check] = report.checks
    assert [(item.params["gamma"], item.passed) for item in check.findings] == [
        (0.0, False),
        (5.0, True),
    ]


@pytest.mark.parametrize(
    ("tolerance", "passed"), [(0.0, False), ("5%", False), ("30%", True), (0.1, True)]
)
def test_a_baseline_may_be_missed_by_the_tolerance(
    tolerance: float | str, passed: bool, tmp_path: Path
) -> None:
    baseline = saved(tmp_path / "main.json")
    worse = [0.9, 0.2, 0.65]
    finding = only(losscli.check(worse, LABEL, baseline=baseline, tolerance=tolerance))
    assert finding.passed is passed


def test_a_better_loss_keeps_to_the_baseline(tmp_path: Path) -> None:
    baseline = saved(tmp_path / "main.json", ["bce", "brier"])
    report = losscli.check([0.95, 0.1, 0.5], LABEL, baseline=baseline)
    assert report.passed
    assert [item.loss for item in report.checks[0].findings] == ["binary_cross_entropy", "brier"]


def test_where_more_is_better_less_is_worse(tmp_path: Path) -> None:
    label = [1.0, 2.0, 3.0]
    (tmp_path / "main.json").write_text(
        json.dumps(losscli.evaluate([1.0, 2.1, 3.0], label, "r2").to_dict())
    )
    baseline = str(tmp_path / "main.json")
    assert not losscli.check([1.0, 2.5, 3.0], label, baseline=baseline).passed
    assert losscli.check([1.0, 2.0, 3.0], label, baseline=baseline).passed


@pytest.mark.parametrize("loss", ["focal:gamma=5", "bce:label_smoothing=0.1", "bce"])
def test_a_baseline_asks_for_its_losses_with_their_parameters(loss: str, tmp_path: Path) -> None:
    baseline = saved(tmp_path / "main.json", loss)
    finding = only(losscli.check(PRED, LABEL, baseline=baseline))
    assert (finding.passed, finding.excess) == (True, 0.0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"like": "torch"}, "like is standard there, torch here"),
        ({"losses": "bce:label_smoothing=0.1"}, "label_smoothing is 0 there, 0.1 here"),
        ({"reduction": "sum"}, "reduction is mean there, sum here"),
        ({"losses": "mae"}, "has no mean absolute error"),
    ],
)
def test_a_baseline_of_another_number_is_refused(
    asked: dict[str, Any], said: str, tmp_path: Path
) -> None:
    report = losscli.check(PRED, LABEL, baseline=saved(tmp_path / "main.json"), **asked)
    [check] = report.checks
    assert check.error is not None
    assert said in check.error
    assert report.exit_code == 3


def test_a_baseline_of_other_rows_is_refused(tmp_path: Path) -> None:
    report = losscli.check(PRED[:2], LABEL[:2], baseline=saved(tmp_path / "main.json"))
    assert "n is 3 there, 2 here" in str(report.checks[0].error)


def test_a_baseline_of_another_version_is_compared(tmp_path: Path) -> None:
    baseline = Path(saved(tmp_path / "main.json"))
    baseline.write_text(baseline.read_text().replace("losscli:0", "losscli:999"))
    assert losscli.check(PRED, LABEL, baseline=str(baseline)).passed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("[]", "is no report of schema losscli/1"),
        ('{"schema": "losscli/1"}', "holds no results"),
        ('{"schema": "losscli/1", "results": [{"loss": 1}]}', "holds no results"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_baseline_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "main.json").write_text(text)
    with pytest.raises(DataError, match=said):
        read_baseline(str(tmp_path / "main.json"))


def test_a_missing_baseline_says_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no such baseline\. Write it: --update-baseline"):
        read_baseline(str(tmp_path / "main.json"))


def test_noise_is_not_significant_but_a_worse_model_is() -> None:
    random = np.random.default_rng(1)
    label = (random.uniform(size=400) < 0.5).astype(int)
    good = np.clip(0.2 + 0.6 * label + random.normal(0, 0.05, 400), 0.01, 0.99)
    noisy = np.clip(good + random.normal(0, 0.01, 400), 0.01, 0.99)
    bad = np.clip(good + (0.5 - label) * 0.2, 0.01, 0.99)
    for pred, passed in ((noisy, True), (bad, False), (good, True)):
        finding = only(
            losscli.check(pred, label, "bce", significant=True, baseline_pred=good, seed=1)
        )
        assert finding.passed is passed


@pytest.mark.parametrize(("undecided", "code"), [("fail", 1), ("pass", 0)])
def test_rows_that_prove_neither_leave_a_margin_undecided(undecided: Any, code: int) -> None:
    random = np.random.default_rng(2)
    label = random.normal(size=100)
    first, second = (label + random.normal(size=100) for _ in range(2))
    asked: dict[str, Any] = {"baseline_pred": first, "undecided": undecided}
    report = losscli.check(second, label, "mse", not_worse_by="1%", **asked)
    finding = only(report)
    assert report.exit_code == code
    assert finding.undecided
    assert finding.rows_needed > 100
    assert finding.p > 0.025
    assert f"100 of the {finding.rows_needed:,} that it takes for two equal models" in finding.words
    much = only(losscli.check(second, label, "mse", not_worse_by="900%", baseline_pred=first))
    assert (much.passed, much.undecided) == (True, False)


def test_raw_and_adjusted_chances_of_a_significant_check_are_both_there() -> None:
    random = np.random.default_rng(2)
    label = random.normal(size=100)
    first, second = (label + random.normal(size=100) for _ in range(2))
    report = losscli.check(second, label, "mse,mae", significant=True, baseline_pred=first)
    for finding in report.checks[0].findings:
        assert finding.p is not None
        assert finding.p_holm is not None
        assert finding.p <= finding.p_holm


def test_every_group_is_held_against_the_baselines_predictions() -> None:
    random = np.random.default_rng(5)
    label = np.resize([0.0, 1.0], 600)
    good = np.clip(label * 0.7 + 0.15 + random.normal(0, 0.05, 600), 0.01, 0.99)
    worse = np.where(label == 1.0, good - 0.1, good)
    report = losscli.check(worse, label, "bce", significant=True, baseline_pred=good, by_class=True)
    found = {finding.slice: finding.passed for finding in report.checks[0].findings}
    assert found == {None: False, "class 0": True, "class 1": False}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "no rule to check"),
        ({"significant": True}, "needs the baseline's predictions"),
        ({"baseline_pred": PRED}, "what are the baseline's predictions for"),
        ({"max": {"bce": 0.3}, "tolerance": "2%"}, "a tolerance is room beside a baseline's"),
        (
            {"significant": True, "baseline_pred": PRED, "baseline": "x.json"},
            "leave no room for chance",
        ),
        ({"max": {"bcee": 0.3}}, "no loss is called 'bcee'"),
    ],
)
def test_a_check_that_makes_no_sense_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        losscli.check(PRED, LABEL, **asked)


@pytest.mark.parametrize("loss", [loss.id for loss in REGISTRY if loss.featured])
def test_every_loss_keeps_to_itself(loss: str, tmp_path: Path) -> None:
    definition = REGISTRY.get(loss)
    example = definition.example
    report = losscli.evaluate(example.pred, example.label, loss, **dict(example.params))
    (tmp_path / "main.json").write_text(json.dumps(report.to_dict()))
    again = losscli.check(
        example.pred,
        example.label,
        loss,
        baseline=str(tmp_path / "main.json"),
        **dict(example.params),
    )
    if report.results[0].value is not None and np.isfinite(report.results[0].value):
        assert only(again).excess == 0.0


def test_baselines_are_written_beside_checks_that_have_none(tmp_path: Path) -> None:
    written: list[str] = []
    checks = [
        Check("bounded", PRED, LABEL, bounds=bounds_of({"bce": 9.0}, MAX)),
        Check("held", PRED, LABEL, ("bce",), baseline=str(tmp_path / "main.json")),
    ]
    report = run_checks(checks, update=lambda file, _: written.append(file))
    assert report.passed
    assert written == [str(tmp_path / "main.json")] == list(report.baselines)


@pytest.mark.parametrize(("shift", "way"), [(0.002, "worse"), (-0.002, "better")])
def test_a_model_that_is_proven_not_worse_is_not_called_worse(shift: float, way: str) -> None:
    random = np.random.default_rng(5)
    label = random.normal(size=400)
    error = random.normal(size=400)
    report = losscli.check(
        label + (1.0 + shift) * error,
        label,
        "mse",
        not_worse_by="5%",
        baseline_pred=label + error,
    )
    finding = only(report)
    assert finding.passed
    assert finding.words.startswith("not worse by ")
    assert re.search(rf": 0\.\d+ {way} on these rows$", finding.words)
