"""How much of a loss's total few rows carry: its Lorenz curve, the costliest rows first."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct

from losscli.engine.concentration import Concentration

# Points of the curve, denser where it is steep.
_POINTS = 64


class Lorenz(Struct, frozen=True):
    """The share of the total (`y`) that each share of the rows (`x`), costliest first, carries.

    Both run from 0 to 1 and are empty where rows have no shares: where losses have both signs, or
    the total is 0 or infinite. `half` rows carry one half of it. `beyond` counts rows whose loss
    is infinite.
    """

    title: str
    rows: int
    x: tuple[float, ...]
    y: tuple[float, ...]
    half: int | None
    beyond: int


def lorenz(title: str, amounts: Concentration | None, rows: int, beyond: int) -> Lorenz:
    """The curve of what the rows add to a total; None where they have no shares of it."""
    half = None if amounts is None else amounts.carrying(0.5)
    if amounts is None or half is None:
        return Lorenz(title, rows, (), (), None, beyond)
    counted = amounts.rows
    wanted = {math.ceil(share * counted) for share in np.linspace(0.0, 1.0, _POINTS) ** 2}
    places = sorted({0, half, counted} | wanted)
    shares = [0.0 if not place else amounts.share_of(place) or 0.0 for place in places]
    return Lorenz(
        title, rows, tuple(place / counted for place in places), tuple(shares), half, beyond
    )
