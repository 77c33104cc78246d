"""Text that is read in blocks of whole lines, or line by line; memory does not grow with it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, TextIO, cast

from losscli.errors import DataError

# The longest line, and the longest row, that are taken for such.
LONGEST_LINE = 1 << 26
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
