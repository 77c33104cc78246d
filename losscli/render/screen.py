"""What is written on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screen:
    """What is written on: its columns (None where lines may be of any length), and colour.

    Charts on an `ascii` screen are drawn with the characters of a typewriter.
    """

    width: int | None = None
    color: bool = False
    ascii: bool = False
