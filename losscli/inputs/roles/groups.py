"""Columns that belong together by their names: one per class, per quantile, per member."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from losscli.inputs.columns import Table
from losscli.inputs.evidence.quantiles import family
from losscli.inputs.evidence.words import parted, says, split
from losscli.inputs.names import affixes, stem, within

# How far the sum of a row of probabilities may be off 1, as they are rounded in tables.
_ROUNDED = 0.02


def prefixed(
    table: Table, places: Iterable[int], prefixes: frozenset[str]
) -> list[tuple[int, ...]]:
    """Columns that share a prefix such as `p_` or `p`, prefix by prefix."""
    groups: dict[str, list[int]] = {}
    for place in places:
        name = table.columns[place]
        rest = stem(name, prefixes)
        parts = parted(name)
        if rest is not None:
            groups.setdefault(name[: len(name) - len(rest)], []).append(place)
        elif parts is not None and _is_prefix(parts[0], prefixes):
            groups.setdefault(parts[0], []).append(place)
    return [tuple(group) for group in groups.values()]


def numbered(table: Table, places: Iterable[int]) -> list[tuple[int, ...]]:
    """Columns that share all of their names but a number at the end: `m0`, `m1`, `m2`."""
    groups: dict[str, list[int]] = {}
    for place in places:
        parts = parted(table.columns[place])
        if parts is not None and parts[1].isdigit():
            groups.setdefault(parts[0], []).append(place)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def quantiles(table: Table, places: Sequence[int]) -> tuple[int, ...]:
    """Columns whose names state the levels of quantiles; none where they could be of two."""
    return tuple(places[found] for found in family([table.columns[place] for place in places]))


def after_classes(table: Table, places: Sequence[int], words: frozenset[str]) -> list[int]:
    """The columns whose names, or endings, are the classes that labels speak of."""
    if not words or len(places) < 2:
        return []
    named = {table.columns[place] for place in places}
    lowered = {word.lower() for word in words}
    if not words <= named and lowered <= {name.lower() for name in named}:
        return [
            place for place in places if _is_like(table.columns[place].lower(), frozenset(lowered))
        ]
    if words <= named:
        # Numbers are classes only where every column is named by one.
        return [
            place
            for place in places
            if table.columns[place] in words or _is_like(table.columns[place], words)
        ]
    found = affixes([table.columns[place] for place in places], words)
    if found is None:
        return []
    group = [
        place
        for place in places
        if (inner := within(table.columns[place], *found)) is not None
        and (inner in words or _may_be_class(table.columns[place], inner, words))
    ]
    return [] if all(table.look(place).zero_one for place in group) else group


def sum_to_one(table: Table, places: Sequence[int]) -> bool:
    """Whether these columns are in [0, 1] and sum to 1 in each of the first rows."""
    looks = [table.look(place) for place in places]
    if len(looks) < 2 or not all(look.in_unit for look in looks):
        return False
    sums = [sum(row) for row in zip(*(look.numbers for look in looks), strict=False)]
    return all(abs(each - 1.0) < _ROUNDED for each in sums)


def _is_prefix(prefix: str, prefixes: frozenset[str]) -> bool:
    """Whether the beginning of a name speaks of a prediction (or of a label)."""
    words = split(prefix)
    return bool(words) and (words[-1] in prefixes or "_".join(words) in prefixes)


def _may_be_class(name: str, inner: str, words: frozenset[str]) -> bool:
    """Whether a column speaks of a class that did not occur: not `predict` beside `p0` and `p1`."""
    if all(word.lstrip("-").isdigit() for word in words):
        return inner.lstrip("-").isdigit()
    return len(split(name)) > 1 or says(name) is None


def _is_like(name: str, words: frozenset[str]) -> bool:
    """Whether a name is written as these words are: 9 beside 7, `Class_9` beside `Class_7`."""
    if all(word.lstrip("-").isdigit() for word in words):
        return name.lstrip("-").isdigit()
    heads = {parts[0] for word in words if (parts := parted(word))}
    own = parted(name)
    if heads:
        return own is not None and own[0] in heads
    return own is None and says(name) is None
