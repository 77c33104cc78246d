"""How a text file is written is told from its first bytes."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.errors import DataError
from losscli.inputs.dialect import MISSING, Dialect, sniff
from losscli.inputs.numerals import PLAIN


def dialect(text: str | bytes) -> Dialect:
    data = text if isinstance(text, bytes) else text.encode()
    return sniff(data, "a.csv", whole=True)


def saved(array: Any, **how: Any) -> str:
    buffer = io.StringIO()
    np.savetxt(buffer, array, **how)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("prob,label\n0.5,1\n", ","),
        ("prob\tlabel\n0.5\t1\n", "\t"),
        ("prob;label\n0.5;1\n", ";"),
        ("prob|label\n0.5|1\n", "|"),
        ("0.5 1\n0.7 0\n", " "),
        ("prob label\n0.5 1\n0.7 0\n", " "),
        ("name,text\nx,a;b\ny,c\n", ","),
        ('"a;b","c"\n"d;e","f"\n', ","),
        ("0,5;0,3;0,2\n0,7;0,1;0,2\n", ";"),
        ("0,5;1\n0,7;0\n", ";"),
        ("0,5\t1\n0,7\t0\n", "\t"),
        ("label\nbig cat\nsmall dog\n", ","),
    ],
)
def test_the_delimiter_makes_even_rows_of_numbers(text: str, delimiter: str) -> None:
    assert dialect(text).delimiter == delimiter


def test_words_with_blanks_are_one_column() -> None:
    assert dialect("big cat\nsmall dog\nbig cat\nsmall dog\n").names == ("1",)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("p;y\n0,5;1\n", ","),
        ("p;y\n0.5;1\n", "."),
        ("p;y\n1;1\n", "."),
        ("p;y\n-0,5e-3;1\n", ","),
        ("p;q;note\n0.5;0.25;1,5\n", "."),
    ],
)
def test_a_decimal_comma_is_one_where_most_numbers_have_it(text: str, decimal: str) -> None:
    assert dialect(text).numerals.decimal == decimal


def test_under_a_decimal_comma_a_point_makes_no_number() -> None:
    """1.234 would be a thousand and more to whoever wrote it."""
    german = dialect("p;q\n0,5;0,25\n").numerals
    assert german.number("1,5") == 1.5
    assert [german.is_number(cell) for cell in ("1.234", "1.234,5", "1_0", "1,2,3")] == [False] * 4


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("prob,label\n0.5,1\n", ("prob", "label")),
        ("0.5,1\n0.7,0\n", ("1", "2")),
        ("0.5\n0.7\n", ("1",)),
        ("prob\n0.5\n", ("prob",)),
        (" prob , label \n0.5,1\n", ("prob", "label")),
        ("cat,dog\n0.5,0.5\n", ("cat", "dog")),
        ("cat\ndog\ncat\n", ("1",)),
        ("label\ncat\ndog\ncat\n", ("label",)),
        ("nan,0.5\n0.7,0.1\n", ("1", "2")),
        ("a.png,0.5,1\nb.png,0.7,0\n", ("1", "2", "3")),
        ("a.png,1\nb.png,0\n", ("1", "2")),
        ("file,0,1,2\na.png,1,0,0\n", ("file", "0", "1", "2")),
        ("file,2\na.png,0.5\n", ("file", "2")),
        ("a.png\nb.png\n", ("a.png",)),
        ("p,,y\n0.5,1,0\n", ("p", "2", "y")),
        ("p,p\n0.5,1\n", ("p", "p")),
        ('"two\nlines",y\n0.5,1\n', ("two\nlines", "y")),
    ],
)
def test_a_header_is_a_row_of_words_above_something_else(text: str, names: tuple[str, ...]) -> None:
    assert dialect(text).names == names


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("0,1,2\n0.2,0.3,0.5\n", True),
        ("0,1,2\n1,0,0\n", True),
        ("0\n0.5\n", True),
        ("1,2,3\n0.2,0.3,0.5\n", True),
        ("0,1\n1,0\n", False),
        ("1,2,3\n4,5,6\n", False),
        ("0\n1\n", False),
        ("0,2,1\n0.5,0.2,0.3\n", False),
        ("0,1,2\n", False),
    ],
)
def test_counted_columns_are_a_header_where_the_rows_are_no_counts(text: str, header: bool) -> None:
    assert (dialect(text).skip == 1) is header


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (saved([[0.5, 1.0], [0.25, 0.0]], header="prob label"), ("prob", "label")),
        (saved([[0.5, 1.0]], header="prob,label", delimiter=","), ("prob", "label")),
        (saved([[0.5, 1.0]], header="made by x\nprob\tlabel", delimiter="\t"), ("prob", "label")),
        (saved([[0.5, 1.0]], header="made by some tool today"), ("1", "2")),
        ("# my predictions\nprob\n0.5\n0.25\n", ("prob",)),
        ("# prob\n0.5\n0.25\n", ("prob",)),
        ("#p_a,p_b,label\n0.5,0.5,a\n0.1,0.9,b\n", ("p_a", "p_b", "label")),
        ("#1,0.5\n#2,0.7\n", ("1", "2")),
    ],
)
def test_a_comment_of_the_width_of_the_rows_is_their_header(
    text: str, names: tuple[str, ...]
) -> None:
    assert dialect(text).names == names


def test_padded_columns_count_several_blanks_as_one() -> None:
    padded = dialect(saved([[0.5, 10.25], [100.0, 0.0]], fmt="%10.4f"))
    assert (padded.delimiter, padded.aligned, len(padded.names)) == (" ", True, 2)
    assert not dialect(saved([[0.5, 10.25]])).aligned


@pytest.mark.parametrize(
    ("index", "nameless"),
    [(None, True), ([73, 2, 19], True), (["x", "y", "z"], True), ([0.5, 0.5, 0.5], False)],
)
def test_the_index_that_pandas_writes_is_no_column_of_data(
    index: list[object] | None, nameless: bool
) -> None:
    frame = pd.DataFrame({"prob": [0.5, 0.25, 0.75]}, index=index)
    assert dialect(frame.to_csv()).index is nameless
    assert not dialect(frame.to_csv(index=False)).index


def test_a_named_index_is_a_column_and_a_saved_one_is_not() -> None:
    frame = pd.DataFrame({"prob": [0.5, 0.25]})
    assert not dialect(frame.rename_axis("case").to_csv()).index
    assert dialect(frame.reset_index().rename(columns={"index": "Unnamed: 0"}).to_csv()).index


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("latin-1", "cp1252"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_told_from_marks_and_bytes(encoding: str, found: str) -> None:
    read = dialect("café,label\n0.5,1\n".encode(encoding))
    assert (read.encoding, read.names) == (found, ("café", "label"))


def test_bytes_that_no_windows_page_has_are_latin_1() -> None:
    assert dialect(b"caf\xe9\x81,label\n0.5,1\n").encoding == "latin-1"


def test_a_character_cut_by_the_end_of_the_sample_changes_nothing() -> None:
    sample = "prob,name\n0.5,é\n0.25,é".encode()[:-1]
    assert sniff(sample, "a.csv", whole=False).encoding == "utf-8"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like(end: str) -> None:
    read = dialect(f"prob,label{end}0.5,1{end}0.25,0{end}")
    assert (read.names, read.rows) == (("prob", "label"), (("0.5", "1"), ("0.25", "0")))


def test_other_separators_of_lines_are_characters_like_any_other() -> None:
    assert dialect("text,p\na\x0bb\u2028c\x85,0.5\n").rows == (("a\x0bb\u2028c\x85", "0.5"),)


def test_lines_before_the_header_are_counted() -> None:
    assert dialect("\n\nprob,label\n0.5,1\n").skip == 3
    assert dialect('# one\n# two\n"p\nq",y\n0.5,1\n').skip == 4


@pytest.mark.parametrize("text", ["\n", " \n\t\n", "\ufeff", "\n,\n", ';;\r\n"";\r\n'])
def test_blank_files_are_empty(text: str) -> None:
    with pytest.raises(DataError, match=r"a\.csv: is empty"):
        dialect(text)


@pytest.mark.parametrize(
    "junk", [b"\x00\x01\x02", bytes(range(256)), "a,b\n1,2\n".encode("utf-16-le")]
)
def test_bytes_with_nul_are_no_text(junk: bytes) -> None:
    with pytest.raises(DataError, match="neither text nor an NPY file"):
        dialect(junk)


@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_are_sniffed_or_refused(data: bytes) -> None:
    with contextlib.suppress(DataError):
        assert dialect(data).names


@given(st.floats(allow_nan=False).map(repr))
def test_whatever_python_writes_is_a_number(cell: str) -> None:
    assert PLAIN.number(cell) == float(cell)


def test_missing_values_are_those_of_pandas_and_arrow() -> None:
    pandas = {"", "#N/A", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null", "<NA>"}
    assert pandas <= MISSING
    assert dialect("p,y\n" + "".join(f"{word},1\n" for word in sorted(MISSING))).cells(0) == []
