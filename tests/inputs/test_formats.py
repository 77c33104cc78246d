"""Every format gives the same rows of the same table, and says so where it cannot."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from losscli.errors import DataError, UsageError
from losscli.inputs.assembling import open_dataset
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset
from losscli.inputs.file import File
from losscli.inputs.formats import open_file
from losscli.inputs.source import Selection, Source

Write = Callable[..., Path]

ROWS = 300
PRED = np.random.default_rng(3).random(ROWS)
LABEL = np.arange(ROWS) % 3
TABLE = pa.table({"prob": PRED, "label": [f"c{k}" for k in LABEL], "n": LABEL})


def parquet(table: pa.Table = TABLE, **how: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **how)
    return buffer.getvalue()


def arrow(table: pa.Table = TABLE, *, stream: bool = False, rows: int = 64, **how: Any) -> bytes:
    buffer = io.BytesIO()
    new = pa.ipc.new_stream if stream else pa.ipc.new_file
    with new(buffer, table.schema, options=pa.ipc.IpcWriteOptions(**how)) as writer:
        writer.write_table(table, max_chunksize=rows)
    return buffer.getvalue()


def json_lines(table: pa.Table = TABLE) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in table.to_pylist()).encode()


def csv(**how: Any) -> bytes:
    text: str = TABLE.to_pandas().to_csv(index=False, **how)
    return text.encode()


def zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)  # type: ignore[no-any-return]


def source_of(path: Path) -> Source:
    return open_file(File.at(path, path.name))


def column(
    source: Source, place: int, *, text: bool = False, rows: int = 50, **part: Any
) -> list[Any]:
    found: list[Any] = []
    for batch in source.batches({"it": Selection((place,), text=text)}, rows, **part):
        found += batch["it"][:, 0].tolist()
    return found


def read(dataset: Dataset, rows: int = 1 << 17) -> tuple[list[Any], list[Any]]:
    pred, label = [], []
    for block in dataset.blocks(rows):
        pred += block.pred.tolist()
        label += [] if block.label is None else block.label.tolist()
    return pred, label


FORMATS = {
    "csv": csv,
    "tsv, quoted": lambda: csv(sep="\t", quoting=1),
    "csv.gz": lambda: gzip.compress(csv()),
    "csv.bz2": lambda: bz2.compress(csv()),
    "csv.zst": lambda: zstd(csv()),
    "parquet": parquet,
    "parquet, row groups": lambda: parquet(row_group_size=70, compression="zstd"),
    "parquet, plain": lambda: parquet(use_dictionary=False, data_page_version="2.0"),
    "arrow file": arrow,
    "arrow file, lz4": lambda: arrow(compression="lz4"),
    "arrow stream": lambda: arrow(stream=True),
    "arrow stream, zstd": lambda: arrow(stream=True, compression="zstd"),
    "json lines": json_lines,
    "json lines, gzip": lambda: gzip.compress(json_lines()),
    "json lines, blank lines": lambda: json_lines().replace(b"\n", b"\r\n\r\n"),
}


# Of which the beginning is a file of its own, if it ends with a line.
OF_LINES = {"csv", "tsv, quoted", "json lines", "json lines, blank lines"}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_table_gives_the_same_bits_in_every_format(write: Write, name: str) -> None:
    # The name says nothing: the content tells.
    source = source_of(write(FORMATS[name](), "data"))
    assert source.columns == ("prob", "label", "n")
    assert [source.is_text(place) for place in range(3)] == [False, True, False]
    assert set(source.firsts(1)) == {"c0", "c1", "c2"}
    assert column(source, 0) == PRED.tolist()
    assert column(source, 1, text=True) == [f"c{k}" for k in LABEL]
    assert column(source, 2) == LABEL.tolist()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("start", "stop"), [(0, 1), (69, 71), (70, 140), (123, None), (299, 999)])
def test_any_rows_of_any_format_can_be_read_alone(
    write: Write, name: str, start: int, stop: int | None
) -> None:
    source = source_of(write(FORMATS[name](), "data"))
    assert column(source, 0, start=start, stop=stop) == PRED[start:stop].tolist()


@pytest.mark.parametrize("pred", FORMATS)
@pytest.mark.parametrize("label", ["csv.zst", "parquet, row groups", "arrow stream", "json lines"])
def test_predictions_and_labels_of_different_formats_are_paired_row_by_row(
    write: Write, pred: str, label: str
) -> None:
    paths = write(FORMATS[pred](), "one"), write(FORMATS[label](), "two")
    dataset = open_dataset(*paths, columns=Columns(pred="prob", label="n"))
    assert read(dataset, 37) == (PRED.tolist(), LABEL.tolist())


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_shrinks_or_changes_between_two_looks_is_an_error(
    write: Write, name: str
) -> None:
    data = FORMATS[name]()
    for change in (data[:-1], data + b"\n", data):
        path = write(data, "data")
        source = source_of(path)
        os.utime(path, ns=(1, 1))
        path.write_bytes(change)
        with pytest.raises(DataError, match=r"changed|became shorter") as refused:
            column(source, 0)
        assert refused.value.file == "data"


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_is_replaced_is_not_mixed_with_its_successor(write: Write, name: str) -> None:
    source = source_of(write(FORMATS[name](), "data"))
    write(FORMATS[name](), "new").rename(write(b"", "data"))
    with pytest.raises(DataError, match="changed"):
        column(source, 0)


def test_a_file_that_is_written_on_while_it_is_read_is_an_error(write: Write) -> None:
    path = write("prob\n" + "0.5\n" * 2_000_000)
    batches = source_of(path).batches({"it": Selection((0,))}, 1000)
    next(batches)
    with path.open("a") as file:
        file.write("0.25\n")
    with pytest.raises(DataError, match="changed while it was read"):
        list(batches)


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in OF_LINES])
@pytest.mark.parametrize("keep", [0.3, 0.6, 0.99])
def test_a_cut_file_is_an_error(write: Write, name: str, keep: float) -> None:
    data = FORMATS[name]()
    path = write(data[: int(len(data) * keep)], "data")
    with pytest.raises(DataError) as refused:
        column(source_of(path), 0)
    assert refused.value.file == "data"


class TestParquet:
    def test_rows_and_row_groups_are_known_before_reading(self, write: Write) -> None:
        source = source_of(write(parquet(row_group_size=128)))
        assert (source.rows, tuple(source.starts)) == (ROWS, (0, 128, 256))

    @pytest.mark.parametrize("make", [parquet, arrow])
    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            (pa.array([1, None, 3]), [1.0, np.nan, 3.0]),
            (pa.array([0.5, None, np.nan]), [0.5, np.nan, np.nan]),
            (pa.array([0.5, 0.25, 1e-7], pa.float32()), [0.5, 0.25, float(np.float32(1e-7))]),
            (pa.array(np.array([0.5, 0.25, 2], "f2")), [0.5, 0.25, 2.0]),
            (pa.array([True, False, None]), [1.0, 0.0, np.nan]),
            (pa.array([True, False, True]), [True, False, True]),
            (pa.array([1, 2, 255], pa.uint8()), [1, 2, 255]),
            (pa.array([None, None, None], pa.null()), [np.nan] * 3),
            (pa.array(["0.1", "0.3", None]).cast(pa.decimal128(38, 20)), [0.1, 0.3, np.nan]),
            (pa.array([0.5, 0.25, 0.5]).dictionary_encode(), [0.5, 0.25, 0.5]),
        ],
        ids=str,
    )
    def test_numbers_of_any_type(
        self, write: Write, make: Any, values: pa.Array, expected: list[Any]
    ) -> None:
        # From the middle of an array too, where bits do not begin with a byte.
        table = pa.table({"p": pa.concat_arrays([values] * 7)})
        source = source_of(write(make(table)))
        np.testing.assert_array_equal(column(source, 0, rows=5), expected * 7)

    @pytest.mark.parametrize("make", [parquet, arrow])
    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            (pa.array(["a", None, "b"]), ["a", None, "b"]),
            (pa.array(["a", None, "b"]).dictionary_encode(), ["a", None, "b"]),
            (pa.array(["a", None, "b"], pa.large_string()), ["a", None, "b"]),
            (pa.array([1, None, 3]), ["1", None, "3"]),
        ],
        ids=str,
    )
    def test_words_of_any_type(
        self, write: Write, make: Any, values: pa.Array, expected: list[Any]
    ) -> None:
        source = source_of(write(make(pa.table({"p": pa.concat_arrays([values] * 7)}))))
        assert column(source, 0, text=True, rows=5) == expected * 7

    @pytest.mark.parametrize("make", [parquet, arrow])
    @pytest.mark.parametrize(
        "values",
        [
            pa.array([0], pa.date32()),
            pa.array([0], pa.timestamp("us")),
            pa.array([0], pa.time64("us")),
            pa.array([b"x"]),
            pa.array(["x"]),
            pa.array([["x"]]),
        ],
        ids=lambda values: str(values.type),
    )
    def test_what_is_no_number_is_refused_by_column_and_type(
        self, write: Write, make: Any, values: pa.Array
    ) -> None:
        source = source_of(write(make(pa.table({"prob": [0.5], "at": values})), "data"))
        assert (source.is_text(1), column(source, 0)) == (True, [0.5])
        with pytest.raises(DataError, match="not of numbers") as refused:
            column(source, 1)
        assert refused.value.column == "at"
        assert str(values.type).partition("<")[0] in refused.value.problem

    @pytest.mark.parametrize("kind", [pa.list_(pa.float32()), pa.list_(pa.float32(), 3)])
    def test_lists_of_numbers_are_a_column_an_item(self, write: Write, kind: Any) -> None:
        probs = np.random.default_rng(0).dirichlet(np.ones(3), 50).astype("f4")
        table = pa.table({"probs": pa.array(probs.tolist(), kind), "label": np.arange(50) % 3})
        dataset = open_dataset(write(parquet(table, row_group_size=20)))
        assert (dataset.pred.columns, dataset.class_names) == (
            ("probs.0", "probs.1", "probs.2"),
            ("0", "1", "2"),
        )
        assert dataset.pred.dtype == np.float32
        assert read(dataset)[0] == probs.astype(float).tolist()

    def test_lists_of_two_lengths_are_refused_by_row(self, write: Write) -> None:
        lists = pa.array([[0.5, 0.5]] * 30 + [[0.5]] + [[0.5, 0.5]] * 30)
        source = source_of(write(parquet(pa.table({"probs": lists}), row_group_size=20)))
        with pytest.raises(DataError, match=r"row 30, column probs: has 1 items where") as refused:
            column(source, 0, rows=7)
        assert refused.value.position == "row 30"

    def test_an_error_names_the_row_counted_from_0(self, write: Write) -> None:
        dataset = open_dataset(
            write(parquet(row_group_size=70), "data"), columns=Columns(label="n")
        )
        assert str(dataset.error("pred", 123, "is odd")).endswith("row 123, column prob: is odd.")

    def test_an_index_without_a_name_is_no_column(self, tmp_path: Path) -> None:
        frame = pd.DataFrame({"prob": [0.5, 0.25], "label": [1, 0]}, index=[7, 3])
        frame.to_parquet(tmp_path / "a.parquet")
        assert source_of(tmp_path / "a.parquet").columns == ("prob", "label")

    def test_columns_of_one_name_are_refused_where_they_are_read(self, write: Write) -> None:
        table = pa.Table.from_arrays([pa.array([0.5]), pa.array([1.0])], names=["p", "p"])
        with pytest.raises(DataError, match="2 columns named 'p'"):
            column(source_of(write(arrow(table))), 0)

    @pytest.mark.parametrize("make", [parquet, arrow])
    def test_a_table_without_rows_is_refused(self, write: Write, make: Any) -> None:
        with pytest.raises(DataError, match="has no rows"):
            source_of(write(make(TABLE.slice(0, 0))))

    def test_the_stored_type_is_kept_for_conventions_that_ask(self, write: Write) -> None:
        table = pa.table({"prob": pa.array([0.5], pa.float32()), "label": [1]})
        part = open_dataset(write(parquet(table))).pred
        assert part.dtype == np.float32

    def test_a_column_that_would_fill_the_memory_is_refused(
        self, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("losscli.inputs.parquet._GROWN", 1 << 20)
        table = pa.table({"prob": np.zeros(1_000_000)})
        data = parquet(table, use_dictionary=False, compression="zstd")
        assert len(data) < 1 << 14
        with pytest.raises(DataError, match=r"would grow to 8,0.* smaller row groups"):
            column(source_of(write(data)), 0)

    def test_a_compressed_parquet_file_is_refused(self, write: Write) -> None:
        with pytest.raises(DataError, match="compressed by gzip around"):
            source_of(write(gzip.compress(parquet())))


class TestJsonLines:
    def test_a_field_may_be_missing_or_null(self, write: Write) -> None:
        source = source_of(write('{"p": 0.5, "y": 1}\n{"y": null}\n{"p": null, "y": 0}\n'))
        np.testing.assert_array_equal(column(source, 0), [0.5, np.nan, np.nan])

    def test_what_python_writes_for_nan_and_infinity_is_read(self, write: Write) -> None:
        source = source_of(write('{"p": NaN}\n{"p": Infinity}\n{"p": 0.5}\n{"p": -Infinity}\n'))
        np.testing.assert_array_equal(column(source, 0), [np.nan, np.inf, 0.5, -np.inf])

    @pytest.mark.parametrize("before", [1, 200, 60_000])
    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ('{"p": "oops", "y": 1}', "column p: '\"oops\"' is not a number"),
            ('{"p": {"a": 1}, "y": 1}', "column p: .* is not a number"),
            ('{"p": [0.5], "y": 1}', "column p: .* is not a number"),
            ('{"p": 1e', "is not JSON"),
            ("[1, 2]", r"'\[1, 2\]' is not a JSON object"),
        ],
    )
    def test_what_is_amiss_is_named_with_its_line(
        self, write: Write, before: int, line: str, says: str
    ) -> None:
        path = write('{"p": 0.5, "y": 1}\n' * before + line + '\n{"p": 0.5, "y": 1}\n')
        with pytest.raises(DataError, match=f"line {before + 1}(, |: ){says}"):
            column(source_of(path), 0)

    def test_lists_are_columns_and_their_lengths_agree(self, write: Write) -> None:
        source = source_of(write('{"probs": [0.5, 0.5], "label": "a"}\n' * 3))
        assert source.columns == ("probs.0", "probs.1", "label")
        path = write('{"probs": [0.5, 0.5]}\n' * 3 + '\n{"probs": [1]}\n')
        with pytest.raises(DataError, match=r"line 5, column probs: has 1 items"):
            column(source_of(path), 0)

    def test_decimals_are_counted(self, write: Write) -> None:
        source = source_of(write('{"p": 0.25, "q": [0.5, 1e-5]}\n'))
        assert [source.decimals((place,)) for place in range(3)] == [2, 1, 5]

    def test_booleans_are_labels(self, write: Write) -> None:
        source = source_of(write('{"y": true}\n{"y": false}\n'))
        assert column(source, 0) == [True, False]

    def test_a_line_that_never_ends_is_refused(
        self, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("losscli.inputs.text.LONGEST_LINE", 1 << 16)
        path = write(gzip.compress(b'{"p": ' + b"1" * 10_000_000))
        with pytest.raises(DataError, match="a line never ends"):
            source_of(path)


class TestNpz:
    def save(self, path: Path, *, squeezed: bool = False, **arrays: Any) -> Path:
        (np.savez_compressed if squeezed else np.savez)(path, **arrays)
        return path

    @pytest.mark.parametrize("order", ["C", "F"])
    @pytest.mark.parametrize("squeezed", [False, True])
    def test_the_array_of_a_key_is_read(self, tmp_path: Path, order: Any, squeezed: bool) -> None:
        probs = np.asarray(np.random.default_rng(0).random((50, 3)), order=order)
        path = self.save(tmp_path / "a.npz", squeezed=squeezed, p=probs, y=np.arange(50))
        dataset = open_dataset(f"{path}::p", f"{path}::y")
        assert read(dataset, 7) == (probs.tolist(), list(range(50)))
        assert str(dataset.error("pred", 3, "is odd")) == f"{path}::p, row 3, column 0: is odd."

    def test_the_only_array_needs_no_key(self, tmp_path: Path) -> None:
        path = self.save(tmp_path / "a.npz", p=PRED)
        assert read(open_dataset(path))[0] == PRED.tolist()

    def test_of_several_one_must_be_named(self, tmp_path: Path) -> None:
        path = self.save(tmp_path / "a.npz", a=PRED, b=LABEL)
        with pytest.raises(UsageError, match=rf"2 arrays.*\n  {path}::a {path}::b"):
            open_dataset(path)
        with pytest.raises(UsageError, match=r"no array 'q'. It has: a, b"):
            open_dataset(f"{path}::q")

    @pytest.mark.parametrize(
        ("pred", "label"), [("y_pred", "y_true"), ("logits", "labels"), ("preds", "targets")]
    )
    def test_arrays_named_after_their_roles_need_no_flag(
        self, tmp_path: Path, pred: str, label: str
    ) -> None:
        path = self.save(tmp_path / "a.npz", **{label: LABEL, pred: PRED, "epoch": np.array([3])})
        dataset = open_dataset(path)
        assert read(dataset, 50) == (PRED.tolist(), LABEL.tolist())
        assert dataset.notes[0] == (
            f"{path}: prediction from array {pred}; label from array {label} · not used: epoch"
        )

    def test_a_key_names_nothing_in_another_file(self, write: Write) -> None:
        with pytest.raises(UsageError, match="is no NPZ archive and has no array 'p'"):
            open_dataset(f"{write('0.5')}::p")

    def test_a_pickled_object_is_refused(self, tmp_path: Path) -> None:
        path = self.save(tmp_path / "a.npz", p=np.array([{}], object))
        with pytest.raises(DataError, match="pickled Python objects"):
            open_dataset(path)

    def test_a_workbook_is_called_that(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
            archive.writestr("[Content_Types].xml", "")
        with pytest.raises(DataError, match="Excel workbook"):
            open_dataset(tmp_path / "a.xlsx")

    def test_a_flipped_byte_is_noticed(self, tmp_path: Path) -> None:
        path = self.save(tmp_path / "a.npz", p=PRED)
        data = bytearray(path.read_bytes())
        data[1000] ^= 1
        path.write_bytes(data)
        with pytest.raises(DataError, match="Bad CRC"):
            read(open_dataset(path))

    def member(self, path: Path, header: str, data: bytes, name: str = "p.npy") -> Path:
        text = header.encode().ljust(117) + b"\n"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                name, b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data
            )
        return path

    def test_a_header_that_promises_more_than_the_member_holds_is_refused(
        self, tmp_path: Path
    ) -> None:
        header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}"
        path = self.member(tmp_path / "a.npz", header, bytes(80))
        with pytest.raises(DataError, match="is truncated: the header promises 8,000,000,000,000"):
            open_dataset(path)

    def test_a_row_of_gigabytes_is_refused(self, write: Write) -> None:
        header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1000000000000)}"
        text = header.encode().ljust(117) + b"\n"
        data = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(8)
        with pytest.raises(DataError, match="rows of 8,000,000,000,000 bytes"):
            open_dataset(write(gzip.compress(data)))


class TestCompressedNpy:
    @pytest.mark.parametrize("squeeze", [gzip.compress, bz2.compress, zstd])
    @pytest.mark.parametrize("order", ["C", "F"])
    def test_it_is_decompressed_as_it_is_read(self, write: Write, squeeze: Any, order: Any) -> None:
        array = np.asarray(np.random.default_rng(0).random((50, 3)), order=order)
        buffer = io.BytesIO()
        np.save(buffer, array)
        path = write(squeeze(buffer.getvalue()), "a.npy.x")
        assert read(open_dataset(path), 7)[0] == array.tolist()
        for wrong, says in (
            (buffer.getvalue()[:-8], "truncated"),
            (buffer.getvalue() + b"x", "after"),
        ):
            with pytest.raises(DataError, match=says):
                read(open_dataset(write(squeeze(wrong))), 7)

    def test_a_header_of_gigabytes_is_not_read(self, write: Write) -> None:
        data = b"\x93NUMPY\x02\x00" + (1 << 31).to_bytes(4, "little")
        with pytest.raises(DataError, match="damaged NPY header"):
            open_dataset(write(gzip.compress(data + bytes(1000))))

    def test_no_room_for_a_copy_is_said_before_it_is_made(
        self, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        buffer = io.BytesIO()
        np.save(buffer, np.asfortranarray(np.zeros((500, 3))))
        monkeypatch.setattr("shutil.disk_usage", lambda _: type("", (), {"free": 12_000})())
        with pytest.raises(DataError, match=r"12,128 bytes of disk.*12,000 are free"):
            open_dataset(write(gzip.compress(buffer.getvalue())))


class TestBombs:
    """A few kilobytes that would grow to gigabytes; the limit is lowered so that this is quick."""

    @pytest.mark.parametrize("squeeze", [gzip.compress, bz2.compress, zstd])
    @pytest.mark.parametrize(
        "rest",
        [b"0" * 4_000_000, b'"' + b"0,1\n" * 1_000_000, b'"\n",' * 1_000_000],
        ids=["line", "quote", "row"],
    )
    def test_a_row_that_never_ends_is_refused(
        self, write: Write, monkeypatch: pytest.MonkeyPatch, squeeze: Any, rest: bytes
    ) -> None:
        for module in ("text", "dialect", "delimited"):
            monkeypatch.setattr(f"losscli.inputs.{module}.LONGEST_LINE", 1 << 20)
        path = write(squeeze(b"prob,label\n" + b"0.5,1\n" * 20_000 + rest), "bomb")
        with pytest.raises(DataError, match=r"never ends|longer than|larger than") as refused:
            column(source_of(path), 0)
        assert refused.value.file == "bomb"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.data())
@pytest.mark.parametrize("name", [name for name in FORMATS if "csv" not in name])
def test_damaged_files_are_read_or_refused(write: Write, name: str, data: st.DataObject) -> None:
    content = bytearray(FORMATS[name]())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = write(bytes(content), "data")
    with contextlib.suppress(DataError, UsageError):
        source = source_of(path)
        for place in range(len(source.columns or "x")):
            column(source, place, text=source.is_text(place))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.text('{}[]":,0.5eE-ntrufalsp \\ud\n', max_size=60))
def test_any_text_that_looks_like_json_is_read_or_refused(write: Write, text: str) -> None:
    path = write('{"p": 0.5, "y": "a"}\n' + text, "data")
    with contextlib.suppress(DataError):
        source = source_of(path)
        numbers, words = column(source, 0), column(source, 1, text=True)
        assert (numbers[0], words[0], len(numbers)) == (0.5, "a", len(words))
