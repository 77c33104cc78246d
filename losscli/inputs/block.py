"""What is read of a data set: blocks of rows, and where each role's numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from losscli.arrays import Extents
from losscli.inputs.source import Scores

Array = NDArray[Any]


class Block(Struct, frozen=True):
    """Consecutive rows, the first of them number `start`: arrays of shape (n,) or (n, c).

    Valid until the next block is asked for. `inputs` are arrays beside prediction and label, `by`
    the columns to group by, `clusters` those whose equal values say that rows depend on each other,
    `ids` the rows' key: text, None where it is missing.
    """

    start: int
    pred: NDArray[np.float64]
    label: Array | None
    weight: NDArray[np.float64] | None
    inputs: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    by: Mapping[str, Array] = field(default_factory=dict)
    ids: Array | None = None
    clusters: Mapping[str, Array] = field(default_factory=dict)
    extents: Extents = field(default_factory=Extents)


class Part(Struct, frozen=True):
    """Where one role's numbers come from, and how they are stored there.

    `columns` are the names of the columns (None for an array); `dtype` is None for numbers that
    are written out, with `decimals` decimals. `scores` says where scores of the rows
    come from, None that these are none; `tokens` how many rows are the tokens of one sequence, 0
    where rows are no tokens; `titled` whether the columns were given their names by the file.
    """

    file: str
    columns: tuple[str, ...] | None
    shape: tuple[int, ...] | None
    dtype: np.dtype[Any] | None
    decimals: int | None
    width: int
    rows: int | None = None
    classes: tuple[str, ...] | None = None
    scores: Scores | None = None
    tokens: int = 0
    titled: bool = True
