"""What two tables share: the columns that identify a row on both sides.

Such a column pairs the rows, and is never data. The rules, in their order:

1. a column of one name on both sides that is called a key (`Id`, `PassengerId`), or the nameless
   indexes of both; the one key, or the one column of words that no row repeats, of either side
   under other names where they hold the same;
2. a column of words, dates or whole numbers with one name on both sides that no row repeats, where
   the same values stand on both sides as far as was looked, or where other numbers are left to be
   prediction and label;
3. several such columns whose values repeat, but together do not;
4. columns of one name whose values repeat, and are the same row by row: they hold the rows to
   their places.

What is called a prediction, a label or a weight is none of them, and fractions identify nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from losscli.inputs.evidence.looks import Look
from losscli.inputs.evidence.words import Says, alike, says
from losscli.inputs.evidence.writing import loosely


class Side(Struct, frozen=True):
    """One of two tables: its columns, their looks, its nameless index, and whether that is all.

    `taken` are the columns that the user gave a role.
    """

    names: tuple[str, ...]
    looks: tuple[Look, ...]
    index: int | None = None
    whole: bool = True
    taken: frozenset[int] = frozenset()


class SharedKey(Struct, frozen=True):
    """The columns that identify rows, as places in either table, and why they do."""

    one: tuple[int, ...]
    other: tuple[int, ...]
    why: str


class _Pair(Struct, frozen=True):
    one: int
    other: int
    called: bool
    here: Look
    there: Look
    same: bool

    @property
    def shared(self) -> bool:
        """Whether some value stands on both sides, perhaps written otherwise."""
        here, there = self.here.words, self.there.words
        return bool(here & there) or bool({*map(loosely, here)} & {*map(loosely, there)})

    @property
    def unique(self) -> bool:
        return self.here.unique and self.there.unique


def shared_key(one: Side, other: Side) -> SharedKey | None:
    """What identifies the rows of two tables, by the rules above; None where nothing does."""
    pairs = _pairs(one, other)
    left = _left_beside(pairs, one, other)
    if not left:
        # One of them is the value itself: what both sides hold alike identifies.
        pairs = [pair for pair in pairs if pair.same or pair.called]
        left = _left_beside(pairs, one, other)
    unique = [pair for pair in pairs if pair.unique and _identifies(pair, one, other, left)]
    if unique:
        best = max(unique, key=lambda pair: (pair.called, pair.same, pair.here.text))
        return _key([best], "no row repeats it" + (", same values" if best.same else ""))
    # Values that repeat: all columns together may identify.
    several = pairs
    if not several or not left:
        called = [pair for pair in pairs if pair.called]
        return _key(called, "it is called a key") if len(called) == 1 else None
    here = list(zip(*(pair.here.values for pair in several), strict=False))
    there = list(zip(*(pair.there.values for pair in several), strict=False))
    if _differ(here) and _differ(there) and len(several) > 1:
        return _key(several, "no row repeats them together")
    if here == there or any(pair.called for pair in several):
        return _key(several, "the same row by row")
    return None


def _key(pairs: Sequence[_Pair], why: str) -> SharedKey:
    return SharedKey(tuple(pair.one for pair in pairs), tuple(pair.other for pair in pairs), why)


def _differ(rows: Sequence[object]) -> bool:
    return len(rows) > 1 and len(set(rows)) == len(rows)


def _pairs(one: Side, other: Side) -> list[_Pair]:
    """The columns of one name that may identify rows."""
    found = []
    for place, name in enumerate(one.names):
        twins = [there for there, known in enumerate(other.names) if alike(name, known)]
        if place == one.index or other.index in twins:
            twins = [other.index] if place == one.index and other.index is not None else []
        if place in one.taken or other.taken & set(twins):
            continue
        if len(twins) != 1 or (one.names.count(name) > 1 and place != one.index):
            continue
        pair = _pair(one, other, place, twins[0])
        if _may_identify(pair, name, indexes=place == one.index):
            found.append(pair)
    if not any(pair.called for pair in found):
        found += _of_other_names(one, other, {pair.one for pair in found})
    return found


def _pair(one: Side, other: Side, here: int, there: int) -> _Pair:
    looks = one.looks[here], other.looks[there]
    words = [look.words for look in looks]
    called = says(one.names[here]) is Says.KEY and here != one.index
    return _Pair(here, there, called, *looks, same=bool(words[0]) and words[0] == words[1])


def _may_identify(pair: _Pair, name: str, *, indexes: bool) -> bool:
    if indexes:
        # A count that was made anew when the table was saved says nothing about the other's rows.
        counted = pair.here.counting != pair.there.counting
        return pair.unique and (pair.same or not counted)
    if says(name) not in (None, Says.KEY, Says.TIME, Says.GROUP):
        return False
    if pair.called:
        return True
    looks = (pair.here, pair.there)
    if any(look.fractional or look.zero_one or not look.values for look in looks):
        return False
    return pair.here.text == pair.there.text


def _of_other_names(one: Side, other: Side, known: set[int]) -> list[_Pair]:
    """A column of each side that hold the same values under other names, which no row repeats.

    The two are called keys, or hold words; words that are the same in part will do.
    """
    for role in (_is_key, _is_text):
        here, there = (
            [p for p in range(len(side.names)) if role(side, p)] for side in (one, other)
        )
        if len(here) != 1 or len(there) != 1 or here[0] in known:
            continue
        pair = _pair(one, other, here[0], there[0])
        if pair.unique and (pair.same or (role is _is_text and pair.shared)):
            return [pair]
    return []


def _is_key(side: Side, place: int) -> bool:
    return says(side.names[place]) is Says.KEY


def _is_text(side: Side, place: int) -> bool:
    free = place not in side.taken and says(side.names[place]) in (None, Says.KEY)
    return free and side.looks[place].text and side.looks[place].unique


def _identifies(pair: _Pair, one: Side, other: Side, left: int) -> bool:
    if pair.called or pair.same or pair.one == one.index:
        return pair.same or pair.called or not (one.whole and other.whole)
    if one.whole and other.whole:
        # All of both was seen: values that no row of the other has cannot pair them.
        return pair.shared and left > 0
    return left > 0


def _left_beside(pairs: Sequence[_Pair], one: Side, other: Side) -> int:
    """How many columns both tables have left at least, beside these."""
    here, there = [pair.one for pair in pairs], [pair.other for pair in pairs]
    return min(_left(one, here), _left(other, there))


def _left(side: Side, taken: Sequence[int]) -> int:
    """How many columns are left that could be data."""
    return sum(
        place not in taken and place != side.index and says(name) not in (Says.KEY, Says.WEIGHT)
        for place, name in enumerate(side.names)
    )
