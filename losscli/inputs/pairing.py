"""Rows of several files side by side: by position, or by a key that they share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from shlex import quote
from typing import Any, Protocol

import numpy as np

from losscli.errors import DataError
from losscli.inputs.source import Array, Selection, Source

KEY = "key"
# What parts the columns of a key that are held as one text.
_PART = "\x1f"

# What a row takes that is held to be looked up: its key of some 15 letters with its place in the
# index (measured), and each of its items, once more while they are put together.
_KEY_BYTES, _ITEM_BYTES = 240, 16
# Rows whose keys are compared before the way of pairing is chosen.
_FIRST_KEYS = 1 << 12


@dataclass(frozen=True, slots=True)
class Feed:
    """A source and the roles that are read from it; a role `key` holds what rows are paired by."""

    source: Source
    roles: Mapping[str, Selection]


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
        streams = [
            rechunked(feed.source.batches(feed.roles, rows, start, stop), rows)
            for feed in self._feeds
        ]
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
        (one, a), (two, b) = _first_difference(
            [(feed.source.name, count) for feed, count in zip(self._feeds, counts, strict=True)]
        )
        return DataError(
            f"has {a:,} rows, {two} has {b:,}",
            file=one,
            hint="Each prediction needs its label. Is a header taken for a row, or one file cut?"
            if abs(a - b) == 1
            else "Each prediction needs its label.",
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
            whole |= gathered(feed.source.batches(feed.roles, rows))
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
    keyed = [_first_keys(feed) for feed in feeds if KEY in feed.roles]
    return all(keys == keyed[0] for keys in keyed[1:])


def _first_keys(feed: Feed) -> list[Any]:
    batches = rechunked(feed.source.batches({KEY: feed.roles[KEY]}, _FIRST_KEYS), _FIRST_KEYS)
    return [key for part in islice(batches, 1) for key in keys_of(part).tolist()]


def _first_difference(named: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], tuple[str, int]]:
    first = named[0]
    return first, next(pair for pair in named if pair[1] != first[1])


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


@dataclass
class _Keyed:
    """A feed held in memory, to be looked up by key."""

    source: Source
    arrays: dict[str, Array]
    index: Mapping[str, int]
    seen: Array = field(init=False)

    @classmethod
    def load(cls, feed: Feed) -> _Keyed:
        """Read all of a feed. Raises DataError for a key that is missing or stands twice."""
        whole = gathered(feed.source.batches(feed.roles, 1 << 17))
        if not whole:
            raise DataError("has no rows", file=feed.source.name)
        keys = keys_of(whole)
        del whole[KEY]
        _check_present(feed.source, keys, 0)
        index: dict[str, int] = {}
        for row, key in enumerate(keys.tolist()):
            first = index.setdefault(key, row)
            if first != row:
                raise _stands_twice(feed.source, key, row, first)
        return cls(feed.source, whole, index)


def _check_present(source: Source, keys: Array, start: int) -> None:
    missing = np.array([key is None for key in keys.tolist()], bool)
    if missing.any():
        part, position = located(source, start + int(missing.argmax()))
        raise DataError("has no key", file=part.name, position=position)


def _stands_twice(source: Source, key: str, row: int, first: int) -> DataError:
    (one, first_position), (other, position) = located(source, first), located(source, row)
    place = first_position if one is other else f"{one.name}, {first_position}"
    return DataError(
        f"the key {key_shown(key)} stands twice (first on {place})",
        file=other.name,
        position=position,
    )


class ById:
    """Rows with the same key, in the order of the first feed; the other feeds are held in memory.

    Every key must stand in every file exactly once.
    """

    def __init__(self, feeds: Sequence[Feed]) -> None:
        self._lead, *self._others = feeds
        self._held: list[_Keyed] | None = None

    @property
    def starts(self) -> Sequence[int]:
        """The first row alone: keys are counted from there."""
        return (0,)

    @property
    def memory(self) -> int:
        """About how many bytes the feeds take that are held."""
        return sum(
            feed.source.about * (_KEY_BYTES + _ITEM_BYTES * _items(feed)) for feed in self._others
        )

    def _keyed(self) -> list[_Keyed]:
        if self._held is None:
            self._held = [_Keyed.load(feed) for feed in self._others]
        return self._held

    def blocks(
        self, rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Blocks of the first feed, with the rows of the others that have the same keys."""
        if start or stop is not None:
            raise ValueError("rows that are paired by key are read from the first to the last")
        keyed = self._keyed()
        for held in keyed:
            held.seen = np.zeros(len(held.index), bool)
        for part in rechunked(self._lead.source.batches(self._lead.roles, rows), rows):
            keys = keys_of(part)
            _check_present(self._lead.source, keys, start)
            for held in keyed:
                part |= self._matching(held, keys, start)
            yield part
            start += len(keys)
        for held in keyed:
            self._check_all_seen(held)

    def _matching(self, held: _Keyed, keys: Array, start: int) -> dict[str, Array]:
        source = self._lead.source
        places = np.array([held.index.get(key, -1) for key in keys.tolist()], dtype=np.intp)
        if (places < 0).any():
            row = int(np.argmax(places < 0))
            raise _nowhere(keys[row], source, start + row, held.source, (places < 0).sum())
        again = held.seen[places]
        first = np.zeros(len(places), bool)
        first[np.unique(places, return_index=True)[1]] = True
        again |= ~first
        if again.any():
            row = int(np.argmax(again))
            raise _stands_twice(
                source, keys[row], start + row, self._row_of(keys[row], start + row)
            )
        held.seen[places] = True
        return {role: array[places] for role, array in held.arrays.items()}

    def _check_all_seen(self, held: _Keyed) -> None:
        left = np.flatnonzero(~held.seen)
        if left.size:
            row = int(left[0])
            raise _nowhere(list(held.index)[row], held.source, row, self._lead.source, left.size)

    def position(self, role: str, row: int) -> tuple[Source, str]:
        """Where the row's key stands in the role's own file."""
        source = self._lead.source
        if role in self._lead.roles:
            return located(source, row)
        held = next(held for held in self._keyed() if role in held.arrays)
        return located(held.source, held.index[self._key_at(row)])

    def _keys(self) -> Iterator[Any]:
        only = {KEY: self._lead.roles[KEY]}
        for batch in self._lead.source.batches(only, 1 << 17):
            yield from keys_of(batch).tolist()

    def _key_at(self, row: int) -> Any:
        return next(key for place, key in enumerate(self._keys()) if place == row)

    def _row_of(self, key: Any, otherwise: int) -> int:
        return next((place for place, found in enumerate(self._keys()) if found == key), otherwise)


def _items(feed: Feed) -> int:
    """Items per row of all roles but the key."""
    width = math.prod((feed.source.shape or ())[1:])
    return sum(
        width if chosen.columns is None else len(chosen.columns)
        for role, chosen in feed.roles.items()
        if role != KEY
    )


def _nowhere(key: Any, source: Source, row: int, other: Source, count: int) -> DataError:
    part, position = located(source, row)
    more = f" (and {count - 1:,} more like it)" if count > 1 else ""
    return DataError(
        f"the key {key_shown(key)} is not in {other.name}{more}", file=part.name, position=position
    )
