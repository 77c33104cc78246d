"""The rules by which columns are taken for the label, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.errors import UsageError
from losscli.inputs.columns import Table
from losscli.inputs.evidence.looks import likeness
from losscli.inputs.evidence.words import TRUTH, Says, split
from losscli.inputs.findings import listed
from losscli.inputs.names import LABEL_NAMES, LABEL_PREFIXES, PRED_NAMES, PRED_PREFIXES, stem
from losscli.inputs.roles.asking import ambiguous, finished_losses
from losscli.inputs.roles.claims import Claim, Claimed
from losscli.inputs.roles.groups import prefixed, quantiles
from losscli.inputs.roles.models import of_another_model
from losscli.inputs.roles.state import BY_NAME, Found, State

# What the name of a label may say, where the prediction is known and it is left.
_MAY_BE_LABELS = (None, Says.LABEL, Says.TIME, Says.GROUP)
_MAY_BE_CLASSES = (None, Says.LABEL, Says.GROUP)
# What the labels of several columns are called beside the predictions `p_even`, `p_odd`.
_TWINS = ("{}", "label_{}", "y_{}", "true_{}", "target_{}")


def find_label_beside(state: State) -> Found | None:
    """The labels of a file that holds predictions too, by their names; None where none is named."""
    return _twins(state) or _by_name(state)


def find_label_left(state: State) -> Found | None:
    """The one column that is left where the prediction is known; None where there is none.

    Raises UsageError where several could be it.
    """
    free, table = state.free, state.table
    if not state.pred:
        return None
    words = [c for c in free if c in table.text and table.says(c) in _MAY_BE_CLASSES]
    words = [c for c in words if not table.look(c).dates]
    of_classes = len(state.pred) > 1 and not quantiles(table, state.pred)
    if len(words) > 1 and of_classes:
        # Texts tell rows apart; what is predicted repeats.
        words = [c for c in words if not table.look(c).unique] or words
    if len(words) == 1 and of_classes:
        return Found((words[0],))
    soft = len(state.pred) > 1 or table.look(state.pred[0]).in_unit
    numbers = [c for c in free if c not in table.text and table.says(c) in _MAY_BE_LABELS]
    numbers = [c for c in numbers if not of_another_model(table, c, state.pred)]
    likely = [c for c in numbers if not state.counts(c)]
    free = [c for c in free if c in numbers or c in table.text]
    if len(free) == 1 and (free[0] in likely or not table.look(free[0]).unique):
        return Found((free[0],))
    worded = [c for c in words if soft and len(state.pred) == 1 and table.look(c).yes_or_no]
    if len(worded) == 1 and not any(table.look(c).zero_one for c in likely):
        return Found((worded[0],), "no or yes", "the label of a probability")
    if worded:
        answers = [c for c in likely if table.look(c).zero_one]
        raise ambiguous(table, "label", "--label-col", [(c,) for c in (*worded, *answers)])
    claims = state.counting([c for c in numbers if c not in likely])
    if len(likely) == 1:
        said = table.look(likely[0]).said()
        return Found((likely[0],), said, "left beside the prediction", claims=claims)
    if len(likely) > 1:
        answers = [c for c in likely if table.look(c).zero_one]
        if soft and len(state.pred) == 1 and len(answers) == 1:
            claims = (*claims, Claim(answers[0], Claimed.ZERO_ONE))
            return Found((answers[0],), "0 or 1", "the label of a probability", claims=claims)
        pred = table.look(state.pred[0])
        near = sorted(likely, key=lambda c: -likeness(table.look(c), pred))
        raise ambiguous(table, "label", "--label-col", [(c,) for c in near])
    if len(words) == 1 and state.pred[0] in table.text:
        return Found((words[0],))
    pairs = [c for c in words if soft and len(table.look(c).words) == 2]
    if len(pairs) == 1:
        return Found((pairs[0],), "two different words", "the label of a probability")
    if pairs:
        raise ambiguous(table, "label", "--label-col", [(c,) for c in pairs])
    if not state.columns.pred and (losses := state.losses()):
        raise finished_losses(state, losses)
    return None


def find_label_alone(state: State) -> Found:
    """The labels of a file that holds nothing else that matters.

    Raises UsageError where several could be it, or none.
    """
    if named := _by_name(state):
        return named
    table = state.table
    groups = prefixed(table, state.numeric(), LABEL_PREFIXES)
    if len(groups) == 1 and len(groups[0]) > 1:
        return Found(groups[0])
    rest = [
        c
        for c in state.free
        if table.columns[c].lower() not in PRED_NAMES and table.says(c) is not Says.PREDICTION
    ]
    if not rest:
        raise UsageError(
            f"{table.file} has no column that could be a label",
            hint=f"It has: {listed(table.columns)}. Name one: --label-col NAME.",
        )
    numbers = [c for c in rest if c not in table.text]
    counts = {claim.place: claim for claim in state.counting(numbers)}
    data = [c for c in numbers if c not in counts] or numbers
    if len(rest) > 1 and len(data) == 1:
        claims = tuple(claim for place, claim in counts.items() if place not in data)
        return Found(tuple(data), table.look(data[0]).said(), "the only numbers", claims=claims)
    if len(rest) > 1 and any(c in table.text for c in rest):
        raise ambiguous(table, "label", "--label-col", [(c,) for c in rest])
    return Found(tuple(rest))


def _by_name(state: State) -> Found | None:
    """The one column, or group of columns, that goes by a label's name.

    Raises UsageError where several do.
    """
    table = state.table
    said = state.saying(Says.LABEL)
    exact = [c for c in said if table.columns[c].lower() in LABEL_NAMES]
    # What is called true or gold is so, also beside what is called a label.
    true = [c for c in said if TRUTH & set(split(table.columns[c]))]
    exact = list(dict.fromkeys([*exact, *true])) or said
    if len(exact) > 1:
        groups = [g for g in prefixed(table, state.numeric(), LABEL_PREFIXES) if len(g) > 1]
        for group in groups:
            if set(exact) <= set(group):
                return Found(group, BY_NAME, "the label")
        exact = [c for c in exact if not any(c in group for group in groups)] or exact
    if len(exact) > 1 and len(true) == 1 and _twin_classes(table, true[0], exact):
        exact = true
    if len(exact) > 1:
        raise ambiguous(table, "label", "--label-col", [(c,) for c in exact])
    return Found(tuple(exact), BY_NAME, "the label") if exact else None


def _twin_classes(table: Table, true: int, columns: Sequence[int]) -> bool:
    """Whether all these columns hold the words of the true label: predicted labels beside it."""
    words = table.look(true).words
    return true in table.text and all(table.look(c).words <= words for c in columns)


def _twins(state: State) -> Found | None:
    """Labels of several columns are named after their predictions: `even` beside `p_even`."""
    table = state.table
    by_name = {table.columns[c]: c for c in state.free}
    groups = [state.pred] if state.pred else prefixed(table, state.numeric(), PRED_PREFIXES)
    for group in groups:
        if len(group) < 2:
            continue
        rests = [stem(table.columns[c], PRED_PREFIXES) for c in group]
        for form in _TWINS:
            twins = [by_name.get(form.format(rest)) for rest in rests if rest is not None]
            if twins and len(twins) == len(rests) and None not in twins:
                return Found(tuple(place for place in twins if place is not None))
    return None
