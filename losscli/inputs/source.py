"""What every reader offers: a table or an array, read from front to back in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """The columns that play one role.

    `columns` are positions in the file; None takes an array whole. `text` asks for the strings as
    they stand in the file (class names, ids) where numbers are the rule. `flat` gives shape (n,)
    for a single column, where otherwise the batch is (n, columns).
    """

    columns: tuple[int, ...] | None = None
    text: bool = False


class Source(Protocol):
    """One file, or one array in memory.

    `columns` are the names of a table's columns (None for an array, which has none), `shape` is
    the array's shape or None where only reading tells, `dtype` names how numbers are stored
    (`float32`, or `text` where they are written out), `decimals` is the largest number of
    decimals seen in a text file's first rows.
    """

    name: str
    columns: tuple[str, ...] | None
    shape: tuple[int, ...] | None
    dtype: np.dtype[Any] | None

    def batches(self, roles: Mapping[str, Selection]) -> Iterator[dict[str, Array]]:
        """Read from the start; each batch holds the same rows of every role.

        Numbers come as float64 (a missing one as NaN) — or in the array's own dtype where it is
        an array of integers or booleans — shaped (n,) for one selected column or a 1-D array, else
        (n, columns). Text comes as an object array of str (a missing one as None).

        Raises DataError for what cannot be read.
        """

    def position(self, row: int) -> str:
        """Row `row` (counted from 0) as the file counts it: `line 5`, `row 4`."""

    def column(self, index: int) -> str:
        """The name of a column for a message; empty for a 1-D array."""
