"""One pass over the data: every block through the gate, every loss over every block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any, Protocol, Self, TypeVar

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.engine.accumulators import Accumulator, Tally, accumulator
from losscli.engine.evaluation import Batch, Evaluation, RunSettings
from losscli.engine.gate import Settled, settle
from losscli.errors import DataError
from losscli.inputs.block import Block
from losscli.inputs.dataset import Dataset
from losscli.machine.memory import keep_freed
from losscli.machine.threads import available, in_order
from losscli.task.labels import Misfit
from losscli.task.profile import LabelProfile, PredProfile
from losscli.task.rounding import NO_ROUNDING, UnitRounding
from losscli.vocabulary import Reduction

Result = TypeVar("Result")

# Blocks are cut by absolute row number, so their sums do not depend on how a file was read.
BLOCK_ITEMS = 1 << 17

# So many blocks are done before threads would be worth their start.
_ALONE = 4
# So many ranges of rows are cut for each thread, that none has long to wait for another.
_SPANS = 8


def block_rows(width: int) -> int:
    """Rows per block: the power of two that keeps a block of `width` columns in the cache."""
    return max(1, 1 << ((BLOCK_ITEMS // width).bit_length() - 1))


class Observer(Protocol):
    """Something that wants to see every batch, whoever computes it."""

    def add(self, batch: Batch) -> None:
        """Take in a batch. Raises Misfit where an item is not what a loss takes it for."""

    def fresh(self) -> Self:
        """Another one of the same kind that has seen nothing."""

    def merge(self, later: Self) -> None:
        """Take in what another one has seen of later rows."""


class Outcome(Struct, dict=True):
    """What a pass found: each loss, profiles of all rows, and rows left out for a NaN.

    `weighed` says that a row had a weight other than 0.
    """

    losses: list[Accumulator] = field(default_factory=list)
    observers: list[Observer] = field(default_factory=list)
    pred: PredProfile = field(default_factory=PredProfile)
    label: LabelProfile | None = None
    rows: int = 0
    dropped: int = 0
    weighed: bool = False

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """What each loss came to; to be asked for when nothing will be added any more."""
        return tuple(loss.tally() for loss in self.losses)

    def fresh(self) -> Outcome:
        """An outcome of nothing, for the same losses and observers."""
        return Outcome(
            [loss.fresh() for loss in self.losses],
            [observer.fresh() for observer in self.observers],
        )

    def merge(self, later: Outcome) -> None:
        """Add what was found in later rows."""
        for mine, theirs in zip(self.losses, later.losses, strict=True):
            mine.merge(theirs)
        for observer, other in zip(self.observers, later.observers, strict=True):
            observer.merge(other)
        self._merge_profiles(later.pred, later.label)
        self.rows += later.rows
        self.dropped += later.dropped
        self.weighed |= later.weighed

    def add_profiles(
        self, block: Block, tolerance: float, rounding: UnitRounding = NO_ROUNDING
    ) -> None:
        """Add what one block shows of predictions and labels."""
        self.rows += len(block.pred)
        label = None if block.label is None else _label_profile(block, block.label, tolerance)
        self._merge_profiles(_pred_profile(block, tolerance, rounding), label)

    def _merge_profiles(self, pred: PredProfile, label: LabelProfile | None) -> None:
        self.pred += pred
        if label is not None:
            self.label = label if self.label is None else self.label + label


class Pass(Struct, frozen=True):
    """What is done with every block, wherever that happens."""

    dataset: Dataset
    setting: RunSettings
    drop_missing: bool = False

    def blocks(self, start: int = 0, stop: int | None = None) -> Iterator[Block]:
        """The blocks from row `start`, a multiple of their length, to before row `stop`."""
        return self.dataset.blocks(block_rows(self.dataset.width), start, stop)

    # What a kernel may overflow in is its own affair, and not that of the host's settings.
    @np.errstate(all="ignore")
    def over(self, blocks: Iterable[Block], outcome: Outcome) -> Outcome:
        """The outcome, with these blocks added.

        Raises DataError, with file, row, column and value, at the first item that does not fit.
        """

        def profiled() -> Iterator[Block]:
            for block in blocks:
                outcome.add_profiles(block, self.setting.tolerance, self.setting.rounding)
                yield block

        def add(settled: Settled) -> None:
            outcome.dropped += settled.dropped
            outcome.weighed |= settled.weight is not None and bool(settled.weight.any())
            batch = Batch(settled, self.setting)
            for loss in outcome.losses:
                loss.add(batch)
            for observer in outcome.observers:
                observer.add(batch)

        taken = through_gate(
            self.dataset,
            profiled(),
            add,
            drop_missing=self.drop_missing,
            label_items=self.setting.left_out is not None,
        )
        for _ in taken:
            pass
        return outcome


def through_gate(
    dataset: Dataset,
    blocks: Iterable[Block],
    work: Callable[[Settled], Result],
    *,
    drop_missing: bool,
    label_items: bool = False,
) -> Iterator[tuple[Block, Result]]:
    """Each block, and what `work` makes of it once its values are known to fit their kind.

    Raises DataError, with file, row, column and value, at the first item that does not fit.
    """
    for block in blocks:
        settled: Settled | None = None
        try:
            # What a kernel may overflow in is its own affair, and not that of the host's settings.
            with np.errstate(all="ignore"):
                settled = settle(block, drop_missing=drop_missing, label_items=label_items)
                made = work(settled)
        except Misfit as misfit:
            raise located(dataset, block, settled, misfit) from None
        yield block, made


_ROLES = {"prediction": "pred", "label": "label", "weight": "weight"}


class Workers(Protocol):
    """Processes that do the work of a pass elsewhere, such as those of a Dask cluster."""

    def outcomes(
        self, job: Pass, empty: Outcome, progress: Callable[[int], Any] | None = None
    ) -> Iterator[Outcome]:
        """The outcomes of all rows, in pieces and in the order of the rows.

        Each adds its rows to an outcome like `empty`. `progress` is told of the rows done so far.
        Raises what the first bad row raises.
        """


def run(
    dataset: Dataset,
    evaluations: Sequence[Evaluation],
    setting: RunSettings,
    *,
    drop_missing: bool = False,
    observers: Sequence[Observer] = (),
    threads: int | None = None,
    workers: Workers | None = None,
    progress: Callable[[int], Any] | None = None,
) -> Outcome:
    """Evaluate all losses in one pass, in bounded memory.

    `observers` see every batch, and are merged into those that were given. The work is shared among
    `threads` (None: as many as the process may use) or done by `workers`, which never changes a bit
    of the result. The losses of the rows are kept only for evaluations whose reduction is `none`.
    Raises DataError, with file, row, column and value, at the first item that does not fit.
    """
    outcome = Outcome([accumulator(evaluation) for evaluation in evaluations], list(observers))
    job = Pass(dataset, setting, drop_missing)
    if workers is None:
        over_all_blocks(dataset, job.over, outcome, threads, progress)
        _check_weighed(dataset, evaluations, outcome)
        _check_lost(dataset, evaluations, outcome)
        return outcome
    for part in workers.outcomes(job, outcome, progress):
        outcome.merge(part)
    if progress is not None:
        progress(outcome.rows)
    _check_weighed(dataset, evaluations, outcome)
    _check_lost(dataset, evaluations, outcome)
    return outcome


def _check_lost(dataset: Dataset, evaluations: Sequence[Evaluation], outcome: Outcome) -> None:
    for evaluation, tally in zip(evaluations, outcome.tallies, strict=True):
        refuse_lost(dataset, evaluation, tally)


def refuse_lost(dataset: Dataset, evaluation: Evaluation, tally: Tally) -> None:
    """Raise DataError where a value cannot be told for the range of float64."""
    if tally.lost:
        raise DataError(
            f"{evaluation.loss.title}: {tally.lost}",
            file=dataset.pred.file,
            hint="Divide predictions and labels by the same number, such as their largest.",
        )


def _check_weighed(dataset: Dataset, evaluations: Sequence[Evaluation], outcome: Outcome) -> None:
    """Raise DataError where a mean is wanted of rows whose weights are all 0."""
    if dataset.weight is None or outcome.weighed:
        return
    if all(
        item.reduction in (Reduction.SUM, Reduction.NONE) or item.axes.nothing_is_zero
        for item in evaluations
    ):
        return
    names = dataset.weight.columns
    raise DataError(
        "all weights are 0: there is nothing to take a mean of",
        file=dataset.weight.file,
        column=names[0] if names else "",
    )


class Found(Protocol):
    """What a pass finds, of however many of its rows."""

    @property
    def rows(self) -> int:
        """The rows that it has seen."""

    def fresh(self) -> Self:
        """Another one of the same kind that has seen nothing."""

    def merge(self, later: Self) -> None:
        """Take in what another one has found in later rows."""


AnyFound = TypeVar("AnyFound", bound=Found)
Over = Callable[[Iterable[Block], AnyFound], AnyFound]


def over_all_blocks(
    dataset: Dataset,
    over: Over[AnyFound],
    found: AnyFound,
    threads: int | None,
    progress: Callable[[int], Any] | None,
) -> None:
    """Take all blocks `over` into what is found, by several threads where there are many."""
    keep_freed()
    threads = available() if threads is None else threads
    blocks = dataset.blocks(block_rows(dataset.width))
    for block in blocks if threads == 1 else islice(blocks, _ALONE):
        over([block], found)
        if progress is not None:
            progress(found.rows)
    if threads == 1:
        return
    for part in _in_threads(dataset, over, blocks, found, threads):
        found.merge(part)
        if progress is not None:
            progress(found.rows)


def _in_threads(
    dataset: Dataset,
    over: Over[AnyFound],
    rest: Iterator[Block],
    found: AnyFound,
    threads: int,
) -> Iterator[AnyFound]:
    """What is found in the blocks that are left, each thread reading for itself where it can."""
    length = block_rows(dataset.width)
    if isinstance(dataset.starts, range):
        spans = dataset.spans(length, _SPANS * threads, _ALONE * length)
        if spans:
            yield from in_order(
                lambda span: over(dataset.blocks(length, *span), found.fresh()), spans, threads
            )
        return
    owned = map(_owned, rest)
    if (first := next(owned, None)) is not None:
        yield from in_order(
            lambda block: over([block], found.fresh()), chain([first], owned), threads
        )


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


def _owned(block: Block) -> Block:
    """A copy of the block: a reader uses its own memory again for the next block."""
    return replace(
        block,
        pred=block.pred.copy(),
        label=None if block.label is None else block.label.copy(),
        weight=None if block.weight is None else block.weight.copy(),
        inputs={name: array.copy() for name, array in block.inputs.items()},
        by={name: array.copy() for name, array in block.by.items()},
        ids=None if block.ids is None else block.ids.copy(),
        clusters={name: array.copy() for name, array in block.clusters.items()},
    )


def _pred_profile(block: Block, tolerance: float, rounding: UnitRounding) -> PredProfile:
    def look() -> PredProfile:
        extent = None if block.pred.dtype == object else block.extents.of(block.pred)
        return PredProfile.of(_flat(block.pred), tolerance, extent, rounding)

    return block.extents.once(block.pred, ("prediction", tolerance, rounding), look)


def _label_profile(block: Block, label: NDArray[Any], tolerance: float) -> LabelProfile:
    def look() -> LabelProfile:
        extent = None if label.dtype == object else block.extents.of(label)
        return LabelProfile.of(_flat(label), tolerance, extent)

    return block.extents.once(label, ("label", tolerance), look)


def _flat(array: NDArray[Any]) -> NDArray[Any]:
    return array.reshape(len(array), -1) if array.ndim > 2 else array
