"""Prediction and label in archives of several arrays, by the names of the arrays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from losscli.errors import Choice, UsageError
from losscli.inputs.evidence.words import Says, says
from losscli.inputs.opening import Opener

_MOST = 20


class Members(Struct, frozen=True):
    """The arrays of one archive that are read, as `file::key`, and a line that says so."""

    pred: str | None
    label: str | None
    note: str


def members_of(opener: Opener, pred: Any, label: Any) -> tuple[Any, Any, list[str]]:
    """Prediction and label, where they are archives of several arrays by the arrays' names.

    With them, a line for each archive: what was read, and what was not.
    """
    notes = []
    found = prediction_in(opener, pred, with_label=label is None)
    if found is not None:
        pred = found.pred
        notes.append(found.note)
        if found.label is not None:
            return pred, found.label, notes
    if (labels := label_in(opener, label)) is not None:
        label = labels.label
        notes.append(labels.note)
    return pred, label, notes


def prediction_in(
    opener: Opener, given: Any, *, with_label: bool, optional: bool = False
) -> Members | None:
    """The prediction that an archive holds, and its label where it is wanted.

    Where the label is `optional`, an archive without one will do. None where `given` is no archive
    of several arrays. Raises UsageError, with the commands to type, where names allow several
    readings.
    """
    names = opener.members(given)
    if not names:
        return None
    file = os.fspath(given)
    preds, labels = _called(names)
    if len(preds) > 1:
        preds = _soft(opener, file, preds, labels)
    with_label = with_label and (len(labels) == 1 or not optional)
    if len(preds) != 1 or (with_label and len(labels) != 1):
        raise _ambiguous(file, names, preds, labels, with_label=with_label)
    return _read(file, names, preds[0], labels[0] if with_label else None)


def label_in(opener: Opener, given: Any) -> Members | None:
    """The label that an archive holds; None where it is no archive of several arrays.

    Raises UsageError as `prediction_in` does.
    """
    names = opener.members(given)
    if not names:
        return None
    file = os.fspath(given)
    _, labels = _called(names)
    if len(labels) != 1:
        raise UsageError(
            f"{file} holds {len(names)} arrays: which is the label?",
            choices=[
                Choice((f"{file}::{name}",), instead_of=file) for name in (labels or names)[:_MOST]
            ],
        )
    return _read(file, names, None, labels[0])


def _called(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The arrays that their names call prediction, and those that they call label."""
    preds = [name for name in names if says(name) in (Says.PREDICTION, Says.HARD_CLASS)]
    labels = [name for name in names if says(name) is Says.LABEL]
    silent = [name for name in names if says(name) is None]
    if len(names) == 2 and len(preds) + len(labels) == 1 and silent:
        return preds or silent, labels or silent
    return preds, labels


def _soft(opener: Opener, file: str, preds: Sequence[str], labels: Sequence[str]) -> list[str]:
    """Of several predictions the one of fractions, where the others are classes as the labels."""

    def holds_fractions(name: str) -> bool:
        kind = opener.open(f"{file}::{name}", name).dtype(None)
        return kind is not None and kind.kind == "f"

    if any(map(holds_fractions, labels)):
        return list(preds)
    soft = [name for name in preds if holds_fractions(name)]
    return soft if len(soft) == 1 else list(preds)


def _ambiguous(
    file: str, names: Sequence[str], preds: list[str], labels: list[str], *, with_label: bool
) -> UsageError:
    ahead = preds or [name for name in names if name not in labels]
    readings: list[tuple[str, ...]] = [(f"{file}::{pred}",) for pred in ahead]
    if with_label:
        readings = [
            (f"{file}::{pred}", f"{file}::{label}")
            for pred in ahead
            for label in (labels or names)
            if pred != label
        ]
    return UsageError(
        f"{file} holds {len(names)} arrays: which is the prediction"
        + (", and which the label?" if with_label else "?"),
        choices=[Choice(words, instead_of=file) for words in readings[:_MOST]],
    )


def _read(file: str, names: Sequence[str], pred: str | None, label: str | None) -> Members:
    read = [
        f"{noun} from array {name}"
        for noun, name in (("prediction", pred), ("label", label))
        if name is not None
    ]
    left = [name for name in names if name not in (pred, label)]
    note = f"{file}: {'; '.join(read)}" + (f" · not used: {', '.join(left)}" if left else "")
    return Members(pred and f"{file}::{pred}", label and f"{file}::{label}", note)
