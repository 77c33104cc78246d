"""Rows of several files side by side: by position, or by a key that they share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice, zip_longest
from shlex import quote
from typing import Any, Protocol

import numpy as np
from msgspec import Struct, field

from losscli.errors import DataError, UsageError
from losscli.inputs.roles.claims import Claim
from losscli.inputs.source import Array, Selection, Source

KEY = "key"
# What parts the columns of a key that are held as one text.
_PART = "\x1f"

SAME_ROWS = "Models are compared on the same rows."

# Rows whose keys are compared before the way of pairing is chosen.
_FIRST_KEYS = 1 << 12


class Feed(Struct, frozen=True):
    """A source and the roles that are read from it; a role `key` holds what rows are paired by.

    `claims` are what all rows of some roles have to bear out.
    """

    source: Source
    roles: Mapping[str, Selection]
    claims: Mapping[str, Claim] = field(default_factory=dict)

    def batches(
        self, rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Batches of all roles, as those of the source, in whose order the claims are checked.

        Raises DataError at a row that is not what the first ones of its column look like.
        """
        for batch in self.source.batches(self.roles, rows, start, stop):
            for role, claim in self.claims.items():
                self._check(role, claim, batch[role][:, 0], start)
            yield batch
            start += _length(batch)

    def _check(self, role: str, claim: Claim, values: Array, start: int) -> None:
        row = claim.first_break(values, start)
        if row is None:
            return
        part, position = located(self.source, start + row)
        places = self.roles[role].columns or (claim.place,)
        raise DataError(
            claim.problem,
            file=part.name,
            position=position,
            column=self.source.column(places[0]),
            value=values[row] if isinstance(values[row], str) else f"{values[row]:g}",
            hint=claim.hint,
        )


