"""Prediction, label and weight, row by row, in shapes that fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.arrays import INEXACT, WHOLE_NUMBERS, inexact
from losscli.errors import DataError
from losscli.inputs.block import Array, Block, Part
from losscli.inputs.chosen import CLAIMED, CLUSTER, GROUPING
from losscli.inputs.dependence import Repeating, Suspect, repeating
from losscli.inputs.findings import NOTHING_CHOSEN, Findings
from losscli.inputs.opening import Opener
from losscli.inputs.pairing import KEY, Pairing, key_text, keys_of

_ROLES = frozenset(("pred", "label", "weight"))


class Dataset:
    """Predictions with their labels and weights, to be read as often as needed."""

    def __init__(
        self,
        pairing: Pairing,
        parts: dict[str, Part],
        columns: dict[str, tuple[int, ...] | None],
        notes: Sequence[str],
        opener: Opener,
        cast: np.dtype[Any] | None = None,
        opening: Opening | None = None,
        findings: Findings = NOTHING_CHOSEN,
        percent: bool = False,
        suspected: Sequence[Suspect] = (),
    ) -> None:
        self._suspected = tuple(suspected)
        self._begun: _Begun | None = None
        self._percent = percent
        self._cast = cast
        self.findings = findings
        self._opening = opening
        # Streams that were copied to files last as long as their opener.
        self._opener = opener
        self._pairing = pairing
        self._columns = columns
        self.pred = parts["pred"]
        self.label = parts.get("label")
        self.weight = parts.get("weight")
        self.notes = tuple(notes)
        if percent:
            self.notes += ("the predictions are in percent: divided by 100",)
            if self.pred.decimals is not None:
                self.pred = replace(self.pred, decimals=self.pred.decimals + 2)

    def __reduce__(self) -> tuple[Any, ...]:
        """Elsewhere it is opened again, from the same files."""
        assert self._opening is not None
        return Opening.open, (self._opening,)

    @property
    def streams(self) -> bool:
        """Whether part of it is a stream, which cannot be opened again."""
        return self._opener.streams

    @property
    def uncounted(self) -> tuple[str, ...]:
        """The part files whose rows are not known before they are read."""
        return tuple(self._opener.uncounted)

    def counted(self, rows: Mapping[str, int]) -> Dataset:
        """The same data, opened anew, with the numbers of rows of part files."""
        assert self._opening is not None
        self._opener.seen.rows.update(rows)
        return self._opening.open()

    def repeating(self) -> list[Repeating]:
        """The columns whose values repeat, as they do where rows depend on each other."""
        return list(repeating(self._suspected))

    @property
    def width(self) -> int:
        """Items per row of the prediction."""
        return self.pred.width

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """What the prediction's columns are named after, where they have names."""
        return self.pred.classes

    @property
    def rows(self) -> int | None:
        """The number of rows, where it is known before reading."""
        return self.pred.rows

    @property
    def starts(self) -> Sequence[int]:
        """The rows at which reading may begin without reading what stands before, in order.

        Every row (a range) where all files are arrays, where row groups begin in Parquet, part
        files where each counts its rows; else the first row alone.
        """
        return self._pairing.starts

    def spans(self, rows: int, most: int, start: int = 0) -> list[tuple[int, int | None]]:
        """The rows from `start` on, cut into at most `most` ranges that can be read singly.

        Cuts are at multiples of `rows`. The last range ends with None where the number of rows is
        not known before reading.
        """
        total, starts = self.rows, self.starts
        if total is None or len(starts) == 1:
            return [(start, None)]
        if start >= total:
            return []
        least = -(-(total - start) // (rows * most)) * rows
        if isinstance(starts, range):
            cuts = list(range(start, total, least))
        else:
            cuts = [start]
            for place in starts:
                cut = -(-place // rows) * rows
                if cuts[-1] + least <= cut < total:
                    cuts.append(cut)
        return list(pairwise([*cuts, total]))

    def first(self, rows: int) -> Block:
        """The first block, with which the next call of `blocks` of as many rows begins.

        So what is looked at before a pass is not read again. Raises DataError as `blocks` does.
        """
        rest = self._blocks(rows, 0, None)
        block = next(rest)
        self._begun = _Begun(rows, block, rest)
        return block

    def blocks(self, rows: int, start: int = 0, stop: int | None = None) -> Iterator[Block]:
        """The rows from `start` to before `stop` (all, if not given), in blocks of `rows` rows.

        The last may be shorter. Any row may be the first; those of `starts` cost nothing extra.
        Raises DataError for what cannot be read or paired.
        """
        begun, self._begun = self._begun, None
        if begun is None or (begun.rows, 0, None) != (rows, start, stop):
            return self._blocks(rows, start, stop)
        return chain([begun.block], begun.rest)

    def _blocks(self, rows: int, start: int, stop: int | None) -> Iterator[Block]:
        first = start
        for arrays in self._pairing.blocks(rows, start, stop):
            if self._percent:
                arrays = self._divided(arrays, start)
            pred = arrays["pred"]
            if self._cast is not None and pred.dtype != object:
                with np.errstate(over="ignore"):
                    pred = pred.astype(self._cast)
            label, weight = arrays.get("label"), arrays.get("weight")
            further = {} if arrays.keys() <= _ROLES else arrays
            yield Block(
                start,
                _flat(pred if pred.dtype == object else self._floats("pred", pred, start)),
                None if label is None else _flat(label),
                None if weight is None else _flat(self._floats("weight", weight, start)),
                {
                    role: _flat(
                        array if array.dtype == object else self._floats(role, array, start)
                    )
                    for role, array in further.items()
                    if role not in _ROLES
                    and role != KEY
                    and not role.startswith((GROUPING, CLUSTER, CLAIMED))
                },
                _named(further, GROUPING),
                _ids(arrays) if KEY in arrays else None,
                _named(further, CLUSTER),
            )
            start += len(pred)
        if stop is None and start == first == 0:
            raise DataError("has no rows", file=self.pred.file)

    def _divided(self, arrays: Mapping[str, Array], start: int) -> dict[str, Array]:
        """The same, with percent as shares of 1. Raises DataError where predictions are words."""
        divided = dict(arrays)
        for role, array in arrays.items():
            if role != "pred" and not role.startswith("pred of "):
                continue
            if array.dtype == object:
                raise self.error(role, start, "is a word, and no percent", hint="Leave out --kind.")
            divided[role] = array / 100.0
        return divided

    def _floats(self, role: str, array: Array, start: int) -> NDArray[np.float64]:
        """Numbers as float64. Raises DataError at a whole number that would become another."""
        if (row := inexact(array)) is not None:
            raise self.error(
                role,
                start + row,
                INEXACT,
                column=None,
                value=str(array[row].max()),
                hint=WHOLE_NUMBERS,
            )
        return array.astype(np.float64, copy=False)

    def error(
        self,
        role: str,
        row: int,
        problem: str,
        *,
        column: int | None = 0,
        value: str = "",
        hint: str = "",
    ) -> DataError:
        """The error that something is wrong with an item, in the words of the file it came from.

        `column` counts within the role's columns; −1 or None speaks of the whole row.
        """
        source, position = self._pairing.position(role, row)
        name = ""
        if column is not None and column >= 0:
            chosen = self._columns[role]
            name = source.column(column if chosen is None else chosen[column])
        return DataError(
            problem, file=source.name, position=position, column=name, value=value, hint=hint
        )


def _ids(arrays: Mapping[str, Array]) -> Array:
    """The rows' keys as they are written."""
    keys = keys_of(arrays)
    if arrays[KEY].shape[1] == 1:
        return keys
    return np.array([key_text(key) for key in keys.tolist()], dtype=object)


def _named(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    """The columns whose roles start so, by their names."""
    return {
        role.removeprefix(prefix): array[:, 0]
        for role, array in arrays.items()
        if role.startswith(prefix)
    }


def _flat(array: Array) -> Array:
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array


class _Begun(Struct, frozen=True):
    """A reading of all rows that has come to its first block."""

    rows: int
    block: Block
    rest: Iterator[Block]


class Opening(Struct, frozen=True):
    """What a data set was opened from, and by what: a function that can be pickled."""

    pred: Any
    label: Any
    how: Mapping[str, Any]
    opener: Callable[..., Dataset]

    def open(self) -> Dataset:
        """Open it (again)."""
        return self.opener(self.pred, self.label, **self.how)
