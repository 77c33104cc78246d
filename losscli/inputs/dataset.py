"""What a user names → prediction, label and weight, row by row, in shapes that fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.errors import DataError, UsageError
from losscli.inputs.opening import Opener
from losscli.inputs.pairing import KEY, ById, ByPosition, Feed, Pairing
from losscli.inputs.roles import (
    ID_NAMES,
    WEIGHT_NAMES,
    Columns,
    Table,
    align,
    class_names,
    pick,
    resolve,
)
from losscli.inputs.source import Selection, Source

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive rows, the first of them number `start`: arrays of shape (n,) or (n, c).

    Valid until the next block is asked for.
    """

    start: int
    pred: NDArray[np.float64]
    label: Array | None
    weight: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True)
class Part:
    """Where one role's numbers come from, and how they are stored there.

    `columns` are the names of the columns (None for an array); `dtype` is None for numbers that
    are written out, with `decimals` decimals.
    """

    file: str
    columns: tuple[str, ...] | None
    shape: tuple[int, ...] | None
    dtype: np.dtype[Any] | None
    decimals: int | None
    width: int


class Dataset:
    """Predictions with their labels and weights, to be read as often as needed."""

    def __init__(
        self,
        pairing: Pairing,
        parts: dict[str, Part],
        columns: dict[str, tuple[int, ...] | None],
        notes: Sequence[str],
    ) -> None:
        self._pairing = pairing
        self._columns = columns
        self.pred = parts["pred"]
        self.label = parts.get("label")
        self.weight = parts.get("weight")
        self.notes = tuple(notes)

    @property
    def width(self) -> int:
        """Items per row of the prediction."""
        return self.pred.width

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """What the prediction's columns are named after, where they have names."""
        return None if self.pred.columns is None else class_names(self.pred.columns)

    @property
    def rows(self) -> int | None:
        """The number of rows, where it is known before reading."""
        return None if self.pred.shape is None else self.pred.shape[0]

    def blocks(self, rows: int) -> Iterator[Block]:
        """All rows from the first, in blocks of `rows` rows (the last may be shorter).

        Raises DataError for what cannot be read or paired.
        """
        start = 0
        for arrays in self._pairing.blocks(rows):
            pred = arrays["pred"]
            label, weight = arrays.get("label"), arrays.get("weight")
            yield Block(
                start,
                _flat(pred.astype(np.float64, copy=False)),
                None if label is None else _flat(label),
                None if weight is None else _flat(weight.astype(np.float64, copy=False)),
            )
            start += len(pred)
        if start == 0:
            raise DataError("has no rows", file=self.pred.file)

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


def _flat(array: Array) -> Array:
    return array[:, 0] if array.shape[1] == 1 else array


def open_dataset(
    pred: Any, label: Any = None, *, weight: Any = None, columns: Columns | None = None
) -> Dataset:
    """The data that files or arrays hold; without `label`, one table may hold both roles.

    Raises UsageError where it is unclear which columns are meant, DataError for files that cannot
    be read and for shapes that do not fit each other.
    """
    columns = columns or Columns()
    opener = Opener()
    sources = {"pred": opener.open(pred, "prediction")}
    if label is not None:
        sources["label"] = opener.open(label, "label")
    if weight is not None:
        if columns.weight is not None:
            raise UsageError("give weights as a file or as a column, not both")
        sources["weight"] = opener.open(weight, "weight")
    chosen, notes = _choose(sources, columns)
    feeds = _with_keys(_feeds(sources, chosen), columns)
    parts = {role: _part(source, chosen[role][1]) for role, (source, _) in chosen.items()}
    notes += _check_fit(parts)
    pairing = ById(feeds) if columns.id is not None and len(feeds) > 1 else ByPosition(feeds)
    places = {role: selection.columns for role, (_, selection) in chosen.items()}
    return Dataset(pairing, parts, places, notes)


_Chosen = dict[str, tuple[Source, Selection]]


def _choose(sources: dict[str, Source], columns: Columns) -> tuple[_Chosen, list[str]]:
    """For each role its source and columns, with notes on what the names decided."""
    chosen: _Chosen = {}
    notes: list[str] = []
    alone = "label" not in sources
    for role in ("pred", "label"):
        if role not in sources:
            continue
        source = sources[role]
        table = _table(source)
        if table is None:
            if getattr(columns, role):
                raise UsageError(
                    f"{source.name} has no named columns", hint=f"Leave out --{role}-col."
                )
            chosen[role] = (source, Selection(None, text=source.is_text(0)))
            continue
        roles = resolve(
            table, columns, want_pred=role == "pred", want_label=role == "label" or alone
        )
        notes += [roles.note] if roles.note else []
        for name, places in (("pred", roles.pred), ("label", roles.label)):
            if places:
                text = name == "label" and any(map(source.is_text, places))
                chosen[name] = (source, Selection(places, text=text))
    if "label" in chosen and not alone:
        notes += _align_labels(chosen)
    if columns.weight is not None or "weight" in sources:
        chosen["weight"] = _weights(sources, columns)
    if sources["pred"].columns is None and chosen["pred"][1].text:
        raise DataError("holds words, not predictions", file=sources["pred"].name)
    return chosen, notes


