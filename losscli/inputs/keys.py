"""What pairs the rows of tables: the key that they share, or the one that the user names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from losscli.errors import UsageError
from losscli.inputs.chosen import Chosen, Keys, table_of
from losscli.inputs.columns import Columns, Table, matching, pick
from losscli.inputs.evidence.looks import LOOK
from losscli.inputs.evidence.shared import Side, shared_key
from losscli.inputs.evidence.words import Says, alike, says
from losscli.inputs.pairing import KEY, Feed
from losscli.inputs.roles.claims import Claim
from losscli.inputs.scores import ROW, row_losses_of
from losscli.inputs.source import Selection, Source
from losscli.vocabulary import Evidence


def shared_keys(sources: Sequence[Source], columns: Columns) -> tuple[Keys, list[Evidence]]:
    """The columns that identify the rows of each table, where two or more share them."""
    tables = [(source, table) for source in sources if (table := table_of(source, {}))]
    if columns.id is not None or len(tables) < 2:
        return {}, []
    if written := _keys_of_written_rows(tables):
        return written, []
    (lead, first), *others = tables
    keys: Keys = {}
    evidence = []
    for source, table in others:
        found = shared_key(_side(lead, first, columns), _side(source, table, columns))
        if found is None:
            continue
        if id(lead) not in keys:
            keys[id(lead)] = found.one
            names = first.named(found.one)
            evidence.append(
                Evidence(f"key {names}", f"in {lead.name} and {source.name}", found.why)
            )
        elif keys[id(lead)] != found.one:
            names_of = [first.columns[place] for place in keys[id(lead)]]
            found_there = [
                [p for p, name in enumerate(table.columns) if alike(name, wanted)]
                for wanted in names_of
            ]
            if not all(len(each) == 1 for each in found_there):
                continue
            keys[id(source)] = tuple(each[0] for each in found_there)
            continue
        keys[id(source)] = found.other
    return keys, evidence


def _keys_of_written_rows(tables: Sequence[tuple[Source, Table]]) -> Keys:
    """The keys of tables that `losscli rows` has written: their ids, or the numbers of the rows."""
    if not all(row_losses_of(table) for _, table in tables):
        return {}
    name = "id" if all("id" in table.columns for _, table in tables) else ROW
    return {id(source): (table.columns.index(name),) for source, table in tables}


def _side(source: Source, table: Table, columns: Columns) -> Side:
    """A table as one side of a pair; what the user gave a role is no key."""
    whole = len(source.firsts(0)) < LOOK
    given = (*columns.pred, *columns.label, *([columns.weight] if columns.weight else []))
    taken = frozenset(place for pattern in given for place in matching(table, pattern))
    return Side(table.columns, table.looks, table.index, whole, taken)


def feeds_of(
    sources: dict[str, Source],
    chosen: Chosen,
    columns: Columns,
    keys: Keys,
    *,
    claims: Mapping[str, Claim],
    ids: bool = False,
) -> list[Feed]:
    """The roles that are read from each source, with the key that pairs or checks their rows.

    Each of the `claims` goes with the role that it is about.
    A key that only names the rows is read where `ids` are wanted.
    """
    feeds = [
        Feed(source, roles, {role: claim for role, claim in claims.items() if role in roles})
        for source in sources.values()
        for roles in [{role: part for role, (home, part) in chosen.items() if home is source}]
    ]
    if columns.id is not None:
        return [_keyed(feed, _key_of(feed, columns.id)) for feed in feeds]
    if not keys and ids:
        # A table that stands alone: the one column that is called a key names its rows.
        for feed in feeds:
            if (named := _called_key(feed)) is not None:
                return [_keyed(each, named) if each is feed else each for each in feeds]
    return [
        _keyed(feed, keys[id(feed.source)]) if id(feed.source) in keys else feed for feed in feeds
    ]


def _keyed(feed: Feed, columns: tuple[int, ...]) -> Feed:
    return replace(feed, roles={**feed.roles, KEY: Selection(columns, text=True)})


def _key_of(feed: Feed, names: Sequence[str]) -> tuple[int, ...]:
    """The columns of these names. Raises UsageError where there is none, or it has another role."""
    source = feed.source
    table = table_of(source, {})
    flags = " ".join(f"--id-col {name}" for name in names)
    if table is None:
        raise UsageError(
            f"{flags}: {source.name} has no named columns", hint="Only tables can be paired by key."
        )
    places: list[int] = []
    for name in names:
        found = matching(table, name) or [
            place for place, known in enumerate(table.columns) if alike(known, name)
        ]
        key, *others = found if len(found) == 1 else pick(table, [name], "--id-col")
        if others:
            raise UsageError(
                f"--id-col {name} picks several columns of {source.name}: "
                f"{table.named([key, *others])}",
                hint="Name each column of the key: --id-col A --id-col B.",
            )
        if any(key in (chosen.columns or ()) for chosen in feed.roles.values()):
            raise UsageError(
                f"{source.name}: column {table.columns[key]} cannot be the key and be evaluated "
                "too",
                hint="Name the columns to evaluate: --pred-col, --label-col.",
            )
        places.append(key)
    return tuple(places)


def _called_key(feed: Feed) -> tuple[int, ...] | None:
    """The one column that is called a key and plays no other role."""
    used = {place for chosen in feed.roles.values() for place in chosen.columns or ()}
    found = [
        place
        for place, name in enumerate(feed.source.columns or ())
        if says(name) is Says.KEY and place not in used
    ]
    return (found[0],) if len(found) == 1 else None
