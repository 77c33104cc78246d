"""Round numbers for the ticks of an axis."""

from __future__ import annotations

import math


def nice_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is at least `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    factor = next(f for f in (1.0, 2.0, 5.0, 10.0) if f * power >= least * (1.0 - 1e-12))
    return float(f"{factor * power:.12g}")


def ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """At most `most` round numbers from `low` to `high`, evenly spaced; at least one."""
    step = nice_step((high - low) / max(1, most - 1))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(float(f"{place * step:.12g}") + 0.0 for place in range(first, last + 1))
