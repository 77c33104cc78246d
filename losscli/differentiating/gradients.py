"""The gradient of the value of one loss with respect to the prediction, in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.accumulators import Accumulator
from losscli.engine.evaluation import Batch, Evaluation, RunSettings
from losscli.engine.gate import Settled
from losscli.engine.gradient import differentiator
from losscli.engine.run import block_rows, through_gate
from losscli.errors import UsageError
from losscli.evaluating.one_pass import Evaluated, evaluated
from losscli.evaluating.options import Options
from losscli.inputs.columns import Columns
from losscli.inputs.dataset import Dataset


class Gradients(Struct, frozen=True):
    """The gradient of one loss; the data are read anew for each question."""

    dataset: Dataset
    evaluation: Evaluation
    setting: RunSettings
    accumulator: Accumulator
    drop_missing: bool = False

    @classmethod
    def of(cls, found: Evaluated, *, drop_missing: bool = False) -> Gradients:
        """That of the one loss of a first pass. Raises UsageError where there are several."""
        evaluations = found.reading.evaluations
        if len(evaluations) != 1:
            raise UsageError("the gradient of which loss? Name one.")
        [evaluation], [accumulator] = evaluations, found.outcome.losses
        return cls(found.dataset, evaluation, found.reading.setting, accumulator, drop_missing)

    def blocks(self) -> Iterator[Array]:
        """∂value/∂pred, block by block in the order of the data, each in its block's shape.

        It is 0 in rows that were dropped for a missing value. Raises UsageError for a loss without
        a gradient, DataError where the data have changed and no longer fit.
        """
        differentiate = differentiator(self.evaluation, self.accumulator)

        def slopes(settled: Settled) -> tuple[Settled, Array]:
            return settled, differentiate(Batch(settled, self.setting))

        blocks = self.dataset.blocks(block_rows(self.dataset.width))
        for block, (settled, found) in through_gate(
            self.dataset, blocks, slopes, drop_missing=self.drop_missing
        ):
            if settled.kept is None:
                yield found
                continue
            every: NDArray[Any] = np.zeros(block.pred.shape)
            every[settled.kept] = found
            yield every

    def whole(self) -> Array:
        """The same as one array, in the shape of the prediction."""
        found = np.concatenate(list(self.blocks()))
        return found.reshape(self.dataset.pred.shape or found.shape)


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
    """The gradient of the value of a loss with respect to the prediction: ∂value/∂pred.

    It is the gradient of the number that `evaluate` gives for the same arguments, convention,
    weights and reduction included, in the shape of `pred`. It is 0 where a convention clips,
    and in rows that are left out. With `reduction="none"` a row holds the gradient of its own loss.
    Where a loss has a kink the gradient is a subgradient, 0 where that is one: sign(0) = 0.

    Raises UsageError for a loss without a gradient, and UsageError and DataError as `evaluate`.

    >>> gradient([0.9, 0.2, 0.6], [1, 0, 0], "bce").round(6).tolist()
    [-0.37037, 0.416667, 0.833333]
    """
    options = Options.of(
        "gradient",
        params,
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
    )
    return Gradients.of(evaluated(pred, label, loss, options), drop_missing=nan == "drop").whole()
