"""Part files are read in natural order as one array or table."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from losscli.errors import DataError
from losscli.inputs.assembling import open_dataset
from losscli.inputs.columns import Columns
from losscli.inputs.opening import Opener
from losscli.inputs.parts import PartsSource, in_natural_order
from losscli.inputs.source import Selection
from tests.inputs.test_formats import column, read

Write = Callable[..., Path]

ROWS = 60
PRED = np.random.default_rng(4).random(ROWS)
# The order of names as text is not theirs: part-10 stands before part-2.
ENDS = list(range(5, ROWS + 1, 5))


def save_parts(folder: Path, kind: str) -> Path:
    folder.mkdir()
    for number, end in enumerate(ENDS):
        part, path = PRED[end - 5 : end], folder / f"part-{number}.{kind}"
        table = pa.table({"prob": part, "y": np.arange(end - 5, end)})
        text = table.to_pandas().to_csv(index=False)
        match kind:
            case "npy":
                np.save(path, part)
            case "parquet":
                pq.write_table(table, path, row_group_size=2)
            case "csv":
                path.write_text(text)
            case "csv.gz":
                path.write_bytes(gzip.compress(text.encode()))
    return folder


def columns_of(kind: str) -> Columns:
    return Columns() if kind == "npy" else Columns(pred="prob")


KINDS = ["npy", "parquet", "csv", "csv.gz"]


def test_names_are_counted_as_people_count() -> None:
    names = ["p10.csv", "p2.csv", "p1.csv", "p01.csv", "q", "10", "9"]
    assert in_natural_order(names) == ["9", "10", "p01.csv", "p1.csv", "p2.csv", "p10.csv", "q"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pattern", ["", "/*", "/part-*", "/**"])
def test_a_folder_or_a_pattern_is_its_files_in_order(
    tmp_path: Path, kind: str, pattern: str
) -> None:
    folder = save_parts(tmp_path / "preds", kind)
    dataset = open_dataset(
        f"{folder}{pattern}",
        np.arange(ROWS),
        columns=columns_of(kind),
    )
    assert read(dataset, 7) == (PRED.tolist(), list(range(ROWS)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("start", "stop"), [(0, 5), (4, 11), (5, 6), (23, None), (59, 99)])
def test_any_rows_can_be_read_alone(
    tmp_path: Path, kind: str, start: int, stop: int | None
) -> None:
    source = Opener().open(save_parts(tmp_path / "preds", kind), "prediction")
    assert column(source, 0, start=start, stop=stop) == PRED[start:stop].tolist()


def test_where_reading_may_begin_is_known_of_formats_that_count_their_rows(tmp_path: Path) -> None:
    def source(kind: str) -> Any:
        return Opener().open(save_parts(tmp_path / kind, kind), "prediction")

    arrays, groups, texts = source("npy"), source("parquet"), source("csv")
    assert (arrays.rows, arrays.starts, arrays.shape) == (ROWS, range(ROWS), (ROWS,))
    assert (groups.rows, groups.starts[:5]) == (ROWS, (0, 2, 4, 5, 7))
    assert (texts.rows, texts.starts) == (None, (0,))
    assert [part.name for part in texts.parts][9:] == [
        str(tmp_path / "csv" / f"part-{number}.csv") for number in (9, 10, 11)
    ]


@pytest.mark.parametrize(
    ("kind", "place"), [("npy", "row 3"), ("parquet", "row 3"), ("csv", "line 5")]
)
def test_an_error_names_the_part_and_its_own_row(tmp_path: Path, kind: str, place: str) -> None:
    folder = save_parts(tmp_path / "preds", kind)
    dataset = open_dataset(folder, np.arange(ROWS), columns=columns_of(kind))
    read(dataset, 8)
    error = dataset.error("pred", 53, "is odd")
    assert (error.file, error.position) == (f"{folder}/part-10.{kind}", place)


def test_a_bad_cell_is_named_with_its_part_and_line(tmp_path: Path) -> None:
    folder = save_parts(tmp_path / "preds", "csv")
    part = folder / "part-7.csv"
    part.write_text(part.read_text() + "oops,1\n")
    with pytest.raises(DataError, match=r"part-7\.csv, line 7, column prob: 'oops'"):
        read(open_dataset(folder))


def test_parts_of_predictions_go_with_parts_of_labels_cut_otherwise(tmp_path: Path) -> None:
    preds = save_parts(tmp_path / "preds", "npy")
    (tmp_path / "labels").mkdir()
    for number, (start, stop) in enumerate([(0, 13), (13, 14), (14, ROWS)]):
        table = pa.table({"label": np.arange(start, stop)})
        pq.write_table(table, tmp_path / "labels" / f"{number}.parquet")
    assert read(open_dataset(preds, tmp_path / "labels"), 9) == (PRED.tolist(), list(range(ROWS)))


def test_keys_are_paired_across_parts(tmp_path: Path) -> None:
    for name, order in (("a", range(6)), ("b", reversed(range(6)))):
        (tmp_path / name).mkdir()
        for number, key in enumerate(order):
            (tmp_path / name / f"{number}.csv").write_text(f"id,label\nk{key},{key}\n")
    columns = Columns(pred="label", label="label", id="id")
    pred, label = read(open_dataset(tmp_path / "a", tmp_path / "b", columns=columns), 4)
    assert pred == label == [0, 1, 2, 3, 4, 5]
    (tmp_path / "b" / "9.csv").write_text("id,label\nk3,3\n")
    with pytest.raises(DataError, match=r"9\.csv, line 2: the key 'k3' .*2\.csv, line 2"):
        read(open_dataset(tmp_path / "a", tmp_path / "b", columns=columns))


class TestPartsThatDiffer:
    def refused(self, tmp_path: Path, *parts: tuple[str, Any]) -> DataError:
        for name, content in parts:
            if isinstance(content, str):
                (tmp_path / name).write_text(content)
            elif isinstance(content, pa.Table):
                pq.write_table(content, tmp_path / name)
            else:
                np.save(tmp_path / name, content)
        with pytest.raises(DataError) as caught:
            open_dataset(tmp_path)
        assert caught.value.file == str(tmp_path / parts[-1][0])
        return caught.value

    def test_in_their_columns(self, tmp_path: Path) -> None:
        error = self.refused(tmp_path, ("1.csv", "p,y\n1,0\n"), ("2.csv", "y,p\n1,0\n"))
        assert error.problem == f"has the columns y, p where {tmp_path}/1.csv has p, y"

    def test_in_their_shapes(self, tmp_path: Path) -> None:
        error = self.refused(tmp_path, ("1.npy", np.ones((2, 3))), ("2.npy", np.ones((2, 4))))
        assert error.problem == f"has the shape (2, 4), {tmp_path}/1.npy has (2, 3)"

    def test_in_their_dtypes(self, tmp_path: Path) -> None:
        error = self.refused(tmp_path, ("1.npy", np.ones(2)), ("2.npy", np.ones(2, "f4")))
        assert error.problem == f"holds float32 where {tmp_path}/1.npy holds float64"

    def test_in_the_type_of_a_column(self, tmp_path: Path) -> None:
        words, numbers = pa.table({"p": [1.0], "y": ["a"]}), pa.table({"p": [1.0], "y": [1]})
        error = self.refused(tmp_path, ("1.parquet", words), ("2.parquet", numbers))
        assert (error.column, error.problem) == (
            "y",
            f"holds int64 where {tmp_path}/1.parquet holds words",
        )

    def test_in_being_tables(self, tmp_path: Path) -> None:
        error = self.refused(tmp_path, ("1.csv", "p,y\n1,0\n"), ("2.npy", np.ones(2)))
        assert error.problem == f"is an array, {tmp_path}/1.csv is a table"


def test_what_tools_leave_beside_the_data_is_no_part(tmp_path: Path) -> None:
    folder = save_parts(tmp_path / "preds", "npy")
    for name in ("_SUCCESS", ".part-1.npy.crc", "_metadata"):
        (folder / name).write_text("x")
    assert read(open_dataset(folder))[0] == PRED.tolist()


def test_a_folder_in_a_folder_is_refused_with_the_pattern_to_type(tmp_path: Path) -> None:
    (tmp_path / "year=2024").mkdir()
    with pytest.raises(DataError, match=r"the folder year=2024.*/\*/\*"):
        open_dataset(tmp_path)


def test_a_pattern_that_matches_nothing_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file") as refused:
        open_dataset(f"{tmp_path}/*.csv")
    assert refused.value.file == f"{tmp_path}/*.csv"


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(write: Write) -> None:
    assert read(open_dataset(write("0.5\n0.25\n", "a[1].csv")))[0] == [0.5, 0.25]


def test_rows_of_parts_are_counted_on_only_once(tmp_path: Path) -> None:
    source = Opener().open(save_parts(tmp_path / "preds", "csv"), "prediction")
    assert isinstance(source, PartsSource)
    for _ in range(2):
        first, second = (source.batches({"it": Selection((0,))}, 9) for _ in range(2))
        for one, two in zip(first, second, strict=True):
            assert one["it"].tolist() == two["it"].tolist()
    part, row = source.part(59)
    assert (part.name, row) == (f"{tmp_path}/preds/part-11.csv", 4)
