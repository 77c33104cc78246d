"""What each row costs on its own, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation, RunSettings
from losscli.engine.gate import Settled
from losscli.engine.gradient import Differentiator
from losscli.engine.row_losses import Measured, apply_weight, measure
from losscli.engine.run import block_rows, through_gate
from losscli.errors import UsageError
from losscli.inputs.dataset import Dataset
from losscli.losses.definition.loss import Shape
from losscli.vocabulary import Reduction, Task


class RowCosts(Struct, frozen=True):
    """The rows of a block that entered, and what they cost; n rows, k losses.

    `numbers` (n,) count the rows of the data from 0. `losses` (n, k) are what a mean (or sum)
    takes in, before any weight; `amounts` (n, k) are what the rows add to the loss's total, weight
    included. Both are NaN where the label says ignore. `measured` are the losses item by item,
    `gradients` what the `differentiators` of each value say of the prediction.
    """

    numbers: NDArray[np.int64]
    settled: Settled
    batch: Batch
    losses: Array
    amounts: Array
    measured: tuple[Measured, ...]
    gradients: tuple[Array, ...] = ()


def row_costs(
    dataset: Dataset,
    evaluations: Sequence[Evaluation],
    setting: RunSettings,
    *,
    drop_missing: bool = False,
    differentiators: Sequence[Differentiator] = (),
    progress: Callable[[int], Any] | None = None,
) -> Iterator[RowCosts]:
    """Every row with what it costs, in the order of the data and in bounded memory.

    Raises UsageError for losses that rows do not have, DataError as `run` does.
    """
    for evaluation in evaluations:
        check_of_rows(evaluation)

    def cost(settled: Settled) -> RowCosts:
        return _costly(settled, Batch(settled, setting), evaluations, differentiators)

    blocks = dataset.blocks(block_rows(dataset.width))
    for block, found in through_gate(dataset, blocks, cost, drop_missing=drop_missing):
        yield found
        if progress is not None:
            progress(block.start + len(block.pred))


def is_of_rows(evaluation: Evaluation) -> bool:
    """Whether a loss is a mean (or sum) of what its rows cost."""
    return evaluation.reading.shape is Shape.ROWS or evaluation.by_row


def check_of_rows(evaluation: Evaluation) -> None:
    """Raise UsageError where a loss is no mean of rows."""
    if not is_of_rows(evaluation):
        hint = "Choose a loss that is a mean of rows, such as bce, ce, mse or mae."
        if "average" in evaluation.loss.params and evaluation.task is Task.TEXTS:
            hint = f"Average over texts: -l {evaluation.loss.id}:average=macro."
        raise UsageError(
            f"{evaluation.loss.id} is one number for all rows together: a row has none of its own",
            hint=hint,
        )


def _costly(
    settled: Settled,
    batch: Batch,
    evaluations: Sequence[Evaluation],
    differentiators: Sequence[Differentiator],
) -> RowCosts:
    if settled.pred.ndim > 2:
        raise UsageError(
            f"the prediction has {settled.pred.ndim} dimensions: a row is one number or a row of "
            "items here",
            hint="Reshape it first: array.reshape(-1, array.shape[-1]).",
        )
    measured = tuple(measure(evaluation, batch) for evaluation in evaluations)
    count = len(settled.pred)
    place = np.arange(count) if settled.kept is None else settled.kept
    losses = np.empty((count, len(evaluations)))
    amounts = np.empty((count, len(evaluations)))
    for column, (evaluation, found) in enumerate(zip(evaluations, measured, strict=True)):
        losses[:, column] = evaluation.loss.scale * _of_rows(evaluation, found.losses)
        weighted = apply_weight(found.losses, found.multiplier)
        amounts[:, column] = weighted if weighted.ndim == 1 else weighted.sum(axis=1)
        if found.ignored is not None:
            losses[found.ignored, column] = np.nan
            amounts[found.ignored, column] = np.nan
    return RowCosts(
        (settled.start + place).astype(np.int64),
        settled,
        batch,
        losses,
        amounts,
        measured,
        # Adding zero takes the sign from −0.
        tuple(find(batch).reshape(count, -1) + 0.0 for find in differentiators),
    )


def _of_rows(evaluation: Evaluation, losses: Array) -> Array:
    """One loss per row: the mean over its items, or their sum where rows are summed."""
    if losses.ndim == 1:
        return losses
    summed = evaluation.reduction is Reduction.SUM
    return np.asarray(losses.sum(axis=1) if summed else losses.mean(axis=1))