def _table(source: Source) -> Table | None:
    """The columns of a source that has names for them."""
    if source.columns is None:
        return None
    places = range(len(source.columns))
    return Table(
        source.name,
        source.columns,
        text=frozenset(place for place in places if source.is_text(place)),
        words=tuple(source.words(place) for place in places),
        index=0 if source.index else None,
    )


def _align_labels(chosen: _Chosen) -> list[str]:
    """Put labels of several columns into the order of the prediction's, where names say so."""
    (pred_source, pred), (source, label) = chosen["pred"], chosen["label"]
    if source.columns is None or pred_source.columns is None:
        return []
    assert pred.columns is not None
    assert label.columns is not None
    names = [source.columns[place] for place in label.columns]
    order = align([pred_source.columns[place] for place in pred.columns], names)
    if order is None:
        return []
    chosen["label"] = (
        source,
        replace(label, columns=tuple(label.columns[place] for place in order)),
    )
    moved = ", ".join(names[place] for place in order)
    return [f"{source.name}: labels taken in the order of the predictions: {moved}"]


def _weights(sources: dict[str, Source], columns: Columns) -> tuple[Source, Selection]:
    if "weight" in sources:
        source = sources["weight"]
        table = _table(source)
        if table is None:
            return source, Selection(None)
        free = [
            place
            for place, name in enumerate(table.columns)
            if place != table.index and name.lower() not in ID_NAMES and name != columns.id
        ]
        named = [place for place in free if table.columns[place].lower() in WEIGHT_NAMES]
        if len(named) == 1 or len(free) == 1:
            return source, Selection(tuple(named or free))
        raise UsageError(
            f"{source.name} has {len(free)} columns: which holds the weights?",
            hint="Keep one column in the file of --weight, or name it weight.",
        )
    assert columns.weight is not None
    tables = [(source, table) for source in sources.values() if (table := _table(source))]
    for source, table in tables:
        if columns.weight in table.columns:
            return source, Selection(pick(table, [columns.weight], "--weight-col"))
    if not tables:
        raise UsageError(
            f"--weight-col {columns.weight}: there are no named columns",
            hint="Give the weights as a file: --weight FILE.",
        )
    return tables[0][0], Selection(pick(tables[0][1], [columns.weight], "--weight-col"))


def _feeds(sources: dict[str, Source], chosen: _Chosen) -> list[Feed]:
    """The roles that are read from each source."""
    return [
        Feed(source, {role: part for role, (home, part) in chosen.items() if home is source})
        for source in dict.fromkeys(sources.values())
    ]


def _with_keys(feeds: list[Feed], columns: Columns) -> list[Feed]:
    """The feeds with the key column that pairs them, or that must agree row by row."""
    if len(feeds) == 1:
        return feeds
    if columns.id is not None:
        return [_keyed(feed, _key_of(feed.source, columns.id)) for feed in feeds]
    keys = [_conventional_key(feed.source) for feed in feeds]
    names = {_lower_name(feed.source, key) for feed, key in zip(feeds, keys, strict=True)}
    if len(names - {None}) != 1:
        return feeds
    return [
        feed if key is None else _keyed(feed, key) for feed, key in zip(feeds, keys, strict=True)
    ]


def _keyed(feed: Feed, column: int) -> Feed:
    return Feed(feed.source, {**feed.roles, KEY: Selection((column,), text=True)})


def _lower_name(source: Source, column: int | None) -> str | None:
    return None if column is None or source.columns is None else source.columns[column].lower()


def _key_of(source: Source, name: str) -> int:
    table = _table(source)
    if table is None:
        raise UsageError(
            f"--id-col {name}: {source.name} has no named columns",
            hint="Only tables can be paired by key.",
        )
    return pick(table, [name], "--id-col")[0]


def _conventional_key(source: Source) -> int | None:
    found = [place for place, name in enumerate(source.columns or ()) if name.lower() in ID_NAMES]
    return found[0] if len(found) == 1 else None


def _part(source: Source, selection: Selection) -> Part:
    places = selection.columns
    names = None
    if source.columns is not None and places is not None:
        names = tuple(source.columns[place] for place in places)
    shape = source.shape
    width = len(places) if places is not None else (shape[1] if shape and len(shape) == 2 else 1)
    return Part(source.name, names, shape, source.dtype, source.decimals(places or ()), width)


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
        if part.width not in (1, pred.width):
            raise DataError(
                f"has {_items(pred.width)} per row, {part.file} has {part.width}",
                file=pred.file,
                hint=f"A {flat} has one item per row, or as many as the prediction.",
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
