"""Predictions of several models, row by row beside the same labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from losscli.errors import DataError, UsageError
from losscli.inputs.archives import label_in, prediction_in
from losscli.inputs.assembling import classes_of, paired_rows
from losscli.inputs.beside import grouping
from losscli.inputs.block import Part
from losscli.inputs.choosing import choose
from losscli.inputs.chosen import Chosen, Keys
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset
from losscli.inputs.dependence import suspects
from losscli.inputs.keys import feeds_of, shared_keys
from losscli.inputs.opening import Opener
from losscli.inputs.pairing import SAME_ROWS, Pairing
from losscli.inputs.roles.claims import Claim
from losscli.inputs.roles.state import ANYTHING, Wanted
from losscli.inputs.shapes import part_of
from losscli.inputs.source import Array, Selection, Source
from losscli.inputs.tokens import token_rows, tokens_alone
from losscli.inputs.used_columns import findings_of
from losscli.vocabulary import Evidence

# The roles of the further models are these with their place behind.
_PRED = "pred of model "
_LABEL = "label of model "

_Known = TypeVar("_Known")


class Rivals(Struct, frozen=True):
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
    wanted: Wanted = ANYTHING,
    classes_second: bool = False,
    shift: bool = False,
    labelled: bool = True,
) -> Rivals:
    """The predictions of several files or arrays; without `label`, labels are a column of theirs.

    `labelled` says that there have to be labels.

    `wanted` is what the losses read of a row. With `by_pattern` there is one file, and each
    pattern of `columns.pred` is a model. Files that have ids are paired by them, in any order;
    labels that stand in several files must agree. `classes_second` and `shift` are those of
    `open_dataset`.

    Raises UsageError where it is unclear which columns are meant or where there are no labels,
    DataError for what cannot be read and for shapes that do not fit each other.
    """
    opener = Opener(decimal=columns.decimal)
    preds, label, others, archived = _unpacked(opener, preds, label, labelled=labelled)
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
    said: list[str] = []
    each_sequence = 0
    if label is None and not labelled:
        if shift:
            raise UsageError(
                "--shift: there are no labels to hold the logits against",
                hint="Leave it out, or give the labels: --label FILE.",
            )
        alone = [tokens_alone(model, classes_second=classes_second) for model in models]
        bare = [each for each in alone if each is not None]
        if len(bare) == len(models):
            models = [each.pred for each in bare]
            said = [each.said for each in bare]
    elif label is not None and not inputs and weight is None:
        found = [
            token_rows(model, shared["label"], classes_second=classes_second, shift=shift)
            for model in models
        ]
        tokens = [each for each in found if each is not None]
        if len(tokens) == len(models):
            models = [each.pred for each in tokens]
            shared["label"] = tokens[0].label
            said = [each.said for each in tokens]
            each_sequence = tokens[0].tokens
    elif shift:
        raise UsageError("--shift: it needs logits of tokens, their labels, and no weights here")
    if weight is not None:
        if columns.weight is not None:
            raise UsageError("give weights as a file or as a column, not both")
        shared["weight"] = opener.open(weight, "weight")
    labels = {place: opener.open(each, f"label {place}") for place, each in others.items()}
    homes = {str(id(each)): each for each in [*models, *shared.values(), *labels.values()]}
    keys, evidence = shared_keys(list(homes.values()), columns)
    chosen, notes, reasons, claims = _chosen(models, shared, asked, keys, wanted)
    if labelled and not _has_labels(chosen) and _repeats(models[0], keys):
        # What every model's file holds alike, and rows repeat, may be the labels themselves.
        keys, evidence = {}, []
        chosen, notes, reasons, claims = _chosen(models, shared, asked, keys, wanted)
    if labelled and not _has_labels(chosen):
        raise UsageError(
            f"{models[0].name} holds no labels to compare with",
            hint="Give them: --label FILE, or name their column: --label-col COL."
            + " How far two distributions part needs none: --kl." * (models[0].columns is None),
        )
    for place, source in labels.items():
        chosen[f"{_LABEL}{place}"] = (source, Selection(None, text=source.is_text(0)))
    chosen |= grouping([*models, *shared.values()], columns)
    roles = tuple(role for role in chosen if role == "pred" or role.startswith(_PRED))
    parts = {role: part_of(source, selection) for role, (source, selection) in chosen.items()}
    for role in roles:
        parts[role] = replace(parts[role], classes=classes_of(chosen, role), tokens=each_sequence)
    _check_rows(parts)
    feeds = feeds_of(homes, chosen, columns, keys, claims=claims)
    findings = findings_of(feeds, columns, [*evidence, *reasons])
    notes += [*archived, *findings.notes(), *said]
    pairing: Pairing = paired_rows(feeds, columns, notes.append, notes)
    agreeing = _Agreeing(pairing)
    places = {role: selection.columns for role, (_, selection) in chosen.items()}
    together = Dataset(
        agreeing,
        parts,
        places,
        notes,
        opener,
        findings=findings,
        percent=columns.percent,
        suspected=suspects(feeds),
    )
    notes = list(dict.fromkeys([*notes, *together.notes]))
    sides = tuple(
        Dataset(
            _Side(agreeing, role, roles),
            {"pred": parts[role], **_labelled(parts)},
            {"pred": places[role], **_labelled(places)},
            (),
            opener,
            percent=columns.percent,
        )
        for role in roles
    )
    return Rivals(together, sides, roles, tuple(dict.fromkeys(notes)))


def _unpacked(
    opener: Opener, preds: Sequence[Any], label: Any, *, labelled: bool
) -> tuple[list[Any], Any, dict[int, Any], list[str]]:
    """Predictions and label, those in archives of several arrays by the arrays' names.

    With them the further labels by the number of their model, and a line for each archive. Without
    `label`, it is that of the first archive, with which the others have to agree.
    """
    notes: list[str] = []
    found, others = list(preds), {}
    wanted = label is None
    for place, given in enumerate(preds):
        optional = label is not None or not labelled
        members = prediction_in(opener, given, with_label=wanted, optional=optional)
        if members is None:
            continue
        notes.append(members.note)
        found[place] = members.pred
        if label is None:
            label = members.label
        elif members.label is not None:
            others[place + 1] = members.label
    if (apart := label_in(opener, label)) is not None:
        label = apart.label
        notes.append(apart.note)
    return found, label, others, notes


def _labelled(by_role: Mapping[str, _Known]) -> dict[str, _Known]:
    """What is known of the labels that the models share; nothing where they have none."""
    return {"label": by_role["label"]} if "label" in by_role else {}


def _chosen(
    models: Sequence[Source],
    shared: Mapping[str, Source],
    asked: Sequence[Columns],
    keys: Keys,
    wanted: Wanted,
) -> tuple[Chosen, list[str], list[Evidence], dict[str, Claim]]:
    """For each role its source and columns: predictions and labels of every model.

    With them notes, evidence, and what all rows have to bear out.
    """
    chosen: Chosen = {}
    notes: list[str] = []
    evidence: list[Evidence] = []
    claims: dict[str, Claim] = {}
    for place, (model, columns) in enumerate(zip(models, asked, strict=True)):
        others = [
            pattern
            for source, each in zip(models, asked, strict=True)
            for pattern in each.pred
            if source is model and pattern not in columns.pred
        ]
        choice = choose({"pred": model, **shared}, columns, keys, wanted, others)
        found = dict(choice.chosen)
        notes += choice.notes
        evidence += choice.evidence
        claims |= dict(choice.claims)
        chosen |= {role: found.pop(role) for role, _ in choice.claims}
        chosen[f"{_PRED}{place + 1}" if place else "pred"] = found.pop("pred")
        if "label" in found:
            label = found.pop("label")
            if "label" not in chosen:
                chosen["label"] = label
            elif label != chosen["label"]:
                chosen[f"{_LABEL}{place + 1}"] = label
        if not place:
            chosen |= found
    return chosen, notes, evidence, claims


def _has_labels(chosen: Chosen) -> bool:
    """Whether there are labels, or scores that need none."""
    return "label" in chosen or chosen["pred"][1].scores is not None


def _repeats(source: Source, keys: Keys) -> bool:
    """Whether the key of a table, as far as was looked, stands in several rows."""
    places = keys.get(id(source), ())
    rows = list(zip(*map(source.firsts, places), strict=True))
    return len(set(rows)) < len(rows)


def _check_rows(parts: Mapping[str, Part]) -> None:
    """Refuse arrays whose numbers of rows or items are known and differ."""
    first = parts["pred"]
    for role, part in parts.items():
        if first.shape and part.shape and first.shape[0] != part.shape[0]:
            raise DataError(
                f"has {part.shape[0]:,} rows, {first.file} has {first.shape[0]:,}",
                file=part.file,
                hint=SAME_ROWS,
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
