"""Analytic gradients against central differences, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from msgspec.structs import replace

from losscli.arrays import Array
from losscli.differentiating.report import GradientCheck, Parted
from losscli.engine.accumulators import RowAccumulator
from losscli.engine.evaluation import Batch, Evaluation, RunSettings
from losscli.engine.gradient import differentiator
from losscli.engine.hardest import Extreme, Extremes
from losscli.engine.row_losses import measure, weighted
from losscli.engine.rows import RowCosts
from losscli.task.labels import Misfit
from losscli.vocabulary import Kind, Reduction

# The cube root of the spacing of float64 balances what the step and what rounding costs.
_STEP = 6e-6
# How far both may be apart, relative to the larger, and in roundings of the losses.
_RELATIVE = 1e-5
_ROUNDINGS = 16.0 * np.finfo(np.float64).eps

_IN_UNIT = (Kind.PROBABILITY, Kind.TANH)
_SHOWN = 10


def gradient_check(
    evaluation: Evaluation, setting: RunSettings, rows: Iterable[RowCosts], names: tuple[str, ...]
) -> GradientCheck:
    """Compare each item's derivative of its row's loss with a central difference.

    Rows do not feel one another, so one item of every row is moved at once. Items at the end of
    their range, which cannot be moved both ways, are skipped. `names` are those of the items.
    Raises UsageError for a loss without a gradient.
    """
    alone = replace(evaluation, reduction=Reduction.NONE)
    # One probability is moved alone, so its row no longer sums to 1.
    loose = replace(setting, tolerance=1.0)
    checked = skipped = count = 0
    worst = Extremes(_SHOWN)
    for found in rows:
        batch = Batch(found.settled, loose)
        accumulator = RowAccumulator(alone)
        accumulator.add(batch)
        analytic = differentiator(alone, accumulator)(batch).reshape(len(found.numbers), -1)
        for item, numeric, allowed in _differences(alone, batch):
            ours = analytic[:, item]
            known = np.isfinite(numeric)
            checked += int(known.sum())
            skipped += int((~known).sum())
            allowed = allowed + _RELATIVE * np.maximum(np.abs(ours), np.abs(numeric))
            with np.errstate(invalid="ignore"):
                gap = np.abs(ours - numeric)
            apart = known & ~(gap <= allowed)
            count += int(apart.sum())
            # The largest gaps first; a gradient that is no number is the worst of all.
            keys = np.where(apart, np.nan_to_num(gap, nan=np.inf), np.nan)
            ids = found.settled.ids
            worst += Extremes(
                _SHOWN,
                tuple(
                    Extreme(
                        float(keys[place]),
                        int(found.numbers[place]),
                        Parted(
                            row=int(found.numbers[place]),
                            id=None if ids is None or ids[place] is None else str(ids[place]),
                            item=names[item],
                            analytic=float(ours[place]),
                            numeric=float(numeric[place]),
                        ),
                    )
                    for place in worst.candidates(keys).tolist()
                ),
            )
    return GradientCheck(
        evaluation.loss.id,
        evaluation.loss.title,
        checked,
        skipped,
        count,
        tuple(row.known for row in worst.rows),
    )


def _differences(evaluation: Evaluation, batch: Batch) -> Iterator[tuple[int, Array, Array]]:
    """For each item its number, the central differences of all rows, and their rounding errors."""
    pred = batch.block.pred
    table = pred.reshape(len(pred), -1)
    for item in range(table.shape[1]):
        step = _steps(evaluation, table[:, item])
        low, high = table.copy(), table.copy()
        low[:, item] -= step
        high[:, item] += step
        width = high[:, item] - low[:, item]
        try:
            below, above = (
                _row_losses(evaluation, batch, moved.reshape(pred.shape)) for moved in (low, high)
            )
        except Misfit:
            yield item, np.full(len(table), np.nan), np.zeros(len(table))
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            rounding = _ROUNDINGS * (np.abs(below) + np.abs(above)) / width
            yield item, (above - below) / width, rounding


def _steps(evaluation: Evaluation, items: Array) -> Array:
    """How far each item is moved, so that it stays what it has to be."""
    size = np.abs(items)
    if evaluation.kind in _IN_UNIT:
        rest = 1.0 - size
        room = np.minimum(size, rest) if evaluation.kind is Kind.PROBABILITY else rest
        return _STEP * room
    reading = evaluation.reading
    if reading.pred_bounds is not None or reading.item_bounds:
        return _STEP * size
    return _STEP * np.maximum(1.0, size)


def _row_losses(evaluation: Evaluation, batch: Batch, pred: Array) -> Array:
    moved = Batch(replace(batch.block, pred=pred), batch.setting)
    losses = weighted(measure(evaluation, moved))
    return losses if losses.ndim == 1 else np.asarray(losses.sum(axis=1))
