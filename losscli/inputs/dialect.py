"""How a text file of columns is written: delimiter, header, encoding, decimal mark."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from msgspec import Struct

from losscli.errors import DataError, NoRows
from losscli.inputs.evidence.looks import LOOK
from losscli.inputs.numerals import PLAIN, Numerals, looks_like_number, numerals_of
from losscli.inputs.text import LONGEST_LINE

_DELIMITERS = ",\t;|"

# What stands for a missing number, as pandas and Arrow write it.
MISSING = frozenset(
    (
        *("", "#N/A", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null", "-nan", "-NaN"),
        # As pandas, Hive and MySQL write it, and Excel what could not be computed.
        *("<NA>", "NaT", "\\N", "#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NAME?", "#NULL!"),
    )
)

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Record(NamedTuple):
    """The cells of one row, and the lines (counted from 1) on which it begins and ends."""

    first: int
    last: int
    cells: list[str]


def records(
    lines: Iterable[str], delimiter: str, *, aligned: bool = False, quote: str = '"'
) -> Iterator[Record]:
    """The records that lines hold, an empty line as one without cells.

    `aligned` takes several blanks as one delimiter. Raises csv.Error for what is no text.
    """
    csv.field_size_limit(LONGEST_LINE)
    if aligned:
        lines = (line.strip() + "\n" for line in lines)
    length = 0

    def counted() -> Iterator[str]:
        nonlocal length
        for line in lines:
            length += len(line)
            if length > LONGEST_LINE:
                raise csv.Error(f"a row is longer than {LONGEST_LINE:,} characters")
            yield line

    reader = csv.reader(counted(), delimiter=delimiter, skipinitialspace=aligned, quotechar=quote)
    last = 0
    for cells in reader:
        first, last, length = last + 1, reader.line_num, 0
        yield Record(first, last, cells)


class Dialect(Struct, frozen=True):
    """How one file is written, and its first rows.

    `names` are the header's cells, or `1`, `2`, … where there is none; `skip` lines stand before
    the first row. `index` says that the first column is a nameless row index, as pandas writes it,
    `aligned` that several blanks count as one delimiter. `quote` is the sign around cells, `header`
    the header's cells, which may be repeated further down. `lists` say for each column in which
    cell it stands, and as which item where that holds a list; empty where no cell does. `line_end`
    are the bytes after each line (the last of them), None where they differ.
    """

    delimiter: str
    encoding: str
    names: tuple[str, ...] = ()
    skip: int = 0
    index: bool = False
    line_end: bytes | None = None
    aligned: bool = False
    numerals: Numerals = PLAIN
    quote: str = '"'
    quoted: bool = False
    rows: tuple[tuple[str, ...], ...] = ()
    header: tuple[str, ...] = ()
    lists: tuple[tuple[int, int | None], ...] = ()

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return self.lists[-1][0] + 1 if self.lists else len(self.names)

    @property
    def plain(self) -> bool:
        """Whether Arrow reads its cells as they are: no thousands, no lists in a cell."""
        return not (self.aligned or self.numerals.thousands or self.lists)

    def cell(self, row: Sequence[str], column: int) -> str:
        """What stands in a column of a row: a cell, or an item of the list in one."""
        if not self.lists:
            return row[column].strip()
        place, item = self.lists[column]
        found = row[place].strip()
        if item is None:
            return found
        items = list_in(found)
        wanted = sum(where == place for where, _ in self.lists)
        if items is None or len(items) != wanted:
            raise ValueError(found)
        return items[item]

    def cells(self, column: int) -> list[str]:
        """The first cells of a column that are not missing, stripped."""
        found = (self.first(row, column) for row in self.rows)
        return [cell for cell in found if cell not in MISSING]

    def first(self, row: Sequence[str], column: int) -> str:
        """What stands in a column of one of the first rows; empty where nothing does."""
        try:
            return self.cell(row, column)
        except (ValueError, IndexError):
            return ""


def sniff(sample: bytes, name: str, *, whole: bool, decimal: str | None = None) -> Dialect:
    """The dialect that a file's first bytes are written in; `whole` where they are all of it.

    Raises DataError for what is no text of columns.
    """
    encoding = _encoding(sample, name)
    lines = list(io.StringIO(sample.decode(encoding, errors="ignore"), newline=""))
    if not whole and len(lines) > 1:
        lines.pop()
    if not any(line.strip(_DELIMITERS + '" \r\n') for line in lines):
        raise NoRows("is empty", file=name)
    comments, stated, quote = _comments(lines), _stated_delimiter(lines), _quote(lines)
    if stated is not None:
        comments = 1
        found = _first(lines[1:], stated, name, quote)
        delimiter, aligned = stated, False
    else:
        delimiter, aligned, found = _delimiter(lines[comments:], name, quote)
    titles = _titles(found)
    if titles:
        comments += found[titles].first - 1
        delimiter, aligned, found = _delimiter(lines[comments:], name, quote)
    body = [record.cells for record in found]
    # Files that were put one behind the other repeat their header.
    if not any(looks_like_number(cell) for cell in body[0]) and len(body[0]) > 1:
        body = [body[0], *(cells for cells in body[1:] if cells != body[0])]
    written = numerals_of(body, name, delimiter, decimal)
    header, skip = _commented_header(lines[:comments], delimiter, aligned=aligned), comments
    if header is not None and (len(header) != len(body[0]) or _names_numbers(body, written)):
        header = None
    wider = sum(len(row) == len(body[0]) + 1 for row in body[1:])
    short = 2 * wider > len(body) and _all_words(body[0], written)
    if header is None and short:
        # The rows begin with their names, or a number, which the header does not speak of.
        header, skip = ["", *body.pop(0)], comments + found[0].last
    elif header is None and _is_header(body[0], body[1:], written):
        header, skip = body.pop(0), comments + found[0].last
    names = [] if header is None else [cell.strip() for cell in header]
    titled = tuple(cell or str(place + 1) for place, cell in enumerate(names)) or tuple(
        str(place + 1) for place in range(len(body[0]))
    )
    titled, lists = _lists(titled, body)
    return Dialect(
        delimiter,
        encoding,
        names=titled,
        skip=skip,
        index=len(names) > 1 and names[0] in ("", "Unnamed: 0") and _all_differ(body),
        line_end=_line_end(sample, encoding),
        aligned=aligned,
        numerals=written,
        quote=quote,
        quoted=any(quote in line for line in lines[skip:]),
        rows=tuple(row for row in map(tuple, body) if header is None or list(row) != header)[:LOOK],
        header=() if header is None else tuple(header),
        lists=lists,
    )


def _stated_delimiter(lines: Sequence[str]) -> str | None:
    """The delimiter that Excel's first line states: `sep=;`."""
    found = re.fullmatch(r'"?sep=(.)"?\s*', lines[0], re.IGNORECASE) if lines else None
    return found[1] if found else None


