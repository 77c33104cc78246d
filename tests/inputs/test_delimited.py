"""Text files of columns: read as they are written, or refused by line, column and value."""

from __future__ import annotations

import contextlib
import gzip
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from losscli.errors import DataError
from losscli.inputs.delimited import DelimitedSource
from losscli.inputs.dialect import MISSING
from losscli.inputs.file import File
from losscli.inputs.formats import open_file
from losscli.inputs.source import Selection

Write = Callable[..., Path]
Read = Callable[..., Any]

NUMBERS = [[0.5, 1.0], [0.25, 0.0], [1e-7, 1.0]]
# More than Arrow reads at once.
MANY = 150_000
LONG = "".join(f"row{row},0.5,1\n" for row in range(MANY))


def refused(path: Path, *columns: int, text: bool = False) -> DataError:
    def read() -> None:
        source = open_file(File.at(path, path.name))
        for _ in source.batches({"it": Selection(columns or None, text=text)}, 4):
            pass

    with pytest.raises(DataError) as caught:
        read()
    assert caught.value.file == path.name
    return caught.value


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", " "])
@pytest.mark.parametrize("header", [True, False])
def test_any_delimiter_and_any_line_end(
    write: Write, read_text: Read, delimiter: str, end: str, header: bool
) -> None:
    names = [["prob", "label"]] if header else []
    rows = [delimiter.join(map(str, row)) + end for row in names + NUMBERS]
    np.testing.assert_array_equal(read_text(write("".join(rows))), NUMBERS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_any_encoding(write: Write, read_text: Read, encoding: str) -> None:
    path = write("größe,tier\n0.5,Bär\n0.25,Äffchen\n".encode(encoding))
    assert read_text(path, 0)[:, 0].tolist() == [0.5, 0.25]
    assert read_text(path, 1, text=True)[:, 0].tolist() == ["Bär", "Äffchen"]
    assert DelimitedSource(File.at(path, "")).columns == ("größe", "tier")


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"fmt": "%.18e", "delimiter": ","},
        {"fmt": "%12.8f"},
        {"fmt": "%+.8f", "delimiter": "\t"},
        {"fmt": "%.8f", "header": "prob label"},
        {"fmt": "%.8f", "header": "by a tool\n\nprob label", "newline": "\r\n"},
    ],
)
def test_what_numpy_saves(tmp_path: Path, read_text: Read, how: dict[str, Any]) -> None:
    np.savetxt(tmp_path / "a.txt", NUMBERS, **how)
    np.testing.assert_array_equal(read_text(tmp_path / "a.txt"), NUMBERS)


@pytest.mark.parametrize(
    "how",
    [
        {"index": False},
        {"index": False, "header": False},
        {"index": False, "sep": ";", "decimal": ","},
        {"index": False, "quoting": 1},
        {"index": False, "compression": "gzip"},
        {"index": False, "encoding": "utf-16"},
        {"index": False, "na_rep": "NA"},
        {"index": False, "lineterminator": "\r\n"},
        {"index": False, "float_format": "%.3e"},
    ],
)
def test_what_pandas_saves(tmp_path: Path, read_text: Read, how: dict[str, Any]) -> None:
    frame = pd.DataFrame({"prob": [0.5, None, 0.25], "label": [1.5, 0.0, 1.5]})
    frame.to_csv(tmp_path / "a.csv", **how)
    np.testing.assert_array_equal(read_text(tmp_path / "a.csv"), frame.to_numpy())


def test_a_saved_series_of_one_column_keeps_the_place_of_a_missing_value(
    tmp_path: Path, read_text: Read
) -> None:
    pd.Series([0.5, None, 0.25]).to_csv(tmp_path / "a.csv", index=False)
    np.testing.assert_array_equal(read_text(tmp_path / "a.csv")[:, 0], [0.5, math.nan, 0.25])


def test_quoted_cells_hold_delimiters_quotes_and_line_ends(write: Write, read_text: Read) -> None:
    path = write('"a\nname",prob\n"x, ""y""\nz",0.5\n"b,c",0.25\n')
    assert read_text(path, 1)[:, 0].tolist() == [0.5, 0.25]
    assert read_text(path, 0, text=True)[:, 0].tolist() == ['x, "y"\nz', "b,c"]
    source = DelimitedSource(File.at(path, ""))
    assert [source.position(row) for row in (0, 1)] == ["line 3", "line 5"]


