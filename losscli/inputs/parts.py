"""Part files that are one array or table: a folder, a pattern, several objects of a store."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from losscli.errors import DataError
from losscli.inputs.source import Array, Selection, Source, between


def in_natural_order(names: Iterable[str]) -> list[str]:
    """Names in the order in which people count: `part-2` before `part-10`."""
    return sorted(
        names,
        key=lambda name: [
            (int(piece), piece) if piece.isdecimal() else (-1, piece)
            for piece in re.split(r"(\d+)", name)
        ],
    )


class PartsSource:
    """Sources one after the other, their rows counted on.

    `counts` are the rows of each, None where they are not known before reading. Raises DataError,
    which names the part, where their columns, dtypes or shapes do not agree.
    """

    def __init__(self, name: str, parts: Sequence[Source], counts: Sequence[int | None]) -> None:
        self.name = name
        self.parts = tuple(parts)
        self.columns = parts[0].columns
        self.index = parts[0].index
        self.titled = getattr(parts[0], "titled", True)
        for part in parts[1:]:
            _check_agree(parts[0], part)
        # Where each part ends, as far as that is known.
        self._ends = list(accumulate(count for count in counts if count is not None))
        self._known = None not in counts
        if not self._known:
            self._ends = []
        shape = parts[0].shape
        self.shape = None if shape is None else (self._ends[-1], *shape[1:])

    @property
    def rows(self) -> int | None:
        """The rows of all parts, where each knows its own."""
        return self._ends[-1] if self._known else None

    @property
    def about(self) -> int:
        """What the parts have together."""
        return sum(part.about for part in self.parts)

    @property
    def starts(self) -> Sequence[int]:
        """Where any part may begin to read."""
        if not self._known:
            return (0,)
        if all(isinstance(part.starts, range) for part in self.parts):
            return range(self._ends[-1])
        begins = (0, *self._ends[:-1])
        return tuple(
            begin + start
            for begin, part in zip(begins, self.parts, strict=True)
            for start in part.starts
        )

    def dtype(self, columns: Sequence[int] | None) -> np.dtype[Any] | None:
        """That of every part."""
        return self.parts[0].dtype(columns)

    def is_text(self, column: int) -> bool:
        """Whether the column holds words in any part."""
        return any(part.is_text(column) for part in self.parts)

    def firsts(self, column: int) -> list[float | str | None]:
        """The first values of every part."""
        return [value for part in self.parts for value in part.firsts(column)]

    def decimals(self, columns: Sequence[int]) -> int | None:
        """The most decimals that any part shows."""
        found = (part.decimals(columns) for part in self.parts)
        return max((count for count in found if count is not None), default=None)

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """The batches of every part."""
        if not self._known:
            yield from between(self._from_first(roles, rows), start, stop)
            return
        begin = 0
        for part, end in zip(self.parts, self._ends, strict=True):
            last = end if stop is None else min(stop, end)
            if start < end and begin < last:
                yield from part.batches(roles, rows, max(start - begin, 0), last - begin)
            begin = end

    def _from_first(self, roles: Mapping[str, Selection], rows: int) -> Iterator[dict[str, Array]]:
        end = 0
        for place, part in enumerate(self.parts):
            for batch in part.batches(roles, rows):
                yield batch
                end += len(next(iter(batch.values())))
            if len(self._ends) == place:
                self._ends.append(end)

    def part(self, row: int) -> tuple[Source, int]:
        """The part that holds a row which was read."""
        place = bisect_right(self._ends, row)
        begin = self._ends[place - 1] if place else 0
        return self.parts[place].part(row - begin)

    def position(self, row: int) -> str:
        """The row as its part counts it."""
        part, place = self.part(row)
        return part.position(place)

    def column(self, index: int) -> str:
        """The column's name."""
        return self.parts[0].column(index)


def _check_agree(first: Source, part: Source) -> None:
    if (first.columns is None) != (part.columns is None):
        kinds = ("an array", "a table") if part.columns is None else ("a table", "an array")
        raise DataError(f"is {kinds[0]}, {first.name} is {kinds[1]}", file=part.name)
    if first.columns != part.columns:
        raise DataError(
            f"has the columns {_listed(part.columns)} where {first.name} has "
            f"{_listed(first.columns)}",
            file=part.name,
        )
    if first.shape is not None and part.shape is not None and first.shape[1:] != part.shape[1:]:
        raise DataError(
            f"has the shape {part.shape}, {first.name} has {first.shape}", file=part.name
        )
    for place in range(len(first.columns)) if first.columns is not None else (None,):
        columns = None if place is None else (place,)
        theirs, ours = part.dtype(columns), first.dtype(columns)
        if theirs != ours:
            raise DataError(
                f"holds {_named(theirs)} where {first.name} holds {_named(ours)}",
                file=part.name,
                column="" if place is None else part.column(place),
            )


def _named(dtype: np.dtype[Any] | None) -> str:
    if dtype is None:
        return "numbers written out"
    return "words" if dtype.kind == "O" else str(dtype)


def _listed(names: Sequence[str] | None) -> str:
    shown = ", ".join((names or ())[:8])
    return f"{shown}, … ({len(names or ())} in all)" if len(names or ()) > 8 else shown
