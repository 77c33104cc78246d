"""Columns whose repeating values say that rows look dependent."""

from __future__ import annotations

from pathlib import Path

import pytest

import losscli
from losscli import Columns


def table(folder: Path, name: str, values: list[object]) -> str:
    file = folder / "rows.csv"
    lines = [f"{value},{place % 7 / 7:.3f},{place % 2}" for place, value in enumerate(values)]
    file.write_text("\n".join([f"{name},prob,label", *lines, ""]))
    return str(file)


def notes(folder: Path, name: str, values: list[object], columns: Columns | None = None) -> str:
    file = table(folder, name, values)
    return "\n".join(losscli.evaluate(file, losses="bce", columns=columns).notes)


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("patient", "--cluster-col patient"),
        ("user_id", "--cluster-col user_id"),
        ("DocId", "--cluster-col DocId"),
        ("id", "--cluster-col id"),
        ("date", "--block-col date"),
    ],
)
def test_a_column_of_wholes_that_repeats_is_named_with_its_flag(
    tmp_path: Path, name: str, flag: str
) -> None:
    values: list[object] = [f"v{place // 4}" for place in range(80)]
    said = notes(tmp_path, name, values)
    assert f"80 rows have 20 values of {name}" in said
    assert flag in said


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("patient", list(range(80))),
        ("id", [f"row {place}" for place in range(80)]),
        ("split", [place // 4 for place in range(80)]),
        ("group", [place % 2 for place in range(80)]),
    ],
    ids=["a patient a row", "keys", "no whole", "two groups"],
)
def test_other_columns_are_not(tmp_path: Path, name: str, values: list[object]) -> None:
    assert "depend on each other" not in notes(tmp_path, name, values)


def test_nothing_is_said_where_the_flag_was_given(tmp_path: Path) -> None:
    values: list[object] = [place // 4 for place in range(80)]
    said = notes(tmp_path, "patient", values, Columns(cluster="patient"))
    assert "depend on each other" not in said
    assert "20 clusters (patient)" in said
