"""Rows of several files paired by a key, whatever their order."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from shlex import quote
from typing import Any

import numpy as np

from losscli.errors import DataError
from losscli.inputs.evidence.writing import (
    Way,
    loosely,
    only_decimals_differ,
    ways_between,
    whole,
)
from losscli.inputs.pairing import (
    KEY,
    Feed,
    first_keys,
    gathered,
    key_shown,
    keys_of,
    located,
    rechunked,
)
from losscli.inputs.source import Array, Source

# What a row takes that is held to be looked up: its key of some 15 letters with its place in the
# index (measured), and each of its items, once more while they are put together.
_KEY_BYTES, _ITEM_BYTES = 240, 16


def in_two_writings(feeds: Sequence[Feed]) -> bool:
    """Whether keys are whole numbers, with decimals of 0 in some feeds: `7.0` in one, `7` in all.

    That is how pandas writes a column of whole numbers which once had a missing one.
    """
    return only_decimals_differ(
        [key for key in first_keys(feed) if key is not None] for feed in feeds
    )


@dataclass
class _Keyed:
    """A feed held in memory, to be looked up by key."""

    feed: Feed
    arrays: dict[str, Array]
    index: Mapping[str, int]
    seen: Array = field(init=False)

    @property
    def source(self) -> Source:
        """Where it was read from."""
        return self.feed.source

    @classmethod
    def load(cls, feed: Feed, read: Callable[[Mapping[str, Array]], Array]) -> _Keyed:
        """Read all of a feed. Raises DataError for a key that is missing or stands twice."""
        arrays = gathered(feed.batches(1 << 17))
        if not arrays:
            raise DataError("has no rows", file=feed.source.name)
        keys = read(arrays)
        del arrays[KEY]
        _check_present(feed.source, keys, 0)
        index: dict[str, int] = {}
        for row, key in enumerate(keys.tolist()):
            first = index.setdefault(key, row)
            if first != row:
                raise _stands_twice(feed.source, key, row, first)
        return cls(feed, arrays, index)


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

    Every key must stand in every file exactly once. `whole_numbers` are keys that some feeds write
    with decimals of 0, which are left out.
    """

    def __init__(self, feeds: Sequence[Feed], *, whole_numbers: bool = False) -> None:
        self._lead, *self._others = feeds
        self._keys_of = _whole_keys_of if whole_numbers else keys_of
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
            self._held = [_Keyed.load(feed, self._keys_of) for feed in self._others]
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
        for part in rechunked(self._lead.batches(rows), rows):
            keys = self._keys_of(part)
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
            raise _nowhere(
                keys[row], self._lead, start + row, held.feed, held.index, (places < 0).sum()
            )
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
            key = list(held.index)[row]
            raise _nowhere(key, held.feed, row, self._lead, self._keys(), left.size)

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
            yield from self._keys_of(batch).tolist()

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


def _whole_keys_of(part: Mapping[str, Array]) -> Array:
    """The key of each row, whole numbers without decimals."""
    keys = keys_of(part)
    return np.array([None if key is None else whole(key) for key in keys.tolist()], dtype=object)


def _nowhere(
    key: str, feed: Feed, row: int, other: Feed, known: Iterable[str], count: int
) -> DataError:
    """That a key stands in one feed alone, and why that may be where others are `known` there."""
    part, position = located(feed.source, row)
    more = f" (and {count - 1:,} more like it)" if count > 1 else ""
    problem = f"the key {key_shown(key)} is not in {other.source.name}{more}"
    wanted = loosely(key)
    twin = next((each for each in known if each is not None and loosely(each) == wanted), None)
    if twin is None:
        return DataError(problem, file=part.name, position=position)
    ways = ways_between(key, twin)
    differ = " and ".join(way.what for way in ways)
    return DataError(
        f"{problem}, which has {key_shown(twin)}: they differ in {differ}",
        file=part.name,
        position=position,
        hint=f"Write the keys alike on both sides{_mended((feed, other), ways)}",
    )


_TEXT = (".csv", ".tsv", ".txt")


def _mended(feeds: Sequence[Feed], ways: Sequence[Way]) -> str:
    """The line that writes files with the keys of each alike; nothing where they are no text."""
    if any(PurePath(feed.source.name).suffix.lower() not in _TEXT for feed in feeds):
        return "."
    places = ((feed, place) for feed in feeds for place in feed.roles[KEY].columns or ())
    columns = sorted({feed.source.column(place) for feed, place in places})
    files = [feed.source.name for feed in feeds]
    plain = "".join(way.pandas for way in ways)
    code = (
        'import pandas as pd; [pd.read_csv(f, dtype=str, sep=None, engine="python", '
        f"keep_default_na=False).apply(lambda c: c{plain} if c.name in {json.dumps(columns)} "
        f'else c).to_csv(f + ".plain.csv", index=False) for f in {json.dumps(files)}]'
    )
    return f": python -c {quote(code)}"
