"""Whole numbers beyond 2⁵³, which float64 does not tell apart: kept whole, or refused."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from tests.faults.case import Case, gives, refused
from tests.faults.npy_cases import npy
from tests.faults.table_cases import parquet

N = 2**53
PROBS = np.array([0.9, 0.1, 0.8])
BCE = -(math.log(0.1) + math.log(0.1) + math.log(0.2)) / 3


def lines(**columns: list[object]) -> str:
    rows = zip(*columns.values(), strict=True)
    text = io.StringIO()
    for row in rows:
        pairs = ", ".join(f'"{k}": {v}' for k, v in zip(columns, row, strict=True))
        text.write(f"{{{pairs}}}\n")
    return text.getvalue()


def _keys() -> Iterator[Case]:
    for name, one, other in (
        ("signed", N + 1, N),
        ("negative", -N - 1, -N),
        ("unsigned", 2**64 - 1, 2**64 - 2),
    ):
        words = ("p.jsonl", "y.jsonl", "--id-col", "id", "-l", "mae")
        apart = {
            "p.jsonl": lines(id=[one], prob=[0.5]),
            "y.jsonl": lines(id=[other], label=[1]),
        }
        yield refused(f"{name} keys of JSON Lines that differ in a digit", apart, words, str(one))
        same = {
            "p.jsonl": lines(id=[one, other], prob=[0.5, 1.0]),
            "y.jsonl": lines(id=[other, one], label=[1, 1]),
        }
        yield gives(f"{name} keys of JSON Lines, each found", 0.25, same, *words)
    mixed = {
        "p.jsonl": lines(id=[*range(200), 0.5, N + 1], prob=[1] * 202),
        "y.jsonl": lines(id=[*range(200), 0.5, N], label=[1] * 202),
    }
    words = ("p.jsonl", "y.jsonl", "--id-col", "id", "-l", "mae")
    yield refused("keys of JSON Lines, a fraction among them", mixed, words, str(N + 1))


def _classes() -> Iterator[Case]:
    words = ("-l", "bce", "--classes", f"{N},{N + 1}")
    label = [N, N + 1, N]
    for dtype in (np.int64, np.uint64):
        files = {"p.npy": npy(PROBS), "y.npy": npy(np.array(label, dtype))}
        yield gives(f"classes of {dtype.__name__}", BCE, files, "p.npy", "y.npy", *words)
    table = lines(prob=list(PROBS), label=list(label))
    yield gives("classes of JSON Lines", BCE, {"t.jsonl": table}, "t.jsonl", *words)
    columns = pa.table({"prob": PROBS, "label": label})
    yield gives("classes of Parquet", BCE, {"t.parquet": parquet(columns)}, "t.parquet", *words)
    floats = {"p.npy": npy(PROBS), "y.npy": npy(np.array(label, float))}
    yield refused("classes of float64", floats, ("p.npy", "y.npy", *words), "2⁵³")
    text = "prob,label\n" + "".join(f"{p},{n}\n" for p, n in zip(PROBS, label, strict=True))
    yield refused("classes of CSV", {"t.csv": text}, ("t.csv", *words), "2⁵³")


def _values() -> Iterator[Case]:
    words = ("p.npy", "y.npy", "-l", "mae")
    far, near = npy(np.array([N + 1])), npy(np.array([N]))
    yield refused("a prediction that no float is", {"p.npy": far, "y.npy": near}, words, "2⁵³")
    yield refused("a label that no float is", {"p.npy": near, "y.npy": far}, words, "2⁵³")
    even = npy(np.array([N + 2]))
    yield gives("whole numbers that floats are", 2.0, {"p.npy": near, "y.npy": even}, *words)
    most = npy(np.array([2**64 - 1], np.uint64))
    yield refused("the largest of uint64", {"p.npy": most, "y.npy": near}, words, "2⁵³")
    table = lines(pred=[N + 1, 1], label=[N, 1])
    yield refused("values of JSON Lines", {"t.jsonl": table}, ("t.jsonl", "-l", "mae"), "2⁵³")
    column = pa.table({"pred": [N + 1, None], "label": [N, 1]})
    drop = ("t.parquet", "-l", "mae", "--nan", "drop")
    yield refused("values of Parquet, one missing", {"t.parquet": parquet(column)}, drop, "2⁵³")


def _fractions() -> Iterator[Case]:
    late = lines(pred=[1] * 150 + [1.5], label=[1] * 151)
    yield gives(
        "JSON Lines with a late fraction", 0.5 / 151, {"t.jsonl": late}, "t.jsonl", "-l", "mae"
    )
    null = lines(pred=[1, "null", 3], label=[1, 2, 4])
    words = ("t.jsonl", "-l", "mae", "--nan", "drop")
    yield gives("whole numbers of JSON Lines, one missing", 0.5, {"t.jsonl": null}, *words)


CASES = [*_keys(), *_classes(), *_values(), *_fractions()]
