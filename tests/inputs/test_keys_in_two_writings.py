"""Keys that mean the same rows and are written otherwise on the other side."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

import losscli
from losscli.errors import DataError
from losscli.inputs.evidence.writing import loosely, only_decimals_differ, ways_between

PREDS = [0.875, 0.25, 0.5, 0.75]
ANSWERS = [1, 0, 1, 1]


def brier(rows: int) -> float:
    """The Brier score of the first rows."""
    pairs = list(zip(PREDS, ANSWERS, strict=True))[:rows]
    return sum((p - y) ** 2 for p, y in pairs) / rows


def pair(folder: Path, name: str, here: list[str], there: list[str]) -> tuple[Path, Path]:
    """A prediction and its labels, the latter in another order."""
    pred, label = folder / "p.csv", folder / "y.csv"
    pred.write_text(
        f"{name},prob\n" + "".join(f"{k},{p}\n" for k, p in zip(here, PREDS, strict=False))
    )
    rows = list(zip(there, ANSWERS, strict=False))[::-1]
    label.write_text(f"{name},label\n" + "".join(f"{k},{y}\n" for k, y in rows))
    return pred, label


UNLIKE = {
    "padded": ("id", ["007", "008", "010", "100"], ["7", "8", "10", "100"], "leading zeros"),
    "capitals": ("id", ["Ab", "Cd", "Ef", "Gh"], ["AB", "CD", "EF", "GH"], "capitals"),
    "capitals of words": (
        "city",
        ["Oslo", "Rome", "Bonn", "Lima"],
        ["oslo", "rome", "bonn", "lima"],
        "capitals",
    ),
    "some decimals": ("id", ["1", "2", "x3", "4"], ["1.0", "2.0", "x3", "4.0"], "decimals of 0"),
}


@pytest.mark.parametrize(("name", "here", "there", "why"), UNLIKE.values(), ids=UNLIKE)
def test_the_reason_is_named_and_the_line_that_mends_it(
    name: str, here: list[str], there: list[str], why: str, tmp_path: Path
) -> None:
    pred, label = pair(tmp_path, name, here, there)
    with pytest.raises(DataError, match=f"they differ in {why}") as refused:
        losscli.evaluate(pred, label)
    _, _, line = refused.value.hint.partition(": ")
    python, *words = shlex.split(line)
    assert (python, words[0]) == ("python", "-c")
    exec(words[1], {})
    found = losscli.evaluate(f"{pred}.plain.csv", f"{label}.plain.csv", "brier")
    assert found["brier"].value == pytest.approx(brier(len(here)), rel=1e-14)


@pytest.mark.parametrize("named", [False, True])
def test_whole_numbers_that_one_side_writes_with_decimals_are_paired(
    named: bool, tmp_path: Path
) -> None:
    pred, label = pair(tmp_path, "id", ["1", "2", "3", "14"], ["1.0", "2.0", "3.0", "14.0"])
    columns = losscli.Columns(id="id") if named else None
    found = losscli.evaluate(pred, label, "brier", columns=columns)
    assert found["brier"].value == pytest.approx(brier(4), rel=1e-14)
    assert any("one file writes as 7.0, not 7" in note for note in found.notes)


def test_keys_that_are_two_rows_when_written_alike_are_refused(tmp_path: Path) -> None:
    pred, label = pair(tmp_path, "id", ["1", "2", "3", "4"], ["1.0", "2.0", "3.0", "3.00"])
    with pytest.raises(DataError, match="stands twice"):
        losscli.evaluate(pred, label, "brier")


@pytest.mark.parametrize(
    ("sides", "sure"),
    [
        ([["1", "2"], ["1.0", "2.0"]], True),
        ([["1", "2"], ["1.0", "2"]], False),
        ([["1", "2"], ["1.5", "2.0"]], False),
        ([["1", "2"], ["2", "1"]], False),
        ([["a", "2"], ["a", "2.0"]], False),
        ([["1"], []], False),
    ],
)
def test_when_only_decimals_differ(sides: list[list[str]], sure: bool) -> None:
    assert only_decimals_differ(sides) is sure


def test_what_differs_is_told_apart() -> None:
    assert [way.what for way in ways_between("07", "7")] == ["leading zeros"]
    assert len(ways_between("A07", "a07.0")) == 3
    assert (loosely("0"), loosely("00"), loosely("0.0")) == ("0", "0", "0")
