"""What the items of an array may be, for losses and kinds that cannot take every number."""

from __future__ import annotations

import math
import sys

from msgspec import Struct

_LARGEST = sys.float_info.max


class Bounds(Struct, frozen=True):
    """An interval of numbers: its ends, what is in it, and what an item outside perhaps is.

    `open_low` leaves out the lower end.
    """

    low: float
    high: float
    noun: str
    perhaps: str = ""
    open_low: bool = False


_LOGITS = "If these are logits, say --kind logit."

FINITE = Bounds(-_LARGEST, _LARGEST, "a finite number")
PROBABILITY = Bounds(
    0.0, 1.0, "a probability (0..1)", f"{_LOGITS} If they are percent, divide them by 100 first."
)
# A class that cannot be has the logit −∞.
LOGIT_OF_CLASS = Bounds(-math.inf, _LARGEST, "a number (or −∞)")
TANH = Bounds(-1.0, 1.0, "a tanh output (−1..1)", _LOGITS)
LOG_PROBABILITY = Bounds(-math.inf, 0.0, "a log-probability (0 or less)", _LOGITS)
# Parts of a whole that a convention divides by their sum.
SHARES = Bounds(0.0, _LARGEST, "a share (0 or more)", _LOGITS)
SHARE = Bounds(0.0, 1.0, "a share of a class (0..1)")
POSITIVE = Bounds(0.0, _LARGEST, "a number above 0", open_low=True)
ABOVE_ONE = Bounds(1.0, _LARGEST, "a number above 1", open_low=True)
NOT_NEGATIVE = Bounds(0.0, _LARGEST, "a number of 0 or more")
ABOVE_MINUS_ONE = Bounds(-1.0, _LARGEST, "a number above −1", open_low=True)
