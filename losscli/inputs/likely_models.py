"""Which columns of one table may be the predictions of several models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from losscli.errors import UsageError
from losscli.inputs.choosing import choose
from losscli.inputs.chosen import Chosen, table_of
from losscli.inputs.columns import Columns, Table
from losscli.inputs.keys import shared_keys
from losscli.inputs.opening import Opener
from losscli.inputs.roles.asking import flags
from losscli.inputs.roles.groups import after_classes, quantiles, sum_to_one
from losscli.inputs.roles.state import ANYTHING, Wanted
from losscli.inputs.source import Selection

# The words that name one prediction: `--pred-col NAME`, or one word for a name like a flag.
_PRED_FLAG = re.compile(r"--pred-col(=.*)?", re.DOTALL)


def likely_models(
    given: Any, label: Any, columns: Columns, wanted: Wanted = ANYTHING
) -> list[tuple[str, ...]]:
    """The words that name each column of one table that looks like the prediction of a model.

    They are what an evaluation of the table would ask about, or take together as one prediction;
    none where it finds a single prediction. Raises DataError for what cannot be read.
    """
    opener = Opener(decimal=columns.decimal)
    sources = {"pred": opener.open(given, "prediction")}
    if sources["pred"].columns is None:
        return []
    if label is not None:
        sources["label"] = opener.open(label, "label")
    keys, _ = shared_keys(list(sources.values()), columns)
    try:
        choice = choose(sources, replace(columns, pred=()), keys, wanted)
    except UsageError as error:
        words = [choice.words for choice in error.choices]
        return [each for each in words if _PRED_FLAG.fullmatch(each[0]) and len(each) <= 2]
    source, selection = choice.chosen["pred"]
    places = selection.columns or ()
    table = table_of(source, keys)
    if table is None or len(places) < 2 or _one_prediction(table, places, choice.chosen):
        return []
    return [flags(table, "--pred-col", [place]) for place in places]


def _one_prediction(table: Table, places: Sequence[int], chosen: Chosen) -> bool:
    """Whether columns are classes or quantiles of one model, and not models of one prediction."""
    labels, label = chosen.get("label", (None, Selection(None)))
    words = {
        word
        for place in (label.columns or () if labels is chosen["pred"][0] else ())
        for word in table.look(place).words
    }
    return (
        sum_to_one(table, places)
        or bool(after_classes(table, places, frozenset(words)))
        or bool(quantiles(table, places))
    )
