"""What every reader offers: a table or an array, read from front to back in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Array = NDArray[Any]


class Scores(StrEnum):
    """Where columns of scores come from."""

    GIVEN = "another evaluator"
    ROWS = "what losscli rows wrote"
    TEXTS = "log-likelihoods of texts"


class Selection(Struct, frozen=True):
    """The columns that play one role.

    `columns` are positions in the file; None takes an array whole. `text` asks for the strings as
    they stand in the file (class names, ids) where numbers are the rule.
    `scores` says where columns come from that hold what an evaluator gave each row; None for
    predictions and all else.
    """

    columns: tuple[int, ...] | None = None
    text: bool = False
    scores: Scores | None = None


class Source(Protocol):
    """One file (or several that are parts of one), or one array in memory."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The names of a table's columns; None for an array, which has none."""

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The array's shape; None for a table."""

    @property
    def index(self) -> bool:
        """Whether the first column is a nameless row index."""

    @property
    def rows(self) -> int | None:
        """How many rows there are, where that is known before reading."""

    @property
    def about(self) -> int:
        """About how many rows there are: `rows`, or a guess from the first ones and the size."""

    @property
    def starts(self) -> Sequence[int]:
        """The rows at which reading may begin without reading what stands before, in order."""

    def dtype(self, columns: Sequence[int] | None) -> np.dtype[Any] | None:
        """How the numbers of these columns are stored; None where they are written out as text.

        None as `columns` asks about an array.
        """

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """The rows from `start` to before `stop` (to the end if None).

        Each batch holds the same rows of every role, (n, columns). Where the source is free to
        choose, a batch has `rows` rows. It is valid until the next one is asked for. Numbers come
        as float64 (a missing one as NaN), or in their own dtype where they are integers or
        booleans; text comes as an object array of str.

        Raises DataError for what cannot be read.
        """

    def is_text(self, column: int) -> bool:
        """Whether the first rows of a column hold words (one among numbers may be a slip)."""

    def firsts(self, column: int) -> list[float | str | None]:
        """The first values of a table's column: numbers or words, None where one is missing."""

    def decimals(self, columns: Sequence[int]) -> int | None:
        """The most decimals written in the first rows of these columns; None for binary numbers."""

    def part(self, row: int) -> tuple[Source, int]:
        """The file that holds row `row` (counted from 0), and which of its rows that is."""

    def position(self, row: int) -> str:
        """Row `row` (counted from 0) as the file counts it: `line 5`, `row 4`."""

    def column(self, index: int) -> str:
        """The name of a column for a message; empty for a 1-D array."""


def between(
    batches: Iterable[dict[str, Array]], start: int, stop: int | None
) -> Iterator[dict[str, Array]]:
    """Of batches that are read from the first row, the rows from `start` to before `stop`."""
    first = 0
    for batch in batches:
        length = len(next(iter(batch.values())))
        low = max(start - first, 0)
        high = length if stop is None else min(stop - first, length)
        if low == 0 and high == length:
            yield batch
        elif low < high:
            yield {role: array[low:high] for role, array in batch.items()}
        first += length
        if stop is not None and first >= stop:
            return
