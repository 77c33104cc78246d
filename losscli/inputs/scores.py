"""Columns of scores that another evaluator gave, and the files that `losscli rows` writes."""

from __future__ import annotations

from msgspec import Struct

from losscli.errors import UsageError
from losscli.inputs.columns import Columns, Table, pick
from losscli.inputs.source import Scores

# How `losscli rows` names the shares of a column of losses, and the numbers of the rows.
SHARE_OF = "share_of_"
ROW = "row"
WEIGHT = "weight"
# Weights that a mean does not divide by, or that are those of single items.
UNDIVIDED_WEIGHT = "undivided_weight"


class ScoreColumns(Struct, frozen=True):
    """Where the scores of a table stand, and the weights that belong to them."""

    places: tuple[int, ...]
    origin: Scores
    weight: int | None
    note: str


def row_losses_of(table: Table) -> tuple[int, ...]:
    """The columns of losses in a table that `losscli rows` has written; none in any other.

    Such a table numbers its rows in `row` and has a `share_of_X` for each column X of losses.
    """
    names = set(table.columns)
    if ROW not in names:
        return ()
    return tuple(place for place, name in enumerate(table.columns) if f"{SHARE_OF}{name}" in names)


def scores_in(table: Table, columns: Columns, *, labelled: bool) -> ScoreColumns | None:
    """The scores of a table, where they are named or the table is one of rows with their losses.

    None where the table is to be read as predictions: it has no such columns, or predictions or
    labels (`labelled`: as a file of their own) were asked for.

    Raises UsageError for columns that there are not, and for predictions or labels beside scores.
    """
    asked = bool(columns.pred or columns.label or labelled)
    written = row_losses_of(table)
    if columns.score:
        if asked:
            raise UsageError(
                "scores have no predictions or labels beside them",
                hint="Say --score-col alone, or leave it out to evaluate predictions.",
            )
        places = pick(table, columns.score, "--score-col")
        words = [place for place in places if place in table.text]
        if words:
            raise UsageError(
                f"{table.file}: column {table.columns[words[0]]!r} holds words, not scores",
                hint="Name a column of numbers: --score-col NAME.",
            )
        if not set(places) <= set(written):
            return ScoreColumns(places, Scores.GIVEN, None, "")
        written = places
    if asked or not written:
        return None
    if UNDIVIDED_WEIGHT in table.columns and columns.weight is None:
        raise UsageError(
            f"{table.file}: the mean of these losses does not divide by the rows' weights",
            hint="Evaluate the predictions again, by the same convention.",
        )
    weight = _weight_of(table) if columns.weight is None else None
    said = f"{table.file}: rows with their losses; {table.named(written)} taken as they stand"
    if weight is not None:
        said += f", weighted by {table.columns[weight]}"
    return ScoreColumns(written, Scores.ROWS, weight, said)


def _weight_of(table: Table) -> int | None:
    return next((place for place, name in enumerate(table.columns) if name == WEIGHT), None)