def test_quotes_that_appear_only_late_are_quotes_all_the_same(
    write: Write, read_text: Read
) -> None:
    path = write("text,prob,label\n" + LONG + '"a,\n\nb",0.25,0\n' + LONG)
    found = read_text(path, 1)[:, 0]
    assert (len(found), found[MANY]) == (2 * MANY + 1, 0.25)


@pytest.mark.parametrize("word", sorted(MISSING))
@pytest.mark.parametrize("padding", ["", " "])
def test_a_missing_number_is_nan_however_it_is_written(
    write: Write, read_text: Read, word: str, padding: str
) -> None:
    path = write(f"prob,label\n0.5,1\n{padding}{word}{padding},0\n0.25,1\n")
    np.testing.assert_array_equal(read_text(path, 0)[:, 0], [0.5, math.nan, 0.25])


def test_in_text_only_an_empty_cell_is_missing(write: Write, read_text: Read) -> None:
    """A class may be called None."""
    path = write("p,label\n1,None\n1,\n1,NA\n1,  \n")
    assert read_text(path, 1, text=True)[:, 0].tolist() == ["None", None, "NA", None]


def test_numbers_may_be_written_in_any_way_python_reads(write: Write, read_text: Read) -> None:
    cells = ["1.", ".5", "+0.5", " 7 ", "1E5", "1e-5", "inf", "-Infinity", "-0", "007"]
    found = read_text(write("prob,label\n" + "".join(f"{cell},1\n" for cell in cells)), 0)
    assert found[:, 0].tolist() == [float(cell) for cell in cells]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(allow_nan=False), min_size=2, max_size=50), st.sampled_from(",\t;"))
def test_every_float_comes_back_to_the_last_bit(
    write: Write, read_text: Read, values: list[float], delimiter: str
) -> None:
    text = "prob,label\n" + "".join(f"{value!r},{value:.17e}\n" for value in values)
    found = read_text(write(text.replace(",", delimiter)))
    assert found.tobytes() == np.array([values, values]).T.copy().tobytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.from_regex(r"[+-]?[0-9]{1,25}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?", fullmatch=True))
def test_long_decimals_round_as_python_rounds_them(
    write: Write, read_text: Read, cell: str
) -> None:
    assert read_text(write(f"prob,label\n{cell},1\n"), 0)[0, 0] == float(cell)


def test_a_decimal_comma_reads_as_exactly_as_a_point(write: Write, read_text: Read) -> None:
    path = write("p;q\n0,1;-1,5e-3\n0,30000000000000004;2\n")
    assert read_text(path).tolist() == [[0.1, -1.5e-3], [0.30000000000000004, 2.0]]


class TestGzip:
    TEXT = b"prob,label\n0.5,1\n0.25,0\n"

    @pytest.mark.parametrize("name", ["a.csv.gz", "a.csv", "a"])
    def test_its_content_and_not_its_name_tells(
        self, write: Write, read_text: Read, name: str
    ) -> None:
        assert read_text(write(gzip.compress(self.TEXT), name), 0)[:, 0].tolist() == [0.5, 0.25]

    def test_members_one_after_the_other_are_one_file(self, write: Write, read_text: Read) -> None:
        members = gzip.compress(self.TEXT) + gzip.compress(b"0.75,1\n")
        assert read_text(write(members), 0)[:, 0].tolist() == [0.5, 0.25, 0.75]

    def test_zeros_that_pad_the_end_are_nothing(self, write: Write, read_text: Read) -> None:
        padded = gzip.compress(self.TEXT) + bytes(512)
        assert read_text(write(padded), 0)[:, 0].tolist() == [0.5, 0.25]

    @pytest.mark.parametrize("lost", [1, 4, 8, 12])
    def test_a_truncated_one_is_refused(self, write: Write, lost: int) -> None:
        assert "cannot be decompressed" in str(refused(write(gzip.compress(self.TEXT)[:-lost])))

    def test_one_truncated_after_a_megabyte_is_refused(self, write: Write) -> None:
        squeezed = gzip.compress(("text,prob,label\n" + LONG).encode())
        error = refused(write(squeezed[:-20]), 1)
        assert "cannot be read further" in error.problem
        assert error.position.startswith("after line 1")

    def test_flipped_bytes_are_noticed(self, write: Write) -> None:
        squeezed = bytearray(gzip.compress(("text,prob,label\n" + LONG).encode()))
        squeezed[-6] ^= 0xFF
        assert "CRC" in refused(write(bytes(squeezed)), 1).problem


