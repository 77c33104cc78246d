"""The columns beside prediction and label: weights, groups, clusters, named inputs."""

from __future__ import annotations

from collections.abc import Iterable

from losscli.errors import UsageError
from losscli.inputs.chosen import CLUSTER, GROUP, GROUPING, Chosen, Keys, table_of
from losscli.inputs.columns import Columns, Table, matching, pick
from losscli.inputs.evidence.words import Says, alike
from losscli.inputs.source import Selection, Source


def weights(sources: dict[str, Source], columns: Columns, keys: Keys) -> tuple[Source, Selection]:
    """The one column of weights: of their own file, or the column that the user names.

    Raises UsageError where no one column is told.
    """
    if "weight" in sources:
        source = sources["weight"]
        table = table_of(source, keys)
        if table is None:
            return source, Selection(None)
        free = _data(table, columns)
        named = [place for place in free if table.says(place) is Says.WEIGHT]
        if len(named) == 1 or len(free) == 1:
            return source, Selection(tuple(named or free))
        raise UsageError(
            f"{source.name} has {len(free)} columns: which holds the weights?",
            hint="Keep one column in the file of --weight, or name it weight.",
        )
    assert columns.weight is not None
    tables = [(source, table) for source in sources.values() if (table := table_of(source, {}))]
    for source, table in tables:
        if columns.weight in table.columns:
            return source, Selection(pick(table, [columns.weight], "--weight-col"))
    if not tables:
        raise UsageError(
            f"--weight-col {columns.weight}: there are no named columns",
            hint="Give the weights as a file: --weight FILE.",
        )
    return tables[0][0], Selection(pick(tables[0][1], [columns.weight], "--weight-col"))


def grouping(sources: Iterable[Source], columns: Columns) -> Chosen:
    """The columns to group by, each from the first table that has it, as roles `by NAME`.

    Those that name clusters of rows are roles `cluster NAME`; the one that names the lists of a
    ranking is the role `group`.

    Raises UsageError for a column that no table has.
    """
    tables = [(source, table) for source in sources if (table := table_of(source, {}))]
    chosen: Chosen = {}
    asked = [(GROUP, "--group-col", columns.group)] if columns.group else []
    asked += [(GROUPING, "--by-col", pattern) for pattern in columns.by]
    asked += [(CLUSTER, "--cluster-col", pattern) for pattern in columns.cluster]
    for prefix, flag, pattern in asked:
        if not tables:
            raise UsageError(
                f"{flag} {pattern}: there are no named columns",
                hint="Only a table has columns to group by: CSV, Parquet, JSON Lines.",
            )
        source, table = next((pair for pair in tables if matching(pair[1], pattern)), tables[0])
        for place in pick(table, [pattern], flag):
            role = prefix if prefix == GROUP else f"{prefix}{table.columns[place]}"
            chosen[role] = (source, Selection((place,), text=True))
    return chosen


def input_columns(source: Source, columns: Columns, keys: Keys) -> tuple[Source, Selection]:
    """All columns of a named input but its key."""
    table = table_of(source, keys)
    if table is None:
        return source, Selection(None)
    return source, Selection(tuple(_data(table, columns)))


def _data(table: Table, columns: Columns) -> list[int]:
    """The columns that are neither key nor index."""
    return [
        place
        for place, name in enumerate(table.columns)
        if place != table.index
        and place not in table.keys
        and table.says(place) is not Says.KEY
        and not any(alike(name, key) for key in columns.id or ())
    ]
