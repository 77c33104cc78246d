"""Which columns of which source are read, in which role, and what pairs their rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from shlex import quote

from losscli.errors import DataError, UsageError
from losscli.inputs.findings import Findings, ReadRole, UnusedColumn
from losscli.inputs.names import ID_NAMES, WEIGHT_NAMES, align
from losscli.inputs.pairing import KEY, Feed
from losscli.inputs.roles import Columns, Table, matching, pick, resolve
from losscli.inputs.source import Selection, Source

Chosen = dict[str, tuple[Source, Selection]]

# The role of a column to group by is this and the column's name.
GROUPING = "by "


def choose(sources: dict[str, Source], columns: Columns) -> tuple[Chosen, list[str]]:
    """For each role its source and columns, with notes on what the names decided."""
    chosen: Chosen = {}
    notes: list[str] = []
    alone = "label" not in sources
    for role in ("pred", "label"):
        if role not in sources:
            continue
        source = sources[role]
        table = _table(source)
        if table is None:
            for flag in ("pred", "label") if alone else (role,):
                if getattr(columns, flag):
                    raise UsageError(
                        f"{source.name} has no named columns", hint=f"Leave out --{flag}-col."
                    )
            chosen[role] = (source, Selection(None, text=source.is_text(0)))
            continue
        roles = resolve(
            table, columns, want_pred=role == "pred", want_label=role == "label" or alone
        )
        for name, places in (("pred", roles.pred), ("label", roles.label)):
            if places:
                text = name == "label" and any(map(source.is_text, places))
                chosen[name] = (source, Selection(places, text=text))
    if "label" in chosen and not alone:
        notes += _align_labels(chosen)
    if columns.weight is not None or "weight" in sources:
        chosen["weight"] = _weights(sources, columns)
    for name, source in sources.items():
        if name not in ("pred", "label", "weight"):
            chosen[name] = _input(source, columns)
    for role, noun in (("pred", "predictions"), ("weight", "weights")):
        given = sources.get(role)
        if given is not None and given.columns is None and given.is_text(0):
            raise DataError(f"holds words, not {noun}", file=given.name)
    return chosen, notes


def _table(source: Source) -> Table | None:
    """The columns of a source that has names for them."""
    if source.columns is None:
        return None
    places = range(len(source.columns))
    return Table(
        source.name,
        source.columns,
        text=frozenset(place for place in places if source.is_text(place)),
        words=tuple(source.words(place) for place in places),
        index=0 if source.index else None,
    )


def _align_labels(chosen: Chosen) -> list[str]:
    """Put labels of several columns into the order of the prediction's, where names say so."""
    (pred_source, pred), (source, label) = chosen["pred"], chosen["label"]
    if source.columns is None or pred_source.columns is None:
        return []
    assert pred.columns is not None
    assert label.columns is not None
    names = [source.columns[place] for place in label.columns]
    order = align([pred_source.columns[place] for place in pred.columns], names)
    if order is None:
        return []
    chosen["label"] = (
        source,
        replace(label, columns=tuple(label.columns[place] for place in order)),
    )
    moved = ", ".join(names[place] for place in order)
    return [f"{source.name}: labels taken in the order of the predictions: {moved}"]


