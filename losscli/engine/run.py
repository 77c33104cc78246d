"""One pass over the data: every block through the gate, every loss over every block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from numpy.typing import NDArray

from losscli.engine.accumulators import Accumulator, accumulator
from losscli.engine.batch import Batch, Evaluation, Setting
from losscli.engine.gate import Settled, settle
from losscli.errors import DataError
from losscli.inputs.dataset import Block, Dataset
from losscli.labels import Misfit
from losscli.profile import LabelProfile, PredProfile

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
    """What a pass found: each loss, profiles of all rows, and rows left out for a NaN."""

    losses: list[Accumulator] = field(default_factory=list)
    pred: PredProfile = field(default_factory=PredProfile)
    label: LabelProfile | None = None
    rows: int = 0
    dropped: int = 0


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
    outcome = Outcome([accumulator(evaluation) for evaluation in evaluations])
    for block in dataset.blocks(block_rows(dataset.width)):
        add_profiles(outcome, block, setting.tolerance)
        settled = None
        try:
            settled = settle(block, drop_missing=drop_missing)
            outcome.dropped += settled.dropped
            batch = Batch(settled, setting)
            for loss in outcome.losses:
                loss.add(batch)
            if sink is not None:
                sink.add(settled)
        except Misfit as misfit:
            raise located(dataset, block, settled, misfit) from None
        if progress is not None:
            progress(block.start + len(block.pred))
    return outcome


_ROLES = {"prediction": "pred", "label": "label", "weight": "weight"}


def located(dataset: Dataset, block: Block, settled: Settled | None, misfit: Misfit) -> DataError:
    """The error of an item of a block, in the words of the file that it came from."""
    kept = None if settled is None else settled.kept
    return dataset.error(
        _ROLES.get(misfit.role, misfit.role),
        block.start + (misfit.row if kept is None else int(kept[misfit.row])),
        misfit.problem,
        column=misfit.column,
        value=misfit.value,
        hint=misfit.hint,
    )


def add_profiles(outcome: Outcome, block: Block, tolerance: float) -> None:
    """Add what one block shows to the profiles of an outcome."""
    outcome.rows += len(block.pred)
    outcome.pred += PredProfile.of(_flat(block.pred), tolerance)
    if block.label is not None:
        seen = LabelProfile.of(_flat(block.label), tolerance)
        outcome.label = seen if outcome.label is None else outcome.label + seen


def _flat(array: NDArray[Any]) -> NDArray[Any]:
    return array.reshape(len(array), -1) if array.ndim > 2 else array
