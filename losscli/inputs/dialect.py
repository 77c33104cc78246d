"""How a text file of columns is written: delimiter, header, encoding, decimal mark."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from losscli.errors import DataError

# Records of the sample that are looked at.
_LOOK = 100
_DELIMITERS = ",\t;|"

# What stands for a missing number, as pandas and Arrow write it.
MISSING = frozenset(
    ("", "#N/A", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null", "-nan", "-NaN", "<NA>")
)

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file is written, and its first records (without the header).

    `names` are the header's cells, or `1`, `2`, … where there is none. `index` says that the first
    column is a nameless row index, as pandas writes it.
    """

    delimiter: str
    encoding: str
    header: bool
    names: tuple[str, ...]
    index: bool = False
    decimal: str = "."
    quoted: bool = False
    longest: int = 0
    records: tuple[tuple[str, ...], ...] = field(default=(), repr=False)

    def cells(self, column: int) -> list[str]:
        """The first cells of a column that are not missing, stripped."""
        found = (record[column].strip() for record in self.records if column < len(record))
        return [cell for cell in found if cell not in MISSING]

    def number(self, cell: str) -> float:
        """The number a cell stands for. Raises ValueError where it is none."""
        return float(cell if self.decimal == "." else cell.replace(",", "."))

    def is_number(self, cell: str) -> bool:
        """Whether a cell is a number in this dialect."""
        try:
            self.number(cell)
        except ValueError:
            return False
        return "_" not in cell


def sniff(sample: bytes, name: str, *, whole: bool) -> Dialect:
    """The dialect that a file's first bytes are written in; `whole` where they are all of it.

    Raises DataError for what is no text of columns.
    """
    encoding = _encoding(sample, name)
    text = sample.decode(encoding, errors="ignore")
    lines = text.splitlines(keepends=True)
    if not whole and len(lines) > 1:
        lines.pop()
    if not any(line.strip() for line in lines):
        raise DataError("is empty", file=name)
    delimiter, records = _delimiter(lines, name)
    decimal = "." if delimiter == "," else _decimal(records)
    written = Dialect(delimiter, encoding, False, (), decimal=decimal)
    first, rest = records[0], records[1:]
    header = _is_header(first, rest, written)
    cells = [cell.strip() for cell in first]
    cells[0] = cells[0].removeprefix("#").strip()
    below = rest if header else records
    return Dialect(
        delimiter,
        encoding,
        header,
        _names(cells) if header else tuple(str(place + 1) for place in range(len(first))),
        index=header and cells[0] in ("", "Unnamed: 0") and len(cells) > 1 and _counts(rest),
        decimal=decimal,
        quoted='"' in text,
        longest=max(map(len, lines)),
        records=tuple(map(tuple, below)),
    )


def _encoding(sample: bytes, name: str) -> str:
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding
    if b"\0" in sample:
        raise DataError("is neither text nor an NPY file", file=name)
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character may be cut in two where the sample ends.
        if error.start < len(sample) - 3:
            return "cp1252"
    return "utf-8"


def _delimiter(lines: Sequence[str], name: str) -> tuple[str, list[list[str]]]:
    """The delimiter under which the first records are all of one width, and those records."""
    best: tuple[tuple[float, int], str, list[list[str]]] | None = None
    for delimiter in (*_DELIMITERS, " "):
        records = _records(lines, delimiter, name)
        widths = Counter(map(len, records))
        width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
        even = count / len(records) if width > 1 else 0.0
        # Blanks separate only where nothing else does, and does so on every line.
        if delimiter == " " and (even < 1.0 or (best is not None and best[0][0] > 0.0)):
            continue
        score = (even, width)
        if best is None or score > best[0]:
            best = (score, delimiter, records)
    assert best is not None
    return best[1], best[2]


def _records(lines: Sequence[str], delimiter: str, name: str) -> list[list[str]]:
    records = []
    try:
        for record in csv.reader(lines, delimiter=delimiter):
            if any(cell.strip() for cell in record):
                records.append(record)
            if len(records) == _LOOK:
                break
    except csv.Error as error:
        raise DataError(f"is not a text of columns ({error})", file=name) from None
    return records


_COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?$")


def _decimal(records: Sequence[Sequence[str]]) -> str:
    cells = [cell.strip() for record in records for cell in record]
    return "," if any(_COMMA_NUMBER.match(cell) for cell in cells) else "."


def _is_header(first: Sequence[str], rest: Sequence[Sequence[str]], written: Dialect) -> bool:
    """Whether the first record names the columns.

    It does where a cell is no number and no value of its column; and where it is pandas' 0, 1, 2, …
    above numbers that are not whole.
    """
    cells = [cell.strip() for cell in first]
    if all(written.is_number(cell) or cell in MISSING for cell in cells):
        start = 1 if cells[0] == "" else 0
        counted = cells[start:] == [str(place) for place in range(len(cells) - start)]
        fractions = any("." in cell or "e" in cell for record in rest[:1] for cell in record)
        return counted and bool(rest) and (len(cells) - start > 2 or start == 1 or fractions)
    for place, cell in enumerate(cells):
        below = [record[place].strip() for record in rest if place < len(record)]
        if not written.is_number(cell) and cell not in MISSING and cell not in below:
            return True
    return False


def _counts(rest: Sequence[Sequence[str]]) -> bool:
    """Whether the first column counts the rows."""
    cells = [record[0].strip() for record in rest if record]
    return bool(cells) and cells == [str(place) for place in range(len(cells))]


def _names(cells: Sequence[str]) -> tuple[str, ...]:
    """The header's cells, an empty one replaced by its position."""
    return tuple(cell or str(place + 1) for place, cell in enumerate(cells))