class Pairing(Protocol):
    """Feeds whose rows belong together."""

    @property
    def starts(self) -> Sequence[int]:
        """The rows at which every feed may begin to read without reading what stands before."""

    def blocks(
        self, rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Blocks of `rows` rows of every role, from row `start` to before `stop`.

        The last may be shorter; each is valid until the next. Raises DataError where the rows of
        the feeds do not belong together.
        """

    def position(self, role: str, row: int) -> tuple[Source, str]:
        """The source of a role, and where in it the row stands that is `row` of the pairs."""


class ByPosition:
    """The first row with the first, the second with the second; keys, where given, must agree."""

    def __init__(self, feeds: Sequence[Feed]) -> None:
        self._feeds = tuple(feeds)
        self._keyed = sum(KEY in feed.roles for feed in feeds) > 1
        if not self._keyed:
            _check_indexes([feed.source for feed in feeds])

    @property
    def starts(self) -> Sequence[int]:
        """Where all feeds may begin: every row, if all are arrays."""
        found = [feed.source.starts for feed in self._feeds]
        if all(isinstance(starts, range) for starts in found):
            return min(found, key=len)
        return sorted(set.intersection(*map(set, found)))

    def blocks(
        self, rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Blocks of all feeds, one beside the other."""
        known = [feed.source.rows for feed in self._feeds]
        if None not in known and len(set(known)) > 1:
            raise self._uneven([count or 0 for count in known])
        streams = [rechunked(feed.batches(rows, start, stop), rows) for feed in self._feeds]
        for parts in zip_longest(*streams):
            counts = [0 if part is None else _length(part) for part in parts]
            if len(set(counts)) > 1:
                rests = [sum(map(_length, stream)) for stream in streams]
                raise self._uneven([start + a + b for a, b in zip(counts, rests, strict=True)])
            if self._keyed:
                self._check_keys(parts, start)
            # Keys agree, so the last to be merged says what each does.
            yield {role: array for part in parts for role, array in part.items()}
            start += counts[0]

    def position(self, role: str, row: int) -> tuple[Source, str]:
        """The same row of the role's own file."""
        return located(next(feed.source for feed in self._feeds if role in feed.roles), row)

    def _uneven(self, counts: Sequence[int]) -> DataError:
        rows = list(zip(self._feeds, counts, strict=True))
        first, a = rows[0]
        other, b = next(pair for pair in rows if pair[1] != a)
        hint = "Each prediction needs its label."
        if _predicts(first) and _predicts(other):
            hint = SAME_ROWS
        if abs(a - b) == 1:
            hint += " Is a header taken for a row, or one file cut?"
        elif hint is SAME_ROWS:
            hint += " Where they have a key, pair them by it: --id-col COL."
        return DataError(
            f"has {a:,} rows, {other.source.name} has {b:,}", file=first.source.name, hint=hint
        )

    def _check_keys(self, parts: Sequence[Mapping[str, Array]], start: int) -> None:
        keyed = [
            (feed, keys_of(part))
            for feed, part in zip(self._feeds, parts, strict=True)
            if KEY in part
        ]
        (first, keys), *others = keyed
        for other, theirs in others:
            differ = keys != theirs
            if differ.any():
                row = int(np.argmax(differ))
                part, position = located(first.source, start + row)
                raise DataError(
                    f"has the key {_shown(keys[row])} where {other.source.name} has "
                    f"{_shown(theirs[row])}: the rows stand in different order",
                    file=part.name,
                    position=position,
                    hint=f"Pair them by key: {key_flags(first)}.",
                )


def _check_indexes(sources: Sequence[Source]) -> None:
    """Raise UsageError where two pandas objects hold the same rows in another order.

    Rows are paired by position, whatever the index says.
    """
    indexed = [
        (source.name, labels)
        for source in sources
        if (labels := getattr(source, "row_labels", None)) is not None
    ]
    for (one, here), (other, there) in combinations(indexed, 2):
        if len(here) != len(there) or here.equals(there):
            continue
        if here.is_unique and there.is_unique and here.isin(there).all():
            raise UsageError(
                f"{one} and {other} have the same index in another order",
                hint=f"Put one in the order of the other, {other}.loc[{one}.index], "
                "or pair them by position: .to_numpy() of each.",
            )


class Unpaired:
    """Whole arrays whose rows do not belong together, and whose lengths may differ."""

    def __init__(self, feeds: Sequence[Feed]) -> None:
        self._feeds = tuple(feeds)

    @property
    def starts(self) -> Sequence[int]:
        """The first row alone: they are read as a whole."""
        return (0,)

    def blocks(
        self, rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """One block of everything, whichever rows are asked for."""
        whole: dict[str, Array] = {}
        for feed in self._feeds:
            whole |= gathered(feed.batches(rows))
        if whole:
            yield whole

    def position(self, role: str, row: int) -> tuple[Source, str]:
        """The same row of the role's own file."""
        return located(next(feed.source for feed in self._feeds if role in feed.roles), row)


def located(source: Source, row: int) -> tuple[Source, str]:
    """The file that holds a row, and where in it the row stands."""
    part, place = source.part(row)
    return part, part.position(place)


def keys_of(part: Mapping[str, Array]) -> Array:
    """The key of each row as one text, (n,); None where a part of it is missing."""
    columns = part[KEY]
    if columns.shape[1] == 1:
        return columns[:, 0]
    keys = [None if None in row else _PART.join(row) for row in columns.tolist()]
    return np.array(keys, dtype=object)


def key_text(key: str | None) -> str | None:
    """A key as it is written: of several columns, one after the other."""
    return None if key is None else key.replace(_PART, ", ")


def key_shown(key: str) -> str:
    """A key as a message shows it."""
    return repr(key_text(key))


def key_flags(feed: Feed) -> str:
    """The flags that name the key of a feed."""
    places = feed.roles[KEY].columns or ()
    return " ".join(f"--id-col {quote(feed.source.column(place))}" for place in places)


def aligned(feeds: Sequence[Feed]) -> bool:
    """Whether the first rows of all feeds that have keys have the same, in the same order.

    Rows further down are checked as they are read.
    """
    keyed = [first_keys(feed) for feed in feeds if KEY in feed.roles]
    return all(keys == keyed[0] for keys in keyed[1:])


def first_keys(feed: Feed) -> list[Any]:
    """The keys of the first rows of a feed."""
    batches = rechunked(feed.source.batches({KEY: feed.roles[KEY]}, _FIRST_KEYS), _FIRST_KEYS)
    return [key for part in islice(batches, 1) for key in keys_of(part).tolist()]


def _predicts(feed: Feed) -> bool:
    """Whether a feed holds the prediction of a model."""
    return any(role.partition(" ")[0] == "pred" for role in feed.roles)


def _shown(key: Any) -> str:
    return "(missing)" if key is None else key_shown(key)


def _length(part: Mapping[str, Array]) -> int:
    return len(next(iter(part.values())))


def rechunked(batches: Iterable[dict[str, Array]], rows: int) -> Iterator[dict[str, Array]]:
    """The same rows in batches of exactly `rows`, the last one perhaps shorter.

    Each is valid until the next one is asked for.
    """
    held: dict[str, Array] = {}
    filled = 0
    for batch in batches:
        length, start = _length(batch), 0
        if length == rows and not filled:
            yield batch
            continue
        while start < length:
            stop = min(length, start + rows - filled)
            piece = {role: array[start:stop] for role, array in batch.items()}
            start, count = stop, stop - start
            if count == rows:
                yield piece
                continue
            held = {role: _room(held.get(role), rows, array) for role, array in piece.items()}
            for role, array in piece.items():
                held[role][filled : filled + count] = array
            filled += count
            if filled == rows:
                yield dict(held)
                filled = 0
    if filled:
        yield {role: array[:filled] for role, array in held.items()}


def _room(held: Array | None, rows: int, piece: Array) -> Array:
    """Memory for `rows` rows like those of a piece: what is held, if its type can hold them."""
    if held is None:
        return np.empty((rows, *piece.shape[1:]), piece.dtype)
    if held.dtype == piece.dtype:
        return held
    return held.astype(np.result_type(held, piece), copy=False)


def gathered(batches: Iterable[dict[str, Array]]) -> dict[str, Array]:
    """All rows at once; nothing where there are none."""
    # A source may use the memory of a batch again for the next.
    pieces = [{role: array.copy() for role, array in batch.items()} for batch in batches]
    if not pieces:
        return {}
    return {role: np.concatenate([piece[role] for piece in pieces]) for role in pieces[0]}
