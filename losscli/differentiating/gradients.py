"""How the value of one loss answers to the prediction, number by number, in blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from losscli.engine.evaluation import Setting
from losscli.errors import UsageError
from losscli.evaluating.one_pass import evaluated
from losscli.evaluating.reading import (
    DataReading,
)
from losscli.inputs.roles import Columns

if TYPE_CHECKING:
    pass


from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from losscli.engine.accumulators import Accumulator
from losscli.engine.evaluation import Batch, Evaluation
from losscli.engine.gate import settle
from losscli.engine.gradient import Differentiator, differentiator
from losscli.engine.run import Outcome, block_rows, located
from losscli.inputs.dataset import Dataset
from losscli.task.labels import Misfit

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


def gradient(
    pred: Any,
    label: Any,
    loss: str,
    *,
    kind: str | None = None,
    task: str | None = None,
    like: str = "standard",
    weight: Any = None,
    class_weight: Sequence[float] | Mapping[Any, float] | None = None,
    classes: Sequence[str] | None = None,
    reduction: str | None = None,
    nan: Literal["error", "drop"] = "error",
    columns: Columns | None = None,
    inputs: Mapping[str, Any] | None = None,
    cast: str | None = None,
    threads: int | None = None,
    progress: Callable[[int], Any] | None = None,
    **params: Any,
) -> NDArray[np.float64]:
    """How the value of a loss answers to each number of the prediction: ∂value/∂pred.

    It is the gradient of the number that `evaluate` gives for the same arguments, convention,
    weights and reduction included, in the shape of `pred`. What a convention clips answers 0, and
    so do rows that are left out. With `reduction="none"` a row holds the gradient of its own loss.
    Where a loss has a kink the gradient is a subgradient, 0 where that is one: sign(0) = 0.

    Raises UsageError for a loss without a gradient, and UsageError and DataError as `evaluate`.

    >>> gradient([0.9, 0.2, 0.6], [1, 0, 0], "bce").round(6).tolist()
    [-0.37037, 0.416667, 0.833333]
    """
    found = evaluated(
        pred,
        label,
        loss,
        kind=kind,
        task=task,
        like=like,
        weight=weight,
        class_weight=class_weight,
        classes=classes,
        reduction=reduction,
        nan=nan,
        columns=columns,
        inputs=inputs,
        cast=cast,
        threads=threads,
        progress=progress,
        params=params,
    )
    return Gradients.of(found, drop_missing=nan == "drop").whole()