def _weights(sources: dict[str, Source], columns: Columns) -> tuple[Source, Selection]:
    if "weight" in sources:
        source = sources["weight"]
        table = _table(source)
        if table is None:
            return source, Selection(None)
        free = [
            place
            for place, name in enumerate(table.columns)
            if place != table.index and name.lower() not in ID_NAMES and name != columns.id
        ]
        named = [place for place in free if table.columns[place].lower() in WEIGHT_NAMES]
        if len(named) == 1 or len(free) == 1:
            return source, Selection(tuple(named or free))
        raise UsageError(
            f"{source.name} has {len(free)} columns: which holds the weights?",
            hint="Keep one column in the file of --weight, or name it weight.",
        )
    assert columns.weight is not None
    tables = [(source, table) for source in sources.values() if (table := _table(source))]
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

    Raises UsageError for a column that no table has.
    """
    tables = [(source, table) for source in sources if (table := _table(source))]
    chosen: Chosen = {}
    for pattern in columns.by:
        if not tables:
            raise UsageError(
                f"--by-col {pattern}: there are no named columns",
                hint="Only a table has columns to group by: CSV, Parquet, JSON Lines.",
            )
        source, table = next((pair for pair in tables if matching(pair[1], pattern)), tables[0])
        for place in pick(table, [pattern], "--by-col"):
            chosen[f"{GROUPING}{table.columns[place]}"] = (source, Selection((place,), text=True))
    return chosen


def _input(source: Source, columns: Columns) -> tuple[Source, Selection]:
    """All columns of a named input but its key."""
    table = _table(source)
    if table is None:
        return source, Selection(None)
    places = (
        place
        for place, name in enumerate(table.columns)
        if place != table.index and name.lower() not in ID_NAMES and name != columns.id
    )
    return source, Selection(tuple(places))


def feeds_of(
    sources: dict[str, Source], chosen: Chosen, columns: Columns, *, ids: bool = False
) -> list[Feed]:
    """The roles that are read from each source, with the key that pairs or checks their rows.

    A key that only names the rows is read where `ids` are wanted.
    """
    feeds = [
        Feed(source, {role: part for role, (home, part) in chosen.items() if home is source})
        for source in sources.values()
    ]
    if columns.id is not None:
        keys = [_key_of(feed, columns.id) for feed in feeds]
        return [_keyed(feed, key) for feed, key in zip(feeds, keys, strict=True)]
    named = [_conventional_key(source) for source in sources.values()]
    keys_by_name = [name for _, name in filter(None, named)]
    # Keys of one name must agree row by row.
    if len(set(keys_by_name)) != 1 or (len(keys_by_name) < 2 and not ids):
        return feeds
    return [
        feed if key is None else _keyed(feed, key[0])
        for feed, key in zip(feeds, named, strict=True)
    ]


def _keyed(feed: Feed, column: int) -> Feed:
    return Feed(feed.source, {**feed.roles, KEY: Selection((column,), text=True)})


def _key_of(feed: Feed, name: str) -> int:
    """The column of that name. Raises UsageError where there is none, or it plays another role."""
    source = feed.source
    table = _table(source)
    if table is None:
        raise UsageError(
            f"--id-col {name}: {source.name} has no named columns",
            hint="Only tables can be paired by key.",
        )
    key, *others = pick(table, [name], "--id-col")
    if others:
        raise UsageError(
            f"--id-col {name} picks several columns of {source.name}: "
            f"{table.named([key, *others])}",
            hint="A key is one column.",
        )
    if any(key in (chosen.columns or ()) for chosen in feed.roles.values()):
        raise UsageError(
            f"{source.name}: column {table.columns[key]} cannot be the key and be evaluated too",
            hint="Name the columns to evaluate: --pred-col, --label-col.",
        )
    return key


def _conventional_key(source: Source) -> tuple[int, str] | None:
    """The one column that goes by a key's name, with that name in lower case."""
    lower = [name.lower() for name in source.columns or ()]
    found = [(place, name) for place, name in enumerate(lower) if name in ID_NAMES]
    return found[0] if len(found) == 1 else None


def findings_of(feeds: Iterable[Feed], columns: Columns) -> Findings:
    """What the columns of all tables were taken for, and which of them are not used."""
    read: list[ReadRole] = []
    unused: list[UnusedColumn] = []
    named = {"pred": columns.pred, "label": columns.label, "weight": columns.weight}
    named["key"] = columns.id
    for feed in feeds:
        source = feed.source
        if source.columns is None:
            continue
        used = {0} if source.index else set()
        for role, chosen in feed.roles.items():
            places = chosen.columns or ()
            used |= set(places)
            # Where a role takes all there is, nothing was chosen.
            guessed = not (role.startswith(GROUPING) or named.get(role))
            guessed = guessed and len(places) < len(source.columns)
            names = tuple(source.columns[place] for place in places)
            read.append(ReadRole(role.partition(" of model ")[0], source.name, names, guessed))
        unused += [
            UnusedColumn(name, source.name, _flag_for(name))
            for place, name in enumerate(source.columns)
            if place not in used
        ]
    return Findings(tuple(read), tuple(unused))


def _flag_for(name: str) -> str:
    """The flag that would use a column which is not read, where its name suggests one."""
    return f"--weight-col {quote(name)}" if name.lower() in WEIGHT_NAMES else ""
