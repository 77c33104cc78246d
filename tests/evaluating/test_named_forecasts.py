"""Names of columns that contradict what a loss of forecasts reads are refused, with the way on."""

from __future__ import annotations

from pathlib import Path

import pytest

import losscli
from losscli.errors import UsageError


def table(folder: Path, header: str, rows: int = 3) -> Path:
    width = header.count(",") + 1
    lines = [",".join(f"{1 + i + 0.5 * j}" for j in range(width)) for i in range(rows)]
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
        ("q0.1,q0.5,q0.9,y", ("q*",), "crps", "-p q0.1 -l pinball:quantile=0.1"),
        ("q0.9,y", ("q0.9",), "pinball", "-l pinball:quantile=0.9"),
        ("quantile_0.05,y", ("quantile_0.05",), "pinball", "-l pinball:quantile=0.05"),
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
