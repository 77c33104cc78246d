"""Two models on the same rows by a number of all rows at once, such as the AUC.

Each model's number comes with what every row adds to its error (`Components`), so that of their
difference is told by the rows' differences: for the AUC it is the test of DeLong et al. (1988,
Biometrics 44), between clusters that of Obuchowski (1997, Biometrics 53).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.held import Held, components_whole
from losscli.stats.paired import PairedResult
from losscli.stats.student import NORMAL
from losscli.stats.studentised import Studentised
from losscli.stats.ties import alike
from losscli.stats.units import Keys, Units


class PairedWhole:
    """Which units the rows of several models belong to; mergeable in the order of the rows."""

    def __init__(self, evaluations: Sequence[Evaluation], units: Units) -> None:
        self._evaluations = tuple(evaluations)
        self._units = units
        self._keys: list[list[Keys]] = []

    def add(self, batches: Sequence[Batch]) -> None:
        """Take in the same rows of every model."""
        if not self._units.single:
            self._keys.append(self._units.keys(batches[0].block))

    def merge(self, later: PairedWhole) -> None:
        """Add what later rows belong to."""
        self._keys += later._keys

    def against_first(
        self, place: int, first: Held, second: Held, difference: float, reference: float
    ) -> PairedResult | None:
        """The model at `place`, whose rows are `second`, against the first.

        `difference` is that of their values, `reference` the value of the first. None where it is
        not known how sure they are: of several columns, with weights, of too few rows.
        """
        of_first = components_whole(self._evaluations[0], first)
        of_second = components_whole(self._evaluations[place], second)
        components = self._evaluations[0].reading.components
        if of_first is None or of_second is None or components is None:
            return None
        one, two = np.concatenate(first.preds), np.concatenate(second.preds)
        rounded = (one != two) & alike(one, two) & alike(of_first, of_second)
        changed = (one != two) & ~rounded
        first_each, units = self._by_unit(of_first)
        second_each, _ = self._by_unit(of_second)
        differing, _ = self._by_unit(changed.astype(np.float64))

        def spread(factor: float) -> Studentised | None:
            each = second_each - factor * first_each
            error = math.sqrt(float((each * each).sum()))
            df = NORMAL
            if not self._units.single:
                df = len(each) - 1.0
                error *= math.sqrt(len(each) / df)
            return Studentised(difference, error, 0.0, df) if error > 0.0 else None

        return PairedResult(
            difference,
            spread(1.0),
            None if changed.any() else 1.0,
            None,
            None if changed.any() else 1.0,
            len(changed),
            units,
            len(first_each),
            int(np.count_nonzero(differing)),
            reference,
            clustered=not self._units.single,
            scaled_spread=spread,
            method=components.by,
            rounded=bool(rounded.any()),
            compared=(second_each - first_each,),
        )

    def _by_unit(self, values: Array) -> tuple[Array, str]:
        """The sums of values by unit, and what the units are called: of the fewest clusters."""
        if self._units.single:
            return values, "rows"
        levels = [np.concatenate(keys) for keys in zip(*self._keys, strict=True)]
        found = [np.unique(keys, return_inverse=True)[1] for keys in levels]
        counts = [int(places.max(initial=-1)) + 1 for places in found]
        level = counts.index(min(counts))
        names = self._units.clusters[level : level + 1]
        sums = np.bincount(found[level], values, counts[level]).astype(np.float64)
        return sums, self._units.words(counts[level], names)
