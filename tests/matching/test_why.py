"""`why` says whose two numbers are, and its parts add up."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import losscli

SAMPLES = Path(__file__).parents[2] / "sample_data"
FOREST = losscli.Columns(pred="prob_rf")


def added(found: losscli.Why) -> float:
    return math.fsum(part.change for part in found.parts)


@pytest.mark.parametrize(
    ("first", "second", "column"),
    [
        ("0.5511", "0.2706", "prob_rf"),
        ("0.2706", "0.1824", "prob_rf"),
        ("0.474563", "0.07177571", "prob"),
        ("0.07177571", "16.364861", "prob"),
        ("0.964912", "0.07177571", "prob"),
    ],
)
def test_the_choices_add_up_to_the_difference(first: str, second: str, column: str) -> None:
    columns = losscli.Columns(pred=column)
    found = losscli.why(first, second, SAMPLES / "breast_cancer.csv", columns=columns)
    assert found.first is not None
    assert found.second is not None
    assert found.change == found.second.value - found.first.value
    assert added(found) == pytest.approx(found.change, rel=1e-12)


def test_the_rows_add_up_to_what_lies_between_the_losses() -> None:
    found = losscli.why("0.5511", "0.2706", SAMPLES / "breast_cancer.csv", columns=FOREST)
    assert found.rest is not None
    assert found.of_rows is not None
    total = math.fsum([*(row.change for row in found.rows), found.rest])
    assert total == pytest.approx(found.of_rows, rel=1e-12)


def test_the_one_row_that_is_sure_and_wrong_is_named() -> None:
    found = losscli.why("0.5511", "0.2706", SAMPLES / "breast_cancer.csv", columns=FOREST)
    [row] = found.rows
    assert (row.row, row.first) == (19, 100.0)
    assert row.change == pytest.approx(found.change)


def test_each_choice_is_named_by_itself() -> None:
    pred, label = np.array([0.9, 0.2, 0.7, 0.4]), np.array([1, 0, 1, 1])
    one = losscli.evaluate(pred, label, "bce")["bce"].value
    two = losscli.evaluate(pred, label, "bce", like="textbook", reduction="sum")["bce"].value
    found = losscli.why(f"{one!r}", f"{two!r}", pred, label, "bce")
    assert [part.choice for part in found.parts] == [
        "by the textbook convention, not standard",
        "reduction sum",
    ]


def test_a_number_that_nothing_gives_is_said() -> None:
    found = losscli.why("0.5511", "123.456789", SAMPLES / "breast_cancer.csv", columns=FOREST)
    assert found.first is not None
    assert found.second is None
    assert found.parts == ()


def test_the_same_number_twice_differs_in_nothing() -> None:
    found = losscli.why("0.5511", "0.5511", SAMPLES / "breast_cancer.csv", columns=FOREST)
    assert found.change == 0.0
    assert found.parts == ()
