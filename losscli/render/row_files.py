"""Blocks of rows with what they cost → CSV, JSON Lines, Parquet or NPY, written as they come."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from losscli.errors import UsageError
from losscli.machine.whole_files import whole_file
from losscli.render.csv import cell
from losscli.render.json import dump

Columns = Mapping[str, NDArray[Any]]

_ENDINGS = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".npy": "npy",
    ".json": "json",
    ".txt": "table",
}


def row_format_of(path: str) -> str:
    """The format of rows that a file's ending stands for. Raises UsageError for an unknown one."""
    ending = PurePath(path).suffix.lower()
    if ending not in _ENDINGS:
        raise UsageError(
            f"{path}: rows are in no format that ends in {ending or 'nothing'!r}",
            hint=f"Use {', '.join(_ENDINGS)}, or say --format.",
        )
    return _ENDINGS[ending]


def csv_text(blocks: Iterable[Columns]) -> Iterator[str]:
    """A line for each row under a line of names; what is not a number (NaN) is left empty."""
    named = False
    for block in blocks:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not named:
            writer.writerow(map(cell, block))
            named = True
        writer.writerows(zip(*map(_csv_cells, block.values()), strict=True))
        yield text.getvalue()


def jsonl_text(blocks: Iterable[Columns]) -> Iterator[str]:
    """An object for each row; what is not finite is null, with `"<name>_nonfinite"` beside it."""
    for block in blocks:
        names = list(block)
        rows = zip(*(column.tolist() for column in block.values()), strict=True)
        yield "".join(f"{dump(_finite(names, row))}\n" for row in rows)


def write_parquet(file: BinaryIO, blocks: Iterable[Columns]) -> None:
    """A column each: numbers as float64 or int64, words as text; a row group for each block."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer: Any = None
    try:
        for block in blocks:
            arrays = [_arrow(column) for column in block.values()]
            table = pa.Table.from_arrays(arrays, names=list(block))
            if writer is None:
                writer = pq.ParquetWriter(file, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def write_npy(file: BinaryIO, blocks: Iterable[Columns], names: Collection[str], rows: int) -> None:
    """The losses alone, float64: (rows,) for one loss, (rows, losses) for several."""
    shape = (rows,) if len(names) == 1 else (rows, len(names))
    header = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    for block in blocks:
        losses = np.stack([block[name] for name in names], axis=-1)
        file.write(np.ascontiguousarray(losses, dtype="<f8").tobytes())


_TEXTS: Mapping[str, Callable[[Iterable[Columns]], Iterator[str]]] = {
    "csv": csv_text,
    "jsonl": jsonl_text,
}


def write_rows(
    path: str | None,
    format: str,
    blocks: Iterable[Columns],
    *,
    losses: Collection[str],
    rows: int,
    emit: Callable[[str, str | None], None],
) -> None:
    """Write blocks as they come, to stdout by way of `emit` where there is no path.

    `losses` names the columns of losses, `rows` says how many rows there will be. Raises UsageError
    where the file cannot be written; it is then left as it was.
    """
    texts = _TEXTS.get(format)
    if path is None:
        if texts is None:
            raise UsageError(f"{format} is not for a screen", hint=f"Say -o FILE.{format}.")
        for text in texts(blocks):
            emit(text, None)
        return
    with whole_file(path) as file:
        if texts is not None:
            for text in texts(blocks):
                file.write(text.encode("utf-8", "backslashreplace"))
        elif format == "parquet":
            write_parquet(file, blocks)
        else:
            write_npy(file, blocks, losses, rows)


def _csv_cells(column: NDArray[Any]) -> list[Any]:
    if column.dtype == object:
        return [cell(item) for item in column.tolist()]
    if column.dtype.kind != "f":
        return column.tolist()
    return ["" if math.isnan(number) else number for number in column.tolist()]


def _finite(names: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in zip(names, row, strict=True):
        finite = not isinstance(item, float) or math.isfinite(item)
        found[name] = item if finite else None
        if not finite:
            found[f"{name}_nonfinite"] = repr(item)
    return found


def _arrow(column: NDArray[Any]) -> Any:
    """A column of Arrow: numbers share NumPy's memory."""
    import pyarrow as pa

    if column.dtype == object:
        return pa.array([None if item is None else str(item) for item in column], pa.string())
    whole = column.dtype.kind in "iu"
    numbers = np.ascontiguousarray(column, dtype=np.int64 if whole else np.float64)
    kind = pa.int64() if whole else pa.float64()
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(numbers)])
