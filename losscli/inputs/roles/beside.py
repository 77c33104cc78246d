"""Columns that the user named for groups, clusters or keys, which may be the label too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from losscli.errors import UsageError
from losscli.inputs.columns import Columns, Table, matching_any
from losscli.inputs.evidence.words import Says, alike, base, says, split
from losscli.inputs.names import LABEL_NAMES, PRED_NAMES, PRED_PREFIXES
from losscli.inputs.roles.groups import after_classes, prefixed


def named_beside(table: Table, columns: Columns) -> frozenset[int]:
    """The columns that are named for groups, clusters, lists or keys, and for no other role."""
    patterns = (*columns.by, *columns.cluster, *filter(None, [columns.group]))
    keys = {
        place
        for place, name in enumerate(table.columns)
        if any(alike(name, key) for key in columns.id or ())
    }
    return (matching_any(table, patterns) | keys) - named_roles(table, columns)


def named_roles(table: Table, columns: Columns) -> frozenset[int]:
    """The columns that are named as prediction or label."""
    return matching_any(table, (*columns.pred, *columns.label))


def grouped(table: Table, columns: Columns) -> frozenset[int]:
    """The columns of whose values each gets losses of its own, as those of a label may."""
    return matching_any(table, columns.by)


def told_by_names(table: Table, place: int, pred: Sequence[int], label: Sequence[int]) -> bool:
    """Whether names tell that a column is the prediction or the label which it was taken for.

    Its own name may, or that of the prediction: `predicted_price` beside `price`, `p_cat` beside
    a label that holds cats.
    """
    said, name = table.says(place), table.columns[place]
    if place not in label:
        called = said in (Says.PREDICTION, Says.HARD_CLASS) or name.lower() in PRED_NAMES
        words = [table.look(each).words for each in label]
        of_a_class = any(place in after_classes(table, pred, each) for each in words)
        groups = prefixed(table, pred, PRED_PREFIXES)
        return called or of_a_class or any(place in group for group in groups)
    named_after = any(base(table.columns[each]) == base(name) != () for each in pred)
    classes = after_classes(table, pred, table.look(place).words)
    return _called_label(table, place) or named_after or bool(classes)


def asks_of(table: Table, error: UsageError, places: Iterable[int]) -> bool:
    """Whether a question has one of these columns in its likeliest reading, or as a named label."""
    first = {word for choice in error.choices[:1] for word in choice.words}
    words = {word for choice in error.choices for word in choice.words}
    return any(
        table.columns[place] in (words if _called_label(table, place) else first)
        for place in places
    )


def _called_label(table: Table, place: int) -> bool:
    """Whether a column goes by a label's name, and not by that of a label's key: `target_id`."""
    name = table.columns[place]
    called = table.says(place) is Says.LABEL or name.lower() in LABEL_NAMES
    return called and not any(says(word) is Says.KEY for word in split(name))