def test_blank_lines_between_rows_are_nothing(write: Write, read_text: Read) -> None:
    path = write("\n\nprob,label\n\n0.5,1\n   \n\n0.25,0\n\n")
    assert read_text(path, 0)[:, 0].tolist() == [0.5, 0.25]
    assert DelimitedSource(File.at(path, "")).position(1) == "line 8"


def test_in_a_single_column_a_blank_line_is_a_missing_value(write: Write, read_text: Read) -> None:
    """So that rows keep their place beside those of another file."""
    path = write("\nprob\n0.5\n\n0.25\n")
    np.testing.assert_array_equal(read_text(path)[:, 0], [0.5, math.nan, 0.25])
    assert DelimitedSource(File.at(path, "")).position(2) == "line 5"


@pytest.mark.parametrize("rows_before", [1, 50, MANY])
@pytest.mark.parametrize("rows_after", [0, 3, 1000])
def test_a_word_in_a_number_column_is_named_with_its_place(
    write: Write, rows_before: int, rows_after: int
) -> None:
    good = "x,0.5,1\n"
    path = write("text,prob,label\n" + good * rows_before + "x,oops,1\n" + good * rows_after)
    error = refused(path, 1)
    assert (error.position, error.column, error.value, error.problem) == (
        f"line {rows_before + 2}",
        "prob",
        "'oops'",
        "is not a number",
    )


@pytest.mark.parametrize("rows_before", [0, 50, MANY])
@pytest.mark.parametrize(
    ("row", "cells"), [("x,0.5", "2 cells"), ("x", "1 cell"), ("x,1,1,1", "4 cells")]
)
def test_a_ragged_row_is_named_with_its_line(
    write: Write, rows_before: int, row: str, cells: str
) -> None:
    path = write("text,prob,label\n" + "x,0.5,1\n" * rows_before + f"{row}\n" + "x,0.25,0\n" * 3)
    error = refused(path, 1)
    assert error.position == f"line {rows_before + 2}"
    assert error.problem == f"has {cells} where the first line has 3"
    assert error.hint


def test_of_several_faults_the_first_is_named(write: Write) -> None:
    path = write("text,prob,label\nx,oops,1\nx,0.5\nx,oops,1\n" + "x,0.5,1\n" * 5)
    assert refused(path, 1).position == "line 2"


def test_a_fault_in_a_column_that_nobody_reads_is_none(write: Write, read_text: Read) -> None:
    path = write("text,prob,label\nx,0.5,oops\nx,0.25,1\n")
    assert read_text(path, 1)[:, 0].tolist() == [0.5, 0.25]


def test_a_quote_that_never_closes_is_named_by_the_line_where_it_opens(write: Write) -> None:
    path = write("text,prob,label\n" + "x,0.5,1\n" * 9 + '"x,0.5,1\n' + "x,0.5,1\n" * 9)
    assert refused(path, 1).position == "line 11"


def test_a_long_cell_is_shortened_in_the_message(write: Write) -> None:
    error = refused(write("prob,label\n0.5,1\n0.5,1\n" + "y" * 100_000 + ",1\n"), 0)
    assert error.position == "line 4"
    assert len(str(error)) < 200


def test_a_line_longer_than_all_before_is_read(write: Write, read_text: Read) -> None:
    path = write("text,prob,label\n" + LONG + "y" * 3_000_000 + ",0.25,1\n" + LONG)
    found = read_text(path, 1)[:, 0]
    assert (len(found), found[MANY]) == (2 * MANY + 1, 0.25)


def test_a_first_line_longer_than_the_sample_is_read(write: Write, read_text: Read) -> None:
    path = write("a" * 100_000 + ",prob\r\n0.5,1\r\n")
    assert read_text(path).tolist() == [[0.5, 1.0]]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_5000_columns_are_read_under_the_header_that_counts_them(
    write: Write, read_text: Read, end: str
) -> None:
    values = np.random.default_rng(0).random((3, 5000))
    rows = [map(str, range(5000)), *(map(repr, row) for row in values.tolist())]
    found = read_text(write("".join(",".join(row) + end for row in rows)))
    np.testing.assert_array_equal(found, values)


def test_columns_of_one_name_are_told_apart_by_position(write: Write, read_text: Read) -> None:
    path = write("p,p,label\n0.5,0.25,1\n")
    assert [read_text(path, column)[0, 0] for column in (0, 1)] == [0.5, 0.25]


