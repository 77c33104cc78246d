"""The rules that take prediction and label together: one named after the other, or by look."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.errors import UsageError
from losscli.inputs.columns import Table
from losscli.inputs.evidence.words import Says, base
from losscli.inputs.findings import listed
from losscli.inputs.names import PRED_PREFIXES, stem
from losscli.inputs.roles.asking import several_pairs
from losscli.inputs.roles.claims import Claim, Claimed
from losscli.inputs.roles.groups import after_classes, sum_to_one
from losscli.inputs.roles.state import Found, State


def take_by_relation(state: State) -> bool:
    """Take predictions and the columns that they are named after: `price` and `predicted_price`.

    Several are the outputs of one model where each has a label of its own.
    """
    table = state.table
    preds = state.saying(Says.PREDICTION)
    found = [
        (pred, twin)
        for pred in preds
        if (rest := base(table.columns[pred]))
        for twin in state.free
        if twin != pred
        and table.says(twin) in (None, Says.LABEL, Says.LOSS, Says.TIME, Says.GROUP)
        and (table.says(twin) or stem(table.columns[twin], PRED_PREFIXES) is None)
        and base(table.columns[twin]) == rest
    ]
    labels = tuple(dict.fromkeys(label for _, label in found))
    if not found or not len(preds) == len(found) == len(labels):
        return False
    if len(found) > 1 and any(place in table.text for place in (*preds, *labels)):
        return False
    if found[0][0] in table.text and labels[0] not in table.text:
        return False
    named = f"named after {table.named(labels)}"
    state.take_pred(Found(tuple(preds), named, "its prediction" if len(found) == 1 else "outputs"))
    state.take_label(Found(labels))
    return True


def take_by_classes(state: State) -> bool:
    """Take the column of classes that the names of other columns speak of, and those columns."""
    table = state.table
    fits = []
    for label in state.free:
        if table.says(label) not in (None, Says.LABEL):
            continue
        words = table.look(label).words
        if label not in table.text or len(words) < 2:
            continue
        if named := after_classes(table, state.numeric(), words):
            fits.append((label, tuple(named)))
    if len(fits) != 1:
        return False
    label, classes = fits[0]
    state.take_label(Found((label,), "words that are in other columns' names", "the label"))
    state.take_pred(Found(classes, "the classes of the labels", "one column per class"))
    return True


def take_by_look(state: State) -> bool:
    """Take prediction and label of a table whose names tell nothing, by what they look like.

    Raises UsageError where the looks do not tell either.
    """
    table = state.table
    rest = state.unnamed()
    candidates = [place for place in rest if not state.counts(place)]
    claims = state.counting([place for place in rest if place not in candidates])
    looks = [table.look(place) for place in candidates]
    if len(candidates) == 2:
        for label, pred in ((0, 1), (1, 0)):
            if looks[label].zero_one and looks[pred].fractional:
                answers, numbers = candidates[label], candidates[pred]
                sure = (*claims, Claim(answers, Claimed.ZERO_ONE))
                state.take_label(Found((answers,), "0 or 1", "the label", claims=sure))
                state.take_pred(Found((numbers,), looks[pred].said(), "the prediction"))
                return True
    if len(candidates) == 1 and len(table.columns) == 1:
        state.take_pred(Found(tuple(candidates)))
        return True
    if sum_to_one(table, candidates):
        found = Found(
            tuple(candidates), "rows that sum to 1", "probabilities of classes", claims=claims
        )
        state.take_pred(found)
        return True
    if (answer := _beside_shares(table, candidates)) is not None:
        shares = tuple(place for place in candidates if place != answer)
        said = table.look(answer).said()
        state.take_label(Found((answer,), said, "the label beside shares", claims=claims))
        state.take_pred(Found(shares, "rows that sum to 1", "probabilities of classes"))
        return True
    if len(candidates) >= 2:
        raise several_pairs(table, candidates)
    raise UsageError(
        f"{table.file}: which column is the prediction, and which the label?",
        hint=f"It has: {listed(table.columns)}. Name them: --pred-col NAME --label-col NAME.",
    )


def _beside_shares(table: Table, candidates: Sequence[int]) -> int | None:
    """The one column of class indexes where all others are in [0, 1] and sum to 1 in each row."""
    found = [
        place
        for place in candidates
        if table.look(place).whole
        and all(0 <= value < len(candidates) for value in table.look(place).numbers)
        and sum_to_one(table, [other for other in candidates if other != place])
    ]
    return found[0] if len(found) == 1 else None
