"""What a user names → one data set: sources, roles, pairing and shapes put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace

from losscli.errors import UsageError
from losscli.inputs.archives import members_of
from losscli.inputs.beside import grouping
from losscli.inputs.choosing import choose
from losscli.inputs.chosen import Chosen
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset, Opening
from losscli.inputs.dependence import suspects
from losscli.inputs.evidence.looks import Look
from losscli.inputs.keys import feeds_of, shared_keys
from losscli.inputs.names import class_names
from losscli.inputs.opening import Opener, Seen
from losscli.inputs.pairing import KEY, ByPosition, Feed, Pairing, Unpaired, aligned
from losscli.inputs.roles.state import ANYTHING, Wanted
from losscli.inputs.shapes import check_dims, check_fit, part_of
from losscli.inputs.tokens import token_rows
from losscli.inputs.used_columns import findings_of

# Bytes of memory that are worth a word.
_MUCH = 1 << 26


def open_dataset(
    pred: Any,
    label: Any = None,
    *,
    weight: Any = None,
    columns: Columns | None = None,
    inputs: Mapping[str, Any] | None = None,
    deep: bool = False,
    paired: bool = True,
    cast: str | None = None,
    ids: bool = False,
    wanted: Wanted = ANYTHING,
    classes_second: bool = False,
    shift: bool = False,
    seen: Seen | None = None,
    announce: Callable[[str], Any] | None = None,
) -> Dataset:
    """The data that files or arrays hold; without `label`, one table may hold both roles.

    `inputs` are arrays beside prediction and label, by name. `deep` says that arrays of more than
    two dimensions are wanted; the rows of arrays that are not `paired` do not belong together.
    Predictions are rounded to the type `cast` (float16, float32) where it is given. With `ids`, a
    column that names the rows is read where there is one. `wanted` is what the losses read of a
    row. `classes_second` says that the losses go by names whose framework has the classes of tokens
    in the second axis; with `shift`, a token's prediction is held against the next label. `seen` is
    what was known of the files when they were opened before.

    `announce` is told beforehand if much memory will be needed; without it, a note says so.

    Raises UsageError where it is unclear which columns are meant, DataError for files that cannot
    be read and for shapes that do not fit each other.
    """
    columns = columns or Columns()
    opener = Opener(seen, columns.decimal)
    how = {"weight": weight, "columns": columns, "inputs": inputs, "deep": deep}
    how |= {"paired": paired, "cast": cast, "ids": ids, "wanted": wanted, "seen": opener.seen}
    how |= {"classes_second": classes_second, "shift": shift}
    opening = Opening(pred, label, how, open_dataset)
    pred, label, archived = members_of(opener, pred, label)
    sources = {"pred": opener.open(pred, "prediction")}
    if label is not None:
        sources["label"] = opener.open(label, "label")
    if weight is not None:
        if columns.weight is not None:
            raise UsageError("give weights as a file or as a column, not both")
        sources["weight"] = opener.open(weight, "weight")
    for name, given in (inputs or {}).items():
        sources[name] = opener.open(given, name)
    tokens = None
    if "label" in sources and not deep and paired and not inputs:
        tokens = token_rows(
            sources["pred"],
            sources["label"],
            sources.get("weight"),
            classes_second=classes_second,
            shift=shift,
        )
        if tokens is not None:
            sources["pred"], sources["label"] = tokens.pred, tokens.label
            sources |= {} if tokens.weight is None else {"weight": tokens.weight}
    elif shift:
        raise UsageError("--shift: it needs logits of tokens, and a file of their labels")
    keys, shared = shared_keys(list(sources.values()), columns) if paired else ({}, [])
    choice = choose(sources, columns, keys, wanted)
    chosen, notes = choice.chosen | grouping(sources.values(), columns), list(choice.notes)
    feeds = feeds_of(sources, chosen, columns, keys, claims=dict(choice.claims), ids=ids)
    findings = findings_of(feeds, columns, [*shared, *choice.evidence])
    notes += [*archived, *findings.notes()]
    notes += [tokens.said] if tokens is not None else []
    parts = {role: part_of(source, chosen[role][1]) for role, (source, _) in chosen.items()}
    each = 0 if tokens is None else tokens.tokens
    parts["pred"] = replace(parts["pred"], classes=classes_of(chosen), tokens=each)
    if not deep:
        notes += check_dims(parts)
    pairing: Pairing
    if not paired:
        pairing = Unpaired(feeds)
    else:
        notes += check_fit(parts)
        pairing = paired_rows(feeds, columns, announce or notes.append, notes)
    places = {role: selection.columns for role, (_, selection) in chosen.items()}
    dtype = None if cast is None else np.dtype(cast)
    if dtype is not None:
        parts["pred"] = replace(parts["pred"], dtype=dtype)
    suspected = suspects(feeds) if paired else ()
    return Dataset(
        pairing,
        parts,
        places,
        notes,
        opener,
        dtype,
        opening,
        findings,
        suspected=suspected,
        percent=columns.percent,
    )


def classes_of(chosen: Chosen, role: str = "pred") -> tuple[str, ...] | None:
    """What the prediction's columns are named after, where they have names."""
    source, selection = chosen[role]
    if source.columns is None or selection.columns is None:
        return None
    words: frozenset[str] = frozenset()
    if "label" in chosen:
        home, label = chosen["label"]
        if home.columns is not None and len(label.columns or ()) == 1:
            words = Look.of(home.firsts((label.columns or (0,))[0])).words
    return class_names([source.columns[place] for place in selection.columns], words)


def paired_rows(
    feeds: Sequence[Feed],
    columns: Columns,
    announce: Callable[[str], Any],
    notes: list[str],
) -> Pairing:
    """The rows side by side: by their key where it was named or stands in another order."""
    several = sum(KEY in feed.roles for feed in feeds) > 1
    named = columns.id is not None and len(feeds) > 1
    if not named and (not several or aligned(feeds)):
        return ByPosition(feeds)
    if not all(KEY in feed.roles for feed in feeds):
        # What has no key cannot be paired by one; the first rows say that the order differs.
        return ByPosition(feeds)
    from losscli.inputs.by_key import ById, in_two_writings

    plain = in_two_writings(feeds)
    pairing = ById(feeds, whole_numbers=plain)
    lead = feeds[0]
    key = ", ".join(lead.source.column(place) for place in lead.roles[KEY].columns or ())
    if not named and not plain:
        notes.append(f"rows paired by {key}: they stand in another order")
    if plain:
        notes.append(f"rows paired by {key}: whole numbers, which one file writes as 7.0, not 7")
    if pairing.memory >= _MUCH:
        announce(
            f"rows are paired by {key}: about {pairing.memory / 1e6:,.0f} MB of memory; rows in "
            "the same order need none of it"
        )
    return pairing
