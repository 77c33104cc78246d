"""Rows for a person at a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

import losscli
from losscli.render.screen import Screen
from losscli.render.terminal.row_table import render_rows
from losscli.rowwise.report import RowReport
from tests.render.conftest import Snapshot
from tests.render.reports import HOSTILE

SAMPLES = Path(__file__).parents[3] / "sample_data"


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLES.parent)


def binary() -> RowReport:
    columns = losscli.Columns(pred="prob")
    return losscli.rows(
        "sample_data/breast_cancer.csv", losses="bce,focal", columns=columns
    ).hardest(3)


def classes() -> RowReport:
    files = (f"sample_data/digits_{name}.npy" for name in ("probs", "labels"))
    return losscli.rows(*files, losses="ce").hardest(3, easiest=True)


@pytest.mark.parametrize("width", [None, 100, 80, 40, 20])
def test_two_losses(snapshot: Snapshot, width: int | None) -> None:
    snapshot(f"rows_two_losses_{width}.txt", render_rows(binary(), Screen(width)))


@pytest.mark.parametrize("width", [80, 40])
def test_of_many_classes_the_largest_and_that_of_the_label(snapshot: Snapshot, width: int) -> None:
    snapshot(f"rows_classes_{width}.txt", render_rows(classes(), Screen(width)))


@pytest.mark.parametrize("width", [20, 24, 30, 40, 60, 80, 120])
@pytest.mark.parametrize("report", [binary, classes])
def test_no_line_is_wider_than_the_screen(report: object, width: int) -> None:
    assert callable(report)
    text = render_rows(report(), Screen(width))
    assert max(map(cell_len, text.split("\n"))) <= width
    assert "…" not in text


def test_what_files_say_stands_as_text() -> None:
    found = binary()
    first = replace(found.rows[0], id=HOSTILE, label=(HOSTILE,))
    text = render_rows(replace(found, rows=(first,), columns=(HOSTILE,)), Screen(200))
    assert "[red]=cmd()<script>" in text
    assert all(character.isprintable() or character == "\n" for character in text)


@pytest.mark.parametrize(
    ("pred", "losses", "why"),
    [
        ([20.0, 30.0], "mse", "0"),
        ([3.0, -1e200], "mse", "inf"),
        ([8.0, 9.0], "poisson_nll", "some losses are negative"),
    ],
)
def test_without_shares_it_says_why(pred: list[float], losses: str, why: str) -> None:
    text = render_rows(losscli.rows(pred, [20.0, 30.0], losses).hardest(), Screen(80))
    assert f"total  {why}, so rows have no share of it" in text
    assert "so far" not in text


def three_classes(**asked: Any) -> RowReport:
    return losscli.rows("sample_data/wine.csv", losses="ce", **asked).hardest(10)


def test_a_key_that_counts_the_rows_is_not_said_twice() -> None:
    found = three_classes()
    assert " id " not in render_rows(found, Screen(100)).splitlines()[3]
    named = [replace(row, id=f"patient {row.row}") for row in found.rows]
    assert " id " in render_rows(replace(found, rows=tuple(named)), Screen(120)).splitlines()[3]


@pytest.mark.parametrize("width", [40, 60, 70, 80])
@pytest.mark.parametrize("grad", [False, True])
def test_rows_stay_a_table_and_what_does_not_fit_is_named(width: int, grad: bool) -> None:
    found = three_classes(grad=grad)
    text = render_rows(found, Screen(width))
    table, said = text.split("\n\n")[1], " ".join(text.split())
    head = table.splitlines()[0]
    assert len([line for line in table.splitlines() if "grignolino" in line or "bar" in line]) >= 10
    for name in (
        *found.columns,
        "label",
        "loss",
        "share",
        "so far",
        *(["|gradient|"] if grad else []),
    ):
        assert name in head or name in said.partition("a wider screen also shows ")[2], name


def test_of_some_items_what_the_truth_was_given_stays_to_the_last() -> None:
    assert "at label" in render_rows(three_classes(), Screen(40)).splitlines()[5]
