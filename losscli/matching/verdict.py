"""What was found → what is said of it: hits that were tried, hits of chance, near misses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from losscli.matching.candidates import Finding
from losscli.matching.chance import Chance
from losscli.matching.command import Command, Source
from losscli.matching.report import Match
from losscli.matching.target import Target

# A number this close is worth showing where nothing agrees.
NEAR = 0.02
MOST_NEAR = 5
# So many hits are tried and listed; of so many, the conventions that share them are tried too.
MOST_HITS = 20
_MOST_SHARED = 4

# How close two ways of adding up the same rows must come.
_ROUNDING = 1e-12

# What is so much less ordinary than the best hit agrees by chance.
_FAR = 1.5

_SINGLE = "to the precision of float32"


Tried = tuple[Match, Command | None]


def matches_of(found: Sequence[Finding], target: Target, source: Source) -> list[Tried]:
    """What agrees with the target, the most ordinary first, and then the nearest misses.

    Each comes with the command that was tried for it, None where there is none.
    """
    chance = Chance.of(found, target)
    hits = [item for item in found if target.is_met_by(item.value)]
    single = [
        replace(item, unusual=(*item.unusual, _SINGLE), cost=item.cost + 1.0)
        for item in found
        if not target.is_met_by(item.value) and target.is_met_in_single(item.value)
    ]
    # More digits than float32 has may be a float64 mean of float32 losses, if nothing else.
    hits += single if target.is_single or not hits else []
    near = [
        item
        for item in found
        if target.distance(item.value) <= NEAR
        and not target.is_met_by(item.value)
        and not target.is_met_in_single(item.value)
    ]
    ordinary = min((item.cost for item in hits), default=0.0) + _FAR
    hits.sort(key=lambda item: item.cost)
    near.sort(key=lambda item: (target.distance(item.value), item.cost))
    agreeing = [
        _match(
            item, target, source, chance, agrees=True, shared=place < _MOST_SHARED, limit=ordinary
        )
        for place, item in enumerate(_merged(hits, MOST_HITS))
    ]
    return [
        *(each for each in agreeing if each[0].likely),
        *(each for each in agreeing if not each[0].likely),
        *(
            _match(item, target, source, chance, agrees=False, shared=False)
            for item in _merged(near, MOST_NEAR)
        ),
    ]


def _merged(found: Sequence[Finding], most: int) -> Iterator[Finding]:
    """Each number of a loss once, in its simplest form, with the conventions that share it."""
    merged: dict[tuple[Any, ...], Finding] = {}
    for item in found:
        if any(
            _same(value, item.value) and loss == item.loss.id and set(unusual) < set(item.unusual)
            for value, loss, unusual in merged
        ):
            continue
        key = next(
            (
                key
                for key in merged
                if _same(key[0], item.value) and key[1:] == (item.loss.id, item.unusual)
            ),
            (item.value, item.loss.id, item.unusual),
        )
        if key in merged:
            first = merged[key]
            names = dict.fromkeys((*first.alike, item.convention, *item.alike))
            names.pop(first.convention, None)
            merged[key] = replace(first, alike=tuple(names))
        elif len(merged) < most:
            merged[key] = item
    yield from merged.values()


def _match(
    item: Finding,
    target: Target,
    source: Source,
    chance: Chance,
    *,
    agrees: bool,
    shared: bool,
    limit: float = math.inf,
) -> Tried:
    command = next((c for c in item.commands if _gives(source, c, item.base)), None)
    flags = "" if command is None else command.flags
    made = not _same(item.base, item.value)
    printed = None if command is None else source.value(command)
    value = item.value if printed is None or made else printed
    # Hits by chance in float32 are counted as all others are.
    likely = not agrees or (item.cost <= limit and chance.believed(item.cost))
    match = Match(
        loss=item.loss.id,
        title=item.loss.title,
        value=value,
        agrees=agrees,
        distance=value - target.value,
        convention=item.convention,
        flags="" if made else flags,
        unusual=item.unusual,
        params=item.params,
        shared=_sharing(item, command, source) if shared and command is not None else (),
        base_flags=flags if made else "",
        base=printed if made else None,
        swapped=command is not None and command.swapped,
        unweighted=command is not None and command.unweighted,
        chance=chance.hits(item.cost),
        likely=likely,
    )
    return match, command


def _sharing(item: Finding, command: Command, source: Source) -> tuple[str, ...]:
    """The conventions under which the same command prints the same number."""
    return tuple(
        name
        for name in item.alike
        if name != command.like and _gives(source, replace(command, like=name), item.base)
    )


def _gives(source: Source, command: Command, value: float) -> bool:
    printed = source.value(command)
    return printed is not None and _same(printed, value)


def _same(one: float, other: float) -> bool:
    return one == other or abs(one - other) <= _ROUNDING * max(abs(one), abs(other))
