"""A number as somebody wrote it down."""

from __future__ import annotations

import math
import re

import numpy as np
from msgspec import Struct

from losscli.errors import UsageError

# How far apart two ways of adding up in float32 may end, in units of its spacing.
_FLOAT32 = 4.0 * float(np.finfo(np.float32).eps)
# Digits from which a number tells float32 from float64, and that a float32 has.
_TELLING, _ALL = 7, 9
# Numbers this close to the target, relative to it, show how densely numbers lie there.
_NEAR = 0.3


class Target(Struct, frozen=True):
    """A number as somebody wrote it, and how far another may be from it and still be meant.

    `slack` is half a unit of its last digit; `digits` counts the significant ones. `single_slack`
    is how far float32 arithmetic may have carried it, where it has so many digits that this shows;
    `is_single` says that a float32 is what it looks like.
    """

    value: float
    slack: float
    digits: int = 0
    single_slack: float = 0.0
    is_single: bool = False

    @classmethod
    def of(cls, text: str) -> Target:
        """The number that `text` writes, known to half a unit of its last digit.

        Raises UsageError where it is no finite number.
        """
        text = text.strip().replace("\N{MINUS SIGN}", "-")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            raise UsageError(f"{text!r} is no number", hint="Give the number as it was printed.")
        if math.isinf(value):
            return cls(value, 0.0)
        mantissa, _, exponent = text.lower().partition("e")
        decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
        slack = max(0.5 * 10.0**-decimals, 4e-16 * abs(value)) * (1.0 + 1e-9)
        digits = len(re.sub(r"\D", "", mantissa).lstrip("0"))
        with np.errstate(over="ignore"):
            stored = float(np.float32(value))
        single = _FLOAT32 * abs(value) if digits >= _TELLING else 0.0
        return cls(value, slack, digits, single, digits <= _ALL or abs(stored - value) <= slack)

    def is_met_by(self, number: float) -> bool:
        """Whether a number, written with as many digits, would read the same."""
        return number == self.value or abs(number - self.value) <= self.slack

    def is_met_in_single(self, number: float) -> bool:
        """Whether it is the same number but for the rounding of float32 arithmetic."""
        return abs(number - self.value) <= self.single_slack

    @property
    def window(self) -> float:
        """How far off numbers are of interest, if only to tell what chance would give."""
        return max(_NEAR * abs(self.value), 20.0 * self.slack)

    def concerns(self, number: float) -> bool:
        """Whether a number is near enough to be of interest."""
        return number == self.value or abs(number - self.value) <= self.window

    def distance(self, number: float) -> float:
        """How far off a number is, relative to the target."""
        if not math.isfinite(number) or not math.isfinite(self.value):
            return math.inf
        return abs(number - self.value) / max(abs(self.value), 1e-300)
