"""Predictions of several models, row by row beside the same labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from losscli.errors import DataError, UsageError
from losscli.inputs.choosing import Chosen, choose, feeds_of, findings_of, grouping
from losscli.inputs.dataset import Dataset, Part, part_of
from losscli.inputs.opening import Opener
from losscli.inputs.pairing import KEY, ById, ByPosition, Feed, Pairing, rechunked
from losscli.inputs.roles import Columns
from losscli.inputs.source import Array, Source

# The roles of the further models are these with their place behind.
_PRED = "pred of model "
_LABEL = "label of model "
_FIRST = 1 << 12


@dataclass(frozen=True)
class Rivals:
    """Several models' predictions of the same rows.

    `together` reads them all: the first model's are its prediction, those of the others its inputs
    by the names in `roles`. `sides` are the models one by one.
    """

    together: Dataset
    sides: tuple[Dataset, ...]
    roles: tuple[str, ...]
    notes: tuple[str, ...]


def open_rivals(
    preds: Sequence[Any],
    label: Any = None,
    *,
    weight: Any = None,
    inputs: Mapping[str, Any] | None = None,
    columns: Columns,
    by_pattern: bool = False,
) -> Rivals:
    """The predictions of several files or arrays; without `label`, labels are a column of theirs.

    With `by_pattern` there is one file, and each pattern of `columns.pred` is a model. Files that
    have ids are paired by them, in any order; labels that stand in several files must agree.

    Raises UsageError where it is unclear which columns are meant or where there are no labels,
    DataError for what cannot be read and for shapes that do not fit each other.
    """
    opener = Opener()
    if by_pattern:
        models = [opener.open(preds[0], "prediction")] * len(columns.pred)
        asked = [replace(columns, pred=(pattern,)) for pattern in columns.pred]
    else:
        models = [opener.open(pred, f"prediction {n}") for n, pred in enumerate(preds, 1)]
        asked = [columns] * len(models)
    shared: dict[str, Source] = {}
    if label is not None:
        shared["label"] = opener.open(label, "label")
    for name, given in (inputs or {}).items():
        shared[name] = opener.open(given, name)
    chosen, notes = _chosen(models, shared, asked)
    if weight is not None:
        if columns.weight is not None:
            raise UsageError("give weights as a file or as a column, not both")
        shared["weight"] = opener.open(weight, "weight")
    if weight is not None or columns.weight is not None:
        sources = {"pred": models[0], **shared}
        chosen["weight"] = choose(sources, asked[0])[0]["weight"]
    chosen |= grouping([*models, *shared.values()], columns)
    roles = tuple(role for role in chosen if role == "pred" or role.startswith(_PRED))
    parts = {role: part_of(source, selection) for role, (source, selection) in chosen.items()}
    _check_rows(parts)
    homes = {str(id(source)): source for source in [*models, *shared.values()]}
    feeds = feeds_of(homes, chosen, columns)
    findings = findings_of(feeds, columns)
    notes += findings.notes()
    by_id = columns.id is not None or not _aligned(feeds)
    pairing: Pairing = ById(feeds) if by_id and len(feeds) > 1 else ByPosition(feeds)
    agreeing = _Agreeing(pairing)
    places = {role: selection.columns for role, (_, selection) in chosen.items()}
    together = Dataset(agreeing, parts, places, notes, opener, findings=findings)
    sides = tuple(
        Dataset(
            _Side(agreeing, role, roles),
            {"pred": parts[role], "label": parts["label"]},
            {"pred": places[role], "label": places["label"]},
            (),
            opener,
        )
        for role in roles
    )
    return Rivals(together, sides, roles, tuple(dict.fromkeys(notes)))


def _chosen(
    models: Sequence[Source], shared: Mapping[str, Source], asked: Sequence[Columns]
) -> tuple[Chosen, list[str]]:
    """For each role its source and columns: predictions and labels of every model."""
    chosen: Chosen = {}
    notes: list[str] = []
    for place, (model, columns) in enumerate(zip(models, asked, strict=True)):
        found, said = choose({"pred": model, **shared}, columns)
        notes += said
        chosen[f"{_PRED}{place + 1}" if place else "pred"] = found.pop("pred")
        if "label" not in found:
            continue
        if "label" not in chosen:
            chosen["label"] = found["label"]
        elif found["label"] != chosen["label"]:
            chosen[f"{_LABEL}{place + 1}"] = found["label"]
        if not place:
            chosen |= found
    if "label" not in chosen:
        raise UsageError(
            f"{models[0].name} holds no labels to compare with",
            hint="Give them: --label FILE, or name their column: --label-col COL.",
        )
    return chosen, notes


def _aligned(feeds: Sequence[Feed]) -> bool:
    """Whether the first rows of all files have the same keys in the same order, or some have none.

    Rows further down are checked as they are read.
    """
    if not all(KEY in feed.roles for feed in feeds):
        return True
    first, *others = map(_first_keys, feeds)
    return all(first == other for other in others)


def _first_keys(feed: Feed) -> list[Any]:
    batches = rechunked(feed.source.batches({KEY: feed.roles[KEY]}, _FIRST), _FIRST)
    return [key for part in islice(batches, 1) for key in part[KEY][:, 0].tolist()]


def _check_rows(parts: Mapping[str, Part]) -> None:
    """Refuse arrays whose numbers of rows or items are known and differ."""
    first = parts["pred"]
    for role, part in parts.items():
        if first.shape and part.shape and first.shape[0] != part.shape[0]:
            raise DataError(
                f"has {part.shape[0]:,} rows, {first.file} has {first.shape[0]:,}",
                file=part.file,
                hint="Models are compared on the same rows.",
            )
        if role.startswith(_PRED) and part.width != first.width:
            raise DataError(
                f"has {part.width} items per row, {first.file} has {first.width}",
                file=part.file,
                hint="Models are compared on predictions of the same items.",
            )
        if role in ("label", "weight") and part.width not in (1, first.width):
            raise DataError(
                f"has {part.width} items per row, {first.file} has {first.width}",
                file=part.file,
                hint="A label or weight has one item per row, or as many as the prediction.",
            )


class _Agreeing:
    """Pairs whose further labels are checked against the first, and then left away."""

    def __init__(self, pairing: Pairing) -> None:
        self._pairing = pairing

    @property
    def starts(self) -> Sequence[int]:
        """Where the pairs may begin to be read."""
        return self._pairing.starts

    def blocks(
        self, rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Blocks of the pairs. Raises DataError at the first row with two different labels."""
        for arrays in self._pairing.blocks(rows, start, stop):
            extra = [role for role in arrays if role.startswith(_LABEL)]
            for role in extra:
                self._check(role, arrays["label"], arrays.pop(role), start)
            start += len(arrays["pred"])
            yield arrays

    def _check(self, role: str, label: Array, other: Array, start: int) -> None:
        differ = label != other
        if label.dtype.kind == other.dtype.kind == "f":
            differ &= ~(np.isnan(label) & np.isnan(other))
        if not np.any(differ):
            return
        row = int(np.argmax(np.asarray(differ).reshape(len(label), -1).any(axis=1)))
        here, position = self.position(role, start + row)
        first, there = self.position("label", start + row)
        raise DataError(
            f"has the label {_shown(other[row])} where {first.name} ({there}) has "
            f"{_shown(label[row])}: these are not the same rows",
            file=here.name,
            position=position,
            hint="Pair them by key: --id-col COL.",
        )

    def position(self, role: str, row: int) -> tuple[Source, str]:
        """Where the row stands in the role's own file."""
        return self._pairing.position(role, row)


def _shown(label: Array) -> str:
    return ", ".join(map(str, label.ravel().tolist()))


class _Side:
    """One model of several, as if its prediction were the only one."""

    def __init__(self, pairing: Pairing, role: str, roles: Sequence[str]) -> None:
        self._pairing = pairing
        self._role = role
        self._roles = roles

    @property
    def starts(self) -> Sequence[int]:
        """Where the pairs may begin to be read."""
        return self._pairing.starts

    def blocks(
        self, rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Blocks of this model's pairs."""
        for arrays in self._pairing.blocks(rows, start, stop):
            own = {role: array for role, array in arrays.items() if role not in self._roles}
            yield {"pred": arrays[self._role], **own}

    def position(self, role: str, row: int) -> tuple[Source, str]:
        """Where the row stands in the role's own file."""
        return self._pairing.position(self._role if role == "pred" else role, row)
