"""Data frames in memory: read as files of the same columns are, by column and by key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import losscli
from losscli.errors import DataError, UsageError

Y = np.array([1, 0, 1, 1, 0, 0])
P = np.array([0.875, 0.25, 0.5, 0.75, 0.125, 0.375])
BCE = float(-np.mean(np.log(np.where(Y, P, 1.0 - P))))
TURNED = [3, 0, 5, 1, 4, 2]
FRAME = pd.DataFrame({"user_id": [7, 3, 9, 4, 2, 8], "clicked": Y, "ctr": P})
CLASSES = pd.DataFrame({"species": ["ash", "oak"], "p_oak": [0.25, 0.5], "p_ash": [0.75, 0.5]})


def value(*given: Any, loss: str = "bce", **how: Any) -> float | None:
    return losscli.evaluate(*given, losses=loss, **how)[loss].value


@pytest.mark.parametrize("made", [pd.DataFrame, pa.Table.from_pandas], ids=["pandas", "arrow"])
def test_columns_are_found_by_evidence_as_in_a_file(
    made: Callable[[pd.DataFrame], Any], tmp_path: Path
) -> None:
    for frame, loss in ((FRAME, "bce"), (CLASSES, "ce")):
        frame.to_parquet(tmp_path / "a.parquet")
        in_file = losscli.evaluate(tmp_path / "a.parquet", losses=loss)
        in_memory = losscli.evaluate(made(frame), losses=loss)
        assert in_memory[loss].value == in_file[loss].value
        assert [each.columns for each in in_memory.read] == [each.columns for each in in_file.read]
        assert [each.name for each in in_memory.unused] == [each.name for each in in_file.unused]


def test_several_readings_are_asked_about() -> None:
    with pytest.raises(UsageError, match="which column is the prediction"):
        losscli.evaluate(FRAME.assign(ctr_pred=P, rate_pred=P))
    named = losscli.Columns(pred="rate_pred", label="clicked")
    assert value(FRAME.assign(rate_pred=P), columns=named) == pytest.approx(BCE, rel=1e-15)


@pytest.mark.parametrize("keyed", [lambda frame: frame, lambda frame: frame.set_index("user_id")])
def test_rows_are_paired_by_a_key_that_both_have(
    keyed: Callable[[pd.DataFrame], pd.DataFrame],
) -> None:
    pred, label = FRAME[["user_id", "ctr"]], FRAME[["user_id", "clicked"]].iloc[TURNED]
    assert value(keyed(pred), keyed(label)) == pytest.approx(BCE, rel=1e-15)


def test_one_index_in_another_order_is_refused_where_rows_go_by_position() -> None:
    turned = FRAME["clicked"].iloc[TURNED]
    with pytest.raises(UsageError, match=r"label\.loc\[prediction\.index\]"):
        losscli.evaluate(FRAME["ctr"], turned, "bce")
    assert value(FRAME["ctr"], turned.loc[FRAME.index]) == pytest.approx(BCE, rel=1e-15)
    assert value(FRAME["ctr"].iloc[TURNED], turned) == pytest.approx(BCE, rel=1e-15)
    assert value(P[TURNED], turned) == pytest.approx(BCE, rel=1e-15)


def test_a_frame_of_unnamed_columns_is_an_array() -> None:
    shares = pd.DataFrame([[0.25, 0.75], [0.5, 0.5]])
    assert value(shares, [1, 0], loss="ce") == value(shares.to_numpy(), [1, 0], loss="ce")


def test_every_verb_takes_frames() -> None:
    columns = losscli.Columns(pred="ctr", label="clicked")
    assert losscli.check(FRAME, max={"bce": 1.0}).passed
    assert losscli.rows(FRAME, losses="bce").hardest(1).rows[0].row == 2
    assert losscli.recommend(FRAME).loss == "binary_cross_entropy"
    compared = losscli.compare({"a": FRAME, "b": FRAME}, losses="bce", columns=columns)
    assert compared["bce"].value == pytest.approx(BCE, rel=1e-15)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(DataError, match="has no rows"):
        losscli.evaluate(FRAME.iloc[:0])
    with pytest.raises(DataError, match="cannot be read as a table"):
        losscli.evaluate(pd.DataFrame({"p": [0.5, "x", {1}], "y": [1, 0, 1]}))
