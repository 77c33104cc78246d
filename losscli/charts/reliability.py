"""What predictions said, and how often it came true."""

from __future__ import annotations

import math

from msgspec import Struct

from losscli.evaluating.report import Bin, Result

# Of so few rows, the frequency of a bin says next to nothing.
FEW = 10
_Z = 1.959963984540054


def wilson(frequency: float, rows: int) -> tuple[float, float]:
    """The 95 % score interval of a frequency in so many rows (Wilson 1927, JASA 22(158))."""
    spread = _Z * _Z / rows
    middle = (frequency + spread / 2.0) / (1.0 + spread)
    half = math.sqrt(spread * (frequency * (1.0 - frequency) + spread / 4.0)) / (1.0 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


class Reliability(Struct, frozen=True):
    """Rows by the probability stated."""

    title: str
    bins: tuple[Bin, ...]

    @property
    def rows(self) -> int:
        """All rows in the bins."""
        return sum(bin.rows for bin in self.bins)

    @property
    def calibration_error(self) -> float:
        """The mean gap (ECE): Σ share of bin · |mean prediction − frequency|."""
        gaps = (bin.rows * abs(bin.mean_prediction - bin.frequency) for bin in self.bins)
        return math.fsum(gaps) / self.rows


def reliability(result: Result) -> Reliability | None:
    """The reliability diagram of a result; None where it was not taken apart."""
    if result.decomposition is None:
        return None
    return Reliability(f"Reliability ({result.title})", result.decomposition.bins)
