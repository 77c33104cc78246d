"""Lists of classes with their scores, as Hugging Face pipelines write them with `top_k=None`."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import losscli

ROWS = [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.2, 0.5, 0.3]] * 4
TRUE = [0, 2, 1] * 4
CE = -(math.log(0.7) + math.log(0.6) + math.log(0.5)) / 3
WORDS = ("neg", "target", "pos")
NUMBERED = ("LABEL_0", "LABEL_1", "LABEL_2")


def listed(names: Sequence[str], row: Sequence[float]) -> list[dict[str, object]]:
    """A row as the pipeline gives it, the likeliest class first."""
    pairs = sorted(zip(names, row, strict=True), key=lambda pair: -pair[1])
    return [{"label": name, "score": score} for name, score in pairs]


def written(path: Path, rows: Sequence[object]) -> Path:
    if path.suffix == ".json":
        path.write_text(json.dumps(rows))
    else:
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


@pytest.mark.parametrize("ending", ["json", "jsonl"])
@pytest.mark.parametrize("names", [WORDS, NUMBERED])
def test_scores_are_read_by_the_names_of_their_classes(
    tmp_path: Path, ending: str, names: Sequence[str]
) -> None:
    path = written(tmp_path / f"p.{ending}", [listed(names, row) for row in ROWS])
    labels = tmp_path / "y.csv"
    labels.write_text("\n".join(["truth", *(names[place] for place in TRUE)]) + "\n")
    report = losscli.evaluate(path, labels)
    assert report["ce"].value == pytest.approx(CE, rel=1e-14)


@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_numbers_say_which_class_only_where_the_classes_are_numbered(
    tmp_path: Path, ending: str
) -> None:
    path = written(tmp_path / f"p.{ending}", [listed(NUMBERED, row) for row in ROWS])
    assert losscli.evaluate(path, np.array(TRUE))["ce"].value == pytest.approx(CE, rel=1e-14)
    written(path, [listed(WORDS, row) for row in ROWS])
    with pytest.raises(losscli.UsageError, match="labels are numbers: which class is which"):
        losscli.evaluate(path, np.array(TRUE))


def test_classes_of_two_digits_stand_by_their_numbers(tmp_path: Path) -> None:
    names = [f"LABEL_{place}" for place in range(12)]
    rows = np.full((12, 12), 0.5 / 11)
    np.fill_diagonal(rows, 0.5)
    path = written(tmp_path / "p.jsonl", [listed(names, row) for row in rows.tolist()])
    value = losscli.evaluate(path, np.arange(12))["ce"].value
    assert value == pytest.approx(math.log(2), rel=1e-14)


@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_rows_that_lack_a_class_are_refused(tmp_path: Path, ending: str) -> None:
    rows = [listed(WORDS, row) for row in ROWS]
    rows[7] = rows[7][:1]
    path = written(tmp_path / f"p.{ending}", rows)
    with pytest.raises(losscli.DataError, match=r"(line 8|record 7): has scores of pos, the first"):
        losscli.evaluate(path, np.array(TRUE))
    written(path, [row[:1] for row in rows])
    with pytest.raises(losscli.DataError, match=r"of neg alone.*top_k=None"):
        losscli.evaluate(path, np.array(TRUE))
