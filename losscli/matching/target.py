"""A number as somebody wrote it down."""

from __future__ import annotations

import math
from dataclasses import dataclass

from losscli.errors import UsageError


@dataclass(frozen=True, slots=True)
class Target:
    """A number as somebody wrote it, and how far another may be from it and still be meant."""

    value: float
    slack: float

    @classmethod
    def of(cls, text: str) -> Target:
        """The number that `text` writes, known to half a unit of its last digit.

        Raises UsageError where it is no finite number.
        """
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
        return cls(value, max(0.5 * 10.0**-decimals, 4e-16 * abs(value)) * (1.0 + 1e-9))

    def is_met_by(self, number: float) -> bool:
        """Whether a number, written with as many digits, would read the same."""
        return number == self.value or abs(number - self.value) <= self.slack

    def distance(self, number: float) -> float:
        """How far off a number is, relative to the target."""
        if not math.isfinite(number) or not math.isfinite(self.value):
            return math.inf
        return abs(number - self.value) / max(abs(self.value), 1e-300)
