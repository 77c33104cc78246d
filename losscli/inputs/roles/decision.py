"""Which columns of one table are prediction and label: what the user named, or else the evidence.

What the names say comes first, then what the columns look like beside each other. Where several
readings are left, none is taken: the flags of each are named, the likeliest first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from losscli.inputs.columns import Columns, Table
from losscli.inputs.roles.claims import Claim
from losscli.inputs.roles.labels import find_label_alone, find_label_beside, find_label_left
from losscli.inputs.roles.pairs import take_by_classes, take_by_look, take_by_relation
from losscli.inputs.roles.predictions import check_confidence, find_prediction
from losscli.inputs.roles.state import ANYTHING, State, Wanted
from losscli.vocabulary import Evidence


@dataclass(frozen=True, slots=True)
class Roles:
    """Positions of the columns that play each role in one file, and why they do.

    `claims` are what the first rows looked like where the decision hangs on it.
    """

    pred: tuple[int, ...] = ()
    label: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = field(default=(), compare=False)
    claims: tuple[Claim, ...] = field(default=(), compare=False)


def resolve(
    table: Table,
    columns: Columns,
    *,
    want_pred: bool,
    want_label: bool,
    wanted: Wanted = ANYTHING,
) -> Roles:
    """Which columns of a file are predictions and labels; `wanted` is what the losses read.

    Raises UsageError, with the flags to type, where the evidence allows several readings or none.
    """
    state = State(table, columns, want_pred, want_label, wanted)
    both = want_pred and want_label
    nothing_named = both and not state.pred and not state.label
    if nothing_named and (take_by_classes(state) or take_by_relation(state)):
        return _decided(state)
    if both and not state.label and (beside := find_label_beside(state)):
        state.take_label(beside)
    if want_pred and not state.pred:
        _take_prediction(state)
    if want_label and not state.label:
        found = find_label_left(state) if both else find_label_alone(state)
        if found is not None:
            state.take_label(found)
    return _decided(state)


def _take_prediction(state: State) -> None:
    found = find_prediction(state)
    if found is None:
        take_by_look(state)
    else:
        state.take_pred(found)


def _decided(state: State) -> Roles:
    check_confidence(state)
    return Roles(state.pred, state.label, tuple(state.evidence), tuple(state.claims))
