"""Names of the columns of forecasts: what they say is read, what they contradict is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import losscli
from losscli.errors import UsageError


def table(folder: Path, header: str, rows: int = 3) -> Path:
    width = header.count(",") + 1
    lines = [",".join(f"{1.25 + i + 0.5 * j}" for j in range(width)) for i in range(rows)]
    path = folder / "forecast.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


@pytest.mark.parametrize(
    ("header", "pred", "loss", "way_on"),
    [
        ("mean,std,y", ("mean", "std"), "gaussian_nll", "log_score_normal"),
        ("mu,sigma,y", ("mu", "sigma"), "gaussian_nll", "log_score_normal"),
        ("mean,variance,y", ("mean", "variance"), "crps_normal", "gaussian_nll"),
        ("mean,std,y", ("mean", "std"), "crps", "-p mean -p std -l crps_normal"),
        ("mean,var,y", ("mean", "var"), "crps", "-p mean -p var -l gaussian_nll"),
        (
            "std,mean,y",
            ("std", "mean"),
            "crps_normal",
            "in the order",
        ),
        ("mean,mean2,y", ("mean", "mean2"), "crps_normal", "-l gaussian_nll"),
        ("q0.1,q0.5,q0.9,y", ("q*",), "crps", "-p q0.1 -p q0.5 -p q0.9 -l pinball"),
        (
            "q0.9,y",
            ("q0.9",),
            "sklearn.mean_pinball_loss",
            "-l sklearn.mean_pinball_loss:quantile=0.9",
        ),
        ("q1,y", ("q1",), "pinball", "-l pinball:quantile=0.01"),
        ("a,b,y", ("a", "b"), "pinball", "-l pinball:quantile=0.33,0.67"),
        ("q0.1,q0.9,y", ("q*",), "pinball:quantile=0.5", "-l pinball:quantile=0.33,0.67"),
    ],
)
def test_a_contradiction_is_refused_with_the_way_on(
    tmp_path: Path, header: str, pred: tuple[str, ...], loss: str, way_on: str
) -> None:
    columns = losscli.Columns(pred=pred, label="y")
    with pytest.raises(UsageError) as caught:
        losscli.evaluate(table(tmp_path, header), losses=loss, columns=columns)
    assert way_on in str(caught.value)


@pytest.mark.parametrize(
    ("header", "pred", "loss"),
    [
        ("mean,std,y", ("mean", "std"), "crps_normal"),
        ("mean,variance,y", ("mean", "variance"), "gaussian_nll"),
        ("m1,m2,m3,y", ("m*",), "crps"),
        ("q0.9,y", ("q0.9",), "pinball:quantile=0.9"),
        ("q0.9,y", ("q0.9",), "pinball:quantile=0.5"),
        ("q0.9,y", ("q0.9",), "sklearn.mean_pinball_loss:alpha=0.5"),
        ("q0.5,y", ("q0.5",), "pinball"),
        ("forecast,y", ("forecast",), "pinball"),
    ],
)
def test_names_that_agree_or_say_nothing_are_read(
    tmp_path: Path, header: str, pred: tuple[str, ...], loss: str
) -> None:
    columns = losscli.Columns(pred=pred, label="y")
    assert losscli.evaluate(table(tmp_path, header), losses=loss, columns=columns).results


def loss_of(label: float, quantile: float, level: float) -> float:
    return max(level * (label - quantile), (level - 1.0) * (label - quantile))


@pytest.mark.parametrize(
    ("names", "levels"),
    [
        ("q0.1 q0.5 q0.9", (0.1, 0.5, 0.9)),
        ("p10 p50 p90", (0.1, 0.5, 0.9)),
        ("q90 q50 q05", (0.9, 0.5, 0.05)),
        ("0.025 0.975", (0.025, 0.975)),
        ("m-lo-80 m-hi-80", (0.1, 0.9)),
        ("p75", (0.75,)),
    ],
)
def test_columns_of_quantiles_are_scored_at_the_levels_of_their_names(
    tmp_path: Path, names: str, levels: tuple[float, ...]
) -> None:
    columns = names.split()
    labels = (3.25, 1.5, 10.0, 7.75)
    rows = [[2.0 + 1.5 * i + j for j in range(len(columns))] for i in range(len(labels))]
    lines = [",".join(map(str, [*row, label])) for row, label in zip(rows, labels, strict=True)]
    path = tmp_path / "f.csv"
    path.write_text("\n".join([",".join([*columns, "actual"]), *lines]))
    each = [
        sum(loss_of(y, row[j], level) for row, y in zip(rows, labels, strict=True)) / len(labels)
        for j, level in enumerate(levels)
    ]
    found = losscli.evaluate(path)
    assert found.recommendation.loss == "pinball"
    assert found["pinball"].value == pytest.approx(sum(each) / len(each), rel=1e-14)
    assert any("at the levels of the names" in note for note in found.notes)
    shown = losscli.evaluate(path, losses="pinball", reduction="columns")["pinball"].values
    assert list(shown) == pytest.approx(each, rel=1e-14)


def test_arrays_are_scored_at_the_levels_that_are_given() -> None:
    pred, label = [[1.0, 2.0], [3.0, 5.0]], [2, 4]
    found = losscli.evaluate(pred, label, "pinball:quantile=0.25,0.75")["pinball"].value
    each = [
        loss_of(y, q, a)
        for row, y in zip(pred, label, strict=True)
        for q, a in zip(row, (0.25, 0.75), strict=True)
    ]
    assert found == pytest.approx(sum(each) / 4, rel=1e-14)


def test_a_single_level_that_is_the_default_goes_without_saying(tmp_path: Path) -> None:
    path = table(tmp_path, "q0.5,y")
    assert not any("levels" in note for note in losscli.evaluate(path, losses="pinball").notes)


def test_shares_of_classes_that_are_named_by_numbers_are_no_quantiles(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("p_10,p_20,p_30,label\n0.5,0.25,0.25,10\n0.125,0.75,0.125,20\n0.1,0.1,0.8,30\n")
    assert losscli.evaluate(path).recommendation.loss == "categorical_cross_entropy"


@pytest.mark.parametrize(
    "header", ["y,mu,sigma", "sd,mean,actual", "forecast_std,target,forecast_mean"]
)
def test_mean_and_spread_are_found_by_their_names_in_the_order_of_the_loss(
    tmp_path: Path, header: str
) -> None:
    path = table(tmp_path, header)
    names = header.split(",")
    mean = next(name for name in names if name.endswith(("mean", "mu")))
    spread = next(name for name in names if name.endswith(("std", "sigma", "sd")))
    named = losscli.Columns(pred=(mean, spread))
    found = losscli.evaluate(path, losses="crps_normal")["crps_normal"].value
    assert found == losscli.evaluate(path, losses="crps_normal", columns=named)["crps_normal"].value


def test_the_members_of_an_ensemble_are_read_or_offered(tmp_path: Path) -> None:
    path = table(tmp_path, "obs,ens_0,ens_1,ens_2", rows=4)
    found = losscli.evaluate(path, losses="crps")
    named = losscli.Columns(pred="ens_*")
    assert found["crps"].value == losscli.evaluate(path, losses="crps", columns=named)["crps"].value
    with pytest.raises(UsageError, match="--pred-col 'ens_\\*'"):
        losscli.evaluate(path)
