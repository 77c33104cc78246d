"""What left the range of float64 on the way to a value, and what that makes of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from msgspec import Struct

# A mean of squares below this has lost digits: some of the squares are subnormal.
_FULL_DIGITS = 1e-290


class Reach(Struct, frozen=True):
    """Whether numbers came out above the range of float64, or below it."""

    above: bool = False
    below: bool = False

    def __or__(self, other: Reach) -> Reach:
        return Reach(self.above or other.above, self.below or other.below)


WITHIN = Reach()


@contextmanager
def reaching() -> Iterator[Callable[[], Reach]]:
    """Gives what tells afterwards what the arithmetic in it left; NumPy itself says nothing."""
    kinds: set[str] = set()
    with np.errstate(
        all="ignore", over="call", under="call", call=lambda kind, _flag: kinds.add(kind)
    ):
        yield lambda: Reach("overflow" in kinds, "underflow" in kinds)


def said_of(value: float, reach: Reach) -> str:
    """What is to be said of a value that float64 cannot hold; empty where it can."""
    if reach.above and math.isinf(value):
        return "it is beyond the range of float64 (1.8e308), for which inf stands"
    if reach.below and value == 0.0:
        return "it is below the range of float64 (4.9e-324), for which 0 stands"
    return ""


def lost(value: float, reach: Reach, level: float | None = None) -> str:
    """Why a value cannot be told; empty where it can.

    A value that is finished from a mean, the `level`, may lie in the range of float64 where that
    does not: to print inf or 0 would be wrong.
    """
    number = value if level is None else level
    infinite = level is not None and math.isinf(number)
    if reach.above and (math.isnan(number) or infinite):
        return "numbers on the way to it are beyond the range of float64 (1.8e308)"
    small = level is not None and level < _FULL_DIGITS
    if reach.below and (math.isnan(number) or small):
        return "numbers on the way to it are below the range of float64 (2.2e-308)"
    return ""
