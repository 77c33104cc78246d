"""How the value of one loss answers to the prediction, number by number, in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from losscli.engine.accumulators import Accumulator
from losscli.engine.batch import Batch, Evaluation, Setting
from losscli.engine.gate import settle
from losscli.engine.gradient import Differentiator, differentiator
from losscli.engine.run import Outcome, block_rows, located
from losscli.errors import UsageError
from losscli.inputs.dataset import Dataset
from losscli.labels import Misfit
from losscli.reading import DataReading

Array = NDArray[np.float64]


class Passed(Protocol):
    """What a first pass over the data has found."""

    @property
    def dataset(self) -> Dataset:
        """The data."""

    @property
    def reading(self) -> DataReading:
        """How they are read."""

    @property
    def outcome(self) -> Outcome:
        """The totals of each loss."""


@dataclass(frozen=True)
class Gradients:
    """The gradient of one loss; the data are read anew for each question."""

    dataset: Dataset
    evaluation: Evaluation
    setting: Setting
    accumulator: Accumulator
    drop_missing: bool = False

    @classmethod
    def of(cls, found: Passed, *, drop_missing: bool = False) -> Gradients:
        """That of the one loss of a first pass. Raises UsageError where there are several."""
        evaluations = found.reading.evaluations
        if len(evaluations) != 1:
            raise UsageError("the gradient of which loss? Name one.")
        [evaluation], [accumulator] = evaluations, found.outcome.losses
        return cls(found.dataset, evaluation, found.reading.setting, accumulator, drop_missing)

    def blocks(self) -> Iterator[Array]:
        """∂value/∂pred, block by block in the order of the data, each in its block's shape.

        Rows that were dropped for a missing value answer 0. Raises UsageError for a loss without
        a gradient, DataError where the data have changed and no longer fit.
        """
        differentiate: Differentiator = differentiator(self.evaluation, self.accumulator)
        for block in self.dataset.blocks(block_rows(self.dataset.width)):
            settled = None
            try:
                settled = settle(block, drop_missing=self.drop_missing)
                found = differentiate(Batch(settled, self.setting))
            except Misfit as misfit:
                raise located(self.dataset, block, settled, misfit) from None
            if settled.kept is None:
                yield found
                continue
            every: NDArray[Any] = np.zeros(block.pred.shape)
            every[settled.kept] = found
            yield every

    def whole(self) -> Array:
        """The same as one array, in the shape of the prediction."""
        return np.concatenate(list(self.blocks()))