_IN_SINGLE = re.compile(r"(^|[,;\t|])\s*'(?:[^']|'')*'\s*(?=[,;\t|\r\n]|$)")
_BEGINS_SINGLE = re.compile(r"(^|[,;\t|])\s*'")


def _quote(lines: Sequence[str]) -> str:
    """The sign around cells: a single quote where cells stand in such on both sides."""
    if any('"' in line for line in lines) or not any("'" in line for line in lines):
        return '"'
    quoted = sum(len(_IN_SINGLE.findall(line)) for line in lines)
    halves = any(_BEGINS_SINGLE.search(_IN_SINGLE.sub(r"\1", line)) for line in lines)
    return "'" if quoted > 1 and not halves else '"'


def _titles(found: Sequence[Record]) -> int:
    """How many records of titles stand above the header: shorter than all the rows below."""
    widths = Counter(map(_filled, found))
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    above = next((n for n, record in enumerate(found) if _filled(record) == width), 0)
    if width == 1 or not 0 < above <= _MOST_TITLES or above >= count:
        return 0
    first, below = found[above - 1].cells, found[above].cells
    numbers = sum(looks_like_number(cell) for cell in below)
    # One cell short, above numbers, is the header of rows that begin with their names.
    return 0 if above == 1 and len(first) == width - 1 and numbers else above


def _filled(record: Record) -> int:
    """How many cells a record has; of a title that a spreadsheet padded, one."""
    first, *others = record.cells
    padded = len(others) > 1 and not any(map(str.strip, others)) and not looks_like_number(first)
    return 1 if padded else len(record.cells)


def _all_words(cells: Sequence[str], written: Numerals) -> bool:
    words = [cell.strip() for cell in cells]
    return all(word and not written.is_number(word) for word in words) or words == [
        str(place) for place in range(len(words))
    ]


_LIST = re.compile(r"\[[^\[\]]*\]")


def list_in(cell: str) -> list[str] | None:
    """The items of a list in a cell: `[0.7, 0.3]`, or as NumPy prints it, `[0.7 0.3]`."""
    if not _LIST.fullmatch(cell):
        return None
    return [item for item in re.split(r"[,;\s]+", cell[1:-1].strip()) if item]


def _lists(
    names: tuple[str, ...], body: Sequence[Sequence[str]]
) -> tuple[tuple[str, ...], tuple[tuple[int, int | None], ...]]:
    """The columns of a file with lists in its cells, one for each item: `probs.0`, `probs.1`."""
    found: list[tuple[str, int, int | None]] = []
    for place, name in enumerate(names):
        cells = [row[place].strip() for row in body if place < len(row) and row[place].strip()]
        items = list_in(cells[0]) if cells else None
        if items and all(cell.startswith("[") for cell in cells):
            found += [(f"{name}.{item}", place, item) for item in range(len(items))]
        else:
            found.append((name, place, None))
    if len(found) == len(names) and all(item is None for _, _, item in found):
        return names, ()
    return tuple(name for name, _, _ in found), tuple((place, item) for _, place, item in found)


