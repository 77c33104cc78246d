"""Which columns of which source are read, in which role, and what pairs their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from shlex import quote

from losscli.errors import DataError, UsageError
from losscli.inputs.columns import Columns, Table, matching, pick
from losscli.inputs.evidence.looks import LOOK, Look
from losscli.inputs.evidence.shared import Side, shared_key
from losscli.inputs.evidence.words import Says, alike, says
from losscli.inputs.findings import Findings, ReadRole, UnusedColumn
from losscli.inputs.names import align
from losscli.inputs.pairing import KEY, Feed
from losscli.inputs.roles.claims import Claim, Claimed
from losscli.inputs.roles.decision import resolve
from losscli.inputs.roles.state import ANYTHING, Wanted
from losscli.inputs.scores import ROW, row_losses_of, scores_in
from losscli.inputs.source import Scores, Selection, Source
from losscli.losses.texts import LAYOUT
from losscli.vocabulary import Evidence

Chosen = dict[str, tuple[Source, Selection]]

# The role of a column to group by is this and the column's name.
GROUPING = "by "
# … and of a column whose equal values say that rows depend on each other.
CLUSTER = "cluster "
GROUP = "group"
# The columns of lm-eval's questions: the choices, the same by their length, and the right one.
CHOICE, NORM, TARGET = "choice", "norm", "target"
# … and what all its samples have.
FILTER = "filter"
_SAMPLE = ("doc_id", FILTER, "doc_hash")


# … and of a column of which the first rows made a decision that all rows have to bear out.
CLAIMED = "claimed "

Keys = dict[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """For each role its source and columns, with notes and the evidence for them.

    `claims` are to be borne out by all rows of the role that each stands by.
    """

    chosen: Chosen
    notes: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    claims: tuple[tuple[str, Claim], ...] = ()


def choose(
    sources: dict[str, Source],
    columns: Columns,
    keys: Keys,
    wanted: Wanted = ANYTHING,
) -> Choice:
    """For each role its source and columns; `keys` identify the rows of sources and are no data.

    `wanted` is what the losses that were asked for read of a row.
    """
    chosen: Chosen = {}
    notes: list[str] = []
    evidence: list[Evidence] = []
    claims: dict[str, Claim] = {}
    alone = "label" not in sources
    if (read := _of_language_models(sources, columns)) is not None:
        return _of_one_filter(read, columns)
    if (scored := _scores(sources, columns, keys)) is not None:
        return _of_one_filter(scored, columns)
    for role in ("pred", "label"):
        if role not in sources:
            continue
        source = sources[role]
        table = _table(source, keys)
        if table is None:
            for flag in ("pred", "label") if alone else (role,):
                if getattr(columns, flag):
                    raise UsageError(
                        f"{source.name} has no named columns", hint=f"Leave out --{flag}-col."
                    )
            chosen[role] = (source, Selection(None, text=source.is_text(0)))
            continue
        roles = resolve(
            table,
            columns,
            want_pred=role == "pred",
            want_label=role == "label" or alone,
            wanted=wanted,
        )
        evidence += roles.evidence
        for claim in roles.claims:
            name = f"{CLAIMED}{table.columns[claim.place]} of {source.name}"
            claims[name] = claim
            chosen[name] = (source, Selection((claim.place,)))
        for name, places in (("pred", roles.pred), ("label", roles.label)):
            if places:
                text = any(map(source.is_text, places))
                chosen[name] = (source, Selection(places, text=text))
    if "label" in chosen and not alone:
        notes += _align_labels(chosen)
    if columns.weight is not None or "weight" in sources:
        chosen["weight"] = _weights(sources, columns, keys)
    for name, source in sources.items():
        if name not in ("pred", "label", "weight"):
            chosen[name] = _input(source, columns, keys)
    for role, noun in (("pred", "predictions"), ("weight", "weights")):
        given = sources.get(role)
        if given is None or given.columns is not None or not given.is_text(0):
            continue
        if role == "weight" or "label" not in chosen or not _holds_words(*chosen["label"]):
            raise DataError(f"holds words, not {noun}", file=given.name)
    if "pred" in chosen and chosen["pred"][1].text and not _are_classes(chosen):
        # A number was wanted: the reader names the line where a word stands.
        source, selection = chosen["pred"]
        if source.columns is not None:
            chosen["pred"] = (source, replace(selection, text=False))
    return Choice(chosen, tuple(notes), tuple(evidence), tuple(claims.items()))


def _of_language_models(sources: dict[str, Source], columns: Columns) -> Choice | None:
    """The choice where the file holds log-probabilities of texts, or of choices with the target.

    None where it holds other things, or columns of it are named.
    """
    source = sources["pred"]
    if columns.pred or columns.label or columns.score or source.columns is None:
        return None
    names = list(source.columns)
    where = getattr(source, "where", "")
    if names[: len(LAYOUT)] == list(LAYOUT):
        if "label" in sources:
            raise UsageError(
                f"{source.name} holds log-probabilities of texts, which have no labels",
                hint="Leave the label file out.",
            )
        chosen: Chosen = {
            "pred": (source, Selection(tuple(range(len(LAYOUT))), scores=Scores.TEXTS))
        }
        said = f"{source.name}: texts by the log-probabilities of their tokens"
        return Choice(chosen, (f"{said}, {where}" if where else said,), ())
    choices = [place for place, name in enumerate(names) if name.startswith(f"{CHOICE}.")]
    if not where or not choices or "label" in sources:
        return None
    chosen = {
        "pred": (source, Selection(tuple(choices))),
        "label": (source, Selection((names.index(TARGET),))),
    }
    said = f"{source.name}: log-likelihoods of up to {len(choices)} choices, {where}"
    normed = any(name.startswith(f"{NORM}.") for name in names)
    return Choice(chosen, (f"{said}; by their length: -p '{NORM}.*'" if normed else said,), ())


def _of_one_filter(choice: Choice, columns: Columns) -> Choice:
    """The choice, to be borne out by rows that lm-eval made by one filter of the responses.

    A file of samples holds each question once for each filter, and each has results of its own.
    """
    source, _ = choice.chosen["pred"]
    names = list(source.columns or ())
    if not set(_SAMPLE) <= set(names) or any(fnmatchcase(FILTER, each) for each in columns.by):
        return choice
    place = names.index(FILTER)
    first = next(iter(source.firsts(place)), None)
    if not isinstance(first, str):
        return choice
    role = f"{CLAIMED}{FILTER} of {source.name}"
    claim = (role, Claim(place, Claimed.ONE_FILTER, first))
    filters = {role: (source, Selection((place,), text=True))}
    return replace(choice, chosen={**choice.chosen, **filters}, claims=(*choice.claims, claim))


def _scores(sources: dict[str, Source], columns: Columns, keys: Keys) -> Choice | None:
    """The choice where the file holds scores of its rows; None where it holds predictions."""
    source = sources["pred"]
    table = _table(source, keys)
    if table is None:
        if columns.score:
            raise UsageError(
                f"{source.name} has no named columns",
                hint="Say --task scores: the array is taken as scores.",
            )
        return None
    found = scores_in(table, columns, labelled="label" in sources)
    if found is None:
        return None
    chosen: Chosen = {"pred": (source, Selection(found.places, scores=found.origin))}
    if columns.weight is not None or "weight" in sources:
        chosen["weight"] = _weights(sources, columns, keys)
    elif found.weight is not None:
        chosen["weight"] = (source, Selection((found.weight,)))
    return Choice(chosen, (found.note,) if found.note else (), ())


def _holds_words(source: Source, selection: Selection) -> bool:
    return any(map(source.is_text, selection.columns or (0,)))


def _are_classes(chosen: Chosen) -> bool:
    """Whether prediction and label are one column of words each: predicted and true classes."""
    if "label" not in chosen:
        return False
    return all(
        _holds_words(source, selection) and len(selection.columns or (0,)) == 1
        for source, selection in (chosen["pred"], chosen["label"])
    )


def shared_keys(sources: Sequence[Source], columns: Columns) -> tuple[Keys, list[Evidence]]:
    """The columns that identify the rows of each table, where two or more share them."""
    tables = [(source, table) for source in sources if (table := _table(source, {}))]
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


def _table(source: Source, keys: Keys) -> Table | None:
    """The columns of a source that has names for them."""
    if source.columns is None:
        return None
    places = range(len(source.columns))
    return Table(
        source.name,
        source.columns,
        text=frozenset(place for place in places if source.is_text(place)),
        looks=tuple(Look.of(source.firsts(place)) for place in places),
        index=0 if source.index else None,
        keys=frozenset(keys.get(id(source), ())),
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


def _weights(sources: dict[str, Source], columns: Columns, keys: Keys) -> tuple[Source, Selection]:
    if "weight" in sources:
        source = sources["weight"]
        table = _table(source, keys)
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
    tables = [(source, table) for source in sources.values() if (table := _table(source, {}))]
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
    tables = [(source, table) for source in sources if (table := _table(source, {}))]
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


def _input(source: Source, columns: Columns, keys: Keys) -> tuple[Source, Selection]:
    """All columns of a named input but its key."""
    table = _table(source, keys)
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
    table = _table(source, {})
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


def findings_of(feeds: Iterable[Feed], columns: Columns, evidence: Sequence[Evidence]) -> Findings:
    """What the columns of all tables were taken for, and which of them are not used."""
    read: list[ReadRole] = []
    unused: list[UnusedColumn] = []
    named = {"pred": columns.pred, "label": columns.label, "key": columns.id}
    named["weight"] = columns.weight
    for feed in feeds:
        source = feed.source
        if source.columns is None:
            continue
        used = {0} if source.index else set()
        for role, chosen in feed.roles.items():
            if role.startswith(CLAIMED):
                continue
            places = chosen.columns or ()
            used |= set(places)
            # Where a role takes all there is, nothing was chosen.
            guessed = not (role.startswith((GROUPING, CLUSTER)) or named.get(role))
            guessed = guessed and len(places) < len(source.columns)
            names = tuple(source.columns[place] for place in places)
            read.append(ReadRole(role.partition(" of model ")[0], source.name, names, guessed))
        unused += [
            UnusedColumn(name, source.name, _flag_for(name))
            for place, name in enumerate(source.columns)
            if place not in used
        ]
    return Findings(tuple(read), tuple(unused), tuple(evidence))


def _flag_for(name: str) -> str:
    """The flag that would use a column which is not read, where its name suggests one."""
    return f"--weight-col {quote(name)}" if says(name) is Says.WEIGHT else ""
