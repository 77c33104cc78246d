"""Rows for a person at a terminal."""

from __future__ import annotations

from pathlib import Path

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


def test_without_shares_it_says_why() -> None:
    text = render_rows(losscli.rows([1.0, 2.0], [1.0, 2.0], "mse").hardest(), Screen(80))
    assert "no shares" in text
    assert "so far" not in text
