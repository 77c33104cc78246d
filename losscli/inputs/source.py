"""What every reader offers: a table or an array, read from front to back in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """The columns that play one role.

    `columns` are positions in the file; None takes an array whole. `text` asks for the strings as
    they stand in the file (class names, ids) where numbers are the rule.
    """

    columns: tuple[int, ...] | None = None
    text: bool = False


class Source(Protocol):
    """One file, or one array in memory.

    `columns` are the names of a table's columns (None for an array, which has none), `shape` is
    the array's shape or None where only reading tells, `dtype` is how an array stores its numbers
    (None where they are written out as text). `index` says that the first column is a nameless row
    index.
    """

    name: str
    columns: tuple[str, ...] | None
    shape: tuple[int, ...] | None
    dtype: np.dtype[Any] | None
    index: bool

    def batches(self, roles: Mapping[str, Selection], rows: int) -> Iterator[dict[str, Array]]:
        """Read from the start; each batch holds the same rows of every role, (n, columns).

        Where the source is free to choose, a batch has `rows` rows. It is valid until the next one
        is asked for. Numbers come as float64 (a missing one as NaN), or in the array's own dtype
        where it is an array of integers or booleans; text comes as an object array of str.

        Raises DataError for what cannot be read.
        """

    def is_text(self, column: int) -> bool:
        """Whether the first rows of a column hold words (one among numbers may be a slip)."""

    def words(self, column: int) -> frozenset[str]:
        """What the first rows of a table's column say."""

    def decimals(self, columns: Sequence[int]) -> int | None:
        """The most decimals written in the first rows of these columns; None for binary numbers."""

    def position(self, row: int) -> str:
        """Row `row` (counted from 0) as the file counts it: `line 5`, `row 4`."""

    def column(self, index: int) -> str:
        """The name of a column for a message; empty for a 1-D array."""
