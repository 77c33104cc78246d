"""How keys are written: what may differ between two that mean the same row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

from msgspec import Struct

_WHOLE = re.compile(r"[+-]?\d+\.0+")
_ZEROS = re.compile(r"0+(?=\d)")


class Way(Struct, frozen=True):
    """A way in which two keys may differ, how to write them without, and so in pandas."""

    what: str
    plain: Callable[[str], str]
    pandas: str


def whole(key: str) -> str:
    """A whole number without decimals: `7.0` as `7`; any other key as it is."""
    return key.partition(".")[0] if _WHOLE.fullmatch(key) else key


def _without_zeros(key: str) -> str:
    return _ZEROS.sub("", key, count=1) if key[:1] == "0" else key


_CAPITALS = Way("capitals", str.casefold, ".str.lower()")
_DECIMALS = Way("decimals of 0", whole, r'.str.replace(r"\.0+$", "", regex=True)')
_PADDING = Way("leading zeros", _without_zeros, r'.str.replace(r"^0+(?=.)", "", regex=True)')
_WAYS = (_CAPITALS, _DECIMALS, _PADDING)


@cache
def loosely(key: str) -> str:
    """A key without what may differ: its capitals, its leading zeros, its decimals of 0.

    >>> loosely("007"), loosely("7.0"), loosely("Ab")
    ('7', '7', 'ab')
    """
    for way in _WAYS:
        key = way.plain(key)
    return key


def ways_between(key: str, other: str) -> tuple[Way, ...]:
    """What differs between two keys that are the same loosely; all ways where no one is enough."""
    alone = [way for way in _WAYS if way.plain(key) == way.plain(other)]
    return tuple(alone[:1] or _WAYS)


def only_decimals_differ(sides: Iterable[Iterable[str]]) -> bool:
    """Whether some sides write all keys as whole numbers with decimals of 0, others without any."""
    with_decimals = []
    for keys in sides:
        written = list(keys)
        if not written or not all(map(str.isdecimal, map(whole, written))):
            return False
        with_decimals.append({key != whole(key) for key in written})
    return {True} in with_decimals and {False} in with_decimals
