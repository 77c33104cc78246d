"""What a user names → prediction, label and weight, row by row, in shapes that fit."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.arrays import INEXACT, WHOLE_NUMBERS, Extents, inexact
from losscli.errors import DataError, UsageError
from losscli.inputs.choosing import (
    CLUSTER,
    GROUP,
    GROUPING,
    Chosen,
    choose,
    feeds_of,
    findings_of,
    grouping,
    shared_keys,
)
from losscli.inputs.evidence.looks import Look
from losscli.inputs.findings import NOTHING_CHOSEN, Findings
from losscli.inputs.names import class_names
from losscli.inputs.opening import Opener, Seen
from losscli.inputs.pairing import (
    KEY,
    ById,
    ByPosition,
    Feed,
    Pairing,
    Unpaired,
    aligned,
    key_text,
    keys_of,
)
from losscli.inputs.roles import Columns
from losscli.inputs.source import Scores, Selection, Source
from losscli.inputs.tokens import token_rows

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Block:
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
    extents: Extents = field(default_factory=Extents, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Part:
    """Where one role's numbers come from, and how they are stored there.

    `columns` are the names of the columns (None for an array); `dtype` is None for numbers that
    are written out, with `decimals` decimals. `scores` says where scores of the rows
    come from, None that these are none; `tokens` how many rows are the tokens of one sequence, 0
    where rows are no tokens.
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
    ) -> None:
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

    def blocks(self, rows: int, start: int = 0, stop: int | None = None) -> Iterator[Block]:
        """The rows from `start` to before `stop` (all, if not given), in blocks of `rows` rows.

        The last may be shorter. Any row may be the first; those of `starts` cost nothing extra.
        Raises DataError for what cannot be read or paired.
        """
        first = start
        for arrays in self._pairing.blocks(rows, start, stop):
            pred = arrays["pred"]
            if self._cast is not None:
                with np.errstate(over="ignore"):
                    pred = pred.astype(self._cast)
            label, weight = arrays.get("label"), arrays.get("weight")
            yield Block(
                start,
                _flat(self._floats("pred", pred, start)),
                None if label is None else _flat(label),
                None if weight is None else _flat(self._floats("weight", weight, start)),
                {
                    role: _flat(array if role == GROUP else self._floats(role, array, start))
                    for role, array in arrays.items()
                    if role not in _ROLES
                    and role != KEY
                    and not role.startswith((GROUPING, CLUSTER))
                },
                _named(arrays, GROUPING),
                _ids(arrays) if KEY in arrays else None,
                _named(arrays, CLUSTER),
            )
            start += len(pred)
        if stop is None and start == first == 0:
            raise DataError("has no rows", file=self.pred.file)

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


# Bytes of memory that are worth a word.
_MUCH = 1 << 26

_ROLES = frozenset(("pred", "label", "weight"))


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


@dataclass(frozen=True, slots=True)
class Opening:
    """What a data set was opened from."""

    pred: Any
    label: Any
    how: Mapping[str, Any]

    def open(self) -> Dataset:
        """Open it (again)."""
        return open_dataset(self.pred, self.label, **self.how)


