"""What predictions said, and how often it came true."""

from __future__ import annotations

import math
from dataclasses import dataclass

from losscli.evaluating.report import Bin, Result


@dataclass(frozen=True, slots=True)
class Reliability:
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
