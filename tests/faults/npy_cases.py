"""NPY files: headers that lie, types of all sorts, and bytes that are missing or too many."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.faults.case import Case, gives, mse, refused

PRED = np.array([1.5, -2.0, 0.25, 4.0])
LABEL = np.array([1.0, -1.0, 0.5, 4.0])
VALUE = mse(PRED, LABEL)
WORDS = ("p.npy", "y.npy", "-l", "mse")
GRID = np.arange(12.0).reshape(4, 3)


def npy(array: Any, version: tuple[int, int] = (1, 0)) -> bytes:
    """An NPY file as NumPy writes it."""
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array), version, allow_pickle=True)
    return file.getvalue()


def made(
    header: str | bytes,
    data: bytes = PRED.tobytes(),
    version: bytes = b"\x01\x00",
    length: int | None = None,
) -> bytes:
    """An NPY file by hand, with any header."""
    text = header.encode("latin-1") if isinstance(header, str) else header
    size = len(text) if length is None else length
    wide = version != b"\x01\x00"
    return b"\x93NUMPY" + version + size.to_bytes(4 if wide else 2, "little") + text + data


def header(shape: str = "(4,)", descr: str = "'<f8'", fortran: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n"


Y = npy(LABEL)

_HEADERS: dict[str, tuple[bytes, str]] = {
    "a shape of more rows than bytes": (made(header("(5,)")), "is truncated"),
    "a huge shape": (made(header("(1000000000000000,)")), "is truncated"),
    "a shape beyond 64 bits": (made(header("(99999999999999999999999,)")), "p.npy"),
    "a shape whose product overflows": (made(header("(4294967296, 4294967296, 4)")), "p.npy"),
    "a negative shape": (made(header("(-4,)")), "damaged NPY header"),
    "two negative lengths": (made(header("(-2, -2)")), "damaged NPY header"),
    "a shape of words": (made(header("('4',)")), "damaged NPY header"),
    "a shape of floats": (made(header("(4.0,)")), "damaged NPY header"),
    "a shape of truths": (made(header("(True, 4)")), "damaged NPY header"),
    "a shape that is a number": (made(header("4")), "damaged NPY header"),
    "a shape that is a list": (made(header("[4]")), "damaged NPY header"),
    "a missing shape": (made("{'descr': '<f8', 'fortran_order': False}\n"), "damaged NPY header"),
    "a missing type": (made("{'fortran_order': False, 'shape': (4,)}\n"), "damaged NPY header"),
    "a key too many": (
        made("{'descr': '<f8', 'fortran_order': False, 'shape': (4,), 'x': 1}\n"),
        "damaged NPY header",
    ),
    "an order that is no truth": (made(header(fortran="'yes'")), "damaged NPY header"),
    "a type that there is not": (made(header(descr="'<q9'")), "damaged NPY header"),
    "no dictionary": (made("[1, 2, 3]\n"), "damaged NPY header"),
    "code": (made("__import__('os').system('true')\n"), "damaged NPY header"),
    "a nested literal": (made("(" * 900 + ")" * 900), "damaged NPY header"),
    "a deeply nested shape": (
        made(header("(" + "(" * 300 + "4" + ",)" * 300 + ",)")),
        "damaged NPY header",
    ),
    "an open bracket": (made("{'descr': '<f8', 'fortran_order': False, 'shape': (4,"), "damaged"),
    "bytes that are no text": (made(b"\xff\xfe\xfd\n"), "damaged NPY header"),
    "a NUL": (made("{'descr': '<f8\x00', 'fortran_order': False, 'shape': (4,)}\n"), "damaged"),
    "an empty header": (made(""), "damaged NPY header"),
    "a length beyond the file": (made(header(), length=60_000), "damaged NPY header"),
    "a length of gigabytes": (
        made(header(), version=b"\x02\x00", length=3_000_000_000),
        "damaged NPY header",
    ),
    "the magic alone": (b"\x93NUMPY", "damaged NPY header"),
    "half of the magic": (b"\x93NUM", "p.npy"),
    "version 4": (made(header(), version=b"\x04\x00"), "version 4.0"),
    "version 0": (made(header(), version=b"\x00\x00"), "version 0.0"),
    "version 1.7": (b"\x93NUMPY\x01\x07" + made(header())[8:], "version 1.7"),
}


def _bad() -> Iterator[Case]:
    for name, (content, said) in _HEADERS.items():
        yield refused(f"NPY header: {name}", {"p.npy": content, "y.npy": Y}, WORDS, "p.npy", said)
    whole = npy(PRED)
    for count in (1, 8, 20, 31, 32):
        yield refused(
            f"NPY truncated by {count} bytes",
            {"p.npy": whole[:-count], "y.npy": Y},
            WORDS,
            "p.npy",
            "is truncated",
        )
    for tail in (b"\0", b"\0" * 8, whole):
        yield refused(
            f"NPY with {len(tail)} bytes behind its array",
            {"p.npy": whole + tail, "y.npy": Y},
            WORDS,
            "p.npy",
            "has bytes after its array",
        )
    arrays: dict[str, tuple[Any, str]] = {
        "objects": (np.array([1.0, None, "x", 2], dtype=object), "pickled Python objects"),
        "a structure": (np.zeros(4, [("a", "f8"), ("b", "i4")]), "p.npy"),
        "an array of arrays": (np.zeros(4, [("a", "f8", (2,))]), "p.npy"),
        "complex numbers": (PRED.astype(complex), "p.npy"),
        "dates": (np.arange(4).astype("M8[D]"), "p.npy"),
        "durations": (np.arange(4).astype("m8[s]"), "p.npy"),
        "raw bytes": (np.zeros(4, "V8"), "p.npy"),
        "strings of bytes": (np.array([b"a", b"b", b"c", b"d"]), "p.npy"),
        "words": (np.array(["a", "b", "c", "d"]), "words"),
        "no dimension": (np.float64(1.0), "p.npy"),
        "no rows": (np.zeros(0), "p.npy"),
        "no columns": (np.zeros((4, 0)), "p.npy"),
        "three dimensions": (np.zeros((4, 2, 2)), "dimensions"),
        "33 dimensions": (np.zeros((4, *[1] * 32)), "dimensions"),
        "NaN": (np.array([1.0, np.nan, 2.0, 3.0]), "row 1"),
        "infinity": (np.array([1.0, 2.0, np.inf, 3.0]), "row 2"),
        "infinity of float16": (np.array([1.0, 2.0, 3.0, -np.inf], np.float16), "row 3"),
        "more rows": (np.zeros(5), "(5,)"),
        "a row for a column": (PRED[None], "(1, 4)"),
    }
    for name, (array, said) in arrays.items():
        files = {"p.npy": npy(array), "y.npy": Y}
        yield refused(f"NPY of {name}", files, WORDS, "p.npy", said)
    wide = {"p.npy": npy(np.zeros((4, 2))), "y.npy": Y}
    yield refused("NPY of more columns", wide, WORDS, "item with item", "--pred-col", code=2)
    loud = np.array([0x3F800000, 0x7FA00000, 0, 0], np.uint32).view(np.float32)
    yield refused(
        "NPY of a signalling NaN", {"p.npy": npy(loud), "y.npy": Y}, WORDS, "p.npy", "row 1"
    )
    huge = np.array([1e300, 1.0, 1.0, 1.0], np.longdouble) * np.longdouble(1e300)
    yield refused("NPY beyond float64", {"p.npy": npy(huge), "y.npy": Y}, WORDS, "p.npy", "row 0")


def _good() -> Iterator[Case]:
    for kind in ("<f8", ">f8", "<f4", ">f4", "<f2", ">f2", "<g"):
        array = PRED.astype(kind)
        yield gives(f"NPY of {kind}", VALUE, {"p.npy": npy(array), "y.npy": Y}, *WORDS)
    whole = np.array([3, 0, 1, 2])
    label = np.array([1.0, 1.0, 1.0, 1.0])
    for kind in ("u1", "i1", "<u2", ">i2", "<i4", ">u4", "<i8", ">i8", "<u8", ">u8"):
        files = {"p.npy": npy(whole.astype(kind)), "y.npy": npy(label)}
        yield gives(f"NPY of {kind}", mse(whole, label), files, *WORDS)
    far = np.array([2**53, 0, 1, 2], np.uint64)
    files = {"p.npy": npy(far), "y.npy": npy(label)}
    yield gives("NPY of whole numbers up to 2⁵³", mse(far, label), files, *WORDS)
    bits = np.array([True, False, True, True])
    files = {"p.npy": npy(LABEL), "y.npy": npy(bits)}
    yield gives("NPY of truths", mse(LABEL, bits.astype(float)), files, *WORDS)
    for version in ((1, 0), (2, 0), (3, 0)):
        files = {"p.npy": npy(PRED, version), "y.npy": Y}
        yield gives(f"NPY of version {version[0]}", VALUE, files, *WORDS)
    order = np.asfortranarray(GRID)
    files = {"p.npy": npy(order), "y.npy": npy(GRID + 0.5)}
    yield gives("NPY in Fortran order", 0.25, files, *WORDS)
    files = {"p.npy": npy(order.astype(">f4")), "y.npy": npy(GRID + 0.5)}
    yield gives("NPY in Fortran order, big-endian", 0.25, files, *WORDS)
    files = {"p.npy": npy(PRED[:, None]), "y.npy": Y}
    yield gives("NPY of one column", VALUE, files, *WORDS)
    python2 = made("{'descr': '<f8', 'fortran_order': False, 'shape': (4L,), }\n")
    yield gives("NPY header of Python 2", VALUE, {"p.npy": python2, "y.npy": Y}, *WORDS)
    padded = made(" " * 500 + header())
    yield gives("NPY header behind blanks", VALUE, {"p.npy": padded, "y.npy": Y}, *WORDS)
    named = made(header(descr="'float'"))
    yield gives("NPY header: the name of a type", VALUE, {"p.npy": named, "y.npy": Y}, *WORDS)
    small = np.array([5e-324, 0.0, -5e-324, 1e-300])
    files = {"p.npy": npy(small), "y.npy": npy(np.zeros(4))}
    yield gives("NPY of the smallest numbers", mse(small, np.zeros(4)), files, *WORDS)
    zeros = np.array([-0.0, 0.0])
    files = {"p.npy": npy(zeros), "y.npy": npy(-zeros)}
    yield gives("NPY of zeros of both signs", 0.0, files, *WORDS)
    yield gives(
        "NPY by another ending", VALUE, {"p.csv": npy(PRED), "y": Y}, "p.csv", "y", *WORDS[2:]
    )


CASES = [*_bad(), *_good()]
