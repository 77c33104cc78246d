"""Probabilities outside [0, 1] by rounding: moved there, and counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import losscli
from losscli.arrays import Extent
from losscli.errors import DataError
from losscli.task.rounding import UnitRounding

ANSWERS = [1, 0, 1, 0]
UP32 = float(np.nextafter(np.float32(1), np.float32(2)))
UP64 = float(np.nextafter(1.0, 2.0))


@pytest.mark.parametrize(
    ("dtype", "item", "is_rounding"),
    [
        ("float32", UP32, True),
        ("float32", -1e-8, True),
        ("float32", 1.000001, False),
        ("float16", 1.001, True),
        ("float16", 1.01, False),
        ("float64", UP64, True),
        ("float64", -1e-16, True),
        # Float32 that was widened, and a float64 that only comes near.
        ("float64", UP32, True),
        ("float64", UP32 + 1e-12, False),
        ("float64", 1.0000001, False),
        # Written out, nine digits are those of a float32.
        (None, 1.0000001, True),
        (None, -5.96e-08, True),
        (None, 1.00000012345, False),
        (None, 1.000001, False),
    ],
)
def test_what_is_rounding(dtype: str | None, item: float, is_rounding: bool) -> None:
    rounding = UnitRounding.of(None if dtype is None else np.dtype(dtype))
    items = np.array([0.5, item], dtype or "float64")
    assert rounding.count(items, Extent.of(items)) == is_rounding


@pytest.mark.parametrize("like", ["standard", "exact"])
def test_it_is_moved_and_counted_under_every_convention(like: str) -> None:
    pred = np.array([UP32, -1e-8, 0.75, 0.25], np.float32)
    found = losscli.evaluate(pred, ANSWERS, ["brier", "bce"], like=like)
    assert found["brier"].value == 0.03125
    assert found["brier"].clipped == found["bce"].clipped == 2
    assert any(note.startswith("2 probabilities clipped") for note in found.notes)


def test_a_softmax_in_float32_is_read_as_one() -> None:
    pred = np.array([[UP32, 0.0, 0.0], [0.25, 0.25, 0.5]], np.float32)
    found = losscli.evaluate(pred, [0, 2])
    assert found.results[0].loss == "categorical_cross_entropy"
    assert found["brier"].value == pytest.approx(0.5 * (2 * 0.25**2 + 0.5**2), rel=1e-15)


def test_digits_of_float32_in_text(tmp_path: Path) -> None:
    rows = zip(ANSWERS, ("1.0000001", "0.2", "0.9", "-2.9802322e-08"), strict=True)
    (tmp_path / "a.csv").write_text("y,prob\n" + "".join(f"{y},{p}\n" for y, p in rows))
    found = losscli.evaluate(tmp_path / "a.csv", losses="brier")
    assert found["brier"].value == pytest.approx((0.2**2 + 0.1**2) / 4, rel=1e-14)
    assert found["brier"].clipped == 2


def test_values_are_not_moved() -> None:
    pred = np.array([UP32, 0.5, 0.75, 0.25], np.float32)
    found = losscli.evaluate(pred, [1.0, 0.5, 0.75, 0.25], "sse")
    assert found["sse"].value == 0.5 * (UP32 - 1.0) ** 2
    assert found["sse"].clipped == 0


def test_more_than_rounding_is_named_with_its_row() -> None:
    pred = np.array([UP32, 0.5, 1.5, 0.25], np.float32)
    with pytest.raises(DataError, match=r"1\.5 is not a probability") as refused:
        losscli.evaluate(pred, ANSWERS, "bce", kind="probability")
    assert refused.value.position == "row 2"
