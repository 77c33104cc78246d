"""What a decision took from the first rows of a column, to be confirmed over all rows."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray


class Claimed(StrEnum):
    """What a column looked like, where a decision hangs on it."""

    ZERO_ONE = "0 or 1"
    COUNTING = "a count of the rows"
    ONE_FILTER = "one filter of lm-eval"


class Claim(Struct, frozen=True):
    """A column by its place in its table, and what its first rows look like.

    `value` is the first row's, where all rows have to have the same one.
    """

    place: int
    claimed: Claimed
    value: object = None

    @property
    def problem(self) -> str:
        """What is wrong with a row that is not as claimed."""
        if self.claimed is Claimed.ONE_FILTER:
            return (
                f"is another filter than {self.value!r} of the rows before; lm-eval takes each "
                "by itself"
            )
        return (
            f"is not {self.claimed}, as the first rows of the column are, which were taken for "
            "prediction and label by that"
        )

    @property
    def hint(self) -> str:
        """What to type instead."""
        if self.claimed is Claimed.ONE_FILTER:
            return "Say --by-col filter."
        return "Name the columns: --pred-col NAME --label-col NAME."

    def first_break(self, values: NDArray[Any], start: int) -> int | None:
        """The first of these rows that is not as claimed; None where all are.

        `values` (n,) are the rows of the column from row `start` on; a missing one breaks nothing.
        """
        if self.claimed is Claimed.ONE_FILTER:
            kept = values == np.array(self.value, object)
        elif self.claimed is Claimed.ZERO_ONE:
            kept = (values == 0) | (values == 1)
        else:
            count = np.arange(start, start + len(values), dtype=np.float64)
            offset = values.astype(np.float64) - count
            kept = (offset == offset[0]) if start == 0 else (offset == 0) | (offset == 1)
        broken = ~kept & (values == values)
        return int(np.argmax(broken)) if broken.any() else None
