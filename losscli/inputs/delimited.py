"""CSV, TSV and other text files of columns, streamed by Arrow.

Arrow is fast and strict, and knows no line numbers. Where it stumbles, the rows from there on are
read cell by cell: what Arrow takes amiss (blanks around a missing value, a line longer than its
block) is then read, and what is wrong is named with its line, column and value.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from shlex import quote
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from losscli.errors import DataError, NoRows
from losscli.inputs.arrow import held_by_arrow, numbers, words
from losscli.inputs.cells import UNREADABLE, Cells, Reading
from losscli.inputs.compressed import beginning, decompressing, text_size
from losscli.inputs.dialect import MISSING, Dialect, records, sniff
from losscli.inputs.file import File
from losscli.inputs.numerals import Numerals
from losscli.inputs.source import Array, Selection, between
from losscli.inputs.text import LONGEST_LINE, line_blocks, row_blocks, utf8_pieces
from losscli.machine.threads import available, in_order

if TYPE_CHECKING:
    import pyarrow as pa

_SAMPLE = 1 << 16
# What the last line of a report is called.
_TOTALS = frozenset(
    (
        *("total", "totals", "grand total", "subtotal", "sum", "average", "avg", "mean"),
        *("summe", "gesamt", "mittelwert", "somme", "moyenne", "suma", "totale", "итого", "合計"),
    )
)


class DelimitedSource:
    """A text file of columns, plain or compressed by `codec`.

    Raises DataError where it is empty, is no text, or holds a header and nothing else.
    """

    shape: tuple[int, ...] | None = None
    rows = None
    starts: Sequence[int] = (0,)

    def __init__(self, file: File, codec: str | None = None, decimal: str | None = None) -> None:
        self.name = file.name
        self._bytes = partial(decompressing, file, codec)
        sample, whole = _sample(file, codec)
        lines = max(sample.count(b"\n"), sample.count(b"\r"), 1)
        # A guess from the first lines.
        self.about = text_size(file, codec) * lines // len(sample)
        self._dialect: Dialect = sniff(sample, file.name, whole=whole, decimal=decimal)
        self._cells = Cells(file, codec, self._dialect)
        self.columns: tuple[str, ...] = self._dialect.names
        self.index = self._dialect.index
        # Where there is no header, columns are called by their numbers.
        self.titled = bool(self._dialect.header)
        if whole and not self._dialect.rows:
            raise NoRows("has a header but no rows", file=file.name)
        if whole:
            self._refuse_total(sample)

    def _refuse_total(self, sample: bytes) -> None:
        """Raise DataError where the last line sums up those above, as reports of people do."""
        dialect = self._dialect
        lines = sample.decode(dialect.encoding, "replace").splitlines()
        last = max((place for place, line in enumerate(lines) if line.strip()), default=0)
        *_, record = records(lines[last : last + 1], dialect.delimiter, quote=dialect.quote)
        cells = [cell.strip() for cell in record.cells]
        words = [cell for cell in cells if cell and not dialect.numerals.is_number(cell)]
        numbers = len([cell for cell in cells if cell]) - len(words)
        if len(words) != 1 or not numbers or words[0].rstrip(":").casefold() not in _TOTALS:
            return
        if sum(words[0] in line for line in lines) == 1:
            raise DataError(
                f"sums up the rows above ({words[0]}) and is none of them",
                file=self.name,
                position=f"line {last + 1}",
                hint=f"Leave it out: sed '{last + 1}d' {quote(self.name)} > rows.csv",
            )

    def dtype(self, columns: Sequence[int] | None) -> None:
        """None: the numbers are written out."""
        return

    def is_text(self, column: int) -> bool:
        """Whether the column's first cells are words; one word among numbers is a slip."""
        cells = self._dialect.cells(column)
        found = sum(not self._dialect.numerals.is_number(cell) for cell in cells)
        return found > 1 or (found == 1 and len(cells) < 3)

    def firsts(self, column: int) -> list[float | str | None]:
        """The column's first cells, as numbers where they are such."""
        written = self._dialect.numerals
        cells = [self._dialect.first(row, column) for row in self._dialect.rows]
        return [
            None if cell in MISSING else written.number(cell) if written.is_number(cell) else cell
            for cell in cells
        ]

    def decimals(self, columns: Sequence[int]) -> int | None:
        """The most decimals among the first cells of these columns."""
        written = self._dialect.numerals
        cells = (cell for column in columns for cell in self._dialect.cells(column))
        return max(map(written.decimals, filter(written.is_number, cells)), default=None)

    def part(self, row: int) -> tuple[Self, int]:
        """The file itself."""
        return self, row

    def position(self, row: int) -> str:
        """The line on which a row begins."""
        return f"line {self._cells.line(row)}"

    def column(self, index: int) -> str:
        """The column's name."""
        return self.columns[index]

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Batches as they come: about a megabyte of text each."""
        return between(self._batches(roles), start, stop)

    def _batches(self, roles: Mapping[str, Selection]) -> Iterator[dict[str, Array]]:
        import pyarrow as pa

        everything = tuple(range(len(self.columns)))
        wanted = {
            role: [(place, chosen.text) for place in chosen.columns or everything]
            for role, chosen in roles.items()
        }
        readings = list(dict.fromkeys(each for found in wanted.values() for each in found))
        done = 0
        if self._dialect.plain:
            with contextlib.suppress(pa.ArrowException, *UNREADABLE):
                for batch in self._by_arrow(readings):
                    yield _tables(self._arrays(batch, readings), wanted)
                    done += batch.num_rows
                return
        for arrays in self._cells.batches(readings, done):
            yield _tables(arrays, wanted)

    def _arrays(self, batch: pa.RecordBatch, readings: Sequence[Reading]) -> dict[Reading, Array]:
        """The columns of a batch as they are wanted. Raises ArrowInvalid for a word among numbers.

        What is wanted as text and as numbers was read as text.
        """
        places = {name: place for place, name in enumerate(batch.schema.names)}
        arrays: dict[Reading, Array] = {}
        for column, text in readings:
            found = batch.column(places[str(column)])
            if text:
                arrays[column, text] = words(found, strip=True)
            elif (column, True) in readings:
                arrays[column, text] = _numerals(words(found, strip=True), self._dialect.numerals)
            else:
                arrays[column, text] = numbers(found)
        return arrays

    def _by_arrow(self, readings: Sequence[Reading]) -> Iterator[pa.RecordBatch]:
        """The columns in batches of about a megabyte of text: in blocks as far as they go."""
        import pyarrow as pa

        word, number = pa.dictionary(pa.int32(), pa.string()), pa.float64()
        types: dict[str, Any] = {}
        for column, text in readings:
            types[str(column)] = word if text else types.get(str(column), number)
        done = 0
        if self._dialect.line_end is not None and not self._dialect.quoted:
            for batch in self._blocks(types):
                if batch is None:
                    break
                yield batch
                done += batch.num_rows
            else:
                return
        yield from self._by_rows(types, done)

    def _blocks(self, types: Mapping[str, Any]) -> Iterator[pa.RecordBatch | None]:
        """The rows, read in blocks by several threads; None where a quote stands.

        A quote may hide the end of a line, and line ends say where blocks may be cut.
        """
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        dialect = self._dialect
        assert dialect.line_end is not None
        options = self._options(types, quoted=False)

        header, mark = self._header(), dialect.quote.encode()

        def parsed(found: tuple[int, bytes]) -> tuple[int, pa.Table | None]:
            place, block = found
            end = place + len(block)
            if mark in block:
                return end, None
            if header and (block.startswith(header) or b"\n" + header in block):
                # Of files that were put one behind the other: left out, cell by cell.
                raise pa.ArrowInvalid("the header stands again")
            if len(self.columns) > 1 and not block.strip():
                return end, pa.table({})
            if not dialect.encoding.startswith("utf-8"):
                block = block.decode(dialect.encoding).encode()
            return end, arrow_csv.read_csv(held_by_arrow(block), *options)

        done = 0
        with self._bytes() as stream:
            blocks = line_blocks(stream, dialect.line_end, self.name, dialect.skip)
            for end, table in in_order(parsed, blocks, available()):
                if table is None:
                    yield None
                    return
                yield from table.to_batches()
                done += table.num_rows
                self._cells.mark(done, end)

    def _header(self) -> bytes:
        """The header as its line stands in the file; nothing where there is none."""
        dialect = self._dialect
        if not dialect.header or dialect.encoding == "utf-16":
            return b""
        encoding = "utf-8" if dialect.encoding == "utf-8-sig" else dialect.encoding
        return dialect.delimiter.join(dialect.header).encode(encoding, "replace")

    def _by_rows(self, types: Mapping[str, Any], skip: int) -> Iterator[pa.RecordBatch]:
        """The rows from number `skip` on, whatever stands in quotes and however lines end.

        No stream is handed to Arrow: its threads would read ahead of what is asked for, and call
        Python where the process ends.
        """
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        dialect = self._dialect

        def parsed(found: tuple[int, bytes]) -> pa.Table:
            place, block = found
            if len(self.columns) > 1 and not block.strip():
                return pa.table({})
            skipped = 0 if place else dialect.skip
            options = self._options(types, quoted=True, skip_rows=skipped)
            return arrow_csv.read_csv(held_by_arrow(block), *options)

        with self._bytes() as stream:
            blocks = row_blocks(utf8_pieces(stream, dialect.encoding), dialect.quote.encode())
            for table in in_order(parsed, enumerate(blocks), available()):
                left_out = min(skip, table.num_rows)
                skip -= left_out
                yield from table.slice(left_out).to_batches()

    def _options(
        self, types: Mapping[str, Any], *, quoted: bool, skip_rows: int = 0
    ) -> tuple[Any, Any, Any]:
        from pyarrow import csv as arrow_csv

        dialect = self._dialect
        read = arrow_csv.ReadOptions(
            # By position, so that names may repeat.
            column_names=[str(place) for place in range(len(self.columns))],
            skip_rows=skip_rows,
            block_size=1 << 30,
            use_threads=False,
        )
        parse = arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote,
            newlines_in_values=quoted,
            # In a single column an empty line is a missing value.
            ignore_empty_lines=len(self.columns) > 1,
        )
        convert = arrow_csv.ConvertOptions(
            include_columns=list(types),
            column_types=types,
            null_values=sorted(MISSING),
            strings_can_be_null=False,
            decimal_point=dialect.numerals.decimal,
        )
        return read, parse, convert


def _sample(file: File, codec: str | None) -> tuple[bytes, bool]:
    """The first bytes, with at least one whole line, and whether they are all there is."""
    size = _SAMPLE
    while True:
        with file.opened() as handle:
            sample = beginning(handle, codec, size, file.name)
        if len(sample) < size:
            return sample, True
        if max(sample.count(b"\n"), sample.count(b"\r")) > 1:
            return sample, False
        if size >= LONGEST_LINE:
            raise DataError("is no text of columns: its first line never ends", file=file.name)
        size *= 8


def _numerals(cells: Array, numerals: Numerals) -> Array:
    """Cells as numbers, NaN where one is missing. Raises ArrowInvalid for one that is none."""
    import pyarrow as pa

    known: dict[str | None, float] = dict.fromkeys([None, *MISSING], math.nan)
    try:
        for cell in set(cells.tolist()) - known.keys():
            known[cell] = numerals.number(cell)
    except ValueError as error:
        raise pa.ArrowInvalid(str(error)) from None
    return np.array([known[cell] for cell in cells.tolist()], np.float64)


def _tables(
    arrays: Mapping[Reading, Array], wanted: Mapping[str, Sequence[Reading]]
) -> dict[str, Array]:
    return {role: _table([arrays[each] for each in readings]) for role, readings in wanted.items()}


def _table(columns: Sequence[Array]) -> Array:
    return columns[0][:, None] if len(columns) == 1 else np.column_stack(columns)
