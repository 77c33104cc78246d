"""What a user names becomes prediction, label and weight, in shapes that fit, or is refused."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.errors import DataError, UsageError
from losscli.inputs.array import ArraySource
from losscli.inputs.assembling import open_dataset
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset
from tests.cli.program import PATIENCE

Write = Callable[..., Path]


def rows_of(dataset: Dataset, rows: int = 2) -> tuple[list[Any], list[Any], list[Any]]:
    """Prediction, label and weight of all rows."""
    found: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
    for block in dataset.blocks(rows):
        for items, array in zip(found, (block.pred, block.label, block.weight), strict=True):
            items.extend([] if array is None else array.tolist())
    return found


class TestArrays:
    @pytest.mark.parametrize(
        ("pred", "label"),
        [
            (np.array([0.5, 0.25]), np.array([1, 0])),
            ([0.5, 0.25], [1, 0]),
            ((0.5, 0.25), (True, False)),
            (pd.Series([0.5, 0.25], index=[7, 3]), pd.Series([1, 0], index=[7, 3])),
            (pd.Series([0.5, 0.25], dtype="Float64"), pd.Series([1, 0], dtype="Int64")),
            (pd.Series([0.5, 0.25]), pd.Series([True, False], dtype="boolean")),
            (np.array([0.5, 0.25], "f4"), np.array([1, 0], ">i2")),
            (np.array([0.5, 0.25], object), np.array([1, 0], object)),
        ],
    )
    def test_whatever_holds_numbers_is_an_array(self, pred: Any, label: Any) -> None:
        assert rows_of(open_dataset(pred, label))[:2] == ([0.5, 0.25], [1, 0])

    def test_a_frame_has_an_item_per_column(self) -> None:
        frame = pd.DataFrame({"cat": [0.5, 0.25], "dog": [0.5, 0.75]})
        assert rows_of(open_dataset(frame, [0, 1]))[0] == [[0.5, 0.5], [0.25, 0.75]]

    @pytest.mark.parametrize(
        "label",
        [
            ["cat", "dog", None],
            np.array(["cat", "dog", None], object),
            pd.Series(["cat", "dog", np.nan]),
            pd.Series(["cat", "dog", pd.NA], dtype="string"),
            pd.Series(["cat", "dog", None], dtype="category"),
        ],
    )
    def test_strings_stay_strings_and_a_missing_one_is_none(self, label: Any) -> None:
        assert rows_of(open_dataset([1.0, 2.0, 3.0], label))[1] == ["cat", "dog", None]

    @pytest.mark.parametrize(
        "pred",
        [
            [0.5, None],
            [0.5, float("nan")],
            pd.Series([0.5, None], dtype="Float64"),
            pd.Series([0.5, pd.NA], dtype="object"),
            np.ma.array([0.5, 7.0], mask=[False, True]),
        ],
    )
    def test_a_missing_number_is_nan(self, pred: Any) -> None:
        np.testing.assert_array_equal(rows_of(open_dataset(pred))[0], [0.5, np.nan])

    @pytest.mark.parametrize(
        ("pred", "problem"),
        [
            ([[1, 2], [3]], "rows of different lengths"),
            ([[1, 2], 3], "rows of different lengths"),
            (["a", 1.0, None], "mixes words and numbers"),
            (["a", "b"], "holds words, not predictions"),
            ([b"a"], "items of type"),
            ([1j], "complex numbers"),
            (np.array(["2024-01-01"], "M8[D]"), "items of type datetime64"),
            ({"a": 1}, "does not hold one number per place"),
            (0.5, "single number"),
            ([], "no rows"),
            ([[]], "no columns"),
            (np.ones((2, 2, 2)), r"3 dimensions \(2, 2, 2\)"),
        ],
    )
    def test_what_is_no_array_of_numbers_is_refused(self, pred: Any, problem: str) -> None:
        with pytest.raises(DataError, match=problem) as refused:
            open_dataset(pred, [1, 0])
        assert refused.value.file == "prediction"

    def test_rows_and_columns_are_named_as_numpy_counts_them(self) -> None:
        dataset = open_dataset(np.ones((3, 2)), [1, 0, 1])
        assert str(dataset.error("pred", 2, "is odd", column=1)) == (
            "prediction, row 2, column 1: is odd."
        )
        assert str(dataset.error("label", 0, "is odd")) == "label, row 0: is odd."
        assert str(dataset.error("pred", 2, "is odd", column=-1)) == "prediction, row 2: is odd."


class TestShapes:
    @pytest.mark.parametrize(
        ("pred", "label", "note"),
        [
            ((3,), (3, 1), "label: shape (3, 1) taken as (3,)"),
            ((3, 1), (3,), "prediction: shape (3, 1) taken as (3,)"),
        ],
    )
    def test_one_column_is_squeezed_with_a_note(
        self, pred: tuple[int, ...], label: tuple[int, ...], note: str
    ) -> None:
        dataset = open_dataset(np.ones(pred), np.zeros(label))
        assert dataset.notes == (note,)
        assert rows_of(dataset)[:2] == ([1.0] * 3, [0.0] * 3)

    @pytest.mark.parametrize("shape", [(3,), (3, 1), (3, 2)])
    def test_equal_shapes_need_no_note(self, shape: tuple[int, ...]) -> None:
        assert open_dataset(np.ones(shape), np.ones(shape)).notes == ()

    def test_a_transposed_label_is_refused_and_named_so(self) -> None:
        with pytest.raises(DataError, match=r"shape \(2, 5\), label has \(5, 2\).*transposed\?"):
            open_dataset(np.ones((2, 5)), np.ones((5, 2)))

    def test_a_row_is_never_broadcast(self) -> None:
        for pred, label in (((5,), (1, 5)), ((1, 5), (5,)), ((5,), (1,)), ((5, 2), (1, 2))):
            with pytest.raises(DataError, match="each row of one needs a row of the other"):
                open_dataset(np.ones(pred), np.ones(label))

    @pytest.mark.parametrize(
        ("pred", "label"), [((4, 3), (4, 2)), ((4,), (4, 2)), ((4, 1), (4, 3))]
    )
    def test_other_widths_are_refused(self, pred: tuple[int, ...], label: tuple[int, ...]) -> None:
        with pytest.raises(DataError, match=f"per row, label has {label[1]}"):
            open_dataset(np.ones(pred), np.ones(label))

    def test_widths_of_tables_are_compared_too(self, write: Write) -> None:
        with pytest.raises(DataError, match=r"has 3 items per row, .* has 2"):
            open_dataset(write("p_a,p_b,p_c\n1,0,0\n"), write("y_a,y_b\n1,0\n"))

    def test_a_weight_is_one_per_row_or_one_per_item(self) -> None:
        pred = np.ones((3, 2))
        assert rows_of(open_dataset(pred, pred, weight=[1, 2, 3]))[2] == [1, 2, 3]
        per_item = rows_of(open_dataset(pred, pred, weight=2 * pred))[2]
        assert per_item == [[2, 2]] * 3
        with pytest.raises(DataError, match="A weight has one item per row"):
            open_dataset(pred, pred, weight=np.ones((3, 3)))
        with pytest.raises(DataError, match="each row of one"):
            open_dataset(pred, pred, weight=[1, 2])


class TestFiles:
    def test_one_table_holds_both_roles_and_the_weight(self, write: Write) -> None:
        path = write("id,label,prob,w\na,1,0.5,2\nb,0,0.25,3\n")
        found = rows_of(open_dataset(path, columns=Columns(weight="w")))
        assert found == ([0.5, 0.25], [1, 0], [2, 3])

    def test_a_table_of_predictions_goes_with_an_array_of_labels(
        self, write: Write, save: Write
    ) -> None:
        pred, label = write("id,p_a,p_b\nx,0.5,0.5\ny,0.25,0.75\n"), save(np.array(["b", "a"]))
        dataset = open_dataset(pred, label)
        assert rows_of(dataset)[:2] == ([[0.5, 0.5], [0.25, 0.75]], ["b", "a"])
        assert dataset.class_names == ("a", "b")
        assert (dataset.pred.columns, dataset.label and dataset.label.dtype) == (
            ("p_a", "p_b"),
            np.dtype(object),
        )

    def test_labels_of_several_columns_are_put_in_order_with_a_note(self, write: Write) -> None:
        pred, label = write("p_a,p_b\n0.5,0.25\n"), write("y_b,y_a\n0,1\n")
        dataset = open_dataset(pred, label)
        assert rows_of(dataset)[1] == [[1, 0]]
        assert dataset.notes == (
            f"{label}: labels taken in the order of the predictions: y_a, y_b",
        )
        assert dataset.error("label", 0, "", column=0).column == "y_a"

    def test_weights_come_from_a_file_too(self, write: Write, save: Write) -> None:
        pred = write("prob\n0.5\n0.25\n")
        for weight in (write("id,weight,n\na,2,7\nb,3,7\n"), write("2\n3\n"), save([2, 3])):
            assert rows_of(open_dataset(pred, [1, 0], weight=weight))[2] == [2, 3]

    def test_a_weight_file_of_several_columns_must_name_one(self, write: Write) -> None:
        with pytest.raises(UsageError, match="has 2 columns: which holds the weights"):
            open_dataset([0.5], [1], weight=write("a,b\n1,2\n"))

    def test_words_are_no_weights(self, write: Write, save: Write) -> None:
        for weight in (["a", "b"], save(np.array(["a", "b"]))):
            with pytest.raises(DataError, match="holds words, not weights"):
                open_dataset([0.5, 0.25], [1, 0], weight=weight)
        text = write("prob,w\n0.5,a\n0.25,b\n")
        with pytest.raises(DataError, match="line 2, column w: 'a' is not a number"):
            rows_of(open_dataset(text, columns=Columns(weight="w")))

    def test_weights_are_given_once(self, write: Write) -> None:
        with pytest.raises(UsageError, match="not both"):
            open_dataset(write("p,w\n1,2\n"), weight=[1], columns=Columns(weight="w"))

    def test_a_weight_column_is_looked_for_in_both_files(self, write: Write) -> None:
        pred, label = write("prob\n0.5\n"), write("label,w\n1,7\n")
        assert rows_of(open_dataset(pred, label, columns=Columns(weight="w")))[2] == [7]
        with pytest.raises(UsageError, match=r"no column 'v' \(--weight-col\)"):
            open_dataset(pred, label, columns=Columns(weight="v"))
        with pytest.raises(UsageError, match=r"there are no named columns.*--weight FILE"):
            open_dataset([0.5], [1], columns=Columns(weight="w"))

    @pytest.mark.parametrize("role", ["pred", "label"])
    def test_an_array_has_no_columns_to_name(self, role: str) -> None:
        named = Columns(pred="p") if role == "pred" else Columns(label="p")
        for label in ([1], None):
            with pytest.raises(UsageError, match=f"no named columns. Leave out --{role}-col"):
                open_dataset([0.5], label, columns=named)

    def test_an_error_names_file_line_column_and_value(self, write: Write) -> None:
        path = write("id,prob,label\na,0.5,1\n\nb,1.7,0\n", "broken.csv")
        error = open_dataset(path).error("pred", 1, "is no probability", value="1.7", hint="Look.")
        assert str(error) == f"{path}, line 4, column prob: 1.7 is no probability. Look."

    @pytest.mark.parametrize("place", [0, 60, 2000])
    def test_a_word_among_predictions_is_found_wherever_it_stands(
        self, write: Write, place: int
    ) -> None:
        lines = ["0.5,1"] * 2001
        lines[place] = "oops,1"
        path = write("prob,label\n" + "\n".join(lines))
        with pytest.raises(DataError, match="'oops' is not a number") as refused:
            rows_of(open_dataset(path), 1000)
        assert (refused.value.position, refused.value.column) == (f"line {place + 2}", "prob")

    def test_a_slip_among_labels_is_no_class(self, write: Write) -> None:
        with pytest.raises(DataError, match="line 4, column label: 'oops' is not a number"):
            rows_of(open_dataset(write("prob,label\n0.5,1\n0.5,0\n0.5,oops\n")))


class TestContentTellsTheFormat:
    @pytest.mark.parametrize("name", ["a.npy", "a.csv", "a", "a.dat"])
    def test_an_npy_file_by_any_name_is_one(self, write: Write, name: str) -> None:
        buffer = io.BytesIO()
        np.save(buffer, np.array([0.5]))
        assert rows_of(open_dataset(write(buffer.getvalue(), name)))[0] == [0.5]

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b"", "is empty"),
            (b"\xd0\xcf\x11\xe0....", "Excel workbook"),
            (b"PK\x03\x04....", "damaged NPZ"),
            (b"PAR1....", "damaged Parquet"),
            (b"PARE....", "encrypted Parquet"),
            (b"ARROW1..", "damaged Arrow"),
            (b"FEA1....", "Feather file of version 1"),
            (b"BZh91AY&SY....", "cannot be decompressed"),
            (b"\x28\xb5\x2f\xfd....", "cannot be decompressed"),
            (b"\xfd7zXZ\x00....", "compressed by xz"),
            (b"\x89HDF....", "HDF5"),
            (b"\x80\x04\x95....", "pickle"),
        ],
    )
    def test_formats_that_are_not_read_are_called_by_their_name(
        self, write: Write, content: bytes, problem: str
    ) -> None:
        path = write(content, "a.csv")
        with pytest.raises(DataError, match=problem) as refused:
            open_dataset(path)
        assert refused.value.file == str(path)

    def test_a_table_may_begin_with_the_euro_sign_of_windows(self, write: Write) -> None:
        assert rows_of(open_dataset(write("€\n0.5\n".encode("cp1252"))))[0] == [0.5]

    def test_text_named_npy_is_refused(self, write: Write) -> None:
        with pytest.raises(DataError, match="is no NPY file"):
            open_dataset(write("0.5\n", "a.npy"))

    def test_what_is_no_file_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="there is no such file"):
            open_dataset(tmp_path / "none.csv")
        with pytest.raises(DataError, match="is an empty folder"):
            open_dataset(tmp_path)
        with pytest.raises(DataError, match="cannot be read"):
            open_dataset("a\0b")
        with pytest.raises(DataError, match="cannot be read"):
            open_dataset("x" * 5000)


class Piped:
    """Standard input with that content."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


