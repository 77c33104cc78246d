"""Columns of one table that may be several models, beside those that are one prediction."""

from __future__ import annotations

from pathlib import Path

import pytest

from losscli.inputs.columns import Columns
from losscli.inputs.likely_models import likely_models

LABELS = (0, 1, 0, 1, 1, 0)


def table(folder: Path, head: str, rows: list[str]) -> str:
    path = folder / "table.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return str(path)


def two_models(folder: Path, one: str, other: str) -> str:
    rows = [f"0.{3 + place}1,0.{8 - place}2,{label}" for place, label in enumerate(LABELS)]
    return table(folder, f"{one},{other},label", rows)


@pytest.mark.parametrize(
    ("one", "other"), [("model_old", "model_new"), ("a", "b"), ("prob_a", "prob_b")]
)
def test_two_columns_of_numbers_beside_a_label_are_two_models(
    tmp_path: Path, one: str, other: str
) -> None:
    found = likely_models(two_models(tmp_path, one, other), None, Columns())
    assert found == [("--pred-col", one), ("--pred-col", other)]


def test_a_name_like_a_flag_is_one_word(tmp_path: Path) -> None:
    found = likely_models(two_models(tmp_path, "-x", "-y"), None, Columns())
    assert found == [("--pred-col=-x",), ("--pred-col=-y",)]


def test_a_label_that_is_named_is_none_of_them(tmp_path: Path) -> None:
    rows = [f"0.{place}1,0.{9 - place}2,0.{place}5" for place in range(6)]
    path = table(tmp_path, "a,b,c", rows)
    found = likely_models(path, None, Columns(label="b"))
    assert found == [("--pred-col", "a"), ("--pred-col", "c")]


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ("p_cat,p_dog,label", ["0.3,0.7,dog", "0.6,0.4,cat", "0.1,0.9,dog", "0.8,0.2,cat"]),
        ("cat,dog,label", ["1.5,0.7,dog", "2.6,0.4,cat", "0.1,3.9,dog", "0.8,0.2,cat"]),
        ("q0.1,q0.9,y", ["1.5,2.7,2.1", "2.6,3.4,2.2", "0.1,3.9,1.3", "0.8,1.2,0.7"]),
        ("prob,label", ["0.1,0", "0.9,1", "0.4,0"]),
    ],
)
def test_classes_and_quantiles_are_one_prediction(
    tmp_path: Path, head: str, rows: list[str]
) -> None:
    assert likely_models(table(tmp_path, head, rows), None, Columns()) == []
