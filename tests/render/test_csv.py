"""CSV for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import numpy as np
import pytest

from losscli.cli.formats import render
from losscli.evaluating.report import Report
from losscli.render.screen import Screen
from tests.render.conftest import Snapshot
from tests.render.reports import binary, hostile, report, result

HEAD = (
    "loss,value,n,standard_error,low,high,baseline,skill,reduction,convention,kind,unit,"
    "clipped,dropped,ignored,signature"
)


def written(report: Report) -> str:
    return render(report, "csv", Screen(None, False))


def table(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(report), newline="")))


def unreduced(loss: str, values: Any, **changes: Any) -> Any:
    return result(loss, value=None, reduction="none", values=np.array(values), **changes)


def test_snapshot(snapshot: Snapshot) -> None:
    snapshot("report.csv.txt", written(binary()))


def test_a_row_is_a_loss_to_its_last_digit() -> None:
    assert written(binary()).splitlines()[0] == HEAD
    rows = table(binary())
    assert [float(row["value"]) for row in rows] == [r.value for r in binary().results]
    assert (rows[2]["low"], rows[2]["baseline"]) == ("", "")


def test_what_is_not_finite_is_a_word() -> None:
    [row] = table(report([result(value=math.inf, skill=-math.inf, standard_error=math.nan)]))
    assert (row["value"], row["skill"], row["standard_error"]) == ("inf", "-inf", "nan")


def test_numpy_numbers_are_numbers() -> None:
    [row] = table(report([result(value=np.float64(0.1))]))
    assert row["value"] == "0.1"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＠"])
def test_text_that_looks_like_a_formula_gets_an_apostrophe(start: str) -> None:
    [row] = table(report([result(signature=f"{start}cmd()")]))
    assert row["signature"].startswith("'")


def test_a_negative_number_stays_a_number() -> None:
    [row] = table(report([result(value=-1.5)]))
    assert row["value"] == "-1.5"


def test_hostile_texts_stand_on_one_line_and_drive_nothing() -> None:
    text = written(hostile())
    assert text.count("\n") == 2
    assert text.replace("\n", "").isprintable()


def test_unreduced_losses_are_columns() -> None:
    losses = report([unreduced("bce", [0.5, math.inf]), unreduced("mse", [[1.0, 2.0], [3.0, 4.0]])])
    assert written(losses) == "row,bce,mse[0],mse[1]\n0,0.5,1.0,2.0\n1,inf,3.0,4.0\n"


def test_a_loss_with_two_parameters_is_two_columns() -> None:
    losses = [unreduced("huber", [delta], params={"delta": delta}) for delta in (1.0, 2.0)]
    assert written(report(losses)) == "row,huber:delta=1,huber:delta=2\n0,1.0,2.0\n"


def test_a_loss_that_is_one_number_stands_in_every_row() -> None:
    losses = report([unreduced("mse", [1.0, 2.0]), result("r2", value=0.25)])
    assert written(losses) == "row,mse,r2\n0,1.0,0.25\n1,2.0,0.25\n"


def test_losses_of_columns_are_counted_by_column() -> None:
    losses = report([result("bce", value=None, reduction="columns", values=np.array([0.5, 1.0]))])
    assert written(losses) == "column,bce\n0,0.5\n1,1.0\n"


def test_columns_of_unequal_length_end_in_empty_cells() -> None:
    losses = report([unreduced("a", [1.0]), unreduced("b", [1.0, 2.0])])
    assert written(losses) == "row,a,b\n0,1.0,1.0\n1,,2.0\n"


def test_no_rows_at_all() -> None:
    assert written(report([unreduced("a", [])])) == "row,a\n"
