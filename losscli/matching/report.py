"""What `match` found, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """One way to a number that somebody printed.

    `agrees` says that it reads the same to the digits given; `distance` is this value less theirs.
    `shared` are other conventions that give the same number, `flags` reproduce it with `eval`, and
    `unusual` says what is out of the ordinary about it.
    """

    loss: str
    title: str
    value: float
    agrees: bool
    distance: float
    convention: str
    flags: str
    unusual: tuple[str, ...]
    shared: tuple[str, ...] = ()
