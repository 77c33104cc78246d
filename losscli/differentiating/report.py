"""What a check of gradients found, as plain data."""

from __future__ import annotations

from msgspec import Struct


class Parted(Struct, frozen=True):
    """An item whose analytic derivative is not what a central difference finds."""

    row: int
    id: str | None
    item: str
    analytic: float
    numeric: float


class GradientCheck(Struct, frozen=True):
    """How many derivatives were compared with central differences, and where they part.

    `skipped` items could not be moved both ways, `apart` counts all that part, of which `parted`
    shows the first few, the largest gap first. At a kink both may be right and part all the same.
    """

    loss: str
    title: str
    checked: int
    skipped: int
    apart: int
    parted: tuple[Parted, ...]