def _encoding(sample: bytes, name: str) -> str:
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding
    if b"\0" in sample:
        raise DataError("is neither text nor an NPY file", file=name)
    for encoding in ("utf-8", "cp1252"):
        try:
            # A character may be cut in two where the sample ends.
            codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _line_end(sample: bytes, encoding: str) -> bytes | None:
    """The byte that lines end with; None where there are several, or it is no byte."""
    returns, both = sample.count(b"\r"), sample.count(b"\r\n")
    if encoding == "utf-16":
        return None
    if returns == both or (returns == both + 1 and sample.endswith(b"\r")):
        return b"\n"
    return None if b"\n" in sample else b"\r"


def _comments(lines: Sequence[str]) -> int:
    """How many lines of comment, as `np.savetxt` writes its header, stand before the rows."""
    for place, line in enumerate(lines):
        if line.strip() and not line.startswith("#"):
            return place if any(line.startswith("#") for line in lines[:place]) else 0
    return 0


def _delimiter(lines: Sequence[str], name: str, quote: str) -> tuple[str, bool, list[Record]]:
    """The delimiter under which the first records are of one width and hold the most numbers.

    With it, whether several blanks count as one, and those records.
    """
    best: tuple[tuple[float, float, int], str, list[Record]] | None = None
    for delimiter in _DELIMITERS:
        found = _first(lines, delimiter, name, quote)
        score = _score(found)
        if best is None or score > best[0]:
            best = (score, delimiter, found)
    assert best is not None
    (even, _, _), delimiter, found = best
    if even == 0.0:
        # Blanks separate only where nothing else does.
        spaced = _first(lines, " ", name, quote, aligned=True)
        even, numbers, _ = _score(spaced)
        if even > 0.5 and numbers >= 0.5:
            single = _first(lines, " ", name, quote)
            return " ", [r.cells for r in single] != [r.cells for r in spaced], spaced
    return delimiter, False, found


def _score(found: Sequence[Record]) -> tuple[float, float, int]:
    """How many records are of one width, how many cells are numbers, and that width."""
    widths = Counter(len(record.cells) for record in found)
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    if width == 1:
        return 0.0, 0.0, 1
    cells = list(chain.from_iterable(record.cells for record in found))
    numbers = sum(looks_like_number(cell) for cell in cells)
    return count / len(found), numbers / len(cells), width


def _first(
    lines: Sequence[str], delimiter: str, name: str, quote: str, *, aligned: bool = False
) -> list[Record]:
    """The first records that are not blank."""
    found = records(lines, delimiter, aligned=aligned, quote=quote)
    try:
        filled = (record for record in found if any(cell.strip() for cell in record.cells))
        return list(islice(filled, LOOK + _MOST_ABOVE)) or [Record(1, 1, [""])]
    except csv.Error as error:
        raise DataError(f"is not a text of columns ({error})", file=name) from None


# More lines than these above a header are no titles.
_MOST_TITLES = 10
# So many records may stand above the rows that are looked at: titles and a header.
_MOST_ABOVE = _MOST_TITLES + 1


def _commented_header(
    comments: Sequence[str], delimiter: str, *, aligned: bool
) -> list[str] | None:
    """The cells of the last comment, which may name the columns."""
    texts = [line[1:].strip() for line in comments if line.startswith("#")]
    if not texts:
        return None
    return next(records(texts[-1:], delimiter, aligned=aligned)).cells


def _names_numbers(body: Sequence[Sequence[str]], written: Numerals) -> bool:
    """Whether the first record has a word above a column of nothing but numbers."""
    first, *rest = body
    for place, cell in enumerate(first):
        below = [row[place].strip() for row in rest if place < len(row)]
        if below and not written.is_number(cell.strip()) and all(map(written.is_number, below)):
            return True
    return False


def _is_header(first: Sequence[str], rest: Sequence[Sequence[str]], written: Numerals) -> bool:
    """Whether the first record names the columns.

    It does where it has a word above nothing but numbers; where all it has are words, one of which
    its column does not repeat; and where its numbers are whole and count columns (0, 1, 2, … by
    pandas, 1, 2, 3, … after such classes) above numbers that are not whole.
    """
    if _names_numbers([first, *rest], written):
        return True
    cells = [cell.strip() for cell in first]
    words = [
        p for p, cell in enumerate(cells) if cell not in MISSING and not written.is_number(cell)
    ]
    numbers = [place for place, cell in enumerate(cells) if written.is_number(cell)]
    if not numbers:
        below = [{row[place].strip() for row in rest if place < len(row)} for place in words]
        return any(cells[place] not in seen for place, seen in zip(words, below, strict=True))
    named = [cells[place] for place in numbers]
    counted = [k for k in (0, 1) if named == [str(k + place) for place in range(len(named))]]
    if not rest or not (counted or (words and all(map(str.isdecimal, named)))):
        return False
    under = [rest[0][place] for place in numbers if place < len(rest[0])]
    fractions = any(written.decimal in cell or "e" in cell for cell in under)
    nameless = not words and cells[0] == "" and len(named) == len(cells) - 1
    return nameless or fractions or (counted == [0] and len(named) > 2)


def _all_differ(body: Sequence[Sequence[str]]) -> bool:
    """Whether no two rows have the same first cell."""
    cells = [row[0].strip() for row in body]
    return bool(cells) and len(set(cells)) == len(cells)
