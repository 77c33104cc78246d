"""Which columns of one table are prediction and label: what the user named, or else the evidence.

What the names say comes first, then what the columns look like beside each other. Where several
readings are left, none is taken: the flags of each are named, the likeliest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from losscli.errors import UsageError
from losscli.inputs.columns import Columns, Table, matching_any
from losscli.inputs.roles.asking import ambiguous, finished_losses
from losscli.inputs.roles.beside import asks_of, grouped, named_beside, told_by_names
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
    others: Sequence[str] = (),
) -> Roles:
    """Which columns of a file are predictions and labels; `wanted` is what the losses read.

    `others` are the patterns of columns that are the predictions of other models. A column that
    the user named for groups, clusters or keys may be the label too: where its name tells so it
    is, and where only its look could, it is asked.

    Raises UsageError, with the flags to type, where the evidence allows several readings or none.
    """

    def decided(apart: frozenset[int]) -> Roles:
        return _decided(State(table, columns, want_pred, want_label, wanted, apart))

    rivals = matching_any(table, others) - matching_any(table, columns.pred)
    named = named_beside(table, columns) - rivals
    if not named:
        return decided(rivals)
    try:
        free = decided(rivals)
    except UsageError as error:
        if asks_of(table, error, grouped(table, columns)):
            raise
        return decided(rivals | named)
    taken = named & {*free.pred, *free.label}
    if all(told_by_names(table, place, free.pred, free.label) for place in taken):
        return free
    try:
        apart = decided(rivals | named)
    except UsageError:
        return free
    doubted = taken & set(free.label)
    if not doubted or (apart.label and not doubted & grouped(table, columns)):
        return apart
    raise ambiguous(
        table,
        "label",
        "--label-col",
        [each for each in (*((place,) for place in sorted(doubted)), apart.label) if each],
    )


def _decided(state: State) -> Roles:
    """The roles that the rules find, tried in their order."""
    want_pred, want_label = state.want_pred, state.want_label
    both = want_pred and want_label
    nothing_named = both and not state.pred and not state.label
    if not (nothing_named and (take_by_classes(state) or take_by_relation(state))):
        if both and not state.label and (beside := find_label_beside(state)):
            state.take_label(beside)
        if want_pred and not state.pred:
            _take_prediction(state)
        if want_label and not state.label:
            found = find_label_left(state) if both else find_label_alone(state)
            if found is not None:
                state.take_label(found)
    check_confidence(state)
    return Roles(state.pred, state.label, tuple(state.evidence), tuple(state.claims))


def _take_prediction(state: State) -> None:
    try:
        found = find_prediction(state)
        if found is None:
            take_by_look(state)
        else:
            state.take_pred(found)
    except UsageError:
        losses = state.losses()
        if not losses or (state.label and state.unnamed()):
            raise
        raise finished_losses(state, losses) from None
