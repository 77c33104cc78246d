"""CSV, TSV and other text files of columns, streamed by Arrow."""

from __future__ import annotations

import csv
import gzip
import io
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.errors import DataError
from losscli.inputs.dialect import MISSING, Dialect, sniff
from losscli.inputs.source import Array, Selection

if TYPE_CHECKING:
    import pyarrow as pa

GZIP = b"\x1f\x8b"

_SAMPLE = 1 << 16
_LONGEST_LINE = 1 << 26
_BLOCK = 1 << 20


class DelimitedSource:
    """A text file of columns, plain or compressed by gzip.

    Raises DataError where it is empty, is no text, or holds a header and nothing else.
    """

    shape: tuple[int, ...] | None = None
    dtype: np.dtype[Any] | None = None

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self._path = path
        with path.open("rb") as file:
            self._gzipped = file.read(2) == GZIP
        sample, whole = self._sample()
        self._dialect: Dialect = sniff(sample, name, whole=whole)
        self.columns: tuple[str, ...] | None = self._dialect.names
        self.index = self._dialect.index
        if whole and not self._dialect.records:
            raise DataError("has a header but no rows", file=name)

    def is_text(self, column: int) -> bool:
        """Whether one of the column's first cells is no number."""
        return not all(map(self._dialect.is_number, self._dialect.cells(column)))

    def words(self, column: int) -> frozenset[str]:
        """The column's first cells."""
        return frozenset(self._dialect.cells(column))

    def decimals(self, columns: Sequence[int]) -> int | None:
        """The most decimals among the first cells of these columns."""
        dialect = self._dialect
        numbers = filter(
            dialect.is_number, (cell for column in columns for cell in dialect.cells(column))
        )
        return max((_decimals(cell, dialect.decimal) for cell in numbers), default=None)

    def position(self, row: int) -> str:
        """The line on which a row stands (its last, where a quoted cell spans several)."""
        for place, (line, _) in enumerate(self._records()):
            if place == row:
                return f"line {line}"
        return f"row {row}"

    def column(self, index: int) -> str:
        """The column's name."""
        assert self.columns is not None
        return self.columns[index]

    def batches(self, roles: Mapping[str, Selection], rows: int) -> Iterator[dict[str, Array]]:
        """Batches of about a megabyte of text."""
        import pyarrow as pa

        assert self.columns is not None
        wanted = {
            role: tuple(range(len(self.columns))) if chosen.columns is None else chosen.columns
            for role, chosen in roles.items()
        }
        types: dict[str, Any] = {}
        for role, columns in wanted.items():
            kind = pa.dictionary(pa.int32(), pa.string()) if roles[role].text else pa.float64()
            types.update({str(column): kind for column in columns})
        try:
            for batch in self._reader(types):
                arrays = {name: _array(batch.column(place)) for place, name in enumerate(types)}
                yield {
                    role: _table([arrays[str(column)] for column in columns])
                    for role, columns in wanted.items()
                }
        except (pa.ArrowInvalid, OSError, EOFError, zlib.error) as error:
            raise self._fault(roles, wanted, error) from None

    def _reader(self, types: Mapping[str, Any]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        assert self.columns is not None
        dialect = self._dialect
        read = arrow_csv.ReadOptions(
            # By position, so that names may repeat.
            column_names=[str(place) for place in range(len(self.columns))],
            skip_rows_after_names=int(dialect.header),
            block_size=max(_BLOCK, 8 * dialect.longest),
            encoding="utf8" if dialect.encoding == "utf-8-sig" else dialect.encoding,
        )
        parse = arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            newlines_in_values=dialect.quoted,
            # In a single column an empty line is a missing value.
            ignore_empty_lines=len(self.columns) > 1,
        )
        convert = arrow_csv.ConvertOptions(
            include_columns=list(types),
            column_types=types,
            null_values=sorted(MISSING),
            strings_can_be_null=False,
            decimal_point=dialect.decimal,
        )
        compression = "gzip" if self._gzipped else None
        with (
            pa.input_stream(str(self._path), compression=compression) as file,
            arrow_csv.open_csv(file, read, parse, convert) as reader,
        ):
            for batch in reader:
                if batch.num_rows:
                    yield batch

    def _bytes(self) -> gzip.GzipFile | io.BufferedReader:
        """The text, decompressed."""
        return gzip.open(self._path) if self._gzipped else self._path.open("rb")

    def _sample(self) -> tuple[bytes, bool]:
        """The first bytes, with at least one whole line, and whether they are all there is."""
        size = _SAMPLE
        while True:
            try:
                with self._bytes() as file:
                    sample = file.read(size)
            except (OSError, EOFError, zlib.error) as error:
                raise DataError(f"cannot be decompressed ({error})", file=self.name) from None
            if len(sample) < size:
                return sample, True
            if sample.count(b"\n") > 1 or b"\r" in sample:
                return sample, False
            if size >= _LONGEST_LINE:
                raise DataError("is no text of columns: its first line never ends", file=self.name)
            size *= 8

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """The records below the header with their line numbers, read slowly and carefully."""
        csv.field_size_limit(sys.maxsize)
        single = self.columns is not None and len(self.columns) == 1
        with self._bytes() as file:
            text = io.TextIOWrapper(file, self._dialect.encoding, newline="")
            reader = csv.reader(text, delimiter=self._dialect.delimiter)
            skip = self._dialect.header
            for record in reader:
                if not record and not single:
                    continue
                if skip:
                    skip = False
                    continue
                yield reader.line_num, record or [""]

    def _fault(
        self,
        roles: Mapping[str, Selection],
        wanted: Mapping[str, Sequence[int]],
        error: Exception,
    ) -> DataError:
        """What Arrow stumbled over, found by a second look at the file."""
        assert self.columns is not None
        numbers = [c for role, columns in wanted.items() if not roles[role].text for c in columns]
        line = 0
        try:
            for line, record in self._records():
                if len(record) != len(self.columns):
                    return DataError(
                        f"has {len(record)} cells where the first line has {len(self.columns)}",
                        file=self.name,
                        position=f"line {line}",
                    )
                for column in numbers:
                    cell = record[column].strip()
                    if cell not in MISSING and not self._dialect.is_number(cell):
                        return DataError(
                            "is not a number",
                            file=self.name,
                            position=f"line {line}",
                            column=self.column(column),
                            value=repr(cell),
                        )
        except UnicodeDecodeError:
            return DataError(
                f"is not {self._dialect.encoding} text", file=self.name, position=f"line {line + 2}"
            )
        except (OSError, EOFError, zlib.error, csv.Error) as unreadable:
            return DataError(
                f"cannot be read further ({unreadable})",
                file=self.name,
                position=f"after line {line}",
            )
        return DataError(f"cannot be read ({error})", file=self.name)


def _table(columns: Sequence[Array]) -> Array:
    return columns[0][:, None] if len(columns) == 1 else np.column_stack(columns)


def _array(column: pa.Array) -> Array:
    """One column as float64 or as str, with NaN or None where it is missing."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        words = [word.strip() or None for word in column.dictionary.to_pylist()]
        return np.array(words, dtype=object)[np.asarray(np.from_dlpack(column.indices))]
    values = np.frombuffer(column.buffers()[1], np.float64, len(column), 8 * column.offset)
    if column.null_count == 0:
        return values
    validity = np.frombuffer(column.buffers()[0], np.uint8)
    valid = np.unpackbits(validity, bitorder="little")[column.offset :][: len(column)]
    return np.where(valid == 1, values, np.nan)


def _decimals(cell: str, mark: str) -> int:
    mantissa, _, exponent = cell.lower().partition("e")
    _, _, digits = mantissa.partition(mark)
    return max(0, len(digits) - int(exponent or 0))