def open_dataset(
    pred: Any,
    label: Any = None,
    *,
    weight: Any = None,
    columns: Columns | None = None,
    inputs: Mapping[str, Any] | None = None,
    deep: bool = False,
    paired: bool = True,
    cast: str | None = None,
    ids: bool = False,
    items: Sequence[Sequence[str]] = (),
    classes_second: bool = False,
    shift: bool = False,
    seen: Seen | None = None,
    announce: Callable[[str], Any] | None = None,
) -> Dataset:
    """The data that files or arrays hold; without `label`, one table may hold both roles.

    `inputs` are arrays beside prediction and label, by name. `deep` says that arrays of more than
    two dimensions are wanted; the rows of arrays that are not `paired` do not belong together.
    Predictions are rounded to the type `cast` (float16, float32) where it is given. With `ids`, a
    column that names the rows is read where there is one. `items` are the names of the items that
    the losses take, such as mean and std. `classes_second` says that the losses go by names whose
    framework has the classes of tokens in the second axis; with `shift`, a token's prediction is
    held against the next label. `seen` is what was known of the files when they were opened before.

    `announce` is told beforehand if much memory will be needed; without it, a note says so.

    Raises UsageError where it is unclear which columns are meant, DataError for files that cannot
    be read and for shapes that do not fit each other.
    """
    columns = columns or Columns()
    opener = Opener(seen, columns.decimal)
    how = {"weight": weight, "columns": columns, "inputs": inputs, "deep": deep}
    how |= {"paired": paired, "cast": cast, "ids": ids, "items": items, "seen": opener.seen}
    how |= {"classes_second": classes_second, "shift": shift}
    opening = Opening(pred, label, how)
    pred, label, archived = members_of(opener, pred, label)
    sources = {"pred": opener.open(pred, "prediction")}
    if label is not None:
        sources["label"] = opener.open(label, "label")
    if weight is not None:
        if columns.weight is not None:
            raise UsageError("give weights as a file or as a column, not both")
        sources["weight"] = opener.open(weight, "weight")
    for name, given in (inputs or {}).items():
        sources[name] = opener.open(given, name)
    tokens = None
    if "label" in sources and not deep and paired and weight is None and not inputs:
        tokens = token_rows(
            sources["pred"], sources["label"], classes_second=classes_second, shift=shift
        )
        if tokens is not None:
            sources["pred"], sources["label"] = tokens.pred, tokens.label
    elif shift:
        raise UsageError("--shift: it needs logits of tokens and their labels, without weights")
    keys, shared = shared_keys(list(sources.values()), columns) if paired else ({}, [])
    choice = choose(sources, columns, keys, items)
    chosen, notes = choice.chosen | grouping(sources.values(), columns), list(choice.notes)
    feeds = feeds_of(sources, chosen, columns, keys, ids=ids)
    findings = findings_of(feeds, columns, [*shared, *choice.evidence])
    notes += [*archived, *findings.notes()]
    notes += [tokens.said] if tokens is not None else []
    parts = {role: part_of(source, chosen[role][1]) for role, (source, _) in chosen.items()}
    each = 0 if tokens is None else tokens.tokens
    parts["pred"] = replace(parts["pred"], classes=classes_of(chosen), tokens=each)
    if not deep:
        notes += _check_dims(parts)
    pairing: Pairing
    if not paired:
        pairing = Unpaired(feeds)
    else:
        notes += _check_fit(parts)
        pairing = paired_rows(feeds, columns, announce or notes.append, notes)
    places = {role: selection.columns for role, (_, selection) in chosen.items()}
    dtype = None if cast is None else np.dtype(cast)
    if dtype is not None:
        parts["pred"] = replace(parts["pred"], dtype=dtype)
    return Dataset(pairing, parts, places, notes, opener, dtype, opening, findings)


def members_of(opener: Opener, pred: Any, label: Any) -> tuple[Any, Any, list[str]]:
    """Prediction and label, where they are archives of several arrays by the arrays' names.

    With them, a line for each archive: what was read, and what was not.
    """
    notes = []
    found = {"pred": pred, "label": label}
    for role in ("pred", "label"):
        given = found[role]
        names = opener.members(given)
        if not names:
            continue
        from losscli.inputs.npz import members_for

        alone = role == "pred" and label is None
        if role == "label":
            _, chosen = members_for(names, os.fspath(given), want_label=False)
            used = {"label": chosen}
        else:
            first, second = members_for(names, os.fspath(given), want_label=alone)
            used = {"pred": first} | ({"label": second} if alone else {})
        if None in used.values():
            continue
        found |= used
        read = [(name, str(one).rpartition("::")[2]) for name, one in used.items()]
        left = [name for name in names if name not in [one for _, one in read]]
        nouns = {"pred": "prediction", "label": "label"}
        said = "; ".join(f"{nouns[name]} from array {one}" for name, one in read)
        notes.append(
            f"{os.fspath(given)}: {said}" + (f" · not used: {', '.join(left)}" if left else "")
        )
    return found["pred"], found["label"], notes


