"""One pass over the data: every block through the gate, every loss over every block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from losscli.engine.evaluation import Batch, Evaluation, Setting, measure, totals, weighted
from losscli.engine.gate import Settled, settle
from losscli.engine.totals import Totals
from losscli.inputs.dataset import Block, Dataset
from losscli.labels import Misfit
from losscli.profile import LabelProfile, PredProfile
from losscli.vocabulary import Reduction

# Blocks are cut by absolute row number, so their sums do not depend on how a file was read.
BLOCK_ITEMS = 1 << 17


def block_rows(width: int) -> int:
    """Rows per block: the power of two that keeps a block of `width` columns in the cache."""
    return max(1, 1 << ((BLOCK_ITEMS // width).bit_length() - 1))


class LabelSink(Protocol):
    """Something that wants to see the labels of every block."""

    def add(self, block: Settled) -> None:
        """Take in one settled block."""


@dataclass
class Outcome:
    """What a pass found: totals per loss, profiles of all rows, and rows left out for a NaN."""

    totals: list[Totals]
    pred: PredProfile = field(default_factory=PredProfile)
    label: LabelProfile | None = None
    rows: int = 0
    dropped: int = 0
    losses: list[list[NDArray[np.float64]]] = field(default_factory=list)


def run(
    dataset: Dataset,
    evaluations: Sequence[Evaluation],
    setting: Setting,
    *,
    drop_missing: bool = False,
    sink: LabelSink | None = None,
    progress: Callable[[int], Any] | None = None,
) -> Outcome:
    """Evaluate all losses in one pass, in bounded memory.

    The losses of the rows are kept only for evaluations whose reduction is `none`. Raises
    DataError, with file, row, column and value, at the first item that does not fit.
    """
    outcome = Outcome([Totals() for _ in evaluations], losses=[[] for _ in evaluations])
    for block in dataset.blocks(block_rows(dataset.width)):
        add_profiles(outcome, block, setting.tolerance)
        settled = None
        try:
            settled = settle(block, drop_missing=drop_missing)
            _measure_all(settled, evaluations, setting, outcome)
            if sink is not None:
                sink.add(settled)
        except Misfit as misfit:
            kept = None if settled is None else settled.kept
            row = block.start + (misfit.row if kept is None else int(kept[misfit.row]))
            raise dataset.error(
                _ROLES[misfit.role],
                row,
                misfit.problem,
                column=misfit.column,
                value=misfit.value,
                hint=misfit.hint,
            ) from None
        if progress is not None:
            progress(block.start + len(block.pred))
    return outcome


_ROLES = {"prediction": "pred", "label": "label", "weight": "weight"}


def _measure_all(
    settled: Settled, evaluations: Sequence[Evaluation], setting: Setting, outcome: Outcome
) -> None:
    outcome.dropped += settled.dropped
    batch = Batch(settled, setting)
    for place, evaluation in enumerate(evaluations):
        measured = measure(evaluation, batch)
        outcome.totals[place] += totals(measured)
        if evaluation.reduction is Reduction.NONE:
            outcome.losses[place].append(weighted(measured).copy())


def add_profiles(outcome: Outcome, block: Block, tolerance: float) -> None:
    """Add what one block shows to the profiles of an outcome."""
    outcome.rows += len(block.pred)
    outcome.pred += PredProfile.of(block.pred, tolerance)
    if block.label is not None:
        seen = LabelProfile.of(block.label, tolerance)
        outcome.label = seen if outcome.label is None else outcome.label + seen
