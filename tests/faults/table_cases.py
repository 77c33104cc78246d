"""Archives and columnar files: NPZ, Parquet, Arrow."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

from tests.faults.case import Case, gives, mse, refused
from tests.faults.npy_cases import LABEL, PRED, VALUE, Y, npy

WORDS = ("t.parquet", "-l", "mse")


def npz(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def _archives() -> Iterator[Case]:
    one = npz({"a.npy": npy(PRED)})
    two = npz({"pred.npy": npy(PRED), "label.npy": Y})
    yield gives(
        "NPZ of one array", VALUE, {"p.npz": one, "y.npy": Y}, "p.npz", "y.npy", "-l", "mse"
    )
    words = ("p.npz::pred", "p.npz::label", "-l", "mse")
    yield gives("NPZ of several, by their names", VALUE, {"p.npz": two}, *words)
    packed = npz({"pred.npy": npy(PRED), "label.npy": Y}, zipfile.ZIP_DEFLATED)
    yield gives("NPZ, compressed", VALUE, {"p.npz": packed}, *words)
    pair = ("p.npz", "y.npy", "-l", "mse")
    many = npz({"a.npy": npy(PRED), "b.npy": npy(PRED)})
    yield refused("NPZ: which array?", {"p.npz": many, "y.npy": Y}, pair, "p.npz", "::", code=2)
    gone = ("p.npz::c", "y.npy", "-l", "mse")
    yield refused("NPZ: an array that is not there", {"p.npz": many, "y.npy": Y}, gone, "c", code=2)
    pickled = npz({"a.npy": npy(np.array([1.0, None, "x", 2], dtype=object))})
    bomb = npz({"a.npy": npy(np.zeros(40_000_000, np.uint8))}, zipfile.ZIP_DEFLATED)
    twice = npz({"a.npy": npy(PRED), "b.npy": npy(PRED[::-1])}).replace(b"b.npy", b"a.npy")
    bad: dict[str, tuple[bytes, str]] = {
        "two members of one name": (twice, "two members called 'a.npy'"),
        "a pickle within": (pickled, "pickled"),
        "truncated": (one[:-30], "p.npz"),
        "a directory that lies": (one[:-22] + bytes(22), "p.npz"),
        "no member": (npz({}), "p.npz"),
        "a member that is no array": (npz({"a.npy": b"hello"}), "p.npz"),
        "a member of words": (npz({"a.txt": b"hello"}), "p.npz"),
        "a member cut short": (npz({"a.npy": npy(PRED)[:-8]}), "truncated"),
        "a member with a false checksum": (one.replace(PRED.tobytes(), bytes(32)), "p.npz"),
        "a bomb": (bomb, "p.npz"),
    }
    for name, (data, said) in bad.items():
        yield refused(f"NPZ: {name}", {"p.npz": data, "y.npy": Y}, pair, "p.npz", said)


def parquet(table: pa.Table, **options: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def arrow(table: pa.Table) -> bytes:
    file = io.BytesIO()
    feather.write_feather(table, file)
    return file.getvalue()


def stream(table: pa.Table) -> bytes:
    file = io.BytesIO()
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


PLAIN = pa.table({"pred": PRED, "label": LABEL})
_WRITERS: dict[str, Callable[[pa.Table], bytes]] = {
    "Parquet": parquet,
    "Feather": arrow,
    "Arrow stream": stream,
}


def _columns() -> Iterator[Case]:
    for name, write in _WRITERS.items():
        yield gives(f"{name}", VALUE, {"t.parquet": write(PLAIN)}, *WORDS)
        whole = write(PLAIN)
        # An Arrow stream may end without its last 8 bytes, which say that it ends.
        for cut in (1, 9, len(whole) // 2):
            yield refused(
                f"{name} without its last {cut} bytes",
                {"t.parquet": whole[:-cut]},
                WORDS,
                "t.parquet",
            )
        nothing = write(PLAIN.slice(0, 0))
        yield refused(f"{name} without rows", {"t.parquet": nothing}, WORDS, "t.parquet", "no rows")
        types: dict[str, pa.Array] = {
            "float32": pa.array(PRED.astype(np.float32)),
            "float16": pa.array(PRED.astype(np.float16)),
            "decimals": pa.array([Decimal("1.5"), Decimal("-2"), Decimal("0.25"), Decimal("4")]),
            "a dictionary": pa.array(PRED).dictionary_encode(),
        }
        for kind, column in types.items():
            table = pa.table({"pred": column, "label": LABEL})
            try:
                data = write(table)
            except pa.ArrowNotImplementedError:
                continue
            yield gives(f"{name} of {kind}", VALUE, {"t.parquet": data}, *WORDS)
        wrong: dict[str, tuple[pa.Array, str]] = {
            "a null": (pa.array([1.5, None, 0.25, 4.0]), "missing"),
            "NaN": (pa.array([1.5, float("nan"), 0.25, 4.0]), "missing"),
            "words": (pa.array(["a", "b", "c", "d"]), "t.parquet"),
            "times": (pa.array([0, 1, 2, 3], pa.timestamp("s")), "t.parquet"),
            "bytes": (pa.array([b"1", b"2", b"3", b"4"]), "t.parquet"),
            "nothing": (pa.nulls(4), "t.parquet"),
        }
        for kind, (column, said) in wrong.items():
            table = pa.table({"pred": column, "label": LABEL})
            words = ("t.parquet", "-p", "pred", "-y", "label", "-l", "mse")
            yield Case(
                f"{name} of {kind}",
                {"t.parquet": write(table)},
                (*words, "-q"),
                says=(said,),
                code=3,
            )
        nested = pa.table({"pred": pa.array([{"x": 1.0}] * 4), "label": LABEL})
        yield refused(
            f"{name} of structures", {"t.parquet": write(nested)}, words, "'pred.*'", code=2
        )
        items = pa.table({"pred": pa.array([[1.0], [2.0], [3.0], [4.0]]), "label": LABEL})
        yield refused(
            f"{name} of lists by their column's name",
            {"t.parquet": write(items)},
            words,
            "t.parquet",
            "'pred.*'",
            code=2,
        )
    far = pa.array([None], pa.decimal128(38, -2_000_000_000))
    buffers = [None, (10**37).to_bytes(16, "little")]
    far = pa.Array.from_buffers(far.type, 1, [pa.py_buffer(b) if b else None for b in buffers])
    table = pa.table({"pred": far, "label": [1.0]})
    words = ("t.arrow", "-p", "pred", "-y", "label", "-l", "mse")
    yield refused("decimals of a scale that there is not", {"t.arrow": arrow(table)}, words, "pred")
    groups = parquet(PLAIN, row_group_size=1)
    yield gives("Parquet in groups of one row", VALUE, {"t.parquet": groups}, *WORDS)
    for codec in ("gzip", "zstd", "brotli", "none"):
        data = parquet(PLAIN, compression=codec)
        yield gives(f"Parquet by {codec}", VALUE, {"t.parquet": data}, *WORDS)
    data = parquet(PLAIN)
    damaged = data[:20] + bytes(40) + data[60:]
    yield refused("Parquet with damaged pages", {"t.parquet": damaged}, WORDS, "t.parquet")
    start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    footer = data[:start] + bytes(32) + data[start + 32 :]
    yield refused("Parquet with a damaged footer", {"t.parquet": footer}, WORDS, "t.parquet")
    yield gives("Parquet named as CSV", VALUE, {"t.csv": data}, "t.csv", "-l", "mse")
    apart = {"p.parquet": parquet(PLAIN.select(["pred"])), "y.npy": Y}
    value = mse(PRED, LABEL)
    yield gives("Parquet beside NPY", value, apart, "p.parquet", "y.npy", "-l", "mse")


CASES = [*_archives(), *_columns()]
