"""NPY files: whatever NumPy saves of numbers and strings is read, all else is refused unread."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.lib import format as npy_format

from losscli.errors import DataError
from losscli.inputs.file import File
from losscli.inputs.formats import open_file
from losscli.inputs.npy import NpySource
from losscli.inputs.source import Selection

Write = Callable[..., Path]
Read = Callable[..., Any]


def in_memory(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def with_header(header: str, data: bytes = b"", version: tuple[int, int] = (1, 0)) -> bytes:
    text = header.encode("latin-1")
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    size = len(text).to_bytes(2 if version == (1, 0) else 4, "little")
    return b"\x93NUMPY" + bytes(version) + size + text + data


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 8, 100])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    "shape", [(7,), (7, 1), (7, 3), (1, 3), (1,), (7, 2, 3), (7, 1, 1), (7, 2, 3, 2)]
)
def test_blocks_of_any_size_give_the_rows_of_the_array(
    save: Write, read_npy: Read, shape: tuple[int, ...], order: Any, rows: int
) -> None:
    array = np.arange(float(np.prod(shape))).reshape(shape, order=order)
    found = read_npy(save(array), rows)
    np.testing.assert_array_equal(found, array if array.ndim > 1 else array[:, None])


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.parametrize("code", ["f2", "f4", "f8", "g"])
def test_floats_of_any_width_and_byte_order_come_as_float64(
    save: Write, read_npy: Read, code: str, byte_order: str, order: Any
) -> None:
    array = np.array([[0.1, -2.5], [np.inf, np.nan], [1e-7, 3.0]], byte_order + code, order=order)
    found = read_npy(save(array), 2)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, array.astype(np.float64))


@pytest.mark.parametrize("code", ["i1", "u1", "<i4", ">i4", "<i8", ">i8", ">u2", "?"])
def test_integers_and_booleans_stay_what_they_are(save: Write, read_npy: Read, code: str) -> None:
    array = np.array([0, 1, 1, 0, 1], code)
    found = read_npy(save(array), 2)
    assert found.dtype.kind == array.dtype.kind
    assert found.dtype.isnative
    np.testing.assert_array_equal(found[:, 0], array)


@pytest.mark.parametrize("byte_order", ["<", ">"])
def test_strings_come_as_objects(save: Write, read_npy: Read, byte_order: str) -> None:
    words = ["cat", "", "Löwe", "🐕", "dog"]
    path = save(np.array(words).astype(byte_order + "U4"))
    assert NpySource(File.at(path, "")).is_text(0)
    assert read_npy(path, 2)[:, 0].tolist() == words


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_a_header_of_any_version_is_read(
    write: Write, read_npy: Read, version: tuple[int, int]
) -> None:
    buffer = io.BytesIO()
    npy_format.write_array(buffer, np.arange(3.0), version=version)
    assert read_npy(write(buffer.getvalue()))[:, 0].tolist() == [0.0, 1.0, 2.0]


def test_a_memmap_larger_than_the_blocks_reads_in_the_same_memory(save: Write) -> None:
    source = NpySource(File.at(save(np.arange(10.0)), "a.npy"))
    blocks = source.batches({"it": Selection(None)}, 5)
    first = next(blocks)["it"]
    assert np.shares_memory(first, next(blocks)["it"])


def test_rows_and_columns_are_named_as_numpy_counts_them(save: Write) -> None:
    wide = NpySource(File.at(save(np.ones((3, 2))), ""))
    flat = NpySource(File.at(save(np.ones(3)), ""))
    assert (wide.position(2), wide.column(1)) == ("row 2", "1")
    assert (flat.position(0), flat.column(0)) == ("row 0", "")


CODE_RAN = "code_ran"


class Bomb:
    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return (Path.touch, (Path(os.environ[CODE_RAN]),))


def test_a_pickled_object_is_refused_and_never_unpickled(
    save: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = tmp_path / "trace"
    monkeypatch.setenv(CODE_RAN, str(trace))
    path = save(np.array([Bomb(), Bomb()], dtype=object), "bomb.npy")
    with pytest.raises(DataError, match=r"pickled .* never loaded.*np\.save"):
        NpySource(File.at(path, "bomb.npy"))
    assert not trace.exists()
    # It would have gone off.
    np.load(path, allow_pickle=True)
    assert trace.exists()


@pytest.mark.parametrize(
    ("array", "problem"),
    [
        (np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]), "items of type"),
        (np.array([(1, "x")], dtype=[("a", int), ("b", object)]), "pickled"),
        (np.array([1 + 2j]), "complex numbers"),
        (np.array(["2024-01-01"], "datetime64[D]"), "items of type datetime64"),
        (np.array([1], "timedelta64[s]"), "items of type timedelta64"),
        (np.array([b"cat"]), "items of type"),
        (np.array(1.0), "single number"),
        (np.ones(0), "no rows"),
        (np.ones((0, 3)), "no rows"),
        (np.ones((3, 0)), "no columns"),
        (np.ones((3, 2, 0)), "no columns"),
    ],
)
def test_arrays_that_are_no_rows_of_numbers_are_refused(
    save: Write, array: Any, problem: str
) -> None:
    with pytest.raises(DataError, match=problem) as refused:
        NpySource(File.at(save(array), "a.npy"))
    assert refused.value.file == "a.npy"


def test_truncated_data_are_refused_with_both_lengths(write: Write) -> None:
    with pytest.raises(DataError, match=r"truncated.* promises 80 bytes.* holds 79"):
        NpySource(File.at(write(in_memory(np.arange(10.0))[:-1]), "a.npy"))


def test_bytes_after_the_array_are_refused(write: Write) -> None:
    with pytest.raises(DataError, match="bytes after its array"):
        NpySource(File.at(write(in_memory(np.arange(10.0)) + b"x"), "a.npy"))


@pytest.mark.parametrize("length", [0, 3, 6, 7, 8, 9, 10, 50, 127])
def test_a_header_cut_anywhere_is_refused(write: Write, length: int) -> None:
    with pytest.raises(DataError, match="damaged NPY header"):
        NpySource(File.at(write(in_memory(np.arange(10.0))[:length]), "a.npy"))


HUGE = 10**30


@pytest.mark.parametrize(
    "shape",
    [
        f"({HUGE},)",
        f"({HUGE}, {HUGE})",
        "(2**70,)",
        "(-1,)",
        "(-2, -2)",
        "[3]",
        "3",
        "('a',)",
        "(3.0,)",
        "None",
        "((3,),)",
    ],
)
def test_a_shape_that_lies_costs_no_memory(write: Write, shape: str) -> None:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    with pytest.raises(DataError, match=r"damaged NPY header|truncated"):
        NpySource(File.at(write(with_header(header, b"\0" * 24)), "a.npy"))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "{}",
        "[]",
        "__import__('os').getcwd()",
        "{'descr': '<q9', 'fortran_order': False, 'shape': (3,)}",
        "{'descr': 'nonsense', 'fortran_order': False, 'shape': (3,)}",
        "{'descr': '<f8', 'fortran_order': 7, 'shape': (3,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'more': 1}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3",
        "(" * 5000,
        "\x00\x01\x02",
    ],
)
def test_a_header_that_is_none_is_refused(write: Write, header: str) -> None:
    with pytest.raises(DataError, match="damaged NPY header"):
        NpySource(File.at(write(with_header(header, b"\0" * 24)), "a.npy"))


@pytest.mark.parametrize("shape", ["(3,)", f"({HUGE},)"])
def test_strings_of_no_length_are_refused_however_many(write: Write, shape: str) -> None:
    header = f"{{'descr': '<U0', 'fortran_order': False, 'shape': {shape}, }}"
    with pytest.raises(DataError, match="strings of no length"):
        NpySource(File.at(write(with_header(header)), "a.npy"))


def test_a_header_from_python_2_is_read(write: Write, read_npy: Read) -> None:
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (3L,), }"
    data = np.arange(3.0).tobytes()
    assert read_npy(write(with_header(header, data)))[:, 0].tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(("padding", "opened"), [(0, 1), (1000, 2)])
def test_a_file_is_opened_once_for_its_format_and_header_unless_that_is_long(
    write: Write, read_npy: Read, monkeypatch: pytest.MonkeyPatch, padding: int, opened: int
) -> None:
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }" + " " * padding
    path = write(with_header(header, np.array([0.25, 0.5]).tobytes()))
    times: list[str] = []
    plain = File.opened

    def counted(file: File) -> Any:
        times.append(file.name)
        return plain(file)

    monkeypatch.setattr(File, "opened", counted)
    assert open_file(File.at(path, "scores.npy")).rows == 2
    assert len(times) == opened
    np.testing.assert_array_equal(read_npy(path, 2)[:, 0], [0.25, 0.5])


def test_a_header_too_long_to_be_true_is_refused(write: Write) -> None:
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }" + " " * 20_000
    with pytest.raises(DataError, match="damaged NPY header"):
        NpySource(File.at(write(with_header(header, b"\0" * 24)), "a.npy"))


@pytest.mark.parametrize("version", [(9, 9), (0, 0), (4, 0), (1, 1)])
def test_unknown_versions_are_named(write: Write, version: tuple[int, int]) -> None:
    with pytest.raises(DataError, match=f"version {version[0]}.{version[1]}"):
        NpySource(File.at(write(with_header("{}", version=version)), "a.npy"))


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_file_that_shrinks_while_it_is_read_is_noticed(save: Write, order: Any) -> None:
    path = save(np.ones((1000, 2), order=order))
    blocks = NpySource(File.at(path, "a.npy")).batches({"it": Selection(None)}, 10)
    next(blocks)
    os.truncate(path, 1000)
    with pytest.raises(DataError, match="became shorter"):
        list(blocks)


def test_a_file_that_goes_away_is_an_error_of_the_data(save: Write) -> None:
    path = save(np.ones(3))
    source = NpySource(File.at(path, "a.npy"))
    path.unlink()
    with pytest.raises(DataError, match=r"a\.npy: cannot be read \(no such file"):
        next(source.batches({"it": Selection(None)}, 4))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(6, 90), st.integers(0, 255), st.sampled_from(["<f8", ">i2", "<U2"]))
def test_a_header_with_a_flipped_byte_is_read_or_refused(
    write: Write, read_npy: Read, place: int, byte: int, code: str
) -> None:
    data = bytearray(in_memory(np.arange(6).astype(code)))
    data[place] = byte
    path = write(bytes(data))
    with contextlib.suppress(DataError):
        assert read_npy(path).ndim == 2