def classes_of(chosen: Chosen, role: str = "pred") -> tuple[str, ...] | None:
    """What the prediction's columns are named after, where they have names."""
    source, selection = chosen[role]
    if source.columns is None or selection.columns is None:
        return None
    words: frozenset[str] = frozenset()
    if "label" in chosen:
        home, label = chosen["label"]
        if home.columns is not None and len(label.columns or ()) == 1:
            words = Look.of(home.firsts((label.columns or (0,))[0])).words
    return class_names([source.columns[place] for place in selection.columns], words)


def paired_rows(
    feeds: Sequence[Feed],
    columns: Columns,
    announce: Callable[[str], Any],
    notes: list[str],
) -> Pairing:
    """The rows side by side: by their key where it was named or stands in another order."""
    several = sum(KEY in feed.roles for feed in feeds) > 1
    named = columns.id is not None and len(feeds) > 1
    if not named and (not several or aligned(feeds)):
        return ByPosition(feeds)
    if not all(KEY in feed.roles for feed in feeds):
        # What has no key cannot be paired by one; the first rows say that the order differs.
        return ByPosition(feeds)
    pairing = ById(feeds)
    lead = feeds[0]
    key = ", ".join(lead.source.column(place) for place in lead.roles[KEY].columns or ())
    if not named:
        notes.append(f"rows paired by {key}: they stand in another order")
    if pairing.memory >= _MUCH:
        announce(
            f"rows are paired by {key}: about {pairing.memory / 1e6:,.0f} MB of memory; rows in "
            "the same order need none of it"
        )
    return pairing


def part_of(source: Source, selection: Selection) -> Part:
    """What a source holds in the columns of one role."""
    places = selection.columns
    names = None
    if source.columns is not None and places is not None:
        names = tuple(source.columns[place] for place in places)
    shape = source.shape
    width = len(places) if places is not None else math.prod((shape or ())[1:])
    return Part(
        source.name,
        names,
        shape,
        source.dtype(places),
        source.decimals(places or ()),
        width,
        source.rows,
        scores=selection.scores,
    )


def _check_dims(parts: dict[str, Part]) -> list[str]:
    """Refuse more than two dimensions, unless all arrays agree in them: each row is then flat."""
    shapes = {part.shape for part in parts.values()}
    for part in parts.values():
        if part.shape is None or len(part.shape) <= 2:
            continue
        if len(shapes) > 1 or len(parts) == 1:
            raise DataError(
                f"has {len(part.shape)} dimensions {part.shape}; losses read (rows,) or "
                "(rows, columns)",
                file=part.file,
                hint="Reshape it first: array.reshape(-1, array.shape[-1]).",
            )
        return [f"shape {part.shape} taken as {part.shape[0]:,} rows of {part.width:,} items"]
    return []


def _check_fit(parts: dict[str, Part]) -> list[str]:
    """Refuse shapes that would have to be broadcast; notes on columns taken as one dimension."""
    pred = parts["pred"]
    notes = []
    for role, part in parts.items():
        if role == "pred":
            continue
        flat = role if role == "weight" else "label"
        if pred.shape and part.shape and pred.shape[0] != part.shape[0]:
            raise DataError(
                f"has the shape {pred.shape}, {part.file} has {part.shape}: "
                "each row of one needs a row of the other",
                file=pred.file,
                hint=_transposed(pred.shape, part.shape),
            )
        if any(found.shape and len(found.shape) > 2 for found in (pred, part)):
            continue
        if role in _ROLES and part.width not in (1, pred.width):
            raise DataError(
                f"has {_items(pred.width)} per row, {part.file} has {part.width}",
                file=pred.file,
                hint=f"A {flat} has one item per row, or as many as the prediction."
                + (" Are the files swapped? Predictions come first." * (pred.width == 1)),
            )
        for one, two in ((pred, part), (part, pred)):
            if one.shape and one.shape[1:] == (1,) and two.shape and len(two.shape) == 1:
                notes.append(f"{one.file}: shape {one.shape} taken as ({one.shape[0]},)")
    return notes


def _items(width: int) -> str:
    return "1 item" if width == 1 else f"{width} items"


def _transposed(one: tuple[int, ...], two: tuple[int, ...]) -> str:
    turned = two[0] in one[1:] or one[0] in two[1:]
    return "Is one of them transposed?" if turned else ""