class TestStreams:
    TEXT = b"prob,label\n0.5,1\n0.25,0\n"

    def test_a_dash_is_standard_input_and_can_be_read_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stdin", Piped(self.TEXT))
        dataset = open_dataset("-")
        for _ in range(2):
            assert rows_of(dataset)[:2] == ([0.5, 0.25], [1, 0])
        assert dataset.error("pred", 1, "is odd").file == "<stdin>"

    def test_standard_input_may_be_an_npy_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        buffer = io.BytesIO()
        np.save(buffer, np.array([0.5, 0.25]))
        monkeypatch.setattr(sys, "stdin", Piped(buffer.getvalue()))
        assert rows_of(open_dataset("-", [1, 0]))[0] == [0.5, 0.25]

    def test_standard_input_is_one_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", Piped(self.TEXT))
        with pytest.raises(UsageError, match="standard input can be read only once"):
            open_dataset("-", "-")

    def test_empty_standard_input_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", Piped(b""))
        with pytest.raises(DataError, match="<stdin>: is empty"):
            open_dataset("-")

    def test_a_pipe_is_read_once_and_kept(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_bytes, args=(self.TEXT,))
        writer.start()
        dataset = open_dataset(pipe)
        writer.join()
        for _ in range(2):
            assert rows_of(dataset)[:2] == ([0.5, 0.25], [1, 0])
        assert dataset.pred.file == str(pipe)

    def test_one_pipe_is_one_file(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_bytes, args=(self.TEXT,))
        writer.start()
        with pytest.raises(UsageError, match="pipe can be read only once"):
            open_dataset(pipe, pipe)
        writer.join()

    def test_a_stream_that_cannot_be_kept_is_an_error_of_the_data(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
        monkeypatch.setattr(sys, "stdin", Piped(self.TEXT))
        with pytest.raises(DataError, match=r"<stdin>: cannot be read \(no such file"):
            open_dataset("-")

    def test_what_was_kept_goes_with_the_data(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        monkeypatch.setattr(sys, "stdin", Piped(self.TEXT))
        dataset = open_dataset("-")
        # On Linux the copy has no name, so that nothing can be left behind.
        assert sys.platform == "linux" or list(tmp_path.iterdir())
        del dataset
        assert not list(tmp_path.iterdir())


class TestBlocks:
    @given(st.integers(1, 40), st.sampled_from([(), (1,), (3,)]))
    def test_they_hold_the_same_rows_whatever_their_size(
        self, rows: int, more: tuple[int, ...]
    ) -> None:
        pred = np.random.default_rng(0).random((30, *more))
        dataset = open_dataset(pred, np.arange(30))
        blocks = list(dataset.blocks(rows))
        assert [block.start for block in blocks] == list(range(0, 30, rows))
        whole = np.concatenate([block.pred for block in blocks])
        assert whole.tobytes() == pred.tobytes()
        assert whole.shape == ((30,) if more != (3,) else (30, 3))

    @pytest.mark.parametrize("rows", [1, 7, 100, 1 << 17])
    def test_text_and_npy_of_the_same_numbers_give_the_same_bits(
        self, write: Write, save: Write, rows: int
    ) -> None:
        pred = np.random.default_rng(1).normal(size=(500, 3))
        text = write("\n".join(",".join(map(repr, row)) for row in pred.tolist()) + "\n")
        labels = save(np.arange(500))
        found = [rows_of(open_dataset(source, labels), rows) for source in (text, save(pred), pred)]
        assert found[0] == found[1] == found[2]

    def test_they_can_be_read_twice_and_side_by_side(self, write: Write) -> None:
        dataset = open_dataset(write("prob,label\n" + "0.5,1\n0.25,0\n" * 50))
        one, two = dataset.blocks(7), dataset.blocks(7)
        for a, b in zip(one, two, strict=True):
            assert a.pred.tolist() == b.pred.tolist()


class TestFirstBlock:
    """What is looked at before a pass, and where the pass goes on."""

    def test_the_pass_goes_on_from_it_and_reads_it_only_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        starts = []
        batches = ArraySource.batches

        def counted(source: ArraySource, roles: Any, rows: int, start: int = 0, *stop: Any) -> Any:
            starts.append(start)
            return batches(source, roles, rows, start, *stop)

        monkeypatch.setattr(ArraySource, "batches", counted)
        dataset = open_dataset(np.arange(5.0))
        first = dataset.first(2)
        blocks = list(dataset.blocks(2))
        assert blocks[0] is first
        assert [block.pred.tolist() for block in blocks] == [[0.0, 1.0], [2.0, 3.0], [4.0]]
        assert starts == [0]

    def test_other_rows_and_a_second_pass_are_read_anew(self) -> None:
        dataset = open_dataset(np.arange(5.0))
        dataset.first(2)
        assert [block.pred.tolist() for block in dataset.blocks(2, 4)] == [[4.0]]
        dataset.first(2)
        assert len(list(dataset.blocks(2))) == len(list(dataset.blocks(2))) == 3


def run_python(code: str, *arguments: str | Path) -> Any:
    """What a fresh interpreter prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


EVALUATE = """
import json, sys
import losscli
report = losscli.evaluate(sys.argv[1], sys.argv[2], "mse")
assert report["mse"].value >= 0.0
"""


def test_evaluating_npy_files_imports_no_table_reader(save: Write) -> None:
    code = EVALUATE + "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    loaded = run_python(code, save([0.5, 0.25]), save([1.0, 0.0]))
    assert not {"pandas", "pyarrow", "rich", "typer"} & set(loaded)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux counts memory there")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Two files of 160 MB, sparse on disk, all zeros."""
    rows = 20_000_000
    paths = [tmp_path / "pred.npy", tmp_path / "label.npy"]
    for path in paths:
        np.lib.format.open_memmap(path, "w+", np.float64, (rows,))
        assert path.stat().st_size > 8 * rows
    # Not ru_maxrss, which a process takes over from the one that started it.
    code = EVALUATE + "print(json.dumps(open('/proc/self/status').read()))"
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", run_python(code, *paths))
    assert int(peak) < 150 * 1024


class TestColumnsCarriedAlong:
    TABLE = "id,site,prob,label\nr1,north,0.5,1\nr2,south,0.25,0\nr3,,0.75,1\n"

    def test_a_group_comes_with_each_row_as_text(self, write: Write) -> None:
        file = write(self.TABLE)
        blocks = list(open_dataset(file, columns=Columns(by="site")).blocks(2))
        assert [block.by["site"].tolist() for block in blocks] == [["north", "south"], [None]]

    def test_a_group_is_neither_prediction_nor_label(self, write: Write) -> None:
        file = write("site,prob,label\n1,0.5,1\n2,0.25,0\n")
        assert rows_of(open_dataset(file, columns=Columns(by="site")))[:2] == ([0.5, 0.25], [1, 0])

    def test_the_key_comes_with_each_row_where_it_is_wanted(self, write: Write) -> None:
        file = write(self.TABLE)
        [plain] = open_dataset(file).blocks(9)
        [named] = open_dataset(file, ids=True).blocks(9)
        assert plain.ids is None
        assert named.ids is not None
        assert named.ids.tolist() == ["r1", "r2", "r3"]

    def test_groups_of_the_label_file_follow_the_key(self, write: Write) -> None:
        pred = write("id,prob\na,0.5\nb,0.25\n")
        label = write("id,label,site\nb,0,south\na,1,north\n")
        [block] = open_dataset(pred, label, columns=Columns(id="id", by="site")).blocks(9)
        assert block.by["site"].tolist() == ["north", "south"]
        assert block.ids is not None
        assert block.ids.tolist() == ["a", "b"]

    def test_a_group_that_no_table_has_is_refused(self, write: Write) -> None:
        file = write(self.TABLE)
        with pytest.raises(UsageError, match=r"has no column 'sites' \(--by-col\)") as caught:
            open_dataset(file, columns=Columns(by="sites"))
        assert caught.value.hint == "Did you mean 'site'?"
        with pytest.raises(UsageError, match="no named columns"):
            open_dataset([0.5], [1], columns=Columns(by="site"))