def test_a_stray_nul_is_no_number(write: Write) -> None:
    path = write(("text,prob,label\n" + LONG + "x,0.\0005,1\n").encode())
    assert refused(path, 1).value == "'0.\\x005'"


def test_a_byte_of_another_encoding_is_refused_where_it_is_read(
    write: Write, read_text: Read
) -> None:
    path = write(("text,prob,label\n" + LONG).encode() + b"caf\xe9,0.25,1\n")
    assert read_text(path, 1)[-1, 0] == 0.25
    error = refused(path, 0, text=True)
    assert (error.position, error.column) == (f"line {MANY + 2}", "text")
    assert error.problem == "is not utf-8 text"


def test_text_that_windows_has_no_letters_for_is_read(write: Write, read_text: Read) -> None:
    path = write(b"p,label\n0.5,caf\xe9\x81\n0.5,x\n")
    assert read_text(path, 1, text=True)[:, 0].tolist() == ["caf\xe9\x81", "x"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("prob,label\n", "header but no rows"),
        ("prob\r\n\r\n", "header but no rows"),
        ("# prob label\n", "header but no rows"),
        ("\n\n", "is empty"),
        (b"\x00\x01\x02", "neither text nor an NPY file"),
    ],
)
def test_files_without_rows_are_refused(write: Write, content: Any, problem: str) -> None:
    assert problem in refused(write(content)).problem


SCRAPS = st.text('01.,;\t|"\n\ra# ', min_size=1, max_size=40).map(str.encode)


@given(st.binary(min_size=1, max_size=300) | SCRAPS, st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_any_bytes_are_read_or_refused(
    write: Write, read_text: Read, data: bytes, text: bool
) -> None:
    path = write(data)
    with contextlib.suppress(DataError):
        assert read_text(path, text=text).ndim == 2


CELLS = st.sampled_from(
    ["0.5", "1e-5", "-inf", "", "nan", "NA", '"0.25"', '""', "+3", " 2", " ", " NA ", "x"]
)
TEXTS = st.sampled_from(["a", "", '"b,c"', '"d\ne"', '"f ""g"""', " é ", "NA", '"  "', 'h"i'])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.lists(st.tuples(CELLS, TEXTS), min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_rows_are_the_same_whether_arrow_reads_them_or_gives_up_before(
    write: Write, read_text: Read, rows: list[tuple[str, str]], end: str
) -> None:
    lines = [f"{number},{text}{end}" for number, text in rows]
    plain = write("".join([f"prob,name{end}0.5,a{end}", *lines]))
    # Arrow takes a blank cell for a number that it cannot read.
    given_up = write("".join([f"prob,name{end} ,a{end}", *lines]))
    for column, text in ((0, False), (1, True)):
        found = []
        for path in (plain, given_up):
            try:
                found.append(read_text(path, column, text=text)[1:, 0].tolist())
            except DataError as error:
                found.append([error.position, error.value])
        assert repr(found[0]) == repr(found[1])


def test_a_column_is_text_where_its_first_cells_are_words(write: Write) -> None:
    source = DelimitedSource(File.at(write("a,b,c,d\n1,x,,1\n2,y,,oops\n3,z,,3\n"), ""))
    assert [source.is_text(column) for column in range(4)] == [False, True, False, False]
    assert set(source.firsts(1)) == {"x", "y", "z"}


def test_decimals_are_counted_as_written(write: Write) -> None:
    source = DelimitedSource(File.at(write("a,b,c\n0.25,1e-5,x\n0.5,1.5E1,x\n"), ""))
    assert [source.decimals((column,)) for column in range(3)] == [2, 5, None]
    assert source.decimals((0, 1)) == 5


def test_a_word_far_down_is_named_by_its_line_whatever_the_text_is_wrapped_in(
    write: Write,
) -> None:
    """The line is counted from the block in which Arrow stumbled."""
    text = ("text,prob,label\n\n" + LONG + "x,oops,1\n" + LONG).encode()
    for data in (text, gzip.compress(text), text.replace(b"\n", b"\r\n")):
        assert refused(write(data), 1).position == f"line {MANY + 3}"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_line_of_any_row_of_a_long_file_is_known_after_reading(write: Write, end: str) -> None:
    path = write(("text,prob,label\n" + LONG).replace("\n", end))
    source = open_file(File.at(path, "a.csv"))
    for _ in source.batches({"it": Selection((1,))}, 4):
        pass
    for row in (0, 1, MANY // 2, MANY - 1):
        assert source.position(row) == f"line {row + 2}"
