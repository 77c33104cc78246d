"""The rows of a text file of columns, read cell by cell: slowly, with their lines."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, islice

import numpy as np

from losscli.errors import DataError
from losscli.inputs.compressed import DAMAGE, decompressing, first_line
from losscli.inputs.dialect import MISSING, Dialect, records
from losscli.inputs.file import File
from losscli.inputs.source import Array
from losscli.inputs.text import bounded_lines, characters, lines_until

_ROWS = 1 << 14
# Put behind the last line: a row of its own, but where a quote is left open. No text has these.
_END = "\uffff\ufffe"
_SHOWN = 60

# Damage that is met where the text is read, beside that of a compressed file.
UNREADABLE = (*DAMAGE, csv.Error)
# A column, and whether its cells are read as text rather than as numbers.
Reading = tuple[int, bool]


class Cells:
    """The rows of one file in its dialect."""

    def __init__(self, file: File, codec: str | None, dialect: Dialect) -> None:
        self._name = file.name
        self._bytes = partial(decompressing, file, codec)
        self._dialect = dialect
        # Rows whose place in the text is known, in order: row and byte.
        self._marks = [(0, 0)]

    def mark(self, row: int, place: int) -> None:
        """Remember where a row begins, at the beginning of a line and outside of quotes."""
        if row > self._marks[-1][0]:
            self._marks.append((row, place))

    def line(self, row: int) -> int:
        """The line, counted from 1, on which a row begins."""
        return next(self._records(row))[0]

    def batches(self, wanted: Sequence[Reading], start: int) -> Iterator[dict[Reading, Array]]:
        """Columns, each as text or as numbers (or once as either), from row `start` on.

        Raises DataError at the first row or cell that is amiss.
        """
        rows = self._records(start)
        while chunk := [
            [self._value(line, cells, column, text) for column, text in wanted]
            for line, cells in islice(rows, _ROWS)
        ]:
            yield {
                (column, text): np.array(values, dtype=object if text else np.float64)
                for (column, text), values in zip(wanted, zip(*chunk, strict=True), strict=True)
            }

    def _records(self, row: int) -> Iterator[tuple[int, list[str]]]:
        """The rows from number `row` on, with the line on which each begins.

        Raises DataError where the file cannot be read further.
        """
        dialect = self._dialect
        first, place = next(mark for mark in reversed(self._marks) if mark[0] <= row)
        single = dialect.width == 1
        header = list(dialect.header)
        before = line = 0
        try:
            with self._bytes() as stream:
                if place:
                    before = lines_until(stream, place, dialect.line_end or b"\n")
                lines = bounded_lines(characters(stream, dialect.encoding), self._name)
                if not place:
                    before = len(list(islice(lines, dialect.skip)))
                found_rows = records(
                    chain(lines, [_END]),
                    dialect.delimiter,
                    aligned=dialect.aligned,
                    quote=dialect.quote,
                )
                for found in found_rows:
                    if found.cells == [_END]:
                        return
                    line = before + found.first
                    if found.cells and found.cells[-1].rstrip().endswith(_END):
                        raise DataError(
                            "a quote is opened and not closed up to the end",
                            file=self._name,
                            position=f"line {line}",
                        )
                    if header and found.cells == header:
                        continue
                    # In a single column an empty line is a missing value.
                    if single or len(found.cells) > 1 or "".join(found.cells).strip():
                        if first >= row:
                            yield line, found.cells or [""]
                        first += 1
        except UNREADABLE as error:
            raise DataError(
                f"cannot be read further ({first_line(error)})",
                file=self._name,
                position=f"after line {line}",
            ) from None

    def _value(
        self, line: int, cells: Sequence[str], column: int, text: bool
    ) -> float | str | None:
        names = self._dialect.names
        if len(cells) != self._dialect.width:
            raise self._ragged(line, len(cells))
        cell = cells[self._dialect.lists[column][0] if self._dialect.lists else column].strip()
        try:
            cell = self._dialect.cell(cells, column)
            if text:
                cell.encode()
                return cell or None
            return math.nan if cell in MISSING else self._dialect.numerals.number(cell)
        except UnicodeEncodeError:
            problem = f"is not {self._dialect.encoding} text"
        except ValueError:
            problem = "is not a number"
        raise DataError(
            problem,
            file=self._name,
            position=f"line {line}",
            column=names[column],
            value=shown(cell),
        )

    def _ragged(self, line: int, count: int) -> DataError:
        wanted = self._dialect.width
        return DataError(
            f"has {count} {'cell' if count == 1 else 'cells'} where the first line has {wanted}",
            file=self._name,
            position=f"line {line}",
            hint="Leave the cell of a missing value empty, with its delimiters."
            if count < wanted
            else f"Quote a cell that contains {self._dialect.delimiter!r}.",
        )


def shown(cell: str) -> str:
    """A cell as a message shows it."""
    return repr(cell) if len(cell) <= _SHOWN else f"{cell[:_SHOWN]!r}…"
