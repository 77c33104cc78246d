"""What is written on."""

from __future__ import annotations

from msgspec import Struct


class Screen(Struct, frozen=True):
    """What is written on: its columns (None where lines may be of any length), and colour.

    Charts on an `ascii` screen are drawn with the characters of a typewriter. On a screen with
    `notes`, those of a report stand beneath its losses; elsewhere they are said beside it. `why`
    adds the steps that led to the reading and the advice, `signatures` what pins each number down.
    """

    width: int | None = None
    color: bool = False
    ascii: bool = False
    notes: bool = False
    why: bool = False
    signatures: bool = False
