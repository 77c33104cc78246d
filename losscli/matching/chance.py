"""How many agreements a random number would have with what was tried."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.matching.candidates import Finding
from losscli.matching.target import Target

# What costs no more than this is what people do anyway: it is believed at any number of digits.
PLAIN = 1.5
# As many hits by chance, or more, and an agreement says little.
DOUBTFUL = 0.3


class Chance(Struct, frozen=True):
    """The numbers that were tried near a target, the most ordinary first."""

    costs: NDArray[np.float64]
    rate: float

    @classmethod
    def of(cls, findings: Sequence[Finding], target: Target) -> Chance:
        """What `findings` say of a target; different numbers count once, at their lowest cost."""
        window = target.window
        slack = max(target.slack, target.single_slack)
        lowest: dict[float, float] = {}
        for item in findings:
            distance = abs(item.value - target.value)
            if slack < distance <= window:
                lowest[item.value] = min(item.cost, lowest.get(item.value, item.cost))
        rate = target.slack / window if window > 0.0 else 0.0
        return cls(np.sort(np.array(list(lowest.values()))), rate)

    def hits(self, cost: float) -> float:
        """The hits to expect of what is at least as ordinary as a finding of that cost."""
        return float(np.searchsorted(self.costs, cost, side="right")) * self.rate

    def believed(self, cost: float) -> bool:
        """Whether a hit of that cost is worth more than chance."""
        return cost <= PLAIN or self.hits(cost) < DOUBTFUL
