"""Columns of one table that are the predictions of several models."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.errors import Choice
from losscli.inputs.columns import Table
from losscli.inputs.evidence.words import MODELS, Says, split
from losscli.inputs.names import PRED_NAMES
from losscli.inputs.roles.groups import numbered, sum_to_one

# More columns than this are rather the outputs of one model.
_MOST = 6


def of_another_model(table: Table, place: int, pred: Sequence[int]) -> bool:
    """Whether a column is called as another model's prediction would be, and looks like one.

    Its name has words in common with the prediction's, and either has words of its own; or it is
    called a model. Its values are fractions, in [0, 1] where the prediction's are.
    """
    look, looks = table.look(place), [table.look(each) for each in pred]
    if not look.fractional or any(
        not each.fractional or each.in_unit != look.in_unit for each in looks
    ):
        return False
    words = set(split(table.columns[place]))
    names = [set(split(table.columns[each])) for each in pred]
    siblings = any(words & each and words - each and each - words for each in names)
    return siblings or bool(words & MODELS)


def several_models(table: Table, group: Sequence[int], label: int) -> bool:
    """Whether columns of one prefix are models rather than classes, of which the label is one.

    The label says yes or no. Probabilities of two classes sum to 1 in each row, and those of models
    do not; of logits only names tell.
    """
    if len(table.look(label).words) > 2 or table.look(label).fractional:
        return False
    looks = [table.look(place) for place in group]
    if all(look.in_unit and look.fractional for look in looks):
        return not sum_to_one(table, group)
    return all(MODELS & set(split(table.columns[place])) for place in group)


def comparison(table: Table, readings: Sequence[Sequence[int]]) -> list[Choice]:
    """The words that compare these readings of the prediction, where each is another model's.

    None where they are too many to be told apart, are no single columns, differ in kind, or are not
    called predictions or models.
    """
    places = [reading[0] for reading in readings if len(reading) == 1]
    if not 1 < len(places) <= _MOST or len(places) < len(readings):
        return []
    looks = [table.look(place) for place in places]
    if len({(look.fractional, look.in_unit) for look in looks}) > 1 or not looks[0].fractional:
        return []
    called = [_called_prediction(table, place) for place in places]
    if not all(called) and numbered(table, places):
        # Members of an ensemble, or quartiles.
        return []
    for place, known in zip(places, called, strict=True):
        others = [other for other in places if other != place]
        if not known and not of_another_model(table, place, others):
            return []
    names = [table.columns[place] for place in places]
    words = [(f"--pred-col={name}",) if name.startswith("-") else ("-p", name) for name in names]
    return [Choice(tuple(word for pair in words for word in pair), verb="compare")]


def _called_prediction(table: Table, place: int) -> bool:
    return table.says(place) is Says.PREDICTION or table.columns[place].lower() in PRED_NAMES
