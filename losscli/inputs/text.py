"""Text that is read in blocks of whole lines, or line by line; memory does not grow with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, BinaryIO, TextIO, cast

from losscli.errors import DataError

# The longest line, and the longest row, that are taken for such.
LONGEST_LINE = 1 << 26
# The longest row with quotes that is looked for in blocks; a longer one is read cell by cell.
_LONGEST_ROW = 1 << 24
# The first block is small: a first look at the data reads no more.
_FIRST, _BLOCK = 1 << 18, 1 << 20


def line_blocks(
    stream: BinaryIO, end: bytes, name: str, skip: int = 0
) -> Iterator[tuple[int, bytes]]:
    """Blocks of whole lines, each with its place in the text; `skip` lines are left out before.

    Raises DataError for a line that never ends.
    """
    place, held, size = 0, [b""], _FIRST
    lines, length = 0, 0
    while data := stream.read(size):
        lines += data.count(end) if skip else 1
        length += len(data)
        cut = data.rfind(end) + len(end)
        if cut < len(end) or lines <= skip:
            if length > LONGEST_LINE:
                raise DataError("is no text of columns: a line never ends", file=name)
            held.append(data)
            continue
        # One copy, not two: a slice of bytes would be another.
        block = b"".join([*held, memoryview(data)[:cut]])
        held, length = [data[cut:]], len(data) - cut
        if skip:
            begin = _after(block, end, skip)
            place, block, skip = begin, block[begin:], 0
        yield place, block
        place, size = place + len(block), _BLOCK
    block = b"".join(held)
    if skip:
        place = _after(block, end, skip)
        block = block[place:]
    if block:
        yield place, block


def row_blocks(pieces: Iterable[bytes], quote: bytes) -> Iterator[bytes]:
    """Blocks of whole rows, whose quoted cells may hold line ends, from pieces of a text.

    Raises csv.Error for a row that never ends, as where a quote is left open.
    """
    held = b""
    for piece in pieces:
        held += piece
        cut = _last_row_end(held, quote)
        if cut:
            yield held[:cut]
            held = held[cut:]
        elif len(held) > _LONGEST_ROW:
            raise csv.Error("a row never ends")
    if held.count(quote) % 2:
        raise csv.Error("a quote is left open")
    if held:
        yield held


def _last_row_end(held: bytes, quote: bytes) -> int:
    """The place after the last line end before which every quote is closed; 0 without one."""
    mark = b"\n" if b"\n" in held else b"\r"
    # The last of a piece may be half of a line end.
    end = len(held) - (mark == b"\r")
    quotes = held.count(quote, 0, end)
    while (found := held.rfind(mark, 0, end)) >= 0:
        quotes -= held.count(quote, found, end)
        if quotes % 2 == 0:
            return found + 1
        end = found
    return 0


def utf8_pieces(stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    """The bytes of a text in UTF-8, about a megabyte at a time."""
    if encoding == "utf-8":
        yield from iter(partial(stream.read, _BLOCK), b"")
        return
    text = characters(stream, encoding)
    for piece in iter(partial(text.read, _BLOCK), ""):
        yield piece.encode("utf-8", "surrogateescape")


def _after(block: bytes, end: bytes, lines: int) -> int:
    """Where a block goes on after so many lines."""
    place = 0
    for _ in range(lines):
        found = block.find(end, place)
        if found < 0:
            return len(block)
        place = found + len(end)
    return place


def lines_until(stream: BinaryIO, place: int, end: bytes) -> int:
    """How many lines end before a place in the text; the stream is left there."""
    lines = 0
    while place and (data := stream.read(min(place, _BLOCK))):
        lines += data.count(end)
        place -= len(data)
    return lines


def characters(stream: BinaryIO, encoding: str) -> TextIO:
    """The text of a stream, its line ends as they are.

    What is no character is kept apart (as a lone surrogate), to be refused where it is wanted.
    """
    buffered: Any = io.BufferedReader(cast(Any, stream))
    return io.TextIOWrapper(buffered, encoding, "surrogateescape", newline="")


def bounded_lines(text: TextIO, name: str) -> Iterator[str]:
    """The lines of a text. Raises DataError for one that never ends."""
    while line := text.readline(LONGEST_LINE):
        if len(line) >= LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise DataError("is no text of columns: a line never ends", file=name)
        yield line
