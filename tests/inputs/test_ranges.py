"""Any rows of a data set can be read alone, and it says where that costs nothing extra."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from losscli.errors import DataError
from losscli.inputs.assembling import open_dataset
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset
from tests.inputs.test_formats import FORMATS, LABEL, PRED, ROWS, parquet

Write = Callable[..., Path]


def rows_of(dataset: Dataset, start: int = 0, stop: int | None = None) -> list[Any]:
    found: list[Any] = []
    for block in dataset.blocks(37, start, stop):
        assert block.start == start + len(found)
        assert block.label is not None
        found += zip(block.pred.tolist(), block.label.tolist(), strict=True)
    return found


@pytest.mark.parametrize("pred", ["csv", "parquet, row groups", "arrow stream", "json lines"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(cuts=st.lists(st.integers(0, ROWS), max_size=5))
def test_ranges_that_follow_each_other_hold_all_rows_once(
    write: Write, save: Write, pred: str, cuts: list[int]
) -> None:
    dataset = open_dataset(write(FORMATS[pred]()), save(LABEL), columns=Columns(pred="prob"))
    ends = [0, *sorted(cuts), None]
    found = [rows_of(dataset, start or 0, stop) for start, stop in pairwise(ends)]
    assert list(chain(*found)) == list(zip(PRED.tolist(), LABEL.tolist(), strict=True))


@pytest.mark.parametrize(
    ("pred", "label", "starts"),
    [
        ("array", "array", range(ROWS)),
        ("array", "groups of 100", [0, 100, 200]),
        ("groups of 60", "groups of 100", [0]),
        ("groups of 50", "groups of 100", [0, 100, 200]),
        ("array", "csv", [0]),
    ],
)
def test_reading_may_begin_where_every_file_may(
    write: Write, save: Write, pred: str, label: str, starts: Sequence[int]
) -> None:
    def path(kind: str, values: Any) -> Path:
        if kind == "array":
            return save(values)
        if kind == "csv":
            return write(FORMATS["csv"]())
        return write(parquet(row_group_size=int(kind.rpartition(" ")[2])))

    dataset = open_dataset(
        path(pred, PRED),
        path(label, LABEL),
        columns=Columns(
            pred=() if pred == "array" else "prob", label=() if label == "array" else "n"
        ),
    )
    assert list(dataset.starts) == list(starts)
    assert dataset.rows == ROWS


def test_an_error_counts_rows_from_the_first_of_the_file(write: Write) -> None:
    dataset = open_dataset(write(parquet(row_group_size=70)), columns=Columns(label="n"))
    [block] = dataset.blocks(1000, 140, 150)
    assert (block.start, len(block.pred)) == (140, 10)
    assert dataset.error("pred", block.start + 3, "is odd").position == "row 143"


def test_lengths_that_differ_are_an_error_in_any_range(write: Write, save: Write) -> None:
    dataset = open_dataset(write(parquet()), save(LABEL[:-1]), columns=Columns(pred="prob"))
    with pytest.raises(DataError, match=r"has 300 rows, .* has 299"):
        rows_of(dataset, 0, 10)


class TestAJoin:
    def keyed(self, tmp_path: Path, rows: int) -> tuple[Path, Path]:
        keys = [f"sample{row:08d}" for row in range(rows)]
        paths = tmp_path / "pred.csv", tmp_path / "label.csv"
        for path, name, order in zip(paths, ("prob", "label"), (1, -1), strict=True):
            pd.DataFrame({"id": keys[::order], name: np.ones(rows)}).to_csv(path, index=False)
        return paths

    def test_what_it_will_hold_is_said_before_it_is_read(self, tmp_path: Path) -> None:
        said: list[str] = []
        paths = self.keyed(tmp_path, 300_000)
        dataset = open_dataset(*paths, columns=Columns(id="id"), announce=said.append)
        assert said == [
            "rows are paired by id: about 77 MB of memory; rows in the same order need none of it"
        ]
        assert not any("memory" in text for text in dataset.notes)
        assert said[0] in open_dataset(*paths, columns=Columns(id="id")).notes

    def test_of_a_small_one_nothing_is_said(self, tmp_path: Path) -> None:
        said: list[str] = []
        paths = self.keyed(tmp_path, 300)
        open_dataset(*paths, columns=Columns(id="id"), announce=said.append)
        assert said == []

    def test_it_begins_at_the_first_row(self, tmp_path: Path) -> None:
        dataset = open_dataset(*self.keyed(tmp_path, 300), columns=Columns(id="id"))
        assert list(dataset.starts) == [0]
        with pytest.raises(ValueError, match="from the first to the last"):
            next(dataset.blocks(10, 10))
