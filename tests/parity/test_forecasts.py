"""Scaled errors of many series, against utilsforecast (its version stands in golden.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from losscli import Columns, evaluate

HERE = Path(__file__).parent / "forecasts"
GOLDEN: dict[str, Any] = json.loads((HERE / "golden.json").read_text())


@pytest.mark.parametrize("loss", [name for name in GOLDEN if name != "versions"])
def test_the_mean_over_series_is_that_of_utilsforecast(loss: str) -> None:
    columns = Columns(pred=("model",), label=("y",), group="unique_id")
    inputs = {"train": str(HERE / "train.csv")}
    found = evaluate(str(HERE / "forecasts.csv"), None, loss, columns=columns, inputs=inputs)
    assert found.results[0].value == pytest.approx(GOLDEN[loss], rel=1e-12)
    assert found.results[0].n == 3
