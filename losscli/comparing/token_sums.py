"""What the tokens of two models sum to, taken in block by block."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.row_losses import Measured
from losscli.engine.totals import Totals, totals
from losscli.losses.forms.categorical import Categorical, Classes, times


class TokenSums(Struct):
    """What tokens say of both models: sums, and of two quantities every value (16 bytes a token).

    Mergeable in order. `kl` holds the divergence of each token, `difference` by how much the
    probability of the true one differs; without labels `difference` stays empty.
    """

    sums: dict[str, Totals] = field(default_factory=dict)
    kl: list[Array] = field(default_factory=list)
    difference: list[Array] = field(default_factory=list)
    ignored: int = 0

    def add(self, base: Categorical, other: Categorical) -> None:
        """Take in tokens by the distributions of both models alone."""
        every = np.ones(len(base.log_p), bool)
        self._sum(self._apart(base, other, every))

    def add_labelled(
        self, base: Categorical, other: Categorical, label: Classes, kept: NDArray[np.bool_]
    ) -> None:
        """Take in tokens with their labels; those that are not `kept` have none."""
        with np.errstate(all="ignore"):
            costs = [-form.log_likelihood(label)[kept] for form in (base, other)]
            difference = np.exp(-costs[1]) - np.exp(-costs[0])
        self._sum(
            {
                "base": costs[0],
                "other": costs[1],
                "ratio": costs[1] - costs[0],
                "difference": difference,
                "difference²": difference * difference,
                **self._apart(base, other, kept),
            }
        )
        if kept.any():
            self.difference.append(difference)
        self.ignored += int((~kept).sum())

    def merge(self, later: TokenSums) -> None:
        """Add what later tokens say."""
        for name, found in later.sums.items():
            self.sums[name] = self.sums.get(name, Totals()) + found
        self.kl += later.kl
        self.difference += later.difference
        self.ignored += later.ignored

    def _apart(
        self, base: Categorical, other: Categorical, kept: NDArray[np.bool_]
    ) -> dict[str, Array]:
        with np.errstate(all="ignore"):
            kl = times(base.p, base.log_p - other.log_p).sum(axis=1)[kept]
        if kept.any():
            self.kl.append(kl)
        tops = [form.log_p.argmax(axis=1)[kept] for form in (base, other)]
        return {"kl": kl, "same": (tops[0] == tops[1]).astype(np.float64)}

    def _sum(self, columns: dict[str, Any]) -> None:
        for name, values in columns.items():
            found = totals(Measured(values, (), None, 1.0, 0, None))
            self.sums[name] = self.sums.get(name, Totals()) + found
