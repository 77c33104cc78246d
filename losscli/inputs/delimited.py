"""CSV, TSV and other text files of columns, streamed by Arrow.

Arrow is fast and strict, and knows no line numbers. Where it stumbles, the rows from there on are
read cell by cell: what Arrow takes amiss (blanks around a missing value, a line longer than its
block) is then read, and what is wrong is named with its line, column and value.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.errors import DataError
from losscli.inputs.dialect import MISSING, Dialect, records, sniff
from losscli.inputs.npy import MAGIC as NPY
from losscli.inputs.source import Array, Selection

if TYPE_CHECKING:
    import pyarrow as pa

GZIP = b"\x1f\x8b"

_SAMPLE = 1 << 16
_LONGEST_LINE = 1 << 26
_BLOCK = 1 << 20
_CAREFUL = 1 << 14
_SHOWN = 60

_UNREADABLE = (OSError, EOFError, zlib.error, csv.Error, UnicodeError)


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
        if sample.startswith(NPY):
            raise DataError("is a compressed NPY file", file=name, hint="Decompress it: gunzip.")
        self._dialect: Dialect = sniff(sample, name, whole=whole)
        self.columns: tuple[str, ...] | None = self._dialect.names
        self.index = self._dialect.index
        if whole and not self._dialect.rows:
            raise DataError("has a header but no rows", file=name)

    def is_text(self, column: int) -> bool:
        """Whether the column's first cells are words; one word among numbers is a slip."""
        cells = self._dialect.cells(column)
        words = sum(not self._dialect.is_number(cell) for cell in cells)
        return words > 1 or (words == 1 and len(cells) < 3)

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
        """The line on which a row begins."""
        line, _ = next(islice(self._records(), row, None))
        return f"line {line}"

    def column(self, index: int) -> str:
        """The column's name."""
        assert self.columns is not None
        return self.columns[index]

    def batches(self, roles: Mapping[str, Selection], rows: int) -> Iterator[dict[str, Array]]:
        """Batches as they come: about a megabyte of text each."""
        import pyarrow as pa

        assert self.columns is not None
        everything = tuple(range(len(self.columns)))
        wanted = {role: chosen.columns or everything for role, chosen in roles.items()}
        text = {column: roles[role].text for role, places in wanted.items() for column in places}
        done = 0
        if not self._dialect.aligned:
            with contextlib.suppress(pa.ArrowException, *_UNREADABLE):
                for arrays in self._by_arrow(text):
                    yield _tables(arrays, wanted)
                    done += len(next(iter(arrays.values())))
                return
        for arrays in self._by_cell(text, done):
            yield _tables(arrays, wanted)

    def _by_arrow(self, text: Mapping[int, bool]) -> Iterator[dict[int, Array]]:
        """The columns in batches of about a megabyte of text."""
        import pyarrow as pa

        word, number = pa.dictionary(pa.int32(), pa.string()), pa.float64()
        for batch in self._reader({str(c): word if text[c] else number for c in text}):
            yield {column: _array(batch.column(place)) for place, column in enumerate(text)}

    def _reader(self, types: Mapping[str, Any]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        assert self.columns is not None
        dialect = self._dialect
        read = arrow_csv.ReadOptions(
            # By position, so that names may repeat.
            column_names=[str(place) for place in range(len(self.columns))],
            skip_rows=dialect.skip,
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
            if max(sample.count(b"\n"), sample.count(b"\r")) > 1:
                return sample, False
            if size >= _LONGEST_LINE:
                raise DataError("is no text of columns: its first line never ends", file=self.name)
            size *= 8

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """The rows with the line on which each begins, read slowly and carefully.

        Raises DataError where the file cannot be read further.
        """
        dialect, line = self._dialect, 0
        single = self.columns is not None and len(self.columns) == 1
        try:
            with self._bytes() as file:
                # What is no character is kept apart, and refused only where it is wanted.
                text = io.TextIOWrapper(file, dialect.encoding, "surrogateescape", newline="")
                below = islice(text, dialect.skip, None)
                for found in records(below, dialect.delimiter, aligned=dialect.aligned):
                    line = dialect.skip + found.first
                    # In a single column an empty line is a missing value.
                    if single or len(found.cells) > 1 or "".join(found.cells).strip():
                        yield line, found.cells or [""]
        except _UNREADABLE as error:
            raise DataError(
                f"cannot be read further ({error})", file=self.name, position=f"after line {line}"
            ) from None

    def _by_cell(self, text: Mapping[int, bool], done: int) -> Iterator[dict[int, Array]]:
        """The columns from row number `done` on.

        Raises DataError at the first row or cell that is amiss.
        """
        rows = islice(self._records(), done, None)
        while chunk := [
            [self._value(line, cells, column, text[column]) for column in text]
            for line, cells in islice(rows, _CAREFUL)
        ]:
            yield {
                column: np.array(values, dtype=object if text[column] else np.float64)
                for column, values in zip(text, zip(*chunk, strict=True), strict=True)
            }

    def _value(
        self, line: int, cells: Sequence[str], column: int, text: bool
    ) -> float | str | None:
        assert self.columns is not None
        if len(cells) != len(self.columns):
            raise self._ragged(line, len(cells))
        cell = cells[column].strip()
        try:
            if text:
                cell.encode()
                return cell or None
            return math.nan if cell in MISSING else self._dialect.number(cell)
        except UnicodeEncodeError:
            problem = f"is not {self._dialect.encoding} text"
        except ValueError:
            problem = "is not a number"
        raise DataError(
            problem,
            file=self.name,
            position=f"line {line}",
            column=self.column(column),
            value=repr(cell) if len(cell) <= _SHOWN else f"{cell[:_SHOWN]!r}…",
        )

    def _ragged(self, line: int, count: int) -> DataError:
        assert self.columns is not None
        few = count < len(self.columns)
        return DataError(
            f"has {count} {'cell' if count == 1 else 'cells'} where the first line has "
            f"{len(self.columns)}",
            file=self.name,
            position=f"line {line}",
            hint="Leave the cell of a missing value empty, with its delimiters."
            if few
            else f"Quote a cell that contains {self._dialect.delimiter!r}.",
        )


def _tables(arrays: Mapping[int, Array], wanted: Mapping[str, Sequence[int]]) -> dict[str, Array]:
    return {role: _table([arrays[place] for place in places]) for role, places in wanted.items()}


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
