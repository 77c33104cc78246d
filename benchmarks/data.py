"""The data that all contenders are given: made of a seed, the same in every process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Case:
    """A loss and what its predictions are: `name` is ours, `loss` is what losscli is asked for."""

    name: str
    loss: str
    kind: str
    task: str
    width: int = 1

    def arrays(self, items: int, dtype: str) -> tuple[Array, Array]:
        """Predictions of so many items, and their labels; classes are whole numbers."""
        rng = np.random.default_rng(7)
        if self.width > 1:
            shape = (items // self.width, self.width)
            pred = rng.normal(size=shape)
            if self.kind == "probability":
                pred = np.exp(pred)
                pred /= pred.sum(axis=1, keepdims=True)
            return pred.astype(dtype), rng.integers(0, self.width, len(pred))
        if self.task == "regression":
            label = rng.normal(size=items)
            return (label + rng.normal(size=items)).astype(dtype), label.astype(dtype)
        pred = rng.uniform(0.01, 0.99, size=items)
        label = rng.random(items) < pred
        if self.kind == "logit":
            pred = np.log(pred / (1.0 - pred))
        return pred.astype(dtype), label.astype(dtype)


CASES = (
    Case("mse", "mse", "value", "regression"),
    Case("mae", "mae", "value", "regression"),
    Case("bce", "bce", "probability", "binary"),
    Case("bce with logits", "bce", "logit", "binary"),
    Case("focal", "focal", "probability", "binary"),
    Case("ce", "ce", "probability", "multiclass", 10),
    Case("ce with logits", "ce", "logit", "multiclass", 10),
)

NAMED = {case.name: case for case in CASES}


def save_pair(folder: Path, rows: int) -> tuple[Path, Path]:
    """Probabilities and answers as two float64 NPY files, written piece by piece."""
    paths = (folder / "pred.npy", folder / "label.npy")
    _save(paths, rows)
    return paths


def _save(paths: tuple[Path, Path], rows: int) -> None:
    files = [
        np.lib.format.open_memmap(path, mode="w+", dtype=np.float64, shape=(rows,))
        for path in paths
    ]
    rng = np.random.default_rng(7)
    for start in range(0, rows, 1 << 20):
        stop = min(rows, start + (1 << 20))
        pred = rng.uniform(0.01, 0.99, size=stop - start)
        files[0][start:stop] = pred
        files[1][start:stop] = rng.random(stop - start) < pred


def save_pairs(folder: Path, rows: int, pairs: int) -> None:
    """So many pairs, `pred/0.npy` with `label/0.npy` and so on."""
    for name in ("pred", "label"):
        (folder / name).mkdir()
    for place in range(pairs):
        _save((folder / f"pred/{place}.npy", folder / f"label/{place}.npy"), rows)


def save_table(folder: Path, rows: int) -> tuple[Path, Path]:
    """The same probabilities and answers as a CSV and as a Parquet file."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    rng = np.random.default_rng(7)
    pred = np.round(rng.uniform(0.01, 0.99, size=rows), 6)
    columns = pa.table({"pred": pred, "label": (rng.random(rows) < pred).astype(np.int64)})
    paths = (folder / "rows.csv", folder / "rows.parquet")
    csv.write_csv(columns, paths[0])
    parquet.write_table(columns, paths[1])
    return paths


def apart(save: Callable[..., Result], *arguments: Any) -> Result:
    """What `save` gives, done in a process whose memory goes with it."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(save, *arguments).result()
