"""Words in the names of columns whose whole numbers have an order and a distance."""

from __future__ import annotations

import re

_QUANTITIES = frozenset(
    "age ages amount bedrooms clicks count counts counted days demand distance duration frequency "
    "goals grade guests height hours income items km likes miles minutes month months num number "
    "orders passengers people points population price qty quality quantity rank rating ratings "
    "rentals salary sales score scores seconds speed stars stock temperature time total units "
    "visits votes weeks weight width year years".split()
)


def named_quantities(columns: tuple[str, ...]) -> bool:
    """Whether a column's name speaks of something counted or measured: `predicted_rating`."""
    return any(
        word.lower() in _QUANTITIES
        for name in columns
        for word in re.findall(r"[A-Za-z][a-z]*|[A-Z]+", name)
    )
